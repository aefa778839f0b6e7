"""Plain everyday questions: answered at once, or met with one short question, never with a list of names that look alike."""

import pytest

ANSWERED = {
    "khai sinh cho con": "1.001193", "làm lại căn cước": "1.014064", "đăng ký kết hôn": "1.000894", "đăng ký tạm trú": "1.004194",
    "sang tên sổ đỏ": "1.013831", "xác nhận độc thân": "1.004873", "chứng thực bản sao": "2.000815", "mở tiệm tạp hóa": "1.001612",
    "tách hộ": "1.010038", "nhập hộ khẩu": "1.004222", "mất sổ đỏ": "1.012786", "tách thửa": "1.012784",
    "làm căn cước cho con": "1.014062", "gia hạn tạm trú": "1.002755", "xin trích lục khai sinh": "2.000635",
    "đổi tên trong khai sinh": "1.004859",
}
DECIDED = {
    "tạm trú": ("Sắp hết hạn, xin gia hạn", "1.002755"), "xin phép cất nhà": ("Cất nhà mới", "1.013225"),
    "mất giấy khai sinh": ("Xã trả lời là không còn sổ", "1.004884"),
    "làm lại giấy khai sinh": ("Còn sổ, hoặc chưa hỏi: xin bản sao", "2.000635"),
    "làm giám hộ": ("Thôi giám hộ", "1.004845"), "nhận cha con": ("Chưa khai sinh, đều là người Việt Nam", "1.000689"),
    "giấy phép bán rượu": ("Có rồi, nay mất, hư", "2.001240"), "giấy phép bán thuốc lá": ("Chưa có, xin lần đầu", "2.000181"),
    "nghỉ bán hộ kinh doanh": ("Nghỉ một thời gian rồi bán lại", "1.001570"),
    "tiền mai táng": ("Trợ cấp xã hội hằng tháng", "1.001731"), "kết hôn": ("Kết hôn với người nước ngoài, Việt kiều", "2.000806"),
    "căn cước": ("Còn thẻ: hết hạn, đổi thông tin", "1.014063"), "hộ khẩu": ("Tách hộ", "1.010038"),
    "hợp tác xã": ("Thành lập", "1.005280"), "tranh chấp đất": ("Chưa, xin hòa giải", "1.012812"),
    "mở nhà trẻ": ("Mở nhóm trẻ, lớp tư", "1.012971"), "chuyển trường cho con": ("Lớp 6 đến lớp 9", "2.002481"),
}


@pytest.mark.parametrize("words", ANSWERED)
def test_a_plain_question_is_answered_at_once(conversation, words):
    conversation.say(words)
    assert conversation.place in ("find_procedure.answer", "find_procedure.case")
    assert ANSWERED[words] == conversation.last[0].procedure


@pytest.mark.parametrize("words", DECIDED)
def test_what_one_fact_parts_is_asked_for_and_the_answer_leads_there(conversation, words):
    answer, code = DECIDED[words]
    conversation.say(words)
    assert conversation.place == "find_procedure.deciding"
    conversation.press(answer)
    assert conversation.last[0].procedure == code


def test_an_answer_may_lead_to_a_second_question(conversation):
    conversation("""
        citizen: giấy phép xây dựng
        bot: Cất mới, sửa nhà, hay đã có giấy phép rồi? … [Đã có giấy phép, nay cần sửa giấy]
        citizen: [Đã có giấy phép, nay cần sửa giấy]
        bot: Giấy phép xây dựng của anh/chị nay thế nào? … [Sắp hết hạn, muốn gia hạn]
        citizen: 2
        bot: Gia hạn giấy phép xây dựng…
    """)


def test_who_does_not_know_is_shown_the_names(conversation):
    conversation("""
        citizen: tạm trú
        bot: Về tạm trú, anh/chị cần việc nào? … [Không rõ, hoặc việc khác]
        citizen: [Không rõ, hoặc việc khác]
        bot: Ý anh/chị là việc nào? … [Việc khác]
        citizen: 0
        bot: Về tạm trú, anh/chị cần việc nào? …
    """)


def test_what_was_asked_is_answered_behind_the_question(conversation):
    conversation.say("giấy phép bán rượu lệ phí bao nhiêu")
    assert conversation.place == "find_procedure.deciding"
    conversation.press("Chưa có, xin lần đầu")
    assert (conversation.last[0].procedure, conversation.last[0].facet) == ("2.000620", "fee")
