"""Kills imports and workers again and again, and counts notices: ``python -m tests.chaos.imports [--kills 60] [--database URL]``.

Citizens who follow dossiers sit at the double of Telegram. Export after export is taken over by two ``dossiers import`` at once, each
begun again until it ends by itself, while ``worker`` processes (two; one on SQLite) look for late dossiers and send what is due. All are
killed: at each boundary of a transaction or a send by a hook inside them, at any moment by SIGKILL. At the end each follower has every
event once: none is lost, none arrived twice. Of a send that was cut off nobody can say whether it arrived: such a notice is held and
listed, and arrived once or not at all.
"""

import argparse
import csv
import json
import os
import queue
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from bot.channels.telegram.channel import as_telegram
from bot.clock import SetClock, aware
from bot.dialogue.messages import Incoming, from_json
from bot.dossiers.model import Dossier
from bot.sample import sample_dir
from bot.store import upgrade
from bot.store.crypto import Keys
from bot.store.engine import open_store
from bot.store.tables import conversations, outbox
from tests.chaos.commands import IN_A_TRANSACTION
from tests.chaos.process import DIED_AT_A_BOUNDARY
from tests.chaos.run import STARTS_WITHIN, Records, database
from tests.conftest import ON_POSTGRES
from tests.doubles.telegram_api import TelegramDouble, telegram_double

OF_AN_IMPORT = IN_A_TRANSACTION
OF_A_WORKER = ("before_send", "after_send", "begun", "after_commit")
IMPORTERS = 2
FOLLOWED_BY_EACH = 3
CALM_WITHIN = 25.0
ENDED_WHEN_ASKED = (0, -signal.SIGTERM)
"""The second: before it had begun to listen for being asked."""
ANY_MOMENT = "any moment"
ALWAYS_PASSED = "before_commit"
"""Where an import dies that came to its end before the place that was meant for it."""

FOLLOWED, BEGINS = aware(datetime(2026, 10, 5, 9)), aware(datetime(2026, 10, 12, 9))
"""A Monday, and the Monday after it, when the exports come: Friday's slips are late by then. Every day near is settled."""
FRIDAY, MONDAY, LATER = date(2026, 10, 9), date(2026, 10, 12), date(2026, 10, 29)
SOON, LATER_STILL = date(2026, 10, 16), date(2026, 10, 19)

TITLES = ("Mã hồ sơ", "Trạng thái", "Ngày hẹn trả", "Ngày giải quyết xong", "Hạn bổ sung", "Giấy tờ cần bổ sung", "Nơi đang giữ hồ sơ")
UNDER_WAY, SUPPLEMENT = "Đang xử lý", "Yêu cầu bổ sung giấy tờ"
READY, RETURNED = "Đã xử lý xong, chưa trả", "Đã trả kết quả"


class Told(NamedTuple):
    """What one citizen is to hear of one dossier; ``by`` is the last day for papers."""

    chat: int
    code: str
    kind: str
    by: date | None


class Row(NamedTuple):
    """What an export says of a dossier."""

    status: str
    due: date = LATER
    settled: date | None = None
    by: date | None = None


class Fate(NamedTuple):
    """One dossier over the exports (None: not in it), and what is to be told of it with each: kind and last day for papers."""

    exports: tuple[Row | None, ...]
    told: tuple[tuple[str, date | None] | None, ...]
    due: date = LATER


FATES = (
    Fate((Row(READY, settled=FRIDAY), Row(READY, settled=FRIDAY), Row(RETURNED, settled=FRIDAY)), (("ready", None), None, None)),
    Fate(
        (Row(SUPPLEMENT, by=SOON), Row(SUPPLEMENT, by=LATER_STILL), Row(READY, settled=MONDAY)),
        (("supplement", SOON), ("supplement", LATER_STILL), ("ready", None)),
    ),
    Fate(  # late: both the import and every worker that starts find it so
        (Row(UNDER_WAY, due=FRIDAY), Row(READY, due=FRIDAY, settled=MONDAY), Row(READY, due=FRIDAY, settled=MONDAY)),
        (("late", None), ("ready", None), None), FRIDAY,
    ),
    Fate(  # taken back, and there again
        (Row(READY, settled=FRIDAY), Row(UNDER_WAY), Row(READY, settled=FRIDAY)), (("ready", None), None, None),
    ),
    Fate((Row(UNDER_WAY), None, Row(RETURNED, settled=MONDAY)), (None, None, None)),
    Fate(  # late without any export: only workers find it so
        (None, Row(SUPPLEMENT, due=FRIDAY, by=LATER_STILL), Row(SUPPLEMENT, due=FRIDAY, by=LATER_STILL)),
        (("late", None), ("supplement", LATER_STILL), None), FRIDAY,
    ),
)
EXPORTS = 3


class Notice(NamedTuple):
    """A row of the outbox: what it tells of, its words on the wire, and what became of it."""

    id: int
    told: Told
    words: str
    state: str


@dataclass
class Result:
    """What became of a run; ``wrong`` is empty when all is well."""

    kills: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        kills = ", ".join(f"{name} {number}" for name, number in sorted(self.kills.items()))
        counted = ", ".join(f"{number} {name}" for name, number in self.counts.items())
        said = f"{self.kills.total()} kills ({kills}) in {self.seconds:.0f} s\n{counted}\n"
        return said + ("\n".join(f"WRONG: {each}" for each in self.wrong) if self.wrong else "all is well")


def judge(expected: Counter[Told], notices: Sequence[Notice], arrived: Counter[tuple[int, str]], listed: set[int]) -> Iterator[str]:
    """What is wrong. *arrived*: how often each (chat, words) stood at the platform; *listed*: ids that an officer is shown as unknown."""
    queued = Counter(each.told for each in notices)
    for told, times in (expected - queued).items():
        yield f"{told} was queued {times} times too few"
    for told, times in (queued - expected).items():
        yield f"{told} was queued {times} times too many"
    for notice in notices:
        least, most = (1, 1) if notice.state == "sent" else (0, 1)
        times = arrived[notice.told.chat, notice.words]
        if notice.state not in ("sent", "held"):
            yield f"notice {notice.id} is {notice.state}: nobody was told"
        if not least <= times <= most:
            yield f"notice {notice.id} is {notice.state}, and arrived {times} times"
        if (notice.state == "held") != (notice.id in listed):
            yield f"notice {notice.id} is {notice.state}, and {'listed' if notice.id in listed else 'not listed'} as unknown"
    for chat, words in arrived.keys() - {(each.told.chat, each.words) for each in notices}:
        yield f"chat {chat} got what nobody queued: {words}"


# -- the dossiers, the exports, the followers -------------------------------------------------------------------------------


def code_of(number: int) -> str:
    return f"H20.14-260928-{number:04}"


def write_export(path: Path, dossiers: int, export: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, delimiter=";")
        writer.writerow(TITLES)
        for number in range(dossiers):
            row = FATES[number % len(FATES)].exports[export]
            if row is not None:
                papers = "Giấy chứng sinh" if row.by else ""
                writer.writerow(
                    [code_of(number), row.status, *(f"{day:%d/%m/%Y}" if day else "" for day in row[1:]), papers, f"Phòng {export + 1}"]
                )


def prepare(
    url: str, environ: Mapping[str, str], followers: int, dossiers: int, double: TelegramDouble, chance: random.Random
) -> list[Counter[Told]]:
    """Fills the database as of a week ago; what is to be told with each export."""
    if not url.startswith("sqlite"):
        upgrade(url)
    followed: list[tuple[int, int]] = []
    with open_store(url, Keys.load(url, environ), SetClock(FOLLOWED)) as store:
        with store.writing() as repositories:
            repositories.dossiers.put(
                Dossier(code_of(number), "in_progress", FOLLOWED, due_on=FATES[number % len(FATES)].due) for number in range(dossiers)
            )
        for chat in range(1000, 1000 + followers):
            double.say(chat, "xin chào")
            store.intake(Incoming("telegram", "bot", f"e{chat}", str(chat), "text", "xin chào", FOLLOWED))
            with store.open_turn() as turn:
                assert turn is not None
                turn.commit({}, [])
            citizen = store.conversation("telegram", "bot", str(chat))
            assert citizen is not None
            for number in chance.sample(range(dossiers), FOLLOWED_BY_EACH):
                with store.writing() as repositories:
                    repositories.dossiers.follow(citizen, code_of(number))
                followed.append((chat, number))
    return [
        Counter(Told(chat, code_of(number), *told) for chat, number in followed if (told := FATES[number % len(FATES)].told[export]))
        for export in range(EXPORTS)
    ]


# -- those who die ----------------------------------------------------------------------------------------------------------


class Nest:
    """The process that all of them are forked off, and what is heard of each, by name."""

    def __init__(self, environ: Mapping[str, str], log: Path) -> None:
        self._log = log
        with log.open("w") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.commands"], env={**os.environ, **environ},
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, bufsize=1,
            )
        self._heard: defaultdict[str, queue.Queue[int]] = defaultdict(queue.Queue)
        self._lock = threading.Lock()
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as told:
            for line in told:
                name, number = line.split()
                self._heard[name].put(int(number))

    def bear(self, name: str, place: str, arguments: Sequence[str]) -> int:
        """The new one's id."""
        assert self._process.stdin is not None
        with self._lock:
            self._process.stdin.write(json.dumps([name, place, *arguments]) + "\n")
        return self._heard[name].get(timeout=STARTS_WITHIN)

    def death(self, name: str, seconds: float) -> int | None:
        """Its exit status; None while it lives."""
        try:
            return self._heard[name].get(timeout=seconds)
        except queue.Empty:
            return None

    def log(self) -> str:
        return self._log.read_text()

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(STARTS_WITHIN)
        self._listener.join()


def end(pid: int, how: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # it has just ended by itself
        os.kill(pid, how)


class Mortal:
    """One command, begun again each time that it is killed. ``plan`` is what kills it, in order."""

    def __init__(self, nest: Nest, name: str, chance: random.Random) -> None:
        self._nest, self.name, self._chance = nest, name, chance
        self.plan: list[str] = []
        self.kills: Counter[str] = Counter()

    def imports(self, *arguments: str) -> None:
        """Until the plan is through and an import has ended by itself, well."""
        while True:
            place = self.plan.pop(0) if self.plan else ""
            status = self._live(place, arguments, lambda pid: None)
            if status == 0 and not place:
                return
            if status == 0:
                self.plan.insert(0, ALWAYS_PASSED)

    def works(self, is_calm: threading.Event, may_end: threading.Event) -> None:
        """Until *may_end*. Once it *is_calm* nothing is sent any more, and whatever was to die in a send is killed without."""
        while True:
            place = self.plan[0] if self.plan else ""

            def look(pid: int, place: str = place) -> None:
                if place and is_calm.is_set():
                    end(pid, signal.SIGKILL)
                elif not place and may_end.is_set():
                    end(pid, signal.SIGTERM)

            status = self._live(place, ["worker"], look)
            if place:
                self.plan.pop(0)
            elif status in ENDED_WHEN_ASKED and may_end.is_set():
                return
            else:
                raise AssertionError(f"a worker ended by itself with {status}: {self._nest.log()[-2000:]}")

    def _live(self, place: str, arguments: Sequence[str], look: Callable[[int], None]) -> int:
        """One life; its exit status."""
        at = f"{place}:{self._chance.randint(1, 4)}" if place not in ("", ANY_MOMENT) else ""
        pid = self._nest.bear(self.name, at, arguments)
        if place == ANY_MOMENT:
            time.sleep(self._chance.uniform(0, 0.5))
            end(pid, signal.SIGKILL)
        while (status := self._nest.death(self.name, 0.05)) is None:
            look(pid)
        if status == DIED_AT_A_BOUNDARY:
            self.kills[place] += 1
        elif status == -signal.SIGKILL:
            self.kills[ANY_MOMENT] += 1
        elif status not in ENDED_WHEN_ASKED:
            raise AssertionError(f"{arguments} ended with {status}: {self._nest.log()[-2000:]}")
        return status


# -- the run ----------------------------------------------------------------------------------------------------------------


def run(url: str, folder: Path, *, kills: int = 60, followers: int = 200, dossiers: int = 60, seed: int = 1) -> Result:
    begun, chance, result = time.monotonic(), random.Random(seed), Result()
    on_sqlite = url.startswith("sqlite")
    with ExitStack() as stack:
        double = stack.enter_context(telegram_double())
        environ = {
            "BOT_DATABASE_URL": url, "BOT_OFFICES_DIR": str(sample_dir()), "BOT_TELEGRAM_TOKEN": double.token,
            "BOT_TELEGRAM_API_URL": double.url, "BOT_TELEGRAM_SPACING": "0", "BOT_LOG_LEVEL": "WARNING",
            "CHAOS_AHEAD": str((BEGINS - datetime.now(UTC)).total_seconds()), **({} if on_sqlite else ON_POSTGRES),
        }
        nest = Nest(environ, folder / "log")
        stack.callback(nest.close)
        importers = [Mortal(nest, f"import-{number}", random.Random(chance.random())) for number in range(IMPORTERS)]
        workers = [Mortal(nest, f"worker-{number}", random.Random(chance.random())) for number in range(1 if on_sqlite else 2)]
        expected = prepare(url, environ, followers, dossiers, double, chance)
        records = Records(url, environ)
        stack.callback(records.close)
        missing = so_far = 0
        for export in range(EXPORTS):
            path, as_of = folder / f"export-{export}.csv", f"2026-10-12T08:{export * 10:02}"
            write_export(path, dossiers, export)
            share = kills * (export + 1) // EXPORTS - kills * export // EXPORTS
            plan(importers, OF_AN_IMPORT, share - share // 2, chance)
            plan(workers, OF_A_WORKER, share // 2, chance)
            so_far = sum(each.total() for each in expected[: export + 1])
            missing += take_over(records, importers, workers, ("dossiers", "import", str(path), "--as-of", as_of), so_far - missing)
        for each in (*importers, *workers):
            result.kills += each.kills
        result.wrong += [f"the log has: {line}" for line in nest.log().splitlines() if "Traceback" in line]
        if result.kills.total() != kills:
            result.wrong.append(f"{result.kills.total()} kills happened instead of {kills}")
        notices, arrived = notices_in(records), Counter((sent.chat, sent.text) for sent in double.sent())
        with open_store(url, Keys.load(url, environ), SetClock(BEGINS)) as store:
            listed = {row.id for row in store.outbox.unknown()}
        result.wrong += judge(sum(expected, Counter()), notices, arrived, listed)
        held = [each for each in notices if each.state == "held"]
        result.counts = {
            "events to tell": so_far, "notices": len(notices), "arrived": arrived.total(), "held and listed": len(held),
            "of them not there": sum(not arrived[each.told.chat, each.words] for each in held),
        }
    result.seconds = time.monotonic() - begun
    return result


def plan(mortals: Sequence[Mortal], boundaries: Sequence[str], kills: int, chance: random.Random) -> None:
    """Deals out so many deaths: each boundary in turn, every third at any moment; first those that need fresh notices."""
    places = [ANY_MOMENT if number % 3 == 2 else chance.choice(boundaries) for number in range(kills)]
    places.sort(key=lambda place: place != "queued")
    for number, place in enumerate(places):
        mortals[number % len(mortals)].plan.append(place)


def take_over(records: Records, importers: Sequence[Mortal], workers: Sequence[Mortal], command: Sequence[str], wanted: int) -> int:
    """One export, until all that it says is told, *wanted* notices in all, and nobody is left to be killed; how many never came. Only then
    may the next export come: a notice that still waits when its news is old is rightly taken back.
    """
    is_calm, may_end = threading.Event(), threading.Event()
    with ThreadPoolExecutor(len(importers) + len(workers)) as pool:
        working = [pool.submit(each.works, is_calm, may_end) for each in workers]
        try:
            for importing in [pool.submit(each.imports, *command) for each in importers]:
                importing.result()
            come_to_rest(records, wanted, working)
            is_calm.set()
            while any(each.plan for each in workers) and not any(each.done() for each in working):
                time.sleep(0.05)
            missing = come_to_rest(records, wanted, working)
        finally:
            is_calm.set()
            may_end.set()
        for each in working:
            each.result()
    return missing


def come_to_rest(records: Records, wanted: int, working: Sequence[Future[None]]) -> int:
    """Waits as long as something happens, and a good while longer; how many of the notices never came. A worker that is through before
    its time has failed: nothing comes any more.
    """
    states = sa.select(outbox.c.state).where(outbox.c.kind == "notice")
    seen: Counter[str] = Counter()
    until = time.monotonic() + CALM_WITHIN
    while not any(each.done() for each in working):
        counted = Counter(row.state for row in records.rows(states))
        if counted != seen:
            seen, until = counted, time.monotonic() + CALM_WITHIN
        if time.monotonic() > until or (counted.total() >= wanted and not counted["due"] + counted["sending"]):
            break
        time.sleep(0.05)
    return max(0, wanted - seen.total())


def notices_in(records: Records) -> list[Notice]:
    rows = records.rows(sa.select(outbox, conversations.c.peer).join(conversations).where(outbox.c.kind == "notice").order_by(outbox.c.id))
    return [Notice(row.id, _told(row), as_telegram(from_json(row.payload))[0] if row.payload else "", row.state) for row in rows]


def _told(row: sa.Row) -> Told:
    if row.payload is None:
        return Told(int(row.peer), "", "", None)
    message = from_json(row.payload)
    code, by = re.search(r"H20\.14-\d{6}-\d{4}", message.text), re.search(r"Hạn nộp thêm: .*?(\d\d)/(\d\d)/(\d{4})", message.text)
    assert code is not None, message.text
    assert message.step is not None
    last_day = date(int(by[3]), int(by[2]), int(by[1])) if by else None
    return Told(int(row.peer), code[0], message.step, last_day)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--followers", type=int, default=200)
    parser.add_argument("--dossiers", type=int, default=60)
    parser.add_argument("--database", metavar="URL", help='an empty one; "postgresql": a new one on the tests\' server; else SQLite')
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="motcua-chaos-") as name, database(options.database, Path(name)) as url:
        sizes = {"kills": options.kills, "followers": options.followers, "dossiers": options.dossiers, "seed": options.seed}
        result = run(url, Path(name), **sizes)
        print(f"{url.partition(':')[0]}, seed {options.seed}: {result}")
    return 1 if result.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
