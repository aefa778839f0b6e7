"""Telegram over a double of its Bot API: what comes in, what goes out, what goes wrong."""

import asyncio
import io
import json
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from PIL import Image
from telegram import Bot

from bot.channels.pace import Pace
from bot.channels.telegram.channel import LARGEST_PICTURE, MOST_A_SECOND, TelegramChannel, as_telegram
from bot.channels.telegram.labels import LONGEST_LABEL, button_labels
from bot.channels.telegram.wire import UnreadableUpdate, read_update
from bot.clock import SystemClock
from bot.dialogue.messages import Choice, Incoming, Outgoing, Ticket, from_json, to_json
from bot.notices.outbox import Blocked, NotSent, Row, Sent, Unknown
from bot.notices.tickets import ticket_entry, ticket_picture
from bot.pictures.model import Slip
from bot.server import telegram_account
from bot.settings import load_settings
from tests.channels.running import SECRET, Away, on_telegram, running
from tests.doubles.telegram_api import telegram_double

READER = Bot("42:AAtoken")
NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
TICKET = Ticket("H48-217K", "Khai sinh cho con", "Trung tâm xã Mẫu, số 1 đường Mẫu", datetime(2026, 11, 27, 1, 30, tzinfo=UTC), 15)


@pytest.fixture(scope="module")
def double():
    with telegram_double() as telegram:
        yield telegram


@pytest.fixture(scope="module")
def bot(double, tmp_path_factory):
    """One bot for most of the tests; each speaks in a chat of its own."""
    with running(tmp_path_factory.mktemp("telegram"), read_photo=seen, **on_telegram(double)) as up:
        yield up


@pytest.fixture
def chat(request):
    return 1_000 + abs(hash(request.node.name)) % 1_000_000


PICTURES = {}


def seen(data):
    """The reader of slips of these tests: tells what was put in for the picture."""
    return PICTURES.get(bytes(data), Slip("nothing"))


def said(double, chat):
    return [each.text for each in double.sent(chat)]


def calls(double, method, chat=None):
    """What the bot asked for, answered or not."""
    return [data for name, data in double.calls if name == method and chat in (None, int(data.get("chat_id", 0)))]


def until(true, seconds=10.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.01)


def settled(double, chat, seconds=10.0):
    """The last message of *chat*, after everything was taken."""
    double.wait(lambda: double.unconfirmed() == 0 and double.sent(chat), seconds)
    return double.sent(chat)[-1]


# -- reading an update --------------------------------------------------------------------------------------------------------


def message(**content):
    return {"update_id": 5, "message": {
        "message_id": 1, "date": 1_764_000_000, "chat": {"id": 7, "type": "private"},
        "from": {"id": 7, "is_bot": False, "first_name": "Lan"}, **content,
    }}


def size(name, width, **more):
    return {"file_id": name, "file_unique_id": name, "width": width, "height": width, **more}


FILE = {"file_id": "f", "file_unique_id": "f"}


@pytest.mark.parametrize(("content", "kind", "text"), [
    ({"text": "xin chào"}, "text", "xin chào"),
    ({"text": "/start"}, "text", "/start"),
    ({"text": "/start from-a-link"}, "text", "/start"),
    ({"photo": [size("small", 90), size("large", 900, file_size=5), size("middle", 300)], "caption": "giấy hẹn"}, "photo", ""),
    ({"document": FILE | {"mime_type": "image/jpeg", "file_name": "a.jpg"}}, "photo", ""),
    ({"document": FILE | {"mime_type": "application/pdf"}}, "other", ""),
    ({"voice": FILE | {"duration": 3}}, "voice", ""),
    ({"sticker": FILE | {"width": 9, "height": 9, "is_animated": False, "is_video": False, "type": "regular"}}, "sticker", ""),
    ({"location": {"latitude": 9.6, "longitude": 106.0}}, "other", ""),
    ({"contact": {"phone_number": "0298", "first_name": "A"}}, "other", ""),
])
def test_a_message_becomes_incoming(content, kind, text):
    heard = read_update(message(**content), READER, NOW)
    assert heard.incoming == Incoming("telegram", "42", "5", "7", kind, text, datetime.fromtimestamp(1_764_000_000, UTC))
    assert heard.pressed is None
    if "photo" in content:
        assert (heard.picture.file_id, heard.picture.size) == ("large", 5)


def test_a_press_becomes_a_choice():
    query = {"id": "q1", "from": {"id": 7, "is_bot": False, "first_name": "Lan"}, "chat_instance": "x", "data": "c3.1"}
    at_hand = query | {"message": message(text="list")["message"]}
    long_gone = query | {"message": {"message_id": 1, "date": 0, "chat": {"id": 7, "type": "private"}}}
    for each in (at_hand, long_gone, query):
        heard = read_update({"update_id": 6, "callback_query": each}, READER, NOW)
        assert heard.incoming == Incoming("telegram", "42", "6", "7", "choice", "c3.1", NOW)
        assert heard.pressed == "q1"


@pytest.mark.parametrize("update", [
    {"update_id": 1}, {"update_id": 1, "edited_message": message(text="a")["message"]}, message(new_chat_title="x"),
    message(text="a", chat={"id": -7, "type": "supergroup", "title": "G"}), {"update_id": 1, "a_kind_of_2030": {"x": 1}},
    message(text="a", **{"from": {"id": 8, "is_bot": True, "first_name": "B"}}),
])
def test_what_is_not_for_us_is_nothing(update):
    assert read_update(update, READER, NOW) is None


@pytest.mark.parametrize("update", [{}, {"update_id": 1, "message": 5}, {"update_id": 1, "message": {}}])
def test_what_cannot_be_read_says_only_that(update):
    with pytest.raises(UnreadableUpdate):
        read_update(update, READER, NOW)


# -- laying out a message -----------------------------------------------------------------------------------------------------


def test_choices_are_numbered_buttons_one_a_row():
    text, keyboard = as_telegram(Outgoing("Chọn:", (Choice("Một", "c1.1"), Choice("Hai", "c1.2")), tail="Nguồn.", hint="Bấm số."))
    assert text == "Chọn:\nNguồn.\nBấm số."
    assert [[(each.text, each.callback_data) for each in row] for row in keyboard.inline_keyboard] == [
        [("1. Một", "c1.1")], [("2. Hai", "c1.2")],
    ]


def test_a_label_that_a_button_cannot_show_stands_in_the_text():
    label = "Đăng ký khai sinh kết hợp đăng ký nhận cha, mẹ, con"
    text, keyboard = as_telegram(Outgoing("Chọn:", (Choice(label, "c1.1"), Choice("Hai", "c1.2"))))
    assert text == f"Chọn:\n1. {label}\n2. Hai"
    shown = keyboard.inline_keyboard[0][0].text
    assert shown.endswith("…")
    assert len(shown) <= LONGEST_LABEL


@pytest.mark.parametrize(("labels", "shown"), [
    (["Trung tâm Phục vụ hành chính công xã Mẫu Một", "Trung tâm Phục vụ hành chính công xã Mẫu Hai", "Bưu điện"],
     ["1. …Phục vụ hành chính công xã Mẫu Một", "2. …Phục vụ hành chính công xã Mẫu Hai", "3. Bưu điện"]),
    (["Cấp giấy phép xây dựng nhà ở riêng lẻ mới, chưa khởi công", "Cấp giấy phép xây dựng nhà ở riêng lẻ sửa chữa, cải tạo"],
     ["1. …nhà ở riêng lẻ mới, chưa khởi công", "2. …nhà ở riêng lẻ sửa chữa, cải tạo"]),
    (["Trung tâm Phục vụ hành chính công xã Mẫu Một"], ["1. Trung tâm Phục vụ hành chính công xã…"]),
    (["a" * 60, "a" * 60], [f"1. {'a' * 36}…", f"2. {'a' * 36}…"]),
    (["Một", "Hai"], ["1. Một", "2. Hai"]),
])
def test_labels_that_begin_alike_show_where_they_differ(labels, shown):
    assert button_labels(labels) == shown


@given(st.lists(st.text(alphabet="ab ồ", max_size=80), max_size=12))
def test_a_button_is_never_too_long_and_bears_its_number(labels):
    shown = button_labels(labels)
    assert all(len(each) <= LONGEST_LABEL and each.startswith(f"{number}. ") for number, each in enumerate(shown, start=1))


@pytest.mark.parametrize("value", ["", "ồ" * 22])
def test_a_value_that_no_button_holds_leaves_the_list(value):
    text, keyboard = as_telegram(Outgoing("Chọn:", (Choice("Một", value),)))
    assert (text, keyboard) == ("Chọn:\n1. Một", None)


def test_a_ticket_survives_the_outbox():
    whole = Outgoing("a", ticket=TICKET)
    assert from_json(json.loads(json.dumps(to_json(whole)))) == whole
    without = to_json(Outgoing("a"))
    del without["ticket"]
    assert from_json(without).ticket is None, "rows of the release before have none"


# -- the ticket's attachments -------------------------------------------------------------------------------------------------


def test_the_picture_reads_as_the_ticket():
    with Image.open(io.BytesIO(ticket_picture(TICKET))) as picture:
        assert [each.text for each in zxingcpp.read_barcodes(picture.convert("L"))] == ["H48217K"]


def test_the_entry_stands_at_the_visits_hour_in_viet_nam():
    calendar = Calendar.from_ical(ticket_entry(TICKET, NOW))
    [event] = calendar.walk("VEVENT")
    assert event.decoded("dtstart").isoformat() == "2026-11-27T08:30:00+07:00"
    assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(minutes=15)
    assert event["dtstart"].params["TZID"] == "Asia/Ho_Chi_Minh"
    assert event.decoded("dtstamp") == NOW
    assert str(event["uid"]) == "H48-217K@motcua"
    assert "Khai sinh cho con" in str(event["summary"])
    assert [each.decoded("trigger") for each in event.walk("VALARM")] == [timedelta(hours=-2)]


# -- pace -----------------------------------------------------------------------------------------------------------------------


def test_one_message_a_second_to_one_citizen():
    pace = Pace(timedelta(seconds=1), MOST_A_SECOND)
    assert pace.wait_until("7", NOW) is None
    assert pace.wait_until("7", NOW) == NOW + timedelta(seconds=1)
    later = NOW + timedelta(milliseconds=100)
    assert pace.wait_until("8", later) is None
    assert pace.wait_until("7", NOW + timedelta(seconds=1)) is None


def test_all_together_get_no_more_than_the_platform_takes():
    """Each is told once when its turn comes, and then goes."""
    pace, at = Pace(timedelta(seconds=1), MOST_A_SECOND), {}
    for peer in range(60):
        at[peer] = pace.wait_until(str(peer), NOW) or NOW
    assert sum(when < NOW + timedelta(seconds=0.99) for when in at.values()) <= MOST_A_SECOND
    for peer, when in at.items():
        if when > NOW:
            assert pace.wait_until(str(peer), when) is None


def test_without_spacing_only_what_the_platform_asked_for_is_waited_for():
    pace = Pace(timedelta(), MOST_A_SECOND)
    assert [pace.wait_until("7", NOW) for _ in range(100)] == [None] * 100
    pace.hold("7", NOW + timedelta(seconds=3))
    assert pace.wait_until("7", NOW) == NOW + timedelta(seconds=3)
    assert pace.wait_until("8", NOW) is None
    pace.hold_all(NOW + timedelta(seconds=9))
    assert pace.wait_until("8", NOW) == NOW + timedelta(seconds=9)
    assert pace.wait_until("7", NOW + timedelta(seconds=9)) is None


# -- conversations --------------------------------------------------------------------------------------------------------------


def test_a_question_is_answered_and_a_button_pressed(bot, double, chat):
    double.say(chat, "lam giay khai sinh cho con can gi")
    first = double.wait_sent(chat, 1)[0]
    assert "Khai sinh cho con" in first.text
    double.press(chat, first.labels[0])
    double.wait_sent(chat, 2)
    double.wait(lambda: not double.unanswered_queries())


def test_digits_answer_as_well(bot, double, chat):
    double.say(chat, "menu")
    double.wait_sent(chat, 1)
    double.say(chat, "5")
    double.wait_sent(chat, 2)
    assert "7 giờ 30" in said(double, chat)[1] or "địa chỉ" in said(double, chat)[1].lower()


def test_an_old_or_forged_button_gets_a_useful_screen_and_stops_turning(bot, double, chat):
    double.say(chat, "menu")
    double.wait_sent(chat, 1)
    double.press_data(chat, "c99.7")
    double.press_data(chat, "")
    double.wait_sent(chat, 3)
    assert double.labels(chat)
    double.wait(lambda: not double.unanswered_queries())


def test_a_query_too_old_to_answer_does_no_harm(bot, double, chat):
    double.say(chat, "menu")
    first = double.wait_sent(chat, 1)[0]
    double.hold()
    double.press(chat, first.labels[0])
    double.forget_queries()
    double.release()
    double.wait_sent(chat, 2)


def test_the_same_update_again_changes_nothing(bot, double, chat):
    double.say(chat, "menu")
    double.wait_sent(chat, 1)
    double.again()
    double.say(chat, "menu")
    double.wait_sent(chat, 2)
    time.sleep(0.3)
    assert len(double.sent(chat)) == 2


def test_what_cannot_be_read_does_not_stop_the_rest(bot, double, chat):
    double.hold()
    double.happens({"message": {"chat": {"id": chat}, "nonsense": True}})
    double.happens({"callback_query": {"id": 5}})
    double.say(chat, "menu")
    double.release()
    double.wait_sent(chat, 1)
    double.wait(lambda: double.unconfirmed() == 0)


def test_edits_groups_and_bots_are_left_alone(bot, double, chat):
    double.edit(chat, "menu")
    double.happens({"message": message(text="menu", chat={"id": -chat, "type": "group", "title": "G"})["message"]})
    double.say(chat, "menu")
    settled(double, chat)
    time.sleep(0.3)
    assert len(double.sent(chat)) == 1
    assert not double.sent(-chat)


@pytest.mark.parametrize("content", [
    {"voice": FILE | {"duration": 1}}, {"location": {"latitude": 1.0, "longitude": 2.0}},
    {"sticker": FILE | {"width": 9, "height": 9, "is_animated": False, "is_video": False, "type": "regular"}},
], ids=["voice", "location", "sticker"])
def test_silence_is_never_the_answer(bot, double, chat, content):
    double.send(chat, **content)
    assert double.wait_sent(chat, 1)[0].text


def jpeg(colour):
    picture = io.BytesIO()
    Image.new("RGB", (400, 300), colour).save(picture, "JPEG")
    return picture.getvalue()


def test_a_photo_of_the_slip_is_read_and_never_kept(bot, double, chat):
    picture = jpeg("red")
    PICTURES[picture] = Slip("code", "000.00.14.H20-261102-0007")
    double.photo(chat, picture)
    answer = double.wait_sent(chat, 1)[0]
    assert "H20" in answer.text
    assert calls(double, "sendChatAction", chat)


def test_a_photo_sent_as_a_file_is_read_too(bot, double, chat):
    picture = jpeg("green")
    PICTURES[picture] = Slip("id_card")
    double.document(chat, picture, "a.jpg", "image/jpeg")
    assert "căn cước" in double.wait_sent(chat, 1)[0].text


def test_a_photo_too_large_is_not_even_fetched(bot, double, chat):
    before = len(calls(double, "getFile"))
    double.send(chat, photo=[size("huge", 9_000, file_size=LARGEST_PICTURE + 1)])
    assert "nặng" in double.wait_sent(chat, 1)[0].text
    assert len(calls(double, "getFile")) == before


def test_a_photo_that_cannot_be_fetched_is_answered(bot, double, chat, caplog):
    double.fail(502, "getFile")
    double.photo(chat, jpeg("blue"))
    assert "không mở được" in double.wait_sent(chat, 1)[0].text
    assert double.token not in caplog.text


def test_what_is_written_after_a_photo_stays_after_it(bot, double, chat):
    picture = jpeg("white")
    PICTURES[picture] = Slip("code", "000.00.14.H20-261102-0007")
    double.fail("slow", "getFile", value=0.4)
    double.hold()
    double.photo(chat, picture)
    double.say(chat, "6789")
    double.release()
    double.wait_sent(chat, 2)
    first, second = said(double, chat)
    assert "4 số cuối" in first
    assert "4 số cuối" not in second
    assert "hồ sơ" in second


def book(double, chat):
    for line in ("dat lich lam giay khai sinh cho con", "1", "3", "1", "1", "Trần Văn Mẫu", "1"):
        count = len(double.sent(chat))
        double.say(chat, line)
        double.wait_sent(chat, count + 1)


def test_a_ticket_comes_with_its_picture_and_a_calendar_entry_once(bot, double, chat):
    book(double, chat)
    double.wait(lambda: [each.method for each in double.sent(chat)][-2:] == ["sendPhoto", "sendDocument"])
    ticket, picture, entry = double.sent(chat)[-3:]
    code = ticket.text.partition("Số hẹn: ")[2][:8]
    assert ticket.labels
    with Image.open(io.BytesIO(picture.file)) as opened:
        assert [each.text for each in zxingcpp.read_barcodes(opened.convert("L"))] == [code.replace("-", "")]
    assert (picture.text, entry.name) == (code, f"{code}.ics")
    assert Calendar.from_ical(entry.file).walk("VEVENT")


# -- what goes wrong on the way out ---------------------------------------------------------------------------------------------


def test_asked_to_wait_it_waits_and_the_message_comes_once(bot, double, chat):
    double.fail(429, chat=chat, value=1)
    begun = time.monotonic()
    double.say(chat, "menu")
    double.wait_sent(chat, 1)
    assert time.monotonic() - begun >= 0.9
    assert len(double.sent(chat)) == 1


def test_a_citizen_who_blocked_us_is_left_alone_until_they_write(bot, double, chat):
    double.say(chat, "menu")
    double.wait_sent(chat, 1)
    double.hold()
    double.say(chat, "menu")
    double.block(chat)
    double.release()
    until(lambda: len(calls(double, "sendMessage", chat)) == 2)
    double.unblock(chat)
    double.say(chat, "lam giay khai sinh cho con can gi")
    double.wait_sent(chat, 2)
    assert len(double.sent(chat)) == 2


def test_a_reply_whose_fate_is_unknown_is_sent_once_more(bot, double, chat):
    double.fail("lost", chat=chat)
    double.say(chat, "menu")
    double.wait_sent(chat, 2, 20)
    time.sleep(0.3)
    assert len(double.sent(chat)) == 2


def test_buttons_that_are_refused_leave_the_words(bot, double, chat):
    double.fail(400, chat=chat)
    double.say(chat, "menu")
    assert double.wait_sent(chat, 1)[0].labels == []


async def one_send(double, peer, url=None):
    """The outcome of one send, through a channel of its own."""
    environ = on_telegram(double) | ({"BOT_TELEGRAM_API_URL": url} if url else {})
    channel = TelegramChannel(telegram_account(load_settings(environ).telegram), None, seen, SystemClock(), lambda: "")
    try:
        return await channel.send(Row(1, 1, "telegram", "424242", str(peer), Outgoing("a"), 1))
    finally:
        await channel.close()


@pytest.mark.parametrize(("what", "expected"), [
    (None, Sent), (429, NotSent), (403, Blocked), (400, Unknown), (401, NotSent), (500, Unknown), (502, Unknown), ("dropped", Unknown),
    ("lost", Unknown),
])
def test_what_a_send_may_come_to(double, chat, what, expected):
    double.happens({"edited_message": message(text="a")["message"] | {"chat": {"id": chat, "type": "private"}}})
    if what is not None:
        double.fail(what, chat=chat)
    assert isinstance(asyncio.run(one_send(double, chat)), expected)


def test_a_citizen_whom_the_platform_does_not_know_is_blocked(double):
    assert isinstance(asyncio.run(one_send(double, 999_999_999)), Blocked)


def test_a_platform_that_is_not_there_has_certainly_not_got_it(double):
    assert isinstance(asyncio.run(one_send(double, 7, "http://127.0.0.1:9/bot")), NotSent)


# -- what goes wrong on the way in ----------------------------------------------------------------------------------------------


def test_the_offset_waits_for_the_database_and_each_citizen_is_told_once(tmp_path):
    with telegram_double() as double, running(tmp_path, **on_telegram(double)) as bot:
        wall = Away(bot.application)
        wall.away = True
        for chat in (7, 8):
            double.say(chat, "menu")
            double.say(chat, "lam giay khai sinh cho con can gi")
        double.wait_sent(7, 1)
        double.wait_sent(8, 1)
        asked = wall.asked
        double.wait(lambda: wall.asked > asked + 2, 15)
        assert double.unconfirmed() == 4
        assert [len(double.sent(chat)) for chat in (7, 8)] == [1, 1]
        wall.away = False
        for chat in (7, 8):
            double.wait_sent(chat, 3, 15)
            away, menu, papers = said(double, chat)
            assert "mất kết nối" in away
            assert "Khai sinh" in papers
            assert "Khai sinh" not in menu
        double.wait(lambda: double.unconfirmed() == 0)


def test_another_poller_is_waited_out_and_told_of(tmp_path):
    with telegram_double() as double:
        double.fail(409, "getUpdates", times=2)
        with running(tmp_path, **on_telegram(double)) as bot:
            until(lambda: bot.telegram.health()["state"] == "sick")
            told = httpx.get(f"{bot.url}/status", trust_env=False)
            assert (told.status_code, told.json()["channels"]["telegram"]["state"]) == (200, "sick")
            assert told.json()["channels"]["telegram"]["polling"] == "Conflict"
            double.say(7, "menu")
            double.wait_sent(7, 1, 20)
            assert httpx.get(f"{bot.url}/status", trust_env=False).json()["channels"]["telegram"]["state"] == "ok"


def test_by_webhook_it_is_the_same_conversation(tmp_path):
    with telegram_double() as double, running(tmp_path, **on_telegram(double, "webhook")) as bot:
        double.use_webhook(f"{bot.url}/webhooks/telegram", SECRET)
        double.say(7, "menu")
        first = double.wait_sent(7, 1)[0]
        double.press(7, first.labels[4])
        double.wait_sent(7, 2)
        assert {each.status for each in double.posted} == {200}
        assert not calls(double, "getUpdates")


def test_with_a_wrong_secret_the_double_gets_nowhere(tmp_path):
    with telegram_double() as double, running(tmp_path, **on_telegram(double, "webhook")) as bot:
        double.use_webhook(f"{bot.url}/webhooks/telegram", SECRET[:-1])
        double.say(7, "menu")
        double.wait(lambda: double.posted)
        assert double.posted[0].status == 403
        assert not double.sent(7)


def test_two_messages_to_one_citizen_keep_their_distance(tmp_path):
    """A second, less what the way to the double takes; two citizens do not wait for each other."""
    with telegram_double() as double, running(tmp_path, **on_telegram(double, spacing="1")) as _:
        for chat in (7, 8):
            double.say(chat, "menu")
            double.say(chat, "menu")
        double.wait_sent(7, 2)
        double.wait_sent(8, 2)
        for chat in (7, 8):
            first, second = double.sent(chat)
            assert 0.9 <= second.at - first.at <= 2.0
        assert abs(double.sent(7)[0].at - double.sent(8)[0].at) < 0.8


def test_a_stop_finishes_the_send_under_way(tmp_path):
    """What the double got is recorded: the next start does not send it again."""
    with telegram_double() as double:
        with running(tmp_path, **on_telegram(double)):
            double.fail("slow", value=1)
            double.say(7, "menu")
            until(lambda: calls(double, "sendMessage", 7))
        assert len(double.sent(7)) == 1
        with running(tmp_path, **on_telegram(double)):
            double.say(8, "menu")
            double.wait_sent(8, 1)
        assert len(double.sent(7)) == 1
