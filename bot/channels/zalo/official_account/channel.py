"""The Official Account's two doors: events come in by webhook, messages go out in the conversation or by template. It decides nothing."""

import asyncio
import json
import logging
import random
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from importlib.resources import files
from typing import Any, Literal, TypeVar

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.errands import Errands, InOrder, ToldAway
from bot.channels.pace import TRY_AGAIN, Pace
from bot.channels.webhooks import read_capped, told_too_long
from bot.channels.zalo.media import PhotoFetcher
from bot.channels.zalo.official_account import layout
from bot.channels.zalo.official_account.client import Account, Client, NoAnswer, Refused
from bot.channels.zalo.official_account.signature import check
from bot.channels.zalo.official_account.tokens import NoToken, TokenKeeper
from bot.channels.zalo.official_account.troubles import told, trouble_of
from bot.channels.zalo.official_account.wire import CHANNEL, Heard, is_known, message_id, read_event
from bot.channels.zalo.tickets import TicketLinks
from bot.clock import Clock, aware, local
from bot.dialogue.messages import Incoming, Ticket
from bot.errors import StoreUnavailable
from bot.notices.hours import Window
from bot.notices.outbox import NotSent, Outcome, OutsideWindow, Row, Sent, Unknown
from bot.notices.platform_tokens import PlatformTokens
from bot.notices.tickets import ticket_picture
from bot.pictures.model import Slip

log = logging.getLogger(__name__)

WEBHOOK_PATH, FORM_PATH = "/webhooks/zalo-oa", "/zalo-oa/form.png"
SIGNATURE_HEADER, STAMP_HEADER = "X-ZEvent-Signature", "X-ZEvent-Timestamp"
PROBE = b"{}"
"""How Zalo tries a new address: without a signature."""
WINDOW = Window(free=timedelta(hours=48), billed=timedelta(days=7))
MOST_A_SECOND = 60
"""Zalo takes 4,000 a minute of an app."""
SPACING = timedelta(milliseconds=50)
ANSWER_WITHIN = 1.5
"""Seconds. Zalo waits for two; what takes longer (a picture) goes on, and is a repeat when Zalo tries again."""
TOKEN_REFUSED = timedelta(minutes=1)
NIGHT_ENDS = time(6)
SPREAD_OF_THE_MORNING = timedelta(minutes=10)
"""All that waited for the end of the night must not go out in one second."""
REMEMBERED = 2_000
MOST_UNKNOWN_NAMES = 50

Accept = Callable[[Incoming], Awaitable[bool]]
Way = Literal["conversation", "template"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Words:
    """What the channel hands over besides messages: ``away`` while the database does not answer, ``entry_line`` with a calendar entry's
    address, title and words of Zalo's own form.
    """

    away: Callable[[], str]
    entry_line: Callable[[str], str]
    form_title: Callable[[], str]
    form_words: Callable[[], str]


class ZaloOAChannel:
    """``public_url`` is the address that Zalo reaches us under; without one it hands out neither addresses nor its form."""

    def __init__(
        self, account: Account, accept: Accept, photos: PhotoFetcher, tickets: TicketLinks, tokens: PlatformTokens, clock: Clock,
        words: Words, public_url: str | None = None, transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._account, self._accept, self._photos, self._tickets = account, accept, photos, tickets
        self._clock, self._words, self._public_url = clock, words, public_url
        self._client = Client(account, transport)
        self.tokens = TokenKeeper(account, tokens, self._client, clock)
        self._pace = Pace(SPACING, MOST_A_SECOND)
        self._in_order, self._errands = InOrder(), Errands()
        self._told_away = ToldAway(self._say_away, self._errands)
        self._sick: dict[str, str] = {}
        self._events: Counter[str] = Counter()
        self._unknown: Counter[str] = Counter()
        self._signed: Counter[str] = Counter()
        self._ours: deque[str] = deque(maxlen=REMEMBERED)
        self._stored: deque[str] = deque(maxlen=REMEMBERED)

    @property
    def polls(self) -> bool:
        return False

    async def poll(self) -> None:
        """The Official Account has nothing to poll."""

    async def tend(self) -> None:
        """Until cancelled: the token is renewed in time, whether anything is sent or not."""
        await self.tokens.tend()

    def routes(self) -> list[Route]:
        """The webhook's, the tickets', the form's picture."""
        form = [Route(FORM_PATH, _form_picture, methods=["GET"])] if self._public_url else []
        return [Route(WEBHOOK_PATH, self.webhook, methods=["POST"]), *form, *self._tickets.routes()]

    def health(self) -> dict[str, Any]:
        """For ``/status``: how events were signed, which were refused or not known, the token, and what goes wrong just now."""
        token = self.tokens.health()
        return {
            "state": "sick" if self._sick or "alarm" in token else "ok", "mode": "webhook", "token": token,
            "signatures": dict(self._signed), "events": dict(self._events), "unknown_events": dict(self._unknown), **self._sick,
        }

    async def close(self) -> None:
        await self._errands.close()
        await self.tokens.close()
        await self._photos.close()
        await self._client.close()

    # -- coming in ------------------------------------------------------------------------------------------------------

    async def webhook(self, request: Request) -> Response:
        """Size, then signature, then JSON; 200 only when the event is stored. What we do not know is 200 too, and counted."""
        if told_too_long(request):
            return Response(status_code=413)
        body = await read_capped(request)
        if body is None:
            return Response(status_code=413)
        if body == PROBE:
            self._events["probe"] += 1
            return Response(status_code=200)
        given, stamp = (request.headers.get(name, "") for name in (SIGNATURE_HEADER, STAMP_HEADER))
        verdict = check(body, given, stamp, self._account.app_id, self._account.secret_key, self._clock.now())
        if verdict.variant is None:
            self._refuse(str(verdict.refusal))
            return Response(status_code=403)
        self._signed[f"timestamp of the {verdict.variant}"] += 1
        self._well("webhook")
        try:
            event = json.loads(body)
        except (ValueError, RecursionError):
            return Response(status_code=400)
        heard = self._hear(event)
        if heard is None:
            return Response(status_code=200)
        return Response(status_code=200 if await self._stored_in_time(heard) else 503)

    def _refuse(self, why: str) -> None:
        self._signed[f"refused: {why}"] += 1
        if "webhook" not in self._sick:
            log.warning("an event was refused", extra={"channel": CHANNEL, "outcome": why})
        # Anybody can send rubbish; what has never once come rightly signed is more likely a wrong key.
        if why == "wrong signature" and not any(name.startswith("timestamp") for name in self._signed):
            self._sick["webhook"] = "no event had a good signature yet: try one with python -m bot webhook verify zalo-oa"

    async def _stored_in_time(self, heard: Heard) -> bool:
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._errands.go(self._store(heard, done))
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                return await asyncio.shield(done)
        except TimeoutError:
            return False

    async def _store(self, heard: Heard, done: "asyncio.Future[bool]") -> None:
        stored = False
        try:
            await self.take(heard)
            stored = True
        except StoreUnavailable:
            pass
        except Exception as error:
            log.error("an event was not stored", extra={"channel": CHANNEL, "outcome": type(error).__name__})
        finally:
            if not done.done():
                done.set_result(stored)

    def _hear(self, event: Any) -> Heard | None:
        if not isinstance(event, dict):
            self._count_unknown("no object")
            return None
        heard = read_event(event, self._account.app_id, self._clock.now())
        if not isinstance(heard, Heard):
            if is_known(heard.why):
                self._events[f"ignored {heard.why}"] += 1
            else:
                self._count_unknown(heard.why)
            return None
        if heard.incoming.kind == "officer" and message_id(event) in self._ours:
            self._events["ignored echoes"] += 1  # it must not silence us that we spoke ourselves
            return None
        self._events[heard.incoming.kind] += 1
        return heard

    def _count_unknown(self, name: str) -> None:
        """By name; of names that somebody makes up not more than fit on a page."""
        known = name in self._unknown or len(self._unknown) < MOST_UNKNOWN_NAMES
        self._unknown[name if known else "others"] += 1

    async def take(self, heard: Heard) -> None:
        """One event to intake; returns when it is stored. StoreUnavailable is raised on."""
        peer = heard.incoming.peer
        async with self._in_order.turn_of(peer):
            if heard.incoming.event_id in self._stored:
                return  # a picture that took too long need not be looked at again
            incoming = await self._with_photo(heard)
            try:
                await self._accept(incoming)
            except StoreUnavailable:
                if incoming.kind not in ("officer", "unfollow"):
                    self._told_away.tell(peer)
                raise
        self._stored.append(heard.incoming.event_id)
        self._told_away.over()

    async def _with_photo(self, heard: Heard) -> Incoming:
        if heard.incoming.kind != "photo":
            return heard.incoming
        slip = await self._photos.look(heard.picture) if heard.picture else Slip("no_picture")
        return replace(heard.incoming, text=slip.code, photo=slip.outcome)

    async def _say_away(self, peer: str) -> None:
        """With the token that is known: another one could not be had now."""
        access = self.tokens.known
        if access is not None:
            with suppress(Refused, NoAnswer):
                await self._client.say(access, peer, {"text": self._words.away()})

    # -- going out ------------------------------------------------------------------------------------------------------

    async def send(self, row: Row) -> Outcome:
        parts, ways = layout.as_zalo(row.message), self._ways(row)
        if not parts:
            return Sent()
        if not ways:
            return OutsideWindow()
        wait = self._pace.wait_until(row.peer, self._clock.now())
        if wait is not None:
            return NotSent(wait)
        for way in ways:
            outcome = await (self._say(row, parts) if way == "conversation" else self._say_by_template(row))
            if outcome is not None:
                return outcome
        return OutsideWindow()

    def _ways(self, row: Row) -> Sequence[Way]:
        """How this may be sent, the cheapest first; empty where it may not be sent at all."""
        message = row.message
        if message.kind == "notice" and row.unfollowed:
            return ()
        standing = WINDOW.standing(row.heard_at, self._clock.now())
        has_template = message.template is not None and message.template.name in self._account.templates
        billed: dict[str, Way | None] = {
            "template": "template" if has_template else None, "reply": "conversation" if standing == "billed" else None,
        }
        ways: list[Way] = ["conversation"] if standing == "free" else []
        return [*ways, *(way for name in self._account.billed if (way := billed[name]) is not None)]

    async def _say(self, row: Row, parts: Sequence[Mapping[str, Any]]) -> Outcome | None:
        """None where this way is closed."""
        reference = None
        for number, part in enumerate(parts):
            try:
                reference = await self._with_token(lambda access, part=part: self._client.say(access, row.peer, part))  # type: ignore[misc]
            except (Refused, NoAnswer, NoToken, StoreUnavailable) as error:
                outcome = self._outcome(error, row, "conversation")
                # Of several parts the first have arrived: "not sent" would not be true any more.
                return Unknown() if number and not isinstance(outcome, Unknown) else outcome
        self._went_well("conversation", reference)
        if row.message.ticket is not None:
            await self._hand_over(row, row.message.ticket)
        if row.message.wants is not None and self._public_url is not None:
            await self._hand_form(row, self._public_url)
        return Sent(reference)

    async def _say_by_template(self, row: Row) -> Outcome | None:
        template = row.message.template
        assert template is not None
        try:
            reference = await self._with_token(lambda access: self._client.say_by_template(
                access, row.peer, self._account.templates[template.name], template.fields,
            ))
        except (Refused, NoAnswer, NoToken, StoreUnavailable) as error:
            return self._outcome(error, row, "template")
        self._went_well("template", reference)
        return Sent(reference)

    async def _with_token(self, act: Callable[[str], Awaitable[T]]) -> T:
        """*act* with a token; with another one, once, where that was not taken."""
        access = await self.tokens.access()
        try:
            return await act(access)
        except Refused as refused:
            if trouble_of(refused.code).then != "new token":
                raise
        return await act(await self.tokens.renew(access))

    def _outcome(self, error: Refused | NoAnswer | NoToken | StoreUnavailable, row: Row, way: Way) -> Outcome | None:
        now = self._clock.now()
        if isinstance(error, StoreUnavailable):
            return NotSent(now + TRY_AGAIN)  # the token could not be looked up: nothing was sent
        if isinstance(error, NoToken):
            self._fall_sick("sending", str(error))
            self._pace.hold_all(error.retry_at)
            return NotSent(error.retry_at)
        if isinstance(error, NoAnswer):
            self._fall_sick("sending", str(error))
            return self._after_failure(row, now, never_left=error.never_left)
        return self._after_refusal(error.code, row, way, now)

    def _after_refusal(self, code: int, row: Row, way: Way, now: datetime) -> Outcome | None:
        trouble = trouble_of(code)
        level = logging.ERROR if trouble.everywhere or trouble.then == "listed" else logging.INFO
        log.log(level, "a message was refused", extra={"channel": CHANNEL, "flow": row.message.flow, "outcome": told(code)})
        if trouble.everywhere:
            self._sick[way] = told(code)
        match trouble.then:
            case "another way":
                return None
            case "after the night":
                return NotSent(_at_the_end_of_the_night(now))
            case "tomorrow":
                return NotSent(_at_the_end_of_the_night(now, tomorrow=True))
            case "listed":
                return Unknown()
            case "new token":
                until = now + TOKEN_REFUSED
                self._pace.hold_all(until)
                return NotSent(until)
            case "slow down":
                return NotSent(self._pace.slow_down(now))

    def _after_failure(self, row: Row, now: datetime, *, never_left: bool) -> Outcome:
        """The network or the platform. While it lasts everybody waits; the same citizen does in any case."""
        until = self._pace.failed(row.peer, now)
        return NotSent(until) if never_left else Unknown()

    def _went_well(self, way: Way, reference: str | None) -> None:
        self._pace.went_well()
        self._well("sending")
        self._well(way)
        if reference is not None:
            self._ours.append(reference)

    async def _hand_over(self, row: Row, ticket: Ticket) -> None:
        """The ticket's picture, with its calendar entry's address: the words are there already, so it is tried once, never twice."""
        if self._tickets:
            words = f"{ticket.code}\n{self._words.entry_line(self._tickets.entry(row.id))}"
            await self._hand(row, layout.picture(words, url=self._tickets.picture(row.id)))
            return
        try:
            uploaded = await self._client.upload_image(await self.tokens.access(), ticket_picture(ticket))
        except (Refused, NoAnswer, NoToken, StoreUnavailable) as error:
            _tell_unsent(error)
        else:
            await self._hand(row, layout.picture(ticket.code, attachment_id=uploaded))

    async def _hand_form(self, row: Row, public_url: str) -> None:
        """Zalo's own form beside the question: whoever does not see it can type all the same."""
        await self._hand(row, layout.form(self._words.form_title(), self._words.form_words(), f"{public_url}{FORM_PATH}"))

    async def _hand(self, row: Row, message: Mapping[str, Any]) -> None:
        try:
            reference = await self._client.say(await self.tokens.access(), row.peer, message)
        except (Refused, NoAnswer, NoToken, StoreUnavailable) as error:
            _tell_unsent(error)
        else:
            if reference is not None:
                self._ours.append(reference)

    def _fall_sick(self, way: str, why: str) -> None:
        if way not in self._sick:
            log.warning("sending failed", extra={"channel": CHANNEL, "outcome": why})
        self._sick[way] = why

    def _well(self, way: str) -> None:
        if self._sick.pop(way, None) is not None:
            log.info("well again", extra={"channel": CHANNEL, "outcome": way})


def _tell_unsent(error: Exception) -> None:
    what = told(error.code) if isinstance(error, Refused) else str(error)
    log.warning("an attachment was not sent", extra={"channel": CHANNEL, "outcome": what})


def _at_the_end_of_the_night(now: datetime, *, tomorrow: bool = False) -> datetime:
    """The next six o'clock of Viet Nam, or a few minutes after it; that of the next day where the day's limit is reached."""
    shown = local(now)
    later = tomorrow or shown.time() >= NIGHT_ENDS
    day = shown.date() + timedelta(days=1) if later else shown.date()
    return aware(datetime.combine(day, NIGHT_ENDS)) + random.uniform(0, 1) * SPREAD_OF_THE_MORNING


async def _form_picture(_: Request) -> Response:
    picture = files("bot.channels.zalo.official_account").joinpath("form.png").read_bytes()
    return Response(picture, media_type="image/png", headers={"Cache-Control": "public, max-age=86400"})
