"""The questions and messages of the search's benchmark, as they stand in files: a JSON object a line."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.catalog.model import Catalog

DEVELOPMENT = Path(__file__).parents[1] / "phrases" / "dev_questions"
HOSTILE = frozenset(("out_of_scope", "prompt_injection", "abuse"))


class BadQuestions(Exception):
    """A file of questions that cannot be used; says where and what to do."""


@dataclass(frozen=True, slots=True)
class Question:
    """``codes``: procedures that count as found, the best first; empty where it is to be declined."""

    words: str
    codes: tuple[str, ...]
    style: str
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """``codes`` and ``dates``: readings of a dossier code and of a day, each of which is right; ``dates`` empty where none is judged."""

    words: str
    intents: frozenset[str]
    style: str
    codes: tuple[str | None, ...]
    dates: tuple[str | None, ...]
    hostile: bool


@dataclass(frozen=True)
class Sample:
    """The questions of one place."""

    title: str
    questions: tuple[Question, ...]
    messages: tuple[Message, ...]

    @property
    def strangers(self) -> tuple[str, ...]:
        """What is to be declined."""
        return (*(each.words for each in self.messages if each.hostile), *(each.words for each in self.questions if not each.codes))

    def known_to(self, catalog: Catalog) -> tuple[Question, ...]:
        """The questions whose best answer *catalog* has."""
        have = {each.code for each in catalog}
        return tuple(each for each in self.questions if each.codes and each.codes[0] in have)


def read_sample(title: str, paths: Iterable[Path]) -> Sample:
    """Raises BadQuestions."""
    questions, messages = [], []
    for path in paths:
        try:
            lines = path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise BadQuestions(f"{path}: cannot be read: {error}") from None
        for number, line in enumerate(lines, start=1):
            if line.strip():
                row = _row(line, f"{path}:{number}")
                if "intent" in row:
                    messages.append(_message(row))
                else:
                    questions.append(Question(row["q"], tuple(row["codes"]), row.get("style", "-"), bool(row.get("ambiguous"))))
    if not questions and not messages:
        raise BadQuestions(f"{title}: holds no question")
    return Sample(title, tuple(questions), tuple(messages))


def _row(line: str, place: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise BadQuestions(f"{place}: is no JSON: {error.msg}, column {error.colno}") from None
    if not isinstance(row, dict) or not isinstance(row.get("q"), str):
        raise BadQuestions(f"{place}: must be an object with the question as text under q")
    codes = row.get("codes")
    if "intent" not in row and not (isinstance(codes, list) and all(isinstance(each, str) for each in codes)):
        raise BadQuestions(f"{place}: needs codes, a list of national codes, or an intent")
    return row


def _message(row: dict[str, Any]) -> Message:
    # To the citizen, an attack on the bot is answered like anything else that is none of ours.
    intent = "out_of_scope" if row["intent"] == "prompt_injection" else row["intent"]
    codes = (row.get("dossier_code"), *row.get("accept_codes", ()))
    intents = frozenset((intent, *row.get("also_ok", ())))
    return Message(row["q"], intents, row.get("style", "-"), codes, tuple(row.get("dates", ())), row["intent"] in HOSTILE)


def development() -> Sample:
    return read_sample("Development questions", sorted(DEVELOPMENT.glob("*.jsonl")))
