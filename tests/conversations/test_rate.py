"""A rating: one press, a word besides for who wants; nothing is called kept before it is."""

import pytest


def kept(conversation) -> list[tuple[int, str | None]]:
    with conversation.repositories() as repositories:
        held = repositories.privacy.held(conversation.citizen).get("rating", [])
    return [(int(each["score"]), each.get("words")) for each in held]


def test_by_digits_only(conversation):
    conversation("""
        citizen: cham diem phuc vu
        bot: Anh/chị thấy phục vụ thế nào? Không cần để tên. [Rất hài lòng] [Hài lòng] [Bình thường] [Không hài lòng] [Rất không hài lòng] …
        citizen: 1
        bot: Anh/chị muốn nhắn thêm gì cho Trung tâm không? … [Không, vậy thôi] …
        citizen: 1
        bot: Đã ghi điểm, … [Về đầu]
    """)
    assert kept(conversation) == [(5, None)]


def test_a_word_besides_is_kept_with_it(conversation):
    for said in ("chấm điểm", "2", "chờ lâu quá, làm giấy khai sinh mà mất buổi"):
        conversation.say(said)
    assert kept(conversation) == [(4, "chờ lâu quá, làm giấy khai sinh mà mất buổi")]


def test_no_is_no_comment(conversation):
    for said in ("chấm điểm", "2", "không"):
        conversation.say(said)
    assert kept(conversation) == [(4, None)]


@pytest.mark.parametrize("score", ["4", "5"])
def test_who_was_not_content_is_offered_to_complain(conversation, score):
    for said in ("chấm điểm", score, "1"):
        conversation.say(said)
    assert "Phản ánh, góp ý" in [choice.label for choice in conversation.last[0].choices]


def test_leaving_before_the_end_keeps_nothing_and_nothing_was_called_kept(conversation):
    conversation.say("chấm điểm")
    conversation.say("3")
    assert "Đã ghi" not in conversation.text
    conversation.say("hủy")
    assert kept(conversation) == []
    assert "chưa có gì được ghi" in conversation.text


def test_a_number_out_of_range_is_no_score(conversation):
    for said in ("chấm điểm", "9"):
        conversation.say(said)
    assert conversation.place == "rate.score"
