"""What is kept of a question, which questions stand together, and what a phrase more does to the others."""

from datetime import date

import pytest

from bot import strict_yaml
from bot.catalog.phrases import tidied, with_phrase
from bot.errors import PhraseRefused
from bot.misses.model import MOST_CHARACTERS
from bot.misses.rules import kept_words, new_question
from bot.search.comparison import Answer, Change, Question, answer, changes, said_otherwise
from bot.search.likeness import grouped
from bot.search.model import NOTHING, Found, Match

ON = date(2026, 11, 21)


# -- what is kept ---------------------------------------------------------------------------------------------------------


def test_words_are_kept_on_one_line_without_a_person():
    assert kept_words("xin phép\n nuôi  yến, gọi 0912345678") == "xin phép nuôi yến, gọi •••"


@pytest.mark.parametrize("text", ["", "ok", "?", "12", "👍👍👍", "0912345678"])
def test_what_asks_for_nothing_is_not_kept(text):
    assert kept_words(text) is None


def test_of_a_story_beginning_and_end_are_kept():
    words = kept_words("Hồi đó " + "ở quê " * 300 + "giờ xin lại giấy sao")
    assert len(words) <= MOST_CHARACTERS
    assert words.startswith("Hồi đó ở quê")
    assert words.endswith("giờ xin lại giấy sao")
    assert " … " in words


def test_what_stands_where_the_story_is_cut_was_hidden_before():
    """Cut first, half a phone number would be too short to be known as one."""
    for length in range(150, 190):
        words = kept_words("a" * length + " 0912345678 " + "b" * 400)
        assert not any(char.isdigit() for char in words)


def test_no_two_questions_have_one_token():
    assert len({new_question() for _ in range(1000)}) == 1000


# -- which ask alike ------------------------------------------------------------------------------------------------------


def test_questions_that_ask_alike_stand_together_the_biggest_group_first():
    asked = [
        "gpxd", "xin giấy phép nuôi chim yến", "làm khai sinh", "muốn xin giấy phép nuôi yến thì sao", "xin phep nuoi yen o dau", "gpxt",
        "lam giay khai sinh cho con",
    ]
    assert grouped(asked) == [[1, 3, 4], [2, 6], [0], [5]]


def test_every_question_stands_in_one_group():
    asked = ["", "???", "có không", "a", "a", "b c d", "d c b", "xin giấy phép " * 40]
    places = sorted(place for places in grouped(asked) for place in places)
    assert places == list(range(len(asked)))
    assert grouped([]) == []


def test_past_the_bound_equals_still_stand_together(monkeypatch):
    monkeypatch.setattr("bot.search.likeness.MOST_DIFFERENT", 1)
    assert grouped(["nuôi yến", "nuôi cọp", "nuôi yến"]) == [[0, 2], [1]]
    assert grouped(["nuôi chim yến nhà", "nuôi yến nhà", "nuôi yến nhà"]) == [[1, 2], [0]]


# -- a phrase more --------------------------------------------------------------------------------------------------------

FILE = """\
code: 1.001193   # bare
label: Khai sinh cho con
phrases:   # how people say it
  - khai sanh cho con
  # a note
  - "vợ sanh: làm giấy gì"   # quoted
authority:
  - level: commune

    body: Ủy ban nhân dân cấp xã
"""


def test_a_phrase_is_one_line_more_and_nothing_else():
    lines = with_phrase(FILE, "đẻ con ra làm gì").splitlines(keepends=True)
    assert lines.pop(6) == "  - đẻ con ra làm gì\n"
    assert "".join(lines) == FILE


def test_the_files_line_ends_stay():
    windows = FILE.replace("\n", "\r\n")
    assert with_phrase(windows, "x y z") == windows.replace("authority", "  - x y z\r\nauthority")


@pytest.mark.parametrize(("end", "expected"), [("\n", "\n  - c\n"), ("", "\n  - c"), ("\n\n# the end\n", "\n  - c\n\n# the end\n")])
def test_a_file_may_end_with_its_phrases(end, expected):
    assert with_phrase(f"phrases:\n  - a\n  - b{end}", "c") == f"phrases:\n  - a\n  - b{expected}"


def test_a_phrase_over_several_lines_is_not_cut_in_two():
    source = "phrases:\n- a\n- b\n  goes on\n\n\nauthority: x\n"
    assert with_phrase(source, "c") == "phrases:\n- a\n- b\n  goes on\n- c\n\n\nauthority: x\n"


@pytest.mark.parametrize("phrase", [
    "mất sổ: làm sao", "# giấy tờ", "- giấy tờ", "\"giấy\" 'tờ'", "{giấy}", "yes", "1.001193 là gì", "giấy *tờ*", "[a]", "? a",
])
def test_what_yaml_would_read_otherwise_is_quoted(phrase):
    assert strict_yaml.load(with_phrase(FILE, phrase))["phrases"][-1] == phrase


@pytest.mark.parametrize("source", ["phrases: [a, b]\n", "phrases: [\n  a,\n  b]\n", "phrases:\n  - >-\n    a\n\n    b\nx: y\n"])
def test_where_it_takes_a_persons_hand_nothing_is_guessed(source):
    with pytest.raises(PhraseRefused):
        with_phrase(source, "c")


@pytest.mark.parametrize(("phrase", "why"), [
    ("", "no letter"), ("  12 ", "no letter"), ("a" * 121, "at most 120"), ("gọi ••• nha", "hidden"), ("a\u200bb", "nobody sees"),
])
def test_what_is_no_phrase_is_refused_with_a_reason(phrase, why):
    with pytest.raises(PhraseRefused, match=why):
        tidied(phrase)


def test_a_phrase_is_tidied():
    assert tidied("  la\u0300m   giấy\ntờ ") == "làm giấy tờ"


# -- better or worse ------------------------------------------------------------------------------------------------------


class Fixed:
    """A finder of set answers."""

    def __init__(self, found):
        self._found = found

    def find(self, words, on):
        return self._found.get(words, NOTHING)


def found(*codes, sure=False):
    return Found(sure, tuple(Match(code, code, 0.5, True) for code in codes))


ONE = Question("q", frozenset(("1",)))


@pytest.mark.parametrize(("result", "standing"), [
    (found("1", sure=True), "answered"), (found("1", "2"), "first"), (found("2", "1"), "offered"), (NOTHING, "declined"),
    (found("2", "3"), "missed"), (found("2", "1", sure=True), "wrong"),
])
def test_how_a_question_stands(result, standing):
    assert answer(ONE, result).standing == standing


def test_of_several_that_may_be_meant_being_sure_is_hasty():
    several = Question("q", frozenset("12"), several=True)
    assert answer(several, found("1", sure=True)).standing == "hasty"
    assert answer(several, found("1", "2")).standing == "first"


def test_only_what_comes_out_otherwise_is_told():
    questions = [Question(words, frozenset(("1",))) for words in ("same", "better", "worse")]
    before = Fixed({"same": found("1"), "better": found("2"), "worse": found("1", sure=True)})
    after = Fixed({"same": found("1", "2"), "better": found("2", "1"), "worse": found("1")})
    told = {each.question.words: each for each in changes(before, after, questions, ON)}
    assert set(told) == {"better", "worse"}
    assert (told["better"].better, told["better"].worse) == (True, False)
    assert (told["worse"].better, told["worse"].worse) == (False, True)


@pytest.mark.parametrize(("standing", "worse"), [("first", False), ("offered", True), ("wrong", True)])
def test_words_that_are_made_up_need_only_come_first(standing, worse):
    question = Question("q", frozenset(("1",)), made_up=True)
    change = Change(question, Answer("answered", "1"), Answer(standing, "2"))
    assert change.worse == worse
    assert not change.better


def test_a_phrase_is_also_asked_shorter_and_without_marks():
    assert said_otherwise("mất giấy khai sinh gốc") == ["giấy khai sinh gốc", "mất giấy khai sinh", "mat giay khai sinh goc"]
    assert said_otherwise("giấy khai sinh") == ["giay khai sinh"]
