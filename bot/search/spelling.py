"""Slips put right by the company a word keeps: only into a pair of words that the catalogue or the lexicon really has.

``khai xinh`` sounds like ``khai sinh`` and is read so; ``xinh`` alone is left in peace. Runs without spaces are cut
where every piece is a known word (``dangkykethon``), and a word nobody knows may be one letter away from a known
neighbour's neighbour.
"""

from collections.abc import Container, Iterable, Sequence
from itertools import pairwise

from rapidfuzz.distance import OSA

from bot.search import lexicon, repairs
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
        self._marks: dict[str, set[str]] = {}
        for words in texts:
            folds = [each.fold for each in words]
            self._known.update(folds)
            for each in words:
                self._marks.setdefault(each.fold, set()).add(each.key[len(each.fold) :])
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
        cut = self._as_said(cut, keep)
        slips = [self._is_slip(each.fold) and each.fold not in keep for each in cut]
        return self._closest(self._as_heard(cut, slips), slips) if any(slips) else cut

    def whole(self, typed: Sequence[str]) -> list[str]:
        """*typed* with words in two pieces joined (``kh ai sinh``)."""
        return repairs.joined(typed, self._pairs)

    def _as_said(self, words: list[Word], keep: Container[str]) -> list[Word]:
        """Letters held too long let go, and words that are known, but not in this company, by their sound."""
        folds = [each.fold if is_syllable(each.fold) else repairs.once(each.fold, self.known) or each.fold for each in words]
        common = lexicon.common_words()
        # A word without marks may be too many others to be changed for its sound alone; one that is known with these stays.
        fixed = [
            each.key == each.fold or self._is_form(each) or fold not in self._known or fold in common or fold in keep
            for each, fold in zip(words, folds, strict=True)
        ]
        meant = repairs.heard(
            folds,
            fixed,
            self._pairs,
            lambda first, second: self._by_sound.get((sound(first), sound(second))),
            lambda at, fold: words[at].key[len(words[at].fold) :] in self._marks[fold],
        )
        return [each if each.fold == folded else word(folded) for each, folded in zip(words, meant, strict=True)]

    def _is_form(self, each: Word) -> bool:
        return each.key[len(each.fold) :] in self._marks.get(each.fold, ())

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
        pieces = repairs.cut(run, self._known, self._pairs)
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
