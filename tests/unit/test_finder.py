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
    """However long the question, no more than so many procedures are held against it phrase by phrase."""
    looked: list[object] = []
    by_phrases = Finder._by_phrases
    monkeypatch.setattr(Finder, "_by_phrases", lambda self, *rest: (looked.append(rest), by_phrases(self, *rest))[1])
    find("đăng ký khai sinh kết hôn đất đai hộ kinh doanh rượu " * 2_000)
    assert len(looked) <= module.MAX_CANDIDATES + 1


def test_an_empty_catalogue_finds_nothing():
    assert Finder(Catalog((), "0")).find("khai sinh", ON) == NOTHING


@given(st.text(max_size=500))
@settings(max_examples=200, deadline=None)
def test_any_text_is_answered(text):
    found = find(text)
    assert len(found.results) <= 5
    assert found.results or not found.sure
