"""The workbook of the office's own data: its template, and what is read back from it, every mistake at once with sheet and cell."""

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

from bot import strict_yaml
from bot.calendar.model import NationalCalendar
from bot.calendar.reader import WEEKDAYS
from bot.calendar.rules import is_doubtful
from bot.catalog.names import folded
from bot.desk import prices_workbook
from bot.desk.sheets import Book, Column, Row, Sheet, Unreadable, as_number, as_time, quoted, write_book
from bot.offices.model import USUAL_NIGHT, Office, Town
from bot.offices.prices import PRICES_FILE, document_of
from bot.offices.reader import ADDRESS_WORDS, NO_OFFICE, as_phone, is_account, is_night
from bot.postal.prices import PriceTable
from bot.postal.units import provinces_of_today

DOUBTFUL_AHEAD = timedelta(days=366)
"""How far ahead days of doubtful standing are asked about."""
LONGEST_ID = 24
LONGEST = 200
"""Characters of a name or an address: a citizen reads it on a phone."""
_PLAIN_NAME = re.compile(r"^(?:trung tam )?(?:phuc vu )?(?:hanh chinh cong )?")
_TIMES = ("morning_from", "morning_to", "afternoon_from", "afternoon_to")
_YES, _NO = {"co", "x", "yes", "dung", "1"}, {"khong", "ko", "no", "0"}
_WEEKDAYS = {
    **{f"thu {word}": index for index, word in enumerate(("hai", "ba", "tu", "nam", "sau", "bay"))},
    **{f"thu {index + 2}": index for index in range(6)}, **{f"t{index + 2}": index for index in range(6)}, "chu nhat": 6, "cn": 6,
}
_EVERY_DAY = {"hang ngay", "moi ngay", "ca tuan", "tat ca", "tat ca cac ngay"}
_RANGE = re.compile(r"\s*(?:-|–|\bđến\b|\btới\b|\bden\b|\btoi\b)\s*", re.IGNORECASE)

TABLES: dict[str, tuple[str, ...]] = {
    "general": ("item", "answer", "why"),
    "places": ("mark", "name", "kind", "address", "landmark", "phone"),
    "hours": ("mark", "place", "days", *_TIMES),
    "exceptions": ("mark", "place", "first", "last", *_TIMES, "reason"),
    "counters": ("mark", "place", "counter", "fields", "minutes", "seats"),
    "old_names": ("mark", "old_name", "now", "place"),
    "doubtful": ("day", "weekday", "day_name", "open"),
    **prices_workbook.TABLES,
}
"""The sheets and their columns."""
ITEMS = (
    "bot_name", "self_word", "address_word", "hotline", "apology_allowed", "fact_phone", "fact_id", "fact_name",
    "bank_on", "bank", "account", "holder", "quiet_hours",
)
_OFFERED = {
    "self_word": "self_words", "address_word": "address_words",
    **dict.fromkeys(("apology_allowed", "fact_phone", "fact_id", "fact_name", "bank_on"), "yes_no"),
}
"""Which of them are answered from a list."""
_LATER_ITEMS = {"quiet_hours"}
"""Asked only since a later release: a workbook of before may lack them."""
_OPTIONAL = {"mark", "why", "where", "landmark", "last", "seats", "weekday", "day_name", "now", *_TIMES}
_WIDTHS = {"name": 40, "address": 48, "landmark": 28, "fields": 48, "why": 64, "item": 40, "answer": 34, "place": 36, "reason": 34,
           "old_name": 30, "now": 40, "day_name": 34, "days": 24, "mark": 10,
           **prices_workbook.WIDTHS}


class Words(Protocol):
    def part(self, flow: str, step: str, /, **fields: str) -> str: ...


@dataclass
class Filled:
    """What the workbook says: the office's files by name, where nothing is wrong with it; what is wrong; what else to know."""

    files: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


# -- the template ---------------------------------------------------------------------------------------------------------


def doubtful_days(calendar: NationalCalendar, today: date) -> list[date]:
    """Days within a year of which the nation has not said whether they are off; those past the calendar's end are another year's matter."""
    days = (today + timedelta(days=ahead) for ahead in range(DOUBTFUL_AHEAD.days))
    return [day for day in days if day <= calendar.until and is_doubtful(calendar, day)]


def write_template(path: Path, fields: Collection[str], calendar: NationalCalendar, today: date, words: Words) -> None:
    """Raises OSError where *path* cannot be written."""
    def say(key: str, **given: str) -> str:
        return words.part("office_workbook", key, **given)

    lists = {
        "yes_no": [say("yes"), say("no")], "kinds": [say("kind_centre"), say("kind_post_office")],
        "self_words": [say("self_em"), say("self_none")], "address_words": list(ADDRESS_WORDS),
        "days": [say("workdays"), *(say(f"day_{index}") for index in range(7))], "fields": [say("everywhere"), *sorted(fields)],
        "regions": [say("rest"), *(each.name for each in provinces_of_today().values())],
    }
    given = {say(f"list_{name}"): values for name, values in lists.items()}
    of = {name: say(f"list_{name}") for name in lists}
    choices = {"kind": of["kinds"], "days": of["days"], "fields": of["fields"], "open": of["yes_no"], "where": of["regions"],
               "place": f"'{say('sheet_places')}'!$B$3:$B$60"}  # her own may stand where the example stood
    kinds = {"day": "day", "first": "day", "last": "day", "minutes": "number", "seats": "number", **dict.fromkeys(_TIMES, "time"),
             **prices_workbook.KINDS}
    rows: dict[str, list[dict[str, Any]]] = {
        "general": [_item(key, say) for key in ITEMS],
        "doubtful": [
            {"day": day, "weekday": say(f"day_{day.weekday()}"), "day_name": special.name if (special := calendar.special(day)) else ""}
            for day in doubtful_days(calendar, today)
        ],
    }
    examples = examples_of(say, next(iter(sorted(fields)), ""))
    sheets = [
        Sheet(
            say(f"sheet_{name}"), say(f"help_{name}"),
            tuple(
                Column(key, say(f"col_{key}"), _WIDTHS.get(key, 14), choices.get(key), key not in ("fields", "place", "days", "where"),
                       kinds.get(key, "text"))
                for key in keys
            ),
            rows.get(name, []), examples.get(name, []), frozenset(("item", "why", "day", "weekday", "day_name")),
            [("answer", ITEMS.index(key), of[offered]) for key, offered in _OFFERED.items()] if name == "general" else (),
        )
        for name, keys in TABLES.items()
    ]
    guide = [say("file_title"), *(say(f"guide_{number}") for number in range(1, 7))]
    write_book(path, (say("sheet_guide"), guide), sheets, (say("sheet_lists"), given))


def _item(key: str, say: Any) -> dict[str, str]:
    given = {"self_word": say("self_em"), "address_word": ADDRESS_WORDS[0], "apology_allowed": say("no"), "bank_on": say("no"),
             "quiet_hours": "{:%Hh%M}-{:%Hh%M}".format(*USUAL_NIGHT)}
    return {"item": say(f"item_{key}"), "answer": given.get(key, ""), "why": say(f"why_{key}")}


def examples_of(say: Any, one_field: str) -> dict[str, list[dict[str, Any]]]:
    """The grey rows, each marked as an example."""
    mark, place = {"mark": say("mark")}, {"place": say("eg_place")}
    hours = {"morning_from": time(7, 30), "morning_to": time(11, 30), "afternoon_from": time(13, 30), "afternoon_to": time(17)}
    return {
        "places": [{**mark, "name": say("eg_place"), "kind": say("kind_centre"), "address": say("eg_address"),
                    "landmark": say("eg_landmark"), "phone": say("eg_phone")}],
        "hours": [{**mark, **place, "days": say("eg_days"), **hours}],
        "exceptions": [{**mark, **place, "first": date(2026, 12, 18), "morning_from": time(7, 30), "morning_to": time(11, 30),
                        "reason": say("eg_reason")}],
        "counters": [{**mark, **place, "counter": say("eg_counter"), "fields": one_field, "minutes": 15, "seats": 1}],
        "old_names": [{**mark, "old_name": say("eg_old_name"), "now": say("eg_now"), **place}],
        **prices_workbook.examples_of(say, mark),
    }


# -- reading it back ------------------------------------------------------------------------------------------------------


def read_filled(
    book: Book, fields: Collection[str], calendar: NationalCalendar, today: date, old: Town | None, words: Words
) -> Filled:
    """What *book* says. *old*: the office's data of before, whose ids stay with the names that bear them.

    ``files`` is empty where there is any problem.
    """
    return _Reader(book, fields, calendar, today, old, words).read()


class _Reader:
    def __init__(
        self, book: Book, fields: Collection[str], calendar: NationalCalendar, today: date, old: Town | None, words: Words
    ) -> None:
        self.book, self.calendar, self.today, self.old, self.words = book, calendar, today, old, words
        self.fields = {folded(each): each for each in fields}
        self.filled = Filled()
        self.examples = 0

    # -- what is said

    def say(self, key: str, **given: str) -> str:
        return self.words.part("office_workbook", key, **given)

    def wrong(self, row: Row, key: str, kind: str, **given: str) -> None:
        if "text" in given:
            given["text"] = quoted(given["text"])
        what = self.say(f"wrong_{kind}", **given)
        self.filled.problems.append(self.say("at_cell", sheet=row.sheet, cell=row.place(key), what=what))

    def wrong_sheet(self, name: str, kind: str, **given: str) -> None:
        self.filled.problems.append(self.say("at_sheet", sheet=self.say(f"sheet_{name}"), what=self.say(f"wrong_{kind}", **given)))

    # -- tables and cells

    def rows(self, name: str) -> list[Row]:
        """The real rows of a sheet: those marked as examples are passed over, altered ones told of."""
        title = self.say(f"sheet_{name}")
        if not self.book.has(title):
            self.wrong_sheet(name, "no_sheet")
            return []
        rows, missing = self.book.table(title, {key: self.say(f"col_{key}") for key in TABLES[name]})
        for key in missing:
            if key not in ("mark", "why"):
                self.wrong_sheet(name, "no_column", column=self.say(f"col_{key}"))
        if any(key not in ("mark", "why") for key in missing):
            return []
        return [row for row in rows if self._is_real(name, row)]

    def _is_real(self, name: str, row: Row) -> bool:
        shown = [_plain(example, without="mark") for example in examples_of(self.say, "").get(name, [])]
        same = any(all(_same(row, key, value) for key, value in example.items() if key != "fields") for example in shown)
        if "mark" not in row.columns:
            return True
        if folded(row.text("mark")) == folded(self.say("mark")):
            if not same:  # read all the same: what names it elsewhere is not to be told as wrong too
                self.wrong(row, "mark", "example")
                return True
            self.examples += 1
            return False
        if same:
            self.wrong(row, "mark", "example_left")
            return False
        return not row.is_blank(*(key for key in row.values if key != "mark"))

    def text(self, row: Row, key: str, most: int = LONGEST) -> str:
        found = row.text(key)
        if not found and key not in _OPTIONAL:
            self.wrong(row, key, "missing", column=self.say(f"col_{key}"))
        if len(found) > most:
            self.wrong(row, key, "long", most=str(most))
        return found

    def one_of(self, row: Row, key: str, choices: Mapping[str, str], text: str | None = None) -> str | None:
        """The value of the choice that is written there; *choices*: value by what is shown."""
        found = self.text(row, key) if text is None else text
        known = {folded(shown): value for shown, value in choices.items()}
        if not found:
            return None
        if folded(found) in known:
            return known[folded(found)]
        near = sorted((each for each in known if f" {folded(found)} " in f" {each} "), key=len)
        near = near or difflib.get_close_matches(folded(found), known, n=1, cutoff=0.7)
        if near:
            self.wrong(row, key, "near", text=found, near=next(shown for shown in choices if folded(shown) == near[0]))
        else:
            self.wrong(row, key, "one_of", text=found, choices=", ".join(list(choices)[:8]))
        return None

    def yes(self, row: Row, key: str) -> bool | None:
        found = row.text(key)
        if folded(found) in _YES | _NO:
            return folded(found) in _YES
        if found:
            self.wrong(row, key, "yes_no", text=found)
        return None

    def number(self, row: Row, key: str, least: int, most: int) -> int | None:
        found = self.text(row, key)
        try:
            number = as_number(row.values.get(key))
        except Unreadable:
            number = -1
        if number is not None and not least <= number <= most:
            self.wrong(row, key, "number", text=found, least=str(least), most=str(most))
            return None
        return number

    def day(self, row: Row, key: str) -> date | None:
        try:
            found = row.day(key)
        except Unreadable as error:
            self.wrong(row, key, "day", text=str(error))
            return None
        if found is None and key not in _OPTIONAL:
            self.wrong(row, key, "missing", column=self.say(f"col_{key}"))
        return found

    def phone(self, row: Row, key: str, *, short: bool = False) -> str | None:
        found = row.text(key)
        phone = as_phone(found, short=short) if found else None
        if found and phone is None:
            self.wrong(row, key, "phone", text=found)
        return phone

    def periods(self, row: Row) -> list[str] | None:
        """``07:30-11:30`` and such, empty where no hour stands; None where something is wrong. Two blanks in the middle: through noon."""
        times: dict[str, time] = {}
        for key in _TIMES:
            try:
                found = row.time(key)
            except Unreadable as error:
                self.wrong(row, key, "time", text=str(error))
                return None
            if found is not None:
                afternoon = key.startswith("afternoon") and 1 <= found.hour <= 6  # "1h30" of an afternoon
                times[key] = found.replace(hour=found.hour + 12) if afternoon else found
        for key, following in pairwise(times):
            if times[following] <= times[key]:
                self.wrong(row, following, "order")
                return None
        keys = list(times)
        if len(keys) % 2 or keys in ([*_TIMES[:1], *_TIMES[2:3]], [*_TIMES[1:2], *_TIMES[3:]], list(_TIMES[1:3])):
            self.wrong(row, keys[-1], "half")
            return None
        return [f"{times[begin]:%H:%M}-{times[end]:%H:%M}" for begin, end in zip(keys[::2], keys[1::2], strict=True)]

    # -- the whole

    def read(self) -> Filled:
        general, places = self._general(), self._places()
        ids = {place["name"]: place["id"] for place in places}
        self._hours(places, ids)
        self._exceptions(places, ids)
        self._counters(places, ids)
        old_names = self._old_names(ids)
        prices = self._prices()
        self._settled(places)
        for place in places:
            if "hours" not in place and not self.filled.problems:
                self.wrong_sheet("hours", "no_hours_for", place=place["name"])
            if place["kind"] == "centre" and "counters" not in place and not self.filled.problems:
                self.filled.notes.append(self.say("note_no_counter", place=place["name"]))
        if self.examples:
            self.filled.notes.append(self.say("note_examples", count=str(self.examples)))
        if not self.filled.problems:
            documents: dict[str, Any] = {"town.yaml": general, "offices.yaml": places, "places.yaml": old_names}
            documents |= {} if prices is None else {PRICES_FILE: document_of(prices)}
            self.filled.files = {name: strict_yaml.dump(document) for name, document in documents.items()}
        return self.filled

    def _general(self) -> dict[str, Any]:
        rows = {folded(row.text("item")): row for row in self.rows("general")}
        items: dict[str, Row] = {}
        for key in ITEMS if rows else ():
            row = rows.get(folded(self.say(f"item_{key}")))
            if row is not None:
                items[key] = row
            elif key not in _LATER_ITEMS:
                self.wrong_sheet("general", "item_gone", item=self.say(f"item_{key}"))
        if not items.keys() >= set(ITEMS) - _LATER_ITEMS:
            return {}

        def needed(key: str) -> str:
            found = items[key].text("answer")
            if not found:
                self.wrong(items[key], "answer", "answer_missing", item=self.say(f"item_{key}"))
            return found

        def flag(key: str) -> bool:
            return bool(self.yes(items[key], "answer")) if needed(key) else False

        self_words = {self.say("self_em"): "em", self.say("self_none"): "none"}
        document: dict[str, Any] = {
            "bot_name": needed("bot_name"),
            "self_word": self.one_of(items["self_word"], "answer", self_words, needed("self_word")) or "em",
            "address_word": self.one_of(
                items["address_word"], "answer", {each: each for each in ADDRESS_WORDS}, needed("address_word")
            ) or ADDRESS_WORDS[0],
            "apology_allowed": "yes" if flag("apology_allowed") else "no",
        }
        hotline = self.phone(items["hotline"], "answer", short=True)
        if hotline:
            document["hotline"] = hotline
        facts = [fact for fact in ("phone", "id", "name") if flag(f"fact_{fact}")]
        if not facts and all(items[f"fact_{fact}"].text("answer") for fact in ("phone", "id", "name")):
            self.wrong(items["fact_phone"], "answer", "no_fact")
        document["second_facts"] = facts
        if flag("bank_on"):
            account = needed("account").replace(" ", "").upper()
            if account and not is_account(account):
                self.wrong(items["account"], "answer", "account", text=account)
            document["bank"] = {"bank": needed("bank"), "number": account, "holder": needed("holder")}
        if quiet := self._quiet(items.get("quiet_hours")):
            document["quiet_hours"] = "{:%H:%M}-{:%H:%M}".format(*quiet)
        return document

    def _quiet(self, row: Row | None) -> tuple[time, time] | None:
        """None for the usual night. A workbook that does not ask yet changes nothing."""
        if row is None:
            return self.old.quiet if self.old and self.old.quiet != USUAL_NIGHT else None
        found = row.text("answer")
        try:
            ends = [as_time(part) for part in _RANGE.split(found)] if found else []
        except Unreadable:
            ends = [None]
        match ends:
            case []:
                return None
            case [time() as start, time() as end] if is_night(start, end):
                return start, end
        self.wrong(row, "answer", "quiet_hours", text=found)
        return None

    def _places(self) -> list[dict[str, Any]]:
        kinds = {self.say("kind_centre"): "centre", self.say("kind_post_office"): "post_office"}
        rows = self.rows("places")
        places: list[dict[str, Any]] = []
        for row in rows:
            name = self.text(row, "name")
            place: dict[str, Any] = {
                "id": "", "name": name, "kind": self.one_of(row, "kind", kinds) or "centre",
                "address": self.text(row, "address"), "phone": self.phone(row, "phone") or "",
            }
            if not row.text("phone"):
                self.wrong(row, "phone", "missing", column=self.say("col_phone"))
            if landmark := self.text(row, "landmark"):
                place["landmark"] = landmark
            if any(folded(name) == folded(each["name"]) for each in places):
                self.wrong(row, "name", "twice", text=name)
                continue
            before = self._before(place, rows)
            place["id"] = before.id if before else identifier(name)
            if name and any(place["id"] == each["id"] for each in places):
                self.wrong(row, "name", "id_taken", text=name)
            if before and before.forms:
                place["forms_at_counter"] = {code: "yes" if lies else "no" for code, lies in before.forms.items()}
            places.append(place)
        if self.book.has(self.say("sheet_places")) and not any(place["kind"] == "centre" for place in places):
            self.wrong_sheet("places", "no_centre")
        return places

    def _before(self, place: Mapping[str, Any], rows: Sequence[Row]) -> Office | None:
        """The place as it was: of the same name, or the only centre there was and is. Booked visits hang on its id."""
        known = self.old.offices if self.old else ()
        same = next((office for office in known if folded(office.name) == folded(place["name"])), None)
        centres = [office for office in known if office.kind == "centre"]
        here = sum(folded(row.text("kind")) == folded(self.say("kind_centre")) for row in rows)
        if same is None and place["kind"] == "centre" and len(centres) == here == 1:
            return centres[0]
        return same

    def _place(self, row: Row, ids: Mapping[str, str], more: Mapping[str, str] | None = None) -> str | None:
        """The id of the place that the row is about; of the only one where none is named."""
        if not ids:
            return None
        if not row.text("place") and len(ids) == 1:
            return next(iter(ids.values()))
        return self.one_of(row, "place", {**ids, **(more or {})})

    def _at(self, row: Row, places: Sequence[dict[str, Any]], ids: Mapping[str, str]) -> list[dict[str, Any]]:
        found = self._place(row, ids, {self.say("everywhere"): "*"})
        return [place for place in places if found in (place["id"], "*")]

    def _hours(self, places: Sequence[dict[str, Any]], ids: Mapping[str, str]) -> None:
        for row in self.rows("hours"):
            here, days, periods = self._at(row, places, ids), self._days(row), self.periods(row)
            if periods == []:
                self.wrong(row, "morning_from", "no_hours")
            for place in here:
                hours = place.setdefault("hours", {})
                for day in days:
                    if WEEKDAYS[day] in hours:
                        self.wrong(row, "days", "hours_twice", day=self.say(f"day_{day}"), place=place["name"])
                    hours[WEEKDAYS[day]] = periods or []

    def _days(self, row: Row) -> list[int]:
        text = self.text(row, "days")
        days: list[int] = []
        if folded(text) in _EVERY_DAY:
            return list(range(7))
        for part in re.split(r"[,;]", text) if text else ():
            ends = [_weekday(each) for each in _RANGE.split(re.sub(r"^[Tt]ừ\s+", "", part.strip()))]
            first, last = ends[0], ends[-1]
            if first is None or last is None or len(ends) > 2 or last < first:
                self.wrong(row, "days", "weekday", text=text)
                return []
            days += range(first, last + 1)
        return days

    def _exceptions(self, places: Sequence[dict[str, Any]], ids: Mapping[str, str]) -> None:
        for row in self.rows("exceptions"):
            here, periods = self._at(row, places, ids), self.periods(row)
            first, last = self.day(row, "first"), self.day(row, "last")
            reason = self.text(row, "reason")
            if first is None or periods is None:
                continue
            last = last or first
            if last < first:
                self.wrong(row, "last", "last_before")
            for place in here:
                others = place.setdefault("exceptions", [])
                if any(first.isoformat() <= each["last"] and each["first"] <= last.isoformat() for each in others):
                    self.wrong(row, "first", "overlap", place=place["name"])
                others.append({"first": first.isoformat(), "last": last.isoformat(), "periods": periods, "reason": reason})

    def _counters(self, places: Sequence[dict[str, Any]], ids: Mapping[str, str]) -> None:
        by_id = {place["id"]: place for place in places}
        centres = {place["name"]: place["id"] for place in places if place["kind"] == "centre"}
        served: set[str] = set()
        everything = False
        for row in self.rows("counters"):
            place = by_id.get(self._place(row, ids if row.text("place") else centres) or "")
            name, fields = self.text(row, "counter"), self._fields(row)
            if place is None or not name:
                continue
            counters = place.setdefault("counters", [])
            counter = next((each for each in counters if folded(each["name"]) == folded(name)), None)
            if counter is None:
                counter = {"id": self._counter_id(place["id"], name), "name": name, "minutes": "", "seats": "1", "fields": []}
                if any(each["id"] == counter["id"] for each in counters):
                    self.wrong(row, "counter", "id_taken", text=name)
                counters.append(counter)
            if not counter["minutes"] or row.text("minutes"):
                minutes = self.number(row, "minutes", 5, 240)
                if counter["minutes"] and minutes is not None and str(minutes) != counter["minutes"]:
                    self.wrong(row, "minutes", "minutes_differ")
                counter["minutes"] = str(minutes or "")
            if row.text("seats"):
                counter["seats"] = str(self.number(row, "seats", 1, 50) or 1)
            counter["fields"] += [each for each in fields or () if each not in counter["fields"]]
            everything = everything or fields == []
            served.update(fields or ())
        unserved = sorted(set(self.fields.values()) - served)
        if served and not everything and unserved:
            self.filled.notes.append(self.say("note_unserved", fields=", ".join(unserved)))

    def _counter_id(self, place: str, name: str) -> str:
        office = self.old.office(place) if self.old else None
        same = next((each.id for each in office.counters if folded(each.name) == folded(name)), None) if office else None
        return same or identifier(name)

    def _fields(self, row: Row) -> list[str] | None:
        """Official names; empty for every field; None where none is named."""
        text = str(row.values.get("fields") or "").strip()
        if not text:
            self.text(row, "fields")
            return None
        if folded(text) == folded(self.say("everywhere")):
            return []
        if folded(text) in self.fields:  # some names have signs in them that part others
            return [self.fields[folded(text)]]
        known = {shown: shown for shown in self.fields.values()}
        parts = [" ".join(each.split()) for part in re.split(r"[;\n]", text) for each in self._by_commas(part) if each.strip()]
        return [found for part in parts if (found := self.one_of(row, "fields", known, part))] or None

    def _by_commas(self, part: str) -> list[str]:
        """Some names have commas in them: parted there only where every piece is a field."""
        pieces = part.split(",")
        return pieces if folded(part) not in self.fields and all(folded(piece) in self.fields for piece in pieces) else [part]

    def _old_names(self, ids: Mapping[str, str]) -> list[dict[str, str]]:
        found: list[dict[str, str]] = []
        for row in self.rows("old_names"):
            name, now = self.text(row, "old_name"), row.text("now")
            place = self._place(row, ids, {self.say("elsewhere"): NO_OFFICE})
            if not now:
                self.wrong(row, "now", "missing", column=self.say("col_now"))
            if any(folded(name) == folded(each["name"]) for each in found):
                self.wrong(row, "old_name", "twice", text=name)
            found.append({"name": name, "now": now, "office": place or NO_OFFICE})
        return found

    def _prices(self) -> PriceTable | None:
        """None where it stays as it is: a workbook of an earlier release, or nothing in it and nothing before."""
        if not any(self.book.has(self.say(f"sheet_{name}")) for name in prices_workbook.TABLES):
            return None
        before = self.old.post if self.old else None
        prices = prices_workbook.read_table(self, before, identifier)
        if before is not None and not prices.prices:
            self.filled.notes.append(self.say("note_no_prices"))
        return None if before is None and prices == PriceTable() else prices

    def _settled(self, places: Sequence[dict[str, Any]]) -> None:
        settled: dict[str, str] = {}
        for row in self.rows("doubtful"):
            day, standing = self.day(row, "day"), self.yes(row, "open")
            if day is not None and standing is not None:
                settled[day.isoformat()] = "open" if standing else "closed"
        for place in places:
            if settled:
                place["settled"] = settled


def _weekday(text: str) -> int | None:
    """A bare number too: "Thứ 2 đến 6"."""
    return _WEEKDAYS.get(folded(text), _WEEKDAYS.get(f"thu {folded(text)}"))


def identifier(name: str) -> str:
    """Short ASCII for *name*: "Trung tâm Phục vụ hành chính công xã Mẫu" is ``xa_mau``."""
    plain = folded(name)
    words = (_PLAIN_NAME.sub("", plain) or plain).replace(" ", "_")[:LONGEST_ID].strip("_")
    return f"{words}_1" if words == NO_OFFICE else words


def _plain(example: Mapping[str, Any], *, without: str) -> dict[str, Any]:
    return {key: value for key, value in example.items() if key != without}


def _same(row: Row, key: str, value: Any) -> bool:
    try:
        if isinstance(value, date):
            return row.day(key) == value
        if isinstance(value, time):
            return row.time(key) == value
    except Unreadable:
        return False
    return folded(row.text(key)) == folded(str(value))


def notes_of_counters(codes: Iterable[str], words: Words) -> Iterator[str]:
    """Of procedures whose own counter is there no more."""
    for code in codes:
        yield words.part("office_workbook", "note_counter_gone", code=code)


def note_of_day(day: date, words: Words) -> str:
    return words.part("office_workbook", "note_unsettled", day=f"{day:%d/%m/%Y}")
