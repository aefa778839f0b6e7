"""A PostgreSQL for the tests: the one that is named, the one that runs here, or one of our own during the run."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL, make_url

from bot.store.tables import metadata

NONE_FOUND = "no PostgreSQL: set BOT_TEST_POSTGRES_URL, start one on 127.0.0.1:5432, or install its server programs"


def is_there() -> bool:
    return bool(os.environ.get("BOT_TEST_POSTGRES_URL") or _running() or _programs())


@contextmanager
def server() -> Iterator[URL | None]:
    """The URL of a server where databases may be made; None where there is none."""
    named = os.environ.get("BOT_TEST_POSTGRES_URL")
    if named:
        yield make_url(named).set(drivername="postgresql+psycopg")
        return
    running = _running()
    if running is not None:
        yield running
        return
    programs = _programs()
    if programs is None:
        yield None
        return
    with private_cluster(programs) as url:
        yield url


@contextmanager
def private_cluster(programs: Path) -> Iterator[URL]:
    folder, port = Path(tempfile.mkdtemp(prefix="motcua-pg-")), _free_port()
    data, options = folder / "data", f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres")
    try:
        _run(programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        _run(programs / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
        try:
            yield _url("postgres", port)
        finally:
            _run(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def fresh_database(server_url: URL) -> Iterator[URL]:
    """An empty database, dropped afterwards."""
    name = f"motcua_test_{os.getpid()}_{os.urandom(3).hex()}"
    with connection(server_url) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        admin.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    try:
        yield server_url.set(database=name)
    finally:
        with connection(server_url) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def connection(url: URL) -> Iterator[psycopg.Connection]:
    with psycopg.connect(_dsn(url), autocommit=True, connect_timeout=3) as opened:
        yield opened


def empty(url: URL) -> None:
    """Takes every row out of every table of ours; for a few rows that is far quicker than TRUNCATE."""
    with connection(url) as opened:
        opened.execute("SET synchronous_commit = off")
        opened.execute("; ".join(f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables)))  # noqa: S608


def answers(url: URL) -> bool:
    try:
        with connection(url):
            return True
    except psycopg.Error:
        return False


def _running() -> URL | None:
    return next((url for user in ("root", "postgres") if answers(url := _url(user, 5432))), None)


def _dsn(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _url(user: str, port: int) -> URL:
    return URL.create("postgresql+psycopg", username=user, host="127.0.0.1", port=port, database="postgres")


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    on_path = shutil.which("initdb")
    candidates = [each.parent for each in found] + ([Path(on_path).parent] if on_path else [])
    if os.geteuid() == 0 and not any(user.pw_name == "postgres" for user in pwd.getpwall()):
        return None
    return candidates[0] if candidates else None


def _run(*command: object) -> None:
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    # The server keeps the pipes that it inherits open: a captured one would make us wait for its end.
    nothing = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(words, check=True, cwd="/", **nothing)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
