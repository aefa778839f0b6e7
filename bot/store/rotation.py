"""``db rotate-keys``: everything encrypted goes under the newest key, so that the earlier ones may be thrown away."""

from typing import Any

import sqlalchemy as sa

from bot.store.crypto import Keys
from bot.store.database import Database
from bot.store.tables import encrypted_columns, metadata

_AT_A_TIME = 200


def rotate(database: Database, keys: Keys) -> int:
    """Piece by piece, while citizens are served; how many values changed. May be run again after a break."""
    count = sum(_rotate_table(database, keys, table) for table in metadata.sorted_tables if encrypted_columns(table))
    database.tidy()
    return count


def _rotate_table(database: Database, keys: Keys, table: sa.Table) -> int:
    (key,) = table.primary_key
    tokens = [sa.type_coerce(column, sa.Text).label(column.name) for column in encrypted_columns(table)]
    some = sa.select(key.label("_key"), *tokens).order_by(key).limit(_AT_A_TIME).with_for_update()
    count, after = 0, None
    while True:
        with database.writing() as connection:
            rows = connection.execute(some if after is None else some.where(key > after)).all()
            count += sum(_rotate_row(connection, keys, table, row) for row in rows)
            connection.commit()
        if not rows:
            return count
        after = rows[-1]._mapping["_key"]


def _rotate_row(connection: sa.Connection, keys: Keys, table: sa.Table, row: sa.Row[Any]) -> int:
    (key,) = table.primary_key
    held = {column.name: row._mapping[column.name] for column in encrypted_columns(table)}
    fresh = {name: keys.rotated(token) for name, token in held.items() if token is not None}
    # As plain text: the column's own type would encrypt the token once more.
    values = {name: sa.literal(token, sa.Text) for name, token in fresh.items() if token is not None}
    if values:
        connection.execute(table.update().where(key == row._mapping["_key"]).values(values))
    return len(values)
