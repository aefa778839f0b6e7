"""Which column of the post's list holds what, by titles as people write them: with accents or without, with underscores, in any order."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from bot.catalog.names import folded
from bot.gateways.settlement.sheets import Row
from bot.gateways.settlement.titles import TITLE_ROWS, Header, text_of
from bot.gateways.settlement.titles import TITLES as DOSSIER_TITLES

TITLES: Mapping[str, tuple[str, ...]] = {
    "order": ("so don", "ma don", "so don buu chinh", "ma don hang", "so don hang", "order number", "ordernumber", "sodon"),
    "note": ("ghi chu", "noi dung", "dien giai", "ghi chu don hang"),
    "code": DOSSIER_TITLES["code"],
    "item": (
        "ma buu gui", "so hieu buu gui", "so hieu", "ma so buu gui", "mabuugui", "so buu gui", "ma van don", "so van don", "ma vach",
        "ma e1", "ma tra cuu", "so hieu bg", "ma bg",
    ),
    "service": ("loai", "loai dich vu", "dich vu", "hinh thuc", "chieu", "loai don"),
    "status": (
        "trang thai", "trang thai buu gui", "trang thai phat", "trang thai don", "trang thai don hang", "tinh trang", "tinh trang phat",
        "tinh trang buu gui", "ket qua phat", "ket qua", "status",
    ),
    "status_on": (
        "ngay trang thai", "thoi gian trang thai", "ngay cap nhat", "thoi gian cap nhat", "thoi gian", "ngay", "ngay gio", "cap nhat luc",
        "ngay cap nhat trang thai",
    ),
    "signed_on": (
        "ngay ky", "ngay ky nhan", "ngay phat", "ngay phat thanh cong", "ngay gio phat", "thoi gian phat", "ngay giao", "ngay giao hang",
        "ngay nhan", "ngay ky phat",
    ),
    "sent_on": ("ngay gui", "ngay chap nhan", "ngay nhan gui", "ngay thu gom", "ngay lay", "ngay lay hang", "ngay phat hanh"),
    "attempt": ("lan phat", "so lan phat", "lan giao", "so lan giao", "lan", "lan phat thu", "lan thu"),
    "reason": (
        "ly do khong phat", "ly do", "ly do khong phat duoc", "ly do phat khong thanh cong", "nguyen nhan", "ly do khong thanh cong",
        "ly do chuyen hoan", "ly do khong giao",
    ),
    "receiver": ("nguoi ky nhan", "nguoi ky", "nguoi nhan thuc te", "nguoi da nhan", "ten nguoi ky nhan", "ho ten nguoi ky nhan"),
    "next_try": ("ngay phat lai", "hen phat lai", "ngay hen phat lai", "ngay phat tiep theo", "ngay giao lai", "hen giao lai"),
    "number": ("stt", "tt", "so tt", "so thu tu", "no"),
    "fault": ("loi",),
}
"""Titles without accents, signs and case; of two columns with titles of one kind the one named first here counts.

"Người nhận" is none of them: in most lists it is whom the item is for, and not who signed.
"""
_RANKS = {title: (key, rank) for key, titles in TITLES.items() for rank, title in enumerate(titles)}
_NAMES = ("order", "note", "code", "item")
"""What an order can be known by."""


def find_post_header(rows: Sequence[Row]) -> Header | None:
    """The row of titles among the first rows of a sheet; None where nothing names an order, or nothing tells where it is."""
    best: Header | None = None
    for end, row in enumerate(rows[:TITLE_ROWS], start=1):
        found = _read(row, end)
        if found is not None and (best is None or len(found.columns) > len(best.columns)):
            best = found
    return best


def _read(row: Row, end: int) -> Header | None:
    names = tuple(text_of(cell) for cell in row)
    ranks: dict[str, tuple[int, int]] = {}
    for at, name in enumerate(names):
        found = _rank(name)
        if found and (found[0] not in ranks or found[1] < ranks[found[0]][0]):
            ranks[found[0]] = (found[1], at)
    columns = {key: at for key, (_, at) in ranks.items()}
    if "status" not in columns or not any(key in columns for key in _NAMES):
        return None
    return Header(columns, names, end)


@lru_cache(maxsize=1024)
def _rank(title: str) -> tuple[str, int] | None:
    """Brackets may say how a cell is to be filled in: tried with what they hold, then without."""
    for text in (title, re.sub(r"\([^)]*\)", " ", title)):
        if folded(text) in _RANKS:
            return _RANKS[folded(text)]
    return None
