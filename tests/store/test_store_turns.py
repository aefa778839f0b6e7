"""Intake and turns: nothing twice, nothing lost, in order, whoever works and whenever they die."""

import threading
import time

import pytest

from bot.dialogue.messages import Choice, File, Incoming, Outgoing
from bot.dialogue.turns import MOST_ATTEMPTS, Turns
from tests.store.acts import BOT, CHANNEL, citizen, message, only_postgres, only_sqlite, say, sent, side_by_side


def turns_of(store, step, boundary=lambda _: None):
    return Turns(store, step, lambda: Outgoing("xin lỗi"), boundary)


def counting(event, state, repositories):
    n = (state or {}).get("n", 0) + 1
    return {"n": n}, [Outgoing(str(n))]


def work_off(turns):
    while turns.take_one():
        pass


def test_an_event_comes_back_as_it_was_stored(store):
    event = Incoming(CHANNEL, "b", "1", "lan", "photo", "ảnh của tôi", message().sent_at, photo="file-7")
    assert store.intake(event)
    with store.open_turn() as turn:
        assert turn.event.incoming == event
        assert turn.event.attempts == 0
        assert turn.state is None


def test_a_duplicate_changes_nothing(store, database_url):
    assert store.intake(message("một", event_id="e"))
    assert not store.intake(message("hai", event_id="e"))
    assert not store.intake(message("ba", event_id="e", peer="somebody else"))
    assert store.conversation(CHANNEL, "bot", "somebody else") is None
    with store.open_turn() as turn:
        assert turn.event.incoming.text == "một"
        turn.commit({}, [])
    assert not store.intake(message("bốn", event_id="e"))
    with store.open_turn() as turn:
        assert turn is None


def test_the_same_event_delivered_at_once_by_many_is_stored_once(open_another):
    stores = [open_another() for _ in range(3)]
    new = side_by_side([lambda at=n: stores[at % 3].intake(message(event_id="e")) for n in range(30)], workers=10)
    assert sum(new) == 1


def test_events_that_came_together_are_stored_in_their_order(store):
    said = [("a", "một"), ("b", "hai"), ("a", "ba"), ("c", "bốn"), ("a", "năm")]
    assert store.intake_all([message(text, peer=peer) for peer, text in said]) == [True] * 5
    work_off(turns_of(store, lambda event, state, _: ({}, [Outgoing(f"{event.incoming.peer} {event.incoming.text}")])))
    heard = sent(store)
    assert sorted(heard) == sorted(f"{peer} {text}" for peer, text in said)
    assert [text for text in heard if text.startswith("a")] == ["a một", "a ba", "a năm"]


def test_a_duplicate_among_events_that_came_together_stops_none_of_them(store):
    store.intake(message(event_id="e"))
    together = [message(event_id="f"), message(event_id="e", peer="stranger"), message(event_id="g")]
    assert store.intake_all(together) == [True, False, True]
    assert store.intake_all([message(event_id="h"), message(event_id="h")]) == [True, False]
    assert store.conversation(CHANNEL, BOT, "stranger") is None


def test_processes_that_store_the_same_events_crosswise_store_each_once(open_another):
    stores = [open_another(), open_another()]
    events = [message(event_id=f"e{n}", peer=f"p{n}") for n in range(20)]
    new = side_by_side([lambda at=n: sum(stores[at % 2].intake_all(events[::-1] if at % 2 else events)) for n in range(8)], workers=8)
    assert sum(new) == len(events)


def test_events_of_other_channels_and_bots_are_others(store):
    assert store.intake(message(event_id="e"))
    assert store.intake(message(event_id="e", channel="zalo"))


def test_state_and_messages_survive_the_turn(store, open_another):
    message_back = Outgoing(
        "Chọn một", (Choice("Khai sinh", "a1"),), "nguồn", "gõ số", (File("a.pdf", "application/pdf", "/x"),), "reply",
        "1.001193", "fee", "find", "answer", once=True,
    )
    store.intake(message())
    with store.open_turn() as turn:
        turn.commit({"flow": "đặt lịch", "answers": [1, None]}, [message_back])
    store.intake(message())
    with open_another().open_turn() as turn:
        assert turn.state == {"flow": "đặt lịch", "answers": [1, None]}
    assert store.outbox.claim([CHANNEL]).message == message_back


def test_200_concurrent_changes_lose_nothing(open_another):
    stores = [open_another(), open_another()]
    side_by_side([lambda at=n: stores[at % 2].intake(message()) for n in range(200)], workers=8)
    side_by_side([lambda at=n: work_off(turns_of(stores[at % 2], counting)) for n in range(8)], workers=8)
    assert sent(stores[0]) == [str(n) for n in range(1, 201)]


def test_two_workers_keep_the_order_inside_each_conversation(open_another):
    workers = [open_another(), open_another()]
    for n in range(60):
        workers[0].intake(message(str(n), peer=f"p{n % 3}"))

    def repeat(event, state, repositories):
        time.sleep(0.002)
        return {"said": [*(state or {"said": []})["said"], int(event.incoming.text)]}, []

    side_by_side([lambda store=store: work_off(turns_of(store, repeat)) for store in workers * 2], workers=4)
    for n in range(3):
        workers[0].intake(message(peer=f"p{n}"))
        with workers[0].open_turn() as turn:
            assert turn.state["said"] == list(range(n, 60, 3))
            turn.commit({}, [])


@only_postgres
def test_conversations_run_side_by_side_and_each_has_one_holder(open_another):
    """SQLite has one writer: there, turns follow one another."""
    store, other = open_another(), open_another()
    for text in ("1", "2"):
        store.intake(message(text, peer="lan"))
    store.intake(message("3", peer="minh"))
    with store.open_turn() as first, other.open_turn() as second, other.open_turn() as third:
        assert first.event.incoming.text == "1"
        assert second.event.incoming.text == "3"
        assert third is None
        assert other.intake(message("4", peer="lan"))  # whoever is spoken with may write on
        second.commit({}, [])
        first.commit({}, [])
    with other.open_turn() as turn:
        assert turn.event.incoming.text == "2"


@only_sqlite
def test_nothing_to_do_takes_no_lock(open_another):
    """Otherwise every idle worker would hold up those who store events; PostgreSQL locks rows, not the database."""
    store, other = open_another(), open_another()
    citizen(store)
    with store.writing():
        began = time.monotonic()
        with other.open_turn() as turn:
            assert turn is None
        assert other.outbox.claim([CHANNEL]) is None
        assert time.monotonic() - began < 1


@pytest.mark.parametrize("failure", [KeyboardInterrupt, SystemExit, RuntimeError])
def test_a_turn_left_without_commit_never_was(store, open_another, failure):
    store.intake(message())
    who = store.conversation(CHANNEL, "bot", "lan")
    with pytest.raises(failure), store.open_turn() as turn:  # noqa: PT012
        turn.repositories.feedback.ask_call_back(who, "asked", None, "Lan", "0912345678", None, None)
        turn.repositories.notices.queue(who, "c", Outgoing("x", kind="notice"), message().sent_at)
        raise failure
    other = open_another()
    with other.reading() as repositories:
        assert repositories.feedback.waiting() == []
    assert sent(other) == []
    with other.open_turn() as turn:
        assert turn.event.attempts == 0
        assert turn.state is None


class Killed(BaseException):
    """A process that ends at this point."""


@pytest.mark.parametrize(("point", "intakes", "answers"), [
    ("after_intake", 1, ["1"]), ("before_commit", 1, ["1"]), ("after_commit", 0, ["1"]),
])
def test_a_kill_at_any_boundary_leaves_one_answer(open_another, point, intakes, answers):
    def boundary(reached):
        if reached == point:
            raise Killed

    turns = turns_of(open_another(), counting, boundary)
    with pytest.raises(Killed):  # noqa: PT012
        turns.accept_all([message(event_id="e")])
        turns.take_one()
    after = open_another()
    assert not after.intake(message(event_id="e"))  # the wire delivers it again
    again = turns_of(after, counting)
    assert again.take_one() == bool(intakes)
    assert not again.take_one()
    assert sent(after) == answers


def test_three_failures_are_answered_with_an_apology_and_the_next_event_goes_on(store):
    def fails_on_bad(event, state, repositories):
        if event.incoming.text == "bad":
            repositories.feedback.ask_call_back(event.conversation, "asked", None, None, "0912345678", None, None)
            raise RuntimeError("no")
        return counting(event, state, repositories)

    store.intake(message("bad"))
    store.intake(message("good"))
    turns = turns_of(store, fails_on_bad)
    for attempt in range(MOST_ATTEMPTS):
        with store.open_turn() as turn:
            assert (turn.event.incoming.text, turn.event.attempts) == ("bad", attempt)
        assert turns.take_one()
    assert store.status()["dead_turns"] == 1
    work_off(turns)
    assert sent(store) == ["xin lỗi", "1"]
    with store.reading() as repositories:
        assert repositories.feedback.waiting() == []


def test_a_failure_counted_after_the_commit_changes_nothing(store):
    """The answer to a commit can get lost on the way back: what is done stays done, and is not apologised for."""
    store.intake(message())
    with store.open_turn() as turn:
        event = turn.event
        turn.commit({}, [Outgoing("đây ạ")])
    store.failed(event, Outgoing("xin lỗi"))
    assert store.status()["dead_turns"] == 0
    assert sent(store) == ["đây ạ"]


def test_readers_are_not_held_up_by_a_turn(store):
    who = citizen(store)
    store.intake(message())
    with store.open_turn() as turn:
        turn.repositories.privacy.tell(who, "appointment")
        with store.reading() as repositories:
            assert not repositories.privacy.told(who, "appointment")
        turn.commit({}, [])
    with store.reading() as repositories:
        assert repositories.privacy.told(who, "appointment")


def test_reading_refuses_to_write(store):
    who = citizen(store)
    with pytest.raises(Exception, match="read"), store.reading() as repositories:  # each driver has its own
        repositories.privacy.tell(who, "appointment")
    with store.writing() as repositories:  # the same connection writes again
        repositories.privacy.tell(who, "appointment")


def test_status_tells_how_far_behind_the_bot_is(store, clock):
    assert store.status() == {
        "oldest_unanswered_seconds": 0, "oldest_unsent_seconds": 0, "dead_turns": 0, "unknown_sends": 0,
        "waiting_call_backs": 0,
    }
    say(store, "a")
    store.intake(message())
    clock.move_to(clock.now().replace(minute=5))
    status = store.status()
    assert status["oldest_unanswered_seconds"] == 300
    assert status["oldest_unsent_seconds"] == 300


def test_many_threads_on_one_store_wait_for_their_turn(store):
    """More threads than connections: they queue, nobody is turned away."""
    barrier = threading.Barrier(60)

    def write(n):
        barrier.wait()
        return store.intake(message(peer=f"p{n}"))

    assert all(side_by_side([lambda n=n: write(n) for n in range(60)], workers=60))
