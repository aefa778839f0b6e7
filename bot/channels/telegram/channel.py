"""Telegram's two doors: updates come in by long polling or webhook, messages go out. It decides nothing."""

import asyncio
import logging
import unicodedata
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, LinkPreviewOptions, WebhookInfo
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from bot.channels.errands import Errands, InOrder, ToldAway, TypingSign, back_off
from bot.channels.pace import TRY_AGAIN, Pace
from bot.channels.telegram.labels import LONGEST_LABEL, button_labels
from bot.channels.telegram.wire import CHANNEL, WANTED, Heard, Picture, UnreadableUpdate, read_update
from bot.channels.webhooks import take_by_secret
from bot.clock import Clock
from bot.dialogue.messages import Choice, Incoming, Outgoing, Ticket
from bot.errors import MotCuaError, StoreUnavailable
from bot.notices.outbox import Blocked, NotSent, Outcome, Row, Sent, Unknown
from bot.notices.tickets import ticket_entry, ticket_picture
from bot.pictures.model import PhotoReader, Slip

log = logging.getLogger(__name__)

WEBHOOK_PATH = "/webhooks/telegram"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
LARGEST_PICTURE = 10 * 1024 * 1024
POLL_SECONDS = 25
MOST_BUTTONS = 100
MOST_BYTES_OF_A_VALUE = 64
MOST_A_SECOND = 30
"""To all chats together (Bot API)."""
CONNECTIONS = 24
TOKEN_REFUSED = timedelta(minutes=1)
MOST_PICTURES_AT_ONCE = 2
_UNREACHABLE = ("chat not found", "user is deactivated", "user not found", "peer_id_invalid", "have no rights to send")
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""Failures before a byte was written: the message is certainly not there."""

Accept = Callable[[Incoming], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Account:
    """Where and as whom. ``api_url`` is what stands before the token, ``files_url`` the same for files."""

    token: str = field(repr=False)
    api_url: str
    files_url: str
    mode: str
    secret: str | None = field(default=None, repr=False)
    spacing: timedelta = timedelta(seconds=1)


class TelegramFailed(MotCuaError):
    """The platform refused a command of the operator's."""


class Wire(Bot):
    """``Bot`` with updates as they came: one that the library cannot read must not stop the rest, nor stand in a log."""

    async def raw_updates(self, offset: int | None, seconds: int) -> Sequence[Mapping[str, Any]]:
        wanted = {"timeout": seconds, "offset": offset, "allowed_updates": list(WANTED)}
        updates: Sequence[Mapping[str, Any]] = await self._post("getUpdates", wanted, read_timeout=seconds + 10)
        return updates


def open_wire(account: Account) -> Wire:
    """No request is made yet: the platform may be away when we start."""
    sending = HTTPXRequest(connection_pool_size=CONNECTIONS, connect_timeout=5, read_timeout=15, write_timeout=15, pool_timeout=5)
    polling = HTTPXRequest(connection_pool_size=1, connect_timeout=5, read_timeout=POLL_SECONDS + 10)
    return Wire(account.token, base_url=account.api_url, base_file_url=account.files_url, request=sending, get_updates_request=polling)


async def close_wire(wire: Wire) -> None:
    for request in wire._request:
        await request.shutdown()


class TelegramChannel:
    """``away`` is what to say while the database does not answer."""

    def __init__(self, account: Account, accept: Accept, read_photo: PhotoReader, clock: Clock, away: Callable[[], str]) -> None:
        self._account, self._accept, self._read_photo, self._clock, self._away = account, accept, read_photo, clock, away
        self._wire = open_wire(account)
        self._files = httpx.AsyncClient(timeout=httpx.Timeout(15, connect=5), follow_redirects=False)
        self._pace = Pace(account.spacing, MOST_A_SECOND)
        self._in_order, self._errands = InOrder(), Errands()
        self._looking = asyncio.Semaphore(MOST_PICTURES_AT_ONCE)
        self._told_away, self._typing = ToldAway(self._say_away, self._errands), TypingSign(self._type, self._errands)
        self._failed_polls = 0
        self._sick: dict[str, str] = {}
        self._ignored = 0

    def routes(self) -> list[Route]:
        """The webhook's; none where there is no secret to know the platform by."""
        return [Route(WEBHOOK_PATH, self.webhook, methods=["POST"])] if self._account.secret else []

    @property
    def polls(self) -> bool:
        return self._account.mode == "polling"

    def health(self) -> dict[str, Any]:
        """For ``/status``: what went wrong last on the way in and out, while it is still going wrong."""
        return {
            "state": "sick" if self._sick else "ok", "mode": self._account.mode, "ignored_updates": self._ignored, **self._sick,
        }

    async def close(self) -> None:
        self._typing.close()
        await self._errands.close()
        await self._files.aclose()
        await close_wire(self._wire)

    # -- coming in ------------------------------------------------------------------------------------------------------

    async def webhook(self, request: Request) -> Response:
        """Size, then secret, then JSON; 200 only when the event is stored."""
        return await take_by_secret(request, SECRET_HEADER, self._account.secret, self.take)

    async def poll(self) -> None:
        """Until cancelled. The offset moves, and so takes updates off the platform, only when all before it are stored."""
        offset: int | None = None
        while True:
            try:
                batch = await self._wire.raw_updates(offset, POLL_SECONDS)
            except TelegramError as error:
                await self._wait_after(error)
                continue
            self._failed_polls = 0
            self._well("polling")
            await self._store_all(batch)
            if batch:
                offset = max(int(each["update_id"]) for each in batch) + 1

    async def _wait_after(self, error: TelegramError) -> None:
        if "polling" not in self._sick:
            log.warning("polling failed", extra={"channel": CHANNEL, "outcome": _name(error)})
        self._sick["polling"] = _name(error)
        self._failed_polls += 1
        seconds = error.retry_after.total_seconds() if isinstance(error, RetryAfter) else 0.0  # type: ignore[union-attr]
        await asyncio.sleep(max(seconds, back_off(self._failed_polls, least=1.0 if isinstance(error, Conflict) else 0.5)))

    async def _store_all(self, batch: Sequence[Mapping[str, Any]]) -> None:
        """Citizens side by side, each one's updates in order; tried again until the database has them all."""
        waiting = list(batch)
        failures = 0
        while waiting:
            groups: dict[Any, list[Mapping[str, Any]]] = {}
            for update in waiting:
                groups.setdefault(_chat_of(update), []).append(update)
            left = await asyncio.gather(*(self._store_in_order(group) for group in groups.values()))
            waiting = [update for group in left for update in group]
            if waiting:
                failures += 1
                await asyncio.sleep(min(back_off(failures), 5.0))

    async def _store_in_order(self, updates: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """What could not be stored, beginning with the first that could not."""
        for number, update in enumerate(updates):
            try:
                await self.take(update)
            except StoreUnavailable:
                return updates[number:]
            except Exception as error:
                # A mistake of ours: what is behind it must not wait for ever.
                log.error("an update was dropped", extra={"channel": CHANNEL, "outcome": type(error).__name__})
        return ()

    async def take(self, update: Any) -> None:
        """One update to intake; returns when it is stored or is none for us. StoreUnavailable is raised on."""
        heard = self._hear(update)
        if heard is None:
            self._ignored += 1
            return
        peer = heard.incoming.peer
        if heard.pressed is not None:
            self._errands.go(self._stop_the_wheel(heard.pressed))
        async with self._in_order.turn_of(peer):
            incoming = await self._with_photo(heard)
            self._typing.announce(peer)
            try:
                await self._accept(incoming)
            except StoreUnavailable:
                self._typing.cancel(peer)
                self._told_away.tell(peer)
                raise
        self._told_away.over()

    def _hear(self, update: Any) -> Heard | None:
        if not isinstance(update, dict):
            return None
        try:
            return read_update(update, self._wire, self._clock.now())
        except UnreadableUpdate as error:
            log.warning("an update cannot be read", extra={"channel": CHANNEL, "outcome": str(error)})
            return None

    async def _stop_the_wheel(self, query: str) -> None:
        """A pressed button turns until it is answered; too late is no matter."""
        with suppress(TelegramError):
            await self._wire.answer_callback_query(query)

    async def _say_away(self, peer: str) -> None:
        with suppress(TelegramError):
            await self._wire.send_message(int(peer), self._away())

    # -- photos ---------------------------------------------------------------------------------------------------------

    async def _with_photo(self, heard: Heard) -> Incoming:
        if heard.picture is None:
            return heard.incoming
        self._errands.go(self._type(heard.incoming.peer))
        async with self._looking:
            slip = await self._look_at(heard.picture)
        return replace(heard.incoming, text=slip.code, photo=slip.outcome)

    async def _look_at(self, picture: Picture) -> Slip:
        """Fetched, read, thrown away. The address of a file holds the token: neither it nor an error with it leaves here."""
        if picture.size > LARGEST_PICTURE:
            return Slip("too_big")
        try:
            data = await self._fetch(picture)
            return Slip("too_big") if data is None else await asyncio.to_thread(self._read_photo, data)
        except Exception as error:
            log.warning("a photo could not be fetched or read", extra={"channel": CHANNEL, "outcome": type(error).__name__})
            return Slip("no_picture")

    async def _fetch(self, picture: Picture) -> bytes | None:
        """None when it is larger than it said."""
        file = await self._wire.get_file(picture.file_id)
        if (file.file_size or 0) > LARGEST_PICTURE:
            return None
        data = bytearray()
        async with self._files.stream("GET", file.file_path or "") as answer:
            answer.raise_for_status()
            async for piece in answer.aiter_bytes():
                data += piece
                if len(data) > LARGEST_PICTURE:
                    return None
        return bytes(data)

    async def _type(self, peer: str) -> None:
        with suppress(TelegramError):
            await self._wire.send_chat_action(int(peer), ChatAction.TYPING)

    # -- going out ------------------------------------------------------------------------------------------------------

    async def send(self, row: Row) -> Outcome:
        self._typing.cancel(row.peer)
        text, keyboard = as_telegram(row.message)
        if not text:
            return Sent()
        wait = self._pace.wait_until(row.peer, self._clock.now())
        if wait is not None:
            return NotSent(wait)
        try:
            reference = await self._write(int(row.peer), text, keyboard)
        except TelegramError as error:
            return self._outcome(error, row)
        self._pace.went_well()
        self._well("sending")
        if row.message.ticket is not None:
            await self._hand_over(int(row.peer), row.message.ticket)
            self._pace.hold(row.peer, self._clock.now() + self._account.spacing)
        return Sent(reference)

    async def _write(self, chat: int, text: str, keyboard: InlineKeyboardMarkup | None) -> str:
        no_preview = LinkPreviewOptions(is_disabled=True)
        try:
            message = await self._wire.send_message(chat, text, reply_markup=keyboard, link_preview_options=no_preview)
        except BadRequest as error:
            if keyboard is None or _is_unreachable(error):
                raise
            # Better the same words with digits than a silence about buttons that the platform does not like.
            log.error("buttons were refused", extra={"channel": CHANNEL, "outcome": error.message})
            message = await self._wire.send_message(chat, text, link_preview_options=no_preview)
        return str(message.message_id)

    def _outcome(self, error: TelegramError, row: Row) -> Outcome:
        now = self._clock.now()
        if isinstance(error, RetryAfter):
            until = now + error.retry_after  # type: ignore[operator]
            self._pace.hold(row.peer, until)
            return NotSent(until)
        if isinstance(error, Forbidden | ChatMigrated) or _is_unreachable(error):
            return Blocked()
        if isinstance(error, BadRequest):
            # Trying again would not help. As unknown it is listed for a person instead of being lost.
            log.error("a message was refused", extra={"channel": CHANNEL, "flow": row.message.flow, "outcome": error.message})
            return Unknown()
        self._sick["sending"] = _name(error)
        if isinstance(error, InvalidToken):
            self._pace.hold_all(now + TOKEN_REFUSED)
            return NotSent(now + TOKEN_REFUSED)
        return self._after_failure(error, row, now)

    def _after_failure(self, error: TelegramError, row: Row, now: datetime) -> Outcome:
        """The network or the platform. While it lasts everybody waits; the same citizen does in any case."""
        until = self._pace.failed(row.peer, now)
        never_left = isinstance(error, NetworkError) and isinstance(error.__cause__, _NEVER_LEFT)
        return NotSent(until) if never_left else Unknown()

    async def _hand_over(self, chat: int, ticket: Ticket) -> None:
        """The ticket's picture and calendar entry: the words are there already, so each is tried once and never twice."""
        picture, entry = ticket_picture(ticket), ticket_entry(ticket, self._clock.now())
        await self._hand(lambda: self._wire.send_photo(chat, InputFile(picture, f"{ticket.code}.png"), caption=ticket.code))
        await self._hand(lambda: self._wire.send_document(chat, InputFile(entry, f"{ticket.code}.ics")))

    async def _hand(self, act: Callable[[], Awaitable[Any]]) -> None:
        await asyncio.sleep(self._account.spacing.total_seconds())
        try:
            try:
                await act()
            except RetryAfter as error:
                seconds = error.retry_after.total_seconds()  # type: ignore[union-attr]
                if seconds > TRY_AGAIN.total_seconds():
                    raise
                await asyncio.sleep(seconds)
                await act()
        except TelegramError as error:
            log.warning("an attachment was not sent", extra={"channel": CHANNEL, "outcome": _name(error)})

    def _well(self, way: str) -> None:
        if self._sick.pop(way, None) is not None:
            log.info("well again", extra={"channel": CHANNEL, "outcome": way})


# -- the operator's commands --------------------------------------------------------------------------------------------


class TelegramWebhook:
    """Registers our webhook, takes it back, tells what the platform says of it."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def set(self, url: str) -> str:
        """*url* in full, or a host, which gets our path. The address that was registered."""
        whole = url.rstrip("/")
        if not urlsplit(whole).path:
            whole += WEBHOOK_PATH
        await self._call(lambda wire: wire.set_webhook(
            whole, secret_token=self._account.secret, allowed_updates=list(WANTED), drop_pending_updates=False,
        ))
        return whole

    async def delete(self) -> None:
        await self._call(lambda wire: wire.delete_webhook(drop_pending_updates=False))

    async def info(self) -> dict[str, Any]:
        told: WebhookInfo = await self._call(lambda wire: wire.get_webhook_info())
        failed = told.last_error_date
        return {
            "url": told.url, "pending_updates": told.pending_update_count, "last_error": told.last_error_message,
            "last_error_at": failed.isoformat() if failed else None, "allowed_updates": list(told.allowed_updates or ()),
        }

    async def _call(self, act: Callable[[Wire], Awaitable[Any]]) -> Any:
        wire = open_wire(self._account)
        try:
            return await act(wire)
        except TelegramError as error:
            why = f": {error.message}" if isinstance(error, BadRequest) else ""
            raise TelegramFailed(f"Telegram: {_name(error)}{why}") from None
        finally:
            await close_wire(wire)


# -- layout -------------------------------------------------------------------------------------------------------------


def as_telegram(message: Outgoing) -> tuple[str, InlineKeyboardMarkup | None]:
    """The text and its buttons, one a row, numbered, since the texts speak of numbers and digits answer here as well.

    A list of which a label is cut, or that cannot be made buttons of, stands in the text too.
    """
    buttons = [(choice, f"{number}. {choice.label}") for number, choice in enumerate(message.choices, start=1)]
    can_press = 0 < len(buttons) <= MOST_BUTTONS and all(_fits(choice) for choice, _ in buttons)
    lines = [message.text] if message.text else []
    if not can_press or not message.text or any(len(_nfc(label)) > LONGEST_LABEL for _, label in buttons):
        lines += [label for _, label in buttons]
    lines += [line for line in (message.tail, message.hint) if line]
    shown = button_labels([_nfc(choice.label) for choice in message.choices])
    rows = [[InlineKeyboardButton(label, callback_data=choice.value)] for label, choice in zip(shown, message.choices, strict=True)]
    return _nfc("\n".join(lines)), InlineKeyboardMarkup(rows) if can_press else None


def _fits(choice: Choice) -> bool:
    return 0 < len(choice.value.encode()) <= MOST_BYTES_OF_A_VALUE


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


# -- odds and ends of the wire --------------------------------------------------------------------------------------------


def _chat_of(update: Mapping[str, Any]) -> Any:
    """Whose update it is, read no closer than is needed to keep each one's order."""
    message = update.get("message") or (update.get("callback_query") or {}).get("message") or {}
    return (message.get("chat") or {}).get("id") or (update.get("callback_query") or {}).get("from", {}).get("id")


def _is_unreachable(error: TelegramError) -> bool:
    return isinstance(error, BadRequest) and any(words in error.message.lower() for words in _UNREACHABLE)


def _name(error: TelegramError) -> str:
    """What happened, without the library's words: those may quote an address."""
    cause = error.__cause__
    return f"{type(error).__name__}/{type(cause).__name__}" if isinstance(cause, httpx.HTTPError) else type(error).__name__
