"""Messages a second through webhook, turn and outbox, beside a bare echo: ``python -m tests.benchmarks.throughput [--messages N]``.

In one run, in alternation and over the same lean double of Telegram: our bot (intake, turn, outbox, each durable, on SQLite; pacing
off), and a bare ``telegram.Bot`` behind the same web server that sends every text back (nothing understood, nothing kept). 500 chats
each write again as soon as they are answered. The double and the load have one core, the bot the other. Then, over a double that takes
50 ms to answer, our bot on PostgreSQL as one process and as two, on all cores. Machines are noisy, so quote the ratios.
"""

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import uvicorn
from sqlalchemy.engine import make_url
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot, Update
from telegram.request import HTTPXRequest

from bot import server
from bot.bootstrap import Application, load_knowledge
from bot.clock import SystemClock
from bot.logs import set_up_logs
from bot.offices.reader import load_town
from bot.sample import sample_dir
from bot.settings import load_settings
from bot.store.crypto import Keys
from bot.store.engine import open_store
from tests.benchmarks.lean_telegram import TOKEN, LeanTelegram, lean_telegram
from tests.benchmarks.turn import MESSAGES
from tests.chaos.run import database, prepare
from tests.conftest import ON_POSTGRES
from tests.doubles.serving import free_port

CHATS = 500
SECRET = "benchmark-secret"
LOAD_CORE, BOT_CORE = 0, 1
PATH = "/webhooks/telegram"
LATENCY = 0.05
LONGEST_ROUND = 300.0


@dataclass
class Load:
    """500 chats, each of which writes again when it is answered, until *wanted* answers have come."""

    telegram: LeanTelegram
    wanted: int = 0
    answers: int = 0
    turns: Counter[int] = field(default_factory=Counter)
    done: threading.Event = field(default_factory=threading.Event)

    def heard(self, chat: int) -> None:
        """Called in the double's loop."""
        self.answers += 1
        if self.answers == self.wanted:
            self.done.set()
        elif self.answers + CHATS <= self.wanted:
            self._say(chat)

    def _say(self, chat: int) -> None:
        self.turns[chat] += 1
        self.telegram.say(chat, MESSAGES[(chat + self.turns[chat]) % len(MESSAGES)])

    def _begin(self) -> None:
        for chat in range(1, CHATS + 1):
            self._say(chat)

    def measure(self, messages: int) -> tuple[float, float]:
        """Answers a second, and the share of a core that load and double took."""
        self.answers, self.wanted = 0, messages
        self.done.clear()
        self.telegram.sent = self.heard
        begun, spent = time.perf_counter(), time.process_time()
        self.telegram.begin(self._begin)
        if not self.done.wait(LONGEST_ROUND):
            raise TimeoutError(f"{self.answers} of {messages} answers after {LONGEST_ROUND:.0f} s")
        seconds = time.perf_counter() - begun
        return messages / seconds, (time.process_time() - spent) / seconds


@contextmanager
def process(what: str, port: int, core: int | None, environ: Mapping[str, str]) -> Iterator[None]:
    """This module again, as a bot on *port*."""
    command = [sys.executable, "-m", "tests.benchmarks.throughput", "--serve", what, "--port", str(port)]
    command += [] if core is None else ["--core", str(core)]
    with subprocess.Popen(command, env={**os.environ, **environ}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as started:
        assert started.stdout is not None
        try:
            if started.stdout.readline() != "ready\n":
                raise RuntimeError(f"{what} did not start: python -m tests.benchmarks.throughput --serve {what} tells why")
            yield
        finally:
            started.terminate()


def environment(telegram: LeanTelegram, url: str) -> dict[str, str]:
    return {
        "BOT_DATABASE_URL": url, "BOT_TELEGRAM_TOKEN": TOKEN, "BOT_TELEGRAM_API_URL": telegram.url, "BOT_TELEGRAM_MODE": "webhook",
        "BOT_TELEGRAM_WEBHOOK_SECRET": SECRET, "BOT_TELEGRAM_SPACING": "0", **({} if url.startswith("sqlite") else ON_POSTGRES),
    }


# -- the two comparisons ----------------------------------------------------------------------------------------------------


def beside_an_echo(messages: int, rounds: int) -> None:
    all_cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {LOAD_CORE})
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="motcua-throughput-"))
        telegram = stack.enter_context(lean_telegram())
        url = f"sqlite:///{Path(folder) / 'bot.db'}"
        environ, ports = environment(telegram, url), {"ours": free_port(), "echo": free_port()}
        prepare(url, environ)
        for what, port in ports.items():
            stack.enter_context(process(what, port, BOT_CORE, environ))
        load, speeds, shares = Load(telegram), defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
        for number in range(rounds + 1):
            for what, port in ports.items():
                telegram.use_webhook(port, PATH, SECRET)
                speed, share = load.measure(CHATS if number == 0 else messages)
                if number:  # the first round only warms up
                    speeds[what].append(speed)
                    shares[what].append(share)
    os.sched_setaffinity(0, all_cores)
    ours, echo = (statistics.median(speeds[what]) for what in ("ours", "echo"))
    ratios = ", ".join(f"{one / other:.2f}" for one, other in zip(speeds["ours"], speeds["echo"], strict=True))
    print(f"SQLite, one process: {ours:.0f} messages/s; bare echo {echo:.0f}/s; ours is {ours / echo:.2f} of it (rounds: {ratios})")
    for what in ports:
        print(f"  the double and the load took {statistics.median(shares[what]):.0%} of their core beside {what}")


def one_and_two(messages: int, rounds: int) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="motcua-throughput-")))
        telegram = stack.enter_context(lean_telegram())
        url = stack.enter_context(database("postgresql", folder))
        durable(url)
        environ, port = environment(telegram, url), free_port()
        prepare(url, environ)
        telegram.latency = LATENCY
        load, speeds = Load(telegram), defaultdict[int, list[float]](list)
        for _ in range(rounds):
            for number in (1, 2):
                with ExitStack() as running:
                    for _ in range(number):
                        running.enter_context(process("ours", port, None, environ))
                    telegram.use_webhook(port, PATH, SECRET)
                    load.measure(CHATS)
                    known_to_the_planner(url)
                    speeds[number].append(load.measure(messages)[0])
    one, two = statistics.median(speeds[1]), statistics.median(speeds[2])
    ratios = ", ".join(f"{both / single:.2f}" for single, both in zip(speeds[1], speeds[2], strict=True))
    print(f"PostgreSQL, {LATENCY * 1000:.0f} ms a send: one process {one:.0f} messages/s, two {two:.0f}/s", end="")
    print(f", {two / one:.2f} times that (rounds: {ratios})")


def durable(url: str) -> None:
    """The tests' databases do not wait for the disk; here every commit does."""
    _command(url, f'ALTER DATABASE "{make_url(url).database}" RESET synchronous_commit')


def known_to_the_planner(url: str) -> None:
    """What autovacuum does within a minute in a database that is in service."""
    _command(url, "ANALYZE")


def _command(url: str, command: str) -> None:
    with psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(command)  # type: ignore[arg-type]


# -- the bots -----------------------------------------------------------------------------------------------------------------


def serve(what: str, port: int, core: int | None) -> None:
    """Several processes may listen on one port: the kernel deals out the connections."""
    if core is not None:
        os.sched_setaffinity(0, {core})
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind(("127.0.0.1", port))
    if what == "echo":
        uvicorn.Server(uvicorn.Config(echo_app(), log_config=None, access_log=False, ws="none")).run([bound])
        return
    settings, clock = load_settings(), SystemClock()
    set_up_logs(settings.log_level)
    with open_store(settings.database_url, Keys.load(settings.database_url, settings.environ), clock) as store:
        application = Application(load_knowledge(settings.catalog_dir), load_town(sample_dir()), store, clock)
        server.run(server.build_server(application, settings), bound, tell_ready)


def tell_ready() -> None:
    print("ready", flush=True)


def echo_app() -> Starlette:
    url = os.environ["BOT_TELEGRAM_API_URL"]
    bot = Bot(TOKEN, base_url=url, request=HTTPXRequest(connection_pool_size=64), get_updates_request=HTTPXRequest())

    async def webhook(request: Request) -> Response:
        seen = Update.de_json(json.loads(await request.body()), bot)
        assert seen.message is not None
        await bot.send_message(seen.message.chat_id, seen.message.text or "")
        return Response()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with bot:
            asyncio.get_running_loop().call_later(0.5, tell_ready)  # it listens a moment after this
            yield

    return Starlette(routes=[Route(PATH, webhook, methods=["POST"])], lifespan=lifespan)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=3000, help="in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("echo", "processes"), help="one of the two comparisons")
    parser.add_argument("--serve", choices=("ours", "echo"), help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--core", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.port, options.core)
        return
    if options.only != "processes":
        beside_an_echo(options.messages, options.rounds)
    if options.only != "echo":
        one_and_two(options.messages, options.rounds)


if __name__ == "__main__":
    main()
