"""The Bot Platform's two doors: updates come in by long polling or webhook, messages go out. It decides nothing."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.errands import Errands, InOrder, ToldAway, TypingSign, back_off
from bot.channels.pace import Pace
from bot.channels.webhooks import take_by_secret
from bot.channels.zalo.bot_platform.client import Account, Client, NoAnswer, Refused
from bot.channels.zalo.bot_platform.troubles import NO_POLLING, POLLING_REFUSED, trouble_of
from bot.channels.zalo.bot_platform.wire import CHANNEL, Heard, UnreadableUpdate, bot_id, read_update, updates_in
from bot.channels.zalo.layout import pieces
from bot.channels.zalo.media import PhotoFetcher
from bot.channels.zalo.tickets import TicketLinks
from bot.clock import Clock
from bot.dialogue.messages import Incoming, Ticket, as_plain_text
from bot.errors import MotCuaError, StoreUnavailable
from bot.notices.outbox import Blocked, NotSent, Outcome, Row, Sent, Unknown
from bot.pictures.model import Slip

log = logging.getLogger(__name__)

WEBHOOK_PATH = "/webhooks/zalo-bot"
SECRET_HEADER = "X-Bot-Api-Secret-Token"
POLL_SECONDS = 25
LEAST_BETWEEN_EMPTY_POLLS = 1.0
"""Seconds. A platform that says "nothing" at once instead of waiting is not to be asked without a pause."""
MOST_A_SECOND = 10
"""To all chats together. No limit is published; this is modest."""
TOKEN_REFUSED = timedelta(minutes=1)
GOODBYE_SECONDS = 10.0

Accept = Callable[[Incoming], Awaitable[bool]]


class ZaloBotFailed(MotCuaError):
    """The platform refused a command of the operator's."""


class ZaloBotChannel:
    """``away`` is what to say while the database does not answer; ``entry_line`` the line that hands a calendar entry's address over."""

    def __init__(
        self, account: Account, accept: Accept, photos: PhotoFetcher, tickets: TicketLinks, clock: Clock,
        away: Callable[[], str], entry_line: Callable[[str], str], transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._account, self._accept, self._photos, self._tickets = account, accept, photos, tickets
        self._clock, self._away, self._entry_line = clock, away, entry_line
        self._bot = bot_id(account.token)
        self._client = Client(account, transport)
        self._pace = Pace(account.spacing, MOST_A_SECOND)
        self._in_order, self._errands = InOrder(), Errands()
        self._told_away, self._typing = ToldAway(self._say_away, self._errands), TypingSign(self._type, self._errands)
        self._failed_polls = 0
        self._sick: dict[str, str] = {}
        self._ignored = 0

    def routes(self) -> list[Route]:
        """The webhook's, where there is a secret to know the platform by, and the tickets'."""
        webhook = [Route(WEBHOOK_PATH, self.webhook, methods=["POST"])] if self._account.secret else []
        return webhook + self._tickets.routes()

    @property
    def polls(self) -> bool:
        return self._account.mode == "polling"

    def health(self) -> dict[str, Any]:
        """For ``/status``: what went wrong last on the way in and out, while it is still going wrong, and what to do."""
        return {
            "state": "sick" if self._sick else "ok", "mode": self._account.mode, "ignored_updates": self._ignored, **self._sick,
        }

    async def close(self) -> None:
        self._typing.close()
        await self._errands.close()
        await self._photos.close()
        await self._client.close()

    # -- coming in ------------------------------------------------------------------------------------------------------

    async def webhook(self, request: Request) -> Response:
        """Size, then secret, then JSON; 200 only when the events are stored. What we do not know is 200 too, and counted."""
        return await take_by_secret(request, SECRET_HEADER, self._account.secret, self._take_all, blank=b"{}")

    async def _take_all(self, told: Any) -> None:
        updates = updates_in(told)
        self._ignored += not updates
        for update in updates:
            await self.take(update)

    async def poll(self) -> None:
        """Until cancelled. The platform tells an update once and keeps none: each is stored before the next is asked for."""
        clock = asyncio.get_running_loop().time
        while True:
            begun = clock()
            try:
                updates = await self._client.updates(POLL_SECONDS)
            except (Refused, NoAnswer) as error:
                await self._wait_after(error)
                continue
            self._failed_polls = 0
            self._well("polling")
            if updates:
                await self._store_before_going(updates)
            elif clock() - begun < LEAST_BETWEEN_EMPTY_POLLS:
                await asyncio.sleep(LEAST_BETWEEN_EMPTY_POLLS)

    async def _wait_after(self, error: Refused | NoAnswer) -> None:
        told = f"{error}: {POLLING_REFUSED}" if isinstance(error, Refused) and error.code in NO_POLLING else _told(error)
        if "polling" not in self._sick:
            log.warning("polling failed", extra={"channel": CHANNEL, "outcome": told})
        self._sick["polling"] = told
        self._failed_polls += 1
        await asyncio.sleep(back_off(self._failed_polls))

    async def _store_before_going(self, updates: Sequence[Mapping[str, Any]]) -> None:
        """Whoever cancels us waits until what the platform will not tell again is stored, if the database lets us."""
        storing = asyncio.create_task(self._store_all(updates))
        try:
            await asyncio.shield(storing)
        except asyncio.CancelledError:
            await asyncio.wait([storing], timeout=GOODBYE_SECONDS)
            storing.cancel()
            raise

    async def _store_all(self, updates: Sequence[Mapping[str, Any]]) -> None:
        """In their order; each is tried until the database has it."""
        for update in updates:
            failures = 0
            while not await self._stored(update):
                failures += 1
                await asyncio.sleep(min(back_off(failures), 5.0))

    async def _stored(self, update: Mapping[str, Any]) -> bool:
        try:
            await self.take(update)
        except StoreUnavailable:
            return False
        except Exception as error:
            # A mistake of ours: what is behind it must not wait for ever.
            log.error("an update was dropped", extra={"channel": CHANNEL, "outcome": type(error).__name__})
        return True

    async def take(self, update: Mapping[str, Any]) -> None:
        """One update to intake; returns when it is stored or is none for us. StoreUnavailable is raised on."""
        heard = self._hear(update)
        if heard is None:
            self._ignored += 1
            return
        peer = heard.incoming.peer
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

    def _hear(self, update: Mapping[str, Any]) -> Heard | None:
        try:
            return read_update(update, self._bot, self._clock.now())
        except UnreadableUpdate as error:
            log.warning("an update cannot be read", extra={"channel": CHANNEL, "outcome": str(error)})
            return None

    async def _with_photo(self, heard: Heard) -> Incoming:
        if heard.picture is None:
            return heard.incoming
        self._errands.go(self._type(heard.incoming.peer))
        slip = await self._photos.look(heard.picture) if heard.picture else Slip("no_picture")
        return replace(heard.incoming, text=slip.code, photo=slip.outcome)

    async def _say_away(self, peer: str) -> None:
        with suppress(Refused, NoAnswer):
            for piece in pieces(self._away()):
                await self._client.send_message(peer, piece)

    async def _type(self, peer: str) -> None:
        with suppress(Refused, NoAnswer):
            await self._client.send_typing(peer)

    # -- going out ------------------------------------------------------------------------------------------------------

    async def send(self, row: Row) -> Outcome:
        self._typing.cancel(row.peer)
        parts = pieces(as_plain_text(row.message))
        if not parts:
            return Sent()
        wait = self._pace.wait_until(row.peer, self._clock.now())
        if wait is not None:
            return NotSent(wait)
        outcome = await self._write(row, parts)
        if isinstance(outcome, Sent):
            self._pace.went_well()
            self._well("sending")
            if row.message.ticket is not None and self._tickets:
                await self._hand_over(row, row.message.ticket)
                self._pace.hold(row.peer, self._clock.now() + self._account.spacing)
        return outcome

    async def _write(self, row: Row, parts: Sequence[str]) -> Outcome:
        reference = None
        for number, part in enumerate(parts):
            if number:
                await asyncio.sleep(self._account.spacing.total_seconds())
            try:
                reference = await self._client.send_message(row.peer, part)
            except (Refused, NoAnswer) as error:
                outcome = self._outcome(error, row)
                # Of several parts the first have arrived: "not sent" would not be true any more.
                return Unknown() if number and isinstance(outcome, NotSent) else outcome
        return Sent(reference)

    def _outcome(self, error: Refused | NoAnswer, row: Row) -> Outcome:
        now = self._clock.now()
        if isinstance(error, NoAnswer):
            self._sick["sending"] = _told(error)
            return self._after_failure(row, now, never_left=error.never_left)
        trouble = trouble_of(error.code, error.said)
        if trouble.then == "blocked":
            return Blocked()
        told = _told(error)
        if trouble.everywhere:
            self._sick["sending"] = told
        log.error("a message was refused", extra={"channel": CHANNEL, "flow": row.message.flow, "outcome": f"{told} ({error.said[:120]})"})
        if trouble.then == "all wait":
            self._pace.hold_all(now + TOKEN_REFUSED)
            return NotSent(now + TOKEN_REFUSED)
        if trouble.then == "slow down":
            return NotSent(self._pace.slow_down(now))
        return Unknown() if trouble.then == "listed" else self._after_failure(row, now, never_left=False)

    def _after_failure(self, row: Row, now: datetime, *, never_left: bool) -> Outcome:
        """The network or the platform. While it lasts everybody waits; the same citizen does in any case."""
        until = self._pace.failed(row.peer, now)
        return NotSent(until) if never_left else Unknown()

    async def _hand_over(self, row: Row, ticket: Ticket) -> None:
        """The ticket's picture, and its calendar entry as an address: the words are there already, so each is tried once, never twice."""
        await self._hand(lambda: self._client.send_photo(row.peer, self._tickets.picture(row.id), ticket.code))
        await self._hand(lambda: self._client.send_message(row.peer, self._entry_line(self._tickets.entry(row.id))))

    async def _hand(self, act: Callable[[], Awaitable[Any]]) -> None:
        await asyncio.sleep(self._account.spacing.total_seconds())
        try:
            await act()
        except (Refused, NoAnswer) as error:
            log.warning("an attachment was not sent", extra={"channel": CHANNEL, "outcome": _told(error)})

    def _well(self, way: str) -> None:
        if self._sick.pop(way, None) is not None:
            log.info("well again", extra={"channel": CHANNEL, "outcome": way})


# -- the operator's commands --------------------------------------------------------------------------------------------


class ZaloBotWebhook:
    """Registers our webhook, takes it back, tells what the platform says of it."""

    def __init__(self, account: Account, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._account, self._transport = account, transport

    async def set(self, url: str) -> str:
        """*url* in full, or a host, which gets our path. The address that was registered, and what the platform found trying it: it
        keeps an address even if that failed.
        """
        whole = url.rstrip("/")
        if not urlsplit(whole).path:
            whole += WEBHOOK_PATH
        told = await self._call(lambda client: client.set_webhook(whole, self._account.secret or ""))
        found = told.get("verification")
        return whole if found is None else f"{whole}\nverification: {json.dumps(found, ensure_ascii=False)}"

    async def delete(self) -> None:
        await self._call(lambda client: client.delete_webhook())

    async def info(self) -> dict[str, Any]:
        told = await self._call(lambda client: client.webhook_info())
        return {"url": told.get("url") or "", "updated_at": told.get("updated_at"), "verification": told.get("verification")}

    async def _call(self, act: Callable[[Client], Awaitable[Mapping[str, Any]]]) -> Mapping[str, Any]:
        client = Client(self._account, self._transport)
        try:
            return await act(client)
        except Refused as refused:
            said = f" ({refused.said[:200]})" if refused.said else ""
            raise ZaloBotFailed(f"Zalo: {_told(refused)}{said}") from None
        except NoAnswer as error:
            raise ZaloBotFailed(f"Zalo: {error}") from None
        finally:
            await client.close()


def _told(error: Refused | NoAnswer) -> str:
    """What happened and what to do, without the platform's words: those may quote what was sent."""
    return f"{error.code}: {trouble_of(error.code, error.said).to_do}" if isinstance(error, Refused) else str(error)

