"""Bot processes of the chaos run, one after the other: ``serve`` with a place to die.

A line on standard input is where the next one dies: ``before_commit:3`` is the third pass of that boundary, counted once the file that
``CHAOS_ARMED`` names is there; an empty line is nowhere. Each is forked off, since reading the catalogue anew takes longer than living.
Standard output tells ``born PID``, ``ready``, ``died STATUS``. Nothing else differs from ``serve`` but the sample office and a lease of
seconds: who restarts need not wait a minute for it.
"""

import os
import sys
import threading
from datetime import timedelta
from pathlib import Path

from bot import server
from bot.bootstrap import Application, Knowledge, load_knowledge
from bot.clock import SystemClock
from bot.logs import set_up_logs
from bot.offices.reader import load_town
from bot.sample import sample_dir
from bot.settings import Settings, load_settings
from bot.store import outbox
from bot.store.crypto import Keys
from bot.store.engine import open_store

LEASE = timedelta(seconds=2)
DIED_AT_A_BOUNDARY = 9


class Grave:
    """Counts the passes of one boundary, and ends the process at the last: no clean-up, no farewell."""

    def __init__(self, place: str, armed: Path) -> None:
        self._boundary, _, count = place.partition(":")
        self._left, self._armed, self._lock = int(count or 0), armed, threading.Lock()

    def passed(self, boundary: str) -> None:
        if boundary != self._boundary or not self._armed.exists():
            return
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os._exit(DIED_AT_A_BOUNDARY)


def live(settings: Settings, knowledge: Knowledge, die_at: str) -> None:
    grave, clock = Grave(die_at, Path(os.environ["CHAOS_ARMED"])), SystemClock()
    with open_store(settings.database_url, Keys.load(settings.database_url, settings.environ), clock) as store:
        application = Application(knowledge, load_town(sample_dir()), store, clock, grave.passed)
        bound = server.listen("127.0.0.1", int(os.environ["CHAOS_PORT"]))
        server.run(server.build_server(application, settings), bound, lambda: print("ready", flush=True))


def main() -> None:
    settings = load_settings()
    set_up_logs(settings.log_level)
    outbox.LEASE = LEASE
    knowledge = load_knowledge(settings.catalog_dir)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            live(settings, knowledge, line.strip())
            os._exit(0)
        print(f"born {child}", flush=True)
        print(f"died {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}", flush=True)


if __name__ == "__main__":
    main()
