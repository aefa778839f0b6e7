"""The Zalo Bot over a double of its API: what comes in, what goes out, what goes wrong."""

import asyncio
import io
import json
import logging
import re
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from PIL import Image
from starlette.requests import Request

from bot import __main__ as program
from bot.channels.zalo.bot_platform import channel as channels
from bot.channels.zalo.bot_platform.channel import ZaloBotChannel, ZaloBotFailed, ZaloBotWebhook
from bot.channels.zalo.bot_platform.client import Account, Client, NoAnswer, Refused
from bot.channels.zalo.bot_platform.troubles import SERVER, TROUBLES, UNKNOWN, UNREACHABLE, trouble_of
from bot.channels.zalo.bot_platform.wire import UnreadableUpdate, bot_id, read_update, updates_in
from bot.channels.zalo.layout import pieces
from bot.channels.zalo.media import LARGEST_PICTURE, PhotoFetcher
from bot.channels.zalo.tickets import GOOD_FOR, TicketLinks
from bot.clock import SetClock
from bot.dialogue.messages import MOST_CHARACTERS, Choice, Incoming, Outgoing, Ticket
from bot.errors import SettingsError, StoreUnavailable
from bot.logs import set_up_logs
from bot.notices.outbox import Blocked, NotSent, Row, Sent, Unknown
from bot.pictures.model import Slip
from bot.settings import load_settings
from tests.channels.running import KEYS, SECRET, Away, on_zalo_bot, running, settings_for
from tests.doubles.serving import free_port
from tests.doubles.zalo_bot import zalo_bot_double

TOKEN = "123456789:canary-token_of-nobody"
NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
TICKET = Ticket("H48-217K", "Khai sinh cho con", "Trung tâm xã Mẫu, số 1 đường Mẫu", datetime(2026, 11, 27, 1, 30, tzinfo=UTC), 15)
CHAT = "6ede9afa66b88fe6d6a9"


@pytest.fixture(scope="module")
def double():
    with zalo_bot_double() as zalo:
        yield zalo


@pytest.fixture(scope="module")
def bot(double, tmp_path_factory):
    """One bot for most of the tests; each speaks in a chat of its own."""
    with running(tmp_path_factory.mktemp("zalo"), read_photo=seen, **on_zalo_bot(double)) as up:
        yield up


@pytest.fixture
def chat(request):
    return f"{abs(hash(request.node.name)):020x}"[:20]


PICTURES = {}


def seen(data):
    """The reader of slips of these tests: tells what was put in for the picture."""
    return PICTURES.get(bytes(data), Slip("nothing"))


def said(double, chat):
    return [each.text for each in double.sent(chat)]


def until(true, seconds=10.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.01)


def jpeg(colour):
    picture = io.BytesIO()
    Image.new("RGB", (400, 300), colour).save(picture, "JPEG")
    return picture.getvalue()


# -- reading an update --------------------------------------------------------------------------------------------------------


def message(event="message.text.received", chat_type="PRIVATE", is_bot=False, **content):
    return {"event_name": event, "message": {
        "from": {"id": CHAT, "display_name": "Ted", "is_bot": is_bot}, "chat": {"id": CHAT, "chat_type": chat_type},
        "message_id": "2d758cb5e222177a4e35", "date": 1750316131602, **content,
    }}


@pytest.mark.parametrize(("update", "kind", "text", "picture"), [
    (message(text="Xin chào"), "text", "Xin chào", None),
    (message("message.image.received", photo="https://photo.zdn.vn/a.jpg", caption="giấy hẹn"), "photo", "", "https://photo.zdn.vn/a.jpg"),
    (message("message.image.received", photo_url="https://photo.zdn.vn/b.jpg", message_type="CHAT_PHOTO"), "photo", "",
     "https://photo.zdn.vn/b.jpg"),
    (message("message.image.received"), "photo", "", ""),
    (message("message.image.received", photo={"url": "x"}, photo_url=None), "photo", "", ""),
    (message("message.sticker.received", sticker="bfe4", url="https://x"), "sticker", "", None),
    (message("message.voice.received", voice_url="https://x/a.aac"), "voice", "", None),
    (message("message.unsupported.received"), "voice", "", None),
    (message("message.link.received", text="https://dichvucong.gov.vn"), "text", "https://dichvucong.gov.vn", None),
    (message("message.link.received"), "other", "", None),
    (message(event=None, text="a"), "text", "a", None),
    (message(event=None, photo_url="https://photo.zdn.vn/b.jpg"), "photo", "", "https://photo.zdn.vn/b.jpg"),
    (message(chat_type="private", text="a\ud83d\0"), "text", "a?", None),
])
def test_a_message_becomes_incoming(update, kind, text, picture):
    heard = read_update(update, "42", NOW)
    moment = datetime.fromtimestamp(1750316131.602, UTC)
    assert heard.incoming == Incoming("zalo-bot", "42", f"{CHAT}:2d758cb5e222177a4e35", CHAT, kind, text, moment)
    assert heard.picture == picture


@pytest.mark.parametrize("update", [
    message("message.reaction.received", text="❤"), message("message.of.2030.received", text="a"), message("user_send_text", text="a"),
    message(text="a", chat_type="GROUP"), message(text="a", is_bot=True), message(event=None), {"event_name": "message.text.received"},
    {"event_name": "message.unsupported.received"}, {"event_name": "message.unsupported.received", "message": None}, {"x": 1},
    message(text="a", chat={}, **{"from": {}}), message(text="a", chat={"id": ""}, **{"from": {"id": "x" * 300}}),
])
def test_what_is_not_for_us_is_nothing(update):
    assert read_update(update, "42", NOW) is None


@pytest.mark.parametrize("update", [
    {"event_name": "message.unsupported.received", "chat": {"id": CHAT, "chat_type": "PRIVATE"}},
    {"event_name": "message.unsupported.received", "message": {"chat": {"id": CHAT}}},
    {"event_name": "message.unsupported.received", "message": {"from": {"id": CHAT}}},
    {"event_name": "message.unsupported.received", "sender": {"id": CHAT}},
])
def test_an_unsupported_message_needs_no_more_than_a_chat(update):
    first, again = (read_update(update, "42", NOW).incoming for _ in range(2))
    assert (first.peer, first.kind, first.sent_at) == (CHAT, "voice", NOW)
    assert first.event_id == again.event_id, "the platform's repeat is no new one"
    assert first.event_id != read_update(update, "42", NOW + timedelta(hours=1)).incoming.event_id, "the citizen's is"


def test_an_update_without_a_message_id_is_known_by_what_and_when():
    update = message(text="a")
    del update["message"]["message_id"]
    assert read_update(update, "42", NOW).incoming.event_id == f"{CHAT}:message.text.received:1750316131602"


@pytest.mark.parametrize("date", [None, "soon", float("nan"), 10**30, [], -(10**30)])
def test_a_moment_that_is_none_is_now(date):
    assert read_update(message(text="a", date=date), "42", NOW).incoming.sent_at == NOW


def test_ids_are_opaque_and_may_be_numbers():
    heard = read_update(message(text="a", chat={"id": 5, "chat_type": "PRIVATE"}, message_id=7), "42", NOW)
    assert (heard.incoming.peer, heard.incoming.event_id) == ("5", "5:7")
    assert bot_id(TOKEN) == "123456789"


@pytest.mark.parametrize(("told", "count"), [
    (message(text="a"), 1), ({"ok": True, "result": message(text="a")}, 1), ([message(text="a"), message(text="b")], 2),
    ({"ok": True, "result": [message(text="a"), message(text="b")]}, 2), ({"result": message(text="a")}, 1),
    ({"ok": True}, 1), ({"ok": True, "result": None}, 0), ({"ok": True, "result": {}}, 0), ({}, 0), (None, 0), ([], 0), ("x", 0), (7, 0),
    ([None, "x"], 0),
])
def test_updates_are_found_alone_and_in_lists_wrapped_and_flat(told, count):
    found = updates_in(told)
    assert len(found) == count
    assert all(isinstance(each, dict) for each in found)


FIELDS = ["event_name", "message", "result", "ok", "chat", "from", "id", "text", "photo", "date", "message_id", "chat_type"]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(FIELDS),
        inner | st.sampled_from(["message.text.received", "message.image.received", "PRIVATE", CHAT]), max_size=6,
    ), max_leaves=20,
)


@given(anything)
def test_whatever_is_sent_is_read_or_left_and_never_breaks(told):
    for update in updates_in(told):
        try:
            heard = read_update(update, "42", NOW)
        except UnreadableUpdate:
            continue
        if heard is not None:
            assert heard.incoming.peer
            assert heard.incoming.event_id.startswith(heard.incoming.peer)
            heard.incoming.text.encode()


# -- laying out a message -----------------------------------------------------------------------------------------------------


def test_a_text_that_fits_is_one_piece_and_nothing_is_none():
    assert pieces("Chào anh/chị") == ["Chào anh/chị"]
    assert pieces("") == pieces(" \n ") == []
    assert len(pieces("ồ" * MOST_CHARACTERS)) == 1


def test_a_longer_one_is_cut_at_line_ends_else_at_blanks_else_anywhere():
    line = "một dòng " * 60
    assert pieces("\n".join([line.strip()] * 5)) == ["\n".join([line.strip()] * 3), "\n".join([line.strip()] * 2)]
    assert all(len(each) > 1900 and not each.endswith("mộ") for each in pieces("một " * 2000)[:-1])
    assert [len(each) for each in pieces("x" * 4001)] == [2000, 2000, 1]
    assert [len(each) for each in pieces("😀" * 1500)] == [1000, 500]


@given(st.text(alphabet="ab ồ\n😀", max_size=200), st.integers(2, 30))
def test_no_piece_is_too_long_and_no_word_is_lost(text, most):
    cut = pieces(text, most)
    assert all(0 < len(each.encode("utf-16-le")) // 2 <= most for each in cut)
    assert "".join("".join(cut).split()) == "".join(text.split())


# -- the client ---------------------------------------------------------------------------------------------------------------


def ask(answer, act):
    """What *act* makes of one answer of the platform's, and the requests."""
    asked = []

    def give(request):
        asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def run():
        client = Client(Account(TOKEN, "http://127.0.0.1:9/bot", "polling"), httpx.MockTransport(give))
        try:
            return await act(client)
        finally:
            await client.close()

    return asyncio.run(run()), asked


def test_every_method_is_asked_as_it_is_documented():
    ok = httpx.Response(200, json={"ok": True, "result": {"message_id": "m1", "date": 1}})
    for act, method, body in (
        (lambda c: c.me(), "getMe", {}), (lambda c: c.updates(25), "getUpdates", {"timeout": 25}),
        (lambda c: c.send_message("c", "ồ"), "sendMessage", {"chat_id": "c", "text": "ồ"}),
        (lambda c: c.send_photo("c", "https://a", "H"), "sendPhoto", {"chat_id": "c", "photo": "https://a", "caption": "H"}),
        (lambda c: c.send_typing("c"), "sendChatAction", {"chat_id": "c", "action": "typing"}),
        (lambda c: c.set_webhook("https://a", "s"), "setWebhook", {"url": "https://a", "secret_token": "s"}),
        (lambda c: c.webhook_info(), "getWebhookInfo", {}), (lambda c: c.delete_webhook(), "deleteWebhook", {}),
    ):
        _, [asked] = ask(ok, act)
        assert (asked.method, asked.url.path, json.loads(asked.content)) == ("POST", f"/bot{TOKEN}/{method}", body)
        assert asked.headers["content-type"] == "application/json"


@pytest.mark.parametrize(("answer", "updates"), [
    (httpx.Response(200, json={"ok": True, "result": message(text="a")}), 1), (httpx.Response(200, json=message(text="a")), 1),
    (httpx.Response(200, json=[message(text="a"), message(text="b")]), 2), (httpx.Response(200, json={"ok": True, "result": []}), 0),
    (httpx.Response(200, json={"ok": True}), 0), (httpx.Response(200, json={}), 0), (httpx.Response(408), 0),
    (httpx.Response(408, json={"ok": False, "description": "Request timeout"}), 0),
    (httpx.Response(200, json={"ok": False, "error_code": 408, "description": "x"}), 0),
    (httpx.Response(200, json={"ok": False, "error_code": 0, "description": "Request Timeout"}), 0),
])
def test_no_news_is_no_failure(answer, updates):
    assert len(ask(answer, lambda client: client.updates(1))[0]) == updates


@pytest.mark.parametrize(("answer", "code"), [
    (httpx.Response(200, json={"ok": False, "error_code": 401}), 401), (httpx.Response(200, json={"ok": False, "error_code": "401"}), 401),
    (httpx.Response(500, json={"ok": False, "error_code": 429}), 429), (httpx.Response(403, json={"ok": False}), 403),
    (httpx.Response(502, text="<html>"), 502), (httpx.Response(429, json={"message": "x"}), 429),
    (httpx.Response(200, json={"ok": False}), 0),
    (httpx.Response(200, json={"error_code": 401, "description": "x"}), 401), (httpx.Response(200, json={"ok": "yes"}), 0),
])
def test_the_body_is_looked_at_before_the_status(answer, code):
    with pytest.raises(Refused) as refused:
        ask(answer, lambda client: client.send_message("c", "a"))
    assert refused.value.code == code


@pytest.mark.parametrize("answer", [
    httpx.Response(200, text="<html>"), httpx.Response(200, text=""), httpx.Response(302, headers={"location": "/"}),
    httpx.Response(200, json={}), httpx.Response(200, json={"message": "fine"}), httpx.Response(200, text="[" * 100_000),
    httpx.ReadTimeout("x"), httpx.WriteTimeout("x"), httpx.RemoteProtocolError("x"), httpx.ReadError("x"), httpx.DecodingError("x"),
], ids=str)
def test_of_what_is_no_answer_nobody_can_say_what_became(answer):
    with pytest.raises(NoAnswer) as told:
        ask(answer, lambda client: client.send_message("c", "a"))
    assert not told.value.never_left


@pytest.mark.parametrize("answer", [httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.PoolTimeout("x")], ids=repr)
def test_what_never_left_has_not_arrived(answer):
    with pytest.raises(NoAnswer) as told:
        ask(answer, lambda client: client.send_message("c", "a"))
    assert told.value.never_left


def test_a_message_without_an_id_is_sent_all_the_same():
    assert ask(httpx.Response(200, json={"ok": True}), lambda client: client.send_message("c", "a"))[0] is None
    assert ask(httpx.Response(200, json={"message_id": 5}), lambda client: client.send_message("c", "a"))[0] == "5"


# -- what a send may come to ----------------------------------------------------------------------------------------------------


class Fixed:
    """A channel whose platform gives the answers it is told to, one after the other, the last one for ever."""

    def __init__(self, *answers, accept=None, **account):
        self.answers, self.asked, self.clock = list(answers), [], SetClock(NOW)
        spacing = account.pop("spacing", timedelta())
        self.channel = ZaloBotChannel(
            Account(TOKEN, "http://127.0.0.1:9/bot", "polling", SECRET, spacing), accept or self._none,
            PhotoFetcher(lambda data: Slip("nothing")), TicketLinks("zalo-bot", None, lambda *_: "", lambda *_: None, self.clock),
            self.clock, lambda: "away", str, httpx.MockTransport(self._give),
        )

    async def _none(self, incoming):
        raise AssertionError("nothing comes in here")

    async def _give(self, request):
        self.asked.append(json.loads(request.content))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def send(self, message=None, peer="c"):
        return await self.channel.send(Row(1, 1, "zalo-bot", "123456789", peer, message or Outgoing("Chào anh/chị"), 1))


def refusal(code, said="", status=200):
    return httpx.Response(status, json={"ok": False, "error_code": code, "description": said})


OK = httpx.Response(200, json={"ok": True, "result": {"message_id": "m1", "date": 1}})
MINUTE = timedelta(minutes=1)

EACH_CODE = {
    # code: (words, outcome, how long the platform is left alone at least and at most, what /status says, the table's row)
    400: ("Bad Request: text", Unknown, None, None, TROUBLES[400]),
    401: ("Unauthorized", NotSent, (MINUTE, MINUTE), "401: the token is refused", TROUBLES[401]),
    403: ("Internal server error", Unknown, None, "403: Zalo calls this an error of its own server", TROUBLES[403]),
    404: ("Not Found", Unknown, None, "404: Zalo knows no such address", TROUBLES[404]),
    408: ("Request timeout", Unknown, None, "408: Zalo took too long", TROUBLES[408]),
    429: ("Quota exceeded", NotSent, (timedelta(seconds=1), timedelta(seconds=2)), "429: too many requests", TROUBLES[429]),
    500: ("", Unknown, None, "500: Zalo's server fails", SERVER),
    503: ("", Unknown, None, "503: Zalo's server fails", SERVER),
    418: ("I'm a teapot", Unknown, None, None, UNKNOWN),
}


@pytest.mark.parametrize("with_200", [True, False])
@pytest.mark.parametrize("code", EACH_CODE)
def test_each_code_has_an_outcome_for_the_citizen_and_a_line_for_the_operator(code, with_200, caplog):
    """The outcome decides the citizen's: not sent is tried again, unknown is tried once more or held; neither adds a text of its own."""
    words, outcome, waits, status, trouble = EACH_CODE[code]
    assert trouble_of(code, words) is trouble

    async def run():
        fixed = Fixed(refusal(code, words, 200 if with_200 else code), OK)
        told = await fixed.send()
        health = fixed.channel.health()
        asked = len(fixed.asked)
        other = await fixed.send(peer="somebody else")
        return fixed, told, health, asked, other

    with caplog.at_level(logging.DEBUG, "bot"):
        fixed, told, health, asked, other = asyncio.run(run())
    assert isinstance(told, outcome)
    assert asked == 1, "it is not tried again by itself"
    assert [each["text"] for each in fixed.asked] == ["Chào anh/chị"] * len(fixed.asked), "no text is put in the place of another"
    [line] = [each for each in caplog.records if each.getMessage() == "a message was refused"]
    assert line.levelno == logging.ERROR
    assert trouble.to_do in line.outcome
    assert words in line.outcome
    assert str(code) in line.outcome
    if status is None:
        assert health["state"] == "ok"
    else:
        assert health["state"] == "sick"
        assert health["sending"].startswith(status)
        assert trouble.to_do in health["sending"]
    if waits is None:
        assert isinstance(other, Sent), "others need not wait"
        assert fixed.channel.health()["state"] == "ok"
    else:
        assert NOW + waits[0] <= told.retry_at <= NOW + waits[1]
        assert other == NotSent(told.retry_at), "everybody waits"


def test_the_table_is_tested_row_by_row():
    assert set(TROUBLES) <= set(EACH_CODE)
    assert all(trouble.to_do for trouble in [*TROUBLES.values(), SERVER, UNKNOWN, UNREACHABLE])


@pytest.mark.parametrize("words", ["Bad Request: chat not found", "User not found", "invalid chat_id", "user has blocked the bot"])
def test_a_citizen_who_cannot_be_written_to_is_left_alone(words, caplog):
    async def run():
        fixed = Fixed(refusal(400, words))
        return await fixed.send(), fixed.channel.health()["state"]

    assert asyncio.run(run()) == (Blocked(), "ok")
    assert not caplog.records


@pytest.mark.parametrize(("answer", "outcome"), [
    (httpx.ConnectError("x"), NotSent), (httpx.ConnectTimeout("x"), NotSent), (httpx.ReadTimeout("x"), Unknown),
    (httpx.RemoteProtocolError("x"), Unknown), (httpx.Response(200, text="<html>"), Unknown), (httpx.Response(502, text="<html>"), Unknown),
], ids=repr)
def test_without_an_answer_only_what_never_left_is_certain(answer, outcome):
    async def run():
        fixed = Fixed(answer)
        return await fixed.send(), fixed.channel.health()

    told, health = asyncio.run(run())
    assert isinstance(told, outcome)
    assert health["state"] == "sick"


def test_asked_to_slow_down_again_and_again_it_waits_longer_each_time_up_to_half_a_minute():
    async def run():
        fixed, waits = Fixed(refusal(429)), []
        for _ in range(12):
            told = await fixed.send()
            waits.append((told.retry_at - fixed.clock.now()).total_seconds())
            fixed.clock.move_to(told.retry_at)
        return waits

    waits = asyncio.run(run())
    assert all(least <= wait <= most for wait, least, most in zip(waits, [1, 2, 4, 8, *[15] * 8], [2, 4, 8, 16, *[30] * 8], strict=True))


def test_an_outage_lets_everybody_wait():
    async def run():
        fixed = Fixed(httpx.ConnectError("x"))
        outcomes = [await fixed.send(peer=peer) for peer in "abc"]
        asked = len(fixed.asked)
        outcomes.append(await fixed.send(peer="d"))
        return outcomes, len(fixed.asked) - asked

    outcomes, asked = asyncio.run(run())
    assert all(isinstance(each, NotSent) for each in outcomes)
    assert asked == 0


def test_choices_stand_in_the_text_by_their_numbers_and_nothing_is_marked_up():
    async def run():
        fixed = Fixed(OK)
        e_with_mark = "e\u0302\u0301"
        outgoing = Outgoing(f"Ch{e_with_mark} **chọn** <b>:", (Choice("Một", "x"), Choice("Hai", "y")), tail="Nguồn.", hint="Bấm số.")
        return await fixed.send(outgoing), fixed.asked

    outcome, [asked] = asyncio.run(run())
    assert outcome == Sent("m1")
    assert asked == {"chat_id": "c", "text": "Chế **chọn** <b>:\n1. Một\n2. Hai\nNguồn.\nBấm số."}


def test_a_text_that_is_too_long_goes_in_pieces_and_half_of_it_is_not_nothing():
    long = Outgoing("\n".join(["dòng " * 100] * 6))

    async def run(*answers):
        fixed = Fixed(*answers)
        return await fixed.send(long), [len(each["text"]) for each in fixed.asked]

    outcome, lengths = asyncio.run(run(OK))
    assert outcome == Sent("m1")
    assert len(lengths) == 2
    assert max(lengths) <= MOST_CHARACTERS
    assert asyncio.run(run(OK, httpx.ConnectError("x")))[0] == Unknown(), "the first has arrived"
    assert isinstance(asyncio.run(run(httpx.ConnectError("x")))[0], NotSent)


def test_an_empty_message_is_not_sent_at_all():
    async def run():
        fixed = Fixed(OK)
        return await fixed.send(Outgoing(" ")), fixed.asked

    assert asyncio.run(run()) == (Sent(), [])


def test_two_messages_to_one_citizen_keep_their_distance():
    async def run():
        fixed = Fixed(OK, spacing=timedelta(seconds=1))
        return [await fixed.send(), await fixed.send(), len(fixed.asked)]

    assert asyncio.run(run()) == [Sent("m1"), NotSent(NOW + timedelta(seconds=1)), 1]


# -- conversations --------------------------------------------------------------------------------------------------------------


def test_a_question_is_answered_and_a_number_picks(bot, double, chat):
    double.say(chat, "lam giay khai sinh cho con can gi")
    first = double.wait_sent(chat, 1)[0].text
    assert "Khai sinh cho con" in first
    [number] = re.findall(r"^(\d)\. Phí", first, re.MULTILINE)
    double.say(chat, number)
    assert "lệ phí" in double.wait_sent(chat, 2)[1].text


def test_the_same_update_again_changes_nothing(bot, double, chat):
    double.say(chat, "menu")
    double.wait_sent(chat, 1)
    ignored = bot.zalo_bot.health()["ignored_updates"]
    double.again()
    double.say(chat, "menu")
    double.wait_sent(chat, 2)
    double.wait(double.is_polled_dry)
    assert len(double.sent(chat)) == 2
    assert bot.zalo_bot.health()["ignored_updates"] == ignored


@pytest.mark.parametrize("kind", ["sticker", "voice", "link", "unsupported"])
def test_silence_is_never_the_answer(bot, double, chat, kind):
    getattr(double, kind)(chat)
    answer = double.wait_sent(chat, 1)[0].text
    assert ("micro" in answer) == (kind in ("voice", "unsupported"))


def test_what_names_no_message_is_answered_where_it_names_a_chat_and_counted_where_not(bot, double, chat):
    double.unsupported(chat, with_message=False)
    assert "micro" in double.wait_sent(chat, 1)[0].text
    before = bot.zalo_bot.health()["ignored_updates"]
    double.unsupported(None)
    double.happens({"event_name": "message.reaction.received", "message": message()["message"]})
    double.happens(message(text="menu", chat_type="GROUP", chat={"id": f"g{chat}", "chat_type": "GROUP"}))
    double.happens(message(text="menu", is_bot=True, chat={"id": f"b{chat}", "chat_type": "PRIVATE"}))
    until(lambda: bot.zalo_bot.health()["ignored_updates"] == before + 4)
    assert not double.sent(f"g{chat}") + double.sent(f"b{chat}")


@pytest.mark.parametrize(("photo_field", "wrapped", "as_list", "colour"), [
    ("photo", True, False, "red"), ("photo_url", False, False, "green"), ("photo", True, True, "blue"),
])
def test_a_photo_of_the_slip_is_read_in_every_shape_and_its_caption_left_alone(bot, double, chat, photo_field, wrapped, as_list, colour):
    picture = jpeg(colour)
    PICTURES[picture] = Slip("code", "000.00.14.H20-261102-0007")
    double.photo_field, double.wrapped, double.as_list = photo_field, wrapped, as_list
    try:
        double.photo(chat, picture, caption="dat lich")
        answer = double.wait_sent(chat, 1)[0].text
    finally:
        double.photo_field, double.wrapped, double.as_list = "photo", True, False
    assert "H20" in answer
    assert "4 số cuối" in answer
    until(lambda: double.called("sendChatAction", chat))


def test_a_photo_from_elsewhere_is_not_fetched_and_answered(bot, double, chat, caplog):
    double.photo_at(chat, "https://evil.example/a.jpg?secret=1")
    assert "không mở được" in double.wait_sent(chat, 1)[0].text
    assert "evil.example are not allowed" in " ".join(str(getattr(each, "outcome", "")) for each in caplog.records)
    double.photo_at(f"{chat}2", "http://127.0.0.1:1/a.jpg")
    assert "không mở được" in double.wait_sent(f"{chat}2", 1)[0].text


def test_a_photo_too_large_is_said_to_be(bot, double, chat):
    double.photo(chat, b"a" * (LARGEST_PICTURE + 1))
    assert "nặng" in double.wait_sent(chat, 1)[0].text


def test_what_is_written_after_a_photo_stays_after_it(tmp_path):
    picture = jpeg("white")

    def slow(data):
        time.sleep(0.5)
        return Slip("code", "000.00.14.H20-261102-0007")

    with zalo_bot_double() as double, running(tmp_path, read_photo=slow, **on_zalo_bot(double, "webhook")) as bot:
        double.use_webhook(f"{bot.url}/webhooks/zalo-bot", SECRET)
        double.photo("c", picture)
        double.say("c", "6789")
        double.wait_sent("c", 2)
        assert ["4 số cuối" in text for text in said(double, "c")] == [True, False]


# -- what goes wrong on the way out ---------------------------------------------------------------------------------------------


def test_asked_to_wait_it_waits_and_the_message_comes_once(bot, double, chat):
    double.fail(429, chat=chat)
    double.say(chat, "menu")
    double.wait_sent(chat, 1)
    assert len(double.called("sendMessage", chat)) == 2
    double.say(chat, "menu")
    double.wait_sent(chat, 2)
    assert len(double.sent(chat)) == 2


def test_a_refused_token_makes_it_sick_and_the_message_waits(tmp_path):
    with zalo_bot_double() as double, running(tmp_path, **on_zalo_bot(double)) as bot:
        double.fail(401, times=-1)
        double.say("c", "menu")
        until(lambda: bot.zalo_bot.health()["state"] == "sick")
        told = httpx.get(f"{bot.url}/status", trust_env=False)
        assert told.status_code == 200
        assert "BOT_ZALO_BOT_TOKEN" in told.json()["channels"]["zalo-bot"]["sending"]
        assert double.token not in told.text
        double.say("d", "menu")
        double.wait(lambda: double.unconfirmed() == 0)
        until(lambda: not bot.application.store.outbox.history.waiting(("zalo-bot", bot_id(double.token), "c")))
        assert len(double.called("sendMessage")) == 1, "for a minute nothing is asked"
        assert bot.application.store.outbox.unknown() == []


def test_a_citizen_who_blocked_us_is_left_alone_until_they_write(bot, double, chat):
    double.say(chat, "menu")
    double.wait_sent(chat, 1)
    double.hold()
    double.say(chat, "menu")
    double.block(chat)
    double.release()
    until(lambda: len(double.called("sendMessage", chat)) == 2)
    double.unblock(chat)
    double.say(chat, "lam giay khai sinh cho con can gi")
    double.wait_sent(chat, 2)
    assert len(double.sent(chat)) == 2


def test_a_reply_whose_fate_is_unknown_is_sent_once_more_and_no_more(bot, double, chat):
    double.fail("lost", chat=chat)
    double.say(chat, "menu")
    double.wait_sent(chat, 2, 20)
    until(lambda: not bot.application.store.outbox.history.waiting(("zalo-bot", bot_id(double.token), chat)))
    assert said(double, chat)[0] == said(double, chat)[1]
    double.say(chat, "menu")
    double.wait_sent(chat, 3, 20)
    assert len(double.sent(chat)) == 3


def test_a_refused_message_is_listed_for_a_person(tmp_path):
    with zalo_bot_double() as double, running(tmp_path, **on_zalo_bot(double)) as bot:
        double.fail(400, times=2)
        double.say("c", "menu")
        until(lambda: bot.application.store.outbox.unknown())
        assert len(double.called("sendMessage")) == 2, "once, and once more"
        assert not double.sent()
        assert httpx.get(f"{bot.url}/status", trust_env=False).json()["unknown_sends"] == 1


# -- what goes wrong on the way in ----------------------------------------------------------------------------------------------


def test_nothing_more_is_asked_for_before_what_was_told_is_stored(tmp_path):
    """The platform tells once: what it told is kept while the database is away, and each citizen is told once."""
    with zalo_bot_double() as double, running(tmp_path, **on_zalo_bot(double)) as bot:
        wall = Away(bot.application)
        wall.away = True
        double.say("c", "menu")
        double.say("c", "lam giay khai sinh cho con can gi")
        double.wait_sent("c", 1)
        asked = wall.asked
        until(lambda: wall.asked > asked + 2, 15)
        assert len(double.called("getUpdates")) == 1
        assert double.unconfirmed() == 1
        assert len(double.sent("c")) == 1
        wall.away = False
        double.wait_sent("c", 3, 15)
        away, menu, papers = said(double, "c")
        assert "mất kết nối" in away
        assert "Khai sinh" in papers
        assert "Khai sinh" not in menu
        assert double.most_polling_at_once == 1


def test_a_stop_stores_what_was_told_and_not_yet_stored():
    stored, stuck = [], asyncio.Event

    async def run():
        begun, free = stuck(), stuck()

        async def accept(incoming):
            begun.set()
            await free.wait()
            stored.append(incoming.text)
            return True

        fixed = Fixed(httpx.Response(200, json=message(text="xin chào")), accept=accept)
        polling = asyncio.create_task(fixed.channel.poll())
        await begun.wait()
        polling.cancel()
        await asyncio.sleep(0)
        assert not polling.done()
        free.set()
        with pytest.raises(asyncio.CancelledError):
            await polling
        await fixed.channel.close()
        return len(fixed.asked)

    assert asyncio.run(run()) == 1
    assert stored == ["xin chào"]


def test_a_stop_does_not_wait_for_a_database_that_stays_away(monkeypatch):
    monkeypatch.setattr(channels, "GOODBYE_SECONDS", 0.05)

    async def run():
        begun = asyncio.Event()

        async def accept(incoming):
            begun.set()
            raise StoreUnavailable("gone")

        fixed = Fixed(httpx.Response(200, json=message(text="xin chào")), accept=accept)
        polling = asyncio.create_task(fixed.channel.poll())
        await begun.wait()
        polling.cancel()
        async with asyncio.timeout(5):
            with pytest.raises(asyncio.CancelledError):
                await polling
        await fixed.channel.close()

    asyncio.run(run())


def test_a_platform_that_says_nothing_at_once_is_not_asked_without_a_pause(monkeypatch):
    pauses = []

    async def pause(seconds):
        pauses.append(seconds)
        if len(pauses) == 3:
            raise asyncio.CancelledError

    async def run():
        fixed = Fixed(httpx.Response(200, json={"ok": True}))
        monkeypatch.setattr(channels.asyncio, "sleep", pause)
        with pytest.raises(asyncio.CancelledError):
            await fixed.channel.poll()
        return len(fixed.asked)

    assert asyncio.run(run()) == 3
    assert pauses == [channels.LEAST_BETWEEN_EMPTY_POLLS] * 3


@pytest.mark.parametrize(("what", "told"), [
    (401, "401: the token is refused"), (400, "400: Zalo does not let itself be asked while a webhook is registered"),
    (500, "500: Zalo's server fails"), (429, "429: too many requests"), ("dropped", "RemoteProtocolError"),
])
def test_polling_that_fails_is_told_and_goes_on_when_it_can(what, told, tmp_path):
    with zalo_bot_double() as double:
        double.fail(what, "getUpdates", times=2)
        with running(tmp_path, **on_zalo_bot(double)) as bot:
            until(lambda: bot.zalo_bot.health().get("polling", "").startswith(told))
            double.say("c", "menu")
            double.wait_sent("c", 1, 20)
            until(lambda: bot.zalo_bot.health()["state"] == "ok")


def test_an_update_that_breaks_us_does_not_stop_those_behind_it(bot, double, chat, monkeypatch, caplog):
    heard = bot.zalo_bot._accept

    async def breaks(incoming):
        if incoming.text == "break":
            raise RuntimeError("a citizen's words")
        return await heard(incoming)

    monkeypatch.setattr(bot.zalo_bot, "_accept", breaks)
    double.say(chat, "break")
    double.say(chat, "menu")
    double.wait_sent(chat, 1)
    assert "an update was dropped" in caplog.text
    assert "a citizen's words" not in caplog.text


# -- the webhook ------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A webhook's server whose platform is nowhere: nothing that it is sent gets an answer."""
    environ = {"BOT_ZALO_BOT_TOKEN": TOKEN, "BOT_ZALO_BOT_MODE": "webhook", "BOT_ZALO_BOT_WEBHOOK_SECRET": SECRET,
               "BOT_ZALO_BOT_API_URL": "http://127.0.0.1:9/bot"}
    with running(tmp_path_factory.mktemp("webhook"), **environ) as up:
        yield up


def post(server, content, secret=SECRET, **more):
    headers = {"X-Bot-Api-Secret-Token": secret} if secret is not None else {}
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return httpx.post(f"{server.url}/webhooks/zalo-bot", content=body, headers=headers, trust_env=False, **more).status_code


def stored(server):
    """How many events are in the inbox."""
    with closing(sqlite3.connect(server.application.store._database.file)) as opened:
        return opened.execute("SELECT count(*) FROM inbox").fetchone()[0]


@pytest.mark.parametrize("secret", [None, "", SECRET[:-1], SECRET + "x", SECRET.upper(), "ố"], ids=str)
def test_a_secret_that_is_not_ours_is_refused_unparsed(server, secret):
    before = stored(server)
    raw = secret.encode() if secret else secret
    assert post(server, b"this is no JSON", raw) == 403
    assert post(server, message(text="a"), raw) == 403
    assert stored(server) == before


def test_only_post_and_only_so_much(server):
    def endless():
        for _ in range(20):
            yield b" " * 100_000

    assert httpx.get(f"{server.url}/webhooks/zalo-bot", trust_env=False).status_code == 405
    assert post(server, b" " * (1024 * 1024 + 1)) == 413
    assert post(server, b" " * (1024 * 1024 + 1), "wrong") == 413
    assert post(server, b"{nonsense") == 400
    assert post(server, b"[" * 100_000) == 400
    headers = {"X-Bot-Api-Secret-Token": SECRET}
    assert httpx.post(f"{server.url}/webhooks/zalo-bot", content=endless(), headers=headers, trust_env=False).status_code == 413


@pytest.mark.parametrize("content", [
    b"", b"  ", {}, [], "x", 7, None, {"ok": True}, {"event_name": "message.unsupported.received"}, {"event_name": ["x"]},
    {"event_name": "user_follow", "message": {"chat": {"id": "x"}}}, message("message.reaction.received"),
    message(text="a", chat_type="GROUP"), message(text="a", is_bot=True), {"event_name": "message.text.received", "message": "x"},
], ids=lambda each: str(each)[:40])
def test_what_is_not_for_us_is_taken_left_alone_and_counted(server, content):
    before, ignored = stored(server), server.zalo_bot.health()["ignored_updates"]
    assert post(server, content) == 200
    assert stored(server) == before
    assert server.zalo_bot.health()["ignored_updates"] == ignored + 1


def test_a_good_update_is_stored_once_before_it_is_answered_in_either_shape(server):
    before = stored(server)
    for number, wrap in ((1, lambda each: each), (2, lambda each: {"ok": True, "result": each})):
        update = wrap(message(text="xin chao", message_id=f"m{number}"))
        assert post(server, update) == 200
        assert stored(server) == before + number
        assert post(server, update) == 200
        assert stored(server) == before + number


def test_while_the_database_is_away_the_platform_is_to_come_again(tmp_path):
    with zalo_bot_double() as double, running(tmp_path, **on_zalo_bot(double, "webhook")) as bot:
        wall = Away(bot.application)
        wall.away = True
        double.use_webhook(f"{bot.url}/webhooks/zalo-bot", SECRET)
        double.say("c", "menu")
        double.wait(lambda: len(double.posted) >= 3)
        double.wait_sent("c", 1)
        assert {each.status for each in double.posted} == {503}
        wall.away = False
        double.wait_sent("c", 2)
        assert ["mất kết nối" in text for text in said(double, "c")] == [True, False], "said once, then answered"
        assert double.posted[-1].status == 200
        assert not double.called("getUpdates")


def test_out_of_order_and_again_each_is_answered_once(tmp_path):
    with zalo_bot_double() as double, running(tmp_path, **on_zalo_bot(double, "webhook")) as bot:
        double.use_webhook(f"{bot.url}/webhooks/zalo-bot", SECRET)
        double.hold()
        events = [double.say("c", "menu"), double.say("c", "dia chi gio lam viec")]
        double.release(newest_first=True)
        double.wait_sent("c", 2)
        for event in events:
            double.again(event)
        double.wait(lambda: len(double.posted) == 4)
        double.say("c", "menu")
        double.wait_sent("c", 3)
        assert len(double.sent("c")) == 3


def test_without_a_secret_there_is_no_webhook(tmp_path):
    with running(tmp_path, BOT_ZALO_BOT_TOKEN=TOKEN, BOT_ZALO_BOT_API_URL="http://127.0.0.1:9/bot") as bot:
        assert post(bot, message(text="a")) == 404


# -- the ticket -----------------------------------------------------------------------------------------------------------------


def book(double, chat):
    for line in ("dat lich lam giay khai sinh cho con", "1", "3", "1", "1", "Trần Văn Mẫu", "1"):
        count = len(double.sent(chat))
        double.say(chat, line)
        double.wait_sent(chat, count + 1)


@pytest.fixture
def reachable(tmp_path):
    """A bot whose own address its platform can reach."""
    port = free_port()
    ours = f"http://127.0.0.1:{port}"
    with zalo_bot_double() as double, running(tmp_path, port=port, **on_zalo_bot(double), BOT_PUBLIC_URL=ours) as bot:
        yield double, bot


def test_a_ticket_comes_with_its_picture_and_a_link_to_its_calendar_entry_once(reachable):
    double, bot = reachable
    book(double, "c")
    double.wait(lambda: [each.method for each in double.sent("c")][-2:] == ["sendPhoto", "sendMessage"])
    ticket, picture, entry = double.sent("c")[-3:]
    code = ticket.text.partition("Số hẹn: ")[2][:8]
    with Image.open(io.BytesIO(picture.picture)) as opened:
        assert [each.text for each in zxingcpp.read_barcodes(opened.convert("L"))] == [code.replace("-", "")]
    assert picture.text == code
    [address] = re.findall(r"http://\S+", entry.text)
    answer = httpx.get(address, trust_env=False)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="lich-hen-{code}.ics"'
    assert "noindex" in answer.headers["x-robots-tag"]
    assert "no-store" in answer.headers["cache-control"]
    assert Calendar.from_ical(answer.content).walk("VEVENT")
    for each in (address, picture.photo):
        assert re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9a-f]{32}\.(png|ics)", each.rpartition("/")[2]), "a number, an end, a signature"
    assert [each.method for each in double.sent("c")].count("sendPhoto") == 1

    # Whoever turns one letter of it gets what whoever makes one up gets.
    name = address.rpartition("/")[2]
    row, end, mark, _ = name.split(".")
    wrong = [
        f"{row}.{end}.{mark}.png", f"{int(row) + 1}.{end}.{mark}.ics", f"{row}.{int(end) + 9}.{mark}.ics", f"{row}.{end}.{'0' * 32}.ics",
        f"{row}.{end}.{mark}.pdf", f"{row}.{end}.{mark[:-1]}.ics", "x", "1.ics", f"{'9' * 30}.{end}.{mark}.ics",
    ]
    answers = [httpx.get(f"{bot.url}/zalo-bot/tickets/{each}", trust_env=False) for each in wrong]
    assert {(each.status_code, each.content) for each in answers} == {(404, b"")}


def test_attachments_are_tried_once_and_the_words_stand(reachable):
    double, bot = reachable
    double.fail(500, "sendPhoto", times=-1)
    book(double, "c")
    double.wait(lambda: "/tickets/" in double.sent("c")[-1].text)
    double.say("c", "menu")
    double.wait(lambda: "/tickets/" not in double.sent("c")[-1].text)
    assert len(double.called("sendPhoto")) == 1
    assert sum("Số hẹn: " in text for text in said(double, "c")) == 1
    assert sum("/tickets/" in text for text in said(double, "c")) == 1
    assert bot.application.store.outbox.unknown() == []


def test_without_an_address_of_ours_the_words_stand_alone(bot, double, chat):
    book(double, chat)
    double.say(chat, "menu")
    double.wait(lambda: "Số hẹn" not in double.sent(chat)[-1].text)
    assert not double.called("sendPhoto", chat)
    assert not [text for text in said(double, chat) if "http" in text]
    assert httpx.get(f"{bot.url}/zalo-bot/tickets/1.1.{'0' * 32}.png", trust_env=False).status_code == 404


def links(told, clock, channel="zalo-bot"):
    return TicketLinks(channel, "https://motcua.example", lambda kind, text: f"{kind}{text}".encode().hex()[-64:], told, clock)


def answer_of(made, address):
    request = Request({"type": "http", "method": "GET", "headers": [], "path_params": {"name": address.rpartition("/")[2]}})
    return asyncio.run(made.answer(request)).status_code


def test_a_link_is_good_for_a_day_on_its_channel_as_long_as_its_message_is_there():
    clock, messages = SetClock(NOW), {("zalo-bot", 5): Outgoing("Số hẹn", ticket=TICKET), ("zalo-bot", 6): Outgoing("không có vé")}
    made = links(lambda channel, row: messages.get((channel, row)), clock)
    picture, entry, none, gone = made.picture(5), made.entry(5), made.entry(6), made.entry(7)
    assert picture.startswith("https://motcua.example/zalo-bot/tickets/5.")
    assert [answer_of(made, each) for each in (picture, entry, none, gone)] == [200, 200, 404, 404]
    assert answer_of(links(lambda channel, row: messages[("zalo-bot", 5)], clock, "zalo-oa"), picture) == 404
    clock.move_to(NOW + GOOD_FOR - timedelta(seconds=1))
    assert answer_of(made, picture) == 200
    clock.move_to(NOW + GOOD_FOR)
    assert answer_of(made, picture) == 404


def test_while_the_database_is_away_a_link_is_to_be_asked_again():
    def away(channel, row):
        raise StoreUnavailable("gone")

    made = links(away, SetClock(NOW))
    assert answer_of(made, made.picture(5)) == 503
    assert answer_of(made, "x/1.ics") == 404


def test_without_a_public_address_there_are_no_links_and_no_route():
    made = TicketLinks("zalo-bot", None, lambda *_: "", lambda *_: None, SetClock(NOW))
    assert not made
    assert made.routes() == []


# -- secrets ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [refusal(401, "x"), refusal(400, f"no route /bot{TOKEN}/sendMessage"), httpx.ConnectError("x"),
                                    httpx.Response(502, text="<html>"), httpx.ReadTimeout("x"), OK], ids=str)
def test_the_token_and_the_secret_stand_in_no_log_no_error_and_no_status(answer):
    written = io.StringIO()
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    set_up_logs("DEBUG", (SECRET,), written)  # the token is not named: it must be known by its looks

    async def run():
        fixed = Fixed(answer)
        await fixed.send()
        logging.getLogger("bot").info("and by itself %s", TOKEN)
        polling = asyncio.create_task(fixed.channel.poll())
        await asyncio.sleep(0.05)
        polling.cancel()
        errors = ""
        try:
            await fixed.channel._client.send_message("c", "a")
        except (Refused, NoAnswer) as error:
            logging.getLogger("bot").error("as a trace", exc_info=error)
            errors = f"{error!r} {error} {error.__cause__!r}"
        return errors + repr(fixed.channel.health()) + repr(fixed.channel._account)

    try:
        told = asyncio.run(run())
    finally:
        for each in set(root.handlers) - set(handlers):
            root.removeHandler(each)
        root.setLevel(level)
    whole = written.getvalue() + told
    assert "and by itself" in whole
    for secret in (TOKEN, TOKEN.partition(":")[2], SECRET):
        assert secret not in whole


# -- settings and commands ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("environ", "named"), [
    ({"BOT_ZALO_BOT_MODE": "webhook"}, "BOT_ZALO_BOT_WEBHOOK_SECRET"), ({"BOT_ZALO_BOT_SPACING": "soon"}, "BOT_ZALO_BOT_SPACING"),
    ({"BOT_ZALO_BOT_WEBHOOK_SECRET": "short"}, "BOT_ZALO_BOT_WEBHOOK_SECRET"),
    ({"BOT_ZALO_BOT_API_URL": "http://a"}, "BOT_ZALO_BOT_API_URL"),
    ({"BOT_ZALO_PHOTO_HOSTS": "https://zdn.vn"}, "BOT_ZALO_PHOTO_HOSTS"), ({"BOT_ZALO_PHOTO_HOSTS": "vn"}, "BOT_ZALO_PHOTO_HOSTS"),
    ({"BOT_ZALO_PHOTO_HOSTS": "a.vn,127.0.0.1"}, "BOT_ZALO_PHOTO_HOSTS"),
], ids=lambda each: str(each)[:40])
def test_on_but_wrong_names_the_variable(environ, named, tmp_path):
    with pytest.raises(SettingsError, match=named):
        load_settings({"BOT_ZALO_BOT_TOKEN": TOKEN, **environ}, tmp_path / "none")


def test_hosts_of_pictures_may_be_added(tmp_path):
    settings = settings_for(tmp_path, {"BOT_ZALO_PHOTO_HOSTS": "Cdn.Example.vn, b.vn"})
    assert settings.zalo_photo_hosts == ("cdn.example.vn", "b.vn")
    assert settings.zalo_bot is None


def test_the_webhook_is_registered_shown_and_taken_back(tmp_path, monkeypatch, capsys):
    with zalo_bot_double() as double:
        for name, value in (on_zalo_bot(double, "webhook") | KEYS).items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        assert program.main(["webhook", "info", "zalo-bot"]) == 0
        assert json.loads(capsys.readouterr().out)["url"] == ""
        assert program.main(["webhook", "delete", "zalo-bot"]) == 0
        assert program.main(["webhook", "set", "zalo-bot", "https://motcua.example"]) == 0
        assert capsys.readouterr().out.strip() == "https://motcua.example/webhooks/zalo-bot"
        assert double.called("setWebhook")[-1] == {"url": "https://motcua.example/webhooks/zalo-bot", "secret_token": SECRET}
        monkeypatch.setenv("BOT_PUBLIC_URL", "https://khac.example/")
        assert program.main(["webhook", "set", "zalo-bot"]) == 0
        assert program.main(["webhook", "info", "zalo-bot"]) == 0
        out = capsys.readouterr().out.splitlines()
        assert json.loads(out[-1])["url"] == "https://khac.example/webhooks/zalo-bot"
        assert program.main(["webhook", "set", "zalo-bot", "http://motcua.example"]) == 1
        assert "https" in capsys.readouterr().err
        assert program.main(["webhook", "delete", "zalo-bot"]) == 0
        double.fail(401, "*")
        assert program.main(["webhook", "info", "zalo-bot"]) == 1
        out = capsys.readouterr()
        assert "BOT_ZALO_BOT_TOKEN" in out.err
        assert double.token not in out.out + out.err


def test_what_the_platform_found_when_it_tried_the_address_is_told():
    def give(request):
        return httpx.Response(200, json={"ok": True, "result": {"url": "https://a", "verification": {"ok": False}}})

    webhook = ZaloBotWebhook(Account(TOKEN, "http://127.0.0.1:9/bot", "webhook", SECRET), httpx.MockTransport(give))
    assert asyncio.run(webhook.set("https://a/b")) == 'https://a/b\nverification: {"ok": false}'


def test_a_platform_that_is_not_there_is_told_of_without_the_token():
    webhook = ZaloBotWebhook(Account(TOKEN, "http://127.0.0.1:9/bot", "webhook", SECRET))
    with pytest.raises(ZaloBotFailed) as failed:
        asyncio.run(webhook.info())
    assert "ConnectError" in str(failed.value)
    assert TOKEN not in repr(failed.value)


def test_a_webhook_needs_a_token_and_a_secret(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("BOT_ZALO_BOT_TOKEN", "BOT_ZALO_BOT_WEBHOOK_SECRET", "BOT_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    for command in ("set", "info", "delete"):
        assert program.main(["webhook", command, "zalo-bot"]) == 2
        assert "BOT_ZALO_BOT_TOKEN" in capsys.readouterr().err
    monkeypatch.setenv("BOT_ZALO_BOT_TOKEN", TOKEN)
    assert program.main(["webhook", "set", "zalo-bot", "https://a.example"]) == 2
    assert "BOT_ZALO_BOT_WEBHOOK_SECRET" in capsys.readouterr().err
    monkeypatch.setenv("BOT_ZALO_BOT_WEBHOOK_SECRET", SECRET)
    assert program.main(["webhook", "set", "zalo-bot"]) == 2
    assert "BOT_PUBLIC_URL" in capsys.readouterr().err
