"""Reading an update of the Bot API into ``Incoming``: what it says, or nothing where it is not for us. No field is sure to be there."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.dialogue.messages import Incoming, IncomingKind

CHANNEL = "zalo-bot"
_LONGEST_ID = 200
_PRIVATE = "private"
_KINDS: Mapping[str, IncomingKind] = {
    "message.text.received": "text", "message.image.received": "photo", "message.sticker.received": "sticker",
    "message.voice.received": "voice", "message.link.received": "text",
    # Files, cards, and whatever a protected person sends: Zalo does not say what it was. What can be told is to write or to dictate.
    "message.unsupported.received": "voice",
}
_FIELDS: Sequence[tuple[str, IncomingKind]] = (
    ("text", "text"), ("photo_url", "photo"), ("photo", "photo"), ("sticker", "sticker"), ("voice_url", "voice"),
)
"""Where an update does not say what it is, what it holds says it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """``incoming`` is complete but for a photo, which is still to be fetched from ``picture`` ("" where no address is told)."""

    incoming: Incoming
    picture: str | None = None


class UnreadableUpdate(ValueError):
    """It is no update of the Bot API as we know it."""


def bot_id(token: str) -> str:
    """The public half of a token."""
    return token.partition(":")[0]


def updates_in(told: Any) -> Sequence[Mapping[str, Any]]:
    """The updates in a webhook's body or in an answer: alone or in a list, wrapped in ``{ok, result}`` or not. Two are documented to
    differ and real traffic to differ from both.
    """
    if isinstance(told, dict) and "result" in told and "event_name" not in told and "message" not in told:
        told = told["result"]
    listed = told if isinstance(told, list) else [told]
    return [each for each in listed if isinstance(each, dict) and each]


def read_update(update: Mapping[str, Any], bot: str, now: datetime) -> Heard | None:
    """What a citizen said; None for what is not for us: groups, other bots, kinds that we do not know, what names no chat."""
    try:
        return _read(update, bot, now)
    except Exception as error:
        # Whatever another release of the platform sends: it must not stop the updates behind it.
        raise UnreadableUpdate(type(error).__name__) from None


def chat_of(update: Mapping[str, Any]) -> str:
    """Where an answer goes; "" where nothing says it. A private chat has its citizen's id."""
    message = _part(update, "message")
    for place, name in ((message, "chat"), (update, "chat"), (message, "from"), (update, "from"), (update, "sender")):
        told = _part(place, name).get("id")
        if isinstance(told, str | int) and not isinstance(told, bool) and 0 < len(str(told)) <= _LONGEST_ID:
            return sound(str(told))
    return ""


def _read(update: Mapping[str, Any], bot: str, now: datetime) -> Heard | None:
    message, chat = _part(update, "message"), chat_of(update)
    kind = _kind(update, message)
    if not chat or kind is None or not _is_for_us(update, message):
        return None
    text = message.get("text") if kind == "text" else ""
    if kind == "text" and not (isinstance(text, str) and text):
        kind, text = "other", ""  # a link without words
    incoming = Incoming(CHANNEL, bot, _event_id(update, message, chat, now), chat, kind, sound(text or ""), _moment(message, now))
    return Heard(incoming, _picture(message) if kind == "photo" else None)


def _kind(update: Mapping[str, Any], message: Mapping[str, Any]) -> IncomingKind | None:
    event = update.get("event_name")
    if isinstance(event, str) and event:
        return _KINDS.get(event)
    return next((kind for name, kind in _FIELDS if message.get(name)), None)


def _is_for_us(update: Mapping[str, Any], message: Mapping[str, Any]) -> bool:
    where = _part(message, "chat") or _part(update, "chat")
    sender = _part(message, "from") or _part(update, "from")
    return str(where.get("chat_type") or _PRIVATE).lower() == _PRIVATE and sender.get("is_bot") is not True


def _event_id(update: Mapping[str, Any], message: Mapping[str, Any], chat: str, now: datetime) -> str:
    """The chat's and the message's id; an update without the latter is known by what it is and when it was, or else what it holds."""
    told = message.get("message_id")
    if isinstance(told, str | int) and 0 < len(str(told)) <= _LONGEST_ID:
        return sound(f"{chat}:{told}")
    when = message.get("date") or update.get("date") or update.get("timestamp")
    if when is None:
        # The minute too: the same again is a repeat of the platform's, the same an hour later is the citizen's.
        content = json.dumps(update, sort_keys=True, ensure_ascii=True).encode()
        when = f"{hashlib.sha256(content).hexdigest()[:32]}:{int(now.timestamp()) // 60}"
    return sound(f"{chat}:{str(update.get('event_name'))[:80]}:{str(when)[:80]}")


def _moment(message: Mapping[str, Any], now: datetime) -> datetime:
    """``date`` is in milliseconds; what cannot be one is now."""
    try:
        return datetime.fromtimestamp(float(message.get("date") or "") / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return now


def _picture(message: Mapping[str, Any]) -> str:
    return next((told for name in ("photo_url", "photo") if isinstance(told := message.get(name), str) and told), "")


def _part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = whole.get(name)
    return part if isinstance(part, dict) else {}


def sound(text: str) -> str:
    """*text* without halves of characters, which JSON may hold and no database can, and without the null that PostgreSQL refuses."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
