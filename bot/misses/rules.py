"""What of a question is kept."""

import secrets

from bot.misses.model import MOST_CHARACTERS
from bot.privacy.masking import mask_personal

_LEAST_LETTERS = 3
"""Fewer ("ok", "?", "2") ask for nothing."""
_CUT = " … "
_OF_THE_END = 120
"""A story has its question at the beginning or at the end."""


def kept_words(text: str) -> str | None:
    """*text* on one line, without what tells of a person, at most 300 characters; None where it asks for nothing."""
    words = " ".join(mask_personal(text).split())
    if sum(letter.isalpha() for letter in words) < _LEAST_LETTERS:
        return None
    if len(words) <= MOST_CHARACTERS:
        return words
    return f"{words[: MOST_CHARACTERS - len(_CUT) - _OF_THE_END].rstrip()}{_CUT}{words[-_OF_THE_END:].lstrip()}"


def new_question() -> str:
    """A token for a question just asked, by which it is kept once however often it comes up again."""
    return secrets.token_hex(8)
