"""What the bot knows, read once for the whole run: the catalogue, the days that count, the search."""

from functools import cache

from bot.bootstrap import Knowledge, load_knowledge


@cache
def shared_knowledge() -> Knowledge:
    """Nothing in it ever changes, so every test may have the same."""
    return load_knowledge(None)
