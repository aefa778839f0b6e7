"""What was said, as a page reads it again: in order, by places that only grow, and only one's own."""

from datetime import timedelta

from bot.dialogue.messages import Choice, Incoming, Outgoing
from bot.notices.history import Cursor, Heard, Told
from bot.notices.outbox import LEASE, NotSent, Sent
from tests.store.acts import BOT, CHANNEL, citizen, message, send

LAN = (CHANNEL, BOT, "lan")


def hear(store, text, kind="text", peer="lan"):
    said = message(text, peer)
    store.intake(Incoming(said.channel, said.bot, said.event_id, said.peer, kind, said.text, said.sent_at))


def answer(store, *said):
    with store.open_turn() as turn:
        turn.commit({}, [each if isinstance(each, Outgoing) else Outgoing(each) for each in said])


def read(store, after=None):
    return store.outbox.history.read(LAN, after)


def words(history):
    return [each.text if isinstance(each, Heard) else each.message.text for each in history.entries]


def queue(store, cause, text, due_at):
    who = citizen(store)
    with store.writing() as repositories:
        assert repositories.notices.queue(who, cause, Outgoing(text, kind="notice"), due_at)


def test_an_answer_stands_after_what_it_answers(store):
    hear(store, "a")
    hear(store, "b")
    answer(store, "A1", "A2")
    answer(store, "B")
    while send(store):
        pass
    assert words(read(store)) == ["a", "A1", "A2", "b", "B"]
    first = read(store).entries[0]
    assert (type(first), first.kind) == (Heard, "text")


def test_a_row_is_there_as_soon_as_it_is_claimed_and_keeps_its_place(store, clock):
    hear(store, "a")
    answer(store, "A")
    assert words(read(store)) == ["a"]
    row = store.outbox.claim([CHANNEL])
    first = read(store)
    assert words(first) == ["a", "A"]
    store.outbox.record(row.id, NotSent(clock.now()))
    again = store.outbox.claim([CHANNEL])
    store.outbox.record(again.id, Sent())
    assert read(store, first.cursor).entries == ()
    assert read(store).cursor == first.cursor


def test_a_row_whose_sender_died_is_not_lost(store, clock):
    hear(store, "a")
    answer(store, Outgoing("vé", once=True))
    store.outbox.claim([CHANNEL])
    clock.move_to(clock.now() + 2 * LEASE)
    assert store.outbox.claim([CHANNEL]) is None
    assert words(read(store)) == ["a", "vé"]


def test_a_reminder_queued_long_ago_comes_after_what_was_said_since(store, clock):
    due = clock.now() + timedelta(days=1)
    queue(store, "reminder", "nhắc", due)
    hear(store, "a")
    answer(store, "A")
    send(store)
    seen = read(store)
    clock.move_to(due)
    send(store)
    assert words(read(store, seen.cursor)) == ["nhắc"]
    assert words(read(store))[-3:] == ["a", "A", "nhắc"]
    assert isinstance(read(store).entries[-1], Told)
    assert read(store).entries[-1].at == due


def test_a_pressed_choice_is_told_by_its_label(store):
    hear(store, "a")
    answer(store, Outgoing("A", choices=(Choice("Một", "c1.1"), Choice("Hai", "c1.2"))))
    send(store)
    seen = read(store)
    hear(store, "c1.2", kind="choice")
    hear(store, "c9.9", kind="choice")
    assert words(read(store))[-2:] == ["Hai", ""]
    assert words(read(store, seen.cursor)) == ["Hai", ""]


def test_what_is_erased_is_not_shown(store):
    hear(store, "a")
    answer(store, "A")
    send(store)
    row = read(store).entries[-1].row
    assert store.outbox.history.told(LAN, row).message.text == "A"
    with store.writing() as repositories:
        repositories.privacy.erase(store.conversation(*LAN))
    assert read(store).entries == ()
    assert store.outbox.history.told(LAN, row) is None


def test_nobody_reads_anothers(store):
    hear(store, "a")
    answer(store, "A")
    send(store)
    row = read(store).entries[-1].row
    hear(store, "x", peer="minh")
    assert store.outbox.history.told((CHANNEL, BOT, "minh"), row) is None
    assert store.outbox.history.read((CHANNEL, BOT, "nobody")).entries == ()
    assert words(store.outbox.history.read((CHANNEL, BOT, "minh"))) == ["x"]


def test_places_are_counted_for_each_conversation(store):
    for peer in ("lan", "minh", "lan"):
        hear(store, "a", peer=peer)
        answer(store, "A")
        send(store)
    assert read(store).cursor.place == 2
    assert store.outbox.history.read((CHANNEL, BOT, "minh")).cursor.place == 1


def test_an_answer_is_waited_for_until_it_is_out(store, clock):
    history = store.outbox.history
    assert not history.waiting(LAN)
    hear(store, "a")
    assert history.waiting(LAN)
    answer(store, "A", "B")
    assert history.waiting(LAN)
    send(store)
    assert history.waiting(LAN)
    send(store)
    assert not history.waiting(LAN)
    queue(store, "reminder", "nhắc", clock.now() + timedelta(days=1))
    assert not history.waiting(LAN)


def test_how_many_came_lately(store, clock):
    hear(store, "a")
    before = clock.now()
    clock.move_to(before + timedelta(minutes=2))
    hear(store, "b")
    hear(store, "c")
    hear(store, "d", peer="minh")
    assert store.outbox.history.heard_since(LAN, clock.now() - timedelta(minutes=1)) == 2
    assert store.outbox.history.heard_since((CHANNEL, BOT, "nobody"), before) == 0


def test_only_the_latest_part_is_shown(store):
    for number in range(70):
        hear(store, f"a{number}")
        answer(store, f"A{number}")
        send(store)
    shown = words(read(store))
    assert shown[:2] == ["a10", "A10"]
    assert shown[-1] == "A69"
    assert len(shown) == 120
    assert words(read(store, Cursor(69, 69)))[-1] == "A69"


def test_the_cursor_tells_that_something_was_emptied(store):
    """A message forgotten before it went out was never read by anybody."""
    for said in ("a", "b"):
        hear(store, said)
        answer(store, said.upper())
    while send(store):
        pass
    before = read(store).cursor
    assert before.forgotten == 0
    who = citizen(store)
    with store.writing() as repositories:
        repositories.privacy.erase(who)
    after = read(store, before)
    assert after.entries == ()
    assert after.cursor.forgotten == before.place
    hear(store, "c")
    answer(store, "C")
    while send(store):
        pass
    again = read(store, after.cursor)
    assert words(again) == ["c", "C"]
    assert again.cursor.forgotten == before.place


def test_one_message_is_found_by_its_number_on_its_channel_while_it_is_there(store):
    """What a signed link leads to: from the moment it goes out until it is forgotten."""
    hear(store, "a")
    answer(store, "A")
    find = store.outbox.history.message
    assert [find(CHANNEL, number) for number in range(1, 5)] == [None] * 4, "it waits still"
    row = store.outbox.claim([CHANNEL]).id
    assert find(CHANNEL, row).text == "A"
    assert find("another channel", row) is None
    assert find(CHANNEL, row + 1) is None
    store.outbox.record(row, Sent())
    assert find(CHANNEL, row).text == "A"
    who = citizen(store)
    with store.writing() as repositories:
        repositories.privacy.erase(who)
    assert find(CHANNEL, row) is None
