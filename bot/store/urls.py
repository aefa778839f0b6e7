"""Reading ``BOT_DATABASE_URL``: which database, and where its file lies."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL

from bot.errors import SettingsError

_DRIVERS = {
    "sqlite": "sqlite", "sqlite+pysqlite": "sqlite",
    "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg", "postgresql+psycopg": "postgresql+psycopg",
}


def read_url(text: str) -> URL:
    """*text* as a URL with the driver that this program brings; SettingsError for any other database."""
    try:
        url = sa.make_url(text)
    except sa.exc.ArgumentError:
        raise SettingsError(
            "BOT_DATABASE_URL is no database URL; write sqlite:///data/bot.db or postgresql://user:password@host/name"
        ) from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise SettingsError(f"BOT_DATABASE_URL names {url.drivername}; this program knows sqlite and postgresql")
    if driver == "sqlite" and url.database in (None, "", ":memory:"):
        raise SettingsError("BOT_DATABASE_URL must name a file: what is promised to citizens outlives the process")
    return url.set(drivername=driver)


def sqlite_file(url: URL) -> Path | None:
    """Where the database's file lies; None for PostgreSQL."""
    if url.get_backend_name() != "sqlite" or url.database is None:
        return None
    return Path(url.database).absolute()


def exists(file: Path) -> bool:
    """Whether there is a database. An empty file is none yet: temporary files begin that way."""
    return file.exists() and file.stat().st_size > 0
