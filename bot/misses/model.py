"""A question missed: its words without a person, the day, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

Why = Literal["declined", "refused"]
"""``declined``: nothing was found. ``refused``: procedures were offered, and the citizen took none of them."""

MOST_CHARACTERS = 300
"""Of a question's words, at most so many are kept."""


@dataclass(frozen=True, slots=True)
class Miss:
    """``id`` was drawn by lot when the question was asked and stands for nothing else; ``words`` are as ``rules.kept_words`` leaves them.

    No conversation, no channel and no hour: whose question it was cannot be found out, so nobody's request can erase it either.
    """

    id: str
    words: str
    why: Why
    day: date


class Misses(Protocol):
    def record(self, miss: Miss) -> bool:
        """Keeps it; False, and nothing changed, where this question is kept already."""
        ...

    def since(self, day: date | None = None) -> Sequence[Miss]:
        """Those of *day* and later, or all; by day, newest first."""
        ...
