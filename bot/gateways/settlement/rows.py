"""One row of an export: a dossier, or what is wrong with it and in which cell."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from openpyxl.utils import get_column_letter

from bot.catalog.names import folded
from bot.clock import local
from bot.dossiers import codes
from bot.dossiers.model import Dossier, SecondFact, Status
from bot.gateways.settlement.cells import (
    BadCell,
    is_empty,
    read_day,
    read_days,
    read_last4,
    read_list,
    read_name,
    read_phone_in,
    read_text,
)
from bot.gateways.settlement.sheets import Cell, Row
from bot.gateways.settlement.statuses import is_open_ended, read_status
from bot.gateways.settlement.titles import Header, text_of

LONGEST_STATUS, LONGEST_WORDS = 150, 300
_DAYS = ("received_on", "due_on", "new_due_on", "settled_on", "returned_on", "supplement_by")
_SHOWN = 60
_DIGITS_OF_A_CODE = 6
_AS_PRINTED = re.compile(r"(?:\d{3}\.\d\d\.\d\d\.[A-K]\d\d|[A-K]\d\d(?:\.\d\d){1,3})-(\d\d)(\d\d)(\d\d)-\d{4,6}")
_FIRST_YEAR = 18
_MOST_SIGNATURES = 3
"""So many people sign below a table at most."""
_READ_FROM = {"phone": "phone_last4", "contact": "phone_last4", "id": "id_last4"}
_OF_FACTS: dict[str, SecondFact] = {"phone_last4": "phone", "id_last4": "id", "applicant": "name"}


@dataclass(frozen=True, slots=True)
class Fault:
    """``cell`` as a spreadsheet names it ("C7"), ``column`` its title, ``value`` what stands there; ``problem`` is a kind, ``fields``
    what its sentence names besides.
    """

    cell: str
    column: str
    value: str
    problem: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Faulty:
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class RowReader:
    """Reads the rows below *header*. ``as_of`` is when the export was made: what it tells as done cannot lie after that day."""

    header: Header
    as_of: datetime
    epoch: date

    @property
    def told(self) -> frozenset[str]:
        """The fields of a dossier that the columns tell of."""
        fields = {_READ_FROM.get(key, key) for key in self.header.columns} - {"number", "fault", "code"}
        if "status" in fields:
            fields.add("status_words")
        return frozenset(fields)

    def is_data(self, row: Row) -> bool:
        """Whether *row* is to be a dossier: not blank, no heading, no signatures under the table."""
        if not any(cell is not None and text_of(cell) for cell in row) or self.header.is_repeated(row):
            return False
        code = text_of(self._cell(row, "code"))
        filled = [key for key in self.header.columns if key not in ("number", "fault") and not is_empty(self._cell(row, key))]
        if len(re.findall(r"\d", code)) >= _DIGITS_OF_A_CODE or len(filled) > _MOST_SIGNATURES:
            return True
        return len(filled) > 1 and any(self._tells(row, key) for key in filled)

    def read(self, row: Row, number: int) -> Dossier | Faulty:
        faults: list[Fault] = []
        values: dict[str, Any] = {}

        def take(key: str, read: Any, *more: Any) -> Any:
            if key not in self.header.columns:
                return None
            try:
                return read(self._cell(row, key), *more)
            except BadCell as error:
                faults.append(self.fault(row, number, key, error.problem))
                return None

        code = self._code(row, number, faults)
        for key in _DAYS:
            values[key] = take(key, read_day, self.epoch)
        values["phone_last4"] = take("phone", read_last4) or take("contact", read_phone_in)
        values["id_last4"] = take("id", read_last4)
        values["applicant"] = take("applicant", read_name)
        values["paused_days"] = take("paused_days", read_days)
        values["unit"] = take("unit", read_text, LONGEST_WORDS)
        values["reason"] = take("reason", read_text, LONGEST_WORDS)
        values["missing"] = take("missing", read_list, LONGEST_WORDS) or ()
        values["procedure"] = codes.find_procedure_code(text_of(self._cell(row, "procedure")))
        if faults:
            return Faulty(tuple(faults))
        status, words = self._status(row, number, values, faults)
        faults += self._contradictions(row, number, values)
        if faults or status is None or code is None:
            return Faulty(tuple(faults))
        return Dossier(code=code, status=status, as_of=self.as_of, status_words=words, **values)

    def fault(self, row: Row, number: int, key: str, problem: str, **fields: str) -> Fault:
        return fault_in(self.header, row, number, key, problem, **fields)

    def _cell(self, row: Row, key: str) -> Cell:
        return cell_of(self.header, row, key)

    def _tells(self, row: Row, key: str) -> bool:
        """Whether the cell is such that a signature or a remark would not be it."""
        cell = self._cell(row, key)
        try:
            if key in _DAYS:
                return read_day(cell, self.epoch) is not None
            if key == "status":
                return read_status(text_of(cell)) != "other"
            return key in ("phone", "id") and read_last4(cell) is not None
        except BadCell:
            return False

    def _code(self, row: Row, number: int, faults: list[Fault]) -> str | None:
        text = text_of(self._cell(row, "code"))
        code = _read_code(text, local(self.as_of).date()) if text else None
        if code is None:
            faults.append(self.fault(row, number, "code", "bad_code" if text else "no_code"))
        return code

    def _status(self, row: Row, number: int, values: dict[str, Any], faults: list[Fault]) -> tuple[Status | None, str | None]:
        """By its words; where there are none, or they tell only of the limit, by the dossier's days: what has a day has happened."""
        words = text_of(self._cell(row, "status"))
        if "status" in self.header.columns and not words and not (values["returned_on"] or values["settled_on"]):
            faults.append(self.fault(row, number, "status", "no_status"))
            return None, None
        if len(words) > LONGEST_STATUS:
            faults.append(self.fault(row, number, "status", "long_status", most=str(LONGEST_STATUS)))
            return None, None
        if words.startswith("#"):
            faults.append(self.fault(row, number, "status", "excel_error"))
            return None, None
        reading = read_status(words) if words else "by_days"
        if reading == "by_days":
            return ("returned" if values["returned_on"] else "ready" if values["settled_on"] else _underway(words)), None
        if reading == "by_return":
            return ("returned", None) if values["returned_on"] else ("other", words)
        if reading == "ready" and values["returned_on"] and is_open_ended(words):
            return "returned", None
        return reading, words if reading == "other" else None

    def _contradictions(self, row: Row, number: int, values: dict[str, Any]) -> list[Fault]:
        """Days in an order in which they cannot have come: mostly day and month changed places."""
        made_on, received_on = local(self.as_of).date(), values["received_on"]
        faults = [
            self._day_fault(row, number, key, values[key], "before_receipt", received=_shown(received_on))
            for key in ("due_on", "settled_on", "returned_on") if received_on and values[key] and values[key] < received_on
        ]
        if values["settled_on"] and values["returned_on"] and values["returned_on"] < values["settled_on"]:
            settled = _shown(values["settled_on"])
            faults.append(self._day_fault(row, number, "returned_on", values["returned_on"], "returned_before_settled", settled=settled))
        faults += [
            self._day_fault(row, number, key, values[key], "still_to_come", made=_shown(made_on))
            for key in ("received_on", "settled_on", "returned_on") if values[key] and values[key] > made_on
        ]
        return faults

    def _day_fault(self, row: Row, number: int, key: str, day: date, problem: str, **fields: str) -> Fault:
        """A day that stands there as a bare number is told as a day too."""
        fault = self.fault(row, number, key, problem, **fields)
        return replace(fault, value=f"{fault.value} = {_shown(day)}") if fault.value.replace(".", "").isdigit() else fault


def _read_code(text: str, today: date) -> str | None:
    """The same as ``codes.normalize``, without its patience for what needs none: most exports write codes as they are printed."""
    found = _AS_PRINTED.fullmatch(text)
    if found:
        year, month, day = (int(each) for each in found.groups())
        try:
            if year >= _FIRST_YEAR and date(2000 + year, month, day) <= today:
                return text
        except ValueError:
            pass
    return codes.normalize(text, today)


def cell_of(header: Header, row: Row, key: str) -> Cell:
    """None where there is no such column."""
    at = header.columns.get(key)
    return row[at] if at is not None and at < len(row) else None


def fault_in(header: Header, row: Row, number: int, key: str, problem: str, **fields: str) -> Fault:
    at = header.columns[key]
    value = text_of(cell_of(header, row, key))
    shown = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
    return Fault(f"{get_column_letter(at + 1)}{number}", header.names[at], shown, problem, tuple(fields.items()))


def facts_of(dossier: Dossier) -> set[SecondFact]:
    """The second facts by which its owner can be told."""
    return {fact for field, fact in _OF_FACTS.items() if getattr(dossier, field)}


def _underway(words: str) -> Status:
    """No status column (a hand-kept register), or one that tells only of the limit."""
    return "in_progress" if words else "received"


def _shown(day: date) -> str:
    return f"{day:%d/%m/%Y}"


_LABELS: Sequence[tuple[str, str]] = (
    ("early", r"(?:truoc|som) han"), ("on_time", r"dung han"), ("late", r"(?:tre|qua) han"),
    ("settled", r"da (?:giai quyet|xu ly)(?: xong)?"), ("open", r"(?:dang|chua) (?:giai quyet|xu ly)(?: xong)?"),
    ("total", r"(?:tong(?: cong| so)?|cong)(?: ho so)?(?: (?:da )?tiep nhan)?|(?:da )?tiep nhan(?: trong ky)?"),
)
_SUMS = tuple((key, re.compile(rf"(?:^| )(?:so ho so |ho so )?(?:{label})(?: (?:la|ho so))* (\d+)(?= |$)")) for key, label in _LABELS)


def sums_in(row: Row) -> dict[str, int]:
    """The figures that a title or a last row gives: *total*, *settled*, *open*, *early*, *on_time*, *late*."""
    line = folded(re.sub(r"(?<=\d)[.,](?=\d{3}\b)", "", " ".join(text_of(cell) for cell in row)))
    found = {}
    for key, pattern in _SUMS:
        match = pattern.search(line)
        if match:
            found[key] = int(match[1])
    return found
