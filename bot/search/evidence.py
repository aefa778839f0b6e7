"""What speaks for a procedure: the features of a text, and how procedures and their phrases are laid out to be held
against them.

A *feature* is a string: a word without marks (``khai``), a pair (``khai sinh``), a word with its marks (``=khais``)
or a concept (``@birth``). A question's features are weighed once; everything after is adding up.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from bot.catalog.model import Procedure
from bot.search import lexicon
from bot.search.folding import Word, read

_EXACT = "!"


def fits(said: Word, meant: Word, exact: bool = False) -> bool:
    """Whether *said* may be *meant*: the same letters, and no mark that the other lacks (a slip drops marks, it
    seldom adds them).
    """
    if said.fold != meant.fold:
        return False
    if exact or said.key == meant.key:
        return said.key == meant.key
    return set(said.key[len(said.fold) :]) <= set(meant.key[len(meant.fold) :])


def accented(words: Sequence[Word]) -> bool:
    """Whether the text is typed with marks, so that a bare word is meant bare."""
    return sum(each.key != each.fold for each in words) * 3 > len(words)


@dataclass(frozen=True)
class _Saying:
    words: tuple[Word, ...]
    folds: tuple[str, ...]
    exact: tuple[bool, ...]
    name: str


class Sayings:
    """Names for word sequences, found in one pass over a text."""

    def __init__(self, table: dict[str, tuple[str, ...]]) -> None:
        self._by_first: dict[str, list[_Saying]] = {}
        for name, said in table.items():
            for each in said:
                parts = [(said_, _EXACT in part) for part in each.split() for said_ in read(part.rstrip(_EXACT))]
                words = tuple(read(each.replace(_EXACT, "")))
                exact = tuple(flag for _, flag in parts) if len(parts) == len(words) else (False,) * len(words)
                if words:
                    saying = _Saying(words, tuple(part.fold for part in words), exact, name)
                    self._by_first.setdefault(saying.folds[0], []).append(saying)

    def texts(self) -> Iterable[Sequence[Word]]:
        return (each.words for sayings in self._by_first.values() for each in sayings)

    def found(self, words: Sequence[Word]) -> dict[str, int]:
        """Name -> how many words of *words* say it."""
        found: dict[str, int] = {}
        for name, start, end in self.spans(words):
            found[name] = max(found.get(name, 0), end - start)
        return found

    def spans(self, words: Sequence[Word]) -> Iterator[tuple[str, int, int]]:
        """(name, first word, one past the last) of every saying in *words*."""
        with_marks = accented(words)
        folds = tuple(each.fold for each in words)
        for at, first in enumerate(folds):
            for saying in self._by_first.get(first, ()):
                end = at + len(saying.folds)
                if folds[at:end] == saying.folds and _says(words[at:end], saying, with_marks):
                    yield saying.name, at, end


def _says(words: Sequence[Word], saying: _Saying, with_marks: bool) -> bool:
    alone = len(words) == 1 and with_marks
    return all(
        fits(said, meant, exact or alone) for said, meant, exact in zip(words, saying.words, saying.exact, strict=True)
    )


@cache
def concepts() -> Sayings:
    return Sayings(lexicon.concepts())


@cache
def not_ours() -> Sayings:
    return Sayings(lexicon.not_ours())


@cache
def desk_words() -> Sayings:
    return Sayings(lexicon.desk_words())


def features(words: Sequence[Word], named: Iterable[str]) -> dict[str, float]:
    """Feature -> its weight before anyone asks how rare it is."""
    weights, common = lexicon.weights(), lexicon.common_words()
    found: dict[str, float] = {}
    previous: Word | None = None
    for each in words:
        plain = common.get(each.fold, 1.0)
        if plain:
            found[each.fold] = weights["word"] * plain
            if each.key != each.fold:
                found["=" + each.key] = weights["marked"] * plain
        if previous is not None:
            pair = max(plain, common.get(previous.fold, 1.0), 0.15 if previous.fold != each.fold else 0.0)
            found[previous.fold + " " + each.fold] = weights["pair"] * pair
        previous = each
    for name in named:
        found["@" + name] = weights["concept"]
    return found


@dataclass(frozen=True)
class Phrase:
    """One way to say a procedure: its features with their full weights, and their sum."""

    folded: str
    features: dict[str, float]
    mass: float


@dataclass(frozen=True)
class Entry:
    """A procedure laid out for ranking; ``strength`` says how firmly a feature belongs to it, between 0 and 1."""

    procedure: Procedure
    strength: dict[str, float]
    phrases: tuple[Phrase, ...]
    marks: frozenset[str]
    """Concepts that it is about, by its name, label or a good share of its phrases."""
    touches: frozenset[str]
    """Concepts that any text of it names."""


@dataclass(frozen=True)
class Draft:
    """A procedure read, before it is known how rare each feature is."""

    procedure: Procedure
    strength: dict[str, float]
    phrases: tuple[tuple[str, dict[str, float]], ...]
    marks: frozenset[str]
    touches: frozenset[str]


def draft(procedure: Procedure) -> Draft:
    weights = lexicon.weights()
    strength: dict[str, float] = {}
    core: set[str] = set()
    for text, firm in (
        (procedure.label, weights["in_label"]),
        (procedure.name, weights["in_name"]),
        (procedure.differs or "", weights["in_differs"]),
        (" ; ".join(each.label for each in procedure.cases), weights["in_cases"]),
        (procedure.field, weights["in_field"]),
    ):
        words = read(text)
        named = concepts().found(words)
        if text in (procedure.label, procedure.name, procedure.differs):
            core.update(named)
        for feature in features(words, named):
            strength[feature] = max(strength.get(feature, 0.0), firm)
    counts: dict[str, int] = {}
    phrases = []
    for text in (procedure.label, *procedure.phrases):
        words = read(text)
        found = features(words, concepts().found(words))
        phrases.append((" ".join(each.fold for each in words), found))
        for feature in found:
            counts[feature] = counts.get(feature, 0) + 1
    for feature, count in counts.items():
        strength[feature] = max(strength.get(feature, 0.0), 1 - (1 - weights["per_phrase"]) ** count)
    enough = max(2, len(phrases) // 3)
    often = {each[1:] for each, count in counts.items() if each[0] == "@" and count >= enough}
    touches = {each[1:] for each in strength if each[0] == "@"}
    return Draft(procedure, strength, tuple(phrases), frozenset(core | often), frozenset(touches))


def rarity(drafts: Sequence[Draft]) -> dict[str, float]:
    """Feature -> between 0 and 1: how much it narrows the choice. A feature nobody has is not in it."""
    held: dict[str, float] = {}
    for each in drafts:
        for feature, firm in each.strength.items():
            held[feature] = held.get(feature, 0.0) + firm
    whole = math.log(1 + len(drafts))
    return {feature: math.log((1 + len(drafts)) / (0.5 + count)) / whole for feature, count in held.items()}
