"""Postal orders: one live one for an errand, one list for an order, and news that are told once; on both databases."""

import threading
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot.clock import SetClock, aware, local
from bot.postal.model import CHANGEABLE, Address, Draft, Event, Recipient, Unit
from bot.postal.prices import Quote
from bot.privacy.model import KEEP
from bot.short_codes import read_code
from bot.store import open_store
from bot.store.post import SHOWN_AFTER_IT_IS_OVER
from tests.store.acts import MORNING, citizen, everything_at_rest, only_postgres, rows, side_by_side

DOSSIER, PROCEDURE = "H20.21-260302-0018", "1.001193"
TODAY = MORNING.date()
TOMORROW = TODAY + timedelta(days=1)
HOME = Address("so nha mau 12", "ap mau 3", "gan cho mau", Unit("30001", "Xã Mẫu"), Unit("87", "Tỉnh Mẫu"), "Huyện Mẫu cũ", "mapped")
LAN = Recipient("Nguyen Thi Bich Mau", "091 234 56 78", HOME, "Tran Van Thay Mau")
PRICE = Quote(13_000, 26_000, "Xã gần", 100, "12/QĐ-MẪU", date(2025, 12, 20), "Hộ nghèo")


def draft(store, peer="lan", **more):
    known = {"citizen": citizen(store, peer), "service": "bring", "dossier": DOSSIER, "procedure": PROCEDURE, "recipient": LAN}
    return Draft(**known | {"quote": PRICE} | more)


def keep(store, peer="lan", state="confirmed", **more):
    drafted = draft(store, peer, **more)
    with store.writing() as repositories:
        return repositories.post.keep(drafted, state)


def post(store, act, *args, **more):
    """One act in a transaction of its own."""
    with store.writing() as repositories:
        return getattr(repositories.post, act)(*args, **more)


def handed_over(store, peer="lan", day=TODAY, **more):
    order = keep(store, peer, **more)
    post(store, "make_manifest", day)
    return post(store, "get", order.number)


def record(store, order, state, on=TODAY, attempt=0, item=None, **more):
    return post(store, "record", order.number, Event(state, on, attempt, **more), item)


def state_of(store, order):
    return post(store, "get", order.number).state


def listed(manifest):
    return [order.number for order in manifest.orders]


# -- orders ---------------------------------------------------------------------------------------------------------------


def test_an_order_comes_back_as_it_was_kept(store, clock):
    full = draft(store, relief="poor", time_of_day="morning", note="goi truoc", pair="B00001B")
    with store.writing() as repositories:
        kept = repositories.post.keep(full, "confirmed", collect=15_000, hand_back=("Bản chính giấy mẫu", "Giấy hẹn"))
    assert read_code(kept.number) == kept.number
    assert kept.number[0] == "B"
    held = post(store, "get", kept.number)
    assert held == kept
    assert (held.draft, held.state, held.made_at) == (full, "confirmed", clock.now())
    assert (held.collect, held.hand_back) == (15_000, ("Bản chính giấy mẫu", "Giấy hẹn"))
    assert (held.sheets, held.manifest, held.item) == (None, None, None)
    assert post(store, "events", kept.number) == []


def test_fees_unknown_and_none_are_two_things(store):
    first = keep(store)
    assert post(store, "get", first.number).collect is None
    assert post(store, "note_for", first.number, collect=0)
    assert post(store, "get", first.number).collect == 0


def test_an_order_cannot_begin_on_its_way(store):
    with pytest.raises(ValueError, match="handed_over"):
        keep(store, state="handed_over")


def test_nobody_finds_an_order_that_is_not_there(store):
    assert post(store, "get", "B00000A") is None
    assert post(store, "events", "B00000A") == []
    assert not post(store, "cancel", "B00000A")
    assert not post(store, "confirm", "B00000A", PRICE)
    assert not post(store, "note_for", "B00000A", sheets=3)
    assert not post(store, "change", "B00000A", draft(store))
    assert post(store, "record", "B00000A", Event("delivered", TODAY)) == "refused"


def test_one_live_order_for_the_same_errand(store):
    first = keep(store)
    assert keep(store) is None
    assert keep(store, procedure=None) is None  # the dossier is what it is about
    assert keep(store, service="fetch") is not None
    assert keep(store, dossier="H20.21-260302-0019") is not None
    assert keep(store, dossier=None) is not None
    assert keep(store, dossier=None) is None
    assert keep(store, "minh") is not None
    post(store, "cancel", first.number)
    assert keep(store) is not None


def test_an_order_on_its_way_stands_in_the_way_and_one_that_is_over_does_not(store):
    order = handed_over(store)
    assert keep(store) is None
    record(store, order, "returned")
    assert keep(store) is not None


def test_a_number_that_is_taken_is_replaced(store, monkeypatch):
    fresh = iter(["B00000A", "B00000A", "B00001B"])
    monkeypatch.setattr("bot.store.post.new_code", lambda _: next(fresh))
    assert keep(store).number == "B00000A"
    assert keep(store, "minh").number == "B00001B"


def test_the_same_order_from_20_threads_is_kept_once(open_another):
    stores = [open_another() for _ in range(2)]
    citizen(stores[0])
    kept = side_by_side([lambda n=n: keep(stores[n % 2]) for n in range(20)], workers=20)
    assert len([order for order in kept if order is not None]) == 1


def test_ones_own_orders_come_newest_first_and_a_while_after_they_are_over(store, clock):
    old, new = keep(store, service="fetch"), keep(store)
    keep(store, "minh")
    who = citizen(store)
    assert [each.number for each in post(store, "of", who)] == [new.number, old.number]
    post(store, "cancel", old.number)
    clock.move_to(clock.now() + SHOWN_AFTER_IT_IS_OVER)
    assert [each.number for each in post(store, "of", who)] == [new.number, old.number]
    clock.move_to(clock.now() + timedelta(seconds=1))
    assert [each.number for each in post(store, "of", who)] == [new.number]


def test_orders_are_listed_by_state_oldest_first(store):
    asked, confirmed, later = keep(store, state="asked"), keep(store, "minh"), keep(store, "hoa", state="asked")
    assert [each.number for each in post(store, "in_state", "asked")] == [asked.number, later.number]
    assert [each.number for each in post(store, "in_state", "confirmed", "asked")] == [asked.number, confirmed.number, later.number]
    assert post(store, "in_state", "delivered") == []


# -- until it is handed over ----------------------------------------------------------------------------------------------


def test_a_change_puts_the_draft_in_its_place(store):
    order = keep(store)
    moved = replace(order.draft, recipient=replace(LAN, phone="098 765 43 21"), time_of_day="afternoon", pair="B00001B")
    assert post(store, "change", order.number, moved)
    assert post(store, "get", order.number) == replace(order, draft=moved)


def test_a_change_to_a_place_without_a_price_asks_a_person_again(store):
    order = keep(store)
    far = replace(LAN, address=replace(HOME, commune=Unit("00004", "Phường Xa"), province=Unit("01", "Thành phố Xa")))
    assert post(store, "change", order.number, replace(order.draft, recipient=far, quote=None))
    assert state_of(store, order) == "asked"
    dear = replace(PRICE, amount=40_000, full=40_000)
    assert post(store, "confirm", order.number, dear)
    assert post(store, "change", order.number, replace(order.draft, recipient=replace(far, phone="098 765 43 21"), quote=None))
    held = post(store, "get", order.number)
    assert (held.state, held.draft.quote, held.draft.recipient.phone) == ("confirmed", dear, "098 765 43 21")


@pytest.mark.parametrize("other", [{"service": "fetch"}, {"dossier": "H20.21-260302-0019"}, {"dossier": None}, {"citizen": 4711}])
def test_another_errand_is_no_change(store, other):
    order = keep(store)
    with pytest.raises(ValueError, match="something else"):
        post(store, "change", order.number, replace(order.draft, **other))
    assert post(store, "get", order.number) == order


def test_a_price_is_settled_once(store):
    order = keep(store, state="asked", quote=None)
    assert post(store, "confirm", order.number, PRICE)
    held = post(store, "get", order.number)
    assert (held.state, held.draft.quote) == ("confirmed", PRICE)
    assert not post(store, "confirm", order.number, replace(PRICE, amount=1))
    assert post(store, "get", order.number) == held


def test_an_order_may_be_confirmed_without_a_price(store):
    order = keep(store, state="asked", quote=None)
    assert post(store, "confirm", order.number, None)
    assert post(store, "get", order.number) == replace(order, state="confirmed")


@pytest.mark.parametrize("state", CHANGEABLE)
def test_cancelled_is_over_for_good(store, state):
    order = keep(store, state=state)
    assert post(store, "cancel", order.number)
    assert not post(store, "cancel", order.number)
    assert not post(store, "confirm", order.number, PRICE)
    assert not post(store, "change", order.number, order.draft)
    assert record(store, order, "delivered") == "refused"
    assert state_of(store, order) == "cancelled"
    assert post(store, "events", order.number) == [Event("cancelled", TODAY)]
    assert post(store, "make_manifest", TODAY) is None


def test_what_the_counter_knows_is_noted_bit_by_bit(store):
    order = keep(store)
    assert post(store, "note_for", order.number, collect=15_000)
    assert post(store, "note_for", order.number, hand_back=["Giấy hẹn"], sheets=4)
    assert post(store, "note_for", order.number)
    held = post(store, "get", order.number)
    assert (held.collect, held.hand_back, held.sheets) == (15_000, ("Giấy hẹn",), 4)
    post(store, "make_manifest", TODAY)
    assert not post(store, "note_for", order.number, sheets=5)
    assert post(store, "get", order.number).sheets == 4


def test_after_the_hand_over_nothing_is_changed_by_the_citizen(store):
    order = handed_over(store)
    moved = replace(order.draft, recipient=replace(LAN, phone="098 765 43 21"))
    assert not post(store, "change", order.number, moved)
    assert not post(store, "cancel", order.number)
    assert post(store, "get", order.number) == order


# -- the list -------------------------------------------------------------------------------------------------------------


def test_a_manifest_takes_every_confirmed_order_and_no_other(store, clock):
    first, second = keep(store), keep(store, "minh")
    keep(store, "hoa", state="asked")
    post(store, "cancel", keep(store, "tam").number)
    made = post(store, "make_manifest", TODAY)
    assert (made.code, made.day, made.made_at) == ("BK2026-0001", TODAY, clock.now())
    assert made.orders == tuple(replace(each, state="handed_over", manifest=made.code) for each in (first, second))
    assert post(store, "events", first.number) == [Event("handed_over", TODAY)]
    assert state_of(store, second) == "handed_over"


def test_asked_again_it_is_the_same_list_whatever_happened_since(store, clock):
    order = keep(store)
    made = post(store, "make_manifest", TODAY)
    clock.move_to(clock.now() + timedelta(hours=3))
    late = keep(store, "minh")
    record(store, order, "delivered", receiver="Mau", item="EB123456785VN")
    assert post(store, "make_manifest", TODAY) == made
    assert post(store, "manifest", made.code) == made
    assert state_of(store, late) == "confirmed"
    assert listed(post(store, "make_manifest", TOMORROW)) == [late.number]


def test_a_day_without_orders_has_no_list_and_takes_no_number(store):
    assert post(store, "make_manifest", TODAY) is None
    assert post(store, "manifest", "BK2026-0001") is None
    keep(store)
    assert post(store, "make_manifest", TODAY).code == "BK2026-0001"


def test_what_is_not_committed_was_never_handed_over(store):
    order = keep(store)
    with suppress(KeyboardInterrupt), store.writing() as repositories:
        assert listed(repositories.post.make_manifest(TODAY)) == [order.number]
        raise KeyboardInterrupt
    assert state_of(store, order) == "confirmed"
    assert post(store, "make_manifest", TODAY).code == "BK2026-0001"


def test_numbers_run_within_the_year_of_the_day(store):
    days = (date(2026, 12, 30), date(2027, 1, 2), date(2026, 12, 31), date(2027, 1, 4))
    codes = [handed_over(store, f"p{at}", day).manifest for at, day in enumerate(days)]
    assert codes == ["BK2026-0001", "BK2027-0001", "BK2026-0002", "BK2027-0002"]
    assert [each.day for each in post(store, "manifests", date(2026, 12, 31))] == [days[2], days[1], days[3]]


def test_a_number_does_not_come_back_after_everything_of_it_was_forgotten(store, clock):
    record(store, handed_over(store), "delivered")
    clock.move_to(clock.now() + KEEP["post"] + timedelta(days=1))
    assert store.retention.run()["post"] == 1
    assert post(store, "manifest", "BK2026-0001").orders == ()
    assert handed_over(store, "minh", local(clock.now()).date()).manifest == "BK2026-0002"


def test_lists_go_when_their_year_is_over_and_nothing_stands_on_them(store, clock, database_url):
    record(store, handed_over(store), "delivered")
    live = handed_over(store, "minh", TOMORROW)
    clock.move_to(aware(datetime(2027, 8, 1, 8)))
    store.retention.run()
    assert rows(database_url, "SELECT code FROM postal_manifests") == [(live.manifest,)]


def test_two_processes_that_ask_at_once_get_one_list(open_another):
    stores = [open_another() for _ in range(4)]
    orders = [keep(stores[0], f"p{n}") for n in range(12)]
    lists = side_by_side([lambda n=n: post(stores[n % 4], "make_manifest", TODAY) for n in range(8)], workers=8)
    assert {each.code for each in lists} == {"BK2026-0001"}
    assert {tuple(listed(each)) for each in lists} == {tuple(order.number for order in orders)}
    assert post(stores[0], "events", orders[0].number) == [Event("handed_over", TODAY)]


def test_lists_of_several_days_at_once_share_no_order_and_no_number(open_another):
    stores = [open_another() for _ in range(3)]
    orders = [keep(stores[0], f"p{n}").number for n in range(9)]
    days = [TODAY + timedelta(days=n) for n in range(3)]
    side_by_side([lambda n=n: post(stores[n % 3], "make_manifest", days[n % 3]) for n in range(6)], workers=6)
    made = post(stores[0], "manifests", TODAY)
    assert sorted(number for each in made for number in listed(each)) == sorted(orders)
    assert [each.code for each in made] == ["BK2026-0001"]


def test_a_cancellation_at_the_same_moment_comes_before_or_is_refused(open_another):
    stores = [open_another() for _ in range(4)]
    orders = [keep(stores[0], f"p{n}") for n in range(24)]
    begin = threading.Barrier(9)

    def cancel_some(at):
        begin.wait()
        return [(order.number, post(stores[at % 4], "cancel", order.number)) for order in orders[at::8]]

    def make():
        begin.wait()
        return post(stores[3], "make_manifest", TODAY)

    *cancelled, made = side_by_side([*(lambda at=at: cancel_some(at) for at in range(8)), make], workers=9)
    answers = dict(answer for each in cancelled for answer in each)
    on_the_list = set(listed(made)) if made else set()
    assert len(answers) == 24
    assert on_the_list == {number for number, gone in answers.items() if not gone}
    assert {order.number for order in post(stores[0], "in_state", "cancelled")} == {number for number, gone in answers.items() if gone}


def test_a_change_at_the_same_moment_is_on_the_list_or_is_refused(open_another):
    stores = [open_another() for _ in range(3)]
    orders = [keep(stores[0], f"p{n}") for n in range(16)]
    begin = threading.Barrier(5)

    def change_some(at):
        begin.wait()
        moved = [(order, replace(order.draft, recipient=replace(LAN, phone="098 765 43 21"))) for order in orders[at::4]]
        return [(order.number, post(stores[at % 3], "change", order.number, new)) for order, new in moved]

    def make():
        begin.wait()
        return post(stores[2], "make_manifest", TODAY)

    *changed, made = side_by_side([*(lambda at=at: change_some(at) for at in range(4)), make], workers=5)
    answers = dict(answer for each in changed for answer in each)
    new_phone = {order.number for order in made.orders if order.draft.recipient.phone == "098 765 43 21"}
    assert len(made.orders) == 16
    assert new_phone == {number for number, taken in answers.items() if taken}


@only_postgres
@pytest.mark.parametrize("act", ["cancel", "change"])
def test_a_list_waits_for_a_change_that_has_begun(open_another, act):
    """Two orders are touched in one transaction, the second after the list has begun to wait: neither waits for the other for ever."""
    one, other = open_another(), open_another()
    first, second, stays = keep(one), keep(one, service="fetch"), keep(one, "minh")
    moved = {"cancel": (), "change": (replace(first.draft, time_of_day="morning"),)}[act]
    result = []
    with one.writing() as repositories:
        assert getattr(repositories.post, act)(first.number, *moved)
        thread = threading.Thread(target=lambda: result.append(post(other, "make_manifest", TODAY)))
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
        assert repositories.post.cancel(second.number)
    thread.join()
    if act == "change":
        assert listed(result[0]) == [first.number, stays.number]
        assert result[0].orders[0].draft.time_of_day == "morning"
    else:
        assert listed(result[0]) == [stays.number]


@only_postgres
@pytest.mark.parametrize("act", ["cancel", "change", "note_for"])
def test_a_change_that_comes_after_the_list_is_refused(open_another, act):
    one, other = open_another(), open_another()
    order, result = keep(one), []
    how = {"cancel": lambda: post(other, "cancel", order.number), "change": lambda: post(other, "change", order.number, order.draft),
           "note_for": lambda: post(other, "note_for", order.number, sheets=1)}[act]
    with one.writing() as repositories:
        repositories.post.make_manifest(TODAY)
        thread = threading.Thread(target=lambda: result.append(how()))
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
    thread.join()
    assert result == [False]
    assert state_of(one, order) == "handed_over"


# -- news of the post -----------------------------------------------------------------------------------------------------


def test_news_are_kept_once_and_move_the_order(store):
    order = handed_over(store)
    assert record(store, order, "in_transit", item="EB123456785VN") == "new"
    assert record(store, order, "failed", TOMORROW, 1, reason="di vang", next_try=TOMORROW + timedelta(days=1)) == "new"
    assert record(store, order, "failed", TOMORROW, 1, reason="khac") == "known"
    assert record(store, order, "out_for_delivery") == "older"
    assert state_of(store, order) == "failed"
    assert record(store, order, "failed", TOMORROW, 2) == "new"
    assert record(store, order, "delivered", TOMORROW + timedelta(days=1), 3, receiver="Tran Van Thay Mau") == "new"
    assert record(store, order, "in_transit", TOMORROW + timedelta(days=2)) == "older"
    assert state_of(store, order) == "delivered"
    assert post(store, "get", order.number).item == "EB123456785VN"
    assert post(store, "events", order.number) == [
        Event("handed_over", TODAY), Event("in_transit", TODAY), Event("out_for_delivery", TODAY),
        Event("failed", TOMORROW, 1, "di vang", None, TOMORROW + timedelta(days=1)), Event("failed", TOMORROW, 2),
        Event("delivered", TOMORROW + timedelta(days=1), 3, None, "Tran Van Thay Mau"), Event("in_transit", TOMORROW + timedelta(days=2)),
    ]


@pytest.mark.parametrize("state", ["asked", "confirmed", "cancelled"])
def test_what_the_post_cannot_tell_is_refused_and_leaves_no_trace(store, state):
    order = handed_over(store)
    assert record(store, order, state, item="X1") == "refused"
    assert post(store, "events", order.number) == [Event("handed_over", TODAY)]
    assert post(store, "get", order.number) == order


def test_an_order_on_no_list_has_no_news(store):
    order = keep(store)
    assert record(store, order, "delivered", item="X1") == "refused"
    assert post(store, "get", order.number) == order
    assert post(store, "events", order.number) == []


def test_the_post_may_give_up_where_it_was_to_fetch(store):
    order = handed_over(store, service="fetch")
    assert record(store, order, "failed", attempt=1) == "new"
    assert record(store, order, "cancelled", TOMORROW) == "new"
    assert record(store, order, "fetched", TOMORROW) == "older"
    assert state_of(store, order) == "cancelled"


def test_a_result_taken_over_by_the_post_is_no_news(store):
    order = handed_over(store)
    assert record(store, order, "fetched") == "older"
    assert state_of(store, order) == "handed_over"


def test_an_end_may_be_corrected_by_a_later_one_but_nothing_comes_alive(store):
    order = handed_over(store)
    assert record(store, order, "delivered", TODAY) == "new"
    assert record(store, order, "out_for_delivery", TOMORROW) == "older"
    assert record(store, order, "returned", TOMORROW) == "new"
    assert record(store, order, "delivered", TODAY, 2) == "older"
    assert state_of(store, order) == "returned"


def test_an_item_number_comes_with_news_and_older_news_do_not_replace_it(store):
    order = handed_over(store)
    assert record(store, order, "handed_over", item="B1") == "known"
    assert record(store, order, "in_transit", TOMORROW, item="B2") == "new"
    assert record(store, order, "out_for_delivery", TODAY, item="B3") == "older"
    assert record(store, order, "in_transit", TOMORROW, item="B4") == "known"
    assert post(store, "get", order.number).item == "B2"


def test_orders_are_found_by_dossier_and_item_once_they_are_handed_over(store):
    bring, fetch, waits = keep(store), keep(store, service="fetch"), keep(store, "minh", state="asked")
    keep(store, "hoa", dossier="H20.21-260302-0019")
    post(store, "make_manifest", TODAY)
    record(store, fetch, "delivered", item="eb 123 456 785 vn")

    def found(**by):
        return [each.number for each in post(store, "find", **by)]

    assert found(dossier=DOSSIER) == [bring.number, fetch.number]
    assert waits.number not in found(dossier=DOSSIER)
    assert found(item="EB123456785VN") == [fetch.number]
    assert found(dossier=DOSSIER, item="EB123456785VN") == [fetch.number]
    assert found(dossier="H20.21-260302-0099") == found(item="EB0") == found() == []


def test_the_same_news_read_in_by_many_at_once_are_new_once(open_another):
    stores = [open_another() for _ in range(3)]
    orders = [keep(stores[0], f"p{n}") for n in range(6)]
    post(stores[0], "make_manifest", TODAY)

    def receive(at):
        with stores[at % 3].writing() as repositories:
            backwards = orders[::-1] if at % 2 else orders
            return [repositories.post.record(order.number, Event("delivered", TODAY, 1), "X1") for order in backwards]

    answers = side_by_side([lambda at=at: receive(at) for at in range(6)], workers=6)
    assert sorted(answer for each in answers for answer in each) == ["known"] * 30 + ["new"] * 6
    assert {state_of(stores[0], order) for order in orders} == {"delivered"}


# -- a remembered address -------------------------------------------------------------------------------------------------


def told(store, who, purpose="post_address"):
    with store.reading() as repositories:
        return repositories.privacy.told(who, purpose)


def test_an_address_is_remembered_with_the_consent_and_replaced_by_the_next(store):
    who = citizen(store)
    assert post(store, "remembered", who) is None
    post(store, "remember", who, LAN)
    assert post(store, "remembered", who) == LAN
    assert told(store, who)
    post(store, "remember", who, replace(LAN, other=None))
    assert post(store, "remembered", who) == replace(LAN, other=None)
    assert post(store, "remembered", citizen(store, "minh")) is None


def test_a_forgotten_address_ends_the_consent_and_leaves_the_orders(store):
    order = keep(store)
    who = citizen(store)
    post(store, "remember", who, LAN)
    assert post(store, "forget", who)
    assert not post(store, "forget", who)
    assert post(store, "remembered", who) is None
    assert not told(store, who)
    assert post(store, "get", order.number) == order
    post(store, "remember", who, LAN)
    assert told(store, who)
    assert post(store, "remembered", who) == LAN


def test_a_consent_taken_back_takes_the_address_along(store, database_url):
    who = citizen(store)
    post(store, "remember", who, LAN)
    with store.writing() as repositories:
        repositories.privacy.withdraw(who)
        assert repositories.post.remembered(who) is None
    assert rows(database_url, "SELECT count(*) FROM postal_addresses") == [(0,)]


@pytest.mark.parametrize(("recipient", "stays"), [(LAN, True), (replace(LAN, phone="098 765 43 21"), False)])
def test_an_address_stays_as_long_as_orders_go_there(store, clock, recipient, stays):
    who = citizen(store)
    post(store, "remember", who, LAN)
    clock.move_to(clock.now() + timedelta(days=300))
    keep(store, recipient=recipient)
    clock.move_to(clock.now() + timedelta(days=100))
    assert ("post_address" in store.retention.run()) == (not stays)
    assert (post(store, "remembered", who) is not None) == stays


# -- personal data --------------------------------------------------------------------------------------------------------


def held(store, who):
    with store.reading() as repositories:
        return repositories.privacy.held(who)


def erase(store, who):
    with store.writing() as repositories:
        return repositories.privacy.erase(who)


def test_nothing_of_an_order_is_readable_on_the_disk(store, database_url):
    order = handed_over(store, relief="diện-mẫu", note="goi truoc nhe")
    record(store, order, "failed", attempt=1, reason="di vang ca ngay", item="EB123456785VN")
    record(store, order, "delivered", TOMORROW, 2, receiver="Tran Van Thay Mau")
    post(store, "remember", citizen(store), LAN)
    at_rest = everything_at_rest(database_url)
    assert order.number in at_rest  # so we do look at the right thing
    secret = (
        LAN.name, LAN.phone, LAN.other, HOME.house, HOME.hamlet, HOME.landmark, HOME.old_district, "Xã Mẫu", "30001", DOSSIER, "diện-mẫu",
        "goi truoc", "di vang", "EB123456785VN", "Hộ nghèo",
    )
    assert [words for words in secret if words in at_rest] == []


def test_a_citizen_sees_everything_that_an_order_holds(store):
    order = handed_over(store, note="goi truoc nhe", relief="poor", pair="B00001B")
    record(store, order, "failed", attempt=1, reason="di vang", item="EB123456785VN")
    (shown,) = held(store, citizen(store))["post"]
    assert shown == {
        "number": order.number, "service": "bring", "dossier": DOSSIER, "procedure": PROCEDURE, "state": "failed", "time_of_day": "any",
        "pair": "B00001B", "made_at": "02/03/2026 08:00", "item": "EB123456785VN", "manifest": "BK2026-0001", "name": LAN.name,
        "phone": LAN.phone, "other": LAN.other, "relief": "poor", "note": "goi truoc nhe", "price": "13000",
        "address": "so nha mau 12, ap mau 3, gan cho mau, Huyện Mẫu cũ, Xã Mẫu, Tỉnh Mẫu",
        "happened": "02/03/2026 handed_over; 02/03/2026 failed di vang",
    }


def test_erasing_cancels_what_waits_and_lets_what_is_on_its_way_arrive(store, database_url):
    on_its_way = handed_over(store)
    done = handed_over(store, day=TOMORROW, dossier="H20.21-260302-0019")
    record(store, done, "delivered")
    waits, others = keep(store, service="fetch"), keep(store, "minh")
    who = citizen(store)
    assert erase(store, who)["post"] == 2
    assert [each["number"] for each in held(store, who)["post"]] == [on_its_way.number]
    assert post(store, "get", waits.number) is None
    assert post(store, "get", done.number) is None
    assert post(store, "get", others.number) == others
    assert listed(post(store, "make_manifest", TOMORROW + timedelta(days=1))) == [others.number]
    assert "post" not in erase(store, who)
    store.retention.run()
    assert state_of(store, on_its_way) == "handed_over"
    assert record(store, on_its_way, "delivered", TOMORROW, receiver="Tran Van Thay Mau") == "new"
    assert store.retention.run()["post"] == 1
    assert post(store, "get", on_its_way.number) is None
    assert rows(database_url, "SELECT count(*) FROM postal_events") == [(1,)]  # the other citizen's hand-over


def test_an_order_asked_for_after_erasing_is_kept_like_any_other(store):
    post(store, "cancel", keep(store).number)
    erase(store, citizen(store))
    again = handed_over(store)
    record(store, again, "delivered")
    store.retention.run()
    assert state_of(store, again) == "delivered"


def test_an_order_stays_until_it_is_over_and_its_time_after(store, clock):
    order = handed_over(store)
    clock.move_to(clock.now() + KEEP["post"] * 2)
    store.retention.run()
    assert state_of(store, order) == "handed_over"
    record(store, order, "delivered", TOMORROW)
    clock.move_to(clock.now() + KEEP["post"])
    store.retention.run()
    assert state_of(store, order) == "delivered"
    clock.move_to(clock.now() + timedelta(seconds=1))
    assert store.retention.run()["post"] == 1
    assert post(store, "get", order.number) is None
    assert post(store, "of", citizen(store)) == []


@only_postgres
def test_what_goes_onto_a_list_while_it_is_erased_stays_until_it_is_over(open_another):
    one, other = open_another(), open_another()
    order, result = keep(one), []
    who = citizen(one)
    with one.writing() as repositories:
        repositories.post.make_manifest(TODAY)
        thread = threading.Thread(target=lambda: result.append(erase(other, who)))
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
    thread.join()
    assert "post" not in result[0]
    assert state_of(one, order) == "handed_over"
    record(one, order, "delivered")
    assert one.retention.run()["post"] == 1


def test_a_clock_of_its_own_opens_the_same_orders(store, database_url, keys):
    """Another process, later."""
    order = keep(store)
    with open_store(database_url, keys, SetClock(aware(MORNING + timedelta(days=1)))) as other:
        assert post(other, "get", order.number) == order
        assert post(other, "make_manifest", TOMORROW).made_at == aware(MORNING + timedelta(days=1))
