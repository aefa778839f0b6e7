"""What speaks for a procedure: the features of a text, and how procedures and their phrases are laid out to be held
against them.

A *feature* is a string: a word without marks (``khai``), a pair (``khai sinh``), a word with its marks (``=khais``)
or a concept (``@birth``). A question's features are weighed once; everything after is adding up.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

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
        self._one_word: dict[str, list[_Saying]] = {}
        self._longer: dict[tuple[str, ...], list[_Saying]] = {}
        for name, said in table.items():
            for each in said:
                parts = [(said_, _EXACT in part) for part in each.split() for said_ in read(part.rstrip(_EXACT))]
                words = read(each.replace(_EXACT, ""))
                exact = tuple(flag for _, flag in parts) if len(parts) == len(words) else (False,) * len(words)
                saying = _Saying(words, tuple(part.fold for part in words), exact, name)
                if len(words) > 1:
                    self._longer.setdefault(saying.folds[:2], []).append(saying)
                elif words:
                    self._one_word.setdefault(saying.folds[0], []).append(saying)

    def texts(self) -> Iterable[Sequence[Word]]:
        return (each.words for sayings in (*self._one_word.values(), *self._longer.values()) for each in sayings)

    def found(self, words: Sequence[Word]) -> dict[str, int]:
        """Name -> how many words of *words* say it."""
        found: dict[str, int] = {}
        for name, start, end in self.spans(words):
            found[name] = max(found.get(name, 0), end - start)
        return found

    def spans(self, words: Sequence[Word]) -> Iterator[tuple[str, int, int]]:
        """(name, first word, one past the last) of every saying in *words*."""
        folds = tuple([each.fold for each in words])
        with_marks: bool | None = None
        for at, first in enumerate(folds):
            for saying in (*self._one_word.get(first, ()), *self._longer.get(folds[at : at + 2], ())):
                end = at + len(saying.folds)
                if folds[at:end] == saying.folds:
                    if with_marks is None:
                        with_marks = accented(words)
                    if _says(words[at:end], saying, with_marks):
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


WORD, PAIR, MARKED, CONCEPT = range(4)


def kind(feature: str) -> int:
    """Which of the four kinds a feature is."""
    if feature[0] == "@":
        return CONCEPT
    if feature[0] == "=":
        return MARKED
    return PAIR if " " in feature else WORD


class Held(NamedTuple):
    """How a procedure holds a feature."""

    gain: float
    """Log of how much likelier the feature is said by who means this procedure than by anyone."""
    firm: float
    """How firmly it belongs to the procedure, by where it stands, times how rare it is: between 0 and 1."""
    phrases: tuple[int, ...]
    """The phrases that hold it."""
    owed: float
    """What it speaks against the procedure that the question lacks it: nothing, unless most phrases have it."""


@dataclass(frozen=True)
class Entry:
    """A procedure laid out for ranking."""

    procedure: Procedure
    held: dict[str, Held]
    owed: tuple[float, ...]
    """What all its features together owe, by kind."""
    strength: dict[str, float]
    """Concept -> how firmly it belongs to the procedure, between 0 and 1."""
    phrases: tuple[str, ...]
    """Ways to say it, without marks; the first is its label."""
    masses: tuple[float, ...]
    """The sum of each phrase's weights."""
    marks: frozenset[str]
    """Concepts that it is about, by its name, label or a good share of its phrases."""
    touches: frozenset[str]
    """Concepts that any text of it names."""


@dataclass(frozen=True)
class Draft:
    """A procedure read, before it is known how rare each feature is."""

    procedure: Procedure
    texts: tuple[tuple[Word, ...], ...]
    strength: dict[str, float]
    rate: dict[str, float]
    """Feature -> the share of the procedure's texts that have it."""
    phrases: tuple[tuple[str, dict[str, float]], ...]
    marks: frozenset[str]
    touches: frozenset[str]


def draft(procedure: Procedure) -> Draft:
    weights = lexicon.weights()
    strength: dict[str, float] = {}
    rate: dict[str, float] = {}
    core: set[str] = set()
    texts = []
    whole = 0.0
    for text, firm, times, inner in (
        (procedure.name, weights["in_name"], weights["times_name"], True),
        (procedure.differs or "", weights["in_differs"], weights["times_differs"], True),
        (" ; ".join(each.label for each in procedure.cases), weights["in_cases"], weights["times_cases"], False),
        (procedure.field, weights["in_field"], weights["times_field"], False),
    ):
        if not text:
            continue
        words = read(text)
        texts.append(words)
        named = concepts().found(words)
        if inner:
            core.update(named)
        whole += times
        for feature in features(words, named):
            strength[feature] = max(strength.get(feature, 0.0), firm)
            rate[feature] = rate.get(feature, 0.0) + times
    counts: dict[str, int] = {}
    phrases = []
    for at, text in enumerate((procedure.label, *procedure.phrases)):
        words = read(text)
        texts.append(words)
        named = concepts().found(words)
        found = features(words, named)
        phrases.append((" ".join([each.fold for each in words]), found))
        for feature in found:
            counts[feature] = counts.get(feature, 0) + 1
        if at == 0:
            core.update(named)
            for feature in found:
                strength[feature] = max(strength.get(feature, 0.0), weights["in_label"])
                rate[feature] = rate.get(feature, 0.0) + weights["times_label"] - 1
    for feature, count in counts.items():
        strength[feature] = max(strength.get(feature, 0.0), 1 - (1 - weights["per_phrase"]) ** count)
        rate[feature] = rate.get(feature, 0.0) + count
    whole += len(phrases) - 1 + weights["times_label"]
    rate = {feature: count / whole for feature, count in rate.items()}
    enough = max(2, len(phrases) // 3)
    often = {each[1:] for each, count in counts.items() if each[0] == "@" and count >= enough}
    touches = {each[1:] for each in strength if each[0] == "@"}
    return Draft(procedure, tuple(texts), strength, rate, tuple(phrases), frozenset(core | often), frozenset(touches))


def spread(drafts: Sequence[Draft]) -> tuple[dict[str, float], dict[str, float]]:
    """How features are spread over the procedures: (rarity, lift), by feature. One that nobody has is in neither.

    Rarity, between 0 and 1, is how much a feature narrows the choice; lift is what its share of one procedure's texts
    is multiplied by to see how far it stands out from its share of all texts.
    """
    weights = lexicon.weights()
    held: dict[str, float] = {}
    shares: dict[str, float] = {}
    for each in drafts:
        rate = each.rate
        for feature, firm in each.strength.items():
            held[feature] = held.get(feature, 0.0) + firm
            shares[feature] = shares.get(feature, 0.0) + rate[feature]
    whole = math.log(1 + len(drafts))
    rare = {feature: math.log((1 + len(drafts)) / (0.5 + count)) / whole for feature, count in held.items()}
    lift, least = weights["trust"] * len(drafts), weights["least_share"] * len(drafts)
    return rare, {feature: lift / max(least, share) for feature, share in shares.items()}


def entry(drafted: Draft, rare: dict[str, float], lift: dict[str, float]) -> Entry:
    """*drafted*, weighed by how its features are spread (``spread``)."""
    where: dict[str, list[int]] = {}
    masses = []
    for at, (_, found) in enumerate(drafted.phrases):
        mass = 0.0
        for feature, weight in found.items():
            mass += weight * rare[feature]
            where.setdefault(feature, []).append(at)
        masses.append(mass)
    owes = [-math.log(1 - 0.9 * count / (len(masses) + 1)) for count in range(len(masses) + 1)]
    owed = [0.0] * 4
    held = {}
    rate = drafted.rate
    for feature, firm in drafted.strength.items():
        at_phrases = tuple(where.get(feature, ()))
        owe = owes[len(at_phrases)]
        owed[kind(feature)] += owe
        held[feature] = Held(math.log(1 + rate[feature] * lift[feature]), firm * rare[feature], at_phrases, owe)
    strength = {feature[1:]: firm for feature, firm in drafted.strength.items() if feature[0] == "@"}
    phrases = tuple(text for text, _ in drafted.phrases)
    return Entry(
        drafted.procedure, held, tuple(owed), strength, phrases, tuple(masses), drafted.marks, drafted.touches
    )
