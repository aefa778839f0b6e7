"""Text for Zalo: at most so long, cut where a reader would."""

from collections.abc import Iterator, Sequence

from bot.dialogue.messages import MOST_CHARACTERS


def pieces(text: str, most: int = MOST_CHARACTERS) -> Sequence[str]:
    """*text* in parts of at most *most* UTF-16 units (Zalo does not say how it counts; they are the more), cut at line ends, else at
    blanks, else anywhere; empty where there is nothing to read.
    """
    return [piece for piece in _cut(text.strip(), most) if piece]


def _cut(text: str, most: int) -> Iterator[str]:
    while (room := _fits(text, most)) < len(text):
        at = next((found for mark in ("\n", " ") if (found := text.rfind(mark, 0, room + 1)) > 0), room)
        yield text[:at].rstrip()
        text = text[at:].lstrip()
    yield text


def _fits(text: str, most: int) -> int:
    """How many characters of *text* there is room for."""
    units = 0
    for at, char in enumerate(text):
        units += 2 if ord(char) > 0xFFFF else 1
        if units > most:
            return at
    return len(text)
