"""A double of Telegram's Bot API: what the bot calls on one side, what a citizen does on the other.

In a test: ``with telegram_double() as telegram:`` and ``telegram.url`` is for ``BOT_TELEGRAM_API_URL``. By hand:
``python -m tests.doubles.telegram_api --port 9000``; then the citizen's side is ``POST /ctl/say`` with ``{"chat": 7, "text": "xin chao"}``
and so on: every public method of ``TelegramDouble`` with its arguments as JSON, bytes in base64.

Held as Telegram documents them: an update stays until an offset or a 2xx confirms it; polling and webhook exclude each other; the later of
two pollers wins; texts end at 4096 characters, captions at 1024, a button's data at 64 bytes. A webhook's updates of one chat arrive in
order, each tried again until it is taken; those of different chats arrive side by side.
"""

import argparse
import asyncio
import base64
import io
import itertools
import json
import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from PIL import Image
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.doubles.delivering import MOST_CONNECTIONS, Delivering, NoAnswer
from tests.doubles.serving import Server, serving

TOKEN = "424242:AAdouble-of-the-bot-api_0123456789"
BOT = {
    "id": 424242, "is_bot": True, "first_name": "Một Cửa", "username": "motcua_double_bot", "can_join_groups": False,
    "can_read_all_group_messages": False, "supports_inline_queries": False,
}

MOST_TEXT, MOST_CAPTION, MOST_DATA, MOST_BUTTONS = 4096, 1024, 64, 100
MOST_DOWNLOAD = 20 * 1024 * 1024
ACTIONS = {"typing", "upload_photo", "upload_document", "find_location", "choose_sticker", "record_voice", "upload_voice"}
SAYS_YES = {"setmycommands", "deletemycommands", "setmydescription", "setmyshortdescription", "setchatmenubutton", "deletemessage"}
"""Methods that change nothing here."""

REFUSALS = {
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden: bot was blocked by the user",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    429: "Too Many Requests: retry after {}", 500: "Internal Server Error", 502: "Bad Gateway",
}
LOST, DROPPED, SLOW = "lost", "dropped", "slow"


class Refused(Exception):
    """An answer with ``ok: false``."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


@dataclass(frozen=True, slots=True)
class Sent:
    """What the bot sent. ``buttons`` are rows of (label, data); ``at`` is seconds on a clock of its own, for the spacing."""

    message_id: int
    chat: int
    method: str
    text: str
    buttons: tuple[tuple[tuple[str, str], ...], ...]
    file: bytes | None
    name: str | None
    at: float

    @property
    def labels(self) -> list[str]:
        return [label for row in self.buttons for label, _ in row]


@dataclass(slots=True)
class Fault:
    """What goes wrong next: an HTTP status, or LOST, DROPPED, SLOW. ``times`` -1 is for ever."""

    what: int | str
    method: str
    chat: int | None
    value: float
    times: int

    def meets(self, method: str, chat: int | None) -> bool:
        return self.times != 0 and self.method in ("*", method) and self.chat in (None, chat)


@dataclass(slots=True)
class Webhook:
    url: str = ""
    secret: str = ""
    most: int = MOST_CONNECTIONS
    error: str = ""
    error_date: int = 0


@dataclass(frozen=True, slots=True)
class Posted:
    """One try at a webhook: what was posted and what came back; ``status`` is None where nothing did."""

    update_id: int
    body: bytes
    status: int | None


class TelegramDouble(Delivering[dict[str, Any]]):
    """One bot and its citizens. Every public method may be called from any thread."""

    def __init__(self, token: str = TOKEN, retry_after: float = 0.05) -> None:
        super().__init__(retry_after)
        self.token, self.url = token, ""
        self.updates: list[dict[str, Any]] = []
        self.posted: list[Posted] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.webhook = Webhook()
        self._sent: list[Sent] = []
        self._by_id: dict[int, Sent] = {}
        self._wanted: Collection[str] = ()
        self._files: dict[str, tuple[str, bytes]] = {}
        self._queries: dict[str, bool] = {}
        self._chats: set[int] = set()
        self._blocked: set[int] = set()
        self._faults: list[Fault] = []
        self._ids = itertools.count(1)
        self._update_ids = itertools.count(700_000_001)
        self._polls = 0
        self._waits_dry = False

    # -- the citizen's side -------------------------------------------------------------------------------------------

    def say(self, chat: int, text: str) -> int:
        """The update's id, as of all that a citizen does."""
        commands = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}] if text.startswith("/") else []
        return self.send(chat, text=text, **({"entities": commands} if commands else {}))

    def send(self, chat: int, **content: Any) -> int:
        """A message of any kind: ``send(7, sticker={…})``."""
        return self.happens({"message": self._message(chat, _citizen(chat)) | content})

    def edit(self, chat: int, text: str) -> int:
        return self.happens({"edited_message": self._message(chat, _citizen(chat)) | {"text": text, "edit_date": int(time.time())}})

    def photo(self, chat: int, picture: bytes, caption: str = "") -> int:
        """Telegram hands on several sizes, the largest last."""
        small, (width, height) = _thumbnail(picture)
        sizes = [self._photo_size(small, 90, 90), self._photo_size(picture, width, height)]
        return self.send(chat, photo=sizes, **({"caption": caption} if caption else {}))

    def document(self, chat: int, content: bytes, name: str, mime: str) -> int:
        return self.send(chat, document=self._file("documents", name, content) | {"file_name": name, "mime_type": mime})

    def press(self, chat: int, label: str) -> int:
        """The button with *label*, or with a number and *label*, on the newest message that has one."""
        with self._lock:
            for sent in reversed(self.sent(chat)):
                for name, data in (button for row in sent.buttons for button in row):
                    if label in (name, re.sub(r"^\d+\. ", "", name)):
                        return self.press_data(chat, data, sent.message_id)
            raise LookupError(f"no button {label!r}; the last message has {self.labels(chat)}")

    def press_data(self, chat: int, data: str, message_id: int | None = None) -> int:
        """A press with any data, as a forger or a very old message would send it."""
        with self._lock:
            query = f"{chat}{next(self._ids):09}"
            self._queries[query] = False
            message = self._message(chat, BOT) | {"text": "…"}
            if message_id is not None:
                message |= {"message_id": message_id}
            pressed = {"id": query, "from": _citizen(chat), "message": message, "chat_instance": f"i{chat}", "data": data}
            return self.happens({"callback_query": pressed})

    def block(self, chat: int) -> None:
        with self._lock:
            self._blocked.add(chat)
            self.happens({"my_chat_member": self._membership(chat, "member", "kicked")})

    def unblock(self, chat: int) -> None:
        with self._lock:
            self._blocked.discard(chat)
            self.happens({"my_chat_member": self._membership(chat, "kicked", "member")})

    def happens(self, content: Mapping[str, Any]) -> int:
        """Any update, as it stands but for its id."""
        with self._lock:
            update = {"update_id": next(self._update_ids), **content}
            self._chats.add(_chat_of(update))
            self.updates.append(update)
            if not self._wanted or next(iter(content)) in self._wanted:
                self._pending[update["update_id"]] = update
            self._wake()
            return update["update_id"]

    # -- what the bot did ---------------------------------------------------------------------------------------------

    def sent(self, chat: int | None = None) -> list[Sent]:
        with self._lock:
            return [each for each in self._sent if chat in (None, each.chat)]

    def labels(self, chat: int) -> list[str]:
        """The buttons of the last message."""
        sent = self.sent(chat)
        return sent[-1].labels if sent else []

    def unanswered_queries(self) -> list[str]:
        """Presses whose button still spins: no answerCallbackQuery came."""
        with self._lock:
            return [query for query, answered in self._queries.items() if not answered]

    def unconfirmed(self, chat: int | None = None) -> int:
        """How many updates the bot has not taken yet."""
        with self._lock:
            return sum(chat in (None, _chat_of(update)) for update in self._pending.values())

    def is_polled_dry(self) -> bool:
        """Whether a poller waits for what is not there: all that was handed out is taken."""
        with self._lock:
            return self._waits_dry and not self._again and not self._pending

    def wait(self, true: Callable[[], Any], seconds: float = 10.0) -> None:
        """Until *true*; looked at whenever the bot has called or taken something. Raises TimeoutError."""
        with self._heard:
            if not self._heard.wait_for(true, seconds):
                raise TimeoutError(f"not within {seconds} s; sent so far: {[(each.chat, each.text) for each in self._sent[-5:]]}")

    def wait_sent(self, chat: int, count: int, seconds: float = 10.0) -> list[Sent]:
        """What *chat* got, once it is *count* messages or more."""
        self.wait(lambda: len(self.sent(chat)) >= count, seconds)
        return self.sent(chat)

    def use_webhook(self, url: str, secret: str) -> None:
        """As the operator's ``webhook set`` does; an empty *url* goes back to polling."""
        self._on_setwebhook({"url": url, "secret_token": secret})

    # -- what goes wrong ----------------------------------------------------------------------------------------------

    def fail(self, what: int | str, method: str = "sendMessage", chat: int | None = None, value: float = 1, times: int = 1) -> None:
        """The next *times* calls of *method* (``*``: any) fail, -1 for ever.

        *what*: a status (429 asks to wait *value* seconds), ``lost`` (done, but the connection ends without an answer), ``dropped`` (the
        same, and not done), ``slow`` (done after *value* seconds).
        """
        with self._lock:
            self._faults.append(Fault(what, method.lower(), chat, value, times))

    def mend(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._faults.clear()

    def forget_queries(self) -> None:
        """Every press so far is too old to be answered."""
        with self._lock:
            self._queries.clear()

    def again(self, update_id: int | None = None) -> None:
        """Delivers an update (the last one) once more, under the same id."""
        with self._lock:
            update = next(each for each in reversed(self.updates) if update_id in (None, each["update_id"]))
            self._again.append(update)
            self._wake()

    def hold(self) -> None:
        """Updates wait, for ``release``."""
        with self._lock:
            self._held = True

    def release(self, newest_first: bool = False) -> None:
        with self._lock:
            self._held = False
            if newest_first:
                self._pending = dict(reversed(self._pending.items()))
            self._wake()

    # -- the bot's side -----------------------------------------------------------------------------------------------

    async def call(self, method: str, data: dict[str, Any]) -> tuple[Any, bool]:
        """The result, and whether the connection is to end without telling it."""
        name, chat = method.lower(), _number(data.get("chat_id"))
        self.calls.append((method, data))
        fault = self._fault(name, chat)
        if fault is not None and isinstance(fault.what, int):
            asked = {"retry_after": int(fault.value)} if fault.what == 429 else {}
            raise Refused(fault.what, REFUSALS.get(fault.what, "Error").format(int(fault.value)), **asked)
        if fault is not None and fault.what == SLOW:
            await self._pause(fault.value)
        if fault is not None and fault.what == DROPPED:
            return None, True
        handler = getattr(self, f"_on_{name}", None)
        if handler is None and name not in SAYS_YES:
            raise Refused(404, "Not Found")
        result = True if handler is None else handler(data)
        if asyncio.iscoroutine(result):
            result = await result
        with self._heard:
            self._heard.notify_all()
        return result, fault is not None and fault.what == LOST

    def _fault(self, method: str, chat: int | None) -> Fault | None:
        with self._lock:
            fault = next((each for each in self._faults if each.meets(method, chat)), None)
            if fault is not None and fault.times > 0:
                fault.times -= 1
            return fault

    def _on_getme(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return dict(BOT)

    async def _on_getupdates(self, data: Mapping[str, Any]) -> list[dict[str, Any]]:
        if self.webhook.url:
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete it first")
        with self._lock:
            self._polls += 1
            mine = self._polls
            self._confirm(_number(data.get("offset")) or 0)
            self._want(data.get("allowed_updates"))
        self._tell_changed()  # an earlier poller that still waits gets its conflict
        until = time.monotonic() + float(data.get("timeout") or 0)
        while True:
            changed = self._changed
            with self._lock:
                if self._polls != mine:
                    raise Refused(409, REFUSALS[409])
                found = self._take_for_poll(_number(data.get("limit")) or 100)
            left = until - time.monotonic()
            if found or left <= 0 or self._stopped.is_set():
                return found
            self._waits_dry = True
            with self._heard:
                self._heard.notify_all()
            try:
                async with asyncio.timeout(left):
                    await changed.wait()
            except TimeoutError:
                continue
            finally:
                self._waits_dry = False

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            gone = list(self._pending)[:offset]
        else:
            gone = [update_id for update_id in self._pending if update_id < offset]
        for update_id in gone:
            del self._pending[update_id]

    def _take_for_poll(self, limit: int) -> list[dict[str, Any]]:
        again, self._again = self._again[:limit], self._again[limit:]
        return (again + ([] if self._held else list(self._pending.values())))[:limit]

    def _want(self, kinds: Any) -> None:
        if kinds is not None:
            self._wanted = frozenset(json.loads(kinds) if isinstance(kinds, str) else kinds)

    def _on_setwebhook(self, data: Mapping[str, Any]) -> bool:
        url, secret = str(data.get("url") or ""), str(data.get("secret_token") or "")
        if url and not re.match(r"https://|http://(127\.0\.0\.1|localhost)[:/]", url):
            raise Refused(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
            raise Refused(400, "Bad Request: secret token contains unallowed characters")
        with self._lock:
            self._want(data.get("allowed_updates"))
            if data.get("drop_pending_updates") in ("true", True):
                self._pending.clear()
            self.webhook = Webhook(url, secret, _number(data.get("max_connections")) or MOST_CONNECTIONS)
            self._polls += 1
            self._wake()
        return True

    def _on_deletewebhook(self, data: Mapping[str, Any]) -> bool:
        return self._on_setwebhook({**data, "url": ""})

    def _on_getwebhookinfo(self, data: Mapping[str, Any]) -> dict[str, Any]:
        hook = self.webhook
        info = {"url": hook.url, "has_custom_certificate": False, "pending_update_count": len(self._pending)}
        if hook.url:
            info |= {"max_connections": hook.most}
        if hook.error:
            info |= {"last_error_message": hook.error, "last_error_date": hook.error_date}
        return info | ({"allowed_updates": sorted(self._wanted)} if self._wanted else {})

    def _on_sendmessage(self, data: Mapping[str, Any]) -> dict[str, Any]:
        chat, text = self._reachable(data), str(data.get("text") or "")
        if not text.strip():
            raise Refused(400, "Bad Request: message text is empty")
        if _units(text) > MOST_TEXT:
            raise Refused(400, "Bad Request: message is too long")
        return self._record(chat, "sendMessage", text, data, {"text": text})

    def _on_sendphoto(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return self._send_file(data, "sendPhoto", "photo")

    def _on_senddocument(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return self._send_file(data, "sendDocument", "document")

    def _send_file(self, data: Mapping[str, Any], method: str, kind: str) -> dict[str, Any]:
        chat, caption = self._reachable(data), str(data.get("caption") or "")
        if _units(caption) > MOST_CAPTION:
            raise Refused(400, "Bad Request: message caption is too long")
        given = data.get(kind)
        if isinstance(given, str) and given.startswith("attach://"):
            given = data.get(given.removeprefix("attach://"))
        if isinstance(given, str) and given in self._files:
            given = self._files[given]
        if not isinstance(given, tuple):
            raise Refused(400, f"Bad Request: there is no {kind} in the request")
        name, content = given
        if not content:
            raise Refused(400, "Bad Request: file must be non-empty")
        if kind == "photo":
            try:
                width, height = Image.open(io.BytesIO(content)).size
            except OSError:
                raise Refused(400, "Bad Request: IMAGE_PROCESS_FAILED") from None
            shown: Any = [self._photo_size(content, width, height)]
        else:
            shown = self._file("documents", name, content) | {"file_name": name}
        return self._record(chat, method, caption, data, {kind: shown, "caption": caption}, given)

    def _record(
        self, chat: int, method: str, text: str, data: Mapping[str, Any], shown: Mapping[str, Any], file: tuple[str, bytes] | None = None
    ) -> dict[str, Any]:
        buttons = _buttons(data.get("reply_markup"))
        with self._heard:
            message = self._message(chat, BOT)
            sent = Sent(message["message_id"], chat, method, text, buttons, file and file[1], file and file[0], time.monotonic())
            self._sent.append(sent)
            self._by_id[sent.message_id] = sent
        return message | shown

    def _on_editmessagetext(self, data: Mapping[str, Any]) -> dict[str, Any]:
        text = str(data.get("text") or "")
        return self._edit(data, text, _buttons(data.get("reply_markup")))

    def _on_editmessagereplymarkup(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return self._edit(data, None, _buttons(data.get("reply_markup")))

    def _edit(self, data: Mapping[str, Any], text: str | None, buttons: tuple[tuple[tuple[str, str], ...], ...]) -> dict[str, Any]:
        chat = self._reachable(data)
        with self._lock:
            old = self._by_id.get(_number(data.get("message_id")) or 0)
            if old is None or old.chat != chat:
                raise Refused(400, "Bad Request: message to edit not found")
            text = old.text if text is None else text
            if (text, buttons) == (old.text, old.buttons):
                raise Refused(400, "Bad Request: message is not modified")
            new = Sent(old.message_id, chat, old.method, text, buttons, old.file, old.name, old.at)
            self._sent[self._sent.index(old)] = self._by_id[old.message_id] = new
            return self._message(chat, BOT) | {"message_id": old.message_id, "text": text}

    def _on_sendchataction(self, data: Mapping[str, Any]) -> bool:
        self._reachable(data)
        if data.get("action") not in ACTIONS:
            raise Refused(400, "Bad Request: wrong parameter action in request")
        return True

    def _on_answercallbackquery(self, data: Mapping[str, Any]) -> bool:
        query = str(data.get("callback_query_id"))
        with self._lock:
            if query not in self._queries:
                raise Refused(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
            self._queries[query] = True
        return True

    def _on_getfile(self, data: Mapping[str, Any]) -> dict[str, Any]:
        file = str(data.get("file_id"))
        if file not in self._files:
            raise Refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        path, content = self._files[file]
        if len(content) > MOST_DOWNLOAD:
            raise Refused(400, "Bad Request: file is too big")
        return {"file_id": file, "file_unique_id": f"u{file}", "file_size": len(content), "file_path": path}

    def file_at(self, path: str) -> bytes | None:
        return next((content for held, content in self._files.values() if held == path), None)

    def _reachable(self, data: Mapping[str, Any]) -> int:
        chat = _number(data.get("chat_id"))
        if chat is None or chat not in self._chats:
            raise Refused(400, "Bad Request: chat not found")
        if chat in self._blocked:
            raise Refused(403, REFUSALS[403])
        return chat

    # -- the webhook's side -------------------------------------------------------------------------------------------

    def _has_hook(self) -> bool:
        return bool(self.webhook.url)

    def _who(self, event: dict[str, Any]) -> int:
        return _chat_of(event)

    def _id(self, event: dict[str, Any]) -> int:
        return int(event["update_id"])

    async def _post(self, event: dict[str, Any], tries: int) -> bool:
        hook, body = self.webhook, json.dumps(event, ensure_ascii=False).encode()
        headers = {"content-type": "application/json"} | ({"x-telegram-bot-api-secret-token": hook.secret} if hook.secret else {})
        status, error = None, ""
        assert self._client is not None
        try:
            async with self._connections:
                status = (await self._client.post(hook.url, content=body, headers=headers)).status_code
            error = "" if 200 <= status < 300 else f"Wrong response from the webhook: {status}"
        except httpx.HTTPError as problem:
            error = f"Connection failed: {type(problem).__name__}"
        with self._heard:
            self.posted.append(Posted(event["update_id"], body, status))
            if error:
                hook.error, hook.error_date = error, int(time.time())
            self._heard.notify_all()
        return not error

    # -- making things ------------------------------------------------------------------------------------------------

    def _message(self, chat: int, sender: Mapping[str, Any]) -> dict[str, Any]:
        where = {"id": chat, "type": "private", "first_name": f"Công dân {chat}"}
        return {"message_id": next(self._ids), "date": int(time.time()), "chat": where, "from": dict(sender)}

    def _membership(self, chat: int, old: str, new: str) -> dict[str, Any]:
        def member(status: str) -> dict[str, Any]:
            return {"user": BOT, "status": status} | ({"until_date": 0} if status == "kicked" else {})

        where = {"id": chat, "type": "private", "first_name": f"Công dân {chat}"}
        return {
            "chat": where, "from": _citizen(chat), "date": int(time.time()), "old_chat_member": member(old), "new_chat_member": member(new),
        }

    def _file(self, folder: str, name: str, content: bytes) -> dict[str, Any]:
        with self._lock:
            file = f"F{next(self._ids)}"
            self._files[file] = (f"{folder}/{file}_{name}", content)
        return {"file_id": file, "file_unique_id": f"u{file}", "file_size": len(content)}

    def _photo_size(self, picture: bytes, width: int, height: int) -> dict[str, Any]:
        return self._file("photos", "photo.jpg", picture) | {"width": width, "height": height}


def _citizen(chat: int) -> dict[str, Any]:
    return {"id": chat, "is_bot": False, "first_name": f"Công dân {chat}", "language_code": "vi"}


def _chat_of(update: Mapping[str, Any]) -> int:
    content = next(value for key, value in update.items() if key != "update_id")
    chat: int = (content.get("chat") or content.get("message", {}).get("chat") or {}).get("id", 0)
    return chat


def _number(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def _units(text: str) -> int:
    """UTF-16 units, as Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def _buttons(markup: Any) -> tuple[tuple[tuple[str, str], ...], ...]:
    if not markup:
        return ()
    rows = (json.loads(markup) if isinstance(markup, str) else markup).get("inline_keyboard", [])
    if sum(len(row) for row in rows) > MOST_BUTTONS:
        raise Refused(400, "Bad Request: reply markup is too long")
    for button in (button for row in rows for button in row):
        if not button.get("text"):
            raise Refused(400, "Bad Request: inline keyboard button text must be non-empty")
        if not button.get("url") and not 1 <= len(button.get("callback_data", "").encode()) <= MOST_DATA:
            raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    return tuple(tuple((button["text"], button.get("callback_data", "")) for button in row) for row in rows)


def _thumbnail(picture: bytes) -> tuple[bytes, tuple[int, int]]:
    """A picture of nothing stands for one that cannot be drawn."""
    try:
        with Image.open(io.BytesIO(picture)) as image:
            size = image.size
            small = image.convert("RGB")
            small.thumbnail((90, 90))
    except Exception:
        small, size = Image.new("RGB", (90, 90)), (90, 90)
    out = io.BytesIO()
    small.save(out, "JPEG")
    return out.getvalue(), size


# -- HTTP ---------------------------------------------------------------------------------------------------------------------


async def _arguments(request: Request) -> dict[str, Any]:
    """What a call was given: in the address, as JSON, or as a form, files as (name, bytes)."""
    data: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        return data | await request.json()
    if not kind:
        return data
    async with request.form(max_part_size=60 * 1024 * 1024) as form:
        for key, value in form.items():
            data[key] = (value.filename or key, await value.read()) if isinstance(value, UploadFile) else value
    return data


def double_app(double: TelegramDouble) -> Starlette:
    async def method(request: Request) -> Response:
        if request.path_params["token"] != double.token:
            return _refusal(Refused(401, "Unauthorized"))
        try:
            result, ended = await double.call(request.path_params["method"], await _arguments(request))
        except Refused as refused:
            return _refusal(refused)
        except ClientDisconnect:  # whoever asked is gone
            return Response(status_code=400)
        return NoAnswer() if ended else JSONResponse({"ok": True, "result": result})

    async def file(request: Request) -> Response:
        content = double.file_at(request.path_params["path"]) if request.path_params["token"] == double.token else None
        return Response("Not Found", 404) if content is None else Response(content, media_type="application/octet-stream")

    async def control(request: Request) -> Response:
        name = request.path_params["name"]
        if name.startswith("_") or name in ("call", "lifespan", "stop", "wait") or not hasattr(double, name):
            return JSONResponse({"error": f"no {name}"}, 404)
        arguments = await _arguments(request)
        for each in {"picture", "content"} & arguments.keys():
            if isinstance(arguments[each], str):
                arguments[each] = base64.b64decode(arguments[each])
        if "chat" in arguments:
            arguments["chat"] = int(arguments["chat"])
        asked = getattr(double, name)
        try:
            result = await asyncio.to_thread(asked, **arguments) if callable(asked) else asked
        except (LookupError, TypeError, TimeoutError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"result": json.loads(json.dumps(result, default=_plain))})

    async def manual(_: Request) -> Response:
        return PlainTextResponse(f"{__doc__}\nToken: {double.token}\n")

    return Starlette(
        routes=[
            Route("/", manual), Route("/bot{token}/{method}", method, methods=["GET", "POST"]), Route("/file/bot{token}/{path:path}", file),
            Route("/ctl/{name}", control, methods=["GET", "POST"]),
        ],
        lifespan=double.lifespan,
    )


def _refusal(refused: Refused) -> Response:
    if refused.status == 502:
        return Response("<html><h1>502 Bad Gateway</h1></html>", 502, media_type="text/html")
    body: dict[str, Any] = {"ok": False, "error_code": refused.status, "description": refused.description}
    return JSONResponse(body | ({"parameters": refused.parameters} if refused.parameters else {}), refused.status)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return {name: getattr(value, name) for name in value.__slots__}


@contextmanager
def telegram_double(token: str = TOKEN, port: int = 0) -> Iterator[TelegramDouble]:
    """A double on a free port in a thread of its own; at the end everything has stopped."""
    double = TelegramDouble(token)
    with serving(double_app(double), port, stopping=double.stop) as address:
        double.url = f"{address}/bot"
        yield double


def main() -> None:
    parser = argparse.ArgumentParser(description="A double of Telegram's Bot API on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--token", default=TOKEN)
    options = parser.parse_args()
    double = TelegramDouble(options.token)
    double.url = f"http://127.0.0.1:{options.port}/bot"
    print(f"BOT_TELEGRAM_API_URL={double.url}\nBOT_TELEGRAM_TOKEN={double.token}", flush=True)
    print(f"how to: curl http://127.0.0.1:{options.port}/", flush=True)
    Server(double_app(double), port=options.port, stopping=double.stop).run()


if __name__ == "__main__":
    main()

