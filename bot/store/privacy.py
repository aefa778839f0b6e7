"""Consents, requests about one's own data, and erasing."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from bot.privacy.model import DataRequest, Purpose
from bot.store.personal import all_kinds
from bot.store.scope import Scope
from bot.store.tables import consents, data_requests, postal_addresses


class StoredPrivacy:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def told(self, citizen: int, purpose: Purpose) -> bool:
        query = sa.select(consents.c.told_at).where(
            consents.c.citizen == citizen, consents.c.purpose == purpose, consents.c.withdrawn_at.is_(None)
        )
        return self._scope.connection.execute(query).first() is not None

    def tell(self, citizen: int, purpose: Purpose) -> None:
        told = {"told_at": self._scope.now(), "withdrawn_at": None}
        if not self._scope.add_coded(consents, {"citizen": citizen, "purpose": purpose} | told):
            again = consents.update().where(
                consents.c.citizen == citizen, consents.c.purpose == purpose, consents.c.withdrawn_at.is_not(None)
            )
            self._scope.changed(again.values(told))

    def withdraw(self, citizen: int) -> int:
        self._scope.changed(postal_addresses.delete().where(postal_addresses.c.citizen == citizen))
        given = consents.update().where(consents.c.citizen == citizen, consents.c.withdrawn_at.is_(None))
        return self._scope.changed(given.values(withdrawn_at=self._scope.now()))

    def held(self, citizen: int) -> Mapping[str, Sequence[Mapping[str, str]]]:
        exported = ((data.kind, data.export(citizen)) for data in all_kinds(self._scope))
        return {kind: records for kind, records in exported if records}

    def erase(self, citizen: int) -> Mapping[str, int]:
        erased = ((data.kind, data.erase(citizen)) for data in all_kinds(self._scope))
        return {kind: count for kind, count in erased if count}

    def keep_request(self, request: DataRequest) -> bool:
        return self._scope.add_coded(data_requests, {
            "code": request.code, "citizen": request.citizen, "kind": request.kind, "asked_at": request.asked_at,
            "due_at": request.due_at, "done_at": request.done_at,
        })

    def requests(self, *, open_only: bool = True) -> Sequence[DataRequest]:
        query = sa.select(data_requests).order_by(data_requests.c.due_at, data_requests.c.code)
        if open_only:
            query = query.where(data_requests.c.done_at.is_(None))
        return [
            DataRequest(row.code, row.citizen, row.kind, row.asked_at, row.due_at, row.done_at)
            for row in self._scope.connection.execute(query)
        ]

    def request_done(self, code: str) -> bool:
        """False when there is no such open request."""
        waiting = data_requests.update().where(data_requests.c.code == code, data_requests.c.done_at.is_(None))
        return self._scope.changed(waiting.values(done_at=self._scope.now())) == 1
