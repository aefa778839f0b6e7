"""The counter's day: the list of visits, check-in, who was sent home with everything in hand, closing a counter."""

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, get_args

from bot import clock as clocks
from bot.appointments.model import EVERY_COUNTER, Booking, Closure
from bot.bootstrap import Application, open_application
from bot.catalog.model import Procedure
from bot.commands.output import print_json
from bot.desk import lists
from bot.desk.changes import quoted
from bot.desk.files import write_text
from bot.desk.pages import Section, page
from bot.desk.tables import Table, write_workbook
from bot.dialogue.messages import Outgoing
from bot.dossiers.codes import find_procedure_code
from bot.errors import SettingsError
from bot.flows.book_visit import reminder_cause
from bot.flows.wording import day_in_words, moment_in_words
from bot.misses.rules import kept_words
from bot.offices.model import Office
from bot.readiness.model import Readiness, missing
from bot.settings import Settings
from bot.short_codes import read_code, spoken
from bot.store.engine import Repositories
from bot.texts.reader import Texts
from bot.visits.model import Outcome, Reason, SentHome

REASONS: tuple[Reason, ...] = get_args(Reason)
OUTCOMES = tuple(each.replace("_", "-") for each in get_args(Outcome))
_WIDTHS = {"at": 8, "counter": 22, "ticket": 12, "name": 26, "label": 32, "missing": 44, "state": 12}


# -- the day's list -------------------------------------------------------------------------------------------------------


def appointments_day(options: argparse.Namespace, settings: Settings) -> int:
    """The list on the screen; beside it a workbook and a page for printing where they are named."""
    application = open_application(settings, clocks.SystemClock())
    with application.store, application.store.reading() as repositories:
        office = the_office(application, options.office)
        rows = visits_of(application, repositories, office, options.date)
    words = application.texts
    if not options.json:
        title = {"office": office.name, "day": f"{options.date:%d/%m/%Y}", "count": str(len(rows))}
        print(words.part("desk", "day_title", **title))
    for row in rows:
        if options.json:
            print_json(row)
        else:
            print(_day_line(row, office, words))
    table = day_table(rows, office, options.date, words)
    if options.xlsx:
        written(options.xlsx, lambda path: write_workbook(path, table, words.part("morning", "day_sheet")))
    if options.html:
        written(options.html, lambda path: write_text(path, day_page(application, office, table)))
    return 0


def visits_of(application: Application, repositories: Repositories, office: Office, day: date) -> list[dict[str, Any]]:
    bookings = repositories.appointments.day(office.id, *lists.bounds(day, day))
    checks = repositories.readiness.latest({each.citizen for each in bookings})
    return lists.day_rows(bookings, application.knowledge.catalog, day, checks, repositories.visits.check_ins(day))


def day_table(rows: Sequence[dict[str, Any]], office: Office, day: date, words: Texts) -> Table:
    shown = [
        {
            **row, "label": row["label"] or words.part("desk", "no_procedure"), "counter": counter_name(office, row["counter"]),
            "missing": missing_in_words(row["missing"], words), "state": words.part("morning", f"state_{row['state']}"),
        }
        for row in rows
    ]
    title = words.part("morning", "day_title", office=office.name, day=f"{day:%d/%m/%Y}")
    return Table(title, columns(_WIDTHS, words), shown)


def day_page(application: Application, office: Office, table: Table) -> str:
    words = application.texts
    section = Section(table, words.part("morning", "day_none"))
    note = words.part("morning", "sample") if office.sample else ""
    return page(table.title, made_at(application), [section], note, words.part("morning", "signature"))


def columns(widths: dict[str, int], words: Texts) -> list[tuple[str, str, int]]:
    return [(key, words.part("morning", f"column_{key}"), width) for key, width in widths.items()]


def made_at(application: Application) -> str:
    return application.texts.part("morning", "made", at=f"{clocks.local(application.clock.now()):%H:%M %d/%m/%Y}")


def missing_in_words(papers: Sequence[str] | None, words: Texts) -> str:
    if papers is None:
        return words.part("morning", "missing_unknown")
    return "; ".join(quoted(each) for each in papers) or words.part("morning", "missing_none")


def counter_name(office: Office, counter_id: str) -> str:
    counter = office.counter(counter_id)
    return counter.name if counter else counter_id


def _day_line(row: dict[str, Any], office: Office, words: Texts) -> str:
    shown = {key: str(row[key] or "") for key in ("at", "ticket", "name")}
    line = words.part(
        "desk", "day_line", counter=counter_name(office, row["counter"]), label=row["label"] or words.part("desk", "no_procedure"), **shown
    )
    lacking = missing_in_words(row["missing"], words)
    checked = words.part("desk", "card_missing", papers=lacking) if row["missing"] else lacking
    return " · ".join(filter(None, [line, checked, words.part("morning", f"state_{row['state']}")]))


def the_office(application: Application, name: str) -> Office:
    office = application.town.office(name)
    if office is None:
        words = application.texts
        known = ", ".join(words.part("morning", "place_known", id=each.id, name=each.name) for each in application.town.offices)
        raise SettingsError(words.part("morning", "no_place", office=name, known=known or words.part("morning", "no_place_known")))
    return office


def written(path: Path, write: Any) -> None:
    try:
        write(path)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror or error}; name another file") from None


# -- check-in -------------------------------------------------------------------------------------------------------------


def checkin(options: argparse.Namespace, settings: Settings) -> int:
    """Keeps what became of a visit, by the ticket or the readiness code that the citizen reads aloud."""
    application = open_application(settings, clocks.SystemClock())
    outcome: Outcome = options.outcome.replace("-", "_")
    with application.store, application.store.writing() as repositories:
        problem, said = _check_in(application, repositories, options, outcome)
    for line in said:
        print(line, file=sys.stderr if problem else sys.stdout)
    return 1 if problem else 0


def _check_in(
    application: Application, repositories: Repositories, options: argparse.Namespace, outcome: Outcome
) -> tuple[bool, list[str]]:
    """Whether it could not be kept, and what to say."""
    words, code = application.texts, read_code(options.code)
    if code is None or code[0] not in "HG":
        return True, [words.part("morning", "check_in_no_code")]
    booking = repositories.appointments.by_ticket(code) if code[0] == "H" else None
    check = repositories.readiness.get(code) if code[0] == "G" else None
    objection = _objection(booking, check, outcome, application)
    if objection:
        return True, [words.part("morning", objection, code=spoken(code))]
    told: list[str] = []
    if outcome == "sent_home":
        wrong, told = _send_home(application, repositories, options, code, (booking, check))
        if wrong:
            return True, told
    if booking is not None:
        repositories.appointments.settle(booking.id, came=outcome != "missed")
    before = repositories.visits.check_in(code, clocks.today(application.clock), outcome)
    lines = [words.part("morning", "check_in_done", code=spoken(code), outcome=words.part("morning", f"state_{outcome}"))]
    if before not in (None, outcome) and (before, outcome) != ("came", "served"):
        lines.append(words.part("morning", "check_in_before", outcome=words.part("morning", f"state_{before}")))
    return False, [*lines, *told]


def _objection(booking: Booking | None, check: Readiness | None, outcome: Outcome, application: Application) -> str | None:
    """Why it cannot be kept, as the key of its sentence."""
    if booking is None and check is None:
        return "check_in_unknown"
    if booking is not None and booking.state not in ("confirmed", "came", "missed"):
        return "check_in_cancelled"
    if outcome == "missed" and booking is None:
        return "check_in_no_hour"
    if outcome == "missed" and booking is not None and booking.start.at > application.clock.now():
        return "check_in_too_early"
    return None


def _send_home(
    application: Application, repositories: Repositories, options: argparse.Namespace, code: str,
    visit: tuple[Booking | None, Readiness | None],
) -> tuple[bool, list[str]]:
    words, today, catalog = application.texts, clocks.today(application.clock), application.knowledge.catalog
    if options.reason is None:
        named = "; ".join(f"{each}: {words.part('morning', f'reason_{each}')}" for each in REASONS)
        return True, [words.part("morning", "sent_home_needs_reason", reasons=named)]
    booking, check = visit
    named_code = options.procedure or (booking.procedure if booking else check.procedure if check else "")
    procedure = catalog.get(find_procedure_code(named_code) or named_code, today)
    if procedure is None:
        return True, [words.part("morning", "sent_home_needs_procedure", code=spoken(code))]
    if booking is not None:
        check = repositories.readiness.latest({booking.citizen}).get((booking.citizen, procedure.code))
    lacking = _lacking(procedure, check)
    repositories.visits.send_home(code, SentHome(
        visit="", day=today, procedure=procedure.code, case=check.case if check else None, catalogue_version=catalog.version,
        reason=options.reason, complete=not lacking, words=kept_words(options.words) if options.words else None,
    ))
    told = [words.part("morning", "sent_home_kept", procedure=procedure.code)]
    if lacking:
        told.append(words.part("morning", "sent_home_incomplete", papers="; ".join(map(quoted, lacking))))
    return False, told


def _lacking(procedure: Procedure, check: Readiness | None) -> list[str]:
    """What the check lacked; nothing where there was none, or one of another procedure: then the officer's word counts."""
    if check is None or check.procedure != procedure.code:
        return []
    return [lists.paper_name(paper) for paper in missing(procedure, check.case, check.ticked)]


def sent_home(options: argparse.Namespace, settings: Settings) -> int:
    """For the catalogue's owner: which entries sent people home who had everything with them."""
    application = open_application(settings, clocks.SystemClock())
    with application.store, application.store.reading() as repositories:
        kept = repositories.visits.sent_home(options.since)
    rows, words = lists.sent_home_rows(kept, application.knowledge.catalog, clocks.today(application.clock)), application.texts
    for row in rows:
        if options.json:
            print_json(row)
            continue
        shown = {key: str(row[key] or "") for key in ("count", "counts", "procedure", "label")} | {"counts": str(row["counts"])}
        reason = words.part("morning", f"reason_{row['reason']}")
        last = f"{date.fromisoformat(row['last']):%d/%m/%Y}"
        print(words.part("morning", "sent_home_line", last=last, reason=reason, **shown))
        for each in row["words"]:
            day = f"{date.fromisoformat(each['day']):%d/%m/%Y}"
            print(words.part("morning", "sent_home_words", day=day, words=each["words"]))
    if not rows and not options.json:
        print(words.part("morning", "sent_home_none"))
    return 0


# -- closing --------------------------------------------------------------------------------------------------------------


def close(options: argparse.Namespace, settings: Settings) -> int:
    """Nobody is received on those days; whoever was booked is told and asked to choose another day."""
    application = open_application(settings, clocks.SystemClock())
    words = application.texts
    with application.store, application.store.writing() as repositories:
        closure = _closure(application, options, options.reason)
        office = the_office(application, closure.office)
        if options.last < options.first or options.last < clocks.today(application.clock):
            print(words.part("morning", "close_wrong_days"), file=sys.stderr)
            return 1
        cancelled = repositories.appointments.close(closure)
        for booking in cancelled:
            _tell_of_closing(application, repositories, booking, office, closure)
    if options.json:
        for booking in cancelled:
            print_json(_cancelled_row(booking, office))
        return 0
    what = counter_name(office, closure.counter) if closure.counter else words.part("morning", "close_office", office=office.name)
    bounds = {"first": f"{closure.first:%d/%m/%Y}", "last": f"{closure.last:%d/%m/%Y}"}
    print(words.part("morning", "close_done", what=what, count=str(len(cancelled)), **bounds))
    for booking in cancelled:
        print(words.part("morning", "close_line", **_cancelled_row(booking, office)))
    return 0


def _tell_of_closing(application: Application, repositories: Repositories, booking: Booking, office: Office, closure: Closure) -> None:
    """Once for each booking; its reminder is taken back."""
    world = application.world(booking.citizen, "desk", repositories)
    text = application.texts.part(
        "closing", "notice", place=office.name, hour=moment_in_words(world, booking.start.at),
        day=day_in_words(world, clocks.local(booking.start.at).date()), reason=closure.reason, ticket=spoken(booking.ticket or ""),
        phone=office.phone,
    )
    repositories.notices.drop(booking.citizen, reminder_cause(booking.id))
    notice = Outgoing(text, kind="notice", flow="book_visit", once=True)
    repositories.notices.queue(booking.citizen, f"visit:{booking.id}:closed", notice, application.quiet.after(world.now))


def _cancelled_row(booking: Booking, office: Office) -> dict[str, str]:
    at = clocks.local(booking.start.at)
    return {
        "day": f"{at:%d/%m/%Y}", "at": f"{at:%H:%M}", "counter": counter_name(office, booking.start.counter),
        "ticket": spoken(booking.ticket or ""), "name": booking.name or "",
    }


def reopen(options: argparse.Namespace, settings: Settings) -> int:
    application = open_application(settings, clocks.SystemClock())
    words = application.texts
    with application.store, application.store.writing() as repositories:
        done = repositories.appointments.reopen(_closure(application, options, ""))
        closed = repositories.appointments.closures(clocks.today(application.clock))
    if done:
        print(words.part("morning", "reopen_done"))
        return 0
    print(words.part("morning", "reopen_none", count=str(len(closed))), file=sys.stderr)
    for each in closed:
        days = {"first": each.first.isoformat(), "last": each.last.isoformat()}
        print(words.part("morning", "reopen_line", office=each.office, counter=each.counter, reason=each.reason, **days), file=sys.stderr)
    return 1


def _closure(application: Application, options: argparse.Namespace, reason: str) -> Closure:
    office = the_office(application, options.office)
    if options.counter is not None and office.counter(options.counter) is None:
        known = ", ".join(each.id for each in office.counters)
        raise SettingsError(application.texts.part("morning", "close_no_counter", office=office.name, counter=options.counter, known=known))
    return Closure(office.id, options.counter or EVERY_COUNTER, options.first, options.last, " ".join(reason.split()).rstrip("."))
