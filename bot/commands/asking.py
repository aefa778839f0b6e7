"""What the bot makes of a citizen's words, without a conversation."""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot import clock as clocks
from bot.bootstrap import load_knowledge
from bot.commands.output import print_json
from bot.errors import SettingsError
from bot.search.model import Found
from bot.settings import Settings
from bot.understanding.model import Understood


def _questions(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    if options.text is not None:
        yield {"q": options.text}
        return
    if options.batch is None:
        raise SettingsError("give the words to look for, or --batch FILE")
    try:
        source = sys.stdin.read() if options.batch == "-" else Path(options.batch).read_text("utf-8")
    except OSError as error:
        raise SettingsError(f"--batch {options.batch}: {error.strerror}") from None
    for line in source.splitlines():
        if line.startswith("{"):
            data = json.loads(line)
            yield {key: data[key] for key in ("id", "q") if key in data}
        elif line.strip():
            yield {"q": line}


def _results(found: Found, top: int) -> list[dict[str, Any]]:
    return [
        {"code": each.code, "label": each.label, "score": round(each.score, 4), "in_force": each.in_force} for each in found.results[:top]
    ]


def find(options: argparse.Namespace, settings: Settings) -> int:
    known = load_knowledge(settings.catalog_dir, settings.cache_dir)
    day = options.at or clocks.today(clocks.SystemClock())
    for question in _questions(options):
        begun = time.process_time()
        found = known.finder.find(question["q"], day, options.top)
        spent = round((time.process_time() - begun) * 1000, 3)
        explained = known.finder.explain(question["q"], day) if options.explain else []
        if options.json:
            why = {"explain": dict(explained)} if options.explain else {}
            print_json({**question, "sure": found.sure, "results": _results(found, options.top), "ms": spent, **why})
        else:
            _print_found(question["q"], found, explained)
    return 0


def _print_found(words: str, found: Found, explained: list[tuple[str, dict[str, float]]]) -> None:
    print(f"{words}  ->  {'sure' if found.sure else 'not sure' if found.results else 'declined'}")
    for each in found.results:
        print(f"  {each.score:.3f}  {each.code}  {each.label}")
    for code, evidence in explained:
        print(f"  {code}: " + ", ".join(f"{name} {number:.2f}" for name, number in evidence.items()))


def understand(options: argparse.Namespace, settings: Settings) -> int:
    known = load_knowledge(settings.catalog_dir, settings.cache_dir)
    now = options.at or clocks.SystemClock().now()
    for question in _questions(options):
        said = known.reader.understand(question["q"], now)
        if options.json:
            print_json({**question, **_understood(said)})
        else:
            print(f"{question['q']}  ->  {said.intent}{'' if said.sure else ' ?'}  {said.dossier_code or ''}  {_date(said) or ''}")
    return 0


def _understood(said: Understood) -> dict[str, Any]:
    return {"intent": said.intent, "dossier_code": said.dossier_code, "date": _date(said), "results": _results(said.found, 5)}


def _date(said: Understood) -> str | None:
    return "ask" if said.ask_day else said.day.isoformat() if said.day else None
