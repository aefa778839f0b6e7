"""The questions that part siblings: what they lead to is there, what they say is there, and they are asked where they part."""

from datetime import date
from functools import cache

import pytest

from bot.catalog.model import Catalog
from bot.catalog.reader import load_catalog
from bot.search import lexicon
from bot.search.deciding import Deciding, questions
from bot.search.finder import Finder
from bot.texts.reader import load_texts

ON = date(2026, 11, 21)
EACH = pytest.mark.parametrize("question", questions().values(), ids=list(questions()))


@cache
def catalog() -> Catalog:
    return load_catalog()


@EACH
def test_every_answer_leads_to_a_procedure_in_force_once(question: Deciding):
    assert 2 <= len(question.answers) <= 5
    assert len(set(question.answers.values())) == len(question.answers)
    for code in question.codes:
        procedure = catalog().get(code, ON)
        assert procedure is not None, code
        assert catalog().successor(procedure, ON) is None, f"{code} was replaced"


def test_every_question_and_answer_has_its_words_and_no_words_are_left_over():
    wanted = {"unsure"} | {f"ask_{each}" for each in questions()}
    wanted |= {f"answer_{each.id}_{answer}" for each in questions().values() for answer in each.answers}
    assert {step for flow, step, _ in load_texts() if flow == "deciding"} == wanted


@EACH
def test_a_question_is_short_and_its_answers_differ(question: Deciding):
    texts = load_texts()
    answers = [texts.part("deciding", f"answer_{question.id}_{each}") for each in question.answers]
    assert len(set(answers)) == len(answers)
    assert max(map(len, answers)) <= 45
    assert len(texts.part("deciding", f"ask_{question.id}")) <= 100


def test_a_question_that_leads_back_to_itself_is_refused(monkeypatch):
    monkeypatch.setattr(lexicon, "deciding", lambda: {"a": {"x": "b"}, "b": {"y": "a"}})
    with pytest.raises(ValueError, match="leads back to itself"):
        questions.__wrapped__()


def test_a_catalogue_that_lacks_an_answer_is_not_asked_about():
    smaller = Catalog(tuple(each for each in catalog() if each.code != "2.000150"), "smaller")
    assert Finder(catalog()).find("giấy phép bán thuốc lá", ON).deciding == "tobacco"
    assert Finder(smaller).find("giấy phép bán thuốc lá", ON).deciding is None
