"""Two transactions a turn: intake stores the event; the turn commits state, effects, outgoing messages and the event's being done."""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from bot.dialogue.messages import Incoming, Outgoing
from bot.errors import StoreUnavailable

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3

R_co = TypeVar("R_co", covariant=True)
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Event:
    """A stored event: ``conversation`` is the citizen's, ``attempts`` how often a turn on it has failed before."""

    id: int
    conversation: int
    incoming: Incoming
    attempts: int


class OpenTurn(Protocol[R_co]):
    """One event of a conversation that nobody else holds, inside its transaction. Leaving without commit undoes everything."""

    @property
    def event(self) -> Event: ...

    @property
    def state(self) -> Mapping[str, Any] | None:
        """The conversation's last state; None at the first message."""
        ...

    @property
    def repositories(self) -> R_co:
        """The repositories of this transaction."""
        ...

    def commit(self, state: Mapping[str, Any], outgoing: Sequence[Outgoing]) -> None:
        """State, effects, outgoing messages (in order) and the event's being done, together."""
        ...


class TurnStore(Protocol[R_co]):
    def intake_all(self, incoming: Sequence[Incoming]) -> Sequence[bool]:
        """Stores the events, those of one citizen in this order; False for a duplicate, which changes nothing."""
        ...

    def open_turn(self) -> AbstractContextManager[OpenTurn[R_co] | None]:
        """The oldest unfinished event of a conversation that nobody holds; None when there is none."""
        ...

    def failed(self, event: Event, apology: Outgoing | None) -> None:
        """Counts a failed attempt; with an *apology* the event is dead: it is answered with that and never tried again."""
        ...


Step = Callable[[Event, Mapping[str, Any] | None, R], tuple[Mapping[str, Any], Sequence[Outgoing]]]
"""(event, state, repositories) -> (new state, what to say)."""


class Turns(Generic[R]):
    """Takes turns until there is nothing left to do. ``boundary`` is called at each point where a kill must do no harm."""

    def __init__(
        self, store: TurnStore[R], step: Step[R], apology: Callable[[], Outgoing], boundary: Callable[[str], None] = lambda _: None
    ) -> None:
        self._store, self._step, self._apology, self._boundary = store, step, apology, boundary

    def accept_all(self, incoming: Sequence[Incoming]) -> Sequence[bool]:
        """Intake: only after this may a wire be told that the events have arrived. False for a duplicate."""
        new = self._store.intake_all(incoming)
        self._boundary("after_intake")
        return new

    def take_one(self) -> bool:
        """One turn; False when no event waits. A failure is counted, never raised: the event is tried again or apologised for.

        StoreUnavailable is raised: that is no fault of the event's.
        """
        with self._store.open_turn() as turn:
            if turn is None:
                return False
            event = turn.event
            try:
                state, outgoing = self._step(event, turn.state, turn.repositories)
                self._boundary("before_commit")
                turn.commit(state, outgoing)
                self._boundary("after_commit")
                return True
            except StoreUnavailable:
                raise
            except Exception as error:
                failure = error
        last = event.attempts + 1 >= MOST_ATTEMPTS
        log.error("turn failed: conversation %s, event %s, attempt %s: %s", event.conversation, event.id, event.attempts + 1,
                  type(failure).__name__, exc_info=failure if log.isEnabledFor(logging.DEBUG) else None)
        self._store.failed(event, self._apology() if last else None)
        return True
