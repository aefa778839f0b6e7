"""Questions that ask alike, put together: for a person who reads many of them."""

from collections.abc import Sequence

from rapidfuzz import fuzz, process

from bot.search import lexicon
from bot.search.folding import read

ALIKE = 85.0
"""How alike (of 100) the words of two questions are, whatever their order, that stand in one group;"""
CONTAINED, ALIKE_WHOLE = 95.0, 65.0
"""or how nearly the one's words are all among the other's, and how alike the whole must then be still."""
MOST_LOOKED_AT = 10
MOST_DIFFERENT = 2_000
"""Questions of different words that are compared with one another; the rest, each asked least often, are grouped only with their equals."""


def grouped(texts: Sequence[str]) -> list[list[int]]:
    """Places in *texts* by groups, the biggest first; what was asked most often leads its group, and each place stands in one group.

    Compared are the words that say something, marks aside. The work grows with the square of the different questions, so that is bounded.
    """
    same: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        same.setdefault(_gist(text), []).append(place)
    often = sorted(same, key=lambda gist: (-len(same[gist]), same[gist][0]))
    groups: dict[str, list[int]] = {}
    leaders: list[str] = []
    for at, gist in enumerate(often):
        leader = _alike(gist, leaders) if at < MOST_DIFFERENT else None
        if leader is None:
            groups[gist] = list(same[gist])
            leaders.append(gist)
        else:
            groups[leader] += same[gist]
    return sorted(groups.values(), key=lambda places: (-len(places), places[0]))


def _alike(gist: str, leaders: Sequence[str]) -> str | None:
    """The likest of *leaders*; None where none is like enough."""
    near = process.extract(gist, leaders, scorer=fuzz.token_set_ratio, score_cutoff=ALIKE, limit=MOST_LOOKED_AT)
    whole = [(fuzz.token_sort_ratio(gist, leader), common, leader) for leader, common, _ in near]
    fitting = [(score, leader) for score, common, leader in whole if score >= ALIKE or (common >= CONTAINED and score >= ALIKE_WHOLE)]
    return max(fitting)[1] if fitting else None


def _gist(text: str) -> str:
    """The words that say something; all of them where none does."""
    common = lexicon.common_words()
    words = [each.fold for each in read(text)]
    return " ".join([each for each in words if common.get(each, 1.0) > 0] or words)
