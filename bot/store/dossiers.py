"""Dossiers as the settlement system last told of them, refused look-ups, and who wants to hear of changes."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, TypeVar, get_args
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from bot.dossiers.model import Changed, Dossier, Follower, Import, SecondFact, Update
from bot.dossiers.rules import UNDER_WAY, merged
from bot.store.crypto import Keys
from bot.store.scope import Scope
from bot.store.tables import dossier_imports, follows, key_check, wrong_tries
from bot.store.tables import dossiers as table

_PERSON = ("applicant", "phone_last4", "id_last4", "reason", "status_words", "missing", "paused_days")
_PLAIN = tuple(field.name for field in fields(Dossier) if field.name not in _PERSON)
_AT_A_TIME = 500
_STAND_IN = Dossier("", "in_progress", datetime.min.replace(tzinfo=UTC), applicant="Nguyen Thi Mau", phone_last4="0000", id_last4="0000")
_STAND_INS: "WeakKeyDictionary[Keys, str]" = WeakKeyDictionary()

T = TypeVar("T")


class StoredDossiers:
    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def get(self, code: str) -> Dossier | None:
        row = self._scope.connection.execute(sa.select(table).where(table.c.code == code)).one_or_none()
        if row is None:
            self._take_as_long()
            return None
        return _dossier(row)

    def _take_as_long(self) -> None:
        """As long as decrypting takes, or the time of a refusal would tell which codes there are."""
        keys = self._scope.keys
        if keys not in _STAND_INS:
            _STAND_INS[keys] = keys.encrypt(json.dumps(_values(_STAND_IN)["person"], ensure_ascii=False))
        person = json.loads(keys.decrypt(_STAND_INS[keys]))
        replace(_STAND_IN, applicant=person["applicant"])

    def put(self, dossiers: Iterable[Dossier]) -> int:
        """A dossier told of again word for word, only later, does not count as changed."""
        return sum(self._put_some(some) for some in batched(dossiers, _AT_A_TIME))

    def update(self, dossiers: Sequence[Dossier], told: Collection[str]) -> Update:
        connection = self._scope.connection
        new = {each.code: each for each in sorted(dossiers, key=lambda each: each.code)}
        # Two imports at once take turns: a code that both of them have for the first time would else fail one of them.
        connection.execute(sa.select(key_check.c.id).with_for_update()).all()
        query = sa.select(table).where(table.c.code.in_(new)).order_by(table.c.code).with_for_update()
        held = {row.code: _dossier(row) for row in connection.execute(query)}
        older = {code for code, each in held.items() if each.as_of > new[code].as_of}
        now = {code: merged(held[code], each, told) if code in held else each for code, each in new.items() if code not in older}
        changes = [Changed(held.get(code), each) for code, each in now.items() if code not in held or not _alike(each, held[code])]
        self._insert([each.new for each in changes if each.old is None])
        self._replace([each.new for each in changes if each.old is not None])
        again = [each for code, each in now.items() if code in held and each != held[code] and _alike(each, held[code])]
        self._told_again(again)
        return Update(tuple(changes), len(now) - len(changes), len(older))

    def record_import(self, done: Import) -> None:
        values = {name: getattr(done, name) for name in ("at", "as_of", "rows", "bad_rows")} | {"facts": ",".join(done.facts)}
        self._scope.connection.execute(dossier_imports.insert(), values)

    def second_facts(self) -> tuple[SecondFact, ...]:
        lists = self._scope.connection.execute(sa.select(dossier_imports.c.facts).distinct()).scalars()
        held = {fact for each in lists for fact in each.split(",")}
        return tuple(fact for fact in get_args(SecondFact) if fact in held)

    def count(self) -> int:
        return self._scope.connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()

    def under_way(self, due_until: date) -> Sequence[Dossier]:
        query = sa.select(table).where(table.c.due_on <= due_until, table.c.status.in_(UNDER_WAY))
        return [_dossier(row) for row in self._scope.connection.execute(query.order_by(table.c.due_on, table.c.code))]

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
        # An import under way is waited for, and the next one waits: no change falls in between unheard.
        self._scope.connection.execute(sa.select(table.c.code).where(table.c.code == code).with_for_update(read=True)).all()
        values = {"citizen": citizen, "code": code, "code_hash": self._hash(code), "at": self._scope.now()}
        return self._scope.add(follows, values) is not None

    def unfollow(self, citizen: int, code: str | None = None) -> int:
        forget = follows.delete().where(follows.c.citizen == citizen)
        return self._scope.changed(forget if code is None else forget.where(follows.c.code_hash == self._hash(code)))

    def followed(self, citizen: int) -> list[str]:
        query = sa.select(follows.c.code).where(follows.c.citizen == citizen).order_by(follows.c.id)
        return list(self._scope.connection.execute(query).scalars())

    def followers(self, codes: Collection[str]) -> Sequence[Follower]:
        connection = self._scope.connection
        if connection.execute(sa.select(follows.c.id).limit(1)).first() is None:
            return ()  # the hashes of a whole export are spared where nobody follows anything
        by_hash = {self._hash(code): code for code in codes}
        found = []
        for some in batched(by_hash, _AT_A_TIME):
            # Who wants to hear no more at this very moment waits, and then takes back what is queued here.
            query = sa.select(follows).where(follows.c.code_hash.in_(some)).order_by(follows.c.id).with_for_update(read=True)
            found += [Follower(row.citizen, by_hash[row.code_hash], row.at) for row in connection.execute(query)]
        return found

    def followed_past(self, day: date) -> Sequence[Dossier]:
        connection = self._scope.connection
        codes = sorted(set(connection.execute(sa.select(follows.c.code)).scalars()))
        late = sa.and_(table.c.due_on < day, table.c.status.in_(UNDER_WAY))
        return [
            _dossier(row) for some in batched(codes, _AT_A_TIME)
            for row in connection.execute(
                sa.select(table).where(table.c.code.in_(some), late).order_by(table.c.code).with_for_update(read=True)
            )
        ]

    def mark(self, code: str) -> str:
        return self._hash(code)

    def _hash(self, code: str) -> str:
        return self._scope.keys.lookup("dossier", code)

    def _put_some(self, some: Sequence[Dossier]) -> int:
        connection = self._scope.connection
        latest = {dossier.code: dossier for dossier in some}
        query = sa.select(table).where(table.c.code.in_(latest)).with_for_update()
        held = {row.code: _dossier(row) for row in connection.execute(query)}
        new = [each for code, each in latest.items() if code not in held]
        told_again = [each for code, each in latest.items() if code in held and each != held[code]]
        self._insert(new)
        self._replace(told_again)
        return len(new) + sum(not _alike(each, held[each.code]) for each in told_again)

    def _insert(self, new: Sequence[Dossier]) -> None:
        if new:
            self._scope.connection.execute(table.insert(), [_values(each) for each in new])

    def _replace(self, known: Sequence[Dossier]) -> None:
        if known:
            update = table.update().where(table.c.code == sa.bindparam("of_code"))
            self._scope.connection.execute(update, [_values(each) | {"of_code": each.code} for each in known])

    def _told_again(self, known: Sequence[Dossier]) -> None:
        """Only when they were told of is new: one statement, and nothing is encrypted anew."""
        if known:
            update = table.update().where(table.c.code.in_([each.code for each in known]))
            self._scope.connection.execute(update.values(as_of=known[0].as_of))


def batched(all_of_them: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(all_of_them)
    while some := list(islice(rest, size)):
        yield some


def _values(dossier: Dossier) -> dict[str, Any]:
    person = {name: getattr(dossier, name) for name in _PERSON}
    return {name: getattr(dossier, name) for name in _PLAIN} | {"person": person}


def _dossier(row: sa.Row[Any]) -> Dossier:
    person = {**row.person, "missing": tuple(row.person["missing"])}
    return Dossier(**{name: getattr(row, name) for name in _PLAIN}, **person)


def _alike(one: Dossier, other: Dossier) -> bool:
    """Whether they tell the same, though maybe at different times."""
    return one == replace(other, as_of=one.as_of)
