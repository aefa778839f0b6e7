"""What may be done with an order, and what the post's words make of it. The store keeps the promises; here is only what they are."""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal

from bot.dossiers.codes import is_s10
from bot.postal.model import CHANGEABLE, OVER, Draft, Event, Order, OrderState, Service

_THE_POSTS: tuple[OrderState, ...] = ("handed_over", "in_transit", "out_for_delivery", "delivered", "failed", "returned", "fetched")

_ON_THE_WAY: dict[Service, tuple[tuple[OrderState, ...], ...]] = {
    "fetch": (("out_for_delivery", "failed"), ("fetched",), ("in_transit",)),
    "bring": (("in_transit",), ("out_for_delivery", "failed")),
}
"""Stages in the order in which a day's news of an order belong; within a stage the attempt decides, then the order of the words."""

_ENDS: tuple[OrderState, ...] = ("cancelled", "returned", "delivered")
"""Of two on one day the one further on stands."""

Claim = Literal["lost", "damaged"]
CLAIM_WITHIN_MONTHS: Mapping[Claim, int] = {"lost": 6, "damaged": 1}
"""For lost or late items, and for damage or a wrong charge: Luật Bưu chính 2010, điều 38 khoản 2, as the ministry's site showed it in 2017.
Whoever tells it to a citizen adds that the post has the last word.
"""


def subject(draft: Draft) -> str:
    """What the order is about: its dossier, else its procedure; empty where it names neither."""
    return draft.dossier or draft.procedure or ""


def may_change(order: Order) -> bool:
    """Whether the citizen can still change or cancel it by themselves; the store has the last word."""
    return order.state in CHANGEABLE and order.manifest is None


def after_change(order: Order, draft: Draft) -> tuple[Draft, OrderState]:
    """What *order* becomes when *draft* takes its place, and its state.

    A price that a person settled outside the table stays as long as neither the place nor the relief is another.
    """
    if draft.quote is not None:
        return draft, "confirmed"
    if _priced_by(order.draft) != _priced_by(draft):
        return draft, "asked"
    return replace(draft, quote=order.draft.quote), order.state


def _priced_by(draft: Draft) -> tuple[str, str, str | None]:
    place = draft.recipient.address
    return place.commune.code, place.province.code, draft.relief


def is_over(state: OrderState) -> bool:
    return state in OVER


def is_the_posts(service: Service, state: OrderState) -> bool:
    """Whether the post can tell *state* of an order of that kind. Only where it fetches can it give up with empty hands: once a result
    was handed to it, the end is delivered or returned.
    """
    return state in _THE_POSTS or (state == "cancelled" and service == "fetch")


def next_state(order: Order, events: Sequence[Event], event: Event) -> OrderState:
    """The state of *order*, of which *events* are known, after *event*.

    The order in which the news come in makes no difference. The latest day's news stand; an end (delivered, returned) stands whatever is
    told of other days, unless a later end corrects it. What was never handed over, or what the post cannot tell of it, changes nothing.
    """
    if order.manifest is None or order.state in CHANGEABLE or not is_the_posts(order.draft.service, event.state):
        return order.state
    standing = latest(order.draft.service, [*events, event])
    return standing.state if standing else order.state


def latest(service: Service, events: Iterable[Event]) -> Event | None:
    """The one of *events* that an order stands by; None where none of them tells more than the hand-over."""
    told = [each for each in events if is_the_posts(service, each.state)]
    ends = [each for each in told if each.state in _ENDS]
    if ends:
        return max(ends, key=lambda each: _place(service, each))
    travels = any(each.state == "in_transit" for each in told)
    # That the post has the papers is old news once they travel; of a result it says no more than the hand-over did.
    old_news = {"handed_over", "fetched"} if travels or service == "bring" else {"handed_over"}
    return max((each for each in told if each.state not in old_news), key=lambda each: _place(service, each), default=None)


def in_order(service: Service, events: Iterable[Event]) -> list[Event]:
    """*events* as they happened, oldest first, whenever they became known."""
    return sorted(events, key=lambda each: _place(service, each))


def _place(service: Service, event: Event) -> tuple[date, int, int, int]:
    stages = ((), *_ON_THE_WAY[service], _ENDS)
    number = next((number for number, stage in enumerate(stages) if event.state in stage), 0)
    attempt = 0 if event.state in _ENDS else event.attempt
    return event.on, number, attempt, stages[number].index(event.state) if number else 0


def claim_until(claim: Claim, since: date) -> date:
    """The last day for a written claim. *since*: for a loss the day on which it should have arrived, where nobody knows that the day of
    hand-over, which is the safer; for damage the day of delivery.
    """
    months = since.month - 1 + CLAIM_WITHIN_MONTHS[claim]
    year, month = since.year + months // 12, months % 12 + 1
    return date(year, month, min(since.day, monthrange(year, month)[1]))


def item_key(item: str) -> str:
    """The post's number as it is compared: capitals, without blanks and marks."""
    return re.sub(r"[\s.\-]", "", item).upper()


def is_mistyped(item: str) -> bool:
    """Whether *item* looks like an international number (S10) and its check digit is wrong; of any other number nobody can say."""
    key = item_key(item)
    return is_s10(key) and not is_s10(key, checked=True)


def manifest_code(year: int, running: int) -> str:
    """``BK2026-0001``."""
    return f"BK{year}-{running:04d}"
