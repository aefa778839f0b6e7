"""A dossier as the settlement system last told of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Status = Literal[
    "registered",          # 1 Mới đăng ký
    "received",            # 2 Được tiếp nhận
    "refused",             # 3 Không được tiếp nhận
    "in_progress",         # 4 Đang xử lý
    "supplement",          # 5 Yêu cầu bổ sung giấy tờ
    "payment",             # 6 Yêu cầu thực hiện nghĩa vụ tài chính
    "withdrawing",         # 7 Công dân yêu cầu rút hồ sơ
    "stopped",             # 8 Dừng xử lý
    "ready",               # 9 Đã xử lý xong, chưa trả
    "returned",            # 10 Đã trả kết quả
    "other",               # a local status passed through in its own words
]
"""The national exchange set (rules of the field, section 2.5), and local words passed through."""

SecondFact = Literal["phone", "id", "name"]


@dataclass(frozen=True, slots=True)
class Dossier:
    """Days are civil dates; ``as_of`` says when the settlement system's export was made (aware, UTC)."""

    code: str
    status: Status
    as_of: datetime
    status_words: str | None = None
    """The local status in its own words, for ``other``."""
    procedure: str | None = None
    unit: str | None = None
    """Who has it now."""
    office: str | None = None
    """Id of the office where the result is fetched."""
    received_on: date | None = None
    due_on: date | None = None
    """The day on the receipt slip; never a computed one."""
    new_due_on: date | None = None
    settled_on: date | None = None
    returned_on: date | None = None
    reason: str | None = None
    """Why refused, late, stopped: as recorded."""
    missing: tuple[str, ...] = ()
    """Papers asked for, for ``supplement``."""
    supplement_by: date | None = None
    applicant: str | None = None
    phone_last4: str | None = None
    id_last4: str | None = None
    paused_days: int | None = None
    """Working days that it lay waiting for the citizen, as the settlement system counted them."""

    @property
    def waits_for_citizen(self) -> bool:
        return self.status in ("supplement", "payment")

    @property
    def is_settled(self) -> bool:
        return self.status in ("ready", "returned", "refused", "stopped")


@dataclass(frozen=True, slots=True)
class Changed:
    """What a newer export tells otherwise of one dossier; ``old`` is None for one never heard of before."""

    old: Dossier | None
    new: Dossier

    @property
    def in_status(self) -> bool:
        return self.old is None or self.old.status != self.new.status


EventKind = Literal["supplement", "ready", "late"]


@dataclass(frozen=True, slots=True)
class Event:
    """What those who follow a dossier are told unasked. ``of`` tells one such event of a dossier from the next of its kind: the last day
    for the papers, the day it was settled, the slip's day; where the record has none, the day of the export.
    """

    kind: EventKind
    of: date


@dataclass(frozen=True, slots=True)
class Follower:
    """Somebody who wants to hear of a dossier; ``since`` is aware, UTC."""

    citizen: int
    code: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Update:
    """What became of dossiers handed to ``Dossiers.update``: every one of them is counted once."""

    changes: tuple[Changed, ...] = ()
    unchanged: int = 0
    older: int = 0
    """Left as they are, because what is held is of a later export."""


@dataclass(frozen=True, slots=True)
class Import:
    """An export that was taken over: ``at`` when (aware, UTC), ``as_of`` when it was made, ``facts`` what its columns hold to check an
    owner by.
    """

    at: datetime
    as_of: datetime
    facts: tuple[SecondFact, ...]
    rows: int
    bad_rows: int
