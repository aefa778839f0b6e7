"""Postal orders. Unique indexes keep the promises: one live order for an errand, one list for a day, one place for an order on it.

Whoever changes an order takes its row with an UPDATE first, never with a lock on a row that was read: making up a manifest holds the
whole table against writers for a moment, and waits for those that have begun.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from bot.clock import local
from bot.postal.model import CHANGEABLE, Address, Draft, Event, Manifest, Order, OrderState, Recipient, Unit
from bot.postal.prices import Quote
from bot.postal.repository import Recorded
from bot.postal.rules import after_change, in_order, is_over, is_the_posts, item_key, latest, manifest_code, next_state, subject
from bot.short_codes import MOST_TRIES, new_code
from bot.store.privacy import StoredPrivacy
from bot.store.scope import Scope
from bot.store.tables import consents, key_check, postal_events, postal_manifests
from bot.store.tables import postal_addresses as addresses
from bot.store.tables import postal_orders as table

SHOWN_AFTER_IT_IS_OVER = timedelta(days=30)


class StoredPost:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def keep(self, draft: Draft, state: OrderState, *, collect: int | None = None, hand_back: Sequence[str] = ()) -> Order | None:
        if state not in CHANGEABLE:
            raise ValueError(f"an order does not begin as {state}")
        values = self._values(draft) | {
            "citizen": draft.citizen, "service": draft.service, "subject_hash": self._subject(draft), "state": state,
            "made_at": self._scope.now(), "collect": collect, "hand_back": list(hand_back), "forget": False,
        }
        for _ in range(MOST_TRIES):
            number = new_code("B")
            if self._scope.add(table, values | {"number": number}) is not None:
                self._touch(draft)
                return self.get(number)
            if self._stands(draft):
                return None
        raise RuntimeError(f"{MOST_TRIES} numbers of postal orders in a row were taken: old ones must be emptied (db retention)")

    def get(self, number: str) -> Order | None:
        row = self._scope.connection.execute(sa.select(table).where(table.c.number == number)).one_or_none()
        return None if row is None else _order(row)

    def of(self, citizen: int) -> Sequence[Order]:
        recent = sa.or_(table.c.over_at.is_(None), table.c.over_at >= self._scope.now() - SHOWN_AFTER_IT_IS_OVER)
        return self._orders(sa.select(table).where(table.c.citizen == citizen, recent).order_by(table.c.id.desc()))

    def events(self, number: str) -> Sequence[Event]:
        query = sa.select(table.c.id, table.c.service).where(table.c.number == number)
        row = self._scope.connection.execute(query).one_or_none()
        return [] if row is None else in_order(row.service, self._events(row.id))

    def change(self, number: str, draft: Draft) -> bool:
        order = self._take(number)
        if order is None:
            return False
        held = order.draft
        if (held.citizen, held.service, subject(held)) != (draft.citizen, draft.service, subject(draft)):
            raise ValueError(f"order {number} is another citizen's, or about something else")
        put, state = after_change(order, draft)
        self._scope.changed(self._of(number).values(self._values(put) | {"state": state}))
        self._touch(put)
        return True

    def confirm(self, number: str, quote: Quote | None) -> bool:
        settled = {"state": "confirmed"} | ({} if quote is None else {"quote": _quote_json(quote)})
        return self._scope.changed(self._of(number).where(table.c.state == "asked").values(settled)) == 1

    def cancel(self, number: str) -> bool:
        now = self._scope.now()
        cancelled = self._of(number).where(table.c.state.in_(CHANGEABLE)).values(state="cancelled", over_at=now).returning(table.c.id)
        order = self._scope.connection.execute(cancelled).scalar_one_or_none()
        if order is None:
            return False
        return self._add_event(order, Event("cancelled", local(now).date()))

    def note_for(
        self, number: str, *, collect: int | None = None, hand_back: Sequence[str] | None = None, sheets: int | None = None
    ) -> bool:
        known = {
            "collect": collect, "hand_back": None if hand_back is None else list(hand_back), "sheets": sheets, "state": table.c.state,
        }
        noted = self._of(number).where(table.c.state.in_(CHANGEABLE))
        return self._scope.changed(noted.values({name: value for name, value in known.items() if value is not None})) == 1

    def make_manifest(self, day: date) -> Manifest | None:
        connection = self._scope.connection
        if connection.dialect.name == "postgresql":
            # Changes and cancellations being made at this moment are waited for; those that come after it find the order handed over.
            connection.execute(sa.text("LOCK TABLE postal_orders IN SHARE ROW EXCLUSIVE MODE"))
        made = connection.execute(sa.select(postal_manifests.c.code).where(postal_manifests.c.day == day)).scalar_one_or_none()
        if made is not None:
            return self.manifest(made)
        confirmed = sa.select(table.c.id).where(table.c.state == "confirmed").order_by(table.c.made_at, table.c.id)
        orders = list(connection.execute(confirmed).scalars())
        if not orders:
            return None
        last = sa.select(sa.func.max(postal_manifests.c.running)).where(postal_manifests.c.year == day.year)
        running = (connection.execute(last).scalar_one() or 0) + 1
        code = manifest_code(day.year, running)
        connection.execute(postal_manifests.insert(), {
            "code": code, "day": day, "year": day.year, "running": running, "made_at": self._scope.now(),
        })
        update = table.update().where(table.c.id == sa.bindparam("of_id"))
        connection.execute(
            update.values(state="handed_over", manifest=code, place=sa.bindparam("in_place")),
            [{"of_id": order, "in_place": place} for place, order in enumerate(orders, start=1)],
        )
        handed_over = {"state": "handed_over", "day": day, "attempt": 0}
        connection.execute(postal_events.insert(), [handed_over | {"postal_order": order} for order in orders])
        return self.manifest(code)

    def manifest(self, code: str) -> Manifest | None:
        query = sa.select(postal_manifests).where(postal_manifests.c.code == code)
        row = self._scope.connection.execute(query).one_or_none()
        return None if row is None else self._manifest(row)

    def manifests(self, since: date) -> Sequence[Manifest]:
        query = sa.select(postal_manifests).where(postal_manifests.c.day >= since).order_by(postal_manifests.c.day)
        return [self._manifest(row) for row in self._scope.connection.execute(query).all()]

    def record(self, number: str, event: Event, item: str | None = None) -> Recorded:
        # Two lists read in at once take turns: their orders may come in different orders.
        self._scope.connection.execute(sa.select(key_check.c.id).with_for_update()).all()
        row = self._scope.connection.execute(
            self._of(number).where(table.c.manifest.is_not(None)).values(state=table.c.state).returning(table)
        ).one_or_none()
        if row is None or not is_the_posts(row.service, event.state):
            return "refused"
        known = self._events(row.id)
        recorded: Recorded = "known"
        if self._add_event(row.id, event):
            recorded = "new" if latest(row.service, [*known, event]) == event else "older"
        fresh: dict[str, Any] = {}
        if recorded == "new":
            state = next_state(_order(row), known, event)
            fresh |= {"state": state, "over_at": (row.over_at or self._scope.now()) if is_over(state) else None}
        if item is not None and (recorded == "new" or row.item is None):
            fresh |= {"item": item, "item_hash": self._scope.keys.lookup("post_item", item_key(item))}
        if fresh:
            self._scope.changed(self._of(number).values(fresh))
        return recorded

    def find(self, *, dossier: str | None = None, item: str | None = None) -> Sequence[Order]:
        query = sa.select(table).where(table.c.manifest.is_not(None)).order_by(table.c.id)
        if dossier is not None:
            query = query.where(table.c.dossier_hash == self._scope.keys.lookup("dossier", dossier))
        if item is not None:
            query = query.where(table.c.item_hash == self._scope.keys.lookup("post_item", item_key(item)))
        return [] if dossier is None and item is None else self._orders(query)

    def in_state(self, *states: OrderState) -> Sequence[Order]:
        return self._orders(sa.select(table).where(table.c.state.in_(states)).order_by(table.c.made_at, table.c.id))

    def remembered(self, citizen: int) -> Recipient | None:
        agreed = sa.exists().where(
            consents.c.citizen == citizen, consents.c.purpose == "post_address", consents.c.withdrawn_at.is_(None)
        )
        query = sa.select(addresses.c.recipient).where(addresses.c.citizen == citizen, agreed)
        recipient = self._scope.connection.execute(query).scalar_one_or_none()
        return None if recipient is None else _recipient(recipient)

    def remember(self, citizen: int, recipient: Recipient) -> None:
        values = {"recipient": asdict(recipient), "used_at": self._scope.now()}
        if not self._scope.add_coded(addresses, values | {"citizen": citizen}):
            self._scope.changed(addresses.update().where(addresses.c.citizen == citizen).values(values))
        StoredPrivacy(self._scope).tell(citizen, "post_address")

    def forget(self, citizen: int) -> bool:
        ended = consents.update().where(
            consents.c.citizen == citizen, consents.c.purpose == "post_address", consents.c.withdrawn_at.is_(None)
        )
        self._scope.changed(ended.values(withdrawn_at=self._scope.now()))
        return self._scope.changed(addresses.delete().where(addresses.c.citizen == citizen)) == 1

    def _touch(self, draft: Draft) -> None:
        """An address remembered is used when an order goes there."""
        if self.remembered(draft.citizen) == draft.recipient:
            self._scope.changed(addresses.update().where(addresses.c.citizen == draft.citizen).values(used_at=self._scope.now()))

    def _of(self, number: str) -> sa.Update:
        return table.update().where(table.c.number == number)

    def _take(self, number: str) -> Order | None:
        """The order, as long as it may be changed, kept from everybody else until the end of the transaction."""
        taken = self._of(number).where(table.c.state.in_(CHANGEABLE)).values(state=table.c.state).returning(table)
        row = self._scope.connection.execute(taken).one_or_none()
        return None if row is None else _order(row)

    def _stands(self, draft: Draft) -> bool:
        """Whether there is a live order for the same."""
        same = (table.c.citizen == draft.citizen, table.c.service == draft.service, table.c.subject_hash == self._subject(draft))
        return self._scope.connection.execute(sa.select(table.c.id).where(*same, table.c.over_at.is_(None))).first() is not None

    def _subject(self, draft: Draft) -> str:
        return self._scope.keys.lookup("post_subject", subject(draft))

    def _orders(self, query: sa.Select[Any]) -> list[Order]:
        return [_order(row) for row in self._scope.connection.execute(query)]

    def _events(self, order: int) -> list[Event]:
        query = sa.select(postal_events).where(postal_events.c.postal_order == order).order_by(postal_events.c.id)
        return [_event(row) for row in self._scope.connection.execute(query)]

    def _add_event(self, order: int, event: Event) -> bool:
        """False where the same is there already."""
        person = {"reason": event.reason, "receiver": event.receiver}
        return self._scope.add(postal_events, {
            "postal_order": order, "state": event.state, "day": event.on, "attempt": event.attempt, "next_try": event.next_try,
            "person": person if any(person.values()) else None,
        }) is not None

    def _manifest(self, row: sa.Row[Any]) -> Manifest:
        orders = self._orders(sa.select(table).where(table.c.manifest == row.code).order_by(table.c.place))
        listed = tuple(replace(each, state="handed_over", item=None) for each in orders)
        return Manifest(code=row.code, day=row.day, made_at=row.made_at, orders=listed)

    def _values(self, draft: Draft) -> dict[str, Any]:
        """What a change may put in place of what is there."""
        dossier_hash = None if draft.dossier is None else self._scope.keys.lookup("dossier", draft.dossier)
        return {
            "dossier": draft.dossier, "dossier_hash": dossier_hash, "procedure": draft.procedure,
            "person": {"recipient": asdict(draft.recipient), "relief": draft.relief, "note": draft.note},
            "quote": _quote_json(draft.quote), "time_of_day": draft.time_of_day, "pair": draft.pair,
        }


def _order(row: sa.Row[Any]) -> Order:
    draft = Draft(
        citizen=row.citizen, service=row.service, dossier=row.dossier, procedure=row.procedure,
        recipient=_recipient(row.person["recipient"]), quote=_quote(row.quote), relief=row.person["relief"],
        time_of_day=row.time_of_day, note=row.person["note"], pair=row.pair,
    )
    return Order(
        number=row.number, draft=draft, state=row.state, made_at=row.made_at, collect=row.collect,
        hand_back=tuple(row.hand_back or ()), sheets=row.sheets, manifest=row.manifest, item=row.item,
    )


def _event(row: sa.Row[Any]) -> Event:
    return Event(state=row.state, on=row.day, attempt=row.attempt, next_try=row.next_try, **(row.person or {}))


def _recipient(held: dict[str, Any]) -> Recipient:
    address = held["address"]
    units = {name: Unit(**address[name]) for name in ("commune", "province")}
    return Recipient(**held | {"address": Address(**address | units)})


def _quote_json(quote: Quote | None) -> dict[str, Any] | None:
    return None if quote is None else asdict(quote) | {"dated": quote.dated.isoformat()}


def _quote(held: dict[str, Any] | None) -> Quote | None:
    return None if held is None else Quote(**held | {"dated": date.fromisoformat(held["dated"])})
