"""A visit booked by digits or in words: no hour that cannot be had is offered, and every promise is kept once."""

import re
from datetime import date, datetime, timedelta

import pytest

from bot.appointments.rules import day_bounds, free_starts
from bot.clock import aware
from bot.short_codes import read_code

MONDAY, THURSDAY = date(2026, 11, 23), date(2026, 11, 26)
EVE_OF_THURSDAY = aware(datetime(2026, 11, 25, 17))
FIRST_OFFICE = "xa_mau_mot"


def ticket_told(conversation) -> str:
    spoken = re.search(r"H\d\d-\d{3}[A-Z]", conversation.text)
    assert spoken, conversation.text
    ticket = read_code(spoken[0])
    assert ticket, spoken[0]
    return ticket


def hours_shown(conversation) -> list[str]:
    return [choice.label for choice in conversation.last[-1].choices if "giờ" in choice.label]


def play(conversation, *said: str) -> None:
    for words in said:
        conversation.say(words)


def book(conversation, *, day: str = "26/11", hour: str = "8h30", name: str = "Nguyễn Thị Mẫu") -> str:
    """A visit for a birth registration at the first office, as a citizen books it; the ticket."""
    play(conversation, "dat lich lam khai sinh cho con", "1", day)
    if conversation.place == "book_visit.half":
        conversation.say("1")
    play(conversation, hour, name, "1")
    assert conversation.place == "book_visit.booked", conversation.text
    return ticket_told(conversation)


def fill(conversation, day: date, counters: tuple[str, ...] | None = None, but: int = 0) -> None:
    """Others take every seat of *day* at the first office, but for the last *but* starts."""
    speaker, conversation.user = conversation.user, "others"
    conversation.say("xin chao")
    citizen, now, office = conversation.citizen, conversation.clock.now(), conversation.application.town.office(FIRST_OFFICE)
    chosen = [each for each in office.counters if counters is None or each.id in counters]
    with conversation.application.store.writing() as repositories:
        while True:
            taken = repositories.appointments.taken(FIRST_OFFICE, *day_bounds(day, day))
            free = free_starts(office, conversation.application.knowledge.calendar, chosen, day, taken, now)
            wanted = [start for start in free if start not in free[len(free) - but:]] if but else free
            if not wanted:
                break
            for start in wanted:
                assert repositories.appointments.hold(citizen, start, "", now + timedelta(days=30))
    conversation.user = speaker


def live(conversation) -> list:
    with conversation.repositories() as repositories:
        return list(repositories.appointments.live_of(conversation.citizen))


# -- from beginning to end ------------------------------------------------------------------------------------------------


def test_by_digits_only_from_the_menu_to_a_ticket(conversation):
    conversation("""
        citizen: menu
        bot: … [Đặt lịch đến nộp]
        citizen: 3
        bot: Anh/chị muốn đến nơi nào? [Trung tâm Phục vụ hành chính công xã Mẫu Một] …
        citizen: 1
        bot: Anh/chị đến làm việc gì? … [Quầy 1: Hộ tịch, Chứng thực, Nuôi con nuôi] …
        citizen: 1
        bot: Anh/chị đến ngày nào? … 1. thứ Bảy 21/11
            2. thứ Hai 23/11
            3. thứ Tư 25/11 …
        citizen: 2
        bot: Anh/chị đi buổi nào? [Sáng] [Chiều]
        citizen: 2
        bot: Chiều thứ Hai 23/11/2026 còn các giờ dưới đây. … 1. 1 giờ 30 … [Ngày khác]
        citizen: 1
        bot: Em giữ 1 giờ 30 chiều cho anh/chị trong 10 phút. Anh/chị cho xin họ tên người sẽ đến, để gọi số. Tên này 90 ngày …
        citizen: Nguyễn Thị Mẫu
        bot: Nguyễn Thị Mẫu, 1 giờ 30 chiều, thứ Hai 23/11/2026, tại Trung tâm Phục vụ hành chính công xã Mẫu Một.
            Việc: Quầy 1. Đúng chưa? [Đúng, đặt luôn] [Chọn lại]
        citizen: 1
        bot: Đã đặt: 1 giờ 30 chiều, thứ Hai 23/11/2026, tại Trung tâm Phục vụ hành chính công xã Mẫu Một, Số 1 đường Mẫu, …
            Số hẹn: H… Đến quầy đọc số này. … [Hủy hoặc dời lịch] [Về đầu] … dữ liệu mẫu …
    """)
    ticket = ticket_told(conversation)
    assert [(each.ticket, each.state, each.name) for each in live(conversation)] == [(ticket, "confirmed", "Nguyễn Thị Mẫu")]


def test_the_procedure_in_hand_is_booked_and_said(conversation):
    conversation.say("khai sinh cho con can gi")
    conversation.press("Đặt lịch")
    conversation.say("1")
    assert 'Đặt lịch cho việc "Khai sinh cho con".' in conversation.text
    assert conversation.place == "book_visit.day"
    play(conversation, "26/11", "1", "1", "Nguyễn Thị Mẫu", "1")
    assert "Việc: Khai sinh cho con." in conversation.text
    assert "Kiểm xem đủ giấy chưa" in [choice.label for choice in conversation.last[0].choices]


def test_what_for_may_be_typed_where_the_counter_is_asked(conversation):
    play(conversation, "dat lich", "1", "giay doc than")
    assert conversation.place == "book_visit.day"
    assert 'Đặt lịch cho việc "Giấy độc thân".' in conversation.text
    play(conversation, "26/11", "1", "1", "Nguyễn Thị Mẫu", "1")
    assert [(each.procedure, each.start.counter) for each in live(conversation)] == [("1.004873", "q1")]


def test_day_and_hour_said_at_once_are_not_asked_again(conversation):
    play(conversation, "dat lich lam khai sinh cho con 9h sang thu 5 tuan sau", "1")
    assert conversation.place == "book_visit.name"
    assert "9 giờ sáng" in conversation.text


def test_an_hour_said_with_the_day_is_not_asked_again(conversation):
    play(conversation, "dat lich lam khai sinh cho con", "1", "9h sang thu 5 tuan sau")
    assert conversation.place == "book_visit.name"
    assert "9 giờ sáng" in conversation.text


def test_what_is_not_done_at_the_counters_is_not_booked(conversation):
    play(conversation, "đặt lịch đổi bằng lái xe", "1")
    assert conversation.place == "book_visit.not_here"
    assert "Nộp ở đâu" in [choice.label for choice in conversation.last[0].choices]


# -- the day --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked_for_the_day(conversation):
    play(conversation, "dat lich lam khai sinh cho con", "1")
    assert conversation.place == "book_visit.day"
    return conversation


@pytest.mark.parametrize("words", ["thứ 5 tuần sau", "thu 5 tuan sau", "26/11", "ngày 26 tháng 11", "thu nam 26/11", "26-11-2026"])
def test_a_day_typed_in_words_is_taken(asked_for_the_day, words):
    asked_for_the_day.say(words)
    assert asked_for_the_day.place == "book_visit.half"
    asked_for_the_day.say("1")
    assert "Sáng thứ Năm 26/11/2026" in asked_for_the_day.text


@pytest.mark.parametrize(("words", "told"), [
    ("20/11", "Thứ Sáu 20/11/2026 đã qua"), ("hom qua", "Ngày đó đã qua"), ("31/2", "không có trong lịch"),
    ("30/2", "không có trong lịch"), ("22/11", "Chủ nhật 22/11/2026 không làm việc."), ("chủ nhật", "Chủ nhật 22/11/2026 không làm việc."),
    ("mai", "Chủ nhật 22/11/2026 không làm việc."), ("24/11", "Thứ Ba 24/11/2026 chưa chốt có nghỉ hay không, nên chưa nhận hẹn."),
    ("30/12", "Thứ Tư 30/12/2026 còn xa quá"), ("thứ 2 " "ngày 26/11", "đọc chưa ra"),
])
def test_a_day_that_cannot_be_had_is_named_with_the_reason_and_others_are_offered(asked_for_the_day, words, told):
    asked_for_the_day.say(words)
    assert told in asked_for_the_day.text
    assert asked_for_the_day.place == "book_visit.day"
    assert "thứ Hai 23/11" in [choice.label for choice in asked_for_the_day.last[0].choices]


@pytest.mark.parametrize(("words", "told"), [
    ("đặt lịch làm khai sinh cho con ngày 24/11", "chưa chốt có nghỉ hay không"),
    ("đặt lịch làm khai sinh cho con ngày 20/11", "đã qua"), ("đặt lịch làm khai sinh cho con ngày 31/2", "không có trong lịch"),
    ("đặt lịch chủ nhật làm khai sinh cho con", "không làm việc"),
])
def test_a_day_said_at_the_very_beginning_is_answered_alike(conversation, words, told):
    play(conversation, words, "1")
    assert conversation.place == "book_visit.day"
    assert told in conversation.text


def test_the_unsettled_day_is_never_offered(asked_for_the_day):
    assert not any("24/11" in choice.label for choice in asked_for_the_day.last[0].choices)


def test_a_full_day_is_said_and_is_not_in_the_list(conversation):
    fill(conversation, MONDAY)
    play(conversation, "dat lich lam khai sinh cho con", "1")
    assert not any("23/11" in choice.label for choice in conversation.last[0].choices)
    conversation.say("23/11")
    assert "Thứ Hai 23/11/2026 đã kín chỗ." in conversation.text
    assert conversation.place == "book_visit.day"


def test_a_day_that_fills_up_meanwhile_leads_back_to_another_day(asked_for_the_day):
    fill(asked_for_the_day, MONDAY)
    asked_for_the_day.say("2")
    assert [message.step for message in asked_for_the_day.last] == ["day_filled", "day"]
    assert not any("23/11" in choice.label for choice in asked_for_the_day.last[-1].choices)


def test_a_month_without_a_seat_is_no_dead_end(conversation):
    for ahead in range(32):
        day = date(2026, 11, 21) + timedelta(days=ahead)
        fill(conversation, day, ("q3",))
    play(conversation, "dat lich", "1", "3")
    assert conversation.place == "book_visit.no_days"
    assert "0298 0000 000" in conversation.text
    assert "Nhờ cán bộ gọi lại" in [choice.label for choice in conversation.last[0].choices]


def test_a_clear_question_that_names_a_day_is_answered_as_a_question(asked_for_the_day):
    asked_for_the_day.say("dang ky ket hon ngay 26/11 can giay to gi")
    assert asked_for_the_day.place == "find_procedure.answer"
    assert "Trở lại: Đặt lịch đến nộp" in [choice.label for choice in asked_for_the_day.last[0].choices]


# -- the hour -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked_for_the_hour(asked_for_the_day):
    play(asked_for_the_day, "26/11", "1")
    assert asked_for_the_day.place == "book_visit.hour"
    return asked_for_the_day


def test_eight_in_a_list_of_hours_is_read_back(asked_for_the_hour):
    asked_for_the_hour("""
        citizen: 8
        bot: 8 giờ sáng, đúng không? [Đúng] [Chọn lại]
        citizen: 2
        bot: Sáng thứ Năm 26/11/2026 còn các giờ …
        citizen: 8
        bot: 8 giờ sáng, đúng không? …
        citizen: đúng rồi
        bot: Em giữ 8 giờ sáng cho anh/chị trong 10 phút. …
    """)


@pytest.mark.parametrize("words", ["8h", "8 giờ", "8h sáng", "8g00", "luc 8 gio"])
def test_an_hour_in_words_is_the_hour(asked_for_the_hour, words):
    asked_for_the_hour.say(words)
    assert asked_for_the_hour.place == "book_visit.name"
    assert "8 giờ sáng" in asked_for_the_hour.text


def test_an_hour_of_the_afternoon_is_meant_where_only_that_is_open(asked_for_the_hour):
    asked_for_the_hour.say("2h")
    assert "Em giữ 2 giờ chiều" in asked_for_the_hour.text


def test_an_hour_between_two_starts_is_read_back_as_the_nearer_one(asked_for_the_hour):
    asked_for_the_hour.say("8h10")
    assert "8 giờ 15 sáng, đúng không?" in asked_for_the_hour.text
    assert asked_for_the_hour.place == "book_visit.hour"


@pytest.mark.parametrize(("words", "told"), [("12h", "12 giờ trưa không phải giờ làm việc."), ("6h sáng", "không phải giờ làm việc."),
                                             ("7h tối", "không phải giờ làm việc.")])
def test_lunch_and_closed_hours_are_said_to_be_closed(asked_for_the_hour, words, told):
    asked_for_the_hour.say(words)
    assert told in asked_for_the_hour.text
    assert hours_shown(asked_for_the_hour)


def test_an_hour_that_is_taken_is_said_to_be_taken(conversation):
    fill(conversation, THURSDAY, but=3)
    play(conversation, "dat lich lam khai sinh cho con", "1", "26/11", "9h")
    assert "9 giờ sáng không còn chỗ." in conversation.text
    assert hours_shown(conversation) == ["4 giờ 15 chiều", "4 giờ 30 chiều", "4 giờ 45 chiều"]


@pytest.mark.parametrize("words", ["13", "20", "47"])
def test_a_number_that_is_no_hour_of_the_day_is_answered_with_the_list(asked_for_the_hour, words):
    asked_for_the_hour.say(words)
    assert asked_for_the_hour.place == "book_visit.hour"
    assert hours_shown(asked_for_the_hour)


def test_another_day_is_the_last_line(asked_for_the_hour):
    asked_for_the_hour.press("Ngày khác")
    assert asked_for_the_hour.place == "book_visit.day"


def test_no_hour_of_lunch_or_of_the_next_half_hour_is_offered(conversation):
    """It is nine: 9:15 is too soon."""
    play(conversation, "dat lich lam khai sinh cho con", "1", "21/11")
    shown = hours_shown(conversation)
    assert shown[0] == "9 giờ 30"
    assert shown[-1] == "11 giờ 15"


# -- hold, name, confirm --------------------------------------------------------------------------------------------------


@pytest.fixture
def asked_for_the_name(asked_for_the_hour):
    asked_for_the_hour.say("8h30")
    assert asked_for_the_hour.place == "book_visit.name"
    return asked_for_the_hour


def test_a_hold_lapses_after_ten_minutes_and_is_said(asked_for_the_name, later):
    asked_for_the_name.at(later(minutes=11))
    play(asked_for_the_name, "Nguyễn Thị Mẫu", "1")
    assert [message.step for message in asked_for_the_name.last] == ["lapsed", "hour"]
    assert "Giờ giữ chỗ 10 phút đã hết, chưa đặt được." in asked_for_the_name.text
    asked_for_the_name.say("8h30")
    assert asked_for_the_name.place == "book_visit.review", "the name is known"
    asked_for_the_name.say("1")
    assert asked_for_the_name.place == "book_visit.booked"


def test_within_ten_minutes_the_seat_is_kept(asked_for_the_name, later):
    asked_for_the_name.at(later(minutes=9))
    play(asked_for_the_name, "Nguyễn Thị Mẫu", "1")
    assert asked_for_the_name.place == "book_visit.booked"


def test_two_citizens_want_one_seat_and_the_second_is_told(conversation):
    """Both looked at the same list; the counter has one seat."""
    conversation.say("dat lich")
    play(conversation, "1", "2", "23/11", "1")
    conversation.user = "neighbour"
    play(conversation, "dat lich", "1", "2", "23/11", "1")
    wanted = hours_shown(conversation)[0]
    conversation.say("1")
    assert conversation.place == "book_visit.name"
    conversation.user = "me"
    conversation.say("1")
    assert [message.step for message in conversation.last] == ["taken", "hour"]
    assert conversation.last[0].text == "Giờ đó vừa có người đặt."
    assert wanted not in hours_shown(conversation)


def test_leaving_gives_the_seat_back(asked_for_the_name):
    assert len(live(asked_for_the_name)) == 1
    asked_for_the_name.say("hủy")
    assert live(asked_for_the_name) == []
    assert "Đã bỏ ngang" in asked_for_the_name.text


def test_choosing_again_gives_the_first_seat_back(asked_for_the_name):
    play(asked_for_the_name, "Nguyễn Thị Mẫu", "2")
    assert asked_for_the_name.place == "book_visit.day"
    play(asked_for_the_name, "27/11", "1", "8h30")
    assert len(live(asked_for_the_name)) == 1


def test_the_purpose_and_how_long_are_said_before_the_name(asked_for_the_name):
    assert "để gọi số" in asked_for_the_name.text
    assert "90 ngày sau buổi hẹn sẽ xóa" in asked_for_the_name.text


@pytest.mark.parametrize("words", ["8", "1", "0912345678", "???"])
def test_a_number_is_no_name(asked_for_the_name, words):
    asked_for_the_name.say(words)
    assert asked_for_the_name.place == "book_visit.name"
    assert "họ tên" in asked_for_the_name.text


def test_one_live_booking_for_a_person_and_procedure(conversation):
    """Said before a day and an hour are asked for in vain."""
    book(conversation)
    play(conversation, "dat lich lam khai sinh cho con", "1")
    assert conversation.place == "book_visit.already"
    assert "Hủy hoặc dời lịch" in [choice.label for choice in conversation.last[0].choices]
    assert len(live(conversation)) == 1


def test_another_procedure_may_be_booked_beside_it(conversation):
    book(conversation)
    play(conversation, "dat lich lam giay doc than", "1", "27/11", "1", "8h30", "Nguyễn Thị Mẫu", "1")
    assert conversation.place == "book_visit.booked"
    assert len(live(conversation)) == 2


# -- the reminder ---------------------------------------------------------------------------------------------------------


def test_the_eve_of_the_visit_is_said_once(conversation):
    ticket = book(conversation)
    assert conversation.at(EVE_OF_THURSDAY - timedelta(minutes=1)) == []
    (notice,) = conversation.at(EVE_OF_THURSDAY)
    assert notice.kind == "notice"
    assert notice.text.startswith("Nhắc lịch: 8 giờ 30 sáng, thứ Năm 26/11/2026, tại Trung tâm")
    assert ticket_told(conversation) == ticket
    assert conversation.at(EVE_OF_THURSDAY + timedelta(hours=20)) == []


def test_a_visit_too_soon_for_an_eve_has_no_reminder(conversation, later):
    book(conversation, day="21/11", hour="10h30")
    assert conversation.at(later(days=7)) == []
