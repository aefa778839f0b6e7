"""What is told without asking: never a cheerful word where the news is bad, never a name."""

import re
from dataclasses import replace
from datetime import date, datetime
from typing import get_args

import pytest

from bot.clock import aware
from bot.dialogue.messages import as_plain_text
from bot.dossiers.model import Status
from bot.dossiers.rules import event_of, standing
from bot.flows.dossier_notices import notice
from bot.flows.world import Premises
from tests.wording import too_long

CODE = "H20.14-261102-0007"
CHEERFUL = re.compile(r"chúc mừng|vui|mừng|tuyệt|cảm ơn|may mắn|hân hạnh|hài lòng|thành công|tốt|hoàn tất|xong|!", re.IGNORECASE)
NAMES = ("Nguyễn Thị Bích Lan", "Trần Văn Hai", "Lê Thị Út")
REASONS = (None, "Thiếu giấy", "Ông Trần Văn Hai chưa ký", "hồ sơ của bà NGUYỄN THỊ BÍCH LAN chưa nộp phí", "Không đủ điều kiện")
LATE_ON = aware(datetime(2026, 12, 7, 9))


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("status", get_args(Status))
def test_no_bad_news_is_cheerful_and_no_notice_names_anybody(conversation, status, late, reason):
    """Every status with every reason, on its day and after it: what is told unasked, and what is told on asking."""
    application = conversation.application
    with conversation.repositories() as repositories:
        held = repositories.dossiers.get(CODE)
    papers = ("Giấy khai sinh của Lê Thị Út",) if reason else ()
    dossier = replace(
        held, status=status, reason=reason, missing=papers, applicant=NAMES[0], status_words="Chờ ký" if status == "other" else None,
        unit="Phòng Kinh tế (Trần Văn Hai)", settled_on=None, due_on=date(2026, 11, 30),
    )
    now = LATE_ON if late else conversation.clock.now()
    world = Premises(now, application.town, application.texts, application.knowledge.calendar)
    where = standing(dossier, world.today, world.calendar)
    event = event_of(dossier, world.today, world.calendar)
    assert (event.kind if event else None) == (where if where in ("supplement", "ready", "late") else None)
    if event is not None:
        said = as_plain_text(notice(event, dossier, world, now))
        assert not [name for name in NAMES if name.casefold() in said.casefold()], said
        office = world.centre
        assert not too_long(said.replace(office.name, "Trung tâm").replace(office.address, "xã")), said
        assert len(said) <= 600, said
        assert not CHEERFUL.search(said), said
    if where not in ("ready", "returned"):
        with application.store.writing() as repositories:
            repositories.dossiers.put([dossier])
        conversation.clock.move_to(now)
        conversation.say(CODE)
        conversation.say("6789")
        assert not CHEERFUL.search(conversation.text.replace(reason or "-", "")), conversation.text
