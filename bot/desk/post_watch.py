"""What of the post needs somebody: deliveries in vain, prices to ask for, orders of which nothing is heard."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.calendar.model import NationalCalendar
from bot.calendar.rules import subtract_working_days, working_days_between
from bot.clock import local
from bot.desk.post_list import Words, order_row
from bot.postal.model import Event, Order, OrderState
from bot.postal.prices import PriceTable
from bot.postal.repository import Post

SILENT_AFTER = 5
"""Working days without news after which somebody asks the post."""
_ON_THE_WAY: tuple[OrderState, ...] = ("handed_over", "fetched", "in_transit", "out_for_delivery", "failed")
_IN_VAIN: tuple[OrderState, ...] = ("failed", "returned")


def last_working_day(calendar: NationalCalendar, day: date) -> date:
    """The one before *day*: what happened since then nobody has seen yet."""
    return subtract_working_days(calendar, day, 1)


def failure_rows(post: Post, first: date, last: date, prices: PriceTable | None, words: Words) -> list[dict[str, Any]]:
    """Orders that failed or came back on those days and were not delivered since; each with the latest such event."""
    rows = []
    for order in post.in_state(*_ON_THE_WAY, "returned"):
        vain = [each for each in post.events(order.number) if each.state in _IN_VAIN and first <= each.on <= last]
        if vain:
            rows.append({**order_row(order, prices, words), **event_row(vain[-1])})
    return sorted(rows, key=lambda row: (row["day"], row["number"]))


def event_row(event: Event) -> dict[str, Any]:
    return {
        "state": event.state, "day": event.on.isoformat(), "attempt": event.attempt or None, "reason": event.reason,
        "receiver": event.receiver, "next_try": event.next_try.isoformat() if event.next_try else None,
    }


def asked_rows(post: Post, prices: PriceTable | None, words: Words) -> list[dict[str, Any]]:
    """Oldest first."""
    return [_with_made_at(each, prices, words) for each in post.in_state("asked")]


def confirmed_rows(post: Post, prices: PriceTable | None, words: Words) -> list[dict[str, Any]]:
    return [_with_made_at(each, prices, words) for each in post.in_state("confirmed")]


def _with_made_at(order: Order, prices: PriceTable | None, words: Words) -> dict[str, Any]:
    return {**order_row(order, prices, words), "made_at": local(order.made_at).isoformat(timespec="minutes")}


def silent_rows(post: Post, day: date, calendar: NationalCalendar, prices: PriceTable | None, words: Words) -> list[dict[str, Any]]:
    """Orders on their way whose last news (at first the hand-over itself) is more than SILENT_AFTER working days old; oldest first."""
    rows = []
    for order in post.in_state(*_ON_THE_WAY):
        last = _last(post.events(order.number))
        if last is not None and working_days_between(calendar, last, day) > SILENT_AFTER:
            rows.append({**order_row(order, prices, words), "last": last.isoformat()})
    return sorted(rows, key=lambda row: (row["last"], row["number"]))


def _last(events: Sequence[Event]) -> date | None:
    return max((each.on for each in events), default=None)
