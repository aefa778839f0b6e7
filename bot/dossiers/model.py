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

    @property
    def waits_for_citizen(self) -> bool:
        return self.status in ("supplement", "payment")

    @property
    def is_settled(self) -> bool:
        return self.status in ("ready", "returned", "refused", "stopped")
