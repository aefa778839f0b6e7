"""The words that the search reads, from the files in ``bot/search/data``; nothing here decides anything."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from bot import strict_yaml


def _source(name: str) -> str:
    return (files("bot.search") / "data" / name).read_text("utf-8")


def _rows(name: str) -> Iterator[list[str]]:
    """Rows of a file of tab-separated fields; blank lines and lines that begin with ``#`` are left out."""
    for line in _source(name).splitlines():
        if line.strip() and not line.startswith("#"):
            yield [each.strip() for each in line.split("\t")]


def table(name: str) -> Any:
    """A YAML file of the package, all scalars text."""
    return strict_yaml.load(_source(name))


@cache
def short_forms() -> tuple[tuple[str, str, str], ...]:
    """(as typed, as meant, where): ``where`` is empty, ``end``, or ``after:``, ``before:``, ``not_after:`` and words
    without marks.
    """
    return tuple(
        (row[0], row[1] if len(row) > 1 else "", row[2] if len(row) > 2 else "") for row in _rows("short_forms.tsv")
    )


@cache
def syllables() -> tuple[tuple[str, ...], frozenset[str]]:
    """Onsets (the empty one among them) and rimes of Vietnamese syllables, without marks."""
    parts = table("syllables.yaml")
    return ("", *str(parts["onsets"]).split()), frozenset(str(parts["rimes"]).split())


@cache
def plain_words() -> frozenset[str]:
    """Words that look like keyboard residue and are none (``gas``, ``visa``)."""
    return frozenset(str(table("syllables.yaml")["plain_words"]).split())


@cache
def common_words() -> dict[str, float]:
    """Words without marks that say little, and how much weight is left to them."""
    return {each: float(weight) for weight, words in table("common_words.yaml").items() for each in str(words).split()}


@cache
def concepts() -> dict[str, tuple[str, ...]]:
    """Concept -> the ways to say it, as spelt."""
    return {str(name): tuple(map(str, said)) for name, said in table("concepts.yaml").items()}


@cache
def markers() -> frozenset[str]:
    """Concepts that tell siblings apart."""
    return frozenset(str(table("markers.yaml")["markers"]).split())


class Choosing(NamedTuple):
    words: frozenset[str]
    not_after: frozenset[str]
    not_before: frozenset[str]


@cache
def choosing() -> Choosing:
    """Words that set two things side by side, and the words (without marks) beside which they do not."""
    rows = table("markers.yaml")["choosing"]
    return Choosing(*(frozenset(str(rows[name]).split()) for name in Choosing._fields))


@cache
def weights() -> dict[str, float]:
    """The set numbers of the search."""
    return {str(name): float(each) for name, each in table("weights.yaml").items()}


@cache
def ranking() -> dict[str, float]:
    """The fitted numbers by which the signs of a candidate are weighed."""
    return {str(name): float(each) for name, each in table("ranking.yaml").items()}


@cache
def certainty() -> dict[str, float]:
    """The fitted numbers by which the signs of a right answer are weighed."""
    return {str(name): float(each) for name, each in table("certainty.yaml").items()}


@cache
def not_ours() -> dict[str, tuple[str, ...]]:
    """Who handles what is not done here (``court``, ``tax``, …; ``none``: nobody we know) -> the ways to ask for it."""
    return {str(name): tuple(map(str, said)) for name, said in table("not_ours.yaml").items()}


@cache
def deciding() -> dict[str, dict[str, str]]:
    """Question -> answer -> the code it leads to, or the question that is asked next."""
    return {
        str(question): {str(answer): str(leads_to) for answer, leads_to in answers.items()}
        for question, answers in table("deciding.yaml").items()
    }


@cache
def desk_words() -> dict[str, tuple[str, ...]]:
    """Words that make a question without a known subject one for the desk."""
    return {str(name): tuple(map(str, said)) for name, said in table("desk_words.yaml").items()}
