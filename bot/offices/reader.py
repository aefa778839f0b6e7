"""Reads an office's own folder strictly (town.yaml, offices.yaml, places.yaml): every error at once, with its line."""

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any, Literal

import phonenumbers

from bot.calendar.model import Period
from bot.calendar.reader import WEEKDAYS
from bot.calendar.reading import Part, Reading, as_day
from bot.catalog.reader import CODE
from bot.errors import SettingsError
from bot.offices.local import LOCAL_FILE, read_local
from bot.offices.model import USUAL_NIGHT, BankAccount, Counter, HoursException, Office, OldPlace, Town
from bot.offices.prices import PRICES_FILE, read_prices
from bot.offices.writing import finish
from bot.strict_yaml import Items, Text

SecondFact = Literal["phone", "id", "name"]
_SECOND_FACTS: tuple[SecondFact, ...] = ("phone", "id", "name")
_PERIOD = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_ID = re.compile(r"[a-z0-9_]{1,24}")
_HOTLINE = re.compile(r"1\d{2,3}")
"""Short numbers such as 1022, which the library does not know."""
NO_OFFICE = "none"
ADDRESS_WORDS = ("anh/chị", "ông/bà", "cô/bác", "quý vị")
_ACCOUNT = re.compile(r"[0-9A-Z]{6,20}")
_NIGHT_BEGINS, _NIGHT_ENDS = time(18), (time(5), time(10))


class OfficeError(SettingsError):
    """The office's own data has errors; ``problems`` holds one line for each. Exit status 2."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(f"the office's data has {len(problems)} errors:\n" + "\n".join(problems))
        self.problems = problems


def load_town(folder: Path, fields: Collection[str] | None = None, codes: Collection[str] | None = None) -> Town:
    """The office's own data in *folder*. *fields*: official names that counters may serve; *codes*: those of the catalogue's
    procedures, whose forms may lie at the counter. Unchecked when None.

    Raises OfficeError with every problem as ``file:line: path: message``.
    """
    finish(folder)
    names = ("town.yaml", "offices.yaml", "places.yaml", LOCAL_FILE, PRICES_FILE)
    town_file, offices_file, places_file, local_file, prices_file = files = tuple(map(Reading, names))
    offices = _offices(offices_file, folder, fields, codes)
    places = _places(places_file, folder, {office.id for office in offices})
    town = _town(town_file, folder, offices, places)
    # The overlay is not held against the catalogue: that a code was retired meanwhile must not keep the office from opening.
    local = read_local(local_file, folder, {f"{office.id}/{counter.id}" for office in offices for counter in office.counters})
    prices = read_prices(prices_file, folder)
    problems = [str(each) for file in files for each in file.problems]
    if problems or town is None:
        raise OfficeError(problems)
    return replace(town, local=local, post=prices)


def _town(reading: Reading, folder: Path, offices: tuple[Office, ...], places: tuple[OldPlace, ...]) -> Town | None:
    part = reading.table(reading.open(folder))
    if part is None:
        return None
    town = Town(
        offices=offices,
        places=places,
        bot_name=part.text("bot_name", required=True) or "",
        self_word="em" if part.one_of("self_word", ("em", "none"), required=True) == "em" else "",
        apology_allowed=part.flag("apology_allowed", required=True),
        hotline=_phone(part, "hotline", made_up=bool(offices) and all(office.sample for office in offices), short=True),
        second_facts=_second_facts(part),
        address_word=part.one_of("address_word", ADDRESS_WORDS) or ADDRESS_WORDS[0],
        bank=_bank(part),
        quiet=_quiet(part),
    )
    part.done()
    return town


def _quiet(part: Part) -> tuple[time, time]:
    value = part.text("quiet_hours")
    ends = None if value is None else _ends(value)
    if ends is not None and is_night(*ends):
        return ends
    if value is not None:
        part.wrong("quiet_hours", f'"{value}" is not a night such as 21:00-07:00: it begins at 18:00 or later and ends from 05:00 to 10:00')
    return USUAL_NIGHT


def is_night(start: time, end: time) -> bool:
    """Whether nobody minds that the bot keeps quiet from *start* to *end*. The day is not a night: news would wait for the evening."""
    return start >= _NIGHT_BEGINS and _NIGHT_ENDS[0] <= end <= _NIGHT_ENDS[1]


def _bank(part: Part) -> BankAccount | None:
    """Off where the key is not there."""
    table = part.part("bank")
    if table is None:
        return None
    account = BankAccount(*(table.text(key, required=True) or "" for key in ("bank", "number", "holder")))
    table.done()
    if account.number and not is_account(account.number):
        table.wrong("number", f'"{account.number}" is not the number of an account: 6 to 20 digits and capitals')
    return account


def is_account(text: str) -> bool:
    return _ACCOUNT.fullmatch(text) is not None


def _second_facts(part: Part) -> tuple[SecondFact, ...]:
    found = part.texts("second_facts", required=True)
    for each in found:
        if each not in _SECOND_FACTS:
            part.wrong("second_facts", f'"{each}" must be one of {", ".join(_SECOND_FACTS)}')
    return tuple(each for each in _SECOND_FACTS if each in found)


def _offices(
    reading: Reading, folder: Path, fields: Collection[str] | None, codes: Collection[str] | None
) -> tuple[Office, ...]:
    offices: dict[str, Office] = {}
    parts = reading.tables(reading.open(folder))
    for part in parts:
        office = _office(part, fields, codes)
        if office.id in offices:
            part.wrong("id", f'"{office.id}" stands twice')
        offices[office.id] = office
    if not parts and not reading.problems:
        reading.problem(1, "", "names no office")
    return tuple(offices.values())


def _office(part: Part, fields: Collection[str] | None, codes: Collection[str] | None) -> Office:
    sample = part.flag("sample")
    office = Office(
        id=_identifier(part),
        name=part.text("name", required=True) or "",
        kind=part.one_of("kind", ("centre", "post_office"), required=True) or "centre",
        address=part.text("address", required=True) or "",
        phone=_phone(part, "phone", made_up=sample, required=True) or "",
        hours=_hours(part),
        counters=_counters(part, fields),
        exceptions=_exceptions(part),
        landmark=part.text("landmark"),
        sample=sample,
        settled=_settled(part),
        forms=_forms(part, codes),
    )
    part.done()
    return office


def _identifier(part: Part) -> str:
    value = part.text("id", required=True)
    if value is not None and (not _ID.fullmatch(value) or value == NO_OFFICE):
        part.wrong("id", f'"{value}" must be short ASCII such as xa_mau, and not {NO_OFFICE}')
    return value or ""


def _phone(part: Part, key: str, *, made_up: bool, required: bool = False, short: bool = False) -> str | None:
    """A phone in groups, as it is read aloud. A made-up one need only look like one: it had better not be anyone's."""
    value = part.text(key, required=required)
    phone = None if value is None else as_phone(value, made_up=made_up, short=short)
    if value is not None and phone is None:
        part.wrong(key, f'"{value}" is not a phone number of Viet Nam')
    return phone


def as_phone(text: str, *, made_up: bool = False, short: bool = False) -> str | None:
    """*text* in groups where it is a number of Viet Nam, with *short* also one such as 1022; None where it is neither."""
    if short and _HOTLINE.fullmatch(text):
        return text
    try:
        number = phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException:
        return None
    fits = phonenumbers.is_possible_number if made_up else phonenumbers.is_valid_number
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL) if fits(number) else None


def _hours(part: Part) -> dict[int, tuple[Period, ...]]:
    table = part.part("hours", required=True)
    hours: dict[int, tuple[Period, ...]] = {}
    if table is None:
        return hours
    for key in table.table:
        days = _weekdays(key)
        periods = _periods(table, key)
        if not days:
            table.wrong(key, f"must be a weekday or a range of {', '.join(WEEKDAYS)}, such as mon-fri")
        for day in days:
            if day in hours:
                table.wrong(key, f"{WEEKDAYS[day]} has hours already")
            hours[day] = periods
    return hours


def _weekdays(key: str) -> range:
    """``sat`` or ``mon-fri`` as weekdays; empty where it is neither."""
    first, _, last = key.partition("-")
    if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
        return range(0)
    return range(WEEKDAYS.index(first), WEEKDAYS.index(last or first) + 1)


def _periods(part: Part, key: str) -> tuple[Period, ...]:
    """A list of ``07:30-11:30``, in order and apart; empty is closed."""
    value = part.get(key, required=True)
    if value is None:
        return ()
    if not isinstance(value, Items):
        part.wrong(key, "must be a list of periods such as 07:30-11:30; [] is closed")
        return ()
    periods: list[Period] = []
    for item in value:
        period = _period(item)
        if period is None:
            part.wrong(key, f'"{item}" is not a period such as 07:30-11:30')
        elif periods and period.start < periods[-1].end:
            part.wrong(key, f'"{item}" begins before the one before it ends')
        else:
            periods.append(period)
    return tuple(periods)


def _period(item: Any) -> Period | None:
    ends = _ends(item) if isinstance(item, Text) else None
    return Period(*ends) if ends and ends[0] < ends[1] else None


def _ends(text: str) -> tuple[time, time] | None:
    """Of ``07:30-11:30`` both ends, in whatever order; None where it is no such thing."""
    match = _PERIOD.fullmatch(text.replace(" ", ""))
    if match is None:
        return None
    try:
        return time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    except ValueError:
        return None


def _counters(part: Part, fields: Collection[str] | None) -> tuple[Counter, ...]:
    counters: dict[str, Counter] = {}
    for each in part.parts("counters"):
        counter = Counter(
            id=_identifier(each),
            name=each.text("name", required=True) or "",
            fields=each.texts("fields"),
            minutes=each.number("minutes", 5, 240, required=True) or 15,
            seats=each.number("seats", 1, 50) or 1,
        )
        for field in counter.fields:
            if fields is not None and field not in fields:
                each.wrong("fields", f'"{field}" is not a field of the catalogue')
        if counter.id in counters:
            each.wrong("id", f'"{counter.id}" stands twice')
        counters[counter.id] = counter
        each.done()
    return tuple(counters.values())


def _exceptions(part: Part) -> tuple[HoursException, ...]:
    exceptions: list[HoursException] = []
    for each in part.parts("exceptions"):
        first = each.day("first", required=True)
        last = each.day("last") or first
        periods, reason = _periods(each, "periods"), each.text("reason", required=True)
        each.done()
        if first is None or last is None:
            continue
        if last < first:
            each.wrong("last", f"{last} is before first ({first})")
        if any(first <= other.last and other.first <= last for other in exceptions):
            each.wrong("first", f"{first} to {last} meets another exception")
        exceptions.append(HoursException(first, last, periods, reason or ""))
    return tuple(exceptions)


def _settled(part: Part) -> dict[date, bool] | None:
    table = part.part("settled")
    if table is None:
        return None
    settled = {}
    for key in table.table:
        day = as_day(key)
        if day is None:
            table.wrong(key, f'"{key}" is not a date such as 2026-11-24')
        standing = table.one_of(key, ("open", "closed"))
        if day is not None and standing is not None:
            settled[day] = standing == "open"
    return settled


def _forms(part: Part, codes: Collection[str] | None) -> dict[str, bool] | None:
    table = part.part("forms_at_counter")
    if table is None:
        return None
    forms = {}
    for key in table.table:
        if not CODE.fullmatch(key):
            table.wrong(key, f'"{key}" is not the code of a procedure such as 1.001193')
        elif codes is not None and key not in codes:
            table.wrong(key, f'"{key}" is not in the catalogue')
        forms[key] = table.flag(key)
    return forms


def _places(reading: Reading, folder: Path, offices: set[str]) -> tuple[OldPlace, ...]:
    document = reading.open(folder)
    places = []
    for part in reading.tables(document):
        name, now = part.text("name", required=True), part.text("now", required=True)
        office = part.one_of("office", (*sorted(offices), NO_OFFICE), required=True)
        part.done()
        places.append(OldPlace(name or "", now or "", None if office == NO_OFFICE else office))
    return tuple(places)
