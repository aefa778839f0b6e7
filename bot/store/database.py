"""Connections and transactions, and what a database that does not answer is called.

SQLite: with the driver's own BEGIN, two processes read the same row, both write, and one change is lost without an
error; so a writing transaction begins with BEGIN IMMEDIATE. ``synchronous=FULL``: with NORMAL a power cut can take back
the last commits, and by then a citizen may have read their ticket; it costs one fsync a commit. PostgreSQL: READ
COMMITTED; rows that a change depends on are locked.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import StoreUnavailable
from bot.store.crypto import Keys, use_keys
from bot.store.urls import sqlite_file

_BUSY_SECONDS = 10
_CONNECT_SECONDS = 5
_POOL: dict[str, Any] = {"pool_size": 10, "max_overflow": 20, "pool_timeout": _BUSY_SECONDS, "hide_parameters": True}
_NOT_AWAY = sqlite3.SQLITE_ERROR  # what a wrong statement gets: a mistake of ours, not of the database's
_BROKEN_FILE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Database:
    """One engine, and the transactions on it."""

    def __init__(self, url: URL, keys: Keys | None) -> None:
        self.file = sqlite_file(url)
        self.engine = _postgres(url) if self.file is None else _sqlite(url, self.file)
        if keys is not None:
            use_keys(self.engine, keys)
        self._reading = self.engine.execution_options(postgresql_readonly=True, reads_only=True)
        # Threads of this process queue here; SQLite's own waiting is sleeping and trying again, where one can starve.
        self._writer = threading.Lock()

    @property
    def is_sqlite(self) -> bool:
        return self.file is not None

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A read-only transaction: it sees one moment, and a write in it is refused."""
        with _connection(self._reading) as connection:
            yield connection
            connection.commit()  # not undone: at a rollback the driver forgets the statements it has prepared

    def finds(self, query: str) -> bool:
        """Whether *query* has an answer now, asked outside any transaction: for SQLite, and asked all the time."""
        with closing(_connect(self.engine)) as connection:
            driver: Any = connection.connection.driver_connection
            try:
                return driver.execute(query).fetchone() is not None
            except sqlite3.Error as error:
                raise _unavailable(error) from error

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A writing transaction; undone on leaving, whatever the reason, unless ``connection.commit()`` came before."""
        if not self.is_sqlite:
            with _connection(self.engine) as connection:
                yield connection
            return
        if not self._writer.acquire(timeout=_BUSY_SECONDS):
            raise StoreUnavailable(f"the database {self.file} has been busy for {_BUSY_SECONDS} seconds")
        try:
            with _connection(self.engine) as connection:
                yield connection
        finally:
            self._writer.release()

    def tidy(self) -> None:
        """After something was erased: no copy of it stays behind in SQLite's log, unless others are reading it now."""
        if self.file is not None:
            with suppress(sqlite3.Error), self._writer, closing(_open(self.file, patience=1)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        self.engine.dispose()


def _connect(engine: sa.Engine) -> sa.Connection:
    try:
        return engine.connect()
    except sa.exc.TimeoutError:
        raise StoreUnavailable("no connection to the database became free in time") from None


@contextmanager
def _connection(engine: sa.Engine) -> Iterator[sa.Connection]:
    connection = _connect(engine)
    try:
        connection.begin()
        yield connection
    finally:
        try:
            connection.rollback()
            connection.close()
        except StoreUnavailable:
            connection.invalidate()  # the database undoes by itself what a lost connection had begun
            connection.close()


def _postgres(url: URL) -> sa.Engine:
    patience = {"connect_timeout": _CONNECT_SECONDS, "tcp_user_timeout": _BUSY_SECONDS * 1000}
    engine = sa.create_engine(
        url, isolation_level="READ COMMITTED", pool_pre_ping=True, connect_args=patience | dict(url.query), **_POOL
    )
    sa.event.listen(engine, "handle_error", _named)
    return engine


def _open(file: Path, patience: float = _BUSY_SECONDS) -> sqlite3.Connection:
    """``mode=rw``: a file that has gone is an error, where SQLite by itself would go on with a new, empty one."""
    address = f"{file.as_uri()}?mode=rw"
    return sqlite3.connect(address, uri=True, timeout=patience, isolation_level=None, check_same_thread=False)


def _sqlite(url: URL, file: Path) -> sa.Engine:
    engine = sa.create_engine(url.set(database=str(file)), creator=lambda: _open(file), **_POOL)

    def connected(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
        for pragma in ("foreign_keys = ON", "synchronous = FULL", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")
        entry.info["file"] = _identity(file)

    def taken(_connection: sqlite3.Connection, entry: ConnectionPoolEntry, _proxy: Any) -> None:
        # After a restore the old connections would write into a file that nobody sees any more.
        if entry.info["file"] != _identity(file):
            raise sa.exc.DisconnectionError

    sa.event.listen(engine, "connect", connected)
    sa.event.listen(engine, "checkout", taken)
    sa.event.listen(engine, "begin", _begin)
    sa.event.listen(engine, "handle_error", _named)
    return engine


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        status = os.stat(file)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _begin(connection: sa.Connection) -> None:
    """Straight to the driver: this runs several times a turn."""
    reads_only = connection.get_execution_options().get("reads_only", False)
    driver: Any = connection.connection.driver_connection
    try:
        if connection.info.get("reads_only", False) != reads_only:
            driver.execute(f"PRAGMA query_only = {'ON' if reads_only else 'OFF'}")
            connection.info["reads_only"] = reads_only
        driver.execute("BEGIN" if reads_only else "BEGIN IMMEDIATE")
    except sqlite3.Error as error:
        raise _unavailable(error) from error


def _named(context: ExceptionContext) -> BaseException | None:
    """A driver's error that means "not now" as StoreUnavailable, everything else as it is."""
    error = context.original_exception
    if context.is_pre_ping:
        return None  # the pool itself puts a new connection in place of a dead one
    if context.is_disconnect or _is_away(error, context):
        return _unavailable(error)
    return None


def _unavailable(error: BaseException) -> StoreUnavailable:
    return StoreUnavailable(f"the database does not answer: {str(error).strip() or type(error).__name__}")


def _is_away(error: BaseException, context: ExceptionContext) -> bool:
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        if isinstance(error, sqlite3.OperationalError):
            return code is None or code & 0xFF != _NOT_AWAY
        return code is not None and code & 0xFF in _BROKEN_FILE
    driver = context.dialect.dbapi
    return driver is not None and isinstance(error, (driver.OperationalError, driver.InterfaceError))
