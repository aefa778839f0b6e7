"""What a message is, by fitted weights: a linear model over what was read off the message.

The *features* are its words and pairs of words, the ideas and cues heard in it, what it names, and what the search makes of it; each
has a weight for each intent. The weights are data (``data/intents.tsv``), fitted to ``tests/phrases/messages.tsv`` by
``python -m tests.phrases.fit_intents``. The same message always weighs the same.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files

from bot.search.folding import Word
from bot.search.model import Found
from bot.understanding.words import Heard, Span

MAX_WORDS = 60
"""Words that count one by one: the first and the last of a long story, where the wish stands."""
_FULL_SCORE = 4.0
_LENGTHS = (2, 4, 8, 15, 30)


def features(
    said: Sequence[Word], heard: Heard, ideas: Mapping[str, Sequence[Span]], scores: Mapping[str, float], found: Found, substance: float,
    named: Iterable[str],
) -> dict[str, float]:
    """Feature -> how much of it the message has. *scores* are what the cues weigh by intent; *named* what is named besides (``code``,
    ``day``). At most about 4 features a word: words, pairs, ideas and cues.
    """
    if len(said) > MAX_WORDS:
        said = (*said[: MAX_WORDS // 2], *said[-MAX_WORDS // 2 :])
    folds = ["#" if each.fold.isdigit() else each.fold for each in said]
    pairs = zip(["^", *folds], [*folds, "$"], strict=True)
    spelt = {*folds, *(f"{one} {other}" for one, other in pairs)}
    share = 2 / math.sqrt(len(spelt))
    has = dict.fromkeys(spelt, share)
    has.update(("@" + each, 1.0) for each in ideas)
    has.update((f"?{group}.{name}", 1.0) for group, name in heard if group == "facet" or name in ("medium", "weak", "against"))
    has.update(("=" + intent, min(score, _FULL_SCORE) / 2) for intent, score in scores.items())
    has.update(("!" + each, 1.0) for each in named)
    has["!always"] = 1.0
    has["!substance"] = min(substance, 3.0) / 2
    has["!empty"] = float(substance < 0.5)
    has["!found"] = found.results[0].score if found.results else 0.0
    has["!sure"] = float(found.sure)
    has["!nothing"] = float(not found.results)
    has[f"!length{sum(len(said) > each for each in _LENGTHS)}"] = 1.0
    return has


def likelihoods(has: Mapping[str, float]) -> dict[str, float]:
    """Intent -> how likely it is, between 0 and 1; together 1."""
    intents, weights = _weights()
    sums = [0.0] * len(intents)
    for feature, value in has.items():
        for at, weight in weights.get(feature, ()):
            sums[at] += value * weight
    most = max(sums)
    shares = [math.exp(each - most) for each in sums]
    whole = sum(shares)
    return {intent: share / whole for intent, share in zip(intents, shares, strict=True)}


@cache
def _weights() -> tuple[tuple[str, ...], dict[str, tuple[tuple[int, float], ...]]]:
    """The intents, and feature -> (which intent, weight). The file's first line names the intents; each other is a feature and its
    weights, ``number:hundredths``.
    """
    lines = (files("bot.understanding") / "data" / "intents.tsv").read_text("utf-8").splitlines()
    intents = tuple(lines[0].split("\t"))
    weights = {}
    for line in lines[1:]:
        feature, *parts = line.split("\t")
        pairs = (part.split(":") for part in parts)
        weights[feature] = tuple((int(at), int(hundredths) / 100) for at, hundredths in pairs)
    return intents, weights
