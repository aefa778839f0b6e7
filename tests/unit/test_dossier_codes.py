"""Dossier codes in every way they are written, and what only looks like one."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dossiers.codes import find_code, find_procedure_code, is_s10, normalize, tail

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("000.00.21.H20-261007-0064", "000.00.21.H20-261007-0064"),
        ("h20.21-261101-0018", "H20.21-261101-0018"),
        ("H20-261101-0018", "H20-261101-0018"),
        ("H20.14.03-261101-0018", "H20.14.03-261101-0018"),
        ("G22.99.08-261024-770915", "G22.99.08-261024-770915"),
        ("000.A0.01.H26-210212-9090", "000.A0.01.H26-210212-9090"),
        ("000.00.B1.H20-261007-0064", "000.00.B1.H20-261007-0064"),
        ("000 00 21 h20 261008 0071", "000.00.21.H20-261008-0071"),
        ("000-00-21-H20.261015.0029", "000.00.21.H20-261015-0029"),
        ("000,00,21,H20-261007-0064", "000.00.21.H20-261007-0064"),
        ("H20.21_261021_0033", "H20.21-261021-0033"),
        ("h20.21/261101/0018", "H20.21-261101-0018"),
        ("H20.21–261101–0018", "H20.21-261101-0018"),
        ("H20.21 - 261101 - 0018.", "H20.21-261101-0018"),
        ("0000017H512610100008", "000.00.17.H51-261010-0008"),
        ("H20212611010018", "H20.21-261101-0018"),
        ("H202611010018", "H20-261101-0018"),
        ("ooo.oo.21.H20-261oo6-o11o", "000.00.21.H20-261006-0110"),
        ("000.00.2I.H20-26I0I3-0II8", "000.00.21.H20-261013-0118"),
        ("H2O.2l-26llOl-OO18", "H20.21-261101-0018"),
        ("H20.21-26110S-0018", "H20.21-261105-0018"),
        ("H20.21-261101-001B", "H20.21-261101-0018"),
        (".21.H20-261017-0040", "000.00.21.H20-261017-0040"),
        ("21.H20-261017-0040", "000.00.21.H20-261017-0040"),
        ("00.00.21.H20-261017-0040", "000.00.21.H20-261017-0040"),
        ("38.98.H29-210519-0013", "000.38.98.H29-210519-0013"),
        ("000.00.21H20-261007-0064", "000.00.21.H20-261007-0064"),
        ("00000.21.H20-261007-0064", "000.00.21.H20-261007-0064"),
        ("H2021-261101-0018", "H20.21-261101-0018"),
        ("H20.21-26/11/01-0018", "H20.21-261101-0018"),
        ("H20.21-2611010018", "H20.21-261101-0018"),
        ("H20.21-071026-0012", "H20.21-261007-0012"),
        ("h20.14 261102 7", "H20.14-261102-0007"),
        ("H20.21-261101-123", "H20.21-261101-0123"),
        ("H20.14.3-261117-31", "H20.14.03-261117-0031"),
        ("0.0.14.H20-261005-1", "000.00.14.H20-261005-0001"),
        ("G22.99.8-261024-770915", "G22.99.08-261024-770915"),
        ("H20.21\u200b-261101-0018", "H20.21-261101-0018"),
    ],
)
def test_a_code_is_read_into_its_canonical_form(written, code):
    assert find_code(written, TODAY) == code
    assert find_code(f"xem giúp mã {written} tới đâu rồi ạ", TODAY) == code


@pytest.mark.parametrize(
    ("spoken", "code"),
    [
        ("mã hát hai mươi chấm hai mốt gạch 261002 gạch 0015 tới đâu rồi", "H20.21-261002-0015"),
        (
            "hát hai không chấm hai mươi mốt gạch hai sáu một một không một gạch không không một tám",
            "H20.21-261101-0018",
        ),
    ],
)
def test_a_code_read_aloud_is_written_down(spoken, code):
    assert find_code(spoken, TODAY) == code


@pytest.mark.parametrize(
    "text",
    [
        "H20.21-260230-0007",
        "H20.21-261301-0018",
        "G22.99.3-241219795252",
        "03706/2026/07906",
        "086190003377",
        "RR473124829VN",
        "1.001193.000.00.00.H51",
        "2.000815",
        "000.18.29.H51",
        "0901 234 567",
        "H20.21-261007-00641234",
        "em 20 tuổi, sinh 26/11/2006",
        "số 12 ngày 5/1",
        "",
    ],
)
def test_what_only_looks_like_a_code_is_none(text):
    assert find_code(text, TODAY) is None


def test_the_first_of_two_codes_counts():
    assert find_code("H20.21-261101-0018 va 000.00.21.H20-261007-0064", TODAY) == "H20.21-261101-0018"


def test_a_whole_string_is_normalized_or_refused():
    assert normalize(" h20.21 261101 0018 ", TODAY) == "H20.21-261101-0018"
    assert normalize("xem H20.21-261101-0018", TODAY) is None


def test_a_day_written_first_is_turned_only_when_the_other_way_fails():
    assert find_code("H20.21-261007-0064", TODAY) == "H20.21-261007-0064"
    assert find_code("H20.21-251126-0064", date(2025, 1, 1)) == "H20.21-251126-0064"


def test_a_tail_alone_is_told_apart():
    assert tail("261020-0031 xong chưa", TODAY) == "261020-0031"
    assert tail("H20.21-261020-0031", TODAY) is None
    assert tail("H20.21-260230-0007", TODAY) is None
    assert tail("0901234567", TODAY) is None


def test_a_procedure_code_is_read_bare_or_long():
    assert find_procedure_code("mã 1.001193 cần gì") == "1.001193"
    assert find_procedure_code("1.001193.000.00.00.H51") == "1.001193"
    assert find_procedure_code("1.000948.H38") == "1.000948"
    assert find_procedure_code("1.000.000 đồng") is None


def test_a_postal_code_is_known_by_its_form_and_checked_by_its_digit():
    assert is_s10("rr473124829vn tới đâu")
    assert is_s10("EB123456785VN", checked=True)
    assert not is_s10("EB123456789VN", checked=True)
    assert not is_s10("H20.21-261101-0018")


@given(st.text(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_text_is_searched(text):
    for read in (find_code, normalize, tail, find_procedure_code, is_s10):
        read(text)


@given(
    unit=st.from_regex(r"[HG][0-9]{2}(\.[0-9]{2}){0,3}", fullmatch=True),
    day=st.dates(date(2018, 2, 1), TODAY),
    number=st.integers(0, 9_999_999),
)
@settings(max_examples=200, deadline=None)
def test_every_well_formed_code_is_its_own_canonical_form(unit, day, number):
    code = f"{unit}-{day:%y%m%d}-{number:04d}"
    assert find_code(code, TODAY) == code
    assert normalize(code.lower(), TODAY) == code
