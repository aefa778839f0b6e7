"""Asked outright, answered outright; several may fit, choose; follow-ups keep the procedure in hand."""

import re

import pytest

from bot.catalog.model import Note
from bot.clock import today
from bot.flows.find_procedure import next_things, tell


def test_a_question_that_names_papers_gets_the_papers(conversation):
    conversation("""
        citizen: muon lam giay khai sinh cho con can gi
        bot: Khai sinh cho con: làm ở xã; lấy trong ngày. Đem theo:
            1) Tờ khai đăng ký khai sinh, 1 bản chính
            2) Giấy tờ về việc sinh, một trong các giấy: … [Phí, lệ phí] [Đặt lịch]
            … Theo Quyết định 163/QĐ-BTP…
    """)
    assert conversation.last[0].procedure == "1.001193"
    assert conversation.last[0].facet == "documents"


def test_follow_ups_keep_the_procedure_in_hand(conversation):
    conversation.say("lam giay khai sinh cho con can gi")
    for words, facet in (
        ("còn lệ phí?", "fee"), ("mấy ngày xong?", "time"), ("nộp ở đâu", "where"), ("có làm online được không", "online"),
        ("cho mình mẫu đơn", "form"),
    ):
        conversation.say(words)
        assert (conversation.last[0].procedure, conversation.last[0].facet) == ("1.001193", facet), words


def test_what_the_catalogue_does_not_say_is_not_guessed(conversation):
    conversation.say("lam giay khai sinh cho con can gi")
    conversation("""
        citizen: Rồi cái đó tui nhờ con đi thế được hông
        bot: Khai sinh cho con: điều này danh mục không ghi rõ, em không đoán. Anh/chị gọi 0298 0000 000… [Giấy tờ cần đem]
    """)


def test_alternatives_ask_which_case(conversation):
    conversation("""
        citizen: xin gpxd cat nha can giay gi
        bot: Anh/chị thuộc trường hợp nào? …
        citizen: 1
        bot: Giấy phép cất nhà, xây mới – Nhà ở riêng lẻ. … 1) Đơn đề nghị cấp giấy phép xây dựng … [Trường hợp khác]
    """)


def test_back_leads_through_the_answers_and_then_to_the_menu(conversation):
    conversation.say("lam giay khai sinh cho con can gi")
    conversation.press("Phí, lệ phí")
    conversation("""
        citizen: 0
        bot: Khai sinh cho con: … Đem theo: …
        citizen: 0
        bot: Anh/chị cần việc gì? … [Coi hồ sơ tới đâu]
    """)


def test_grief_first(conversation):
    conversation("""
        citizen: ba toi moi mat, lam giay khai tu can gi
        bot: Em xin chia buồn cùng gia đình.
            Khai tử…
    """)


def test_nothing_found_is_said_with_who_knows(conversation):
    conversation("""
        citizen: xin giay phep phong ve tinh len mat trang
        bot: Ý anh/chị là việc nào? … [Việc khác]
        citizen: [Việc khác]
        bot: Em chưa tìm ra việc này trong danh mục. … [Nhờ cán bộ gọi lại] [Về đầu]
    """)


def test_guidance_is_logged_without_words_or_identity(conversation):
    conversation.say("lam giay khai sinh cho con can gi")
    with conversation.repositories() as repositories:
        told = list(repositories.guidance.between(conversation.clock.now(), conversation.clock.now().replace(year=2027)))
    assert [(each.procedure, each.facet, each.channel, each.decision) for each in told] == [
        ("1.001193", "documents", "terminal", "163/QĐ-BTP")
    ]
    assert told[0].catalogue_version == conversation.application.knowledge.catalog.version


def test_a_fee_and_a_time_that_are_not_published_are_said_to_be_so(conversation):
    """Never "free" for what nobody has published."""
    told = 0
    for procedure in conversation.application.knowledge.catalog:
        if procedure.fees.status == "not_published" and procedure.in_force(today(conversation.clock)) and not procedure.replaced_by:
            conversation.say(f"{procedure.code} phí bao nhiêu")
            if (conversation.last[0].procedure, conversation.last[0].facet) != (procedure.code, "fee"):
                continue
            assert "Danh mục chưa có mức phí" in conversation.text
            assert "0298 0000 000" in conversation.text
            told += 1
    assert told


@pytest.mark.parametrize("facet", ["summary", "documents", "fee", "time", "where", "online", "steps", "form"])
def test_every_facet_of_every_procedure_can_be_told(conversation, facet):
    """Each has its source line, no hole in its sentences, a way on; and each part of it fits a message."""
    conversation.say("menu")
    with conversation.repositories() as repositories:
        world = conversation.application.world(conversation.citizen, "terminal", repositories)
        for procedure in world.catalog:
            for case in [None, *(each.id for each in procedure.cases)]:
                answers = {"procedure": procedure.code, "facet": facet, "case": case}
                said = tell(answers, world)
                text = f"{said.fields['body']}\n{said.tail}"
                assert said.tail, procedure.code
                assert not re.search(r"None|[{}]|(?<=\S) {2,}|\.\.(?!\.)| \n|:\.|,,", text), f"{procedure.code} {facet}: {text}"
                assert next_things(answers, world), f"{procedure.code} {facet}: no way on"


def test_a_first_screen_is_short(conversation):
    """A question that names nothing gets at most 600 characters before its list."""
    conversation.say("menu")
    with conversation.repositories() as repositories:
        world = conversation.application.world(conversation.citizen, "terminal", repositories)
        for procedure in world.catalog:
            if not procedure.cases and any(not isinstance(line, Note) for line in procedure.documents):
                said = tell({"procedure": procedure.code, "facet": "summary"}, world)
                assert len(said.fields["body"]) <= 700, f"{procedure.code}: {said.fields['body']}"


def test_a_time_that_only_some_get_is_not_told_as_everyones(conversation):
    """Eighteen days are for communes in the mountains; whoever asks for the papers alone must not count on them."""
    conversation.say("1.013831")
    assert "thời gian tùy trường hợp" in conversation.text
    conversation.say("mấy ngày xong")
    assert "18 ngày làm việc, khi ở xã miền núi" in conversation.text


def test_papers_for_some_are_not_counted_among_those_for_everyone(conversation):
    conversation.say("khai sinh")
    assert "Cần 3 loại giấy, tùy trường hợp thêm 4 loại; bấm 1 để coi." in conversation.text


def test_another_case_can_be_looked_at(conversation):
    conversation.say("xin gpxd cat nha can giay gi")
    conversation.say("1")
    conversation.press("Trường hợp khác")
    assert conversation.place == "find_procedure.case"
    conversation.say("2")
    assert conversation.place == "find_procedure.answer"


def test_a_choice_among_several_is_answered_with_what_was_asked(conversation):
    """The facet of the question is not lost by the choice."""
    conversation.say("xin tien mai tang can dem giay to gi")
    assert conversation.place == "find_procedure.deciding"
    conversation.say("1")
    assert conversation.last[0].facet == "documents"


def test_a_citizens_own_words_choose_from_the_list(conversation):
    conversation.say("xin tien mai tang")
    assert conversation.place == "find_procedure.deciding"
    conversation.say("mai tang phi, doi tuong bao tro")
    assert conversation.last[0].procedure == "1.001731"
