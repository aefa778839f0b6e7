"""A whole turn beside a bare echo: ``python -m tests.benchmarks.turn [--turns N]``.

In one run, turn by turn in alternation: our turn, from intake to commit on SQLite (understanding, flow, effects, outbox, encryption, two
durable transactions), and a bare ``telegram.Bot`` that decodes the same message and replies over a stub transport (no network, no
understanding, nothing kept). Then start-up to first answer, and memory, of a fresh process. Figures are medians; machines are noisy,
so quote the ratio.
"""

import argparse
import asyncio
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from telegram import Bot, Update
from telegram.request import BaseRequest, RequestData

from bot.bootstrap import Application, load_knowledge
from bot.clock import SystemClock
from bot.dialogue.messages import Incoming
from bot.offices.reader import load_town
from bot.sample import sample_dir
from bot.sample.dossiers import sample_dossiers
from bot.store.crypto import Keys
from bot.store.engine import open_store

MESSAGES = (
    "lam giay khai sinh cho con can gi", "2", "mấy ngày xong", "H20.14-261102-0007 toi dau roi", "6789", "dat lich", "1", "1", "menu",
    "xin giay doc than", "1", "con toi lop 6 chuyen truong ve que can giay gi",
)


class Stub(BaseRequest):
    """Answers every call at once, as Telegram would."""

    @property
    def read_timeout(self) -> float | None:
        return None

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any) -> tuple[int, bytes]:
        message = {"message_id": 1, "date": 1700000000, "chat": {"id": 1, "type": "private"}, "text": "x"}
        result: Any = {"id": 1, "is_bot": True, "first_name": "b", "username": "b"} if url.endswith("getMe") else message
        return 200, json.dumps({"ok": True, "result": result}).encode()


def update(number: int, text: str) -> bytes:
    sender = {"id": 1, "is_bot": False, "first_name": "A"}
    message = {"message_id": number, "date": 1700000000, "chat": {"id": 1, "type": "private"}, "from": sender, "text": text}
    return json.dumps({"update_id": number, "message": message}).encode()


async def echo(bot: Bot, body: bytes) -> None:
    seen = Update.de_json(json.loads(body), bot)
    assert seen.message is not None
    await bot.send_message(seen.message.chat_id, seen.message.text or "")


def measure(turns: int) -> dict[str, float]:
    """Median milliseconds of our turn and of the echo."""
    ours: list[float] = []
    bare: list[float] = []
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        url, clock = f"sqlite:///{Path(folder) / 'bench.db'}", SystemClock()
        bot = Bot("1:T", request=Stub(), get_updates_request=Stub())
        runner.run(bot.initialize())
        with open_store(url, Keys.load(url, {}), clock) as store:
            with store.writing() as repositories:
                repositories.dossiers.put(sample_dossiers(date(2026, 11, 21)))
            application = Application(load_knowledge(None), load_town(sample_dir()), store, clock)
            for number in range(turns):
                text = MESSAGES[number % len(MESSAGES)]
                begun = time.perf_counter()
                application.accept(Incoming("telegram", "bench", str(number), f"p{number % 50}", "text", text, clock.now()))
                application.take_turns()
                ours.append(time.perf_counter() - begun)
                body = update(number, text)
                begun = time.perf_counter()
                runner.run(echo(bot, body))
                bare.append(time.perf_counter() - begun)
    return {"turn_ms": _median(ours), "turn_p99_ms": _p99(ours), "echo_ms": _median(bare)}


def start_up() -> dict[str, float]:
    """Seconds from the command to its first answer, and the process's peak memory in MB."""
    begun = time.perf_counter()
    question = "lam giay khai sinh cho con can gi\n"
    done = subprocess.run([sys.executable, "-m", "bot", "chat", "--json"], input=question, text=True, capture_output=True, check=True)
    seconds = time.perf_counter() - begun
    assert "1.001193" in done.stdout
    return {"start_s": seconds, "memory_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024}


def _median(seconds: list[float]) -> float:
    return statistics.median(seconds) * 1000


def _p99(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.99)] * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=600)
    turns = parser.parse_args().turns
    start_up()
    fresh = start_up()
    figures = measure(turns)
    print(f"whole turn, SQLite: median {figures['turn_ms']:.2f} ms, p99 {figures['turn_p99_ms']:.2f} ms ({turns} turns)")
    print(f"bare telegram.Bot echo: median {figures['echo_ms']:.2f} ms; ours is {figures['turn_ms'] / figures['echo_ms']:.1f} times that")
    print(f"start-up to first answer: {fresh['start_s']:.2f} s; peak memory {fresh['memory_mb']:.0f} MB")


if __name__ == "__main__":
    main()
