"""What may be said of a dossier, to whom, and how often somebody may try."""

import re
import unicodedata
from collections.abc import Collection
from datetime import date, timedelta
from typing import Literal

from bot.calendar.model import NationalCalendar
from bot.calendar.rules import next_counting_day, working_days_between
from bot.dossiers.model import Dossier, SecondFact, Status

WRONG_TRIES_PER_CITIZEN = 5
CITIZEN_WINDOW = timedelta(hours=1)
WRONG_TRIES_PER_CODE = 10
CODE_WINDOW = timedelta(days=1)
"""Order numbers restart every day, so codes can be guessed: tries are counted over these windows."""

Standing = Literal[
    "registered", "received", "in_progress", "late", "refused", "supplement", "payment", "withdrawing", "stopped",
    "ready", "returned", "other",
]
"""What the citizen is told: the status, or ``late`` for one received or in progress past its slip's date."""

_NOT_COUNTED: tuple[Status, ...] = ("registered", "supplement", "payment", "withdrawing")
"""Not received yet, or waiting for the citizen: that time is not the office's."""

_TITLES = ("", "ong ", "ba ", "anh ", "chi ", "co ", "chu ")
_NUMBER_LENGTHS = (4, 9, 10, 11, 12)
"""Four digits as asked, or a whole phone (84 and nine digits too) or identity number."""
_MASKED = re.compile(r"[0-9]*(?:[•●∙*xX#]\s?|\.{2,})+(?=[0-9])")
"""What stands before the last digits of ``079•••••6789``."""


def lateness(dossier: Dossier, day: date, calendar: NationalCalendar) -> int | None:
    """Working days late against the slip's date; 0 when in time; None when it cannot be said.

    Once settled, up to the day it was settled; before that, up to *day*. A new date does not erase the slip's. A slip's
    date on a day off means the next working day (Bộ luật Dân sự 2015, Điều 148). Not said of a status whose time is not
    the office's.
    """
    reached = dossier.settled_on if dossier.is_settled else day
    if dossier.due_on is None or reached is None or dossier.status in _NOT_COUNTED:
        return None
    return working_days_between(calendar, next_counting_day(calendar, dossier.due_on), reached)


def standing(dossier: Dossier, day: date, calendar: NationalCalendar) -> Standing:
    """The one message that fits the dossier on *day*. A result that came late is still a result: ``ready``."""
    if dossier.status in ("received", "in_progress") and lateness(dossier, day, calendar):
        return "late"
    return dossier.status


def matches(dossier: Dossier, fact: str, kinds: Collection[SecondFact]) -> bool:
    """Whether *fact* is the dossier's: the last four digits of phone or identity number, or the applicant's full name.

    A whole or masked number is taken by its last four; a name is compared without accents, case and spare blanks. Never
    true when the dossier holds nothing of *kinds*.
    """
    plain = unicodedata.normalize("NFKC", fact)
    if any(each.isdigit() for each in plain):
        last4 = _last4(plain)
        held = {"phone": dossier.phone_last4, "id": dossier.id_last4}
        return last4 is not None and any(held[kind] == last4 for kind in ("phone", "id") if kind in kinds)
    return "name" in kinds and _is_name(plain, dossier.applicant)


def may_try(tries_by_citizen: int, tries_on_code: int) -> bool:
    """Whether another look-up is allowed after that many wrong ones, each within its own window."""
    return tries_by_citizen < WRONG_TRIES_PER_CITIZEN and tries_on_code < WRONG_TRIES_PER_CODE


def _last4(text: str) -> str | None:
    """The last four of the one number in *text*; None for none, or for several: a try is one fact."""
    shown = _MASKED.sub(" ", text)
    joined = re.sub(r"(?<=[0-9])[\s.\-]+(?=[0-9])", "", shown)
    numbers = [run for run in re.findall(r"[0-9]+", joined) if len(run) in _NUMBER_LENGTHS]
    return numbers[0][-4:] if len(numbers) == 1 else None


def _is_name(text: str, applicant: str | None) -> bool:
    name = _fold(applicant or "")
    return " " in name and _fold(text) in {title + name for title in _TITLES}


def _fold(text: str) -> str:
    """Lower case without accents, single blanks, letters only."""
    spread = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join(re.findall(r"[a-z]+", "".join(each for each in spread if not unicodedata.combining(each))))
