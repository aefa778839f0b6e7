"""Hard words are answered calmly, with a person and a place to complain."""

import pytest

BLAME = ("lịch sự", "tôn trọng", "cảnh cáo", "vi phạm", "không được nói")


@pytest.mark.parametrize("words", ["đồ ngu", "may cai dm tra loi ngu qua", "đm bot ngu"])
def test_hard_words_are_answered_calmly_with_a_person(conversation, words):
    conversation.say(words)
    assert conversation.place == "abuse.say"
    assert "0298 0000 000" in conversation.text
    assert not any(word in conversation.text.lower() for word in BLAME)
    assert [choice.label for choice in conversation.last[0].choices] == ["Nhờ cán bộ gọi lại", "Phản ánh, góp ý", "Về đầu"]


def test_an_errand_survives_hard_words(conversation):
    for said in ("dat lich", "1", "đồ ngu"):
        conversation.say(said)
    conversation.press("Trở lại: Đặt lịch đến nộp")
    assert conversation.place == "book_visit.counter"


def test_a_question_with_a_curse_in_it_is_a_question(conversation):
    conversation.say("dm lam giay khai sinh cho con can giay gi")
    assert conversation.last[0].procedure == "1.001193"
