"""Every intent of the contract, one message each, ends in something true: an answer, a row that somebody reads, or a phone."""

from typing import get_args

import pytest

from bot.understanding.model import Intent
from tests.conversations.test_book_visit import book, live
from tests.conversations.test_call_back import waiting_rows

PHONE = "0298 0000"
SAID: dict[str, tuple[str, str]] = {
    "procedure": ("khai sinh cho con cần giấy gì", "find_procedure.answer"),
    "status": ("hồ sơ H20.14-261102-0007 tới đâu rồi", "dossier_status.fact"),
    "book": ("đặt lịch sáng thứ 5 tuần sau", "book_visit.office"),
    "cancel_booking": ("hủy lịch hẹn giùm tui", "my_visits.none"),
    "reschedule": ("dời lịch hẹn qua thứ 6", "my_visits.none"),
    "post_result_home": ("gửi kết quả về nhà qua bưu điện được không", "send_by_post.which_dossier"),
    "post_pickup": ("bưu điện tới nhà lấy hồ sơ được không", "send_by_post.service"),
    "home_visit": ("cán bộ tới nhà làm giúp người già được không", "call_back.phone"),
    "hours_address": ("mấy giờ mở cửa", "office_hours.hours"),
    "human": ("cho tôi gặp cán bộ", "call_back.phone"),
    "feedback_complaint": ("tôi muốn phản ánh nhân viên nói chuyện gắt gỏng", "complain.kind"),
    "survey_rating": ("tôi muốn chấm điểm phục vụ", "rate.score"),
    "pay_fee": ("đóng lệ phí bằng cách nào", "pay_fee.how"),
    "my_data": ("xóa dữ liệu của tôi", "my_data.wish"),
    "menu_help": ("em giúp được những gì", "menu.errand"),
    "greeting": ("chào em", "menu.errand"),
    "thanks_bye": ("cảm ơn em nhiều", "thanks.say"),
    "follow_up": ("còn lệ phí?", "find_procedure.answer"),
    "emergency": ("cháy nhà rồi cứu tôi với", "emergency.call"),
    "abuse": ("đồ ngu", "abuse.say"),
    "out_of_scope": ("ly dị thì làm ở đâu", "not_ours.tell"),
}
PROMISES = ("gọi lại", "ghi lại", "Số tiếp nhận", "chậm nhất")
"""Words of a promise: with them a phone stands in the text, or a row in the officers' list."""


def test_no_intent_of_the_contract_is_left_out():
    assert set(SAID) == set(get_args(Intent))


@pytest.mark.parametrize("intent", sorted(SAID))
def test_every_intent_ends_in_something_true(conversation, intent):
    words, place = SAID[intent]
    if intent == "follow_up":
        conversation.say("giấy độc thân cần gì")
    assert conversation.application.knowledge.reader.understand(words, conversation.clock.now()).intent == intent
    conversation.say(words)
    assert conversation.place == place
    if any(promise in message.text for message in conversation.last for promise in PROMISES):
        assert PHONE in conversation.text


@pytest.mark.parametrize("intent", ["human", "home_visit"])
def test_a_person_promised_is_a_row_after_one_more_message(conversation, intent):
    conversation.say(SAID[intent][0])
    assert PHONE in conversation.text
    conversation.say("0912345678")
    assert conversation.place == "call_back.kept"
    (row,) = waiting_rows(conversation)
    assert row["by"], "nobody knows by when"


def test_a_complaint_is_a_row_after_two_digits(conversation):
    for said in (SAID["feedback_complaint"][0], "1", "1"):
        conversation.say(said)
    assert [row["words"] for row in waiting_rows(conversation)] == [SAID["feedback_complaint"][0]]


def test_a_correction_and_an_erasure_are_rows_with_a_date(conversation):
    for said in (SAID["my_data"][0], "4", "xóa dữ liệu của tôi", "2", "1"):
        conversation.say(said)
    assert {(row["why"], row["by"]) for row in waiting_rows(conversation)} == {
        ("correct", "2026-11-24T17:00+07:00"), ("erase", "2026-11-24T17:00+07:00"),
    }


def test_cancel_and_move_find_the_visit_that_is_there(conversation):
    book(conversation)
    conversation.say(SAID["cancel_booking"][0])
    assert conversation.place == "my_visits.visit"
    conversation.say("1")
    conversation.say("không")
    conversation.say(SAID["reschedule"][0])
    assert conversation.place == "my_visits.visit"
    assert len(live(conversation)) == 1


def test_grief_comes_before_the_choice_of_procedures_too(conversation):
    conversation("""
        citizen: lam giay cho nguoi da mat
        bot: Em xin chia buồn cùng gia đình.
            Khai tử lần đầu, hay đã có giấy rồi? …
            1. Mọi việc: Nhà có người mất …
    """)
    conversation.say("2")
    assert "chia buồn" not in conversation.text


TWO_WISHES = [
    ("làm khai sinh cần giấy gì, với cho tôi đặt lịch sáng thứ 5", "book_visit", "Làm tiếp: Hỏi thủ tục", "find_procedure"),
    ("hồ sơ H20.14-261102-0007 xong chưa, sẵn cho hỏi mấy giờ mở cửa", "dossier_status", "Làm tiếp: Giờ mở cửa, địa chỉ", "office_hours"),
    ("đóng lệ phí ở đâu, còn hồ sơ của tôi tới đâu rồi", "pay_fee", "Làm tiếp: Coi hồ sơ tới đâu", "dossier_status"),
]


@pytest.mark.parametrize(("said", "first", "label", "second"), TWO_WISHES)
def test_of_two_wishes_the_first_is_done_and_the_second_offered(conversation, said, first, label, second):
    conversation.say(said)
    assert conversation.place.startswith(first + ".")
    assert label in [choice.label for choice in conversation.last[-1].choices]
    conversation.press(label)
    assert conversation.place.startswith(second + ".")
    assert label not in [choice.label for choice in conversation.last[-1].choices]


def test_the_second_wish_waits_until_the_first_is_done(conversation):
    conversation.say(TWO_WISHES[1][0])
    conversation.say("1111")
    assert TWO_WISHES[1][2] in [choice.label for choice in conversation.last[-1].choices]


def test_leaving_drops_the_second_wish_too(conversation):
    conversation.say(TWO_WISHES[1][0])
    conversation.say("hủy")
    assert not [choice.label for choice in conversation.last[-1].choices if choice.label.startswith("Làm tiếp")]


def test_one_wish_is_offered_no_second(conversation):
    conversation.say("đặt lịch làm khai sinh sáng thứ 5")
    assert not [choice.label for choice in conversation.last[-1].choices if choice.label.startswith("Làm tiếp")]
