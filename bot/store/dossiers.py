"""Dossiers as the settlement system last told of them, refused look-ups, and who wants to hear of changes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa

from bot.dossiers.model import Dossier
from bot.store.scope import Scope
from bot.store.tables import dossiers, follows, wrong_tries

_PERSON = ("applicant", "phone_last4", "id_last4", "reason", "status_words", "missing")
_PLAIN = tuple(field.name for field in fields(Dossier) if field.name not in _PERSON)
_AT_A_TIME = 500


class StoredDossiers:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def get(self, code: str) -> Dossier | None:
        row = self._scope.connection.execute(sa.select(dossiers).where(dossiers.c.code == code)).one_or_none()
        return None if row is None else _dossier(row)

    def put(self, dossiers: Iterable[Dossier]) -> int:
        """A dossier told of again word for word, only later, does not count as changed."""
        return sum(self._put_some(some) for some in _batches(dossiers))

    def count(self) -> int:
        return self._scope.connection.execute(sa.select(sa.func.count()).select_from(dossiers)).scalar_one()

    def wrong_tries(self, citizen: int, code: str, since: datetime) -> tuple[int, int]:
        count = sa.select(sa.func.count()).select_from(wrong_tries).where(wrong_tries.c.at >= since)
        by_citizen = count.where(wrong_tries.c.citizen == citizen)
        on_code = count.where(wrong_tries.c.code_hash == self._hash(code))
        row = self._scope.connection.execute(sa.select(by_citizen.scalar_subquery(), on_code.scalar_subquery())).one()
        return row[0], row[1]

    def record_wrong_try(self, citizen: int, code: str) -> None:
        self._scope.connection.execute(
            wrong_tries.insert(), {"citizen": citizen, "code_hash": self._hash(code), "at": self._scope.now()}
        )

    def follow(self, citizen: int, code: str) -> bool:
        values = {"citizen": citizen, "code": code, "code_hash": self._hash(code), "at": self._scope.now()}
        return self._scope.add(follows, values) is not None

    def unfollow(self, citizen: int, code: str | None = None) -> int:
        forget = follows.delete().where(follows.c.citizen == citizen)
        return self._scope.changed(forget if code is None else forget.where(follows.c.code_hash == self._hash(code)))

    def followed(self, citizen: int) -> list[str]:
        query = sa.select(follows.c.code).where(follows.c.citizen == citizen).order_by(follows.c.id)
        return list(self._scope.connection.execute(query).scalars())

    def followers(self, code: str) -> list[int]:
        """The citizens who want to hear of changes to this dossier."""
        query = sa.select(follows.c.citizen).where(follows.c.code_hash == self._hash(code)).order_by(follows.c.id)
        return list(self._scope.connection.execute(query).scalars())

    def _hash(self, code: str) -> str:
        return self._scope.keys.lookup("dossier", code)

    def _put_some(self, some: Sequence[Dossier]) -> int:
        connection = self._scope.connection
        latest = {dossier.code: dossier for dossier in some}
        query = sa.select(dossiers).where(dossiers.c.code.in_(latest)).with_for_update()
        held = {row.code: _dossier(row) for row in connection.execute(query)}
        new = [_values(each) for code, each in latest.items() if code not in held]
        told_again = [each for code, each in latest.items() if code in held and each != held[code]]
        if new:
            connection.execute(dossiers.insert(), new)
        if told_again:
            update = dossiers.update().where(dossiers.c.code == sa.bindparam("of_code"))
            connection.execute(update, [_values(each) | {"of_code": each.code} for each in told_again])
        return len(new) + sum(_without_as_of(each) != _without_as_of(held[each.code]) for each in told_again)


def _batches(all_of_them: Iterable[Dossier]) -> Iterator[list[Dossier]]:
    rest = iter(all_of_them)
    while some := list(islice(rest, _AT_A_TIME)):
        yield some


def _values(dossier: Dossier) -> dict[str, Any]:
    person = {name: getattr(dossier, name) for name in _PERSON}
    return {name: getattr(dossier, name) for name in _PLAIN} | {"person": person}


def _dossier(row: sa.Row[Any]) -> Dossier:
    person = {**row.person, "missing": tuple(row.person["missing"])}
    return Dossier(**{name: getattr(row, name) for name in _PLAIN}, **person)


def _without_as_of(dossier: Dossier) -> dict[str, Any]:
    values = _values(dossier)
    del values["as_of"]
    return values
