"""One row of the post's list: news of an order, or what is wrong with it and in which cell."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.catalog.names import folded
from bot.dossiers import codes
from bot.gateways.post.carrier import News, Place, Told
from bot.gateways.post.statuses import read_service, read_status
from bot.gateways.post.titles import TITLES
from bot.gateways.settlement.cells import BadCell, is_empty, read_day, read_text
from bot.gateways.settlement.rows import Fault, Faulty, cell_of, fault_in
from bot.gateways.settlement.sheets import Cell, Row
from bot.gateways.settlement.titles import Header, text_of
from bot.postal.rules import is_mistyped
from bot.short_codes import read_code

LONGEST_WORDS = 200
MOST_TRIES = 20
_TELLS = ("status", "status_on", "signed_on", "sent_on", "item", "attempt", "reason", "receiver", "next_try")
_ORDER = re.compile(r"(?<![A-Z0-9])B[\s.\-_]?\d{2}[\s.\-_]?\d{3}[\s.\-_]?[A-Z](?![A-Z0-9])", re.IGNORECASE)
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_DIGITS_OF_A_NAME = 5


@dataclass(frozen=True)
class RowReader:
    """Reads the rows below *header*. *made_on*: the day of the list; *today*: nothing has happened later."""

    header: Header
    sheet: str | None
    made_on: date
    today: date
    epoch: date

    def is_data(self, row: Row) -> bool:
        """Whether *row* is about an order: not blank, not the titles once more, no sum, no signatures under the table."""
        status = text_of(self._cell(row, "status"))
        if folded(status) in TITLES["status"]:
            return False
        if any(len(re.findall(r"\d", text_of(self._cell(row, key)))) >= _DIGITS_OF_A_NAME for key in ("order", "code", "item")):
            return True
        if _ORDER.search(text_of(self._cell(row, "note"))):
            return True
        filled = [key for key in self.header.columns if key not in ("number", "fault") and not is_empty(self._cell(row, key))]
        return len(filled) > 1 and read_status(status) is not None

    def read(self, row: Row, number: int) -> Told:
        place = Place(self.sheet, self.header, row, number, self.made_on)
        faults: list[Fault] = []
        doubts: list[Fault] = []

        def take(key: str, read: Callable[..., Any], *more: Any) -> Any:
            try:
                return read(self._cell(row, key), *more)
            except BadCell as error:
                faults.append(self._fault(row, number, key, error.problem))
                return None

        days = {key: take(key, read_day, self.epoch) for key in ("status_on", "signed_on", "sent_on", "next_try")}
        faults += [
            self._fault(row, number, key, "still_to_come", today=f"{self.today:%d/%m/%Y}")
            for key in ("status_on", "signed_on", "sent_on") if days[key] and days[key] > self.today
        ]
        words = text_of(self._cell(row, "status"))
        meaning = read_status(words)
        if not words and any(not is_empty(self._cell(row, key)) for key in _TELLS):
            faults.append(self._fault(row, number, "status", "no_status"))
        elif words and meaning is None:
            faults.append(self._fault(row, number, "status", "unknown_status"))
        if meaning in ("collected", "in_transit"):
            on = days["status_on"] or days["sent_on"] or days["signed_on"]
        elif meaning == "delivered":
            on = days["signed_on"] or days["status_on"]
        else:
            on = days["status_on"] or days["signed_on"]
        news = News(
            meaning=meaning, words=words, number=self._order(row, number, faults), dossier=self._dossier(row, number, doubts),
            service=read_service(text_of(self._cell(row, "service"))), item=self._item(row, number, faults, doubts), on=on,
            attempt=take("attempt", read_attempt) or 0, reason=take("reason", read_text, LONGEST_WORDS),
            receiver=take("receiver", read_text, LONGEST_WORDS), next_try=days["next_try"],
        )
        if faults:
            return Told(place, Faulty(tuple(faults)), ())
        if news.number is None and news.dossier is None and news.item is None:
            return Told(place, Faulty((*doubts, self._fault(row, number, self._first_name(), "no_name"))[:1]), ())
        return Told(place, news, tuple(doubts))

    def _order(self, row: Row, number: int, faults: list[Fault]) -> str | None:
        """From its own column; else the first that the note names, where we wrote it."""
        text = text_of(self._cell(row, "order"))
        code = read_code(text) if text else None
        if text and (code is None or code[0] != "B"):
            faults.append(self._fault(row, number, "order", "bad_order"))
            return None
        if code is not None:
            return code
        found = (read_code(each) for each in _ORDER.findall(text_of(self._cell(row, "note"))))
        return next((each for each in found if each is not None), None)

    def _dossier(self, row: Row, number: int, doubts: list[Fault]) -> str | None:
        text = text_of(self._cell(row, "code"))
        code = codes.normalize(text, self.today) if text else None
        if text and code is None:
            doubts.append(self._fault(row, number, "code", "bad_code"))
        return code

    def _item(self, row: Row, number: int, faults: list[Fault], doubts: list[Fault]) -> str | None:
        """None also for one that is typed wrongly: it must not be told to anybody."""
        cell = self._cell(row, "item")
        if is_empty(cell):
            return None
        text = text_of(cell)
        if _ROUNDED.fullmatch(text) or (isinstance(cell, float) and not cell.is_integer()):
            faults.append(self._fault(row, number, "item", "rounded_number"))
            return None
        if is_mistyped(text):
            doubts.append(self._fault(row, number, "item", "mistyped_item"))
            return None
        return text

    def _first_name(self) -> str:
        return next(key for key in ("order", "code", "item", "note") if key in self.header.columns)

    def _cell(self, row: Row, key: str) -> Cell:
        return cell_of(self.header, row, key)

    def _fault(self, row: Row, number: int, key: str, problem: str, **fields: str) -> Fault:
        return fault_in(self.header, row, number, key, problem, **fields)


def read_attempt(cell: Cell) -> int | None:
    """``2``, ``lần 2``. Raises BadCell."""
    if is_empty(cell):
        return None
    found = re.fullmatch(r"(?:lan )?(\d{1,2})(?: lan)?", folded(text_of(cell)))
    if found is None or int(found[1]) > MOST_TRIES:
        raise BadCell("bad_attempt")
    return int(found[1])
