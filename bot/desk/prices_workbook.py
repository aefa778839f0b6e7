"""Two sheets of the office's workbook: what the post charges, and who pays less; read back into the office's table."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Protocol

from bot.catalog.names import folded
from bot.desk.sheets import Row
from bot.offices.prices import DEAREST, HEAVIEST, became_of, communes_called, full_name, meet, province_called
from bot.postal.prices import Price, PriceTable, Relief, Zone

PRICES, RELIEFS = "post_prices", "reliefs"
TABLES: dict[str, tuple[str, ...]] = {
    PRICES: ("mark", "zone", "where", "grams", "amount", "number", "dated", "first", "last"),
    RELIEFS: ("mark", "relief", "percent", "proof", "number", "dated", "first", "last"),
}
KINDS = {"grams": "number", "amount": "number", "percent": "number", "dated": "day"}
WIDTHS = {"zone": 30, "where": 48, "relief": 44, "proof": 40, "number": 26}
MOST_NAMED = 3


class Cells(Protocol):
    """The reader of the whole workbook: it hands out rows and cells, and keeps what is wrong."""

    def say(self, key: str, **given: str) -> str: ...

    def rows(self, name: str) -> list[Row]: ...

    def text(self, row: Row, key: str) -> str: ...

    def number(self, row: Row, key: str, least: int, most: int) -> int | None: ...

    def day(self, row: Row, key: str) -> date | None: ...

    def wrong(self, row: Row, key: str, kind: str, **given: str) -> None: ...


def examples_of(say: Any, mark: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    decided = {"number": say("eg_number"), "dated": date(2026, 1, 5), "first": date(2026, 2, 1)}
    return {
        PRICES: [{**mark, "zone": say("eg_zone"), "where": say("eg_where"), "grams": 100, "amount": 12000, **decided}],
        RELIEFS: [{**mark, "relief": say("eg_relief"), "percent": 50, "proof": say("eg_proof"), **decided}],
    }


def read_table(cells: Cells, old: PriceTable | None, identifier: Any) -> PriceTable:
    """What both sheets say. *old*: the table of before, whose ids stay with the names that bear them; *identifier* makes new ones."""
    reader = _Reader(cells, old or PriceTable(), identifier)
    for row in cells.rows(PRICES):
        reader.price(row)
    for row in cells.rows(RELIEFS):
        reader.relief(row)
    return PriceTable(tuple(reader.zones.values()), tuple(reader.prices), tuple(reader.reliefs))


class _Reader:
    def __init__(self, cells: Cells, old: PriceTable, identifier: Any) -> None:
        self.cells, self.old, self.identifier = cells, old, identifier
        self.zones: dict[str, Zone] = {}
        self.prices: list[Price] = []
        self.reliefs: list[Relief] = []
        self.taken: dict[str, str] = {}
        """By code of a unit: the zone that has it."""

    # -- prices

    def price(self, row: Row) -> None:
        zone = self._zone(row)
        grams, amount = self.cells.number(row, "grams", 1, HEAVIEST), self.cells.number(row, "amount", 0, DEAREST)
        number, dated, start, until = self._decided(row)
        if zone is None or grams is None or amount is None or dated is None or start is None:
            return
        price = Price(zone.id, grams, amount, number, dated, start, until)
        if any(price.zone == other.zone and grams == other.up_to_grams and meet(price, other) for other in self.prices):
            self.cells.wrong(row, "grams", "price_twice", grams=str(grams))
        self.prices.append(price)

    def _zone(self, row: Row) -> Zone | None:
        """The zone that the row names; where it lies stands in its first row, and may be repeated in others."""
        name, where = self.cells.text(row, "zone"), self.cells.text(row, "where")
        if not name:
            return None
        known = self.zones.get(folded(name))
        if known is not None and not where:
            return known
        if not where:
            self.cells.wrong(row, "where", "missing", column=self.cells.say("col_where"))
        zone = Zone(self._id(name, [(each.id, each.name) for each in self.old.zones]), name)
        zone = self._rest(row, zone, known) if folded(where) == folded(self.cells.say("rest")) else self._units(row, zone, where, known)
        if known is not None:
            if (known.communes, known.provinces, known.rest) != (zone.communes, zone.provinces, zone.rest):
                self.cells.wrong(row, "where", "where_differs", zone=name)
            return known
        if any(zone.id == other.id for other in self.zones.values()):
            self.cells.wrong(row, "zone", "id_taken", text=name)
        self.zones[folded(name)] = zone
        return zone

    def _rest(self, row: Row, zone: Zone, known: Zone | None) -> Zone:
        if known is None and any(other.rest for other in self.zones.values()):
            self.cells.wrong(row, "where", "two_rests")
        return replace(zone, rest=True)

    def _units(self, row: Row, zone: Zone, where: str, known: Zone | None) -> Zone:
        communes: set[str] = set()
        provinces: set[str] = set()
        for part in filter(None, (" ".join(each.split()) for each in where.split(";"))):
            province = province_called(part)
            code = province.code if province else self._commune(row, part)
            if code is None:
                continue
            if known is None and code in self.taken:
                self.cells.wrong(row, "where", "in_two_zones", place=full_name(code), zone=self.taken[code])
            self.taken.setdefault(code, zone.name)
            (provinces if province else communes).add(code)
        if communes and provinces:
            self.cells.wrong(row, "where", "where_mixed")
        return replace(zone, communes=frozenset(communes), provinces=frozenset(provinces))

    def _commune(self, row: Row, text: str) -> str | None:
        found = communes_called(text)
        if len(found) == 1:
            return found[0].code
        if found:
            self.cells.wrong(row, "where", "where_several", text=text, count=str(len(found)), example=full_name(found[0].code))
        elif became := became_of(text):
            now = "; ".join(full_name(each.code) for each in became[:MOST_NAMED])
            self.cells.wrong(row, "where", "where_former", text=text, now=now)
        else:
            self.cells.wrong(row, "where", "where_unknown", text=text)
        return None

    # -- reliefs

    def relief(self, row: Row) -> None:
        name, proof = self.cells.text(row, "relief"), self.cells.text(row, "proof")
        percent = self.cells.number(row, "percent", 1, 100)
        number, dated, start, until = self._decided(row)
        if not name or percent is None or dated is None or start is None:
            return
        key = self._id(name, [(each.id, each.name) for each in self.old.reliefs])
        relief = Relief(key, name, percent, proof, number, dated, start, until)
        for other in self.reliefs:
            if folded(name) == folded(other.name) and meet(relief, other):
                self.cells.wrong(row, "relief", "twice", text=name)
            elif folded(name) != folded(other.name) and relief.id == other.id:
                self.cells.wrong(row, "relief", "id_taken", text=name)
        self.reliefs.append(relief)

    # -- both

    def _decided(self, row: Row) -> tuple[str, date | None, date | None, date | None]:
        number, dated = self.cells.text(row, "number"), self.cells.day(row, "dated")
        start, until = self.cells.day(row, "first"), self.cells.day(row, "last")
        if start and until and until < start:
            self.cells.wrong(row, "last", "last_before")
        return number, dated, start, until

    def _id(self, name: str, known: Sequence[tuple[str, str]]) -> str:
        same = next((key for key, shown in known if folded(shown) == folded(name)), None)
        return same or str(self.identifier(name))
