"""The sample: two hundred dossiers in every status, and nothing that could be a real office's or person's."""

from datetime import date, timedelta
from typing import get_args

import phonenumbers
import pytest

from bot import clock, strict_yaml
from bot.calendar.reader import load_national_calendar
from bot.calendar.rules import counts
from bot.catalog.reader import catalog_dir
from bot.dossiers.codes import normalize
from bot.dossiers.model import Status
from bot.dossiers.rules import lateness, matches, standing
from bot.offices.reader import load_town
from bot.offices.rules import find_place
from bot.sample import sample_dir
from bot.sample.dossiers import sample_dossiers

CALENDAR = load_national_calendar()
FIELDS = set(strict_yaml.load((catalog_dir() / "fields.yaml").read_text("utf-8")).values())
TOWN = load_town(sample_dir(), FIELDS)
DAYS = [date(2026, 11, 22), date(2026, 11, 23), date(2026, 11, 24), date(2027, 2, 10), date(2027, 3, 15)]
"""A Sunday, a Monday, the unsettled day, the fifth of Tết, an ordinary day of next year."""
FIXED = {
    "H20.14-261102-0007": ("6789", "in_progress"),
    "H20.14-261005-0012": ("2345", "late"),
    "000.00.14.H20-261012-0003": ("3456", "late"),
    "H20.14-261019-0021": ("4567", "ready"),
    "H20.14-261026-0015": ("5678", "supplement"),
    "G22.99.08-261103-004608": ("7890", "registered"),
    "000.00.14.H20-260907-0002": ("8901", "returned"),
    "H20.14-261104-0031": ("9012", "payment"),
    "H20.14-261103-0040": ("bui ngoc mau quyen", "refused"),
    "H20.14-261029-0018": ("1357", "other"),
}


@pytest.mark.parametrize("today", DAYS)
def test_two_hundred_dossiers_in_every_status(today):
    dossiers = sample_dossiers(today)
    assert len(dossiers) == len({each.code for each in dossiers}) == 200
    assert {each.status for each in dossiers} == set(get_args(Status))
    assert dossiers == sample_dossiers(today)


@pytest.mark.parametrize("today", DAYS)
def test_every_code_is_canonical_and_the_real_forms_are_there(today):
    codes = [each.code for each in sample_dossiers(today)]
    assert [normalize(code, today) for code in codes] == codes
    for form in ("H20.14-", "H20.14.03-", "000.00.14.H20-", "G22.99.08-"):
        assert any(code.startswith(form) for code in codes)


@pytest.mark.parametrize("today", DAYS)
def test_late_ones_are_late_today_and_the_others_are_not(today):
    made = sample_dossiers(today)[len(FIXED) + 1 :]
    late = [lateness(each, today, CALENDAR) for each in made if standing(each, today, CALENDAR) == "late"]
    assert len(late) >= 15
    assert set(late) == {1, 2, 3, 4, 5, 6}
    in_time = [each for each in made if standing(each, today, CALENDAR) in ("received", "in_progress")]
    assert len(in_time) >= 40
    assert all(each.due_on >= today or not counts(CALENDAR, today) for each in in_time)


@pytest.mark.parametrize("today", DAYS)
def test_no_dossier_knows_the_future(today):
    for each in sample_dossiers(today):
        assert clock.local(each.as_of).date() < today
        past = [each.received_on, each.settled_on, each.returned_on]
        assert all(day is None or day <= today for day in past)
        order = [day for day in past if day is not None]
        assert order == sorted(order)


@pytest.mark.parametrize("today", DAYS)
def test_dates_of_the_slips_are_working_days(today):
    for each in sample_dossiers(today):
        for day in (each.received_on, each.due_on, each.new_due_on):
            assert day is None or counts(CALENDAR, day)


def test_the_code_bears_the_day_of_receipt():
    for each in sample_dossiers(DAYS[0]):
        if each.received_on is not None:
            assert each.received_on.strftime("-%y%m%d-") in each.code


def test_the_named_ones_open_with_the_facts_that_documents_give():
    today = date(2026, 11, 23)
    dossiers = {each.code: each for each in sample_dossiers(today)}
    for code, (fact, expected) in FIXED.items():
        assert matches(dossiers[code], fact, TOWN.second_facts), code
        assert standing(dossiers[code], today, CALENDAR) == expected
    assert dossiers["H20.14-261102-0007"].due_on == date(2026, 11, 30)
    assert dossiers["H20.14-261005-0012"].reason
    assert dossiers["H20.14-261005-0012"].new_due_on is None
    assert dossiers["000.00.14.H20-261012-0003"].reason is None
    assert dossiers["000.00.14.H20-261012-0003"].new_due_on == date(2026, 12, 1)
    assert list(dossiers)[: len(FIXED) + 1] == [*FIXED, "H20.14-261106-0009"]


def test_the_named_ones_are_the_same_on_any_day():
    one, other = (sample_dossiers(day)[: len(FIXED)] for day in (DAYS[0], DAYS[-1]))
    for earlier, later in zip(one, other, strict=True):
        assert (earlier.code, earlier.due_on, earlier.applicant) == (later.code, later.due_on, later.applicant)


def test_one_dossier_holds_nothing_to_check_against():
    bare = next(each for each in sample_dossiers(DAYS[0]) if each.code == "H20.14-261106-0009")
    assert (bare.applicant, bare.phone_last4, bare.id_last4) == (None, None, None)


def test_what_a_status_needs_is_there():
    for each in sample_dossiers(DAYS[1]):
        assert bool(each.missing) == (each.status == "supplement")
        assert bool(each.status_words) == (each.status == "other")
        assert (each.settled_on is not None) == each.is_settled
        assert each.due_on is not None or each.status in ("registered", "refused")
        assert type(each.code) is str


def test_the_procedures_are_in_the_catalogue():
    catalogue = "\n".join(path.read_text("utf-8") for path in catalog_dir().glob("*/*.yaml"))
    for code in {each.procedure for each in sample_dossiers(DAYS[0])}:
        assert f"\ncode: {code}\n" in f"\n{catalogue}"


def test_every_person_and_every_office_says_that_it_is_made_up():
    assert all(each.applicant is None or "Mẫu" in each.applicant for each in sample_dossiers(DAYS[0]))
    for office in TOWN.offices:
        assert office.sample
        assert "Mẫu" in office.name
        assert "không có thật" in office.address
    assert all(each.unit is None or "Mẫu" in each.unit or "mẫu" in each.unit for each in sample_dossiers(DAYS[0]))
    assert {each.office for each in sample_dossiers(DAYS[0])} <= {office.id for office in TOWN.offices}


def test_no_phone_is_or_can_become_anybodys():
    for phone in (TOWN.hotline, *(office.phone for office in TOWN.offices)):
        number = phonenumbers.parse(phone, "VN")
        assert phonenumbers.is_possible_number(number)
        assert not phonenumbers.is_valid_number(number)


def test_every_field_of_the_catalogue_has_a_counter_at_every_centre():
    for office in TOWN.centres:
        assert all(office.counters_for(field) for field in FIELDS)
        assert all(office.hours[day] for day in range(5))
    assert any(5 in office.hours for office in TOWN.centres)
    assert any(office.kind == "post_office" for office in TOWN.offices)


def test_the_real_old_name_is_answered_without_naming_a_commune():
    place = find_place(TOWN, "thi tran cu lao dung cu gio nop cho nao")
    assert place.office is None
    assert "Cần Thơ" in place.now
    assert "xã" not in place.now
    assert find_place(TOWN, "thi tran mau cu").office == "xa_mau_mot"


def test_the_sample_lasts_as_long_as_the_calendar():
    day = date(2026, 11, 24)
    while day < CALENDAR.until - timedelta(days=30):
        assert len(sample_dossiers(day)) == 200
        day += timedelta(days=61)
