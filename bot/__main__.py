"""The command line. Exit status: 0 done, 1 the thing asked for failed or found errors, 2 wrong usage or settings."""

import argparse
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bot import clock as clocks
from bot.commands import asking, catalogue, conversing, importing, keeping, learning, morning, office, post, safety, serving, visits
from bot.desk.sheets import Unreadable, as_day
from bot.errors import CatalogError, MotCuaError, SchemaOutdated, SettingsError
from bot.logs import set_up_logs
from bot.settings import load_settings

WRONG = 2


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        settings = load_settings(new_office=options.run is office.init)
        set_up_logs(settings.log_level, settings.secrets())
        status: int = options.run(options, settings)
        return status
    except (SettingsError, SchemaOutdated, CatalogError) as error:
        print(error, file=sys.stderr)
        return WRONG
    except MotCuaError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="motcua", description="A chat bot for a Vietnamese one-stop office.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Any, what: str, to: Any = commands) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = to.add_parser(name, help=what, description=what)
        made.set_defaults(run=run)
        return made

    demo = command("demo", serving.demo, "try the bot: sample office and dossiers, the web page on this machine")
    demo.add_argument("--port", type=_port, help=f"where the page is served; without it {serving.PORT}, or a free one")
    demo.add_argument("--terminal", action="store_true", help="a conversation in this terminal instead; so also when lines are piped in")

    serve = command("serve", serving.serve, "the server: web page and webhooks; takes turns, sends what is due, polls where so set")
    serve.add_argument("--host", default=serving.HERE)
    serve.add_argument("--port", type=_port, default=serving.PORT)

    command("worker", serving.worker, "takes turns and sends what is due, without serving")

    webhook = parser_of(command("webhook", None, "how a platform hands us its messages"))
    set_it = command("set", serving.webhook_set, "register our webhook with the platform", webhook)
    delete = command("delete", serving.webhook_delete, "take the webhook back, so that polling works", webhook)
    info = command("info", serving.webhook_info, "what the platform says about our webhook", webhook)
    for each in (set_it, delete, info):
        each.add_argument("channel", choices=list(serving.WEBHOOKS))
    verify = command("verify", serving.webhook_verify, "whether a captured event's signature comes out with the settings' key", webhook)
    verify.add_argument("channel", choices=["zalo-oa"])
    verify.add_argument("file", type=Path, metavar="FILE", help="the event's body, byte for byte as it came")
    verify.add_argument("--signature", default="", help="the header X-ZEvent-Signature")
    verify.add_argument("--timestamp", default="", help="the header X-ZEvent-Timestamp, where there was one")
    set_it.add_argument("url", nargs="?", help="the whole address, or the host's; without it BOT_PUBLIC_URL")

    chat = command("chat", conversing.chat, "a conversation on standard input; a line is a message, lines with ! are the tester's")
    chat.add_argument("--json", action="store_true", help="JSON Lines instead of text")
    chat.add_argument("--user", default="me", help="who speaks")
    chat.add_argument("--at", type=_moment, help="the clock stands at this ISO time")
    chat.add_argument("--db", metavar="URL", help="the database; without it a temporary one")

    find = command("find", asking.find, "procedures for a citizen's words")
    find.add_argument("text", nargs="?")
    find.add_argument("--batch", metavar="FILE", help="one question a line, or JSON Lines with q; - is standard input")
    find.add_argument("--top", type=int, default=5)
    find.add_argument("--json", action="store_true")
    find.add_argument("--explain", action="store_true", help="what spoke for each")
    find.add_argument("--at", type=_day, metavar="DATE")

    understand = command("understand", asking.understand, "what the bot takes a first message to be")
    understand.add_argument("text", nargs="?")
    understand.add_argument("--batch", metavar="FILE")
    understand.add_argument("--json", action="store_true")
    understand.add_argument("--at", type=_moment, metavar="ISO-TIME")

    catalog = parser_of(command("catalog", None, "the published catalogue"))
    check = command("check", catalogue.check, "every error in the catalogue's files", catalog)
    check.add_argument("folder", nargs="?", type=Path, help="another folder to judge, such as one of drafts")
    stats = command("stats", catalogue.stats, "the catalogue in figures", catalog)
    stats.add_argument("--json", action="store_true")
    stats.add_argument("--at", type=_day, metavar="DATE", help="what is overdue on that day; without it today")
    show = command("show", catalogue.show, "one procedure as in force at the date", catalog)
    show.add_argument("code")
    show.add_argument("--json", action="store_true")
    show.add_argument("--at", type=_day, metavar="DATE")

    drafting = command("import", catalogue.import_, "drafts from the portal's JSON, a province's XLSX, JSON Lines, our YAML", catalog)
    drafting.add_argument("files", nargs="+", type=Path, metavar="FILE")
    drafting.add_argument("--to", type=Path, default=Path("drafts"), metavar="DIR", help="where the drafts go; drafts/")
    drafting.add_argument("--month", type=_month, help="of which month the copies are, such as 2026-07; without it this month")

    diff = command("diff", catalogue.diff, "what changed for a citizen between two catalogues, or two files that can be imported", catalog)
    diff.add_argument("old", type=Path, metavar="OLD")
    diff.add_argument("new", type=Path, metavar="NEW")
    diff.add_argument("--json", action="store_true")
    diff.add_argument("--at", type=_day, metavar="DATE", help="which version counts where a code has several; today")

    own = parser_of(command("office", None, "the office's own data"))
    init = command("init", office.init, "a template workbook; once filled in, checked and written to BOT_OFFICES_DIR", own)
    init.add_argument("file", type=Path, metavar="FILE.xlsx")
    command("check", office.check, "the office's folder: every mistake, days to settle, figures of retired procedures", own)
    local = parser_of(command("local", None, "what only the office can say of each procedure: fees, times, counters", own))
    exported = command("export", office.local_export, "a workbook to fill in, the procedures asked most first", local)
    exported.add_argument("--out", type=Path, required=True, metavar="FILE.xlsx")
    imported = command("import", office.local_import, "the filled workbook: good procedures taken, every bad cell named", local)
    imported.add_argument("file", type=Path, metavar="FILE.xlsx")

    database = parser_of(command("db", None, "the database"))
    command("upgrade", keeping.db_upgrade, "bring the schema to this release", database)
    copying = command("backup", safety.db_backup, "the whole database into one new file, without its keys", database)
    copying.add_argument("file", type=Path, metavar="FILE")
    copying.add_argument("--json", action="store_true")
    back = command("restore", safety.db_restore, "a backup in the place of the database, which is kept aside", database)
    back.add_argument("file", type=Path, metavar="FILE")
    back.add_argument("--json", action="store_true")
    command("rotate-keys", safety.db_rotate_keys, "everything encrypted goes under the newest of BOT_SECRET_KEYS", database)
    forgetting = command("retention", safety.db_retention, "empty what is past its time, and tell how much that was", database)
    forgetting.add_argument("--json", action="store_true")

    handover = parser_of(command("handover", None, "citizens who wait for a person"))
    listed = command("list", keeping.handover_list, "who waits", handover)
    listed.add_argument("--json", action="store_true")
    done = command("done", keeping.handover_done, "a call-back is done", handover)
    done.add_argument("id", help="of a call-back, or the T… code of a request about one's data")

    appointments = parser_of(command("appointments", None, "booked visits"))
    day = command("day", visits.appointments_day, "the day's list of an office", appointments)
    day.add_argument("office")
    day.add_argument("date", type=_day)
    day.add_argument("--json", action="store_true")
    day.add_argument("--xlsx", type=Path, metavar="FILE", help="a workbook of it besides")
    day.add_argument("--html", type=Path, metavar="FILE", help="a page of it besides, to be printed on A4")
    close = command("close", visits.close, "receive nobody on those days; whoever was booked is told to choose another", appointments)
    reopen = command("reopen", visits.reopen, "take a closing back", appointments)
    for each in (close, reopen):
        each.add_argument("office")
        each.add_argument("first", type=_day, metavar="FROM")
        each.add_argument("last", type=_day, metavar="TO")
        each.add_argument("--counter", help="only this counter")
    close.add_argument("--reason", required=True, help="said to the citizens as it stands")
    close.add_argument("--json", action="store_true")

    checkin = command("checkin", visits.checkin, "what became of a visit, by ticket or readiness code")
    checkin.add_argument("code")
    checkin.add_argument("outcome", choices=visits.OUTCOMES)
    checkin.add_argument("--reason", choices=visits.REASONS, help="why somebody with all papers was sent home")
    checkin.add_argument("--words", help="the same in a few words, without names")
    checkin.add_argument("--procedure", metavar="CODE", help="the errand, where it is another than the one that was booked")

    sent = command("sent-home", visits.sent_home, "entries of the catalogue that sent people home who had everything")
    sent.add_argument("--since", type=_day, metavar="DATE")
    sent.add_argument("--json", action="store_true")

    lists = command("morning", morning.morning, "every list of the day into one folder, with a page to print")
    lists.add_argument("--out", type=Path, metavar="DIR", help="where to; without it buoi-sang/<date>")
    lists.add_argument("--date", type=_day, help="without it today")
    lists.add_argument("--json", action="store_true")

    dossiers = parser_of(command("dossiers", None, "dossiers as the settlement system tells of them"))
    due = command("due", morning.dossiers_due, "late ones, and those due within two working days", dossiers)
    due.add_argument("--within", type=_days, default=morning.WITHIN, metavar="DAYS", help="so many working days ahead")
    due.add_argument("--date", type=_day, help="as of that day; without it today")
    due.add_argument("--json", action="store_true")
    taking = command("import", importing.dossiers_import, "take over an export, .xlsx or .csv; bad rows go to a file to fix", dossiers)
    taking.add_argument("files", nargs="*", type=Path, metavar="FILE")
    taking.add_argument("--watch", type=Path, metavar="FOLDER", help="each new file in there, then moved to done or failed")
    taking.add_argument("--json", action="store_true")
    taking.add_argument("--as-of", type=_moment, metavar="ISO-TIME", help="when it was exported, where the file does not say so rightly")
    taking.add_argument("--errors", type=Path, metavar="FILE", help="where the bad rows go; without it beside the export")
    taking.add_argument("--db", metavar="URL", help="the database; without it BOT_DATABASE_URL")

    _post(command, parser_of(command("post", None, "what the post fetches and brings")))

    readiness = command("readiness", keeping.readiness, "what a citizen's readiness code says")
    readiness.add_argument("code")
    readiness.add_argument("--json", action="store_true")

    guidance = parser_of(command("guidance", None, "what was told"))
    export = command("export", keeping.guidance_export, "as CSV, both days included", guidance)
    export.add_argument("first", type=_day, metavar="FROM")
    export.add_argument("last", type=_day, metavar="TO")

    outbox = parser_of(command("outbox", None, "messages going out"))
    command("unknown", keeping.outbox_unknown, "sends whose outcome nobody knows", outbox)

    calls = command("calls", keeping.outbox_calls, "to be told by phone: what no channel lets through, or may not have arrived", outbox)
    calls.add_argument("--json", action="store_true")
    command("called", keeping.outbox_called, "one of them is told, and is not sent any more", outbox).add_argument("id", type=int)

    missed = command("misses", learning.misses, "questions that found nothing right, those that ask alike together")
    missed.add_argument("--since", type=_day, metavar="DATE", help="from that day on; without it all that are kept")
    missed.add_argument("--json", action="store_true")
    to_do = missed.add_subparsers(metavar="COMMAND")
    teach = command("teach", learning.teach, "add a phrase to a procedure's file, once no other question comes out worse by it", to_do)
    teach.add_argument("code", help="the procedure that the words ask for")
    teach.add_argument("phrase", help="the words of a citizen")
    teach.add_argument("--questions", action="append", default=[], type=Path, metavar="FILE", help="more to ask: JSON Lines, q and codes")
    teach.add_argument("--force", action="store_true", help="write it even so")
    teach.add_argument("--json", action="store_true")

    draw = command("draw", keeping.draw, "a flow as a Mermaid diagram")
    draw.add_argument("flow")
    return parser


def _post(command: Any, orders: Any) -> None:
    listing = command("manifest", post.manifest, "the day's list for the post, made once; orders on it are handed over", orders)
    listing.add_argument("date", type=_day, metavar="DATE")
    listing.add_argument("--out", type=Path, required=True, metavar="FILE", help=".xlsx to print and sign, or .csv")
    back = command("receive", post.receive, "the post's list, .xlsx or .csv; bad rows go to a file to fix", orders)
    back.add_argument("file", type=Path, metavar="FILE")
    back.add_argument("--json", action="store_true")
    back.add_argument("--errors", type=Path, metavar="FILE", help="where the bad rows go; without it beside the list")
    listed = command("list", post.orders, "orders that are not over, or those in one state", orders)
    listed.add_argument("--state", choices=post.STATES)
    show = command("show", post.show, "one order, and what happened to it", orders)
    confirm = command("confirm", post.confirm, "an order that waited for its price goes onto the next list; the citizen is told", orders)
    note = command("note", post.note, "what the counter knows of an order before it goes out", orders)
    cancel = command("cancel", post.cancel, "before it goes out; the citizen is told", orders)
    news = command("news", post.news, "what the post said by phone, or what came back: as if it stood in its list", orders)
    for each in (show, confirm, note, cancel, news):
        each.add_argument("number", metavar="NUMBER")
    news.add_argument("state", choices=post.NEWS)
    news.add_argument("--day", type=_day, metavar="DATE", help="when it happened; without it today")
    news.add_argument("--attempt", type=int, choices=range(1, 10), default=0, metavar="N", help="which try at the door")
    news.add_argument("--reason", help="why it failed or came back")
    news.add_argument("--receiver", metavar="NAME", help="who signed")
    news.add_argument("--next", type=_day, metavar="DATE", help="when the post tries again")
    news.add_argument("--item", metavar="CODE", help="the post's own number")
    price = confirm.add_mutually_exclusive_group(required=True)
    price.add_argument("--price", type=post.amount, metavar="AMOUNT", help="what is to be paid one way, in đồng")
    price.add_argument("--no-price", action="store_true", help="the post says it at the door; the citizen is told so")
    confirm.add_argument("--decision", metavar="WORDS", help="by which paper or notice of the post")
    confirm.add_argument("--dated", type=_day, metavar="DATE", help="of which day; without it today")
    confirm.add_argument("--grams", type=post.grams, metavar="N", help="up to which weight; without it the first step of the price table")
    confirm.add_argument("--full", type=post.amount, metavar="AMOUNT", help="what it costs without the relief that is claimed")
    note.add_argument("--collect", type=post.amount_or_none, metavar="AMOUNT|none", help="fees to collect at the door")
    note.add_argument("--hand-back", type=post.papers, metavar="PAPERS", help='originals to take back, parted by ";", or none')
    note.add_argument("--sheets", type=post.sheets, metavar="N", help="how many sheets lie in the envelope")
    cancel.add_argument("--reason", required=True, help="said to the citizen as it stands")
    failed = command("failures", post.failures, "whom to call: deliveries in vain, and what came back", orders)
    failed.add_argument("date", nargs="?", type=_day, metavar="DATE", help="without it today")
    for each in (listed, show, failed):
        each.add_argument("--json", action="store_true")


def parser_of(command: argparse.ArgumentParser) -> Any:
    return command.add_subparsers(required=True, metavar="COMMAND")


def _moment(text: str) -> datetime:
    return clocks.aware(datetime.fromisoformat(text))


def _day(text: str) -> date:
    """``2026-11-24``, or as people write it: ``24/11/2026``."""
    try:
        found = as_day(text)
    except Unreadable:
        found = None
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no day: write it as 24/11/2026 or 2026-11-24")
    return found


def _month(text: str) -> str:
    return f"{datetime.strptime(text, '%Y-%m'):%Y-%m}"  # noqa: DTZ007  (a month has no zone)


def _days(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 60:
        raise argparse.ArgumentTypeError(f"{text}: write a number of working days, 0 to 60")
    return number


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port")
    return number


if __name__ == "__main__":
    sys.exit(main())
