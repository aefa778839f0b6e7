"""The double of Telegram's Bot API, driven by a bare ``telegram.Bot``: what the channel's tests lean on holds."""

import asyncio
import io
import json
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut
from telegram.request import HTTPXRequest

from tests.doubles.serving import free_port, serving
from tests.doubles.telegram_api import TelegramDouble, telegram_double

CHAT, OTHER = 7, 8


@pytest.fixture
def telegram() -> Iterator[TelegramDouble]:
    with telegram_double() as double:
        yield double


@asynccontextmanager
async def a_bot(double: TelegramDouble, token: str | None = None) -> AsyncIterator[Bot]:
    base = double.url
    request, polling = (HTTPXRequest(read_timeout=2, httpx_kwargs={"trust_env": False}) for _ in range(2))
    bot = Bot(
        token or double.token, base_url=base, base_file_url=base.removesuffix("/bot") + "/file/bot", request=request,
        get_updates_request=polling,
    )
    async with bot:
        yield bot


def with_bot(double: TelegramDouble, act: Callable[[Bot], Coroutine[Any, Any, Any]]) -> Any:
    async def run() -> Any:
        async with a_bot(double) as bot:
            return await act(bot)

    return asyncio.run(run())


class Receiver:
    """A webhook that keeps what it is sent; ``answers`` are the statuses it gives first, then 200."""

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[int] = []

    @property
    def texts(self) -> list[str]:
        return [update["message"]["text"] for _, update in self.got]

    async def _take(self, request: Request) -> Response:
        self.got.append((request.headers.get("x-telegram-bot-api-secret-token", ""), await request.json()))
        return Response(status_code=self.answers.pop(0) if self.answers else 200)

    @contextmanager
    def listening(self) -> Iterator[str]:
        with serving(Starlette(routes=[Route("/hook", self._take, methods=["POST"])])) as address:
            yield f"{address}/hook"


def picture(width: int = 300, height: int = 200) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((width, height), 40).save(out, "JPEG")
    return out.getvalue()


def test_the_bot_knows_itself_and_a_wrong_token_is_refused(telegram):
    async def both() -> None:
        async with a_bot(telegram) as bot:
            assert bot.username == "motcua_double_bot"
        with pytest.raises(InvalidToken):
            async with a_bot(telegram, "1:wrong"):
                pass

    asyncio.run(both())


def test_an_update_stays_until_an_offset_confirms_it(telegram):
    async def act(bot: Bot) -> None:
        first, second = telegram.say(CHAT, "xin chào"), telegram.say(CHAT, "phí bao nhiêu")
        for _ in range(2):
            got = await bot.get_updates(timeout=0)
            assert [each.update_id for each in got] == [first, second]
        assert got[0].message.text == "xin chào"
        assert got[0].message.from_user.id == got[0].message.chat_id == CHAT
        assert [each.update_id for each in await bot.get_updates(offset=second, limit=1, timeout=0)] == [second]
        assert await bot.get_updates(offset=second + 1, timeout=0) == ()
        assert telegram.unconfirmed() == 0

    with_bot(telegram, act)


def test_a_long_poll_wakes_at_once(telegram):
    async def act(bot: Bot) -> None:
        waiting = asyncio.create_task(bot.get_updates(timeout=30))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        telegram.say(CHAT, "alo")
        async with asyncio.timeout(2):
            assert [each.message.text for each in await waiting] == ["alo"]
        assert await bot.get_updates(offset=-1, timeout=0)

    with_bot(telegram, act)


def test_the_later_of_two_pollers_wins(telegram):
    async def act(bot: Bot) -> None:
        async with a_bot(telegram) as second:
            earlier = asyncio.create_task(bot.get_updates(timeout=30))
            await asyncio.sleep(0.05)
            later = asyncio.create_task(second.get_updates(timeout=30))
            with pytest.raises(Conflict):
                await earlier
            telegram.say(CHAT, "alo")
            assert len(await later) == 1

    with_bot(telegram, act)


def test_polling_and_webhook_exclude_each_other(telegram):
    async def act(bot: Bot) -> None:
        with Receiver().listening() as url:
            await bot.set_webhook(url, secret_token="s3cret")
            assert (await bot.get_webhook_info()).url == url
            with pytest.raises(Conflict):
                await bot.get_updates()
            await bot.delete_webhook()
            assert (await bot.get_webhook_info()).url == ""
            assert await bot.get_updates(timeout=0) == ()
        with pytest.raises(BadRequest):
            await bot.set_webhook("http://example.org/hook")
        with pytest.raises(BadRequest):
            await bot.set_webhook("https://example.org/hook", secret_token="kh ông")

    with_bot(telegram, act)


def test_a_webhook_gets_its_secret_and_is_tried_until_it_takes_the_update(telegram):
    receiver = Receiver()
    receiver.answers = [503, 500, 404]
    with receiver.listening() as url:
        with_bot(telegram, lambda bot: bot.set_webhook(url, secret_token="s3cret", allowed_updates=["message"]))
        telegram.say(CHAT, "một")
        telegram.say(CHAT, "hai")
        telegram.edit(CHAT, "không ai đợi")
        telegram.wait(lambda: telegram.unconfirmed() == 0)
        assert receiver.texts == ["một", "một", "một", "một", "hai"]
        assert {secret for secret, _ in receiver.got} == {"s3cret"}
        assert [each.status for each in telegram.posted] == [503, 500, 404, 200, 200]
        assert "404" in with_bot(telegram, lambda bot: bot.get_webhook_info()).last_error_message
    telegram.say(CHAT, "ba")
    telegram.wait(lambda: telegram.posted[-1].status is None)
    assert telegram.unconfirmed() == 1
    with receiver.listening() as url:
        with_bot(telegram, lambda bot: bot.set_webhook(url))
        telegram.wait(lambda: telegram.unconfirmed() == 0)
    assert receiver.got[-1] == ("", telegram.updates[-1])


def test_an_update_can_come_again_and_out_of_order(telegram):
    receiver = Receiver()
    with receiver.listening() as url:
        with_bot(telegram, lambda bot: bot.set_webhook(url))
        telegram.hold()
        telegram.say(CHAT, "một")
        telegram.say(CHAT, "hai")
        telegram.release(newest_first=True)
        telegram.wait(lambda: telegram.unconfirmed() == 0)
        assert receiver.texts == ["hai", "một"]
        telegram.again()
        telegram.wait(lambda: len(telegram.posted) == 3)
        assert receiver.got[-1][1] == receiver.got[0][1]

    async def act(bot: Bot) -> None:
        await bot.delete_webhook()
        last = telegram.say(CHAT, "ba")
        assert [each.update_id for each in await bot.get_updates(timeout=0)] == [last]
        assert await bot.get_updates(offset=last + 1, timeout=0) == ()
        telegram.again()
        assert [each.update_id for each in await bot.get_updates(offset=last + 1, timeout=5)] == [last]

    with_bot(telegram, act)


def test_a_message_is_sent_and_its_buttons_pressed(telegram):
    async def act(bot: Bot) -> None:
        telegram.say(CHAT, "/start")
        (started,) = await bot.get_updates(timeout=0)
        assert started.message.entities[0].type == "bot_command"
        rows = [[InlineKeyboardButton(label, callback_data=data)] for label, data in (("1. Một", "c1.1"), ("2. Hai", "c1.2"))]
        message = await bot.send_message(CHAT, "Anh/chị chọn", reply_markup=InlineKeyboardMarkup(rows))
        assert message.date.year > 2000
        (sent,) = telegram.sent(CHAT)
        assert (sent.text, sent.labels, sent.message_id) == ("Anh/chị chọn", ["1. Một", "2. Hai"], message.message_id)
        assert await bot.send_chat_action(CHAT, "typing")
        telegram.press(CHAT, "Hai")
        pressed = (await bot.get_updates(offset=started.update_id + 1, timeout=0))[0].callback_query
        assert (pressed.data, pressed.from_user.id, pressed.message.message_id) == ("c1.2", CHAT, message.message_id)
        assert len(telegram.unanswered_queries()) == 1
        assert await bot.answer_callback_query(pressed.id)
        assert telegram.unanswered_queries() == []
        telegram.forget_queries()
        with pytest.raises(BadRequest, match="too old"):
            await bot.answer_callback_query(pressed.id)
        with pytest.raises(LookupError):
            telegram.press(CHAT, "Ba")
        assert await bot.edit_message_reply_markup(CHAT, message.message_id)
        assert telegram.labels(CHAT) == []
        with pytest.raises(BadRequest, match="not modified"):
            await bot.edit_message_text("Anh/chị chọn", CHAT, message.message_id)

    with_bot(telegram, act)


def test_the_limits_are_telegrams(telegram):
    async def act(bot: Bot) -> None:
        telegram.say(CHAT, "a")
        assert await bot.send_message(CHAT, "ồ" * 4096)
        assert await bot.send_message(CHAT, "ok", reply_markup=button("x" * 64))
        wrong = [("ồ" * 4097, None), ("😀" * 2049, None), ("  \n", None), ("ok", button("ồ" * 22)), ("ok", button("x" * 65))]
        for text, markup in wrong:
            with pytest.raises(BadRequest):
                await bot.send_message(CHAT, text, reply_markup=markup)
        with pytest.raises(BadRequest, match="not found"):
            await bot.send_message(999, "ai đó")
        with pytest.raises(BadRequest, match="too long"):
            await bot.send_photo(CHAT, picture(), caption="x" * 1025)
        assert len(telegram.sent(CHAT)) == 2

    with_bot(telegram, act)


def button(data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("Nút", callback_data=data)]])


def test_photos_and_files_go_both_ways(telegram):
    async def act(bot: Bot) -> None:
        given = picture(1280, 960)
        telegram.photo(CHAT, given, "giấy hẹn")
        telegram.document(CHAT, b"tep", "don.pdf", "application/pdf")
        seen, file = await bot.get_updates(timeout=0)
        assert [(each.width, each.height) for each in seen.message.photo] == [(90, 90), (1280, 960)]
        assert seen.message.caption == "giấy hẹn"
        largest = await bot.get_file(seen.message.photo[-1].file_id)
        assert telegram.token in largest.file_path
        assert bytes(await largest.download_as_bytearray()) == given
        assert file.message.document.mime_type == "application/pdf"
        assert bytes(await (await file.message.document.get_file()).download_as_bytearray()) == b"tep"
        with pytest.raises(BadRequest):
            await bot.get_file("nothing")

        await bot.send_photo(CHAT, given, caption="Mã hẹn", filename="ma.jpg")
        await bot.send_document(CHAT, b"BEGIN:VCALENDAR", filename="lich.ics")
        photo, calendar = telegram.sent(CHAT)
        assert (photo.method, photo.file, photo.text) == ("sendPhoto", given, "Mã hẹn")
        assert (calendar.method, calendar.file, calendar.name) == ("sendDocument", b"BEGIN:VCALENDAR", "lich.ics")
        with pytest.raises(BadRequest):
            await bot.send_photo(CHAT, b"no picture")

    with_bot(telegram, act)


def test_a_file_is_only_for_who_has_the_token(telegram):
    telegram.photo(CHAT, picture())
    path = with_bot(telegram, lambda bot: bot.get_file(telegram.updates[-1]["message"]["photo"][-1]["file_id"])).file_path
    assert httpx.get(path, trust_env=False).status_code == 200
    assert httpx.get(path.replace(telegram.token, "1:wrong"), trust_env=False).status_code == 404


def test_what_can_go_wrong_does(telegram, monkeypatch):
    monkeypatch.setenv("PTB_TIMEDELTA", "1")

    async def act(bot: Bot) -> None:
        telegram.say(CHAT, "a")
        telegram.say(OTHER, "b")
        telegram.fail(429, value=3)
        with pytest.raises(RetryAfter) as slow_down:
            await bot.send_message(CHAT, "1")
        assert slow_down.value.retry_after == timedelta(seconds=3)
        await bot.send_message(CHAT, "2")

        telegram.fail(500, times=-1, chat=CHAT)
        for _ in range(2):
            with pytest.raises(NetworkError):
                await bot.send_message(CHAT, "3")
        await bot.send_message(OTHER, "4")
        telegram.mend()
        telegram.fail(502)
        with pytest.raises(NetworkError):
            await bot.send_message(CHAT, "5")

        telegram.fail("lost")
        with pytest.raises(NetworkError):
            await bot.send_message(CHAT, "6")
        telegram.fail("dropped")
        with pytest.raises(NetworkError):
            await bot.send_message(CHAT, "7")
        telegram.fail("slow", value=30)
        with pytest.raises(TimedOut):
            await bot.send_message(CHAT, "8", read_timeout=0.1)
        assert [each.text for each in telegram.sent(CHAT)] == ["2", "6"]

        telegram.block(CHAT)
        with pytest.raises(Forbidden):
            await bot.send_message(CHAT, "9")
        telegram.unblock(CHAT)
        await bot.send_message(CHAT, "10")
        changes = [each.my_chat_member.new_chat_member.status for each in await bot.get_updates(timeout=0) if each.my_chat_member]
        assert changes == ["kicked", "member"]
        telegram.fail(409, "getUpdates")
        with pytest.raises(Conflict):
            await bot.get_updates()

    with_bot(telegram, act)


def test_it_stops_at_once_whoever_waits(recwarn):
    done = threading.Event()
    with telegram_double() as telegram:
        telegram.fail("slow", "getMe", value=60)

        def wait() -> None:
            with httpx.Client(trust_env=False, timeout=30) as client:
                client.get(f"{telegram.url}{telegram.token}/getUpdates", params={"timeout": 60})
            done.set()

        thread = threading.Thread(target=wait)
        thread.start()
        with httpx.Client(trust_env=False) as client, pytest.raises(httpx.ReadTimeout):
            client.get(f"{telegram.url}{telegram.token}/getMe", timeout=0.1)
        telegram.wait(lambda: any(name == "getUpdates" for name, _ in telegram.calls))
    assert done.wait(5)
    thread.join()
    assert not recwarn.list


def test_it_can_be_started_by_hand():
    command = [sys.executable, "-m", "tests.doubles.telegram_api", "--port", str(free_port())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip().partition("=")[2]
        token = process.stdout.readline().strip().partition("=")[2]
        base = url.removesuffix("/bot")
        try:
            with httpx.Client(trust_env=False, transport=httpx.HTTPTransport(retries=30)) as client:
                wait_until_it_answers(client, base)
                client.post(f"{base}/ctl/say", json={"chat": 7, "text": "xin chào"}).raise_for_status()
                got = client.post(f"{url}{token}/getUpdates", json={"timeout": 5}).json()["result"]
                assert got[0]["message"]["text"] == "xin chào"
                client.post(f"{base}/ctl/fail", json={"what": 429, "value": 2}).raise_for_status()
                refused = client.post(f"{url}{token}/sendMessage", data={"chat_id": 7, "text": "chào"})
                assert (refused.status_code, refused.json()["parameters"]) == (429, {"retry_after": 2})
                client.post(f"{url}{token}/sendMessage", data={"chat_id": 7, "text": "chào"}).raise_for_status()
                sent = client.get(f"{base}/ctl/sent", params={"chat": 7}).json()["result"]
                assert [each["text"] for each in sent] == ["chào"]
                assert client.post(f"{base}/ctl/press", json={"chat": 7, "label": "x"}).status_code == 400
                assert client.get(f"{base}/ctl/_wake").status_code == client.get(f"{base}/ctl/none").status_code == 404
                assert "getUpdates" in json.dumps(client.get(f"{base}/ctl/calls").json())
        finally:
            process.terminate()


def wait_until_it_answers(client: httpx.Client, base: str) -> None:
    for _ in range(100):
        try:
            client.get(base)
            return
        except httpx.ConnectError:
            threading.Event().wait(0.1)
    raise TimeoutError(base)
