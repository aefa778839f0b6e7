"""What the office keeps: the schema, who waits, cards, what was told; and the drawn flows."""

import argparse
import sys
from typing import Any

from bot import clock as clocks
from bot.bootstrap import Application, open_application
from bot.commands.output import print_json
from bot.desk import lists
from bot.flows.all_flows import ALL_FLOWS
from bot.settings import Settings
from bot.short_codes import read_code
from bot.store.engine import Repositories, upgrade
from bot.texts.reader import load_texts


def db_upgrade(_: argparse.Namespace, settings: Settings) -> int:
    upgrade(settings.database_url, settings.environ)
    print(load_texts().part("morning", "upgraded"))
    return 0


def handover_list(options: argparse.Namespace, settings: Settings) -> int:
    """Who waits, and who waits without knowing: those that a message did not reach."""
    application = open_application(settings, clocks.SystemClock())
    with application.store, application.store.reading() as repositories:
        rows = lists.waiting(repositories.feedback.waiting(), repositories.feedback.complaints(), repositories.privacy.requests())
        untold = untold_rows(application, repositories)
    for row in [*rows, *untold]:
        if options.json:
            print_json(row)
        else:
            print((lists.untold_line if row["kind"] == "notice" else lists.waiting_line)(row, application.texts))
    if untold and not options.json:
        print(application.texts.part("desk", "untold_done"))
    if not rows and not untold and not options.json:
        print(application.texts.part("desk", "nobody"))
    return 0


def untold_rows(application: Application, repositories: Repositories) -> list[dict[str, Any]]:
    """Who is to be told by phone what a message did not tell them."""
    outbox = application.store.outbox
    return lists.untold(outbox.to_call(), outbox.unknown(), repositories.feedback.waiting())


def handover_done(options: argparse.Namespace, settings: Settings) -> int:
    application = open_application(settings, clocks.SystemClock())
    with application.store, application.store.writing() as repositories:
        code = read_code(options.id)
        if code is not None:
            done = repositories.privacy.request_done(code)
        else:
            done = options.id.isascii() and options.id.isdigit() and repositories.feedback.done(int(options.id))
    print(application.texts.part("desk", "done" if done else "not_waiting"), file=sys.stdout if done else sys.stderr)
    return 0 if done else 1


def readiness(options: argparse.Namespace, settings: Settings) -> int:
    application = open_application(settings, clocks.SystemClock())
    code = read_code(options.code)
    with application.store, application.store.reading() as repositories:
        check = repositories.readiness.get(code) if code else None
    card = lists.readiness_card(check, application.knowledge.catalog, clocks.today(application.clock)) if check else None
    if card is None:
        print(application.texts.part("desk", "no_card"), file=sys.stderr)
        return 1
    if options.json:
        print_json(card)
        return 0
    words = application.texts
    none = words.part("desk", "card_none")
    print(words.part("desk", "card_title", code=card["code"], label=card["label"]))
    print(words.part("desk", "card_have", papers="; ".join(card["have"]) or none))
    print(words.part("desk", "card_missing", papers="; ".join(card["missing"]) or none))
    if card["catalogue_changed"]:
        print(words.part("desk", "card_changed"))
    return 0


def guidance_export(options: argparse.Namespace, settings: Settings) -> int:
    application = open_application(settings, clocks.SystemClock())
    with application.store, application.store.reading() as repositories:
        lists.write_guidance(repositories.guidance.between(*lists.bounds(options.first, options.last)), sys.stdout)
    return 0


def outbox_unknown(_: argparse.Namespace, settings: Settings) -> int:
    application = open_application(settings, clocks.SystemClock())
    with application.store:
        for row in application.store.outbox.unknown():
            said = row.message
            print_json({"id": row.id, "channel": row.channel, "flow": said.flow, "step": said.step, "attempts": row.attempts})
    return 0


def outbox_calls(options: argparse.Namespace, settings: Settings) -> int:
    """What is to be told by phone: notices that their channel does not let through, and those that may not have arrived."""
    application = open_application(settings, clocks.SystemClock())
    with application.store, application.store.reading() as repositories:
        rows = untold_rows(application, repositories)
    for row in rows:
        if options.json:
            print_json(row)
        else:
            print(lists.untold_line(row, application.texts))
    if not rows and not options.json:
        print(application.texts.part("desk", "no_calls"))
    return 0


def outbox_called(options: argparse.Namespace, settings: Settings) -> int:
    application = open_application(settings, clocks.SystemClock())
    with application.store:
        done = application.store.outbox.called(options.id)
    print(application.texts.part("desk", "done" if done else "not_to_call"), file=sys.stdout if done else sys.stderr)
    return 0 if done else 1


def draw(options: argparse.Namespace, _: Settings) -> int:
    flow = next((each for each in ALL_FLOWS if each.name == options.flow), None)
    if flow is None:
        print(f"no flow {options.flow!r}; there are: {', '.join(sorted(each.name for each in ALL_FLOWS))}", file=sys.stderr)
        return 1
    print(flow.draw())
    return 0
