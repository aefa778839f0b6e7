"""Consent, requests about one's own data, and how long each kind is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

Purpose = Literal["appointment", "call_back", "dossier", "complaint", "post", "post_address"]
RequestKind = Literal["see", "erase", "withdraw", "correct"]

KEEP: Mapping[str, timedelta] = {
    "inbox": timedelta(days=7),
    "inbox_keys": timedelta(days=90),
    "outbox": timedelta(days=90),
    "conversation": timedelta(days=90),
    "appointment": timedelta(days=90),
    "call_back": timedelta(days=90),
    "complaint": timedelta(days=730),
    "readiness": timedelta(days=90),
    "wrong_try": timedelta(days=30),
    "rating": timedelta(days=730),
    "miss": timedelta(days=90),
    "check_in": timedelta(days=90),
    "sent_home": timedelta(days=365),
    "closure": timedelta(days=90),
    "dossier": timedelta(days=730),
    "post": timedelta(days=180),
    "post_address": timedelta(days=365),
}
"""How long each kind is kept: after the visit for an appointment, after it is done for a call-back, after the last export that told of
it for a dossier, after its last day for a closure, after it is over for a postal order (as long as somebody may still ask for proof or
claim), after its last use for a remembered address, else after it was made.
"""

ANSWER_WITHIN_WORKING_DAYS = 2
"""A request about one's own data is answered within two working days (Nghị định 356/2025/NĐ-CP)."""


@dataclass(frozen=True, slots=True)
class DataRequest:
    """``due_at``: by when a person must have answered what could not be done at once."""

    code: str
    citizen: int
    kind: RequestKind
    asked_at: datetime
    due_at: datetime
    done_at: datetime | None


class PersonalData(Protocol):
    """One kind of personal data, wherever it is kept."""

    kind: str

    def export(self, citizen: int) -> Sequence[Mapping[str, str]]:
        """What is held about the citizen, as plain words by field name."""
        ...

    def erase(self, citizen: int) -> int:
        """Forgets it; how many records. What the law makes the office keep stays, without the person."""
        ...


class Privacy(Protocol):
    def told(self, citizen: int, purpose: Purpose) -> bool:
        """Whether purpose and retention were said to this citizen, and not withdrawn since."""
        ...

    def tell(self, citizen: int, purpose: Purpose) -> None: ...

    def withdraw(self, citizen: int) -> int:
        """Takes back every consent; how many. An address remembered for later goes with it: nothing else stands behind it."""
        ...

    def held(self, citizen: int) -> Mapping[str, Sequence[Mapping[str, str]]]:
        """Everything held about the citizen, by kind; kinds with nothing are left out."""
        ...

    def erase(self, citizen: int) -> Mapping[str, int]:
        """Erases everything that may be; counts by kind."""
        ...

    def keep_request(self, request: DataRequest) -> bool:
        """Stores it; False when the code is taken."""
        ...

    def requests(self, *, open_only: bool = True) -> Sequence[DataRequest]: ...

    def request_done(self, code: str) -> bool:
        """A person has answered it; False when there is no such open request."""
        ...


class Retention(Protocol):
    def run(self) -> Mapping[str, int]:
        """Empties or deletes what is past its time; counts by kind."""
        ...
