"""Who follows and who does not, what an officer writes: what of it counts as the citizen's turning to us, on both databases."""

from datetime import timedelta

import pytest

from bot.dialogue.messages import Incoming, Outgoing
from bot.notices.outbox import Blocked, OutsideWindow
from tests.store.acts import BOT, CHANNEL, citizen, everything_at_rest

NOT_OF_THE_CITIZEN = ("officer", "unfollow")


def happen(store, clock, kind, peer="lan", **more):
    store.intake(Incoming(CHANNEL, BOT, f"{kind}:{peer}:{clock.now().isoformat()}", peer, kind, "", clock.now(), **more))
    with store.open_turn() as turn:
        turn.commit({}, [])


def queue(store, clock, cause="c"):
    who = citizen(store)
    with store.writing() as repositories:
        repositories.notices.queue(who, cause, Outgoing(cause, kind="notice", once=True), clock.now())
    return store.outbox.claim([CHANNEL])


def test_the_row_says_who_unfollowed_until_they_follow_again(store, clock):
    row = queue(store, clock, "a")
    assert not row.unfollowed
    store.outbox.record(row.id, OutsideWindow())
    happen(store, clock, "unfollow")
    assert [each.unfollowed for each in store.outbox.to_call()] == [True]
    clock.move_to(clock.now() + timedelta(minutes=1))
    happen(store, clock, "follow")
    again = store.outbox.claim([CHANNEL])
    assert (again.message.text, again.unfollowed) == ("a", False), "followed again, what waited may be said"


def test_writing_does_not_make_a_follower_of_anybody(store, clock):
    happen(store, clock, "unfollow")
    happen(store, clock, "text")
    assert queue(store, clock).unfollowed


@pytest.mark.parametrize("kind", ["text", "choice", "photo", "voice", "sticker", "other", "details", "follow", *NOT_OF_THE_CITIZEN])
def test_only_the_citizens_own_acts_open_the_window_and_let_out_what_waited(store, clock, kind):
    citizen(store)
    begun = clock.now()
    row = queue(store, clock)
    store.outbox.record(row.id, OutsideWindow())
    clock.move_to(begun + timedelta(days=3))
    happen(store, clock, kind)
    opened = kind not in NOT_OF_THE_CITIZEN
    assert [each.heard_at for each in store.outbox.to_call()] == ([] if opened else [begun])
    assert (store.outbox.claim([CHANNEL]) is not None) == opened


@pytest.mark.parametrize("kind", ["follow", *NOT_OF_THE_CITIZEN])
def test_a_block_ends_by_following_and_not_by_what_others_do(store, clock, kind):
    row = queue(store, clock)
    store.outbox.record(row.id, Blocked())
    clock.move_to(clock.now() + timedelta(minutes=1))
    happen(store, clock, kind)
    later = queue(store, clock, "later")
    assert (later is not None) == (kind == "follow")


def test_a_form_is_kept_with_its_event_and_nowhere_in_clear(store, clock, database_url):
    details = {"name": "Nguyen Thi Bich Lan", "phone": "0912345678"}
    store.intake(Incoming(CHANNEL, BOT, "e", "lan", "details", "\n".join(details.values()), clock.now(), details=details))
    with store.open_turn() as turn:
        assert turn.event.incoming.details == details
        turn.commit({}, [])
    with store.reading() as repositories:
        told = repositories.privacy.held(store.conversation(CHANNEL, BOT, "lan"))
    assert details["name"] in str(told["message"])
    assert not [each for each in details.values() if each in everything_at_rest(database_url)]


def test_an_apology_reaches_who_wrote_after_a_long_time(store, clock):
    """Their turn failed, but they did write: the window is open."""
    citizen(store)
    clock.move_to(clock.now() + timedelta(days=30))
    store.intake(Incoming(CHANNEL, BOT, "e", "lan", "text", "xin chào", clock.now()))
    with store.open_turn() as turn:
        event = turn.event
    store.failed(event, Outgoing("xin lỗi"))
    assert store.outbox.claim([CHANNEL]).heard_at == clock.now()
