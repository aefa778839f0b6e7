"""A database that does not answer is called that, changes nothing, and is used again as soon as it is back."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from bot.dialogue.messages import Outgoing
from bot.errors import StoreUnavailable
from bot.store import Keys, open_store
from tests.store.acts import CHANNEL, citizen, message, only_postgres, only_sqlite, say, sent


@pytest.fixture
def file(database_url) -> Path:
    return Path(make_url(database_url).database)


@pytest.fixture
def cut(database_url):
    """Ends every connection to the database, as a restart of the server does."""
    from tests.store import postgres

    def cut():
        with postgres.connection(make_url(database_url)) as admin:
            others = "datname = current_database() AND pid <> pg_backend_pid()"
            admin.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")  # noqa: S608

    return cut


def away(store):
    for act in (
        lambda: store.intake(message()), lambda: store.open_turn().__enter__(), lambda: store.outbox.claim([CHANNEL]),
        store.status, store.retention.run, lambda: store.writing().__enter__(),
    ):
        with pytest.raises(StoreUnavailable):
            act()


@only_sqlite
def test_a_file_that_has_gone_is_not_begun_anew(store, file):
    say(store, "a")
    gone = file.rename(file.with_suffix(".away"))
    away(store)
    assert not file.exists()
    gone.rename(file)
    assert sent(store) == ["a"]


@only_sqlite
def test_something_else_in_the_files_place(store, file):
    say(store, "a")
    gone = file.rename(file.with_suffix(".away"))
    file.mkdir()
    away(store)
    file.rmdir()
    file.write_bytes(b"this is not a database, whatever its name says" * 100)
    away(store)
    file.unlink()
    gone.rename(file)
    assert sent(store) == ["a"]


@only_sqlite
def test_a_restored_file_is_noticed_by_those_who_have_the_old_one_open(store, file):
    citizen(store)
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(file.with_suffix(".new"))) as copy:
        source.backup(copy)
    say(store, "after the backup")
    for left in (file.with_name(file.name + "-wal"), file.with_name(file.name + "-shm")):
        left.unlink()
    file.with_suffix(".new").rename(file)
    assert sent(store) == []
    say(store, "after the restore")
    assert sent(store) == ["after the restore"]


def test_a_folder_that_cannot_be_made(tmp_path, clock):
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StoreUnavailable):
        open_store(f"sqlite:///{tmp_path}/data/bot.db", Keys.generate(), clock)


def test_a_mistake_of_ours_is_not_called_an_outage(store):
    with pytest.raises(Exception) as error, store._database.reading() as connection:
        connection.exec_driver_sql("SELECT nothing FROM nowhere")
    assert not isinstance(error.value, StoreUnavailable)


def test_a_server_that_is_not_there(clock):
    with pytest.raises(StoreUnavailable):
        open_store("postgresql://nobody@127.0.0.1:9/none", Keys.generate(), clock)


@only_postgres
def test_connections_cut_between_turns_are_replaced(store, cut):
    say(store, "a")
    cut()
    say(store, "b")
    assert sent(store) == ["a", "b"]


@only_postgres
def test_a_connection_cut_inside_a_turn_undoes_the_turn(store, cut):
    store.intake(message())
    who = store.conversation(CHANNEL, "bot", "lan")
    with pytest.raises(StoreUnavailable), store.open_turn() as turn:  # noqa: PT012
        turn.repositories.privacy.tell(who, "appointment")
        cut()
        turn.commit({}, [Outgoing("a")])
    with store.open_turn() as turn:
        assert not turn.repositories.privacy.told(who, "appointment")
        turn.commit({}, [Outgoing("b")])
    assert sent(store) == ["b"]


@only_postgres
def test_a_repository_that_meets_the_cut_says_so(store, cut):
    who = citizen(store)
    with pytest.raises(StoreUnavailable), store.writing() as repositories:  # noqa: PT012
        cut()
        repositories.privacy.told(who, "appointment")
