"""What is held is shown; what is erased or past its time is gone, in the tables and in the file."""

from datetime import timedelta

import pytest

from bot.dialogue.messages import Outgoing
from bot.feedback.model import Complaint
from bot.notices.outbox import Unknown
from bot.privacy.model import KEEP
from bot.store.personal import GUESSES_ARE_REMEMBERED
from bot.store.tables import metadata
from tests.store.acts import CHANNEL, everything_at_rest, message, rows, say, send, sent, start
from tests.store.seeds import CODE, NAME, PERSONAL, PHONE, WORDS, seed


def held(store, who):
    with store.reading() as repositories:
        return repositories.privacy.held(who)


def erase(store, who):
    with store.writing() as repositories:
        return repositories.privacy.erase(who)


def later(clock, **how_much):
    clock.move_to(clock.now() + timedelta(**how_much))


def test_everything_held_is_shown_in_plain_words(store, clock):
    shown = held(store, seed(store, clock))
    assert set(shown) == {
        "appointment", "call_back", "complaint", "rating", "follow", "wrong_try", "readiness", "consent",
        "data_request", "post", "post_address", "message", "conversation",
    }
    assert shown["appointment"][0] == {
        "office": "dong-da", "start": "02/03/2026 09:00", "procedure": "1.001191", "state": "confirmed",
        "ticket": "H00000A", "name": NAME,
    }
    assert shown["call_back"][0]["phone"] == PHONE
    assert shown["follow"][0]["code"] == CODE
    assert {key: shown["post"][0][key] for key in ("dossier", "phone", "address", "relief", "happened")} == {
        "dossier": CODE, "phone": PHONE, "address": f"{WORDS}, Xã Mẫu, Tỉnh Mẫu", "relief": "poor",
        "happened": f"02/03/2026 handed_over; 02/03/2026 delivered {NAME}",
    }
    assert shown["post_address"] == [
        {"name": NAME, "phone": PHONE, "other": NAME, "address": f"{WORDS}, Xã Mẫu, Tỉnh Mẫu", "used_at": "02/03/2026 08:00"},
    ]
    assert [line["text"] for line in shown["message"]] == [
        f"{NAME} {PHONE} {WORDS}", f"{NAME} {WORDS}", f"Chào {NAME}, {PHONE}", WORDS,
    ]
    assert all(isinstance(value, str) for records in shown.values() for record in records for value in record.values())


def test_nothing_is_held_about_a_stranger(store):
    assert held(store, 4711) == {}


def test_erasing_counts_by_kind_and_leaves_what_must_stay(store, clock):
    who = seed(store, clock)
    sent(store)
    later(clock, hours=2)
    counts = erase(store, who)
    assert counts["appointment"] == 3
    assert [counts[kind] for kind in ("complaint", "call_back", "readiness", "follow", "rating", "post", "post_address")] == [1] * 7
    left = held(store, who)
    assert set(left) == {"appointment", "conversation", "data_request", "wrong_try"}
    assert left["appointment"] == [{
        "office": "dong-da", "start": "04/03/2026 08:00", "procedure": "1.0011948", "state": "confirmed",
        "ticket": "H00001B",
    }]
    with store.reading() as repositories:
        nobodys = Complaint("P00000A", None, WORDS, clock.now() - timedelta(hours=2))
        assert repositories.feedback.complaints() == [nobodys]
        assert not repositories.privacy.told(who, "appointment")
    assert erase(store, who) == {}


def test_erasing_takes_back_notices_but_lets_replies_out_first(store, clock):
    who = seed(store, clock)
    row = store.outbox.claim([CHANNEL])
    erase(store, who)
    assert row.message.text == f"Chào {NAME}, {PHONE}"
    store.outbox.record(row.id, Unknown())
    assert sent(store) == [f"Chào {NAME}, {PHONE}", WORDS]
    assert "message" not in held(store, who)
    later(clock, hours=31)
    assert sent(store) == []


def test_refused_lookups_of_the_last_day_survive_erasing(store, clock):
    who = seed(store, clock)
    erase(store, who)
    with store.reading() as repositories:
        assert repositories.dossiers.wrong_tries(who, CODE, clock.now()) == (1, 1)
    clock.move_to(clock.now() + GUESSES_ARE_REMEMBERED + timedelta(seconds=1))
    assert erase(store, who)["wrong_try"] == 1


def test_erasing_inside_a_turn_lets_the_turn_end_well(store, clock):
    who = seed(store, clock)
    sent(store)
    store.intake(message("xóa hết dữ liệu của tôi"))
    store.intake(message("còn gì không?"))
    with store.open_turn() as turn:
        turn.repositories.privacy.erase(who)
        turn.commit({"flow": "my_data"}, [Outgoing("đã xóa")])
    assert sent(store) == ["đã xóa"]
    with store.open_turn() as turn:  # what the citizen wrote meanwhile is still answered
        assert turn.state == {"flow": "my_data"}
        assert turn.event.incoming.text == "còn gì không?"
        assert [line["text"] for line in turn.repositories.privacy.held(who)["message"]] == ["còn gì không?", "đã xóa"]


def test_a_question_missed_is_nobodys(store, clock, database_url):
    """It stands beside no id, no hour and no channel; so erasing finds nothing to erase, and nothing of it is shown as theirs."""
    who = seed(store, clock)
    (miss,) = rows(database_url, "SELECT * FROM misses")
    assert len(miss) == 4
    assert str(who) not in [str(value) for value in miss]
    assert "miss" not in held(store, who)
    erase(store, who)
    assert rows(database_url, "SELECT * FROM misses") == [miss]


def test_a_missed_question_goes_when_its_whole_day_is_past(store, clock, database_url):
    """Kept by the day, so it must not go an hour early, nor stay longer than a day too long."""
    seed(store, clock)
    later(clock, seconds=KEEP["miss"].total_seconds() + 8 * 3600)
    store.retention.run()
    assert rows(database_url, "SELECT count(*) FROM misses") == [(1,)]
    later(clock, hours=16)
    store.retention.run()
    assert rows(database_url, "SELECT count(*) FROM misses") == [(0,)]


def test_erasing_one_citizen_leaves_the_others(store, clock):
    who = seed(store, clock)
    say(store, "chào Minh", peer="minh")
    other = store.conversation(CHANNEL, "bot", "minh")
    before = held(store, other)
    erase(store, who)
    assert held(store, other) == before


@pytest.mark.parametrize(("kind", "table"), [
    ("appointment", "bookings"), ("complaint", "complaints"), ("readiness", "readiness"), ("wrong_try", "wrong_tries"),
    ("rating", "ratings"), ("post", "postal_orders"), ("post_address", "postal_addresses"), ("inbox_keys", "inbox"), ("outbox", "outbox"),
])
def test_each_kind_goes_when_its_time_is_over_and_not_before(store, clock, database_url, kind, table):
    seed(store, clock)
    sent(store)
    last = clock.now() + (timedelta(hours=49) if table in ("bookings", "outbox") else timedelta())
    clock.move_to(max(clock.now(), clock.now() + KEEP[kind] - timedelta(seconds=1)))
    store.retention.run()
    kept = rows(database_url, f"SELECT count(*) FROM {table}")[0][0]  # noqa: S608
    clock.move_to(last + KEEP[kind] + timedelta(seconds=2))
    sent(store)
    store.retention.run()
    assert kept > 0
    assert rows(database_url, f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608


def test_messages_are_emptied_after_a_week_while_their_keys_still_refuse_duplicates(store, clock):
    store.intake(message("xin chào", event_id="e"))
    with store.open_turn() as turn:
        turn.commit({}, [])
    who = store.conversation(CHANNEL, "bot", "lan")
    later(clock, days=7, seconds=1)
    assert store.retention.run() == {"inbox": 1}
    assert "message" not in held(store, who)
    assert not store.intake(message(event_id="e"))
    assert store.retention.run() == {}


def test_what_is_still_to_be_answered_or_said_is_not_forgotten(store, clock):
    who = seed(store, clock)
    sent(store)
    with store.writing() as repositories:
        notice = Outgoing("hẹn năm sau", kind="notice")
        repositories.notices.queue(who, "far", notice, clock.now() + timedelta(days=300))
    later(clock, days=100)
    store.intake(message("tôi đây", peer="minh"))
    later(clock, days=8)
    store.retention.run()
    with store.open_turn() as turn:
        assert turn.event.incoming.text == "tôi đây"
    later(clock, days=200)
    assert "hẹn năm sau" in sent(store)


def test_a_call_back_waits_however_long_and_goes_after_it_is_done(store, clock):
    seed(store, clock)
    later(clock, days=400)
    store.retention.run()
    with store.writing() as repositories:
        (waiting,) = repositories.feedback.waiting()
        repositories.feedback.done(waiting.id)
    later(clock, days=91)
    assert store.retention.run()["call_back"] == 1


def test_after_all_times_are_over_nothing_personal_is_left(store, clock, database_url):
    who = seed(store, clock, peer="peer-of-lan")
    sent(store)
    with store.writing() as repositories:
        repositories.feedback.done(repositories.feedback.waiting()[0].id)
    assert "peer-of-lan" in everything_at_rest(database_url)
    later(clock, days=91)
    store.retention.run()
    assert store.conversation(CHANNEL, "bot", "peer-of-lan") == who  # the complaint still needs it
    later(clock, days=700)
    sent(store)
    store.retention.run()
    assert store.conversation(CHANNEL, "bot", "peer-of-lan") is None
    at_rest = everything_at_rest(database_url)
    assert not [words for words in ("peer-of-lan", *PERSONAL) if words in at_rest]
    stays = {"guidance_log", "dossiers", "key_check"}
    for table in metadata.tables.keys() - stays:
        assert rows(database_url, f"SELECT count(*) FROM {table}") == [(0,)], table  # noqa: S608


def test_nothing_personal_is_readable_on_the_disk(store, clock, database_url):
    seed(store, clock)
    at_rest = everything_at_rest(database_url)
    assert "H00001B" in at_rest  # so we do look at the right thing
    assert not [words for words in (*PERSONAL, "5678", "EB123456785VN") if words in at_rest.replace(start(clock).at.isoformat(), "")]
    assert rows(database_url, "SELECT code_hash FROM follows")[0][0] != CODE
    assert send(store) == f"Chào {NAME}, {PHONE}"
