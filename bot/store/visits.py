"""Check-ins, and who was sent home."""

from collections.abc import Mapping, Sequence
from datetime import date

import sqlalchemy as sa

from bot.store.scope import Scope
from bot.store.tables import check_ins, sent_home
from bot.visits.model import Outcome, SentHome


class StoredVisits:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def check_in(self, code: str, day: date, outcome: Outcome) -> Outcome | None:
        now = self._scope.now()
        if self._scope.add(check_ins, {"code": code, "day": day, "outcome": outcome, "at": now}) is not None:
            return None
        same = (check_ins.c.code == code, check_ins.c.day == day)
        before: Outcome = self._scope.connection.execute(sa.select(check_ins.c.outcome).where(*same).with_for_update()).scalar_one()
        self._scope.changed(check_ins.update().where(*same).values(outcome=outcome, at=now))
        return before

    def check_ins(self, day: date) -> Mapping[str, Outcome]:
        query = sa.select(check_ins.c.code, check_ins.c.outcome).where(check_ins.c.day == day)
        return {row.code: row.outcome for row in self._scope.connection.execute(query)}

    def send_home(self, code: str, sent: SentHome) -> bool:
        values = {
            "visit_hash": self._scope.keys.lookup("visit", code), "day": sent.day, "procedure": sent.procedure, "procedure_case": sent.case,
            "catalogue_version": sent.catalogue_version, "reason": sent.reason, "complete": sent.complete, "words": sent.words,
        }
        if self._scope.add(sent_home, values) is not None:
            return True
        same = (sent_home.c.visit_hash == values["visit_hash"], sent_home.c.day == sent.day)
        self._scope.changed(sent_home.update().where(*same).values(values))
        return False

    def sent_home(self, since: date | None = None) -> Sequence[SentHome]:
        query = sa.select(sent_home).order_by(sent_home.c.day.desc(), sent_home.c.id.desc())
        if since is not None:
            query = query.where(sent_home.c.day >= since)
        return [
            SentHome(
                visit=row.visit_hash, day=row.day, procedure=row.procedure, case=row.procedure_case,
                catalogue_version=row.catalogue_version, reason=row.reason, complete=row.complete, words=row.words,
            )
            for row in self._scope.connection.execute(query)
        ]
