"""What every platform's webhook has in common: the size is looked at first, then the secret, then the rest."""

import hmac

from starlette.requests import Request

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
