"""A store to test, its clock, and more stores on the same database, as other processes would hold them."""

import pytest

from bot.clock import SetClock, aware
from bot.store import Keys, open_store
from tests.conftest import ON_POSTGRES
from tests.store.acts import MORNING


@pytest.fixture
def clock() -> SetClock:
    return SetClock(aware(MORNING))


@pytest.fixture
def keys(database_url) -> Keys:
    return Keys.load(database_url, {} if database_url.startswith("sqlite") else ON_POSTGRES)


@pytest.fixture
def open_another(database_url, keys, clock):
    opened = []

    def another():
        opened.append(open_store(database_url, keys, clock))
        return opened[-1]

    yield another
    for store in opened:
        store.close()


@pytest.fixture
def store(open_another):
    return open_another()
