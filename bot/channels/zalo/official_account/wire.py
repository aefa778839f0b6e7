"""Reading an event of the Official Account into ``Incoming``: what the citizen did, or nothing where it is not for us.

No field is sure to be there, ids are any text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.channels.zalo.official_account.signature import moment_of
from bot.dialogue.messages import Contact, Incoming, IncomingKind, is_choice_value

CHANNEL = "zalo-oa"
PRESSED = "#"
"""What a button's payload begins with; it comes back as words, and anybody may type it."""
_LONGEST_ID = 200

_SAID: Mapping[str, IncomingKind] = {
    "user_send_text": "text", "user_send_image": "photo", "user_send_sticker": "sticker", "user_send_gif": "sticker",
    "user_send_audio": "voice", "user_send_video": "other", "user_send_link": "other", "user_send_file": "other",
    "user_send_location": "other", "user_send_business_card": "other",
}
_FOLLOWED: Mapping[str, IncomingKind] = {"follow": "follow", "unfollow": "unfollow"}
_FORM = "user_submit_info"
_BY_THE_OA = "oa_send_"
NOT_FOR_US = frozenset((
    "user_received_message", "user_seen_message", "user_reacted_message", "oa_reacted_message", "anonymous_send_text",
    "anonymous_send_image", "anonymous_send_file", "anonymous_send_sticker", "add_user_to_tag", "remove_user_from_tag",
    "change_template_status", "change_template_quality", "change_oa_daily_quota",
))
"""Known, and nothing to be done about. Who writes without an account has no id to answer to."""


@dataclass(frozen=True, slots=True)
class Heard:
    """``incoming`` is complete but for a photo, which is still to be fetched from ``picture`` ("" where no address is told)."""

    incoming: Incoming
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """Why nothing comes of an event: its name, or what it lacks."""

    why: str


def read_event(told: Mapping[str, Any], app_id: str, now: datetime) -> Heard | Ignored:
    """*told* has a good signature, and may still hold anything."""
    name = _text(told.get("event_name"))[:80]
    kind, peer = _kind_and_peer(name, told)
    if kind is None:
        return Ignored(name or "no name")
    if not peer or len(peer) > _LONGEST_ID:
        return Ignored(f"{name} of nobody")
    message, stamp = _fields(told.get("message")), _text(told.get("timestamp"))
    event_id = _text(message.get("msg_id"))[:_LONGEST_ID] or f"{name}:{peer}:{stamp[:20]}"
    # Never later than now: the future would keep the bot quiet too long.
    sent_at = min(moment_of(stamp) or now, now)
    details = _details(_fields(told.get("info"))) if kind == "details" else {}
    text, picture = "\n".join(details.values()), None
    if kind == "text":
        kind, text = _words(_sound(_text(message.get("text"))))
    elif kind == "photo":
        picture = _picture(message.get("attachments"))
    return Heard(Incoming(CHANNEL, app_id, _sound(event_id), _sound(peer), kind, text, sent_at, details=details), picture)


def message_id(told: Mapping[str, Any]) -> str:
    return _text(_fields(told.get("message")).get("msg_id"))


def _kind_and_peer(name: str, told: Mapping[str, Any]) -> tuple[IncomingKind | None, str]:
    sender, recipient = _fields(told.get("sender")), _fields(told.get("recipient"))
    if name in _SAID:
        return _SAID[name], _text(sender.get("id"))
    if name in _FOLLOWED:
        return _FOLLOWED[name], _text(_fields(told.get("follower")).get("id"))
    if name == _FORM:
        return "details", _text(sender.get("id"))
    if name.startswith(_BY_THE_OA) and _text(sender.get("admin_id")):
        return "officer", _text(recipient.get("id"))
    return None, ""  # without an admin it is the echo of what we said ourselves


def is_known(name: str) -> bool:
    return name in NOT_FOR_US or name.startswith(_BY_THE_OA)


def _words(text: str) -> tuple[IncomingKind, str]:
    """A payload of a button of ours is a choice, if it looks like one; whether it is the present list's is not decided here."""
    value = text.strip().removeprefix(PRESSED)
    return ("choice", value) if text.strip().startswith(PRESSED) and is_choice_value(value) else ("text", text)


def _picture(attachments: Any) -> str:
    """The first picture's address."""
    found = attachments if isinstance(attachments, list) else []
    urls = [_text(_fields(_fields(each).get("payload")).get("url")) for each in found]
    return next((url for url in urls if url), "")


def _details(info: Mapping[str, Any]) -> dict[Contact, str]:
    """The form's pieces; those that were left empty are left out."""
    place = _fields(info.get("full_address")) or info
    parts = (_text(place.get(name)) for name in (
        "user_address", "address", "user_ward", "ward", "user_district", "district", "user_city", "city",
    ))
    pieces: dict[Contact, str] = {
        "name": _text(info.get("name")), "phone": _national(_text(info.get("phone"))), "address": ", ".join(part for part in parts if part),
    }
    return {piece: _sound(words)[:500] for piece, words in pieces.items() if words}


def _national(phone: str) -> str:
    """As it is dialled here: the form writes 84 in front."""
    digits = phone.lstrip("+")
    return f"0{digits[2:]}" if digits.startswith("84") and len(digits) >= 11 else phone


def _fields(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    """Ids and stamps are text; as numbers they are taken too."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()


def _sound(text: str) -> str:
    """*text* without halves of characters, which JSON may hold and no database can."""
    return text.encode("utf-8", "replace").decode("utf-8")
