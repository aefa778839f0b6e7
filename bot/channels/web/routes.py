"""The page's routes. Each works as a plain form; with htmx the page stays and what is new comes as server-sent events.

The page shows what the inbox and the outbox hold and nothing else, so a reload, another tab or a lost signal loses nothing.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from bot.channels.web.assets import Assets, packed_if_wanted
from bot.channels.web.pages import Pages, Words, is_for_paper
from bot.channels.web.screens import Screens
from bot.channels.web.uploads import TooLong, read_form, read_upload
from bot.channels.web.visitors import Visitors, fresh
from bot.dialogue.messages import Incoming, IncomingKind, PhotoOutcome
from bot.errors import StoreUnavailable
from bot.notices.history import Cursor, Heard, Histories, History, Told
from bot.notices.tickets import ticket_entry
from bot.pictures.model import Slip

CHANNEL = BOT = "web"

VISITOR_COOKIE, SIZE_COOKIE = "visitor", "size"
KEPT_SECONDS = 90 * 24 * 3600
"""As long as a quiet conversation is kept."""

MOST_A_MINUTE = 15
MOST_SCREENS = 8
"""Open streams of one visitor; a browser's own tabs in the background close theirs."""

ANSWER_SECONDS = 2.0
"""How long a form without JavaScript waits for its answer."""
LOOK_SECONDS = 1.0
LOOKS_BETWEEN_SIGNS = 15
"""A silent stream says every so many looks that it is still there."""
MOST_CHARACTERS = 4000
"""What is read of a message; the engine reads less."""
MOST_KEY = 64

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
PRIVATE = HEADERS | {"Cache-Control": "no-store"}


class WebHouse(Protocol):
    """What the page needs of the bot. ``secure``: citizens reach it by https. ``names``: the fields that every text may name."""

    @property
    def screens(self) -> Screens: ...

    @property
    def history(self) -> Histories:
        """Blocking; raises StoreUnavailable."""
        ...

    @property
    def texts(self) -> Words: ...

    @property
    def names(self) -> Mapping[str, str]: ...

    @property
    def secure(self) -> bool: ...

    def now(self) -> datetime: ...

    def sign(self, kind: str, text: str) -> str:
        """A hash in hex that only this deployment can make, the same in all its processes."""
        ...

    def read_photo(self, picture: bytes) -> Slip:
        """Blocking; nothing of the picture is kept."""
        ...

    def away(self) -> str:
        """What to say while the database does not answer."""
        ...

    async def accept(self, incoming: Incoming) -> bool:
        """Intake; raises StoreUnavailable."""
        ...


def web_routes(house: WebHouse) -> list[BaseRoute]:
    web = _Web(house)
    return [
        Route("/", web.show, methods=["GET"]),
        Route("/messages", web.say, methods=["POST"]),
        Route("/photos", web.send_photo, methods=["POST"]),
        Route("/events", web.follow, methods=["GET"]),
        Route("/print/{row:int}", web.print, methods=["GET"]),
        Route("/tickets/{row:int}.ics", web.ticket, methods=["GET"]),
        Route("/size", web.resize, methods=["POST"]),
        Route("/end", web.ask_to_end, methods=["GET"]),
        Route("/end", web.end, methods=["POST"]),
        Route("/static/{name}", web.assets.serve, methods=["GET"]),
    ]


@dataclass(frozen=True, slots=True)
class _Note:
    """Why a message was not taken, for the page; ``draft`` goes back into its box."""

    status: int
    text: str
    draft: str = ""


class _Web:
    def __init__(self, house: WebHouse) -> None:
        self._house, self._visitors, self.assets = house, Visitors(house.sign), Assets()
        self._pages = Pages(house.texts, house.names, self.assets.addresses)

    # -- reading ------------------------------------------------------------------------------------------------------

    async def show(self, request: Request) -> Response:
        return await self._page(request, None)

    async def _page(self, request: Request, note: _Note | None) -> Response:
        """The whole page; a first visit gets its cookie here."""
        visitor = self._visitor(request) or fresh()
        try:
            history, waiting = await asyncio.to_thread(self._read, visitor)
        except StoreUnavailable:
            return self._away(request)
        bubbles = self._pages.bubbles(history.entries, self._house.now())
        anchor = next((each.id for each in reversed(bubbles) if each.mine), None)
        html = self._pages.page(
            "chat", bubbles=bubbles, anchor=anchor, after=_mark(history.cursor), waiting=waiting, token=self._visitors.token(visitor),
            key=fresh(), note=note.text if note else "", draft=note.draft if note else "", large=_is_large(request),
        )
        response = self._html(request, html, note.status if note else 200)
        self._set_cookie(response, VISITOR_COOKIE, self._visitors.cookie(visitor))
        return response

    def _read(self, visitor: str) -> tuple[History, bool]:
        return self._house.history.read(_address(visitor)), self._house.history.waiting(_address(visitor))

    async def follow(self, request: Request) -> Response:
        """What is new, from ``Last-Event-ID`` on, or from where the page ended that asks."""
        visitor = self._visitor(request)
        if visitor is None:
            return Response(status_code=403, headers=PRIVATE)
        if self._house.screens.count(visitor) >= MOST_SCREENS or self._house.screens.closed:
            return Response(status_code=503, headers=PRIVATE | {"Retry-After": "5"})
        given = request.headers.get("Last-Event-ID") or request.query_params.get("after", "")
        return StreamingResponse(
            self._stream(request, visitor, _cursor(given) or Cursor()), media_type="text/event-stream",
            headers=PRIVATE | {"X-Accel-Buffering": "no"},
        )

    async def _stream(self, request: Request, visitor: str, cursor: Cursor) -> AsyncIterator[str]:
        screens, looks = self._house.screens, 0
        with screens.listening(visitor) as woken:
            yield ": here\n\n"
            while not screens.closed and not await request.is_disconnected():
                woken.clear()
                html = ""
                with suppress(StoreUnavailable):
                    history, anew = await asyncio.to_thread(self._read_on, visitor, cursor)
                    cursor = history.cursor
                    html = self._fragment(history.entries, anew)
                looks += 1
                if html:
                    yield f"id: {_mark(cursor)}\n{_data(html)}\n\n"
                elif looks % LOOKS_BETWEEN_SIGNS == 0:
                    yield ": still here\n\n"
                with suppress(TimeoutError):
                    await asyncio.wait_for(woken.wait(), LOOK_SECONDS)

    def _read_on(self, visitor: str, cursor: Cursor) -> tuple[History, bool]:
        """What came after *cursor*; where something before it was erased since, the whole of what is left, and True."""
        history = self._house.history.read(_address(visitor), cursor)
        if history.cursor.forgotten <= cursor.forgotten:
            return history, False
        return self._house.history.read(_address(visitor)), True

    def _fragment(self, entries: Sequence[Heard | Told], anew: bool) -> str:
        if not entries and not anew:
            return ""
        return self._pages.page("entries", bubbles=self._pages.bubbles(entries, self._house.now()), anchor=None, anew=anew)

    async def print(self, request: Request) -> Response:
        """One message on paper, its code as a picture."""
        try:
            told = await self._told(request)
        except StoreUnavailable:
            return self._away(request)
        if told is None or not is_for_paper(told):
            return self._gone(request)
        return self._html(request, self._pages.sheet(told, self._house.now()))

    async def ticket(self, request: Request) -> Response:
        """A booked visit as an entry for the phone's calendar; for the browser that booked it only."""
        try:
            told = await self._told(request)
        except StoreUnavailable:
            return self._away(request)
        if told is None or told.message.ticket is None:
            return self._gone(request)
        entry, code = ticket_entry(told.message.ticket, self._house.now()), told.message.ticket.code
        return Response(entry, 200, PRIVATE | {
            "Content-Type": "text/calendar; charset=utf-8", "Content-Disposition": f'attachment; filename="lich-hen-{code}.ics"',
        })

    async def _told(self, request: Request) -> Told | None:
        """The message that the address names, where it was said to the browser that asks."""
        visitor = self._visitor(request)
        if visitor is None:
            return None
        return await asyncio.to_thread(self._house.history.told, _address(visitor), request.path_params["row"])

    def _gone(self, request: Request) -> Response:
        return self._html(request, self._pages.page("gone", large=_is_large(request)), 404)

    # -- writing ------------------------------------------------------------------------------------------------------

    async def say(self, request: Request) -> Response:
        try:
            form = await read_form(request)
        except TooLong:
            return await self._refuse(request, 413, "too_long")
        kind: Literal["choice", "text"] = "choice" if "choice" in form else "text"
        text = form.get(kind, "")[:MOST_CHARACTERS]
        return await self._take(request, form, kind, text, draft=text if kind == "text" else "")

    async def send_photo(self, request: Request) -> Response:
        try:
            upload = await read_upload(request)
        except TooLong:
            return await self._refuse(request, 413, "no_picture")
        if upload.photo is None and not upload.too_big:
            return await self._refuse(request, 400, "no_picture")
        refused = await self._reason_against(request, upload.fields, "")
        if refused is not None:
            return await self._answer_note(request, refused)
        slip = await asyncio.to_thread(self._house.read_photo, upload.photo) if upload.photo else Slip("too_big")
        return await self._take(request, upload.fields, "photo", slip.code, photo=slip.outcome, checked=True)

    async def _take(
        self, request: Request, form: Mapping[str, str], kind: IncomingKind, text: str, *, photo: PhotoOutcome | None = None,
        draft: str = "", checked: bool = False,
    ) -> Response:
        refused = None if checked else await self._reason_against(request, form, draft)
        if refused is not None:
            return await self._answer_note(request, refused)
        visitor = self._visitor(request) or ""
        event = _event_id(visitor, form.get("key", ""), kind, text, photo)
        try:
            await self._house.accept(Incoming(CHANNEL, BOT, event, visitor, kind, text, self._house.now(), photo))
        except StoreUnavailable:
            return await self._answer_note(request, _Note(503, self._house.away(), draft))
        self._house.screens.wake(visitor)
        if _by_htmx(request):
            return Response(status_code=204, headers=PRIVATE)
        await self._answered(visitor)
        return RedirectResponse("/#last", 303, PRIVATE)

    async def _reason_against(self, request: Request, form: Mapping[str, str], draft: str) -> _Note | None:
        """Why a post is not taken; None when it is ours and not too soon."""
        visitor = self._visitor(request)
        if visitor is None or not self._visitors.trusts(visitor, form.get("token", "")):
            return _Note(403, self._pages.words["expired"], draft)
        minute = self._house.now() - timedelta(minutes=1)
        try:
            lately = await asyncio.to_thread(self._house.history.heard_since, _address(visitor), minute)
        except StoreUnavailable:
            return _Note(503, self._house.away(), draft)
        return _Note(429, self._pages.words["too_fast"], draft) if lately >= MOST_A_MINUTE else None

    async def _refuse(self, request: Request, status: int, why: str) -> Response:
        return await self._answer_note(request, _Note(status, self._pages.words[why]))

    async def _answer_note(self, request: Request, note: _Note) -> Response:
        """With htmx only the note: what was typed is still in its box."""
        if _by_htmx(request):
            return self._html(request, self._pages.page("note", note=note.text), note.status)
        return await self._page(request, note)

    async def _answered(self, visitor: str) -> None:
        """Returns when the answer is out, or after two seconds without one; then the page says that it is to come."""
        with suppress(TimeoutError, StoreUnavailable), self._house.screens.listening(visitor) as woken:
            async with asyncio.timeout(ANSWER_SECONDS):
                while await asyncio.to_thread(self._house.history.waiting, _address(visitor)):
                    with suppress(TimeoutError):
                        await asyncio.wait_for(woken.wait(), 0.2)
                    woken.clear()

    # -- the page itself ----------------------------------------------------------------------------------------------

    async def resize(self, request: Request) -> Response:
        """Large letters or ordinary ones. It changes nothing but the look, so anybody's form may do it."""
        with suppress(TooLong):
            large = (await read_form(request)).get("size") == "large"
            response = RedirectResponse("/", 303, PRIVATE)
            self._set_cookie(response, SIZE_COOKIE, "large" if large else "normal")
            return response
        return Response(status_code=413, headers=PRIVATE)

    async def ask_to_end(self, request: Request) -> Response:
        visitor = self._visitor(request)
        if visitor is None:
            return RedirectResponse("/", 303, PRIVATE)
        html = self._pages.page("end", token=self._visitors.token(visitor), large=_is_large(request))
        return self._html(request, html)

    async def end(self, request: Request) -> Response:
        """A shared machine forgets who spoke: the next one gets another cookie, and nobody gets this one again."""
        visitor = self._visitor(request)
        try:
            form = await read_form(request)
        except TooLong:
            form = {}
        response = RedirectResponse("/", 303, PRIVATE)
        if visitor is not None and self._visitors.trusts(visitor, form.get("token", "")):
            response.delete_cookie(VISITOR_COOKIE, path="/")
        return response

    def _away(self, request: Request) -> Response:
        return self._html(request, self._pages.page("away", text=self._house.away(), large=_is_large(request)), 503)

    def _visitor(self, request: Request) -> str | None:
        return self._visitors.known(request.cookies.get(VISITOR_COOKIE))

    def _html(self, request: Request, html: str, status: int = 200) -> Response:
        return packed_if_wanted(request, html.encode(), None, PRIVATE | {"Content-Type": "text/html; charset=utf-8"}, status)

    def _set_cookie(self, response: Response, name: str, value: str) -> None:
        """Lax, not Strict: who comes by a link in a chat is to find their conversation again."""
        response.set_cookie(name, value, max_age=KEPT_SECONDS, path="/", secure=self._house.secure, httponly=True, samesite="lax")


def _address(visitor: str) -> tuple[str, str, str]:
    return CHANNEL, BOT, visitor


def _by_htmx(request: Request) -> bool:
    return request.headers.get("HX-Request") == "true"


def _is_large(request: Request) -> bool:
    return request.cookies.get(SIZE_COOKIE) == "large"


def _mark(cursor: Cursor) -> str:
    return f"{cursor.place}.{cursor.event}.{cursor.forgotten}"


def _cursor(mark: str) -> Cursor | None:
    """The cursor that *mark* stands for; a page of an earlier release marks only the first two."""
    numbers = mark.split(".")
    good = 2 <= len(numbers) <= 3 and all(each.isascii() and each.isdigit() and len(each) <= 15 for each in numbers)
    return Cursor(*map(int, numbers)) if good else None


def _data(html: str) -> str:
    return "\n".join(f"data: {line}" for line in html.splitlines())


def _event_id(visitor: str, key: str, *said: str | None) -> str:
    """The same for a form sent twice (a press too many, a lost answer), another for everything else."""
    if not key or len(key) > MOST_KEY:
        key = fresh()
    return hashlib.sha256("\n".join([visitor, key, *(each or "" for each in said)]).encode()).hexdigest()[:40]
