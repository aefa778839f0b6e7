"""A line of JSON in the flat shape that collections of portal records use: one procedure, ``code`` and ``name`` at least.

Known besides: ``field``, ``levels[]``, ``agency``, ``documents[{case, name, original, copy, form}]``, ``fees[{channel, amount_vnd,
listed_amount, text}]``, ``time_limits[{channel, qty, unit, text}]``, ``channels[]``, ``online_level``, ``steps``, ``result[]``,
``conditions``, ``legal_basis[]``, ``decision``, ``detail``, ``scope``, ``vintage`` (``2026-07``), ``in_portal_2026``, ``source_url``,
``source_path``. What is missing or has another type is left out of the draft.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from bot.catalog.importers.published import (
    FeeRow,
    Found,
    Paper,
    Published,
    TimeRow,
    Unreadable,
    code_in,
    filed_wrongly,
    line_of,
    lines_of,
    number,
    tables,
    texts,
    whole,
)
from bot.catalog.model import Channel, Level, Online, RecordFrom, TimeUnit
from bot.catalog.names import folded

CHANNELS: dict[str, Channel] = {"in_person": "in_person", "online": "online", "postal": "post", "post": "post"}
UNITS: dict[str, TimeUnit] = {
    "working_day": "working_day", "calendar_day": "calendar_day", "hour": "hour", "working_hour": "working_hour", "month": "month",
}
LEVELS: dict[str, Level] = {
    "commune": "commune", "district": "district", "province": "province", "ministry": "ministry", "vertical": "vertical",
}
ONLINE: dict[str, Online] = {"toan trinh": "whole", "mot phan": "part", "muc do 4": "whole", "muc do 3": "part"}
"""What the portals call how far a procedure goes online, without accents; anything else is not known."""
PROVINCE_COPIES = ("baobuiquang/DVC_SearchAssistant",)
"""Collections that hold a province's portal but name no address."""

_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
_SPAN = re.compile(r"^\d+(?:[.,]\d+)?\s*(?:ngày(?: làm việc)?|giờ(?: làm việc)?|tháng)?\s*(?:[—:.;-]\s*)?", re.IGNORECASE)
"""The number and unit that a row's text repeats before what it adds."""


def read_record(record: dict[str, Any], place: str, filed_under: str | None, month: str | None) -> Iterator[Found]:
    """The procedure in *record*. A record's own ``vintage`` counts before *month*."""
    code, name = code_in(record.get("code") or ""), line_of(record.get("name"))
    if code is None or not name:
        yield Unreadable(place, f"has no {'national code such as 1.001193' if code is None else 'name'}: add it, or take the line out")
        return
    misplaced = next(filter(None, (filed_wrongly(code, each) for each in (filed_under, record.get("source_path")) if each)), None)
    if misplaced:
        yield Unreadable(place, misplaced)
        return
    channels = tuple(dict.fromkeys(CHANNELS[each] for each in texts(record.get("channels")) if each in CHANNELS))
    vintage = str(record.get("vintage") or "")
    listed = record.get("in_portal_2026")
    yield Published(
        place=place, code=code, name=name, field=line_of(record.get("field")), record_from=_record_from(record),
        month=vintage if _MONTH.fullmatch(vintage) else month,
        levels=tuple(dict.fromkeys(LEVELS[each] for each in texts(record.get("levels")) if each in LEVELS)),
        agency=line_of(record.get("agency")),
        papers=tuple(
            Paper(paper, whole(each.get("original")), whole(each.get("copy")), line_of(each.get("form")) or None, line_of(each.get("case")))
            for each in tables(record.get("documents")) if (paper := line_of(each.get("name")))
        ),
        fees=tuple(_fee(each) for each in tables(record.get("fees"))),
        times=tuple(_time(each) for each in tables(record.get("time_limits"))),
        channels=channels, online=_online(record, channels),
        steps=lines_of(record.get("steps")), result=lines_of(record.get("result")), conditions=lines_of(record.get("conditions")),
        legal_basis=lines_of(record.get("legal_basis")), decision=line_of(record.get("decision")) or None,
        in_national_list=listed if isinstance(listed, bool) else None,
        internal=record.get("scope") == "internal", detailed=record.get("detail") is not False,
    )


def _online(record: dict[str, Any], channels: tuple[Channel, ...]) -> Online | None:
    if channels and "online" not in channels:
        return "none"
    return ONLINE.get(folded(line_of(record.get("online_level")))) or ("possible" if "online" in channels else None)


def _fee(row: dict[str, Any]) -> FeeRow:
    amount = whole(row.get("amount_vnd"))
    if amount is None:
        amount = whole(row.get("listed_amount"))
    return FeeRow(CHANNELS.get(str(row.get("channel"))), amount, line_of(row.get("text")))


def _time(row: dict[str, Any]) -> TimeRow:
    quantity, text = row.get("qty"), line_of(row.get("text"))
    unit = UNITS.get(str(row.get("unit")))
    amount = number(quantity)
    if unit is not None and amount is not None:
        text = _SPAN.sub("", text)
    elif isinstance(quantity, str):
        text = line_of(quantity)
    elif amount is not None and _SPAN.fullmatch(text):
        text = ""
    return TimeRow(CHANNELS.get(str(row.get("channel"))), amount, unit, text)


def _record_from(record: dict[str, Any]) -> RecordFrom:
    host = urlsplit(line_of(record.get("source_url"))).hostname or ""
    if re.fullmatch(r"dichvucong\.[\w-]+\.gov\.vn", host) or str(record.get("source_repo")).startswith(PROVINCE_COPIES):
        return "province_portal"
    return "national_portal"
