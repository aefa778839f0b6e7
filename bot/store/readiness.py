"""Readiness checks under their codes."""

import json
from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from bot.readiness.model import Readiness
from bot.store.scope import Scope
from bot.store.tables import readiness as table


class StoredReadinessChecks:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def keep(self, check: Readiness) -> bool:
        return self._scope.add_coded(table, {
            "code": check.code, "citizen": check.citizen, "procedure": check.procedure, "procedure_case": check.case,
            "ticked": json.dumps(check.ticked), "catalogue_version": check.catalogue_version, "at": check.at,
        })

    def get(self, code: str) -> Readiness | None:
        row = self._scope.connection.execute(sa.select(table).where(table.c.code == code)).one_or_none()
        return None if row is None else _check(row)

    def latest(self, citizens: Collection[int]) -> Mapping[tuple[int, str], Readiness]:
        query = sa.select(table).where(table.c.citizen.in_(citizens)).order_by(table.c.at, table.c.code)
        return {(row.citizen, row.procedure): _check(row) for row in self._scope.connection.execute(query)}


def _check(row: sa.Row[Any]) -> Readiness:
    return Readiness(
        code=row.code, citizen=row.citizen, procedure=row.procedure, case=row.procedure_case,
        ticked=tuple(json.loads(row.ticked)), catalogue_version=row.catalogue_version, at=row.at,
    )
