"""What is told without asking: never a cheerful word where the news is bad, never a name."""

import re
from dataclasses import replace
from datetime import date, datetime
from typing import get_args

import pytest

from bot.calendar.reader import load_national_calendar
from bot.clock import aware
from bot.dialogue.messages import as_plain_text
from bot.dossiers.model import Dossier, EventKind, Status
from bot.dossiers.rules import Standing, event_of, standing
from bot.flows.dossier_notices import notice
from bot.flows.world import Premises
from bot.texts.reader import load_texts
from tests.wording import too_long

CODE = "H20.14-261102-0007"
CHEERFUL = re.compile(r"chúc mừng|vui|mừng|tuyệt|cảm ơn|may mắn|hân hạnh|hài lòng|thành công|tốt|hoàn tất|xong|!", re.IGNORECASE)
NAMES = ("Nguyễn Thị Bích Lan", "Trần Văn Hai", "Lê Thị Út")
REASONS = (None, "Thiếu giấy", "Ông Trần Văn Hai chưa ký", "hồ sơ của bà NGUYỄN THỊ BÍCH LAN chưa nộp phí", "Không đủ điều kiện")
LATE_ON = aware(datetime(2026, 12, 7, 9))


FULL = {"unit": "Phòng Kinh tế (Trần Văn Hai)", "new_due_on": date(2026, 12, 11), "supplement_by": date(2026, 12, 9)}
BARE = {"unit": None, "new_due_on": None, "supplement_by": None, "office": None, "procedure": None}


@pytest.mark.parametrize("record", [FULL, BARE], ids=["full", "bare"])
@pytest.mark.parametrize("late", [False, True], ids=["in time", "late"])
@pytest.mark.parametrize("status", get_args(Status))
def test_no_bad_news_is_cheerful_and_no_notice_names_anybody(conversation, status, late, record):
    """Every status with every reason, on its day and after it, whatever else the record holds or lacks: what is told unasked, with and
    without the office's apology, and what is told on asking.
    """
    with conversation.repositories() as repositories:
        held = repositories.dossiers.get(CODE)
    now = LATE_ON if late else conversation.clock.now()
    conversation.clock.move_to(now)
    for reason in REASONS:
        read_all_that_is_told(conversation, held, status, reason, record, now)


def read_all_that_is_told(conversation, held, status, reason, record, now):
    application = conversation.application
    papers = ("Giấy khai sinh của Lê Thị Út",) if reason else ()
    dossier = replace(
        held, status=status, reason=reason, missing=papers, applicant=NAMES[0], status_words="Chờ ký" if status == "other" else None,
        settled_on=None, due_on=date(2026, 11, 30), **record,
    )
    world = Premises(now, application.town, application.texts, application.knowledge.calendar)
    where = standing(dossier, world.today, world.calendar)
    event = event_of(dossier, world.today, world.calendar)
    assert (event.kind if event else None) == (where if where in ("supplement", "ready", "late") else None)
    for apology_allowed in (False, True) if event is not None else ():
        told_by = replace(world, town=replace(world.town, apology_allowed=apology_allowed))
        said = as_plain_text(notice(event, dossier, told_by, now))
        assert not [name for name in NAMES if name.casefold() in said.casefold()], said
        office = world.centre
        assert not too_long(said.replace(office.name, "Trung tâm").replace(office.address, "xã")), said
        assert len(said) <= 600, said
        assert not CHEERFUL.search(said), said
        assert ("xin lỗi" in said) == (apology_allowed and where == "late")
    with application.store.writing() as repositories:
        repositories.dossiers.put([dossier])
    conversation.say(CODE)
    conversation.say("6789")
    assert conversation.place == "dossier_status.standing"
    assert f"Hồ sơ {CODE}" in conversation.text
    assert not CHEERFUL.search(conversation.text.replace(reason or "-", "")), conversation.text


def test_the_table_meets_every_standing_and_every_event():
    """What it is made of, so that a new one cannot slip by it."""
    calendar = load_national_calendar()
    dossiers = [Dossier(CODE, status, LATE_ON, due_on=date(2026, 11, 30)) for status in get_args(Status)]
    days = (date(2026, 11, 23), LATE_ON.date())
    assert {standing(each, day, calendar) for each in dossiers for day in days} == set(get_args(Standing))
    assert {event.kind for each in dossiers for day in days if (event := event_of(each, day, calendar))} == set(get_args(EventKind))


def test_a_visit_called_off_is_told_without_a_cheerful_word():
    fields = dict.fromkeys(("place", "hour", "day", "reason", "ticket", "phone"), "…")
    assert not CHEERFUL.search(load_texts().part("closing", "notice", **fields))
