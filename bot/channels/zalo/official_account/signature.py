"""Whether an event is Zalo's: SHA-256 over app id, the body as it came, a timestamp and the OA's secret key. (It is no HMAC.)

Zalo's own text takes the timestamp from the body, others have seen it in a header: either is accepted, and which one it was is told.
Nothing but the app id and the timestamp is looked at before the signature holds.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

FRESH_FOR = timedelta(hours=2)
"""Zalo tries again for an hour; an event older than this is somebody's repeat."""
_SECONDS_OR_MILLISECONDS = 10**11

Variant = Literal["body", "header"]
Refusal = Literal["no signature", "wrong signature", "another app", "too old"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """``variant``: where the timestamp stood that was signed; None where the event is refused, and ``refusal`` says why."""

    variant: Variant | None
    refusal: Refusal | None = None


def check(body: bytes, signature: str, stamp: str, app_id: str, secret: str, now: datetime) -> Verdict:
    """*signature* and *stamp* are the headers X-ZEvent-Signature and X-ZEvent-Timestamp ("" where there is none)."""
    given = _hex(signature)
    if not given or not secret:
        return Verdict(None, "no signature")
    told = needed(body)
    stamps: dict[Variant, str] = {"body": told.stamp, "header": stamp}
    fits = [variant for variant, each in stamps.items() if each and hmac.compare_digest(given, sign(app_id, body, each, secret).encode())]
    if not fits:
        return Verdict(None, "wrong signature")
    if told.app_id != app_id:
        return Verdict(None, "another app")
    if not is_fresh(stamps[fits[0]], now):
        return Verdict(None, "too old")
    return Verdict(fits[0])


def sign(first: str, body: bytes, stamp: str, secret: str) -> str:
    return hashlib.sha256(first.encode() + body + stamp.encode("utf-8", "replace") + secret.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Needed:
    """What of a body the signature needs; "" where it is not there."""

    app_id: str
    stamp: str


def needed(body: bytes) -> Needed:
    told = _object(body)
    return Needed(*(str(told.get(name) or "") for name in ("app_id", "timestamp")))


def is_fresh(stamp: str, now: datetime) -> bool:
    moment = moment_of(stamp)
    return moment is not None and abs(now - moment) <= FRESH_FOR


def moment_of(stamp: str) -> datetime | None:
    """*stamp* is in milliseconds; in seconds it is taken too."""
    if not stamp.isdecimal() or len(stamp) > 16:
        return None
    number = int(stamp)
    try:
        return datetime.fromtimestamp(number / 1000 if number >= _SECONDS_OR_MILLISECONDS else number, UTC)
    except (OverflowError, OSError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class Fit:
    """A way in which a captured event's signature comes out; ``accepted``: the bot takes it."""

    first: str
    stamp: str
    secret: str
    accepted: bool


def fits(body: bytes, signature: str, stamp: str, app_id: str, secrets: Mapping[str, str]) -> Iterator[Fit]:
    """For the operator's tool: every way that fits, also those that the bot does not take but that say what is set wrongly.

    *secrets* are by the name of their setting, the right one first.
    """
    given, told = _hex(signature), _object(body)
    recipient = told.get("recipient")
    firsts = {
        "app_id of the settings": app_id, "app_id of the body": str(told.get("app_id") or ""),
        "oa_id of the body": str(told.get("oa_id") or ""),
        "recipient of the body": str(recipient.get("id") or "") if isinstance(recipient, dict) else "",
    }
    stamps = {"body": str(told.get("timestamp") or ""), "header": stamp}
    right = next(iter(secrets))
    seen: set[tuple[str, str]] = set()
    for first_name, first in firsts.items():
        for stamp_name, each in stamps.items():
            for secret_name, secret in secrets.items():
                if not (first and each and secret) or (first, secret_name + stamp_name) in seen:
                    continue
                seen.add((first, secret_name + stamp_name))
                if hmac.compare_digest(given, sign(first, body, each, secret).encode()):
                    yield Fit(first_name, stamp_name, secret_name, first == app_id and secret_name == right)


def _hex(signature: str) -> bytes:
    return signature.strip().removeprefix("mac=").strip().lower().encode("utf-8", "replace")


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
