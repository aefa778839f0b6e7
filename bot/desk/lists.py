"""What officers read: who waits for a person, the day's bookings, a citizen's readiness code, what was told."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol, TextIO

from bot.appointments.model import Booking
from bot.appointments.rules import day_bounds
from bot.calendar.model import NationalCalendar
from bot.catalog.model import Catalog, Document, OneOf
from bot.clock import local
from bot.dossiers.model import Dossier
from bot.dossiers.rules import lateness, working_days_left
from bot.feedback.model import CallBack, Complaint
from bot.guidance.model import Told
from bot.notices.outbox import Row
from bot.privacy.masking import HIDDEN
from bot.privacy.model import DataRequest
from bot.readiness.model import Readiness, missing, papers
from bot.short_codes import spoken
from bot.visits.model import Outcome, SentHome


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


def untold(to_call: Sequence[Row], unknown: Sequence[Row], call_backs: Sequence[CallBack]) -> list[dict[str, Any]]:
    """Whoever is to be told by phone, each message that their channel did not let through or that may not have arrived.

    A mere reply of unknown outcome is none: who missed it asks again. The phone is one that they left to be called back at; who they are
    shows only as far as two rows of one citizen look alike.
    """
    phones = {each.citizen: each.phone for each in call_backs}
    late = [each for each in unknown if each.message.once]
    return [
        {
            "kind": "notice", "id": str(each.id), "why": why, "channel": each.channel,
            "who": f"{each.channel} {HIDDEN * 3}{each.peer[-2:]}", "phone": phones.get(each.conversation),
            "flow": each.message.flow, "step": each.message.step,
            "text": " ".join(filter(None, [each.message.text, each.message.tail])).replace("\n", " "),
        }
        for why, rows in (("outside", to_call), ("unknown", late)) for each in rows if each.message.text
    ]


def untold_line(row: dict[str, Any], words: Words) -> str:
    why = words.part("desk", f"untold_{row['why']}")
    return words.part("desk", "untold_line", id=row["id"], who=row["who"], why=why, phone=row["phone"] or "-", text=row["text"])


def waiting_line(row: dict[str, Any], words: Words) -> str:
    why = words.part("desk", f"why_{row['why']}") if row.get("why") else ""
    given = {key: words.part("desk", f"waiting_{key}", **{key: row[key]}) if row.get(key) else "" for key in ("name", "about", "words")}
    return words.part(
        "desk", f"waiting_{row['kind']}", id=row["id"], why=why, phone=row.get("phone") or "-", asked_at=moment_shown(row["asked_at"]),
        by=moment_shown(row.get("by")) or "-", **given,
    )


def moment_shown(moment: str | None) -> str:
    """``2026-11-22T09:05+07:00`` as people write it; empty for none."""
    return f"{datetime.fromisoformat(moment):%H:%M %d/%m/%Y}" if moment else ""


def day_rows(
    bookings: Sequence[Booking], catalog: Catalog, day: date, checks: Mapping[tuple[int, str], Readiness], came: Mapping[str, Outcome]
) -> list[dict[str, Any]]:
    """The day's visits, soonest first. *checks* by citizen and procedure; *came* by ticket.

    ``missing`` lists the papers that the citizen's own check still lacks; None where there was no check.
    """
    rows = []
    for each in bookings:
        procedure = catalog.get(each.procedure, day)
        check = checks.get((each.citizen, each.procedure))
        lacking = missing(procedure, check.case, check.ticked) if procedure and check else None
        rows.append({
            "at": f"{local(each.start.at):%H:%M}", "minutes": each.start.minutes, "counter": each.start.counter, "seat": each.start.seat,
            "ticket": spoken(each.ticket or ""), "name": each.name, "procedure": each.procedure or None,
            "label": procedure.label if procedure else None,
            "missing": None if lacking is None else [paper_name(paper) for paper in lacking],
            "readiness": spoken(check.code) if check else None, "state": came.get(each.ticket or "", each.state),
        })
    return rows


def paper_name(paper: Document | OneOf) -> str:
    return paper.title if isinstance(paper, OneOf) else paper.name


def due_rows(dossiers: Iterable[Dossier], catalog: Catalog, day: date, calendar: NationalCalendar, within: int) -> list[dict[str, Any]]:
    """Dossiers whose time runs and that are late on *day* or due within so many working days; the latest first.

    ``late``: working days late, 0 for those in time; ``left``: working days that are left.
    """
    rows = []
    for each in dossiers:
        late, left = lateness(each, day, calendar), working_days_left(each, day, calendar)
        if late is None or left is None or (not late and left > within):
            continue
        procedure = catalog.get(each.procedure or "", day)
        rows.append({
            "code": each.code, "procedure": each.procedure, "label": procedure.label if procedure else None, "unit": each.unit,
            "due_on": each.due_on.isoformat() if each.due_on else None,
            "new_due_on": each.new_due_on.isoformat() if each.new_due_on else None, "late": late, "left": left,
            "as_of": _moment(each.as_of),
        })
    return sorted(rows, key=lambda row: (-row["late"], row["left"], row["code"]))


def sent_home_rows(sent: Sequence[SentHome], catalog: Catalog, day: date) -> list[dict[str, Any]]:
    """By procedure and reason, those that count against the catalogue oftenest first."""
    groups: dict[tuple[str, str], list[SentHome]] = {}
    for each in sent:
        groups.setdefault((each.procedure, each.reason), []).append(each)
    rows = []
    for (code, reason), group in groups.items():
        procedure = catalog.get(code, day)
        rows.append({
            "procedure": code, "label": procedure.label if procedure else None, "reason": reason, "count": len(group),
            "counts": sum(each.counts for each in group), "last": max(each.day for each in group).isoformat(),
            "cases": sorted({each.case for each in group if each.case}),
            "words": [{"day": each.day.isoformat(), "words": each.words} for each in group if each.words],
            "catalogue_changed": any(each.catalogue_version != catalog.version for each in group),
            "checked_on": procedure.checked_on.isoformat() if procedure else None,
        })
    return sorted(rows, key=lambda row: (-row["counts"], -row["count"], row["procedure"], row["reason"]))


def readiness_card(check: Readiness, catalog: Catalog, day: date) -> dict[str, Any] | None:
    """What the citizen has ticked off, and what is still missing; None when the procedure is gone."""
    procedure = catalog.get(check.procedure, day)
    if procedure is None:
        return None
    lacking = missing(procedure, check.case, check.ticked)
    names = [
        (number, paper_name(paper))
        for number, paper in enumerate(papers(procedure, check.case), start=1)
    ]
    return {
        "code": spoken(check.code), "procedure": procedure.code, "label": procedure.label, "case": check.case, "at": _moment(check.at),
        "have": [name for number, name in names if number in check.ticked],
        "missing": [paper_name(paper) for paper in lacking],
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
