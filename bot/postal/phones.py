"""Phone numbers of Viet Nam, alone or among other words; checked with Google's numbering plan data (phonenumbers)."""

import re

import phonenumbers

from bot.postal.model import Phone
from bot.postal.units import any_of, vocabulary
from bot.short_codes import read_code

FEWEST_DIGITS = 9
"""Fewer digits than this are no attempt at a phone number."""

_PHONE = re.compile(r"(?:\+?84|\b0)(?:[\s.-]*\d){8,10}\b")
_LABEL = re.compile(rf"[\s,;]*\b(?:{any_of(vocabulary()['phone'])})\b[\s.:]*(?=$|[,;])", re.IGNORECASE)
"""What is written before a number: "sđt", "đt:"."""


def read_phone(text: str) -> Phone | None:
    """The one Vietnamese number that *text* is, checked against the numbering plan; None when it is none."""
    if sum(each.isdigit() for each in text) < FEWEST_DIGITS:
        return None
    try:
        number = phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number_for_region(number, "VN"):
        return None
    kind = phonenumbers.number_type(number)
    return Phone(
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL),
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE),
    )


def take_phone(text: str) -> tuple[Phone | None, str]:
    """The first valid phone number written inside *text*, and the text without it. A wrong number stays in the text."""
    for found in _PHONE.finditer(text):
        phone = read_phone(found[0])
        if phone is not None:
            before = _LABEL.sub("", text[: found.start()].rstrip(" :.-"))
            return phone, f"{before.rstrip(' ,;:-')}, {text[found.end() :].lstrip(' ,;:.-')}".strip(" ,")
    return None, text


def was_meant(text: str) -> bool:
    """Whether *text*, which ``read_phone`` cannot read, is a try at a phone number all the same: hardly anything but digits, or many.
    A ticket or an order's number is none.
    """
    digits = sum(each.isdigit() for each in text)
    return read_code(text) is None and (digits >= FEWEST_DIGITS or digits > len(text) / 2)
