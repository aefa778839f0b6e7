"""A dossier by its code among many: ``python -m tests.benchmarks.lookup [--dossiers N] [--database URL]``.

Our ``dossiers.get``, decryption left out (the column type hands back an empty person), beside SQLAlchemy Core's SELECT of the same columns
by primary key in an equal transaction, in alternation; the same again among 10,000. Medians; machines are noisy, so quote the ratios:
at most 1.5 of Core's, and at most 1.3 of our own among 10,000. ``--dossiers 10000000`` is the largest that we promise.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from random import Random
from unittest.mock import patch

import sqlalchemy as sa

from bot.clock import SetClock, aware
from bot.store import Keys, Store, open_store
from bot.store.crypto import EncryptedJson
from bot.store.tables import dossiers
from tests.conftest import ON_POSTGRES

FEW = 10_000
NOW = aware(datetime(2026, 11, 21, 8, 0))
PERSON = dict.fromkeys(("applicant", "phone_last4", "id_last4", "reason", "status_words", "paused_days")) | {"missing": []}
BATCH = 20_000


def code_of(number: int) -> str:
    return f"H20.{14 + number // 3_000_000}-26{number // 9000 % 12 + 1:02}{number // 108_000 % 28 + 1:02}-{number % 9000:04}"


def fill(store: Store, first: int, last: int) -> None:
    """Straight into the table: what an import costs is another benchmark."""
    with patch.object(EncryptedJson, "process_bind_param", lambda *_: "-"), store._database.writing() as connection:
        for start in range(first, last, BATCH):
            connection.execute(dossiers.insert(), [
                {"code": code_of(number), "status": "ready", "as_of": NOW, "due_on": date(2026, 11, 1 + number % 28), "person": PERSON}
                for number in range(start, min(start + BATCH, last))
            ])
        connection.commit()


def core(store: Store, code: str) -> object:
    with store._database.reading() as connection:
        return connection.execute(sa.select(dossiers).where(dossiers.c.code == code)).one_or_none()


def ours(store: Store, code: str) -> object:
    with store.reading() as repositories:
        return repositories.dossiers.get(code)


def measured(store: Store, many: int, rounds: int) -> Iterator[tuple[str, float]]:
    """Medians of a look-up in microseconds, ours and Core's in turn on codes drawn by lot."""
    lot = Random(7)
    times: dict[Callable[[Store, str], object], list[float]] = {ours: [], core: []}
    with patch.object(EncryptedJson, "process_result_value", lambda *_: dict(PERSON)):
        for _ in range(rounds):
            code = code_of(lot.randrange(many))
            for look in times:
                begun = time.perf_counter()
                found = look(store, code)
                times[look].append((time.perf_counter() - begun) * 1e6)
                assert found is not None
    for look, all_times in times.items():
        yield look.__name__, statistics.median(all_times[len(all_times) // 10 :])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dossiers", type=int, default=1_000_000)
    parser.add_argument("--database", help="an empty database of this release; without it a temporary SQLite")
    parser.add_argument("--rounds", type=int, default=5_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = options.database or f"sqlite:///{Path(folder, 'lookup.db')}"
        with open_store(url, Keys.load(url, {} if url.startswith("sqlite") else ON_POSTGRES), SetClock(NOW)) as store:
            fill(store, 0, FEW)
            few = dict(measured(store, FEW, options.rounds))
            fill(store, FEW, options.dossiers)
            many = dict(measured(store, options.dossiers, options.rounds))
    for count, medians in ((FEW, few), (options.dossiers, many)):
        ratio = medians["ours"] / medians["core"]
        print(f"among {count:>10,}: ours {medians['ours']:6.1f} us, SQLAlchemy Core {medians['core']:6.1f} us, {ratio:.2f} of it")
    print(f"ours among {options.dossiers:,} beside ours among {FEW:,}: {many['ours'] / few['ours']:.2f}")


if __name__ == "__main__":
    main()
