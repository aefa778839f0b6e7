"""Takes an export over into the store, batch by batch: good rows are kept, bad ones are handed back, what does not add up is told."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain, islice

from bot.calendar.model import NationalCalendar
from bot.clock import local
from bot.dossiers.model import Dossier, Import, SecondFact
from bot.dossiers.repository import Dossiers, HearsOfChanges
from bot.dossiers.rules import standing, timeliness
from bot.gateways.settlement.corrections import Corrections
from bot.gateways.settlement.made import made_at
from bot.gateways.settlement.rows import Fault, Faulty, RowReader, facts_of, sums_in
from bot.gateways.settlement.sheets import Export, Row, Sheet, UnreadableExport
from bot.gateways.settlement.titles import TITLE_ROWS, Header, find_header

BATCH = 1_000
"""Dossiers in one transaction: citizens' turns come in between."""
_NO_MOMENT = datetime.min.replace(tzinfo=UTC)
_FACTS: tuple[SecondFact, ...] = ("phone", "id", "name")
_BITS = 61
_MOST_TIMELY = 20_000

Opened = Callable[[], AbstractContextManager[tuple[Dossiers, HearsOfChanges]]]
"""A transaction: committed at the end, undone when the block raises."""


@dataclass(frozen=True, slots=True)
class Flag:
    """Something about the file that is worth a look and stops nothing; ``problem`` is a kind, ``fields`` what its sentence names."""

    problem: str
    sheet: str | None
    fields: tuple[tuple[str, str], ...] = ()


@dataclass
class Report:
    """``rows`` = ``added`` + ``changed`` + ``unchanged`` + ``older`` + ``repeated`` + ``bad``. ``counted``: early, on_time and late of what
    is settled, overdue of what is not. ``as_of`` is the latest of the sheets'.
    """

    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    older: int = 0
    repeated: int = 0
    bad: int = 0
    as_of: datetime | None = None
    facts: set[SecondFact] = field(default_factory=set)
    counted: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    local_words: Counter[str] = field(default_factory=Counter)
    flags: list[Flag] = field(default_factory=list)


@dataclass(frozen=True)
class Listener:
    """Who hears of what goes on while an export is read. ``bad``: sheet, number of the row, what is wrong; ``rows``: how many rows of the
    file are done.
    """

    bad: Callable[[str | None, int, Sequence[Fault]], None]
    rows: Callable[[int], None]
    expects: Callable[[int | None], None]


class Importing:
    """One export on its way into the store. ``made_line`` says when an export was made, in words that are read again."""

    def __init__(
        self, export: Export, opened: Opened, calendar: NationalCalendar, now: datetime, corrections: Corrections,
        made_line: Callable[[datetime], str], listener: Listener, as_of: datetime | None = None,
    ) -> None:
        self._export, self._opened, self._calendar, self._now = export, opened, calendar, now
        self._corrections, self._made_line, self._listener, self._as_of = corrections, made_line, listener, as_of
        self._seen: dict[int, int] = {}
        self._names: list[str | None] = []
        self._timely: dict[tuple[object, ...], str | None] = {}
        self._report = Report()

    def run(self) -> Report:
        """Raises UnreadableExport; what was taken over until then stays, and importing the file again goes on from there."""
        found = False
        for place, sheet in enumerate(self._export.sheets):
            self._names.append(sheet.name)
            self._listener.expects(sheet.expected)
            found = self._take_sheet(place, sheet) or found
        if not found:
            raise UnreadableExport("no_header", file=self._export.path.name)
        report = self._report
        if not report.rows:
            report.flags.append(Flag("no_rows", None))
        elif report.rows > report.bad and not report.facts:
            report.flags.append(Flag("no_facts", None))
        if report.older:
            report.flags.append(Flag("older", None, (("count", str(report.older)),)))
        facts = tuple(each for each in _FACTS if each in report.facts)
        with self._opened() as (dossiers, _):
            dossiers.record_import(Import(self._now, report.as_of or self._now, facts, report.rows, report.bad))
        return report

    def _take_sheet(self, place: int, sheet: Sheet) -> bool:
        """Whether it has titles that we know."""
        first = list(islice(sheet.rows, TITLE_ROWS))
        header = find_header([row for _, row in first])
        if header is None:
            if any(cell is not None and cell != "" for _, row in first for cell in row):
                self._report.flags.append(Flag("no_header_in_sheet", sheet.name))
            return False
        above, below = first[: header.end], first[header.end :]
        titles = [row for _, row in above]
        as_of = self._as_of or made_at(titles, self._export.path, self._export.saved_at, self._now)
        self._report.as_of = max(filter(None, (self._report.as_of, as_of)))
        if header.unknown:
            self._report.flags.append(Flag("unknown_columns", sheet.name, (("columns", ", ".join(header.unknown)),)))
        reader = RowReader(header, as_of, self._export.epoch)
        sums: dict[str, int] = {}
        for row in titles:
            sums = sums_in(row) | sums
        before = self._report.rows
        self._take_rows(place, sheet.name, reader, chain(below, sheet.rows), sums)
        self._add_up(sheet.name, sums, self._report.rows - before)
        return True

    def _take_rows(
        self, place: int, sheet: str | None, reader: RowReader, rows: Iterator[tuple[int, Row]], sums: dict[str, int]
    ) -> None:
        batch: list[Dossier] = []
        number = 0
        for number, row in rows:
            if not reader.is_data(row):
                sums.update({key: value for key, value in sums_in(row).items() if key not in sums})
                continue
            self._report.rows += 1
            read: Dossier | Faulty | None = reader.read(row, number)
            if isinstance(read, Dossier):
                read = self._once(read, place, number, row, reader)
            if isinstance(read, Faulty):
                self._hand_back(sheet, reader.header, row, number, read, reader.as_of)
            elif read is None:
                self._report.repeated += 1
            else:
                self._count(read, reader.as_of)
                batch.append(read)
                if len(batch) >= BATCH:
                    self._keep(batch, reader.told)
                    self._listener.rows(number)
        if batch:
            self._keep(batch, reader.told)
        self._listener.rows(number)

    def _once(self, dossier: Dossier, place: int, number: int, row: Row, reader: RowReader) -> Dossier | Faulty | None:
        """None for a row said before word for word; of rows that differ nobody can tell which one is right. Of those before only two
        numbers are kept, so that memory stays small.
        """
        what = hash(replace(dossier, as_of=_NO_MOMENT)) % (1 << _BITS)
        before = self._seen.setdefault(hash(dossier.code), (number << _BITS | what) * 256 + place % 256)
        first_number, first_what = before // 256 >> _BITS, before // 256 % (1 << _BITS)
        if first_number == number and before % 256 == place % 256:
            return dossier
        if first_what == what:
            return None
        fault = reader.fault(row, number, "code", "code_again")
        return Faulty((replace(fault, fields=(("row", str(first_number)), ("sheet", self._names[before % 256] or ""))),))

    def _hand_back(self, sheet: str | None, header: Header, row: Row, number: int, read: Faulty, as_of: datetime) -> None:
        self._report.bad += 1
        self._corrections.add(sheet, header, self._made_line(as_of), row, read.faults)
        self._listener.bad(sheet, number, read.faults)

    def _keep(self, batch: list[Dossier], told: frozenset[str]) -> None:
        with self._opened() as (dossiers, hear):
            update = dossiers.update(batch, told)
            if update.changes:
                hear(update.changes)
        added = sum(each.old is None for each in update.changes)
        self._report.added += added
        self._report.changed += len(update.changes) - added
        self._report.unchanged += update.unchanged
        self._report.older += update.older
        batch.clear()

    def _count(self, dossier: Dossier, as_of: datetime) -> None:
        report = self._report
        report.statuses[dossier.status] += 1
        report.facts |= facts_of(dossier)
        if dossier.status_words:
            report.local_words[dossier.status_words] += 1
        # Counting days off is slow, and thousands of dossiers have the same days.
        days = (dossier.status, dossier.due_on, dossier.settled_on, dossier.paused_days, as_of)
        if days not in self._timely:
            if len(self._timely) >= _MOST_TIMELY:
                self._timely.clear()
            late = standing(dossier, local(as_of).date(), self._calendar) == "late"
            self._timely[days] = timeliness(dossier, self._calendar) or ("overdue" if late else None)
        report.counted.update(filter(None, (self._timely[days],)))

    def _add_up(self, sheet: str | None, sums: dict[str, int], rows: int) -> None:
        """The sheet's own figures, against its rows and against one another."""
        def flag(problem: str, said: int, found: int) -> None:
            self._report.flags.append(Flag(problem, sheet, (("said", str(said)), ("found", str(found)))))

        if "total" in sums and sums["total"] != rows:
            flag("total_is_not_rows", sums["total"], rows)
        if sums.keys() >= {"total", "settled", "open"} and sums["settled"] + sums["open"] != sums["total"]:
            flag("parts_are_not_total", sums["total"], sums["settled"] + sums["open"])
        in_time = [sums[key] for key in ("early", "on_time", "late") if key in sums]
        if "settled" in sums and len(in_time) == 3 and sum(in_time) != sums["settled"]:
            flag("timeliness_is_not_settled", sums["settled"], sum(in_time))
