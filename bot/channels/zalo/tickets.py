"""A ticket's picture and calendar entry under an address of ours: Zalo takes pictures by their address only, and no files.

The address names a message by its number and bears its own end and a signature: nothing of a person, nothing that can be guessed or
counted through. Wrong, old and foreign ones are answered alike.
"""

import asyncio
import hmac
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.clock import Clock
from bot.dialogue.messages import Outgoing
from bot.errors import StoreUnavailable
from bot.notices.tickets import ticket_entry, ticket_picture

GOOD_FOR = timedelta(hours=24)
"""Zalo fetches the picture at once; the entry is pressed by a citizen who may read their messages in the evening."""
_KIND = "zalo_ticket_link"
_SIGNATURE = 32
_NAME = re.compile(r"([0-9]{1,18})\.([0-9]{1,12})\.([0-9a-f]{32})\.(png|ics)")
_HEADERS = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex, nofollow", "X-Content-Type-Options": "nosniff"}

Sign = Callable[[str, str], str]
"""(kind, text) -> a hash in hex that only this deployment can make, the same in all its processes."""
Told = Callable[[str, int], Outgoing | None]
"""(channel, outbox row) -> the message, where it is that channel's, has begun to go out and is not forgotten. StoreUnavailable."""


class TicketLinks:
    """``public_url`` is the address that citizens and platforms reach us under; without one there are no links."""

    def __init__(self, channel: str, public_url: str | None, sign: Sign, told: Told, clock: Clock) -> None:
        self._channel, self._public_url, self._sign, self._told, self._clock = channel, public_url, sign, told, clock

    def __bool__(self) -> bool:
        return self._public_url is not None

    def picture(self, row: int) -> str:
        return self._address(row, "png")

    def entry(self, row: int) -> str:
        return self._address(row, "ics")

    def routes(self) -> list[Route]:
        return [Route(f"/{self._channel}/tickets/{{name}}", self.answer, methods=["GET"])] if self else []

    async def answer(self, request: Request) -> Response:
        named = self._read(request.path_params["name"])
        if named is None:
            return _nothing()
        row, ending = named
        try:
            message = await asyncio.to_thread(self._told, self._channel, row)
        except StoreUnavailable:
            return Response(status_code=503, headers=_HEADERS)
        if message is None or message.ticket is None:
            return _nothing()
        if ending == "png":
            return Response(ticket_picture(message.ticket), headers=_HEADERS, media_type="image/png")
        entry = ticket_entry(message.ticket, self._clock.now())
        named_so = {"Content-Disposition": f'attachment; filename="lich-hen-{message.ticket.code}.ics"'}
        return Response(entry, headers=_HEADERS | named_so, media_type="text/calendar; charset=utf-8")

    def _address(self, row: int, ending: str) -> str:
        until = int((self._clock.now() + GOOD_FOR).timestamp())
        return f"{self._public_url}/{self._channel}/tickets/{row}.{until}.{self._mark(row, until, ending)}.{ending}"

    def _read(self, name: str) -> tuple[int, str] | None:
        match = _NAME.fullmatch(name)
        if match is None:
            return None
        row, until, ending = int(match[1]), int(match[2]), match[4]
        good = hmac.compare_digest(match[3], self._mark(row, until, ending))
        return (row, ending) if good and self._clock.now() < datetime.fromtimestamp(until, UTC) else None

    def _mark(self, row: int, until: int, ending: str) -> str:
        return self._sign(_KIND, f"{self._channel}:{row}:{until}:{ending}")[:_SIGNATURE]


def _nothing() -> Response:
    return Response(status_code=404, headers=_HEADERS)
