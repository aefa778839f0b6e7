"""The form: which it is, whether the counter has it, and how to fill it in with an example that says it is made up."""

import re
from dataclasses import replace

import pytest

from bot.catalog.checks import MADE_UP
from bot.dialogue.messages import MOST_CHARACTERS, as_plain_text
from bot.flows.find_procedure import in_hand, next_things, tell

BIRTH, RESIDENCE, TEMPORARY = "1.001193", "1.004222", "1.004194"


def test_the_form_is_told_and_how_to_fill_it_in_is_one_digit_away(conversation):
    conversation.say("1.001193 cần giấy gì")
    conversation("""
        citizen: cho mình mẫu đơn
        bot: Khai sinh cho con, mẫu giấy:
            - Tờ khai đăng ký khai sinh. Danh mục không ghi số mẫu.
            Mẫu có sẵn tại quầy của Trung tâm Phục vụ hành chính công xã Mẫu Một. … [Cách ghi tờ khai, đơn]
        citizen: 1
        bot: Khai sinh cho con, cách ghi tờ khai đăng ký khai sinh:
            … Ví dụ (không có thật): …
            Đây là gợi ý; tờ mẫu hỏi khác thì ghi theo tờ mẫu. … hỏi cán bộ tại quầy hoặc gọi 0298 0000 000. … [Mẫu giấy]
            … Theo Quyết định 163/QĐ-BTP…
        citizen: [Mẫu giấy]
        bot: Khai sinh cho con, mẫu giấy: …
    """)
    assert (conversation.last[0].procedure, conversation.last[0].facet) == (BIRTH, "form")


def test_what_the_office_says_of_its_counter_is_said_and_the_rest_is_to_be_asked(conversation):
    conversation.say(f"{RESIDENCE} mẫu số mấy")
    conversation.say("1")
    assert "Mẫu CT01, Thông tư 53/2025/TT-BCA" in conversation.text
    assert "Quầy của Trung tâm Phục vụ hành chính công xã Mẫu Một không có sẵn mẫu này." in conversation.text
    conversation.say(f"{TEMPORARY} mẫu số mấy")
    conversation.say("1")
    assert "Tại quầy có sẵn hay không, anh/chị gọi 0298 0000 000 hỏi." in conversation.text
    assert "Mẫu có sẵn" not in conversation.text


@pytest.mark.parametrize(
    "words",
    [
        "điền tờ khai sao", "mẫu này ghi làm sao", "to khai nay ghi the nao", "cách ghi", "cach dien mau don nay", "không biết ghi",
        "hướng dẫn ghi tờ khai", "tờ khai này mình điền làm sao ạ", "chỉ tui ghi với", "ghi cái này sao", "viết đơn sao",
    ],
)
def test_how_to_fill_it_in_is_about_the_procedure_in_hand(conversation, words):
    conversation.say(f"{BIRTH} cần giấy gì")
    conversation.say(words)
    assert (conversation.last[0].procedure, conversation.last[0].facet) == (BIRTH, "form")
    assert "cách ghi tờ khai đăng ký khai sinh:" in conversation.text
    assert MADE_UP in conversation.text


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("cach ghi to khai khai sinh", BIRTH),
        ("tờ khai khai tử ghi sao", "1.000656"),
        ("huong dan dien to khai ket hon", "1.000894"),
        ("cách viết đơn xin tách thửa", "1.012784"),
        ("không biết chữ nhiều, chỉ tôi ghi tờ khai giấy độc thân", "1.004873"),
    ],
)
def test_a_first_question_how_to_fill_in_is_answered_or_asks_which_and_then_answers(conversation, words, code):
    conversation.say(words)
    if conversation.place == "find_procedure.deciding":
        conversation.say("1")
    elif conversation.place == "find_procedure.procedure":
        procedure = conversation.application.knowledge.catalog.get(code, conversation.clock.now().date())
        [which] = [each for each in conversation.last[0].choices if each.label.startswith(f"{procedure.label}:")]
        conversation.say(which.value, kind="choice")
    assert (conversation.last[0].procedure, conversation.last[0].facet) == (code, "form")
    assert MADE_UP in conversation.text


def test_words_about_writing_that_ask_for_no_form_are_not_taken_for_it(conversation):
    for words in ("ghi chú kết hôn ở nước ngoài", "xóa ghi nợ tiền đất", "giấy khai sinh ghi sai tên thì sao"):
        understood = conversation.application.knowledge.reader.understand(words, conversation.clock.now())
        assert not understood.fill_in, words
    conversation.say(f"{BIRTH} cần giấy gì")
    conversation.say("điền tờ khai xong nộp ở đâu")
    assert conversation.last[0].facet == "where"


def test_a_death_is_met_with_a_kind_word_before_its_form(conversation):
    conversation("""
        citizen: cách ghi tờ khai khai tử cho người mất
        bot: Em xin chia buồn cùng gia đình. … cách ghi tờ khai đăng ký khai tử: …
    """)


def test_where_the_catalogue_has_no_more_it_says_so_and_tells_the_form(conversation):
    conversation.say("1.012590 cần giấy gì")
    conversation("""
        citizen: tờ khai này ghi sao
        bot: Danh mục chưa có cách ghi cho việc này. Anh/chị hỏi cán bộ tại quầy, hoặc gọi 0298 0000 000.
            … Mẫu B5, Phụ lục, Nghị định 95/2023/NĐ-CP…
    """)


def test_a_retired_code_is_told_its_successors_form(conversation):
    """Nobody is told to fill in the form of a procedure that has been replaced."""
    conversation.say("1.012775 cách ghi đơn")
    assert (conversation.last[0].procedure, conversation.last[0].facet) == ("1.013949", "form")
    assert MADE_UP in conversation.text


def test_every_form_help_can_be_told_within_a_message(conversation):
    """By digits: the papers' answer offers it, and it offers the form and a way on."""
    conversation.say("menu")
    with conversation.repositories() as repositories:
        world = conversation.application.world(conversation.citizen, "terminal", repositories)
        for procedure in world.catalog:
            answers = {"procedure": procedure.code, "facet": "form", "full": True}
            told, _ = in_hand(answers, world)
            said = tell(answers, world)
            text = said.fields["body"]
            offered = [option.value for option in next_things({**answers, "facet": "documents", "full": False}, world)]
            assert ("form_help" in offered) == (told.form_help is not None), procedure.code
            assert (MADE_UP in text) == (told.form_help is not None), procedure.code
            assert said.facet == "form"
            assert len(f"{text}\n{said.tail}") <= MOST_CHARACTERS
            assert not re.search(r"None|[{}]|(?<=\S) {2,}|\.\.(?!\.)| \n|:\.|,,", text), f"{procedure.code}: {text}"
            options = next_things(answers, world)
            assert options
            assert "form_help" not in [option.value for option in options]


def test_without_an_office_nothing_is_said_of_a_counter(conversation):
    conversation.application.town = replace(conversation.application.town, offices=())
    conversation.say("1.001193 cho xin mẫu đơn")
    assert "có sẵn tại quầy của" not in conversation.text
    assert "không có sẵn" not in conversation.text
    assert all(len(as_plain_text(message)) <= MOST_CHARACTERS for message in conversation.last)
