"""What people type is read as they would spell it."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.search.evidence import fits
from bot.search.folding import MAX_LENGTH, fold, is_syllable, read, sound, tidy, tokens, word


def spelt(text: str) -> str:
    return " ".join(each.text for each in read(text))


def test_marks_are_folded_and_d_with_a_stroke_too():
    assert fold("Đường Nguyễn Thị Ở") == "duong nguyen thi o"


def test_both_unicode_forms_read_alike():
    assert read(unicodedata.normalize("NFD", "giấy khai tử")) == read(unicodedata.normalize("NFC", "giấy khai tử"))


def test_nothing_invisible_is_left():
    assert tidy("khai\u200b si\u00adnh\ufeff\x00\x07") == "khai sinh"
    assert tokens("khai\u200bsinh 👶🏻‍🍼 !!!") == ["khaisinh"]


def test_only_the_beginning_of_a_long_message_is_read():
    assert len(tidy("a" * 64_000)) == MAX_LENGTH


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ddawng kys keets hoon", "đăng ký kết hôn"),
        ("maats cawn cuwowcs", "mất căn cước"),
        ("chuwngs thuwcj", "chứng thực"),
        ("hejn thuws 6 tuaafn nayf", "hẹn thứ 6 tuần này"),
        ("khoong cos giaays", "không có giấy"),
        ("tasch thuwar ddaats", "tách thửa đất"),
        ("ngươif Phaps", "người pháp"),
        ("quyeets ddinhj thuyr", "quyết định thủy"),
    ],
)
def test_telex_residue_is_decoded(typed, meant):
    assert spelt(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gia6y1 khai sinh", "giấy khai sinh"),
        ("so63 d9o3", "sổ đỏ"),
        ("d9a6t1 d9ai", "đất đai"),
        ("ho62 so7", "hồ sơ"),
        ("gium1", "giúm"),
    ],
)
def test_vni_residue_is_decoded(typed, meant):
    assert spelt(typed) == meant


@pytest.mark.parametrize("typed", ["gas", "visa", "ct07", "h20", "wifi", "online", "vneid", "zalo"])
def test_what_is_no_residue_is_left_alone(typed):
    assert spelt(typed) == typed


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("đkkh bên mình cần j k", "đăng ký kết hôn bên mình cần gì không"),
        ("lm gks cho bé dc ko", "làm giấy khai sinh cho bé được không"),
        ("dìa nhà mần giấy sanh", "về nhà làm giấy sinh"),
        ("xin gpxd", "xin giấy phép xây dựng"),
        ("vợ ck", "vợ chồng"),
        ("50 k", "50 k"),
        ("sổ hồng", "sổ hồng"),
        ("giấy hôn thú", "giấy kết hôn"),
    ],
)
def test_short_forms_and_southern_spellings_are_opened(typed, meant):
    assert spelt(typed) == meant


def test_a_letter_held_down_counts_once():
    assert spelt("đượccccc khôngggg") == "được không"


def test_a_syllable_is_told_from_a_run_of_letters():
    assert is_syllable("nghieng")
    assert is_syllable("quy")
    assert not is_syllable("keets")
    assert not is_syllable("xyz")


@pytest.mark.parametrize(
    ("one", "other"), [("xinh", "sinh"), ("tat", "tac"), ("doang", "doanh"), ("tro", "cho"), ("ky", "ki")]
)
def test_what_sounds_alike_in_the_south_has_one_sound(one, other):
    assert sound(one) == sound(other)


def test_a_mark_may_be_missing_but_not_another_one():
    assert fits(word("dat"), word("đất"))
    assert fits(word("đât"), word("đất"))
    assert not fits(word("đặt"), word("đất"))
    assert not fits(word("dat"), word("đất"), exact=True)
    assert fits(word("chuyễn"), word("chuyển"))


@given(st.text(max_size=3_000))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read(text):
    assert all(each.text and each.fold for each in read(text))
