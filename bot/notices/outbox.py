"""The outbox: what was said is a row before it is sent, and what became of the send is known."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.dialogue.messages import Outgoing

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""How long a claimed row belongs to its claimer; a row still being sent after that has an unknown outcome."""


@dataclass(frozen=True, slots=True)
class Row:
    """One message to one citizen over one channel. ``attempts`` counts sends begun, this one included."""

    id: int
    conversation: int
    channel: str
    bot: str
    peer: str
    message: Outgoing
    attempts: int
    heard_at: datetime | None = None
    """When the citizen last turned to us: what a channel's window is counted from."""
    unfollowed: bool = False
    """Nothing is to be said unasked: a notice is told by phone, or when they write."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The platform has it; ``reference`` is its own id for the message, where it gives one."""

    reference: str | None = None


@dataclass(frozen=True, slots=True)
class NotSent:
    """Certainly not delivered; try again at ``retry_at``."""

    retry_at: datetime


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say whether it arrived (a time-out, a kill)."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """The citizen blocked us, or may not be written to: this row and the later ones to them stop."""


@dataclass(frozen=True, slots=True)
class OutsideWindow:
    """The channel lets nobody be written to who has not written for so long: the row waits until they do, and is listed for a call."""


Outcome = Sent | NotSent | Unknown | Blocked | OutsideWindow


class Sender(Protocol):
    """A channel's outgoing door."""

    async def send(self, row: Row) -> Outcome: ...


class Outbox(Protocol):
    def claim(self, channels: Collection[str]) -> Row | None:
        """The next due row of a conversation that has none being sent, marked as being sent under a lease; None when nothing is due.

        A row whose lease has run out counts as Unknown first: a reply is sent once more, a ``once`` row is held and listed.
        """
        ...

    def claim_some(self, channels: Collection[str], most: int) -> Sequence[Row]:
        """Up to *most* such rows, each of another conversation, in one transaction: all of them are to be sent at once."""
        ...

    def record_all(self, outcomes: Sequence[tuple[int, Outcome]]) -> None:
        """The same as ``record`` for each, in one transaction."""
        ...

    def record(self, row: int, outcome: Outcome) -> None:
        """What became of the send. Unknown: a reply becomes due once more (one time only), a ``once`` row is held and listed."""
        ...

    def unknown(self) -> Sequence[Row]:
        """Rows held because nobody knows whether they arrived."""
        ...

    def to_call(self) -> Sequence[Row]:
        """Rows that wait outside their channel's window, and notices that are due to somebody who blocked us: to be told by phone."""
        ...

    def called(self, row: int) -> bool:
        """Told by phone, whether it could not be sent or was held: it is not sent nor listed any more. False for any other row."""
        ...


class Notices(Protocol):
    """Messages said unasked; part of the turn's transaction."""

    def queue(self, citizen: int, cause: str, message: Outgoing, due_at: datetime) -> bool:
        """One row per (cause, recipient): False when it is queued or sent already."""
        ...

    def drop(self, citizen: int, cause: str) -> bool:
        """Takes a waiting one back; False when it was sent or never queued."""
        ...

    def drop_all(self, citizen: int, causes: str) -> int:
        """Takes back every waiting one whose cause begins with *causes*; how many."""
        ...


async def deliver_due(outbox: Outbox, senders: Mapping[str, Sender], boundary: Callable[[str], None] = lambda _: None) -> int:
    """Sends what is due now, in order within each conversation; how many sends were begun."""
    begun = 0
    while (row := await asyncio.to_thread(outbox.claim, senders.keys())) is not None:
        outcome = await send_claimed(row, senders, boundary)
        await asyncio.to_thread(outbox.record, row.id, outcome)
        begun += 1
    return begun


async def send_claimed(row: Row, senders: Mapping[str, Sender], boundary: Callable[[str], None] = lambda _: None) -> Outcome:
    """One send; what becomes of it is still to be recorded. A sender that raises has told nothing."""
    boundary("before_send")
    try:
        outcome = await senders[row.channel].send(row)
    except Exception as error:
        log.error("a sender failed: %s", type(error).__name__, exc_info=error if log.isEnabledFor(logging.DEBUG) else None)
        outcome = Unknown()
    boundary("after_send")
    return outcome
