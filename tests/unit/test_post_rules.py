"""What the post's news make of an order, in whatever order they come in."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import permutations
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.postal.model import CHANGEABLE, OVER, Address, Draft, Event, Order, OrderState, Recipient, Service, Unit
from bot.postal.prices import Quote
from bot.postal.rules import (
    after_change,
    claim_until,
    in_order,
    is_mistyped,
    is_over,
    is_the_posts,
    item_key,
    latest,
    manifest_code,
    may_change,
    next_state,
    subject,
)

STATES = get_args(OrderState)
SERVICES = get_args(Service)
HOME = Address("12", None, None, Unit("30001", "Xã Mỹ Hiệp"), Unit("87", "Tỉnh Đồng Tháp"), None, "said")
PRICE = Quote(26_000, 26_000, "Xã gần", 100, "12/QĐ-MẪU", date(2025, 12, 20))
DRAFT = Draft(7, "bring", "H20.21-260302-0018", "1.001193", Recipient("Trần Thị Mẫu", "091 234 56 78", HOME), PRICE)


def order(state="handed_over", service="bring", manifest="BK2026-0001"):
    return Order("B00000A", replace(DRAFT, service=service), state, datetime(2026, 3, 2, tzinfo=UTC), manifest=manifest)


def event(state, day=3, attempt=0):
    return Event(state, date(2026, 3, day), attempt)


def after(service, *events):
    """The state after *events* came in one by one."""
    held, known = order(service=service), [event("handed_over", 1)]
    for each in events:
        held = replace(held, state=next_state(held, known, each))
        known.append(each)
    return held.state


# Every pair, the second on the next day: what stands then. What is not listed moves on to the second.
STAYS = {
    "bring": {("in_transit", "handed_over"), ("out_for_delivery", "handed_over"), ("failed", "handed_over")},
    "fetch": {
        *((state, "handed_over") for state in ("fetched", "in_transit", "out_for_delivery", "failed")),
        ("in_transit", "fetched"),
    },
}


def stands(service, first, second):
    if first in ("delivered", "returned") or (first == "cancelled" and service == "fetch"):
        is_end = second in ("delivered", "returned") or (second == "cancelled" and service == "fetch")
        return second if is_end else first
    if second in ("asked", "confirmed") or (second == "cancelled" and service == "bring") or (first, second) in STAYS[service]:
        return first
    return first if second == "fetched" and service == "bring" else second


PAIRS = [
    (service, first, second)
    for service in SERVICES for first in STATES for second in STATES
    if is_the_posts(service, first) and (service, first) != ("bring", "fetched")
]
"""Every state that an order of that kind comes to after the hand-over, and every state of all."""


def test_the_pairs_are_all_there():
    assert len(PAIRS) == (6 + 8) * 10


@pytest.mark.parametrize(("service", "first", "second"), PAIRS)
def test_every_state_may_be_followed_by_what_it_may(service, first, second):
    held = order(first, service)
    assert next_state(held, [event("handed_over", 1), event(first, 3)], event(second, 4)) == stands(service, first, second)


@pytest.mark.parametrize(("service", "first", "second"), [pair for pair in PAIRS if pair[1] != "handed_over"])
def test_older_news_never_undo_what_stands_unless_they_lie_further_on(service, first, second):
    """Further on lies an end; and papers that travel were fetched before, whatever the day says."""
    ends = not is_over(first) and is_over(second) and is_the_posts(service, second)
    further_on = ends or (first, second) == ("fetched", "in_transit")
    known = [event("handed_over", 1), event(first, 3)]
    assert next_state(order(first, service), known, event(second, 2)) == (second if further_on else first)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("told", STATES)
@pytest.mark.parametrize("state", [*CHANGEABLE, "cancelled"])
def test_what_was_never_handed_over_stays_as_it_is(state, told, service):
    assert next_state(order(state, service, manifest=None), [], event(told)) == state


posts_news = st.builds(event, st.sampled_from(STATES), st.integers(2, 6), st.integers(0, 3))


@given(st.sampled_from(SERVICES), st.lists(posts_news, max_size=4, unique_by=lambda each: (each.state, each.on, each.attempt)))
def test_the_order_in_which_news_come_in_makes_no_difference(service, news):
    assert len({after(service, *each) for each in permutations(news)}) == 1


@given(st.sampled_from(SERVICES), st.lists(posts_news, max_size=8), posts_news)
def test_what_is_over_never_comes_alive_again(service, news, more):
    before = after(service, *news)
    assert before not in OVER or after(service, *news, more) in OVER


@given(st.sampled_from(SERVICES), st.lists(posts_news, max_size=8))
def test_no_order_gets_into_a_state_that_the_post_did_not_tell(service, news):
    assert after(service, *news) in {"handed_over", *(each.state for each in news if is_the_posts(service, each.state))}


@pytest.mark.parametrize(("service", "news", "state"), [
    ("bring", [("failed", 3, 1), ("out_for_delivery", 4, 2), ("delivered", 4, 2)], "delivered"),
    ("bring", [("out_for_delivery", 3, 1), ("failed", 3, 1)], "failed"),
    ("bring", [("failed", 3, 1), ("out_for_delivery", 3, 2)], "out_for_delivery"),
    ("bring", [("failed", 3, 1), ("in_transit", 3, 0)], "failed"),
    ("bring", [("failed", 3, 1), ("failed", 4, 2), ("returned", 5, 0)], "returned"),
    ("bring", [("fetched", 2, 0)], "handed_over"),
    ("bring", [("delivered", 3, 1), ("in_transit", 4, 0)], "delivered"),
    ("bring", [("delivered", 3, 1), ("returned", 4, 0)], "returned"),
    ("bring", [("returned", 4, 0), ("delivered", 4, 1)], "delivered"),
    ("bring", [("delivered", 3, 1), ("cancelled", 4, 0)], "delivered"),
    ("fetch", [("failed", 3, 1), ("fetched", 3, 0)], "fetched"),
    ("fetch", [("fetched", 3, 0), ("in_transit", 3, 0)], "in_transit"),
    ("fetch", [("in_transit", 3, 0), ("fetched", 5, 0)], "in_transit"),
    ("fetch", [("fetched", 3, 0), ("delivered", 4, 0)], "delivered"),
    ("fetch", [("delivered", 4, 0)], "delivered"),
    ("fetch", [("failed", 3, 1), ("cancelled", 4, 0)], "cancelled"),
    ("fetch", [("cancelled", 4, 0), ("fetched", 5, 0)], "cancelled"),
])
def test_the_ways_an_order_goes(service, news, state):
    assert after(service, *(event(*each) for each in news)) == state


def test_the_latest_of_two_failures_is_what_an_order_stands_by():
    first, second = event("failed", 3, 1), event("failed", 4, 2)
    assert latest("bring", [second, first]) == second
    assert latest("bring", [event("handed_over"), event("fetched")]) is None
    assert latest("fetch", []) is None


def test_the_history_reads_as_it_happened():
    news = [event("handed_over", 1), event("in_transit", 2), event("out_for_delivery", 3, 1), event("failed", 3, 1), event("delivered", 4)]
    assert in_order("bring", news[::-1]) == news
    fetched = [event("handed_over", 1), event("failed", 1, 1), event("fetched", 1), event("in_transit", 1), event("delivered", 1)]
    assert in_order("fetch", fetched[::-1]) == fetched


@pytest.mark.parametrize("state", STATES)
def test_only_what_waits_may_be_changed(state):
    assert may_change(order(state, manifest=None)) == (state in ("asked", "confirmed"))
    assert not may_change(order(state, manifest="BK2026-0001"))


def test_an_order_is_about_its_dossier_else_its_procedure():
    assert subject(DRAFT) == "H20.21-260302-0018"
    assert subject(replace(DRAFT, dossier=None)) == "1.001193"
    assert subject(replace(DRAFT, dossier=None, procedure=None)) == ""


MOVED = replace(DRAFT.recipient, address=replace(HOME, commune=Unit("30002", "Xã Khác")))
DEARER = replace(PRICE, amount=40_000)


@pytest.mark.parametrize(("state", "was", "recipient", "relief", "now", "expected"), [
    ("confirmed", PRICE, DRAFT.recipient, None, DEARER, ("confirmed", DEARER)),
    ("asked", None, MOVED, None, PRICE, ("confirmed", PRICE)),
    ("asked", None, DRAFT.recipient, None, None, ("asked", None)),
    ("confirmed", PRICE, MOVED, None, None, ("asked", None)),
    ("confirmed", PRICE, DRAFT.recipient, "poor", None, ("asked", None)),
    ("confirmed", PRICE, replace(DRAFT.recipient, phone="091 000 00 00"), None, None, ("confirmed", PRICE)),
    ("confirmed", None, replace(DRAFT.recipient, other="Lê Văn Mẫu"), None, None, ("confirmed", None)),
])
def test_a_change_keeps_the_settled_price_only_for_the_same_place_and_relief(state, was, recipient, relief, now, expected):
    held = replace(order(state, manifest=None), draft=replace(DRAFT, quote=was))
    draft, new_state = after_change(held, replace(DRAFT, recipient=recipient, relief=relief, quote=now))
    assert (new_state, draft.quote) == expected
    assert (draft.recipient, draft.relief) == (recipient, relief)


@pytest.mark.parametrize(("item", "mistyped"), [
    ("EB123456785VN", False), ("EB123456789VN", True), ("eb 123 456 785 vn", False), ("eb 123 456 789 vn", True), ("EB12345678.9VN", True),
    ("EB123456875VN", True), ("123456789", False), ("VNPOST-2026-000123", False), ("", False), ("EB123456789US", False),
    ("XEB123456789VN", False),
])
def test_a_number_with_a_wrong_check_digit_is_a_typo_and_any_other_string_is_not(item, mistyped):
    assert is_mistyped(item) == mistyped


def test_item_numbers_compare_without_blanks_and_case():
    assert item_key(" eb 123-456.785 vn ") == "EB123456785VN"


@pytest.mark.parametrize(("year", "running", "code"), [(2026, 1, "BK2026-0001"), (2027, 12345, "BK2027-12345")])
def test_a_manifest_is_called_by_year_and_number(year, running, code):
    assert manifest_code(year, running) == code


@pytest.mark.parametrize(("claim", "since", "until"), [
    ("lost", date(2026, 3, 5), date(2026, 9, 5)), ("lost", date(2026, 8, 31), date(2027, 2, 28)),
    ("damaged", date(2026, 1, 31), date(2026, 2, 28)), ("damaged", date(2026, 12, 1), date(2027, 1, 1)),
])
def test_claims_are_counted_in_months_of_the_calendar(claim, since, until):
    assert claim_until(claim, since) == until
