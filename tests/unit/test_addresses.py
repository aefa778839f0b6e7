"""Addresses as people write them: read right, or asked back; never silently wrong."""

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.postal.addresses import MAX_LENGTH, read_address, renamed
from bot.postal.model import MOST_CANDIDATES, Address, Doubt
from bot.postal.phones import read_phone, take_phone, was_meant
from bot.postal.units import split_kind, table

DATA = Path(__file__).with_name("addresses.tsv")
FIELDS = ("commune", "province", "old_district", "house", "hamlet", "landmark")
LEAST_RIGHT = 0.95
UNITS = {"provinces.tsv": 34, "communes.tsv": 3321, "former_provinces.tsv": 63, "former_districts.tsv": 696}
COMMUNES = {"Cần Thơ": 103, "Đồng Tháp": 102, "Tây Ninh": 96, "Vĩnh Long": 124, "An Giang": 102, "Cà Mau": 64}


@dataclass(frozen=True)
class Row:
    text: str
    communes: tuple[str, ...]
    """More than one where the words do not say which: it must be asked."""
    fields: tuple[str, ...]


def rows() -> list[Row]:
    with DATA.open(encoding="utf-8", newline="") as file:
        return [
            Row(each["text"], tuple(each["commune"].split(" | ")), tuple(each[field] for field in FIELDS))
            for each in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]


def read_as(address: Address) -> tuple[str, ...]:
    return (
        address.commune.name, address.province.name, address.old_district or "",
        address.house or "", address.hamlet or "", address.landmark or "",
    )


def address(text: str, said: str = "") -> Address:
    answer = read_address(text, said)
    assert isinstance(answer, Address), answer
    return answer


def doubt(text: str, said: str = "") -> Doubt:
    answer = read_address(text, said)
    assert isinstance(answer, Doubt), answer
    return answer


def names(answer: Doubt) -> list[str]:
    return [each.commune.name for each in answer.candidates]


ROWS = rows()


def test_there_are_500_different_addresses():
    assert len({each.text for each in ROWS}) == len(ROWS) == 500


def test_addresses_are_read_right_or_asked_back_and_none_is_silently_wrong():
    wrong, right, asked = [], 0, []
    for row in ROWS:
        answer = read_address(row.text)
        if isinstance(answer, Doubt):
            asked.append(row.text)
            if answer.candidates and not set(row.communes) & set(names(answer)):
                wrong.append(f"{row.text}: asks among {names(answer)}, not {row.communes}")
        elif read_as(answer) == row.fields:
            right += 1
        else:
            wrong.append(f"{row.text}: {read_as(answer)}, not {row.fields}")
    print(f"{right} right, {len(asked)} asked back:", *asked, sep="\n")
    assert not wrong, "\n".join(wrong)
    assert right >= LEAST_RIGHT * len(ROWS)


def test_the_truth_is_in_the_table_not_in_the_reader():
    """Each expected commune exists in its province, by the table alone."""
    known = {(commune.unit.name, table().provinces[commune.province].name) for commune in table().communes.values()}
    for row in ROWS:
        assert all((commune, row.fields[1]) in known for commune in row.communes), row


def replaced(text: str, name: str, other: str) -> str | None:
    return text.replace(name, other) if name and name in text else None


def test_a_commune_that_is_nowhere_is_never_taken_for_another():
    """The commune's name in each address put out of every table: nothing may be read from the rest."""
    tried = 0
    for row in ROWS:
        bare = split_kind(row.communes[0])[1]
        for kind in ("xã ", "phường ", "xa ", "phuong "):
            unheard = replaced(row.text, kind + bare, kind + "Quơ Quéo Quẹo")
            if unheard is not None:
                tried += 1
                assert isinstance(read_address(unheard), Doubt), unheard
    assert tried > 50


# -- the table -------------------------------------------------------------------------------------------------------------------------


def test_the_table_is_whole():
    units = table()
    assert len(units.provinces) == UNITS["provinces.tsv"]
    assert len(units.communes) == UNITS["communes.tsv"]
    assert len(units.former_districts) == UNITS["former_districts.tsv"]
    former = {each.unit.code for many in units.provinces_named.values() for each in many if each.former}
    assert len(former) == UNITS["former_provinces.tsv"]
    for bare, count in COMMUNES.items():
        [code] = [each.code for each in units.provinces.values() if split_kind(each.name)[1] == bare]
        assert sum(each.province == code for each in units.communes.values()) == count


def test_every_former_unit_became_something_of_its_province_and_every_commune_came_from_something():
    units = table()
    came = set()
    for members in units.inside.values():
        for commune in members:
            assert commune.today, commune
            came.update(commune.today if commune.former_district else ())
            assert all(units.communes[code].province == commune.province for code in commune.today), commune
    for district in units.former_districts.values():
        assert district.today, district
        came.update(district.today)
    assert came == units.communes.keys()


@pytest.mark.parametrize(
    ("former", "today"),
    [
        ("Sóc Trăng", "Thành phố Cần Thơ"), ("Hậu Giang", "Thành phố Cần Thơ"), ("Tiền Giang", "Tỉnh Đồng Tháp"),
        ("Long An", "Tỉnh Tây Ninh"), ("Bến Tre", "Tỉnh Vĩnh Long"), ("Trà Vinh", "Tỉnh Vĩnh Long"), ("Kiên Giang", "Tỉnh An Giang"),
        ("Bạc Liêu", "Tỉnh Cà Mau"), ("Bình Dương", "Thành phố Hồ Chí Minh"), ("Quảng Nam", "Thành phố Đà Nẵng"),
    ],
)
def test_former_provinces(former: str, today: str):
    [now] = {
        each.today for many in table().provinces_named.values() for each in many
        if each.former and split_kind(each.unit.name)[1] == former
    }
    assert table().provinces[now].name == today


# -- one by one ------------------------------------------------------------------------------------------------------------------------


def test_a_former_commune_is_mapped_and_says_so():
    answer = address("ấp Tân Bình, xã An Phước, huyện Châu Thành, Bến Tre")
    assert read_as(answer) == ("Xã Giao Long", "Tỉnh Vĩnh Long", "Huyện Châu Thành", "", "ấp Tân Bình", "")
    assert answer.confidence == "mapped"


def test_todays_names_are_said():
    assert address("khu vực 3, phường Vị Thanh, Cần Thơ").confidence == "said"


def test_the_same_name_in_two_places_is_asked():
    answer = doubt("ấp 2, xã Thạnh Quới, Cần Thơ")
    assert answer.asks == "which"
    assert sorted(names(answer)) == ["Xã Gia Hòa", "Xã Thạnh Quới"]
    assert all(each.hamlet == "ấp 2" for each in answer.candidates)


def test_a_divided_commune_is_asked():
    answer = doubt("ấp 4, xã Khánh Lâm, huyện U Minh, tỉnh Cà Mau")
    assert answer.asks == "which"
    assert sorted(names(answer)) == ["Xã Khánh Lâm", "Xã U Minh"]


def test_too_many_places_of_a_name_are_not_listed():
    answer = doubt("ấp 3, xã Tân Thành")
    assert (answer.asks, answer.candidates) == ("province", ())


def test_marks_tell_names_apart_and_without_them_it_is_asked():
    assert address("ấp 1, xã Lộc Thạnh, tỉnh Đồng Nai").commune.name == "Xã Lộc Thạnh"
    assert {"Xã Lộc Thành", "Xã Lộc Thạnh"} <= set(names(doubt("ap 1, xa loc thanh, tinh dong nai")))


def test_a_commune_and_a_district_that_contradict_are_asked():
    answer = doubt("ấp 3, xã Mỹ Hiệp, huyện Cù Lao Dung, Sóc Trăng")
    assert answer.asks in ("which", "commune", "province")


def test_a_known_town_between_commune_and_province_is_not_passed_over():
    """Ngã Bảy never had a Phường 1; the one of Vị Thanh, in the same province, is not what was said."""
    assert isinstance(read_address("khu vực 3, p1, ngã bảy, hậu giang"), Doubt)


def test_a_name_that_may_be_a_town_or_a_commune_is_asked():
    assert doubt("ấp 3, Sa Đéc, Đồng Tháp").asks == "which"


def test_a_misspelt_commune_is_asked_with_the_nearest_names():
    answer = doubt("ấp 3, xã Mỹ Hiệpp, huyện Cao Lãnh, Đồng Tháp")
    assert answer.unknown == "xã Mỹ Hiệpp"
    assert "Xã Mỹ Hiệp" in names(answer)


def test_what_is_in_no_table_is_asked():
    assert doubt("phường 2, TP Cao Lãnh, Đồng Tháp").asks == "commune"
    assert doubt("phường Thảo Điền, Quận 2, TP HCM").unknown == "Quận 2"


def test_a_landmarks_commune_is_never_taken_unasked():
    answer = doubt("gần UBND xã Mỹ Yên, huyện Bến Lức, Long An")
    assert names(answer) == ["Xã Mỹ Yên"]


def test_a_commune_alone_is_no_address_for_a_postman():
    answer = doubt("phường Ninh Kiều, Cần Thơ")
    assert answer.asks == "place"
    assert names(answer) == ["Phường Ninh Kiều"]


def test_step_by_step_nothing_is_lost():
    first = doubt("ấp 3")
    assert first.asks == "commune"
    second = doubt("xã Mỹ Hiệp", first.text)
    assert 1 < len(second.candidates) <= MOST_CANDIDATES
    assert read_as(address("Đồng Tháp", second.text)) == ("Xã Mỹ Hiệp", "Tỉnh Đồng Tháp", "", "", "ấp 3", "")


def test_the_newest_answer_counts():
    answer = address("xã Mỹ Hiệp", "ấp 3, xã Mỹ Long, Đồng Tháp")
    assert read_as(answer) == ("Xã Mỹ Hiệp", "Tỉnh Đồng Tháp", "", "", "ấp 3", "")


def test_two_numbers_are_not_one():
    assert isinstance(read_address("1 " * 100), Doubt)
    assert doubt("số 5, phường 1 1, quận 11, TP HCM").asks == "commune"


def test_a_long_text_of_names_is_bounded_work():
    for text in ("ca mau, " * 50, "p1 q1 " * 60, "xa my hiep, " * 33):
        assert isinstance(read_address(text[:MAX_LENGTH]), Doubt)


def test_a_doubt_keeps_all_words():
    assert doubt("  ấp 3 nhà sàn màu xanh, xã Tân Thành ").text == "ấp 3 nhà sàn màu xanh, xã Tân Thành"


@pytest.mark.parametrize("text", ["", "   ", ",,,", "không biết", "a" * (MAX_LENGTH + 1), "xã", "xã xã xã", "tỉnh", "p", "🏠"])
def test_what_is_no_address(text: str):
    assert doubt(text).candidates == ()


@given(st.text(alphabet="aâăeêoôơuưiyđdbcghknmtxpq0123456789 ,.()-/\nấảãạ", max_size=60))
@settings(max_examples=150, deadline=None)
def test_no_text_breaks_the_reader(text: str):
    answer = read_address(text)
    assert isinstance(answer, Address | Doubt)
    assert isinstance(answer, Address) or len(answer.candidates) <= MOST_CANDIDATES


# -- phones ----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "e164", "mobile"),
    [
        ("0912345678", "+84912345678", True), ("091 234.56-78", "+84912345678", True), ("+84 912 345 678", "+84912345678", True),
        ("84912345678", "+84912345678", True), ("0292 3812 345", "+842923812345", False),
    ],
)
def test_phones(text: str, e164: str, mobile: bool):
    phone = read_phone(text)
    assert phone is not None
    assert (phone.e164, phone.mobile) == (e164, mobile)


@pytest.mark.parametrize("text", ["", "12", "091234567", "09123456789", "0112345678", "0012345678", "ấp 3", "+1 202 555 0123"])
def test_no_phones(text: str):
    assert read_phone(text) is None


def test_a_phone_in_an_address_is_no_house_number():
    text = "ấp 3, xã Mỹ Hiệp, huyện Cao Lãnh, Đồng Tháp, sđt 0912 345 678"
    phone, rest = take_phone(text)
    assert phone is not None
    assert phone.e164 == "+84912345678"
    assert rest == "ấp 3, xã Mỹ Hiệp, huyện Cao Lãnh, Đồng Tháp"
    assert address(text).house is None


def test_a_wrong_phone_stays_in_the_words():
    assert take_phone("ấp 3, 0112345678") == (None, "ấp 3, 0112345678")


def test_what_former_units_belong_to_now_is_told_and_todays_are_not():
    text = "ấp Bình Hòa, xã Bình Thành, huyện Lấp Vò, Đồng Tháp"
    address = read_address(text)
    assert isinstance(address, Address)
    assert renamed(text, address) == (("Xã Bình Thành", "Xã Lấp Vò"),)
    text = "số 12 ấp Phước Hòa, thị trấn Cù Lao Dung, Sóc Trăng"
    address = read_address(text)
    assert isinstance(address, Address)
    assert set(renamed(text, address)) == {("Thị trấn Cù Lao Dung", "Xã An Thạnh"), ("Tỉnh Sóc Trăng", "Thành phố Cần Thơ")}
    text = "12 Nguyễn Huệ, phường Cao Lãnh, Đồng Tháp"
    address = read_address(text)
    assert isinstance(address, Address)
    assert renamed(text, address) == ()


@pytest.mark.parametrize(("text", "meant"), [
    ("12345", True), ("số 09123456789012", True), ("0123456789", True), ("khai sinh", False), ("2 giờ chiều mai", False),
])
def test_a_try_at_a_phone_number_is_known_as_one(text, meant):
    assert was_meant(text) is meant


def test_an_orders_number_is_no_try_at_a_phone_number():
    assert not was_meant("B00001B")
