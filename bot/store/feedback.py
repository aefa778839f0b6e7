"""Call-backs, complaints and ratings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.feedback.model import CallBack, Complaint, Rating, Why
from bot.store.scope import Scope
from bot.store.tables import call_backs, complaints, ratings

_WAITING = call_backs.c.done_at.is_(None)
_QUEUE = sa.select(call_backs).where(_WAITING).order_by(call_backs.c.asked_at, call_backs.c.id)


class StoredFeedback:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def ask_call_back(
        self, citizen: int, why: Why, about: str | None, name: str | None, phone: str, words: str | None,
        promised_by: datetime | None,
    ) -> CallBack:
        """Asked again, the place in the queue stays; what is not said again (name, words) stays too."""
        fresh = {"phone": phone, "promised_by": promised_by}
        fresh |= {key: value for key, value in (("name", name), ("words", words)) if value is not None}
        about_hash = "" if about is None else self._scope.keys.lookup("about", about)
        same = (call_backs.c.citizen == citizen, call_backs.c.why == why, call_backs.c.about_hash == about_hash)
        update = call_backs.update().where(*same, _WAITING).values(fresh).returning(call_backs.c.id)
        values = {
            "citizen": citizen, "why": why, "about": about, "about_hash": about_hash, "name": name, "phone": phone,
            "words": words, "asked_at": self._scope.now(), "promised_by": promised_by,
        }
        call_back = self._scope.connection.execute(update).scalar_one_or_none()
        if call_back is None:
            call_back = self._scope.add(call_backs, values)
        if call_back is None:  # another worker kept the same wish in between
            call_back = self._scope.connection.execute(update).scalar_one()
        kept = sa.select(call_backs).where(call_backs.c.id == call_back)
        return _call_back(self._scope.connection.execute(kept).one())

    def waiting(self) -> Sequence[CallBack]:
        return [_call_back(row) for row in self._scope.connection.execute(_QUEUE)]

    def done(self, call_back: int) -> bool:
        waiting = call_backs.update().where(call_backs.c.id == call_back, _WAITING)
        return self._scope.changed(waiting.values(done_at=self._scope.now())) == 1

    def waiting_of(self, citizen: int) -> Sequence[CallBack]:
        query = _QUEUE.where(call_backs.c.citizen == citizen)
        return [_call_back(row) for row in self._scope.connection.execute(query)]

    def keep_complaint(self, complaint: Complaint) -> bool:
        return self._scope.add_coded(complaints, {
            "receipt": complaint.receipt, "citizen": complaint.citizen, "words": complaint.words, "at": complaint.at,
        })

    def complaints(self) -> Sequence[Complaint]:
        query = sa.select(complaints).order_by(complaints.c.at, complaints.c.receipt)
        return [Complaint(row.receipt, row.citizen, row.words, row.at) for row in self._scope.connection.execute(query)]

    def keep_rating(self, rating: Rating) -> None:
        self._scope.connection.execute(ratings.insert(), {
            "citizen": rating.citizen, "scale": rating.scale, "score": rating.score, "words": rating.words,
            "at": rating.at,
        })


def _call_back(row: sa.Row[Any]) -> CallBack:
    return CallBack(
        id=row.id, citizen=row.citizen, why=row.why, about=row.about, name=row.name, phone=row.phone, words=row.words,
        asked_at=row.asked_at, promised_by=row.promised_by, done_at=row.done_at,
    )
