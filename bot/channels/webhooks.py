"""What every platform's webhook has in common: the size is looked at first, then the secret, then the rest."""

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bot.errors import StoreUnavailable

LARGEST_BODY = 1024 * 1024


def told_too_long(request: Request) -> bool:
    """Whether the body says of itself that it is longer than LARGEST_BODY."""
    told = request.headers.get("content-length", "")
    return told.isdecimal() and (len(told) >= 20 or int(told) > LARGEST_BODY)


async def read_capped(request: Request) -> bytes | None:
    """The body; None when it is longer than LARGEST_BODY, whatever it said of itself."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def same_secret(given: str, secret: str | None) -> bool:
    """Compared in constant time; without a secret of our own nothing is ever the same."""
    return bool(secret) and hmac.compare_digest(given.encode("latin-1", "replace"), (secret or "").encode())


async def take_by_secret(
    request: Request, header: str, secret: str | None, take: Callable[[Any], Awaitable[None]], *, blank: bytes = b"",
) -> Response:
    """For a platform that shows a secret in *header*: 200 only when *take* is through with what the body says (JSON), 503 when it raises
    StoreUnavailable. *blank* is what a body without a word counts as.
    """
    if told_too_long(request):
        return Response(status_code=413)
    if not same_secret(request.headers.get(header, ""), secret):
        return Response(status_code=403)
    body = await read_capped(request)
    if body is None:
        return Response(status_code=413)
    try:
        told = json.loads(body.strip() or blank)
    except (ValueError, RecursionError):
        return Response(status_code=400)
    try:
        await take(told)
    except StoreUnavailable:
        return Response(status_code=503)
    return Response(status_code=200)
