"""What is written in an address, and where: its words, hamlets, houses, landmarks, and every place where words fit a unit's name.

Nothing is decided here; ``addresses`` picks the reading.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from bot.postal.units import Commune, District, Province, Syllable, fit, fitting, letters, spelt, syllable, table, vocabulary

LONGEST_NAME = 7
LONGEST_INITIALS = 4

Level = Literal["province", "district", "commune"]
Part = Literal["house", "hamlet", "landmark"]

_WIDEST_FIRST: tuple[Level, ...] = ("province", "district", "commune")

_TOKEN = re.compile(r"[^\W_]+")
_GLUED = re.compile(r"(tdp|ap|ấp|kp|kv|tt|tx|tp|[pqkhxf])(\d+)", re.IGNORECASE)
_STOP = re.compile(r"[,;()\n\[\]|]|\s[-–]\s")

_KINDS: tuple[tuple[str, Level, frozenset[str]], ...] = (
    ("thị trấn", "commune", frozenset({"thị trấn"})),
    ("thị xã", "district", frozenset({"thị xã"})),
    ("thành phố", "district", frozenset({"thành phố"})),
    ("đặc khu", "commune", frozenset({"đặc khu"})),
    ("t p", "district", frozenset({"thành phố"})),
    ("t x", "district", frozenset({"thị xã"})),
    ("t t", "commune", frozenset({"thị trấn"})),
    ("phường", "commune", frozenset({"phường"})),
    ("huyện", "district", frozenset({"huyện"})),
    ("tỉnh", "province", frozenset({"tỉnh"})),
    ("quận", "district", frozenset({"quận"})),
    ("xã", "commune", frozenset({"xã"})),
    ("tp", "district", frozenset({"thành phố"})),
    ("tx", "district", frozenset({"thị xã"})),
    ("tt", "commune", frozenset({"thị trấn"})),
    ("p", "commune", frozenset({"phường"})),
    ("f", "commune", frozenset({"phường"})),
    ("ph", "commune", frozenset({"phường"})),
    ("x", "commune", frozenset({"xã"})),
    ("q", "district", frozenset({"quận"})),
    ("h", "district", frozenset({"huyện"})),
    ("t", "province", frozenset({"tỉnh"})),
)
"""What is written before a unit's name; ``thành phố`` may be a province too."""
_TOWNS = frozenset({"thành phố", "thị xã", "quận"})
"""Former districts that people mix up: a town became a city, a city's part a town."""

_KIND_WORDS = tuple((spelt(words), level, kinds) for words, level, kinds in _KINDS)
_PARTS: tuple[Part, ...] = ("hamlet", "house", "landmark")
_PART_WORDS: tuple[tuple[Part, bool, tuple[Syllable, ...]], ...] = (
    *((part, True, spelt(each)) for part in _PARTS for each in vocabulary()["anywhere"][part]),
    *((part, False, spelt(each)) for part in _PARTS for each in vocabulary()["at_start"][part]),
    *(("landmark", True, spelt(f"{where} {what}")) for where in vocabulary()["where"] for what in vocabulary()["what"]),
)
"""(part, whether its word says so anywhere, the word)."""
_BUILDINGS = frozenset(" ".join(syllable.fold for syllable in spelt(each)) for each in vocabulary()["buildings"])


@dataclass(frozen=True, slots=True)
class Token:
    raw: str
    start: int
    end: int
    spelling: Syllable
    stop: bool
    """Whether a comma or the like follows."""


@dataclass(frozen=True, slots=True)
class Match:
    """Tokens ``start`` to ``end`` name units of one level; ``name`` is where the name begins, after its kind."""

    level: Level
    start: int
    name: int
    end: int
    provinces: tuple[Province, ...] = ()
    districts: tuple[District, ...] = ()
    communes: tuple[Commune, ...] = ()
    loose: bool = False
    """A commune that may as well be the end of a longer name: never taken unasked."""

    @property
    def explicit(self) -> bool:
        """Whether the kind is written with the name."""
        return self.name > self.start


@dataclass(frozen=True, slots=True)
class Unknown:
    """A kind is written and the table has no such name."""

    level: Level
    start: int
    end: int


class Written:
    """An address as typed. ``answered_at`` is the offset where the newest answer begins, 0 where it answers nothing.

    ``dropped`` are the stretches that a newer answer of the same level has put aside.
    """

    def __init__(self, text: str, answered_at: int) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.marked = any(each.spelling.marks for each in self.tokens)
        self.newest = next((at for at, each in enumerate(self.tokens) if each.start >= answered_at), 0) if answered_at else 0
        self.part_at = self._part_starts()
        self.landmarks = self._landmarks()
        self.unknown: list[Unknown] = []
        self.dropped: list[tuple[int, int]] = []
        self.matches = list(self._matches())
        self._let_the_newest_count()

    # -- what stands where ---------------------------------------------------------------------------------------------------------

    def segment_start(self, at: int) -> bool:
        return at == 0 or self.tokens[at - 1].stop

    def segment_end(self, end: int) -> bool:
        return end == len(self.tokens) or self.tokens[end - 1].stop

    def segment_of(self, at: int) -> tuple[int, int]:
        start, end = at, at + 1
        while not self.segment_start(start):
            start -= 1
        while not self.segment_end(end):
            end += 1
        return start, end

    def spelling(self, start: int, end: int) -> tuple[Syllable, ...]:
        return tuple(each.spelling for each in self.tokens[start:end])

    def _says(self, at: int, words: tuple[Syllable, ...], *, whole: bool = False, every: bool = False) -> bool:
        """Whether the tokens at *at* are *words*, without a stop in between; *whole*: with all their marks or none; *every*: with all."""
        end = at + len(words)
        if end > len(self.tokens) or any(each.stop for each in self.tokens[at : end - 1]):
            return False
        typed = self.spelling(at, end)
        how = fit(typed, words)
        return how == "same" or (how == "fewer" and not every and not (whole and any(each.marks for each in typed)))

    def _part_starts(self) -> dict[int, tuple[Part, int]]:
        """Where a hamlet, a house or a landmark begins, by the word that says so; with the token after that word."""
        found: dict[int, tuple[Part, int]] = {}
        inside = self._inside_names()
        until = 0
        for at in range(len(self.tokens)):
            if at < until or at in inside:
                continue
            parts = [
                (part, anywhere, at + len(words)) for part, anywhere, words in _PART_WORDS
                if self._says(at, words, every=self.marked and not anywhere)
            ]
            if not parts:
                continue
            part, anywhere, after = max(parts, key=lambda each: each[2])
            if not (anywhere or self._may_begin_a_part(at, after)) or not self._stands_for_a_word(at, after) or self._begins_a_name(at):
                continue
            found[at] = (part, after)
            until = after + 1 if part == "landmark" or not self.number_at(after) else after
        return found

    def _inside_names(self) -> set[int]:
        """Tokens after the first of a name that stands with its kind: ``xã An Lạc Thôn``, ``xã Đắk Gằn``."""
        inside: set[int] = set()
        for at in range(len(self.tokens)):
            kind = self.kind_at(at)
            if kind is not None:
                longest = max((each.end for each in self._named_after_kind(at, *kind)), default=0)
                inside.update(range(kind[0] + 1, longest))
        return inside

    def _may_begin_a_part(self, at: int, after: int) -> bool:
        if self.segment_start(at) or self.number_at(at - 1) or (self.number_at(after) and not self.segment_end(after)):
            return True
        return self.tokens[at].spelling.fold == "duong" and bool(self.tokens[at].spelling.marks)

    def _stands_for_a_word(self, at: int, after: int) -> bool:
        """A lone letter says so only before a number or with a dot: ``k5``, ``đ. Nguyễn Huệ``."""
        if len(self.tokens[at].spelling.fold) > 1:
            return True
        dotted = self.text[self.tokens[at].end : self.tokens[at].end + 1] == "."
        return after == at + 1 and not self.tokens[at].stop and (dotted or self.number_at(after))

    def number_at(self, at: int) -> bool:
        return 0 <= at < len(self.tokens) and self.tokens[at].raw[0].isdigit()

    def _begins_a_name(self, at: int) -> bool:
        """Whether the words from *at* to the next stop begin with a unit's name: ``Bến Tre``, ``Cầu Kè``, ``Chợ Mới``."""
        for end in range(at + 2, min(at + LONGEST_NAME, len(self.tokens)) + 1):
            if any(each.stop for each in self.tokens[at : end - 1]):
                break
            typed = self.spelling(at, end)
            key = letters(typed)
            named: list[Province | District | Commune] = [
                *table().provinces_named.get(key, ()), *table().districts_named.get(key, ()), *table().communes_named.get(key, ()),
            ]
            if any(fit(typed, name) != "other" for each in named for name in each.names) and (
                self.segment_end(end) or self._kind_before(at) or self.kind_at(end) is not None or self._wider_name_at(end)
            ):
                return True
        return False

    def _wider_name_at(self, at: int) -> bool:
        keys = [key for _, _, key in self._spans(at) if len(key) > LONGEST_INITIALS]
        return any(key in table().provinces_named or key in table().districts_named for key in keys)

    def kind_at(self, at: int) -> tuple[int, Level, frozenset[str]] | None:
        """The kind of unit written at *at*: (where the name begins, level, kinds)."""
        for words, level, kinds in _KIND_WORDS:
            end = at + len(words)
            if self._says(at, words, whole=True) and end < len(self.tokens) and not self.tokens[end - 1].stop:
                return end, level, kinds
        return None

    def _kind_before(self, at: int) -> bool:
        return any(
            found is not None and found[0] == at for found in (self.kind_at(start) for start in range(max(0, at - 2), at))
        )

    def _landmarks(self) -> list[tuple[int, int]]:
        """Stretches of tokens that tell of a landmark: up to the next stop, the next hamlet or a unit with its kind."""
        stretches = []
        end = 0
        for at, (part, after) in sorted(self.part_at.items()):
            if part != "landmark" or at < end:
                continue
            _, end = self.segment_of(at)
            for later in range(after + 1, end):
                hamlet = later in self.part_at and self.part_at[later][0] == "hamlet"
                if hamlet or (self.kind_at(later) is not None and not self._after_a_building(later)):
                    end = later
                    break
            stretches.append((at, end))
        return stretches

    def _after_a_building(self, at: int) -> bool:
        before = " ".join(each.spelling.fold for each in self.tokens[max(0, at - 3) : at])
        return any(before == each or before.endswith(f" {each}") for each in _BUILDINGS)

    def in_landmark(self, at: int) -> bool:
        return any(start <= at < end for start, end in self.landmarks)

    def raw(self, start: int, end: int) -> str:
        """As typed, without the brackets and dots around it."""
        return " ".join(self.text[self.tokens[start].start : self.tokens[end - 1].end].split())

    # -- names ---------------------------------------------------------------------------------------------------------------------

    def _matches(self) -> Iterator[Match]:
        at = named_until = 0
        kinds_at: set[int] = set()
        said_outside = False
        while at < len(self.tokens):
            kind = self.kind_at(at)
            if kind is None or self.in_landmark(at):
                at += 1
                continue
            name, level, kinds = kind
            found = list(self._named_after_kind(at, name, level, kinds))
            if found:
                yield from found
                kinds_at.update(range(at, name))
                named_until = max(named_until, *(each.end for each in found))
                if level == "commune":
                    said_outside = True
                at = name
                continue
            if at >= named_until and self._unknown_at(at, name):
                _, end = self.segment_of(at)
                for later in range(name + 1, end):
                    if self.kind_at(later) is not None or later in self.part_at:
                        end = later
                        break
                self.unknown.append(Unknown(level, at, end))
                at = end
                continue
            at += 1
        if not said_outside:
            yield from self._communes_of_landmarks()
        for start in range(len(self.tokens)):
            if start not in kinds_at and not self.in_landmark(start):
                yield from self._bare(start)

    def _communes_of_landmarks(self) -> Iterator[Match]:
        """``gần UBND xã Mỹ Yên``: the landmark's commune may be the citizen's own; only ever asked about."""
        for start, end in self.landmarks:
            for at in range(start, end):
                kind = self.kind_at(at)
                if kind is not None and kind[1] == "commune":
                    yield from (replace(each, loose=True) for each in self._named_after_kind(at, *kind))

    def _unknown_at(self, at: int, name: int) -> bool:
        """Whether a kind without a known name is one all the same, and not ``Phương`` of a street or ``xa`` for far away."""
        if self.kind_at(name) is not None or name in self.part_at or at in self.part_at or self._begins_a_name(at):
            return False
        word = self.tokens[at]
        if len(word.spelling.fold) == 1 and name == at + 1:
            return self.segment_start(at) or self.text[word.end] == "."
        return True

    def _spans(self, start: int) -> Iterator[tuple[int, tuple[Syllable, ...], str]]:
        for end in range(start + 1, min(start + LONGEST_NAME, len(self.tokens)) + 1):
            typed = self.spelling(start, end)
            yield end, typed, letters(typed)
            if self.tokens[end - 1].stop:
                return

    def _named_after_kind(self, at: int, name: int, level: Level, kinds: frozenset[str]) -> Iterator[Match]:
        for end, typed, key in self._spans(name):
            communes = fitting(table().communes_named.get(key, ()), typed, self.marked)
            districts = fitting(table().districts_named.get(key, ()), typed, self.marked)
            provinces = fitting(table().provinces_named.get(key, ()), typed, self.marked)
            if level == "commune" and communes:
                exact = tuple(each for each in communes if each.kind in kinds)
                yield Match("commune", at, name, end, communes=exact or communes, loose=not exact)
            if level == "district":
                exact_districts = tuple(each for each in districts if each.kind in kinds)
                if not exact_districts and kinds <= _TOWNS:
                    exact_districts = tuple(each for each in districts if each.kind in _TOWNS)
                if exact_districts or districts:
                    yield Match("district", at, name, end, districts=exact_districts or districts)
                cities = tuple(each for each in provinces if each.kind in kinds)
                if cities:
                    yield Match("province", at, name, end, provinces=cities)
            if level == "province" and provinces:
                yield Match("province", at, name, end, provinces=tuple(e for e in provinces if e.kind in kinds) or provinces)

    def _bare(self, start: int) -> Iterator[Match]:
        """Names without their kind: a whole stretch between stops, or its end."""
        if start > 0 and not self.segment_start(start) and self._inside_part_name(start):
            return
        for end, typed, key in self._spans(start):
            if typed[0].fold[0].isdigit():
                return
            whole = self.segment_start(start) and self.segment_end(end)
            provinces = fitting(table().provinces_named.get(key, ()), typed, self.marked)
            if provinces and (len(key) > LONGEST_INITIALS or whole or end == len(self.tokens)):
                yield Match("province", start, start, end, provinces=provinces)
            if len(typed) == 1 and not whole:
                continue
            if districts := fitting(table().districts_named.get(key, ()), typed, self.marked):
                yield Match("district", start, start, end, districts=districts)
            if communes := fitting(table().communes_named.get(key, ()), typed, self.marked):
                yield Match("commune", start, start, end, communes=communes, loose=self._after_words(start))

    def _inside_part_name(self, start: int) -> bool:
        """Whether the word before says that a hamlet's, a street's or a landmark's name begins here."""
        return any(after == start for _, after in self.part_at.values())

    def _after_words(self, start: int) -> bool:
        """Whether words stand right before in the same stretch, which with the name may be one longer name; a number or a letter
        (``ấp 3``, ``ấp Bình Thạnh B``) ends a name."""
        return not self.segment_start(start) and not self.number_at(start - 1) and len(self.tokens[start - 1].raw) > 1

    def _let_the_newest_count(self) -> None:
        """Where the newest answer names a unit, what was said before of that level no longer counts."""
        if not self.newest:
            return
        levels = {each.level for each in self.unknown if each.start >= self.newest}
        for start in {each.start for each in self.matches if each.start >= self.newest and self.is_stated(each)}:
            here = [each for each in self.matches if each.start == start and self.is_stated(each)]
            levels.add(next(level for level in _WIDEST_FIRST if any(each.level == level for each in here)))
        stated: list[Match | Unknown] = [*self.matches, *self.unknown]
        self.dropped = [
            (each.start, each.end) for each in stated
            if each.level in levels and each.start < self.newest and (isinstance(each, Unknown) or self.is_stated(each))
        ]
        self.matches = [each for each in self.matches if each.level not in levels or each.start >= self.newest]
        self.unknown = [each for each in self.unknown if each.level not in levels or each.start >= self.newest]

    def is_stated(self, each: Match) -> bool:
        """Named with its kind, or alone between stops."""
        return each.explicit or (self.segment_start(each.start) and self.segment_end(each.end))


def _tokens(text: str) -> list[Token]:
    spans: list[tuple[int, int]] = []
    for found in _TOKEN.finditer(text):
        glued = _GLUED.fullmatch(found[0])
        border = found.start() + glued.start(2) if glued else found.end()
        spans.append((found.start(), border))
        if glued:
            spans.append((border, found.end()))
    ends = [start for start, _ in spans[1:]] + [len(text)]
    folds = [syllable(text[start:end]).fold for start, end in spans] + [""]
    found_tokens = []
    for at, ((start, end), until) in enumerate(zip(spans, ends, strict=True)):
        between = text[end:until]
        stop = _STOP.search(between) is not None and not (between.strip() in "-–" and (folds[at], folds[at + 1]) in table().hyphens)
        found_tokens.append(Token(text[start:end], start, end, syllable(text[start:end]), stop))
    return found_tokens
