"""Citizens who do errands on a platform whatever becomes of the bot: they look at what is shown, and go on from there."""

import random
import re
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.platforms import Platform, Shown, without_number

PATIENCE, GLANCE = 60.0, 0.05
"""Seconds that a citizen waits for an answer, however often the bot dies meanwhile, and between two looks."""
MOST_STEPS = 12

Act = tuple[str, str]
"""("say", words) or ("press", label as it is shown)."""

QUESTIONS = (
    "lam giay khai sinh cho con can gi", "xin giay doc than", "chứng thực bản sao bao nhiêu tiền", "địa chỉ, giờ mở cửa",
    "đăng ký kết hôn cần giấy gì", "H20.14-261102-0007 toi dau roi", "menu", "con toi lop 6 chuyen truong can giay gi",
)
FACETS = ("Phí, lệ phí", "Mấy ngày xong", "Nộp ở đâu", "Coi đầy đủ từng giấy")


@dataclass
class Citizen:
    """One chat. ``settled``: whether nothing that this chat did waits any more."""

    chat: Any
    platform: Platform
    settled: Callable[[Any], bool]
    chance: random.Random
    turns: int = 0
    complaints: list[str] = field(default_factory=list)
    wants_a_call: bool = False
    wants_a_visit: bool = False

    def does_an_errand(self, may_go_on: Callable[[], bool]) -> None:
        errand = self.chance.choice([self._ask, self._ask, self._complain, *([] if self.wants_a_call else [self._be_called]),
                                     *([] if self.wants_a_visit else [self._book, self._book])])
        acts = errand()
        act = next(acts)
        for _ in range(MOST_STEPS):
            if not may_go_on():
                return
            try:
                act = acts.send(self._do(act))
            except StopIteration:
                return

    def _do(self, act: Act) -> Shown | None:
        """The last message after it, a late repeat of an earlier one left aside; None where the answer was held back."""
        before = len(self._messages())
        self.turns += 1
        if act[0] == "say":
            self.platform.double.say(self.chat, act[1])
        else:
            self.platform.press(self.chat, act[1])
        until = time.monotonic() + PATIENCE
        while not self.settled(self.chat):
            if time.monotonic() > until:
                raise AssertionError(f"chat {self.chat} waited {PATIENCE:.0f} s for an answer to {act}")
            with suppress(TimeoutError):
                self.platform.double.wait(lambda: len(self._messages()) > before, GLANCE)
        return self._messages()[-1] if len(self._messages()) > before else None

    def _messages(self) -> list[Shown]:
        return self.platform.messages(self.chat)

    # -- errands: generators that are handed what is shown after each act ------------------------------------------------

    def _ask(self) -> "Acts":
        shown = yield "say", self.chance.choice(QUESTIONS)
        for _ in range(self.chance.randrange(3)):
            label = _button(shown, *FACETS)
            if label is None:
                return
            shown = yield "press", label

    def _complain(self) -> "Acts":
        words = f"Tôi muốn phản ánh quầy 2 làm chậm, lần thứ {self.chat}{len(self.complaints):03}"
        shown = yield "say", words
        for wanted in ("Phản ánh, góp ý", "Gửi luôn"):
            label = _button(shown, wanted)
            if label is None:
                return
            shown = yield "press", label
        self.complaints.append(words)

    def _be_called(self) -> "Acts":
        shown = yield "say", "gặp cán bộ"
        if shown is not None and "nhắn số điện thoại" in shown.text:
            yield "say", "0912345678"
            self.wants_a_call = True

    def _book(self) -> "Acts":
        shown = yield "say", "đặt lịch làm giấy khai sinh cho con"
        while shown is not None and "Số hẹn" not in shown.text:
            label = _button(shown, "Đúng, đặt luôn") or self._any_button(shown)
            if label is not None:
                shown = yield "press", label
                self.wants_a_visit = self.wants_a_visit or "Đúng" in label
            elif "họ tên" in shown.text:
                shown = yield "say", "Trần Văn Mẫu"
            else:
                return

    def _any_button(self, shown: Shown) -> str | None:
        wanted = [label for label in shown.labels if re.match(r"(Trung tâm|thứ|Chủ|Sáng|Chiều|\d+ giờ)", without_number(label))]
        return self.chance.choice(wanted) if wanted else None


Acts = Generator[Act, Shown | None, None]


def _button(shown: Shown | None, *wanted: str) -> str | None:
    """The button that begins with one of *wanted*, as it is shown."""
    labels = [] if shown is None else shown.labels
    return next((label for label in labels for each in wanted if without_number(label).startswith(each)), None)
