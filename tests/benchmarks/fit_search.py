"""Fits the numbers of the search: ``python -m tests.benchmarks.fit_search [--write]``.

Two kinds of questions teach it, each asked of a catalogue that lacks what would give the answer away: every phrase of
the catalogue with itself held back (one phrase of each procedure at a time), and the development questions with the
phrases that say most of their words held back. Fitted are the weights of a candidate's signs (``ranking.yaml``: a
listwise softmax) and the model of being right (``certainty.yaml``: a logistic regression, and the threshold from which
on the bot is sure). Printed are the cross-validated figures: each fold is judged by numbers fitted on the others. The
same catalogue and questions give the same numbers. ``--write`` rewrites the data files.
"""

import argparse
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import mul
from pathlib import Path

from bot.catalog.model import Catalog, Procedure
from bot.catalog.reader import load_catalog
from bot.search import finder as search
from bot.search.finder import Finder
from bot.search.folding import fold, folded, read

ON = date(2026, 11, 21)
ROOT = Path(__file__).parents[2]
DATA = ROOT / "bot" / "search" / "data"
QUESTIONS = ROOT / "tests" / "phrases" / "dev_questions"
HOLDS = 10
"""Parts in which phrases and questions are held back."""
FOLDS = 4
CANDIDATES = 12
ROUNDS = 90
_RATE, _RIDGE = 0.1, 3e-4
_QUESTION_WEIGHT = 5.0
"""What a development question counts beside a phrase: it is longer, and nearer to what is written to the bot."""
_LEAST_WORDS, _SAID = 4, 0.8
"""A question gave rise to a phrase that has so many words, so many of them in the question."""
MOST_WRONG, MOST_HASTY, MOST_WRONG_OF_PHRASES = 0.01, 0.17, 0.03
"""Of all development questions sure and wrong; of the ambiguous ones sure; of the phrases sure and wrong: all of them
asked of a catalogue that lacks what they gave rise to, which is harder than what citizens meet.
"""


@dataclass(frozen=True)
class Asked:
    """A question, the codes that count as found, and the catalogue that it is asked of."""

    words: str
    codes: frozenset[str]
    kind: str
    """``phrase`` or ``question``."""
    ambiguous: bool = False


@dataclass(frozen=True)
class Row:
    """One question's candidates as numbers; ``right`` says which of them count."""

    asked: Asked
    fold: int
    candidates: tuple[tuple[float, ...], ...]
    right: tuple[bool, ...]


def gave_rise(question: str, phrase: str) -> bool:
    """Whether *phrase* may have been written with *question* in mind: most of its words stand there."""
    said, words = set(folded(read(question)).split()), folded(read(phrase)).split()
    return len(words) >= _LEAST_WORDS and sum(each in said for each in words) >= _SAID * len(words)


def without(catalog: Catalog, dropped: dict[str, set[str]]) -> Catalog:
    """*catalog* less the phrases of *dropped*, by code."""
    return Catalog(
        tuple(
            replace(each, phrases=tuple(said for said in each.phrases if said not in dropped.get(each.code, ())))
            for each in catalog
        ),
        "held back",
    )


def phrases_held_back(catalog: Catalog) -> Iterator[tuple[Finder, list[Asked]]]:
    """Part by part: a finder that lacks one phrase of each procedure in ten, and those phrases, asked in turns with
    marks and without.
    """
    for part in range(HOLDS):
        dropped: dict[str, set[str]] = {}
        asked = []
        for number, each in enumerate(catalog):
            for at, said in enumerate(each.phrases):
                if at % HOLDS == part:
                    dropped.setdefault(each.code, set()).add(said)
                    typed = said if (number + at) % 3 else fold(said)
                    asked.append(Asked(typed, _counted(each), "phrase"))
        yield Finder(without(catalog, dropped)), asked


def _counted(procedure: Procedure) -> frozenset[str]:
    """The codes that count: its own, and of one replaced its successors'."""
    return frozenset((procedure.code, *procedure.replaced_by))


def questions_held_back(catalog: Catalog) -> Iterator[tuple[Finder, list[Asked]]]:
    """Part by part: a finder that lacks the phrases that the part's questions gave rise to, and those questions."""
    rows = [
        json.loads(line)
        for name in ("dev_commune", "dev_district")
        for line in (QUESTIONS / f"{name}.jsonl").read_text("utf-8").splitlines()
    ]
    for part in range(HOLDS):
        dropped: dict[str, set[str]] = {}
        asked = []
        for row in rows[part::HOLDS]:
            asked.append(Asked(row["q"], frozenset(row["codes"]), "question", row["ambiguous"]))
            for each in catalog:
                if each.code in row["codes"]:
                    dropped.setdefault(each.code, set()).update(
                        said for said in each.phrases if gave_rise(row["q"], said)
                    )
        yield Finder(without(catalog, dropped)), asked


def parts(catalog: Catalog) -> Iterator[tuple[Finder, list[Asked]]]:
    yield from phrases_held_back(catalog)
    yield from questions_held_back(catalog)


def rows(catalog: Catalog, names: Sequence[str]) -> list[Row]:
    """Every question with the signs of its candidates, in the order of *names*."""
    found: list[Row] = []
    for finder, asked in parts(catalog):
        for each in asked:
            candidates = finder.explain(each.words, ON)[:CANDIDATES]
            numbers = tuple(tuple(signs.get(name, 0.0) for name in names) for _, signs in candidates)
            right = tuple(code in each.codes for code, _ in candidates)
            found.append(Row(each, len(found) % FOLDS, numbers, right))
    return found


def _shares(scores: Sequence[float]) -> list[float]:
    top = max(scores)
    raised = [math.exp(each - top) for each in scores]
    whole = sum(raised)
    return [each / whole for each in raised]


def _dot(weights: Sequence[float], numbers: Sequence[float]) -> float:
    return sum(map(mul, weights, numbers))


class _Climb:
    """Adam with a falling rate: small, and the same on every machine."""

    def __init__(self, size: int) -> None:
        self.weights = [0.0] * size
        self._mean, self._square = [0.0] * size, [0.0] * size

    def step(self, number: int, rounds: int, slope: Sequence[float]) -> None:
        rate = _RATE * (1 - number / (rounds + 1))
        for at, each in enumerate(slope):
            each -= _RIDGE * self.weights[at]
            self._mean[at] = 0.9 * self._mean[at] + 0.1 * each
            self._square[at] = 0.99 * self._square[at] + 0.01 * each * each
            mean = self._mean[at] / (1 - 0.9**number)
            square = self._square[at] / (1 - 0.99**number)
            self.weights[at] += rate * mean / (math.sqrt(square) + 1e-8)


def fit_ranking(taught: Sequence[Row]) -> list[float]:
    """Weights under which the candidates that count are likeliest."""
    taught = [each for each in taught if any(each.right) and not all(each.right)]
    climb = _Climb(len(taught[0].candidates[0]))
    whole = sum(_QUESTION_WEIGHT if each.asked.kind == "question" else 1.0 for each in taught)
    for number in range(1, ROUNDS + 1):
        slope = [0.0] * len(climb.weights)
        for row in taught:
            weight = (_QUESTION_WEIGHT if row.asked.kind == "question" else 1.0) / whole
            shares = _shares([_dot(climb.weights, each) for each in row.candidates])
            hit = sum(share for share, right in zip(shares, row.right, strict=True) if right) or 1e-12
            for share, right, numbers in zip(shares, row.right, row.candidates, strict=True):
                pull = weight * ((share / hit if right else 0.0) - share)
                if abs(pull) > 1e-9:
                    slope = [each + pull * value for each, value in zip(slope, numbers, strict=True)]
        climb.step(number, ROUNDS, slope)
    return climb.weights


def place(row: Row, weights: Sequence[float]) -> int | None:
    """Where the first candidate that counts stands, from 0; None when it is not among them."""
    scores = [_dot(weights, each) for each in row.candidates]
    order = sorted(range(len(scores)), key=lambda at: -scores[at])
    return next((at for at, each in enumerate(order) if row.right[each]), None)


@dataclass(frozen=True)
class Judged:
    """An answer with the signs of how sure one may be; ``right``: an answer at once is what an officer would give."""

    asked: Asked
    fold: int
    signs: tuple[float, ...]
    right: bool


def judged(catalog: Catalog) -> tuple[list[str], list[Judged]]:
    """The names of the signs of certainty, and every question's."""
    names: list[str] = []
    found: list[Judged] = []
    for finder, asked in parts(catalog):
        for each in asked:
            first, signs = finder.signs(each.words, ON)
            if first is not None:
                names = names or list(signs)
                right = first in each.codes and not each.ambiguous
                found.append(Judged(each, len(found) % FOLDS, tuple(signs[name] for name in names), right))
    return names, found


def fit_certainty(taught: Sequence[Judged]) -> list[float]:
    """Weights of a logistic regression."""
    climb = _Climb(len(taught[0].signs))
    whole = sum(_QUESTION_WEIGHT if each.asked.kind == "question" else 1.0 for each in taught)
    for number in range(1, 3 * ROUNDS + 1):
        slope = [0.0] * len(climb.weights)
        for each in taught:
            weight = (_QUESTION_WEIGHT if each.asked.kind == "question" else 1.0) / whole
            pull = weight * (each.right - _likely(climb.weights, each.signs))
            slope = [value + pull * sign for value, sign in zip(slope, each.signs, strict=True)]
        climb.step(number, 3 * ROUNDS, slope)
    return climb.weights


def _likely(weights: Sequence[float], signs: Sequence[float]) -> float:
    return 1 / (1 + math.exp(-_dot(weights, signs)))


def threshold(answers: Sequence[tuple[Judged, float]]) -> float:
    """The least certainty from which on being sure keeps the three bounds."""
    for percent in range(40, 100):
        least = percent / 100
        questions = [(each, likely >= least) for each, likely in answers if each.asked.kind == "question"]
        phrases = [(each, likely >= least) for each, likely in answers if each.asked.kind == "phrase"]
        ambiguous = [sure for each, sure in questions if each.asked.ambiguous]
        wrong = sum(sure and not each.right and not each.asked.ambiguous for each, sure in questions)
        if (
            wrong <= MOST_WRONG * len(questions)
            and sum(ambiguous) <= MOST_HASTY * len(ambiguous)
            and sum(sure and not each.right for each, sure in phrases) <= MOST_WRONG_OF_PHRASES * len(phrases)
        ):
            return least
    return 0.99


def _write(name: str, head: str, numbers: dict[str, float]) -> None:
    lines = [head, *(f"{key}: {value:.3f}" for key, value in numbers.items())]
    (DATA / name).write_text("\n".join(lines) + "\n", "utf-8")


def _ranking_names() -> list[str]:
    return list(search.lexicon.ranking())


def main() -> None:
    """Prints the cross-validated figures; with ``--write`` rewrites the data."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="rewrite bot/search/data")
    options = parser.parse_args()
    catalog = load_catalog()
    names = _ranking_names()
    table = rows(catalog, names)
    for kind in ("phrase", "question"):
        print(f"{kind}s: {sum(each.asked.kind == kind for each in table)}")
    weights_of = [fit_ranking([each for each in table if each.fold != number]) for number in range(FOLDS)]
    for kind in ("phrase", "question"):
        places = [place(each, weights_of[each.fold]) for each in table if each.asked.kind == kind]
        for label, most in (("first", 1), ("first three", 3), ("first five", 5)):
            hits = sum(each is not None and each < most for each in places)
            print(f"{kind} held back, {label:12} {hits / len(places):.4f}")
    ranking = dict(zip(names, fit_ranking(table), strict=True))
    if options.write:
        _write("ranking.yaml", _RANKING_HEAD, ranking)
    search.lexicon.ranking.cache_clear()
    signs, answers = judged(catalog)
    folds = [fit_certainty([each for each in answers if each.fold != number]) for number in range(FOLDS)]
    likely = [(each, _likely(folds[each.fold], each.signs)) for each in answers]
    least = threshold(likely)
    for kind in ("phrase", "question"):
        of_kind = [(each, value >= least) for each, value in likely if each.asked.kind == kind]
        plain = [(each, sure) for each, sure in of_kind if not each.asked.ambiguous]
        wrong = sum(sure and not each.right for each, sure in plain) / len(of_kind)
        print(f"{kind} held back, sure {sum(sure for _, sure in plain) / len(plain):.4f}, sure and wrong {wrong:.4f}")
    print(f"sure from {least:.2f} on")
    if options.write:
        certainty = dict(zip(signs, fit_certainty(answers), strict=True))
        _write("certainty.yaml", _CERTAINTY_HEAD, {**certainty, "sure": least})


_FITTED = "# Fitted by `python -m tests.benchmarks.fit_search --write`: not to be changed by hand."
_RANKING_HEAD = f"{_FITTED}\n# What each sign of a candidate weighs; finder.py says what the signs are."
_CERTAINTY_HEAD = f"{_FITTED}\n# Logistic model of being right; `sure` is the certainty from which on the bot answers at once."

if __name__ == "__main__":
    main()
