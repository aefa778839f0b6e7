"""The outbox several rows at a time: what is true of one row stays true of each."""

from datetime import timedelta

from bot.notices.outbox import Blocked, NotSent, Sent, Unknown
from tests.store.acts import CHANNEL, say, sent, side_by_side


def test_as_many_as_asked_for_and_one_of_each_conversation(store):
    for peer in ("lan", "minh", "tam"):
        say(store, f"{peer} 1", f"{peer} 2", peer=peer)
    first = store.outbox.claim_some([CHANNEL], 2)
    assert [row.message.text for row in first] == ["lan 1", "minh 1"]
    assert [row.message.text for row in store.outbox.claim_some([CHANNEL], 9)] == ["tam 1"]
    assert not store.outbox.claim_some([CHANNEL], 9)


def test_every_outcome_is_recorded_as_if_alone(store, clock):
    for peer in ("lan", "minh", "tam", "hoa"):
        say(store, f"{peer} 1", f"{peer} 2", peer=peer)
    rows = {row.peer: row.id for row in store.outbox.claim_some([CHANNEL], 9)}
    later = NotSent(clock.now() + timedelta(minutes=1))
    outcomes = {"hoa": Unknown(), "lan": Sent("1"), "minh": Blocked(), "tam": later}
    store.outbox.record_all([*((rows[peer], outcome) for peer, outcome in outcomes.items()), (99, Sent())])
    assert sorted(sent(store)) == ["hoa 1", "hoa 2", "lan 2"]
    clock.move_to(clock.now() + timedelta(minutes=1))
    assert sent(store) == ["tam 1", "tam 2"]


def test_workers_side_by_side_never_claim_the_same(store, open_another):
    for number in range(24):
        say(store, "a", peer=f"p{number}")
    stores = [store, open_another(), open_another()]
    claimed = side_by_side([lambda each=each: each.outbox.claim_some([CHANNEL], 16) for each in stores], workers=3)
    ids = [row.id for rows in claimed for row in rows]
    assert len(ids) == len(set(ids)) == 24
