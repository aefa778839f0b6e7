"""The finder answers, offers or declines; its work is bounded whatever is asked."""

from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalog.model import Catalog
from bot.catalog.reader import load_catalog
from bot.search import finder as module
from bot.search.finder import Finder
from bot.search.folding import fold
from bot.search.model import NOTHING, Found

ON = date(2026, 11, 21)


@cache
def finder() -> Finder:
    return Finder(load_catalog())


def find(words: str) -> Found:
    return finder().find(words, ON)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("làm giấy khai sinh cho con", "1.001193"),
        ("đăng ký kết hôn", "1.000894"),
        ("xin giấy độc thân", "1.004873"),
        ("sao y bản chánh", "2.000815"),
        ("tách hộ khẩu", "1.010038"),
    ],
)
def test_what_is_asked_outright_is_sure(words, code):
    for form in (words, fold(words), words.upper()):
        found = find(form)
        assert found.sure
        assert found.results[0].code == code


@pytest.mark.parametrize(
    "words",
    [
        "đặt cơm tấm sườn bì chả",
        "hôm nay xổ số ra con gì",
        "thời tiết ngày mai có mưa không",
        "vay tiền nhanh không thế chấp",
        "trộm cắp bị phạt tù mấy năm",
        "kể chuyện cười đi",
        "tôi muốn ly hôn",
        "hihi",
        "2",
        "",
        "   ",
        "👍👍👍",
        "?!…",
    ],
)
def test_what_is_none_of_ours_finds_nothing(words):
    assert find(words) == NOTHING


def test_several_that_fit_alike_are_offered_not_answered():
    found = find("đăng ký lại giấy tờ hộ tịch")
    assert not found.sure
    assert 2 <= len(found.results) <= 5


def test_a_foreigner_changes_the_procedure():
    assert find("đăng ký kết hôn với người Hàn Quốc").results[0].code == "2.000806"
    assert find("khai sinh cho con, ba nó người Mỹ").results[0].code == "2.000528"


def test_at_most_as_many_as_asked_for_and_never_more_than_five():
    assert len(finder().find("giấy khai sinh", ON, top=2).results) <= 2
    assert len(finder().find("giấy khai sinh", ON, top=50).results) <= 5


def test_scores_fall_and_stay_between_nought_and_one():
    for words in ("khai sinh", "giấy kết hôn bị mất", "mua đất sang tên"):
        scores = [match.score for match in find(words).results]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)


@pytest.mark.parametrize("words", ["1.001193", "thủ tục 1.001193.000.00.00.H20 cần gì"])
def test_a_national_code_is_answered_outright(words):
    found = find(words)
    assert found.sure
    assert [match.code for match in found.results] == ["1.001193"]


def test_slips_by_sound_are_put_right_only_into_words_we_have():
    assert find("khai xinh cho bé").results[0].code == "1.001193"
    assert find("dangkykethon").results[0].code == "1.000894"


def test_why_is_told_with_numbers():
    reasons = finder().explain("làm giấy khai sinh", ON)
    assert reasons[0][0] == "1.001193"
    assert {"about", "best_phrase", "score"} <= reasons[0][1].keys()


def test_the_work_is_bounded(monkeypatch):
    """However long the question, no more than so many procedures are held against it one by one."""
    looked: list[object] = []
    weighed = Finder._weighed
    monkeypatch.setattr(Finder, "_weighed", lambda self, *rest: (looked.append(rest), weighed(self, *rest))[1])
    find("đăng ký khai sinh kết hôn đất đai hộ kinh doanh rượu " * 2_000)
    assert 0 < len(looked) <= module.MAX_CANDIDATES + 1


def test_a_story_is_cut_to_so_many_words():
    words = " ".join(f"khai sinh {number}" for number in range(600))
    assert len(finder()._question(words).words) <= module.MAX_WORDS


@pytest.mark.parametrize(
    ("words", "two"),
    [
        ("giấy tạm trú hết hạn, đăng ký lại hay gia hạn", True),
        ("khai báo tạm vắng hoặc xóa thường trú", True),
        ("gia hạn tạm trú được không hay sao", False),
        ("gia hạn tạm trú hay là thôi", False),
        ("tôi hay bị bệnh", False),
        ("gia hạn tạm trú", False),
    ],
)
def test_two_things_named_at_once_are_asked_about(words, two):
    assert module._either(finder().read(words)) is two
    if two:
        assert not find(words).sure


@pytest.mark.parametrize(
    ("words", "old", "new"),
    [
        ("muốn xin tiền đi thăm mộ liệt sĩ ở nghĩa trang", "1.010832", "1.013750"),
        ("mở trường mầm non", "1.012961", "2.002891"),
        ("sửa chữ trên bằng tốt nghiệp", "2.001914", "3.000466"),
    ],
)
def test_of_twins_only_the_one_in_force_is_found(words, old, new):
    codes = [match.code for match in find(words).results]
    assert codes[0] == new
    assert old not in codes


def test_what_was_replaced_is_found_by_its_code_alone():
    """Whoever holds a paper with the old code is told that it was replaced, and by what."""
    assert [match.code for match in find("1.010832").results] == ["1.010832"]
    for each in load_catalog():
        if each.replaced_by and not each.in_national_list:
            for words in (each.label, *each.phrases[:3]):
                assert each.code not in [match.code for match in find(words).results], words


def test_a_feature_that_most_phrases_have_is_owed():
    """Its lack speaks against the procedure, and the more phrases have it the more so."""
    held = next(each for each in finder()._entries if each.procedure.code == "1.010038").held
    always, seldom = held["@household_split"], min(held.values(), key=lambda each: each.owed)
    assert always.owed > 0.5
    assert seldom.owed == 0.0
    assert always.gain > 1.0


def test_an_empty_catalogue_finds_nothing():
    assert Finder(Catalog((), "0")).find("khai sinh", ON) == NOTHING


@given(st.text(max_size=500))
@settings(max_examples=200, deadline=None)
def test_any_text_is_answered(text):
    found = find(text)
    assert len(found.results) <= 5
    assert found.results or not found.sure
