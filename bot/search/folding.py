"""A citizen's typing, made comparable: one Unicode form, no residue of the keyboard, words as they would be spelt.

Three forms of a word are kept side by side (``Word``): as read (``text``, lower case, with its marks), without marks
(``fold``) and ``key``, the fold with the marks it bears in a fixed order, hỏi and ngã taken as one since half the
country writes one for the other.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from bot.search import lexicon

MAX_LENGTH = 2_000
"""Longer messages are cut before anything else is done: the work per message is bounded."""

_WORD = re.compile(r"[^\W_]+")
_LONG_RUN = re.compile(r"([^\W\d_])\1{2,}")
_INVISIBLE = {"Cf", "Cc", "Co", "Cs", "Cn"}
_MARKS = {
    "\u0300": "f",
    "\u0301": "s",
    "\u0303": "r",
    "\u0309": "r",
    "\u0323": "j",
    "\u0302": "^",
    "\u0306": "(",
    "\u031b": "+",
}
_TONE_MARKS = {"f": "\u0300", "s": "\u0301", "x": "\u0303", "r": "\u0309", "j": "\u0323"}
_VNI_TONES = {"1": "s", "2": "f", "3": "r", "4": "x", "5": "j"}
_CIRCUMFLEX, _BREVE, _HORN = "\u0302", "\u0306", "\u031b"
_STOPPED = ("c", "p", "t", "ch")


class Word(NamedTuple):
    text: str
    fold: str
    key: str


def tidy(text: str) -> str:
    """One Unicode form (NFKC, composed), no control, format or unassigned characters, at most MAX_LENGTH characters."""
    text = unicodedata.normalize("NFKC", text[:MAX_LENGTH])
    if not text.isprintable():
        text = "".join(_visible(each) for each in text)
    return text


def _visible(character: str) -> str:
    if character in "\n\r\t":
        return " "
    return "" if unicodedata.category(character) in _INVISIBLE else character


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Lower case without marks; ``đ`` does not decompose, so it is turned by hand."""
    if text.isascii():
        return text.lower()
    bare = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(each for each in bare if not unicodedata.combining(each))


@lru_cache(maxsize=20_000)
def word(text: str) -> Word:
    """The three forms of one word, given in lower case."""
    if text.isascii():
        return Word(text, text, text)
    marks = {"-"} if "đ" in text else set()
    marks.update(_MARKS.get(each, "") for each in unicodedata.normalize("NFD", text))
    folded = fold(text)
    return Word(text, folded, folded + "".join(sorted(marks)))


def tokens(text: str) -> list[str]:
    """Words of *text* as typed, in lower case; a letter held down (three or more in a row) counts once."""
    return _WORD.findall(_LONG_RUN.sub(r"\1", tidy(text).lower()))


@lru_cache(maxsize=256)
def read(text: str) -> tuple[Word, ...]:
    """The words of *text* as they would be spelt: residue of Telex and VNI decoded, short forms and southern
    spellings opened.
    """
    return spelt(tokens(text))


def spelt(typed: Iterable[str]) -> tuple[Word, ...]:
    """Words as typed, each by itself in lower case, as they would be spelt."""
    return tuple(word(each) for each in _opened([decoded(each) for each in typed]))


def folded(words: Iterable[Word]) -> str:
    """The words without marks, joined by spaces."""
    return " ".join(each.fold for each in words)


@lru_cache(maxsize=20_000)
def decoded(token: str) -> str:
    """*token* with Telex or VNI keys turned into marks, where it is no syllable as it stands and is one afterwards."""
    bare = fold(token)
    if token in lexicon.plain_words() or is_syllable(bare):
        return token
    if token[0] in "fjw" and len(token) > 1:
        token = {"f": "ph", "j": "gi", "w": "qu"}[token[0]] + token[1:]
        if is_syllable(fold(token)):
            return token
    turned = _from_vni(token) if any(each.isdigit() for each in token) else _from_telex(token)
    return turned if turned is not None and is_syllable(fold(turned)) else token


def _from_telex(token: str) -> str | None:
    """``ddawng`` -> ``đăng``. None when the keys make no sense together (a tone key twice, ``w`` after nothing it
    bends).
    """
    letters: list[str] = []
    tone = ""
    for key in token:
        if key in _TONE_MARKS and _has_vowel(letters):
            if tone:
                return None
            tone = key
        elif key == "w":
            if not _bend(letters):
                return None
        elif key in "aeo" and letters and letters[-1] == key:
            letters[-1] += _CIRCUMFLEX
        elif key == "d" and letters == ["d"]:
            letters[0] = "đ"
        else:
            letters.append(key)
    return _with_tone(letters, tone)


def _from_vni(token: str) -> str | None:
    """``gia6y1`` -> ``giấy``. None when a digit marks nothing (``ct07``, ``h20``)."""
    letters: list[str] = []
    tone = ""
    for key in token:
        if not key.isdigit():
            letters.append(key)
        elif key in _VNI_TONES and _has_vowel(letters) and not tone:
            tone = _VNI_TONES[key]
        elif key == "6" and _mark_last(letters, "aeo", _CIRCUMFLEX):
            continue
        elif key == "9" and letters and letters[0] == "d":
            letters[0] = "đ"
        elif not (key == "7" and _bend(letters, "ou")) and not (key == "8" and _mark_last(letters, "a", _BREVE)):
            return None
    return _with_tone(letters, tone) if len(letters) > 1 else None


def _has_vowel(letters: list[str]) -> bool:
    return any(fold(each)[:1] in "aeiouy" for each in letters)


def _mark_last(letters: list[str], which: str, mark: str) -> bool:
    for at in range(len(letters) - 1, -1, -1):
        if letters[at] in which:
            letters[at] += mark
            return True
    return False


def _bend(letters: list[str], which: str = "aou") -> bool:
    """The key that makes ă, ơ, ư; of ``uo`` it bends both."""
    if len(letters) > 1 and [fold(each) for each in letters[-2:]] == ["u", "o"]:
        letters[-2:] = ["u" + _HORN, "o" + _HORN]
        return True
    for at in range(len(letters) - 1, -1, -1):
        if letters[at] in which:
            if letters[at] == "o" and at > 0 and letters[at - 1] == "u":
                letters[at - 1] += _HORN
            letters[at] += _BREVE if letters[at] == "a" else _HORN
            return True
    return False


def _with_tone(letters: list[str], tone: str) -> str | None:
    """The letters as one composed word, the tone set on its vowel; None where no word can bear that tone (``text``)."""
    text = unicodedata.normalize("NFC", "".join(letters))
    if not tone:
        return text
    if fold(text).endswith(_STOPPED) and tone not in "sj":
        return None
    vowels = [at for at, each in enumerate(letters) if fold(each)[:1] in "aeiouy"]
    start = 1 if len(vowels) > 1 and fold(text)[:2] in ("qu", "gi") else 0
    vowels = vowels[start:]
    marked = [at for at in vowels if len(letters[at]) > 1 or letters[at] not in "aeiouy"]
    closed = vowels[-1] < len(letters) - 1
    at = marked[-1] if marked else vowels[-1] if closed or len(vowels) == 1 else vowels[-2]
    letters[at] += _TONE_MARKS[tone]
    return unicodedata.normalize("NFC", "".join(letters))


@lru_cache(maxsize=20_000)
def is_syllable(bare: str) -> bool:
    """Whether *bare*, without marks, could be a Vietnamese syllable."""
    onsets, rimes = lexicon.syllables()
    return any(bare.startswith(each) and bare[len(each) :] in rimes for each in onsets)


@lru_cache(maxsize=20_000)
def sound(bare: str) -> str:
    """How a syllable without marks sounds in the south: s/x, tr/ch, v/d/gi, n/ng, c/t fall together; so do i and y, c
    and k.
    """
    for spelt, heard in (
        ("ngh", "ng"),
        ("gh", "g"),
        ("tr", "ch"),
        ("gi", "d"),
        ("v", "d"),
        ("s", "x"),
        ("k", "c"),
        ("qu", "q"),
    ):
        if bare.startswith(spelt) and not (spelt == "k" and bare.startswith("kh")):
            bare = heard + (bare[len(spelt) :] or "i")
            break
    bare = bare.replace("y", "i")
    for spelt, heard in (("ng", "n"), ("nh", "n"), ("ch", "t"), ("c", "t")):
        if bare.endswith(spelt) and len(bare) > len(spelt) + 1:
            return bare[: -len(spelt)] + heard
    return bare


def _opened(typed: list[str]) -> Iterator[str]:
    """Short forms, teencode and southern spellings opened by the longest row of the table that fits here."""
    table = _short_forms()
    at = 0
    while at < len(typed):
        rows = table.get(typed[at])
        row = next((each for each in rows if each.fits(typed, at)), None) if rows else None
        if row is None:
            yield typed[at]
            at += 1
        else:
            yield from row.to
            at += len(row.words)


class _ShortForm(NamedTuple):
    words: tuple[str, ...]
    to: tuple[str, ...]
    where: str
    beside: frozenset[str]

    def fits(self, typed: list[str], at: int) -> bool:
        end = at + len(self.words)
        if tuple(typed[at:end]) != self.words:
            return False
        before, after = (typed[at - 1] if at else ""), (typed[end] if end < len(typed) else "")
        if self.where == "end":
            return not after or fold(after) in self.beside
        if self.where == "after":
            return fold(before) in self.beside
        if self.where == "before":
            return fold(after) in self.beside
        if self.where == "not_after":
            return fold(before) not in self.beside and not before.isdigit()
        return True


@cache
def _short_forms() -> dict[str, list[_ShortForm]]:
    table: dict[str, list[_ShortForm]] = {}
    for spelt, to, where in lexicon.short_forms():
        place, _, beside = where.partition(":")
        row = _ShortForm(tuple(spelt.split()), tuple(to.split()), place, frozenset(map(fold, beside.split())))
        table.setdefault(row.words[0], []).append(row)
    for rows in table.values():
        rows.sort(key=lambda each: (-len(each.words), not each.where))
    return table
