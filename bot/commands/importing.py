"""``dossiers import``: exports of the settlement system taken over, one file or whatever comes into a folder."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TextIO

from bot import clock as clocks
from bot.bootstrap import NO_TOWN, dossier_notices, open_store_of, open_town
from bot.calendar.model import NationalCalendar
from bot.calendar.reader import load_national_calendar
from bot.clock import Clock
from bot.commands.output import print_json
from bot.dossiers.model import Changed
from bot.dossiers.repository import Dossiers, HearsOfChanges
from bot.errors import SettingsError, StoreUnavailable
from bot.gateways.settlement.corrections import Corrections
from bot.gateways.settlement.importing import Flag, Importing, Listener, Report
from bot.gateways.settlement.rows import Fault
from bot.gateways.settlement.sheets import Export, UnreadableExport, open_export
from bot.offices.model import Town
from bot.settings import Settings
from bot.store.engine import Repositories, Store
from bot.texts.reader import Texts, load_texts

SHOWN = 20
"""Bad rows printed one by one; all of them are in the file to fix."""
BETWEEN_LOOKS = 2.0
"""Seconds between two looks into a watched folder; a file that did not change from one to the next is complete."""
DONE, FAILED = "done", "failed"
_ENDINGS = (".xlsx", ".xlsm", ".csv", ".txt")
_BAR = 30


def dossiers_import(options: argparse.Namespace, settings: Settings) -> int:
    """Each file in turn; 1 where not every row of every one was taken over."""
    words, clock = load_texts(), clocks.SystemClock()
    if bool(options.files) == bool(options.watch):
        raise SettingsError(words.part("dossiers", "what_to_import"))
    if options.errors is not None and len(options.files) > 1:
        raise SettingsError(words.part("dossiers", "one_file_of_errors"))
    calendar = load_national_calendar(settings.catalog_dir)
    with open_store_of(replace(settings, database_url=options.db or settings.database_url), clock) as store:
        office = ImportOffice(store, calendar, clock, words, options.json, cache(partial(open_town, settings)))
        if options.watch is None:
            statuses: list[int] = []
            for file in options.files:
                if statuses and not options.json:
                    print()
                statuses.append(office.take(file, options.errors, options.as_of))
            return max(statuses)
        office.watch(options.watch)
    return 0


class ImportOffice:
    """Takes files over and says what became of them. *town* is asked only when somebody follows what has changed."""

    def __init__(
        self, store: Store, calendar: NationalCalendar, clock: Clock, words: Texts, as_json: bool,
        town: Callable[[], Town] = lambda: NO_TOWN,
    ) -> None:
        self._town = town
        self._store, self._calendar, self._clock, self._words, self._as_json = store, calendar, clock, words, as_json

    def take(self, file: Path, errors: Path | None = None, as_of: datetime | None = None) -> int:
        """0 when every row was taken over; 1 when some were not, or the file as a whole could not be read."""
        try:
            saved_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            with open_export(file, saved_at) as export:
                report = self._import(export, errors, as_of)
        except FileNotFoundError:
            return self._failed(UnreadableExport("missing_file", file=str(file)))
        except OSError as error:
            return self._failed(UnreadableExport("no_file", file=str(file), why=error.strerror or str(error)))
        except UnreadableExport as error:
            return self._failed(error)
        return 0 if report.rows and not report.bad else 1

    def watch(self, folder: Path, looks: int | None = None) -> None:
        """Takes each new file once it is complete, then moves it; for *looks* looks, or until it is stopped."""
        if not folder.is_dir():
            self._failed(UnreadableExport("no_folder", folder=str(folder)))
            raise SystemExit(1)
        print(self._words.part("dossiers", "watching", folder=str(folder)), file=sys.stderr)
        seen: dict[Path, tuple[int, int]] = {}
        while looks is None or looks > 0:
            now = _waiting(folder)
            for file in sorted(each for each, state in now.items() if seen.get(each) == state):
                try:
                    self._take_and_move(file, folder)
                except StoreUnavailable as error:  # the file stays, and is taken at a later look
                    print(error, file=sys.stderr)
            seen = now
            if looks is not None:
                looks -= 1
            if looks != 0:
                time.sleep(BETWEEN_LOOKS)

    def _take_and_move(self, file: Path, folder: Path) -> None:
        """A kill in between leaves the file where it is: taken over again it changes nothing."""
        for name in (DONE, FAILED):
            (folder / name).mkdir(exist_ok=True)
        errors = _free(folder / FAILED / f"{file.stem}_loi.xlsx")
        taken = self.take(file, errors) == 0 or errors.exists()
        target = _free(folder / (DONE if taken else FAILED) / file.name)
        try:
            file.rename(target)
        except FileNotFoundError:
            return  # another one that watches was quicker
        print(self._words.part("dossiers", "moved", file=file.name, folder=str(target.parent)), file=sys.stderr)

    @contextmanager
    def _opened(self) -> Iterator[tuple[Dossiers, HearsOfChanges]]:
        with self._store.writing() as repositories:
            yield repositories.dossiers, partial(self._tell_followers, repositories)

    def _tell_followers(self, repositories: Repositories, changes: Sequence[Changed]) -> None:
        followers = repositories.dossiers.followers([each.new.code for each in changes])
        if followers:
            town = self._town()
            words = load_texts(town.self_word, address_word=town.address_word)
            dossier_notices(town, words, self._calendar, self._clock, repositories).hear(changes, followers)

    def _import(self, export: Export, errors: Path | None, as_of: datetime | None) -> Report:
        bar = Bar(sys.stderr, self._words)
        bad_rows: list[str] = []

        def bad(sheet: str | None, row: int, faults: Sequence[Fault]) -> None:
            if self._as_json:
                for fault in faults:
                    print_json({"kind": "bad_row", "sheet": sheet, "row": row, **asdict(fault), "fields": dict(fault.fields),
                                "text": self.say_fault(fault, sheet)})
            elif len(bad_rows) < SHOWN:
                bad_rows.extend(self.say_fault(fault, sheet) for fault in faults)

        corrections = Corrections(export.path, export.separator, self.say_fault, errors)
        try:
            report = Importing(
                export, self._opened, self._calendar, self._clock.now(), corrections, self._made_line,
                Listener(bad, bar.rows, bar.expects), as_of,
            ).run()
            fixed = corrections.finish()
        except BaseException:
            corrections.drop()
            raise
        finally:
            bar.close()
        self._say(export.path, report, bad_rows, fixed)
        return report

    def _made_line(self, as_of: datetime) -> str:
        return self._words.part("dossiers", "made", moment=_moment(as_of))

    def say_fault(self, fault: Fault, sheet: str | None) -> str:
        fields = dict(fault.fields)
        problem = f"{fault.problem}_in_sheet" if fields.get("sheet") else fault.problem
        what = self._words.part("dossiers", f"fault_{problem}", value=fault.value, **fields)
        if sheet is None:
            return self._words.part("dossiers", "fault", cell=fault.cell, column=fault.column, what=what)
        return self._words.part("dossiers", "fault_in_sheet", sheet=sheet, cell=fault.cell, column=fault.column, what=what)

    def _say_flag(self, flag: Flag) -> str:
        what = self._words.part("dossiers", f"flag_{flag.problem}", **dict(flag.fields))
        if flag.sheet is None:
            return self._words.part("dossiers", "flag", what=what)
        return self._words.part("dossiers", "flag_in_sheet", sheet=flag.sheet, what=what)

    def _failed(self, error: UnreadableExport) -> int:
        print(self._words.part("dossiers", f"error_{error.problem}", **error.fields), file=sys.stderr)
        return 1

    def _say(self, file: Path, report: Report, bad_rows: Sequence[str], fixed: Path | None) -> None:
        counts = {name: getattr(report, name) for name in ("rows", "added", "changed", "unchanged", "older", "repeated", "bad")}
        timely = {name: report.counted[name] for name in ("early", "on_time", "late", "overdue")}
        as_of = report.as_of or self._clock.now()
        if self._as_json:
            for flag in report.flags:
                said_of = {"kind": "flag", "problem": flag.problem, "sheet": flag.sheet, **dict(flag.fields)}
                print_json(said_of | {"text": self._say_flag(flag)})
            print_json({
                "kind": "summary", "file": str(file), "as_of": clocks.local(as_of).isoformat(timespec="minutes"), **counts, **timely,
                "facts": sorted(report.facts), "statuses": dict(report.statuses), "local_words": dict(report.local_words),
                "corrections": str(fixed) if fixed else None,
            })
            return
        numbers = {name: _number(count) for name, count in (counts | timely).items() if name != "older"}
        print(self._words.part("dossiers", "summary", file=file.name, as_of=_moment(as_of), **numbers))
        print(self._words.part("dossiers", "counted", **numbers))
        if report.local_words:
            words = ", ".join(f'"{each}" ({_number(count)})' for each, count in report.local_words.most_common(10))
            print(self._words.part("dossiers", "local_words", words=words))
        for flag in report.flags:
            print(self._say_flag(flag))
        for text in bad_rows[:SHOWN]:
            print(self._words.part("dossiers", "bad_row", text=text))
        if report.bad > SHOWN:
            print(self._words.part("dossiers", "more_bad_rows", count=_number(report.bad - SHOWN)))
        if fixed is not None:
            print(self._words.part("dossiers", "corrections", file=str(fixed)))


class Bar:
    """How far an import is, on a terminal only."""

    def __init__(self, stream: TextIO, words: Texts) -> None:
        self._stream, self._words, self._shown = stream, words, stream.isatty()
        self._expected: int | None = None

    def expects(self, rows: int | None) -> None:
        self._expected = rows

    def rows(self, done: int) -> None:
        if not self._shown:
            return
        full = _BAR if not self._expected else min(_BAR, _BAR * done // self._expected)
        bar = f"[{'#' * full}{'.' * (_BAR - full)}]" if self._expected else "…"
        self._stream.write("\r" + self._words.part("dossiers", "progress", bar=bar, done=_number(done)))
        self._stream.flush()

    def close(self) -> None:
        if self._shown:
            self._stream.write("\r\033[K")
            self._stream.flush()


def _waiting(folder: Path) -> dict[Path, tuple[int, int]]:
    """Files that may be exports, each with size and time of change. Excel's own ("~$…") and hidden ones are none."""
    found = {}
    for entry in os.scandir(folder):
        if entry.name.startswith(("~$", ".")) or not entry.name.lower().endswith(_ENDINGS) or not entry.is_file():
            continue
        state = entry.stat()
        if state.st_size:
            found[Path(entry.path)] = (state.st_size, state.st_mtime_ns)
    return found


def _free(path: Path) -> Path:
    """*path*, or the same with a number where that is taken."""
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_stem(f"{path.stem}_{number}")
    return found


def _moment(moment: datetime) -> str:
    return f"{clocks.local(moment):%H:%M %d/%m/%Y}"


def _number(count: int) -> str:
    return f"{count:,}".replace(",", ".")
