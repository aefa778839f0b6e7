"""What who ordered the post hears unasked, once, by day, with names masked."""

from datetime import date, datetime, timedelta

import pytest

from bot.clock import aware
from bot.dialogue.messages import as_plain_text
from bot.postal.model import Event
from bot.postal.prices import Quote
from bot.short_codes import spoken
from tests.conversations.posting import FAR, TO_THE_REVIEW, handed_over, notices, order, orders, told, town_with
from tests.conversations.test_my_posts import bring

MONDAY = date(2026, 11, 23)
CHEERFUL = ("chúc", "vui", "!", "cảm ơn")


@pytest.fixture(autouse=True)
def _town(conversation, knowledge):
    town_with(conversation, knowledge)


def test_the_hand_over_is_told_with_what_is_no_longer_possible(conversation):
    kept = bring(conversation)
    (said,) = handed_over(conversation)
    assert f"Đơn {spoken(kept.number)}, bưu điện giao kết quả tận nhà: Đã giao cho bưu điện, thứ Bảy 21/11/2026." in said
    assert "đổi hay hủy phải qua bưu điện" in said


@pytest.mark.parametrize(("event", "expected"), [
    (Event("out_for_delivery", MONDAY, 1), "Bưu tá đang đi giao lần 1, thứ Hai 23/11/2026."),
    (Event("delivered", MONDAY, 1, receiver="Trần Văn Mẫu"), "Đã giao, thứ Hai 23/11/2026. Người ký nhận: T*** V** M**."),
    (Event("failed", MONDAY, 1, "Không có người nhận", next_try=MONDAY + timedelta(days=1)), "Lần tới: thứ Ba 24/11/2026."),
    (Event("failed", MONDAY, 2), "Bưu điện chưa ghi lý do. Bưu điện chưa báo lần tới."),
    (Event("returned", MONDAY, 0, "Hết hạn giữ"), "Lấy tại Trung tâm Phục vụ hành chính công xã Mẫu Một"),
])
def test_what_happens_to_a_result_is_told(conversation, event, expected):
    kept = bring(conversation)
    handed_over(conversation)
    (said,) = told(conversation, kept.number, event)
    assert expected in said
    assert spoken(kept.number) in said
    assert "Trần Văn Mẫu" not in said
    if event.state in ("failed", "returned"):
        assert not [word for word in CHEERFUL if word in said.casefold()]


@pytest.mark.parametrize(("event", "expected"), [
    (Event("fetched", MONDAY), "Bưu điện đã lấy giấy ở nhà, thứ Hai 23/11/2026."),
    (Event("failed", MONDAY, 1, "Không ai ở nhà"), "chưa lấy được giấy. Lý do bưu điện ghi: Không ai ở nhà."),
    (Event("cancelled", MONDAY), "đơn không làm được."),
])
def test_what_happens_to_papers_that_are_fetched_is_told(conversation, event, expected):
    kept = order(conversation)
    handed_over(conversation)
    (said,) = told(conversation, kept.number, event)
    assert expected in said


def test_the_way_between_post_offices_is_not_told(conversation):
    kept = bring(conversation)
    handed_over(conversation)
    assert told(conversation, kept.number, Event("in_transit", MONDAY), "EB123456785VN") == []


def test_the_name_in_a_reason_is_hidden(conversation):
    kept = bring(conversation)
    handed_over(conversation)
    (said,) = told(conversation, kept.number, Event("failed", MONDAY, 1, "nguyễn thị mẫu hẹn ngày khác"))
    assert "Lý do bưu điện ghi: ••• hẹn ngày khác." in said


def test_the_same_event_is_told_once_and_the_next_try_again(conversation):
    kept = bring(conversation)
    handed_over(conversation)
    event = Event("failed", MONDAY, 1)
    assert len(told(conversation, kept.number, event)) == 1
    with conversation.application.store.writing() as repositories:
        assert notices(conversation, repositories).hear(repositories.post.get(kept.number), event) is False
    assert conversation.at(conversation.clock.now()) == []
    assert len(told(conversation, kept.number, Event("failed", MONDAY, 2))) == 1


def test_at_night_it_waits_for_the_morning_and_what_is_true_no_longer_is_taken_back(conversation):
    kept = bring(conversation)
    handed_over(conversation)
    conversation.at(aware(datetime(2026, 11, 23, 22)))
    assert told(conversation, kept.number, Event("out_for_delivery", MONDAY, 1)) == []
    assert told(conversation, kept.number, Event("delivered", MONDAY, 1, receiver="Trần Văn Mẫu")) == []
    said = [as_plain_text(each) for each in conversation.at(aware(datetime(2026, 11, 24, 7)))]
    assert len(said) == 1
    assert "Đã giao" in said[0]


def test_a_price_that_a_person_settled_is_told_with_its_decision(conversation):
    kept = order(conversation, *TO_THE_REVIEW[:-4], FAR, "[Không ai thay]", "[Không thuộc diện nào]", "[Buổi sáng]", "1")
    settled = Quote(52_000, 52_000, "liên tỉnh", 100, "03/BĐ-MẪU", date(2026, 6, 1))
    with conversation.application.store.writing() as repositories:
        assert repositories.post.confirm(kept.number, settled)
        assert notices(conversation, repositories).confirmed(repositories.post.get(kept.number))
    (said,) = conversation.at(conversation.clock.now())
    assert "Cước 52.000 đồng một lượt" in said.text
    assert "03/BĐ-MẪU ngày 01/06/2026" in said.text
    assert (said.kind, said.once, said.flow) == ("notice", True, "post_notices")
    assert orders(conversation)[0].state == "confirmed"
