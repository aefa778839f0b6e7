"""The workbook of the office's overlay on the catalogue: what only the office can say, most asked first; and what is read back from it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Protocol, get_args

from bot.catalog.model import Catalog, Channel, FeeItem, Instrument, LocalEntry, Procedure, Source, TimeLimit, TimeUnit
from bot.catalog.names import folded
from bot.desk.sheets import Book, Column, Row, Sheet, Unreadable, as_number, quoted, write_book
from bot.dossiers.codes import find_procedure_code
from bot.offices.local import MOST_FEE, MOST_TIME, retired
from bot.offices.model import Town

COLUMNS = (
    "code", "label", "asked", "published", "fee", "fee_unit", "fee_channel", "fee_condition", "fee_from", "fee_until", "fee_number",
    "fee_dated", "time", "time_unit", "time_number", "time_dated", "counter", "by_post", "form",
    "hand_back", "remove",
)
_GIVEN = frozenset(("label", "asked", "published"))
_LATER = frozenset(("hand_back",))
"""Columns that workbooks of an earlier release have not."""
_FEE = ("fee", "fee_unit", "fee_channel", "fee_condition", "fee_from", "fee_until", "fee_number", "fee_dated")
_TIME = ("time", "time_unit", "time_number", "time_dated")
_REST = ("counter", "by_post", "form", "hand_back")
_WIDTHS = {"label": 40, "published": 44, "fee_condition": 30, "fee_number": 22, "time_number": 22, "counter": 26, "hand_back": 34}
_DAYS = ("fee_from", "fee_until", "fee_dated", "time_dated")
_KINDS = {**dict.fromkeys(("fee", "time", "asked"), "number"), **dict.fromkeys(_DAYS, "day")}
_YES, _NO = {"co", "x", "yes", "dung", "1"}, {"khong", "ko", "no", "0"}
LONGEST = 120
"""Characters of a unit, a condition or a decision's number: they are told inside a sentence."""
LONGEST_PAPERS = 400
LONGEST_QUOTE = 90


class Words(Protocol):
    def part(self, flow: str, step: str, /, **fields: str) -> str: ...


# -- writing --------------------------------------------------------------------------------------------------------------


def listed(catalog: Catalog, local: Mapping[str, LocalEntry], asked: Mapping[str, int], day: date) -> list[Procedure]:
    """Procedures of the commune, and others that people ask for or that the overlay has: most asked first, then by the ways of asking."""
    found = []
    for each in catalog:
        procedure = catalog.get(each.code, day)
        if procedure is None or procedure in found or not procedure.in_force(day) or procedure.replaced_by:
            continue
        authority = procedure.authority_on(day)
        if authority is None or authority.level == "commune" or each.code in local or asked.get(each.code):
            found.append(procedure)
    return sorted(found, key=lambda each: (-asked.get(each.code, 0), -len(each.phrases), each.code))


def write_list(path: Path, catalog: Catalog, town: Town, asked: Mapping[str, int], day: date, words: Words) -> int:
    """*catalog* without the overlay. How many procedures it lists. Raises OSError where *path* cannot be written."""
    def say(key: str, **given: str) -> str:
        return words.part("local_workbook", key, **given)

    procedures = listed(catalog, town.local, asked, day)
    lists = {
        "channels": [say("channel_any"), *(say(f"channel_{each}") for each in get_args(Channel))],
        "units": [say(f"unit_{each}") for each in get_args(TimeUnit)],
        "counters": list(counter_names(town, words)) or [""],
        "yes_no": [words.part("office_workbook", "yes"), words.part("office_workbook", "no")],
    }
    choices = {"fee_channel": "channels", "time_unit": "units", "counter": "counters", "by_post": "yes_no", "form": "yes_no"}
    sheet = Sheet(
        say("sheet_local"), say("help"),
        tuple(
            Column(key, say(f"col_{key}"), _WIDTHS.get(key, 14), say(f"list_{choices[key]}") if key in choices else None,
                   kind=_KINDS.get(key, "text"))
            for key in COLUMNS
        ),
        [row for each in procedures for row in _rows_of(each, town, asked.get(each.code, 0), words)], given=_GIVEN,
        kept=2, across=3,
    )
    guide = (say("sheet_guide"), [say(f"guide_{number}") for number in range(1, 7)])
    write_book(path, guide, [sheet], (say("sheet_lists"), {say(f"list_{name}"): values for name, values in lists.items()}))
    return len(procedures)


def counter_names(town: Town, words: Words) -> dict[str, str]:
    """What a counter is called in the workbook: ``office_id/counter_id`` by it."""
    centres = [office for office in town.offices if office.counters]
    return {
        counter.name if len(centres) == 1 else words.part("local_workbook", "counter_of", counter=counter.name, place=office.name):
        f"{office.id}/{counter.id}"
        for office in centres for counter in office.counters
    }


def _rows_of(procedure: Procedure, town: Town, asked: int, words: Words) -> Iterator[dict[str, Any]]:
    """A row a fee; what is not a fee stands in the first."""
    entry = town.local.get(procedure.code) or LocalEntry(procedure.code)
    names = {value: shown for shown, value in counter_names(town, words).items()}
    first = {
        "label": procedure.label, "asked": asked, "published": published(procedure, words), "counter": names.get(entry.counter or ""),
        "by_post": _flag(entry.by_post, words), "form": _flag(entry.form_at_counter, words), "hand_back": _papers(entry.hand_back, words),
        **_time_cells(entry.time, words),
    }
    for number, fee in enumerate(entry.fees or (None,)):
        yield {"code": procedure.code, **(first if number == 0 else {}), **_fee_cells(fee, words)}


def _flag(value: bool | None, words: Words) -> str | None:
    return None if value is None else words.part("office_workbook", "yes" if value else "no")


def _papers(papers: Sequence[str] | None, words: Words) -> str | None:
    return None if papers is None else "; ".join(papers) or words.part("office_workbook", "no")


def _fee_cells(fee: FeeItem | None, words: Words) -> dict[str, Any]:
    if fee is None:
        return {}
    return {
        "fee": fee.amount, "fee_unit": fee.unit, "fee_channel": words.part("local_workbook", f"channel_{fee.channel or 'any'}"),
        "fee_condition": fee.condition, "fee_from": fee.start, "fee_until": fee.until,
        "fee_number": fee.source.instrument.number if fee.source.instrument else None,
        "fee_dated": fee.source.instrument.dated if fee.source.instrument else None,
    }


def _time_cells(limit: TimeLimit | None, words: Words) -> dict[str, Any]:
    if limit is None:
        return {}
    instrument = limit.source.instrument
    return {
        "time": limit.amount, "time_unit": words.part("local_workbook", f"unit_{limit.unit}"),
        "time_number": instrument.number if instrument else None, "time_dated": instrument.dated if instrument else None,
    }


def published(procedure: Procedure, words: Words) -> str:
    """What the catalogue has of fee and time, so short that it fits a cell."""
    fees = procedure.fees
    amounts = ", ".join(f"{item.amount:,}".replace(",", ".") for item in fees.items)
    fee = words.part("local_workbook", f"fee_{fees.status}", **_only(fees.status, text=fees.text or "", amount=amounts))
    times = "; ".join(f"{each.amount} {words.part('local_workbook', f'unit_{each.unit}')}" for each in procedure.time)
    told = words.part("local_workbook", "published", fee=_short(fee), time=_short(times or words.part("local_workbook", "no_time")))
    return told.replace("….", "…")


def _only(status: str, **given: str) -> dict[str, str]:
    return {key: value for key, value in given.items() if key == {"see_text": "text", "amount": "amount"}.get(status)}


def _short(text: str) -> str:
    text = text.rstrip(".")
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE - 1]}…"


# -- reading --------------------------------------------------------------------------------------------------------------


@dataclass
class Overlay:
    """What the workbook says: the overlay with its good procedures put in; what is wrong, a line a cell."""

    local: dict[str, LocalEntry] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    bad: set[str] = field(default_factory=set)
    """Codes, or rows without one, of which nothing was taken."""
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    same: int = 0


def read_overlay(book: Book, catalog: Catalog, town: Town, today: date, words: Words) -> Overlay:
    """*catalog* without the overlay. A procedure is taken whole or not at all: with one bad row it stays as it was.

    Rows without anything of the office's leave their procedure as it was too.
    """
    overlay = Overlay(dict(town.local))
    reader = _Reader(catalog, town, today, words, overlay)
    for code, rows in reader.by_code(book).items():
        before, told = overlay.local.get(code), len(overlay.problems)
        if any(folded(row.text("remove")) in _YES for row in rows):
            if before is not None:
                del overlay.local[code]
                overlay.removed.append(code)
            continue
        entry = reader.entry(code, rows)
        if before is not None and not any("hand_back" in row.columns for row in rows):
            entry = replace(entry, hand_back=before.hand_back)
        if len(overlay.problems) > told:
            overlay.bad.add(code)
        elif entry == before:
            overlay.same += 1
        else:
            overlay.local[code] = entry
            overlay.changed.append(code)
    return overlay


class _Reader:
    def __init__(self, catalog: Catalog, town: Town, today: date, words: Words, overlay: Overlay) -> None:
        self.catalog, self.town, self.today, self.words, self.overlay = catalog, town, today, words, overlay

    def say(self, key: str, **given: str) -> str:
        return self.words.part("local_workbook", key, **given)

    def wrong(self, row: Row, key: str, kind: str, **given: str) -> None:
        if "text" in given:
            given["text"] = quoted(given["text"])
        what = self.say(f"wrong_{kind}", **given)
        self.overlay.problems.append(self.say("at_cell", sheet=row.sheet, cell=row.place(key), what=what))

    def by_code(self, book: Book) -> dict[str, list[Row]]:
        title = self.say("sheet_local")
        if not book.has(title):
            self.overlay.problems.append(self.say("at_sheet", sheet=title, what=self.say("wrong_no_sheet")))
            return {}
        rows, missing = book.table(title, {key: self.say(f"col_{key}") for key in COLUMNS})
        missing = [key for key in missing if key not in _GIVEN | _LATER]
        for key in missing:
            what = self.say("wrong_no_column", column=self.say(f"col_{key}"))
            self.overlay.problems.append(self.say("at_sheet", sheet=title, what=what))
        found: dict[str, list[Row]] = defaultdict(list)
        for row in rows if not missing else ():
            if row.is_blank(*_FEE, *_TIME, *_REST, "remove"):
                continue
            code = self._code(row)
            if code is not None:
                found[code].append(row)
        return found

    def _code(self, row: Row) -> str | None:
        value = row.values.get("code")
        text = f"{value:.6f}" if isinstance(value, float) else row.text("code")  # as a number it has lost its last zeros
        code = find_procedure_code(text) if text else None
        if code is None:
            self.wrong(row, "code", "code" if text else "no_code", **({"text": text} if text else {}))
            self.overlay.bad.add(row.place("code"))
            return None
        gone = retired([code], self.catalog, self.today)
        if gone and folded(row.text("remove")) not in _YES:
            _, last, following = gone[0]
            if last is None:
                self.wrong(row, "code", "unknown", text=code)
            elif following is None:
                self.wrong(row, "code", "retired", text=code)
            else:
                self.wrong(row, "code", "replaced", text=code, next=following.code, label=following.label)
            self.overlay.bad.add(code)
            return None
        return code

    def entry(self, code: str, rows: Sequence[Row]) -> LocalEntry:
        fees: list[FeeItem] = []
        for row in rows:
            fee = self._fee(row)
            if fee is None:
                continue
            if any(_same_payers(fee, other) for other in fees):
                self.wrong(row, "fee", "same_fee")
            fees.append(fee)
        entry = LocalEntry(code, tuple(fees))
        for row in rows:
            if not row.is_blank(*_TIME):
                entry = replace(entry, time=self._once(row, "time", entry.time, self._limit(row, code)))
            entry = replace(
                entry,
                counter=self._once(row, "counter", entry.counter, self._counter(row)),
                by_post=self._once(row, "by_post", entry.by_post, self._yes(row, "by_post")),
                form_at_counter=self._once(row, "form", entry.form_at_counter, self._yes(row, "form")),
                hand_back=self._once(row, "hand_back", entry.hand_back, self._papers(row)),
            )
        return entry

    def _once(self, row: Row, key: str, before: Any, now: Any) -> Any:
        """What several rows of one procedure say must be the same."""
        if before is not None and now is not None and before != now:
            self.wrong(row, key, "twice")
        return before if now is None else now

    # -- cells

    def _fee(self, row: Row) -> FeeItem | None:
        if row.is_blank(*_FEE):
            return None
        amount = self._number(row, "fee", MOST_FEE, "fee")
        channels = {self.say(f"channel_{each}"): each for each in get_args(Channel)} | {self.say("channel_any"): None}
        if not row.text("fee"):
            self.wrong(row, "fee", "no_fee")
        start, until = self._day(row, "fee_from"), self._day(row, "fee_until")
        if start and until and until < start:
            self.wrong(row, "fee_until", "until")
        return FeeItem(
            amount=amount or 0, unit=self._text(row, "fee_unit"), source=self._decided(row, "fee"),
            channel=self._one_of(row, "fee_channel", channels), condition=self._text(row, "fee_condition"), start=start, until=until,
        )

    def _limit(self, row: Row, code: str) -> TimeLimit:
        units = {self.say(f"unit_{each}"): each for each in get_args(TimeUnit)}
        unit = self._one_of(row, "time_unit", units)
        amount = self._number(row, "time", MOST_TIME, "time")
        if not row.text("time") and unit != "same_day":
            self.wrong(row, "time", "no_time")
        if not row.text("time_unit"):
            self.wrong(row, "time_unit", "no_unit")
        limit = TimeLimit(amount or 1, unit or "month", self._decided(row, "time"))
        longest = self._published_limit(code, limit)
        if longest is not None and limit.amount > longest.amount:
            self.wrong(row, "time", "longer", published=f"{longest.amount} {self.say(f'unit_{longest.unit}')}")
        return limit

    def _published_limit(self, code: str, limit: TimeLimit) -> TimeLimit | None:
        """The longest published limit in the same unit; None where they cannot be compared."""
        procedure = self.catalog.get(code, self.today)
        limits = procedure.time if procedure else ()
        comparable = [each for each in limits if each.unit == limit.unit != "same_day"]
        return max(comparable, key=lambda each: each.amount) if comparable and len(comparable) == len(limits) else None

    def _decided(self, row: Row, what: str) -> Source:
        key = f"{what}_number"
        number, dated = self._text(row, key), self._day(row, f"{what}_dated")
        if number is None:
            self.wrong(row, key, "no_number")
        elif not any(char.isdigit() for char in number):
            self.wrong(row, key, "number", text=number)
        if not row.text(f"{what}_dated"):
            self.wrong(row, f"{what}_dated", "no_dated")
        elif dated and dated > self.today:
            self.wrong(row, f"{what}_dated", "future", text=f"{dated:%d/%m/%Y}")
        return Source("office", Instrument(number or "", dated))

    def _number(self, row: Row, key: str, most: int, kind: str) -> int | None:
        try:
            number = as_number(row.values.get(key))
        except Unreadable:
            number = most + 1
        if number is not None and number > most:
            self.wrong(row, key, kind, text=row.text(key))
            return None
        return number

    def _day(self, row: Row, key: str) -> date | None:
        try:
            return row.day(key)
        except Unreadable as error:
            self.wrong(row, key, "day", text=str(error))
            return None

    def _text(self, row: Row, key: str, most: int = LONGEST) -> str | None:
        text = row.text(key)
        if len(text) > most:
            self.wrong(row, key, "long", most=str(most))
        return text or None

    def _one_of(self, row: Row, key: str, choices: Mapping[str, Any]) -> Any:
        text, known = row.text(key), {folded(shown): value for shown, value in choices.items()}
        if text and folded(text) not in known:
            self.wrong(row, key, "channel", text=text, choices=", ".join(choices))
        return known.get(folded(text))

    def _counter(self, row: Row) -> str | None:
        found: str | None = self._one_of(row, "counter", counter_names(self.town, self.words))
        return found

    def _papers(self, row: Row) -> tuple[str, ...] | None:
        """None where nothing is written; empty where it is written that there are none."""
        text = self._text(row, "hand_back", LONGEST_PAPERS)
        if text is None or folded(text) in _NO:
            return None if text is None else ()
        return tuple(part for part in (" ".join(each.split()) for each in text.split(";")) if part)

    def _yes(self, row: Row, key: str) -> bool | None:
        text = folded(row.text(key))
        if text and text not in _YES | _NO:
            self.wrong(row, key, "yes_no", text=row.text(key))
        return None if text not in _YES | _NO else text in _YES


def _same_payers(one: FeeItem, other: FeeItem) -> bool:
    """Whether both would be asked of one citizen on one day."""
    if (one.channel, one.condition, one.unit) != (other.channel, other.condition, other.unit):
        return False
    apart = (one.until and other.start and one.until < other.start) or (other.until and one.start and other.until < one.start)
    return not apart
