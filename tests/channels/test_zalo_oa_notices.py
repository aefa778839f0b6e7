"""A thousand dossiers change at once: every follower is told once, the cheapest way that is allowed, or listed for a call."""

import asyncio
import json
from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from bot.__main__ import main
from bot.bootstrap import NO_TOWN, dossier_notices
from bot.calendar.reader import load_national_calendar
from bot.channels.pace import Pace
from bot.clock import SetClock, aware
from bot.dialogue.messages import Incoming
from bot.dossiers.model import Dossier
from bot.store.crypto import Keys
from bot.store.engine import open_store
from bot.texts.reader import load_texts
from tests.channels.zalo_oa import make_channel
from tests.conftest import ON_POSTGRES
from tests.doubles.zalo_oa import APP_ID, zalo_oa_double

CALENDAR, WORDS = load_national_calendar(), load_texts()
TOLD = frozenset(("status", "settled_on", "supplement_by", "missing"))
TODAY = aware(datetime(2026, 3, 16, 9))
COUNT = 1000
AGES = {"free": timedelta(hours=1), "billed": timedelta(days=3), "closed": timedelta(days=10)}
"""How long ago they last turned to us."""


def window_of(number):
    return ("free", "free", "billed", "closed")[number % 4]


def follows(number):
    return number % 10 != 7


def is_barred(number):
    """The platform lets nothing through to them."""
    return number % 20 == 11


def has_template(number):
    """Of the two events one has an approved wording."""
    return number % 8 < 4


def code_of(number):
    return f"H20.14-260302-{number:04}"


def dossier(number, now, *, changed):
    if not changed:
        return Dossier(code_of(number), "in_progress", now, received_on=date(2026, 3, 2))
    if has_template(number):
        return Dossier(code_of(number), "ready", now, received_on=date(2026, 3, 2), settled_on=date(2026, 3, 16))
    return Dossier(code_of(number), "supplement", now, received_on=date(2026, 3, 2), supplement_by=date(2026, 3, 20), missing=("Giấy A",))


@pytest.fixture
def keys(database_url):
    return Keys.load(database_url, {} if database_url.startswith("sqlite") else ON_POSTGRES)


def turn_to_us(store, clock, numbers, kind):
    store.intake_all([
        Incoming("zalo-oa", APP_ID, f"{kind}:{number}", f"u{number}", kind, "", clock.now()) for number in numbers
    ])
    for _ in numbers:
        with store.open_turn() as turn:
            turn.commit({}, [])


def prepare(store, clock):
    """The citizens, each as long ago as theirs is, and what they follow."""
    for window in ("closed", "billed", "free"):
        clock.move_to(TODAY - AGES[window])
        turn_to_us(store, clock, [number for number in range(COUNT) if window_of(number) == window], "text")
    turn_to_us(store, clock, [number for number in range(COUNT) if not follows(number)], "unfollow")
    with store.writing() as repositories:
        repositories.dossiers.update([dossier(number, clock.now(), changed=False) for number in range(COUNT)], TOLD)
        for number in range(COUNT):
            repositories.dossiers.follow(store.conversation("zalo-oa", APP_ID, f"u{number}"), code_of(number))


def take_over(store, clock):
    with store.writing() as repositories:
        changes = repositories.dossiers.update([dossier(number, clock.now(), changed=True) for number in range(COUNT)], TOLD).changes
        followers = repositories.dossiers.followers([each.new.code for each in changes])
        return dossier_notices(NO_TOWN, WORDS, CALENDAR, clock, repositories).hear(changes, followers)


def expected(number, billed):
    """How number hears of it."""
    if not follows(number) or is_barred(number):
        return "call"
    window = window_of(number)
    if window == "free":
        return "text"
    if has_template(number):
        return "template"
    return "text" if window == "billed" and "reply" in billed else "call"


async def deliver(store, zalo, clock, billed):
    """As the works do, many at once; without the pace, which a clock that stands still would never let pass."""
    channel = make_channel(zalo, clock, BOT_ZALO_OA_BILLED=billed)
    channel._pace = Pace(timedelta(), 1)
    while rows := store.outbox.claim_some(["zalo-oa"], 16):
        outcomes = await asyncio.gather(*(channel.send(row) for row in rows))
        store.outbox.record_all([(row.id, outcome) for row, outcome in zip(rows, outcomes, strict=True)])
    await channel.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("database_url", "billed"), [("sqlite", "template"), ("postgresql", "template,reply")], indirect=["database_url"]
)
def test_a_thousand_followers_are_each_told_once_or_listed_for_a_call(database_url, keys, billed, tmp_path, monkeypatch, capsys):
    clock = SetClock(TODAY - timedelta(days=20))
    with zalo_oa_double() as zalo, open_store(database_url, keys, clock) as store:
        prepare(store, clock)
        for number in range(COUNT):
            if not is_barred(number):
                zalo.know(f"u{number}", open_now=window_of(number) != "closed")
        clock.move_to(TODAY)
        assert take_over(store, clock) == COUNT
        asyncio.run(deliver(store, zalo, clock, billed))
        assert take_over(store, clock) == 0
        clock.move_to(clock.now() + timedelta(hours=1))
        asyncio.run(deliver(store, zalo, clock, billed))
        listed = {row.peer for row in store.outbox.to_call()}
        ways = {number: [each.way for each in zalo.sent(f"u{number}")] for number in range(COUNT)}
        for number in range(COUNT):
            how = expected(number, billed)
            assert (ways[number], f"u{number}" in listed) == (([], True) if how == "call" else ([how], False)), (number, how)
        assert store.outbox.unknown() == []
        assert store.status()["oldest_unsent_seconds"] == 0
        counted = Counter(expected(number, billed) for number in range(COUNT))
        assert min(counted.values()) > 100
    if database_url.startswith("sqlite"):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("BOT_DATABASE_URL", database_url)
        assert main(["outbox", "calls", "--json"]) == 0
        calls = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert len(calls) == counted["call"]
        assert all("H20.14-260302-" in each["text"] for each in calls)
        assert len({each["text"] for each in calls}) == len(calls)
