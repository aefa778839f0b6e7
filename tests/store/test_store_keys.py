"""Keys: found or made once, never remade, changed without a citizen's noticing."""

import os
import stat
import threading

import pytest

from bot.errors import SettingsError
from bot.store import Keys, open_store, rotate_keys
from bot.store.crypto import keys_file
from tests.conftest import ON_POSTGRES
from tests.store.acts import everything_at_rest, rows, sent
from tests.store.seeds import NAME, PHONE, WORDS, seed

OLD, NEW = "b2xkIGtleSBvZiAzMiBieXRlcywgbm90IGEgc2VjcmU=", "bmV3IGtleSBvZiAzMiBieXRlcywgbm90IGEgc2VjcmU="
LOOKUP = "x" * 32


@pytest.fixture
def sqlite_url(tmp_path):
    return f"sqlite:///{tmp_path}/data/bot.db"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "data" / "bot.db.keys"


def test_the_environment_wins(sqlite_url, file):
    Keys.load(sqlite_url, {"BOT_SECRET_KEYS": f"{NEW}, {OLD}", "BOT_LOOKUP_KEY": LOOKUP})
    assert not file.exists()


def test_sqlite_gets_a_file_that_only_its_owner_reads(sqlite_url, file):
    keys = Keys.load(sqlite_url, {})
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    assert Keys.load(sqlite_url, {}).decrypt(keys.encrypt("chào")) == "chào"
    assert [each.name for each in file.parent.iterdir()] == ["bot.db.keys"]


def test_what_the_environment_lacks_comes_from_the_file(sqlite_url, file):
    keys = Keys.load(sqlite_url, {"BOT_SECRET_KEYS": OLD, "BOT_LOOKUP_KEY": ""})
    assert "BOT_SECRET_KEYS" not in file.read_text()
    assert Keys.load(sqlite_url, {"BOT_SECRET_KEYS": OLD}).lookup("a", "b") == keys.lookup("a", "b")
    with pytest.raises(SettingsError, match="BOT_SECRET_KEYS"):
        Keys.load(sqlite_url, {})


def test_two_processes_that_start_at_once_use_the_same_keys(sqlite_url):
    found, barrier = [], threading.Barrier(8)

    def load():
        barrier.wait()
        found.append(Keys.load(sqlite_url, {}).lookup("a", "b"))

    threads = [threading.Thread(target=load) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_keys_are_never_remade_while_the_database_exists(sqlite_url, file, clock):
    open_store(sqlite_url, Keys.load(sqlite_url, {}), clock).close()
    file.unlink()
    with pytest.raises(SettingsError, match="backup"):
        Keys.load(sqlite_url, {})
    assert not file.exists()


def test_a_place_where_no_file_can_be_made_is_named(tmp_path):
    (tmp_path / "data").write_text("a file")
    with pytest.raises(SettingsError, match=r"bot\.db\.keys"):
        Keys.load(f"sqlite:///{tmp_path}/data/bot.db", {})


def test_an_empty_file_is_no_database_yet(sqlite_url, file, clock):
    file.parent.mkdir()
    (file.parent / "bot.db").touch()
    open_store(sqlite_url, Keys.load(sqlite_url, {}), clock).close()


def test_the_file_lies_beside_its_database(tmp_path):
    assert keys_file(tmp_path / "a.db") == tmp_path / "a.db.keys"


@pytest.mark.parametrize("missing", [["BOT_SECRET_KEYS"], ["BOT_LOOKUP_KEY"], ["BOT_SECRET_KEYS", "BOT_LOOKUP_KEY"]])
def test_postgresql_needs_both_variables(missing):
    environ = {name: value for name, value in ON_POSTGRES.items() if name not in missing}
    with pytest.raises(SettingsError) as error:
        Keys.load("postgresql://127.0.0.1/bot", environ)
    assert all(name in str(error.value) for name in missing)


@pytest.mark.parametrize("secret", ["short", "ä" * 43, "A" * 64, ","])
def test_what_is_no_key_is_refused_by_name_and_not_shown(secret):
    with pytest.raises(SettingsError, match="BOT_SECRET_KEYS") as error:
        Keys.load("postgresql://127.0.0.1/bot", {"BOT_SECRET_KEYS": secret, "BOT_LOOKUP_KEY": LOOKUP})
    assert secret == "," or secret not in str(error.value)


def test_a_short_lookup_key_is_refused():
    with pytest.raises(SettingsError, match="BOT_LOOKUP_KEY"):
        Keys([OLD], "short")


def test_both_alphabets_of_base64_are_keys():
    standard = "+/+/" * 10 + "+/8="
    for_urls = standard.replace("+", "-").replace("/", "_")
    assert Keys([for_urls], LOOKUP).decrypt(Keys([standard], LOOKUP).encrypt("a")) == "a"


def test_foreign_keys_are_refused_at_the_door(store, database_url, clock):
    with pytest.raises(SettingsError, match=r"BOT_LOOKUP_KEY|BOT_SECRET_KEYS"):
        open_store(database_url, Keys.generate(), clock)


def test_rotating_puts_everything_under_the_newest_key(database_url, clock):
    with open_store(database_url, Keys([OLD], LOOKUP), clock) as store:
        who = seed(store, clock)
        with store.reading() as repositories:
            before = repositories.privacy.held(who)
    with open_store(database_url, Keys([NEW, OLD], LOOKUP), clock) as store:
        assert rotate_keys(store) > 15
        assert rotate_keys(store) == 0
    with open_store(database_url, Keys([NEW], LOOKUP), clock) as store:
        with store.reading() as repositories:
            assert repositories.privacy.held(who) == before
            assert repositories.dossiers.get("000.00.14.H20-200703-0002").applicant == NAME
        assert sent(store) == [f"Chào {NAME}, {PHONE}", WORDS]
    with pytest.raises(SettingsError, match="BOT_SECRET_KEYS"):
        open_store(database_url, Keys([OLD], LOOKUP), clock)


def test_the_key_itself_is_not_in_the_database(store, clock, database_url):
    seed(store, clock)
    assert OLD not in everything_at_rest(database_url)
    assert rows(database_url, "SELECT count(*) FROM key_check") == [(1,)]
