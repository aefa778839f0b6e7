"""The outgoing door: a row is there to be read as soon as it is claimed, so sending wakes those who look on."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bot.notices.outbox import Outcome, Row, Sent


class Screens:
    """The open pages of this process, by visitor. Pages that other processes serve look by themselves every second."""

    def __init__(self) -> None:
        self._open: dict[str, set[asyncio.Event]] = {}
        self.closed = False

    async def send(self, row: Row) -> Outcome:
        self.wake(row.peer)
        return Sent()

    def wake(self, visitor: str) -> None:
        for event in self._open.get(visitor, ()):
            event.set()

    def count(self, visitor: str) -> int:
        return len(self._open.get(visitor, ()))

    @contextmanager
    def listening(self, visitor: str) -> Iterator[asyncio.Event]:
        """An event that is set when there may be something new."""
        woken = asyncio.Event()
        self._open.setdefault(visitor, set()).add(woken)
        try:
            yield woken
        finally:
            self._open[visitor].discard(woken)
            if not self._open[visitor]:
                del self._open[visitor]

    def close(self) -> None:
        """Ends every open stream: a server that stops waits for them."""
        self.closed = True
        for visitor in self._open:
            self.wake(visitor)
