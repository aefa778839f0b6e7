"""Keeping the database safe: a copy and back, newer keys, forgetting in time."""

import argparse

from bot import clock as clocks
from bot.commands.output import print_json
from bot.errors import MotCuaError
from bot.privacy.model import KEEP
from bot.settings import Settings
from bot.store import Keys, open_store, rotate_keys
from bot.texts.reader import load_texts


class NotKept(MotCuaError):
    """No copy was made, or none put back; the text says why, in the reader's words."""


def db_backup(options: argparse.Namespace, settings: Settings) -> int:
    from bot.store.backup import backup  # what it imports would slow every other command's start

    words = load_texts()
    if options.file.exists():
        raise NotKept(words.part("morning", "backup_there", file=str(options.file)))
    made = backup(settings.database_url, settings.environ, options.file)
    if options.json:
        print_json({"file": str(made.file), "bytes": made.bytes, "schema": made.schema, "keys": list(made.keys)})
        return 0
    print(words.part("morning", "backup_done", file=str(made.file), size=str(-(-made.bytes // 1024)), schema=made.schema))
    print(words.part("morning", "backup_keys", keys=", ".join(made.keys)))
    return 0


def db_restore(options: argparse.Namespace, settings: Settings) -> int:
    from bot.store.backup import restore

    words = load_texts()
    if not options.file.exists():
        raise NotKept(words.part("morning", "backup_missing", file=str(options.file)))
    done = restore(settings.database_url, settings.environ, options.file, clocks.SystemClock())
    if options.json:
        print_json({"file": str(options.file), "schema": done.schema, "aside": done.aside})
        return 0
    print(words.part("morning", "restore_done", file=str(options.file), schema=done.schema))
    if done.aside is not None:
        print(words.part("morning", "restore_aside", aside=done.aside))
    print(words.part("morning", "restore_after"))
    return 0


def db_rotate_keys(_: argparse.Namespace, settings: Settings) -> int:
    with open_store(settings.database_url, Keys.load(settings.database_url, settings.environ), clocks.SystemClock()) as store:
        count = rotate_keys(store)
    print(load_texts().part("morning", "rotated", count=str(count)))
    return 0


def db_retention(options: argparse.Namespace, settings: Settings) -> int:
    """What was past its time, by kind; kinds of which nothing was are told as 0."""
    clock = clocks.SystemClock()
    with open_store(settings.database_url, Keys.load(settings.database_url, settings.environ), clock) as store:
        counts = store.retention.run()
    if options.json:
        print_json(dict.fromkeys(KEEP, 0) | dict(counts))
        return 0
    words = load_texts()
    print(words.part("morning", "retention_title", at=f"{clocks.local(clock.now()):%H:%M %d/%m/%Y}"))
    for kind, kept in KEEP.items():
        name = words.part("morning", f"kept_{kind}") if words.has("morning", f"kept_{kind}", "say") else kind
        print(words.part("morning", "retention_line", count=str(counts.get(kind, 0)), kind=name, days=str(kept.days)))
    return 0
