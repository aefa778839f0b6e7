"""Random and hostile messages: no exception, and work that has a bound.

The suite takes some hundreds of each kind; ``python -m tests.unit.test_hostile 100000`` takes that many and prints what it saw.
"""

import random
import sys
import time
from collections import Counter
from datetime import datetime
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.catalog.reader import load_catalog
from bot.search.finder import Finder
from bot.search.folding import MAX_LENGTH
from bot.understanding import words
from bot.understanding.reading import MAX_WORDS, Reader

NOW = datetime.fromisoformat("2026-11-21T09:00+07:00")
MOST_TRIES = 60_000
"""Places at which a cue is tried, for one message: words that count, times the cues that begin with one word."""
ODD = "\u0000\u200b\u200d\u202e\ufeff\ufffd\U000e0041\ud7ffﷺ👩‍👩‍👧‍👦🇻🇳１２３ⅣⅤ½ﬁ㎏Ａｂ\u0301\u0323\u031b\u0306İıſ"
PIECES = [
    "hồ sơ", "H20.21-261101-0018", "000.00.", "27/11", "30/2", "mai", "đặt lịch", "hủy", "dời", "k", "kh", "ai", "ddawng", "ky1",
    "{{", "<script>", "'; DROP TABLE", "../../etc", "%s%n", "\\u0000", "cháy nhà", "9" * 40, "a" * 90, "…", "không", "..", "^", "$",
    "!", "/", "à" * 30, "0/0/0000", "thứ 99",
]


@cache
def reader() -> Reader:
    return Reader(Finder(load_catalog()))


def hostile(chance: random.Random) -> str:
    """A message of any of six kinds; one in fifty is 64 KB long."""
    kind = chance.randrange(6)
    size = chance.randrange(1, 120) if chance.randrange(50) else 2_000
    if kind == 0:
        return "".join(chr(chance.choice((chance.randrange(0x20, 0x3000), chance.randrange(0xE000, 0x10FFFF)))) for _ in range(size))
    if kind == 1:
        return " ".join(chance.choice(PIECES) for _ in range(size))
    if kind == 2:
        return "".join(chance.choice(ODD) for _ in range(size))
    if kind == 3:
        return chance.choice(PIECES) * size * 16
    if kind == 4:
        letters = list(" ".join(chance.choice(PIECES) for _ in range(size)))
        chance.shuffle(letters)
        return "".join(letters)
    return "".join(chance.choice("0123456789/.- hHgGmMtT") for _ in range(size))


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_understood(text):
    reader().understand(text, NOW)


def test_hostile_messages_are_understood():
    chance = random.Random(2026)
    for _ in range(400):
        reader().understand(hostile(chance), NOW)


@pytest.mark.parametrize("said", ["hồ sơ ", "không ", "kh ai ", "27/11 ", "dangkykethon", "a b ", "cho tôi ", "cán bộ "])
def test_the_work_on_a_message_of_64_kb_is_bounded(said, monkeypatch):
    text = said * (65_536 // len(said))
    tries, looked = Counter(), words.Cue._rest

    def counted(self, *arguments):
        tries["cue"] += 1
        return looked(self, *arguments)

    monkeypatch.setattr(words.Cue, "_rest", counted)
    reader().understand(text, NOW)
    assert tries["cue"] <= MOST_TRIES
    assert reader().understand(text, NOW) == reader().understand(text[:MAX_LENGTH], NOW)


def test_of_a_long_message_the_first_and_the_last_words_count():
    story = "bữa đó trời mưa lớn quá đường thì trơn " * 30
    assert len(story.split()) > MAX_WORDS
    assert reader().understand(f"{story} cho tôi hủy lịch hẹn", NOW).intent == "cancel_booking"


def main(count: int) -> None:
    chance, seen, slowest = random.Random(1), Counter(), 0.0
    reader()
    for _ in range(count):
        text = hostile(chance)
        begun = time.process_time()
        seen[reader().understand(text, NOW).intent] += 1
        slowest = max(slowest, time.process_time() - begun)
    print(f"{count} messages, no exception; slowest {slowest * 1000:.1f} ms of processor time; {dict(seen)}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
