"""The development questions: the floors that search and understanding keep. ``python
tests/phrases/test_dev_questions.py`` prints all.

Counted are the questions whose first accepted procedure the catalogue has. The clock stands at 21 November 2026, nine
in the morning.
"""

import json
import statistics
import time
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from bot.catalog.reader import load_catalog
from bot.search.finder import Finder
from bot.search.model import Found
from bot.understanding.model import Understood
from bot.understanding.reading import Reader
from tests.benchmarks.fit_search import questions_held_back

NOW = datetime.fromisoformat("2026-11-21T09:00+07:00")
ON = date(2026, 11, 21)
HERE = Path(__file__).parent / "dev_questions"


def rows(*names: str) -> Iterator[dict[str, Any]]:
    for name in names:
        for line in (HERE / f"{name}.jsonl").read_text("utf-8").splitlines():
            yield json.loads(line)


@cache
def found() -> list[tuple[dict[str, Any], Found, float]]:
    """Each question, what was found, and the milliseconds of processor time."""
    finder = Finder(load_catalog())
    answers = []
    for row in rows("dev_commune", "dev_district"):
        start = time.process_time()
        answer = finder.find(row["q"], ON)
        answers.append((row, answer, (time.process_time() - start) * 1000))
    return answers


@cache
def understood() -> list[tuple[dict[str, Any], Understood]]:
    reader = Reader(Finder(load_catalog()))
    return [(row, reader.understand(row["q"], NOW)) for row in rows("dev_intents")]


def share(hits: list[bool]) -> float:
    return sum(hits) / len(hits)


def in_first(row: dict[str, Any], answer: Found, count: int) -> bool:
    return any(match.code in row["codes"] for match in answer.results[:count])


def intents_of(row: dict[str, Any]) -> set[str]:
    return {"out_of_scope" if row["intent"] == "prompt_injection" else row["intent"], *row.get("also_ok", [])}


def day_of(answer: Understood) -> str | None:
    return "ask" if answer.ask_day else answer.day.isoformat() if answer.day else None


def figures() -> dict[str, float]:
    """Every figure that is published, by name."""
    have = {each.code for each in load_catalog()}
    ours = [each for each in found() if each[0]["codes"][0] in have]
    plain = [each for each in ours if not each[0]["ambiguous"]]
    ambiguous = [
        (row, answer, [code for code in row["codes"] if code in have]) for row, answer, _ in ours if row["ambiguous"]
    ]
    strangers = [answer for row, answer, _ in found() if not have & set(row["codes"])]
    hostile = [answer for row, answer in understood() if row["intent"] in ("out_of_scope", "prompt_injection", "abuse")]
    dated = [(row, answer) for row, answer in understood() if "dates" in row]
    times = sorted(each[2] for each in found())
    return {
        "questions": len(ours),
        "first": share([in_first(row, answer, 1) for row, answer, _ in ours]),
        "first three": share([in_first(row, answer, 3) for row, answer, _ in ours]),
        "unambiguous first": share([in_first(row, answer, 1) for row, answer, _ in plain]),
        "unambiguous first three": share([in_first(row, answer, 3) for row, answer, _ in plain]),
        "unambiguous sure": share([answer.sure for _, answer, _ in plain]),
        "ambiguous unsure": share([not answer.sure for _, answer, _ in ambiguous]),
        "ambiguous offered": share(
            [
                len({match.code for match in answer.results} & set(codes)) >= min(4, len(codes))
                for _, answer, codes in ambiguous
            ]
        ),
        "wrong and sure, of all 200": share(
            [answer.sure and not in_first(row, answer, 1) for row, answer, _ in found()]
        ),
        "sure of a stranger": share([answer.sure for answer in strangers]) if strangers else 0.0,
        "declined rightly": share([answer.intent in ("out_of_scope", "abuse") for answer in hostile]),
        "intents": share([answer.intent in intents_of(row) for row, answer in understood()]),
        "facets": share([answer.facet == row["facet"] for row, answer in _facets()]),
        "codes": share(
            [answer.dossier_code in (row["dossier_code"], *row.get("accept_codes", [])) for row, answer in understood()]
        ),
        "dates": share([day_of(answer) in row["dates"] for row, answer in dated]),
        "median ms": statistics.median(times),
        "p99 ms": times[int(len(times) * 0.99)],
    }


@cache
def _facets() -> list[tuple[dict[str, Any], Understood]]:
    reader = Reader(Finder(load_catalog()))
    answers = [(row, reader.understand(row["q"], NOW)) for row in rows("dev_commune", "dev_district")]
    return [(row, answer) for row, answer in answers if answer.intent == "procedure"]


def test_the_right_procedure_comes_first():
    assert figures()["unambiguous first"] >= 0.95
    assert figures()["unambiguous first three"] >= 0.99


def test_the_bot_is_seldom_sure_and_wrong():
    assert figures()["wrong and sure, of all 200"] <= 0.01
    assert figures()["ambiguous unsure"] >= 0.90
    assert figures()["unambiguous sure"] >= 0.45


def test_of_what_may_be_meant_most_is_offered():
    assert figures()["ambiguous offered"] >= 0.90


def test_no_way_of_writing_is_left_behind():
    styles: dict[str, list[bool]] = {}
    for row, answer, _ in found():
        styles.setdefault(row["style"], []).append(in_first(row, answer, 1))
    figured = {style: share(hits) for style, hits in styles.items() if len(hits) >= 10}
    assert {style: figure for style, figure in figured.items() if figure < 0.90} == {}


def test_without_the_phrases_that_a_question_gave_rise_to_it_is_still_found():
    hits = [
        bool(results) and results[0].code in asked.codes
        for finder, questions in questions_held_back(load_catalog())
        for asked in questions
        for results in [finder.find(asked.words, ON).results]
    ]
    assert share(hits) >= 0.85


def test_intents_are_read():
    wrong = [(row["q"], answer.intent) for row, answer in understood() if answer.intent not in intents_of(row)]
    assert figures()["intents"] >= 0.93, wrong


def test_every_dossier_code_is_read_and_none_made_up():
    wrong = [
        (row["q"], answer.dossier_code)
        for row, answer in understood()
        if answer.dossier_code not in (row["dossier_code"], *row.get("accept_codes", []))
    ]
    assert wrong == []


def test_days_are_read():
    assert figures()["dates"] >= 0.90


def test_what_is_none_of_ours_is_declined():
    assert figures()["declined rightly"] >= 11 / 12


if __name__ == "__main__":
    for name, figure in figures().items():
        print(f"{name:28} {figure:.3f}")
