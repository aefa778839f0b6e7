"""Addresses as people write them, read into units of today's table; what is not certain is asked back, never guessed.

A citizen writes small to large, or not; with commas, or not; by today's names, by those of before July 2025, or mixed. Every
place where the words fit a name of the table is a ``written.Match``; a reading takes at most one match for each of province, former
district and commune. The reading that explains most of what was written wins, and only when it leads to one commune of today is it
an ``Address``. Words that belong to no unit stay as typed: house, hamlet, landmark.
"""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise, product

from bot.postal.model import MOST_CANDIDATES, Address, Doubt
from bot.postal.phones import take_phone
from bot.postal.units import Commune, any_of, letters, spelt, table, vocabulary
from bot.postal.written import Match, Part, Unknown, Written

MAX_LENGTH = 400
"""Longer texts are no address: the work for a message is bounded."""
LIKE_ENOUGH = 0.72

_OPENING = re.compile(
    rf"^\s*(?:(?:{any_of(vocabulary()['opening'])})\b\s*(?:(?:{any_of(vocabulary()['after_opening'])})\b)?\s*:?\s*)+", re.IGNORECASE
)
_CLOSING = re.compile(
    "".join(f"(?<!{re.escape(each.rpartition(' ')[0])})" for each in vocabulary()["not_closing"])
    + rf"(?:[\s,.]+(?:{any_of(vocabulary()['closing'])}))+[\s.!]*$", re.IGNORECASE,
)


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
    written = Written(place, len(earlier) if said.strip() and place.startswith(earlier) else 0)
    answer = _Reading(written).answer()
    return replace(answer, text=both) if isinstance(answer, Doubt) else answer


def renamed(text: str, address: Address) -> tuple[tuple[str, str], ...]:
    """The former communes and provinces that *text* names, each with the unit of *address* that it belongs to now; with their kinds."""
    matches = Written(take_phone(text)[1], 0).matches
    whole = [(each.start, each.end) for each in matches if each.explicit]
    found: dict[tuple[str, str], None] = {}
    for match in matches:
        if not match.explicit and any(start <= match.start and match.end <= end for start, end in whole):
            continue
        old = [each.unit.name for each in match.communes if each.former_district and address.commune.code in each.today]
        found.update(((name, address.commune.name), None) for name in old if name != address.commune.name)
        before = [each.unit.name for each in match.provinces if each.former and each.today == address.province.code]
        found.update(((name, address.province.name), None) for name in before if name != address.province.name)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Choice:
    """One way to read the units, and the communes of today that it leads to."""

    province: Match | None
    district: Match | None
    commune: Match | None
    leads_to: frozenset[str]

    @property
    def taken(self) -> tuple[Match, ...]:
        return tuple(each for each in (self.commune, self.district, self.province) if each is not None)


class _Reading:
    """The units that a text may mean, and the best of them."""

    def __init__(self, written: Written) -> None:
        self.written = written

    def answer(self) -> Address | Doubt:
        best = self._best_choices()
        unknown = next((each for each in self.written.unknown if each.level != "province"), None)
        if self.written.unknown and unknown is None and not any(each.level == "province" for each in self.written.matches):
            return Doubt("province", self.written.text, unknown=self._written(self.written.unknown[0]))
        if unknown is not None:
            return self._about_unknown(unknown, best)
        if not best:
            return Doubt("commune" if self.written.matches or self.written.part_at else "address", self.written.text)
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
            return Doubt("which", self.written.text, found)
        if self._could_be_a_district(with_commune):
            return Doubt("which", self.written.text, found)
        if self._leaves_words_among_the_units(choice):
            return Doubt("which", self.written.text, found)
        address = found[0]
        if not (address.house or address.hamlet or address.landmark):
            return Doubt("place", self.written.text, found)
        return address

    def _best_choices(self) -> list[_Choice]:
        matches = self.written.matches
        of = {level: [None, *(each for each in matches if each.level == level)] for level in ("province", "district", "commune")}
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

    def _fit_together(self, taken: list[Match]) -> bool:
        """No token twice, and each name ends where a stretch ends or something else begins."""
        starts = {each.start for each in taken}
        for each in taken:
            if any(each is not other and each.start < other.end and other.start < each.end for other in taken):
                return False
            ends = self.written.segment_end(each.end) or each.end in starts or each.end in self.written.part_at
            if not ends and not (each.explicit and self.written.kind_at(each.end) is not None):
                return False
        return True

    def _merit(self, taken: list[Match]) -> tuple[int, ...]:
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
        return self.written.raw(choice.district.start, choice.district.end)

    def _ignored(self, choices: list[_Choice]) -> list[Match] | None:
        """Communes with their kind that the best readings leave out: the citizen named two. None when there is none."""
        taken = [each for choice in choices for each in choice.taken]
        left = [
            each for each in self.written.matches
            if each.explicit and each.level == "commune" and not any(each.start < other.end and other.start < each.end for other in taken)
        ]
        stray = [
            each for each in self.written.matches
            if each.explicit and each.level != "commune" and not any(each.start < other.end and other.start < each.end for other in taken)
        ]
        return left if left or stray else None

    def _could_be_a_district(self, choices: list[_Choice]) -> bool:
        """Whether the commune, without its kind, may as well be the former district of that name with no commune said."""
        for choice in choices:
            commune = choice.commune
            if commune is None or commune.explicit or choice.district is not None:
                continue
            for other in self.written.matches:
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
            at for start, end in self.written.dropped for at in range(start, end)
        }
        for at in range(first, last):
            part = self.written.in_landmark(at) or any(start <= at < self._part_end(start) for start in self.written.part_at)
            if at not in covered and not part and at >= (choice.commune.start if choice.commune else first):
                return True
        return any(each.start >= last and self.written.is_stated(each) for each in self.written.matches)

    def _part_end(self, start: int) -> int:
        """Where the part that begins at *start* ends: at the next stop."""
        return self.written.segment_of(start)[1]

    def _without_commune(self, best: list[_Choice]) -> Doubt:
        district = any(each.district is not None for each in best)
        found = self._addresses(best) if district else ()
        return Doubt("commune", self.written.text, found if len(found) <= MOST_CANDIDATES else ())

    def _written(self, unknown: Unknown) -> str:
        return self.written.text[self.written.tokens[unknown.start].start : self.written.tokens[unknown.end - 1].end]

    def _about_unknown(self, unknown: Unknown, best: list[_Choice]) -> Doubt:
        """The table has no such unit here: the nearest names of the same place to choose from, else none."""
        written = self._written(unknown)
        kind = self.written.kind_at(unknown.start)
        name = letters(self.written.spelling(kind[0] if kind else unknown.start, unknown.end))
        if unknown.level == "district":
            return Doubt("commune", self.written.text, unknown=written)
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
        return Doubt("which" if few else "commune", self.written.text, few, unknown=written)

    # -- the words that are no unit ------------------------------------------------------------------------------------------------

    def _parts(self, choice: _Choice) -> dict[Part, str]:
        covered: set[int] = set()
        named: list[Match | Unknown] = [*choice.taken, *self.written.unknown]
        for start, end in (*((each.start, each.end) for each in named), *self.written.dropped):
            covered.update(range(start, end))
        last = max((each.end for each in choice.taken), default=0)
        pieces: list[tuple[Part, int, int]] = []
        for at in range(len(self.written.tokens)):
            if at in covered:
                continue
            goes_on = bool(pieces) and pieces[-1][2] == at and not self.written.tokens[at - 1].stop
            part: Part = "house" if at < last or self.written.number_at(at) else "landmark"
            if self.written.in_landmark(at):
                part = "landmark"
            elif at in self.written.part_at:
                part = self.written.part_at[at][0]
            elif goes_on and (pieces[-1][0] != "landmark" or at >= last):
                part = pieces[-1][0]
            if goes_on and pieces[-1][0] == part:
                pieces[-1] = (part, pieces[-1][1], at + 1)
            else:
                pieces.append((part, at, at + 1))
        found: dict[Part, list[str]] = {}
        for part, start, end in pieces:
            found.setdefault(part, []).append(self.written.raw(start, end))
        return {part: ", ".join(each) for part, each in found.items()}


def _in_province(match: Match | None, today: str, former: Iterable[str]) -> bool:
    former = set(former)
    return match is None or any(each.unit.code in former if each.former else each.unit.code == today for each in match.provinces)


def _leads(province: Match | None, district: Match | None, commune: Match | None) -> frozenset[str]:
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
