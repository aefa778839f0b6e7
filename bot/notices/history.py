"""What was said in a conversation, both ways, for a wire that shows it again: the web page's history and its live end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.dialogue.messages import IncomingKind, Outgoing


@dataclass(frozen=True, slots=True)
class Heard:
    """One message of the citizen. ``text`` is what they typed, or the label of the choice they pressed ("" where it is gone)."""

    event: int
    kind: IncomingKind
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """One message of ours: the outbox row's id, what it says, and when it was due."""

    row: int
    message: Outgoing
    at: datetime


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far somebody has read: the ``place`` of the last row that went out, the id of the last event that came in.

    ``forgotten`` is the place of the last row that has been emptied since it went out: where it has grown, what was read before may
    stand there no longer, and the whole is to be read again.
    """

    place: int = 0
    event: int = 0
    forgotten: int = 0


@dataclass(frozen=True, slots=True)
class History:
    """Entries in reading order: an answer comes after what it answers."""

    entries: Sequence[Heard | Told]
    cursor: Cursor


class Histories(Protocol):
    """Reads only; each call is its own transaction. A conversation is named by its address (channel, bot, peer)."""

    def read(self, address: tuple[str, str, str], after: Cursor | None = None) -> History:
        """What came after *after*; without it the conversation's latest part."""
        ...

    def told(self, address: tuple[str, str, str], row: int) -> Told | None:
        """One message of this conversation; None when it is another's, not out yet, or forgotten."""
        ...

    def message(self, channel: str, row: int) -> Outgoing | None:
        """One message of whatever conversation over *channel*; None when it is another channel's, not out yet, or forgotten."""
        ...

    def waiting(self, address: tuple[str, str, str]) -> bool:
        """Whether an answer is still to come."""
        ...

    def heard_since(self, address: tuple[str, str, str], moment: datetime) -> int:
        """How many messages have come in after *moment*."""
        ...
