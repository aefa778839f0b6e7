"""Followers hear of each event once, on both databases: over repeated imports, kills and two workers; not at night, not when stopped."""

import asyncio
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from bot.bootstrap import NO_TOWN, Application, dossier_notices
from bot.calendar.reader import load_national_calendar
from bot.clock import aware
from bot.dialogue.messages import Outgoing
from bot.dossiers.model import Dossier
from bot.flows.dossier_notices import causes_of
from bot.notices.hours import QuietHours, Window
from bot.notices.outbox import Blocked, OutsideWindow, Sent, deliver_due
from bot.texts.reader import load_texts
from bot.works import Works
from tests.store.acts import CHANNEL, citizen, message, rows, say, sent, side_by_side

CODE = "H20.14-260302-0007"
CALENDAR, WORDS = load_national_calendar(), load_texts()
TOLD = frozenset(("status", "due_on", "settled_on", "supplement_by", "missing", "applicant"))


class Killed(Exception):
    pass


@pytest.fixture
def held(clock):
    return Dossier(
        CODE, "in_progress", clock.now(), received_on=date(2026, 3, 2), due_on=date(2026, 3, 6), applicant="Nguyễn Thị Bích Lan",
        reason="Ông Trần Văn Hai chưa ký",
    )


@pytest.fixture
def lan(store, held):
    """A citizen who follows the dossier."""
    who = citizen(store)
    with store.writing() as repositories:
        repositories.dossiers.update([held], TOLD)
        repositories.dossiers.follow(who, CODE)
    return who


def taken_over(store, clock, *dossiers, killed=False, town=NO_TOWN):
    """One batch of an import."""
    with store.writing() as repositories:
        changes = repositories.dossiers.update(dossiers, TOLD).changes
        followers = repositories.dossiers.followers([each.new.code for each in changes])
        queued = dossier_notices(town, WORDS, CALENDAR, clock, repositories).hear(changes, followers)
        if killed:
            raise Killed
    return queued


def tell_late(store, clock):
    with store.writing() as repositories:
        return dossier_notices(NO_TOWN, WORDS, CALENDAR, clock, repositories).tell_late()


def ready(held, clock):
    return replace(held, status="ready", as_of=clock.now(), settled_on=date(2026, 3, 4))


def test_an_event_is_told_once_however_often_it_is_imported(store, clock, lan, held):
    clock.move_to(clock.now() + timedelta(hours=1))
    assert taken_over(store, clock, ready(held, clock)) == 1
    for _ in range(3):
        clock.move_to(clock.now() + timedelta(hours=1))
        assert taken_over(store, clock, ready(held, clock)) == 0
    [text] = sent(store)
    assert f"Hồ sơ {CODE} đã có kết quả." in text
    # A flapping record: the same result, told of again, is no new event.
    clock.move_to(clock.now() + timedelta(hours=1))
    taken_over(store, clock, replace(held, as_of=clock.now()))
    clock.move_to(clock.now() + timedelta(hours=1))
    assert taken_over(store, clock, ready(held, clock)) == 0
    assert sent(store) == []


def test_a_kill_before_the_commit_undoes_the_change_with_the_notice_and_the_next_import_brings_both(store, open_another, clock, lan, held):
    clock.move_to(clock.now() + timedelta(hours=1))
    with pytest.raises(Killed):
        taken_over(store, clock, ready(held, clock), killed=True)
    assert sent(store) == []
    assert taken_over(open_another(), clock, ready(held, clock)) == 1
    assert len(sent(store)) == 1


def test_two_processes_that_import_the_same_file_tell_once(store, open_another, clock, lan, held):
    stores = [open_another() for _ in range(4)]
    clock.move_to(clock.now() + timedelta(hours=1))
    new = ready(held, clock)
    queued = side_by_side([lambda each=each: taken_over(each, clock, new) for each in stores], 4)
    assert sorted(queued) == [0, 0, 0, 1]
    assert len([text for each in side_by_side([lambda each=each: sent(each) for each in stores], 4) for text in each]) == 1


def test_two_workers_find_the_same_late_dossier_and_tell_once(store, open_another, clock, lan):
    clock.move_to(aware(datetime.combine(date(2026, 3, 10), time(8))))
    stores = [open_another() for _ in range(4)]
    queued = side_by_side([lambda each=each: tell_late(each, clock) for each in stores], 4)
    assert sorted(queued) == [0, 0, 0, 1]
    [text] = sent(store)
    assert "trễ hẹn so với giấy hẹn thứ Sáu 06/03/2026" in text
    clock.move_to(clock.now() + timedelta(days=1))
    assert tell_late(store, clock) == 0
    assert taken_over(store, clock, Dossier(CODE, "in_progress", clock.now(), due_on=date(2026, 3, 6), unit="Phòng Kinh tế")) == 0


def test_who_asked_to_be_told_when_it_was_late_already_is_not_told_that(store, clock, held):
    clock.move_to(aware(datetime(2026, 3, 10, 8)))
    who = citizen(store)
    with store.writing() as repositories:
        repositories.dossiers.update([held], TOLD)
        repositories.dossiers.follow(who, CODE)
    assert tell_late(store, clock) == 0


def test_a_late_notice_that_waits_for_the_morning_is_taken_back_when_the_result_comes(store, clock, lan, held):
    clock.move_to(aware(datetime(2026, 3, 10, 22)))
    assert tell_late(store, clock) == 1
    clock.move_to(clock.now() + timedelta(minutes=5))
    assert taken_over(store, clock, ready(held, clock)) == 1
    assert sent(store) == []
    clock.move_to(aware(datetime(2026, 3, 11, 7)))
    [text] = sent(store)
    assert "đã có kết quả" in text


def test_new_papers_are_told_again_only_with_a_new_last_day(store, clock, lan, held):
    first = replace(held, status="supplement", supplement_by=date(2026, 3, 9), missing=("Giấy khai sinh của Trần Văn Hai",))
    told = []
    for by in (date(2026, 3, 9), date(2026, 3, 9), date(2026, 3, 13)):
        clock.move_to(clock.now() + timedelta(hours=1))
        told.append(taken_over(store, clock, replace(first, as_of=clock.now(), supplement_by=by)))
    assert told == [1, 0, 1]
    for text in sent(store):
        assert "Giấy khai sinh của" in text
        assert "Trần" not in text


def test_stopped_nothing_more_is_said_and_what_waits_is_taken_back(store, clock, lan, held):
    clock.move_to(aware(datetime(2026, 3, 3, 22)))
    assert taken_over(store, clock, ready(held, clock)) == 1
    with store.writing() as repositories:
        assert repositories.dossiers.unfollow(lan, CODE) == 1
        assert repositories.notices.drop_all(lan, causes_of(CODE, repositories.dossiers)) == 1
    clock.move_to(clock.now() + timedelta(days=1))
    assert sent(store) == []
    supplement = replace(held, status="supplement", as_of=clock.now())
    assert taken_over(store, clock, supplement) == 0


def test_who_erased_their_data_or_blocked_us_is_told_nothing(store, clock, lan, held):
    say(store, "xin chào", peer="minh")
    minh = store.conversation(CHANNEL, "bot", "minh")
    with store.writing() as repositories:
        repositories.dossiers.follow(minh, CODE)
        repositories.privacy.erase(lan)
    row = store.outbox.claim([CHANNEL])
    store.outbox.record(row.id, Blocked())
    clock.move_to(clock.now() + timedelta(hours=1))
    taken_over(store, clock, ready(held, clock))
    assert sent(store) == []


def test_the_database_tells_nobody_which_dossier_is_followed(store, clock, lan, held, database_url):
    clock.move_to(clock.now() + timedelta(hours=1))
    taken_over(store, clock, ready(held, clock))
    [(cause,)] = rows(database_url, "SELECT cause FROM outbox WHERE kind = 'notice'")
    assert CODE not in cause


# -- windows and quiet hours ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("said", "due"), [
    ((2, 20, 59), (2, 20, 59)), ((2, 21, 0), (3, 7, 0)), ((2, 23, 59), (3, 7, 0)), ((3, 0, 0), (3, 7, 0)), ((3, 6, 59), (3, 7, 0)),
    ((3, 7, 0), (3, 7, 0)), ((3, 12, 0), (3, 12, 0)),
])
def test_what_falls_into_the_night_waits_for_the_morning(said, due):
    (day, hour, minute), (due_day, due_hour, due_minute) = said, due
    expected = aware(datetime(2026, 3, due_day, due_hour, due_minute))
    assert QuietHours().after(aware(datetime(2026, 3, day, hour, minute))) == expected


def test_quiet_hours_of_the_same_day_end_on_it():
    noon = QuietHours(time(11, 30), time(13))
    assert noon.after(aware(datetime(2026, 3, 2, 12))) == aware(datetime(2026, 3, 2, 13))
    assert noon.after(aware(datetime(2026, 3, 2, 14))) == aware(datetime(2026, 3, 2, 14))


@pytest.mark.parametrize(("night", "told"), [((time(21), time(7)), [1, 0, 0]), ((time(19, 30), time(6, 15)), [0, 0, 1])])
def test_notices_about_a_dossier_keep_the_offices_own_night(store, clock, lan, held, night, told):
    clock.move_to(aware(datetime(2026, 3, 2, 20)))
    taken_over(store, clock, ready(held, clock), town=replace(NO_TOWN, quiet=night))
    for moment, count in zip((clock.now(), datetime(2026, 3, 3, 6, 14, 59), datetime(2026, 3, 3, 6, 15)), told, strict=True):
        clock.move_to(aware(moment))
        assert len(sent(store)) == count


def test_a_notice_that_could_not_be_sent_by_day_is_not_sent_at_night(store, clock, lan, held, knowledge):
    """Due at eight in the evening, but nothing ran until half past ten; the answer to a citizen goes out at any hour."""
    clock.move_to(aware(datetime(2026, 3, 2, 20)))
    taken_over(store, clock, ready(held, clock))
    clock.move_to(aware(datetime(2026, 3, 2, 22, 30)))
    say(store, "dạ", peer="minh")
    wire = Wire()

    async def until(true):
        works = Works(Application(knowledge, NO_TOWN, store, clock), {CHANNEL: wire})
        works.start()
        async with asyncio.timeout(20):
            while not true():
                await asyncio.sleep(0.01)
        await works.stop()

    asyncio.run(until(lambda: wire.said and not store.status()["oldest_unsent_seconds"]))
    assert wire.said == ["dạ"]
    clock.move_to(aware(datetime(2026, 3, 3, 6, 59, 59)))
    assert store.outbox.claim([CHANNEL]) is None
    clock.move_to(aware(datetime(2026, 3, 3, 7)))
    asyncio.run(until(lambda: len(wire.said) == 2))
    assert "đã có kết quả" in wire.said[1]


class Wire:
    """With a *clock*, one whose platform lets us write for 48 hours."""

    def __init__(self, clock=None):
        self.said, self.clock = [], clock

    async def send(self, row):
        window = Window(free=timedelta(hours=48), billed=timedelta(hours=48))
        if self.clock is not None and window.standing(row.heard_at, self.clock.now()) != "free":
            return OutsideWindow()
        self.said.append(row.message.text)
        return Sent()


def test_outside_the_window_a_notice_waits_is_listed_for_a_call_and_goes_out_when_the_citizen_writes(store, clock, lan, held):
    wire = Wire(clock)
    door = {CHANNEL: wire}
    clock.move_to(clock.now() + timedelta(hours=49))
    taken_over(store, clock, ready(held, clock))
    asyncio.run(deliver_due(store.outbox, door))
    assert wire.said == []
    [row] = store.outbox.to_call()
    assert CODE in row.message.text
    asyncio.run(deliver_due(store.outbox, door))
    assert len(store.outbox.to_call()) == 1
    store.intake(message("xin chào"))
    with store.open_turn() as turn:
        turn.commit({}, [Outgoing("dạ")])
    asyncio.run(deliver_due(store.outbox, door))
    assert sorted(each[:5] for each in wire.said) == ["Hồ sơ", "dạ"]
    assert store.outbox.to_call() == []


def test_told_by_phone_it_is_not_sent_any_more(store, clock, lan, held):
    clock.move_to(clock.now() + timedelta(hours=1))
    taken_over(store, clock, ready(held, clock))
    row = store.outbox.claim([CHANNEL])
    store.outbox.record(row.id, OutsideWindow())
    assert store.outbox.called(row.id)
    assert not store.outbox.called(row.id)
    say(store, "dạ")
    assert sent(store) == ["dạ"]
