"""A double of Zalo's Official Account: what the bot calls on one side, what a citizen, an officer and an admin do on the other.

In a test: ``with zalo_oa_double() as zalo:`` and ``zalo.environ()`` are the bot's settings. By hand:
``python -m tests.doubles.zalo_oa --port 9200``; then the citizen's side is ``POST /ctl/say`` with ``{"user": "u1", "text": "xin chao"}``
and so on: every public method of ``ZaloOADouble`` with its arguments as JSON, bytes in base64. ``GET /ctl/sent`` tells what was answered;
``POST /ctl/use_webhook`` with ``{"url": "http://127.0.0.1:8000/webhooks/zalo-oa"}`` says where the bot listens.

Held as Zalo documents it: refusals come with status 200; ids, stamps and ``expires_in`` are text; texts end at 2,000; the conversation is
open to whoever turned to the OA; a refresh token is good once; an event is signed with SHA-256 over app id, body, stamp and secret, its
webhook tried again with ``num_retry``. Where documents differ there is a switch: ``signed`` (``body``, ``header``, which the bot takes;
``oa_id``, ``app_secret``, ``wrong``, ``none``, which it must not). Not documented, and made up here: at most five buttons, no two retries
more than a second apart, what the refusal of a renewal is called.
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

APP_ID, OA_ID = "360846524940903967", "388613280878808645"
APP_SECRET, SECRET_KEY, SEED = "double-app-secret", "double-oa-secret-key", "double-refresh-0"
MOST_TEXT, MOST_BUTTONS, MOST_TITLE, MOST_PAYLOAD, MOST_IMAGE = 2000, 5, 100, 1000, 1024 * 1024
LIFE = 90_000
LOST, DROPPED, SLOW = "lost", "dropped", "slow"
REFUSALS = {
    -32: "Rate limit exceeded", -100: "Attachment expired", -124: "Access token is invalid", -133: "Sent at night",
    -201: "Invalid parameter", -213: "User has not followed", -216: "Access token is invalid", -220: "Access token has expired",
    -230: "User has not interacted", -14020: "Invalid refresh token",
}
_LOCAL_OR_HTTPS = re.compile(r"https://|http://(127\.0\.0\.1|localhost)[:/]")


class Refused(Exception):
    """An answer with an ``error`` that is not 0."""

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(message)
        self.code, self.message = code, message or REFUSALS.get(code, "Error")


@dataclass(frozen=True, slots=True)
class Sent:
    """What the bot sent. ``way``: ``text`` (with ``buttons`` as (title, payload)), ``picture``, ``form`` or ``template``, of which ``text``
    is the id and ``values`` what was put in. ``at`` is seconds on a clock of its own.
    """

    message_id: str
    user: str
    way: str
    text: str
    buttons: tuple[tuple[str, str], ...]
    picture: bytes | None
    values: Mapping[str, str]
    at: float

    @property
    def chat(self) -> str:
        """The same word for all platforms."""
        return self.user

    @property
    def labels(self) -> list[str]:
        return [title for title, _ in self.buttons]


@dataclass(slots=True)
class Fault:
    """What goes wrong next: a code, a status, or LOST, DROPPED, SLOW. ``times`` -1 is for ever."""

    what: int | str
    path: str
    user: str | None
    value: float
    times: int

    def meets(self, path: str, user: str | None) -> bool:
        return self.times != 0 and self.path in ("*", path) and self.user in (None, user)


@dataclass(frozen=True, slots=True)
class Event:
    """``id`` is what the bot should know it by."""

    id: str
    user: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Posted:
    """One try at the webhook: ``retry`` counts those before; ``status`` is None where nothing came back."""

    event: str
    retry: int
    status: int | None


class ZaloOADouble(Delivering[Event]):
    """One app, one OA and its citizens. Every public method may be called from any thread."""

    def __init__(self, retry_after: float = 0.05) -> None:
        super().__init__(retry_after)
        self.url, self.signed, self.life = "", "body", LIFE
        self.now: Callable[[], float] = time.time
        self.events: list[Event] = []
        self.posted: list[Posted] = []
        self.calls: list[tuple[str, Any]] = []
        self.renewals: list[str] = []
        """Every refresh token that somebody tried to spend, in order."""
        self._refresh, self._good_access = SEED, {"double-access-of-nobody"}
        self._refuses_renewals = self._is_night = False
        self._hook = ""
        self._sent: list[Sent] = []
        self._pictures: dict[str, bytes] = {}
        self._attachments: dict[str, bytes] = {}
        self._open: set[str] = set()
        self._reachable: set[str] = set()
        self._faults: list[Fault] = []
        self._ids = itertools.count(1)

    def environ(self) -> dict[str, str]:
        """The settings of a bot that talks to this double."""
        return {
            "BOT_ZALO_OA_APP_ID": APP_ID, "BOT_ZALO_OA_APP_SECRET": APP_SECRET, "BOT_ZALO_OA_SECRET_KEY": SECRET_KEY,
            "BOT_ZALO_OA_REFRESH_TOKEN": SEED, "BOT_ZALO_OA_API_URL": self.url, "BOT_ZALO_OA_OAUTH_URL": self.url,
        }

    # -- the citizen's side -------------------------------------------------------------------------------------------

    def say(self, user: str, text: str) -> str:
        """The event's id, as of all that happens here."""
        return self.send(user, "text", text=text)

    def press(self, user: str, label: str) -> str:
        """The button with *label*, or with a number and *label*, on the newest message that has one: its payload comes as words."""
        with self._lock:
            for sent in reversed(self.sent(user)):
                for title, payload in sent.buttons:
                    if label in (title, re.sub(r"^\d+\. ", "", title)):
                        return self.say(user, payload)
            raise LookupError(f"no button {label!r}; the last message has {self.sent(user)[-1:]}")

    def photo(self, user: str, picture: bytes) -> str:
        name = hashlib.sha256(picture + str(next(self._ids)).encode()).hexdigest()[:24]
        self._pictures[name] = picture
        return self.photo_at(user, f"{self.url}/pictures/{name}.jpg")

    def photo_at(self, user: str, url: str) -> str:
        """A photo that Zalo keeps anywhere."""
        return self.attach(user, "image", url=url, thumbnail=url)

    def attach(self, user: str, kind: str, **payload: Any) -> str:
        """``image``, ``sticker``, ``audio``, ``video``, ``file``, ``link``, ``location``, ``business_card``."""
        return self.send(user, kind, attachments=[{"type": kind, "payload": payload}])

    def send(self, user: str, kind: str, **content: Any) -> str:
        """A message of any kind."""
        message = {"msg_id": f"{next(self._ids):019x}", **content}
        return self.happens(user, {
            "event_name": f"user_send_{kind}", "sender": {"id": user}, "recipient": {"id": OA_ID}, "user_id_by_app": f"9{user}",
            "message": message,
        }, message["msg_id"])

    def follow(self, user: str) -> str:
        return self._follower(user, "follow")

    def unfollow(self, user: str) -> str:
        return self._follower(user, "unfollow")

    def submit(self, user: str, **info: Any) -> str:
        """Zalo's form, sent off: ``name``, ``phone``, ``full_address``."""
        return self.happens(user, {
            "event_name": "user_submit_info", "sender": {"id": user}, "recipient": {"id": OA_ID}, "info": info,
        })

    def anonymous(self, text: str) -> str:
        """Somebody without an account, who has no id to answer to."""
        return self.happens("", {
            "event_name": "anonymous_send_text", "sender": {"anonymous_id": "a1"}, "recipient": {"id": OA_ID}, "conversation_id": "k1",
            "message": {"msg_id": f"{next(self._ids):019x}", "text": text},
        })

    def officer(self, user: str, text: str) -> str:
        """Somebody of the house answers in Zalo's own inbox."""
        message = {"msg_id": f"{next(self._ids):019x}", "text": text}
        return self.happens(user, {
            "event_name": "oa_send_text", "sender": {"id": OA_ID, "admin_id": "7"}, "recipient": {"id": user}, "message": message,
        }, message["msg_id"])

    def echo(self, user: str, message_id: str, *, admin: str = "") -> str:
        """What we sent ourselves, told back."""
        sender = {"id": OA_ID} | ({"admin_id": admin} if admin else {})
        return self.happens(user, {
            "event_name": "oa_send_text", "sender": sender, "recipient": {"id": user}, "message": {"msg_id": message_id, "text": "…"},
        }, message_id)

    def happens(self, user: str, content: Mapping[str, Any], event_id: str = "", *, stamp: float | None = None) -> str:
        """Any event. It counts as the citizen's turning to the OA when it is theirs."""
        told = {"app_id": APP_ID, "oa_id": OA_ID, **content, "timestamp": str(int((self.now() if stamp is None else stamp) * 1000))}
        name = str(content.get("event_name"))
        event = Event(event_id or f"{name}:{user}:{told['timestamp']}", user, json.dumps(told, ensure_ascii=False).encode())
        with self._lock:
            if user and not name.startswith("oa_") and name != "unfollow":
                self._open.add(user)
                self._reachable.add(user)
            self.events.append(event)
            self._pending[event.id] = event
            self._wake()
        return event.id

    def _follower(self, user: str, name: str) -> str:
        return self.happens(user, {"event_name": name, "follower": {"id": user}, "source": "oa_profile"})

    # -- what the bot did ---------------------------------------------------------------------------------------------

    def sent(self, user: str | None = None) -> list[Sent]:
        with self._lock:
            return [each for each in self._sent if user in (None, each.user)]

    def texts(self, user: str) -> list[str]:
        return [sent.text for sent in self.sent(user) if sent.way == "text"]

    def called(self, path: str) -> list[Any]:
        """What the bot asked for, answered or not."""
        with self._lock:
            return [data for name, data in self.calls if name == path]

    def unconfirmed(self, user: str | None = None) -> int:
        """How many events the bot has not taken yet."""
        with self._lock:
            return sum(user in (None, event.user) for event in self._pending.values())

    def statuses(self) -> list[int | None]:
        with self._lock:
            return [each.status for each in self.posted]

    def wait(self, true: Callable[[], Any], seconds: float = 10.0) -> None:
        """Until *true*; looked at whenever the bot has called or taken something. Raises TimeoutError."""
        with self._heard:
            if not self._heard.wait_for(true, seconds):
                raise TimeoutError(f"not within {seconds} s; sent so far: {[(each.user, each.text) for each in self._sent[-5:]]}")

    def wait_sent(self, user: str, count: int, seconds: float = 10.0) -> list[Sent]:
        """What *user* got, once it is *count* messages or more."""
        self.wait(lambda: len(self.sent(user)) >= count, seconds)
        return self.sent(user)

    def use_webhook(self, url: str, secret: str = "") -> None:
        """As the app's console does; *secret* is for callers that set up any platform alike."""
        with self._lock:
            self._hook = url
            self._wake()

    def probe(self) -> int:
        """How the console tries a new address: unsigned, and only 200 will do."""
        return httpx.post(self._hook, content=b"{}", headers={"content-type": "application/json"}, trust_env=False).status_code

    # -- what goes wrong ----------------------------------------------------------------------------------------------

    def fail(self, what: int | str, path: str = "cs", user: str | None = None, value: float = 1, times: int = 1) -> None:
        """The next *times* calls of *path* (``cs``, ``template``, ``upload``, ``token``; ``*``: any) fail, -1 for ever.

        *what*: a code below 0 (in a 200), a status above it, ``lost`` (done, but the connection ends without an answer), ``dropped`` (the
        same, and not done), ``slow`` (done after *value* seconds).
        """
        with self._lock:
            self._faults.append(Fault(what, path, user, value, times))

    def mend(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._faults.clear()
            self._refuses_renewals = self._is_night = False

    def expire(self) -> None:
        """No access token is good any more."""
        with self._lock:
            self._good_access.clear()

    def refuse_renewals(self) -> None:
        """The consent is gone."""
        with self._lock:
            self._refuses_renewals = True

    def consent(self, refresh: str) -> None:
        """An admin consents again: *refresh* is the new seed."""
        with self._lock:
            self._refresh, self._refuses_renewals = refresh, False

    def close_window(self, user: str) -> None:
        """Nothing in the conversation until they turn to the OA again."""
        with self._lock:
            self._open.discard(user)

    def night(self) -> None:
        """Templates are not let through."""
        with self._lock:
            self._is_night = True

    def bar(self, user: str) -> None:
        """By no way any more."""
        with self._lock:
            self._reachable.discard(user)

    def know(self, user: str, *, open_now: bool = True) -> None:
        """A citizen who turned to the OA some time ago."""
        with self._lock:
            self._reachable.add(user)
            if open_now:
                self._open.add(user)

    def again(self, event: str | None = None) -> None:
        """Delivers an event (the last one) once more, as it was."""
        with self._lock:
            self._again.append(next(each for each in reversed(self.events) if event in (None, each.id)))
            self._wake()

    def hold(self) -> None:
        """Events wait, for ``release``."""
        with self._lock:
            self._held = True

    def release(self, *, newest_first: bool = False) -> None:
        with self._lock:
            self._held = False
            if newest_first:
                self._pending = dict(reversed(self._pending.items()))
            self._wake()

    # -- the bot's side -----------------------------------------------------------------------------------------------

    async def call(self, path: str, access: str | None, data: Any, user: str | None) -> tuple[Any, bool]:
        """The answer's ``data``, and whether the connection is to end without telling it."""
        with self._heard:
            self.calls.append((path, data))
            self._heard.notify_all()
        fault = self._fault(path, user)
        if fault is not None and isinstance(fault.what, int):
            raise Refused(fault.what)
        if fault is not None and fault.what == SLOW:
            await self._pause(fault.value)
        if fault is not None and fault.what == DROPPED:
            return None, True
        if access not in self._good_access:
            raise Refused(-216)
        result = getattr(self, f"_on_{path}")(data)
        result = await result if asyncio.iscoroutine(result) else result
        with self._heard:
            self._heard.notify_all()
        return result, fault is not None and fault.what == LOST

    async def renew(self, secret: str | None, form: Mapping[str, Any]) -> Any:
        """What oauth answers, without the envelope of the other calls; None: a status, or no answer at all, was asked for."""
        spent = str(form.get("refresh_token"))
        with self._heard:
            self.renewals.append(spent)
            self._heard.notify_all()
        fault = self._fault("token", None)
        if fault is not None and fault.what == SLOW:
            await self._pause(fault.value)
        elif fault is not None:
            raise Refused(fault.what) if isinstance(fault.what, int) else _Cut
        with self._heard:
            right = secret == APP_SECRET and form.get("app_id") == APP_ID and form.get("grant_type") == "refresh_token"
            if self._refuses_renewals or not right or spent != self._refresh:
                raise Refused(-14020)
            number = next(self._ids)
            access, self._refresh = f"double-access-{number}", f"double-refresh-{number}"
            self._good_access = {access}
            self._heard.notify_all()
            return {"access_token": access, "refresh_token": self._refresh, "expires_in": str(self.life)}

    def _fault(self, path: str, user: str | None) -> Fault | None:
        with self._lock:
            fault = next((each for each in self._faults if each.meets(path, user)), None)
            if fault is not None and fault.times > 0:
                fault.times -= 1
            return fault

    async def _on_cs(self, data: Mapping[str, Any]) -> dict[str, Any]:
        user, message = str((data.get("recipient") or {}).get("user_id")), data.get("message") or {}
        if user not in self._reachable:
            raise Refused(-213)
        if user not in self._open:
            raise Refused(-230)
        text, attachment = message.get("text"), message.get("attachment")
        if text is not None and not 1 <= len(text.encode("utf-16-le")) // 2 <= MOST_TEXT:
            raise Refused(-201, "text")
        if not text and not attachment:
            raise Refused(-201, "message")
        payload = (attachment or {}).get("payload") or {}
        kind, elements = payload.get("template_type"), payload.get("elements") or [{}]
        if attachment and (attachment.get("type") != "template" or len(elements) != 1):
            raise Refused(-201, "attachment")
        if kind == "media":
            return self._record(user, "picture", text or "", picture=await self._picture_of(elements[0]))
        if kind == "request_user_info":
            await self._check_form(elements[0])
            return self._record(user, "form", elements[0]["title"], values=elements[0])
        return self._record(user, "text", text, _buttons(payload.get("buttons") or []))

    def _on_template(self, data: Mapping[str, Any]) -> dict[str, Any]:
        user, values = str(data.get("user_id")), data.get("template_data")
        if user not in self._reachable:
            raise Refused(-118)
        if self._is_night:
            raise Refused(-133)
        filled = bool(values) and all(isinstance(each, str) and each for each in values.values())
        if not str(data.get("template_id")).isdecimal() or not filled:
            raise Refused(-201, "template_data")
        return self._record(user, "template", str(data["template_id"]), values=values)

    def _on_upload(self, picture: bytes) -> dict[str, Any]:
        if len(picture) > MOST_IMAGE or not _is_picture(picture):
            raise Refused(-201, "file")
        name = f"attachment-{next(self._ids)}"
        self._attachments[name] = picture
        return {"attachment_id": name}

    async def _picture_of(self, element: Mapping[str, Any]) -> bytes:
        if element.get("media_type") != "image":
            raise Refused(-201, "media_type")
        if "attachment_id" in element:
            if element["attachment_id"] not in self._attachments:
                raise Refused(-100)
            return self._attachments[element["attachment_id"]]
        return await self._fetched(str(element.get("url")))

    async def _check_form(self, element: Mapping[str, Any]) -> None:
        if not 1 <= len(element.get("title") or "") <= 100 or not 1 <= len(element.get("subtitle") or "") <= 500:
            raise Refused(-201, "title")
        await self._fetched(str(element.get("image_url")))

    async def _fetched(self, url: str) -> bytes:
        """As Zalo fetches a picture that is named to it."""
        assert self._client is not None
        try:
            content = (await self._client.get(url)).content if _LOCAL_OR_HTTPS.match(url) else b""
        except httpx.HTTPError:
            content = b""
        if not _is_picture(content):
            raise Refused(-201, "url")
        return content

    def _record(
        self, user: str, way: str, text: str, buttons: tuple[tuple[str, str], ...] = (), picture: bytes | None = None,
        values: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        with self._heard:
            sent = Sent(f"{next(self._ids):020x}", user, way, text, buttons, picture, values or {}, time.monotonic())
            self._sent.append(sent)
            self._heard.notify_all()
        return {"message_id": sent.message_id, "user_id": user, "sent_time": str(int(time.time() * 1000))}

    def picture(self, name: str) -> bytes | None:
        """What a citizen sent, as Zalo keeps it."""
        return self._pictures.get(name)

    # -- the webhook's side -------------------------------------------------------------------------------------------

    def signature(self, body: bytes, stamp: str) -> dict[str, str]:
        """The headers of an event, by the switch."""
        first = OA_ID if self.signed == "oa_id" else APP_ID
        secret = {"app_secret": APP_SECRET, "wrong": "another"}.get(self.signed, SECRET_KEY)
        told = str(int(stamp) + 1) if self.signed == "header" else stamp  # not the body's, so that the difference shows
        mac = hashlib.sha256(first.encode() + body + told.encode() + secret.encode()).hexdigest()
        if self.signed == "none":
            return {}
        return {"x-zevent-signature": f"mac={mac}"} | ({"x-zevent-timestamp": told} if self.signed == "header" else {})

    def _has_hook(self) -> bool:
        return bool(self._hook)

    def _who(self, event: Event) -> str:
        return event.user

    def _id(self, event: Event) -> str:
        return event.id

    async def _post(self, event: Event, tries: int) -> bool:
        """What is refused is not tried again."""
        stamp = json.loads(event.body).get("timestamp") or "0"
        headers = {"content-type": "application/json", "num_retry": str(tries), **self.signature(event.body, str(stamp))}
        status = None
        assert self._client is not None
        with suppress(httpx.HTTPError):
            async with self._connections:
                status = (await self._client.post(self._hook, content=event.body, headers=headers)).status_code
        with self._heard:
            self.posted.append(Posted(event.id, tries, status))
            self._heard.notify_all()
        return status is not None and status < 500


class _Cut(Exception):
    """The connection ends without an answer."""


def _buttons(given: list[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    if len(given) > MOST_BUTTONS:
        raise Refused(-201, "buttons")
    for button in given:
        payload = button.get("payload")
        if button.get("type") not in ("oa.query.hide", "oa.query.show") or not isinstance(payload, str) or len(payload) > MOST_PAYLOAD:
            raise Refused(-201, "payload")
        if not 1 <= len(button.get("title") or "") <= MOST_TITLE:
            raise Refused(-201, "title")
    return tuple((button["title"], button["payload"]) for button in given)


def _is_picture(content: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.verify()
    except (OSError, SyntaxError):
        return False
    return True


# -- HTTP ---------------------------------------------------------------------------------------------------------------------


SWITCHES = {"signed", "life"}
SIMPLE_DATA = {"events", "posted", "calls", "renewals"}
ACTS = {
    "say", "press", "photo", "photo_at", "attach", "send", "follow", "unfollow", "submit", "anonymous", "officer", "echo", "happens",
    "sent", "texts", "called", "unconfirmed", "statuses", "use_webhook", "probe", "fail", "mend", "expire", "refuse_renewals", "consent",
    "close_window", "night", "bar", "know", "again", "hold", "release",
}
PATHS = {"/v3.0/oa/message/cs": "cs", "/v3.0/oa/message/template": "template", "/v2.0/oa/upload/image": "upload"}


def double_app(double: ZaloOADouble) -> Starlette:
    async def api(request: Request) -> Response:
        path = PATHS[request.url.path]
        try:
            if path == "upload":
                async with request.form() as form:
                    data: Any = await form["file"].read()  # type: ignore[union-attr]
            else:
                data = await request.json()
            user = None if path == "upload" else str(data.get("user_id") or (data.get("recipient") or {}).get("user_id"))
            answer, ended = await double.call(path, request.headers.get("access_token"), data, user)
        except Refused as refused:
            return refusal(refused)
        except ClientDisconnect:  # whoever asked is gone
            return Response(status_code=400)
        return NoAnswer() if ended else JSONResponse({"data": answer, "error": 0, "message": "Success"})

    async def token(request: Request) -> Response:
        async with request.form() as form:
            given = dict(form)
        try:
            return JSONResponse(await double.renew(request.headers.get("secret_key"), given))
        except _Cut:
            return NoAnswer()
        except Refused as refused:
            if refused.code > 0:
                return refusal(refused)
            return JSONResponse({"error": refused.code, "error_name": refused.message, "error_description": refused.message})

    def refusal(refused: Refused) -> Response:
        if refused.code > 0:
            return Response("<html><h1>…</h1></html>", refused.code, media_type="text/html")
        return JSONResponse({"error": refused.code, "message": refused.message})

    controlled = control(double, ACTS | SIMPLE_DATA, SWITCHES, (LookupError, TypeError, httpx.HTTPError))

    async def manual(_: Request) -> Response:
        return PlainTextResponse(f"{__doc__}\n{_settings(double)}\n")

    return Starlette(
        routes=[
            Route("/", manual), *(Route(path, api, methods=["POST"]) for path in PATHS),
            Route("/v4/oa/access_token", token, methods=["POST"]), Route("/pictures/{name}", picture(double)),
            Route("/ctl/{name}", controlled, methods=["GET", "POST"]),
        ],
        lifespan=double.lifespan,
    )


def _settings(double: ZaloOADouble) -> str:
    return "\n".join(f"{name}={value}" for name, value in double.environ().items())


@contextmanager
def zalo_oa_double(port: int = 0) -> Iterator[ZaloOADouble]:
    """A double on a free port in a thread of its own; at the end everything has stopped."""
    double = ZaloOADouble()
    with serving(double_app(double), port, stopping=double.stop) as address:
        double.url = address
        yield double


def main() -> None:
    parser = argparse.ArgumentParser(description="A double of a Zalo Official Account on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=9200)
    options = parser.parse_args()
    double = ZaloOADouble()
    double.url = f"http://127.0.0.1:{options.port}"
    print(f"{_settings(double)}\nhow to: curl {double.url}/", flush=True)
    Server(double_app(double), port=options.port, stopping=double.stop).run()


if __name__ == "__main__":
    main()
