"""Whether two names are one procedure's. Names are reworded with every decree, and a code can be used again for another procedure."""

import re
import unicodedata
from difflib import SequenceMatcher

_NOISE = {"thu", "tuc", "cap", "xa", "huyen", "tinh", "hanh", "chinh", "viec", "va", "cua", "cho", "cac", "theo", "doi", "voi"}
"""Words that stand in every name, and the levels in brackets."""
_WORDS_IN_COMMON, _LETTERS_IN_COMMON = 0.6, 0.72
"""Held against 49 real procedures whose name differed between two years: one, a code used again, falls below both."""


def folded(text: str) -> str:
    """*text* without accents, case and signs: for comparing, never for showing."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", "".join(char for char in plain if not unicodedata.combining(char))).split())


def same_procedure(name: str, other: str) -> bool:
    """Whether both can be one procedure's: reworded perhaps, not about another matter."""
    mine, theirs = (set(folded(each).split()) - _NOISE for each in (name, other))
    if not mine or not theirs:
        return folded(name) == folded(other)
    if len(mine & theirs) / min(len(mine), len(theirs)) >= _WORDS_IN_COMMON:
        return True
    return SequenceMatcher(None, folded(name), folded(other)).ratio() >= _LETTERS_IN_COMMON
