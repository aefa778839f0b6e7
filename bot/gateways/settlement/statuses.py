"""Local words for where a dossier stands, and the national status that each of them is. What is not here is passed through as written."""

import re
from functools import lru_cache
from typing import Literal

from bot.catalog.names import folded
from bot.dossiers.model import Status

NATIONAL: tuple[Status, ...] = (
    "registered", "received", "refused", "in_progress", "supplement", "payment", "withdrawing", "stopped", "ready", "returned",
)
"""The national exchange set, numbered from 1."""

WORDS: dict[Status, tuple[str, ...]] = {
    "registered": (
        "moi dang ky", "cho tiep nhan", "cho tiep nhan truc tuyen", "moi nop", "da nop truc tuyen", "cho tiep nhan ho so", "moi dang ki",
        "da gui cho tiep nhan",
    ),
    "received": ("duoc tiep nhan", "da tiep nhan", "moi tiep nhan", "da duoc tiep nhan", "tiep nhan", "da nhan", "da nhan ho so"),
    "refused": (
        "khong duoc tiep nhan", "khong tiep nhan", "tu choi tiep nhan", "bi tu choi", "tu choi", "khong duoc tiep nhan thu hoi",
        "da tu choi", "tu choi ho so", "bi tu choi tiep nhan",
    ),
    "in_progress": (
        "dang xu ly", "dang giai quyet", "dang thu ly", "cho xu ly", "dang tham dinh", "cho phe duyet", "cho ky duyet", "dang trinh ky",
        "cho ky", "trinh ky", "dang xu ly trong han", "dang xu ly qua han", "dang giai quyet trong han", "dang giai quyet qua han",
        "dang trong qua trinh xu ly", "trong qua trinh xu ly", "dang xu li", "toi han", "dang xu ly tre han", "cho tham dinh",
        "dang xu ly chua den han", "dang giai quyet chua den han",
    ),
    "supplement": (
        "yeu cau bo sung giay to", "yeu cau bo sung", "yeu cau bo sung ho so", "cho bo sung", "bo sung ho so", "cho bo sung ho so",
        "cho cong dan bo sung", "cho bo sung giay to", "can bo sung", "dang cho bo sung", "can bo sung ho so", "can bo sung giay to",
        "tam dung cho bo sung", "cho cong dan bo sung ho so",
    ),
    "payment": (
        "yeu cau thuc hien nghia vu tai chinh", "thuc hien nghia vu tai chinh", "cho thuc hien nghia vu tai chinh", "cho thanh toan",
        "thanh toan phi le phi", "cho nop phi", "cho nop thue", "cho thuc hien nvtc", "yeu cau thanh toan", "cho thanh toan phi le phi",
        "cho nop le phi", "cho cong dan thuc hien nghia vu tai chinh", "cho nop phi le phi",
    ),
    "withdrawing": ("cong dan yeu cau rut ho so", "yeu cau rut ho so", "cong dan yeu cau rut", "xin rut ho so", "yeu cau rut"),
    "stopped": ("dung xu ly", "dung giai quyet", "da dung xu ly", "dung thu ly"),
    "ready": (
        "da xu ly xong", "da xu ly xong chua tra", "cho tra ket qua", "co ket qua", "da co ket qua", "da giai quyet", "da giai quyet xong",
        "cho tra", "cho tra bcci", "cho tra bcci tai tthcc", "da chuyen xu ly co ket qua", "cho tra kq", "da giai quyet chua tra",
        "da xu ly", "da co ket qua chua tra", "chua tra ket qua", "da giai quyet cho tra ket qua", "da xong cho tra ket qua",
    ),
    "returned": (
        "da tra ket qua", "da tra", "da tra kq", "tra ket qua", "da nhan ket qua", "cong dan da nhan ket qua",
        "da tra ket qua cho cong dan", "da tra cho cong dan", "da tra ket qua qua bcci",
    ),
}
_KNOWN = {words: status for status, all_words in WORDS.items() for words in all_words}

_OPEN_ENDED = {"hoan thanh", "da hoan thanh", "ket thuc", "da ket thuc", "da giai quyet", "da giai quyet xong", "da xu ly xong", "da xu ly"}
"""Said of what is ready and of what was given back alike: a day of return decides."""
_OF_TIME = {
    "truoc han", "dung han", "tre han", "qua han", "som han", "trong han", "chua den han", "da giai quyet truoc han",
    "da giai quyet dung han", "da giai quyet tre han", "da giai quyet som han", "tre hen",
}
"""They tell of the limit and not of where the dossier is: its days decide."""

Reading = Status | Literal["by_days", "by_return"]


@lru_cache(maxsize=4096)
def read_status(words: str) -> Reading:
    """The status that *words* are; ``other`` for local ones; ``by_days`` where the dossier's days tell, ``by_return`` where they are
    finished or ``other`` as the day of return is there or not.
    """
    numbered = re.fullmatch(r"\s*(\d{1,2})\s*(?:[.\-:)]\s*.*)?", words)
    if numbered and 1 <= int(numbered[1]) <= len(NATIONAL):
        named = re.sub(r"^\s*\d{1,2}\s*[.\-:)]*\s*", "", words)
        return read_status(named) if named and read_status(named) != "other" else NATIONAL[int(numbered[1]) - 1]
    for text in (words, re.sub(r"\([^)]*\)", " ", words)):
        plain = folded(text)
        if plain in _OF_TIME:
            return "by_days"
        if plain in _OPEN_ENDED and plain not in _KNOWN:
            return "by_return"
        if plain in _KNOWN:
            return _KNOWN[plain]
    return "other"


def is_open_ended(words: str) -> bool:
    return folded(words) in _OPEN_ENDED
