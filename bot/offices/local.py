"""The office's overlay on the catalogue (local.yaml): what only the office can say of a procedure, with the decision behind each figure."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, get_args

from bot import strict_yaml
from bot.calendar.reading import Part, Reading
from bot.catalog.model import Catalog, Channel, FeeItem, Instrument, LocalEntry, Procedure, Source, TimeLimit, TimeUnit
from bot.catalog.reader import CODE
from bot.errors import SettingsError
from bot.offices.writing import finish, write_together

LOCAL_FILE = "local.yaml"
MOST_FEE, MOST_TIME = 1_000_000_000, 999


def load_local(folder: Path) -> dict[str, LocalEntry]:
    """The overlay in *folder*, by code; empty where there is none yet. Raises SettingsError with every problem."""
    finish(folder)
    reading = Reading(LOCAL_FILE)
    local = read_local(reading, folder)
    if reading.problems:
        raise SettingsError("the office's overlay has errors:\n" + "\n".join(str(each) for each in reading.problems))
    return local


def read_local(reading: Reading, folder: Path, counters: Collection[str] | None = None) -> dict[str, LocalEntry]:
    """The same into *reading*'s problems. *counters*: every ``office_id/counter_id`` there is; unchecked when None."""
    if not (folder / LOCAL_FILE).exists():
        return {}
    entries: dict[str, LocalEntry] = {}
    for part in reading.tables(reading.open(folder)):
        entry = _entry(part, counters)
        if entry.code in entries:
            part.wrong("code", f'"{entry.code}" stands twice')
        entries[entry.code] = entry
    return entries


def _entry(part: Part, counters: Collection[str] | None) -> LocalEntry:
    code = part.text("code", required=True) or ""
    if code and not CODE.fullmatch(code):
        part.wrong("code", f'"{code}" is not the code of a procedure such as 1.001193')
    limit = part.part("time")
    entry = LocalEntry(
        code=code, fees=tuple(_fee(each) for each in part.parts("fees")), time=_limit(limit) if limit else None,
        counter=part.one_of("counter", counters) if counters is not None else part.text("counter"),
        by_post=_flag(part, "by_post"), form_at_counter=_flag(part, "form_at_counter"),
        hand_back=part.texts("hand_back") if "hand_back" in part.table else part.get("hand_back"),
    )
    part.done()
    return entry


def _flag(part: Part, key: str) -> bool | None:
    return part.flag(key) if key in part.table else part.get(key)


def _decided(part: Part) -> Source:
    """Whose figure it is: the office's, by a decision that has a number and a date."""
    return Source("office", Instrument(part.text("number", required=True) or "", part.day("dated", required=True)))


def _fee(part: Part) -> FeeItem:
    item = FeeItem(
        amount=part.number("amount", 0, MOST_FEE, required=True) or 0, unit=part.text("unit"), source=_decided(part),
        channel=part.one_of("channel", get_args(Channel)), condition=part.text("condition"),
        start=part.day("from"), until=part.day("until"),
    )
    part.done()
    if item.start and item.until and item.until < item.start:
        part.wrong("until", f"{item.until} is before from ({item.start})")
    return item


def _limit(part: Part) -> TimeLimit:
    amount, unit = part.number("amount", 0, MOST_TIME, required=True), part.one_of("unit", get_args(TimeUnit), required=True)
    limit = TimeLimit(amount=amount or 0, unit=unit or "month", source=_decided(part))
    part.done()
    return limit


def write_local(folder: Path, local: Mapping[str, LocalEntry]) -> None:
    """Puts *local* in the place of the overlay in *folder*, whole or not at all."""
    write_together(folder, {LOCAL_FILE: as_file(local)})


def as_file(local: Mapping[str, LocalEntry]) -> str:
    """The text of local.yaml."""
    return strict_yaml.dump([_document(local[code]) for code in sorted(local)])


def _document(entry: LocalEntry) -> dict[str, Any]:
    document: dict[str, Any] = {"code": entry.code}
    if entry.fees:
        document["fees"] = [
            _told(amount=item.amount, unit=item.unit, channel=item.channel, condition=item.condition, **_decision(item.source),
                  **{"from": item.start, "until": item.until})
            for item in entry.fees
        ]
    if entry.time:
        document["time"] = _told(amount=entry.time.amount, unit=entry.time.unit, **_decision(entry.time.source))
    document |= _told(counter=entry.counter, by_post=entry.by_post, form_at_counter=entry.form_at_counter)
    return document if entry.hand_back is None else document | {"hand_back": list(entry.hand_back)}


def _decision(source: Source) -> dict[str, Any]:
    return {"number": source.instrument.number, "dated": source.instrument.dated} if source.instrument else {}


def _told(**values: Any) -> dict[str, str]:
    """What is not None, as the reader wants it written."""
    return {key: _written(value) for key, value in values.items() if value is not None}


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)


def retired(codes: Iterable[str], catalog: Catalog, day: date) -> list[tuple[str, Procedure | None, Procedure | None]]:
    """Of *codes* those that the catalogue no longer has in force on *day*: with the last version, and with what has taken its place."""
    found = []
    for code in codes:
        procedure = catalog.get(code, day)
        if procedure is None or not procedure.in_force(day) or procedure.replaced_by:
            found.append((code, procedure, catalog.successor(procedure, day) if procedure else None))
    return found
