"""At any step: back, menu, leave, a person, another question; and the way back to what was interrupted."""

import pytest

from bot.dialogue.messages import as_plain_text
from tests.conversations.test_book_visit import book, play

HINT = "Bấm số để chọn; 0 là trở lại, 00 là về đầu."
POST = ("bưu điện tới nhà lấy hồ sơ được không", "2")
STEPS = {
    "book_visit.day": ("dat lich lam khai sinh cho con", "1"),
    "book_visit.half": ("dat lich lam khai sinh cho con", "1", "26/11"),
    "book_visit.hour": ("dat lich lam khai sinh cho con", "1", "26/11", "1"),
    "book_visit.name": ("dat lich lam khai sinh cho con", "1", "26/11", "1", "8h30"),
    "book_visit.review": ("dat lich lam khai sinh cho con", "1", "26/11", "1", "8h30", "Trần Mẫu"),
    "dossier_status.code": ("coi ho so toi dau",),
    "dossier_status.fact": ("H20.14-261102-0007",),
    "dossier_status.refused": ("H20.14-261102-0007", "1111"),
    "check_readiness.tick": ("khai sinh cho con can gi", "6", "1"),
    "complain.kind": ("toi muon phan anh quay 2",),
    "complain.use_draft": ("toi muon phan anh quay 2", "1"),
    "rate.score": ("cham diem phuc vu",),
    "rate.comment": ("cham diem phuc vu", "1"),
    "my_data.sure": ("xoa du lieu cua toi", "2"),
    "call_back.phone": ("gap can bo",),
    "send_by_post.service": ("bưu điện tới nhà lấy hồ sơ được không",),
    "send_by_post.name": (*POST, "khai sinh cho con"),
    "send_by_post.address": (*POST, "khai sinh cho con", "Trần Mẫu", "0912345678"),
    "send_by_post.review": (*POST, "khai sinh cho con", "Trần Mẫu", "0912345678", "ấp 3, xã An Thạnh, Cần Thơ", "1", "10", "1"),
    "find_procedure.case": ("xin gpxd cat nha can giay gi",),
}
RESUMED = {"book_visit", "dossier_status", "check_readiness", "complain", "my_data", "send_by_post"}


@pytest.fixture(params=sorted(STEPS))
def step(request, conversation):
    play(conversation, *STEPS[request.param])
    assert conversation.place == request.param
    return request.param


def test_menu_by_two_zeros(conversation, step):
    conversation.say("00")
    assert conversation.place == "menu.errand"


def test_leaving_drops_it_and_says_so(conversation, step):
    conversation.say("hủy")
    assert conversation.place == "menu.errand"
    assert "Đã bỏ ngang" in conversation.text
    assert not any("Trở lại" in choice.label for choice in conversation.last[0].choices)


def test_a_person_is_one_message_away_with_a_phone(conversation, step):
    conversation.say("gặp cán bộ")
    assert conversation.place == "call_back.phone"
    assert "0298 0000 000" in conversation.text


def test_back_is_never_a_dead_end(conversation, step):
    """Going back and back ends at the menu."""
    for _ in range(14):
        conversation.say("0")
        if conversation.place == "menu.errand":
            return
    pytest.fail(f"going back from {step} never reaches the menu")


@pytest.mark.parametrize("at", [each for each in sorted(STEPS) if each.partition(".")[0] in RESUMED])
def test_a_question_in_the_middle_is_answered_and_the_errand_resumed(conversation, at):
    play(conversation, *STEPS[at])
    asked = as_plain_text(conversation.last[-1]).splitlines()[0]
    conversation.say("đăng ký kết hôn cần giấy tờ gì")
    assert (conversation.place, conversation.last[0].procedure) == ("find_procedure.answer", "1.000894")
    offered = [choice.label for choice in conversation.last[0].choices if choice.label.startswith("Trở lại: ")]
    assert len(offered) == 1
    conversation.press(offered[0])
    assert conversation.place == at
    assert as_plain_text(conversation.last[-1]).splitlines()[0] == asked


def test_the_resumed_errand_goes_on_to_its_end(conversation):
    play(conversation, *STEPS["book_visit.name"], "giấy độc thân cần gì", "còn lệ phí?")
    conversation.press("Trở lại: Đặt lịch đến nộp")
    play(conversation, "Nguyễn Thị Mẫu", "1")
    assert conversation.place == "book_visit.booked"


def test_resuming_by_words(conversation):
    play(conversation, *STEPS["book_visit.day"], "giấy độc thân cần gì", "làm tiếp")
    assert conversation.place == "book_visit.day"


def test_back_inside_a_booking_asks_the_step_before_again(conversation):
    play(conversation, *STEPS["book_visit.hour"], "0")
    assert conversation.place == "book_visit.half"
    conversation.say("quay lại")
    assert conversation.place == "book_visit.day"


def test_the_hint_is_said_the_first_two_times_only(conversation):
    for said in ("menu", "5"):
        conversation.say(said)
        assert conversation.text.endswith(HINT)
    for said in ("menu", "khai sinh cho con can gi", "00"):
        conversation.say(said)
        assert HINT not in conversation.text


def test_an_old_button_gets_the_present_list(conversation):
    conversation.say("menu")
    old = conversation.last[0].choices[2].value
    play(conversation, *STEPS["book_visit.day"])
    conversation.say(old, kind="choice")
    assert conversation.text.startswith("Nút đó của tin cũ")
    assert conversation.place == "book_visit.day"
    conversation.say("2")
    assert conversation.place == "book_visit.half"


@pytest.mark.parametrize("value", ["", "c1.99", "c999.1", "nonsense", "c1.0", "c1.x"])
def test_a_button_that_was_never_there_is_met_kindly(conversation, value):
    conversation.say("menu")
    conversation.say(value, kind="choice")
    assert conversation.place == "menu.errand"
    assert conversation.last[0].choices


def test_a_number_beyond_the_list_is_answered_with_the_list_after_an_answer_too(conversation):
    conversation.say("khai sinh cho con can gi")
    lines = [choice.label for choice in conversation.last[0].choices]
    conversation.say("77")
    assert f"từ 1 đến {len(lines)}" in conversation.text
    assert [choice.label for choice in conversation.last[0].choices] == lines


def test_blank_after_blank_is_said_differently_with_a_phone(conversation):
    conversation.say("menu")
    first, second = conversation.say("")[0].text, conversation.say("   ")[0].text
    assert first != second
    assert "0298 0000 000" in second


@pytest.mark.parametrize("words", ["ừ", "đúng rồi", "không", "2 gio", "zzz zzz"])
def test_a_word_that_names_no_matter_does_not_lead_out_of_a_step(conversation, words):
    play(conversation, "khai sinh cho con can gi", *STEPS["book_visit.day"], words)
    assert conversation.place == "book_visit.day"


@pytest.mark.parametrize("words", ["ừ", "đúng rồi", "dạ"])
def test_a_yes_to_nothing_is_taken_as_a_yes(conversation, words):
    play(conversation, "khai sinh cho con can gi", words)
    assert conversation.place == "thanks.say"


def test_a_label_typed_is_the_choice_even_where_its_word_leaves_elsewhere(conversation):
    book(conversation)
    conversation.say("hủy lịch hẹn giùm tui")
    while "Hủy" not in [choice.label for choice in conversation.last[-1].choices]:
        conversation.say("1")
    conversation.say("huy")
    assert conversation.place == "my_visits.cancelled"


def test_the_word_for_leaving_still_leaves_where_no_label_says_it(conversation):
    conversation.say("đặt lịch sáng thứ 5 tuần sau")
    conversation.say("hủy")
    assert conversation.place == "menu.errand"
