"""What a repository works with: the open transaction, the clock, the keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any

import sqlalchemy as sa

from bot.clock import Clock
from bot.store.crypto import Keys


@dataclass(frozen=True, slots=True)
class Scope:
    """``event`` is the event of the turn that is open, where there is one."""

    connection: sa.Connection
    clock: Clock
    keys: Keys
    event: int | None = None

    def now(self) -> datetime:
        return self.clock.now()

    def add(self, table: sa.Table, values: Mapping[str, Any]) -> int | None:
        """Inserts one row and gives its id; None, and nothing changed, where uniqueness forbids it."""
        statement = _insert_or_nothing(table, self.connection.dialect.name)
        return self.connection.execute(statement, values).scalar_one_or_none()

    def add_coded(self, table: sa.Table, values: Mapping[str, Any]) -> bool:
        """The same for a table whose key is a code: False where it is taken."""
        statement = _insert_or_nothing(table, self.connection.dialect.name)
        return self.connection.execute(statement, values).first() is not None

    def changed(self, statement: sa.Update | sa.Delete) -> int:
        return self.connection.execute(statement).rowcount


def looked_up(rows: sa.FromClause, *conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Whether *rows* has one like that, looked up by an index for each row that is asked about.

    PostgreSQL makes a join of an ordinary EXISTS, and reads the whole backlog to find the first of it; with an OFFSET it cannot.
    """
    found: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(rows).where(*conditions).correlate_except(rows)
    return found.offset(sa.literal_column("0")).exists()


@cache
def _insert_or_nothing(table: sa.Table, dialect: str) -> Any:
    """An insert that gives way: asking first and inserting then would let two through."""
    insert = import_module(f"sqlalchemy.dialects.{dialect}").insert  # each of them takes its time to import
    return insert(table).on_conflict_do_nothing().returning(*table.primary_key)
