"""The questions that part siblings: one short fact, known to the citizen, instead of a list of labels that look alike.

Which procedures a question parts is data (``data/deciding.yaml``); its words, and those of its answers, are texts.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache

from bot.search import lexicon


@dataclass(frozen=True, slots=True)
class Deciding:
    """One question. ``answers``: answer -> the code it leads to, or another question (``follows`` tells which)."""

    id: str
    answers: Mapping[str, str]
    codes: tuple[str, ...]
    """All codes it leads to, those of the questions that follow behind its own."""

    def follows(self, answer: str) -> bool:
        """Whether *answer* leads to another question."""
        return self.answers[answer] in lexicon.deciding()

    def knows(self, catalogue: Collection[str]) -> bool:
        """Whether every answer leads somewhere in a *catalogue* of these codes."""
        return all(code in catalogue for code in self.codes)


@cache
def questions() -> Mapping[str, Deciding]:
    """All questions by id, in the order of the file. ValueError names one that leads back to itself."""
    return {name: Deciding(name, answers, _codes(name, ())) for name, answers in lexicon.deciding().items()}


def _codes(question: str, above: tuple[str, ...]) -> tuple[str, ...]:
    if question in above:
        raise ValueError(f"deciding.yaml: {question} leads back to itself by way of {', '.join(above)}")
    table = lexicon.deciding()
    leads_to = table[question].values()
    own = [each for each in leads_to if each not in table]
    later = [code for each in leads_to if each in table for code in _codes(each, (*above, question))]
    return tuple(dict.fromkeys([*own, *later]))
