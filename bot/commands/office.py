"""The office's own data: who and where it is, from a workbook; what only it can say of each procedure, from another."""

import argparse
import sys
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from bot import clock as clocks
from bot.bootstrap import Application, open_store_of
from bot.calendar.model import NationalCalendar
from bot.calendar.reader import load_national_calendar
from bot.catalog.model import Catalog, LocalEntry
from bot.catalog.reader import load_catalog
from bot.desk.local_workbook import read_overlay, write_list
from bot.desk.office_workbook import note_of_day, notes_of_counters, read_filled, write_template
from bot.desk.sheets import Book, WorkbookUnreadable, read_book
from bot.errors import MotCuaError, SettingsError
from bot.offices.local import LOCAL_FILE, as_file, retired, write_local
from bot.offices.model import Town
from bot.offices.reader import OfficeError, load_town
from bot.offices.rules import days_to_settle
from bot.offices.writing import write_together
from bot.sample import sample_dir
from bot.settings import Settings
from bot.texts.reader import Texts, load_texts


class NotWritten(MotCuaError):
    """A file was not written; the text says why, in the reader's words."""


def init(options: argparse.Namespace, settings: Settings) -> int:
    """The template where FILE is not there yet; else what it says, into the office's folder. 1 where something is wrong with it."""
    path, texts, today = _workbook(options.file), load_texts(), clocks.today(clocks.SystemClock())
    catalog, calendar = load_catalog(settings.catalog_dir), load_national_calendar(settings.catalog_dir)
    fields, codes = {each.field for each in catalog}, {each.code for each in catalog}
    if not path.exists():
        try:
            write_template(path, fields, calendar, today, texts)
        except OSError as error:
            raise _not_written(path, error, texts) from None
        print(texts.part("office", "template_written", file=str(path)))
        return 0
    folder = _folder(settings, texts)
    old = _as_it_was(folder)
    if old is not None and any(office.sample for office in old.offices):
        raise SettingsError(texts.part("office", "init_sample", folder=str(folder), setting="BOT_OFFICES_DIR"))
    filled = read_filled(_read(path, texts), fields, calendar, today, old, texts)
    for problem in filled.problems:
        print(problem)
    for note in filled.notes:
        print(note, file=sys.stderr)
    if filled.problems:
        print(texts.part("office", "init_wrong", count=str(len(filled.problems)), folder=str(folder)), file=sys.stderr)
        return 1
    town, local = _as_it_will_be(filled.files, old, fields, codes, texts)
    write_together(folder, {**filled.files, **({LOCAL_FILE: as_file(local)} if local else {})})
    for day in days_to_settle(town, calendar, today):
        print(note_of_day(day, texts), file=sys.stderr)
    print(texts.part("office", "init_written", office=town.centres[0].name, folder=str(folder)))
    print(texts.part("office", "init_next"), file=sys.stderr)
    return 0


def _as_it_was(folder: Path) -> Town | None:
    """None where nothing is there yet. A folder with errors is refused: what is right in it must not be lost by writing over it."""
    if not any((folder / name).exists() for name in ("town.yaml", "offices.yaml", "places.yaml", ".commit")):
        return None
    return load_town(folder)


def _as_it_will_be(
    files: dict[str, str], old: Town | None, fields: Collection[str], codes: Collection[str], texts: Texts
) -> tuple[Town, dict[str, LocalEntry]]:
    """The office as its files will be read, and its overlay without the counters that are gone. Raises OfficeError."""
    with TemporaryDirectory(prefix="motcua-") as place:
        for name, text in files.items():
            Path(place, name).write_text(text, "utf-8")
        town = load_town(Path(place), fields, codes)
    counters = {f"{office.id}/{counter.id}" for office in town.offices for counter in office.counters}
    local = dict(old.local) if old else {}
    gone = [code for code, entry in local.items() if entry.counter and entry.counter not in counters]
    for note in notes_of_counters(gone, texts):
        print(note, file=sys.stderr)
    local |= {code: replace(local[code], counter=None) for code in gone}
    return replace(town, local=local), local


def check(_: argparse.Namespace, settings: Settings) -> int:
    """1 where the folder has errors, or days that must be settled before serving; overlays of retired procedures are told and no error."""
    texts, today = load_texts(), clocks.today(clocks.SystemClock())
    folder, catalog = _folder(settings, texts), load_catalog(settings.catalog_dir)
    try:
        town = load_town(folder, {each.field for each in catalog}, {each.code for each in catalog})
    except OfficeError as error:
        for problem in error.problems:
            print(problem)
        print(texts.part("office", "check_wrong", count=str(len(error.problems)), folder=str(folder)), file=sys.stderr)
        return 1
    unsettled = list(_to_settle(town, load_national_calendar(settings.catalog_dir), today, texts))
    for line in (*unsettled, *_retired(town, catalog, today, texts)):
        print(line)
    if unsettled:
        print(texts.part("office", "cannot_serve", count=str(len(unsettled))), file=sys.stderr)
        return 1
    print(texts.part("office", "check_good", office=_name(town, texts), count=str(len(town.local))))
    for office in town.offices:
        counters = ", ".join(texts.part("morning", "place_known", id=each.id, name=each.name) for each in office.counters)
        line = texts.part("office", "check_place", id=office.id, name=office.name)
        print(line + (texts.part("office", "check_counters", counters=counters) if counters else ""))
    return 0


def ready_to_serve(application: Application) -> None:
    """Says which figures of the office nobody uses any more. Raises SettingsError where a day that citizens can book is not settled."""
    known, texts, today = application.knowledge, application.texts, clocks.today(application.clock)
    for line in _retired(application.town, known.catalog, today, texts):
        print(line, file=sys.stderr)
    unsettled = list(_to_settle(application.town, known.calendar, today, texts))
    if unsettled:
        raise SettingsError("\n".join([texts.part("office", "cannot_serve", count=str(len(unsettled))), *unsettled]))


def _to_settle(town: Town, calendar: NationalCalendar, today: date, texts: Texts) -> Iterator[str]:
    for day in days_to_settle(town, calendar, today):
        special = calendar.special(day)
        yield texts.part("office", "unsettled", day=f"{day:%d/%m/%Y}", name=special.name if special else f"{day:%d/%m}")


def _retired(town: Town, catalog: Catalog, today: date, texts: Texts) -> Iterator[str]:
    for code, _, following in retired(sorted(town.local), catalog, today):
        if following is None:
            yield texts.part("office", "retired", code=code)
        else:
            yield texts.part("office", "replaced", code=code, next=following.code, label=following.label)


def local_export(options: argparse.Namespace, settings: Settings) -> int:
    path, texts, today = _workbook(options.out), load_texts(), clocks.today(clocks.SystemClock())
    town, catalog = load_town(_folder(settings, texts)), load_catalog(settings.catalog_dir)
    if path.exists():
        raise NotWritten(texts.part("office", "file_there", file=str(path)))
    with open_store_of(settings, clocks.SystemClock()) as store, store.reading() as repositories:
        asked = repositories.guidance.asked()
    try:
        count = write_list(path, catalog, town, asked, today, texts)
    except OSError as error:
        raise _not_written(path, error, texts) from None
    for line in _retired(town, catalog, today, texts):
        print(line, file=sys.stderr)
    print(texts.part("office", "exported", count=str(count), file=str(path)))
    return 0


def local_import(options: argparse.Namespace, settings: Settings) -> int:
    """Every bad cell on standard output; 1 where there is one, the good procedures taken all the same."""
    path, texts, today = _workbook(options.file), load_texts(), clocks.today(clocks.SystemClock())
    folder, catalog = _folder(settings, texts), load_catalog(settings.catalog_dir)
    town = load_town(folder)
    if not path.exists():
        raise NotWritten(texts.part("office", "file_missing", file=str(path)))
    overlay = read_overlay(_read(path, texts), catalog, town, today, texts)
    for problem in overlay.problems:
        print(problem)
    if overlay.changed or overlay.removed:
        write_local(folder, overlay.local)
    counted = {name: str(len(codes)) for name, codes in (("changed", overlay.changed), ("removed", overlay.removed))}
    if overlay.changed or overlay.removed or overlay.same:
        print(texts.part("office", "imported", changed=counted["changed"], removed=counted["removed"], same=str(overlay.same)))
    elif not overlay.problems:
        print(texts.part("office", "nothing"))
    for line in _retired(replace(town, local=overlay.local), catalog, today, texts):
        print(line, file=sys.stderr)
    if overlay.problems:
        print(texts.part("office", "import_wrong", count=str(len(overlay.bad))), file=sys.stderr)
        return 1
    return 0


def _workbook(path: Path) -> Path:
    if path.suffix.lower() != ".xlsx":
        raise SettingsError(load_texts().part("office", "not_xlsx", file=str(path)))
    return path


def _folder(settings: Settings, texts: Texts) -> Path:
    folder = settings.offices_dir
    if folder is None:
        raise SettingsError(texts.part("office", "no_folder", setting="BOT_OFFICES_DIR"))
    if folder.resolve() == sample_dir().resolve():
        raise SettingsError(texts.part("office", "init_sample", folder=str(folder), setting="BOT_OFFICES_DIR"))
    return folder


def _read(path: Path, texts: Texts) -> Book:
    try:
        return read_book(path)
    except WorkbookUnreadable:
        raise NotWritten(texts.part("office", "unreadable", file=str(path))) from None


def _not_written(path: Path, error: OSError, texts: Texts) -> NotWritten:
    return NotWritten(texts.part("office", "cannot_write", file=str(path), why=error.strerror or type(error).__name__))


def _name(town: Town, texts: Texts) -> str:
    return town.centres[0].name if town.centres else texts.part("wording", "no_office")
