"""Papers ticked off by digits only; what is missing is named, and a short code tells the counter the same."""

import re

import pytest

from bot.clock import today
from bot.desk.lists import readiness_card
from bot.short_codes import read_code


def code_told(conversation) -> str:
    """The readiness code of the last answer, as the counter would type it."""
    spoken = re.search(r"G\d\d-\d{3}[A-Z]", conversation.text)
    assert spoken, conversation.text
    code = read_code(spoken[0])
    assert code, spoken[0]
    return code


def card_of(conversation, code: str) -> dict:
    with conversation.repositories() as repositories:
        check = repositories.readiness.get(code)
    card = readiness_card(check, conversation.application.knowledge.catalog, today(conversation.clock))
    assert card is not None
    return card


@pytest.fixture
def ticking(conversation):
    """A citizen before the list of papers of a birth registration."""
    conversation.say("khai sinh cho con can gi")
    conversation.press("Kiểm xem đủ giấy chưa")
    return conversation


def test_papers_are_ticked_by_digits_and_what_is_missing_is_named(ticking):
    ticking("""
        citizen: 1 3
        bot: Đã đánh dấu 2 giấy. …
            1. Tờ khai đăng ký khai sinh – đã có
            2. Giấy tờ về việc sinh (một trong các giấy)
            3. Căn cước, … – đã có …
        citizen: 9
        bot: Còn thiếu:
            - Giấy tờ về việc sinh, một trong các giấy: …
            Giấy chỉ cần khi đúng trường hợp, anh/chị coi lại: …
            Mã kiểm giấy: G… Đọc mã này cho cán bộ tại quầy … [Đánh dấu lại] [Đặt lịch] … Theo Quyết định 163/QĐ-BTP…
    """)
    card = card_of(ticking, code_told(ticking))
    assert (card["procedure"], card["missing"]) == ("1.001193", ["Giấy tờ về việc sinh"])
    assert card["have"][0] == "Tờ khai đăng ký khai sinh"


def test_all_in_hand_is_said_without_deciding_for_the_officer(ticking):
    ticking("""
        citizen: [Có đủ hết]
        bot: Đã đánh dấu 7 giấy. …
        citizen: xong
        bot: Theo danh mục, anh/chị đã có đủ giấy … Cán bộ là người xem giấy và quyết định. …
    """)
    assert card_of(ticking, code_told(ticking))["missing"] == []


def test_the_same_number_again_takes_the_tick_back(ticking):
    ticking.say("2")
    assert "Giấy tờ về việc sinh (một trong các giấy) – đã có" in ticking.text
    ticking.say("2")
    assert "– đã có" not in ticking.text
    assert ticking.place == "check_readiness.tick"


@pytest.mark.parametrize("words", ["1 3", "1, 3", "1 và 3", "so 1 va so 3", "1.3"])
def test_several_numbers_are_read_however_they_are_joined(ticking, words):
    ticking.say(words)
    assert ticking.text.count("– đã có") == 2


@pytest.mark.parametrize("words", ["1 9", "8 9", "12", "77"])
def test_a_number_beyond_the_papers_ticks_nothing(ticking, words):
    ticking.say(words)
    assert "có số từ 1 đến" in ticking.text
    assert "– đã có" not in ticking.text


def test_every_line_of_the_list_is_one_line(ticking):
    assert all("\n" not in choice.label for choice in ticking.last[0].choices)


def test_true_alternatives_are_asked_for_before_ticking(conversation):
    conversation.say("xin gpxd cat nha")
    conversation.press("Kiểm xem đủ giấy chưa")
    assert conversation.place == "check_readiness.case"
    conversation.say("1")
    assert conversation.place == "check_readiness.tick"
    conversation.press("Xong")
    assert card_of(conversation, code_told(conversation))["case"]


def test_ticking_again_keeps_what_was_ticked_and_gives_a_new_code(ticking):
    ticking.say("1 2 3")
    ticking.press("Xong")
    first = code_told(ticking)
    ticking.press("Đánh dấu lại")
    assert ticking.text.count("– đã có") == 3
    ticking.press("Xong")
    assert code_told(ticking) != first


def test_the_code_goes_onto_the_card_and_booking_follows(ticking):
    ticking.say("1 2 3")
    ticking.press("Xong")
    code = code_told(ticking)
    ticking.press("Tin gọn để giữ, gửi người nhà")
    assert ticking.place == "keep_card.card"
    assert code_told(ticking) == code
    ticking.press("Đặt lịch")
    assert ticking.place == "book_visit.office"


def test_a_question_in_the_middle_is_answered_and_the_ticks_are_kept(ticking):
    ticking.say("1 3")
    ticking.say("còn lệ phí?")
    assert ticking.place == "find_procedure.answer"
    ticking.press("Trở lại: Kiểm xem đủ giấy chưa")
    assert ticking.place == "check_readiness.tick"
    assert ticking.text.count("– đã có") == 2
