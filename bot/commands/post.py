"""The post from the officers' side: the day's list out, the post's list back, and orders one by one."""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args

from bot import clock as clocks
from bot.bootstrap import Application, open_application
from bot.commands.output import print_json
from bot.commands.visits import written
from bot.desk.post_list import ENDINGS, SERVICES, money, order_row, write_manifest
from bot.desk.post_watch import event_row, failure_rows
from bot.desk.sheets import Unreadable, as_number
from bot.errors import SettingsError
from bot.flows.post_notices import PostNotices
from bot.flows.world import Premises
from bot.gateways.post.carrier import Carrier, Place
from bot.gateways.post.file import FileCarrier
from bot.gateways.post.receiving import Hear, Receiving, Report
from bot.gateways.post.titles import find_post_header
from bot.gateways.settlement.corrections import Corrections
from bot.gateways.settlement.rows import Fault
from bot.gateways.settlement.sheets import Export, UnreadableExport, open_export
from bot.offices.prices import DEAREST, HEAVIEST
from bot.postal.model import OVER, Event, Manifest, Order, OrderState
from bot.postal.prices import Quote
from bot.postal.repository import Post, Recorded
from bot.postal.rules import is_mistyped
from bot.settings import Settings
from bot.short_codes import read_code, spoken
from bot.store.engine import Repositories
from bot.texts.reader import Texts, load_texts

STATES: tuple[OrderState, ...] = get_args(OrderState)
NEWS: tuple[OrderState, ...] = ("fetched", "in_transit", "out_for_delivery", "delivered", "failed", "returned", "cancelled")
NEWS_TAKEN: Mapping[Recorded, str] = {"new": "news_new", "known": "news_known", "older": "news_older", "refused": "news_refused"}
SHOWN = 20
"""Bad rows printed one by one; all of them are in the file to fix."""
USUAL_GRAMS = 100
"""What a settled price is for, where neither the officer nor the office's own table says so."""
NONE = "none"
MOST_SHEETS = 999


# -- the list out ---------------------------------------------------------------------------------------------------------


def manifest(options: argparse.Namespace, settings: Settings) -> int:
    """The list of the day, made and told of in one transaction; then its file. Run again it is the same list."""
    day, path = options.date, options.out
    if path.suffix.lower() not in ENDINGS:
        raise SettingsError(load_texts().part("post_desk", "list_ending", file=str(path)))
    application = open_application(settings, clocks.SystemClock())
    words, today = application.texts, clocks.today(application.clock)
    with application.store:
        if day > today:
            return _refused(words.part("post_desk", "list_future", day=_plain(day)))
        with application.store.writing() as repositories:
            made = list_of(repositories, day)
            if made is None and day < today:
                return _refused(words.part("post_desk", "list_past", day=_plain(day), today=_plain(today)))
            if made is None:
                made = repositories.post.make_manifest(day)
                notices = notices_of(application, repositories)
                for order in made.orders if made else ():
                    notices.handed_over(order, day)
            later = len(repositories.post.in_state("confirmed"))
        # From here on the orders are handed over: a kill before the file is there costs no more than running this again.
        application.boundary("manifest_made")
        if made is None:
            print(words.part("post_desk", "list_none", day=_plain(day)))
            return 0
        carrier: Carrier = FileCarrier(application.clock.now(), write=lambda each: _write(application, path, each))
        written(path, lambda _: carrier.hand_over(made))
    known = [order.collect for order in made.orders if order.collect is not None]
    print(words.part(
        "post_desk", "list_made", file=str(path), code=made.code, day=_plain(day), count=str(len(made.orders)), total=money(sum(known)),
        unknown=str(len(made.orders) - len(known)),
    ))
    if later:
        print(words.part("post_desk", "list_later", count=str(later)))
    return 0


def list_of(repositories: Repositories, day: date) -> Manifest | None:
    """The list that was made for *day*."""
    return next((each for each in repositories.post.manifests(day) if each.day == day), None)


def _write(application: Application, path: Path, made: Manifest) -> None:
    write_manifest(path, made, heading(application, made), application.town.post, application.texts)


def heading(application: Application, made: Manifest) -> str:
    words, centre = application.texts, next(iter(application.town.centres), None)
    office = centre.name if centre else words.part("wording", "no_office")
    text = words.part("post_desk", "heading", code=made.code, day=_plain(made.day), office=office)
    return words.part("post_desk", "heading_sample", heading=text) if centre and centre.sample else text


def notices_of(application: Application, repositories: Repositories) -> PostNotices:
    """Notices in the transaction of *repositories*."""
    return PostNotices(_premises(application), repositories.notices, application.quiet)


def _premises(application: Application) -> Premises:
    return Premises(application.clock.now(), application.town, application.texts, application.knowledge.calendar)


# -- the list back --------------------------------------------------------------------------------------------------------


def receive(options: argparse.Namespace, settings: Settings) -> int:
    """0 when every row was taken; 1 when some were not, or the file as a whole could not be read."""
    application = open_application(settings, clocks.SystemClock())
    file: Path = options.file
    with application.store:
        try:
            saved_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            with open_export(file, saved_at, find_post_header) as export:
                report = Back(application, export, options.json).take(options.errors)
        except OSError as error:
            return _unreadable(UnreadableExport("no_file", file=str(file), why=error.strerror or str(error)), application.texts)
        except UnreadableExport as error:
            return _unreadable(error, application.texts)
    return 0 if report.rows and not report.bad else 1


class Back:
    """The post's list being taken over, and what is said of it."""

    def __init__(self, application: Application, export: Export, as_json: bool) -> None:
        self._application, self._export, self._as_json = application, export, as_json
        self._words = application.texts
        self._said: list[str] = []

    def take(self, errors: Path | None) -> Report:
        today = clocks.today(self._application.clock)
        corrections = Corrections(self._export.path, self._export.separator, self._say_fault, errors)
        carrier = FileCarrier(self._application.clock.now(), export=self._export)

        def bad(place: Place, faults: Sequence[Fault]) -> None:
            made = self._words.part("dossiers", "made", moment=_plain(place.made_on))
            corrections.add(place.sheet, place.header, made, place.row, faults)
            self._tell("bad_row", place, faults)

        def doubt(place: Place, fault: Fault) -> None:
            self._tell("doubt", place, [fault])

        try:
            report = Receiving(carrier, self._opened, today, bad, doubt).run()
            fixed = corrections.finish()
        except BaseException:
            corrections.drop()
            raise
        self._say(report, carrier.left_out, fixed)
        return report

    @contextmanager
    def _opened(self) -> Iterator[tuple[Post, Hear]]:
        with self._application.store.writing() as repositories:
            yield repositories.post, notices_of(self._application, repositories).hear

    def _tell(self, kind: str, place: Place, faults: Sequence[Fault]) -> None:
        for fault in faults:
            text = self._say_fault(fault, place.sheet)
            if self._as_json:
                print_json({
                    "kind": kind, "sheet": place.sheet, "row": place.number, **asdict(fault), "fields": dict(fault.fields), "text": text,
                })
            elif kind == "doubt":
                self._said.append(self._words.part("post_desk", "doubt", text=text))
            else:
                self._said.append(self._words.part("dossiers", "bad_row", text=text))

    def _say_fault(self, fault: Fault, sheet: str | None) -> str:
        fields = {"value": fault.value, **dict(fault.fields)}
        if self._words.has("post_desk", f"fault_{fault.problem}", "say"):
            what = self._words.part("post_desk", f"fault_{fault.problem}", **fields)
        else:
            what = self._words.part("dossiers", f"fault_{fault.problem}", **fields)
        if sheet is None:
            return self._words.part("dossiers", "fault", cell=fault.cell, column=fault.column, what=what)
        return self._words.part("dossiers", "fault_in_sheet", sheet=sheet, cell=fault.cell, column=fault.column, what=what)

    def _say(self, report: Report, left_out: Sequence[str | None], fixed: Path | None) -> None:
        words, prices = self._words, self._application.town.post
        missing = [order_row(each, prices, words) for each in report.missing]
        counts = {name: getattr(report, name) for name in ("rows", "new", "known", "older", "silent", "bad")}
        if self._as_json:
            for row in missing:
                print_json({"kind": "missing", **row})
            print_json({
                "kind": "summary", "file": str(self._export.path), **counts, "undated": report.undated, "states": dict(report.states),
                "missing": len(missing), "left_out": left_out, "corrections": str(fixed) if fixed else None,
            })
            return
        print(words.part("post_desk", "received", file=self._export.path.name, **{name: str(count) for name, count in counts.items()}))
        if report.states:
            told = ", ".join(
                words.part("post_desk", "received_state", state=words.part("post_desk", f"state_{state}"), count=str(count))
                for state, count in report.states.most_common()
            )
            print(words.part("post_desk", "received_states", states=told))
        for line in self._said[:SHOWN]:
            print(line)
        if len(self._said) > SHOWN:
            print(words.part("dossiers", "more_bad_rows", count=str(len(self._said) - SHOWN)))
        if report.undated:
            print(words.part("post_desk", "undated", count=str(report.undated)))
        for sheet in left_out:
            print(words.part("post_desk", "left_out", sheet=sheet or self._export.path.name))
        if missing:
            print(words.part("post_desk", "missing", count=str(len(missing))))
        for row in missing:
            shown = {key: row[key] or "" for key in ("number", "manifest", "name", "phone")}
            print(words.part("post_desk", "missing_line", state=words.part("post_desk", f"state_{row['state']}"), **shown))
        if fixed is not None:
            print(words.part("dossiers", "corrections", file=str(fixed)))


def _unreadable(error: UnreadableExport, words: Texts) -> int:
    if words.has("post_desk", f"error_{error.problem}", "say"):
        return _refused(words.part("post_desk", f"error_{error.problem}", **error.fields))
    return _refused(words.part("dossiers", f"error_{error.problem}", **error.fields))


# -- orders one by one ----------------------------------------------------------------------------------------------------


def orders(options: argparse.Namespace, settings: Settings) -> int:
    """Those in one state; without it all that are not over."""
    application = open_application(settings, clocks.SystemClock())
    words, states = application.texts, [options.state] if options.state else [each for each in STATES if each not in OVER]
    with application.store, application.store.reading() as repositories:
        found = repositories.post.in_state(*states)
    for order in found:
        row = order_row(order, application.town.post, words)
        if options.json:
            print_json(row)
        else:
            print(_line("order_line", row, words, "number", "name", "phone", "dossier"))
    if not found and not options.json:
        print(words.part("post_desk", "no_orders"))
    return 0


def _line(key: str, row: dict[str, Any], words: Texts, *shown: str) -> str:
    given = {each: str(row[each] or "") for each in shown}
    state, service = words.part("post_desk", f"state_{row['state']}"), words.part("post_desk", f"service_{SERVICES[row['service']]}")
    return words.part("post_desk", key, **given, state=state, service=service).rstrip()


def show(options: argparse.Namespace, settings: Settings) -> int:
    application = open_application(settings, clocks.SystemClock())
    words = application.texts
    with application.store, application.store.reading() as repositories:
        order = _named(options.number, repositories.post)
        events = repositories.post.events(order.number) if order else ()
    if order is None:
        return _refused(words.part("post_desk", "no_such_order", number=options.number))
    row = order_row(order, application.town.post, words)
    row |= {"made_at": clocks.local(order.made_at).isoformat(timespec="minutes"), "events": [event_row(each) for each in events]}
    if options.json:
        print_json(row)
        return 0
    for line in _shown(row, words):
        print(line)
    return 0


def _shown(row: dict[str, Any], words: Texts) -> Iterator[str]:
    unknown, price = words.part("post_desk", "unknown"), row["price"]
    yield _line("show_title", row, words, "number")
    yield words.part("post_desk", "show_dossier", dossier=row["dossier"] or unknown, procedure=row["procedure"] or unknown)
    yield words.part("post_desk", "show_recipient", name=row["name"], phone=row["phone"], address=row["address"])
    if row["other"]:
        yield words.part("post_desk", "show_other", other=row["other"])
    if price:
        yield words.part(
            "post_desk", "show_price", amount=money(price["amount"]), zone=price["zone"], grams=str(price["up_to_grams"]),
            decision=price["decision"], dated=_plain(date.fromisoformat(price["dated"])),
        )
    else:
        yield words.part("post_desk", "show_no_price")
    if row["relief"]:
        yield words.part("post_desk", "show_relief", relief=row["relief"])
    collect = unknown if row["collect"] is None else words.part("post_desk", "money", amount=money(row["collect"]))
    papers = "; ".join(row["hand_back"]) or words.part("post_desk", "none")
    yield words.part("post_desk", "show_collect", amount=collect, sheets=str(row["sheets"] or unknown), papers=papers)
    yield words.part("post_desk", "show_time", time=words.part("post_desk", f"time_{row['time_of_day']}"))
    if row["note"]:
        yield words.part("post_desk", "show_note", note=row["note"])
    if row["manifest"]:
        yield words.part("post_desk", "show_sent", manifest=row["manifest"], item=row["item"] or unknown)
    for event in row["events"]:
        attempt = words.part("post_desk", "show_attempt", attempt=str(event["attempt"])) if event["attempt"] else ""
        next_try = words.part("post_desk", "show_next", day=_plain_text(event["next_try"])) if event["next_try"] else ""
        more = "; ".join(filter(None, (event["reason"], event["receiver"], next_try)))
        state = words.part("post_desk", f"state_{event['state']}")
        line = words.part("post_desk", "show_event", day=_plain_text(event["day"]), state=state, attempt=attempt, more=more)
        yield " ".join(line.split())


def confirm(options: argparse.Namespace, settings: Settings) -> int:
    """An order that waited for its price goes onto the next list; the citizen is told what it costs, or that nobody knows."""
    application = open_application(settings, clocks.SystemClock())
    words, today = application.texts, clocks.today(application.clock)
    with application.store, application.store.writing() as repositories:
        order = _named(options.number, repositories.post)
        if order is None:
            return _refused(words.part("post_desk", "no_such_order", number=options.number))
        quote = None if options.no_price else _settled(options, order, application, today)
        if not repositories.post.confirm(order.number, quote):
            return _refused(_with_state("not_asked", order, words))
        notices_of(application, repositories).confirmed(repositories.post.get(order.number) or order)
    print(words.part("post_desk", "confirmed", number=spoken(order.number)))
    return 0


def _settled(options: argparse.Namespace, order: Order, application: Application, today: date) -> Quote:
    """The price as the officer has it from the post: for this place and this relief. Raises SettingsError."""
    relief = order_row(order, application.town.post, application.texts)["relief"] if options.full is not None else None
    if not options.decision:
        raise SettingsError("--decision is missing: name the paper or notice by which the post charges so, with its date in --dated")
    if options.price == 0 and not relief:
        raise SettingsError(application.texts.part("post_desk", "free_needs_full"))
    if options.full is not None and options.full < options.price:
        raise SettingsError("--full is what it costs without the relief: no less than --price")
    place = order.draft.recipient.address
    steps = [each.up_to_grams for each in application.town.post.prices] if application.town.post else []
    return Quote(
        amount=options.price, full=options.full if relief else options.price, zone=f"{place.commune.name}, {place.province.name}",
        up_to_grams=options.grams or min(steps, default=USUAL_GRAMS), number=options.decision, dated=options.dated or today, relief=relief,
    )


def note(options: argparse.Namespace, settings: Settings) -> int:
    """What the counter knows of an order before it goes out."""
    if options.collect is None and options.hand_back is None and options.sheets is None:
        raise SettingsError(load_texts().part("post_desk", "nothing_to_note"))
    application = open_application(settings, clocks.SystemClock())
    words = application.texts
    with application.store, application.store.writing() as repositories:
        order = _named(options.number, repositories.post)
        if order is None:
            return _refused(words.part("post_desk", "no_such_order", number=options.number))
        if not repositories.post.note_for(order.number, collect=options.collect, hand_back=options.hand_back, sheets=options.sheets):
            return _refused(_with_state("too_late", repositories.post.get(order.number) or order, words))
    print(words.part("post_desk", "noted", number=spoken(order.number)))
    return 0


def cancel(options: argparse.Namespace, settings: Settings) -> int:
    """Before it is handed over; the citizen is told why."""
    application = open_application(settings, clocks.SystemClock())
    words = application.texts
    with application.store, application.store.writing() as repositories:
        order = _named(options.number, repositories.post)
        if order is None:
            return _refused(words.part("post_desk", "no_such_order", number=options.number))
        if not repositories.post.cancel(order.number):
            return _refused(_with_state("too_late", repositories.post.get(order.number) or order, words))
        notices_of(application, repositories).cancelled_here(order, " ".join(options.reason.split()).rstrip("."))
        pair = repositories.post.get(order.draft.pair) if order.draft.pair else None
    print(words.part("post_desk", "cancelled", number=spoken(order.number)))
    if pair is not None and pair.state not in OVER:
        print(_with_state("cancelled_pair", pair, words))
    return 0


def news(options: argparse.Namespace, settings: Settings) -> int:
    """What the post said by phone, or what lies at the counter again: the same as a row of its list."""
    application = open_application(settings, clocks.SystemClock())
    words, today = application.texts, clocks.today(application.clock)
    event = Event(
        options.state, options.day or today, options.attempt, reason=options.reason, receiver=options.receiver, next_try=options.next,
    )
    with application.store, application.store.writing() as repositories:
        order = _named(options.number, repositories.post)
        if order is None:
            return _refused(words.part("post_desk", "no_such_order", number=options.number))
        if event.on > today:
            return _refused(words.part("post_desk", "news_future", day=_plain(event.on)))
        recorded = repositories.post.record(order.number, event, options.item)
        order = repositories.post.get(order.number) or order
        if recorded == "new":
            notices_of(application, repositories).hear(order, event)
    said = _with_state(NEWS_TAKEN[recorded], order, words)
    if recorded == "refused":
        return _refused(said)
    print(said)
    if options.item and is_mistyped(options.item):
        print(words.part("post_desk", "news_mistyped", item=options.item))
    return 0


def failures(options: argparse.Namespace, settings: Settings) -> int:
    """Whom to call: deliveries in vain and what came back on a day, without it today."""
    application = open_application(settings, clocks.SystemClock())
    words, day = application.texts, options.date or clocks.today(application.clock)
    with application.store, application.store.reading() as repositories:
        rows = failure_rows(repositories.post, day, day, application.town.post, words)
    if not options.json and rows:
        print(words.part("post_desk", "failures_title", first=_plain(day), last=_plain(day), count=str(len(rows))))
    for row in rows:
        if options.json:
            print_json(row)
            continue
        next_try = words.part("post_desk", "show_next", day=_plain_text(row["next_try"])) if row["next_try"] else ""
        shown = {**row, "day": _plain_text(row["day"]), "next_try": next_try}
        print(_line("failure_line", shown, words, "day", "number", "name", "phone", "reason", "next_try"))
    if not rows and not options.json:
        print(words.part("post_desk", "failures_none"))
    return 0


# -- what is typed --------------------------------------------------------------------------------------------------------


def _named(number: str, post: Post) -> Order | None:
    code = read_code(number)
    return post.get(code) if code and code[0] == "B" else None


def _with_state(key: str, order: Order, words: Texts) -> str:
    return words.part("post_desk", key, number=spoken(order.number), state=words.part("post_desk", f"state_{order.state}"))


def _refused(text: str) -> int:
    print(text, file=sys.stderr)
    return 1


def _plain(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _plain_text(day: str) -> str:
    return _plain(date.fromisoformat(day))


def amount(text: str) -> int:
    """``45000`` or ``45.000``."""
    return _whole(text, 0, DEAREST)


def amount_or_none(text: str) -> int:
    """The same, or ``none`` for nothing to collect."""
    return 0 if text.casefold() == NONE else amount(text)


def grams(text: str) -> int:
    return _whole(text, 1, HEAVIEST)


def sheets(text: str) -> int:
    return _whole(text, 1, MOST_SHEETS)


def papers(text: str) -> tuple[str, ...]:
    """Parted by semicolons, or ``none``."""
    return () if text.casefold() == NONE else tuple(part for part in (" ".join(each.split()) for each in text.split(";")) if part)


def _whole(text: str, least: int, most: int) -> int:
    try:
        number = as_number(text)
    except Unreadable:
        number = None
    if number is None or not least <= number <= most:
        raise argparse.ArgumentTypeError(f"{text}: write a whole number from {least} to {most}")
    return number
