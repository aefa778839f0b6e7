"""What ``voice`` asks of every sentence, as functions: for the texts and for the catalogue."""

import re
import unicodedata
from collections.abc import Iterator

MOST_WORDS = 20
MOST_WORDS_OF_LAW = 25
"""For facts quoted from law, and sentences that carry the long name of a law or a paper."""

LAW = re.compile(
    r"Hiến pháp|Bộ luật|Luật |Nghị định|Nghị quyết|Thông tư|Quyết định|Pháp lệnh|Công ước|Hội đồng nhân dân|Ủy ban nhân dân"
    r"|Tòa án nhân dân|Cơ sở dữ liệu|Cổng dịch vụ|[Gg]iấy |[Bb]iên bản|[Hh]ợp đồng|[Vv]ăn bản|[Ss]ổ |[Đđ]ơn |[Tt]ờ khai|[Bb]ản "
)
NEVER_SAID = ("không hợp lệ", "lỗi hệ thống", "vui lòng thử lại sau")
ABBREVIATIONS = {"VNEID", "CT01", "CT02", "CT07", "HĐND", "UBND", "BHYT", "BHXH", "TNHH", "PCCC", "CCCD", "CMND", "QSDĐ"}
"""Words of four letters or more that are written in capitals by everyone."""
CODE = re.compile(r"[^\s]*\d[^\s]*")

_END = re.compile(r"(?<=[.!?…])[\"”)]*\s+")


def sentences(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield from (each for each in _END.split(line.strip()) if each)


def words(sentence: str) -> list[str]:
    """What is read aloud: tokens with a letter, a digit or a placeholder in them."""
    return [token for token in sentence.split() if any(char.isalnum() for char in token)]


def too_long(text: str, *, law: bool = False) -> list[str]:
    """The sentences of *text* with too many words, each with their number."""
    found = []
    for sentence in sentences(text):
        most = MOST_WORDS_OF_LAW if law and LAW.search(sentence) else MOST_WORDS
        if len(words(sentence)) > most:
            found.append(f"{len(words(sentence))} words, at most {most}: {sentence}")
    return found


def shouted(text: str) -> list[str]:
    """Words of four letters or more in capitals, known abbreviations, codes and placeholders aside."""
    plain = re.sub(r"\{\w+\}", " ", text)
    found = re.findall(r"[^\W_]{4,}", plain)
    return [
        word for word in found
        if word.isupper() and sum(char.isalpha() for char in word) >= 4 and word not in ABBREVIATIONS
    ]


def pictures(text: str) -> list[str]:
    """Emoji and other pictures among the letters."""
    return [char for char in text if unicodedata.category(char) == "So" or 0x1F000 <= ord(char) <= 0x1FAFF or char == "\ufe0f"]
