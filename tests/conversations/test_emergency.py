"""Danger first: the number stands on the first line, before anything else."""

import pytest


@pytest.mark.parametrize(("words", "number"), [
    ("cháy nhà rồi cứu tôi với", "114"), ("chay nha", "114"),
    ("ba toi bat tinh tho khong duoc", "115"), ("cap cuu nguoi bi dot quy", "115"),
    ("có trộm vô nhà", "113"), ("dang danh nhau co dao", "113"), ("co nguoi dang xam hai tre em", "111"),
])
def test_the_number_to_call_is_on_the_first_line(conversation, words, number):
    conversation.say(words)
    assert conversation.place == "emergency.call"
    assert number in conversation.last[0].text.splitlines()[0]
    assert "Em không gọi thay được." in conversation.text


def test_danger_wins_in_the_middle_of_an_errand_which_waits(conversation):
    for said in ("dat lich", "1"):
        conversation.say(said)
    conversation.say("chay nha roi cuu voi")
    assert conversation.last[0].text.splitlines()[0].startswith("Gọi 114 ngay")
    conversation.press("Trở lại: Đặt lịch đến nộp")
    assert conversation.place == "book_visit.counter"


def test_a_paper_burnt_long_ago_is_no_danger(conversation):
    conversation.say("nha chay hoi nam ngoai, mat giay khai sinh, xin lai o dau")
    assert conversation.last[0].flow != "emergency"
