"""Bad input, met kindly: what the citizen reads, and that nothing is lost."""

import pytest

from bot.dialogue.messages import as_plain_text


def _booking(conversation):
    for text in ("đặt lịch", "1", "1"):
        conversation.say(text)


@pytest.mark.parametrize(("kind", "words"), [
    ("voice", "chưa nghe được tin thoại"), ("sticker", "đọc được chữ"), ("photo", "mã QR hay mã vạch"), ("other", "nhắn bằng chữ"),
])
def test_what_cannot_be_read_is_said_and_the_list_stays(conversation, kind, words):
    _booking(conversation)
    step = conversation.last[0].step
    conversation.say("", kind=kind)
    assert words in conversation.text
    assert conversation.last[0].step == step
    assert conversation.last[0].choices


def test_a_blank_message_at_the_very_beginning_is_a_greeting(conversation):
    conversation.say("")
    assert conversation.last[0].flow == "menu"


def test_a_number_out_of_range_is_answered_with_the_range_and_then_differently(conversation):
    conversation.say("menu")
    first = conversation.say("77")[0].text
    second = conversation.say("77")[0].text
    assert "từ 1 đến 10" in first
    assert first != second
    assert "0298 0000 000" in second


def test_five_thousand_characters_are_read_as_far_as_they_go(conversation):
    conversation.say("lam giay khai sinh cho con can gi " + "la " * 2000)
    assert all(len(as_plain_text(message)) <= 2000 for message in conversation.last)
    assert conversation.last[0].flow == "find_procedure"


def test_zero_width_and_control_characters_change_nothing(conversation):
    conversation.say("lam\u200b giay khai\x07 sinh cho con can gi\ufeff")
    assert conversation.last[0].procedure == "1.001193"


def test_an_identity_number_is_masked_before_it_is_stored(conversation):
    conversation.say("xin chao")
    conversation.say("cccd cua toi la 079085001234 can lam giay khai sinh cho con")
    assert "đã che rồi và không lưu" in conversation.text
    citizen = conversation.application.store.conversation("terminal", "test", "me")
    with conversation.repositories() as repositories:
        held = repositories.privacy.held(citizen)
    assert "079085001234" not in str(held)
    assert "••••••••1234" in str(held)


def test_an_old_button_gets_a_useful_screen(conversation):
    conversation.say("menu")
    old = conversation.last[0].choices[0].value
    conversation.say("lam giay khai sinh cho con can gi")
    conversation.say(old, kind="choice")
    assert "tin cũ" in conversation.text
    assert conversation.last[0].choices


def test_a_failing_turn_is_tried_three_times_and_then_apologised_for(conversation, monkeypatch):
    calls = []

    def broken(*_):
        calls.append(1)
        raise RuntimeError("nobody's words in here")

    monkeypatch.setattr(conversation.application.engine, "turn", broken)
    conversation.say("xin chao")
    assert len(calls) == 3
    assert "trục trặc" in conversation.text
    assert conversation.application.store.status()["dead_turns"] == 1
    monkeypatch.undo()
    conversation.say("lam giay khai sinh cho con can gi")
    assert conversation.last[0].procedure == "1.001193"


def test_no_word_of_a_citizen_is_logged(conversation, caplog):
    with caplog.at_level("DEBUG"):
        conversation.say("toi ten la Canary Kim, so 0912345678, cccd 079085001234")
        conversation.say("phan anh: can bo Canary noi nang kho nghe")
    assert "Canary" not in caplog.text
    assert "0912345678" not in caplog.text
    assert "079085001234" not in caplog.text


@pytest.mark.parametrize(("outcome", "words"), [
    ("id_card", "không đọc và không giữ"), ("too_big", "nặng quá"), ("no_picture", "không mở được ảnh"), ("nothing", "mã QR hay mã vạch"),
])
def test_what_a_photo_was_good_for_is_said(conversation, outcome, words):
    conversation.say("", kind="photo", photo=outcome)
    assert words in conversation.text


def test_the_code_on_a_photographed_slip_is_read(conversation):
    conversation.say("H20.14-261102-0007", kind="photo", photo="code")
    assert (conversation.last[0].flow, conversation.last[0].step) == ("dossier_status", "fact")
