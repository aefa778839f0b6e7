"""Tokens that live for a day and are renewed once: over a double that takes a refresh token one time only."""

import asyncio
import logging
from datetime import timedelta

import httpx
import pytest

from bot.bootstrap import NO_TOWN, Application
from bot.channels.zalo.official_account import tokens as tokens_module
from bot.channels.zalo.official_account.tokens import CONSENT_LASTS, TRY_A_REFUSED_ONE_AFTER, WARN_BEFORE
from bot.clock import SetClock, SystemClock
from bot.dialogue.messages import Incoming
from bot.errors import StoreUnavailable
from bot.notices.outbox import NotSent, Sent
from bot.server import Channels
from bot.settings import load_settings
from bot.store.crypto import Keys
from bot.store.engine import open_store
from tests.channels.running import running
from tests.channels.zalo_oa import NOW, make_channel, row
from tests.conftest import ON_POSTGRES
from tests.doubles.zalo_oa import APP_ID, SEED, zalo_oa_double

HOURS = timedelta(hours=1)


@pytest.fixture
def zalo():
    with zalo_oa_double() as own:
        own.know("u1")
        yield own


def act(zalo, what, clock=None):
    """*what* with a channel and its clock."""
    async def all_of_it():
        at = clock or SetClock(NOW)
        channel = make_channel(zalo, at)
        try:
            return await what(channel, at)
        finally:
            await channel.close()

    return asyncio.run(all_of_it())


# -- by itself ----------------------------------------------------------------------------------------------------------------


def test_the_first_send_has_a_token_fetched_and_the_next_uses_it(zalo):
    async def sends(channel, clock):
        first = await channel.send(row())
        clock.move_to(NOW + HOURS)
        return first, await channel.send(row())

    assert [type(each) for each in act(zalo, sends)] == [Sent, Sent]
    assert zalo.renewals == [SEED]


def test_by_itself_it_is_renewed_after_twenty_hours_and_not_before(zalo):
    async def a_day(channel, clock):
        counts = []
        for hour in (0, 19.9, 20.1, 40):
            clock.move_to(NOW + hour * HOURS)
            await channel.tokens.renew_if_old()
            counts.append(len(zalo.renewals))
        return counts, channel.health()["token"]

    counts, health = act(zalo, a_day)
    assert counts == [1, 1, 2, 2]
    assert len(set(zalo.renewals)) == 2
    assert health["state"] == "ok"


@pytest.mark.parametrize("code", [-216, -220, -124, 401])
def test_a_token_that_is_not_taken_is_renewed_once_and_the_send_tried_once_more(zalo, code):
    zalo.fail(code)
    assert isinstance(act(zalo, lambda channel, _: channel.send(row())), Sent)
    assert len(zalo.renewals) == 2
    assert len(zalo.called("cs")) == 2
    assert len(zalo.sent("u1")) == 1


def test_a_platform_that_takes_no_token_at_all_is_not_asked_for_ever(zalo):
    zalo.fail(-216, times=-1)

    async def sends(channel, clock):
        return await channel.send(row()), channel.health()

    outcome, health = act(zalo, sends)
    assert isinstance(outcome, NotSent)
    assert outcome.retry_at - NOW == timedelta(minutes=1)
    assert len(zalo.called("cs")) == 2
    assert len(zalo.renewals) == 2
    assert health["state"] == "sick"


def test_a_token_that_is_about_to_end_is_renewed_before_it_is_used(zalo):
    zalo.life = 3600

    async def sends(channel, clock):
        await channel.tokens.renew_if_old()
        clock.move_to(NOW + HOURS - timedelta(seconds=10))
        return await channel.send(row())

    assert isinstance(act(zalo, sends), Sent)
    assert len(zalo.renewals) == 2
    assert len(zalo.called("cs")) == 1


def test_a_refused_renewal_is_told_keeps_everything_and_is_tried_again_later(zalo, caplog):
    zalo.refuse_renewals()

    async def refused(channel, clock):
        zalo.refuse_renewals()  # the consent that the channel began with is gone as well
        outcomes, counts = [], []
        for after in (timedelta(), timedelta(minutes=2), TRY_A_REFUSED_ONE_AFTER + timedelta(minutes=1)):
            clock.move_to(NOW + after)
            outcomes.append(await channel.send(row()))
            counts.append(len(zalo.renewals))
        told = channel.health()
        zalo.consent(SEED)
        clock.move_to(clock.now() + TRY_A_REFUSED_ONE_AFTER)
        return outcomes, counts, told, await channel.send(row()), channel.health()

    with caplog.at_level(logging.INFO):
        outcomes, counts, told, after, well = act(zalo, refused)
    assert all(isinstance(each, NotSent) for each in outcomes)
    assert counts == [1, 1, 2]
    assert (told["state"], told["token"]["state"]) == ("sick", "refused")
    assert "BOT_ZALO_OA_REFRESH_TOKEN" in told["token"]["alarm"]
    assert "-14020" in told["token"]["alarm"]
    assert any(each.levelno == logging.ERROR and "consent again" in each.message for each in caplog.records)
    assert isinstance(after, Sent)
    assert well["state"] == "ok"


def test_a_refused_renewal_leaves_a_token_that_is_still_good_in_use(zalo):
    async def sends(channel, clock):
        await channel.tokens.renew_if_old()
        zalo.refuse_renewals()
        clock.move_to(NOW + 21 * HOURS)
        await channel.tokens.renew_if_old()
        return await channel.send(row()), channel.health()

    outcome, health = act(zalo, sends)
    assert isinstance(outcome, Sent)
    assert (health["state"], health["token"]["state"]) == ("sick", "refused")


@pytest.mark.parametrize("what", [500, 503, "dropped"])
def test_a_renewal_without_an_answer_is_tried_again(zalo, what):
    zalo.fail(what, "token")

    async def sends(channel, clock):
        first = await channel.send(row())
        clock.move_to(NOW + timedelta(minutes=1))
        return first, await channel.send(row())

    first, second = act(zalo, sends)
    assert isinstance(first, NotSent)
    assert isinstance(second, Sent)
    assert zalo.renewals == [SEED, SEED]


def test_a_pair_that_cannot_be_stored_at_once_is_kept_until_it_can(zalo, monkeypatch):
    monkeypatch.setattr(tokens_module, "back_off", lambda failures: 0.01)

    async def sends(channel, clock):
        store, stored = channel.tokens._stored.renewed, []

        def renewed(*given):
            stored.append(given)
            if len(stored) < 4:
                raise StoreUnavailable("gone")
            return store(*given)

        channel.tokens._stored.renewed = renewed
        return await channel.send(row()), len(stored)

    outcome, tries = act(zalo, sends)
    assert isinstance(outcome, Sent)
    assert tries == 4
    assert len(zalo.renewals) == 1


def test_a_send_that_is_given_up_does_not_lose_the_pair_on_its_way(zalo):
    zalo.fail("slow", "token", value=0.3)

    async def given_up(channel, clock):
        sending = asyncio.create_task(channel.send(row()))
        while not zalo.renewals:
            await asyncio.sleep(0.01)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await channel.tokens.close()
        return channel.tokens._stored.held(APP_ID).access

    assert act(zalo, given_up) in zalo._good_access


def test_two_weeks_before_the_consent_ends_somebody_is_told(zalo, caplog):
    async def at(channel, clock):
        await channel.tokens.renew_if_old()
        healths = []
        zalo.fail(503, "token", times=-1)
        for day in (CONSENT_LASTS - WARN_BEFORE - timedelta(days=1), CONSENT_LASTS - WARN_BEFORE + timedelta(days=1)):
            clock.move_to(NOW + day)
            await channel.tokens.renew_if_old()
            healths.append(channel.health())
        return healths

    with caplog.at_level(logging.INFO):
        before, after = act(zalo, at)
    assert "alarm" not in before["token"]
    assert "the consent ends on 2027-02-21" in after["token"]["alarm"]
    assert after["state"] == "sick"
    assert sum("consent ends within 14 days" in each.message for each in caplog.records) == 1


# -- with others ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def keys(database_url):
    return Keys.load(database_url, {} if database_url.startswith("sqlite") else ON_POSTGRES)


def test_a_token_that_ends_under_load_is_renewed_once_by_two_workers_and_nothing_is_lost(zalo, database_url, keys, knowledge):
    """Two workers with a store each on one database, as two processes hold them; every citizen is answered, each once."""
    users = [f"u{number}" for number in range(48)]
    settings = load_settings({"BOT_DATABASE_URL": database_url, **zalo.environ()})
    clock = SystemClock()

    async def work():
        with open_store(database_url, keys, clock) as one, open_store(database_url, keys, clock) as two:
            workers = [Channels(Application(knowledge, NO_TOWN, store, clock), settings) for store in (one, two)]
            incoming = [Incoming("zalo-oa", APP_ID, f"{user}:{n}", user, "text", "menu", clock.now()) for user in users for n in (1, 2)]
            for user in users:
                zalo.know(user)
            async with workers[0].running(hears=False), workers[1].running(hears=False):
                await asyncio.to_thread(workers[0].application.accept_all, incoming)
                await asyncio.to_thread(zalo.wait, lambda: len(zalo.sent()) >= 30, 30)
                zalo.fail("slow", "token", value=0.3)
                before = len(zalo.renewals)
                zalo.expire()
                await asyncio.to_thread(zalo.wait, lambda: len(zalo.sent()) >= len(incoming), 60)
            return before, one.outbox.unknown(), one.status()

    before, unknown, status = asyncio.run(work())
    assert before == 1
    assert len(zalo.renewals) == 2
    assert [len(zalo.sent(user)) for user in users] == [2] * len(users)
    assert unknown == []
    assert status["oldest_unsent_seconds"] == 0


def test_a_new_seed_starts_anew_and_the_old_one_is_not_taken_up_again(tmp_path):
    with zalo_oa_double() as zalo:
        for seed in (SEED, SEED, "an-admins-new-consent"):
            if seed != SEED:
                zalo.consent(seed)
            with running(tmp_path, **{**zalo.environ(), "BOT_ZALO_OA_REFRESH_TOKEN": seed}) as bot:
                zalo.use_webhook(f"{bot.url}/webhooks/zalo-oa")
                count = len(zalo.sent("u1"))
                zalo.say("u1", "menu")
                zalo.wait_sent("u1", count + 1)
                told = httpx.get(f"{bot.url}/status", trust_env=False).json()["channels"]["zalo-oa"]["token"]
                assert told["state"] == "ok"
        assert zalo.renewals == [SEED, "an-admins-new-consent"]
