"""What may be said of a dossier, to whom, and how often somebody may try."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

from bot.calendar.model import NationalCalendar
from bot.calendar.rules import add_working_days, next_counting_day, working_days_between
from bot.clock import local
from bot.dossiers.model import Changed, Dossier, Event, Follower, SecondFact, Status

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

UNDER_WAY: tuple[Status, ...] = ("received", "in_progress")
"""Statuses in which the office's time runs."""

Timeliness = Literal["early", "on_time", "late"]

_OF_ITS_STATUS = frozenset(("unit", "reason", "missing", "supplement_by", "settled_on", "returned_on"))
_STAY = frozenset((
    "procedure", "office", "received_on", "due_on", "new_due_on", "applicant", "phone_last4", "id_last4", "paused_days",
)) | _OF_ITS_STATUS

_TITLES = ("", "ong ", "ba ", "anh ", "chi ", "co ", "chu ")
_NUMBER_LENGTHS = (4, 9, 10, 11, 12)
"""Four digits as asked, or a whole phone (84 and nine digits too) or identity number."""
_MASKED = re.compile(r"[0-9]*(?:[•●∙*xX#]\s?|\.{2,})+(?=[0-9])")
"""What stands before the last digits of ``079•••••6789``."""


def lateness(dossier: Dossier, day: date, calendar: NationalCalendar) -> int | None:
    """Working days late against the slip's date; 0 when in time; None when it cannot be said.

    Once settled, up to the day it was settled; before that, up to *day*. A new date does not erase the slip's. A slip's
    date on a day off means the next working day (Bộ luật Dân sự 2015, Điều 148). Days that it lay waiting for the citizen are not
    counted. Not said of a status whose time is not the office's.
    """
    reached = dossier.settled_on if dossier.is_settled else day
    if dossier.due_on is None or reached is None or dossier.status in _NOT_COUNTED:
        return None
    return working_days_between(calendar, _due(dossier, dossier.due_on, calendar), reached)


def working_days_left(dossier: Dossier, day: date, calendar: NationalCalendar) -> int | None:
    """Working days until the slip's date, *day* itself not counted, pauses added as in ``lateness``; 0 on the day and after it.

    None where the office's time does not run, or there is no date.
    """
    if dossier.due_on is None or dossier.status not in UNDER_WAY:
        return None
    return working_days_between(calendar, day, _due(dossier, dossier.due_on, calendar))


def _due(dossier: Dossier, due_on: date, calendar: NationalCalendar) -> date:
    """The slip's date as the field counts it: off days and pauses put it off."""
    counted = next_counting_day(calendar, due_on)
    return add_working_days(calendar, counted, dossier.paused_days) if dossier.paused_days else counted


def standing(dossier: Dossier, day: date, calendar: NationalCalendar) -> Standing:
    """The one message that fits the dossier on *day*. A result that came late is still a result: ``ready``."""
    if dossier.status in ("received", "in_progress") and lateness(dossier, day, calendar):
        return "late"
    return dossier.status


def event_of(dossier: Dossier, day: date, calendar: NationalCalendar) -> Event | None:
    """What there is to tell of the dossier on *day* unasked; None for most standings."""
    exported_on = local(dossier.as_of).date()
    match standing(dossier, day, calendar):
        case "supplement":
            return Event("supplement", dossier.supplement_by or exported_on)
        case "ready":
            return Event("ready", dossier.settled_on or exported_on)
        case "late":
            return Event("late", dossier.due_on or exported_on)
    return None


def events_of(changed: Changed, day: date, calendar: NationalCalendar) -> tuple[Event | None, Event | None]:
    """What a change brings about that is to be told, and what it ends: a notice of that which still waits is no longer true.

    A new last day for papers is a new demand; any other correction of what was told is not told again.
    """
    now, old = event_of(changed.new, day, calendar), changed.old
    before = event_of(old, day, calendar) if old else None
    if now is None or before is None or before.kind != now.kind:
        return now, before
    again = now.kind == "supplement" and old is not None and old.supplement_by is not None
    return (now, before) if again and changed.new.supplement_by not in (None, before.of) else (None, None)


def was_known(event: Event, dossier: Dossier, follower: Follower, calendar: NationalCalendar) -> bool:
    """Whether the follower read it themselves when they asked to be told: late already on that day."""
    return event.kind == "late" and standing(dossier, local(follower.since).date(), calendar) == "late"


def timeliness(dossier: Dossier, calendar: NationalCalendar) -> Timeliness | None:
    """Whether it was settled before, on or after its day, as the field counts: against the slip's date, time spent waiting for the
    citizen left out. None where it is not settled, was never received, or the record lacks a day.
    """
    if dossier.status not in ("ready", "returned", "stopped") or dossier.due_on is None or dossier.settled_on is None:
        return None
    if lateness(dossier, dossier.settled_on, calendar):
        return "late"
    return "early" if dossier.settled_on < dossier.due_on else "on_time"


def merged(held: Dossier, new: Dossier, told: Collection[str]) -> Dossier:
    """*new*, with what its export does not tell of as *held* has it; *told* names the fields that it tells of.

    Words and days that belong to a status do not outlive it.
    """
    stay = _STAY if held.status == new.status else _STAY - _OF_ITS_STATUS
    return replace(new, **{name: getattr(held, name) for name in stay if name not in told})


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
