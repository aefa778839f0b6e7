"""Paying: at the counter or on the official portal, never here; a payment that went wrong is a person's matter."""

from tests.conversations.test_call_back import waiting_rows


def test_where_and_how_and_what_never_to_press(conversation):
    conversation("""
        citizen: dong le phi bang cach nao
        bot: Phí, lệ phí đóng tại quầy và có biên lai. … dichvucong.gov.vn … không gửi đường dẫn hay mã QR …
            [Tiền đã trừ mà chưa báo nộp] [Về đầu] …
    """)
    assert "http" not in conversation.text


def test_the_fee_of_the_procedure_in_hand_is_one_press_away(conversation):
    conversation.say("khai sinh cho con can gi")
    conversation.say("dong tien bang cach nao")
    assert conversation.place == "pay_fee.how"
    conversation.press("Mức phí của việc đang hỏi")
    assert (conversation.last[0].procedure, conversation.last[0].facet) == ("1.001193", "fee")


def test_money_taken_and_not_booked_is_written_down(conversation):
    conversation.say("dong le phi bang cach nao")
    conversation.press("Tiền đã trừ mà chưa báo nộp")
    assert "giữ biên lai" in conversation.text
    conversation.say("0912345678")
    assert [(row["why"], row["phone"]) for row in waiting_rows(conversation)] == [("payment", "0912 345 678")]
