"""What the post charges, as the office's own table has it; outside the table nobody knows, and nobody guesses."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Zone:
    """Where an address lies, seen from the office: by codes of communes, by codes of provinces, or ``rest``, everywhere else.

    The narrower wins: a commune named before its province, a province before the rest.
    """

    id: str
    name: str
    communes: frozenset[str] = frozenset()
    provinces: frozenset[str] = frozenset()
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Price:
    """One step of the table: ``amount`` (whole đồng, one way) for up to ``up_to_grams``, from ``start`` to ``until`` (both included)."""

    zone: str
    up_to_grams: int
    amount: int
    number: str
    """Of the decision or notice that set it."""
    dated: date
    start: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Relief:
    """Who pays less: ``percent`` off (100: nothing to pay), shown by ``proof``, by decision ``number``."""

    id: str
    name: str
    percent: int
    proof: str
    number: str
    dated: date
    start: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class PriceTable:
    zones: tuple[Zone, ...] = ()
    prices: tuple[Price, ...] = ()
    reliefs: tuple[Relief, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Quote:
    """A price as it was told: ``amount`` is what is to be paid, ``full`` what it is without the relief; both whole đồng, one way."""

    amount: int
    full: int
    zone: str
    """Its name."""
    up_to_grams: int
    number: str
    dated: date
    relief: str | None = None
    """The name of the relief taken off."""


def zone_of(table: PriceTable, commune: str, province: str) -> Zone | None:
    """Where the commune (official code) of the province lies; None when no zone of the table has it."""
    for fits in (
        lambda zone: commune in zone.communes, lambda zone: province in zone.provinces and not zone.communes, lambda zone: zone.rest,
    ):
        found = next((zone for zone in table.zones if fits(zone)), None)
        if found is not None:
            return found
    return None


def quote(
    table: PriceTable, commune: str, province: str, day: date, relief: str | None = None, grams: int = 1
) -> Quote | None:
    """The price on *day* of the smallest step that holds *grams*; None where the table has none, or not that *relief* on that day."""
    zone = zone_of(table, commune, province)
    steps = [
        price for price in table.prices
        if zone is not None and price.zone == zone.id and price.up_to_grams >= grams and _counts(price, day)
    ]
    taken = next((each for each in table.reliefs if each.id == relief and _counts(each, day)), None)
    if zone is None or not steps or (relief is not None and taken is None):
        return None
    step = min(steps, key=lambda price: price.up_to_grams)
    amount = step.amount * (100 - taken.percent) // 100 if taken else step.amount
    return Quote(amount, step.amount, zone.name, step.up_to_grams, step.number, step.dated, taken.name if taken else None)


def _counts(dated: Price | Relief, day: date) -> bool:
    return dated.start <= day and (dated.until is None or day <= dated.until)
