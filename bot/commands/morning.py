"""The morning in one folder: who comes today, who waits for a call, which dossiers are late, what was asked in vain, what was told."""

import argparse
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bot import clock as clocks
from bot.bootstrap import Application, open_application
from bot.commands.keeping import untold_rows
from bot.commands.learning import miss_rows
from bot.commands.output import print_json
from bot.commands.post import heading, list_of
from bot.commands.visits import columns, day_page, day_table, made_at, visits_of
from bot.desk import lists
from bot.desk.files import write_text
from bot.desk.pages import Section, page
from bot.desk.post_list import order_row, table_of, told_of
from bot.desk.post_watch import SILENT_AFTER, asked_rows, confirmed_rows, failure_rows, last_working_day, silent_rows
from bot.desk.tables import Table, write_workbook
from bot.errors import SettingsError
from bot.settings import Settings
from bot.store.engine import Repositories
from bot.texts.reader import Texts

WITHIN = 2
"""Working days ahead in which a dossier is told of as due soon."""
_FURTHEST = timedelta(days=30)
"""A slip's date this far ahead is never within a few working days, the longest holidays between included."""
SENT_HOME_SINCE = timedelta(days=30)
FRONT_PAGE = "buoi-sang.html"
_WAITING = {"kind": 14, "id": 10, "name": 22, "phone": 16, "why": 22, "about": 18, "asked_at": 18, "by": 18, "words": 44}
_UNTOLD = {"id": 8, "phone": 16, "who": 18, "why": 24, "told": 80}
_DUE = {"due": 12, "code": 28, "standing": 22, "unit": 26, "label": 36, "new_due": 12}
_MISSES = {"count": 8, "last": 12, "words": 60, "nearest": 40}
_SENT_HOME = {"count": 8, "counts": 12, "last": 12, "procedure": 14, "label": 32, "reason": 36, "words": 50}
_POST = {"number": 10, "service": 14, "name": 24, "phone": 16, "address": 44, "dossier": 26}
_IN_VAIN = {"day": 12, "number": 10, "state": 18, "name": 24, "phone": 16, "reason": 36, "next_try": 12, "dossier": 26}
_SILENT = {"last": 12, "number": 10, "manifest": 14, "state": 18, "name": 24, "phone": 16, "dossier": 26}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file of the folder: ``<name>.xlsx``, and its part of the front page."""

    name: str
    sheet: str
    table: Table
    none: str
    on_page: Table | None = None
    """What the front page shows instead, where the file's table is too wide for it."""


# -- dossiers due ---------------------------------------------------------------------------------------------------------


def dossiers_due(options: argparse.Namespace, settings: Settings) -> int:
    """Late ones, and those due within so many working days."""
    application = open_application(settings, clocks.SystemClock())
    day = options.date or clocks.today(application.clock)
    with application.store, application.store.reading() as repositories:
        rows = _due_rows(application, repositories, day, options.within)
    words = application.texts
    if options.json:
        for row in rows:
            print_json(row)
        return 0
    table = _due_table(rows, options.within, words)
    print(table.title)
    for line in table.rows:
        print(words.part("morning", "due_line", **{key: line[key] for key in ("due", "code", "standing", "unit", "label")}))
    print(words.part("morning", "due_as_of") if rows else words.part("morning", "due_none"))
    return 0


def _due_rows(application: Application, repositories: Repositories, day: date, within: int) -> list[dict[str, Any]]:
    known = application.knowledge
    until = day + max(_FURTHEST, timedelta(days=3 * within))
    return lists.due_rows(repositories.dossiers.under_way(until), known.catalog, day, known.calendar, within)


def _due_table(rows: Sequence[dict[str, Any]], within: int, words: Texts) -> Table:
    shown = [
        {
            "due": _plain(row["due_on"]), "new_due": _plain(row["new_due_on"]), "code": row["code"], "unit": row["unit"] or "",
            "label": row["label"] or row["procedure"] or "", "standing": _standing(row, words),
        }
        for row in rows
    ]
    late = sum(row["late"] > 0 for row in rows)
    title = words.part("morning", "due_title", late=str(late), soon=str(len(rows) - late), within=str(within))
    return Table(title, columns(_DUE, words), shown)


def _standing(row: dict[str, Any], words: Texts) -> str:
    if row["late"]:
        return words.part("morning", "standing_late", days=str(row["late"]))
    return words.part("morning", "standing_soon", days=str(row["left"])) if row["left"] else words.part("morning", "standing_today")


def _plain(day: str | None) -> str:
    return f"{date.fromisoformat(day):%d/%m/%Y}" if day else ""


# -- the folder -----------------------------------------------------------------------------------------------------------


def morning(options: argparse.Namespace, settings: Settings) -> int:
    """Every list of the day into one folder, and a front page to open; made again, its files are replaced."""
    application = open_application(settings, clocks.SystemClock())
    day = options.date or clocks.today(application.clock)
    folder = options.out or Path("buoi-sang", day.isoformat())
    try:
        with application.store:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            made = _make(application, day, folder)
    except OSError as error:
        raise SettingsError(f"--out {folder}: {error.strerror or error}; name a folder that can be written") from None
    words = application.texts
    for file, count in made:
        if options.json:
            print_json({"file": str(folder / file), "rows": count})
        else:
            print(words.part("morning", "morning_file", file=str(folder / file), count=str(count)))
    if not options.json:
        print(words.part("morning", "morning_done", file=str(folder / FRONT_PAGE)))
    return 0


def _make(application: Application, day: date, folder: Path) -> list[tuple[str, int]]:
    """Writes the files; (name, rows) of each."""
    words, made = application.texts, []
    sections: list[Section] = []
    with application.store.reading() as repositories:
        for office in application.town.centres:
            if not office.counters:
                continue
            table = day_table(visits_of(application, repositories, office, day), office, day, words)
            name = f"lich-hen-{office.id}"
            write_workbook(folder / f"{name}.xlsx", table, words.part("morning", "day_sheet"))
            write_text(folder / f"{name}.html", day_page(application, office, table))
            made += [(f"{name}.html", len(table.rows)), (f"{name}.xlsx", len(table.rows))]
            sections.append(Section(table, words.part("morning", "day_none"), f"{name}.html"))
        for sheet in _sheets(application, repositories, day):
            write_workbook(folder / f"{sheet.name}.xlsx", sheet.table, sheet.sheet)
            made.append((f"{sheet.name}.xlsx", len(sheet.table.rows)))
            sections.append(Section(sheet.on_page or sheet.table, sheet.none, f"{sheet.name}.xlsx"))
        eve = day - timedelta(days=1)
        told = io.StringIO(newline="")
        count = lists.write_guidance(repositories.guidance.between(*lists.bounds(eve, eve)), told)
    # With a mark of its encoding: else spreadsheets take the letters for others.
    write_text(folder / "da-huong-dan.csv", "\ufeff" + told.getvalue())
    made.append(("da-huong-dan.csv", count))
    title = words.part("morning", "guidance_title", day=f"{eve:%d/%m/%Y}", count=str(count))
    sections.append(Section(Table(title, (), ()), "" if count else words.part("morning", "guidance_none"), "da-huong-dan.csv"))
    write_text(folder / FRONT_PAGE, _front_page(application, day, sections))
    return [(FRONT_PAGE, sum(len(each.table.rows) for each in sections)), *made]


def _front_page(application: Application, day: date, sections: Sequence[Section]) -> str:
    words, offices = application.texts, application.town.centres
    notes = [words.part("morning", "sample")] if any(office.sample for office in offices) else []
    notes += [] if any(office.counters for office in offices) else [words.part("morning", "morning_no_office")]
    weekday = words.part("wording", "day", weekday=words.part("wording", f"weekday_{day.weekday()}"), day=f"{day:%d/%m/%Y}")
    return page(words.part("morning", "morning_title", day=weekday), made_at(application), sections, " ".join(notes))


def _sheets(application: Application, repositories: Repositories, day: date) -> list[Sheet]:
    words, known = application.texts, application.knowledge
    waiting = lists.waiting(repositories.feedback.waiting(), repositories.feedback.complaints(), repositories.privacy.requests())
    missed = list(miss_rows(repositories.misses.since(), known.finder, known.catalog, day))
    sent = lists.sent_home_rows(repositories.visits.sent_home(day - SENT_HOME_SINCE), known.catalog, day)
    due = _due_table(_due_rows(application, repositories, day, WITHIN), WITHIN, words)
    return [
        Sheet("cho-goi-lai", words.part("morning", "waiting_sheet"), _waiting_table(waiting, words), words.part("morning", "waiting_none")),
        Sheet(
            "bao-qua-dien-thoai", words.part("morning", "untold_sheet"), _untold_table(untold_rows(application, repositories), words),
            words.part("morning", "untold_none"),
        ),
        Sheet("ho-so-den-han", words.part("morning", "due_sheet"), due, words.part("morning", "due_none")),
        Sheet("cau-hoi-bo-lo", words.part("morning", "misses_sheet"), _misses_table(missed, words), words.part("morning", "misses_none")),
        Sheet(
            "du-giay-phai-ve", words.part("morning", "sent_home_sheet"), _sent_home_table(sent, words),
            words.part("morning", "sent_home_none"),
        ),
        *_post_sheets(application, repositories, day),
    ]


def _post_sheets(application: Application, repositories: Repositories, day: date) -> list[Sheet]:
    """Only looked at: the list of the day is made by its own command, since from then on no citizen can cancel."""
    words, post, prices = application.texts, repositories.post, application.town.post
    since = last_working_day(application.knowledge.calendar, day)
    made = list_of(repositories, day)
    if made is not None:
        title = words.part("post_desk", "morning_list", code=made.code, count=str(len(made.orders)))
        rows = [order_row(each, prices, words) for each in made.orders]
        going = table_of(made, heading(application, made), prices, words)
    else:
        rows = confirmed_rows(post, prices, words)
        title = words.part("post_desk", "morning_waiting", count=str(len(rows)), day=day.isoformat())
        going = _post_table(title, _POST, rows, words)
    failed = failure_rows(post, since, day - timedelta(days=1), prices, words)
    asked, silent = asked_rows(post, prices, words), silent_rows(post, day, application.knowledge.calendar, prices, words)
    titles = [
        words.part("post_desk", "morning_failures", first=f"{since:%d/%m/%Y}", count=str(len(failed))),
        words.part("post_desk", "morning_asked", count=str(len(asked))),
        words.part("post_desk", "morning_silent", days=str(SILENT_AFTER), count=str(len(silent))),
    ]
    return [
        Sheet(
            "bang-ke-buu-dien", words.part("post_desk", "morning_list_sheet"), going, words.part("post_desk", "morning_list_none"),
            _post_table(title, _POST, rows, words),
        ),
        Sheet(
            "buu-dien-phat-khong-duoc", words.part("post_desk", "morning_failures_sheet"),
            _post_table(titles[0], _IN_VAIN, failed, words), words.part("post_desk", "failures_none"),
        ),
        Sheet(
            "buu-dien-cho-hoi-gia", words.part("post_desk", "morning_asked_sheet"),
            _post_table(titles[1], {"made_at": 18, **_POST}, asked, words), words.part("post_desk", "morning_asked_none"),
        ),
        Sheet(
            "buu-dien-im-tin", words.part("post_desk", "morning_silent_sheet"), _post_table(titles[2], _SILENT, silent, words),
            words.part("post_desk", "morning_silent_none"),
        ),
    ]


def _post_table(title: str, widths: dict[str, int], rows: Sequence[dict[str, Any]], words: Texts) -> Table:
    days = ("day", "next_try", "last")
    shown = [
        {**row, **{key: _plain(row[key]) for key in days if key in row}, "made_at": _clock(row.get("made_at"))}
        for row in told_of(rows, words)
    ]
    return Table(title, [(key, words.part("post_desk", f"column_{key}"), width) for key, width in widths.items()], shown)


def _waiting_table(rows: Sequence[dict[str, Any]], words: Texts) -> Table:
    shown = [
        {
            **{key: row.get(key) or "" for key in ("id", "name", "phone", "about", "words")},
            "kind": words.part("morning", f"kind_{row['kind']}"),
            "why": words.part("desk", f"why_{row['why']}") if row.get("why") else "", "asked_at": _clock(row["asked_at"]),
            "by": _clock(row.get("by")),
        }
        for row in rows
    ]
    return Table(words.part("morning", "waiting_title", count=str(len(rows))), columns(_WAITING, words), shown)


def _untold_table(rows: Sequence[dict[str, Any]], words: Texts) -> Table:
    shown = [
        {
            "id": row["id"], "who": row["who"], "why": words.part("desk", f"untold_{row['why']}"), "told": row["text"],
            "phone": row["phone"] or words.part("morning", "untold_no_phone"),
        }
        for row in rows
    ]
    return Table(words.part("morning", "untold_title", count=str(len(rows))), columns(_UNTOLD, words), shown)


def _misses_table(rows: Sequence[dict[str, Any]], words: Texts) -> Table:
    shown = [
        {
            "count": row["count"], "last": _plain(row["last"]), "words": " / ".join(row["words"]),
            "nearest": "; ".join(f"{near['code']} {near['label']}" for near in row["nearest"]),
        }
        for row in rows
    ]
    return Table(words.part("morning", "misses_title", count=str(len(rows))), columns(_MISSES, words), shown)


def _sent_home_table(rows: Sequence[dict[str, Any]], words: Texts) -> Table:
    shown = [
        {
            "count": row["count"], "counts": row["counts"], "last": _plain(row["last"]), "procedure": row["procedure"],
            "label": row["label"] or "", "reason": words.part("morning", f"reason_{row['reason']}"),
            "words": " / ".join(each["words"] for each in row["words"]),
        }
        for row in rows
    ]
    return Table(words.part("morning", "sent_home_title", count=str(sum(row["count"] for row in rows))), columns(_SENT_HOME, words), shown)


def _clock(moment: str | None) -> str:
    """``2026-11-22T09:05+07:00`` as people write it."""
    return f"{moment[11:16]} {_plain(moment[:10])}" if moment else ""
