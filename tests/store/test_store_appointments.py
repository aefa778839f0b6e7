"""Bookings: a seat belongs to one citizen, a hold ends when it said, and the ticket returned is the ticket kept."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from bot.appointments.model import HOLD_FOR
from bot.short_codes import read_code
from tests.store.acts import citizen, hold, side_by_side, start


def confirm(store, booking, ticket, name="Nguyễn Thị Lan"):
    with store.writing() as repositories:
        return repositories.appointments.confirm(booking.id, name, ticket)


def taken(store, clock, office="dong-da"):
    with store.reading() as repositories:
        return repositories.appointments.taken(office, clock.now(), clock.now() + timedelta(days=30))


def get(store, booking):
    with store.reading() as repositories:
        return repositories.appointments.get(booking.id)


def test_a_hold_takes_the_seat(store, clock):
    at = start(clock)
    booking = hold(store, clock, at, procedure="1.001193")
    assert (booking.state, booking.start, booking.procedure, booking.ticket) == ("held", at, "1.001193", None)
    assert taken(store, clock) == [at]
    assert hold(store, clock, at, peer="minh") is None
    assert hold(store, clock, start(clock, seat=2), peer="minh") is not None


def test_50_threads_for_one_seat_have_one_winner(open_another, clock):
    stores = [open_another() for _ in range(2)]
    for n in range(50):
        citizen(stores[0], f"p{n}")
    at = start(clock)
    held = side_by_side([lambda n=n: hold(stores[n % 2], clock, at, peer=f"p{n}") for n in range(50)], workers=50)
    assert len([booking for booking in held if booking is not None]) == 1
    assert len(taken(stores[0], clock)) == 1


def test_a_hold_lapses_and_the_seat_is_free_again(store, clock):
    at = start(clock)
    booking = hold(store, clock, at)
    clock.move_to(clock.now() + HOLD_FOR)
    assert taken(store, clock) == []
    assert get(store, booking).state == "lapsed"
    assert confirm(store, booking, "H00000A") is None
    assert hold(store, clock, at, peer="minh") is not None


def test_lapsed_holds_are_counted_once(store, clock):
    hold(store, clock, start(clock))
    clock.move_to(clock.now() + HOLD_FOR)
    hold(store, clock, start(clock, seat=5), peer="minh")
    with store.writing() as repositories:
        assert repositories.appointments.lapse_holds() == 1
        assert repositories.appointments.lapse_holds() == 0


def test_confirming_gives_the_ticket_and_keeps_the_seat(store, clock):
    booking = confirm(store, hold(store, clock, start(clock)), "H00000A")
    assert (booking.state, booking.ticket, booking.name) == ("confirmed", "H00000A", "Nguyễn Thị Lan")
    assert booking.held_until is None
    clock.move_to(clock.now() + HOLD_FOR * 2)
    assert get(store, booking) == booking
    assert taken(store, clock) == [booking.start]
    assert confirm(store, booking, "H00001B") is None


def test_a_ticket_that_is_taken_is_replaced(store, clock):
    confirm(store, hold(store, clock, start(clock)), "H00000A")
    second = confirm(store, hold(store, clock, start(clock, seat=2), peer="minh"), "H00000A")
    assert second.ticket != "H00000A"
    assert read_code(second.ticket) == second.ticket


def test_releasing_and_cancelling_free_the_seat(store, clock):
    at = start(clock)
    held = hold(store, clock, at)
    with store.writing() as repositories:
        assert not repositories.appointments.cancel(held.id)
        repositories.appointments.release(held.id)
    assert get(store, held).state == "cancelled"
    confirmed = confirm(store, hold(store, clock, at), "H00000A")
    with store.writing() as repositories:
        repositories.appointments.release(confirmed.id)
        assert repositories.appointments.cancel(confirmed.id)
        assert not repositories.appointments.cancel(confirmed.id)
    assert taken(store, clock) == []


def test_one_live_booking_for_an_errand(store, clock):
    first = hold(store, clock, start(clock), procedure="1.001193")
    assert hold(store, clock, start(clock, seat=2), procedure="1.001193") is None
    assert hold(store, clock, start(clock, seat=3), procedure="2.000635") is not None
    assert hold(store, clock, start(clock, seat=4), procedure="1.001193", peer="minh") is not None
    confirm(store, first, "H00000A")
    assert hold(store, clock, start(clock, seat=2), procedure="1.001193") is None
    with store.writing() as repositories:
        repositories.appointments.cancel(first.id)
    assert hold(store, clock, start(clock, seat=2), procedure="1.001193") is not None


def test_without_a_procedure_several_may_stand(store, clock):
    assert hold(store, clock, start(clock)) is not None
    assert hold(store, clock, start(clock, seat=2)) is not None


def test_a_visit_that_is_over_does_not_forbid_the_next_one(store, clock):
    """The desk need not have said whether the citizen came."""
    confirm(store, hold(store, clock, start(clock, hours=1), procedure="1.001193"), "H00000A")
    clock.move_to(clock.now() + timedelta(hours=2))
    assert hold(store, clock, start(clock), procedure="1.001193") is not None


def test_live_bookings_come_soonest_first_and_without_what_is_over(store, clock):
    who = citizen(store)
    late = confirm(store, hold(store, clock, start(clock, hours=5)), "H00000A")
    soon = hold(store, clock, start(clock, hours=1))
    with store.reading() as repositories:
        assert repositories.appointments.live_of(who) == [soon, late]
    clock.move_to(clock.now() + timedelta(hours=1))
    with store.reading() as repositories:
        assert repositories.appointments.live_of(who) == [late]


def test_the_day_lists_confirmed_bookings_of_the_office(store, clock):
    second = confirm(store, hold(store, clock, start(clock, hours=3)), "H00000A")
    first = confirm(store, hold(store, clock, start(clock, hours=2)), "H00001B")
    hold(store, clock, start(clock, hours=4))
    confirm(store, hold(store, clock, start(clock, hours=2, office="lang")), "H00002C")
    since = clock.now()
    with store.reading() as repositories:
        assert repositories.appointments.day("dong-da", since, since + timedelta(days=1)) == [first, second]
        assert repositories.appointments.day("dong-da", since, second.start.at) == [first]


class Counter(RuleBasedStateMachine):
    """Two citizens, three seats, two errands: the store against a dictionary."""

    bookings = Bundle("bookings")
    examples = 0

    def __init__(self, store, clock):
        super().__init__()
        Counter.examples += 1
        self.store, self.clock, self.name = store, clock, f"o{Counter.examples}"
        self.first = clock.now() + timedelta(days=2)
        self.known = {}

    def state_of(self, booking):
        state, _, _, until = self.known[booking]
        return "lapsed" if state == "held" and until <= self.clock.now() else state

    def live(self):
        return [each for booking, each in self.known.items() if self.state_of(booking) in ("held", "confirmed")]

    @rule(
        target=bookings,
        peer=st.sampled_from(["lan", "minh"]), seat=st.integers(1, 3), errand=st.sampled_from(["", "a", "b"]),
    )
    def hold(self, peer, seat, errand):
        procedure = errand and f"{self.name}-{errand}"
        at = start(self.clock, (self.first - self.clock.now()) / timedelta(hours=1), seat, self.name)
        booking = hold(self.store, self.clock, at, peer, procedure)
        clash = any(
            seat == other_seat or (errand and (peer, errand) == other_errand)
            for _, other_seat, other_errand, _ in self.live()
        )
        assert (booking is None) == clash
        if booking is None:
            return multiple()
        self.known[booking.id] = ["held", seat, (peer, errand), booking.held_until]
        return booking

    @rule(booking=bookings)
    def confirm(self, booking):
        expected = self.state_of(booking.id) == "held"
        assert (confirm(self.store, booking, "H00000A") is not None) == expected
        if expected:
            self.known[booking.id][0] = "confirmed"

    @rule(booking=bookings)
    def cancel(self, booking):
        expected = self.state_of(booking.id) == "confirmed"
        with self.store.writing() as repositories:
            assert repositories.appointments.cancel(booking.id) == expected
        if expected:
            self.known[booking.id][0] = "cancelled"

    @rule(booking=consumes(bookings))
    def release(self, booking):
        with self.store.writing() as repositories:
            repositories.appointments.release(booking.id)
        if self.state_of(booking.id) == "held":
            self.known[booking.id][0] = "cancelled"

    @rule(minutes=st.sampled_from([3, 10]))
    def time_passes(self, minutes):
        self.clock.move_to(self.clock.now() + timedelta(minutes=minutes))

    @rule()
    def lapse(self):
        with self.store.writing() as repositories:
            repositories.appointments.lapse_holds()

    @invariant()
    def the_seats_taken_are_those_of_live_bookings(self):
        seats = [each.seat for each in taken(self.store, self.clock, self.name)]
        assert seats == sorted(seat for _, seat, _, _ in self.live())


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")
def test_the_counter_agrees_with_a_model_of_it(store, clock):
    for peer in ("lan", "minh"):
        citizen(store, peer)
    run_state_machine_as_test(
        lambda: Counter(store, clock),
        settings=settings(
            max_examples=20, stateful_step_count=20, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
