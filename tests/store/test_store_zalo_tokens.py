"""The Official Account's tokens, on both databases: one renews, a pair is never lost to another, nothing of it can be read at rest."""

from datetime import timedelta

import pytest

from bot.notices.platform_tokens import LEASE
from bot.store.crypto import Keys
from bot.store.engine import open_store, rotate_keys
from tests.store.acts import everything_at_rest, side_by_side

APP, SEED = "360846524940903967", "seed-from-the-settings"
SOON = timedelta(hours=25)
OLD, NEW = "b2xkIGtleSBvZiAzMiBieXRlcywgbm90IGEgc2VjcmU=", "bmV3IGtleSBvZiAzMiBieXRlcywgbm90IGEgc2VjcmU="
LOOKUP = "x" * 32


@pytest.fixture
def tokens(store):
    store.platform_tokens.settle(APP, SEED)
    return store.platform_tokens


def renew(tokens, clock, refresh, number):
    return tokens.renewed(APP, refresh, f"access-{number}", clock.now() + SOON, f"refresh-{number}")


def test_it_begins_with_the_seed_and_no_access(tokens, clock):
    held = tokens.held(APP)
    assert (held.access, held.access_until, held.refresh_since, held.failure) == (None, None, clock.now(), None)
    assert tokens.lease(APP, "one", None) == SEED


def test_one_of_many_gets_the_lease(tokens, open_another):
    stores = [open_another() for _ in range(6)]
    given = side_by_side([lambda each=each, n=n: each.platform_tokens.lease(APP, f"p{n}", None) for n, each in enumerate(stores)], 6)
    assert sorted(given, key=str) == [None] * 5 + [SEED]


def test_a_new_pair_ends_the_lease_and_is_what_all_see(tokens, clock, open_another):
    assert renew(tokens, clock, tokens.lease(APP, "one", None), 1)
    other = open_another().platform_tokens
    assert other.held(APP).access == "access-1"
    assert other.held(APP).access_until == clock.now() + SOON
    assert other.lease(APP, "two", None) is None, "who still knows of none has to look first"
    assert other.lease(APP, "two", "access-1") == "refresh-1"


def test_the_lease_of_a_dead_holder_ends(tokens, clock):
    assert tokens.lease(APP, "dead", None) == SEED
    clock.move_to(clock.now() + LEASE - timedelta(seconds=1))
    assert tokens.lease(APP, "two", None) is None
    clock.move_to(clock.now() + timedelta(seconds=1))
    assert tokens.lease(APP, "two", None) == SEED


def test_a_holder_that_learnt_nothing_gives_up_only_its_own_lease(tokens):
    tokens.lease(APP, "one", None)
    tokens.give_up(APP, "two")
    assert tokens.lease(APP, "two", None) is None
    tokens.give_up(APP, "one")
    assert tokens.lease(APP, "two", None) == SEED


def test_a_slow_holder_still_stores_what_it_got_and_an_overtaken_one_does_not(tokens, clock):
    tokens.lease(APP, "slow", None)
    clock.move_to(clock.now() + LEASE)
    tokens.lease(APP, "two", None)
    assert renew(tokens, clock, SEED, 1)
    tokens.refused(APP, SEED, "-14020")  # what the second one hears: the seed is spent
    assert tokens.held(APP).failure is None
    assert not renew(tokens, clock, SEED, 2)
    assert tokens.held(APP).access == "access-1"


def test_a_refusal_is_kept_with_its_hour_until_a_pair_comes(tokens, clock):
    tokens.lease(APP, "one", None)
    tokens.refused(APP, SEED, "-14020")
    held = tokens.held(APP)
    assert (held.failure, held.failed_at) == ("-14020", clock.now())
    assert renew(tokens, clock, tokens.lease(APP, "two", None), 1)
    assert tokens.held(APP).failure is None


def test_the_stored_pair_wins_until_the_seed_changes(tokens, clock, open_another):
    renew(tokens, clock, SEED, 1)
    tokens.refused(APP, "refresh-1", "-14020")
    later = open_another().platform_tokens
    assert later.settle(APP, SEED).access == "access-1"
    anew = later.settle(APP, "another-seed")
    assert (anew.access, anew.failure) == (None, None)
    assert later.lease(APP, "one", None) == "another-seed"


def test_tokens_cannot_be_read_at_rest(tokens, clock, database_url):
    renew(tokens, clock, SEED, 1)
    assert tokens.lease(APP, "one", "access-1") == "refresh-1"
    held = everything_at_rest(database_url)
    assert APP in held
    assert not [each for each in (SEED, "access-1", "refresh-1") if each in held]


def test_rotation_brings_them_under_the_newest_key(database_url, clock):
    with open_store(database_url, Keys([OLD], LOOKUP), clock) as store:
        store.platform_tokens.settle(APP, SEED)
        renew(store.platform_tokens, clock, SEED, 1)
    with open_store(database_url, Keys([NEW, OLD], LOOKUP), clock) as store:
        assert rotate_keys(store) == 3  # with the proof of the keys themselves
        assert rotate_keys(store) == 0
    with open_store(database_url, Keys([NEW], LOOKUP), clock) as store:
        assert store.platform_tokens.held(APP).access == "access-1"
        assert store.platform_tokens.settle(APP, SEED).access == "access-1", "the seed's hash outlives the key"
        assert store.platform_tokens.lease(APP, "one", "access-1") == "refresh-1"
