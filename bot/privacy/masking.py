"""Hiding what a message or a log line need not show. Identity numbers are what citizens type most often unasked."""

import re

HIDDEN = "•"
_GONE = HIDDEN * 3
"""Instead of what is hidden whole: not even its length shows."""
_SHOWN_OF_AN_ID = 4
_MOST_STARS = 3

# What only looks like an identity number is matched first, so that it is passed over: dossier codes, phones, sums. A phone may lack its
# zero: an identity number of nine digits begins with its province's, 01 to 38, so one that begins with 5, 7, 8 or 9 is a mobile phone.
_NUMBERS = re.compile(
    r"""
      (?P<code> (?<![^\W\d]) [a-z]\d{2} [ .\-]? \d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]) [ .\-]? \d{4} (?!\w) )
    | (?P<phone> (?: \(?\+84\)?[ .\-]? | (?<![\w.])84[ .\-] | (?<!\w)0 ) [1-9] (?:[ .\-]?\d){8} (?!\d) )
    | (?P<no_zero> (?<!\w)(?<!\d[ .]) [5789]\d\d (?P<gap>[ .]?) \d{3} (?P=gap) \d{3} (?! [ .]?\d ) (?!\w) )
    | (?P<money> (?<!\w) \d{1,3}(?:[. ]?\d{3})+ \s? (?: đồng | dong | đ | ₫ | vnđ | vnd ) (?!\w) )
    | (?P<id> (?<!\d) (?:
          \d{12} | \d{9}
        | (?<!\d\.)(?<!(?<!\d)\d{3}[ ]) \d{3} (?P<three>[ .]) \d{3} (?P=three) \d{3} (?: (?P=three) \d{3} )?
          (?! (?P=three)\d{3}(?!\d) )
        | (?<!\d\.)(?<!(?<!\d)\d{4}[ ]) \d{4} (?P<four>[ .]) \d{4} (?P=four) \d{4} (?! (?P=four)\d{4}(?!\d) )
      ) (?!\w) )
    """,
    re.VERBOSE | re.IGNORECASE,
)


_LEAST_DIGITS = 4
"""A number of fewer digits ("3 con", "60 ngày") tells of nobody."""

# What may be read is matched first: a procedure's code, an instrument's number, a sum of money, a year.
_OF_A_PERSON = re.compile(
    r"""
      (?P<plain>
          (?<![\d.]) \d\.\d{6} (?:\.\d{3}\.\d\d\.\d\d\.[a-z]\d\d)? (?![\d.]*\d)
        | (?<!\w) \d{1,4}/(?:19|20)\d\d/[a-zđ][\w\-]*
        | (?<!\w) \d{1,3}(?:[. ]?\d{3})* \s? (?: đồng | dong | đ | ₫ | vnđ | vnd | triệu | trieu | ngàn | ngan | nghìn | nghin ) (?!\w)
        | (?<![\w./\-]) (?:19|20)\d\d (?! [ .\-/]? [\d•] ) (?!\w)
      )
    | (?P<address> (?:https?://|www\.)\S+ | (?<![\w.+\-]) [\w.+\-]*[\w+\-] @ [\w\-]+ (?:\.[\w\-]+)* | @\w{3,} )
    | (?P<number> (?<![^\W_]) [^\W\d_]* [\d•] (?: [^\W\d_]{0,2} [ .\-/()]{0,2} [\d•] )* [^\W_]* )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PLACES = (
    "số nhà", "nhà số", "so nha", "nha so", "hẻm", "hem", "ngõ", "ngo", "ngách", "ngach", "kiệt", "kiet", "đường", "duong", "ấp", "ap",
    "tổ", "khóm", "khom", "thôn", "thon", "lô", "thửa", "thua", "bản đồ", "ban do",
)
_PLACED = re.compile(rf"(?<!\w)((?:{'|'.join(_PLACES)}) (?:số |so )?)[a-z]{{0,2}}\d[\w/\-]*", re.IGNORECASE)
_SURNAMES = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Hoàng", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Ngô", "Dương", "Lý", "Lâm", "Trịnh", "Đinh",
    "Mai", "Trương", "Thạch", "Kim", "Nguyen", "Tran", "Pham", "Huynh", "Hoang", "Dang", "Bui", "Duong", "Truong",
)
_NAMED = re.compile(rf"(?<!\w)(?:{'|'.join(_SURNAMES)})((?: [^\W\d_]+){{1,4}})")


def mask_personal(text: str) -> str:
    """*text* for keeping without a person: long numbers and codes, addresses on the net, house numbers and plots are ``•••``, and
    names where capitals show them (most citizens type none: a name so typed is not found). Procedure codes, instruments' numbers,
    sums, years and small numbers stay.
    """

    without_places = _PLACED.sub(rf"\1{_GONE}", text)
    return _NAMED.sub(_without_name, _OF_A_PERSON.sub(_without_number, without_places))


def mask_names(text: str, *known: str) -> str:
    """*text* without names: those *known*, however they are capitalised, and what capitals show to be one."""
    for name in known:
        if len(name.split()) > 1:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", _GONE, text, flags=re.IGNORECASE)
    return _NAMED.sub(_without_name, text)


def _without_number(match: re.Match[str]) -> str:
    reads = match["plain"] is not None or (match["number"] is not None and not _tells(match["number"]))
    return match[0] if reads else _GONE


def _without_name(match: re.Match[str]) -> str:
    """A surname counts with the capitalised words that follow it; without any it is an everyday word ("lý do", "kim loại")."""
    following = match[1].split()
    names = next((at for at, word in enumerate(following) if not word.istitle()), len(following))
    return " ".join([_GONE, *following[names:]]) if names else match[0]


def _tells(number: str) -> bool:
    """Long enough to be a phone, a code or a day of birth; or hidden in part already."""
    return HIDDEN in number or sum(letter.isdigit() for letter in number) >= _LEAST_DIGITS


def mask_ids(text: str) -> tuple[str, bool]:
    """*text* with identity numbers (9 or 12 digits) hidden but for the last four digits, and whether there was any."""
    found = False

    def masked(match: re.Match[str]) -> str:
        nonlocal found
        if match["id"] is None:
            return match[0]
        found = True
        return _hide(match[0], of_the_last=_SHOWN_OF_AN_ID)

    return _NUMBERS.sub(masked, text), found


def mask_name(name: str) -> str:
    """``Nguyễn Văn A`` as ``N*** V** A``: enough to know oneself by, and never telling how long a long name is."""
    return " ".join(word[0] + "*" * min(len(word) - 1, _MOST_STARS) for word in name.split())


def mask_phone(phone: str) -> str:
    """``0912345678`` as ``091•••••78``. The last four digits stay hidden: they may be somebody's second fact."""
    digits = [place for place, letter in enumerate(phone) if letter.isdigit()]
    hidden = set(digits[3:-2] if len(digits) > 5 else digits)
    return "".join(HIDDEN if place in hidden else letter for place, letter in enumerate(phone))


def _hide(number: str, of_the_last: int) -> str:
    to_hide = sum(letter.isdigit() for letter in number) - of_the_last
    shown = []
    for letter in number:
        hides = letter.isdigit() and to_hide > 0
        to_hide -= hides
        shown.append(HIDDEN if hides else letter)
    return "".join(shown)
