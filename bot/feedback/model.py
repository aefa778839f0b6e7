"""Records of what citizens ask a person to hear."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Why = Literal["asked", "home_visit", "post", "payment", "dossier", "complaint", "unanswered"]
"""Why a person is wanted: a closed list, so that an officer sees it at a glance."""


@dataclass(frozen=True, slots=True)
class CallBack:
    """A promise that a person phones. ``promised_by`` is the end of the opening hours it was promised for."""

    id: int
    citizen: int
    why: Why
    about: str | None
    """A procedure's or a dossier's code."""
    name: str | None
    phone: str
    words: str | None
    asked_at: datetime
    promised_by: datetime | None
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Complaint:
    """Kept word for word, under a receipt number. ``citizen`` is None once they had their data erased: the words stay."""

    receipt: str
    citizen: int | None
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Rating:
    """``score`` on ``scale``; scales are never mixed in reports."""

    citizen: int
    scale: str
    score: int
    words: str | None
    at: datetime


class Feedback(Protocol):
    def ask_call_back(
        self, citizen: int, why: Why, about: str | None, name: str | None, phone: str, words: str | None, promised_by: datetime | None
    ) -> CallBack:
        """Keeps the wish; a waiting one with the same citizen, reason and subject is brought up to date instead of doubled."""
        ...

    def waiting(self) -> Sequence[CallBack]:
        """Those not done, oldest first."""
        ...

    def done(self, call_back: int) -> bool:
        """Marks it done; False when there is no such one waiting."""
        ...

    def waiting_of(self, citizen: int) -> Sequence[CallBack]: ...

    def keep_complaint(self, complaint: Complaint) -> bool:
        """Stores it; False when the receipt number is taken (make another)."""
        ...

    def complaints(self) -> Sequence[Complaint]: ...

    def keep_rating(self, rating: Rating) -> None: ...
