"""A complaint is kept word for word; a khiếu nại is shown its way; a tố cáo is explained and not taken."""

import re

import pytest

from bot.short_codes import read_code
from tests.conversations.test_call_back import waiting_rows

WORDS = "Tôi muốn phản ánh: nhân viên Quầy 2 nói chuyện gắt gỏng sáng 20/11, bắt tôi đi về 3 lần!!"


def test_a_complaint_is_kept_word_for_word_under_a_receipt(conversation):
    conversation(f"""
        citizen: {WORDS}
        bot: Chuyện này anh/chị muốn gửi theo cách nào? [Phản ánh, góp ý về cách phục vụ] [Khiếu nại một quyết định] [Tố cáo người vi phạm]
        citizen: 1
        bot: Em ghi nguyên văn câu này để người phụ trách đọc:
            "{WORDS}"
            Giữ 2 năm để trả lời. Gửi luôn không? [Gửi luôn] [Viết lại]
        citizen: 1
        bot: Đã ghi nguyên văn. Số tiếp nhận: P… Gấp thì gọi 0298 0000 000. [Để số điện thoại nghe trả lời] [Về đầu] …
    """)
    receipt = re.search(r"P\d\d-\d{3}[A-Z]", conversation.text)[0]
    assert read_code(receipt)
    (row,) = waiting_rows(conversation)
    assert (row["kind"], row["id"], row["words"]) == ("complaint", receipt, WORDS)


def test_written_anew_only_the_second_words_are_kept(conversation):
    for said in (WORDS, "1", "2", "Xin góp ý: phòng chờ thiếu ghế cho người già"):
        conversation.say(said)
    assert [row["words"] for row in waiting_rows(conversation)] == ["Xin góp ý: phòng chờ thiếu ghế cho người già"]


def test_words_that_look_like_a_question_are_still_the_complaint(conversation):
    for said in ("menu", "7", "1", "làm giấy khai sinh cho con mà đòi tiền tôi là sao"):
        conversation.say(said)
    assert conversation.place == "complain.kept"
    assert waiting_rows(conversation)[0]["words"] == "làm giấy khai sinh cho con mà đòi tiền tôi là sao"


def test_too_short_is_asked_for_more(conversation):
    for said in ("menu", "7", "1", "tệ"):
        conversation.say(said)
    assert conversation.place == "complain.words"
    assert waiting_rows(conversation) == []


def test_the_answer_may_be_heard_by_phone(conversation):
    for said in (WORDS, "1", "1", "1"):
        conversation.say(said)
    assert conversation.place == "call_back.phone"
    conversation.say("0912345678")
    assert {row["kind"] for row in waiting_rows(conversation)} == {"call_back", "complaint"}


@pytest.mark.parametrize("said", [
    ("toi muon to cao can bo an hoi lo",), ("menu", "7", "3"), ("toi muon phan anh can bo an hoi lo", "3"),
])
def test_a_denunciation_is_explained_and_not_kept(conversation, said):
    for words in said:
        conversation.say(words)
    assert conversation.place == "complain.denunciation"
    assert "em không nhận qua tin nhắn" in conversation.text
    assert "giữ bí mật" in conversation.text
    assert "0298 0000 000" in conversation.text
    assert waiting_rows(conversation) == []


def test_an_appeal_is_shown_its_written_way(conversation):
    for said in ("menu", "7", "2"):
        conversation.say(said)
    assert conversation.place == "complain.appeal"
    assert "chưa phải là nộp đơn" in conversation.text
    conversation.say("1")
    assert conversation.last[0].procedure == "2.002409"
    assert waiting_rows(conversation) == []


def test_leaving_keeps_nothing(conversation):
    for said in (WORDS, "1", "hủy"):
        conversation.say(said)
    assert waiting_rows(conversation) == []
    assert "chưa có gì được ghi" in conversation.text
