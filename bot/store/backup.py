"""``db backup`` and ``db restore``: the whole database in one file, and back. The keys are never in it: they are kept apart.

SQLite is copied by its own online backup while citizens are served; PostgreSQL by pg_dump. A restore never loses what is there: the
present database is kept aside, and the restored one is judged before it takes that one's place.
"""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL

from bot.clock import Clock, local
from bot.errors import BackupRefused, SchemaOutdated, SettingsError, StoreUnavailable
from bot.store.crypto import LOOKUP_KEY, SECRET_KEYS, Keys, keys_file
from bot.store.database import Database
from bot.store.schema import HEAD, REVISIONS, current
from bot.store.tables import key_check
from bot.store.urls import exists, read_url, sqlite_file

_PAGES_AT_A_TIME = 2000
_PAUSE = 0.01
"""Seconds between two pieces of the copy, in which citizens' turns come through."""
_PATIENCE = 2.0
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_SQLITE_MAGIC = b"SQLite format 3\x00"
_POSTGRES_MAGIC = b"PGDMP"



@dataclass(frozen=True, slots=True)
class BackedUp:
    """``keys`` names what must be kept elsewhere: a file, or variables."""

    file: Path
    bytes: int
    schema: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Restored:
    """``aside`` is where the database that was there before is kept: a file, or a database's name; None where there was none."""

    schema: str
    aside: str | None


def backup(url: str, environ: Mapping[str, str], file: Path) -> BackedUp:
    """The database of *url* into *file*, complete or not at all. BackupRefused where that cannot be; nothing is overwritten."""
    if file.exists():
        raise BackupRefused(f"{file} is there already: name a file that is not, an older backup is never overwritten")
    if not file.absolute().parent.is_dir():
        raise BackupRefused(f"{file.absolute().parent} is no folder: make it first, best on another disk")
    read = read_url(url)
    database = sqlite_file(read)
    if database is not None and not exists(database):
        raise BackupRefused(f"there is no database at {database}: set BOT_DATABASE_URL to the one to back up")
    with _draft(file.absolute()) as draft:
        if database is not None:
            _copy_sqlite(database, draft)
        else:
            _dump(read, draft)
        schema = _judge_sqlite(draft, None) if database is not None else _schema_of(read)
        try:
            os.link(draft, file)
        except FileExistsError:
            raise BackupRefused(f"{file} is there already: name a file that is not") from None
        except OSError as error:
            raise BackupRefused(f"{file} cannot be written: {error.strerror}") from None
    return BackedUp(file, file.stat().st_size, schema, _where_keys_are(database, environ))


def restore(url: str, environ: Mapping[str, str], file: Path, clock: Clock) -> Restored:
    """Puts *file* in the place of the database of *url*. BackupRefused, and nothing changed, where a process still uses that one, or
    where *file* is no whole backup; SettingsError where the keys do not fit it.
    """
    read = read_url(url)
    database = sqlite_file(read)
    try:
        with file.open("rb") as opened:
            magic = opened.read(len(_SQLITE_MAGIC))
    except OSError as error:
        raise BackupRefused(f"{file} cannot be read: {error.strerror}") from None
    wanted = _SQLITE_MAGIC if database is not None else _POSTGRES_MAGIC
    if not magic.startswith(wanted):
        kind = "SQLite" if database is not None else "PostgreSQL"
        raise BackupRefused(f"{file} is no backup of a {kind} database, which BOT_DATABASE_URL names: take one that db backup wrote")
    if database is not None and not _has_keys(database, environ):
        raise SettingsError(
            f"there are no keys for the backup: put {keys_file(database)} back from where it is kept apart, "
            f"or set {SECRET_KEYS} and {LOOKUP_KEY}"
        )
    stamp = f"{local(clock.now()):%Y%m%d-%H%M%S}"
    keys = Keys.load(url, environ)
    return _restore_sqlite(database, keys, file, stamp) if database is not None else _restore_postgres(read, keys, file, stamp)


def _where_keys_are(database: Path | None, environ: Mapping[str, str]) -> tuple[str, ...]:
    variables = [name for name in (SECRET_KEYS, LOOKUP_KEY) if environ.get(name, "").strip()]
    return (*variables, *([str(keys_file(database))] if database is not None and len(variables) < 2 else ()))


def _has_keys(database: Path, environ: Mapping[str, str]) -> bool:
    return keys_file(database).exists() or all(environ.get(name, "").strip() for name in (SECRET_KEYS, LOOKUP_KEY))


@contextmanager
def _draft(place: Path) -> Iterator[Path]:
    """A file beside *place* that only its owner reads, gone at the end."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
    except OSError as error:
        raise BackupRefused(f"nothing can be written into {place.parent}: {error.strerror}") from None
    os.close(descriptor)
    draft = Path(name)
    try:
        yield draft
    finally:
        for each in (draft, *(draft.with_name(draft.name + end) for end in ("-wal", "-shm", "-journal"))):
            each.unlink(missing_ok=True)


# -- SQLite -----------------------------------------------------------------------------------------------------------------


def _copy_sqlite(source: Path, target: Path) -> None:
    """A whole copy of one moment, in one file without a log beside it."""
    try:
        with (
            closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as reading,
            closing(sqlite3.connect(target, isolation_level=None)) as writing,
        ):
            reading.backup(writing, pages=_PAGES_AT_A_TIME, sleep=_PAUSE)
            writing.execute("PRAGMA journal_mode = DELETE").fetchall()
    except sqlite3.Error as error:
        if _code(error) in _BROKEN:
            raise BackupRefused(f"{source} is no whole database ({error}): nothing was written") from None
        raise StoreUnavailable(f"{source} could not be copied: {error}; nothing was written, try again") from None
    _flush(target)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _judge_sqlite(file: Path, keys: Keys | None) -> str:
    """The schema of the copy *file*. BackupRefused where it is broken or none of ours; SettingsError where *keys* are not its own."""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as opened:
            sound = opened.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
            schema = opened.execute("SELECT version_num FROM alembic_version").fetchone()
            held = opened.execute("SELECT secret, lookup_hash FROM key_check").fetchone()
    except sqlite3.Error as error:
        raise BackupRefused(f"the backup is no whole database of this program ({error}): take another one") from None
    if not sound:
        raise BackupRefused("the backup is damaged: take another one")
    if keys is not None:
        _judge(schema[0] if schema else None, held, keys)
    return str(schema[0]) if schema else "none"


def _judge(schema: str | None, held: Sequence[str] | None, keys: Keys) -> None:
    if schema is None:
        raise BackupRefused("the backup holds no schema of this program: take another one")
    if schema not in REVISIONS:
        raise SchemaOutdated(f"the backup is of a later release (schema {schema}, this one knows {HEAD}): install that first")
    if held is None:
        return  # never opened by a release that keeps a proof: there is nothing encrypted in it yet
    proof = keys.lookup("key_check", "")
    if held[1] != proof or keys.decrypt(held[0]) != proof:
        raise SettingsError(f"{LOOKUP_KEY} is not the one that the backup was filled with; put the keys back that belong to it")


def _restore_sqlite(database: Path, keys: Keys, file: Path, stamp: str) -> Restored:
    database.parent.mkdir(parents=True, exist_ok=True)
    with _draft(database) as draft:
        _copy_sqlite(file.absolute(), draft)
        schema = _judge_sqlite(draft, keys)
        if not exists(database):
            os.replace(draft, database)
            return Restored(schema, None)
        with _held_alone(database):
            aside = _free_name(database.with_name(f"{database.name}.before-{stamp}"))
            os.link(database, aside)  # both names, then the new one over the old: at no moment is there none
            os.replace(draft, database)
            _flush(database.parent)
    return Restored(schema, str(aside))


def _free_name(wanted: Path) -> Path:
    number, name = 1, wanted
    while name.exists():
        number += 1
        name = wanted.with_name(f"{wanted.name}-{number}")
    return name


@contextmanager
def _held_alone(database: Path) -> Iterator[None]:
    """Nobody else has the database open, and nobody can write into it meanwhile. Its log is worked into it, so that one file is all."""
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=rw", uri=True, timeout=_PATIENCE, isolation_level=None)) as opened:
            # Leaving WAL needs the file for oneself; in WAL a waiting process would not be noticed.
            if opened.execute("PRAGMA journal_mode = DELETE").fetchone() != ("delete",):
                raise _still_used(database)
            opened.execute("BEGIN EXCLUSIVE")
            yield
    except sqlite3.DatabaseError as error:
        if _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise _still_used(database) from None
        if _code(error) in _BROKEN:
            raise BackupRefused(
                f"{database} is damaged itself: end every process that uses it, rename it and its -wal by hand, and restore again"
            ) from None
        raise StoreUnavailable(f"{database}: {error}; nothing was changed") from None


def _code(error: sqlite3.Error) -> int:
    """SQLite's own number for what went wrong, without its finer distinctions."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _still_used(database: str | Path) -> BackupRefused:
    return BackupRefused(f"{database} is in use: end the server and the workers, then restore again; nothing was changed")


# -- PostgreSQL -------------------------------------------------------------------------------------------------------------


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BackupRefused(f"{name} is not installed: install PostgreSQL's client programs (apt-get install postgresql-client)")
    return found


def _run(url: URL, name: str, *arguments: str) -> None:
    """One of PostgreSQL's programs; the password goes by the environment, where no list of processes shows it."""
    address = url.set(drivername="postgresql", password=None)
    environ = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    where = ["--dbname", address.render_as_string(hide_password=False)]
    done = subprocess.run(
        [_program(name), *where, "--no-password", *arguments], env=environ, capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        told = done.stderr.strip().splitlines()
        raise BackupRefused(f"{name} failed: {told[0] if told else f'exit status {done.returncode}'}")


def _dump(url: URL, target: Path) -> None:
    _run(url, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file", str(target))
    _flush(target)


def _schema_of(url: URL) -> str:
    with closing(Database(url, None)) as database, database.reading() as connection:
        return current(connection) or "none"


def _restore_postgres(url: URL, keys: Keys, file: Path, stamp: str) -> Restored:
    """Into a new database beside the present one, which is judged, then the two change names."""
    _program("pg_restore")
    name = url.database or ""
    fresh, aside = _short(name, f"_new_{stamp}"), _short(name, f"_before_{stamp}")
    outside = sa.create_engine(_maintenance(url), isolation_level="AUTOCOMMIT", hide_parameters=True)
    try:
        with outside.connect() as admin:
            there = _exists(admin, name)
            if there and _users(admin, name):
                raise _still_used(f"database {name}")
            _execute(admin, f"CREATE DATABASE {_quoted(admin, fresh)} TEMPLATE template0")
            try:
                _run(url.set(database=fresh), "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", str(file))
                schema = _judge_postgres(url.set(database=fresh), keys)
                _exchange(admin, name, fresh, aside if there else None)
            except BaseException:
                _execute(admin, f"DROP DATABASE IF EXISTS {_quoted(admin, fresh)}")
                raise
    except sa.exc.OperationalError as error:
        raise StoreUnavailable(f"PostgreSQL does not answer, nothing was changed: {str(error.orig).strip()}") from None
    finally:
        outside.dispose()
    return Restored(schema, aside if there else None)


def _exchange(admin: sa.Connection, name: str, fresh: str, aside: str | None) -> None:
    """PostgreSQL renames no database that somebody uses: whoever came meanwhile makes it refuse."""
    if aside is not None:
        _execute(admin, f"ALTER DATABASE {_quoted(admin, name)} RENAME TO {_quoted(admin, aside)}")
    try:
        _execute(admin, f"ALTER DATABASE {_quoted(admin, fresh)} RENAME TO {_quoted(admin, name)}")
    except BaseException:
        if aside is not None:
            with suppress(BackupRefused):
                _execute(admin, f"ALTER DATABASE {_quoted(admin, aside)} RENAME TO {_quoted(admin, name)}")
        raise


def _judge_postgres(url: URL, keys: Keys) -> str:
    """Like ``_judge_sqlite``, of a database that was just filled."""
    with closing(Database(url, None)) as database:
        with database.reading() as connection:
            schema = current(connection)
            if schema is None or not sa.inspect(connection).has_table(key_check.name):
                raise BackupRefused("the backup holds no schema of this program: take another one")
            query = sa.select(sa.type_coerce(key_check.c.secret, sa.Text), key_check.c.lookup_hash)
            held = connection.execute(query).one_or_none()
        _judge(schema, None if held is None else (held[0], held[1]), keys)
    return schema


def _maintenance(url: URL) -> URL:
    return url.set(database="template1" if url.database == "postgres" else "postgres")


def _short(name: str, end: str) -> str:
    """Within the 63 bytes that PostgreSQL takes of a name."""
    return name.encode()[: 63 - len(end)].decode(errors="ignore") + end


def _quoted(connection: sa.Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote_identifier(name)


def _exists(admin: sa.Connection, name: str) -> bool:
    return admin.execute(sa.text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}).first() is not None


def _users(admin: sa.Connection, name: str) -> int:
    query = sa.text("SELECT count(*) FROM pg_stat_activity WHERE datname = :name AND backend_type = 'client backend'")
    return int(admin.execute(query, {"name": name}).scalar_one())


def _execute(admin: sa.Connection, statement: str) -> None:
    try:
        admin.exec_driver_sql(statement)
    except sa.exc.DBAPIError as error:
        said = str(error.orig).strip().splitlines()[0]
        raise BackupRefused(
            f"PostgreSQL refused ({said}): a restore needs a user who may make databases, and nobody else in this one; nothing was lost"
        ) from None
