"""The command line. Exit status: 0 done, 1 the thing asked for failed or found errors, 2 wrong usage or settings."""

import argparse
import asyncio
import json
import os
import select
import signal
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bot import clock as clocks
from bot.bootstrap import Application, Knowledge, load_knowledge, open_application
from bot.catalog import figures
from bot.catalog.checks import check_all
from bot.catalog.reader import catalog_dir, load_catalog, read_folder
from bot.channels.terminal import Screen, Terminal, TesterClock
from bot.desk import lists
from bot.dossiers.codes import find_procedure_code
from bot.errors import CatalogError, MotCuaError, SchemaOutdated, SettingsError
from bot.flows.all_flows import ALL_FLOWS
from bot.logs import set_up_logs
from bot.offices.model import Town
from bot.offices.reader import load_town
from bot.pictures.model import Slip
from bot.pictures.slip import read_slip
from bot.sample import sample_dir
from bot.sample.dossiers import sample_dossiers
from bot.search.model import Found
from bot.settings import Settings, load_settings
from bot.short_codes import read_code
from bot.store.engine import upgrade
from bot.texts.reader import load_texts
from bot.understanding.model import Understood

DEMO_DATABASE = "sqlite:///data/demo.db"
HERE, PORT = "127.0.0.1", 8000
LINES_COME_WITHIN = 0.3
"""Seconds in which a conversation that was piped in shows itself."""
WRONG = 2


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        settings = load_settings()
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

    demo = command("demo", _demo, "try the bot: sample office and dossiers, the web page on this machine")
    demo.add_argument("--port", type=_port, help=f"where the page is served; without it {PORT}, or a free one")
    demo.add_argument("--terminal", action="store_true", help="a conversation in this terminal instead; so also when lines are piped in")

    serve = command("serve", _serve, "the server: web page and webhooks; takes turns, sends what is due, polls where so set")
    serve.add_argument("--host", default=HERE)
    serve.add_argument("--port", type=_port, default=PORT)

    command("worker", _worker, "takes turns and sends what is due, without serving")

    webhook = parser_of(command("webhook", None, "how a platform hands us its messages"))
    set_it = command("set", _webhook_set, "register our webhook with the platform", webhook)
    delete = command("delete", _webhook_delete, "take the webhook back, so that polling works", webhook)
    info = command("info", _webhook_info, "what the platform says about our webhook", webhook)
    for each in (set_it, delete, info):
        each.add_argument("channel", choices=["telegram"])
    set_it.add_argument("url", nargs="?", help="the whole address, or the host's; without it BOT_PUBLIC_URL")

    chat = command("chat", _chat, "a conversation on standard input; a line is a message, lines with ! are the tester's")
    chat.add_argument("--json", action="store_true", help="JSON Lines instead of text")
    chat.add_argument("--user", default="me", help="who speaks")
    chat.add_argument("--at", type=_moment, help="the clock stands at this ISO time")
    chat.add_argument("--db", metavar="URL", help="the database; without it a temporary one")

    find = command("find", _find, "procedures for a citizen's words")
    find.add_argument("text", nargs="?")
    find.add_argument("--batch", metavar="FILE", help="one question a line, or JSON Lines with q; - is standard input")
    find.add_argument("--top", type=int, default=5)
    find.add_argument("--json", action="store_true")
    find.add_argument("--explain", action="store_true", help="what spoke for each")
    find.add_argument("--at", type=date.fromisoformat, metavar="DATE")

    understand = command("understand", _understand, "what the bot takes a first message to be")
    understand.add_argument("text", nargs="?")
    understand.add_argument("--batch", metavar="FILE")
    understand.add_argument("--json", action="store_true")
    understand.add_argument("--at", type=_moment, metavar="ISO-TIME")

    catalog = parser_of(command("catalog", None, "the published catalogue"))
    command("check", _catalog_check, "every error in the catalogue's files", catalog)
    stats = command("stats", _catalog_stats, "the catalogue in figures", catalog)
    stats.add_argument("--json", action="store_true")
    show = command("show", _catalog_show, "one procedure as in force at the date", catalog)
    show.add_argument("code")
    show.add_argument("--json", action="store_true")
    show.add_argument("--at", type=date.fromisoformat, metavar="DATE")

    database = parser_of(command("db", None, "the database"))
    command("upgrade", _db_upgrade, "bring the schema to this release", database)
    command("retention", _db_retention, "empty what is past its time", database)

    handover = parser_of(command("handover", None, "citizens who wait for a person"))
    listed = command("list", _handover_list, "who waits", handover)
    listed.add_argument("--json", action="store_true")
    done = command("done", _handover_done, "a call-back is done", handover)
    done.add_argument("id", type=int)

    appointments = parser_of(command("appointments", None, "booked visits"))
    day = command("day", _appointments_day, "the day's list of an office", appointments)
    day.add_argument("office")
    day.add_argument("date", type=date.fromisoformat)
    day.add_argument("--json", action="store_true")

    readiness = command("readiness", _readiness, "what a citizen's readiness code says")
    readiness.add_argument("code")
    readiness.add_argument("--json", action="store_true")

    guidance = parser_of(command("guidance", None, "what was told"))
    export = command("export", _guidance_export, "as CSV, both days included", guidance)
    export.add_argument("first", type=date.fromisoformat, metavar="FROM")
    export.add_argument("last", type=date.fromisoformat, metavar="TO")

    outbox = parser_of(command("outbox", None, "messages going out"))
    command("unknown", _outbox_unknown, "sends whose outcome nobody knows", outbox)

    draw = command("draw", _draw, "a flow as a Mermaid diagram")
    draw.add_argument("flow")
    return parser


def parser_of(command: argparse.ArgumentParser) -> Any:
    return command.add_subparsers(required=True, metavar="COMMAND")


def _moment(text: str) -> datetime:
    return clocks.aware(datetime.fromisoformat(text))


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port")
    return number


def _print_json(data: dict[str, Any]) -> None:
    print(json.dumps(data, ensure_ascii=False), flush=True)


# -- conversation ---------------------------------------------------------------------------------------------------------


class _House:
    """The terminal's bot: works off what waits after every line, and can be dropped and made anew."""

    def __init__(self, settings: Settings, clock: TesterClock, screen: Screen, knowledge: Knowledge, town: Town) -> None:
        self._settings, self._clock, self._screen, self._knowledge, self._town = settings, clock, screen, knowledge, town
        self._runner = asyncio.Runner()
        self.application = self._open()

    def _open(self) -> Application:
        return open_application(self._settings, self._clock, self._town, self._knowledge)

    def accept(self, incoming: Any) -> bool:
        return self.application.accept(incoming)

    def work(self) -> None:
        self.application.take_turns()
        self._runner.run(self.application.deliver({"terminal": self._screen}))

    def look(self, path: str) -> Slip:
        try:
            picture = Path(path).read_bytes()
        except OSError:
            return Slip("no_picture")
        return read_slip(picture, clocks.today(self._clock))

    def restart(self) -> None:
        self.application.store.close()
        self._knowledge = load_knowledge(self._settings.catalog_dir)
        self.application = self._open()

    def away(self) -> str:
        return self.application.common("database_away")

    def close(self) -> None:
        self.application.store.close()
        self._runner.close()


def _converse(settings: Settings, clock: TesterClock, screen: Screen, user: str, lines: Iterable[str]) -> None:
    """A conversation on a database that gets the sample dossiers when it has none."""
    town = load_town(sample_dir())
    house = _House(settings, clock, screen, load_knowledge(settings.catalog_dir), town)
    try:
        _fill_with_samples(house.application, settings, clock)
        house.application.store.retention.run()
        Terminal(house, screen, clock, lambda words: print(words, file=sys.stderr), user).run(lines)
    finally:
        house.close()


def _fill_with_samples(application: Application, settings: Settings, clock: TesterClock) -> None:
    """The sample dossiers, into an empty database and beside the sample office only."""
    if settings.offices_dir is not None:
        return
    with application.store.writing() as repositories:
        if repositories.dossiers.count() == 0:
            repositories.dossiers.put(sample_dossiers(clocks.today(clock)))


def _chat(options: argparse.Namespace, settings: Settings) -> int:
    clock = TesterClock(clocks.SystemClock(), options.at)
    screen = Screen(sys.stdout, as_json=options.json)
    with tempfile.TemporaryDirectory(prefix="motcua-") as folder:
        url = options.db or f"sqlite:///{Path(folder) / 'chat.db'}"
        _converse(replace(settings, database_url=url), clock, screen, options.user, sys.stdin)
    return 0


def _demo(options: argparse.Namespace, settings: Settings) -> int:
    """Never on a platform: the token of a real bot in the environment must not answer citizens with made-up data."""
    settings = replace(settings, database_url=DEMO_DATABASE, telegram=None, public_url=None)
    if options.terminal or (options.port is None and _lines_are_piped_in()):
        return _demo_in_terminal(settings)
    if "BOT_LOG_LEVEL" not in settings.environ:
        set_up_logs("WARNING", settings.secrets())
    return _demo_page(settings, options.port)


def _demo_in_terminal(settings: Settings) -> int:
    words = load_texts()
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    print(words.part("demo", "welcome"), flush=True)
    clock = TesterClock(clocks.SystemClock())
    screen = Screen(sys.stdout, as_json=False, colour=colour)
    _converse(settings, clock, screen, "me", _prompted(words.part("demo", "prompt")))
    return 0


def _demo_page(settings: Settings, port: int | None) -> int:
    from bot import server

    clock = TesterClock(clocks.SystemClock())
    application = open_application(settings, clock, load_town(sample_dir()))
    with application.store:
        _fill_with_samples(application, settings, clock)
        try:
            bound = server.listen(HERE, PORT if port is None else port)
        except server.PortTaken:
            if port is not None:
                raise
            bound = server.listen(HERE, 0)
        welcome = application.texts.part("demo", "page", address=f"http://{HERE}:{bound.getsockname()[1]}")
        _end_by_signal()
        server.run(server.build_server(application, settings), bound, lambda: print(welcome, flush=True))
    return 0


def _lines_are_piped_in() -> bool:
    """Whether a conversation waits on standard input. A terminal is none; nor is a pipe that nobody writes to, or nothing at all."""
    if sys.stdin is None or sys.stdin.isatty():
        return False
    try:
        ready, _, _ = select.select([sys.stdin.fileno()], [], [], LINES_COME_WITHIN)
        waiting: Any = sys.stdin.buffer
        return bool(ready) and bool(waiting.peek(1))
    except (OSError, ValueError):
        return True


def _prompted(prompt: str) -> Iterator[str]:
    """Typed lines, with a prompt where a person types them."""
    if not sys.stdin.isatty():
        yield from sys.stdin
        return
    while True:
        try:
            yield input(prompt)
        except EOFError:
            return


# -- serving --------------------------------------------------------------------------------------------------------------
# The server's libraries are imported here and not above: every other command would wait for them.


def _serve(options: argparse.Namespace, settings: Settings) -> int:
    from bot import server

    application = _open(settings)
    with application.store:
        bound = server.listen(options.host, options.port)
        address = f"http://{options.host}:{bound.getsockname()[1]}"
        _end_by_signal()
        server.run(server.build_server(application, settings), bound, lambda: print(f"serving on {address}", file=sys.stderr, flush=True))
    return 0


def _worker(_: argparse.Namespace, settings: Settings) -> int:
    from bot import server

    application = _open(settings)

    async def until_told() -> None:
        stopping = asyncio.Event()
        for each in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(each, stopping.set)
        await server.work(application, settings, stopping)

    with application.store:
        asyncio.run(until_told())
    return 0


def _end_by_signal() -> None:
    """The server stops gracefully and then hands the signal on; here that ends the program as done."""
    def end(_number: int, _frame: Any) -> None:
        raise SystemExit(0)

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, end)


def _webhook(settings: Settings) -> Any:
    """The operator's side of Telegram's webhook."""
    from bot.server import TelegramWebhook, telegram_account

    if settings.telegram is None:
        raise SettingsError("BOT_TELEGRAM_TOKEN is not set: Telegram is off")
    return TelegramWebhook(telegram_account(settings.telegram))


def _webhook_set(options: argparse.Namespace, settings: Settings) -> int:
    webhook = _webhook(settings)
    if settings.telegram is None or settings.telegram.webhook_secret is None:
        raise SettingsError("BOT_TELEGRAM_WEBHOOK_SECRET is not set: the platform shows by it that a message is its own")
    url = options.url or settings.public_url
    if not url:
        raise SettingsError("BOT_PUBLIC_URL is not set: name the webhook's address, or set it")
    print(asyncio.run(webhook.set(url)))
    return 0


def _webhook_delete(_: argparse.Namespace, settings: Settings) -> int:
    asyncio.run(_webhook(settings).delete())
    return 0


def _webhook_info(_: argparse.Namespace, settings: Settings) -> int:
    _print_json(asyncio.run(_webhook(settings).info()))
    return 0


# -- understanding --------------------------------------------------------------------------------------------------------


def _questions(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    if options.text is not None:
        yield {"q": options.text}
        return
    if options.batch is None:
        raise SettingsError("give the words to look for, or --batch FILE")
    try:
        source = sys.stdin.read() if options.batch == "-" else Path(options.batch).read_text("utf-8")
    except OSError as error:
        raise SettingsError(f"--batch {options.batch}: {error.strerror}") from None
    for line in source.splitlines():
        if line.startswith("{"):
            data = json.loads(line)
            yield {key: data[key] for key in ("id", "q") if key in data}
        elif line.strip():
            yield {"q": line}


def _results(found: Found, top: int) -> list[dict[str, Any]]:
    return [
        {"code": each.code, "label": each.label, "score": round(each.score, 4), "in_force": each.in_force} for each in found.results[:top]
    ]


def _find(options: argparse.Namespace, settings: Settings) -> int:
    known = load_knowledge(settings.catalog_dir)
    day = options.at or clocks.today(clocks.SystemClock())
    for question in _questions(options):
        begun = time.process_time()
        found = known.finder.find(question["q"], day, options.top)
        spent = round((time.process_time() - begun) * 1000, 3)
        explained = known.finder.explain(question["q"], day) if options.explain else []
        if options.json:
            why = {"explain": dict(explained)} if options.explain else {}
            _print_json({**question, "sure": found.sure, "results": _results(found, options.top), "ms": spent, **why})
        else:
            _print_found(question["q"], found, explained)
    return 0


def _print_found(words: str, found: Found, explained: list[tuple[str, dict[str, float]]]) -> None:
    print(f"{words}  ->  {'sure' if found.sure else 'not sure' if found.results else 'declined'}")
    for each in found.results:
        print(f"  {each.score:.3f}  {each.code}  {each.label}")
    for code, evidence in explained:
        print(f"  {code}: " + ", ".join(f"{name} {number:.2f}" for name, number in evidence.items()))


def _understand(options: argparse.Namespace, settings: Settings) -> int:
    known = load_knowledge(settings.catalog_dir)
    now = options.at or clocks.SystemClock().now()
    for question in _questions(options):
        said = known.reader.understand(question["q"], now)
        if options.json:
            _print_json({**question, **_understood(said)})
        else:
            print(f"{question['q']}  ->  {said.intent}{'' if said.sure else ' ?'}  {said.dossier_code or ''}  {_date(said) or ''}")
    return 0


def _understood(said: Understood) -> dict[str, Any]:
    return {"intent": said.intent, "dossier_code": said.dossier_code, "date": _date(said), "results": _results(said.found, 5)}


def _date(said: Understood) -> str | None:
    return "ask" if said.ask_day else said.day.isoformat() if said.day else None


# -- catalogue ------------------------------------------------------------------------------------------------------------


def _catalog_check(_: argparse.Namespace, settings: Settings) -> int:
    reading = read_folder(settings.catalog_dir or catalog_dir())
    problems = check_all(reading)
    for problem in problems:
        print(problem)
    print(f"{len(reading.files)} files, {len(problems)} errors", file=sys.stderr)
    return 1 if problems else 0


def _catalog_stats(options: argparse.Namespace, settings: Settings) -> int:
    counted = figures.stats(load_catalog(settings.catalog_dir), clocks.today(clocks.SystemClock()))
    if options.json:
        _print_json(counted)
    else:
        for name, number in counted.items():
            print(f"{name}: {number}")
    return 0


def _catalog_show(options: argparse.Namespace, settings: Settings) -> int:
    catalog = load_catalog(settings.catalog_dir)
    day = options.at or clocks.today(clocks.SystemClock())
    procedure = catalog.get(find_procedure_code(options.code) or options.code, day)
    if procedure is None:
        print(f"{options.code}: the catalogue has never had this code; try: find \"words of a citizen\"", file=sys.stderr)
        return 1
    shown = figures.as_json(procedure, day)
    if options.json:
        _print_json(shown)
    else:
        print(json.dumps(shown, ensure_ascii=False, indent=2))
    return 0


# -- office ---------------------------------------------------------------------------------------------------------------


def _open(settings: Settings) -> Application:
    return open_application(settings, clocks.SystemClock())


def _db_upgrade(_: argparse.Namespace, settings: Settings) -> int:
    upgrade(settings.database_url)
    return 0


def _db_retention(_: argparse.Namespace, settings: Settings) -> int:
    application = _open(settings)
    with application.store:
        _print_json(dict(application.store.retention.run()))
    return 0


def _handover_list(options: argparse.Namespace, settings: Settings) -> int:
    application = _open(settings)
    with application.store, application.store.reading() as repositories:
        rows = lists.waiting(repositories.feedback.waiting(), repositories.feedback.complaints(), repositories.privacy.requests())
    for row in rows:
        if options.json:
            _print_json(row)
        else:
            print(lists.waiting_line(row, application.texts))
    if not rows and not options.json:
        print(application.texts.part("desk", "nobody"))
    return 0


def _handover_done(options: argparse.Namespace, settings: Settings) -> int:
    application = _open(settings)
    with application.store, application.store.writing() as repositories:
        done = repositories.feedback.done(options.id)
    print(application.texts.part("desk", "done" if done else "not_waiting"), file=sys.stdout if done else sys.stderr)
    return 0 if done else 1


def _appointments_day(options: argparse.Namespace, settings: Settings) -> int:
    application = _open(settings)
    office = application.town.office(options.office)
    if office is None:
        known = ", ".join(each.id for each in application.town.offices) or "none: set BOT_OFFICES_DIR"
        raise SettingsError(f"no office {options.office!r}; known: {known}")
    with application.store, application.store.reading() as repositories:
        bookings = repositories.appointments.day(office.id, *lists.bounds(options.date, options.date))
    rows = lists.day_rows(bookings, application.knowledge.catalog, options.date)
    if not options.json:
        title = {"office": office.name, "day": f"{options.date:%d/%m/%Y}", "count": str(len(rows))}
        print(application.texts.part("desk", "day_title", **title))
    for row in rows:
        if options.json:
            _print_json(row)
        else:
            label = row["label"] or application.texts.part("desk", "no_procedure")
            print(application.texts.part("desk", "day_line", **{key: str(value) for key, value in row.items()} | {"label": label}))
    return 0


def _readiness(options: argparse.Namespace, settings: Settings) -> int:
    application = _open(settings)
    code = read_code(options.code)
    with application.store, application.store.reading() as repositories:
        check = repositories.readiness.get(code) if code else None
    card = lists.readiness_card(check, application.knowledge.catalog, clocks.today(application.clock)) if check else None
    if card is None:
        print(application.texts.part("desk", "no_card"), file=sys.stderr)
        return 1
    if options.json:
        _print_json(card)
        return 0
    words = application.texts
    none = words.part("desk", "card_none")
    print(words.part("desk", "card_title", code=card["code"], label=card["label"]))
    print(words.part("desk", "card_have", papers="; ".join(card["have"]) or none))
    print(words.part("desk", "card_missing", papers="; ".join(card["missing"]) or none))
    if card["catalogue_changed"]:
        print(words.part("desk", "card_changed"))
    return 0


def _guidance_export(options: argparse.Namespace, settings: Settings) -> int:
    application = _open(settings)
    with application.store, application.store.reading() as repositories:
        lists.write_guidance(repositories.guidance.between(*lists.bounds(options.first, options.last)), sys.stdout)
    return 0


def _outbox_unknown(_: argparse.Namespace, settings: Settings) -> int:
    application = _open(settings)
    with application.store:
        for row in application.store.outbox.unknown():
            said = row.message
            _print_json({"id": row.id, "channel": row.channel, "flow": said.flow, "step": said.step, "attempts": row.attempts})
    return 0


def _draw(options: argparse.Namespace, _: Settings) -> int:
    flow = next((each for each in ALL_FLOWS if each.name == options.flow), None)
    if flow is None:
        print(f"no flow {options.flow!r}; there are: {', '.join(sorted(each.name for each in ALL_FLOWS))}", file=sys.stderr)
        return 1
    print(flow.draw())
    return 0


if __name__ == "__main__":
    sys.exit(main())
