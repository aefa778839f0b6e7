"""One text under 600 characters, complete on its own, for every procedure and case of the catalogue."""

from bot.flows.keep_card import MOST_CHARACTERS, card
from bot.readiness.model import papers


def test_a_card_holds_papers_place_phone_and_time(conversation):
    conversation.say("giay doc than")
    conversation("""
        citizen: [Tin gọn để giữ, gửi người nhà]
        bot: Giấy độc thân. Đem theo:
            1) Tờ khai cấp Giấy xác nhận tình trạng hôn nhân
            2) Căn cước, … Nộp: Trung tâm Phục vụ hành chính công xã Mẫu Một, … Gọi 0298 0000 001.
            Thời gian: xong trong 3 ngày làm việc. [Đặt lịch] [Phí, lệ phí] … Theo Quyết định …
    """)
    assert conversation.last[0].procedure == "1.004873"


def test_every_card_of_the_catalogue_fits_and_leaves_out_nothing_that_everyone_needs(conversation):
    """A card that dropped a paper in silence would send somebody home again."""
    conversation.say("menu")
    told = 0
    with conversation.repositories() as repositories:
        world = conversation.application.world(conversation.citizen, "terminal", repositories)
        for procedure in world.catalog:
            for case in [each.id for each in procedure.cases] or [None]:
                said = card({"procedure": procedure.code, "case": case, "ready_code": "G48217K"}, world)
                text = said.fields["card"]
                assert len(text) <= MOST_CHARACTERS, f"{procedure.code} {case}: {len(text)} characters"
                assert "0298 0000 00" in text, f"{procedure.code}: no phone"
                assert "G48-217K" in text
                assert said.tail, f"{procedure.code}: no source"
                if "dài hơn một tin gọn" not in text and said.procedure == procedure.code:
                    for paper in papers(procedure, case):
                        name = getattr(paper, "title", None) or paper.name
                        assert paper.when or name in text, f"{procedure.code} {case}: {name} is left out"
                    told += 1
    assert told > 50


def test_what_is_left_out_of_a_card_is_counted_on_it(conversation):
    conversation.say("khai sinh cho con can gi")
    conversation.press("Tin gọn để giữ, gửi người nhà")
    assert "Còn 2 giấy tùy trường hợp" in conversation.text
    assert "Căn cước, hộ chiếu" in conversation.text


def test_a_case_chosen_before_stands_on_the_card(conversation):
    conversation.say("xin gpxd cat nha can giay gi")
    conversation.say("1")
    conversation.press("Tin gọn để giữ, gửi người nhà")
    assert "(Nhà ở riêng lẻ)" in conversation.text
