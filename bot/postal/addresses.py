"""Addresses as people write them, read into units of today's table; what is not certain is asked back, never guessed.

A citizen writes small to large, or not; with commas, or not; by today's names, by those of before July 2025, or mixed. Every
place where the words fit a name of the table is a ``_Match``; a reading takes at most one match for each of province, former
district and commune. The reading that explains most of what was written wins, and only when it leads to one commune of today is it
an ``Address``. Words that belong to no unit stay as typed: house, hamlet, landmark.
"""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise, product
from typing import Literal

import phonenumbers

from bot.postal.model import MOST_CANDIDATES, Address, Doubt, Phone
from bot.postal.units import Commune, District, Named, Province, Syllable, fit, letters, spelt, syllable, table, vocabulary

MAX_LENGTH = 400
"""Longer texts are no address: the work for a message is bounded."""
LONGEST_NAME = 7
LONGEST_INITIALS = 4
LIKE_ENOUGH = 0.72
FEWEST_DIGITS = 9

Level = Literal["province", "district", "commune"]
Part = Literal["house", "hamlet", "landmark"]

_WIDEST_FIRST: tuple[Level, ...] = ("province", "district", "commune")

_TOKEN = re.compile(r"[^\W_]+")
_GLUED = re.compile(r"(tdp|ap|ấp|kp|kv|tt|tx|tp|[pqkhxf])(\d+)", re.IGNORECASE)
_STOP = re.compile(r"[,;()\n\[\]|]|\s[-–]\s")
_PHONE = re.compile(r"(?:\+?84|\b0)(?:[\s.-]*\d){8,10}\b")


def _any_of(many: Iterable[str]) -> str:
    return "|".join(re.escape(each) for each in sorted(many, key=len, reverse=True))


_OPENING = re.compile(
    rf"^\s*(?:(?:{_any_of(vocabulary()['opening'])})\b\s*(?:(?:{_any_of(vocabulary()['after_opening'])})\b)?\s*:?\s*)+", re.IGNORECASE
)
_CLOSING = re.compile(
    "".join(f"(?<!{re.escape(each.rpartition(' ')[0])})" for each in vocabulary()["not_closing"])
    + rf"(?:[\s,.]+(?:{_any_of(vocabulary()['closing'])}))+[\s.!]*$", re.IGNORECASE,
)
_LABEL = re.compile(rf"[\s,;]*\b(?:{_any_of(vocabulary()['phone'])})\b[\s.:]*(?=$|[,;])", re.IGNORECASE)

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


def read_phone(text: str) -> Phone | None:
    """The one Vietnamese number that *text* is, checked against the numbering plan; None when it is none."""
    if sum(each.isdigit() for each in text) < FEWEST_DIGITS:
        return None
    try:
        number = phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number_for_region(number, "VN"):
        return None
    kind = phonenumbers.number_type(number)
    return Phone(
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL),
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE),
    )


def take_phone(text: str) -> tuple[Phone | None, str]:
    """The first valid phone number written inside *text*, and the text without it. A wrong number stays in the text."""
    for found in _PHONE.finditer(text):
        phone = read_phone(found[0])
        if phone is not None:
            before = _LABEL.sub("", text[: found.start()].rstrip(" :.-"))
            return phone, f"{before.rstrip(' ,;:-')}, {text[found.end() :].lstrip(' ,;:.-')}".strip(" ,")
    return None, text


def read_address(text: str, said: str = "") -> Address | Doubt:
    """The address in *text*, or what to ask back.

    ``said`` is the ``text`` of the Doubt that *text* answers: both are read together, and where *text* names a unit of a level that
    was named before, the new one counts. Phone numbers are left out of the address (``take_phone`` gives them). Never raises.
    """
    both = f"{said.rstrip()}, {text.lstrip()}" if said.strip() else text
    both = both.strip()
    _, place = take_phone(both)
    _, earlier = take_phone(said.strip())
    place = _CLOSING.sub("", _OPENING.sub("", place))
    earlier = _OPENING.sub("", earlier)
    if not spelt(place) or len(place) > MAX_LENGTH:
        return Doubt("address", both)
    reading = _Reading(place, len(earlier) if said.strip() and place.startswith(earlier) else 0)
    answer = reading.answer()
    return replace(answer, text=both) if isinstance(answer, Doubt) else answer


@dataclass(frozen=True, slots=True)
class _Token:
    raw: str
    start: int
    end: int
    spelling: Syllable
    stop: bool
    """Whether a comma or the like follows."""


@dataclass(frozen=True, slots=True)
class _Match:
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
class _Unknown:
    """A kind is written and the table has no such name."""

    level: Level
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Choice:
    """One way to read the units, and the communes of today that it leads to."""

    province: _Match | None
    district: _Match | None
    commune: _Match | None
    leads_to: frozenset[str]

    @property
    def taken(self) -> tuple[_Match, ...]:
        return tuple(each for each in (self.commune, self.district, self.province) if each is not None)


class _Reading:
    """One text being read. ``answered_at`` is the offset where the newest answer begins."""

    def __init__(self, text: str, answered_at: int) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.marked = any(each.spelling.marks for each in self.tokens)
        self.newest = next((at for at, each in enumerate(self.tokens) if each.start >= answered_at), 0) if answered_at else 0
        self.part_at = self._part_starts()
        self.landmarks = self._landmarks()
        self.unknown: list[_Unknown] = []
        self.dropped: list[tuple[int, int]] = []
        self.matches = list(self._matches())
        self._let_the_newest_count()

    # -- what stands where ---------------------------------------------------------------------------------------------------------

    def _segment_start(self, at: int) -> bool:
        return at == 0 or self.tokens[at - 1].stop

    def _segment_end(self, end: int) -> bool:
        return end == len(self.tokens) or self.tokens[end - 1].stop

    def _segment_of(self, at: int) -> tuple[int, int]:
        start, end = at, at + 1
        while not self._segment_start(start):
            start -= 1
        while not self._segment_end(end):
            end += 1
        return start, end

    def _spelling(self, start: int, end: int) -> tuple[Syllable, ...]:
        return tuple(each.spelling for each in self.tokens[start:end])

    def _says(self, at: int, words: tuple[Syllable, ...], *, whole: bool = False, every: bool = False) -> bool:
        """Whether the tokens at *at* are *words*, without a stop in between; *whole*: with all their marks or none; *every*: with all."""
        end = at + len(words)
        if end > len(self.tokens) or any(each.stop for each in self.tokens[at : end - 1]):
            return False
        typed = self._spelling(at, end)
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
            until = after + 1 if part == "landmark" or not self._number_at(after) else after
        return found

    def _inside_names(self) -> set[int]:
        """Tokens after the first of a name that stands with its kind: ``xã An Lạc Thôn``, ``xã Đắk Gằn``."""
        inside: set[int] = set()
        for at in range(len(self.tokens)):
            kind = self._kind_at(at)
            if kind is not None:
                longest = max((each.end for each in self._named_after_kind(at, *kind)), default=0)
                inside.update(range(kind[0] + 1, longest))
        return inside

    def _may_begin_a_part(self, at: int, after: int) -> bool:
        if self._segment_start(at) or self._number_at(at - 1) or (self._number_at(after) and not self._segment_end(after)):
            return True
        return self.tokens[at].spelling.fold == "duong" and bool(self.tokens[at].spelling.marks)

    def _stands_for_a_word(self, at: int, after: int) -> bool:
        """A lone letter says so only before a number or with a dot: ``k5``, ``đ. Nguyễn Huệ``."""
        if len(self.tokens[at].spelling.fold) > 1:
            return True
        dotted = self.text[self.tokens[at].end : self.tokens[at].end + 1] == "."
        return after == at + 1 and not self.tokens[at].stop and (dotted or self._number_at(after))

    def _number_at(self, at: int) -> bool:
        return 0 <= at < len(self.tokens) and self.tokens[at].raw[0].isdigit()

    def _begins_a_name(self, at: int) -> bool:
        """Whether the words from *at* to the next stop begin with a unit's name: ``Bến Tre``, ``Cầu Kè``, ``Chợ Mới``."""
        for end in range(at + 2, min(at + LONGEST_NAME, len(self.tokens)) + 1):
            if any(each.stop for each in self.tokens[at : end - 1]):
                break
            typed = self._spelling(at, end)
            key = letters(typed)
            named: list[Province | District | Commune] = [
                *table().provinces_named.get(key, ()), *table().districts_named.get(key, ()), *table().communes_named.get(key, ()),
            ]
            if any(fit(typed, name) != "other" for each in named for name in each.names) and (
                self._segment_end(end) or self._kind_before(at) or self._kind_at(end) is not None or self._wider_name_at(end)
            ):
                return True
        return False

    def _wider_name_at(self, at: int) -> bool:
        keys = [key for _, _, key in self._spans(at) if len(key) > LONGEST_INITIALS]
        return any(key in table().provinces_named or key in table().districts_named for key in keys)

    def _kind_at(self, at: int) -> tuple[int, Level, frozenset[str]] | None:
        """The kind of unit written at *at*: (where the name begins, level, kinds)."""
        for words, level, kinds in _KIND_WORDS:
            end = at + len(words)
            if self._says(at, words, whole=True) and end < len(self.tokens) and not self.tokens[end - 1].stop:
                return end, level, kinds
        return None

    def _kind_before(self, at: int) -> bool:
        return any(
            found is not None and found[0] == at for found in (self._kind_at(start) for start in range(max(0, at - 2), at))
        )

    def _landmarks(self) -> list[tuple[int, int]]:
        """Stretches of tokens that tell of a landmark: up to the next stop, the next hamlet or a unit with its kind."""
        stretches = []
        end = 0
        for at, (part, after) in sorted(self.part_at.items()):
            if part != "landmark" or at < end:
                continue
            _, end = self._segment_of(at)
            for later in range(after + 1, end):
                hamlet = later in self.part_at and self.part_at[later][0] == "hamlet"
                if hamlet or (self._kind_at(later) is not None and not self._after_a_building(later)):
                    end = later
                    break
            stretches.append((at, end))
        return stretches

    def _after_a_building(self, at: int) -> bool:
        before = " ".join(each.spelling.fold for each in self.tokens[max(0, at - 3) : at])
        return any(before == each or before.endswith(f" {each}") for each in _BUILDINGS)

    def _in_landmark(self, at: int) -> bool:
        return any(start <= at < end for start, end in self.landmarks)

    # -- names ---------------------------------------------------------------------------------------------------------------------

    def _matches(self) -> Iterator[_Match]:
        at = named_until = 0
        kinds_at: set[int] = set()
        said_outside = False
        while at < len(self.tokens):
            kind = self._kind_at(at)
            if kind is None or self._in_landmark(at):
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
                _, end = self._segment_of(at)
                for later in range(name + 1, end):
                    if self._kind_at(later) is not None or later in self.part_at:
                        end = later
                        break
                self.unknown.append(_Unknown(level, at, end))
                at = end
                continue
            at += 1
        if not said_outside:
            yield from self._communes_of_landmarks()
        for start in range(len(self.tokens)):
            if start not in kinds_at and not self._in_landmark(start):
                yield from self._bare(start)

    def _communes_of_landmarks(self) -> Iterator[_Match]:
        """``gần UBND xã Mỹ Yên``: the landmark's commune may be the citizen's own; only ever asked about."""
        for start, end in self.landmarks:
            for at in range(start, end):
                kind = self._kind_at(at)
                if kind is not None and kind[1] == "commune":
                    yield from (replace(each, loose=True) for each in self._named_after_kind(at, *kind))

    def _unknown_at(self, at: int, name: int) -> bool:
        """Whether a kind without a known name is one all the same, and not ``Phương`` of a street or ``xa`` for far away."""
        if self._kind_at(name) is not None or name in self.part_at or at in self.part_at or self._begins_a_name(at):
            return False
        word = self.tokens[at]
        if len(word.spelling.fold) == 1 and name == at + 1:
            return self._segment_start(at) or self.text[word.end] == "."
        return True

    def _spans(self, start: int) -> Iterator[tuple[int, tuple[Syllable, ...], str]]:
        for end in range(start + 1, min(start + LONGEST_NAME, len(self.tokens)) + 1):
            typed = self._spelling(start, end)
            yield end, typed, letters(typed)
            if self.tokens[end - 1].stop:
                return

    def _named_after_kind(self, at: int, name: int, level: Level, kinds: frozenset[str]) -> Iterator[_Match]:
        for end, typed, key in self._spans(name):
            communes = _fitting(table().communes_named.get(key, ()), typed, self.marked)
            districts = _fitting(table().districts_named.get(key, ()), typed, self.marked)
            provinces = _fitting(table().provinces_named.get(key, ()), typed, self.marked)
            if level == "commune" and communes:
                exact = tuple(each for each in communes if each.kind in kinds)
                yield _Match("commune", at, name, end, communes=exact or communes, loose=not exact)
            if level == "district":
                exact_districts = tuple(each for each in districts if each.kind in kinds)
                if not exact_districts and kinds <= _TOWNS:
                    exact_districts = tuple(each for each in districts if each.kind in _TOWNS)
                if exact_districts or districts:
                    yield _Match("district", at, name, end, districts=exact_districts or districts)
                cities = tuple(each for each in provinces if each.kind in kinds)
                if cities:
                    yield _Match("province", at, name, end, provinces=cities)
            if level == "province" and provinces:
                yield _Match("province", at, name, end, provinces=tuple(e for e in provinces if e.kind in kinds) or provinces)

    def _bare(self, start: int) -> Iterator[_Match]:
        """Names without their kind: a whole stretch between stops, or its end."""
        if start > 0 and not self._segment_start(start) and self._inside_part_name(start):
            return
        for end, typed, key in self._spans(start):
            if typed[0].fold[0].isdigit():
                return
            whole = self._segment_start(start) and self._segment_end(end)
            provinces = _fitting(table().provinces_named.get(key, ()), typed, self.marked)
            if provinces and (len(key) > LONGEST_INITIALS or whole or end == len(self.tokens)):
                yield _Match("province", start, start, end, provinces=provinces)
            if len(typed) == 1 and not whole:
                continue
            if districts := _fitting(table().districts_named.get(key, ()), typed, self.marked):
                yield _Match("district", start, start, end, districts=districts)
            if communes := _fitting(table().communes_named.get(key, ()), typed, self.marked):
                yield _Match("commune", start, start, end, communes=communes, loose=self._after_words(start))

    def _inside_part_name(self, start: int) -> bool:
        """Whether the word before says that a hamlet's, a street's or a landmark's name begins here."""
        return any(after == start for _, after in self.part_at.values())

    def _after_words(self, start: int) -> bool:
        """Whether words stand right before in the same stretch, which with the name may be one longer name; a number or a letter
        (``ấp 3``, ``ấp Bình Thạnh B``) ends a name."""
        return not self._segment_start(start) and not self._number_at(start - 1) and len(self.tokens[start - 1].raw) > 1

    def _let_the_newest_count(self) -> None:
        """Where the newest answer names a unit, what was said before of that level no longer counts."""
        if not self.newest:
            return
        levels = {each.level for each in self.unknown if each.start >= self.newest}
        for start in {each.start for each in self.matches if each.start >= self.newest and self._is_stated(each)}:
            here = [each for each in self.matches if each.start == start and self._is_stated(each)]
            levels.add(next(level for level in _WIDEST_FIRST if any(each.level == level for each in here)))
        stated: list[_Match | _Unknown] = [*self.matches, *self.unknown]
        self.dropped = [
            (each.start, each.end) for each in stated
            if each.level in levels and each.start < self.newest and (isinstance(each, _Unknown) or self._is_stated(each))
        ]
        self.matches = [each for each in self.matches if each.level not in levels or each.start >= self.newest]
        self.unknown = [each for each in self.unknown if each.level not in levels or each.start >= self.newest]

    def _is_stated(self, each: _Match) -> bool:
        """Named with its kind, or alone between stops."""
        return each.explicit or (self._segment_start(each.start) and self._segment_end(each.end))

    # -- readings ------------------------------------------------------------------------------------------------------------------

    def answer(self) -> Address | Doubt:
        best = self._best_choices()
        unknown = next((each for each in self.unknown if each.level != "province"), None)
        if self.unknown and unknown is None and not any(each.level == "province" for each in self.matches):
            return Doubt("province", self.text, unknown=self._written(self.unknown[0]))
        if unknown is not None:
            return self._about_unknown(unknown, best)
        if not best:
            return Doubt("commune" if self.matches or self.part_at else "address", self.text)
        with_commune = [each for each in best if each.commune is not None or len(each.leads_to) == 1]
        if not with_commune:
            return self._without_commune(best)
        found = self._addresses(with_commune)
        ignored = self._ignored(with_commune)
        if ignored is not None:
            others = self._addresses(_Choice(None, None, each, _leads(None, None, each)) for each in ignored)
            known = {each.commune.code for each in found}
            return _which((*found, *(each for each in others if each.commune.code not in known)))
        if len(found) != 1:
            return _which(found)
        choice = with_commune[0]
        nowhere = choice.district is None and choice.province is None
        if choice.commune is None or choice.commune.loose or (nowhere and not choice.commune.explicit):
            return Doubt("which", self.text, found)
        if self._could_be_a_district(with_commune):
            return Doubt("which", self.text, found)
        if self._leaves_words_among_the_units(choice):
            return Doubt("which", self.text, found)
        address = found[0]
        if not (address.house or address.hamlet or address.landmark):
            return Doubt("place", self.text, found)
        return address

    def _best_choices(self) -> list[_Choice]:
        of = {level: [None, *(each for each in self.matches if each.level == level)] for level in ("province", "district", "commune")}
        found: list[tuple[tuple[int, ...], _Choice]] = []
        for commune, district, province in product(of["commune"], of["district"], of["province"]):
            taken = [each for each in (commune, district, province) if each is not None]
            if not taken or not self._fit_together(taken):
                continue
            leads_to = _leads(province, district, commune)
            if leads_to:
                found.append((self._merit(taken), _Choice(province, district, commune, leads_to)))
        if not found:
            return []
        most = max(merit for merit, _ in found)
        return [choice for merit, choice in found if merit == most]

    def _fit_together(self, taken: list[_Match]) -> bool:
        """No token twice, and each name ends where a stretch ends or something else begins."""
        starts = {each.start for each in taken}
        for each in taken:
            if any(each is not other and each.start < other.end and other.start < each.end for other in taken):
                return False
            ends = self._segment_end(each.end) or each.end in starts or each.end in self.part_at
            if not ends and not (each.explicit and self._kind_at(each.end) is not None):
                return False
        return True

    def _merit(self, taken: list[_Match]) -> tuple[int, ...]:
        """More of the kinds written first, then more levels, more words, names in the usual order."""
        explicit = sum(each.explicit for each in taken)
        words = sum(each.end - each.name for each in taken)
        ordered = all(left.end <= right.start for left, right in pairwise(taken))
        return explicit, len(taken), words, int(ordered)

    def _addresses(self, choices: Iterable[_Choice]) -> tuple[Address, ...]:
        """One address for each commune led to, the same commune once."""
        found: dict[str, Address] = {}
        for choice in choices:
            parts = self._parts(choice)
            for code in sorted(choice.leads_to):
                found.setdefault(code, self._address(choice, code, parts))
        return tuple(found.values())

    def _address(self, choice: _Choice, code: str, parts: dict[Part, str]) -> Address:
        commune = table().communes[code]
        said_today = (
            choice.province is not None and any(not each.former for each in choice.province.provinces)
            and choice.commune is not None and any(each.former_district is None and code in each.today for each in choice.commune.communes)
        )
        return Address(
            parts.get("house"), parts.get("hamlet"), parts.get("landmark"), commune.unit, table().provinces[commune.province],
            self._district_said(choice, code), "said" if said_today else "mapped",
        )

    def _district_said(self, choice: _Choice, code: str) -> str | None:
        """The former district by its name; as written where two of that name fit."""
        if choice.district is None:
            return None
        communes = [] if choice.commune is None else [each for each in choice.commune.communes if code in each.today]
        own = {each.former_district for each in communes}
        names = {
            each.name for each in choice.district.districts
            if code in each.today and (each.code in own or None in own or not own)
        }
        if len(names) == 1:
            return names.pop()
        return self._raw(choice.district.start, choice.district.end)

    def _ignored(self, choices: list[_Choice]) -> list[_Match] | None:
        """Communes with their kind that the best readings leave out: the citizen named two. None when there is none."""
        taken = [each for choice in choices for each in choice.taken]
        left = [
            each for each in self.matches
            if each.explicit and each.level == "commune" and not any(each.start < other.end and other.start < each.end for other in taken)
        ]
        stray = [
            each for each in self.matches
            if each.explicit and each.level != "commune" and not any(each.start < other.end and other.start < each.end for other in taken)
        ]
        return left if left or stray else None

    def _could_be_a_district(self, choices: list[_Choice]) -> bool:
        """Whether the commune, without its kind, may as well be the former district of that name with no commune said."""
        for choice in choices:
            commune = choice.commune
            if commune is None or commune.explicit or choice.district is not None:
                continue
            for other in self.matches:
                if other.level == "district" and (other.start, other.end) == (commune.start, commune.end):
                    leads_to = _leads(choice.province, other, None)
                    if leads_to and leads_to != choice.leads_to:
                        return True
        return False

    def _leaves_words_among_the_units(self, choice: _Choice) -> bool:
        """Whether words that no part explains stand between the commune and the last unit, or a further unit after it."""
        taken = choice.taken
        first, last = min(each.start for each in taken), max(each.end for each in taken)
        covered = {at for each in taken for at in range(each.start, each.end)} | {
            at for start, end in self.dropped for at in range(start, end)
        }
        for at in range(first, last):
            part = self._in_landmark(at) or any(start <= at < self._part_end(start) for start in self.part_at)
            if at not in covered and not part and at >= (choice.commune.start if choice.commune else first):
                return True
        return any(each.start >= last and self._is_stated(each) for each in self.matches)

    def _part_end(self, start: int) -> int:
        """Where the part that begins at *start* ends: at the next stop."""
        return self._segment_of(start)[1]

    def _without_commune(self, best: list[_Choice]) -> Doubt:
        district = any(each.district is not None for each in best)
        found = self._addresses(best) if district else ()
        return Doubt("commune", self.text, found if len(found) <= MOST_CANDIDATES else ())

    def _written(self, unknown: _Unknown) -> str:
        return self.text[self.tokens[unknown.start].start : self.tokens[unknown.end - 1].end]

    def _about_unknown(self, unknown: _Unknown, best: list[_Choice]) -> Doubt:
        """The table has no such unit here: the nearest names of the same place to choose from, else none."""
        written = self._written(unknown)
        kind = self._kind_at(unknown.start)
        name = letters(self._spelling(kind[0] if kind else unknown.start, unknown.end))
        if unknown.level == "district":
            return Doubt("commune", self.text, unknown=written)
        near: dict[str, set[str]] = {}
        for choice in best:
            if choice.commune is None:
                for commune in _communes_of(choice):
                    for each in commune.names:
                        near.setdefault(letters(each), set()).update(set(commune.today) & choice.leads_to)
        close = difflib.get_close_matches(name, near, n=MOST_CANDIDATES, cutoff=LIKE_ENOUGH)
        codes = {code for each in close for code in near[each]}
        found = self._addresses(replace(each, leads_to=each.leads_to & codes) for each in best)
        if not codes and any(each.district is not None for each in best):
            found = self._addresses(each for each in best if each.commune is None)
        few = found if len(found) <= MOST_CANDIDATES else ()
        return Doubt("which" if few else "commune", self.text, few, unknown=written)

    # -- the words that are no unit ------------------------------------------------------------------------------------------------

    def _parts(self, choice: _Choice) -> dict[Part, str]:
        covered: set[int] = set()
        for start, end in (*((each.start, each.end) for each in choice.taken), *self.dropped, *((e.start, e.end) for e in self.unknown)):
            covered.update(range(start, end))
        last = max((each.end for each in choice.taken), default=0)
        pieces: list[tuple[Part, int, int]] = []
        for at in range(len(self.tokens)):
            if at in covered:
                continue
            goes_on = bool(pieces) and pieces[-1][2] == at and not self.tokens[at - 1].stop
            part: Part = "house" if at < last or self._number_at(at) else "landmark"
            if self._in_landmark(at):
                part = "landmark"
            elif at in self.part_at:
                part = self.part_at[at][0]
            elif goes_on and (pieces[-1][0] != "landmark" or at >= last):
                part = pieces[-1][0]
            if goes_on and pieces[-1][0] == part:
                pieces[-1] = (part, pieces[-1][1], at + 1)
            else:
                pieces.append((part, at, at + 1))
        found: dict[Part, list[str]] = {}
        for part, start, end in pieces:
            found.setdefault(part, []).append(self._raw(start, end))
        return {part: ", ".join(each) for part, each in found.items()}

    def _raw(self, start: int, end: int) -> str:
        """As typed, without the brackets and dots around it."""
        return " ".join(self.text[self.tokens[start].start : self.tokens[end - 1].end].split())


def _tokens(text: str) -> list[_Token]:
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
        found_tokens.append(_Token(text[start:end], start, end, syllable(text[start:end]), stop))
    return found_tokens


def _fitting(units: tuple[Named, ...], typed: tuple[Syllable, ...], marked: bool) -> tuple[Named, ...]:
    """Those whose marks allow what was typed; in a text with marks, exact ones alone where there are any."""
    fits = [(each, {fit(typed, name) for name in each.names}) for each in units]
    if marked and (same := tuple(each for each, how in fits if "same" in how)):
        return same
    return tuple(each for each, how in fits if how & {"same", "fewer"})


def _in_province(match: _Match | None, today: str, former: Iterable[str]) -> bool:
    former = set(former)
    return match is None or any(each.unit.code in former if each.former else each.unit.code == today for each in match.provinces)


def _leads(province: _Match | None, district: _Match | None, commune: _Match | None) -> frozenset[str]:
    """The communes of today that the named units have in common; empty where they contradict one another."""
    districts = None if district is None else [
        each for each in district.districts if _in_province(province, each.province, (each.former_province,))
    ]
    found: set[str] = set()
    if commune is None:
        if districts is not None:
            return frozenset(code for each in districts for code in each.today)
        return frozenset(
            each.unit.code for each in table().communes.values() if _in_province(province, each.province, each.former_provinces)
        )
    for each in commune.communes:
        if not _in_province(province, each.province, each.former_provinces):
            continue
        if districts is None or any(
            each.unit.code in one.today if each.former_district is None else each.former_district == one.code for one in districts
        ):
            found.update(each.today)
    return frozenset(found)


def _communes_of(choice: _Choice) -> Iterator[Commune]:
    """Today's and former communes within the province and the district of *choice*."""
    provinces = {table().communes[code].province for code in choice.leads_to}
    for province in sorted(provinces):
        for each in table().inside[province]:
            if choice.leads_to.intersection(each.today):
                yield each


def _which(found: tuple[Address, ...]) -> Doubt:
    """Up to MOST_CANDIDATES to choose from; of more, the province or the commune is asked first."""
    if 0 < len(found) <= MOST_CANDIDATES:
        return Doubt("which", "", found)
    several = len({each.province.code for each in found}) > 1
    return Doubt("province" if several else "commune", "")
