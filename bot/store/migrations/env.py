"""Alembic's environment: runs on the connection that ``bot.store.schema`` hands over, inside its transaction.

A new revision is written by hand beside 0001, and its name is added to ``bot.store.schema.REVISIONS``. It never imports
the tables of today: a revision must do tomorrow what it did on the day it was written.
"""

from alembic import context

from bot.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
