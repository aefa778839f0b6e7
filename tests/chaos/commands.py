"""The program's own commands with a place to die: what the chaos of imports kills.

A line on standard input is a JSON list: a name, where to die ("" is nowhere, else as in ``tests.chaos.process``), then the command's
arguments. Each command is forked off, since reading the catalogue anew takes longer than living. Standard output tells ``NAME PID`` at each
birth and ``NAME STATUS`` at each death; what the commands say goes to standard error. Nothing else differs from the command line but the
clock, which stands ``CHAOS_AHEAD`` seconds before the machine's, a lease of seconds, and batches of a few rows.
"""

import json
import os
import select
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from bot import __main__ as program
from bot import bootstrap
from bot import clock as clocks
from bot.dialogue.messages import Outgoing
from bot.gateways.settlement import importing
from bot.settings import load_settings
from bot.store import outbox
from bot.store.engine import Repositories, Store
from bot.store.outbox import StoredNotices
from tests.chaos.process import LEASE, Grave

STDIN, STDOUT = 0, 1
LOOK_EVERY = 0.02
"""Seconds between two looks for the dead."""
BATCH = 5
ALWAYS_ARMED = Path("/")
IN_A_TRANSACTION = ("begun", "queued", "before_commit", "after_commit")
"""Boundaries of a writing transaction of a command; ``queued`` is behind each notice that it puts into the outbox."""


class ClockAhead:
    """Daylight at whatever hour the run is made: at night no notice would go out."""

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(os.environ["CHAOS_AHEAD"]))


def make_mortal(grave: Grave) -> None:
    """The commands of this process die where *grave* says."""
    write, queue = Store.writing, StoredNotices.queue

    @contextmanager
    def writing(store: Store) -> Iterator[Repositories]:
        with write(store) as repositories:
            grave.passed("begun")
            yield repositories
            grave.passed("before_commit")
        grave.passed("after_commit")

    def queued(notices: StoredNotices, citizen: int, cause: str, message: Outgoing, due_at: datetime) -> bool:
        new = queue(notices, citizen, cause, message, due_at)
        grave.passed("queued")
        return new

    Store.writing, StoredNotices.queue = writing, queued
    bootstrap.Application = partial(bootstrap.Application, boundary=grave.passed)


def tell(line: str) -> None:
    """In one piece, whoever else tells something at this moment."""
    os.write(STDOUT, f"{line}\n".encode())


def live(name: str, place: str, arguments: Sequence[str]) -> int:
    tell(f"{name} {os.getpid()}")
    os.dup2(sys.stderr.fileno(), STDOUT)
    make_mortal(Grave(place, ALWAYS_ARMED))
    status = program.main(arguments)
    sys.stdout.flush()
    return status


def read_once() -> None:
    """What every command would read anew."""
    catalog = bootstrap.load_catalog(load_settings().catalog_dir)
    bootstrap.load_catalog = lambda *_: catalog
    knowledge = bootstrap.load_knowledge(None)
    bootstrap.load_knowledge = lambda *_: knowledge


def main() -> None:
    clocks.SystemClock, outbox.LEASE, importing.BATCH = ClockAhead, LEASE, BATCH
    read_once()
    names: dict[int, str] = {}
    begun = b""
    while True:
        ready, _, _ = select.select([STDIN], [], [], LOOK_EVERY)
        while names and (dead := os.waitpid(-1, os.WNOHANG))[0]:
            tell(f"{names.pop(dead[0])} {os.waitstatus_to_exitcode(dead[1])}")
        if not ready:
            continue
        read = os.read(STDIN, 65_536)
        if not read:
            return
        *lines, begun = (begun + read).split(b"\n")
        for line in lines:
            name, place, *arguments = json.loads(line)
            child = os.fork()
            if child == 0:
                os._exit(live(name, place, arguments))
            names[child] = name


if __name__ == "__main__":
    main()
