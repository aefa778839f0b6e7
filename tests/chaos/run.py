"""Kills the bot again and again under load, and counts: ``python -m tests.chaos --platform telegram [--turns 500] [--kills 30]``.

Citizens do errands over the double of a platform while the bot's process is killed: at each boundary of a turn by a hook inside it, at any
moment by SIGKILL; each time another is started on the same database. At the end every message is answered (or its answer is held and
listed, where a repeat would do harm), no booking, call-back or complaint is there twice, nothing recorded as sent was sent again, and
every recorded update delivered once more changes nothing.
"""

import os
import queue
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.clock import SystemClock, today
from bot.dialogue.messages import from_json
from bot.sample.dossiers import sample_dossiers
from bot.store import upgrade
from bot.store.crypto import Keys
from bot.store.database import Database
from bot.store.engine import open_store
from bot.store.tables import bookings, call_backs, complaints, conversations, inbox, metadata, outbox
from bot.store.urls import read_url
from tests.chaos.citizens import Citizen
from tests.chaos.platforms import PLATFORMS, SECRET, Platform
from tests.chaos.process import DIED_AT_A_BOUNDARY, LEASE
from tests.conftest import ON_POSTGRES
from tests.doubles.serving import free_port

BOUNDARIES = ("after_intake", "before_commit", "after_commit", "before_send", "after_send")
EACH_BOUNDARY = 3
AT_ONCE = 8
CITIZENS = 48
STARTS_WITHIN = 60.0
CALM_WITHIN = 60.0


@dataclass
class Result:
    """What became of a run; ``wrong`` is empty when all is well."""

    turns: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        kills = ", ".join(f"{name} {number}" for name, number in sorted(self.kills.items()))
        counted = ", ".join(f"{number} {name}" for name, number in self.counts.items())
        said = f"{self.turns} turns, {self.kills.total()} kills ({kills}) in {self.seconds:.0f} s\n{counted}\n"
        return said + ("\n".join(f"WRONG: {each}" for each in self.wrong) if self.wrong else "all is well")


class Records:
    """The database as the judge reads it."""

    def __init__(self, url: str, environ: Mapping[str, str]) -> None:
        self._database = Database(read_url(url), Keys.load(url, environ))

    def rows(self, query: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        with self._database.reading() as connection:
            return connection.execute(query).all()

    def settled(self, chat: Any = None) -> bool:
        """No stored event waits for its turn and no answer for its sending."""
        now = datetime.now(UTC)
        of = [] if chat is None else [conversations.c.peer == str(chat)]
        waiting = (
            sa.select(inbox.c.id).join(conversations).where(inbox.c.done_at.is_(None), *of),
            sa.select(outbox.c.id).join(conversations).where(outbox.c.state.in_(("due", "sending")), outbox.c.due_at <= now, *of),
        )
        return not any(self.rows(query.limit(1)) for query in waiting)

    def has_made_good(self, since: datetime) -> bool:
        """Whether nothing is under way any more that another process began to send before *since*."""
        begun = sa.and_(outbox.c.state == "sending", outbox.c.lease_until <= since + LEASE)
        again = sa.and_(outbox.c.state.in_(("due", "sending")), outbox.c.unknowns > 0)
        return not self.rows(sa.select(outbox.c.id).where(sa.or_(begun, again)).limit(1))

    def everything(self) -> dict[str, list[str]]:
        """Each table's rows, to be compared."""
        return {table.name: sorted(map(repr, self.rows(sa.select(table)))) for table in metadata.sorted_tables}

    def close(self) -> None:
        self._database.close()


class Nursery:
    """Bot processes, one after the other, and what is heard of them."""

    def __init__(self, environ: Mapping[str, str], log: Path) -> None:
        self.log, self.armed = log, log.with_name("armed")
        with log.open("w") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.process"],
                env={**os.environ, **environ, "CHAOS_ARMED": str(self.armed)},
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, bufsize=1,
            )
        self._told: queue.Queue[str] = queue.Queue()
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as told:
            for line in told:
                self._told.put(line.strip())
        self._told.put("closed")

    def start(self, die_at: str) -> int:
        """The new one's id, once it serves."""
        self.armed.unlink(missing_ok=True)
        assert self._process.stdin is not None
        self._process.stdin.write(f"{die_at}\n")
        born, ready = (self._told.get(timeout=STARTS_WITHIN) for _ in range(2))
        if ready != "ready":
            raise AssertionError(f"the process did not start ({born}, {ready}): {self.log.read_text()[-2000:]}")
        return int(born.removeprefix("born "))

    def death(self, seconds: float) -> int | None:
        """Its exit status; None while it lives."""
        try:
            return int(self._told.get(timeout=seconds).removeprefix("died "))
        except queue.Empty:
            return None

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(STARTS_WITHIN)
        self._listener.join()


class Machine:
    """Starts the bot, sees it die, starts it again. ``plan`` is what kills it, in order: a boundary, or "any moment".

    The next kill waits until what the last one left under way has been made good: the promise is one repeat of a reply. Killed twice
    over the same reply, the bot holds it for a person.
    """

    def __init__(self, nursery: Nursery, platform: Platform, records: Records, plan: list[str], chance: random.Random) -> None:
        self._nursery, self._platform, self._records, self._plan, self._chance = nursery, platform, records, plan, chance
        self.kills: Counter[str] = Counter()
        self.failure: BaseException | None = None
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._run, name="machine")

    @property
    def has_killed_all(self) -> bool:
        return not self._plan or self.failure is not None

    def __enter__(self) -> "Machine":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self._thread.join()
        self._nursery.close()

    def _run(self) -> None:
        try:
            while self._plan and not self._enough.is_set():
                self._live_and_die(self._plan[0])
                self._plan.pop(0)
            pid = self._nursery.start("")
            self._enough.wait()
            os.kill(pid, signal.SIGTERM)
            if (status := self._nursery.death(30)) != -signal.SIGTERM:
                raise AssertionError(f"asked to stop, the process ended with {status}")
        except BaseException as error:
            self.failure = error

    def _live_and_die(self, how: str) -> None:
        since = datetime.now(UTC)
        pid = self._nursery.start(f"{how}:{self._chance.randint(1, 8)}" if how in BOUNDARIES else "")
        self._wait(lambda: self._records.has_made_good(since))
        self._nursery.armed.touch()
        if how not in BOUNDARIES:
            until = len(self._platform.double.sent()) + self._chance.randint(1, 8)
            self._wait(lambda: len(self._platform.double.sent()) >= until)
            self._enough.wait(self._chance.uniform(0, 0.03))
            os.kill(pid, signal.SIGKILL)
        while (status := self._nursery.death(0.05)) is None:
            if self._enough.is_set():
                os.kill(pid, signal.SIGKILL)
        self._platform.bot_died()
        if status not in (-signal.SIGKILL, DIED_AT_A_BOUNDARY):
            raise AssertionError(f"the process ended by itself with {status}: {self._nursery.log.read_text()[-2000:]}")
        if not self._enough.is_set():
            self.kills[how] += 1

    def _wait(self, true: Callable[[], bool]) -> None:
        while not self._enough.is_set() and not true():
            self._enough.wait(0.02)


def run(
    url: str, folder: Path, *, platform: str = "telegram", turns: int = 500, kills: int = 30, mode: str = "webhook", seed: int = 1
) -> Result:
    begun, chance = time.monotonic(), random.Random(seed)
    with ExitStack() as stack:
        there: Platform = stack.enter_context(PLATFORMS[platform]())
        port = free_port()
        environ = {
            "BOT_DATABASE_URL": url, "CHAOS_PORT": str(port), **there.environ(mode), **({} if url.startswith("sqlite") else ON_POSTGRES),
        }
        prepare(url, environ)
        records = Records(url, environ)
        stack.callback(records.close)
        if mode == "webhook":
            there.double.use_webhook(f"http://127.0.0.1:{port}{there.webhook_path}", SECRET)

        def settled(chat: Any) -> bool:
            return not there.double.unconfirmed(chat) and records.settled(chat)

        result = Result()
        log = folder / "bot.log"
        with Machine(Nursery(environ, log), there, records, plan_of(kills, chance), chance) as machine:
            citizens = [Citizen(there.chat(number), there, settled, random.Random(seed + number)) for number in range(CITIZENS)]
            play(citizens, machine, turns)
            result.turns, result.kills = sum(each.turns for each in citizens), machine.kills
            if machine.failure is not None:
                raise machine.failure
            if result.kills.total() != kills:
                result.wrong.append(f"only {result.kills.total()} of {kills} kills happened")
            come_to_rest(there, records)
            judge(result, citizens, there, records)
            replay(result, there, records, mode)
        result.wrong += [f"the log has: {line}" for line in log.read_text().splitlines() if "Traceback" in line]
    result.seconds = time.monotonic() - begun
    return result


def prepare(url: str, environ: Mapping[str, str]) -> None:
    if not url.startswith("sqlite"):
        upgrade(url)
    with open_store(url, Keys.load(url, environ), SystemClock()) as store, store.writing() as repositories:
        repositories.dossiers.put(sample_dossiers(today(SystemClock())))


def plan_of(kills: int, chance: random.Random) -> list[str]:
    """Each boundary so many times, the rest at any moment."""
    each = min(EACH_BOUNDARY, kills // len(BOUNDARIES))
    plan = [boundary for boundary in BOUNDARIES for _ in range(each)]
    plan += ["any moment"] * (kills - len(plan))
    chance.shuffle(plan)
    return plan


def play(citizens: Sequence[Citizen], machine: Machine, turns: int) -> None:
    """Errands, until there were turns enough and every kill has happened."""
    waiting, lock = list(citizens), threading.Lock()

    def goes_on() -> bool:
        done = sum(each.turns for each in citizens)
        return machine.failure is None and (done < turns or not machine.has_killed_all) and done < turns * 20

    def one_after_the_other() -> None:
        while goes_on():
            with lock:
                citizen = waiting.pop(0)
            citizen.does_an_errand(goes_on)
            with lock:
                waiting.append(citizen)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for future in [pool.submit(one_after_the_other) for _ in range(AT_ONCE)]:
            future.result()


def come_to_rest(platform: Platform, records: Records) -> None:
    """The last process takes what is left, leases of the dead included."""
    pause, until = threading.Event(), time.monotonic() + CALM_WITHIN
    while platform.double.unconfirmed() > 0 or not records.settled():
        if time.monotonic() > until:
            raise AssertionError(f"still waiting after {CALM_WITHIN:.0f} s: {platform.double.unconfirmed()} updates not taken")
        pause.wait(0.1)


def judge(result: Result, citizens: Sequence[Citizen], platform: Platform, records: Records) -> None:
    events = records.rows(sa.select(inbox))
    rows = records.rows(sa.select(outbox, conversations.c.peer).join(conversations).order_by(outbox.c.id))
    held = [row for row in rows if row.state == "held"]
    arrived = {(str(sent.chat), sent.text) for sent in platform.double.sent()}
    result.counts = {
        "events": len(events), "answers": len(rows), "held and listed": len(held),
        "of them not there": sum((row.peer, text_of(row, platform)) not in arrived for row in held),
        "sent twice": sum(row.state == "sent" and row.unknowns > 0 for row in rows),
    }
    result.wrong += unanswered(events, rows, platform)
    result.wrong += sent_wrongly(rows, platform, citizens)
    result.wrong += effects(result, citizens, rows, records)


def unanswered(events: Sequence[Any], rows: Sequence[Any], platform: Platform) -> Iterator[str]:
    known, answered = {event.event_id for event in events}, Counter(row.cause.rpartition(":")[0] for row in rows)
    yield from (f"update {event} was never stored" for event in platform.events() if event not in known)
    for event in events:
        if event.done_at is None or event.dead_at is not None:
            yield f"event {event.id} is {'dead' if event.dead_at else 'not done'}"
        elif not answered[f"event:{event.id}"]:
            yield f"event {event.id} has no answer"
    for row in rows:
        if row.kind == "reply" and row.state not in ("sent", "held"):
            yield f"answer {row.id} is {row.state}"
        if row.state == "held" and not row.once:
            yield f"answer {row.id} is held, though a repeat does no harm"


def sent_wrongly(rows: Sequence[Any], platform: Platform, citizens: Sequence[Citizen]) -> Iterator[str]:
    """What arrived in each chat, held against the rows in their order: how often may and must each have arrived?"""
    answers = _by_peer(rows)
    for chat in (citizen.chat for citizen in citizens):
        own, arrived = answers.get(str(chat), []), [shown.text for shown in platform.messages(chat)]
        reached = {0}
        for row in own:
            text = text_of(row, platform)
            least = int(row.state == "sent")
            most = 1 if row.once else least + row.unknowns
            reached = {
                at + times for at in reached for times in range(least, most + 1) if arrived[at:at + times] == [text] * times
            }
        if len(arrived) not in reached:
            yield f"chat {chat} got {len(arrived)} messages that are not its {len(own)} answers, each as often as it may be sent"


def text_of(row: Any, platform: Platform) -> str:
    return platform.text_of(from_json(row.payload))


def _by_peer(rows: Sequence[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        if row.kind == "reply":
            found.setdefault(row.peer, []).append(row)
    return found


def effects(result: Result, citizens: Sequence[Citizen], rows: Sequence[Any], records: Records) -> Iterator[str]:
    """Each effect as often as it was asked for and told, which is once."""
    peer = sa.select(conversations.c.peer)
    visits = Counter(row.peer for row in records.rows(peer.join(bookings).where(bookings.c.state == "confirmed")))
    calls = Counter(row.peer for row in records.rows(peer.join(call_backs)))
    kept = Counter(row.words for row in records.rows(sa.select(complaints.c.words)))
    told = {(row.peer, row.payload["flow"], row.payload["step"]) for row in rows}
    result.counts |= {"visits": visits.total(), "call-backs": calls.total(), "complaints": kept.total()}
    for peer_id, citizen in ((str(citizen.chat), citizen) for citizen in citizens):
        for what, have, wanted, heard in (
            ("visits", visits[peer_id], citizen.wants_a_visit, (peer_id, "book_visit", "booked") in told),
            ("call-backs", calls[peer_id], citizen.wants_a_call, (peer_id, "call_back", "kept") in told),
        ):
            if not have == wanted == heard:
                yield f"chat {citizen.chat} has {have} {what}, asked for {wanted:d}, heard of {heard:d}"
    sent = Counter(words for citizen in citizens for words in citizen.complaints)
    if kept != sent:
        yield f"complaints kept and not sent: {kept - sent}; sent and not kept: {sent - kept}"


def replay(result: Result, platform: Platform, records: Records, mode: str) -> None:
    """The whole day's updates once more."""
    double, events = platform.double, platform.events()
    before, sent, posted = records.everything(), len(double.sent()), len(double.posted)
    for event in events:
        platform.again(event)
    if mode == "webhook":
        double.wait(lambda: len(double.posted) - posted >= len(events), 60)
        refused = [each.status for each in double.posted[posted:] if each.status != 200]
        if refused:
            result.wrong.append(f"{len(refused)} repeated updates were answered {refused[0]}")
    else:
        double.wait(double.is_polled_dry, 60)
    come_to_rest(platform, records)
    result.counts["repeated updates"] = len(events)
    after = records.everything()
    result.wrong += [f"repeated updates changed {table}" for table in before if before[table] != after[table]]
    if len(double.sent()) != sent:
        result.wrong.append(f"repeated updates were answered {len(double.sent()) - sent} times")


@contextmanager
def database(url: str | None, folder: Path) -> Iterator[str]:
    """*url*, or a new SQLite file; "postgresql" is a new database on the tests' server."""
    if url == "postgresql":
        from tests.store import postgres

        with postgres.server() as server:
            if server is None:
                raise SystemExit(postgres.NONE_FOUND)
            with postgres.fresh_database(server) as fresh:
                yield fresh.render_as_string(hide_password=False)
    else:
        yield url or f"sqlite:///{folder / 'chaos.db'}"
