"""A person: the phone and when it is answered, and a call-back that somebody reads until it is done."""

from datetime import datetime

import pytest

from bot.clock import aware
from bot.desk.lists import waiting, waiting_line


def waiting_rows(conversation) -> list[dict]:
    with conversation.repositories() as repositories:
        return waiting(repositories.feedback.waiting(), repositories.feedback.complaints(), repositories.privacy.requests())


def test_in_opening_hours_the_phone_and_until_when(conversation):
    conversation("""
        citizen: cho toi gap can bo
        bot: Anh/chị gọi Trung tâm Phục vụ hành chính công xã Mẫu Một: 0298 0000 000. Giờ này đang có người, đến 11 giờ 30 trưa.
            Muốn cán bộ gọi lại thì nhắn số điện thoại. Số này chỉ để gọi lại, xong việc 90 ngày thì xóa. …
        citizen: 0912 345 678
        bot: Đã ghi lại, số 091• ••• •78. Cán bộ gọi anh/chị trong giờ làm việc. … Gấp thì gọi 0298 0000 000. [Về đầu] …
    """)
    (row,) = waiting_rows(conversation)
    assert (row["kind"], row["why"], row["phone"], row["by"]) == ("call_back", "asked", "0912 345 678", "2026-11-21T11:30+07:00")
    assert "0912 345 678" in waiting_line(row, conversation.application.texts)


@pytest.mark.parametrize(("moment", "opening"), [
    (datetime(2026, 11, 21, 12), "Mở cửa lại lúc 7 giờ 30 sáng, thứ Hai 23/11/2026."),
    (datetime(2026, 11, 22, 20), "Mở cửa lại lúc 7 giờ 30 sáng, thứ Hai 23/11/2026."),
    (datetime(2026, 11, 23, 12), "Mở cửa lại lúc 1 giờ 30 chiều, thứ Hai 23/11/2026."),
    (datetime(2026, 11, 23, 18), "Mở cửa lại lúc 7 giờ 30 sáng, thứ Tư 25/11/2026."),
    (datetime(2026, 11, 23, 14), "Giờ này đang có người, đến 5 giờ chiều."),
])
def test_outside_opening_hours_the_exact_next_opening(conversation, moment, opening):
    """The unsettled 24/11 is passed over: nobody promises that somebody sits there."""
    conversation.at(aware(moment))
    conversation.say("gặp cán bộ")
    assert opening in conversation.text


@pytest.mark.parametrize("typed", ["12345", "0123456789", "091234567", "09123456789012", "+1 202 555 0143"])
def test_a_number_that_is_no_phone_here_is_asked_for_again_and_not_kept(conversation, typed):
    conversation.say("gặp cán bộ")
    conversation.say(typed)
    assert conversation.place == "call_back.phone"
    assert waiting_rows(conversation) == []


@pytest.mark.parametrize("typed", ["0912345678", "0912.345.678", "+84 912 345 678", "84912345678", "so cua toi la 0912 345 678"])
def test_a_phone_is_read_however_it_is_spaced(conversation, typed):
    conversation.say("gặp cán bộ")
    conversation.say(typed)
    assert conversation.place == "call_back.kept"
    assert waiting_rows(conversation)[0]["phone"] == "0912 345 678"


def test_asking_twice_is_one_row(conversation):
    for typed in ("gặp cán bộ", "0912345678", "gặp cán bộ", "0987654321"):
        conversation.say(typed)
    assert [row["phone"] for row in waiting_rows(conversation)] == ["0987 654 321"]


def test_done_is_off_the_list(conversation):
    for typed in ("gặp cán bộ", "0912345678"):
        conversation.say(typed)
    with conversation.application.store.writing() as repositories:
        assert repositories.feedback.done(int(waiting_rows_of(repositories)))
    assert waiting_rows(conversation) == []


def waiting_rows_of(repositories) -> int:
    return repositories.feedback.waiting()[0].id


@pytest.mark.parametrize(("words", "why"), [
    ("can bo den nha lam giup ba toi duoc khong", "home_visit"), ("cho gap can bo", "asked"),
])
def test_why_a_person_is_wanted_stands_in_the_list(conversation, words, why):
    conversation.say(words)
    assert conversation.place == "call_back.phone"
    assert "0298 0000 000" in conversation.text
    conversation.say("0912345678")
    assert waiting_rows(conversation)[0]["why"] == why


def test_about_which_dossier_stands_in_the_list(conversation):
    for typed in ("H20.14-261005-0012", "2345"):
        conversation.say(typed)
    conversation.press("Nhờ cán bộ gọi lại")
    conversation.say("0912345678")
    (row,) = waiting_rows(conversation)
    assert (row["why"], row["about"]) == ("dossier", "H20.14-261005-0012")


def test_a_phone_sent_out_of_the_blue_is_answered_with_what_it_could_be_for(conversation):
    conversation.say("khai sinh cho con can gi")
    conversation.say("0912345678")
    assert conversation.place == "call_back.phone"
    assert waiting_rows(conversation) == []


def test_leaving_keeps_nothing(conversation):
    for typed in ("gặp cán bộ", "hủy"):
        conversation.say(typed)
    assert waiting_rows(conversation) == []
    assert conversation.place == "menu.errand"
