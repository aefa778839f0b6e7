"""The calls we make. An answer is judged by its body first and its status second: refusals come with 200.

Secrets go in headers and forms, never in an address; no error that leaves here holds one, and none has another one behind it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

SECONDS, CONNECT_SECONDS = 15.0, 5.0
CONNECTIONS = 24
TOKEN_REFUSED, TOO_FAST = -216, -32
"""What a bare 401 and 429 say."""
USUAL_LIFE = 3600
"""Seconds, where an answer does not say how long its token lives: rather too short."""
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)
"""Failures before a byte was written: what was asked has certainly not been done."""
_BARE = {401: TOKEN_REFUSED, 429: TOO_FAST}


@dataclass(frozen=True, slots=True)
class Account:
    """``refresh_token`` is the seed: what is stored wins until it changes."""

    app_id: str
    app_secret: str = field(repr=False)
    secret_key: str = field(repr=False)
    refresh_token: str = field(repr=False)
    api_url: str
    oauth_url: str
    templates: Mapping[str, str]
    billed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A new pair; ``seconds`` is how long the access token lives."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    seconds: int


class Refused(Exception):
    """The platform said no; ``code`` is its own, negative, else the HTTP status. Its words may quote ours and are not kept."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class NoAnswer(Exception):
    """No answer, or none that can be understood; ``never_left``: and what was asked has certainly not been done."""

    def __init__(self, why: str, *, never_left: bool = False) -> None:
        super().__init__(why)
        self.never_left = never_left


class Client:
    """Every method raises Refused or NoAnswer. No request is made before one is called: the platform may be away when we start."""

    def __init__(self, account: Account, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._account = account
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        timeout = httpx.Timeout(SECONDS, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS)
        self._http = httpx.AsyncClient(follow_redirects=False, limits=limits, timeout=timeout, transport=transport)

    async def close(self) -> None:
        await self._http.aclose()

    async def say(self, access: str, user: str, message: Mapping[str, Any]) -> str | None:
        """In the conversation (cs); the platform's id for the message, where it gives one."""
        body = {"recipient": {"user_id": user}, "message": message}
        return _message_id(await self._api("/v3.0/oa/message/cs", access, json=body))

    async def say_by_template(self, access: str, user: str, template: str, fields: Mapping[str, str]) -> str | None:
        body = {"user_id": user, "template_id": template, "template_data": dict(fields)}
        return _message_id(await self._api("/v3.0/oa/message/template", access, json=body))

    async def upload_image(self, access: str, picture: bytes) -> str:
        """The picture's id, good for seven days."""
        told = await self._api("/v2.0/oa/upload/image", access, files={"file": ("picture.png", picture, "image/png")})
        found = told.get("attachment_id")
        if not isinstance(found, str) or not found:
            raise NoAnswer("an answer without an attachment")
        return found

    async def renew(self, refresh: str) -> Pair:
        """Spends *refresh*, which is good once."""
        form = {"app_id": self._account.app_id, "grant_type": "refresh_token", "refresh_token": refresh}
        url, headers = f"{self._account.oauth_url}/v4/oa/access_token", {"secret_key": self._account.app_secret}
        status, told = await self._post(url, headers=headers, data=form)
        if told is None:
            raise NoAnswer(f"status {status}")
        access = told.get("access_token")
        if not isinstance(access, str) or not access:
            raise Refused(_code(told.get("error")) or status)
        fresh = told.get("refresh_token")
        return Pair(access, fresh if isinstance(fresh, str) and fresh else refresh, _code(told.get("expires_in")) or USUAL_LIFE)

    async def _api(self, path: str, access: str, **what: Any) -> Mapping[str, Any]:
        """Its ``data``."""
        status, told = await self._post(f"{self._account.api_url}{path}", headers={"access_token": access}, **what)
        if told is not None and "error" in told:
            code = _code(told["error"])
            if code or told["error"] not in (0, "0"):
                raise Refused(code or status)
            data = told.get("data")
            return data if isinstance(data, dict) else {}
        if status in _BARE:
            raise Refused(_BARE[status])
        if 400 <= status < 500:
            raise Refused(status)
        raise NoAnswer("an answer that cannot be understood" if 200 <= status < 300 else f"status {status}")

    async def _post(self, url: str, **what: Any) -> tuple[int, Mapping[str, Any] | None]:
        """The status, and the body where it is a JSON object."""
        try:
            answer = await self._http.post(url, **what)
        except _NEVER_LEFT as error:
            raise NoAnswer(type(error).__name__, never_left=True) from None
        except httpx.HTTPError as error:
            raise NoAnswer(type(error).__name__) from None
        except ValueError:  # a header that cannot be written: a token with an accent in it
            raise NoAnswer("a token that cannot be sent", never_left=True) from None
        try:
            told = json.loads(answer.content)
        except (ValueError, RecursionError):
            told = None
        return answer.status_code, told if isinstance(told, dict) else None


def _code(told: Any) -> int:
    """``expires_in`` and some codes come as text."""
    try:
        return int(told)
    except (TypeError, ValueError):
        return 0


def _message_id(data: Mapping[str, Any]) -> str | None:
    found = data.get("message_id") or data.get("msg_id")
    return str(found) if found else None
