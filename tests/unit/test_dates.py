"""Days and hours as people say them, on Saturday 21 November 2026."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.dates import last_hour, read_days, read_hours

TODAY = date(2026, 11, 21)

DAYS = [
    ("hôm nay", "2026-11-21"),
    ("bữa nay tôi lên", "2026-11-21"),
    ("hom nay", "2026-11-21"),
    ("chiều nay", "2026-11-21"),
    ("bua nay thu bay", "2026-11-21"),
    ("Bữa nay thứ bảy có ai trực", "2026-11-21"),
    ("mai tôi lên", "2026-11-22"),
    ("ngày mai", "2026-11-22"),
    ("ngay mai", "2026-11-22"),
    ("sang mai", "2026-11-22"),
    ("chiều mai", "2026-11-22"),
    ("sáng mai 8h", "2026-11-22"),
    ("hẹn mai", "2026-11-22"),
    ("dat lich mai", "2026-11-22"),
    ("mai mình ghé được không", "2026-11-22"),
    ("mốt em lên", "2026-11-23"),
    ("mot em len duoc, giu cho 9h nha", "2026-11-23"),
    ("ngày mốt", "2026-11-23"),
    ("sáng mốt", "2026-11-23"),
    ("bua mot", "2026-11-23"),
    ("sang mot toi ghe", "2026-11-23"),
    ("ngày kia", "ask"),
    ("bữa kia", "ask"),
    ("mai mốt nó lo", None),
    ("mai táng phí", None),
    ("mai tang", None),
    ("nha mai ton", None),
    ("cho tôi một bản", None),
    ("cho toi mot ban", None),
    ("xin một suất", None),
    ("thứ hai", "2026-11-23"),
    ("thứ 2", "2026-11-23"),
    ("thu 2", "2026-11-23"),
    ("t2", "2026-11-23"),
    ("hẹn thứ 2", "2026-11-23"),
    ("thu hai", "2026-11-23"),
    ("thứ tư", "2026-11-25"),
    ("thu tu", "2026-11-25"),
    ("thứ sáu", "2026-11-27"),
    ("thứ 6", "2026-11-27"),
    ("thu sau", "2026-11-27"),
    ("chủ nhật", "2026-11-22"),
    ("cn", "2026-11-22"),
    ("thứ bảy", "ask"),
    ("thu 7", "ask"),
    ("t7", "ask"),
    ("thứ 5 tuần sau", "2026-11-26"),
    ("thứ tư tuần tới", "2026-11-25"),
    ("sáng thứ 5 tuần sau", "2026-11-26"),
    ("tuần sau thứ 5", "2026-11-26"),
    ("thu 5 tuan sau", "2026-11-26"),
    ("thứ 7 tuần sau", "2026-11-28"),
    ("chủ nhật tuần sau", "2026-11-29"),
    ("thứ 2 tuần sau nữa", "2026-11-30"),
    ("thứ 6 tuần này", "ask"),
    ("thuws 6 tuaafn nayf", "ask"),
    ("chủ nhật tuần này", "2026-11-22"),
    ("thứ hai tới", "2026-11-23"),
    ("thứ năm này", "2026-11-26"),
    ("27/11", "2026-11-27"),
    ("3-12", "2026-12-03"),
    ("3/12", "2026-12-03"),
    ("ngày 3/12", "2026-12-03"),
    ("27/11/2026", "2026-11-27"),
    ("27-11-2026", "2026-11-27"),
    ("27.11.2026", "2026-11-27"),
    ("ngày 27.11", "2026-11-27"),
    ("ngày 3 tháng 12", "2026-12-03"),
    ("3 thang 12", "2026-12-03"),
    ("ngay 3 thang 12 nam 2026", "2026-12-03"),
    ("ngày 28", "2026-11-28"),
    ("ngày 28 tháng này", "2026-11-28"),
    ("ngày 5 tháng sau", "2026-12-05"),
    ("ngày 5", "2026-12-05"),
    ("5/1", "2027-01-05"),
    ("ngày 10/1/2027", "2027-01-10"),
    ("30/2", "ask"),
    ("31/11", "ask"),
    ("20/11", "ask"),
    ("15/11", "ask"),
    ("ngày 30 tháng 2", "ask"),
    ("ngày 32", "ask"),
    ("1/1/2026", "ask"),
    ("hôm qua", "ask"),
    ("mùng 5 âm lịch", "ask"),
    ("mung 5 am lich", "ask"),
    ("rằm tháng 10", "ask"),
    ("mùng 3", "ask"),
    ("10/10 âm lịch", "ask"),
    ("ngày rằm", "ask"),
    ("đầu tuần tới", None),
    ("đầu tháng sau", None),
    ("cuối tuần", None),
    ("tuần sau", None),
    ("tuần tới ngày nào vắng", None),
    ("trong tuần sau", None),
    ("thứ năm ngày 3/12", "2026-12-03"),
    ("thứ 2 ngày 24/11", "ask"),
    ("thứ tư 25/11", "2026-11-25"),
    ("2 ngày nữa", "2026-11-23"),
    ("3 bữa nữa", "2026-11-24"),
    ("một tuần nữa", "2026-11-28"),
    ("tuần sau nữa", None),
    ("hồ sơ H20.21-261101-0018", None),
    ("000.00.21.H20-261007-0064", None),
    ("lần thứ hai", None),
    ("con thứ ba", None),
    ("0901.234.567", None),
    ("1.001193", None),
    ("bán 1/2 miếng đất", None),
    ("mất 2-3 ngày", None),
    ("phí 50.000", None),
    ("diện tích 12.5 m2", None),
    ("sáng thứ Tư tuần tới", "2026-11-25"),
    ("thứ 3 tuần tới lúc 2 giờ chiều", "2026-11-24"),
    ("t5 tuần sau", "2026-11-26"),
    ("28/11 sáng sớm", "2026-11-28"),
    ("thu5 tuan sau", "2026-11-26"),
    ("hai ngày nữa", "2026-11-23"),
    ("3 hôm nữa", "2026-11-24"),
    ("giúp em với mai", "2026-11-22"),
    ("Chị Mai ơi", None),
    ("chuyển sang tên", None),
    ("24/7", None),
    ("tối mai", "2026-11-22"),
    ("khuya mai", "2026-11-22"),
    ("trưa mốt", "2026-11-23"),
    ("ngày hai mươi lăm tháng mười một", "2026-11-25"),
    ("ngày hai lăm tháng mười một", "2026-11-25"),
    ("ngay hai muoi lam thang muoi mot", "2026-11-25"),
    ("ngày mười tháng mười hai", "2026-12-10"),
    ("ngày ba mươi tháng này", "2026-11-30"),
    ("ngày hai mươi tám", "2026-11-28"),
    ("bữa ba mươi", "2026-11-30"),
    ("mùng hai tháng chạp", "ask"),
    ("ngày 25 tây", "2026-11-25"),
    ("25 tây", "2026-11-25"),
    ("mùng 2 tây", "2026-12-02"),
    ("ngày 2 dương lịch", "2026-12-02"),
    ("ngày 15 ta", "ask"),
    ("25 âm", "ask"),
    ("29 tết", "ask"),
    ("ba mươi tết", "ask"),
    ("27/11 dương lịch", "2026-11-27"),
    ("mùng 5 tháng 12 dương lịch", "2026-12-05"),
    ("mai hoặc mốt", "ask"),
    ("thứ 3 hay thứ 4 gì cũng được", "ask"),
    ("từ 25 đến 27/11", "ask"),
    ("25-27/11", "ask"),
    ("25, 26/11", "ask"),
    ("27 hoặc 28/11", "ask"),
    ("tuần này thứ sáu", "ask"),
    ("thứ 6 này", "2026-11-27"),
    ("t6 này", "2026-11-27"),
    ("thứ sáu tuần tới nữa", "2026-12-04"),
    ("thứ hai đầu tuần", "2026-11-23"),
    ("đầu tuần sau thứ hai", "2026-11-23"),
    ("thứ 2 kế", "2026-11-23"),
    ("thứ hai tới đây", "2026-11-23"),
    ("chủ nhật này", "2026-11-22"),
    ("chúa nhựt", "2026-11-22"),
    ("chúa nhật tuần sau", "2026-11-29"),
    ("thứ tư tuần sau nha em", "2026-11-25"),
    ("sau 3 ngày nữa", "2026-11-24"),
    ("ba hôm nữa", "2026-11-24"),
    ("10 ngày nữa", "2026-12-01"),
    ("nửa tháng nữa", "2026-12-06"),
    ("hai tuần nữa", "2026-12-05"),
    ("một tháng nữa", "2026-12-21"),
    ("tháng sau ngày 5", "2026-12-05"),
    ("5 tháng sau", None),
    ("mùng 1 tháng 12", "ask"),
    ("cuối tháng", None),
    ("giữa tháng 12", None),
    ("tháng 12", None),
    ("hôm 25", "2026-11-25"),
    ("bữa 25 này", "2026-11-25"),
    ("ngày 25 này", "2026-11-25"),
    ("ngày 20", "2026-12-20"),
    ("20 tháng 11", "ask"),
    ("1 tháng 1", "2027-01-01"),
    ("29/2", "ask"),
    ("29/2/2028", "2028-02-29"),
    ("27/13", "ask"),
    ("2026-11-27", "2026-11-27"),
    ("27.11", "2026-11-27"),
    ("27 - 11", "2026-11-27"),
    ("27/11/26", "2026-11-27"),
    ("ngày 27/11 này", "2026-11-27"),
    ("27-11-2025", "ask"),
    ("hôm kia", "ask"),
    ("tuần rồi", "ask"),
    ("sáng sớm mai", "2026-11-22"),
    ("sớm mai", "2026-11-22"),
    ("tối nay", "2026-11-21"),
    ("mai mốt gì đó", None),
    ("ngày mơi", "2026-11-22"),
    ("bữa mơi", "2026-11-22"),
    ("mơi tui lên", "2026-11-22"),
    ("ngay mot", "2026-11-23"),
    ("bữa mốt nghen", "2026-11-23"),
    ("ngafy mai", "2026-11-22"),
    ("nga2y mai", "2026-11-22"),
    ("thuws tuw tuaanf sau", "2026-11-25"),
    ("ngày 2/9", "ask"),
    ("lễ 30/4", "2027-04-30"),
    ("thứ 8", None),
    ("t8", None),
    ("lúc 8/9 giờ", None),
    ("nhà số 12/5 ấp 3", None),
    ("đường 3/2", None),
    ("quốc lộ 91/2", None),
    ("thửa 25 tờ 12", None),
    ("ngày sinh 12/05/1990", None),
    ("mã 261127-0012", None),
    ("chị Mốt ở ấp 2", None),
    ("anh Tư", None),
    ("ba tôi thứ bảy", "ask"),
]


def day_of(text: str) -> str | None:
    """The one day named, ``ask`` where it cannot be taken at its word, None where there is none."""
    days = read_days(text, TODAY)
    if not days:
        return None
    if len({each.day for each in days}) > 1 or days[0].day is None:
        return "ask"
    return days[0].day.isoformat()


@pytest.mark.parametrize(("said", "meant"), DAYS)
def test_a_day_is_read(said, meant):
    assert day_of(said) == meant


def test_today_is_a_saturday():
    assert TODAY.strftime("%A") == "Saturday"


def test_two_days_are_both_told_in_their_order():
    assert [each.day for each in read_days("27/11 hoặc 28/11", TODAY)] == [date(2026, 11, 27), date(2026, 11, 28)]


def test_on_another_day_the_same_words_mean_another_date():
    wednesday = date(2026, 11, 18)
    assert read_days("thứ sáu", wednesday)[0].day == date(2026, 11, 20)
    assert read_days("thứ sáu tuần này", wednesday)[0].day == date(2026, 11, 20)
    assert read_days("thứ hai tuần này", wednesday)[0].day is None
    assert read_days("ngày 5", date(2026, 12, 31))[0].day == date(2027, 1, 5)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("8h", (8, 0)),
        ("8 giờ rưỡi", (8, 30)),
        ("14h30", (14, 30)),
        ("2 giờ chiều", (14, 0)),
        ("8:30", (8, 30)),
        ("tám giờ rưỡi", (8, 30)),
        ("mười một giờ trưa", (11, 0)),
        ("hai giờ chiều", (14, 0)),
        ("2h", (14, 0)),
        ("9 giờ kém 15", (8, 45)),
        ("8g30", (8, 30)),
        ("7 rưỡi sáng", (7, 30)),
        ("lúc 9h sáng mai", (9, 0)),
        ("14h", (14, 0)),
        ("25h", None),
        ("8 giờ sáng hoặc 9 giờ", None),
        ("3 giờ sáng", (3, 0)),
        ("chieu 3h", (15, 0)),
        ("1 giờ trưa", (13, 0)),
        ("10h", (10, 0)),
        ("8 gio ruoi", (8, 30)),
        ("H20.21-261101-0018", None),
        ("8h00", (8, 0)),
    ],
)
def test_an_hour_is_read(said, meant):
    assert read_hours(said).hour == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("sáng mai", "morning"),
        ("chiều thứ 5", "afternoon"),
        ("buổi sáng", "morning"),
        ("sang mai", "morning"),
        ("chuyen sang thu 5", None),
        ("chuyển sang thứ 5", None),
        ("buoi chieu", "afternoon"),
        ("sáng chiều gì cũng được", None),
        ("sang tên đất", None),
        ("dời sang chiều", "afternoon"),
        ("9h sang", "morning"),
        ("doi lich sang 27/11", None),
        ("doi lich sang thu 5", None),
        ("chuyen hen sang ngay 28", None),
        ("doi qua sang thu 5", "morning"),
        ("dat lich sang 27/11", "morning"),
        ("doi lich sang chieu thu 5", "afternoon"),
    ],
)
def test_the_half_of_the_day_is_read(said, meant):
    assert read_hours(said).half_day == meant


def test_of_a_change_the_last_hour_counts():
    assert last_hour("dời từ 8h qua 10h") == (10, 0)


@given(st.text(max_size=400), st.dates(date(2020, 1, 1), date(2040, 12, 31)))
@settings(max_examples=300, deadline=None)
def test_any_text_on_any_day_is_read(text, today):
    for each in read_days(text, today):
        assert each.day is None or each.day >= today
    read_hours(text)
