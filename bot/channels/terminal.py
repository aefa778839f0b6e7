"""The terminal: the whole bot on standard input, offline. A line is a message; lines that begin with "!" are the tester's."""

import json
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TextIO

from bot.clock import SetClock
from bot.dialogue.messages import Incoming, Outgoing, PhotoOutcome, as_plain_text
from bot.errors import StoreUnavailable
from bot.notices.outbox import Outcome, Row, Sent
from bot.pictures.model import Slip

CHANNEL, BOT = "terminal", "terminal"


class House(Protocol):
    """What the terminal needs of the bot."""

    def accept(self, incoming: Incoming) -> bool: ...
    def work(self) -> None:
        """Takes the turns that wait and sends what is due."""
        ...

    def look(self, path: str) -> Slip:
        """What the picture in a file says; nothing of it is kept."""
        ...

    def restart(self) -> None:
        """Drops everything held in memory."""
        ...

    def away(self) -> str:
        """What to say while the database does not answer."""
        ...


class Screen:
    """The outgoing door: prints a message, as text or as JSON Lines."""

    def __init__(self, out: TextIO, *, as_json: bool, colour: bool = False) -> None:
        self._out, self._as_json, self._colour = out, as_json, colour
        self.turn = 0

    async def send(self, row: Row) -> Outcome:
        self.show(row.message, row.peer)
        return Sent()

    def show(self, message: Outgoing, peer: str) -> None:
        if self._as_json:
            self.line(_as_json(message, self.turn, peer))
        else:
            text = as_plain_text(message)
            self._out.write(f"\033[36m{text}\033[0m\n\n" if self._colour else f"{text}\n\n")
            self._out.flush()

    def end(self, milliseconds: float) -> None:
        if self._as_json:
            self.line({"turn": self.turn, "kind": "end", "ms": round(milliseconds, 2)})

    def line(self, data: dict[str, Any]) -> None:
        self._out.write(json.dumps(data, ensure_ascii=False) + "\n")
        self._out.flush()


def _as_json(message: Outgoing, turn: int, peer: str) -> dict[str, Any]:
    return {
        "turn": turn, "kind": message.kind, "text": as_plain_text(message),
        "choices": [{"n": n, "label": each.label, "value": each.value} for n, each in enumerate(message.choices, start=1)],
        "files": [{"name": each.name, "mime": each.mime, "path": each.path} for each in message.files],
        "procedure": message.procedure, "facet": message.facet, "flow": message.flow, "step": message.step, "user": peer,
    }


@dataclass
class Terminal:
    """Reads lines until there are none. ``clock`` is the tester's, where the time may be moved."""

    house: House
    screen: Screen
    clock: "TesterClock"
    complain: Callable[[str], None]
    user: str = "me"

    def __post_init__(self) -> None:
        self._session, self._count = uuid.uuid4().hex[:12], 0
        self._last: Incoming | None = None
        self._unstored: list[Incoming] = []
        self._told_away = False

    def run(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.screen.turn += 1
            begun = time.perf_counter()
            self.hear(line.rstrip("\r\n"))
            self.screen.end((time.perf_counter() - begun) * 1000)

    def hear(self, line: str) -> None:
        if not line.startswith("!"):
            self._say("text", line)
            return
        word, _, rest = line[1:].partition(" ")
        match word:
            case "photo":
                slip = self.house.look(rest.strip())
                self._say("photo", slip.code, slip.outcome)
            case "at":
                self._move_clock(rest.strip())
            case "again":
                self._again()
            case "user" if rest.strip():
                self.user = rest.strip()
            case "restart":
                self.house.restart()
                self._work()
            case _:
                self.complain(f"unknown line {line!r}: !photo PATH, !at ISO-TIME, !again, !user NAME, !restart")

    def _say(self, kind: Any, text: str, photo: PhotoOutcome | None = None) -> None:
        self._count += 1
        self._last = Incoming(CHANNEL, BOT, f"{self._session}-{self._count}", self.user, kind, text, self.clock.now(), photo)
        self._deliver(self._last)

    def _again(self) -> None:
        if self._last is None:
            self.complain("!again: nothing has been said yet")
        else:
            self._deliver(self._last)

    def _move_clock(self, at: str) -> None:
        try:
            self.clock.move_to(datetime.fromisoformat(at))
        except ValueError as error:
            self.complain(f"!at {at}: {error}")
            return
        self._work()

    def _deliver(self, incoming: Incoming) -> None:
        """An event that cannot be stored is kept here and offered again with the next line: the wire does not move on."""
        self._unstored.append(incoming)
        self._work()

    def _work(self) -> None:
        try:
            while self._unstored:
                self.house.accept(self._unstored[0])
                self._unstored.pop(0)
            self.house.work()
            self._told_away = False
        except StoreUnavailable as error:
            self.complain(f"the database does not answer: {error}")
            if not self._told_away:
                self._told_away = True
                self.screen.show(Outgoing(self.house.away()), self.user)


class TesterClock:
    """The real time, until it is set: then it stands still and moves only when told."""

    def __init__(self, real: Any, at: datetime | None = None) -> None:
        self._real, self._set = real, SetClock(at) if at else None

    def now(self) -> datetime:
        now: datetime = self._set.now() if self._set else self._real.now()
        return now

    def move_to(self, at: datetime) -> None:
        if self._set is None:
            self._set = SetClock(self._real.now())
        self._set.move_to(at)
