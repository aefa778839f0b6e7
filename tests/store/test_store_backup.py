"""Backup and restore: what was there is there again and can be read with the keys, and nothing is ever lost on the way."""

import os
import sqlite3
import stat
from contextlib import closing

import pytest
from sqlalchemy.engine import make_url

from bot.errors import BackupRefused, SchemaOutdated, SettingsError
from bot.store import Keys, open_store, upgrade
from bot.store.backup import backup, restore
from bot.store.crypto import keys_file
from bot.store.schema import HEAD
from tests.conftest import ON_POSTGRES
from tests.store import postgres
from tests.store.acts import citizen, rows, say, sent
from tests.store.seeds import NAME, PHONE, WORDS, seed


@pytest.fixture
def database_url(empty_database_url):
    """A database of its own: a restore renames it."""
    if not empty_database_url.startswith("sqlite"):
        upgrade(empty_database_url)
    return empty_database_url


@pytest.fixture
def environ(database_url):
    return {} if database_url.startswith("sqlite") else ON_POSTGRES


@pytest.fixture
def asides(database_url):
    """Databases kept aside on a server that others use too: dropped at the end."""
    yield
    url = make_url(database_url)
    if url.get_backend_name() == "postgresql":
        with postgres.connection(url.set(database="postgres")) as admin:
            for (name,) in admin.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", (f"{url.database}\\_%",)).fetchall():
                admin.execute(f'DROP DATABASE "{name}"')


@pytest.fixture
def open_it(database_url, environ, clock):
    def opened():
        return open_store(database_url, Keys.load(database_url, environ), clock)

    return opened


def test_what_was_backed_up_answers_again(open_it, database_url, environ, clock, tmp_path, asides):
    file = tmp_path / "copy.backup"
    with open_it() as store:
        who = seed(store, clock)
        with store.reading() as repositories:
            before = repositories.privacy.held(who)
        made = backup(database_url, environ, file)  # while the store is in use
        citizen(store, "minh")
    assert (made.file, made.bytes, made.schema) == (file, file.stat().st_size, HEAD)
    done = restore(database_url, environ, file, clock)
    assert done.aside is not None
    with open_it() as store:
        with store.reading() as repositories:
            assert repositories.privacy.held(who) == before
        assert store.conversation("telegram", "bot", "minh") is None
        assert sent(store) == [f"Chào {NAME}, {PHONE}", WORDS]
        say(store, "vẫn trả lời", peer="minh")
        assert sent(store) == ["vẫn trả lời"]
    aside = f"sqlite:///{done.aside}" if database_url.startswith("sqlite") else _other(database_url, done.aside)
    assert ("minh",) in rows(aside, "SELECT peer FROM conversations")


def _other(url, name):
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def test_a_backup_is_for_its_owner_and_holds_no_key(open_it, database_url, environ, clock, tmp_path):
    file = tmp_path / "copy.backup"
    with open_it() as store:
        seed(store, clock)
    made = backup(database_url, environ, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    held = file.read_bytes()
    secrets = list(ON_POSTGRES.values())
    if database_url.startswith("sqlite"):
        keys = keys_file(tmp_path / "data" / "bot.db")
        secrets = [line.partition("=")[2] for line in keys.read_text().splitlines() if "=" in line and not line.startswith("#")]
        assert made.keys == (str(keys),)
    else:
        assert made.keys == ("BOT_SECRET_KEYS", "BOT_LOOKUP_KEY")
    assert len(secrets) == 2
    assert not [each for each in secrets if each.encode() in held]
    assert not [each for each in (NAME, PHONE, WORDS) if each.encode() in held]
    assert os.listdir(tmp_path).count("copy.backup") == 1
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".copy")]


def test_nothing_is_overwritten_by_a_backup(open_it, database_url, environ, tmp_path):
    open_it().close()
    file = tmp_path / "copy.backup"
    file.write_text("an older one")
    with pytest.raises(BackupRefused, match="already"):
        backup(database_url, environ, file)
    assert file.read_text() == "an older one"
    with pytest.raises(BackupRefused, match="no folder"):
        backup(database_url, environ, tmp_path / "not" / "there")


def test_a_database_in_use_is_not_replaced(open_it, database_url, environ, clock, tmp_path, asides):
    file = tmp_path / "copy.backup"
    with open_it() as store:
        backup(database_url, environ, file)
        citizen(store, "minh")
        with pytest.raises(BackupRefused, match="in use"):
            restore(database_url, environ, file, clock)
        assert citizen(store, "minh") == store.conversation("telegram", "bot", "minh")
        citizen(store, "tam")
    with open_it() as store:
        assert store.conversation("telegram", "bot", "tam") is not None
    assert not [name for name in os.listdir(tmp_path) if "before" in name]


def test_foreign_keys_do_not_fit(open_it, database_url, clock, environ, tmp_path, asides):
    file, foreign = tmp_path / "copy.backup", dict(ON_POSTGRES, BOT_LOOKUP_KEY="another key, not the one it was made with")
    with open_it() as store:
        citizen(store, "minh")
    backup(database_url, environ, file)
    with pytest.raises(SettingsError, match=r"BOT_LOOKUP_KEY|BOT_SECRET_KEYS"):
        restore(database_url, foreign, file, clock)
    with open_it() as store:
        assert store.conversation("telegram", "bot", "minh") is not None


@pytest.mark.parametrize("content", [b"", b"a letter to somebody", b"SQLite format 3\x00" + b"x" * 5000, b"PGDMP and nothing"])
def test_what_is_no_backup_changes_nothing(open_it, database_url, environ, clock, tmp_path, content, asides):
    with open_it() as store:
        citizen(store, "minh")
    file = tmp_path / "letter"
    file.write_bytes(content)
    with pytest.raises(BackupRefused):
        restore(database_url, environ, file, clock)
    with pytest.raises(BackupRefused, match="cannot be read"):
        restore(database_url, environ, tmp_path / "none", clock)
    with open_it() as store:
        assert store.conversation("telegram", "bot", "minh") is not None


@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
def test_a_later_releases_backup_is_refused(open_it, database_url, environ, clock, tmp_path):
    open_it().close()
    file = tmp_path / "copy.backup"
    backup(database_url, environ, file)
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("UPDATE alembic_version SET version_num = '9999'")
        opened.commit()
    with pytest.raises(SchemaOutdated, match="later release"):
        restore(database_url, environ, file, clock)


@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
def test_on_a_new_machine_the_keys_come_first(open_it, database_url, clock, tmp_path):
    with open_it() as store:
        citizen(store, "minh")
    file, place = tmp_path / "copy.backup", tmp_path / "elsewhere" / "bot.db"
    backup(database_url, {}, file)
    url = f"sqlite:///{place}"
    with pytest.raises(SettingsError, match="keys"):
        restore(url, {}, file, clock)
    assert not place.exists()
    assert not keys_file(place).exists()
    place.parent.mkdir()
    keys_file(place).write_bytes(keys_file(tmp_path / "data" / "bot.db").read_bytes())
    assert restore(url, {}, file, clock).aside is None
    with open_store(url, Keys.load(url, {}), clock) as store:
        assert store.conversation("telegram", "bot", "minh") is not None


def test_a_backup_of_nothing_is_refused(tmp_path):
    with pytest.raises(BackupRefused, match="no database"):
        backup(f"sqlite:///{tmp_path}/never.db", {}, tmp_path / "copy")
    assert not (tmp_path / "never.db").exists()


@pytest.mark.parametrize("empty_database_url", ["postgresql"], indirect=True)
def test_without_its_programs_postgresql_says_what_to_install(database_url, environ, clock, tmp_path, monkeypatch):
    file = tmp_path / "copy"
    file.write_bytes(b"PGDMP")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupRefused, match=r"pg_dump.*postgresql-client"):
        backup(database_url, environ, tmp_path / "other")
    assert os.listdir(tmp_path) == ["copy"]
    with pytest.raises(BackupRefused, match=r"pg_restore.*postgresql-client"):
        restore(database_url, environ, file, clock)
