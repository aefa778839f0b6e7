"""One's visits: seen, cancelled, moved; the reminder follows, and nobody else's ticket opens anything."""

from datetime import timedelta

from tests.conversations.test_book_visit import EVE_OF_THURSDAY, book, live, play, ticket_told

SPOKEN = "8 giờ 30 sáng, thứ Năm 26/11/2026"


def spoken(ticket: str) -> str:
    return f"{ticket[:3]}-{ticket[3:]}"


def test_a_visit_is_cancelled_by_words_and_digits(conversation):
    ticket = book(conversation)
    conversation(f"""
        citizen: huy lich
        bot: Lịch hẹn của anh/chị: [{SPOKEN}, số hẹn {spoken(ticket)}]
        citizen: 1
        bot: Hủy lịch {SPOKEN}, số hẹn {spoken(ticket)}, đúng không? [Hủy] [Không, giữ lại]
        citizen: 1
        bot: Đã hủy lịch {SPOKEN}, số hẹn {spoken(ticket)}. Cảm ơn anh/chị … [Đặt lịch] [Về đầu] …
    """)
    assert live(conversation) == []


def test_the_reminder_of_a_cancelled_visit_is_never_said(conversation):
    book(conversation)
    play(conversation, "hủy lịch", "1", "1")
    assert conversation.place == "my_visits.cancelled"
    assert conversation.at(EVE_OF_THURSDAY + timedelta(hours=1)) == []


def test_no_keeps_it(conversation):
    book(conversation)
    play(conversation, "hủy lịch", "1", "không")
    assert conversation.place == "my_visits.kept"
    assert len(live(conversation)) == 1


def test_the_ticket_read_aloud_names_the_visit(conversation):
    ticket = book(conversation)
    play(conversation, "hủy lịch", spoken(ticket).lower())
    assert conversation.place == "my_visits.sure"


def test_somebody_elses_ticket_opens_nothing(conversation):
    ticket = book(conversation)
    conversation.user = "neighbour"
    book(conversation, hour="9h", name="Trần Mẫu")
    play(conversation, "hủy lịch", ticket)
    assert conversation.place == "my_visits.visit"
    assert "không phải của cuộc nhắn tin này" in conversation.text
    conversation.user = "me"
    assert [each.ticket for each in live(conversation)] == [ticket]


def test_a_visit_is_moved_without_being_asked_for_anything_known(conversation):
    old = book(conversation)
    play(conversation, "dời lịch sang 27/11", "1")
    assert conversation.place == "my_visits.wish"
    play(conversation, "2", "1", "9h")
    assert conversation.place == "book_visit.review"
    assert "Nguyễn Thị Mẫu, 9 giờ sáng, thứ Sáu 27/11/2026" in conversation.text
    conversation.say("1")
    assert conversation.text.startswith("Đã dời: 9 giờ sáng, thứ Sáu 27/11/2026")
    new = ticket_told(conversation)
    assert new != old
    assert [(each.ticket, each.procedure) for each in live(conversation)] == [(new, "1.001193")]


def test_a_moved_visit_is_reminded_of_on_its_new_eve_only(conversation):
    book(conversation)
    play(conversation, "dời lịch sang 27/11", "1", "2", "1", "9h", "1")
    assert conversation.place == "book_visit.booked"
    assert conversation.at(EVE_OF_THURSDAY + timedelta(hours=1)) == []
    (notice,) = conversation.at(EVE_OF_THURSDAY + timedelta(days=1))
    assert "9 giờ sáng, thứ Sáu 27/11/2026" in notice.text


def test_leaving_a_move_half_way_keeps_the_old_visit(conversation):
    ticket = book(conversation)
    play(conversation, "dời lịch", "1", "2", "27/11", "1", "9h", "hủy")
    assert [each.ticket for each in live(conversation)] == [ticket]


def test_without_a_visit_that_is_said_with_a_way_on(conversation):
    conversation("""
        citizen: huy lich hen
        bot: Cuộc nhắn tin này chưa có lịch hẹn nào sắp tới. … gọi 0298 0000 000. [Đặt lịch] [Về đầu]
    """)


def test_the_button_under_the_ticket_leads_to_that_visit(conversation):
    book(conversation)
    conversation.press("Hủy hoặc dời lịch")
    assert conversation.place == "my_visits.wish"
    assert [choice.label for choice in conversation.last[0].choices] == ["Hủy lịch này", "Dời sang giờ khác", "Giữ nguyên"]


def test_a_visit_that_is_over_cannot_be_cancelled(conversation, later):
    book(conversation)
    play(conversation, "hủy lịch", "1")
    conversation.at(later(days=6))
    conversation.say("1")
    assert conversation.place == "my_visits.gone"
