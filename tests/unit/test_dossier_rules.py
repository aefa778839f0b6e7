"""Lateness, who may hear of a dossier, and how often somebody may try."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import get_args

import pytest

from bot.calendar.reader import load_national_calendar
from bot.dossiers.model import Dossier, Status
from bot.dossiers.rules import (
    WRONG_TRIES_PER_CITIZEN,
    WRONG_TRIES_PER_CODE,
    Standing,
    lateness,
    matches,
    may_try,
    standing,
    working_days_left,
)

CALENDAR = load_national_calendar()
DOSSIER = Dossier(
    "H20.14-261102-0007", "in_progress", datetime(2026, 11, 20, tzinfo=UTC), due_on=date(2026, 11, 19),
    applicant="Nguyễn Thị Mẫu Lan", phone_last4="6789", id_last4="4321",
)  # fmt: skip
ALL = ("phone", "id", "name")


@pytest.mark.parametrize(
    ("due", "day", "late"),
    [
        (date(2026, 11, 19), date(2026, 11, 18), 0),
        (date(2026, 11, 19), date(2026, 11, 19), 0),
        (date(2026, 11, 19), date(2026, 11, 20), 1),
        (date(2026, 11, 20), date(2026, 11, 22), 0),
        (date(2026, 11, 20), date(2026, 11, 23), 1),
        (date(2026, 11, 22), date(2026, 11, 23), 0),
        (date(2026, 11, 22), date(2026, 11, 25), 2),
        (date(2026, 2, 13), date(2026, 2, 23), 1),
        (date(2026, 1, 9), date(2026, 1, 12), 2),
    ],
)
def test_lateness_is_counted_in_working_days_past_the_slips_date(due, day, late):
    """A slip's date on a Sunday means Monday; a Saturday worked in exchange counts; Tết does not."""
    assert lateness(replace(DOSSIER, due_on=due), day, CALENDAR) == late


def test_a_new_date_does_not_erase_the_slips():
    assert lateness(replace(DOSSIER, new_due_on=date(2026, 12, 1)), date(2026, 11, 23), CALENDAR) == 2


def test_a_settled_dossier_is_late_by_the_day_it_was_settled():
    settled = replace(DOSSIER, status="ready", settled_on=date(2026, 11, 20))
    assert lateness(settled, date(2026, 12, 20), CALENDAR) == 1
    assert lateness(replace(settled, status="returned"), date(2026, 12, 20), CALENDAR) == 1
    assert lateness(replace(settled, settled_on=date(2026, 11, 12)), date(2026, 12, 20), CALENDAR) == 0
    assert lateness(replace(settled, settled_on=None), date(2026, 12, 20), CALENDAR) is None


@pytest.mark.parametrize("status", ["registered", "supplement", "payment", "withdrawing"])
def test_time_that_is_not_the_offices_is_not_called_late(status):
    assert lateness(replace(DOSSIER, status=status), date(2026, 12, 20), CALENDAR) is None
    assert standing(replace(DOSSIER, status=status), date(2026, 12, 20), CALENDAR) == status


def test_without_a_slips_date_nothing_is_said_of_lateness():
    assert lateness(replace(DOSSIER, due_on=None), date(2026, 12, 20), CALENDAR) is None
    assert standing(replace(DOSSIER, due_on=None), date(2026, 12, 20), CALENDAR) == "in_progress"


@pytest.mark.parametrize("status", get_args(Status))
def test_every_status_has_one_standing_in_time_and_one_when_late(status):
    dossier = replace(DOSSIER, status=status, settled_on=date(2026, 11, 25))
    in_time, late = (standing(dossier, day, CALENDAR) for day in (date(2026, 11, 19), date(2026, 11, 25)))
    assert in_time == status
    assert late == ("late" if status in ("received", "in_progress") else status)
    assert {in_time, late} <= set(get_args(Standing))


def test_the_standings_are_the_statuses_and_late():
    assert set(get_args(Standing)) == {*get_args(Status), "late"}


@pytest.mark.parametrize(
    "fact",
    [
        "6789", " 6789 ", "số 6789", "4 số cuối là 6789", "6 7 8 9", "0912 346 789", "0912.346.789", "+84 912-346-789",
        "••••6789", "079•••••6789", "0123****6789", "xxxx6789", "４３２１", "079123454321",
        "cccd 079123454321", "6789.",
    ],
)  # fmt: skip
def test_the_last_four_digits_open_the_dossier(fact):
    assert matches(DOSSIER, fact, ALL)


@pytest.mark.parametrize(
    "fact",
    [
        "", "   ", "6788", "678", "67890", "6789 hoặc 4321", "1111, 6789", "6789, 1111", "٦٧٨٩", "²²²²", "không nhớ",
        "Lan", "Nguyễn Lan", "Nguyễn Thị Mẫu Lang", "nguyen thi mau lan 1", "Mẫu Lan",
    ],
)  # fmt: skip
def test_anything_else_does_not(fact):
    """Several numbers in one message would be several tries in one."""
    assert not matches(DOSSIER, fact, ALL)


@pytest.mark.parametrize(
    "fact",
    [
        "Nguyễn Thị Mẫu Lan", "nguyen thi mau lan", " NGUYEN  THI MAU  LAN. ", "Bà Nguyễn Thị Mẫu Lan",
        "Nguyê\u0303n Thị Mâ\u0303u Lan",
    ],
)  # fmt: skip
def test_the_full_name_opens_it_without_accents_case_and_blanks(fact):
    assert matches(DOSSIER, fact, ALL)


def test_only_the_kinds_the_export_holds_are_compared():
    assert not matches(DOSSIER, "6789", ("id", "name"))
    assert not matches(DOSSIER, "4321", ("phone",))
    assert not matches(DOSSIER, "Nguyễn Thị Mẫu Lan", ("phone", "id"))
    assert not matches(DOSSIER, "6789", ())


@pytest.mark.parametrize("fact", ["", "0000", "None", "6789", "nguyen thi mau lan", "ong ", "ba"])
def test_a_dossier_that_holds_nothing_opens_to_nobody(fact):
    bare = replace(DOSSIER, applicant=None, phone_last4=None, id_last4=None)
    assert not matches(bare, fact, ALL)
    assert not matches(replace(bare, applicant="  "), fact, ALL)


def test_tries_run_out_by_citizen_and_by_code():
    assert may_try(0, 0)
    assert may_try(WRONG_TRIES_PER_CITIZEN - 1, WRONG_TRIES_PER_CODE - 1)
    assert not may_try(WRONG_TRIES_PER_CITIZEN, 0)
    assert not may_try(0, WRONG_TRIES_PER_CODE)


@pytest.mark.parametrize(("due", "paused", "left"), [
    (date(2026, 11, 20), None, 0), (date(2026, 11, 23), None, 0), (date(2026, 11, 25), None, 2), (date(2026, 11, 28), None, 5),
    (date(2026, 11, 20), 2, 1), (None, None, None),
])
def test_working_days_left_are_counted_like_lateness(due, paused, left):
    """On Monday 2026-11-23; a Saturday's date means the next Monday, two days of pause put Friday off to Tuesday."""
    dossier = Dossier("H20.14-261102-0007", "in_progress", datetime(2026, 11, 22, tzinfo=UTC), due_on=due, paused_days=paused)
    assert working_days_left(dossier, date(2026, 11, 23), CALENDAR) == left
    assert working_days_left(replace(dossier, status="supplement"), date(2026, 11, 23), CALENDAR) is None
