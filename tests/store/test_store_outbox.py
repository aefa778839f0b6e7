"""The outbox: in order to each citizen, never twice what must not come twice, and nothing silently lost."""

from datetime import timedelta

import pytest

from bot.dialogue.messages import Outgoing
from bot.notices.outbox import LEASE, Blocked, NotSent, Sent, Unknown
from tests.store.acts import CHANNEL, citizen, message, say, send, sent, side_by_side

NOTICE = Outgoing("nhắc hẹn", kind="notice")


def claim(store):
    return store.outbox.claim([CHANNEL])


def queue(store, cause, due_at, message=NOTICE, peer="lan"):
    who = citizen(store, peer)
    with store.writing() as repositories:
        return repositories.notices.queue(who, cause, message, due_at)


def drop(store, cause, peer="lan"):
    who = citizen(store, peer)
    with store.writing() as repositories:
        return repositories.notices.drop(who, cause)


def minutes_later(clock, minutes):
    clock.move_to(clock.now() + timedelta(minutes=minutes))


def test_a_claimed_row_says_where_it_goes_and_how_often_it_was_tried(store, clock):
    say(store, "a")
    row = claim(store)
    assert (row.channel, row.bot, row.peer, row.message.text, row.attempts) == (CHANNEL, "bot", "lan", "a", 1)
    store.outbox.record(row.id, NotSent(clock.now()))
    assert claim(store).attempts == 2


def test_only_the_channels_asked_for_are_claimed(store):
    say(store, "a")
    assert store.outbox.claim(["zalo"]) is None
    assert store.outbox.claim([]) is None
    assert store.outbox.claim(["zalo", CHANNEL]).message.text == "a"


def test_the_next_row_waits_for_the_one_being_sent(store):
    say(store, "a", "b")
    first = claim(store)
    assert claim(store) is None
    store.outbox.record(first.id, Sent("7"))
    assert claim(store).message.text == "b"


def test_other_conversations_do_not_wait(store):
    say(store, "a")
    say(store, "b", peer="minh")
    assert {claim(store).peer, claim(store).peer} == {"lan", "minh"}


def test_a_reply_that_is_to_be_tried_again_holds_back_the_later_ones(store, clock):
    say(store, "a", "b")
    store.outbox.record(claim(store).id, NotSent(clock.now() + timedelta(minutes=1)))
    assert claim(store) is None
    minutes_later(clock, 1)
    assert sent(store) == ["a", "b"]


def test_a_notice_whose_time_has_not_come_does_not_hold_back_replies(store, clock):
    assert queue(store, "reminder:1", clock.now() + timedelta(minutes=30))
    say(store, "a", "b")
    assert sent(store) == ["a", "b"]
    minutes_later(clock, 30)
    say(store, "c")
    assert sent(store) == ["nhắc hẹn", "c"]


def test_a_notice_is_queued_once_for_a_cause(store, clock):
    assert queue(store, "reminder:1", clock.now())
    assert not queue(store, "reminder:1", clock.now())
    assert queue(store, "reminder:1", clock.now(), peer="minh")
    assert len(sent(store)) == 2
    assert not queue(store, "reminder:1", clock.now())


def test_a_notice_taken_back_is_not_sent_and_may_be_queued_anew(store, clock):
    queue(store, "reminder:1", clock.now())
    assert drop(store, "reminder:1")
    assert not drop(store, "reminder:1")
    assert not drop(store, "never queued")
    assert sent(store) == []
    assert queue(store, "reminder:1", clock.now(), Outgoing("giờ mới", kind="notice"))
    assert sent(store) == ["giờ mới"]
    assert not drop(store, "reminder:1")


def test_a_reply_of_unknown_outcome_is_sent_once_more_then_held(store):
    say(store, "a", "b")
    store.outbox.record(claim(store).id, Unknown())
    again = claim(store)
    assert (again.message.text, again.attempts) == ("a", 2)
    store.outbox.record(again.id, Unknown())
    assert [row.message.text for row in store.outbox.unknown()] == ["a"]
    assert sent(store) == ["b"]


def test_certain_failures_do_not_use_up_the_one_repeat(store, clock):
    say(store, "a")
    for _ in range(3):
        store.outbox.record(claim(store).id, NotSent(clock.now()))
    store.outbox.record(claim(store).id, Unknown())
    assert sent(store) == ["a"]


def test_a_ticket_of_unknown_outcome_is_held_and_listed(store):
    say(store, "mã số", "b", once=True)
    store.outbox.record(claim(store).id, Unknown())
    assert [row.message.text for row in store.outbox.unknown()] == ["mã số"]
    assert store.status()["unknown_sends"] == 1
    assert sent(store) == ["b"]


def test_notices_are_never_sent_twice(store, clock):
    queue(store, "c", clock.now())
    store.outbox.record(claim(store).id, Unknown())
    assert claim(store) is None
    assert len(store.outbox.unknown()) == 1


@pytest.mark.parametrize(("once", "then"), [(False, ["a", "b"]), (True, ["b"])])
def test_a_sender_that_died_leaves_an_unknown_outcome(store, open_another, clock, once, then):
    say(store, "a", once=once)
    say(store, "b")
    claim(store)
    after = open_another()
    assert claim(after) is None
    clock.move_to(clock.now() + LEASE)
    assert len(after.outbox.unknown()) == once
    assert sent(after) == then


def test_a_late_sent_is_believed(store, clock):
    say(store, "mã số", once=True)
    row = claim(store)
    clock.move_to(clock.now() + LEASE)
    assert claim(store) is None
    assert len(store.outbox.unknown()) == 1
    store.outbox.record(row.id, Sent("9"))
    assert store.outbox.unknown() == []


def test_a_late_failure_does_not_undo_what_was_sent_meanwhile(store, clock):
    say(store, "a")
    row = claim(store)
    clock.move_to(clock.now() + LEASE)
    assert sent(store) == ["a"]
    store.outbox.record(row.id, NotSent(clock.now()))
    store.outbox.record(row.id, Blocked())
    assert claim(store) is None
    store.outbox.record(10_000, Sent())


def test_a_notice_to_who_blocked_us_is_listed_for_a_call_once_it_is_due(store, clock):
    say(store, "a")
    queue(store, "due now", clock.now())
    queue(store, "for later", clock.now() + timedelta(days=1))
    store.outbox.record(claim(store).id, Blocked())
    [row] = store.outbox.to_call()
    assert (row.message.text, row.message.kind) == ("nhắc hẹn", "notice")
    queue(store, "when blocked already", clock.now())
    assert len(store.outbox.to_call()) == 2
    assert [store.outbox.called(row.id), store.outbox.called(row.id)] == [True, False]
    minutes_later(clock, 25 * 60)
    assert len(store.outbox.to_call()) == 2


def test_who_blocked_us_is_left_alone_until_they_write(store, clock):
    say(store, "a", "b")
    queue(store, "soon", clock.now())
    queue(store, "later", clock.now() + timedelta(hours=1), Outgoing("hẹn chiều nay", kind="notice"))
    say(store, "minh", peer="minh")
    store.outbox.record(claim(store).id, Blocked())
    assert sent(store) == ["minh"]
    assert queue(store, "new", clock.now())
    assert sent(store) == []
    say(store, "chào lại")
    assert sent(store) == ["chào lại"]
    minutes_later(clock, 60)
    assert sent(store) == ["hẹn chiều nay"]


def test_many_workers_send_each_row_once_and_in_order(open_another):
    stores = [open_another(), open_another()]
    for n in range(10):
        for peer in ("lan", "minh", "hoa"):
            say(stores[0], f"{peer} {n}", peer=peer)
    said = []

    def worker(store):
        for _ in range(200):
            row = store.outbox.claim([CHANNEL])
            if row is None:
                if len(said) == 30:
                    return
                continue
            said.append(row.message.text)
            store.outbox.record(row.id, Sent())

    side_by_side([lambda store=store: worker(store) for store in stores * 3], workers=6)
    assert sent(stores[0]) == []
    for peer in ("lan", "minh", "hoa"):
        assert [text for text in said if text.startswith(peer)] == [f"{peer} {n}" for n in range(10)]


def test_queueing_is_part_of_the_turn(store, clock):
    store.intake(message())
    who = store.conversation(CHANNEL, "bot", "lan")
    with pytest.raises(RuntimeError), store.open_turn() as turn:  # noqa: PT012
        turn.repositories.notices.queue(who, "c", NOTICE, clock.now())
        raise RuntimeError
    assert send(store) is None
