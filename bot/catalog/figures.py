"""The catalogue in figures, and one procedure as JSON for tools outside."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from bot.catalog.life_events import LifeEvent
from bot.catalog.model import Authority, Catalog, Document, FeeItem, FormHelp, Line, LocalEntry, Note, OneOf, Procedure, Source, TimeLimit


def stats(catalog: Catalog, day: date) -> dict[str, Any]:
    """``complete``: papers, a time limit and a fee status other than *not published*. A field counts in each list it is met in."""
    met = {(procedure.list, procedure.field) for procedure in catalog}
    return {
        "procedures": len(catalog),
        "fields": len({procedure.field for procedure in catalog}),
        "by_list": dict(Counter(procedure.list for procedure in catalog)),
        "fields_by_list": dict(Counter(list_name for list_name, _ in sorted(met))),
        "by_fee_status": dict(Counter(procedure.fees.status for procedure in catalog)),
        "by_status": dict(Counter(_status(procedure) for procedure in catalog)),
        "complete": sum(is_complete(procedure) for procedure in catalog),
        "with_form_help": sum(procedure.form_help is not None for procedure in catalog),
        "overdue": sum(procedure.overdue(day) for procedure in catalog),
        "not_in_national_list": sum(not procedure.in_national_list for procedure in catalog),
        "version": catalog.version,
    }


def life_event_stats(events: Sequence[LifeEvent]) -> dict[str, int]:
    """How many events, the procedures in them (one in two events counts twice), and the ways people have of telling of them."""
    return {
        "life_events": len(events),
        "life_event_steps": sum(len(event.steps) for event in events),
        "life_event_phrases": sum(len(event.phrases) for event in events),
    }


def is_complete(procedure: Procedure) -> bool:
    papers = procedure.no_documents or any(not isinstance(line, Note) for line in procedure.documents)
    return bool(papers and procedure.time and procedure.fees.status != "not_published")


def _status(procedure: Procedure) -> str:
    """What the announcing decision says; ``unknown`` where the record does not."""
    return procedure.decision.status if procedure.decision and procedure.decision.status else "unknown"


def as_json(procedure: Procedure, day: date) -> dict[str, Any]:
    """The procedure as in force on *day*."""
    return {
        "code": procedure.code, "name": procedure.name, "label": procedure.label, "differs": procedure.differs,
        "field": procedure.field, "list": procedure.list, "authority": _authority(procedure.authority_on(day)),
        "cases": [{"id": case.id, "label": case.label, "differs": case.differs} for case in procedure.cases],
        "documents": [each for line in procedure.documents for each in _line(line, procedure)],
        "form_help": _form_help(procedure.form_help),
        "fees": {
            "status": procedure.fees.status, "text": procedure.fees.text, "exempt": list(procedure.fees.exempt),
            "items": [_fee(item, procedure) for item in procedure.fees.items],
        },
        "time": [_time(limit, procedure) for limit in procedure.time], "time_notes": list(procedure.time_notes),
        "filing": {
            "counter": procedure.filing.counter, "online": procedure.filing.online, "post": procedure.filing.post,
            "on_site": procedure.filing.on_site, "where": procedure.filing.where,
        },
        "steps": list(procedure.steps), "result": list(procedure.result), "conditions": list(procedure.conditions),
        "notes": list(procedure.notes), "in_force": procedure.in_force(day), "in_national_list": procedure.in_national_list,
        "legal_basis": list(procedure.legal_basis), "decision": _decision(procedure),
        "valid_from": _day(procedure.valid_from), "valid_to": _day(procedure.valid_to),
        "replaced_by": list(procedure.replaced_by), "checked_on": _day(procedure.checked_on),
        "record": {"from": procedure.record.kind, "month": procedure.record.month}, "local": _local(procedure.local),
    }


def _local(entry: LocalEntry | None) -> dict[str, Any] | None:
    """What the office has said besides its fees and its time, which stand with the others."""
    if entry is None:
        return None
    hand_back = None if entry.hand_back is None else list(entry.hand_back)
    return {"counter": entry.counter, "by_post": entry.by_post, "form_at_counter": entry.form_at_counter, "hand_back": hand_back}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _authority(authority: Authority | None) -> dict[str, Any] | None:
    if authority is None:
        return None
    source = authority.source
    return {
        "level": authority.level, "body": authority.body, "from": _day(authority.start), "until": _day(authority.until),
        "source": {"number": source.number, "date": _day(source.dated), "article": source.article} if source else None,
    }


def _decision(procedure: Procedure) -> dict[str, Any] | None:
    decision = procedure.decision
    return {"number": decision.number, "date": _day(decision.dated), "status": decision.status} if decision else None


def _cases(ids: tuple[str, ...], procedure: Procedure) -> str | None:
    """The labels of the cases a line belongs to; null when it belongs to all."""
    return "; ".join(case.label for case in procedure.cases if case.id in ids) if ids else None


def _line(line: Line, procedure: Procedure) -> Iterator[dict[str, Any]]:
    """One object a document; the papers of a choice carry its title in ``one_of``."""
    case = _cases(line.cases, procedure)
    if isinstance(line, Note):
        yield {"name": line.text, "original": None, "copy": None, "kind": "note", "case": case, "group": line.group}
    elif isinstance(line, OneOf):
        for option in line.options:
            yield {**_document(option, "one_of", case, line.group), "one_of": line.title}
    else:
        yield _document(line, "document", case, line.group)


def _document(paper: Document, kind: str, case: str | None, group: str) -> dict[str, Any]:
    return {
        "name": paper.name, "original": paper.original, "copy": paper.copy, "kind": kind, "case": case, "group": group,
        "form": paper.form, "when": paper.when, "detail": paper.detail,
    }


def _form_help(filling: FormHelp | None) -> dict[str, Any] | None:
    return {"form": filling.form, "lines": list(filling.lines), "example": filling.example} if filling else None


def _source(source: Source) -> dict[str, Any]:
    if source.instrument is None:
        return {"from": source.kind}
    instrument = source.instrument
    return {"from": source.kind, "number": instrument.number, "date": _day(instrument.dated), "article": instrument.article}


def _fee(item: FeeItem, procedure: Procedure) -> dict[str, Any]:
    return {
        "amount": item.amount, "unit": item.unit, "channel": item.channel, "condition": item.condition,
        "case": _cases(item.cases, procedure), "source": _source(item.source), "from": _day(item.start), "until": _day(item.until),
    }


def _time(limit: TimeLimit, procedure: Procedure) -> dict[str, Any]:
    return {
        "amount": limit.amount, "unit": limit.unit, "channel": limit.channel, "condition": limit.condition,
        "case": _cases(limit.cases, procedure), "source": _source(limit.source),
    }
