"""The menu: every line leads somewhere by its number, and the greeting says who speaks."""

import pytest


def test_the_greeting_names_the_bot_the_place_and_the_sample(conversation):
    conversation("""
        citizen: chao em
        bot: Chào anh/chị, đây là Trợ lý Một Cửa của Trung tâm Phục vụ hành chính công xã Mẫu Một. … [Coi hồ sơ tới đâu] …
            Đây là dữ liệu mẫu để dùng thử, không phải của cơ quan nào. …
    """)


@pytest.mark.parametrize(("number", "place"), [
    ("1", "ask_procedure.field"), ("2", "dossier_status.code"), ("3", "book_visit.office"), ("4", "my_visits.none"),
    ("5", "office_hours.hours"), ("6", "call_back.phone"), ("7", "complain.kind"), ("8", "my_data.wish"), ("9", "life_event.list"),
    ("10", "send_by_post.service"),
])
def test_every_line_leads_somewhere(conversation, number, place):
    conversation.say("menu")
    conversation.say(number)
    assert conversation.place == place


@pytest.mark.parametrize("words", ["menu", "00", "MENU", "về đầu", "ve dau", "/start", "trợ giúp"])
def test_the_menu_by_any_of_its_names(conversation, words):
    conversation.say("khai sinh cho con can gi")
    conversation.say(words)
    assert conversation.place == "menu.errand"


@pytest.mark.parametrize("first", ["1", "5", "0", "00", "hủy"])
def test_a_first_message_that_answers_no_question_gets_the_menu(conversation, first):
    conversation.say(first)
    assert conversation.place == "menu.errand"


def test_a_label_typed_is_the_line(conversation):
    conversation.say("menu")
    conversation.say("dia chi, gio mo cua")
    assert conversation.place == "office_hours.hours"


def test_what_is_not_understood_is_said_differently_the_second_time_with_a_person(conversation):
    conversation.say("menu")
    first, second = conversation.say("zzzz qqqq")[0].text, conversation.say("zzzz qqqq")[0].text
    assert first != second
    assert "0298 0000 000" in second
