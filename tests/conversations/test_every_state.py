"""From every state that a citizen can reach, the menu is at most two inputs away, and nothing they can send raises."""

from collections import deque
from typing import Any

import pytest

from bot.dialogue.engine import Engine
from bot.dialogue.flow import Ask, Confirm, End
from bot.dialogue.messages import Incoming, as_plain_text
from bot.flows.all_flows import ALL_FLOWS
from bot.flows.world import World

TYPED = (
    "khai sinh cho con", "H20.14-261102-0007", "H20.14-261106-0009", "6789", "1111", "Nguyễn Thị Mẫu", "0912345678", "thứ 5 tuần sau",
    "8h30", "24/11", "cán bộ nói chuyện khó nghe quá", "hủy lịch", "xin gpxd cat nha can giay gi", "mấy giờ mở cửa",
    "thi tran mau cu o dau",
    "cháy nhà rồi", "ly di o dau", "cam on", "do ngu", "dữ liệu của tôi", "đóng tiền ở đâu", "chấm điểm", "1 2", "zzzz qqqq",
    "nộp trên mạng",
    "tố cáo cán bộ", "giấy độc thân", "doi bang lai xe", "đặt lịch sáng mai", "kiem giay", "chuyển trường cấp 1",
    "vợ mới sanh cần làm giấy gì", "làm giấy cho người đã mất",
    "bưu điện tới nhà lấy hồ sơ được không", "gửi kết quả về nhà", "đơn bưu điện của tôi", "ấp 3, xã An Thạnh, Cần Thơ", "xã Mỹ Hiệp",
)
"""What citizens type, of every kind that some step waits for."""

FETCH = ("bưu điện tới nhà lấy hồ sơ được không", "2")
POST = (
    *FETCH, "khai sinh cho con", "Nguyễn Thị Mẫu", "0912345678", "ấp 3, xã An Thạnh, Cần Thơ", "1",
)
SCRIPTS = (
    ("đặt lịch", "1", "1", "1", "1", "1", "Nguyễn Thị Mẫu", "1"),
    ("đặt lịch làm giấy khai sinh cho con", "1", "2", "1", "1", "Trần Văn Mẫu", "1"),
    ("đặt lịch đổi bằng lái xe", "1"),
    ("dời lịch", "1", "3"),
    ("hủy lịch", "1", "2"),
    ("hủy lịch", "1", "1"),
    ("thôi báo",),
    (*POST, "10", "1", "1", "2", "bưu điện tới đâu rồi", "2", "0987654321", "2", "1", "ấp 5, xã Mỹ Hiệp, Đồng Tháp", "1"),
    ("đơn bưu điện của tôi", "6"),
    (*FETCH, "giấy độc thân", "2", "Nguyễn Thị Mẫu", "0912345678", "xã Mỹ Hiệp", "2", "ấp 3", "1", "10", "1"),
    (*FETCH, "giấy độc thân", "2", "Nguyễn Thị Mẫu", "0912345678", "ấp 3, xã Củ Chi, TP Hồ Chí Minh", "1", "10", "1"),
    (*FETCH, "đăng ký kết hôn", "1", "10", "1", "1", "đơn bưu điện của tôi", "1", "5", "1"),
    (*FETCH[:1], "4"),
    (*FETCH, "khai sinh cho con"),
    ("H20.14-261102-0007", "6789", "2"),
    ("hủy đơn bưu điện", "2"),
    ("hủy đơn bưu điện", "1"),
    ("H20.14-261102-0007", "6789", "1", "H20.14-261005-0012", "2345", "1", "thôi báo", "1"),
)
"""Errands told in one go: what one walk books, another must find."""

SET_UP_ELSEWHERE = {
    ("book_visit", "not_set_up"), ("call_back", "not_set_up"), ("office_hours", "not_set_up"), ("dossier_status", "not_set_up"),
    ("book_visit", "no_days"), ("book_visit", "lapsed"), ("my_visits", "gone"), ("file_online", "how"), ("dossier_status", "locked"),
    ("keep_card", "procedure"), ("check_readiness", "procedure"), ("check_readiness", "no_list"), ("book_visit", "already"),
    ("life_event", "nothing_listed"), ("follow_dossier", "gone"), ("follow_dossier", "many"),
    ("send_by_post", "not_set_up"), ("send_by_post", "not_by_post"), ("send_by_post", "too_late"), ("my_posts", "standing"),
    ("my_posts", "too_late"),
}
"""Steps that need another world (no office, a full month, a clock that has moved); their own tests reach them."""


def _waits(step: Any) -> bool:
    return isinstance(step, (Ask, Confirm, End))


class Explorer:
    """Walks all states breadth first; two states with the same place and list are one."""

    def __init__(self, engine: Engine[World], world: World) -> None:
        self.engine, self.world, self.count = engine, world, 0

    def turn(self, state: Any, text: str, kind: Any = "text") -> dict[str, Any]:
        self.count += 1
        incoming = Incoming("terminal", "test", f"x{self.count}", "me", kind, text, self.world.now)
        new, said = self.engine.turn(state, incoming, self.world)
        assert said, f"silence after {text!r} in {state and state['at']}"
        for message in said:
            assert 0 < len(as_plain_text(message)) <= 2000
            assert len(message.choices) <= 40
            assert all(len(choice.value.encode()) <= 64 for choice in message.choices)
        return new

    def key(self, state: dict[str, Any]) -> tuple[Any, ...]:
        at = state["at"]
        known = tuple(sorted(key for key, value in at["answers"].items() if value is not None))
        return at["flow"], at["step"], known, len(state["shown"]), bool(state["suspended"]), bool(state["pending"])

    def explore(self, most: int) -> list[dict[str, Any]]:
        start = self.turn(None, "xin chào")
        seen, states, waiting = {self.key(start)}, [start], deque([start])
        for script in SCRIPTS:
            state = start
            for text in script:
                state = self.turn(state, text)
                if self.key(state) not in seen:
                    seen.add(self.key(state))
                    states.append(state)
        while waiting and len(states) < most:
            state = waiting.popleft()
            numbers = [str(number) for number in range(1, len(state["shown"]) + 1)]
            for text in [*numbers, *TYPED, "0", "hủy"]:
                new = self.turn(state, text)
                if self.key(new) not in seen:
                    seen.add(self.key(new))
                    states.append(new)
                    waiting.append(new)
        return states


@pytest.fixture
def explorer(conversation):
    conversation.say("xin chao")
    with conversation.application.store.writing() as repositories:  # one transaction for the whole walk: quick
        yield Explorer(conversation.application.engine, conversation.application.world(1, "terminal", repositories))


def test_the_menu_is_at_most_two_inputs_away_from_every_state(explorer):
    states = explorer.explore(most=450)
    assert len(states) > 150
    for state in states:
        for way in (("menu",), ("00",), ("hủy", "menu"), ("0", "menu")):
            new = state
            for text in way:
                new = explorer.turn(new, text)
            assert new["at"]["flow"] == "menu", f"{way} from {state['at']} leads to {new['at']}"
    reached = {(state["at"]["flow"], state["at"]["step"]) for state in states}
    wanted = {(flow.name, name) for flow in ALL_FLOWS for name, step in flow.steps.items() if _waits(step)}
    assert wanted - reached <= SET_UP_ELSEWHERE, sorted(wanted - reached - SET_UP_ELSEWHERE)


VISITORS = (
    ("text", ""), ("text", "   \t "), ("sticker", ""), ("voice", ""), ("photo", ""), ("other", ""), ("choice", "c1.1"), ("choice", "zzz"),
    ("choice", ""), ("text", "a" * 5000), ("text", "không " * 1000), ("text", "\u200b\u200d\ufeff"),
    ("text", "\x00\x07khai\x1b sinh\u202e"),
    ("text", "99"), ("text", "-1"), ("text", "0000000000000000000000000001"), ("text", "{bot} {0} %s {phone.__class__}"), ("text", "🙂🙂"),
    ("text", "'; DROP TABLE dossiers; --"), ("text", "\ud800"),
)
"""Whom every step meets sooner or later."""


def test_every_state_meets_the_same_visitors(explorer):
    for state in explorer.explore(most=150):
        for kind, text in VISITORS:
            new = explorer.turn(state, text, kind)
            assert explorer.turn(new, "00")["at"]["flow"] == "menu"


def test_a_state_of_another_release_leads_to_the_menu_with_an_apology(conversation):
    engine, store = conversation.application.engine, conversation.application.store
    conversation.say("xin chao")
    with store.reading() as repositories:
        world = conversation.application.world(1, "terminal", repositories)
        for broken in ({"version": 0}, {}, {"version": 1, "at": {"flow": "gone", "step": "x", "answers": {}}}):
            incoming = Incoming("terminal", "test", "old", "me", "text", "1", world.now)
            state, said = engine.turn(broken, incoming, world)
            assert state["at"]["flow"] == "menu"
            assert "không giữ lại được" in said[0].text
