"""Adding a phrase to a procedure's file, as a person would: one line more, everything else byte for byte as it was."""

import re
import unicodedata

from bot import strict_yaml
from bot.errors import PhraseRefused

MOST_CHARACTERS = 120
"""A phrase is what people type in one go, not their story."""
_HIDDEN = "•"


def tidied(phrase: str) -> str:
    """*phrase* in one Unicode form and with single blanks. Raises PhraseRefused where it cannot be one."""
    said = " ".join(unicodedata.normalize("NFC", phrase).split())
    if not any(char.isalpha() for char in said):
        raise PhraseRefused(f'"{said}" has no letter: write the words of a citizen')
    if len(said) > MOST_CHARACTERS:
        raise PhraseRefused(f"the phrase has {len(said)} characters, at most {MOST_CHARACTERS}: keep what is asked, leave the story out")
    if _HIDDEN in said:
        raise PhraseRefused(f'"{said}" holds {_HIDDEN}, where something of a person was hidden: write it without')
    if any(unicodedata.category(char).startswith("C") for char in said):
        raise PhraseRefused("the phrase holds characters that nobody sees: type it anew")
    return said


def with_phrase(source: str, phrase: str) -> str:
    """The file *source* with *phrase* as the last of its phrases. Raises PhraseRefused where that takes a person's hand."""
    before = strict_yaml.load(source)
    lines = source.split("\n")
    last = before["phrases"][-1].line - 1
    dash = re.match(r"( *)- ", lines[last])
    if dash is None:
        raise PhraseRefused("its phrases are not written one on a line, after a dash: write them so, then try again")
    after = _end_of_item(lines, last, len(dash[1]))
    carriage = "\r" if lines[last].endswith("\r") else ""
    line = f"{dash[1]}{strict_yaml.dump([phrase]).rstrip()}"
    if after == len(lines):  # the file ends with its phrases, and without a line end
        lines = [*lines[:-1], lines[-1] + carriage, line]
    else:
        lines.insert(after, line + carriage)
    written = "\n".join(lines)
    if not _holds(written, before, phrase):
        raise PhraseRefused("its phrases are written in a way that this program does not extend: add the line by hand")
    return written


def _end_of_item(lines: list[str], first: int, indent: int) -> int:
    """One past the last line of the list item that begins on *first*: what is indented deeper than its dash goes on with it."""
    end = first + 1
    while end < len(lines) and re.match(rf" {{{indent + 1}}}", lines[end]) and lines[end].strip():
        end += 1
    return end


def _holds(written: str, before: dict[str, object], phrase: str) -> bool:
    """Whether *written* reads as *before*, with *phrase* added, and with nothing else changed."""
    try:
        after = strict_yaml.load(written)
    except strict_yaml.YamlError:
        return False
    known = before["phrases"]
    assert isinstance(known, list)
    return bool(after == {**before, "phrases": [*known, phrase]})
