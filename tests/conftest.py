"""What many tests ask for: the bot's knowledge, and databases. A test that asks for one of these runs on SQLite and on PostgreSQL."""

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

ON_POSTGRES = {
    "BOT_SECRET_KEYS": "bm90IGEgc2VjcmV0LCBvbmx5IGZvciB0ZXN0cyAuLi4=",
    "BOT_LOOKUP_KEY": "not a secret, only for tests",
}
"""What the environment must hold for a PostgreSQL, where no file beside the database can hold it."""


def pytest_configure():
    """The catalogue's files are read, whatever an earlier run has kept; the tests of the cache name a folder of their own."""
    os.environ["BOT_CACHE_DIR"] = "off"


def pytest_collection_modifyitems(items):
    """Where there is no PostgreSQL its tests are skipped with one line a file; a CI run has to have one."""
    with_parameters = [item for item in items if hasattr(item, "callspec")]
    on_postgres = [item for item in with_parameters if "postgresql" in item.callspec.params.values()]
    if not on_postgres or os.environ.get("CI"):
        return
    from tests.store import postgres

    if not postgres.is_there():
        for item in on_postgres:
            item.add_marker(pytest.mark.skip(reason=postgres.NONE_FOUND))


@pytest.fixture(scope="session")
def knowledge():
    from tests.knowledge import shared_knowledge

    return shared_knowledge()


@pytest.fixture(scope="session")
def postgres_server():
    from tests.store import postgres

    with postgres.server() as url:
        if url is None:
            pytest.fail(postgres.NONE_FOUND)
        yield url


@pytest.fixture(scope="session")
def upgraded_postgres(postgres_server):
    from bot.store import upgrade
    from tests.store import postgres

    with postgres.fresh_database(postgres_server) as url:
        upgrade(url.render_as_string(hide_password=False))
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path) -> Iterator[str]:
    """A database of this release without a row: SQLite's file is not there yet, PostgreSQL's tables are empty."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/data/bot.db"
        return
    from tests.store import postgres

    url = request.getfixturevalue("upgraded_postgres")
    yield url.render_as_string(hide_password=False)
    postgres.empty(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request, tmp_path) -> Iterator[str]:
    """A database that has no table yet, for the tests of upgrades."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            yield f"sqlite:///{tmp_path}/data/bot.db"
            return
        from tests.store import postgres

        url = stack.enter_context(postgres.fresh_database(request.getfixturevalue("postgres_server")))
        yield url.render_as_string(hide_password=False)
