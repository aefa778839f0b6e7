"""Whatever stands in a cell of an office's workbook, the answer is a list of what is wrong or the office: never a trace."""

import random
from datetime import date, datetime, time, timedelta

import pytest

from bot.desk.local_workbook import read_overlay as read_local_book
from bot.desk.local_workbook import write_list
from bot.desk.office_workbook import read_filled
from bot.desk.sheets import Book, read_book
from bot.offices.reader import load_town
from tests.knowledge import shared_knowledge
from tests.unit.test_local_overlay import TOWN
from tests.workbooks import CALENDAR, FIELDS, TEXTS, TODAY, good_workbook

JUNK = [
    None, "", " ", "x", "ví dụ", "Tất cả", "=A1", "#N/A", "9" * 5000, "-", "–", ";", "a\nb", "{office}", "\u0000", "²", "Quầy 1",
    True, False, 0, -1, 7.5, 1e300, float("inf"), float("nan"), 46350, 0.9999, time(0, 0), date(1, 1, 1),
    datetime(9999, 12, 31, 23, 59), timedelta(hours=7), b"bytes",
]


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    folder = tmp_path_factory.mktemp("books")
    good_workbook(folder / "o.xlsx")
    write_list(folder / "l.xlsx", shared_knowledge().catalog, TOWN, {}, TODAY, TEXTS)
    return read_book(folder / "o.xlsx"), read_book(folder / "l.xlsx")


def spoiled(book, chance, cells):
    """A copy of *book* with junk in some of its cells; each row loses its end now and then."""
    sheets = {}
    for key, (name, lines) in book.sheets.items():
        rows = [list(line) for line in lines[:12]]
        for row in rows:
            for index in range(len(row)):
                if chance.random() < cells:
                    row[index] = chance.choice(JUNK)
            if chance.random() < cells / 4:
                del row[chance.randrange(len(row) + 1):]
        sheets[key] = (name, rows)
    return Book(sheets)


@pytest.mark.parametrize("seed", range(60))
def test_an_office_of_junk_is_told_what_is_wrong(books, tmp_path, seed):
    chance = random.Random(seed)
    book = spoiled(books[0], chance, (0.01, 0.1, 0.5)[seed % 3])
    filled = read_filled(book, FIELDS, CALENDAR, TODAY, None, TEXTS)
    if not filled.problems:  # the junk fell where nobody reads, or made sense
        for name, text in filled.files.items():
            (tmp_path / name).write_text(text, "utf-8")
        assert load_town(tmp_path, FIELDS).centres
    assert all(each.startswith("Trang '") and len(each) < 400 for each in filled.problems)


@pytest.mark.parametrize("seed", range(40))
def test_an_overlay_of_junk_is_told_what_is_wrong(books, seed):
    book = spoiled(books[1], random.Random(seed), (0.02, 0.1, 0.5)[seed % 3])
    overlay = read_local_book(book, shared_knowledge().catalog, TOWN, TODAY, TEXTS)
    assert all(each.startswith("Trang '") for each in overlay.problems)
    assert not overlay.bad & overlay.local.keys()
