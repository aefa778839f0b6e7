"""A double of Zalo's Bot API: what the bot calls on one side, what a citizen does on the other.

In a test: ``with zalo_bot_double() as zalo:`` and ``zalo.url`` is for ``BOT_ZALO_BOT_API_URL``. By hand:
``python -m tests.doubles.zalo_bot --port 9100``; then the citizen's side is ``POST /ctl/say`` with ``{"chat": "c1", "text": "xin chao"}``
and so on: every public method of ``ZaloBotDouble`` with its arguments as JSON, bytes in base64. ``GET /ctl/sent`` tells what was answered.

Held as Zalo documents them: one update an answer, told once and never again; polling and webhook exclude each other; texts and captions
end at 2,000; a secret has 8 to 256 characters; refusals bear ``ok: false`` and may come with status 200. Where the documents and real
traffic differ there is a switch: ``wrapped``, ``photo_field`` (``photo``, ``photo_url``), ``idle`` (``408``; ``200``: the same in a 200;
``empty``), ``refuses_with_200``, ``as_list``. Not documented, and made up here: that a webhook is tried again until it is taken, and
(``keeps``) that an update is told again to another poller when the one it was told to has died.
"""

import argparse
import asyncio
import hashlib
import io
import itertools
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.doubles.controlling import control, picture
from tests.doubles.delivering import Delivering, NoAnswer
from tests.doubles.serving import Server, serving

TOKEN = "4242424242:double-of-the-zalo-bot-api_0123456789"
ME = {"id": "4242424242", "account_name": "bot.motcua", "account_type": "BASIC", "can_join_groups": False}

MOST_TEXT = 2000
LOST, DROPPED, SLOW = "lost", "dropped", "slow"
REFUSALS = {
    400: "Bad Request", 401: "Unauthorized", 403: "Internal server error", 404: "Not Found", 408: "Request timeout", 429: "Quota exceeded",
    500: "Internal Server Error", 502: "Bad Gateway",
}
_SIMPLE = re.compile(r"https://|http://(127\.0\.0\.1|localhost)[:/]")


class Refused(Exception):
    """An answer with ``ok: false``."""

    def __init__(self, code: int, description: str | None = None) -> None:
        super().__init__(description)
        self.code, self.description = code, REFUSALS.get(code, "Error") if description is None else description


@dataclass(frozen=True, slots=True)
class Sent:
    """What the bot sent. ``picture`` is what stood at the ``photo``'s address; ``at`` is seconds on a clock of its own."""

    message_id: str
    chat: str
    method: str
    text: str
    photo: str | None
    picture: bytes | None
    at: float


@dataclass(slots=True)
class Fault:
    """What goes wrong next: a code, or LOST, DROPPED, SLOW. ``times`` -1 is for ever."""

    what: int | str
    method: str
    chat: str | None
    value: float
    times: int
    says: str | None

    def meets(self, method: str, chat: str | None) -> bool:
        return self.times != 0 and self.method in ("*", method) and self.chat in (None, chat)


@dataclass(frozen=True, slots=True)
class Posted:
    """One try at a webhook: what was posted and what came back; ``status`` is None where nothing did."""

    event: str
    body: bytes
    status: int | None


@dataclass(frozen=True, slots=True)
class Update:
    """``id`` is what the bot should know it by: the chat's and the message's id."""

    id: str
    chat: str
    content: Mapping[str, Any]


class ZaloBotDouble(Delivering[Update]):
    """One bot and its citizens. Every public method may be called from any thread."""

    def __init__(self, token: str = TOKEN, retry_after: float = 0.05) -> None:
        super().__init__(retry_after)
        self.token, self.url = token, ""
        self.wrapped, self.as_list, self.keeps = True, False, False
        self.photo_field, self.idle, self.refuses_with_200 = "photo", "408", True
        self.updates: list[Update] = []
        self.posted: list[Posted] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.polling_now = self.most_polling_at_once = 0
        self._hook_url = self._hook_secret = ""
        self._hook_at = 0
        self._sent: list[Sent] = []
        self._told: dict[str, Update] = {}
        self._pictures: dict[str, bytes] = {}
        self._chats: set[str] = set()
        self._blocked: set[str] = set()
        self._faults: list[Fault] = []
        self._ids = itertools.count(1)

    # -- the citizen's side -------------------------------------------------------------------------------------------

    def say(self, chat: str, text: str) -> str:
        """The event's id, as of all that a citizen does."""
        return self.send(chat, "text", text=text)

    def photo(self, chat: str, picture: bytes, caption: str = "") -> str:
        name = hashlib.sha256(picture + str(next(self._ids)).encode()).hexdigest()[:24]
        self._pictures[name] = picture
        return self.photo_at(chat, f"{self.url.removesuffix('/bot')}/pictures/{name}.jpg", caption)

    def photo_at(self, chat: str, url: str, caption: str = "") -> str:
        """A photo that Zalo keeps anywhere."""
        kind = {"message_type": "CHAT_PHOTO"} if self.photo_field == "photo_url" else {}
        return self.send(chat, "image", **{self.photo_field: url, "caption": caption, **kind})

    def sticker(self, chat: str) -> str:
        return self.send(chat, "sticker", sticker="bfe458bf64fa8da4d4eb", url="https://zalo-api.zadn.vn/api/emoticon/sticker/webpc?eid=1")

    def voice(self, chat: str) -> str:
        return self.send(chat, "voice", voice_url="https://voice.zdn.vn/a.aac")

    def link(self, chat: str, text: str = "") -> str:
        return self.send(chat, "link", **({"text": text} if text else {}))

    def unsupported(self, chat: str | None, *, with_message: bool = True) -> str:
        """What Zalo does not hand on; without a chat nobody can be answered."""
        if chat is not None and with_message:
            return self.send(chat, "unsupported")
        where = {} if chat is None else {"chat": {"id": chat, "chat_type": "PRIVATE"}}
        return self.happens({"event_name": "message.unsupported.received", **where})

    def send(self, chat: str, kind: str, **content: Any) -> str:
        """A message of any kind."""
        message = {
            "from": {"id": chat, "display_name": f"Công dân {chat}", "is_bot": False}, "chat": {"id": chat, "chat_type": "PRIVATE"},
            "message_id": f"{next(self._ids):020x}", "date": int(time.time() * 1000), **content,
        }
        return self.happens({"event_name": f"message.{kind}.received", "message": message})

    def happens(self, content: Mapping[str, Any]) -> str:
        """Any update, as it stands."""
        message = content.get("message") or {}
        chat = str((message.get("chat") or content.get("chat") or {}).get("id") or "")
        update = Update(f"{chat}:{message.get('message_id') or next(self._ids)}", chat, content)
        with self._lock:
            self._chats.add(chat)
            self.updates.append(update)
            self._pending[update.id] = update
            self._wake()
        return update.id

    def block(self, chat: str) -> None:
        """How Zalo answers a send to such a citizen is not documented; here as to one it does not know."""
        with self._lock:
            self._blocked.add(chat)

    def unblock(self, chat: str) -> None:
        with self._lock:
            self._blocked.discard(chat)

    # -- what the bot did ---------------------------------------------------------------------------------------------

    def sent(self, chat: str | None = None) -> list[Sent]:
        with self._lock:
            return [each for each in self._sent if chat in (None, each.chat)]

    def called(self, method: str, chat: str | None = None) -> list[dict[str, Any]]:
        """What the bot asked for, answered or not."""
        with self._lock:
            return [data for name, data in self.calls if name == method and chat in (None, data.get("chat_id"))]

    def unconfirmed(self, chat: str | None = None) -> int:
        """How many updates the bot has not been told, or has not taken, yet."""
        with self._lock:
            return sum(chat in (None, update.chat) for update in [*self._pending.values(), *self._told.values()])

    def is_polled_dry(self) -> bool:
        """Whether a poller waits for what is not there."""
        with self._lock:
            return self.polling_now > 0 and not (self._again or self._pending or self._told)

    def wait(self, true: Callable[[], Any], seconds: float = 10.0) -> None:
        """Until *true*; looked at whenever the bot has called or taken something. Raises TimeoutError."""
        with self._heard:
            if not self._heard.wait_for(true, seconds):
                raise TimeoutError(f"not within {seconds} s; sent so far: {[(each.chat, each.text) for each in self._sent[-5:]]}")

    def wait_sent(self, chat: str, count: int, seconds: float = 10.0) -> list[Sent]:
        """What *chat* got, once it is *count* messages or more."""
        self.wait(lambda: len(self.sent(chat)) >= count, seconds)
        return self.sent(chat)

    def use_webhook(self, url: str, secret: str) -> None:
        """As the operator's ``webhook set`` does."""
        self._on_setwebhook({"url": url, "secret_token": secret})

    # -- what goes wrong ----------------------------------------------------------------------------------------------

    def fail(
        self, what: int | str, method: str = "sendMessage", chat: str | None = None, value: float = 1, times: int = 1,
        says: str | None = None,
    ) -> None:
        """The next *times* calls of *method* (``*``: any) fail, -1 for ever.

        *what*: a code (with the words *says*), ``lost`` (done, but the connection ends without an answer), ``dropped`` (the same, and not
        done), ``slow`` (done after *value* seconds).
        """
        with self._lock:
            self._faults.append(Fault(what, method.lower(), chat, value, times, says))

    def mend(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._faults.clear()

    def again(self, event: str | None = None) -> None:
        """Delivers an update (the last one) once more, as it was."""
        with self._lock:
            self._again.append(next(each for each in reversed(self.updates) if event in (None, each.id)))
            self._wake()

    def hold(self) -> None:
        """Updates wait, for ``release``."""
        with self._lock:
            self._held = True

    def release(self, *, newest_first: bool = False) -> None:
        with self._lock:
            self._held = False
            if newest_first:
                self._pending = dict(reversed(self._pending.items()))
            self._wake()

    def poller_died(self) -> None:
        """Whoever was told the last updates asks no more: with ``keeps`` they are told again."""
        with self._lock:
            self._pending, self._told = {**self._told, **self._pending}, {}
            self._wake()

    # -- the bot's side -----------------------------------------------------------------------------------------------

    async def call(self, method: str, data: dict[str, Any], gone: Callable[[], bool]) -> tuple[Any, bool]:
        """The answer's body, and whether the connection is to end without telling it. *gone*: nobody waits for it any more."""
        name, chat = method.lower(), data.get("chat_id")
        with self._heard:
            self.calls.append((method, data))
            self._heard.notify_all()
        fault = self._fault(name, chat)
        if fault is not None and isinstance(fault.what, int):
            raise Refused(fault.what, fault.says)
        if fault is not None and fault.what == SLOW:
            await self._pause(fault.value)
        if fault is not None and fault.what == DROPPED:
            return None, True
        if name == "getupdates":
            answer = await self._on_getupdates(data, gone)
        else:
            handler = getattr(self, f"_on_{name}", None)
            if handler is None:
                raise Refused(404)
            result = handler(data)
            result = await result if asyncio.iscoroutine(result) else result
            answer = {"ok": True} if result is None else {"ok": True, "result": result}
        with self._heard:
            self._heard.notify_all()
        return answer, fault is not None and fault.what == LOST

    def _fault(self, method: str, chat: str | None) -> Fault | None:
        with self._lock:
            fault = next((each for each in self._faults if each.meets(method, chat)), None)
            if fault is not None and fault.times > 0:
                fault.times -= 1
            return fault

    def _on_getme(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return dict(ME)

    async def _on_getupdates(self, data: Mapping[str, Any], gone: Callable[[], bool]) -> Any:
        if self._hook_url:
            raise Refused(400, "Bad Request: can't use getUpdates while webhook is active")
        with self._heard:
            self._told.clear()  # who asks again has the last one
            self.polling_now += 1
            self.most_polling_at_once = max(self.most_polling_at_once, self.polling_now)
            self._heard.notify_all()
        until = time.monotonic() + float(data.get("timeout") or 30)
        try:
            while not gone():
                changed = self._changed
                with self._lock:
                    update = self._take_for_poll()
                if update is not None:
                    return self._outside([update.content] if self.as_list else update.content)
                left = until - time.monotonic()
                if left <= 0 or self._stopped.is_set():
                    break
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(left, 0.2)):  # now and then: is anybody still there?
                        await changed.wait()
        finally:
            with self._heard:
                self.polling_now -= 1
        if self.idle == "empty":
            return {"ok": True}
        raise Refused(408)

    def _take_for_poll(self) -> Update | None:
        if self._again:
            return self._again.pop(0)
        if self._held or not self._pending:
            return None
        update = self._pending.pop(next(iter(self._pending)))
        if self.keeps:
            self._told[update.id] = update
        return update

    def _outside(self, content: Any) -> Any:
        return {"ok": True, "result": content} if self.wrapped else content

    def _on_setwebhook(self, data: Mapping[str, Any]) -> dict[str, Any]:
        url, secret = str(data.get("url") or ""), str(data.get("secret_token") or "")
        if not _SIMPLE.match(url):
            raise Refused(400, "Bad Request: url must be a public https address")
        if not 8 <= len(secret) <= 256:
            raise Refused(400, "Bad Request: secret_token must have 8 to 256 characters")
        return self._hook(url, secret)

    def _on_deletewebhook(self, data: Mapping[str, Any]) -> dict[str, Any]:
        if not self._hook_url:
            raise Refused(404)
        return self._hook("", "")

    def _on_getwebhookinfo(self, data: Mapping[str, Any]) -> dict[str, Any]:
        if not self._hook_url:
            raise Refused(404)
        return {"url": self._hook_url, "updated_at": self._hook_at}

    def _hook(self, url: str, secret: str) -> dict[str, Any]:
        with self._lock:
            self._hook_url, self._hook_secret, self._hook_at = url, secret, int(time.time() * 1000)
            self._wake()
        return {"url": url, "updated_at": self._hook_at}

    def _on_sendmessage(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return self._record(self._reachable(data), "sendMessage", _text(data.get("text"), "text"))

    async def _on_sendphoto(self, data: Mapping[str, Any]) -> dict[str, Any]:
        chat, url = self._reachable(data), str(data.get("photo") or "")
        caption = _text(data.get("caption"), "caption") if data.get("caption") else ""
        if not _SIMPLE.match(url):
            raise Refused(400, "Bad Request: photo must be an address")
        assert self._client is not None
        try:
            answer = await self._client.get(url)
            with Image.open(io.BytesIO(answer.content)) as picture:
                picture.verify()
        except (httpx.HTTPError, OSError, SyntaxError):
            raise Refused(400, "Bad Request: photo cannot be fetched") from None
        return self._record(chat, "sendPhoto", caption, url, answer.content)

    def _on_sendchataction(self, data: Mapping[str, Any]) -> None:
        self._reachable(data)
        if data.get("action") != "typing":
            raise Refused(400, "Bad Request: action")

    def _record(self, chat: str, method: str, text: str, photo: str | None = None, picture: bytes | None = None) -> dict[str, Any]:
        with self._heard:
            sent = Sent(f"{next(self._ids):020x}", chat, method, text, photo, picture, time.monotonic())
            self._sent.append(sent)
            self._heard.notify_all()
        return {"message_id": sent.message_id, "date": int(time.time() * 1000)}

    def _reachable(self, data: Mapping[str, Any]) -> str:
        chat = data.get("chat_id")
        if not isinstance(chat, str) or chat not in self._chats or chat in self._blocked:
            raise Refused(400, "Bad Request: chat not found")
        return chat

    def picture(self, name: str) -> bytes | None:
        """What a citizen sent, as Zalo keeps it."""
        return self._pictures.get(name)

    # -- the webhook's side -------------------------------------------------------------------------------------------

    def _has_hook(self) -> bool:
        return bool(self._hook_url)

    def _who(self, event: Update) -> str:
        return event.chat

    def _id(self, event: Update) -> str:
        return event.id

    async def _post(self, event: Update, tries: int) -> bool:
        body = json.dumps(self._outside(event.content), ensure_ascii=False).encode()
        headers = {"content-type": "application/json", "x-bot-api-secret-token": self._hook_secret}
        status = None
        assert self._client is not None
        with suppress(httpx.HTTPError):
            async with self._connections:
                status = (await self._client.post(self._hook_url, content=body, headers=headers)).status_code
        with self._heard:
            self.posted.append(Posted(event.id, body, status))
            self._heard.notify_all()
        return status is not None and 200 <= status < 300


def _text(given: Any, what: str) -> str:
    """Counted as the phone counts: in UTF-16 units."""
    text = given if isinstance(given, str) else ""
    if not 1 <= len(text.encode("utf-16-le")) // 2 <= MOST_TEXT or not text.strip():
        raise Refused(400, f"Bad Request: {what} must have 1 to {MOST_TEXT} characters")
    return text


# -- HTTP ---------------------------------------------------------------------------------------------------------------------


SWITCHES = {"wrapped", "as_list", "keeps", "photo_field", "idle", "refuses_with_200"}
SIMPLE_DATA = {"updates", "posted", "calls"}
CITIZENS = {
    "say", "photo", "photo_at", "sticker", "voice", "link", "unsupported", "send", "happens", "block", "unblock", "sent", "called",
    "unconfirmed", "use_webhook", "fail", "mend", "again", "hold", "release", "poller_died",
}


def double_app(double: ZaloBotDouble) -> Starlette:
    async def method(request: Request) -> Response:
        if request.path_params["token"] != double.token:
            return refusal(Refused(401))
        try:
            data = await request.json() if await request.body() else {}
        except ValueError:
            return refusal(Refused(400))
        except ClientDisconnect:  # whoever asked is gone
            return Response(status_code=400)
        left = asyncio.Event()
        watching = asyncio.create_task(_watch(request, left))
        try:
            answer, ended = await double.call(request.path_params["method"], data, left.is_set)
        except Refused as refused:
            return refusal(refused)
        finally:
            watching.cancel()
        return NoAnswer() if ended else JSONResponse(answer)

    def refusal(refused: Refused) -> Response:
        if refused.code == 502:
            return Response("<html><h1>502 Bad Gateway</h1></html>", 502, media_type="text/html")
        body = {"ok": False, "description": refused.description, "error_code": refused.code}
        return JSONResponse(body, 200 if double.refuses_with_200 and not (refused.code == 408 and double.idle == "408") else refused.code)

    controlled = control(double, CITIZENS | SIMPLE_DATA, SWITCHES, (LookupError, TypeError, Refused))

    async def manual(_: Request) -> Response:
        return PlainTextResponse(f"{__doc__}\nToken: {double.token}\n")

    return Starlette(
        routes=[
            Route("/", manual), Route("/bot{token}/{method}", method, methods=["POST"]), Route("/pictures/{name}", picture(double)),
            Route("/ctl/{name}", controlled, methods=["GET", "POST"]),
        ],
        lifespan=double.lifespan,
    )


async def _watch(request: Request, left: asyncio.Event) -> None:
    """Sets *left* when whoever asked has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    left.set()


@contextmanager
def zalo_bot_double(token: str = TOKEN, port: int = 0) -> Iterator[ZaloBotDouble]:
    """A double on a free port in a thread of its own; at the end everything has stopped."""
    double = ZaloBotDouble(token)
    with serving(double_app(double), port, stopping=double.stop) as address:
        double.url = f"{address}/bot"
        yield double


def main() -> None:
    parser = argparse.ArgumentParser(description="A double of Zalo's Bot API on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--token", default=TOKEN)
    options = parser.parse_args()
    double = ZaloBotDouble(options.token)
    double.url = f"http://127.0.0.1:{options.port}/bot"
    print(f"BOT_ZALO_BOT_API_URL={double.url}\nBOT_ZALO_BOT_TOKEN={double.token}", flush=True)
    print(f"how to: curl http://127.0.0.1:{options.port}/", flush=True)
    Server(double_app(double), port=options.port, stopping=double.stop).run()


if __name__ == "__main__":
    main()
