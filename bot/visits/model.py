"""A visit as the counter saw it, and the errands that the catalogue had told wrongly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

Outcome = Literal["came", "served", "missed", "sent_home"]

Reason = Literal["paper", "form", "copies", "fee", "place", "system", "other"]
"""Why somebody with all papers was sent home: another paper was asked for, another form, other numbers or kinds of copies, another fee,
another place, the counter's own machines or people were away, something else."""

NOT_THE_CATALOGUES: tuple[Reason, ...] = ("system",)
"""Reasons for which no entry of the catalogue can be blamed."""


@dataclass(frozen=True, slots=True)
class SentHome:
    """Somebody who was sent home: which errand, never who. ``visit`` is a hash of ticket or readiness code.

    ``complete``: nothing was missing by the readiness check, as far as there was one. ``words`` are masked.
    """

    visit: str
    day: date
    procedure: str
    case: str | None
    catalogue_version: str
    reason: Reason
    complete: bool
    words: str | None = None

    @property
    def counts(self) -> bool:
        """Whether it is counted against the catalogue's entry."""
        return self.complete and self.reason not in NOT_THE_CATALOGUES


class Visits(Protocol):
    def check_in(self, code: str, day: date, outcome: Outcome) -> Outcome | None:
        """Keeps what became of the visit with this ticket or readiness code; what was kept for that day before, None for nothing."""
        ...

    def check_ins(self, day: date) -> Mapping[str, Outcome]:
        """By ticket or readiness code."""
        ...

    def send_home(self, code: str, sent: SentHome) -> bool:
        """Keeps it under the hash of *code*; told again on the same day it takes the place of the first, and False is given."""
        ...

    def sent_home(self, since: date | None = None) -> Sequence[SentHome]:
        """Those of *since* and later, or all; by day, newest first."""
        ...
