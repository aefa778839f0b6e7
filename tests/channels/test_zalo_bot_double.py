"""The double of the Bot API keeps to what Zalo documents, and its switches and faults do what they say."""

import asyncio
import json
import threading
import time

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from tests.channels.test_telegram_double import picture
from tests.doubles.serving import serving
from tests.doubles.zalo_bot import TOKEN, zalo_bot_double

CHAT = "6ede9afa66b88fe6d6a9"
SECRET = "a secret of the tests"


@pytest.fixture
def zalo():
    with zalo_bot_double() as double:
        yield double


def ask(double, method, body=None, token=TOKEN):
    """(HTTP status, body)."""
    answer = httpx.post(f"{double.url}{token}/{method}", json=body or {}, trust_env=False, timeout=20)
    return answer.status_code, answer.json()


def poll(double, seconds=5):
    return ask(double, "getUpdates", {"timeout": seconds})[1]


class Receiver:
    """A webhook that keeps what it is sent; ``answers`` are the statuses it gives first, then 200."""

    def __init__(self):
        self.got, self.answers = [], []

    async def _take(self, request):
        self.got.append((request.headers.get("x-bot-api-secret-token"), await request.json()))
        return Response(status_code=self.answers.pop(0) if self.answers else 200)

    @property
    def texts(self):
        return [(body.get("result") or body)["message"]["text"] for _, body in self.got]

    def listening(self):
        return serving(Starlette(routes=[Route("/hook", self._take, methods=["POST"])]))


def test_it_knows_itself_and_refuses_another_token_with_200(zalo):
    assert ask(zalo, "getMe") == (200, {"ok": True, "result": {
        "id": "4242424242", "account_name": "bot.motcua", "account_type": "BASIC", "can_join_groups": False,
    }})
    assert ask(zalo, "getMe", token="1:x") == (200, {"ok": False, "description": "Unauthorized", "error_code": 401})
    zalo.refuses_with_200 = False
    assert ask(zalo, "getMe", token="1:x")[0] == 401
    assert ask(zalo, "sendTemplate") == (404, {"ok": False, "description": "Not Found", "error_code": 404})


def test_an_update_is_told_alone_and_once(zalo):
    zalo.say(CHAT, "một")
    zalo.say(CHAT, "hai")
    assert [poll(zalo)["result"]["message"]["text"] for _ in range(2)] == ["một", "hai"]
    assert zalo.unconfirmed() == 0
    assert poll(zalo, 0.1) == {"ok": False, "description": "Request timeout", "error_code": 408}


def test_an_update_has_the_documented_fields(zalo):
    event = zalo.say(CHAT, "xin chào")
    told = poll(zalo)
    assert set(told) == {"ok", "result"}
    message = told["result"]["message"]
    assert told["result"]["event_name"] == "message.text.received"
    assert message["chat"] == {"id": CHAT, "chat_type": "PRIVATE"}
    assert message["from"]["is_bot"] is False
    assert abs(message["date"] / 1000 - time.time()) < 60
    assert event == f"{CHAT}:{message['message_id']}"


def test_the_shapes_that_were_seen_can_be_switched_on(zalo):
    zalo.wrapped, zalo.photo_field = False, "photo_url"
    zalo.photo(CHAT, picture(), "chú thích")
    told = poll(zalo)
    assert told["event_name"] == "message.image.received"
    assert told["message"]["message_type"] == "CHAT_PHOTO"
    assert httpx.get(told["message"]["photo_url"], trust_env=False).headers["content-type"] == "image/jpeg"
    zalo.as_list = True
    zalo.say(CHAT, "a")
    assert [each["message"]["text"] for each in poll(zalo)] == ["a"]


@pytest.mark.parametrize(("idle", "status", "body"), [
    ("408", 408, {"ok": False, "description": "Request timeout", "error_code": 408}),
    ("200", 200, {"ok": False, "description": "Request timeout", "error_code": 408}), ("empty", 200, {"ok": True}),
])
def test_no_news_is_said_in_three_ways(zalo, idle, status, body):
    zalo.idle = idle
    assert ask(zalo, "getUpdates", {"timeout": 0.05}) == (status, body)


def test_a_long_poll_wakes_at_once(zalo):
    threading.Timer(0.2, zalo.say, (CHAT, "alo")).start()
    begun = time.monotonic()
    assert poll(zalo, 20)["result"]["message"]["text"] == "alo"
    assert time.monotonic() - begun < 5


def test_a_poller_that_has_left_is_told_nothing(zalo):
    async def leave():
        async with httpx.AsyncClient(trust_env=False) as client:
            with pytest.raises(httpx.ReadTimeout):
                await client.post(f"{zalo.url}{TOKEN}/getUpdates", json={"timeout": 30}, timeout=0.3)

    asyncio.run(leave())
    zalo.wait(lambda: zalo.polling_now == 0)
    zalo.say(CHAT, "alo")
    assert poll(zalo)["result"]["message"]["text"] == "alo"


def test_what_a_dead_poller_was_told_comes_again_where_that_is_kept(zalo):
    zalo.keeps = True
    zalo.say(CHAT, "một")
    zalo.say(CHAT, "hai")
    assert poll(zalo)["result"]["message"]["text"] == "một"
    assert zalo.unconfirmed() == 2
    zalo.poller_died()
    assert [poll(zalo)["result"]["message"]["text"] for _ in range(2)] == ["một", "hai"]
    assert zalo.unconfirmed() == 1
    poll(zalo, 0.05)
    assert zalo.unconfirmed() == 0


def test_polling_and_webhook_exclude_each_other(zalo):
    assert ask(zalo, "getWebhookInfo")[1]["error_code"] == 404
    assert ask(zalo, "deleteWebhook")[1]["error_code"] == 404
    assert ask(zalo, "setWebhook", {"url": "https://a.example/x", "secret_token": SECRET})[1]["result"]["url"] == "https://a.example/x"
    assert poll(zalo)["error_code"] == 400
    assert ask(zalo, "getWebhookInfo")[1]["result"]["url"] == "https://a.example/x"
    assert ask(zalo, "deleteWebhook")[1]["result"]["url"] == ""
    zalo.say(CHAT, "a")
    assert poll(zalo)["ok"] is True


@pytest.mark.parametrize("body", [
    {"url": "http://a.example/x", "secret_token": SECRET}, {"url": "https://a.example/x", "secret_token": "short"},
    {"url": "https://a.example/x"}, {"secret_token": SECRET},
])
def test_a_webhook_is_https_with_a_secret_of_eight_characters(zalo, body):
    assert ask(zalo, "setWebhook", body)[1]["error_code"] == 400


def test_a_webhook_is_posted_with_its_secret_in_order_until_it_is_taken(zalo):
    receiver = Receiver()
    receiver.answers = [503, 500]
    with receiver.listening() as address:
        zalo.use_webhook(f"{address}/hook", SECRET)
        zalo.say(CHAT, "một")
        zalo.say(CHAT, "hai")
        zalo.wait(lambda: zalo.unconfirmed() == 0)
    assert receiver.texts == ["một", "một", "một", "hai"]
    assert {secret for secret, _ in receiver.got} == {SECRET}
    assert [each.status for each in zalo.posted] == [503, 500, 200, 200]


def test_updates_come_late_again_and_out_of_order_when_told_to(zalo):
    receiver = Receiver()
    with receiver.listening() as address:
        zalo.use_webhook(f"{address}/hook", SECRET)
        zalo.hold()
        first = zalo.say(CHAT, "một")
        zalo.say(CHAT, "hai")
        assert not receiver.got
        zalo.release(newest_first=True)
        zalo.wait(lambda: zalo.unconfirmed() == 0)
        zalo.again(first)
        zalo.wait(lambda: len(zalo.posted) == 3)
    assert receiver.texts == ["hai", "một", "một"]


@pytest.mark.parametrize(("text", "good"), [
    ("a" * 2000, True), ("a" * 2001, False), ("", False), ("  ", False), ("😀" * 1000, True), ("😀" * 1001, False), (None, False),
])
def test_a_text_has_at_most_2000_characters(zalo, text, good):
    zalo.say(CHAT, "a")
    assert ask(zalo, "sendMessage", {"chat_id": CHAT, "text": text})[1]["ok"] is good
    assert len(zalo.sent(CHAT)) == good


def test_nobody_is_written_to_who_never_wrote_or_who_blocked_us(zalo):
    assert ask(zalo, "sendMessage", {"chat_id": CHAT, "text": "a"})[1]["description"] == "Bad Request: chat not found"
    zalo.say(CHAT, "a")
    zalo.block(CHAT)
    assert ask(zalo, "sendMessage", {"chat_id": CHAT, "text": "a"})[1]["error_code"] == 400
    zalo.unblock(CHAT)
    assert ask(zalo, "sendMessage", {"chat_id": CHAT, "text": "a"})[1]["ok"] is True


def test_a_photo_is_fetched_from_its_address(zalo):
    zalo.say(CHAT, "a")
    content = picture()

    async def give(request):
        return Response(content if request.url.path == "/p.jpg" else b"no picture")

    with serving(Starlette(routes=[Route("/{path:path}", give)])) as address:
        assert ask(zalo, "sendPhoto", {"chat_id": CHAT, "photo": f"{address}/p.jpg", "caption": "H48"})[1]["ok"] is True
        for wrong in (f"{address}/q", "http://10.0.0.1/p.jpg", "", "http://127.0.0.1:9/p.jpg"):
            assert ask(zalo, "sendPhoto", {"chat_id": CHAT, "photo": wrong})[1]["error_code"] == 400
    [sent] = zalo.sent(CHAT)
    assert (sent.method, sent.text, sent.picture) == ("sendPhoto", "H48", content)


def test_typing_has_no_result(zalo):
    zalo.say(CHAT, "a")
    assert ask(zalo, "sendChatAction", {"chat_id": CHAT, "action": "typing"}) == (200, {"ok": True})
    assert ask(zalo, "sendChatAction", {"chat_id": CHAT, "action": "upload_photo"})[1]["error_code"] == 400


@pytest.mark.parametrize("code", [400, 401, 403, 404, 408, 429, 500])
@pytest.mark.parametrize("with_200", [True, False])
def test_faults_come_as_codes(zalo, code, with_200):
    zalo.refuses_with_200, zalo.idle = with_200, "200"
    zalo.say(CHAT, "a")
    zalo.fail(code, chat=CHAT)
    status, body = ask(zalo, "sendMessage", {"chat_id": CHAT, "text": "a"})
    assert (status, body["ok"], body["error_code"]) == (200 if with_200 else code, False, code)
    assert ask(zalo, "sendMessage", {"chat_id": CHAT, "text": "a"})[1]["ok"] is True, "once is once"


def test_faults_end_connections_and_slow_them(zalo):
    zalo.say(CHAT, "a")
    for what, done in (("lost", 1), ("dropped", 1)):
        zalo.fail(what)
        with pytest.raises(httpx.RemoteProtocolError):
            ask(zalo, "sendMessage", {"chat_id": CHAT, "text": "a"})
        assert len(zalo.sent()) == done
    zalo.fail("slow", value=0.3)
    begun = time.monotonic()
    assert ask(zalo, "sendMessage", {"chat_id": CHAT, "text": "a"})[1]["ok"] is True
    assert time.monotonic() - begun >= 0.3
    zalo.fail(502)
    answer = httpx.post(f"{zalo.url}{TOKEN}/sendMessage", json={"chat_id": CHAT, "text": "a"}, trust_env=False)
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (502, "text/html")


def test_the_citizens_side_can_be_played_by_hand(zalo):
    def control(name, **arguments):
        return httpx.post(f"{zalo.url.removesuffix('/bot')}/ctl/{name}", json=arguments, trust_env=False)

    assert control("say", chat=CHAT, text="xin chào").json()["result"].startswith(f"{CHAT}:")
    assert control("set", wrapped=False).json()["result"]["wrapped"] is False
    assert poll(zalo)["message"]["text"] == "xin chào"
    ask(zalo, "sendMessage", {"chat_id": CHAT, "text": "chào"})
    assert [each["text"] for each in control("sent", chat=CHAT).json()["result"]] == ["chào"]
    assert control("use_webhook", url="http://a.example", secret=SECRET).status_code == 400
    assert [control(name).status_code for name in ("stop", "lifespan", "_wake", "nothing")] == [404] * 4
    assert json.loads(control("say").content)["error"]
