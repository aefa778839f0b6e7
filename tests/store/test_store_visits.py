"""Check-ins, who was sent home, days on which nobody is received, and dossiers whose time runs; on both databases."""

import threading
from datetime import date, timedelta

import pytest

from bot.appointments.model import EVERY_COUNTER, EVERY_SEAT, HOLD_FOR, Closure
from bot.appointments.rules import day_bounds
from bot.clock import local
from bot.dossiers.model import Dossier
from bot.readiness.model import Readiness
from bot.visits.model import SentHome
from tests.store.acts import citizen, everything_at_rest, hold, only_postgres, rows, side_by_side, start

WORDS = "doi them giay xac nhan cua ap"


@pytest.fixture
def today(clock):
    return local(clock.now()).date()


def book(store, clock, at, peer="lan", ticket="H00000A", procedure="1.001193"):
    held = hold(store, clock, at, peer, procedure)
    with store.writing() as repositories:
        return repositories.appointments.confirm(held.id, "Nguyễn Thị Mẫu", ticket)


def sent_home(today, **more):
    known = {"visit": "", "day": today, "procedure": "1.001193", "case": None, "catalogue_version": "v1"}
    return SentHome(**known | {"reason": "paper", "complete": True} | more)


# -- check-in -------------------------------------------------------------------------------------------------------------


def test_a_check_in_is_kept_once_a_day_and_the_last_word_counts(store, today):
    with store.writing() as repositories:
        assert repositories.visits.check_in("H00000A", today, "came") is None
        assert repositories.visits.check_in("H00000A", today, "served") == "came"
        assert repositories.visits.check_in("H00000A", today + timedelta(days=1), "came") is None
    with store.reading() as repositories:
        assert repositories.visits.check_ins(today) == {"H00000A": "served"}


def test_a_visit_that_was_kept_stays_in_the_days_list_and_a_cancelled_one_cannot_be_kept(store, clock):
    kept, gone = book(store, clock, start(clock)), book(store, clock, start(clock, 25), "minh", "H00001B")
    with store.writing() as repositories:
        appointments = repositories.appointments
        assert appointments.by_ticket("H00000A").id == kept.id
        assert appointments.by_ticket("H00009Z") is None
        appointments.cancel(gone.id)
        assert not appointments.settle(gone.id, came=True)
        assert appointments.settle(kept.id, came=False)
        assert appointments.settle(kept.id, came=True)
        day = local(kept.start.at).date()
        assert [(each.id, each.state) for each in appointments.day("dong-da", *day_bounds(day, day))] == [(kept.id, "came")]


def test_the_newest_check_of_each_citizen_and_procedure_is_found(store, clock):
    lan, minh = citizen(store, "lan"), citizen(store, "minh")
    with store.writing() as repositories:
        for number, (who, ticked) in enumerate([(lan, (1,)), (lan, (1, 2)), (minh, ())]):
            at = clock.now() + timedelta(minutes=number)
            repositories.readiness.keep(Readiness(f"G0000{number}A", who, "1.001193", None, ticked, "v1", at))
        found = repositories.readiness.latest({lan, minh})
        assert {key: check.ticked for key, check in found.items()} == {(lan, "1.001193"): (1, 2), (minh, "1.001193"): ()}
        assert repositories.readiness.latest(set()) == {}


def test_who_was_sent_home_is_kept_without_the_person(store, today, database_url):
    with store.writing() as repositories:
        assert repositories.visits.send_home("H00000A", sent_home(today, words=WORDS))
        assert not repositories.visits.send_home("H00000A", sent_home(today, reason="fee"))
        assert repositories.visits.send_home("H00000A", sent_home(today + timedelta(days=1), words=WORDS))
        kept = repositories.visits.sent_home()
        assert [(each.day, each.reason, each.words) for each in kept] == [
            (today + timedelta(days=1), "paper", WORDS), (today, "fee", None),
        ]
        assert repositories.visits.sent_home(today + timedelta(days=1)) == kept[:1]
    assert "H00000A" not in str(rows(database_url, "SELECT * FROM sent_home"))
    assert WORDS not in everything_at_rest(database_url)


@pytest.mark.parametrize(("complete", "reason", "counts"), [
    (True, "paper", True), (True, "other", True), (False, "paper", False), (True, "system", False),
])
def test_what_counts_against_the_catalogue(complete, reason, counts):
    assert sent_home(date(2026, 3, 2), complete=complete, reason=reason).counts is counts


# -- closures -------------------------------------------------------------------------------------------------------------


def closure(clock, counter=EVERY_COUNTER, days=1):
    day = local(clock.now()).date() + timedelta(days=1)
    return Closure("dong-da", counter, day, day + timedelta(days=days - 1), "cúp điện")


def close(store, what):
    with store.writing() as repositories:
        return repositories.appointments.close(what)


def test_closing_cancels_what_is_booked_and_lets_nobody_book_anew(store, clock):
    booked, elsewhere = book(store, clock, start(clock)), book(store, clock, start(clock, office="ba-dinh"), "minh", "H00001B")
    held = hold(store, clock, start(clock, 25), "tam")
    later = book(store, clock, start(clock, 48), "binh", "H00002C")
    cancelled = close(store, closure(clock))
    assert [(each.id, each.ticket, each.state) for each in cancelled] == [(booked.id, "H00000A", "confirmed")]
    with store.reading() as repositories:
        states = {each.id: repositories.appointments.get(each.id).state for each in (booked, elsewhere, held, later)}
    assert states == {booked.id: "cancelled", elsewhere.id: "confirmed", held.id: "cancelled", later.id: "confirmed"}
    assert hold(store, clock, start(clock, 26), "hoa") is None
    assert hold(store, clock, start(clock, 26, office="ba-dinh"), "hoa") is not None
    with store.writing() as repositories:
        assert repositories.appointments.confirm(held.id, "Mẫu", "H00003D") is None


def test_a_closed_day_is_among_what_is_taken(store, clock):
    what = closure(clock, days=3)
    close(store, what)
    with store.reading() as repositories:
        found = repositories.appointments.taken("dong-da", *day_bounds(what.first - timedelta(days=5), what.first + timedelta(days=1)))
    assert [(local(each.at).date(), each.counter, each.seat, each.minutes) for each in found] == [
        (what.first, EVERY_COUNTER, EVERY_SEAT, 1440), (what.first + timedelta(days=1), EVERY_COUNTER, EVERY_SEAT, 1440),
    ]


def test_closing_one_counter_leaves_the_others(store, clock):
    book(store, clock, start(clock))
    assert close(store, closure(clock, "quay-9")) == []
    assert hold(store, clock, start(clock, 25), "minh") is not None
    assert len(close(store, closure(clock, "quay-1"))) == 1


def test_closing_twice_cancels_nobody_twice_and_reopening_takes_it_back(store, clock):
    book(store, clock, start(clock))
    what = closure(clock)
    assert [len(close(store, what)), len(close(store, what))] == [1, 0]
    with store.writing() as repositories:
        assert repositories.appointments.closures(what.first) == [what]
        assert repositories.appointments.closures(what.first + timedelta(days=1)) == []
        assert repositories.appointments.reopen(what)
        assert not repositories.appointments.reopen(what)
    assert hold(store, clock, start(clock), "minh") is not None


def test_nobody_slips_in_while_the_office_closes(open_another, clock):
    """Twenty citizens and the closing at once: whoever got a seat was found by the closing, or comes after it and gets none."""
    stores = [open_another() for _ in range(2)]
    for n in range(20):
        citizen(stores[0], f"p{n}")
    acts = [lambda n=n: hold(stores[n % 2], clock, start(clock, 24 + n / 4), f"p{n}") for n in range(20)]
    side_by_side([*acts[:10], lambda: close(stores[0], closure(clock)), *acts[10:]], workers=21)
    with stores[0].reading() as repositories:
        taken = repositories.appointments.taken("dong-da", clock.now(), clock.now() + timedelta(days=5))
    assert [each for each in taken if each.seat != EVERY_SEAT] == []


@only_postgres
def test_a_booking_begun_before_the_closing_waits_for_it(open_another, clock, database_url):
    one, other = open_another(), open_another()
    who, result = citizen(one), []

    def book_meanwhile():
        with other.writing() as repositories:
            result.append(repositories.appointments.hold(who, start(clock), "", clock.now() + HOLD_FOR))

    with one.writing() as repositories:
        repositories.appointments.close(closure(clock))
        thread = threading.Thread(target=book_meanwhile)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
    thread.join()
    assert result == [None]
    assert rows(database_url, "SELECT count(*) FROM bookings WHERE state = 'held'") == [(0,)]


# -- dossiers under way, and forgetting -----------------------------------------------------------------------------------


def test_dossiers_under_way_are_those_whose_time_runs(store, clock, today):
    def dossier(number, status, due_on):
        return Dossier(f"H20.14-260302-000{number}", status, clock.now(), due_on=due_on)

    with store.writing() as repositories:
        repositories.dossiers.put([
            dossier(1, "in_progress", today), dossier(2, "received", today - timedelta(days=9)), dossier(3, "ready", today),
            dossier(4, "supplement", today), dossier(5, "in_progress", today + timedelta(days=1)), dossier(6, "in_progress", None),
        ])
        assert [each.code[-1] for each in repositories.dossiers.under_way(today)] == ["2", "1"]


def test_all_of_it_is_forgotten_in_time(store, clock, today):
    with store.writing() as repositories:
        repositories.visits.check_in("H00000A", today, "came")
        repositories.visits.send_home("H00000A", sent_home(today))
        repositories.appointments.close(closure(clock))
    for days, gone in ((90, {}), (91, {"check_in": 1}), (92, {"closure": 1}), (365, {}), (366, {"sent_home": 1})):
        clock.move_to(clock.now().replace(year=2026, month=3, day=2) + timedelta(days=days))
        forgotten = store.retention.run()
        assert {kind: count for kind, count in forgotten.items() if kind in ("check_in", "closure", "sent_home")} == gone, days
