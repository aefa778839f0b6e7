"""The table of units: today's provinces and communes, and the former provinces, districts and communes that became them.

Read once from ``data/`` (data/README.md says where it comes from). A name is looked up by its letters without marks or spaces;
whether the marks fit is for ``spelling`` to say.
"""

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal, TypeVar

from bot import strict_yaml
from bot.postal.model import Unit

Fit = Literal["same", "fewer", "other"]

KINDS = ("thành phố", "thị trấn", "thị xã", "đặc khu", "phường", "huyện", "tỉnh", "quận", "xã")
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7"}
_LONE_Y = re.compile(r"^([bcdghklmnprstvx]+|qu)y$")
_WORD = re.compile(r"[^\W_]+")
_HYPHEN = re.compile(r"([^\W_]+)\s*-\s*([^\W_]+)")
_SAME_TONE = {"\u0303": "\u0309"}


@dataclass(frozen=True, slots=True)
class Syllable:
    fold: str
    """Without marks, ``y`` standing alone written ``i``, a number without leading noughts."""
    marks: str
    """Its marks in a fixed order, hỏi and ngã taken as one; where on the vowel the tone is set makes no difference."""


@lru_cache(maxsize=20_000)
def syllable(word: str) -> Syllable:
    spread = unicodedata.normalize("NFD", word.lower().replace("đ", "d\u0335"))
    fold = "".join(each for each in spread if not unicodedata.combining(each))
    marks = "".join(sorted(_SAME_TONE.get(each, each) for each in spread if unicodedata.combining(each)))
    if fold.isdigit():
        fold = fold.lstrip("0") or "0"
    return Syllable(_LONE_Y.sub(r"\1i", fold), marks)


def spelt(name: str) -> tuple[Syllable, ...]:
    return tuple(syllable(each) for each in _WORD.findall(name))


def letters(name: Iterable[Syllable]) -> str:
    """Without marks and spaces, y as i: the key a name is looked up by, also where it is typed as one word."""
    return "".join(each.fold for each in name).replace("y", "i")


def fit(typed: tuple[Syllable, ...], name: tuple[Syllable, ...]) -> Fit:
    """How the marks of *typed* sit on *name*, of equal letters: the same, fewer (a phone without them), or other ones."""
    pairs = list(zip(typed, name, strict=True)) if len(typed) == len(name) else [(_merged(typed), _merged(name))]
    if any(left.fold != right.fold for left, right in pairs) or _numbers(typed) != _numbers(name):
        return "other"
    if all(left.marks == right.marks for left, right in pairs):
        return "same"
    return "fewer" if all(_within(left.marks, right.marks) for left, right in pairs) else "other"


def _numbers(name: tuple[Syllable, ...]) -> list[str]:
    """``1 1`` is no ``11``, whatever else is written as one word."""
    return [each.fold for each in name if each.fold.isdigit()]


def _merged(name: tuple[Syllable, ...]) -> Syllable:
    return Syllable(letters(name), "".join(sorted("".join(each.marks for each in name))))


def _within(few: str, many: str) -> bool:
    return all(few.count(each) <= many.count(each) for each in set(few))


@dataclass(frozen=True, slots=True)
class Province:
    """Today's, or a former one: ``today`` holds the code of what it is part of now."""

    unit: Unit
    kind: str
    names: tuple[tuple[Syllable, ...], ...]
    former: bool
    today: str


@dataclass(frozen=True, slots=True)
class District:
    """A former district; ``today`` holds the codes of the communes that its land belongs to now."""

    code: str
    name: str
    kind: str
    names: tuple[tuple[Syllable, ...], ...]
    former_province: str
    province: str
    today: frozenset[str]


@dataclass(frozen=True, slots=True)
class Commune:
    """Today's commune, or a former one with the codes of the communes that it went to (several where it was divided)."""

    unit: Unit
    kind: str
    names: tuple[tuple[Syllable, ...], ...]
    province: str
    former_district: str | None
    former_provinces: frozenset[str]
    today: tuple[str, ...]


Named = TypeVar("Named", Province, District, Commune)


@dataclass(frozen=True, slots=True)
class Units:
    provinces: dict[str, Unit]
    communes: dict[str, Commune]
    former_districts: dict[str, District]
    provinces_named: dict[str, tuple[Province, ...]]
    districts_named: dict[str, tuple[District, ...]]
    communes_named: dict[str, tuple[Commune, ...]]
    """Today's and former ones, by the letters of their names without the kind."""
    inside: dict[str, tuple[Commune, ...]]
    """All communes, today's and former, of a province of today."""
    hyphens: frozenset[tuple[str, str]]
    """The syllables on both sides of each hyphen in a name: ``Phan Rang - Tháp Chàm``."""


def split_kind(name: str) -> tuple[str, str]:
    """``Thị trấn Mỹ Thọ`` -> (``thị trấn``, ``Mỹ Thọ``). Raises ValueError for a name without a kind."""
    for kind in KINDS:
        if name.lower().startswith(kind + " "):
            return kind, name[len(kind) + 1 :]
    raise ValueError(f"{name!r} begins with no kind of unit")


def _names(bare: str) -> tuple[tuple[Syllable, ...], ...]:
    """The ways a name is written: as decreed, and a Roman number also with digits."""
    name = spelt(bare)
    last = name[-1]
    return (name, (*name[:-1], Syllable(_ROMAN[last.fold], ""))) if last.fold in _ROMAN and not last.marks else (name,)


def _short_names(code: str, bare: str) -> tuple[tuple[Syllable, ...], ...]:
    """What a province is called for short: its initials (``ĐT``, shared by some), and its line in words.yaml."""
    initials = "".join(each[0] for each in _WORD.findall(bare))
    return (*((spelt(initials),) if len(initials) > 1 else ()), *(spelt(alias) for alias in vocabulary()["provinces"].get(code, ())))


def _rows(file: str) -> Iterator[dict[str, str]]:
    lines = (files("bot.postal") / "data" / file).read_text("utf-8").splitlines()
    yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


@cache
def provinces_of_today() -> dict[str, Unit]:
    """By code; without the rest of the table, which takes a while to read."""
    return {row["code"]: Unit(row["code"], row["name"]) for row in _rows("provinces.tsv")}


@cache
def communes_of_today() -> dict[str, tuple[Unit, str]]:
    """By code, each with the code of its province; without the rest of the table."""
    return {row["code"]: (Unit(row["code"], row["name"]), row["province"]) for row in _rows("communes.tsv")}


@cache
def vocabulary() -> dict[str, Any]:
    """``data/words.yaml``: what an address is written with besides names."""
    return dict(strict_yaml.load((files("bot.postal") / "data" / "words.yaml").read_text("utf-8")))


def any_of(many: Iterable[str]) -> str:
    """The part of a pattern that one of *many* fits, the longest first."""
    return "|".join(re.escape(each) for each in sorted(many, key=len, reverse=True))


@cache
def table() -> Units:
    provinces = {row["code"]: Unit(row["code"], row["name"]) for row in _rows("provinces.tsv")}
    named_provinces: list[Province] = []
    for each in provinces.values():
        kind, bare = split_kind(each.name)
        names = (*_names(bare), *_short_names(each.code, bare))
        named_provinces.append(Province(each, kind, names, False, each.code))
    today_of: dict[str, str] = {}
    for row in _rows("former_provinces.tsv"):
        kind, bare = split_kind(row["name"])
        today_of[row["code"]] = row["today"]
        names = (*_names(bare), *_short_names(row["code"], bare))
        named_provinces.append(Province(Unit(row["code"], row["name"]), kind, names, True, row["today"]))

    place = {row["code"]: (row["former_province"], row["name"]) for row in _rows("former_districts.tsv")}
    land: dict[str, set[str]] = defaultdict(set)
    came_from: dict[str, set[str]] = defaultdict(set)
    former: list[Commune] = []
    for number, row in enumerate(_rows("former_communes.tsv")):
        district, today = row["former_district"], tuple(row["today"].split())
        province = place[district][0]
        land[district].update(today)
        for code in today:
            came_from[code].add(province)
        if row["name"]:
            kind, bare = split_kind(row["name"])
            unit = Unit(f"{district}-{number}", row["name"])
            former.append(Commune(unit, kind, _names(bare), today_of[province], district, frozenset({province}), today))
    communes: dict[str, Commune] = {}
    for row in _rows("communes.tsv"):
        kind, bare = split_kind(row["name"])
        code = row["code"]
        communes[code] = Commune(
            Unit(code, row["name"]), kind, _names(bare), row["province"], None, frozenset(came_from[code]), (code,)
        )
    districts: dict[str, District] = {}
    for code, (province, name) in place.items():
        kind, bare = split_kind(name)
        districts[code] = District(code, name, kind, _names(bare), province, today_of[province], frozenset(land[code]))

    inside: dict[str, list[Commune]] = defaultdict(list)
    for commune in (*communes.values(), *former):
        inside[commune.province].append(commune)
    written = [each.unit.name for each in (*communes.values(), *former)]
    written += [each.unit.name for each in named_provinces] + [each.name for each in districts.values()]
    return Units(
        provinces, communes, districts,
        _by_name(named_provinces), _by_name(districts.values()), _by_name((*communes.values(), *former)),
        {code: tuple(members) for code, members in inside.items()},
        frozenset((syllable(left).fold, syllable(right).fold) for name in written for left, right in _HYPHEN.findall(name)),
    )


def _by_name(units: Iterable[Named]) -> dict[str, tuple[Named, ...]]:
    found: dict[str, list[Named]] = defaultdict(list)
    for unit in units:
        for key in {letters(name) for name in unit.names}:
            found[key].append(unit)
    return {key: tuple(members) for key, members in found.items()}


def fitting(units: tuple[Named, ...], typed: tuple[Syllable, ...], marked: bool) -> tuple[Named, ...]:
    """Those whose marks allow what was typed; in a text with marks, exact ones alone where there are any."""
    fits = [(each, {fit(typed, name) for name in each.names}) for each in units]
    if marked and (same := tuple(each for each, how in fits if "same" in how)):
        return same
    return tuple(each for each, how in fits if how & {"same", "fewer"})
