"""What a search gives back."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Match:
    """One procedure found; ``score`` is between 0 and 1."""

    code: str
    label: str
    score: float
    in_force: bool


@dataclass(frozen=True, slots=True)
class Found:
    """Matches best first, at most five. ``sure``: answer with the first at once; none at all: decline. ``deciding``: the question
    that parts the likeliest (``bot/search/data/deciding.yaml``), where there is one.
    """

    sure: bool
    results: tuple[Match, ...]
    deciding: str | None = None


NOTHING = Found(sure=False, results=())
