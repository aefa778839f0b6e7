"""Short codes that are read aloud: a letter for the kind, five digits, a check letter (``H48-217K``).

The check letter is the number modulo 23 over an alphabet without look-alikes. 23 is prime and greater than 9, so one wrong digit or
two swapped neighbours never pass.
"""

import re
import secrets
from collections.abc import Callable
from typing import Literal

Kind = Literal["B", "H", "G", "P", "T"]
"""B postal order (bưu chính), H appointment (lịch hẹn), G readiness (giấy tờ), P complaint receipt (phản ánh), T request about
personal data (thông tin).
"""

MOST_TRIES = 20
"""Of a hundred thousand codes even with half of them taken, twenty in a row are so once in a million times."""

_CHECK = "ABCDEFGHJKLMNPQRSTVWXYZ"
_SHAPE = re.compile(r"([BHGPT])(\d{5})([A-Z])")
_IN_WORDS = re.compile(r"(?<![^\W_])[BHGPT][\s.\-_]?\d\d[\s.\-_]?\d{3}[\s.\-_]?[A-Z](?![^\W_])", re.IGNORECASE)


def new_code(kind: Kind) -> str:
    """A fresh code such as ``H48217K``; the caller keeps it unique."""
    number = secrets.randbelow(100_000)
    return f"{kind}{number:05d}{_CHECK[number % 23]}"


def keep_under_new_code(kind: Kind, keep: Callable[[str], bool]) -> str:
    """The fresh code under which *keep* kept something. *keep* says False where that code is taken. Raises RuntimeError when all are."""
    for _ in range(MOST_TRIES):
        code = new_code(kind)
        if keep(code):
            return code
    raise RuntimeError(f"{MOST_TRIES} codes of kind {kind} in a row were taken: old ones must be emptied (db retention)")


def read_code(text: str) -> str | None:
    """The code that *text* is, whatever its case and separators; None when it is none or its check letter is wrong."""
    match = _SHAPE.fullmatch(re.sub(r"[\s.\-_]", "", text).upper())
    if match is None or _CHECK[int(match[2]) % 23] != match[3]:
        return None
    return "".join(match.groups())


def find_code(kind: Kind, text: str) -> str | None:
    """The first code of *kind* that stands in *text*, whatever is said around it."""
    found = (read_code(match[0]) for match in _IN_WORDS.finditer(text) if match[0][0].upper() == kind)
    return next((code for code in found if code is not None), None)


def spoken(code: str) -> str:
    """``H48217K`` as ``H48-217K``, easier to read aloud."""
    return f"{code[:3]}-{code[3:]}"
