"""One's own data: seen, erased, consent taken back, corrected; what a person must do is a row with a date."""

import re

from bot.postal.model import Address, Draft, Recipient, Unit
from bot.short_codes import read_code, spoken
from tests.conversations.test_book_visit import EVE_OF_THURSDAY, book, live, play
from tests.conversations.test_call_back import waiting_rows


def request_told(conversation) -> str:
    spoken = re.search(r"T\d\d-\d{3}[A-Z]", conversation.text)
    assert spoken, conversation.text
    assert read_code(spoken[0])
    return spoken[0]


def held(conversation) -> str:
    with conversation.repositories() as repositories:
        return str(repositories.privacy.held(conversation.citizen))


def leave_traces(conversation) -> None:
    """A name, a phone, a complaint, ticks, a look-up."""
    book(conversation)
    play(conversation, "gặp cán bộ", "0912345678", "Tôi muốn phản ánh quầy 2 làm chậm quá", "1", "1", "H20.14-261102-0007", "6789")
    conversation.say("khai sinh cho con can gi")
    conversation.press("Kiểm xem đủ giấy chưa")
    play(conversation, "1 3", "xong")
    assert "0912 345 678" in held(conversation)


def test_see_says_what_is_held_with_name_and_phone_half_hidden(conversation):
    leave_traces(conversation)
    conversation("""
        citizen: du lieu cua toi
        bot: Về dữ liệu của anh/chị ở đây, anh/chị muốn làm gì? [Coi đang giữ những gì] [Xóa hết] [Rút lại đồng ý] [Sửa cho đúng] …
        citizen: 1
        bot: Ở đây đang giữ về anh/chị: … Lịch hẹn: 1 … Nhờ gọi lại: 1 … Phản ánh: 1 … [Dữ liệu của tôi] [Về đầu] …
    """)
    assert "0912 345 678" not in conversation.text
    assert "Nguyễn Thị Mẫu" not in conversation.text
    assert "None" not in conversation.text


def test_erase_asks_first_and_leaves_no_name_no_phone_and_no_word(conversation):
    leave_traces(conversation)
    play(conversation, "xoa du lieu cua toi", "2")
    assert conversation.place == "my_data.sure"
    conversation.say("1")
    assert "chậm nhất thứ Ba 24/11/2026" in conversation.text
    request = request_told(conversation)
    left = held(conversation)
    for trace in ("0912", "Nguyễn", "Mẫu", "quầy 2 làm chậm", "H20.14-261102-0007", "khai sinh"):
        assert trace not in left, f"{trace} is still held: {left}"
    rows = waiting_rows(conversation)
    assert [(row["why"], row["id"], row["by"]) for row in rows if row["kind"] == "data_request"] == [
        ("erase", request, "2026-11-24T17:00+07:00")
    ]
    assert all("phone" not in row or not row["phone"] for row in rows)


def test_after_erasing_the_conversation_begins_anew(conversation):
    leave_traces(conversation)
    play(conversation, "xoa du lieu cua toi", "2", "1")
    conversation.say("còn lệ phí?")
    assert conversation.last[0].procedure is None


def test_what_is_told_of_a_visit_to_come_is_true(conversation):
    """The seat stays under its ticket, without a name, so that the desk can still receive the citizen."""
    book(conversation)
    play(conversation, "xoa du lieu cua toi", "2")
    assert "Lịch sắp tới giữ số hẹn, bỏ tên." in conversation.text
    conversation.say("1")
    assert [each.name for each in live(conversation)] == [None]
    notices = conversation.at(EVE_OF_THURSDAY)
    assert not any("Nguyễn" in notice.text for notice in notices)


def post_orders(conversation):
    """Two orders, the first of them with the post; their numbers."""
    conversation.say("xin chào")
    home = Address("12", None, None, Unit("30001", "Xã Mẫu"), Unit("87", "Tỉnh Mẫu"), None, "said")
    door = Recipient("Nguyễn Thị Mẫu", "0912 345 678", home)
    numbers = []
    with conversation.application.store.writing() as repositories:
        for service in ("bring", "fetch"):
            draft = Draft(conversation.citizen, service, "H20.14-261102-0007", None, door, None)
            numbers.append(repositories.post.keep(draft, "confirmed").number)
            if service == "bring":
                repositories.post.make_manifest(conversation.clock.now().date())
        repositories.post.remember(conversation.citizen, door)
    return numbers


def test_erasing_names_the_order_that_is_still_on_its_way_and_cancels_the_other(conversation):
    on_its_way, waits = post_orders(conversation)
    play(conversation, "xoa du lieu cua toi", "2")
    assert "Đơn bưu chính chưa giao bưu điện thì hủy luôn." in conversation.text
    conversation.say("1")
    assert f"trừ đơn bưu chính đang đi: {spoken(on_its_way)}." in conversation.text
    assert spoken(waits) not in conversation.text
    request_told(conversation)
    with conversation.repositories() as repositories:
        assert [each.number for each in repositories.post.of(conversation.citizen)] == [on_its_way]
        assert repositories.post.remembered(conversation.citizen) is None


def test_orders_of_the_post_are_seen_half_hidden_and_the_address_goes_with_the_consent(conversation):
    on_its_way, _ = post_orders(conversation)
    play(conversation, "dữ liệu của tôi", "1")
    assert f"Đơn bưu chính: 2. số {on_its_way}, người nhận" in conversation.text
    assert "Địa chỉ nhờ nhớ: 1." in conversation.text
    assert "Nguyễn Thị Mẫu" not in conversation.text
    assert "0912 345 678" not in conversation.text
    play(conversation, "dữ liệu của tôi", "3")
    assert "Địa chỉ nhờ nhớ, nếu có, cũng đã xóa." in conversation.text
    assert "post_address" not in held(conversation)


def test_no_keeps_everything(conversation):
    leave_traces(conversation)
    play(conversation, "xoa du lieu cua toi", "2", "không")
    assert conversation.place == "my_data.kept"
    assert "0912 345 678" in held(conversation)


def test_consent_taken_back_is_done_at_once(conversation):
    book(conversation)
    play(conversation, "dữ liệu của tôi", "3")
    assert conversation.place == "my_data.withdrawn"
    request_told(conversation)
    with conversation.repositories() as repositories:
        assert not repositories.privacy.told(conversation.citizen, "appointment")
    assert waiting_rows(conversation) == []


def test_a_correction_is_a_row_with_a_date(conversation):
    play(conversation, "dữ liệu của tôi", "4")
    request = request_told(conversation)
    assert "chậm nhất thứ Ba 24/11/2026" in conversation.text
    assert "0298 0000 000" in conversation.text
    assert [(row["why"], row["id"]) for row in waiting_rows(conversation)] == [("correct", request)]


def test_who_has_said_nothing_else_hears_that_too(conversation):
    play(conversation, "dữ liệu của tôi", "1")
    assert conversation.place == "my_data.held"
    assert "Lịch hẹn" not in conversation.text


def test_not_understood_names_the_numbers(conversation):
    play(conversation, "dữ liệu của tôi", "hmm hmm")
    assert "bấm 1 để coi" in conversation.text
