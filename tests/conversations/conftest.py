"""A conversation as a test reads it: what the citizen says, what the bot answers, on the sample office at a set time."""

import asyncio
import itertools
import re
import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.bootstrap import Application, Knowledge
from bot.clock import SetClock, aware, local
from bot.dialogue.messages import Incoming, Outgoing, as_plain_text
from bot.notices.outbox import Outcome, Row, Sent
from bot.offices.model import Town
from bot.offices.reader import load_town
from bot.sample import sample_dir
from bot.sample.dossiers import sample_dossiers
from bot.store.crypto import Keys
from bot.store.engine import open_store

SATURDAY = aware(datetime(2026, 11, 21, 9))
"""The clock of every conversation, unless a test moves it: Saturday 21/11/2026, 9 in the morning."""

DATABASE = "conversation.db"


class Listener:
    """A wire that remembers what was sent to whom."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Outgoing]] = []

    async def send(self, row: Row) -> Outcome:
        self.heard.append((row.peer, row.message))
        return Sent()


class Conversation:
    """Speaks as citizens; ``conversation(script)`` plays lines ``citizen: …`` and holds the answers against ``bot: …``.

    In a ``bot:`` line, ``…`` is anything and ``[label]`` is a choice that must be there; in a ``citizen:`` line ``[label]`` is a
    button, pressed by its label. Every message of a turn needs its ``bot:`` line.
    """

    def __init__(self, application: Application, clock: SetClock) -> None:
        self.application, self.clock = application, clock
        self.wire, self.user = Listener(), "me"
        self.last: list[Outgoing] = []
        self._ids = itertools.count()
        self._played: list[str] = []
        self._runner = asyncio.Runner()

    def __call__(self, script: str) -> None:
        waiting: list[Outgoing] = []
        for who, words in _lines(script):
            if who == "citizen":
                assert not waiting, self._story(f"the bot said more than the script knows:\n{as_plain_text(waiting[0])}")
                waiting = self.press(words[1:-1]) if words.startswith("[") and words.endswith("]") else self.say(words)
            else:
                assert waiting, self._story(f"the bot said nothing where the script has:\n{words}")
                self._compare(words, waiting.pop(0))
        assert not waiting, self._story(f"the bot said more than the script knows:\n{as_plain_text(waiting[0])}")

    def say(self, text: str, kind: Any = "text", photo: str | None = None) -> list[Outgoing]:
        self._played.append(f"citizen: {text if kind == 'text' else f'({kind})'}")
        return self._deliver(Incoming("terminal", "test", f"e{next(self._ids)}", self.user, kind, text, self.clock.now(), photo))

    def press(self, label: str) -> list[Outgoing]:
        """The button of the last list that bears *label*."""
        choices = [choice for message in self.last for choice in message.choices]
        chosen = [choice for choice in choices if choice.label == label]
        assert chosen, self._story(f"no button [{label}] among {[choice.label for choice in choices]}")
        return self.say(chosen[-1].value, kind="choice")

    def at(self, moment: datetime) -> list[Outgoing]:
        """Moves the clock; what fell due is returned."""
        self.clock.move_to(moment)
        return self._work()

    def _deliver(self, incoming: Incoming) -> list[Outgoing]:
        self.application.accept(incoming)
        return self._work()

    def _work(self) -> list[Outgoing]:
        self.application.take_turns()
        before = len(self.wire.heard)
        self._runner.run(self.application.deliver({"terminal": self.wire}))
        said = [message for _, message in self.wire.heard[before:]]
        for message in said:
            _weekdays_agree(as_plain_text(message), local(self.clock.now()).year)
        self._played += [f"bot: {as_plain_text(message)}" for message in said]
        if said:
            self.last = list(said)
        return said

    @property
    def place(self) -> str:
        """Flow and step of the last message: ``book_visit.day``."""
        return f"{self.last[-1].flow}.{self.last[-1].step}"

    @property
    def citizen(self) -> int:
        """The id that the repositories know the present speaker by."""
        known = self.application.store.conversation("terminal", "test", self.user)
        assert known is not None, f"{self.user} has not said anything yet"
        return known

    @property
    def text(self) -> str:
        """All that the bot said last."""
        return "\n".join(as_plain_text(message) for message in self.last)

    def _compare(self, expected: str, message: Outgoing) -> None:
        said, labels = as_plain_text(message), {choice.label for choice in message.choices}
        at = 0
        for piece in expected.split("…"):
            for label in [part for part in piece.split("[")[1:] if "]" in part]:
                name = label.partition("]")[0]
                assert name in labels, self._story(f"no choice [{name}] in:\n{said}")
            plain = piece.partition("[")[0].strip()
            found = said.find(plain, at)
            assert found >= 0, self._story(f"expected: {plain}\nsaid: {said}")
            at = found + len(plain)

    def _story(self, problem: str) -> str:
        return "\n".join([*self._played[-8:], "", problem])

    def repositories(self) -> Any:
        return self.application.store.reading()

    def close(self) -> None:
        self._runner.close()


WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_DATED = re.compile(r"(thứ (?:Hai|Ba|Tư|Năm|Sáu|Bảy)|Chủ nhật) (\d\d)/(\d\d)(?:/(\d{4}))?", re.IGNORECASE)


def _weekdays_agree(text: str, this_year: int) -> None:
    """Every weekday that stands before a date is that date's; without a year, this year's or the next one's."""
    for weekday, day, month, year in _DATED.findall(text):
        years = (int(year),) if year else (this_year, this_year + 1)
        days = {WEEKDAYS[date(each, int(month), int(day)).weekday()].lower() for each in years}
        assert weekday.lower() in days, f"{weekday} {day}/{month}/{year or this_year} is {days}:\n{text}"


def _lines(script: str) -> Iterator[tuple[str, str]]:
    who, words = "", ""
    for line in (line.strip() for line in script.strip().splitlines()):
        speaker, _, rest = line.partition(": ")
        if line.rstrip(":") in ("citizen", "bot"):
            speaker, rest = line.rstrip(":"), ""
        if speaker in ("citizen", "bot"):
            if who:
                yield who, words
            who, words = speaker, rest
        elif line:
            words += f"\n{line}"
    if who:
        yield who, words


@pytest.fixture(scope="session")
def sample_town() -> Town:
    return load_town(sample_dir())


@pytest.fixture(scope="session")
def filled_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample dossiers' database and its keys: a copy of it is there sooner than a new one."""
    folder = tmp_path_factory.mktemp("filled")
    url = f"sqlite:///{folder / DATABASE}"
    with open_store(url, Keys.load(url, {}), SetClock(SATURDAY)) as store, store.writing() as repositories:
        repositories.dossiers.put(sample_dossiers(date(2026, 11, 21)))
    return folder


@pytest.fixture
def conversation(tmp_path: Path, knowledge: Knowledge, sample_town: Town, filled_database: Path) -> Iterator[Conversation]:
    clock = SetClock(SATURDAY)
    for file in filled_database.iterdir():
        shutil.copy(file, tmp_path)
    url = f"sqlite:///{tmp_path / DATABASE}"
    with open_store(url, Keys.load(url, {}), clock) as store:
        talk = Conversation(Application(knowledge, sample_town, store, clock), clock)
        yield talk
        talk.close()


@pytest.fixture
def later() -> Any:
    """``later(hours=3)``: an instant after the conversation's beginning."""
    return lambda **span: SATURDAY + timedelta(**span)
