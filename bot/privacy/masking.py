"""Hiding what a message or a log line need not show. Identity numbers are what citizens type most often unasked."""

import re

HIDDEN = "•"
_SHOWN_OF_AN_ID = 4
_MOST_STARS = 3

# What only looks like an identity number is matched first, so that it is passed over: dossier codes, phones, sums.
_NUMBERS = re.compile(
    r"""
      (?P<code> (?<![^\W\d]) [a-z]\d{2} [ .\-]? \d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]) [ .\-]? \d{4} (?!\w) )
    | (?P<phone> (?: \(?\+84\)?[ .\-]? | (?<![\w.])84[ .\-] | (?<!\w)0 ) [1-9] (?:[ .\-]?\d){8} (?!\d) )
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
