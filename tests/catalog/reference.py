"""The published records that the catalogue was read from, and whether an entry says what they say.

The records stay where they are: a folder outside the project, named by ``BOT_REFERENCE_DATA``. A code can have two versions
there (two copies of different months); an entry keeps the newer facts, so each figure may stand in either.
"""

import csv
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.catalog.model import Document, FeeItem, Note, OneOf, Procedure, TimeLimit

SELECTIONS = {
    "district": "selection_209.tsv", "commune": "selection_commune.tsv",
    "neighbour": "selection_neighbours.tsv", "successor": "selection_successors.tsv",
}
RECORDS = ("tthc_reference.jsonl", "tthc_version_pairs.jsonl")
"""The selected version of each record, and the other one where a code has two."""
FILES = (*SELECTIONS.values(), *RECORDS)
Record = dict[str, Any]

_NUMBER = re.compile(r"\d{1,3}(?:[.,\s]\d{3})+(?!\d)|\d+")
_MONEY_SAID = re.compile(r"(\d{1,3}(?:\.\d{3})+|\d+)\s*đồng")
_UNITS = {"ngày làm việc": "working_day", "ngày": "calendar_day", "giờ làm việc": "working_hour", "giờ": "hour", "tháng": "month"}
_SPAN = re.compile(r"(\d+)\s*(?:\([^)]{1,40}\)\s*)?(ngày làm việc|ngày|giờ làm việc|giờ|tháng)(?![\s/]*\d)(?!\s*tuổi)", re.IGNORECASE)
_BY_WORD = {
    "một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10,
    "mười lăm": 15, "hai mươi": 20, "ba mươi": 30, "bốn mươi lăm": 45, "sáu mươi": 60,
}
_WORDS = re.compile(rf"\b({'|'.join(sorted(_BY_WORD, key=len, reverse=True))})\s+(ngày làm việc|ngày|giờ|tháng)\b", re.IGNORECASE)
_SAME_DAY = re.compile(r"\btrong\s+(?:buổi|ngày)(?!\s+(?:làm việc\s+)?(?:tiếp theo|kế tiếp))", re.IGNORECASE)
_INSTRUMENT = re.compile(r"(?<!\d)0*(\d+(?:\.\d+)?/\d{4})(?!\d)")
"""Number and year, without the noughts before it."""
_CLOCK = re.compile(r"(?:sau|trước|đến|từ|lúc)\s+\d+\s*(?:giờ|h)\b", re.IGNORECASE)
"""An hour of the day is no span of time."""
_EXEMPT = re.compile(r"^[\s(*+-]*miễn (?:lệ |thu )?phí\s*(?:[.;)]|\n|-|$)", re.IGNORECASE)
"""A fee's text that lets nobody pay; "miễn lệ phí cho hộ nghèo" is another thing."""


@dataclass(frozen=True)
class Published:
    """One code's records, the one read for the selection first."""

    records: tuple[Record, ...]

    @property
    def names(self) -> set[str]:
        return {plain(record["name"]) for record in self.records}

    @property
    def decisions(self) -> set[str]:
        """Numbers of the announcing decisions as printed; empty where no record prints one."""
        return {record["decision"].strip() for record in self.records} - {""}

    @property
    def months(self) -> set[str]:
        return {record["vintage"] for record in self.records}

    @property
    def in_portal_2026(self) -> bool:
        """Only the selected record says so; the other version does not carry it."""
        return bool(self.records[0]["in_portal_2026"])

    @cached_property
    def amounts(self) -> set[int]:
        """Whole đồng in the fee rows of any version and in their texts."""
        found = {row.get(key) for record in self.records for row in record["fees"] for key in ("amount_vnd", "listed_amount")}
        return {each for each in found if each is not None} | self._numbers("fees")

    @cached_property
    def numbers_anywhere(self) -> set[int]:
        """Every number that any text of any version holds: what a sentence of ours may say."""
        return self.amounts | self._numbers("fees", "steps", "conditions", "documents", "time_limits")

    @cached_property
    def time_limits(self) -> set[tuple[int, str]]:
        """(number, unit) in the time rows, steps and conditions of any version."""
        found: set[tuple[int, str]] = set()
        for record in self.records:
            for row in record["time_limits"]:
                if row["qty"] is not None and row["unit"] in _UNITS.values():
                    found.add((int(row["qty"]), row["unit"]))
                if row["unit"] == "other" and row["qty"] == 1:
                    found.add((1, "same_day"))
        for text in self._texts("time_limits", "steps", "conditions"):
            found |= spans_in(text)
            if _SAME_DAY.search(text):
                found.add((1, "same_day"))
        return found

    def names_instrument(self, number: str) -> bool:
        """Whether any version names it; a law's year can be glued to the front of its number there."""
        [plain_number] = _INSTRUMENT.findall(number)[:1] or [number]
        return any(each == plain_number or re.fullmatch(rf"(?:19|20)\d\d0*{re.escape(plain_number)}", each) for each in self.instruments)

    @cached_property
    def instruments(self) -> set[str]:
        """Number and year of every instrument that any version names; what follows them is often cut off in print."""
        texts = self._texts("legal_basis", "documents", "steps", "conditions", "fees", "time_limits")
        return {each for text in texts for each in _INSTRUMENT.findall(text)}

    @cached_property
    def spans_anywhere(self) -> set[tuple[int, str]]:
        """Those, and the ones among papers, fees and results: what a sentence of ours may say."""
        return self.time_limits.union(*map(spans_in, self._texts("documents", "fees", "result")))

    def against_free(self, month: str) -> str | None:
        """Why *free* must not be said by an entry read from the copy of *month*; None when nothing speaks against it.

        That copy must print zero, or say outright that nobody pays; the other one may be blank, but must not set a fee.
        """
        for record in self.records:
            says_so = any(_EXEMPT.search(row["text"] or "") for row in record["fees"])
            mine = record["vintage"] == month
            borne_out = record["fee_status"] == "zero" or says_so or (not mine and record["fee_status"] in ("blank", "missing"))
            if not borne_out:
                return f"the fee of {record['vintage']} is {record['fee_status']}"
        return None

    def _numbers(self, *keys: str) -> set[int]:
        return {int(re.sub(r"\D", "", each)) for text in self._texts(*keys) for each in _NUMBER.findall(text)}

    def _texts(self, *keys: str) -> Iterator[str]:
        for record in self.records:
            for key in keys:
                yield from _strings(record.get(key))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield unicodedata.normalize("NFC", value)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)


def spans_in(text: str) -> set[tuple[int, str]]:
    """The (number, unit) pairs that *text* says, in digits or in words; hours of the day aside."""
    text = _CLOCK.sub(" ", text)
    found = {(int(number), _UNITS[unit.lower()]) for number, unit in _SPAN.findall(text)}
    return found | {(_BY_WORD[word.lower()], _UNITS[unit.lower()]) for word, unit in _WORDS.findall(text)}


def plain(text: str) -> str:
    """*text* without case, brackets, quotes, stops and a code in brackets: two names alike but for these are one."""
    folded = re.sub(r"\(\s*\d\.\d{6}\s*\)", " ", unicodedata.normalize("NFC", text).casefold())
    return " ".join(re.sub(r"[()\[\]\"“”'‘’.,;:\-–/]", " ", folded).split())


def read_selections(folder: Path) -> dict[str, tuple[str, str]]:
    """code -> (list, field), as the four selections have it."""
    chosen = {}
    for name, file in SELECTIONS.items():
        with (folder / file).open(encoding="utf-8", newline="") as source:
            for row in csv.DictReader(source, delimiter="\t"):
                chosen[row["code"]] = (name, row["field"])
    return chosen


def read_published(folder: Path, codes: Iterable[str]) -> dict[str, Published]:
    """The records of *codes*, each with its other version where there is one."""
    wanted: dict[str, list[Record]] = {code: [] for code in codes}
    for file in RECORDS:
        with (folder / file).open(encoding="utf-8") as source:
            for line in source:
                record = json.loads(line)
                if record["code"] in wanted:
                    wanted[record["code"]].append(record)
    return {code: Published(tuple(records)) for code, records in wanted.items() if records}


def read_known_codes(folder: Path) -> set[str]:
    """Every code that any of the records bears."""
    with (folder / RECORDS[0]).open(encoding="utf-8") as source:
        return {json.loads(line)["code"] for line in source}


# -- what an entry claims -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Claim:
    """Something an entry says that its records must bear out; ``wrong`` tells what they have instead, None when they do."""

    code: str
    path: str
    wrong: str | None


def claims(procedure: Procedure, published: Published) -> Iterator[Claim]:
    """Every claim of *procedure* that can be held against its records."""
    code = procedure.code

    def claim(path: str, holds: bool, otherwise: str) -> Claim:
        return Claim(code, path, None if holds else otherwise)

    yield claim("name", plain(procedure.name) in published.names, f'"{procedure.name}" is not the name in the record')
    yield claim("record.month", procedure.record.month in published.months, f"no copy is of {procedure.record.month}")
    yield claim("in_national_list", procedure.in_national_list == published.in_portal_2026, f"the record says {published.in_portal_2026}")
    number = procedure.decision.number if procedure.decision else None
    yield claim(
        "decision", number in published.decisions if number else not published.decisions,
        f"{number} against {', '.join(sorted(published.decisions)) or 'none'} in the record",
    )
    if procedure.fees.status == "free":
        why = published.against_free(procedure.record.month)
        yield claim("fees.status", why is None, f"is free, but {why}")
    for path, instrument in instruments(procedure):
        yield claim(path, published.names_instrument(instrument), f"{instrument} is not in the record")
    for index, item in enumerate(procedure.fees.items):
        found = item.amount in published.amounts
        yield claim(f"fees.items[{index}]", has_article(item) or found, f"{item.amount} đồng is not in the record")
    for index, limit in enumerate(procedure.time):
        found = (limit.amount, limit.unit) in published.time_limits
        yield claim(f"time[{index}]", has_article(limit) or found, f"{limit.amount} {limit.unit} is not in the record")
    for path, text in said(procedure):
        for amount in map(_whole, _MONEY_SAID.findall(text)):
            yield claim(path, amount in published.numbers_anywhere, f"{amount} đồng is not in the record: {text}")
        for span in sorted(spans_in(text)):
            yield claim(path, span in published.spans_anywhere, f"{span[0]} {span[1]} is not in the record: {text}")


def instruments(procedure: Procedure) -> Iterator[tuple[str, str]]:
    """(path, number) of every legal instrument that an entry names."""
    yield from ((f"legal_basis[{index}]", number) for index, number in enumerate(procedure.legal_basis))
    for index, span in enumerate(procedure.authority):
        if span.source:
            yield f"authority[{index}].source", span.source.number
    for index, figure in enumerate((*procedure.fees.items, *procedure.time)):
        if figure.source.instrument:
            yield f"figure[{index}].source", figure.source.instrument.number


def unknown_codes(procedure: Procedure, known: set[str]) -> Iterator[str]:
    """The codes that an entry sends a citizen to and that are not *known*."""
    named = [code for _, text in said(procedure) for code in re.findall(r"\b\d\.\d{6}\b", text)]
    yield from (code for code in [*named, *procedure.replaced_by] if code not in known)


def has_article(figure: FeeItem | TimeLimit) -> bool:
    """Whether it bears an instrument that can be looked up: its number and the article."""
    return figure.source.instrument is not None and bool(figure.source.instrument.number and figure.source.instrument.article)


def _whole(amount: str) -> int:
    return int(amount.replace(".", ""))


def said(procedure: Procedure) -> Iterator[tuple[str, str]]:
    """(path, text) of every sentence in which a figure may hide."""
    if procedure.fees.text:
        yield "fees.text", procedure.fees.text
    for index, figure in enumerate((*procedure.fees.items, *procedure.time)):
        if figure.condition:
            yield f"figure[{index}].condition", figure.condition
    for key in ("time_notes", "steps", "conditions", "notes"):
        for index, text in enumerate(getattr(procedure, key)):
            yield f"{key}[{index}]", text
    for index, line in enumerate(procedure.documents):
        for text in _of_line(line):
            yield f"documents[{index}]", text


def _of_line(line: Document | OneOf | Note) -> Iterator[str]:
    if isinstance(line, Note):
        yield line.text
        return
    for paper in (line,) if isinstance(line, Document) else line.options:
        yield from (text for text in (paper.name, paper.when, paper.detail) if text)
    if isinstance(line, OneOf):
        yield line.title
