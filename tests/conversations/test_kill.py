"""A process killed at any boundary: no message unanswered, no effect twice, nothing recorded as sent sent again."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from bot.bootstrap import Application
from bot.clock import SetClock
from bot.dialogue.messages import Incoming
from bot.notices.outbox import LEASE
from bot.offices.reader import load_town
from bot.sample import sample_dir
from bot.sample.dossiers import sample_dossiers
from bot.store.crypto import Keys
from bot.store.engine import open_store, upgrade
from tests.conversations.conftest import SATURDAY, Listener

BOUNDARIES = ("after_intake", "before_commit", "after_commit", "before_send", "after_send")


class Killed(BaseException):
    """The process is gone: nobody catches this."""


class Machine:
    """One database, and a process on it that can be killed and started anew."""

    def __init__(self, url: str, knowledge: Any) -> None:
        self.url, self.knowledge, self.clock = url, knowledge, SetClock(SATURDAY)
        self.wire, self.kill_at, self.count = Listener(), "", 0
        self.keys = Keys.load(url, {}) if url.startswith("sqlite") else Keys.generate()
        if not url.startswith("sqlite"):
            upgrade(url)
        self.start()
        with self.store.writing() as repositories:
            repositories.dossiers.put(sample_dossiers(date(2026, 11, 21)))

    def start(self) -> None:
        self.store = open_store(self.url, self.keys, self.clock)
        self.application = Application(self.knowledge, load_town(sample_dir()), self.store, self.clock, self._boundary)

    def _boundary(self, name: str) -> None:
        if name == self.kill_at:
            self.kill_at = ""
            raise Killed(name)

    def say(self, text: str, kill_at: str = "") -> None:
        """One message; where it kills the process, another is started, and the wire offers the event again."""
        self.count += 1
        self.kill_at = kill_at
        incoming = Incoming("terminal", "test", f"e{self.count}", "me", "text", text, self.clock.now())
        try:
            self._work(incoming)
        except Killed:
            self.store.close()
            self.start()
            self.clock.move_to(self.clock.now() + LEASE + timedelta(seconds=1))
            self._work(incoming)
        assert not self.kill_at, f"the boundary {kill_at} was never passed"

    def _work(self, incoming: Incoming) -> None:
        self.application.accept(incoming)
        self.application.take_turns()
        with asyncio.Runner() as runner:
            runner.run(self.application.deliver({"terminal": self.wire}))

    def live(self) -> Any:
        citizen = self.store.conversation("terminal", "test", "me")
        with self.store.reading() as repositories:
            return [each for each in repositories.appointments.live_of(citizen) if each.state == "confirmed"]

    def close(self) -> None:
        self.store.close()


@pytest.fixture
def machine(database_url, knowledge):
    made = Machine(database_url, knowledge)
    yield made
    made.close()


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_kill_at_any_boundary_books_exactly_once(machine, boundary):
    for text in ("đặt lịch làm giấy khai sinh cho con", "1", "2", "1", "1", "Trần Văn Mẫu"):
        machine.say(text)
    before = len(machine.wire.heard)
    machine.say("1", kill_at=boundary)
    tickets = [message.text for _, message in machine.wire.heard[before:] if message.step == "booked"]
    assert len(machine.live()) == 1
    if boundary in ("before_send", "after_send"):
        # Nobody knows whether the ticket arrived: it is held and listed, never said twice.
        assert len(tickets) <= 1
        assert len(machine.store.outbox.unknown()) == 1
    else:
        assert len(tickets) == 1


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_reply_is_never_lost_and_repeated_at_most_once(machine, boundary):
    machine.say("xin chao")
    before = len(machine.wire.heard)
    machine.say("lam giay khai sinh cho con can gi", kill_at=boundary)
    answers = [message for _, message in machine.wire.heard[before:] if message.procedure == "1.001193"]
    assert len(answers) == (2 if boundary == "after_send" else 1)
    with machine.store.reading() as repositories:
        told = list(repositories.guidance.between(SATURDAY - timedelta(days=1), SATURDAY + timedelta(days=1)))
    assert len(told) == 1


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_complaint_is_kept_once(machine, boundary):
    for text in ("phản ánh", "1", "1"):
        machine.say(text)
    if machine.wire.heard[-1][1].step != "kept":
        machine.say("Cán bộ quầy 2 nói chuyện khó nghe, bắt đi lại ba lần", kill_at=boundary)
    with machine.store.reading() as repositories:
        assert len(repositories.feedback.complaints()) == 1


def test_an_event_delivered_twice_changes_nothing(machine):
    machine.say("xin chao")
    before = len(machine.wire.heard)
    machine.count -= 1
    machine.say("xin chao")
    assert len(machine.wire.heard) == before
