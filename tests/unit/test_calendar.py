"""Which days count, and what the packaged special days say."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.calendar.reader import WEEKDAYS, load_national_calendar
from bot.calendar.rules import (
    add_working_days,
    civil_day,
    counts,
    is_doubtful,
    next_counting_day,
    subtract_working_days,
    working_days_between,
)
from bot.errors import CatalogError

CALENDAR = load_national_calendar()


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        (datetime(2026, 2, 12, 10, 0), 3, date(2026, 2, 24)),
        (datetime(2025, 12, 31, 14, 0), 2, date(2026, 1, 6)),
        (datetime(2026, 1, 8, 15, 30), 2, date(2026, 1, 10)),
        (datetime(2026, 4, 28, 9, 0), 3, date(2026, 5, 5)),
        (datetime(2026, 3, 6, 11, 30), 1, date(2026, 3, 9)),
        (datetime(2026, 3, 6, 17, 20), 5, date(2026, 3, 13)),
        (datetime(2026, 8, 28, 9, 0), 2, date(2026, 9, 3)),
        (datetime(2027, 4, 29, 9, 0), 1, date(2027, 5, 4)),
        (datetime(2026, 2, 13, 16, 30), 1, date(2026, 2, 23)),
    ],
)
def test_working_days_are_added_as_in_the_rules_of_the_field(start, n, end):
    """28/8/2026 + 2 stands on 31/8 counting: its swap with 22/8 is unsettled. Half days are the hour method's alone."""
    assert add_working_days(CALENDAR, start, n) == end


def test_working_days_between_undoes_adding():
    day = date(2025, 1, 1)
    while day < date(2028, 1, 1):
        for n in (1, 3, 20):
            assert working_days_between(CALENDAR, day, add_working_days(CALENDAR, day, n)) == n
        day += timedelta(days=5)


def test_subtracting_undoes_adding_from_a_working_day():
    day = next_counting_day(CALENDAR, date(2026, 1, 1))
    for n in range(40):
        assert subtract_working_days(CALENDAR, add_working_days(CALENDAR, day, n), n) == day


def test_no_working_days_lie_before_a_day_or_on_it():
    assert working_days_between(CALENDAR, date(2026, 11, 23), date(2026, 11, 23)) == 0
    assert working_days_between(CALENDAR, date(2026, 11, 23), date(2026, 11, 20)) == 0


def test_adding_nothing_on_a_day_off_leads_to_the_next_working_day():
    assert add_working_days(CALENDAR, date(2026, 11, 22), 0) == date(2026, 11, 23)
    assert add_working_days(CALENDAR, date(2026, 11, 23), 0) == date(2026, 11, 23)


def test_a_negative_number_of_days_is_refused():
    with pytest.raises(ValueError, match="negative"):
        add_working_days(CALENDAR, date(2026, 11, 23), -1)


def test_an_aware_moment_counts_from_viet_nams_day():
    """17:30 UTC on Thursday is already Friday in Viet Nam."""
    assert civil_day(datetime(2026, 3, 5, 17, 30, tzinfo=UTC)) == date(2026, 3, 6)
    assert add_working_days(CALENDAR, datetime(2026, 3, 5, 17, 30, tzinfo=UTC), 1) == date(2026, 3, 9)


def test_a_saturday_counts_only_when_it_is_worked_in_exchange():
    assert counts(CALENDAR, date(2026, 1, 10))
    assert not counts(CALENDAR, date(2026, 1, 17))


@pytest.mark.parametrize("day", [date(2026, 4, 27), date(2027, 5, 3), date(2028, 1, 3), date(2028, 5, 2)])
def test_a_holiday_on_a_weekend_is_made_up_for_on_the_next_working_day(day):
    assert not counts(CALENDAR, day)


@pytest.mark.parametrize("day", [date(2026, 11, 24), date(2027, 11, 24), date(2026, 8, 31), date(2027, 2, 4)])
def test_a_doubtful_weekday_counts_and_says_that_it_is_doubtful(day):
    assert counts(CALENDAR, day)
    assert is_doubtful(CALENDAR, day)


def test_what_is_not_published_is_not_told_as_settled():
    assert CALENDAR.special(date(2026, 8, 22)).standing == "unsettled"
    assert not counts(CALENDAR, date(2026, 8, 22))
    assert not is_doubtful(CALENDAR, date(2026, 11, 25))


def test_past_the_end_of_the_data_every_day_is_doubtful():
    assert is_doubtful(CALENDAR, CALENDAR.until + timedelta(days=1))
    assert not is_doubtful(CALENDAR, CALENDAR.until)


def test_tet_and_the_kings_day_fall_on_the_computed_weekdays():
    for day, weekday in [("2025-01-29", 2), ("2026-02-17", 1), ("2027-02-06", 5), ("2028-01-26", 2),
                         ("2025-04-07", 0), ("2026-04-26", 6), ("2027-04-16", 4), ("2028-04-04", 1)]:
        special = CALENDAR.special(date.fromisoformat(day))
        assert special is not None
        assert special.standing == "off"
        assert special.day.weekday() == weekday


def test_every_year_has_its_eleven_days_off_by_law():
    """Weekend days of law that are made up for count once; the doubtful ones are not among them."""
    for year in (2025, 2026):
        off = [each for each in CALENDAR.days.values() if each.day.year == year and each.standing == "off"]
        worked = [each for each in CALENDAR.days.values() if each.day.year == year and each.standing == "worked"]
        assert len([each for each in off if each.day.weekday() < 5]) - len(worked) == 11


def test_every_special_day_has_a_source():
    assert all(each.source and each.name for each in CALENDAR.days.values())


def test_every_mistake_in_the_file_is_told_at_once_with_its_line(tmp_path):
    (tmp_path / "holidays.yaml").write_text(
        "until: 2026-12-31\n"
        "sources: {luat: Luật}\n"
        "days:\n"
        "  - {day: 2026-11-24, weekday: mon, standing: off, name: A, source: luat}\n"
        "  - {day: 2026-11-25, weekday: wed, standing: worked, name: A, source: luat}\n"
        "  - {day: 2026-11-25, weekday: wed, standing: off, name: A, source: luat}\n"
        "  - {day: 2027-01-01, weekday: fri, standing: off, name: A, source: luat}\n"
        "  - {day: 2026-02-30, weekday: fri, standing: maybe, source: ai, extra: x}\n"
        "  - no table\n"
        "more: x\n",
        "utf-8",
    )
    with pytest.raises(CatalogError) as caught:
        load_national_calendar(tmp_path)
    assert sorted(caught.value.problems) == sorted([
        'holidays.yaml:4: days[0].weekday: 2026-11-24 is a tue, not "mon"',
        "holidays.yaml:5: days[1].standing: 2026-11-25 is a working day anyhow: worked is for weekend days",
        "holidays.yaml:6: days[2].day: 2026-11-25 stands twice",
        "holidays.yaml:7: days[3].day: 2027-01-01 is after until (2026-12-31)",
        'holidays.yaml:8: days[4].day: "2026-02-30" is not a date such as 2026-11-24',
        'holidays.yaml:8: days[4].standing: "maybe" must be one of off, worked, unsettled',
        "holidays.yaml:8: days[4].name: is missing",
        'holidays.yaml:8: days[4].source: "ai" must be one of luat',
        "holidays.yaml:8: days[4].extra: is not a key of the schema",
        "holidays.yaml:9: days[5]: must be a table of keys",
        "holidays.yaml:10: more: is not a key of the schema",
    ])


@pytest.mark.parametrize("source", [None, "", "- a\n", "a: [\n", "until: 2026-12-31\nuntil: 2027-12-31\n"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, source):
    if source is not None:
        (tmp_path / "holidays.yaml").write_text(source, "utf-8")
    with pytest.raises(CatalogError, match=r"holidays\.yaml:\d+: "):
        load_national_calendar(tmp_path)


def test_weekdays_begin_on_monday():
    assert WEEKDAYS[date(2026, 11, 23).weekday()] == "mon"
