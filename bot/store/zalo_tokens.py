"""The Official Account's tokens: one encrypted row an app, renewed by whoever holds its lease."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.clock import Clock
from bot.notices.platform_tokens import LEASE, Tokens
from bot.store.crypto import Keys
from bot.store.database import Database
from bot.store.scope import Scope
from bot.store.tables import zalo_tokens as table

_ROW = sa.select(table).where(table.c.app == sa.bindparam("app_id"))
_LOCKED = _ROW.with_for_update()
_CHANGE = table.update().where(table.c.app == sa.bindparam("app_id"))
_NOBODY: dict[str, Any] = {"lease": None, "lease_until": None}
_WELL: dict[str, Any] = {"failed_at": None, "failure": None}


class StoredZaloTokens:
    """Each call is its own transaction; no request is made in one."""

    def __init__(self, database: Database, keys: Keys, clock: Clock) -> None:
        self._database, self._keys, self._clock = database, keys, clock

    def settle(self, app: str, seed: str) -> Tokens:
        seed_hash = self._keys.lookup("zalo_seed", seed)
        with self._database.writing() as connection:
            now = self._clock.now()
            begun = {"seed_hash": seed_hash, "refresh": seed, "refresh_since": now}
            Scope(connection, self._clock, self._keys).add_coded(table, {"app": app, **begun})
            row = connection.execute(_LOCKED, {"app_id": app}).one()
            if row.seed_hash != seed_hash:
                connection.execute(_CHANGE, {"app_id": app, **begun, "access": None, "access_until": None, **_NOBODY, **_WELL})
                row = connection.execute(_ROW, {"app_id": app}).one()
            connection.commit()
        return _tokens(row)

    def held(self, app: str) -> Tokens:
        with self._database.reading() as connection:
            return _tokens(connection.execute(_ROW, {"app_id": app}).one())

    def lease(self, app: str, holder: str, spent: str | None) -> str | None:
        with self._database.writing() as connection:
            now = self._clock.now()
            row = connection.execute(_LOCKED, {"app_id": app}).one()
            taken = row.lease is not None and row.lease_until > now
            if taken or row.access != spent:
                return None
            connection.execute(_CHANGE, {"app_id": app, "lease": holder, "lease_until": now + LEASE})
            connection.commit()
            refresh: str = row.refresh
            return refresh

    def renewed(self, app: str, spent_refresh: str, access: str, access_until: datetime, refresh: str) -> bool:
        pair = {"access": access, "access_until": access_until, "refresh": refresh, "refresh_since": self._clock.now()}
        return self._change_if(app, spent_refresh, pair | _NOBODY | _WELL)

    def refused(self, app: str, spent_refresh: str, failure: str) -> None:
        self._change_if(app, spent_refresh, {"failed_at": self._clock.now(), "failure": failure, **_NOBODY})

    def give_up(self, app: str, holder: str) -> None:
        with self._database.writing() as connection:
            connection.execute(_CHANGE.where(table.c.lease == holder), {"app_id": app, **_NOBODY})
            connection.commit()

    def _change_if(self, app: str, refresh: str, values: dict[str, Any]) -> bool:
        """Only while *refresh* is the refresh token that is held; tokens compare once decrypted."""
        with self._database.writing() as connection:
            row = connection.execute(_LOCKED, {"app_id": app}).one()
            if row.refresh != refresh:
                return False
            connection.execute(_CHANGE, {"app_id": app, **values})
            connection.commit()
            return True


def _tokens(row: sa.Row[Any]) -> Tokens:
    return Tokens(row.access, row.access_until, row.refresh_since, row.failed_at, row.failure)
