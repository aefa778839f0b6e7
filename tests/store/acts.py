"""What citizens and workers do, in one line each."""

import sqlite3
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from bot.appointments.model import HOLD_FOR, Booking, Start
from bot.clock import Clock, aware
from bot.dialogue.messages import Incoming, Outgoing
from bot.notices.outbox import Sent
from bot.store import Store

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
only_postgres = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

MORNING = datetime(2026, 3, 2, 8, 0)
CHANNEL, BOT = "telegram", "bot"
_numbers = count(1)


def message(text: str = "xin chào", peer: str = "lan", event_id: str | None = None, channel: str = CHANNEL) -> Incoming:
    return Incoming(channel, BOT, event_id or f"e{next(_numbers)}", peer, "text", text, aware(MORNING))


def citizen(store: Store, peer: str = "lan") -> int:
    """The id of a citizen who has written once and been answered; nothing is left to do or to send."""
    known = store.conversation(CHANNEL, BOT, peer)
    if known is not None:
        return known
    store.intake(message(peer=peer))
    with store.open_turn() as turn:
        turn.commit({}, [])
    return store.conversation(CHANNEL, BOT, peer)


def say(store: Store, *texts: str, peer: str = "lan", once: bool = False) -> None:
    """One turn of *peer* that answers with *texts*."""
    store.intake(message(peer=peer))
    with store.open_turn() as turn:
        turn.commit({}, [Outgoing(text, once=once) for text in texts])


def send(store: Store) -> str | None:
    """Claims the next row and reports it as sent; its text."""
    row = store.outbox.claim([CHANNEL])
    if row is None:
        return None
    store.outbox.record(row.id, Sent())
    return row.message.text


def sent(store: Store) -> list[str]:
    """Everything that is due, in the order of sending."""
    return list(iter(lambda: send(store), None))


def start(clock: Clock, hours: float = 24, seat: int = 1, office: str = "dong-da") -> Start:
    return Start(office, "quay-1", seat, clock.now() + timedelta(hours=hours), 15)


def hold(store: Store, clock: Clock, at: Start, peer: str = "lan", procedure: str = "") -> Booking | None:
    who = citizen(store, peer)
    with store.writing() as repositories:
        return repositories.appointments.hold(who, at, procedure, clock.now() + HOLD_FOR)


def side_by_side(acts: Iterable[Callable[[], object]], workers: int) -> list[object]:
    """Runs *acts* in threads; their results in order. The first failure is raised."""
    with ThreadPoolExecutor(workers) as pool:
        return [each.result() for each in [pool.submit(act) for act in acts]]


def everything_at_rest(database_url: str) -> str:
    """The database as somebody would find it who has the disk but not the keys."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        files = Path(url.database).parent.glob("*.db*")
        return "\n".join(file.read_bytes().decode("utf-8", "replace") for file in files if file.suffix != ".keys")
    from tests.store import postgres

    with postgres.connection(url) as opened:
        tables = [row[0] for row in opened.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        return "\n".join(str(row) for table in tables for row in opened.execute(f'TABLE "{table}"'))


def rows(database_url: str, query: str) -> list[tuple]:
    """What a query answers, past the store."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(url.database)) as opened:
            return opened.execute(query).fetchall()
    from tests.store import postgres

    with postgres.connection(url) as opened:
        return opened.execute(query).fetchall()
