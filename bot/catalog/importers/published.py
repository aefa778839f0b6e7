"""A procedure as some source publishes it, before anyone has judged it; what all importers read into."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from bot.catalog.model import Channel, Level, Online, RecordFrom, TimeUnit

FlagKind = Literal[
    "long_line", "glued", "choose_one", "cases", "form_file", "zero_contradicted", "provincial_amount", "foreign_currency", "fee_in_words",
    "time_in_words", "time_disagrees", "authority", "test_row", "decision_title", "internal", "code_reused", "no_detail", "shape",
]
"""What a person must look at before a draft can be published."""

_CODE = re.compile(r"(?<![\d.])(\d\.\d{6})(?!\d)")
_BULLET = re.compile(r"^[\s\-+*•–·]+")


@dataclass(frozen=True, slots=True)
class Paper:
    """A line among the papers as printed. ``heading`` is the group it stands under, empty where there is none."""

    name: str
    original: int | None = None
    copy: int | None = None
    form: str | None = None
    heading: str = ""


@dataclass(frozen=True, slots=True)
class FeeRow:
    """``amount`` in whole đồng as printed, None where the row has only words, or nothing."""

    channel: Channel | None
    amount: int | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class TimeRow:
    """``amount`` and ``unit`` as printed; ``unit`` is None where the source has none that we know; ``text`` is what follows."""

    channel: Channel | None
    amount: float | None
    unit: TimeUnit | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """One procedure of one source. ``place`` says where it was read: ``file:line``; None and empty mean that the source is silent."""

    place: str
    code: str
    name: str
    field: str
    record_from: RecordFrom
    month: str | None = None
    levels: tuple[Level, ...] = ()
    agency: str = ""
    papers: tuple[Paper, ...] = ()
    fees: tuple[FeeRow, ...] = ()
    times: tuple[TimeRow, ...] = ()
    channels: tuple[Channel, ...] = ()
    online: Online | None = None
    steps: tuple[str, ...] = ()
    result: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    legal_basis: tuple[str, ...] = ()
    decision: str | None = None
    decided_on: date | None = None
    in_national_list: bool | None = None
    internal: bool = False
    detailed: bool = True
    remarks: tuple[tuple[FlagKind, str], ...] = ()
    """What the importer itself found odd."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that could not be taken, where, and what to do about it. Nothing is lost: it stays in its file."""

    place: str
    why: str

    def __str__(self) -> str:
        return f"{self.place}: {self.why}"


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A file that is in our own shape already: its text is kept as it is."""

    place: str
    folder: str
    field: str
    stem: str
    source: str


Found = Published | OwnFile | Unreadable


def code_in(text: object) -> str | None:
    """The bare national code in *text*, written bare or long (``1.001193.000.00.00.H51``)."""
    found = _CODE.search(str(text))
    return found[1] if found else None


def filed_wrongly(code: str, filed_under: object) -> str | None:
    """Why a record with *code* inside does not belong where it was found; None where it does, or the place names no code."""
    other = code_in(filed_under)
    if other is None or other == code:
        return None
    return f"is filed under {other} but holds {code}: the copy is of another procedure; fetch {other} again"


def line_of(value: object) -> str:
    """*value* as one line: one Unicode form, single blanks, no bullet. Empty for what is no text."""
    if not isinstance(value, str):
        return ""
    return _BULLET.sub("", " ".join(_printable(unicodedata.normalize("NFC", value)).split())).strip()


def lines_of(value: object) -> tuple[str, ...]:
    """Every line of *value* that says something; of a list, of each of its texts."""
    whole_texts = value if isinstance(value, list) else [value]
    lines = (line_of(line) for text in whole_texts if isinstance(text, str) for line in text.splitlines())
    return tuple(line for line in lines if line)


def whole(value: object) -> int | None:
    """A count or an amount; None for what is no whole number from 0."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value)
    return value if isinstance(value, int) and value >= 0 else None


def number(value: object) -> float | None:
    """A number that need not be whole; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        return None
    return float(value)


def tables(value: object) -> Iterator[dict[str, Any]]:
    """The objects in a list; nothing where *value* is no list."""
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, dict))


def texts(value: object) -> Iterator[str]:
    """The texts in a list; nothing where *value* is no list."""
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, str))


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() or char.isspace() else " " for char in text)


@dataclass
class Shape:
    """Collects what an importer found in another shape than it knows, once for each kind."""

    seen: list[str] = field(default_factory=list)

    def odd(self, what: str) -> None:
        if what not in self.seen:
            self.seen.append(what)

    def remarks(self) -> tuple[tuple[FlagKind, str], ...]:
        return tuple(("shape", each) for each in self.seen)
