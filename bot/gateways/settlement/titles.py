"""Which column holds what: titles as settlement systems and hand-kept registers write them, over one row or several."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bot.catalog.names import folded

TITLES: Mapping[str, tuple[str, ...]] = {
    "code": (
        "ma ho so", "ma so ho so", "so ho so", "ma hs", "so hs", "ma so hs", "ma ho so mot cua", "ma ho so dvc", "so bien nhan",
        "ma bien nhan", "ma so bien nhan", "ma hoso", "mahoso", "dossier no", "dossierno", "so giay hen", "ma giay hen",
        "ma ho so tiep nhan",
    ),
    "status": (
        "trang thai ho so", "trang thai", "tinh trang ho so", "trang thai xu ly", "tinh trang xu ly", "trang thai giai quyet",
        "tinh trang giai quyet", "tinh trang", "trang thai hs", "status", "trang thai hien tai", "buoc xu ly hien tai",
    ),
    "received_on": (
        "ngay tiep nhan", "ngay tiep nhan ho so", "thoi gian tiep nhan", "thoi diem tiep nhan", "ngay nhan ho so", "ngay nhan",
        "nhan ho so", "ngay gio tiep nhan", "tiep nhan", "ngay tiep nhan hs", "ngay nop ho so", "ngay nop", "thoi gian nop",
        "ngay thang nam nhan ho so",
    ),
    "due_on": (
        "ngay hen tra", "ngay hen tra ket qua", "hen tra ket qua", "hen tra", "ngay hen", "thoi gian hen tra", "ngay hen tra kq",
        "ngay hen tra ho so", "thoi diem hen tra", "ngay gio hen tra", "ngay tra theo giay hen", "thoi gian hen tra ket qua",
    ),
    "new_due_on": (
        "ngay hen lai", "ngay hen tra lai", "ngay hen tra moi", "hen lai", "ngay hen moi", "ngay gia han", "gia han den",
        "ngay hen tra ket qua moi", "thoi gian hen lai", "ngay hen tra sau gia han", "gia han den ngay",
    ),
    "settled_on": (
        "ngay giai quyet xong", "ngay xu ly xong", "ngay ket thuc xu ly", "ngay hoan thanh", "ngay co ket qua", "ngay ket thuc",
        "thoi gian hoan thanh", "thoi gian xu ly xong", "ngay giai quyet", "ngay hoan thanh xu ly", "ngay ban hanh ket qua",
        "thoi gian ket thuc xu ly", "ngay xu ly xong thuc te", "ngay ket thuc thuc te",
    ),
    "returned_on": (
        "ngay tra ket qua", "ngay tra", "ngay tra kq", "thoi gian tra ket qua", "ngay tra thuc te", "tra ket qua",
        "ngay tra ket qua thuc te",
        "thoi diem tra ket qua", "ngay cong dan nhan ket qua", "ngay nhan ket qua",
    ),
    "unit": (
        "don vi dang xu ly", "don vi xu ly", "don vi thu ly", "co quan xu ly", "phong ban xu ly", "don vi giai quyet",
        "co quan chu tri giai quyet", "bo phan xu ly", "noi dang xu ly", "phong chuyen mon", "co quan giai quyet", "don vi dang giu",
        "phong ban", "noi dang giu ho so",
    ),
    "procedure": (
        "ma tthc", "ma thu tuc", "ma thu tuc hanh chinh", "ma so tthc", "ma so thu tuc", "ma so thu tuc hanh chinh",
        "thu tuc hanh chinh", "ten thu tuc hanh chinh", "ten thu tuc", "ten tthc", "tthc", "thu tuc",
    ),
    "applicant": (
        "nguoi nop", "ho ten nguoi nop", "ho va ten nguoi nop", "ten nguoi nop", "nguoi nop ho so", "ho ten nguoi nop ho so",
        "nguoi nop ho ten", "nguoi nop ho va ten", "chu ho so", "ten chu ho so", "ho ten chu ho so", "ho va ten chu ho so", "ten cong dan",
        "cong dan", "ho ten cong dan", "ho va ten", "ho ten", "ten to chuc ca nhan", "ten ca nhan to chuc", "to chuc ca nhan",
        "ca nhan to chuc", "nguoi yeu cau", "ho ten nguoi yeu cau", "ten cong dan to chuc", "cong dan to chuc", "nguoi dang ky",
        "ten nguoi nop ho so", "cong dan doanh nghiep", "ten nguoi yeu cau",
    ),
    "phone": (
        "so dien thoai", "dien thoai", "sdt", "so dt", "dien thoai nguoi nop", "so dien thoai nguoi nop", "sdt nguoi nop",
        "dien thoai lien he", "so dien thoai lien he", "sdt lien he", "dtdd", "di dong", "so di dong", "dt lien he", "dien thoai di dong",
        "4 so cuoi dien thoai", "4 so cuoi so dien thoai", "4 so cuoi sdt", "nguoi nop dien thoai", "nguoi nop so dien thoai",
        "nguoi nop sdt", "dien thoai chu ho so", "so dien thoai chu ho so",
    ),
    "id": (
        "so cccd", "cccd", "so can cuoc", "can cuoc", "so dinh danh", "so dinh danh ca nhan", "so cmnd", "cmnd", "so giay to", "cccd cmnd",
        "cmnd cccd", "so cccd cmnd", "so cmnd cccd", "can cuoc cong dan", "so can cuoc cong dan", "ma dinh danh", "so giay to tuy than",
        "so cccd nguoi nop", "cccd nguoi nop", "4 so cuoi cccd", "4 so cuoi can cuoc", "so cmt", "cmnd cccd ho chieu", "nguoi nop cccd",
        "nguoi nop so cccd", "cccd so dinh danh", "so cmnd cccd ho chieu", "cmt cccd",
    ),
    "contact": (
        "dia chi so dien thoai", "dia chi va so dien thoai", "dia chi dien thoai", "dia chi sdt", "dia chi lien he so dien thoai",
        "thong tin lien he", "lien he",
    ),
    "reason": (
        "ly do", "ly do tre han", "ly do tre", "ly do tre hen", "ly do tu choi", "ly do dung", "ly do dung xu ly", "ly do tra lai",
        "ly do khong tiep nhan", "nguyen nhan tre", "nguyen nhan tre han", "ly do qua han", "ly do khong duoc tiep nhan", "nguyen nhan",
    ),
    "missing": (
        "giay to can bo sung", "giay to bo sung", "noi dung bo sung", "noi dung yeu cau bo sung", "giay to con thieu", "ho so con thieu",
        "yeu cau bo sung", "thanh phan can bo sung", "giay to thieu", "noi dung can bo sung",
    ),
    "supplement_by": ("han bo sung", "han nop bo sung", "ngay het han bo sung", "thoi han bo sung", "bo sung truoc ngay", "han nop them"),
    "paused_days": (
        "so ngay tam dung", "so ngay cho bo sung", "tong so ngay tam dung", "thoi gian tam dung", "so ngay dung cho cong dan",
        "so ngay tam dung xu ly", "thoi gian cho bo sung", "so ngay cho cong dan bo sung",
    ),
    "number": ("stt", "tt", "so tt", "so thu tu", "no"),
    "fault": ("loi",),
}
"""Titles of columns without accents, signs and case; of two columns with titles of one kind the one named first here counts.

``due_on`` is only what the slip says: a limit that the system computes ("hạn xử lý", "dự kiến") is none of these.
"""

TITLE_ROWS = 40
"""How far down the titles are looked for."""
_DEEPEST = 3
"""Over how many rows merged titles may reach."""
_NUMBERED = re.compile(r"\(?(\d{1,2})\)?(?:\s*=.*)?")
_DAYS = ("received_on", "due_on", "settled_on", "returned_on")
_RANKS = {title: (key, rank) for key, titles in TITLES.items() for rank, title in enumerate(titles)}
_OFFICERS = (
    "can bo", "chuyen vien", "lanh dao", "nguoi ky", "nguoi xu ly", "nguoi thu ly", "nguoi tiep nhan",
    "nguoi giai quyet", "cong chuc",
)
"""Under such a heading "họ tên" or "điện thoại" is an officer's: never what an owner is known by."""
_LEFT_OUT_OF_NOTES = ("number", "fault")


@dataclass(frozen=True)
class Header:
    """``columns``: where each known one stands, from 0; ``names``: the title of every column in one line, as it is written;
    ``end``: how many rows lie above the first row of data.
    """

    columns: Mapping[str, int]
    names: tuple[str, ...]
    end: int

    @property
    def unknown(self) -> tuple[str, ...]:
        known = set(self.columns.values())
        return tuple(name for at, name in enumerate(self.names) if name and at not in known)

    def name(self, key: str) -> str:
        return self.names[self.columns[key]]

    def is_repeated(self, row: Sequence[Any]) -> bool:
        """Whether *row* is the titles once more, as at the head of a printed page, or numbers the columns: (1), (2), …"""
        at = self.columns["code"]
        code = text_of(row[at]) if at < len(row) else ""
        if _NUMBERED.fullmatch(code) is None:
            return bool(code) and not code[-1].isdigit() and _key(code) == "code"
        filled = [line for line in map(text_of, row) if line]
        counted = [int(number[1]) for number in map(_NUMBERED.fullmatch, filled) if number]
        return len(counted) == len(filled) > 2 and counted == sorted(set(counted))


def find_header(rows: Sequence[Sequence[Any]]) -> Header | None:
    """The titles among the first rows of a sheet; None where no code of dossiers, or nothing beside it, has a column."""
    best: Header | None = None
    for end in range(1, min(len(rows), TITLE_ROWS) + 1):
        first = end - 1
        while first > 0 and end - first < _DEEPEST and _filled(rows[first - 1]) > 1:
            first -= 1  # a lone cell is a heading of the page, not of columns
        found = next(filter(None, (_read(rows[each:end], end) for each in range(first, end))), None)
        if found is not None and (best is None or len(found.columns) > len(best.columns)):
            best = found
    return best


def _filled(row: Sequence[Any]) -> int:
    return sum(text_of(cell) != "" for cell in row)


def _read(rows: Sequence[Sequence[Any]], end: int) -> Header | None:
    lines = [[text_of(cell) for cell in row] for row in rows]
    if not any(lines[-1]):
        return None
    width = max(map(len, lines))
    lines = [line + [""] * (width - len(line)) for line in lines]
    above = [_spread(line) for line in lines[:-1]]
    ranks: dict[str, tuple[int, int]] = {}
    names = []
    for at in range(width):
        own = lines[-1][at]
        over = [line[at] for line in above] if own else []
        if not own:
            own = next((line[at] for line in reversed(lines[:-1]) if line[at]), "")
        key, name = _match(own, [each for each in over if each and each != own])
        names.append(name)
        if key and (key[0] not in ranks or key[1] < ranks[key[0]][0]):
            ranks[key[0]] = (key[1], at)
    columns = {key: at for key, (_, at) in ranks.items()}
    if "code" not in columns or not columns.keys() & {"status", *_DAYS}:
        return None
    below = lines[-1][columns["code"]]
    if len(rows) > 1 and below and _key(below) is None and any(char.isdigit() for char in below):
        return None  # a row of data, taken for titles
    return Header(columns, tuple(names), end)


def _match(own: str, over: Sequence[str]) -> tuple[tuple[str, int] | None, str]:
    """What the column is, and its title in one line that will be read the same again."""
    whole = " ".join([*over, own])
    for text in dict.fromkeys((whole, f"{over[-1]} {own}" if over else own)):
        if _rank(text):
            return _rank(text), text
    if any(word in folded(each) for each in over for word in _OFFICERS):
        return None, whole
    return _rank(own), own if _rank(own) else whole


def _spread(line: Sequence[str]) -> list[str]:
    """A merged title stands in its first cell; the empty ones after it are its own."""
    filled, last = [], ""
    for text in line:
        last = text or last
        filled.append(last)
    return filled


@lru_cache(maxsize=4096)
def _rank(title: str) -> tuple[str, int] | None:
    """Brackets may say how a cell is to be filled in: tried with what they hold, then without."""
    for text in (title, re.sub(r"\([^)]*\)", " ", title)):
        found = _RANKS.get(folded(text))
        if found:
            return found
    return None


def _key(title: str) -> str | None:
    found = _rank(title)
    return found[0] if found else None


def text_of(cell: Any) -> str:
    """A cell in one line."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).split())
