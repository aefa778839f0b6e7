"""Slips of the hand put right before words are looked up: pieces joined, runs cut, letters held too long.

All of it goes by what the catalogue and the lexicon know: nothing is made into a word, or a pair of words, that stands in no text.
"""

import re
from collections.abc import Callable, Container, Sequence
from itertools import groupby, pairwise

from bot.search import lexicon
from bot.search.folding import fold, is_syllable

_ONSETS = frozenset(lexicon.syllables()[0]) - {""}
_SPLIT = re.compile(rf"(?:^|\s)(?:{'|'.join(sorted(_ONSETS))}|đ)\s+[^\W\d_]")
_LONGEST_SYLLABLE = 7

Pairs = Container[tuple[str, str]]


def is_split(text: str) -> bool:
    """Whether *text*, in lower case, may have a word in two pieces (``kh ai``): a first look, cheap and often wrong."""
    return _SPLIT.search(text) is not None


def joined(typed: Sequence[str], pairs: Pairs) -> list[str]:
    """``kh ai s inh`` -> ``khai sinh``: an onset and the rime behind it are one word where that makes a known pair with a neighbour."""
    whole: list[str] = []
    at = 0
    while at < len(typed):
        word = _piece(typed, at)
        following = _piece(typed, at + 2) or (typed[at + 2] if at + 2 < len(typed) else "")
        if word and ((whole and (fold(whole[-1]), fold(word)) in pairs) or (fold(word), fold(following)) in pairs):
            whole.append(word)
            at += 2
        else:
            whole.append(typed[at])
            at += 1
    return whole


def _piece(typed: Sequence[str], at: int) -> str:
    """The word that the piece at *at* makes with the next; empty where they make none."""
    if at + 1 >= len(typed) or fold(typed[at]) not in _ONSETS:
        return ""
    word = typed[at] + typed[at + 1]
    return word if fold(typed[at + 1])[0] in "aeiouy" and is_syllable(fold(word)) else ""


def cut(run: str, known: Container[str], pairs: Pairs) -> list[str]:
    """A run of words without spaces in the fewest known syllables, and of such cuts the one with most known pairs
    (``dangkykethon``: not ``ke thon``); empty where there is none. The work grows with the length of *run* alone.
    """
    best: list[dict[int, tuple[int, int, tuple[str, ...]]]] = [{0: (0, 0, ())}, *({} for _ in run)]
    for end in range(2, len(run) + 1):
        for start in range(max(0, end - _LONGEST_SYLLABLE), end - 1):
            piece = run[start:end]
            if not best[start] or piece not in known or not is_syllable(piece):
                continue
            best[end][start] = min(
                (count + 1, unknown - (words[-1:] != () and (words[-1], piece) in pairs), (*words, piece))
                for count, unknown, words in best[start].values()
            )
    return list(min(best[-1].values())[2]) if best[-1] else []


def once(letters: str, known: Callable[[str], bool]) -> str | None:
    """``khaii`` -> ``khai``: letters typed twice in a row count once where that gives a known syllable; None where not."""
    short = "".join(letter for letter, _ in groupby(letters))
    return short if short != letters and is_syllable(short) and known(short) else None


def heard(
    folds: Sequence[str], fixed: Sequence[bool], pairs: Pairs, meant: Callable[[str, str], tuple[str, str] | None],
    may_be: Callable[[int, str], bool],
) -> list[str]:
    """``hợp tát xã`` -> ``hop tac xa``: a word that makes no known pair becomes the one that sounds like it and does. Words that
    are *fixed* stay; *meant* gives the known pair that sounds like two words; *may_be* says whether the marks typed allow the word.
    """
    righted = list(folds)
    loose = [not _paired(folds, at, pairs) and not fixed[at] for at in range(len(folds))]
    for at, (first, second) in enumerate(pairwise(folds)):
        if not (loose[at] or loose[at + 1]) or (first, second) in pairs:
            continue
        pair = meant(first, second)
        if pair is None:
            continue
        for step in (0, 1):
            other = pair[1 - step] == folds[at + 1 - step]
            if other and loose[at + step] and righted[at + step] == folds[at + step] and may_be(at + step, pair[step]):
                righted[at + step] = pair[step]
    return righted


def _paired(folds: Sequence[str], at: int, pairs: Pairs) -> bool:
    before = at > 0 and (folds[at - 1], folds[at]) in pairs
    return before or (at + 1 < len(folds) and (folds[at], folds[at + 1]) in pairs)
