"""Which release the database is of, and how it becomes this one.

Alembic is imported only when there is something to upgrade: a start on a database of this release compares one word.
"""

import sqlite3
import time
from pathlib import Path

import sqlalchemy as sa

from bot.errors import SchemaOutdated, StoreUnavailable
from bot.store.database import Database
from bot.store.tables import metadata

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006")
"""Every revision, oldest first; a test holds this against the files."""

HEAD = REVISIONS[-1]
_TRIES, _BETWEEN_TRIES = 500, 0.02
_ONE_UPGRADE_AT_A_TIME = 0x6D6F7463  # a number of our own for PostgreSQL's advisory locks

_version = sa.Table(
    "alembic_version", sa.MetaData(), sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def current(connection: sa.Connection) -> str | None:
    """The database's revision; None when it holds nothing of ours yet."""
    if not sa.inspect(connection).has_table(_version.name):
        return None
    return connection.execute(sa.select(_version.c.version_num)).scalar_one_or_none()


def prepare_file(file: Path) -> None:
    """Makes folder and file, and sets WAL, which stays with the file."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            file.touch(mode=0o600)  # for its owner's eyes only, and so are the files that SQLite puts beside it
    except OSError as error:
        raise StoreUnavailable(f"the folder {file.parent} cannot be made: {error}") from None
    for tries_left in reversed(range(_TRIES)):
        connection: sqlite3.Connection | None = None
        try:
            connection = sqlite3.connect(file, timeout=0, isolation_level=None)
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
            return
        except sqlite3.Error as error:
            # Changing the mode does not wait for other processes that open the file at this moment.
            if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY or not tries_left:
                raise StoreUnavailable(f"the database {file} cannot be opened: {error}") from None
            time.sleep(_BETWEEN_TRIES)
        finally:
            if connection is not None:
                connection.close()


def bring_to_head(database: Database) -> None:
    """SQLite comes up by itself; PostgreSQL, which other processes may be using, only when an operator says so."""
    with database.reading() as connection:
        found = current(connection)
    if found == HEAD:
        return
    _refuse_later(found)
    if not database.is_sqlite:
        raise SchemaOutdated(
            f"the database has schema {found or 'none'}, this release needs {HEAD}; run: python -m bot db upgrade"
        )
    upgrade_to(database)


def _refuse_later(found: str | None) -> None:
    if found is not None and found not in REVISIONS:
        raise SchemaOutdated(f"the database is of a later release (schema {found}): install that, or restore a backup")


def upgrade_to(database: Database, revision: str = HEAD) -> None:
    """Upgrades inside one transaction; who comes second waits, then finds nothing left to do."""
    if database.is_sqlite:
        _without_foreign_keys(database, revision)
        return
    with database.writing() as connection:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ONE_UPGRADE_AT_A_TIME)))
        _upgrade(connection, revision)
        connection.commit()


def _without_foreign_keys(database: Database, revision: str) -> None:
    """SQLite changes a table by making it anew, during which nothing may look up references to it."""
    with database.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr]
        try:
            with connection.begin():
                _upgrade(connection, revision)
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                if broken:
                    raise StoreUnavailable(f"the upgrade would break {len(broken)} references; nothing was changed")
        finally:
            connection.invalidate()


def _upgrade(connection: sa.Connection, revision: str) -> None:
    found = current(connection)
    _refuse_later(found)
    if found == revision:
        return
    if found is None and revision == HEAD and connection.dialect.name == "sqlite":
        # A new file gets the tables as they are today, without the quarter of a second that Alembic's import takes;
        # a test proves that the migrations lead to the very same tables.
        metadata.create_all(connection)
        _version.create(connection)
        connection.execute(sa.insert(_version).values(version_num=HEAD))
        return
    migrate(connection, revision)


def migrate(connection: sa.Connection, revision: str) -> None:
    """Runs the migrations, read from the package wherever it is installed."""
    from alembic import command

    command.upgrade(alembic_config(connection), revision)


def alembic_config(connection: sa.Connection):  # type: ignore[no-untyped-def]  # Alembic's type would mean importing it
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
