"""The demo, the server, the worker, and the operator's side of webhooks.

The server's libraries are imported inside and not above: every other command would wait for them.
"""

import argparse
import asyncio
import os
import select
import signal
import sys
from dataclasses import replace
from typing import Any

from bot import clock as clocks
from bot.bootstrap import open_application
from bot.channels.terminal import Screen, TesterClock
from bot.commands.conversing import converse, fill_with_samples, prompted
from bot.commands.office import ready_to_serve
from bot.commands.output import print_json
from bot.errors import SettingsError
from bot.logs import set_up_logs
from bot.offices.reader import load_town
from bot.sample import sample_dir
from bot.settings import Settings
from bot.texts.reader import load_texts

DEMO_DATABASE = "sqlite:///data/demo.db"
HERE, PORT = "127.0.0.1", 8000
LINES_COME_WITHIN = 0.3
"""Seconds in which a conversation that was piped in shows itself."""


def demo(options: argparse.Namespace, settings: Settings) -> int:
    """Never on a platform: the token of a real bot in the environment must not answer citizens with made-up data."""
    settings = replace(settings, database_url=DEMO_DATABASE, telegram=None, zalo_bot=None, zalo_oa=None, public_url=None)
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
    converse(settings, clock, screen, "me", prompted(words.part("demo", "prompt")))
    return 0


def _demo_page(settings: Settings, port: int | None) -> int:
    from bot import server

    clock = TesterClock(clocks.SystemClock())
    application = open_application(settings, clock, load_town(sample_dir()))
    with application.store:
        fill_with_samples(application, settings, clock)
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


def serve(options: argparse.Namespace, settings: Settings) -> int:
    from bot import server

    application = open_application(settings, clocks.SystemClock())
    with application.store:
        ready_to_serve(application)
        bound = server.listen(options.host, options.port)
        address = f"http://{options.host}:{bound.getsockname()[1]}"
        _end_by_signal()
        server.run(server.build_server(application, settings), bound, lambda: print(f"serving on {address}", file=sys.stderr, flush=True))
    return 0


def worker(_: argparse.Namespace, settings: Settings) -> int:
    from bot import server

    application = open_application(settings, clocks.SystemClock())

    async def until_told() -> None:
        stopping = asyncio.Event()
        for each in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(each, stopping.set)
        await server.work(application, settings, stopping)

    with application.store:
        ready_to_serve(application)
        asyncio.run(until_told())
    return 0


def _end_by_signal() -> None:
    """The server stops gracefully and then hands the signal on; here that ends the program as done."""
    def end(_number: int, _frame: Any) -> None:
        raise SystemExit(0)

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, end)


WEBHOOKS = {"telegram": "BOT_TELEGRAM", "zalo-bot": "BOT_ZALO_BOT"}
"""The channels whose platform is told by us where our webhook is, and what their settings begin with."""


def _webhook(channel: str, settings: Settings) -> tuple[Any, str | None]:
    """The operator's side of a platform's webhook, and the secret that it is registered with."""
    from bot import server

    if channel == "telegram" and settings.telegram is not None:
        return server.TelegramWebhook(server.telegram_account(settings.telegram)), settings.telegram.webhook_secret
    if channel == "zalo-bot" and settings.zalo_bot is not None:
        return server.ZaloBotWebhook(server.zalo_bot_account(settings.zalo_bot)), settings.zalo_bot.webhook_secret
    raise SettingsError(f"{WEBHOOKS[channel]}_TOKEN is not set: {channel} is off")


def webhook_set(options: argparse.Namespace, settings: Settings) -> int:
    webhook, secret = _webhook(options.channel, settings)
    if secret is None:
        named = f"{WEBHOOKS[options.channel]}_WEBHOOK_SECRET"
        raise SettingsError(f"{named} is not set: the platform shows by it that a message is its own")
    url = options.url or settings.public_url
    if not url:
        raise SettingsError("BOT_PUBLIC_URL is not set: name the webhook's address, or set it")
    print(asyncio.run(webhook.set(url)))
    return 0


def webhook_delete(options: argparse.Namespace, settings: Settings) -> int:
    webhook, _ = _webhook(options.channel, settings)
    asyncio.run(webhook.delete())
    return 0


def webhook_info(options: argparse.Namespace, settings: Settings) -> int:
    webhook, _ = _webhook(options.channel, settings)
    print_json(asyncio.run(webhook.info()))
    return 0


def webhook_verify(options: argparse.Namespace, settings: Settings) -> int:
    """Says in which way a captured event's signature comes out, and never what was signed with."""
    from bot.channels.zalo.official_account.signature import fits, is_fresh, needed

    oa = settings.zalo_oa
    if oa is None:
        raise SettingsError("BOT_ZALO_OA_APP_ID is not set: zalo-oa is off")
    if not options.signature:
        raise SettingsError("--signature is missing: the header X-ZEvent-Signature of the event")
    try:
        body = options.file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{options.file} cannot be read: {error.strerror}") from None
    told = needed(body)
    secrets = {"BOT_ZALO_OA_SECRET_KEY": oa.secret_key, "BOT_ZALO_OA_APP_SECRET": oa.app_secret}
    found = list(fits(body, options.signature, options.timestamp, oa.app_id, secrets))
    if told.app_id != oa.app_id:
        print(f"the event names the app {told.app_id or 'none'}, BOT_ZALO_OA_APP_ID is {oa.app_id}: the bot refuses it")
    for fit in found:
        verdict = "the bot takes it" if fit.accepted and told.app_id == oa.app_id else "the bot refuses it"
        print(f"fits: {fit.first}, timestamp of the {fit.stamp}, {fit.secret}: {verdict}")
    if not found:
        print("nothing fits: the key is another one, or the body is not byte for byte what came (an editor's line end at its end?)")
    good = any(fit.accepted for fit in found) and told.app_id == oa.app_id
    stamp = next((options.timestamp if fit.stamp == "header" else told.stamp for fit in found if fit.accepted), told.stamp)
    if good and not is_fresh(stamp, clocks.SystemClock().now()):
        print("it is older than two hours: sent now it would be refused for that")
    return 0 if good else 1
