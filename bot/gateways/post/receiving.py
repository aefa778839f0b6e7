"""Takes over what the post tells, batch by batch: news of an order that is surely meant are kept and told on, the rest is handed back."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from bot.gateways.post.carrier import Carrier, News, Place, Told
from bot.gateways.post.statuses import STATES
from bot.gateways.settlement.rows import Fault, Faulty, fault_in
from bot.postal.model import OVER, Event, Order, OrderState
from bot.postal.repository import Post
from bot.short_codes import spoken

BATCH = 100
"""Rows in one transaction: citizens' turns come in between."""

Hear = Callable[[Order, Event], object]
Opened = Callable[[], AbstractContextManager[tuple[Post, Hear]]]
"""A transaction, and who hears of news in it: committed at the end, undone when the block raises."""


@dataclass
class Report:
    """``rows`` = ``new`` + ``known`` + ``older`` + ``silent`` + ``bad``. ``silent``: named in the list without any news."""

    rows: int = 0
    new: int = 0
    known: int = 0
    older: int = 0
    silent: int = 0
    bad: int = 0
    undated: int = 0
    """Of the new ones those that had no day of their own."""
    states: Counter[OrderState] = field(default_factory=Counter)
    """Of the new ones."""
    missing: list[Order] = field(default_factory=list)
    """On a manifest that the list speaks of, not over, and not told of."""


class Unmatched(Exception):
    """Nobody can say which order is meant, or it cannot be true of it; ``key`` is the column that shows it."""

    def __init__(self, key: str, problem: str, **fields: str) -> None:
        super().__init__(problem)
        self.key, self.problem, self.fields = key, problem, fields


class Receiving:
    """*bad* hears of each row that was not taken; *doubt* of what is worth a look in one that was."""

    def __init__(
        self, carrier: Carrier, opened: Opened, today: date, bad: Callable[[Place, Sequence[Fault]], None],
        doubt: Callable[[Place, Fault], None],
    ) -> None:
        self._carrier, self._opened, self._today, self._bad, self._doubt = carrier, opened, today, bad, doubt
        self._report = Report()
        self._lists: set[str] = set()
        self._told_of: set[str] = set()

    def run(self) -> Report:
        """What was taken until something raises stays, and the same list taken once more goes on from there."""
        told = self._carrier.read()
        while batch := list(islice(told, BATCH)):
            with self._opened() as (post, hear):
                done = [self._take(each, post, hear) for each in batch]
            # Told of only once it is kept: a batch that fails is taken again.
            for each, (outcome, doubts) in zip(batch, done, strict=True):
                self._count(each, outcome, doubts)
        with self._opened() as (post, _):
            self._report.missing = list(self._missing(post))
        return self._report

    def _take(self, told: Told, post: Post, hear: Hear) -> "tuple[_Outcome, tuple[Fault, ...]]":
        if isinstance(told.read, Faulty):
            return _Outcome("bad", faults=told.read.faults), ()
        try:
            order = _order(told.read, told.doubts, told.place, post)
            return self._keep(order, told.read, told.place, post, hear), told.doubts
        except Unmatched as error:
            key = error.key if told.place.has(error.key) else next(iter(told.place.header.columns))
            fault = fault_in(told.place.header, told.place.row, told.place.number, key, error.problem, **error.fields)
            return _Outcome("bad", faults=(fault,)), ()

    def _keep(self, order: Order, news: News, place: Place, post: Post, hear: Hear) -> "_Outcome":
        if order.manifest is None:
            raise Unmatched("order", "not_handed_over", order=spoken(order.number))
        if news.meaning is None:
            return _Outcome("silent", order)
        if news.meaning not in STATES[order.draft.service]:
            raise Unmatched("status", f"not_of_this_service_{order.draft.service}")
        state = STATES[order.draft.service][news.meaning]
        if state is None:
            return _Outcome("known", order)
        events = post.events(order.number)
        handed_over = next((each.on for each in events if each.state == "handed_over"), None)
        if news.on and handed_over and news.on < handed_over:
            key = next(key for key in ("status_on", "signed_on", "sent_on") if place.has(key))
            raise Unmatched(key, "before_hand_over", handed=f"{handed_over:%d/%m/%Y}", day=f"{news.on:%d/%m/%Y}")
        if news.on is None and _is_known(state, news.attempt, events):
            return _Outcome("known", order)
        on = news.on or max(min(place.made_on, self._today), handed_over or place.made_on)
        failed = state in ("failed", "returned", "cancelled")
        event = Event(
            state, on, news.attempt, reason=(news.reason or (news.words if news.meaning == "returning" else None)) if failed else None,
            receiver=news.receiver if state == "delivered" else None, next_try=news.next_try if state == "failed" else None,
        )
        recorded = post.record(order.number, event, news.item)
        if recorded == "refused":
            raise Unmatched("status", "refused", order=spoken(order.number))
        if recorded == "new":
            hear(post.get(order.number) or order, event)
        return _Outcome(recorded, order, state, undated=news.on is None)

    def _count(self, told: Told, outcome: "_Outcome", doubts: Sequence[Fault]) -> None:
        report = self._report
        report.rows += 1
        setattr(report, outcome.kind, getattr(report, outcome.kind) + 1)
        if outcome.order is not None and outcome.order.manifest is not None:
            self._lists.add(outcome.order.manifest)
            if outcome.kind != "silent":
                self._told_of.add(outcome.order.number)
        if outcome.kind == "new" and outcome.state is not None:
            report.states[outcome.state] += 1
            report.undated += outcome.undated
        if outcome.faults:
            self._bad(told.place, outcome.faults)
        for each in doubts:
            self._doubt(told.place, each)

    def _missing(self, post: Post) -> Iterator[Order]:
        for code in sorted(self._lists):
            manifest = post.manifest(code)
            for listed in manifest.orders if manifest else ():
                order = post.get(listed.number)
                if order is not None and order.state not in OVER and order.number not in self._told_of:
                    yield order


@dataclass(frozen=True, slots=True)
class _Outcome:
    """``kind`` names the count of the report that it adds to."""

    kind: str
    order: Order | None = None
    state: OrderState | None = None
    undated: bool = False
    faults: tuple[Fault, ...] = ()


def _order(news: News, doubts: Sequence[Fault], place: Place, post: Post) -> Order:
    """The one order that is meant: by its number, else by dossier and service, else by the post's number. Raises Unmatched."""
    if news.number is not None:
        order = post.get(news.number)
        if order is None:
            raise Unmatched("order" if place.has("order") else "note", "unknown_order", order=spoken(news.number))
        if news.dossier and order.draft.dossier and news.dossier != order.draft.dossier:
            raise Unmatched("code", "other_dossier", order=spoken(order.number))
        if news.service and news.service != order.draft.service:
            raise Unmatched("service", "other_service", order=spoken(order.number))
        return order
    found: Sequence[Order] = ()
    if news.dossier is not None:
        found = _of_service(post.find(dossier=news.dossier), news)
        if len(found) == 1:
            return found[0]
    if news.item is not None:
        by_item = _of_service(post.find(item=news.item), news)
        both = [each for each in by_item if not found or each.number in {other.number for other in found}]
        if len(both) == 1:
            return both[0]
        found = found or by_item
    if found:
        numbers = ", ".join(spoken(each.number) for each in found)
        raise Unmatched("code" if news.dossier else "item", "two_orders", numbers=numbers)
    for each in doubts:
        raise Unmatched("item" if each.problem == "mistyped_item" else "code", each.problem)
    raise Unmatched("code" if news.dossier else "item", "no_order")


def _of_service(orders: Sequence[Order], news: News) -> list[Order]:
    return [each for each in orders if news.service in (None, each.draft.service)]


def _is_known(state: OrderState, attempt: int, events: Sequence[Event]) -> bool:
    """Whether news without a day of their own are told already: else a list sent again would tell them once more."""
    return any(each.state == state and (attempt == 0 or each.attempt in (0, attempt)) for each in events)
