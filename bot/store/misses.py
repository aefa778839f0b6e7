"""Questions missed."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

import sqlalchemy as sa

from bot.misses.model import Miss
from bot.store.scope import Scope
from bot.store.tables import misses as table


class StoredMisses:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def record(self, miss: Miss) -> bool:
        return self._scope.add_coded(table, asdict(miss))

    def since(self, day: date | None = None) -> Sequence[Miss]:
        query = sa.select(table).order_by(table.c.day.desc(), table.c.id)
        if day is not None:
            query = query.where(table.c.day >= day)
        return [Miss(row.id, row.words, row.why, row.day) for row in self._scope.connection.execute(query)]
