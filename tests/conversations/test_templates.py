"""Notices for platforms that let only approved wordings through: what is put into them is short, never empty, and said in the notice."""

import re
from datetime import date, datetime

import pytest

from bot.clock import aware
from bot.dossiers.model import Dossier, Event
from bot.flows.dossier_notices import notice
from bot.flows.post_notices import TOLD, PostNotices
from bot.notices.hours import QuietHours
from bot.postal.model import Address, Draft, Order, Recipient, Unit
from bot.postal.model import Event as PostEvent
from bot.postal.prices import Quote
from tests.tree import ROOT

PAGE = (ROOT / "docs" / "zalo.md").read_text("utf-8")
CODE, WHO = "H20.14-261102-0007", "Nguyễn Thị Bích Lan"
LONGEST_FIELD = 200
NOWHERE = Address("12", None, None, Unit("30112", "Xã Mỹ Hiệp"), Unit("82", "Tỉnh Đồng Tháp"), None, "said")
PRICE = Quote(26_000, 26_000, "trong xã", 100, "01/MẪU", date(2026, 1, 5))


def on_the_page(name):
    """The fields that the office is told to put into its wording."""
    [line] = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |")]
    return set(re.findall(r"`(\w+)`", line)) - {name}


def check(message, name):
    template = message.template
    assert template.name == name
    assert template.fields.keys() == on_the_page(name)
    assert all(0 < len(value) <= LONGEST_FIELD for value in template.fields.values())
    assert WHO.split()[-1] not in str(template.fields)


@pytest.mark.parametrize("kind", ["supplement", "ready", "late"])
@pytest.mark.parametrize("whole", [True, False])
def test_a_notice_about_a_dossier_has_its_wording(conversation, kind, whole):
    world = conversation.application.world(1, "zalo-oa", _Nothing())
    more = {"supplement_by": date(2026, 11, 27), "unit": f"Bà {WHO}", "missing": (f"Giấy của {WHO}",)} if whole else {}
    dossier = Dossier(CODE, "in_progress", conversation.clock.now(), due_on=date(2026, 11, 20), applicant=WHO, **more)
    message = notice(Event(kind, date(2026, 11, 20)), dossier, world, conversation.clock.now())
    check(message, f"dossier_{kind}")
    said = message.text
    assert {name: value for name, value in message.template.fields.items() if value not in said}.keys() <= {"office", "phone", "last_day"}


class _Nothing:
    """No notice about a dossier looks at the turn's repositories."""

    def __getattr__(self, name):
        return None


def test_a_reminder_has_its_wording_too(conversation):
    for line in ("đặt lịch làm giấy khai sinh cho con", "1", "3", "1", "1", WHO, "1"):
        conversation.say(line)
    [reminder] = conversation.at(aware(datetime(2026, 11, 24, 18)))
    check(reminder, "visit_reminder")
    assert all(value in reminder.text for value in reminder.template.fields.values())


@pytest.mark.parametrize("state", [*TOLD, "confirmed"])
def test_a_notice_about_an_order_with_the_post_has_its_wording(conversation, state):
    queued = _Queued()
    draft = Draft(1, "bring", CODE, None, Recipient(WHO, "0912 345 678", NOWHERE), PRICE)
    order = Order("B12345C", draft, "confirmed", conversation.clock.now())
    notices = PostNotices(conversation.application.world(1, "zalo-oa", _Nothing()), queued, QuietHours())
    if state == "confirmed":
        notices.confirmed(order)
    else:
        notices.hear(order, PostEvent(state, date(2026, 11, 20), receiver=WHO))
    [message] = queued.messages
    check(message, f"post_{state}")
    assert message.template.fields["number"] in message.text


class _Queued:
    """Notices that go nowhere."""

    def __init__(self):
        self.messages = []

    def queue(self, citizen, cause, message, due_at):
        self.messages.append(message)
        return True

    def drop_all(self, citizen, causes):
        return 0
