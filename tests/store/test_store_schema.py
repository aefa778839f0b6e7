"""Upgrades, from nothing and from every revision, on both databases; and a quick start where there is none to do."""

import re
import subprocess
import sys
from importlib.resources import files

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.clock import SystemClock
from bot.errors import SchemaOutdated, SettingsError
from bot.store import Keys, open_store, upgrade
from bot.store.database import Database
from bot.store.engine import _database
from bot.store.schema import HEAD, REVISIONS, alembic_config, current, migrate, upgrade_to
from bot.store.tables import metadata
from bot.store.urls import read_url
from tests.store.acts import citizen, side_by_side


@pytest.fixture
def empty_database(empty_database_url):
    database = _database(empty_database_url, None)
    yield database
    database.close()


def test_the_known_revisions_are_the_files():
    script = ScriptDirectory.from_config(alembic_config(None))
    assert [each.revision for each in reversed(list(script.walk_revisions()))] == list(REVISIONS)
    assert script.get_current_head() == HEAD
    versions = files("bot.store") / "migrations" / "versions"
    assert sorted(each.name for each in versions.iterdir() if re.match(r"\d", each.name))[-1].startswith(HEAD)


@pytest.mark.parametrize("revision", REVISIONS)
def test_an_upgrade_from_every_revision_ends_without_difference(empty_database, revision):
    with empty_database.engine.begin() as connection:
        migrate(connection, revision)
    upgrade_to(empty_database)
    with empty_database.reading() as connection:
        assert current(connection) == HEAD
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, metadata) == []


def test_a_new_sqlite_file_gets_what_the_migrations_lead_to(tmp_path):
    quick, slow = (Database(read_url(f"sqlite:///{tmp_path}/{name}.db"), None) for name in ("quick", "slow"))
    schemas = []
    for database in (quick, slow):
        database.file.touch()
    upgrade_to(quick)
    with slow.engine.begin() as connection:
        migrate(connection, HEAD)
    for database in (quick, slow):
        with database.reading() as connection:
            statements = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").all()
            schemas.append({name: re.sub(r"\s", "", sql) for name, sql in statements})
        database.close()
    assert schemas[0] == schemas[1]


def test_the_first_revision_can_be_taken_back(empty_database):
    from alembic import command

    with empty_database.engine.begin() as connection:
        migrate(connection, HEAD)
        command.downgrade(alembic_config(connection), "base")
        assert sa.inspect(connection).get_table_names() == ["alembic_version"]


@pytest.mark.parametrize("empty_database_url", ["postgresql"], indirect=True)
def test_postgresql_is_not_upgraded_behind_the_operators_back(empty_database_url, clock):
    with pytest.raises(SchemaOutdated, match="db upgrade"):
        open_store(empty_database_url, Keys.generate(), clock)
    upgrade(empty_database_url)
    upgrade(empty_database_url)
    open_store(empty_database_url, Keys.generate(), clock).close()


def test_a_database_of_a_later_release_is_refused(empty_database_url, empty_database, clock):
    upgrade_to(empty_database)
    with empty_database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaOutdated, match="later release"):
        open_store(empty_database_url, Keys.generate(), clock)
    with pytest.raises(SchemaOutdated, match="later release"):
        upgrade(empty_database_url)


def test_upgrades_at_the_same_time_do_it_once(empty_database_url):
    side_by_side([lambda: upgrade(empty_database_url)] * 4, workers=4)


def test_processes_that_open_a_new_sqlite_file_at_once_all_get_it(tmp_path, clock):
    url = f"sqlite:///{tmp_path}/deep/down/bot.db"
    keys = Keys.load(url, {})
    side_by_side([lambda: open_store(url, keys, clock).close()] * 6, workers=6)


def test_ids_never_come_back_on_sqlite(tmp_path, clock):
    url = f"sqlite:///{tmp_path}/bot.db"
    with open_store(url, Keys.load(url, {}), clock) as store:
        who = citizen(store)
        with store._database.writing() as connection:
            for table in ("inbox", "outbox", "conversations"):
                connection.execute(metadata.tables[table].delete())
            connection.commit()
        assert citizen(store) > who


@pytest.mark.parametrize("again", [False, True])
def test_a_start_on_sqlite_does_not_import_alembic(tmp_path, again):
    program = (
        "import sys; from bot.store import Keys, open_store; from bot.clock import SystemClock\n"
        f"url = 'sqlite:///{tmp_path}/bot.db'\n"
        "open_store(url, Keys.load(url, {}), SystemClock()).close()\n"
        "print([name for name in ('alembic', 'psycopg', 'sqlalchemy.orm') if name in sys.modules])"
    )
    for _ in range(1 + again):
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert done.stdout.strip() in ("[]", "['sqlalchemy.orm']")


@pytest.mark.parametrize("url", ["nonsense", "mysql://x/y", "sqlite://", "sqlite:///:memory:"])
def test_a_url_that_cannot_work_is_refused_by_name(url, clock):
    with pytest.raises(SettingsError, match="BOT_DATABASE_URL"):
        open_store(url, Keys.generate(), clock)


def test_a_new_sqlite_file_made_by_an_upgrade_can_be_opened_afterwards(tmp_path):
    url = f"sqlite:///{tmp_path}/data/bot.db"
    upgrade(url)
    with open_store(url, Keys.load(url, {}), SystemClock()) as store:
        assert store.status()
    upgrade(url)
    assert Keys.load(url, {})
