"""Which event of a life a message tells of: its own phrases, other ways of saying so, and what must stay one procedure's question."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot import strict_yaml
from bot.bootstrap import Knowledge, load_knowledge
from bot.search.events import MOST_WORDS, EventFinder, EventMatch, told_events
from tests.tree import ROOT

OTHER_WAYS = strict_yaml.load((ROOT / "tests/phrases/life_events.yaml").read_text("utf-8"))
TOLD = [(str(event), str(said)) for event, ways in OTHER_WAYS.items() if event != "none" for said in ways]
NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
LEAST_TOLD = 0.9
"""Of phrases held out from the finder, and of other ways of saying so, this share at least still leads to its event when it is one's."""
MOST_TAKEN = 0.015
"""Of all phrases of procedures, were they not known word for word, this share at most would be taken for an event."""


@pytest.fixture(scope="module")
def known() -> Knowledge:
    return load_knowledge(None)


def found(known: Knowledge, said: str) -> EventMatch | None:
    """As the reception asks, but for what it asks of the intent."""
    understood = known.reader.understand(said, NOW)
    return known.event_finder.find(
        said, procedure_sure=understood.found.sure, one_facet=understood.facet in ("fee", "time", "online", "form")
    )


def test_every_event_has_its_situations_and_no_situation_is_of_an_event_that_is_gone(known):
    assert told_events() == {event.id for event in known.events.events}
    assert set(OTHER_WAYS) - {"none"} == told_events()


def test_every_phrase_and_label_finds_its_event_word_for_word(known):
    wrong = [
        (event.id, said) for event in known.events.events for said in (event.label, *event.phrases)
        if (match := found(known, said)) is None or (match.event, match.said, match.sure) != (event.id, True, True)
    ]
    assert not wrong


@pytest.mark.parametrize(("event", "said"), TOLD, ids=[said for _, said in TOLD])
def test_other_ways_of_saying_so_find_it_too(known, event, said):
    match = found(known, said)
    assert match is not None
    assert (match.event, match.sure) == (event, True)


@pytest.mark.parametrize("said", [str(each) for each in OTHER_WAYS["none"]])
def test_a_question_for_one_procedure_stays_one(known, said):
    """At most an event is offered beside it; that it is not even that, the conversations say."""
    match = found(known, said)
    assert match is None or not match.sure


def test_a_phrase_held_out_seldom_leads_to_a_wrong_event(known):
    """Phrases are only a sample of what people say: the situations must carry without them."""
    finder = EventFinder([replace(event, label="", phrases=()) for event in known.events.events], known.finder.read)
    right = wrong = 0
    for event in known.events.events:
        for said in event.phrases:
            match = finder.find(said)
            right += match is not None and match.event == event.id
            wrong += match is not None and match.event != event.id
    assert right / (right + wrong) >= LEAST_TOLD
    assert right >= 0.7 * sum(len(event.phrases) for event in known.events.events)


def test_few_phrases_of_procedures_would_be_taken_for_an_event(known):
    """Nearly all of them name a paper or ask for nothing in general; the reception gives way to a phrase known word for word besides."""
    phrases = [phrase for procedure in known.catalog for phrase in procedure.phrases]
    taken = [
        phrase for phrase in phrases
        if (match := known.event_finder.find(phrase, procedure_sure=True)) is not None and match.sure
    ]
    assert len(taken) <= MOST_TAKEN * len(phrases), taken


def test_a_situation_without_an_ask_is_only_offered(known):
    match = known.event_finder.find("nhà có tang")
    assert match == EventMatch("mat_nguoi_than", said=False, sure=False)
    assert known.event_finder.find("nhà có tang", procedure_sure=True) is None


def test_a_question_about_one_facet_is_none(known):
    assert known.event_finder.find("tính mở quán nước cần gì", one_facet=True) is None


def test_nothing_and_a_long_story_are_none(known):
    assert known.event_finder.find("") is None
    story = "vợ tui mới sanh cần giấy gì " + "ông bà nói chuyện này kia " * MOST_WORDS
    assert known.event_finder.find(story) is None


def test_words_with_marks_are_not_other_words(known):
    """``cắt`` is no ``cất``, ``bàn`` is no ``bán``."""
    today = date(2026, 11, 21)
    assert known.finder.find("cất nhà cần giấy gì", today) is not None
    assert found(known, "bàn nhà gỗ cũ cần giấy gì không") is None
