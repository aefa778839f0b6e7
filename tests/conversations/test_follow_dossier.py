"""Told without asking: chosen by its digit, said once."""

import re
from datetime import date, datetime

from bot.clock import aware
from bot.dialogue.messages import as_plain_text
from tests.conversations.following import CODE, follow, imported

LATE_ON = aware(datetime(2026, 12, 7, 9))


def test_who_asked_to_be_told_hears_when_the_result_is_there(conversation):
    follow(conversation)
    assert "khi cần thêm giấy, có kết quả, hay trễ hẹn" in conversation.text
    [said] = imported(conversation, status="ready", settled_on=date(2026, 11, 20))
    assert f"Hồ sơ {CODE} đã có kết quả. Lấy tại" in said
    assert re.search(r"Gần nhất: (thứ \w+|Chủ nhật) \d\d/\d\d/2026, từ .+ đến ", said)
    assert "Nhớ đem giấy hẹn và căn cước." in said
    assert "thôi báo" in said
    assert imported(conversation, status="ready", settled_on=date(2026, 11, 20)) == []


def test_who_did_not_ask_hears_nothing(conversation):
    conversation.say(CODE)
    conversation.say("6789")
    assert imported(conversation, status="ready", settled_on=date(2026, 11, 20)) == []


def test_a_day_that_was_not_kept_is_told_without_an_import(conversation):
    follow(conversation)
    conversation.clock.move_to(LATE_ON)
    assert conversation.application.tell_late() == 1
    [said] = conversation.at(LATE_ON)
    assert "trễ hẹn so với giấy hẹn" in as_plain_text(said)
    assert conversation.application.tell_late() == 0


def test_a_change_between_looking_and_asking_is_not_lost(conversation):
    conversation.say(CODE)
    conversation.say("6789")
    assert imported(conversation, status="supplement", missing=("Tờ khai",)) == []
    conversation.press("Nhắn em khi có thay đổi")
    assert "vừa đổi sau lần anh/chị coi" in conversation.text
