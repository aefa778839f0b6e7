"""The national portal's own JSON record.

The shape is not documented by its owner; this is how its records looked in 2026: an object, bare or under ``data`` of an envelope
(``{"code": "OK", "data": {…}}``), with ``code``, ``name``, ``categoriesDetails[].name`` (the field), ``executionMethods[]``
(``submissionMethod`` DIRECT, ONLINE or POSTAL; ``processingTime`` and ``processingTimeUnit``; ``fees[]`` of ``value`` and
``description``), ``executionCases[]`` (``name``, ``profileComponents[]`` of ``name``, ``originalQty``, ``copyQty``,
``attachments[].fileName``), ``executionSteps[].description``, ``isWard`` / ``isProvince`` / ``isMinistry`` / ``isVertical``,
``unitGroupsExecuting[].name``, ``resultsDetails[].name``, ``legalBasisesDetails[].code``, ``procedureProposal`` (the decision; its
date in milliseconds), ``cases[].processingDay``, ``isInternal``, ``isFullProcess``. Only ``code`` and ``name`` are needed: whatever else
is missing or has another type is left out of the draft, and the draft says so.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from bot.catalog.importers.published import (
    FeeRow,
    Found,
    Paper,
    Published,
    Shape,
    TimeRow,
    Unreadable,
    code_in,
    filed_wrongly,
    line_of,
    lines_of,
    number,
    tables,
    whole,
)
from bot.catalog.model import Channel, Level, Online, TimeUnit

MARKS = ("executionMethods", "executionCases", "codeNotation", "profileComponents", "executionSteps")
"""Keys by which a record is known for the portal's."""
CHANNELS: dict[str, Channel] = {"DIRECT": "in_person", "ONLINE": "online", "POSTAL": "post"}
UNITS: dict[str, TimeUnit] = {
    "WORKING_DAY": "working_day", "DAY": "calendar_day", "CALENDAR_DAY": "calendar_day", "HOUR": "hour", "WORKING_HOUR": "working_hour",
    "MONTH": "month",
}
"""OTHER is none of them: the real limit stands in words."""
LEVELS: tuple[tuple[str, Level], ...] = (
    ("isMinistry", "ministry"), ("isProvince", "province"), ("isDistrict", "district"), ("isWard", "commune"), ("isVertical", "vertical"),
)


def is_portal_record(record: dict[str, Any]) -> bool:
    return any(key in record for key in MARKS)


def read_record(record: dict[str, Any], place: str, filed_under: str | None, month: str | None) -> Iterator[Found]:
    """The procedure in *record*. *filed_under* is the file's name or the key it stood under; *month* is that of the copy."""
    code, name = code_in(record.get("code") or record.get("codeNotation") or ""), line_of(record.get("name"))
    if code is None or not name:
        yield Unreadable(place, f"has no {'code' if code is None else 'name'}: is it one procedure's record from the portal?")
        return
    misplaced = filed_wrongly(code, filed_under) if filed_under else None
    if misplaced:
        yield Unreadable(place, misplaced)
        return
    shape = Shape()
    for key in ("executionMethods", "executionCases"):
        if not isinstance(record.get(key), list):
            shape.odd(f"{key} is missing or no list")
    methods = [_Method(each, shape) for each in tables(record.get("executionMethods"))]
    channels = tuple(dict.fromkeys(method.channel for method in methods if method.channel))
    proposal = record.get("procedureProposal")
    decision = proposal if isinstance(proposal, dict) else {}
    times = tuple(method.time for method in methods if method.time)
    yield Published(
        place=place, code=code, name=name, record_from="national_portal", month=month,
        field=next((line_of(each.get("name")) for each in tables(record.get("categoriesDetails")) if line_of(each.get("name"))), ""),
        levels=tuple(level for key, level in LEVELS if record.get(key) is True),
        agency=_names(record, "unitGroupsExecuting", "departmentsExecuting") or line_of(record.get("executingAgencies")),
        papers=tuple(_papers(record)),
        fees=tuple(row for method in methods for row in method.fees), times=times, channels=channels,
        online=_online(record, channels),
        steps=tuple(
            line for step in tables(record.get("executionSteps")) for key in ("name", "description") for line in lines_of(step.get(key))
        ),
        result=tuple(result for each in tables(record.get("resultsDetails")) if (result := line_of(each.get("name")))),
        conditions=lines_of(record.get("requirementsAndConditions")),
        legal_basis=tuple(
            basis for each in tables(record.get("legalBasisesDetails")) if (basis := line_of(each.get("code")) or line_of(each.get("name")))
        ),
        decision=line_of(decision.get("decisionNumber") or decision.get("proposalNumber") or record.get("decisionNo")) or None,
        decided_on=_day(decision.get("decisionDate")),
        in_national_list=True, internal=record.get("isInternal") is True, detailed=bool(methods),
        remarks=(*shape.remarks(), *_disagreements(record, times)),
    )


class _Method:
    """One way of handing in: its channel, its time and its fees."""

    def __init__(self, method: dict[str, Any], shape: Shape) -> None:
        way = str(method.get("submissionMethod"))
        self.channel = CHANNELS.get(way)
        if self.channel is None:
            shape.odd(f"submissionMethod {way} is not known")
        printed = str(method.get("processingTimeUnit"))
        unit = UNITS.get(printed)
        if unit is None and printed not in ("OTHER", "None"):
            shape.odd(f"processingTimeUnit {printed} is not known")
        amount, text = number(method.get("processingTime")), line_of(method.get("description"))
        self.time = TimeRow(self.channel, amount, unit, text) if amount is not None or text else None
        self.fees = [
            FeeRow(self.channel, whole(fee.get("value")), line_of(fee.get("description"))) for fee in tables(method.get("fees"))
        ]


def _papers(record: dict[str, Any]) -> Iterator[Paper]:
    groups = [*tables(record.get("executionCases"))]
    if not any(each.get("profileComponents") for each in groups):
        groups = [*tables(record.get("cases")), record]
    for group in groups:
        heading = "" if group is record else line_of(group.get("name"))
        for paper in tables(group.get("profileComponents")):
            name = line_of(paper.get("name"))
            if name:
                files = [line_of(each.get("fileName")) for each in tables(paper.get("attachments"))]
                form = ", ".join(filter(None, files)) or None
                yield Paper(name, whole(paper.get("originalQty")), whole(paper.get("copyQty")), form, heading)


def _names(record: dict[str, Any], *keys: str) -> str:
    for key in keys:
        names = [line_of(each.get("name")) for each in tables(record.get(key))]
        if any(names):
            return "; ".join(filter(None, names))
    return ""


def _online(record: dict[str, Any], channels: tuple[Channel, ...]) -> Online | None:
    if "online" not in channels:
        return "none" if channels else None
    full = record.get("isFullProcess")
    return ("whole" if full else "part") if isinstance(full, bool) else "possible"


def _day(milliseconds: object) -> date | None:
    moment = whole(milliseconds)
    if moment is None:
        return None
    try:
        # The portal writes midnight in Viet Nam as an instant; seven hours on it is that day in UTC.
        return datetime.fromtimestamp(moment / 1000 + 7 * 3600, UTC).date()
    except (OverflowError, OSError, ValueError):
        return None


def _disagreements(record: dict[str, Any], times: tuple[TimeRow, ...]) -> Iterator[tuple[Any, str]]:
    said = {row.amount for row in times if row.amount is not None}
    for case in tables(record.get("cases")):
        day = case.get("processingDay")
        amount = number(day.get("qty")) if isinstance(day, dict) else None
        if amount and said and amount not in said:
            yield "time_disagrees", f"the ways of handing in say {', '.join(f'{each:g}' for each in sorted(said))}, a case says {amount:g}"
