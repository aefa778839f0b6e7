"""The post fetches papers, brings results: asked why, who, where, at what price; kept under a number only after a yes."""

from dataclasses import replace

import pytest

from bot.catalog.model import LocalEntry
from bot.postal.prices import PriceTable
from tests.conversations.posting import (
    BIRTH,
    CODE,
    DATED,
    FACT,
    FAR,
    NEAR,
    PHONE,
    TABLE,
    TO_THE_NAME,
    TO_THE_REVIEW,
    order,
    orders,
    play,
    town_with,
)


@pytest.fixture(autouse=True)
def _town(conversation, knowledge):
    town_with(conversation, knowledge)


BRING = ("gửi kết quả về nhà qua bưu điện được không", "[Tôi có mã hồ sơ]", CODE, FACT, "[Nhận kết quả qua bưu điện]")


def labels(conversation) -> list[str]:
    return [choice.label for choice in conversation.last[-1].choices]


# -- the two services, and both -------------------------------------------------------------------------------------------


def test_the_post_fetches_the_papers_from_a_question_to_a_number(conversation):
    conversation("""
        citizen: bưu điện tới nhà lấy hồ sơ được không
        bot: Qua bưu điện, anh/chị muốn làm cách nào?
            [Bưu điện giao kết quả tận nhà] [Bưu điện đến nhà lấy giấy đem nộp] [Cả hai: lấy giấy, rồi giao kết quả] …
        citizen: [Bưu điện đến nhà lấy giấy đem nộp]
        bot: Giấy của việc nào? …
        citizen: khai sinh cho con
        bot: Để bưu điện tới đúng nhà, em cần họ tên, số điện thoại, địa chỉ. Chỉ cán bộ Trung tâm và bưu điện coi. Xong đơn 180 ngày
            … Bưu điện gặp ai để lấy giấy? …
        citizen: nguyễn thị mẫu
        bot: Số điện thoại của Nguyễn Thị Mẫu là số nào, để bưu điện gọi?
        citizen: 0912345678
        bot: Nhà ở đâu? …
        citizen: ấp 3, xã Mỹ Hiệp, Đồng Tháp
        bot: Nguyễn Thị Mẫu vắng nhà thì ai giao giấy thay được? … [Không ai thay]
        citizen: [Không ai thay]
        bot: Anh/chị có thuộc diện được giảm cước không? … [Hộ nghèo] [Mẹ Việt Nam anh hùng] [Không thuộc diện nào]
        citizen: [Không thuộc diện nào]
        bot: Bưu điện tới giờ nào thì tiện? [Giờ nào cũng được] [Buổi sáng] [Buổi chiều]
        citizen: [Buổi sáng]
        bot: Bưu điện đến nhà lấy giấy nộp.
            Việc: Khai sinh cho con.
            Gặp: Nguyễn Thị Mẫu, 091• ••• •78. Không ai thay.
            Địa chỉ: ấp 3, xã Mỹ Hiệp, tỉnh Đồng Tháp.
            Giờ: buổi sáng.
            Cước 26.000 đồng một lượt, giấy nặng đến 100 g, vùng trong xã. Theo 01/BĐ-MẪU ngày 01/06/2026.
            … [Đúng, ghi đơn] [Sửa lại] …
        citizen: [Đúng, ghi đơn]
        bot: Đã ghi đơn bưu chính, số đơn: B…
            Nhớ người nhận và địa chỉ này cho lần sau không? … [Không cần] [Nhớ giùm]
        citizen: [Không cần]
        bot: Vậy em không nhớ địa chỉ này. Đơn vẫn giữ. [Kiểm xem đủ giấy chưa] [Coi, đổi, hủy đơn này] …
    """)
    (kept,) = orders(conversation)
    assert (kept.state, kept.draft.service, kept.draft.procedure, kept.draft.dossier) == ("confirmed", "fetch", BIRTH, None)
    assert (kept.draft.recipient.phone, kept.draft.recipient.address.commune.code, kept.draft.time_of_day) == (PHONE, "30112", "morning")
    assert kept.draft.quote.amount == 26_000
    assert kept.collect is None
    with conversation.repositories() as repositories:
        assert repositories.privacy.told(conversation.citizen, "post")
        assert repositories.post.remembered(conversation.citizen) is None


def test_nothing_is_kept_before_the_yes(conversation):
    play(conversation, *TO_THE_REVIEW)
    assert conversation.place == "send_by_post.review"
    assert orders(conversation) == []
    play(conversation, "hủy")
    assert orders(conversation) == []


def test_a_result_is_brought_only_after_the_owner_of_the_dossier_has_shown_to_be_it(conversation):
    play(conversation, *BRING[:3], "1111")
    assert "Nhận kết quả qua bưu điện" not in labels(conversation)
    play(conversation, FACT)
    assert labels(conversation)[0] == "Nhận kết quả qua bưu điện"
    kept = order(
        conversation, "[Nhận kết quả qua bưu điện]", "Nguyễn Thị Mẫu", PHONE, NEAR, "[Không ai thay]", "[Không thuộc diện nào]",
        "[Giờ nào cũng được]",
    )
    assert (kept.draft.service, kept.draft.dossier, kept.draft.procedure) == ("bring", CODE, "2.000635")


def test_a_code_in_the_same_breath_leads_to_the_second_fact_first(conversation):
    play(conversation, f"gửi kết quả hồ sơ {CODE} về nhà qua bưu điện")
    assert conversation.place == "dossier_status.fact"
    play(conversation, FACT)
    assert labels(conversation)[0] == "Nhận kết quả qua bưu điện"


def test_a_followed_dossier_is_offered_by_its_digit(conversation):
    play(conversation, "H20.14-261102-0007", "6789", "[Nhắn em khi có thay đổi]", "gửi kết quả về nhà được không")
    assert "Hồ sơ H20.14-261102-0007" in labels(conversation)


def test_a_returned_dossier_is_not_offered_to_the_post(conversation):
    play(conversation, "gửi kết quả về nhà được không", "[Tôi có mã hồ sơ]", "000.00.14.H20-260907-0002", "8901")
    assert "đã trả kết quả" in conversation.text
    assert "Nhận kết quả qua bưu điện" not in labels(conversation)


def test_both_ways_are_two_orders_that_name_each_other_with_the_sum_told(conversation):
    play(
        conversation, "menu", "[Gửi, nhận giấy qua bưu điện]", "[Cả hai: lấy giấy, rồi giao kết quả]", "giấy độc thân",
        "Nguyễn Thị Mẫu", PHONE, NEAR, "[Không ai thay]", "[Không thuộc diện nào]", "[Buổi chiều]",
    )
    assert "Hai lượt, mỗi lượt 26.000 đồng, cộng lại 52.000 đồng." in conversation.text
    play(conversation, "[Đúng, ghi đơn]")
    bring, fetch = orders(conversation)
    assert (fetch.draft.service, fetch.draft.pair) == ("fetch", bring.number)
    assert (bring.draft.service, bring.draft.pair) == ("bring", fetch.number)
    assert fetch.state == bring.state == "confirmed"


def test_by_oneself_to_the_post_office_with_its_hours(conversation):
    conversation("""
        citizen: bưu điện tới nhà lấy hồ sơ được không
        bot: … [Tự đem giấy ra bưu điện gần nhà] …
        citizen: [Tự đem giấy ra bưu điện gần nhà]
        bot: … Bưu điện văn hóa xã Mẫu Một, Số 3 đường Mẫu, … Điện thoại: 0298 0000 003. … thứ Bảy 21/11/2026 … 7 giờ 30 … [Đặt lịch] …
    """)


def test_where_no_post_office_is_known_a_phone_is_told(conversation, knowledge):
    town_with(conversation, knowledge, offices=conversation.application.town.centres)
    play(conversation, "bưu điện tới nhà lấy hồ sơ được không", "[Tự đem giấy ra bưu điện gần nhà]")
    assert "chưa ghi bưu điện nào" in conversation.text
    assert "0298 0000 000" in conversation.text


# -- who and where --------------------------------------------------------------------------------------------------------


def test_for_a_parent_with_somebody_who_may_stand_in(conversation):
    kept = order(
        conversation, *TO_THE_NAME, "má tôi", "Trần Thị Mẫu Già", PHONE, NEAR, "Nguyễn Văn Mẫu Con", "[Không thuộc diện nào]",
        "[Giờ nào cũng được]",
    )
    assert (kept.draft.recipient.name, kept.draft.recipient.other) == ("Trần Thị Mẫu Già", "Nguyễn Văn Mẫu Con")
    assert "Thay được: Nguyễn Văn Mẫu Con, đưa căn cước." in "\n".join(conversation._played)


@pytest.mark.parametrize("typed", ["má tôi", "tui", "chồng em"])
def test_who_is_not_named_is_asked_for_by_name(conversation, typed):
    play(conversation, *TO_THE_NAME, typed)
    assert conversation.place == "send_by_post.name"
    assert "họ tên" in conversation.text


@pytest.mark.parametrize("typed", ["12345", "0123456789", "0912 34567", "+1 202 555 0143"])
def test_a_wrong_phone_is_asked_for_again_in_words(conversation, typed):
    play(conversation, *TO_THE_NAME, "Nguyễn Thị Mẫu", typed)
    assert conversation.place == "send_by_post.phone"
    assert "chưa giống số điện thoại ở Việt Nam" in conversation.text
    play(conversation, "so cua toi la 0912.345.678")
    assert conversation.place == "send_by_post.address"


def test_an_address_in_one_line_with_old_names_is_read_back_with_what_they_are_now(conversation):
    play(conversation, *TO_THE_NAME, "Nguyễn Thị Mẫu", PHONE, "số 12 ấp Phước Hòa, thị trấn Cù Lao Dung, huyện Cù Lao Dung, Sóc Trăng")
    assert "thị trấn Cù Lao Dung nay thuộc xã An Thạnh" in conversation.text
    assert "tỉnh Sóc Trăng nay thuộc thành phố Cần Thơ" in conversation.text
    assert labels(conversation) == ["Đúng", "Chọn lại"]
    play(conversation, "2")
    assert conversation.place == "send_by_post.address"
    play(conversation, NEAR)
    assert conversation.place == "send_by_post.other"


def test_an_old_district_that_was_named_stays_for_the_postman(conversation):
    play(conversation, *TO_THE_NAME, "Nguyễn Thị Mẫu", PHONE, "ấp 3, xã Mỹ Hiệp, huyện Cao Lãnh, Đồng Tháp", "1", "3", "1")
    assert "Địa chỉ: ấp 3, xã Mỹ Hiệp, tỉnh Đồng Tháp, huyện Cao Lãnh cũ." in conversation.text


def test_step_by_step_commune_first_then_which_then_the_hamlet(conversation):
    play(conversation, *TO_THE_NAME, "Nguyễn Thị Mẫu", PHONE, "xã Mỹ Hiệp")
    assert conversation.place == "send_by_post.more"
    assert "xã Mỹ Hiệp, tỉnh Đồng Tháp" in labels(conversation)
    play(conversation, "[xã Mỹ Hiệp, tỉnh Đồng Tháp]")
    assert "Còn thiếu chỗ trong xã" in conversation.text
    play(conversation, "ấp 3, gần chợ")
    assert conversation.place == "send_by_post.other"


def test_a_commune_that_many_provinces_have_asks_for_the_province(conversation):
    play(conversation, *TO_THE_NAME, "Nguyễn Thị Mẫu", PHONE, "ấp 2 xã Tân Phú")
    assert "tên tỉnh" in conversation.text
    play(conversation, "Đồng Tháp")
    assert conversation.place in ("send_by_post.more", "send_by_post.other")


def test_a_name_that_no_table_has_is_said_back_and_asked_for_again(conversation):
    play(conversation, *TO_THE_NAME, "Nguyễn Thị Mẫu", PHONE, "ấp 3, xã Chưa Từng Nghe, Đồng Tháp")
    assert conversation.place == "send_by_post.more"
    assert "xã Chưa Từng Nghe" in conversation.text
    play(conversation, NEAR)
    assert conversation.place == "send_by_post.other"


def test_words_that_are_no_address_are_met_with_an_example_and_then_a_phone(conversation):
    play(conversation, *TO_THE_NAME, "Nguyễn Thị Mẫu", PHONE)
    first, second = play(conversation, "zzzz qqqq"), play(conversation, "zzzz qqqq")
    assert first != second
    assert "0298 0000 000" in second


# -- price ----------------------------------------------------------------------------------------------------------------


def test_a_relief_halves_the_price_and_its_proof_and_decision_are_told(conversation):
    kept = order(conversation, *TO_THE_REVIEW[:-2], "[Hộ nghèo]", "[Buổi sáng]")
    said = "\n".join(conversation._played)
    assert "Cước 13.000 đồng một lượt, đã giảm theo diện Hộ nghèo; chưa giảm là 26.000 đồng." in said
    assert "Đưa bưu tá coi: giấy chứng nhận hộ nghèo. Mức giảm theo 02/BĐ-MẪU ngày 01/06/2026." in said
    assert (kept.draft.relief, kept.draft.quote.amount, kept.draft.quote.full) == ("poor", 13_000, 26_000)


def test_who_pays_nothing_is_told_so_and_what_others_pay(conversation):
    play(conversation, *TO_THE_REVIEW[:-2], "[Mẹ Việt Nam anh hùng]", "[Buổi sáng]")
    assert "Không phải trả cước, theo diện Mẹ Việt Nam anh hùng; người khác trả 26.000 đồng" in conversation.text


def test_outside_the_table_nobody_guesses_and_an_officer_asks(conversation):
    play(conversation, *TO_THE_REVIEW[:-4], FAR, "[Không ai thay]", "[Không thuộc diện nào]", "[Buổi sáng]")
    assert conversation.place == "send_by_post.no_price"
    assert "phải hỏi bưu điện" in conversation.text
    assert "0298 0000 000" in conversation.text
    kept = order(conversation, "[Ghi đơn, cán bộ hỏi rồi gọi báo]")
    said = "\n".join(conversation._played)
    assert "rồi gọi 091• ••• •78 báo cước" in said
    assert "000 đồng" not in said
    assert (kept.state, kept.draft.quote) == ("asked", None)


@pytest.mark.parametrize("table", [None, PriceTable()])
def test_without_a_table_the_order_waits_for_a_person(conversation, knowledge, table):
    town_with(conversation, knowledge, post=table)
    play(conversation, *TO_THE_REVIEW[:-2], "[Buổi sáng]")
    assert conversation.place == "send_by_post.no_price"
    kept = order(conversation, "[Ghi đơn, cán bộ hỏi rồi gọi báo]")
    assert (kept.state, kept.draft.quote) == ("asked", None)


def test_a_price_that_no_longer_counts_is_not_told(conversation, knowledge):
    old = replace(TABLE, prices=tuple(replace(each, until=DATED) for each in TABLE.prices))
    town_with(conversation, knowledge, post=old)
    play(conversation, *TO_THE_REVIEW)
    assert conversation.place == "send_by_post.no_price"


# -- what may go by post --------------------------------------------------------------------------------------------------


def test_what_the_office_does_not_take_by_post_is_said_and_a_visit_offered(conversation, knowledge):
    town_with(conversation, knowledge, local={BIRTH: LocalEntry(BIRTH, by_post=False)})
    play(conversation, *TO_THE_NAME)
    assert conversation.place == "send_by_post.not_by_post"
    assert "không làm qua bưu điện" in conversation.text
    play(conversation, "[Đặt lịch]")
    assert conversation.place == "book_visit.office"


def test_what_the_catalogue_does_not_say_is_left_to_an_officer(conversation):
    """The sample's dossier is of a procedure of which nothing is published about the post."""
    play(conversation, "H20.14-261102-0007", "6789", "[Nhận kết quả qua bưu điện]")
    assert conversation.place == "send_by_post.unsure"
    kept = order(
        conversation, "[Ghi đơn, cán bộ hỏi rồi gọi báo]", "Nguyễn Thị Mẫu", PHONE, NEAR, "[Không ai thay]", "[Không thuộc diện nào]",
        "[Giờ nào cũng được]",
    )
    assert (kept.state, kept.draft.quote) == ("asked", None)
    assert "chưa ghi" in kept.draft.note


def test_the_office_that_says_yes_settles_it(conversation, knowledge):
    town_with(conversation, knowledge, local={"1.004194": LocalEntry("1.004194", by_post=True)})
    play(conversation, "H20.14-261102-0007", "6789", "[Nhận kết quả qua bưu điện]")
    assert conversation.place == "send_by_post.name"


@pytest.mark.parametrize(("hand_back", "told"), [
    (("giấy phép cũ", "thẻ cũ"), "Giấy gốc phải trao lại: giấy phép cũ; thẻ cũ."), ((), "Giấy gốc phải trao lại: không có."),
    (None, "Giấy gốc phải trao lại: ở đây chưa ghi"),
])
def test_which_originals_must_be_handed_back_is_told_as_the_office_has_said(conversation, knowledge, hand_back, told):
    town_with(conversation, knowledge, local={BIRTH: LocalEntry(BIRTH, hand_back=hand_back)})
    said = play(
        conversation, "menu", "[Gửi, nhận giấy qua bưu điện]", "[Bưu điện giao kết quả tận nhà]", "[Chưa có mã hồ sơ]",
        "giấy khai sinh cho con", "Nguyễn Thị Mẫu", PHONE, NEAR, "[Không ai thay]", "[Không thuộc diện nào]", "[Buổi sáng]",
    )
    assert told in said
    play(conversation, "[Đúng, ghi đơn]")
    assert orders(conversation)[0].hand_back == (hand_back or ())


def test_a_procedure_that_allows_post_offers_it(conversation):
    play(conversation, "khai sinh cho con can gi", "[Gửi, nhận giấy qua bưu điện]", "[Bưu điện đến nhà lấy giấy đem nộp]")
    assert conversation.place == "send_by_post.name"


def test_for_a_result_the_procedure_spoken_of_and_the_one_booked_are_offered(conversation):
    play(conversation, "khai sinh cho con can gi", "[Gửi, nhận giấy qua bưu điện]", "[Bưu điện giao kết quả tận nhà]")
    assert conversation.place == "send_by_post.which_dossier"
    play(conversation, "[Khai sinh cho con]")
    assert conversation.place == "send_by_post.name"


def test_what_was_spoken_of_before_is_offered_and_never_taken_for_what_is_meant(conversation):
    play(conversation, "khai sinh cho con can gi", "bưu điện tới nhà lấy hồ sơ được không", "[Bưu điện đến nhà lấy giấy đem nộp]")
    assert conversation.place == "send_by_post.procedure"
    assert labels(conversation)[0] == "Khai sinh cho con"
    play(conversation, "giấy độc thân", "Nguyễn Thị Mẫu", PHONE, NEAR, "[Không ai thay]", "[Không thuộc diện nào]", "[Buổi sáng]")
    assert "Việc: Giấy độc thân." in conversation.text


def test_a_second_order_for_the_same_is_not_made(conversation):
    first = order(conversation)
    play(conversation, *TO_THE_NAME)
    assert conversation.place == "send_by_post.already"
    assert f"{first.number[:3]}-{first.number[3:]}" in conversation.text
    play(conversation, "[Coi, đổi, hủy đơn này]")
    assert conversation.place == "my_posts.wish"
    assert len(orders(conversation)) == 1


def test_without_an_office_nothing_is_promised(conversation, knowledge):
    town_with(conversation, knowledge, offices=())
    play(conversation, "menu")
    play(conversation, "gửi kết quả về nhà qua bưu điện được không")
    assert conversation.place == "send_by_post.not_set_up"


# -- correcting, remembering ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("part", "said", "now"), [
    ("[Địa chỉ]", ("ấp 5, xã Mỹ Hiệp, Đồng Tháp",), "Địa chỉ: ấp 5, xã Mỹ Hiệp, tỉnh Đồng Tháp."),
    ("[Số điện thoại]", ("0987654321",), "098• ••• •21"),
    ("[Người bưu điện gặp]", ("Lê Văn Mẫu", "[Không ai thay]"), "Gặp: Lê Văn Mẫu"),
    ("[Giờ tới]", ("[Buổi chiều]",), "Giờ: buổi chiều."),
    ("[Diện giảm cước]", ("[Hộ nghèo]",), "Cước 13.000 đồng"),
])
def test_one_thing_is_corrected_and_nothing_else_asked_again(conversation, part, said, now):
    play(conversation, *TO_THE_REVIEW, "[Sửa lại]", part, *said)
    assert conversation.place == "send_by_post.review"
    assert now in conversation.text


def test_what_was_corrected_can_be_corrected_again(conversation):
    play(conversation, *TO_THE_REVIEW, "[Sửa lại]", "[Số điện thoại]", "0987654321")
    play(conversation, "[Sửa lại]", "[Địa chỉ]", "ấp 5, xã Mỹ Hiệp, Đồng Tháp")
    assert "098• ••• •21" in conversation.text
    assert "ấp 5" in conversation.text


def test_a_remembered_address_is_offered_masked_and_used_without_asking_again(conversation):
    play(conversation, *TO_THE_REVIEW, "[Đúng, ghi đơn]", "[Nhớ giùm]", *BRING)
    assert conversation.place == "send_by_post.remembered"
    assert labels(conversation)[0] == "Dùng lại: N*** T** M**, 091• ••• •78, xã Mỹ Hiệp, tỉnh Đồng Tháp"
    play(conversation, "1", "[Không thuộc diện nào]", "[Buổi sáng]")
    assert conversation.place == "send_by_post.review"
    assert "Nguyễn Thị Mẫu" not in conversation.text
    assert "ấp 3" not in conversation.text
    play(conversation, "[Đúng, ghi đơn]")
    kept = orders(conversation)[0]
    assert kept.draft.recipient.name == "Nguyễn Thị Mẫu"
    assert kept.draft.recipient.address.hamlet == "ấp 3"
    assert conversation.place == "send_by_post.finished"


def test_a_remembered_address_can_be_passed_over_and_forgotten(conversation):
    play(conversation, *TO_THE_REVIEW, "[Đúng, ghi đơn]", "[Nhớ giùm]", *BRING, "[Người khác, địa chỉ khác]")
    assert conversation.place == "send_by_post.name"
    play(conversation, "0", "[Xóa địa chỉ đã nhớ]")
    assert conversation.place == "send_by_post.name"
    with conversation.repositories() as repositories:
        assert repositories.post.remembered(conversation.citizen) is None


def test_who_was_told_why_is_not_told_again(conversation):
    order(conversation)
    play(conversation, *BRING[:-1])
    play(conversation, "1")
    assert conversation.place == "send_by_post.name"
    assert "Chỉ cán bộ Trung tâm và bưu điện coi" not in conversation.text
