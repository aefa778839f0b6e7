"""Every phrase of the catalogue finds its procedure first, typed with marks and without; so do the slips of
``slips.yaml``.

What does not is listed in ``known_misses.yaml``; one that passes again fails the run until it is taken off the list.
"""

from datetime import date
from functools import cache
from pathlib import Path

from bot import strict_yaml
from bot.catalog.model import Catalog
from bot.catalog.reader import load_catalog
from bot.search.finder import Finder
from bot.search.folding import fold
from tests.benchmarks.fit_search import phrases_held_back

ON = date(2026, 11, 21)
HERE = Path(__file__).parent


@cache
def catalog() -> Catalog:
    return load_catalog()


@cache
def finder() -> Finder:
    return Finder(catalog())


def first(words: str) -> str | None:
    results = finder().find(words, ON).results
    return results[0].code if results else None


def standing(code: str) -> str:
    """The code that *code* leads to: of twins only the one in force is found by words."""
    procedure = catalog().get(code, ON)
    assert procedure is not None, f"{code} is no code of the catalogue"
    return (catalog().successor(procedure, ON) or procedure).code


def known_misses() -> set[tuple[str, str]]:
    return {
        (str(row["code"]), str(row["q"])) for row in strict_yaml.load((HERE / "known_misses.yaml").read_text("utf-8"))
    }


def judged(asked: set[tuple[str, str]]) -> None:
    leads_to = {code: standing(code) for code, _ in asked}
    missed = {(code, words) for code, words in asked if first(words) != leads_to[code]}
    known = known_misses() & asked
    assert missed - known == set(), f"{len(missed - known)} new misses: {sorted(missed - known)}"
    assert known - missed == set(), f"found again, take them off known_misses.yaml: {sorted(known - missed)}"


def test_every_phrase_finds_its_procedure_with_and_without_marks():
    judged({(each.code, form) for each in catalog() for said in each.phrases for form in (said, fold(said))})


def test_a_phrase_is_found_by_the_others_of_its_procedure():
    """Each with itself held back, as a citizen would say it who has not read the catalogue; a tenth of them."""
    finder, asked = next(phrases_held_back(catalog()))
    places = [
        next((at for at, match in enumerate(finder.find(each.words, ON).results) if match.code in each.codes), None)
        for each in asked
    ]
    assert sum(at == 0 for at in places) >= 0.70 * len(places)
    assert sum(at is not None and at < 3 for at in places) >= 0.88 * len(places)


def test_every_label_finds_its_procedure():
    judged({(each.code, each.label) for each in catalog() if each.in_force(ON)})


def test_words_with_slips_find_their_procedure():
    rows = strict_yaml.load((HERE / "slips.yaml").read_text("utf-8"))
    judged({(str(row["code"]), str(row["q"])) for row in rows})


def test_every_known_miss_is_still_asked():
    """A miss whose phrase was changed in the catalogue is no longer known: it is out of date."""
    asked = {
        (each.code, form)
        for each in catalog()
        for said in (each.label, *each.phrases)
        for form in (said, fold(said))
    }
    rows = strict_yaml.load((HERE / "slips.yaml").read_text("utf-8"))
    asked |= {(str(row["code"]), str(row["q"])) for row in rows}
    assert known_misses() - asked == set()
