"""Hours of an office, old names, and the strict reading of the office's own folder."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from bot import clock
from bot.calendar.model import Period
from bot.calendar.reader import load_national_calendar
from bot.offices.model import HoursException, Office, OldPlace, Town
from bot.offices.reader import OfficeError, load_town
from bot.offices.rules import find_place, fold, is_open, next_opening, open_periods, unsettled_days
from bot.sample import sample_dir

CALENDAR = load_national_calendar()
MORNING, AFTERNOON = Period(time(7, 30), time(11, 30)), Period(time(13, 30), time(17, 0))
WHOLE_DAY = (MORNING, AFTERNOON)
OFFICE = Office(
    "xa_mau", "Trung tâm Mẫu", "centre", "Số 1", "0298 0000 001",
    hours={**dict.fromkeys(range(5), WHOLE_DAY), 5: (MORNING,)},
)  # fmt: skip


def at(text: str) -> datetime:
    return clock.aware(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("day", "periods"),
    [
        (date(2026, 11, 23), WHOLE_DAY),
        (date(2026, 11, 28), (MORNING,)),
        (date(2026, 11, 29), ()),
        (date(2026, 11, 24), None),
        (date(2026, 9, 2), ()),
        (date(2026, 2, 21), ()),
        (date(2026, 1, 10), WHOLE_DAY),
        (date(2026, 4, 27), ()),
        (date(2028, 7, 4), None),
    ],
)
def test_hours_follow_the_weekday_the_nation_and_what_is_not_settled(day, periods):
    assert open_periods(OFFICE, CALENDAR, day) == periods


def test_an_office_without_saturday_hours_works_mondays_on_a_worked_saturday():
    office = replace(OFFICE, hours={0: (MORNING,)})
    assert open_periods(office, CALENDAR, date(2026, 1, 10)) == (MORNING,)


def test_an_exception_opens_a_holiday_and_closes_a_working_day():
    """Some communes opened on mùng 5: open is not the same as counts."""
    office = replace(
        OFFICE,
        exceptions=(
            HoursException(date(2026, 2, 21), date(2026, 2, 22), (MORNING,), "Trực Tết"),
            HoursException(date(2026, 11, 25), date(2026, 11, 25), (), "Họp"),
            HoursException(date(2026, 11, 24), date(2026, 11, 24), (AFTERNOON,), "Trực"),
        ),
    )
    assert open_periods(office, CALENDAR, date(2026, 2, 22)) == (MORNING,)
    assert open_periods(office, CALENDAR, date(2026, 11, 25)) == ()
    assert open_periods(office, CALENDAR, date(2026, 11, 24)) == (AFTERNOON,)


def test_an_office_settles_a_doubtful_day_for_itself():
    day, swap = date(2026, 11, 24), date(2026, 8, 22)
    weekdays = replace(OFFICE, hours=dict.fromkeys(range(5), WHOLE_DAY))
    assert open_periods(replace(OFFICE, settled={day: True}), CALENDAR, day) == WHOLE_DAY
    assert open_periods(replace(OFFICE, settled={day: False}), CALENDAR, day) == ()
    assert open_periods(replace(OFFICE, settled={swap: True}), CALENDAR, day) is None
    assert open_periods(replace(weekdays, settled={swap: True}), CALENDAR, swap) == WHOLE_DAY


def test_a_doubtful_day_on_which_the_office_never_opens_is_simply_closed():
    assert open_periods(replace(OFFICE, hours={0: WHOLE_DAY}), CALENDAR, date(2026, 11, 24)) == ()


def test_unsettled_days_are_listed_for_the_texts():
    assert unsettled_days(OFFICE, CALENDAR, date(2026, 11, 20), date(2026, 11, 30)) == (date(2026, 11, 24),)
    assert unsettled_days(OFFICE, CALENDAR, date(2026, 11, 25), date(2026, 11, 20)) == ()


@pytest.mark.parametrize(
    ("now", "start", "end", "open_now"),
    [
        ("2026-11-23T08:00", "2026-11-23T07:30", "2026-11-23T11:30", True),
        ("2026-11-23T07:30", "2026-11-23T07:30", "2026-11-23T11:30", True),
        ("2026-11-23T11:30", "2026-11-23T13:30", "2026-11-23T17:00", False),
        ("2026-11-23T12:00", "2026-11-23T13:30", "2026-11-23T17:00", False),
        ("2026-11-23T17:00", "2026-11-25T07:30", "2026-11-25T11:30", False),
        ("2026-11-28T11:45", "2026-11-30T07:30", "2026-11-30T11:30", False),
        ("2026-02-13T18:00", "2026-02-23T07:30", "2026-02-23T11:30", False),
    ],
)
def test_the_next_opening_is_the_one_we_are_in_or_the_one_to_come(now, start, end, open_now):
    assert next_opening(OFFICE, CALENDAR, at(now)) == (at(start), at(end))
    assert is_open(OFFICE, CALENDAR, at(now)) is open_now


def test_openings_are_aware_and_in_utc():
    start, _ = next_opening(OFFICE, CALENDAR, at("2026-11-23T08:00"))
    assert start == datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    assert start.tzinfo is UTC


def test_an_office_that_never_opens_has_no_next_opening():
    assert next_opening(replace(OFFICE, hours={}), CALENDAR, at("2026-11-23T08:00")) is None
    assert not is_open(replace(OFFICE, hours={}), CALENDAR, at("2026-11-23T08:00"))


CU_LAO = OldPlace("thị trấn Cù Lao Dung", "thành phố Cần Thơ", None)
HUYEN = OldPlace("huyện Cù Lao Dung", "thành phố Cần Thơ", None)
MAU = OldPlace("thị trấn Mẫu", "xã Mẫu Một", "xa_mau")
TOWN = Town((OFFICE,), (CU_LAO, HUYEN, MAU), "Trợ lý", "em", False, None, ("phone",))


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("thi tran cu lao dung cu gio nop cho nao", CU_LAO),
        ("Thị trấn Cù Lao Dung cũ giờ nộp chỗ nào?", CU_LAO),
        ("HUYEN CU LAO DUNG", HUYEN),
        ("tui ở cù lao  dung", CU_LAO),
        ("o thi tran mau", MAU),
        ("tờ khai mẫu nào", None),
        ("thi tran mau don", MAU),
        ("cu lao dungg", None),
        ("", None),
    ],
)
def test_an_old_name_is_found_without_accents_and_as_whole_words(words, place):
    assert find_place(TOWN, words) == place


def test_folding_takes_accents_case_and_marks_away():
    assert fold("  Thị trấn ĐẶNG-Mẫu, cũ! ") == "thi tran dang mau cu"
    assert fold("Mâ\u0303u") == "mau"


def test_the_sample_town_is_read():
    town = load_town(sample_dir())
    assert [office.id for office in town.centres] == ["xa_mau_mot", "xa_mau_hai"]
    assert town.self_word == "em"
    assert town.second_facts == ("phone", "id", "name")
    assert town.office("xa_mau_hai").exceptions[1] == HoursException(
        date(2027, 2, 10), date(2027, 2, 10), (Period(time(7, 30), time(10, 30)),), "Trực nhận hồ sơ mùng 5 Tết (mẫu)"
    )


GOOD_TOWN = (
    "bot_name: Trợ lý\nself_word: none\napology_allowed: yes\nhotline: 1022\nsecond_facts: [name, phone]\n"
)
GOOD_OFFICE = (
    "- id: xa\n  name: Xã\n  kind: centre\n  address: Số 1\n  phone: {phone}\n"
    "  hours: {{mon-fri: ['07:30-11:30', '13:30-17:00'], sun: []}}\n"
    "  settled: {{2026-11-24: open}}\n"
    "  counters:\n    - {{id: q1, name: Quầy 1, minutes: 15, fields: [Hộ tịch]}}\n"
)


def write(folder, *, town=GOOD_TOWN, offices=None, places="[]\n"):
    offices = offices or GOOD_OFFICE.format(phone="02773861234")
    for name, source in (("town", town), ("offices", offices), ("places", places)):
        (folder / f"{name}.yaml").write_text(source, "utf-8")
    return folder


def test_an_offices_own_folder_is_read(tmp_path):
    town = load_town(write(tmp_path), {"Hộ tịch"})
    office = town.offices[0]
    assert (town.self_word, town.apology_allowed, town.hotline) == ("", True, "1022")
    assert town.second_facts == ("phone", "name")
    assert office.hours == {**dict.fromkeys(range(5), WHOLE_DAY), 6: ()}
    assert office.phone == "0277 3861 234"
    assert office.settled == {date(2026, 11, 24): True}
    assert not office.sample
    assert office.counters[0].seats == 1


@pytest.mark.parametrize(
    ("written", "night"),
    [
        ("", (time(21), time(7))), ('quiet_hours: "21:00-07:00"\n', (time(21), time(7))),
        ("quiet_hours: 19:30 - 06:15\n", (time(19, 30), time(6, 15))), ("quiet_hours: 18:00-10:00\n", (time(18), time(10))),
    ],
)
def test_an_office_says_when_it_writes_to_nobody_unasked(tmp_path, written, night):
    assert load_town(write(tmp_path, town=GOOD_TOWN + written)).quiet == night


@pytest.mark.parametrize("night", ["21-7", "21:00", "07:00-21:00", "17:59-07:00", "21:00-04:59", "21:00-10:01", "25:00-07:00", "none"])
def test_quiet_hours_that_are_no_night_are_a_problem_with_its_line(tmp_path, night):
    with pytest.raises(OfficeError) as caught:
        load_town(write(tmp_path, town=f"{GOOD_TOWN}quiet_hours: {night}\n"))
    [problem] = caught.value.problems
    assert problem.startswith(f'town.yaml:6: quiet_hours: "{night}" is not a night such as 21:00-07:00')


FORMS = "  forms_at_counter: {1.001193: yes, 1.004222: no}\n"


def test_an_office_says_whose_forms_lie_at_its_counter(tmp_path):
    offices = GOOD_OFFICE.format(phone="02773861234") + FORMS
    office = load_town(write(tmp_path, offices=offices), {"Hộ tịch"}, {"1.001193", "1.004222"}).offices[0]
    assert [office.has_form(code) for code in ("1.001193", "1.004222", "1.000656")] == [True, False, None]
    assert OFFICE.has_form("1.001193") is None


@pytest.mark.parametrize(
    ("forms", "problem"),
    [
        ("{khai_sinh: yes}", '"khai_sinh" is not the code of a procedure such as 1.001193'),
        ("{1.001193: maybe}", 'forms_at_counter.1.001193: "maybe" must be one of yes, no'),
        ("{9.999999: yes}", '"9.999999" is not in the catalogue'),
        ("[1.001193]", "forms_at_counter: must be a table of keys"),
    ],
)
def test_what_it_may_not_say_of_forms_is_told(tmp_path, forms, problem):
    offices = GOOD_OFFICE.format(phone="02773861234") + f"  forms_at_counter: {forms}\n"
    with pytest.raises(OfficeError) as caught:
        load_town(write(tmp_path, offices=offices), codes={"1.001193"})
    assert len(caught.value.problems) == 1
    assert problem in caught.value.problems[0]


def test_a_real_office_may_not_give_a_number_that_cannot_be(tmp_path):
    with pytest.raises(OfficeError, match=r"offices\.yaml:5: \[0\]\.phone: .* is not a phone number"):
        load_town(write(tmp_path, offices=GOOD_OFFICE.format(phone="0298 000 0001")))


def test_every_mistake_is_told_at_once_with_file_and_line(tmp_path):
    write(
        tmp_path,
        town=(
            "bot_name: ''\nself_word: toi\napology_allowed: maybe\nsecond_facts: [phone, shoe]\n"
            "hotline: abc\nmore: x\n"
        ),
        offices=(
            "- id: Xã\n"
            "  kind: shop\n"
            "  address: Số 1\n"
            "  phone: 12\n"
            "  hours: {mon-fri: ['07:30-11:30', '11:00-17:00'], fri: ['7-8'], funday: []}\n"
            "  settled: {24/11/2026: open, 2026-11-24: perhaps}\n"
            "  exceptions:\n"
            "    - {first: 2026-12-02, last: 2026-12-01, periods: [], reason: Họp}\n"
            "    - {first: 2026-12-05, last: 2026-12-09, periods: [], reason: Họp}\n"
            "    - {first: 2026-12-09, periods: ['25:00-26:00'], reason: Họp}\n"
            "  counters:\n"
            "    - {id: q1, name: Quầy, minutes: 0, fields: [Hộ tịch, Bói toán]}\n"
            "    - {id: q1, name: Quầy, minutes: 15, seats: many}\n"
        ),
        places="- {name: thị trấn Cũ, now: xã Mới, office: xa_khac}\n- {name: xã Cũ}\n",
    )
    with pytest.raises(OfficeError) as caught:
        load_town(tmp_path, {"Hộ tịch"})
    told = "\n".join(caught.value.problems)
    for expected in (
        "town.yaml:1: bot_name: must be a text",
        'town.yaml:2: self_word: "toi" must be one of em, none',
        'town.yaml:3: apology_allowed: "maybe" must be one of yes, no',
        'town.yaml:4: second_facts: "shoe" must be one of phone, id, name',
        'town.yaml:5: hotline: "abc" is not a phone number of Viet Nam',
        "town.yaml:6: more: is not a key of the schema",
        'offices.yaml:1: [0].id: "Xã" must be short ASCII',
        "offices.yaml:1: [0].name: is missing",
        'offices.yaml:2: [0].kind: "shop" must be one of centre, post_office',
        'offices.yaml:4: [0].phone: "12" is not a phone number of Viet Nam',
        'offices.yaml:5: [0].hours.mon-fri: "11:00-17:00" begins before the one before it ends',
        "offices.yaml:5: [0].hours.fri: fri has hours already",
        'offices.yaml:5: [0].hours.fri: "7-8" is not a period',
        "offices.yaml:5: [0].hours.funday: must be a weekday",
        'offices.yaml:6: [0].settled.24/11/2026: "24/11/2026" is not a date',
        'offices.yaml:6: [0].settled.2026-11-24: "perhaps" must be one of open, closed',
        "offices.yaml:8: [0].exceptions[0].last: 2026-12-01 is before first (2026-12-02)",
        "offices.yaml:10: [0].exceptions[2].first: 2026-12-09 to 2026-12-09 meets another exception",
        'offices.yaml:10: [0].exceptions[2].periods: "25:00-26:00" is not a period',
        'offices.yaml:12: [0].counters[0].minutes: "0" is not a whole number from 5 to 240',
        'offices.yaml:12: [0].counters[0].fields: "Bói toán" is not a field of the catalogue',
        'offices.yaml:13: [0].counters[1].id: "q1" stands twice',
        'offices.yaml:13: [0].counters[1].seats: "many" is not a whole number from 1 to 50',
        'places.yaml:1: [0].office: "xa_khac" must be one of',
        "places.yaml:2: [1].now: is missing",
        "places.yaml:2: [1].office: is missing",
    ):
        assert expected in told
    assert len(caught.value.problems) == 26


def test_missing_files_are_named_all_three(tmp_path):
    with pytest.raises(OfficeError) as caught:
        load_town(tmp_path)
    assert caught.value.problems == [f"{name}.yaml:1: is missing" for name in ("town", "offices", "places")]


def test_a_folder_without_an_office_is_refused(tmp_path):
    with pytest.raises(OfficeError, match="names no office"):
        load_town(write(tmp_path, offices="[]\n"))


@pytest.mark.parametrize("offices", ["id: xa\n", "- xa\n", "- {id: xa, hours: []}\n", "- {id: xa, counters: x}\n"])
def test_the_wrong_shape_is_a_problem_and_no_trace(tmp_path, offices):
    with pytest.raises(OfficeError):
        load_town(write(tmp_path, offices=offices))
