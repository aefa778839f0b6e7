"""One contract for every channel: the same errands, by digits alone and with buttons, are heard and answered alike.

What the terminal answers to digits is the measure; the page (as forms, without JavaScript) and Telegram and the Zalo Bot (polling
and webhook, over their doubles) and the Zalo Official Account must say the same words, offer the same choices and leave the same traces.
"""

import io
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import segno

from bot.bootstrap import Knowledge
from tests.channels.wires import Heard, House, Wire, telegram, terminal, web, zalo_bot, zalo_oa

CODE = "H20.14-261102-0007"

ERRANDS: dict[str, list[str]] = {
    "ask": ["làm khai sinh cho con cần gì", "[Phí, lệ phí]", "[Mấy ngày xong]", "nop o dau"],
    "tick papers": [
        "khai sinh cho con can gi", "[Kiểm xem đủ giấy chưa]", "[Tờ khai đăng ký khai sinh]", "3", "2", "2", "xong",
    ],
    "book": [
        "đặt lịch làm giấy khai sinh cho con", "[Trung tâm Phục vụ hành chính công xã Mẫu Một]", "[thứ Tư 25/11]", "[Sáng]", "[8 giờ 30]",
        "Trần Văn Mẫu", "[Đúng, đặt luôn]",
    ],
    "status": [f"{CODE} tới đâu rồi", "6789"],
    "post": [
        "bưu điện tới nhà lấy hồ sơ được không", "[Bưu điện đến nhà lấy giấy đem nộp]", "giấy độc thân", "Trần Văn Mẫu", "0912345678",
        "ấp 3, xã An Thạnh, Cần Thơ", "[Không ai thay]", "[Hộ nghèo]", "[Buổi sáng]", "[Đúng, ghi đơn]", "[Nhớ giùm]",
        "đơn bưu điện của tôi", "[Đổi giờ tới]", "[Buổi chiều]", "[Đúng, ghi đơn]", "hủy đơn bưu điện", "[Hủy đơn]",
    ],
    "cancel": ["hủy lịch", "1", "[Hủy]"],
    "my data": ["dữ liệu của tôi", "[Coi đang giữ những gì]"],
    "lost": ["0", "00", "asdf qwer", "9", "xin chào"],
}
"""What a citizen does; ``[label]`` is a choice."""

WIRES = {
    "terminal": terminal, "web": web,
    "telegram polling": partial(telegram, mode="polling"), "telegram webhook": partial(telegram, mode="webhook"),
    "zalo bot polling": partial(zalo_bot, mode="polling"), "zalo bot webhook": partial(zalo_bot, mode="webhook"), "zalo oa": zalo_oa,
}
OUR_CODES = re.compile(r"\b[A-Z]\d\d-?\d{3}[A-Z]\b")


@dataclass(frozen=True)
class Played:
    """A whole conversation, and what it left behind."""

    heard: list[tuple[str, Heard]]
    left: dict[str, object]


@pytest.fixture(scope="module")
def measure(tmp_path_factory: pytest.TempPathFactory, knowledge: Knowledge) -> Played:
    with terminal(tmp_path_factory.mktemp("measure"), knowledge) as (house, wire):
        return play(house, wire, by_digits=True)


def play(house: House, wire: Wire, *, by_digits: bool) -> Played:
    heard: list[tuple[str, Heard]] = []
    for errand, acts in ERRANDS.items():
        for act in acts:
            label = act[1:-1] if act.startswith("[") else None
            if label is None:
                said = wire.say(act)
            elif by_digits:
                said = wire.say(str(heard[-1][1].labels.index(label) + 1))
            else:
                said = wire.press(label)
            heard.append((f"{errand}: {act}", said))
    return Played(heard, left_by(house, wire))


def left_by(house: House, wire: Wire) -> dict[str, object]:
    """The errands' traces in the store."""
    citizen = house.citizen(wire)
    with house.application.store.reading() as repositories:
        told = list(repositories.guidance.between(house.clock.now().replace(hour=0), house.clock.now()))
        return {
            "visits": [(each.state, each.name) for each in repositories.appointments.live_of(citizen)],
            "post": [(each.state, each.draft.recipient.name, each.draft.time_of_day) for each in repositories.post.of(citizen)],
            "guidance": [(each.procedure, each.facet) for each in told],
            "held": {kind: len(records) for kind, records in repositories.privacy.held(citizen).items()},
            "unknown": len(house.application.store.outbox.unknown()),
        }


def _plain(words: str, channel: str) -> str:
    """*words* as far as channels must agree: without layout, the codes made by chance, the channel's own name, how to answer."""
    words = OUR_CODES.sub("(code)", words.replace(channel, "(channel)"))
    lines = [re.sub(r"^(?:\d+\) |- )", "", line.strip()) for line in words.splitlines()]
    return " ".join(" ".join(line for line in lines if not line.startswith("Bấm số để chọn;")).split())


def compare(played: Played, measure: Played, channel: str) -> None:
    assert len(played.heard) == len(measure.heard)
    for (act, said), (_, expected) in zip(played.heard, measure.heard, strict=True):
        assert [_plain(label, channel) for label in said.labels] == [_plain(label, "terminal") for label in expected.labels], act
        assert _plain(said.words, channel) == _plain(expected.words, "terminal"), act
    assert played.left == measure.left


@pytest.mark.parametrize("by_digits", [True, False], ids=["digits", "buttons"])
@pytest.mark.parametrize("name", WIRES)
def test_the_same_errands_pass(name: str, by_digits: bool, measure: Played, knowledge: Knowledge, tmp_path: Path):
    with WIRES[name](tmp_path, knowledge) as (house, wire):
        compare(play(house, wire, by_digits=by_digits), measure, wire.channel)


def test_the_measure_itself_does_the_errands(measure: Played):
    said = dict(measure.heard)
    assert "1 bản chính" in said["ask: làm khai sinh cho con cần gì"].words
    assert "Mã kiểm giấy" in said["tick papers: xong"].words
    assert "Số hẹn" in said["book: [Đúng, đặt luôn]"].words
    assert "Hẹn trả" in said["status: 6789"].words
    assert "Đã hủy lịch" in said["cancel: [Hủy]"].words
    assert "Ở đây đang giữ về anh/chị" in said["my data: [Coi đang giữ những gì]"].words
    assert measure.left["visits"] == []
    assert len(measure.left["guidance"]) >= 4


@pytest.mark.parametrize("name", WIRES)
def test_a_photo_of_a_slip_asks_for_the_second_fact(name: str, knowledge: Knowledge, tmp_path: Path):
    with WIRES[name](tmp_path, knowledge) as (_, wire):
        wire.say("xin chào")
        said = wire.photo(slip(CODE))
        assert CODE in said.words
        assert "4 số cuối" in said.words
        assert "Hẹn trả" in wire.say("6789").words
        assert "căn cước" in wire.photo(slip("001099000001|012000001|Nguyễn Văn Mẫu|01021990|Nam|Xã Mẫu|05062021")).words.lower()


def slip(text: str) -> bytes:
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=6, border=6)
    return out.getvalue()


@pytest.mark.parametrize("name", WIRES)
def test_whatever_is_sent_is_answered(name: str, knowledge: Knowledge, tmp_path: Path):
    with WIRES[name](tmp_path, knowledge) as (_, wire):
        for text in ("😀", "x" * 3900, "<b>&amp;</b>", "1", "‮đảo", "a\nb", "/start", "nộp đơn " * 200):
            assert wire.say(text).words.strip(), text


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    """Threads of servers and doubles have ended."""
    before = set(threading.enumerate())
    yield
    late = [each for each in threading.enumerate() if each not in before and each.name == "server"]
    assert not late
