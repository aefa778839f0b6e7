"""Reading an update of the Bot API into ``Incoming``: what it says, or nothing where it is not for us."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telegram import Bot, CallbackQuery, Chat, Message, Update

from bot.dialogue.messages import Incoming, IncomingKind

CHANNEL = "telegram"
WANTED = ("message", "callback_query")
"""The kinds of update that we ask for."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to fetch: the platform's id for it, and its bytes as far as they are told."""

    file_id: str
    size: int


@dataclass(frozen=True, slots=True)
class Heard:
    """``incoming`` is complete but for the photo, which is still to be fetched and looked at; ``pressed`` is a callback to answer."""

    incoming: Incoming
    picture: Picture | None = None
    pressed: str | None = None


class UnreadableUpdate(ValueError):
    """It is no update of the Bot API as we know it."""


def bot_id(token: str) -> str:
    """The public half of a token."""
    return token.partition(":")[0]


def read_update(data: Mapping[str, Any], bot: Bot, now: datetime) -> Heard | None:
    """What a citizen said; None for what is not for us: groups, other bots, edits, kinds that we do not know."""
    try:
        update = Update.de_json(dict(data), bot)
        return _read(update, bot_id(bot.token), now)
    except Exception as error:
        # Whatever another release of the platform sends: it must not stop the updates behind it.
        raise UnreadableUpdate(type(error).__name__) from None


def _read(update: Update, bot: str, now: datetime) -> Heard | None:
    event = str(update.update_id)
    if update.callback_query is not None:
        return _pressed(update.callback_query, bot, event, now)
    message = update.message
    if message is None or message.chat.type != Chat.PRIVATE or (message.from_user is not None and message.from_user.is_bot):
        return None
    return _said(message, bot, event)


def _pressed(query: CallbackQuery, bot: str, event: str, now: datetime) -> Heard | None:
    chat = query.message.chat if query.message is not None else None
    if query.from_user.is_bot or (chat is not None and chat.type != Chat.PRIVATE):
        return None
    # A private chat has its citizen's id, so a press on a message that is told of no more still says where to answer.
    peer = str(chat.id if chat is not None else query.from_user.id)
    return Heard(Incoming(CHANNEL, bot, event, peer, "choice", sound(query.data or ""), now), pressed=query.id)


def _said(message: Message, bot: str, event: str) -> Heard | None:
    kind, text, picture = _content(message)
    if kind is None:
        return None
    return Heard(Incoming(CHANNEL, bot, event, str(message.chat.id), kind, sound(text), message.date), picture=picture)


def _content(message: Message) -> tuple[IncomingKind | None, str, Picture | None]:
    if message.text is not None:
        return "text", _without_payload(message.text), None
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return "photo", "", Picture(largest.file_id, largest.file_size or 0)
    if message.document is not None and (message.document.mime_type or "").startswith("image/"):
        return "photo", "", Picture(message.document.file_id, message.document.file_size or 0)
    if message.voice is not None or message.audio is not None or message.video_note is not None:
        return "voice", "", None
    if message.sticker is not None:
        return "sticker", "", None
    # What is attached in some other way; what only happened to the chat (a pinned message, a timer) has nothing attached.
    return ("other" if message.effective_attachment is not None else None), "", None


def _without_payload(text: str) -> str:
    """``/start xyz`` is what pressing a link sends; the payload is not the citizen's word."""
    return "/start" if text.startswith("/start ") else text


def sound(text: str) -> str:
    """*text* without halves of characters, which JSON may hold and no database can."""
    return text.encode("utf-8", "replace").decode("utf-8")
