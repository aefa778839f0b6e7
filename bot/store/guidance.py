"""The guidance log."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from bot.guidance.model import Told
from bot.store.scope import Scope
from bot.store.tables import guidance_log as table

_AT_A_TIME = 1000


class StoredGuidanceLog:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def record(self, told: Told) -> None:
        self._scope.connection.execute(table.insert(), asdict(told))

    def between(self, since: datetime, until: datetime) -> Iterator[Told]:
        """Read piece by piece: a year of a province does not fit into memory."""
        query = sa.select(table).where(table.c.at < until).order_by(table.c.at, table.c.id).limit(_AT_A_TIME)
        rows = self._scope.connection.execute(query.where(table.c.at >= since)).all()
        while rows:
            for row in rows:
                yield Told(row.at, row.channel, row.procedure, row.facet, row.catalogue_version, row.decision)
            at, last = rows[-1].at, rows[-1].id
            later = sa.or_(table.c.at > at, sa.and_(table.c.at == at, table.c.id > last))
            rows = self._scope.connection.execute(query.where(table.c.at >= at, later)).all()

    def asked(self) -> Mapping[str, int]:
        query = sa.select(table.c.procedure, sa.func.count()).group_by(table.c.procedure)
        return {row[0]: row[1] for row in self._scope.connection.execute(query)}
