"""One's own orders: how far they are, changed or cancelled in time, and whom to ask afterwards. Nobody else's."""

from datetime import date, timedelta

import pytest

from bot.postal.model import Event
from bot.postal.prices import Quote
from bot.short_codes import new_code, spoken
from tests.conversations.posting import FAR, NEAR, TO_THE_NAME, TO_THE_REVIEW, handed_over, order, orders, play, told, town_with
from tests.conversations.test_call_back import waiting_rows
from tests.conversations.test_send_by_post import BRING

MONDAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _town(conversation, knowledge):
    town_with(conversation, knowledge)


def bring(conversation):
    return order(
        conversation, *BRING, "Nguyễn Thị Mẫu", "0912 345 678", NEAR, "[Không ai thay]", "[Không thuộc diện nào]", "[Giờ nào cũng được]",
    )


def labels(conversation) -> list[str]:
    return [choice.label for choice in conversation.last[-1].choices]


# -- finding the way ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [
    "đơn bưu điện của tôi", "don buu chinh cua toi", "bưu điện tới đâu rồi", "buu ta toi dau roi", "coi giùm đơn bưu điện",
    "đổi địa chỉ nhận",
])
def test_words_about_an_order_lead_to_it(conversation, words):
    kept = order(conversation)
    play(conversation, words)
    assert conversation.place == "my_posts.wish"
    assert spoken(kept.number) in conversation.text


@pytest.mark.parametrize("words", ["đổi người nhận tiền trợ cấp", "đổi địa chỉ nhận lương hưu", "bưu điện ở đâu"])
def test_words_about_another_matter_do_not(conversation, words):
    order(conversation)
    play(conversation, "menu", words)
    assert not conversation.place.startswith("my_posts")


@pytest.mark.parametrize("words", ["hủy đơn bưu điện", "huy don buu chinh", "cho tôi hủy đơn bưu điện"])
def test_words_about_cancelling_ask_whether_it_is_meant(conversation, words):
    order(conversation)
    play(conversation, words)
    assert conversation.place == "my_posts.sure"
    assert orders(conversation)[0].state == "confirmed"


@pytest.mark.parametrize("typed", ["{spoken}", "{number}", "đơn {spoken} tới đâu rồi", "{lower}"])
def test_a_bare_number_leads_to_its_order_wherever_it_is_typed(conversation, typed):
    kept = order(conversation)
    typed = typed.format(spoken=spoken(kept.number), number=kept.number, lower=kept.number.lower())
    places = (
        (), ("coi ho so toi dau",), ("H20.14-261102-0007",), ("dat lich lam khai sinh cho con", "1"), ("gặp cán bộ",),
        ("bưu điện tới nhà lấy hồ sơ được không",), ("hủy lịch hẹn",),
    )
    for begun in places:
        play(conversation, "menu", *begun, typed)
        assert conversation.place == "my_posts.wish", begun
        assert spoken(kept.number) in conversation.text


def test_the_number_in_a_wish_to_cancel(conversation):
    kept = order(conversation)
    play(conversation, f"hủy đơn bưu điện {spoken(kept.number)}")
    assert conversation.place == "my_posts.sure"


def test_the_posts_own_number_leads_to_ones_own_order_only(conversation):
    kept = bring(conversation)
    handed_over(conversation)
    told(conversation, kept.number, Event("in_transit", MONDAY), "EB123456785VN")
    play(conversation, "menu", "EB123456785VN")
    assert conversation.place == "my_posts.standing"
    assert "Mã bưu gửi: EB123456785VN." in conversation.text
    conversation.user = "somebody else"
    play(conversation, "menu", "EB123456785VN")
    assert not conversation.place.startswith("my_posts")


def test_several_are_chosen_by_their_digit(conversation):
    first, second = order(conversation), bring(conversation)
    play(conversation, "đơn bưu điện của tôi")
    assert conversation.place == "my_posts.order"
    assert [spoken(each.number) in label for each, label in zip((second, first), labels(conversation), strict=True)] == [True, True]
    play(conversation, "2")
    assert spoken(first.number) in conversation.text


def test_somebody_elses_number_sounds_like_none_at_all(conversation):
    kept = order(conversation)
    conversation.user = "somebody else"
    play(conversation, "menu", "menu")  # after these, how to answer is no longer said
    answers = [play(conversation, "menu", number) for number in (kept.number, new_code("B"))]
    assert answers[0] == answers[1]
    assert conversation.place == "my_posts.none"
    order(conversation)
    answers = [play(conversation, "menu", number) for number in (kept.number, "B00001B")]
    assert answers[0] == answers[1]
    assert "không phải của cuộc nhắn tin này" in answers[0]
    assert "Khai sinh" in answers[0], "one's own stand in the list"
    assert "Nguyễn" not in answers[0]


def test_without_an_order_one_can_be_made(conversation):
    play(conversation, "đơn bưu điện của tôi")
    assert conversation.place == "my_posts.none"
    play(conversation, "[Gửi, nhận giấy qua bưu điện]")
    assert conversation.place == "send_by_post.service"


# -- before the hand-over -------------------------------------------------------------------------------------------------


def test_an_order_is_told_masked(conversation):
    kept = order(conversation)
    said = play(conversation, spoken(kept.number))
    assert "Đã ghi, chờ giao cho bưu điện." in said
    assert "N*** T** M**, 091• ••• •78, xã Mỹ Hiệp, tỉnh Đồng Tháp" in said
    assert "26.000 đồng" in said
    assert "Nguyễn Thị Mẫu" not in said
    assert "ấp 3" not in said


@pytest.mark.parametrize(("wish", "said", "changed"), [
    ("[Đổi số điện thoại]", ("0987 654 321",), lambda draft: draft.recipient.phone == "0987 654 321"),
    ("[Đổi địa chỉ]", ("ấp 5, xã Mỹ Hiệp, Đồng Tháp",), lambda draft: draft.recipient.address.hamlet == "ấp 5"),
    ("[Đổi người nhận, người thay]", ("Lê Văn Mẫu", "Lê Thị Mẫu"), lambda draft: draft.recipient.other == "Lê Thị Mẫu"),
    ("[Đổi giờ tới]", ("[Buổi chiều]",), lambda draft: draft.time_of_day == "afternoon"),
])
def test_one_thing_is_changed_after_a_yes_and_the_number_stays(conversation, wish, said, changed):
    kept = order(conversation)
    play(conversation, spoken(kept.number), wish, *said)
    assert conversation.place == "send_by_post.review"
    assert not changed(orders(conversation)[0].draft)
    play(conversation, "[Đúng, ghi đơn]")
    assert conversation.place == "send_by_post.finished"
    (now,) = orders(conversation)
    assert changed(now.draft)
    assert (now.number, now.state, now.draft.quote) == (kept.number, "confirmed", kept.draft.quote)


def test_a_move_out_of_the_table_is_asked_about_by_a_person_again(conversation):
    kept = order(conversation)
    play(conversation, spoken(kept.number), "[Đổi địa chỉ]", FAR)
    assert conversation.place == "send_by_post.no_price"
    play(conversation, "[Ghi đơn, cán bộ hỏi rồi gọi báo]", "[Đúng, ghi đơn]")
    (now,) = orders(conversation)
    assert (now.state, now.draft.quote) == ("asked", None)
    assert "báo cước" in conversation.text


def test_a_move_into_the_table_is_priced(conversation):
    kept = order(conversation, *TO_THE_REVIEW[:-4], FAR, "[Không ai thay]", "[Không thuộc diện nào]", "[Buổi sáng]", "1")
    assert kept.state == "asked"
    play(conversation, spoken(kept.number), "[Đổi địa chỉ]", NEAR, "[Đúng, ghi đơn]")
    (now,) = orders(conversation)
    assert (now.state, now.draft.quote.amount) == ("confirmed", 26_000)


def test_a_price_that_a_person_settled_stays_with_another_phone(conversation):
    kept = order(conversation, *TO_THE_REVIEW[:-4], FAR, "[Không ai thay]", "[Không thuộc diện nào]", "[Buổi sáng]", "1")
    settled = Quote(52_000, 52_000, "liên tỉnh", 100, "03/BĐ-MẪU", date(2026, 6, 1))
    with conversation.application.store.writing() as repositories:
        assert repositories.post.confirm(kept.number, settled)
    play(conversation, spoken(kept.number), "[Đổi số điện thoại]", "0987 654 321")
    assert "52.000 đồng" in conversation.text
    play(conversation, "[Đúng, ghi đơn]")
    (now,) = orders(conversation)
    assert (now.state, now.draft.quote, now.draft.recipient.phone) == ("confirmed", settled, "0987 654 321")


def test_cancelled_after_a_yes_only(conversation):
    kept = order(conversation)
    play(conversation, spoken(kept.number), "[Hủy đơn này]", "[Không, giữ lại]")
    assert orders(conversation)[0].state == "confirmed"
    play(conversation, spoken(kept.number), "[Hủy đơn này]", "[Hủy đơn]")
    assert conversation.place == "my_posts.cancelled"
    assert orders(conversation)[0].state == "cancelled"
    play(conversation, *TO_THE_NAME)
    assert conversation.place == "send_by_post.name", "a cancelled one stands in nobody's way"


def test_of_two_that_belong_together_the_other_is_offered_too(conversation):
    play(
        conversation, "menu", "[Gửi, nhận giấy qua bưu điện]", "[Cả hai: lấy giấy, rồi giao kết quả]", *TO_THE_REVIEW[3:],
        "[Đúng, ghi đơn]", "[Không cần]",
    )
    brings, fetches = orders(conversation)
    play(conversation, spoken(fetches.number), "[Hủy đơn này]")
    assert f"Đơn đi cùng {spoken(brings.number)} vẫn giữ." in conversation.text
    play(conversation, "[Hủy đơn]", f"[Hủy luôn đơn {spoken(brings.number)}]", "[Hủy đơn]")
    assert {each.state for each in orders(conversation)} == {"cancelled"}


# -- after the hand-over --------------------------------------------------------------------------------------------------


def test_after_the_hand_over_it_is_a_persons_matter_under_its_number(conversation):
    kept = bring(conversation)
    handed_over(conversation)
    play(conversation, "hủy đơn bưu điện")
    assert conversation.place == "my_posts.too_late"
    assert "đã giao cho bưu điện" in conversation.text
    play(conversation, "[Nhờ cán bộ gọi lại]", "0912 345 678")
    (row,) = waiting_rows(conversation)
    assert (row["why"], row["about"]) == ("post", spoken(kept.number))
    assert orders(conversation)[0].state == "handed_over"


def test_a_cancel_that_loses_against_the_manifest_says_the_truth(conversation):
    kept = order(conversation)
    play(conversation, spoken(kept.number), "[Hủy đơn này]")
    with conversation.application.store.writing() as repositories:
        repositories.post.make_manifest(date(2026, 11, 21))
    play(conversation, "1")
    assert conversation.place == "my_posts.too_late"
    assert "không tự đổi hay hủy được nữa, vì đã giao cho bưu điện" in conversation.text
    assert orders(conversation)[0].state == "handed_over"


def test_a_change_that_loses_against_the_manifest_says_the_truth(conversation):
    kept = order(conversation)
    play(conversation, spoken(kept.number), "[Đổi số điện thoại]", "0987 654 321")
    with conversation.application.store.writing() as repositories:
        repositories.post.make_manifest(date(2026, 11, 21))
    play(conversation, "[Đúng, ghi đơn]")
    assert conversation.place == "send_by_post.too_late"
    assert orders(conversation)[0].draft.recipient.phone == "0912 345 678"


def test_a_try_in_vain_is_told_with_the_posts_reason_and_the_next_try(conversation):
    kept = bring(conversation)
    handed_over(conversation)
    told(conversation, kept.number, Event("failed", MONDAY, 1, "Nguyễn Thị Mẫu đi vắng", next_try=MONDAY + timedelta(days=2)))
    said = play(conversation, spoken(kept.number))
    assert "Bưu tá tới lần 1, thứ Hai 23/11/2026, chưa giao được." in said
    assert "Lý do bưu điện ghi: ••• đi vắng. Lần tới: thứ Tư 25/11/2026." in said
    assert "Nguyễn Thị Mẫu" not in said


def test_proof_of_delivery_and_what_to_do_where_nothing_came(conversation):
    kept = bring(conversation)
    handed_over(conversation)
    told(conversation, kept.number, Event("delivered", MONDAY, 1, receiver="Trần Văn Mẫu"))
    said = play(conversation, spoken(kept.number))
    assert conversation.place == "my_posts.standing"
    assert "Đã giao, thứ Hai 23/11/2026. Người ký nhận: T*** V** M**." in said
    play(conversation, "[Tôi chưa nhận được]", "0912 345 678")
    (row,) = waiting_rows(conversation)
    assert (row["why"], row["about"], row["words"]) == ("post", spoken(kept.number), "Tôi chưa nhận được")


def test_a_claim_can_be_a_complaint(conversation):
    kept = bring(conversation)
    handed_over(conversation)
    told(conversation, kept.number, Event("delivered", MONDAY, 1))
    said = play(conversation, spoken(kept.number))
    assert "Bưu điện chưa báo ai ký nhận." in said
    assert "Giấy nhận được bị hư" in labels(conversation)
    play(conversation, "[Phản ánh, góp ý]")
    assert conversation.place.startswith("complain.")


def test_back_at_the_counter_says_where_and_when_it_is_open(conversation):
    kept = bring(conversation)
    handed_over(conversation)
    told(conversation, kept.number, Event("returned", MONDAY, 0, "Sai địa chỉ"))
    said = play(conversation, spoken(kept.number))
    assert "Bưu điện đã trả giấy về quầy, thứ Hai 23/11/2026. Lý do bưu điện ghi: Sai địa chỉ." in said
    assert "Lấy tại Trung tâm Phục vụ hành chính công xã Mẫu Một" in said
    assert "Gần nhất: thứ Bảy 21/11/2026" in said


def test_the_state_of_an_order_that_fetches_is_told_as_such(conversation):
    kept = order(conversation)
    handed_over(conversation)
    told(conversation, kept.number, Event("fetched", MONDAY))
    assert "Bưu điện đã lấy giấy ở nhà, thứ Hai 23/11/2026." in play(conversation, spoken(kept.number))
    assert "Giấy gửi đi bị hư" in labels(conversation)
