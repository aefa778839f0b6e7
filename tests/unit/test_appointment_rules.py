"""Free starts, open days and why a day cannot be booked."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from bot import clock
from bot.appointments.model import EVERY_COUNTER, EVERY_SEAT, Start
from bot.appointments.rules import by_day, day_bounds, day_standing, free_starts, open_days
from bot.calendar.model import Period
from bot.calendar.reader import load_national_calendar
from bot.offices.model import Counter, HoursException, Office

CALENDAR = load_national_calendar()
MORNING, AFTERNOON = Period(time(7, 30), time(11, 30)), Period(time(13, 30), time(17, 0))
ONE, TWO = Counter("q1", "Quầy 1", ("Hộ tịch",), 30), Counter("q2", "Quầy 2", (), 30, seats=2)
OFFICE = Office(
    "xa", "Trung tâm", "centre", "Số 1", "0298 0000 001",
    hours={**dict.fromkeys(range(5), (MORNING, AFTERNOON)), 5: (MORNING,)}, counters=(ONE, TWO),
)  # fmt: skip
FRIDAY, SATURDAY, SUNDAY = date(2026, 11, 27), date(2026, 11, 28), date(2026, 11, 29)


def at(text: str) -> datetime:
    return clock.aware(datetime.fromisoformat(text))


NOW = at("2026-11-23T09:00")


def starts(day=FRIDAY, counters=(ONE,), taken=(), now=NOW, office=OFFICE):
    return free_starts(office, CALENDAR, counters, day, taken, now)


def hours(found):
    return [clock.local(start.at).strftime("%H:%M") for start in found]


def standing(day=FRIDAY, counters=(ONE,), taken=(), now=NOW, office=OFFICE):
    return day_standing(office, CALENDAR, counters, day, taken, now)


def test_starts_fill_the_open_periods_and_leave_lunch_alone():
    assert hours(starts()) == [
        "07:30", "08:00", "08:30", "09:00", "09:30", "10:00", "10:30", "11:00",
        "13:30", "14:00", "14:30", "15:00", "15:30", "16:00", "16:30",
    ]  # fmt: skip


def test_a_visit_ends_before_the_office_does():
    """Forty-five minutes from 11:15 on would run into lunch."""
    found = hours(starts(counters=[replace(ONE, minutes=45)]))
    assert found[:6] == ["07:30", "08:15", "09:00", "09:45", "10:30", "13:30"]


def test_a_saturday_session_ends_at_half_past_eleven():
    assert hours(starts(SATURDAY))[-1] == "11:00"


def test_a_start_says_where_and_when_in_utc():
    assert starts()[0] == Start("xa", "q1", 1, datetime(2026, 11, 27, 0, 30, tzinfo=UTC), 30)
    assert starts()[0].at.tzinfo is UTC


def test_one_start_for_each_clock_time_at_the_first_free_seat():
    first = at("2026-11-27T07:30")
    taken = [Start("xa", "q1", 1, first, 30)]
    found = starts(counters=(ONE, TWO), taken=taken)
    assert [start.at for start in found] == sorted({start.at for start in found})
    assert (found[0].counter, found[0].seat) == ("q2", 1)
    assert found[1].counter == "q1"
    taken.append(Start("xa", "q2", 1, first, 30))
    assert starts(counters=(ONE, TWO), taken=taken)[0].seat == 2
    taken.append(Start("xa", "q2", 2, first, 30))
    assert hours(starts(counters=(ONE, TWO), taken=taken))[0] == "08:00"


def test_counters_of_different_lengths_are_merged_in_order():
    found = starts(counters=(ONE, replace(TWO, minutes=20)))
    assert hours(found)[:4] == ["07:30", "07:50", "08:00", "08:10"]


def test_a_visit_booked_on_another_grid_still_takes_its_seat():
    taken = [Start("xa", "q1", 1, at("2026-11-27T07:45"), 30)]
    assert hours(starts(taken=taken))[0] == "08:30"


def test_another_offices_bookings_take_nothing_here():
    assert len(starts(taken=[Start("xb", "q1", 1, at("2026-11-27T07:30"), 30)])) == 15


def test_nothing_sooner_than_half_an_hour_from_now():
    now = at("2026-11-23T09:05")
    assert hours(starts(date(2026, 11, 23), now=now))[0] == "10:00"
    assert hours(starts(date(2026, 11, 23), now=at("2026-11-23T09:00")))[0] == "09:30"


@pytest.mark.parametrize(
    ("day", "what"),
    [
        (FRIDAY, "free"),
        (SATURDAY, "free"),
        (SUNDAY, "closed"),
        (date(2026, 11, 24), "unsettled"),
        (date(2026, 11, 22), "past"),
        (date(2026, 12, 23), "free"),
        (date(2026, 12, 24), "too_far"),
    ],
)
def test_a_day_says_why_it_can_be_booked_or_not(day, what):
    assert standing(day) == what


def test_a_holiday_is_closed_and_offers_nothing():
    now = at("2027-04-26T09:00")
    assert standing(date(2027, 4, 30), now=now) == "closed"
    assert standing(date(2027, 5, 3), now=now) == "closed"
    assert starts(date(2027, 4, 30), now=now) == []


def test_the_unsettled_day_offers_nothing_until_the_office_settles_it():
    day = date(2026, 11, 24)
    assert starts(day) == []
    settled = replace(OFFICE, settled={day: True})
    assert standing(day, office=settled) == "free"
    assert len(starts(day, office=settled)) == 15
    assert standing(day, office=replace(OFFICE, settled={day: False})) == "closed"


def test_a_full_day_is_full_and_not_closed():
    assert standing(taken=starts()) == "full"
    assert starts(taken=starts()) == []


def test_what_is_left_of_today_decides():
    today = date(2026, 11, 23)
    assert standing(today, now=at("2026-11-23T16:00")) == "free"
    assert standing(today, now=at("2026-11-23T16:01")) == "past"
    later = starts(today, now=at("2026-11-23T15:30"))
    assert standing(today, taken=later, now=at("2026-11-23T15:30")) == "full"


def test_an_office_without_counters_cannot_be_booked():
    assert standing(counters=()) == "closed"


def test_open_days_skip_what_is_closed_full_or_unsettled():
    full = by_day(starts(date(2026, 11, 25)))
    days = open_days(OFFICE, CALENDAR, (ONE,), date(2026, 11, 23), 5, full, NOW)
    assert days == [date(2026, 11, 23), date(2026, 11, 26), FRIDAY, SATURDAY, date(2026, 11, 30)]


def test_open_days_begin_today_at_the_earliest_and_end_within_thirty_days():
    assert open_days(OFFICE, CALENDAR, (ONE,), date(2026, 1, 1), 1, {}, NOW) == [date(2026, 11, 23)]
    assert open_days(OFFICE, CALENDAR, (ONE,), date(2026, 11, 23), 99, {}, NOW)[-1] == date(2026, 12, 23)
    assert open_days(OFFICE, CALENDAR, (ONE,), date(2027, 1, 4), 5, {}, NOW) == []


def test_an_exception_shortens_a_day():
    office = replace(OFFICE, exceptions=(HoursException(FRIDAY, FRIDAY, (MORNING,), "Họp"),))
    assert hours(starts(office=office))[-1] == "11:00"


def test_the_bounds_of_days_are_viet_nams_midnights():
    since, until = day_bounds(FRIDAY, SATURDAY)
    assert since == datetime(2026, 11, 26, 17, 0, tzinfo=UTC)
    assert until == datetime(2026, 11, 28, 17, 0, tzinfo=UTC)


def closed(day=FRIDAY, counter=EVERY_COUNTER):
    return Start("xa", counter, EVERY_SEAT, day_bounds(day, day)[0], 24 * 60)


def test_a_closed_office_gives_no_start_and_is_called_closed():
    assert starts(taken=[closed()]) == []
    assert standing(taken=[closed()]) == "closed"
    assert standing(taken=[closed(SATURDAY)]) == "free"
    assert FRIDAY not in open_days(OFFICE, CALENDAR, [ONE], FRIDAY, 3, by_day([closed()]), NOW)


def test_a_closed_counter_leaves_the_others():
    assert {start.counter for start in starts(counters=(ONE, TWO), taken=[closed(counter="q1")])} == {"q2"}
    assert standing(counters=(ONE,), taken=[closed(counter="q1")]) == "closed"
    assert standing(counters=(ONE, TWO), taken=[closed(counter="q1")]) == "free"
