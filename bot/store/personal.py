"""What is held about a citizen, kind by kind: how it is shown to them, and how it is forgotten.

What stays after erasing, and why:
- a booking still to come keeps its seat and its ticket, which is what the desk receives by, but loses the name; who
  wants to be rid of it cancels it. All other bookings go.
- a complaint's words stay, since the office owes an answer, but nobody can tell any more whose they were; ratings
  likewise keep only the score.
- a postal order that is on its way stays until it is over, since somebody must be found at the door, and goes then; one that was not
  handed over yet is cancelled by that and goes at once, like all that are over.
- refused look-ups of the last day stay: else erasing would be the way to go on guessing.
- consents stay as withdrawn, requests about one's own data stay: they show that the office did as it was asked.
- of the conversation stays the address on the channel, without which the very answer could not be sent.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from bot.clock import local
from bot.postal.model import CHANGEABLE
from bot.privacy.model import PersonalData
from bot.store.scope import Scope
from bot.store.tables import (
    bookings,
    call_backs,
    complaints,
    consents,
    conversations,
    data_requests,
    follows,
    inbox,
    outbox,
    postal_addresses,
    postal_events,
    postal_orders,
    ratings,
    readiness,
    wrong_tries,
)

GUESSES_ARE_REMEMBERED = timedelta(days=1)


class _Kind:
    """One table with a ``citizen`` column; ``shown`` names the columns that the citizen is shown."""

    kind: str
    table: sa.Table
    shown: tuple[str, ...]

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def export(self, citizen: int) -> Sequence[Mapping[str, str]]:
        query = sa.select(*(self.table.c[name] for name in self.shown)).where(*self._held(citizen))
        return [_in_words(row) for row in self._scope.connection.execute(query.order_by(*self.table.primary_key))]

    def erase(self, citizen: int) -> int:
        return self._scope.changed(self.table.delete().where(*self._of(citizen)))

    def _of(self, citizen: int) -> tuple[sa.ColumnElement[bool], ...]:
        return (self.table.c.citizen == citizen,)

    def _held(self, citizen: int) -> tuple[sa.ColumnElement[bool], ...]:
        """The rows that are shown."""
        return self._of(citizen)


class BookingData(_Kind):
    kind, table = "appointment", bookings
    shown = ("office", "start", "procedure", "state", "ticket", "name")

    def erase(self, citizen: int) -> int:
        to_come = sa.and_(bookings.c.state == "confirmed", bookings.c.start > self._scope.now())
        nameless = bookings.update().where(*self._of(citizen), to_come, bookings.c.name.is_not(None)).values(name=None)
        gone = bookings.delete().where(*self._of(citizen), ~to_come)
        return self._scope.changed(gone) + self._scope.changed(nameless)


class CallBackData(_Kind):
    kind, table = "call_back", call_backs
    shown = ("why", "about", "name", "phone", "words", "asked_at", "promised_by", "done_at")


class ComplaintData(_Kind):
    kind, table = "complaint", complaints
    shown = ("receipt", "words", "at")

    def erase(self, citizen: int) -> int:
        return self._scope.changed(complaints.update().where(*self._of(citizen)).values(citizen=None))


class RatingData(_Kind):
    kind, table = "rating", ratings
    shown = ("scale", "score", "words", "at")

    def erase(self, citizen: int) -> int:
        return self._scope.changed(ratings.update().where(*self._of(citizen)).values(citizen=None, words=None))


class FollowData(_Kind):
    kind, table = "follow", follows
    shown = ("code", "at")


class WrongTryData(_Kind):
    kind, table = "wrong_try", wrong_tries
    shown = ("at",)

    def erase(self, citizen: int) -> int:
        old = wrong_tries.c.at < self._scope.now() - GUESSES_ARE_REMEMBERED
        return self._scope.changed(wrong_tries.delete().where(*self._of(citizen), old))


class ReadinessData(_Kind):
    kind, table = "readiness", readiness
    shown = ("code", "procedure", "procedure_case", "ticked", "at")


class ConsentData(_Kind):
    kind, table = "consent", consents
    shown = ("purpose", "told_at")

    def erase(self, citizen: int) -> int:
        return self._scope.changed(consents.update().where(*self._held(citizen)).values(withdrawn_at=self._scope.now()))

    def _held(self, citizen: int) -> tuple[sa.ColumnElement[bool], ...]:
        return consents.c.citizen == citizen, consents.c.withdrawn_at.is_(None)


class DataRequestData(_Kind):
    kind, table = "data_request", data_requests
    shown = ("code", "kind", "asked_at", "due_at", "done_at")

    def erase(self, citizen: int) -> int:  # noqa: ARG002  # nothing of it goes
        return 0


class PostData:
    """Postal orders, each with what happened to it."""

    kind = "post"

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def export(self, citizen: int) -> Sequence[Mapping[str, str]]:
        query = sa.select(postal_orders).where(postal_orders.c.citizen == citizen).order_by(postal_orders.c.id)
        return [self._shown(row) for row in self._scope.connection.execute(query).all()]

    def _shown(self, row: sa.Row[Any]) -> dict[str, str]:
        plain = ("number", "service", "dossier", "procedure", "state", "time_of_day", "pair", "made_at", "collect", "item", "manifest")
        quote, person = row.quote or {}, row.person
        words = {name: row._mapping[name] for name in plain} | _recipient_in_words(person["recipient"])
        words |= {"relief": person["relief"], "note": person["note"], "price": quote.get("amount")}
        words |= {"hand_back": "; ".join(row.hand_back or ()), "happened": "; ".join(self._happened(row.id))}
        return _told(words)

    def _happened(self, order: int) -> list[str]:
        query = sa.select(postal_events).where(postal_events.c.postal_order == order).order_by(postal_events.c.day, postal_events.c.id)
        return [
            " ".join(filter(None, (_word(row.day), row.state, *(row.person or {}).values())))
            for row in self._scope.connection.execute(query)
        ]

    def erase(self, citizen: int) -> int:
        mine = postal_orders.update().where(postal_orders.c.citizen == citizen)
        may_go = sa.or_(postal_orders.c.over_at.is_not(None), postal_orders.c.state.in_(CHANGEABLE))
        # Taken before anything is deleted: one that goes onto a manifest at this moment is on its way, and stays.
        going = mine.where(may_go).values(forget=True).returning(postal_orders.c.id)
        orders = list(self._scope.connection.execute(going).scalars())
        self._scope.changed(postal_events.delete().where(postal_events.c.postal_order.in_(orders)))
        self._scope.changed(mine.where(~may_go).values(forget=True))
        return self._scope.changed(postal_orders.delete().where(postal_orders.c.id.in_(orders)))


class PostAddressData(_Kind):
    kind, table = "post_address", postal_addresses

    def export(self, citizen: int) -> Sequence[Mapping[str, str]]:
        query = sa.select(postal_addresses.c.recipient, postal_addresses.c.used_at).where(*self._of(citizen))
        return [
            _told(_recipient_in_words(row.recipient) | {"used_at": row.used_at}) for row in self._scope.connection.execute(query)
        ]


class ConversationData:
    """The address, and what the conversation is about at the moment."""

    kind = "conversation"

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def export(self, citizen: int) -> Sequence[Mapping[str, str]]:
        c = conversations.c
        query = sa.select(c.channel, c.peer, c.first_seen, c.last_seen).where(c.id == citizen)
        return [_in_words(row) for row in self._scope.connection.execute(query)]

    def erase(self, citizen: int) -> int:
        """Inside a turn the turn's own commit writes the state that follows, which is the citizen's newest."""
        held = conversations.update().where(conversations.c.id == citizen, conversations.c.state.is_not(None))
        return self._scope.changed(held.values(state=None))


class MessageData:
    """What was said, both ways."""

    kind = "message"

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def export(self, citizen: int) -> Sequence[Mapping[str, str]]:
        sources = (("received", inbox, inbox.c.received_at), ("said", outbox, outbox.c.created_at))
        lines = [
            (at, direction, payload["text"])
            for direction, table, instant in sources
            for at, payload in self._scope.connection.execute(
                sa.select(instant, table.c.payload).where(table.c.conversation == citizen).order_by(table.c.id)
            )
            if payload is not None and payload["text"]
        ]
        in_order = sorted(lines, key=itemgetter(0))
        return [{"at": _word(at), "direction": direction, "text": text} for at, direction, text in in_order]

    def erase(self, citizen: int) -> int:
        """What is still to be answered or sent is dealt with first, then forgotten; waiting notices are taken back."""
        done = sa.or_(inbox.c.done_at.is_not(None), inbox.c.id == (self._scope.event or 0))
        received = inbox.update().where(inbox.c.conversation == citizen, done, inbox.c.payload.is_not(None))
        mine = outbox.update().where(outbox.c.conversation == citizen, outbox.c.payload.is_not(None))
        on_its_way = sa.or_(outbox.c.state == "sending", sa.and_(outbox.c.state == "due", outbox.c.kind == "reply"))
        waiting = mine.where(outbox.c.state.in_(("due", "held", "blocked", "waiting")), ~on_its_way)
        forgotten = mine.where(~on_its_way).values(payload=None, reference=None)
        later = mine.where(on_its_way, ~outbox.c.forget).values(forget=True)
        dropped = waiting.values(state="dropped", payload=None)
        return sum(self._scope.changed(each) for each in (received.values(payload=None), later, dropped, forgotten))


def all_kinds(scope: Scope) -> list[PersonalData]:
    return [
        BookingData(scope), CallBackData(scope), ComplaintData(scope), RatingData(scope), FollowData(scope),
        WrongTryData(scope), ReadinessData(scope), ConsentData(scope), DataRequestData(scope), PostData(scope),
        PostAddressData(scope), MessageData(scope), ConversationData(scope),
    ]


def _recipient_in_words(recipient: Mapping[str, Any]) -> dict[str, Any]:
    address = recipient["address"]
    parts = (address["house"], address["hamlet"], address["landmark"], address["old_district"])
    units = (address["commune"]["name"], address["province"]["name"])
    named = {name: recipient[name] for name in ("name", "phone", "other")}
    return named | {"address": ", ".join(filter(None, (*parts, *units)))}


def _in_words(row: sa.Row[*tuple[Any, ...]]) -> dict[str, str]:
    return _told(dict(row._mapping))


def _told(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: _word(value) for name, value in values.items() if value not in (None, "")}


def _word(value: Any) -> str:
    if isinstance(value, datetime):
        return local(value).strftime("%d/%m/%Y %H:%M")
    return value.strftime("%d/%m/%Y") if isinstance(value, date) else str(value)
