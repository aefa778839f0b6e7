"""What a conversation remembers between two messages: all JSON, versioned."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.dialogue.flow import Answers

VERSION = 1
MOST_HISTORY = 12


@dataclass
class Place:
    """Where in which flow, knowing what."""

    flow: str
    step: str
    answers: Answers


@dataclass
class Shown:
    """One line of the last list: its value for the step, or the errand it starts."""

    value: str
    label: str
    flow: str | None = None
    answers: Answers | None = None


@dataclass
class Pending:
    """A typed answer that was read back and waits for yes or no."""

    value: Any
    label: str


@dataclass
class Session:
    """``at`` is the present place, ``ended`` says that its flow is over (its offers still count). ``serial`` numbers the lists shown,
    so that an old button is known as one. ``misses`` counts messages in a row that were not understood. Until ``quiet_until`` (ISO) a
    person of the house speaks here, and the bot does not."""

    at: Place | None = None
    ended: bool = False
    history: list[Place] = field(default_factory=list)
    suspended: Place | None = None
    shown: list[Shown] = field(default_factory=list)
    serial: int = 0
    hinted: int = 0
    misses: int = 0
    pending: Pending | None = None
    topic: dict[str, Any] | None = None
    quiet_until: str | None = None

    def dump(self) -> dict[str, Any]:
        """JSON; shares its parts with the session, which is at its end by then. (``asdict`` would copy all of it, slowly.)"""
        return {
            **vars(self), "version": VERSION, "at": _bare(self.at), "suspended": _bare(self.suspended), "pending": _bare(self.pending),
            "history": [vars(place) for place in self.history], "shown": [vars(line) for line in self.shown],
        }

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> "Session":
        """Raises ValueError when the state is of another release or shape."""
        try:
            if data["version"] != VERSION:
                raise ValueError(f"state of version {data['version']}")
            return cls(
                at=_place(data["at"]), ended=bool(data["ended"]), history=[Place(**each) for each in data["history"]],
                suspended=_place(data["suspended"]), shown=[Shown(**each) for each in data["shown"]], serial=int(data["serial"]),
                hinted=int(data["hinted"]), misses=int(data["misses"]),
                pending=Pending(**data["pending"]) if data["pending"] else None, topic=data["topic"],
                quiet_until=data.get("quiet_until"),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a state of this release: {error}") from None

    def remember(self) -> None:
        """Keeps the present place for going back."""
        if self.at is not None:
            self.history = [*self.history, Place(self.at.flow, self.at.step, dict(self.at.answers))][-MOST_HISTORY:]


def _bare(part: Place | Pending | None) -> dict[str, Any] | None:
    return vars(part) if part is not None else None


def _place(data: Mapping[str, Any] | None) -> Place | None:
    return Place(**data) if data else None
