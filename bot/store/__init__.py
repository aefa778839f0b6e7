"""What is kept: SQLite or PostgreSQL behind the Protocols of the other packages. Only here is SQLAlchemy imported."""

from bot.store.crypto import Keys
from bot.store.engine import Repositories, Store, open_store, rotate_keys, upgrade

__all__ = ["Keys", "Repositories", "Store", "open_store", "rotate_keys", "upgrade"]
