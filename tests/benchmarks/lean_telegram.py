"""As little of Telegram as a benchmark needs: posts updates to a webhook, takes what is sent, checks nothing.

The double of the tests costs as much processor time a message as a bot does; this one costs a tenth of that, so that what is measured is
the bot.
"""

import asyncio
import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

TOKEN = "424242:AAlean-double_0123456789"
CONNECTIONS = 40
"""As many as Telegram opens to a webhook."""

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_CHAT = re.compile(rb"chat_id=(\d+)")
_ME = b'{"ok":true,"result":{"id":424242,"is_bot":true,"first_name":"B","username":"b"}}'
_YES = b'{"ok":true,"result":true}'


class LeanTelegram:
    """``sent`` is called in its loop with the chat of each message; ``latency`` is how long a call takes, in seconds."""

    def __init__(self) -> None:
        self.sent: Callable[[int], None] = lambda chat: None
        self.latency, self.url, self.webhook = 0.0, "", ("127.0.0.1", 0, "", "")
        self._loop = asyncio.new_event_loop()
        self._waiting: deque[bytes] = deque()
        self._idle: list[_Post] = []
        self._open = 0
        self._ids, self._updates = count(1), count(1)

    def use_webhook(self, port: int, path: str, secret: str) -> None:
        """Every connection to the one before ends."""
        self._do(self._use, port, path, secret)

    def say(self, chat: int, text: str) -> None:
        """In the loop, or by ``begin``."""
        sender = {"id": chat, "is_bot": False, "first_name": "A"}
        where, number = {"id": chat, "type": "private"}, next(self._updates)
        message = {"message_id": number, "date": int(time.time()), "chat": where, "from": sender, "text": text}
        _, port, path, secret = self.webhook
        body = json.dumps({"update_id": number, "message": message}).encode()
        head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
        self._waiting.append(f"{head}x-telegram-bot-api-secret-token: {secret}\r\n\r\n".encode() + body)
        self._post()

    def begin(self, act: Callable[[], None]) -> None:
        """*act* in the loop."""
        self._loop.call_soon_threadsafe(act)

    def _use(self, port: int, path: str, secret: str) -> None:
        for each in self._idle:
            each.transport.close()
        self._idle.clear()
        self.webhook = ("127.0.0.1", port, path, secret)

    def _do(self, act: Callable[..., None], *arguments: object) -> None:
        done = threading.Event()
        self._loop.call_soon_threadsafe(lambda: (act(*arguments), done.set()))
        done.wait()

    def _post(self) -> None:
        while self._waiting and self._idle:
            connection = self._idle.pop()
            if not connection.transport.is_closing():
                connection.transport.write(self._waiting.popleft())
        if self._waiting and self._open < CONNECTIONS:
            self._open += 1
            host, port, _, _ = self.webhook
            task = self._loop.create_task(self._loop.create_connection(lambda: _Post(self), host, port))
            task.add_done_callback(lambda task: task.result())

    def freed(self, connection: "_Post") -> None:
        self._idle.append(connection)
        self._post()

    def lost(self, connection: "_Post") -> None:
        self._open -= 1
        if connection in self._idle:
            self._idle.remove(connection)

    def take(self, transport: asyncio.Transport, head: bytes, body: bytes) -> None:
        """One call of the bot's."""
        if b"/sendMessage" not in head:
            self._answer(transport, _ME if b"/getMe" in head else _YES)
            return
        found = _CHAT.search(body)
        assert found is not None, body
        if self.latency:
            self._loop.call_later(self.latency, self._taken, transport, int(found[1]))
        else:
            self._taken(transport, int(found[1]))

    def _taken(self, transport: asyncio.Transport, chat: int) -> None:
        message = {"message_id": next(self._ids), "date": 1_700_000_000, "chat": {"id": chat, "type": "private"}, "text": "x"}
        self._answer(transport, json.dumps({"ok": True, "result": message}).encode())
        self.sent(chat)

    def _answer(self, transport: asyncio.Transport, body: bytes) -> None:
        transport.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body)

    def run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        listening = self._loop.run_until_complete(self._loop.create_server(lambda: _Take(self), "127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/bot"
        ready.set()
        self._loop.run_forever()
        listening.close()
        for connection in self._idle:
            connection.transport.abort()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)


class _Http(asyncio.Protocol):
    """HTTP/1.1 messages with a content length, either way."""

    transport: asyncio.Transport

    def __init__(self, telegram: LeanTelegram) -> None:
        self.telegram, self._data = telegram, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._data += data
        while (end := self._data.find(b"\r\n\r\n")) >= 0:
            head = self._data[:end]
            length = _LENGTH.search(head)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._data) < whole:
                return
            body, self._data = self._data[end + 4:whole], self._data[whole:]
            self.got(head, body)

    def got(self, head: bytes, body: bytes) -> None:
        """One whole message; what becomes of it is each side's own."""


class _Take(_Http):
    """The bot calls."""

    def got(self, head: bytes, body: bytes) -> None:
        self.telegram.take(self.transport, head, body)


class _Post(_Http):
    """We call the bot's webhook."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.telegram.freed(self)

    def got(self, head: bytes, body: bytes) -> None:
        assert b" 200 " in head.partition(b"\r\n")[0], head
        self.telegram.freed(self)

    def connection_lost(self, error: Exception | None) -> None:
        self.telegram.lost(self)


@contextmanager
def lean_telegram() -> Iterator[LeanTelegram]:
    """On a free port, in a thread of its own."""
    telegram, ready = LeanTelegram(), threading.Event()
    thread = threading.Thread(target=telegram.run, args=(ready,))
    thread.start()
    try:
        ready.wait()
        yield telegram
    finally:
        telegram.stop()
        thread.join()
