"""Dossier codes as citizens write and say them, read into one canonical form. A reading, never a look-up.

Two orders live side by side: the old ``000.00.21.H20-261007-0064`` (unit first, agency last) and the new
``H20.21-261101-0018``. Neither is turned into the other. A look-alike is replaced only where a digit must stand.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from bot import clock

_LOOK_ALIKES = str.maketrans({"O": "0", "Q": "0", "I": "1", "L": "1", "B": "8", "S": "5"})
_D = "[0-9OQILBS]"
_X = "[0-9A-Z]"
_SEP = r"[\s.\-]{1,4}"
_AGENCY = rf"(?:[A-K]{_D}{{2}}|[HG]\s{_D}{{2}})"
_START = r"(?<![0-9A-Z.\-])\.?"
_END = rf"(?![0-9A-Z]|-{_D})"

_OLD = rf"(?:(?P<v>{_X}{{1,3}}){_SEP})?(?:(?P<z>{_X}{{1,2}}){_SEP})?(?P<y>{_X}{{2}}){_SEP}(?P<om>{_AGENCY})"
_NEW = rf"(?P<nm>{_AGENCY})(?P<units>(?:{_SEP}{_X}{{1,3}}){{0,3}}?)"
_DATE = rf"(?P<day>{_D}{{6}}|[0-3OQIL]{_D}[\s.\-][01OQIL]{_D}[\s.\-]{_D}{{2}})"
"""Its parts may stand apart; then the first is a year or a day and the second a month, not two of the unit's segments."""
_WRITTEN = re.compile(
    rf"{_START}(?:{_OLD}|{_NEW}){_SEP}{_DATE}(?:{_SEP}(?P<seq>{_D}{{1,7}})|(?P<glued>{_D}{{4}})){_END}"
)
_PARTLY = re.compile(
    rf"{_START}(?:(?P<v>{_X}{{3}})(?:{_SEP})?(?P<z>{_X}{{2}})(?:{_SEP})?(?P<y>{_X}{{2}})(?:{_SEP})?(?P<om>{_AGENCY})"
    rf"|(?P<nm>[HG]{_D}{{2}})(?P<ns>(?:{_D}{{2}}){{1,3}})){_SEP}{_DATE}{_SEP}(?P<seq>{_D}{{3,7}}){_END}"
)
_RUN_TOGETHER = re.compile(
    rf"(?<![0-9A-Z])(?:(?P<v>{_D}{_X}{{2}})(?P<z>{_X}{{2}})(?P<y>{_X}{{2}})(?P<om>[A-K]{_D}{{2}})"
    rf"(?P<day>{_D}{{6}})(?P<seq>{_D}{{4,6}})|(?P<nm>[HG]{_D}{{2}})(?P<rest>{_D}{{10,16}}))(?![0-9A-Z])"
)
_SHAPES = (_WRITTEN, _PARTLY, _RUN_TOGETHER)
"""With separators, with some of them lost, with none."""
_TAIL = re.compile(r"(?<![0-9A-Z.\-/])(?P<day>\d{6})(?:-|\s{1,2}|\.)(?P<seq>\d{3,7})(?![0-9A-Z.\-/])")
_PROCEDURE = re.compile(r"(?<![0-9A-Z.,])([1-9])[.,](\d{6})(?:\.(?:000\.00\.00\.)?[A-Z]\d{2})?(?![0-9A-Z])")
_S10 = re.compile(r"(?<![0-9A-Z])[A-Z]{2}\s?(\d{8})\s?(\d)\s?VN(?![0-9A-Z])")
_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)

_FIRST_YEAR = 18
"""Codes of this shape began with the circular of 2018: an earlier year means the day was written first."""

_DIGIT_WORDS = {
    "khong": "0",
    "mot": "1",
    "hai": "2",
    "ba": "3",
    "bon": "4",
    "tu": "4",
    "nam": "5",
    "lam": "5",
    "sau": "6",
    "bay": "7",
    "tam": "8",
    "chin": "9",
}
_ENDINGS = {"mốt": "1", "tư": "4", "lăm": "5", "mot": "1", "lam": "5"}
_LETTER_WORDS = {"hat": "H", "hac": "H", "ho": "H", "h": "H", "gio": "G", "go": "G", "g": "G"}
_MARK_WORDS = {"cham": ".", "gach": "-", "tru": "-", "phay": "."}


def find_code(text: str, today: date | None = None) -> str | None:
    """The first dossier code in *text*, canonical; None where there is none, or its date does not exist.

    *today* helps with a date that could be read from either end; the system's day when left out.
    """
    today = today or clock.today(clock.SystemClock())
    written = _level(text)
    for each in (written, _heard(text)):
        if each is None:
            continue
        for match in sorted(
            (found for shape in _SHAPES for found in shape.finditer(each)), key=lambda found: found.start()
        ):
            code = _canonical(match.groupdict(), today)
            if code is not None:
                return code
    return None


def normalize(code: str, today: date | None = None) -> str | None:
    """The canonical form of a string that is a code and nothing else; None where it is not."""
    today = today or clock.today(clock.SystemClock())
    for each in (_level(code).strip(), (_heard(code) or "").strip()):
        for shape in _SHAPES:
            match = shape.fullmatch(each)
            if match is not None:
                return _canonical(match.groupdict(), today)
    return None


def tail(text: str, today: date | None = None) -> str | None:
    """``261020-0031``: date and number, where a citizen left the unit out. None where there is a whole code or none
    at all.
    """
    today = today or clock.today(clock.SystemClock())
    if find_code(text, today) is not None:
        return None
    for match in _TAIL.finditer(_level(text)):
        day = _day(match["day"], today)
        if day is not None and not _is_whole(text, match.start()):
            return f"{day}-{match['seq'].zfill(4)}"
    return None


def find_procedure_code(text: str) -> str | None:
    """The bare national code of a procedure (``1.001193``), written bare or long; money and dates are not taken for
    one.
    """
    match = _PROCEDURE.search(_level(text, commas=False))
    return f"{match[1]}.{match[2]}" if match else None


def is_s10(text: str, checked: bool = False) -> bool:
    """Whether *text* holds a postal tracking code; *checked*: only one whose check digit is right."""
    match = _S10.search(_level(text))
    if match is None or not checked:
        return match is not None
    rest = 11 - sum(weight * int(digit) for weight, digit in zip(_S10_WEIGHTS, match[1], strict=True)) % 11
    return int(match[2]) == {10: 0, 11: 5}.get(rest, rest)


def _level(text: str, commas: bool = True) -> str:
    """Capitals, one kind of dash, full stops for commas and dots of other alphabets; nothing invisible."""
    text = unicodedata.normalize("NFKC", text[:2_000])
    text = "".join(each for each in text if unicodedata.category(each) != "Cf").upper()
    text = re.sub(r"[‐-―−_/\\]", "-", text)
    return re.sub(r"[,·•;:]" if commas else r"[·•]", ".", text)


def _is_whole(text: str, at: int) -> bool:
    """Whether an agency stands right before: then the code is whole and was refused, not cut."""
    return re.search(rf"{_AGENCY}(?:{_SEP}{_X}{{1,3}}){{0,3}}{_SEP}$", _level(text)[:at]) is not None


def _canonical(parts: dict[str, str | None], today: date) -> str | None:
    if parts.get("rest"):
        return _cut(_agency(parts["nm"]), _digits(parts["rest"]), today)
    day = _day(_digits(re.sub(r"[\s.\-]", "", parts["day"] or "")), today)
    if day is None:
        return None
    number = _digits(parts["seq"] or parts.get("glued")).zfill(4)
    if parts["om"]:
        unit = [
            _segment(parts["v"]).zfill(3),
            _segment(parts["z"]).zfill(2),
            _segment(parts["y"]),
            _agency(parts["om"]),
        ]
        if parts["v"] and not parts["z"]:
            unit[:2] = ["000", unit[0][-2:]]
        return f"{'.'.join(unit)}-{day}-{number}"
    units = re.findall(_X + "+", parts.get("units") or "") or re.findall("..", parts.get("ns") or "")
    return f"{'.'.join([_agency(parts['nm']), *(_segment(each).zfill(2) for each in units)])}-{day}-{number}"


def _digits(text: str | None) -> str:
    return (text or "").translate(_LOOK_ALIKES)


def _agency(text: str | None) -> str:
    text = re.sub(r"\s", "", text or "")
    return text[:1] + _digits(text[1:])


def _segment(text: str | None) -> str:
    """A unit's segment: units may begin with a letter (``A0``), so B and S become digits only behind one."""
    text = text or ""
    whole = _digits(text)
    if whole.isdigit() and (text[:1] not in ("B", "S") or not any(each.isdigit() for each in text)):
        return whole
    return text.replace("O", "0")


def _cut(agency: str, digits: str, today: date) -> str | None:
    """Digits without separators behind a new agency: units of two, a real day, and a number of four digits rather
    than more.
    """
    for length in (4, 6, 5):
        units = len(digits) - 6 - length
        if units < 0 or units % 2:
            continue
        day = _day(digits[units : units + 6], today)
        if day is not None:
            unit = [digits[at : at + 2] for at in range(0, units, 2)]
            return f"{'.'.join([agency, *unit])}-{day}-{digits[units + 6 :]}"
    return None


def _day(six: str, today: date) -> str | None:
    """Six digits as YYMMDD; written day first, they are turned. None where no such day exists."""
    straight, turned = _as_date(six[:2], six[2:4], six[4:], today), _as_date(six[4:], six[2:4], six[:2], today)
    if straight is not None and (straight <= today or turned is None or turned > today):
        return six
    if turned is not None and turned <= today:
        return six[4:] + six[2:4] + six[:2]
    return None


def _as_date(year: str, month: str, day: str, today: date) -> date | None:
    """The day of receipt that the digits name; None outside the years in which such codes are given."""
    if not _FIRST_YEAR <= int(year) <= today.year % 100 + 1:
        return None
    try:
        return date(2000 + int(year), int(month), int(day))
    except ValueError:
        return None


def _heard(text: str) -> str | None:
    """A code read aloud, written down: ``hát hai mươi chấm hai mốt gạch 261002 gạch 0015``; None where nobody reads
    one aloud.
    """
    words = re.findall(r"\w+|[.\-]", unicodedata.normalize("NFC", text[:2_000].lower()))
    bare = [_bare(each) for each in words]
    if not any(each in _MARK_WORDS for each in bare):
        return None
    return _level("".join(_written_down(words, bare)))


def _bare(word: str) -> str:
    return "".join(
        each for each in unicodedata.normalize("NFD", word.replace("đ", "d")) if not unicodedata.combining(each)
    )


def _written_down(words: list[str], bare: list[str]) -> Iterator[str]:
    at = 0
    while at < len(words):
        read = _number(words, bare, at)
        if read:
            yield read[0]
            at += read[1]
            continue
        each = bare[at]
        if each in _MARK_WORDS:
            yield _MARK_WORDS[each]
            if each == "gach" and at + 1 < len(bare) and bare[at + 1] in ("ngang", "noi"):
                at += 1
        elif each in _LETTER_WORDS and (
            _number(words, bare, at + 1) or (words[at + 1 : at + 2][:1] and words[at + 1].isdigit())
        ):
            yield " " + _LETTER_WORDS[each]
        elif words[at].isdigit() or words[at] in ".-" or re.fullmatch(r"[a-k]?\d+", words[at]):
            yield words[at]
        else:
            yield " " + words[at] + " "
        at += 1


def _number(words: list[str], bare: list[str], at: int) -> tuple[str, int] | None:
    """Digits said from *at* on, and how many words they took: ``hai mươi mốt``, ``hai mốt``, ``mười lăm``."""
    if at >= len(words):
        return None
    if bare[at] == "muoi" and words[at] != "mươi":
        unit = _DIGIT_WORDS.get(bare[at + 1]) if at + 1 < len(words) else None
        return ("1" + unit, 2) if unit and unit != "0" else ("10", 1)
    digit = _DIGIT_WORDS.get(bare[at])
    if digit is None:
        return None
    following = words[at + 1] if at + 1 < len(words) else ""
    if _bare(following) in ("muoi", "chuc"):
        unit = _DIGIT_WORDS.get(bare[at + 2]) if at + 2 < len(words) else None
        return (digit + unit, 3) if unit and unit != "0" else (digit + "0", 2)
    if following in ("mốt", "lăm", "tư") and digit != "0":
        return digit + _ENDINGS[following], 2
    return digit, 1
