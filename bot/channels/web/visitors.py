"""Who speaks: a random id in a signed cookie, and the token that shows a form to be ours."""

import hmac
import secrets
from collections.abc import Callable

Sign = Callable[[str, str], str]
"""(kind, text) -> a hash in hex that only this deployment can make, the same in all its processes."""

_COOKIE, _FORM = "web_visitor", "web_form"
_SIGNATURE = 32


class Visitors:
    def __init__(self, sign: Sign) -> None:
        self._sign = sign

    def cookie(self, visitor: str) -> str:
        return f"{visitor}.{self._mark(_COOKIE, visitor)}"

    def known(self, cookie: str | None) -> str | None:
        """The id that a cookie of ours holds; None for every other cookie."""
        visitor, _, mark = (cookie or "").partition(".")
        return visitor if visitor and _same(mark, self._mark(_COOKIE, visitor)) else None

    def token(self, visitor: str) -> str:
        """Another one each time: pages are compressed, and what repeats in them could be guessed by their length."""
        salt = secrets.token_hex(8)
        return f"{salt}.{self._mark(_FORM, f'{visitor}:{salt}')}"

    def trusts(self, visitor: str, token: str) -> bool:
        salt, _, mark = token.partition(".")
        return bool(salt) and _same(mark, self._mark(_FORM, f"{visitor}:{salt}"))

    def _mark(self, kind: str, text: str) -> str:
        return self._sign(kind, text)[:_SIGNATURE]


def fresh() -> str:
    """Something nobody can guess: a visitor's id, a form's key."""
    return secrets.token_urlsafe(16)


def _same(given: str, ours: str) -> bool:
    return hmac.compare_digest(given.encode(), ours.encode())
