"""The words that understanding reads, from ``bot/understanding/data``, and how a cue is held against a message."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from bot import strict_yaml
from bot.search.evidence import fits
from bot.search.folding import Word, read, word

_GAP, _FIRST, _LAST, _EXACT = "..", "^", "$", "!"
_WIDEST_GAP = 4


def table(name: str) -> Any:
    return strict_yaml.load((files("bot.understanding") / "data" / name).read_text("utf-8"))


@dataclass(frozen=True)
class Cue:
    """Words in order, each (word, whether its marks must be typed); an empty tuple among the parts is a gap of up to
    four words.
    """

    parts: tuple[tuple[tuple[Word, bool], ...], ...]
    first: bool
    last: bool

    def at(self, words: Sequence[Word], start: int) -> int:
        """Where the cue ends when it begins at *start*; 0 where it does not."""
        if self.first and start:
            return 0
        return self._rest(words, start, 0)

    def _rest(self, words: Sequence[Word], at: int, part: int) -> int:
        while part < len(self.parts) and self.parts[part]:
            if at >= len(words) or not any(fits(words[at], *each) for each in self.parts[part]):
                return 0
            at, part = at + 1, part + 1
        if part == len(self.parts):
            return 0 if self.last and at < len(words) else at
        for skipped in range(_WIDEST_GAP + 1):
            end = self._rest(words, at + skipped, part + 1)
            if end:
                return end
        return 0


class Cues:
    """Cues by the letters of their first word."""

    def __init__(self, said: Iterable[str]) -> None:
        self._by_first: dict[str, list[Cue]] = {}
        for each in said:
            cue = _cue(each)
            for option, _ in cue.parts[0]:
                self._by_first.setdefault(option.fold, []).append(cue)

    def words(self) -> Iterator[str]:
        for cues in self._by_first.values():
            for cue in cues:
                yield from (option.fold for part in cue.parts for option, _ in part)

    def spans(self, words: Sequence[Word]) -> list[tuple[int, int]]:
        """Where cues stand in *words*: (first word, one past the last)."""
        found = []
        for start, each in enumerate(words):
            for cue in self._by_first.get(each.fold, ()):
                end = cue.at(words, start)
                if end:
                    found.append((start, end))
        return found

    def said(self, words: Sequence[Word]) -> bool:
        return any(
            cue.at(words, start) for start, each in enumerate(words) for cue in self._by_first.get(each.fold, ())
        )


def _cue(text: str) -> Cue:
    names = text.split()
    first, last = names[0] == _FIRST, names[-1] == _LAST
    names = names[first : len(names) - last]
    if _GAP not in names and "/" not in text:
        # Read whole, so that forms of several words are opened here as they are in a message.
        said = read(" ".join(names).replace(_EXACT, ""))
        exact = [_EXACT in name for name in names] if len(said) == len(names) else [False] * len(said)
        return Cue(tuple(((each, flag),) for each, flag in zip(said, exact, strict=True)), first, last)
    parts: list[tuple[tuple[Word, bool], ...]] = []
    for name in names:
        options = () if name == _GAP else name.split("/")
        parts.append(tuple((word(each.rstrip(_EXACT)), _EXACT in each) for each in options))
    return Cue(tuple(parts), first, last)


@cache
def intent_cues() -> dict[str, dict[str, Cues]]:
    """Intent -> strength (strong, medium, weak, against) -> cues."""
    return {
        str(intent): {str(strength): Cues(map(str, said)) for strength, said in rows.items()}
        for intent, rows in table("cues.yaml").items()
    }


@cache
def cue_words() -> frozenset[str]:
    """Every word of every cue, without marks: none of them is a slip."""
    lists = [each for rows in intent_cues().values() for each in rows.values()]
    lists += [each for name in ("emergencies.yaml", "facets.yaml") for each in cue_lists(name).values()]
    return frozenset(fold for each in lists for fold in each.words())


@cache
def cue_lists(name: str) -> dict[str, Cues]:
    """A file of named lists of cues."""
    return {str(key): Cues(map(str, said)) for key, said in table(name).items()}


@cache
def place_words() -> tuple[tuple[tuple[Word, ...], ...], tuple[Word, ...]]:
    """Words for the kinds of places, longest first, and everyday words that end a place's name."""
    rows = table("places.yaml")
    kinds = sorted(
        (tuple(word(each) for each in str(kind).split()) for kind in rows["kinds"]), key=lambda each: -len(each)
    )
    stops = {word(name) for each in rows["stops"] for name in str(each).split()}
    return tuple(kinds), tuple(sorted(stops))
