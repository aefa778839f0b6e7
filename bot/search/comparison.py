"""Two catalogues asked the same questions: what a change to the one makes better, and what it makes worse."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from bot.search.finder import Finder
from bot.search.folding import fold
from bot.search.model import Found

Standing = Literal["wrong", "hasty", "missed", "declined", "offered", "first", "answered"]
"""How a question came out, the worst first. ``wrong``: sure, and of another procedure. ``hasty``: sure where several are meant.
``missed``: others are offered. ``declined``: nothing is. ``offered``: among what is offered; ``first``: first of it;
``answered``: sure, and right.
"""
_RANK = {standing: rank for rank, standing in enumerate(get_args(Standing))}
_LEAST_WORDS = 4
"""A shorter phrase says something else without one of its words."""


@dataclass(frozen=True, slots=True)
class Question:
    """``codes``: procedures of which each is a right answer. ``several``: more than one may be meant, so that asking back is right.

    ``made_up``: nobody is known to say just that, so that being less sure of the right answer is no harm.
    """

    words: str
    codes: frozenset[str]
    several: bool = False
    made_up: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    standing: Standing
    first: str | None
    """The code that came first."""


@dataclass(frozen=True, slots=True)
class Change:
    question: Question
    before: Answer
    after: Answer

    @property
    def worse(self) -> bool:
        return self._rank(self.after) < self._rank(self.before)

    @property
    def better(self) -> bool:
        return self._rank(self.after) > self._rank(self.before)

    def _rank(self, answer: Answer) -> int:
        return min(_RANK[answer.standing], _RANK["first"] if self.question.made_up else _RANK["answered"])


def answer(question: Question, found: Found) -> Answer:
    return Answer(_standing(question, found), found.results[0].code if found.results else None)


def _standing(question: Question, found: Found) -> Standing:
    if not found.results:
        return "declined"
    right = found.results[0].code in question.codes
    if found.sure:
        return ("hasty" if question.several else "answered") if right else "wrong"
    if right:
        return "first"
    return "offered" if any(each.code in question.codes for each in found.results) else "missed"


def changes(before: Finder, after: Finder, questions: Iterable[Question], on: date) -> Iterator[Change]:
    """Every question that comes out otherwise *after* than *before*."""
    for question in questions:
        change = Change(question, answer(question, before.find(question.words, on)), answer(question, after.find(question.words, on)))
        if change.before.standing != change.after.standing:
            yield change


def said_otherwise(phrase: str) -> list[str]:
    """*phrase* as it is typed without marks, and without its first word or its last: asked word for word, a phrase always finds itself."""
    words = phrase.split()
    shorter = [" ".join(words[1:]), " ".join(words[:-1])] if len(words) >= _LEAST_WORDS else []
    return [*shorter, fold(phrase)]
