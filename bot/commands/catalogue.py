"""The published catalogue: judged, counted, shown."""

import argparse
import json
import sys
from collections import Counter
from itertools import groupby
from typing import get_args

from bot import clock as clocks
from bot.catalog import figures
from bot.catalog.checks import check_all
from bot.catalog.differences import compare
from bot.catalog.importers.drafting import Words
from bot.catalog.importers.editions import read_edition
from bot.catalog.importers.filing import DraftFolder, Written, import_files, known_versions
from bot.catalog.life_events_reader import load_life_events, read_life_events
from bot.catalog.model import TimeUnit
from bot.catalog.reader import catalog_dir, load_catalog, read_folder
from bot.commands.output import print_json
from bot.desk import changes
from bot.dossiers.codes import find_procedure_code
from bot.errors import SettingsError
from bot.offices.local import load_local
from bot.settings import Settings
from bot.texts.reader import Texts, load_texts


def check(options: argparse.Namespace, settings: Settings) -> int:
    """Of the catalogue, or of another folder: drafts, a catalogue about to be put in place."""
    folder = options.folder or settings.catalog_dir or catalog_dir()
    if not folder.is_dir():
        raise SettingsError(f"{folder}: there is no such folder")
    reading = read_folder(folder)
    events, event_problems = read_life_events([file.procedure for file in reading.files if file.procedure], folder)
    problems = [*check_all(reading), *event_problems]
    for problem in problems:
        print(problem)
    drafts = sum(file.procedure is not None and file.procedure.draft for file in reading.files)
    files = f"{len(reading.files)} files, {len(events.events)} life events"
    print(f"{files}, {len(problems)} errors" + (f", {drafts} of the files drafts" if drafts else ""), file=sys.stderr)
    return 1 if problems else 0


def stats(options: argparse.Namespace, settings: Settings) -> int:
    """Under the figures, for the catalogue's owner, every entry that is overdue for checking, the longest unchecked first."""
    catalog = load_catalog(settings.catalog_dir)
    day = options.at or clocks.today(clocks.SystemClock())
    counted = figures.stats(catalog, day) | figures.life_event_stats(load_life_events(catalog, settings.catalog_dir).events)
    if options.json:
        print_json(counted)
    else:
        for name, number in counted.items():
            print(f"{name}: {number}")
        for procedure in sorted((each for each in catalog if each.overdue(day)), key=lambda each: each.checked_on):
            print(f"  overdue: {procedure.code} {procedure.label}, checked on {procedure.checked_on.isoformat()}")
    return 0


def show(options: argparse.Namespace, settings: Settings) -> int:
    catalog = load_catalog(settings.catalog_dir)
    if settings.offices_dir is not None:
        catalog = catalog.with_local(load_local(settings.offices_dir))
    day = options.at or clocks.today(clocks.SystemClock())
    procedure = catalog.get(find_procedure_code(options.code) or options.code, day)
    if procedure is None:
        print(f"{options.code}: the catalogue has never had this code; try: find \"words of a citizen\"", file=sys.stderr)
        return 1
    shown = figures.as_json(procedure, day)
    if options.json:
        print_json(shown)
    else:
        print(json.dumps(shown, ensure_ascii=False, indent=2))
    return 0


def import_(options: argparse.Namespace, settings: Settings) -> int:
    """Drafts of everything in the files; every flag on standard output, what could not be read and the sum on standard error."""
    folder = settings.catalog_dir or catalog_dir()
    checked = read_folder(folder)
    words = draft_words(load_texts())
    drafts = DraftFolder(options.to, folder, checked.fields, words.no_field)
    month = options.month or f"{clocks.today(clocks.SystemClock()):%Y-%m}"
    counted: Counter[str] = Counter()
    flags: Counter[str] = Counter()
    for outcome in import_files(options.files, drafts, words, known_versions(checked), month):
        counted[type(outcome).__name__] += 1
        if isinstance(outcome, Written):
            flags.update(flag.kind for flag in outcome.draft.flags)
            for flag in outcome.draft.flags:
                print(flag)
        else:
            print(outcome, file=sys.stderr)
    print(
        f"{counted['Written']} drafts written to {options.to}, {counted['Kept']} files kept as they were, {counted['Unreadable']} not read",
        file=sys.stderr,
    )
    if flags:
        print("to look at: " + ", ".join(f"{kind} {number}" for kind, number in flags.most_common()), file=sys.stderr)
    if counted["Written"]:
        print(f"judge them with: catalog check {options.to}", file=sys.stderr)
    return 1 if counted["Unreadable"] else 0


def draft_words(words: Texts) -> Words:
    def unit(name: str) -> str:
        return words.part("drafts", f"unit_{name}", count="{count}")

    units = {**{each: unit(each) for each in get_args(TimeUnit)}, None: unit("unknown")}
    return Words(words.part("drafts", "provincial_fee"), words.part("drafts", "no_field"), units)


def diff(options: argparse.Namespace, _: Settings) -> int:
    """What changed, a procedure at a time; what could not be read on standard error."""
    for path in (options.old, options.new):
        if not path.exists():
            raise SettingsError(f"{path}: there is no such file or folder")
    texts, day = load_texts(), options.at or clocks.today(clocks.SystemClock())
    (old, lost), (new, missed) = (read_edition(path, day, draft_words(texts)) for path in (options.old, options.new))
    for line in (*lost, *missed):
        print(line, file=sys.stderr)
    told = list(changes.rows(compare(old, new), texts))
    by_procedure = [(code, list(rows)) for code, rows in groupby(told, key=lambda row: row["code"])]
    if options.json:
        for row in told:
            print_json(row)
    else:
        for code, rows in by_procedure:
            print(texts.part("changes", "title", code=code, label=changes.quoted(rows[0]["label"])))
            for row in rows:
                print(f"  - {row['text']}")
        counted = {"procedures": str(len(by_procedure)), "changes": str(len(told))}
        print(texts.part("changes", "count", **counted) if told else texts.part("changes", "nothing"))
    return 1 if lost or missed else 0
