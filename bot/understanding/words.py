"""The words that understanding reads, from ``bot/understanding/data``, and how they are held against a message.

Three layers. A *cue* is words in order. An *idea* is any of its cues, less the longer sayings that hold the same words and mean
something else. A *frame* is ideas that stand close together and make an intent, however they are said. All cues are looked for in
one pass over the message.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from bot import strict_yaml
from bot.search.evidence import accented, fits
from bot.search.folding import Word, read, word

_GAP, _FIRST, _LAST, _EXACT = "..", "^", "$", "!"
_MORE = "qq"
_WIDEST_GAP = 4
_WIDEST_FRAME = 12
"""Words within which the ideas of a frame stand: farther apart they belong to two thoughts."""
_MOST_SPANS = 6
"""Places of one idea that a frame looks at: the work on a frame of three ideas is bounded by its cube."""

Span = tuple[int, int]
"""First word, one past the last."""
Key = tuple[str, str]
"""The list a cue stands in: the file or the intent, and the name there."""
Heard = Mapping[Key, Sequence[Span]]
"""Where cues stand in a message, by the list that they are of; a list without any is not in it."""


def table(name: str) -> Any:
    return strict_yaml.load((files("bot.understanding") / "data" / name).read_text("utf-8"))


@dataclass(frozen=True, slots=True)
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

    def bare_in(self, said: Sequence[Word]) -> bool:
        """Whether *said*, of a message typed with marks, has none where the cue has some: then it says something else."""
        return all(each.key == each.fold for each in said) and any(
            option.key != option.fold for part in self.parts for option, _ in part
        )

    def _rest(self, words: Sequence[Word], at: int, part: int) -> int:
        parts, length = self.parts, len(words)
        while part < len(parts) and parts[part]:
            if at >= length or not _one_of(words[at], parts[part]):
                return 0
            at, part = at + 1, part + 1
        if part == len(parts):
            return 0 if self.last and at < length else at
        for skipped in range(min(_WIDEST_GAP, length - at) + 1):
            end = self._rest(words, at + skipped, part + 1)
            if end:
                return end
        return 0


def _one_of(said: Word, options: tuple[tuple[Word, bool], ...]) -> bool:
    return any(said.fold == meant.fold and fits(said, meant, exact) for meant, exact in options)


class Index:
    """All cues of all lists, by the letters of their first two words (of the first alone where nothing or a gap is next)."""

    def __init__(self, lists: Mapping[Key, Iterable[str]]) -> None:
        self._by_letters: dict[tuple[str, str], list[tuple[Cue, Key]]] = {}
        for key, said in lists.items():
            for each in said:
                cue = _cue(each)
                following = cue.parts[1] if len(cue.parts) > 1 else ()
                seconds = {option.fold for option, _ in following} or {""}
                for fold in {option.fold for option, _ in cue.parts[0]}:
                    for second in seconds:
                        self._by_letters.setdefault((fold, second), []).append((cue, key))

    def words(self) -> Iterator[str]:
        for cues in self._by_letters.values():
            for cue, _ in cues:
                yield from (option.fold for part in cue.parts for option, _ in part)

    def found(self, words: Sequence[Word]) -> dict[Key, list[Span]]:
        """Where each list's cues stand in *words*."""
        found: dict[Key, list[Span]] = {}
        marked = accented(words)
        folds = [each.fold for each in words]
        for start, letters in enumerate(zip(folds, [*folds[1:], ""], strict=False)):
            tried = self._by_letters.get((letters[0], ""), ())
            if letters[1]:
                tried = [*tried, *self._by_letters.get(letters, ())]
            for cue, key in tried:
                end = cue.at(words, start)
                if end and not (marked and cue.bare_in(words[start:end])):
                    found.setdefault(key, []).append((start, end))
        return found


@dataclass(frozen=True, slots=True)
class Frame:
    """Ideas that make an intent together; ``behind`` says of each whether it stands behind the one before it. What is in
    ``anywhere`` need only be in the message.
    """

    intent: str
    ideas: tuple[str, ...]
    behind: tuple[bool, ...]
    anywhere: frozenset[str]

    def stands(self, where: Mapping[str, Sequence[Span]]) -> bool:
        """Whether every idea is named, each by words of its own, within a dozen words."""
        if not all(idea in where for idea in self.ideas) or not self.anywhere <= where.keys():
            return False
        return self._from(where, ())

    def _from(self, where: Mapping[str, Sequence[Span]], taken: tuple[Span, ...]) -> bool:
        at = len(taken)
        if at == len(self.ideas):
            return True
        return any(
            self._fits_in(span, taken) and self._from(where, (*taken, span)) for span in where[self.ideas[at]][:_MOST_SPANS]
        )

    def _fits_in(self, span: Span, taken: tuple[Span, ...]) -> bool:
        start, end = span
        if self.behind[len(taken)] and start < taken[-1][1]:
            return False
        if any(start < last and first < end for first, last in taken):
            return False
        spans = (span, *taken)
        return max(last for _, last in spans) - min(first for first, _ in spans) <= _WIDEST_FRAME


def _cue(text: str) -> Cue:
    names = text.split()
    first, last = names[0] == _FIRST, names[-1] == _LAST
    names = names[first : len(names) - last]
    parts: list[tuple[tuple[Word, bool], ...]] = []
    for piece in _pieces(names):
        # A piece is read whole, so that forms of several words are opened here as they are in a message.
        # One more word behind it, for forms that are opened at a message's end only.
        said = read(" ".join([*piece, _MORE]).replace(_EXACT, ""))[:-1] if not any("/" in name for name in piece) else ()
        if len(said) == len(piece):
            parts.extend(((each, _EXACT in name),) for each, name in zip(said, piece, strict=True))
        elif said:
            parts.extend(((each, False),) for each in said)
        else:
            for name in piece:
                options = () if name == _GAP else name.split("/")
                parts.append(tuple((word(each.rstrip(_EXACT)), _EXACT in each) for each in options))
    return Cue(tuple(parts), first, last)


def _pieces(names: Sequence[str]) -> Iterator[list[str]]:
    """The names between gaps; a gap is a piece of its own."""
    piece: list[str] = []
    for name in names:
        if name == _GAP:
            if piece:
                yield piece
            yield [_GAP]
            piece = []
        else:
            piece.append(name)
    if piece:
        yield piece


@cache
def intents() -> tuple[str, ...]:
    """Every intent that has cues, in the order of the file."""
    return tuple(str(each) for each in table("cues.yaml"))


@cache
def index() -> Index:
    """Every cue there is: by (intent, strength), ("emergency", kind), ("facet", name), ("form", "names"), ("idea", name), ("but", name)."""
    lists: dict[Key, list[str]] = {}
    for intent, rows in table("cues.yaml").items():
        for strength, said in rows.items():
            lists[str(intent), str(strength)] = list(map(str, said))
    for group, name in (("emergency", "emergencies.yaml"), ("facet", "facets.yaml"), ("form", "forms.yaml")):
        for key, said in table(name).items():
            lists[group, str(key)] = list(map(str, said))
    for idea, rows in table("ideas.yaml").items():
        lists["idea", str(idea)] = list(map(str, rows["said"] if isinstance(rows, dict) else rows))
        if isinstance(rows, dict):
            lists["but", str(idea)] = list(map(str, rows["but"]))
    return Index(lists)


@cache
def facets() -> tuple[str, ...]:
    return tuple(str(each) for each in table("facets.yaml"))


@cache
def frames() -> tuple[Frame, ...]:
    """Raises ValueError where a frame names an idea that there is none of."""
    known = {str(each) for each in table("ideas.yaml")} | {"@day", "@days"}
    made = []
    for intent, rows in table("frames.yaml").items():
        for row in rows:
            parts = ["+", *str(row).split()]
            named = list(zip(parts[1::2], parts[::2], strict=True))
            if {name for name, _ in named} - known or {mark for _, mark in named} - {"+", ">"}:
                raise ValueError(f"frames.yaml: {row}: there is no such idea")
            near = [(name, mark == ">") for name, mark in named if not name.startswith("@")]
            anywhere = frozenset(name for name, _ in named if name.startswith("@"))
            made.append(Frame(str(intent), tuple(name for name, _ in near), tuple(mark for _, mark in near), anywhere))
    return tuple(made)


def ideas(heard: Heard) -> dict[str, list[Span]]:
    """Idea -> where it stands, less what a longer saying takes."""
    where: dict[str, list[Span]] = {}
    for (group, name), spans in heard.items():
        if group == "idea":
            masks = heard.get(("but", name), ())
            kept = [span for span in spans if not any(span[0] < end and start < span[1] for start, end in masks)]
            if kept:
                where[name] = kept
    return where


@cache
def cue_words() -> frozenset[str]:
    """Every word of every cue, without marks: none of them is a slip."""
    return frozenset(index().words())


@cache
def place_words() -> tuple[tuple[tuple[Word, ...], ...], tuple[Word, ...]]:
    """Words for the kinds of places, longest first, and everyday words that end a place's name."""
    rows = table("places.yaml")
    kinds = sorted(
        (tuple(word(each) for each in str(kind).split()) for kind in rows["kinds"]), key=lambda each: -len(each)
    )
    stops = {word(name) for each in rows["stops"] for name in str(each).split()}
    return tuple(kinds), tuple(sorted(stops))
