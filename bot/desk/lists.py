"""What officers read: who waits for a person, the day's bookings, a citizen's readiness code, what was told."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Protocol, TextIO

from bot.appointments.model import Booking
from bot.appointments.rules import day_bounds
from bot.catalog.model import Catalog, OneOf
from bot.clock import local
from bot.feedback.model import CallBack, Complaint
from bot.guidance.model import Told
from bot.privacy.model import DataRequest
from bot.readiness.model import Readiness, missing, papers
from bot.short_codes import spoken


class Words(Protocol):
    def part(self, flow: str, step: str, /, **fields: str) -> str: ...


def waiting(call_backs: Sequence[CallBack], complaints: Sequence[Complaint], requests: Sequence[DataRequest]) -> list[dict[str, Any]]:
    """Everyone who waits for a person: call-backs with their id, then complaints and requests by their receipt."""
    rows: list[dict[str, Any]] = [
        {
            "kind": "call_back", "id": str(each.id), "why": each.why, "about": each.about, "phone": each.phone, "name": each.name,
            "words": each.words, "asked_at": _moment(each.asked_at), "by": _moment(each.promised_by),
        }
        for each in call_backs
    ]
    rows += [
        {"kind": "complaint", "id": spoken(each.receipt), "words": each.words, "asked_at": _moment(each.at), "by": None}
        for each in complaints
    ]
    rows += [
        {"kind": "data_request", "id": spoken(each.code), "why": each.kind, "asked_at": _moment(each.asked_at), "by": _moment(each.due_at)}
        for each in requests
    ]
    return rows


def waiting_line(row: dict[str, Any], words: Words) -> str:
    why = words.part("desk", f"why_{row['why']}") if row.get("why") else ""
    return words.part(
        "desk", f"waiting_{row['kind']}", id=row["id"], why=why, about=row.get("about") or "-", phone=row.get("phone") or "-",
        words=row.get("words") or "-", asked_at=row["asked_at"], by=row.get("by") or "-",
    )


def day_rows(bookings: Sequence[Booking], catalog: Catalog, day: date) -> list[dict[str, Any]]:
    """The day's confirmed visits, soonest first."""
    return [
        {
            "at": f"{local(each.start.at):%H:%M}", "minutes": each.start.minutes, "counter": each.start.counter, "seat": each.start.seat,
            "ticket": spoken(each.ticket or ""), "name": each.name, "procedure": each.procedure or None,
            "label": procedure.label if (procedure := catalog.get(each.procedure, day)) else None,
        }
        for each in bookings
    ]


def readiness_card(check: Readiness, catalog: Catalog, day: date) -> dict[str, Any] | None:
    """What the citizen has ticked off, and what is still missing; None when the procedure is gone."""
    procedure = catalog.get(check.procedure, day)
    if procedure is None:
        return None
    lacking = missing(procedure, check.case, check.ticked)
    names = [
        (number, paper.title if isinstance(paper, OneOf) else paper.name)
        for number, paper in enumerate(papers(procedure, check.case), start=1)
    ]
    return {
        "code": spoken(check.code), "procedure": procedure.code, "label": procedure.label, "case": check.case, "at": _moment(check.at),
        "have": [name for number, name in names if number in check.ticked],
        "missing": [paper.title if isinstance(paper, OneOf) else paper.name for paper in lacking],
        "catalogue_changed": check.catalogue_version != catalog.version,
    }


def write_guidance(told: Iterable[Told], out: TextIO) -> int:
    """What was told, as CSV; how many rows."""
    writer = csv.writer(out)
    writer.writerow(["at", "channel", "procedure", "facet", "catalogue", "decision"])
    count = 0
    for each in told:
        writer.writerow([_moment(each.at), each.channel, each.procedure, each.facet, each.catalogue_version, each.decision or ""])
        count += 1
    return count


def bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """The instants that hold the civil days *first* to *last*."""
    return day_bounds(first, last)


def _moment(moment: datetime | None) -> str | None:
    return local(moment).isoformat(timespec="minutes") if moment else None
