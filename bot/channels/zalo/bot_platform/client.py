"""The Bot API's methods. Its answers are judged by their body first and their status second: refusals come with 200 too.

The address of every call holds the token: no error that leaves here holds an address, and none has another one behind it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from bot.channels.zalo.bot_platform.wire import updates_in

SECONDS, CONNECT_SECONDS = 15.0, 5.0
CONNECTIONS = 24
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)
"""Failures before a byte was written: what was asked has certainly not been done."""
_TIMEOUT = 408
_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Account:
    """Where and as whom; ``api_url`` is what stands before the token."""

    token: str = field(repr=False)
    api_url: str
    mode: str
    secret: str | None = field(default=None, repr=False)
    spacing: timedelta = timedelta(seconds=1)


class Refused(Exception):
    """The platform said no. ``code`` is its ``error_code``, else the HTTP status (0 where there is neither); ``said`` its words."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(str(code))
        self.code, self.said = code, said


class NoAnswer(Exception):
    """No answer, or none that can be understood; ``never_left``: and what was asked has certainly not been done."""

    def __init__(self, why: str, *, never_left: bool = False) -> None:
        super().__init__(why)
        self.never_left = never_left


class Client:
    """Every method raises Refused or NoAnswer. No request is made before one is called: the platform may be away when we start."""

    def __init__(self, account: Account, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._base = f"{account.api_url}{account.token}"
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        self._http = httpx.AsyncClient(follow_redirects=False, limits=limits, transport=transport)

    async def close(self) -> None:
        await self._http.aclose()

    async def me(self) -> Mapping[str, Any]:
        return _fields(await self._call("getMe", {}))

    async def updates(self, seconds: int) -> Sequence[Mapping[str, Any]]:
        """What has come, or comes within *seconds*; it is told once and never again."""
        try:
            return updates_in(await self._call("getUpdates", {"timeout": seconds}, seconds + SECONDS))
        except Refused as refused:
            if refused.code == _TIMEOUT or "timeout" in refused.said.lower():
                return ()  # how the platform says that there is no news
            raise

    async def send_message(self, chat: str, text: str) -> str | None:
        """The platform's id for the message, where it gives one."""
        return _message_id(await self._call("sendMessage", {"chat_id": chat, "text": text}))

    async def send_photo(self, chat: str, url: str, caption: str) -> str | None:
        return _message_id(await self._call("sendPhoto", {"chat_id": chat, "photo": url, "caption": caption}))

    async def send_typing(self, chat: str) -> None:
        await self._call("sendChatAction", {"chat_id": chat, "action": "typing"})

    async def set_webhook(self, url: str, secret: str) -> Mapping[str, Any]:
        return _fields(await self._call("setWebhook", {"url": url, "secret_token": secret}))

    async def webhook_info(self) -> Mapping[str, Any]:
        """Empty where none is set."""
        return await self._where_one_is_set("getWebhookInfo")

    async def delete_webhook(self) -> Mapping[str, Any]:
        return await self._where_one_is_set("deleteWebhook")

    async def _where_one_is_set(self, method: str) -> Mapping[str, Any]:
        try:
            return _fields(await self._call(method, {}))
        except Refused as refused:
            if refused.code == _NOT_FOUND:
                return {}  # measured: this is the answer where no webhook is set
            raise

    async def _call(self, method: str, body: Mapping[str, Any], seconds: float = SECONDS) -> Any:
        """Its ``result``; None where it has none."""
        try:
            limit = httpx.Timeout(seconds, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS)
            answer = await self._http.post(f"{self._base}/{method}", json=body, timeout=limit)
        except _NEVER_LEFT as error:
            raise NoAnswer(type(error).__name__, never_left=True) from None
        except httpx.HTTPError as error:
            raise NoAnswer(type(error).__name__) from None
        return _result(answer.status_code, answer.content)


def _result(status: int, content: bytes) -> Any:
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        told = None
    if isinstance(told, dict) and told.get("ok") is True:
        return told.get("result") or None
    if isinstance(told, dict) and ("ok" in told or "error_code" in told):
        raise Refused(_code(told.get("error_code")) or (status if status >= 400 else 0), str(told.get("description") or ""))
    if status >= 400:
        raise Refused(status, "")
    if 200 <= status < 300 and isinstance(told, dict | list):
        return told  # without its wrapper, as updates have been seen to come
    raise NoAnswer("an answer that is no JSON" if 200 <= status < 300 else f"status {status}")


def _code(told: Any) -> int:
    try:
        return int(told)
    except (TypeError, ValueError):
        return 0


def _fields(result: Any) -> Mapping[str, Any]:
    return result if isinstance(result, dict) else {}


def _message_id(result: Any) -> str | None:
    if result is None:
        return None
    told = _fields(result).get("message_id")
    if told is None:
        raise NoAnswer("an answer without a message")
    return str(told)
