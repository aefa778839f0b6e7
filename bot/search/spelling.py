"""Slips put right by the company a word keeps: only into a pair of words that the catalogue or the lexicon really has.

``khai xinh`` sounds like ``khai sinh`` and is read so; ``xinh`` alone is left in peace. Runs without spaces are cut
where every piece is a known word (``dangkykethon``), and a word nobody knows may be one letter away from a known
neighbour's neighbour.
"""

from collections.abc import Container, Iterable, Sequence
from itertools import pairwise

from rapidfuzz.distance import OSA

from bot.search import lexicon
from bot.search.folding import Word, is_syllable, sound, word

_SHORTEST_RUN = 6
_LONGEST_RUN = 30


class Speller:
    """Knows the pairs of words of all texts it was shown, without marks."""

    def __init__(self, texts: Iterable[Sequence[Word]]) -> None:
        self._pairs: set[tuple[str, str]] = set()
        self._by_sound: dict[tuple[str, str], tuple[str, str]] = {}
        self._after: dict[str, set[str]] = {}
        self._before: dict[str, set[str]] = {}
        self._known: set[str] = set()
        for words in texts:
            folds = [each.fold for each in words]
            self._known.update(folds)
            for first, second in pairwise(folds):
                self._pairs.add((first, second))
                self._by_sound.setdefault((sound(first), sound(second)), (first, second))
                self._after.setdefault(first, set()).add(second)
                self._before.setdefault(second, set()).add(first)

    def known(self, fold: str) -> bool:
        return fold in self._known

    def right(self, words: Sequence[Word], keep: Container[str] = ()) -> list[Word]:
        """*words* with runs cut and slips put right; a word that is changed loses its marks. Those in *keep* are
        words, not slips.
        """
        cut: list[Word] = []
        for each in words:
            cut.extend(self._cut(each))
        slips = [self._is_slip(each.fold) and each.fold not in keep for each in cut]
        return self._closest(self._as_heard(cut, slips), slips) if any(slips) else cut

    def _is_slip(self, fold: str) -> bool:
        """Only a word that stands in no text and is no everyday word may be changed."""
        return (
            fold not in self._known and fold not in lexicon.common_words() and not any(each.isdigit() for each in fold)
        )

    def _cut(self, each: Word) -> list[Word]:
        """A run of words without spaces, in the fewest known pieces; the word itself where there is no such cut."""
        run = each.fold
        if not _SHORTEST_RUN <= len(run) <= _LONGEST_RUN or run in self._known or is_syllable(run):
            return [each]
        best: list[list[str] | None] = [[]] + [None] * len(run)
        for end in range(2, len(run) + 1):
            for start in range(max(0, end - 7), end - 1):
                head = best[start]
                if head is not None and run[start:end] in self._known and is_syllable(run[start:end]):
                    kept = best[end]
                    if kept is None or len(head) + 1 < len(kept):
                        best[end] = [*head, run[start:end]]
        pieces = best[len(run)]
        return [word(piece) for piece in pieces] if pieces else [each]

    def _as_heard(self, words: list[Word], slips: list[bool]) -> list[Word]:
        """A pair with a slip in it, turned into the known pair that sounds the same."""
        folds = [each.fold for each in words]
        for at in range(len(folds) - 1):
            if not (slips[at] or slips[at + 1]):
                continue
            heard = self._by_sound.get((sound(folds[at]), sound(folds[at + 1])))
            if heard is not None and all(slips[at + step] or folds[at + step] == heard[step] for step in (0, 1)):
                folds[at], folds[at + 1] = heard
        return [each if each.fold == folded else word(folded) for each, folded in zip(words, folds, strict=True)]

    def _closest(self, words: list[Word], slips: list[bool]) -> list[Word]:
        """A word nobody knows becomes a known one a single slip away, if that makes a known pair with a neighbour."""
        righted = list(words)
        for at, each in enumerate(words):
            if not slips[at] or is_syllable(each.fold) or each.fold in self._known or len(each.fold) < 3:
                continue
            before = self._after.get(righted[at - 1].fold, set()) if at else set()
            after = self._before.get(words[at + 1].fold, set()) if at + 1 < len(words) else set()
            near = sorted(
                other
                for other in before | after
                if len(other) > 2 and OSA.distance(each.fold, other, score_cutoff=1) <= 1
            )
            if near:
                righted[at] = word(max(near, key=lambda other: (other in before, other in after)))
        return righted
