"""The office's table of what the post charges (post_prices.yaml): zones by units of today, price steps, reliefs, with their decisions."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from bot import strict_yaml
from bot.calendar.reading import Part, Reading
from bot.catalog.names import folded
from bot.postal.model import Unit
from bot.postal.prices import Price, PriceTable, Relief, Zone
from bot.postal.units import (
    KINDS,
    Commune,
    Fit,
    communes_of_today,
    fit,
    letters,
    provinces_of_today,
    spelt,
    split_kind,
    table,
)

PRICES_FILE = "post_prices.yaml"
HEAVIEST, DEAREST = 30_000, 10_000_000
MOST_NAMED = 3
"""So many units are named in a message; of more it is said how many there are."""


def read_prices(reading: Reading, folder: Path) -> PriceTable | None:
    """The table in *folder*, its mistakes into *reading*'s problems; None where the office has no table, or an empty one."""
    if not (folder / PRICES_FILE).exists():
        return None
    part = reading.table(reading.open(folder))
    if part is None:
        return None
    zones = _zones(part)
    found = PriceTable(zones, _prices(part, [zone.id for zone in zones]), _reliefs(part))
    part.done()
    return found if found.zones or found.prices or found.reliefs else None


# -- zones ----------------------------------------------------------------------------------------------------------------


def _zones(part: Part) -> tuple[Zone, ...]:
    zones: list[Zone] = []
    taken: dict[str, str] = {}
    for each in part.parts("zones"):
        zone = Zone(
            each.text("id", required=True) or "", each.text("name", required=True) or "", _communes(each), _provinces(each),
            each.flag("rest"),
        )
        each.done()
        if sum(key in each.table for key in ("communes", "provinces", "rest")) != 1:
            each.wrong("id", "a zone has one of communes, provinces, rest")
        if any(zone.id == other.id for other in zones):
            each.wrong("id", f'"{zone.id}" stands twice')
        if zone.rest and any(other.rest for other in zones):
            each.wrong("rest", "another zone is the rest already")
        for key, codes in (("communes", zone.communes), ("provinces", zone.provinces)):
            for code in sorted(codes):
                if code in taken:
                    each.wrong(key, f'{full_name(code)} is in zone "{taken[code]}" already')
                taken.setdefault(code, zone.id)
        zones.append(zone)
    return tuple(zones)


def _communes(part: Part) -> frozenset[str]:
    found = []
    for text in part.texts("communes"):
        communes = communes_called(text)
        if len(communes) == 1:
            found.append(communes[0].code)
        elif communes:
            part.wrong("communes", f'"{text}" is the name of {len(communes)} communes: add the province after a comma, or write the code')
        elif became := became_of(text):
            part.wrong("communes", f'"{text}" is a unit of before; today: {_some(became)}')
        else:
            part.wrong("communes", f'"{text}" is not a commune of today')
    return _once(part, "communes", found)


def _provinces(part: Part) -> frozenset[str]:
    found = []
    for text in part.texts("provinces"):
        province = province_called(text)
        if province is None:
            part.wrong("provinces", f'"{text}" is not a province of today')
        else:
            found.append(province.code)
    return _once(part, "provinces", found)


def _once(part: Part, key: str, codes: Sequence[str]) -> frozenset[str]:
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        part.wrong(key, f"{full_name(code)} stands twice")
    return frozenset(codes)


def communes_called(text: str) -> tuple[Unit, ...]:
    """Communes of today that *text* names: a code, a name, or a name and its province after a comma; the kind may be left out."""
    communes = communes_of_today()
    if text.strip() in communes:
        return (communes[text.strip()][0],)
    name, _, where = (part.strip() for part in text.partition(","))
    province = province_called(where) if where else None
    if where and province is None:
        return ()
    found = _written_so().get(name.casefold()) or _like(name)
    return tuple(communes[code][0] for code in found if province is None or communes[code][1] == province.code)


@cache
def _written_so() -> dict[str, list[str]]:
    """Codes of today's communes by their whole names: what the table's own writer writes needs no further look."""
    found: dict[str, list[str]] = {}
    for code, (unit, _) in communes_of_today().items():
        found.setdefault(unit.name.casefold(), []).append(code)
    return found


def _like(name: str) -> list[str]:
    """Codes of today's communes of that name, whichever of its marks are left out; those with all of them before others."""
    found = [(each, how) for each, how in _named(name) if each.former_district is None]
    exact = [each for each, how in found if how == "same"]
    return [each.unit.code for each in exact or [each for each, _ in found]]


def _named(name: str) -> Iterator[tuple[Commune, Fit]]:
    """Communes of today and of before."""
    kind, bare = _parted(name)
    typed = spelt(bare)
    for each in table().communes_named.get(letters(typed), ()):
        fits = {fit(typed, known) for known in each.names}
        if kind in (None, each.kind) and fits != {"other"}:
            yield each, "same" if "same" in fits else "fewer"


def province_called(text: str) -> Unit | None:
    """The province of today that *text* names, by code or name; initials are none, and neither is a former province."""
    provinces = provinces_of_today()
    if text.strip() in provinces:
        return provinces[text.strip()]
    kind, bare = _parted(text)
    typed = spelt(bare)
    for unit in provinces.values():
        own_kind, own = split_kind(unit.name)
        name = spelt(own)
        if kind in (None, own_kind) and letters(typed) == letters(name) and fit(typed, name) != "other":
            return unit
    return None


def became_of(text: str) -> tuple[Unit, ...]:
    """Communes of today that a former commune of that name is part of now."""
    codes = {code for each, _ in _named(text.partition(",")[0]) if each.former_district is not None for code in each.today}
    return tuple(communes_of_today()[code][0] for code in sorted(codes))


def _parted(text: str) -> tuple[str | None, str]:
    """The kind of unit that is written before the name, with or without its marks, and the name."""
    words = text.split()
    for kind in KINDS:
        length = len(kind.split())
        if len(words) > length and folded(" ".join(words[:length])) == folded(kind):
            return kind, " ".join(words[length:])
    return None, text


def full_name(code: str) -> str:
    """A unit as it is to be written in the table, so that it means this one and no other."""
    provinces, communes = provinces_of_today(), communes_of_today()
    if code in provinces:
        return provinces[code].name
    commune, province = communes[code]
    return f"{commune.name}, {provinces[province].name}"


def _some(units: Sequence[Unit]) -> str:
    named = ", ".join(full_name(each.code) for each in units[:MOST_NAMED])
    return named if len(units) <= MOST_NAMED else f"{named} and {len(units) - MOST_NAMED} more"


# -- prices and reliefs ---------------------------------------------------------------------------------------------------


def _prices(part: Part, zones: Sequence[str]) -> tuple[Price, ...]:
    prices: list[Price] = []
    for each in part.parts("prices"):
        zone = each.text("zone", required=True)
        if zone is not None and zone not in zones:
            each.wrong("zone", f'"{zone}" is no zone of the table; there are {", ".join(zones) or "none"}')
        grams, amount = each.number("up_to_grams", 1, HEAVIEST, required=True), each.number("amount", 0, DEAREST, required=True)
        number, dated, start, until = _decided(each)
        each.done()
        if zone is None or grams is None or amount is None or start is None:
            continue
        price = Price(zone, grams, amount, number, dated, start, until)
        if any(price.zone == other.zone and price.up_to_grams == other.up_to_grams and meet(price, other) for other in prices):
            each.wrong("up_to_grams", f'zone "{zone}" has a price up to {grams} g for those days already')
        prices.append(price)
    return tuple(prices)


def _reliefs(part: Part) -> tuple[Relief, ...]:
    reliefs: list[Relief] = []
    for each in part.parts("reliefs"):
        name, proof = each.text("name", required=True), each.text("proof", required=True)
        key, percent = each.text("id", required=True), each.number("percent", 1, 100, required=True)
        number, dated, start, until = _decided(each)
        each.done()
        if key is None or percent is None or start is None:
            continue
        relief = Relief(key, name or "", percent, proof or "", number, dated, start, until)
        if any(relief.id == other.id and meet(relief, other) for other in reliefs):
            each.wrong("id", f'"{key}" stands twice for the same days')
        reliefs.append(relief)
    return tuple(reliefs)


def _decided(part: Part) -> tuple[str, date, date | None, date | None]:
    """By which decision (number, date), and from when until when."""
    number, dated = part.text("decision", required=True), part.day("dated", required=True)
    start, until = part.day("from", required=True), part.day("until")
    if start and until and until < start:
        part.wrong("until", f"{until} is before from ({start})")
    return number or "", dated or date.min, start, until


def meet(one: Price | Relief, other: Price | Relief) -> bool:
    """Whether there is a day on which both count."""
    return one.start <= (other.until or date.max) and other.start <= (one.until or date.max)


# -- writing --------------------------------------------------------------------------------------------------------------


def as_file(prices: PriceTable) -> str:
    """The text of post_prices.yaml."""
    return strict_yaml.dump(document_of(prices))


def document_of(prices: PriceTable) -> dict[str, Any]:
    zones: list[dict[str, Any]] = []
    for zone in prices.zones:
        where = {
            "communes": [full_name(code) for code in sorted(zone.communes)],
            "provinces": [full_name(code) for code in sorted(zone.provinces)], "rest": "yes" if zone.rest else None,
        }
        zones.append({"id": zone.id, "name": zone.name, **{key: value for key, value in where.items() if value}})
    return {
        "zones": zones,
        "prices": [
            {"zone": each.zone, "up_to_grams": str(each.up_to_grams), "amount": str(each.amount), **_decision(each)}
            for each in prices.prices
        ],
        "reliefs": [
            {"id": each.id, "name": each.name, "percent": str(each.percent), "proof": each.proof, **_decision(each)}
            for each in prices.reliefs
        ],
    }


def _decision(each: Price | Relief) -> dict[str, str]:
    days = {"dated": each.dated, "from": each.start, "until": each.until}
    return {"decision": each.number, **{key: day.isoformat() for key, day in days.items() if day is not None}}
