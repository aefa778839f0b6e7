"""What channels do beside the stream of messages: one citizen's events in order, small errands, the sign that an answer is on its way."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

LONGEST_BACK_OFF = 30.0
TYPING_AFTER_SECONDS = 1.0
"""An answer that takes longer is announced; most come sooner and need no word."""
MOST_TYPING = 10
"""When more citizens wait, announcing it to all of them would make all of them wait longer."""
LONGEST_GOODBYE = 5.0

Act = Callable[[str], Coroutine[Any, Any, None]]
"""Something done for one citizen, named by their peer id."""


def back_off(failures: int, least: float = 0.5) -> float:
    """Seconds: doubling, with jitter, so that many processes do not come back at once."""
    return random.uniform(0.5, 1.0) * min(LONGEST_BACK_OFF, least * 2.0 ** min(failures - 1, 10))


class InOrder:
    """One at a time for each citizen: a photo takes its time, and what they write after it must stay after it."""

    def __init__(self) -> None:
        self._queues: dict[str, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def turn_of(self, peer: str) -> AsyncIterator[None]:
        lock, users = self._queues.get(peer, (asyncio.Lock(), 0))
        self._queues[peer] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._queues.pop(peer)
            if users > 1:
                self._queues[peer] = (lock, users - 1)


class Errands:
    """Tasks that nobody waits for, held until they are done."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def go(self, errand: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(errand)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=LONGEST_GOODBYE)


class TypingSign:
    """Shown by *show* to whoever waits longer than TYPING_AFTER_SECONDS for an answer."""

    def __init__(self, show: Act, errands: Errands) -> None:
        self._show, self._errands = show, errands
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def announce(self, peer: str) -> None:
        self.cancel(peer)
        self._timers[peer] = asyncio.get_running_loop().call_later(TYPING_AFTER_SECONDS, self._now, peer)

    def cancel(self, peer: str) -> None:
        timer = self._timers.pop(peer, None)
        if timer is not None:
            timer.cancel()

    def close(self) -> None:
        for timer in self._timers.values():
            timer.cancel()

    def _now(self, peer: str) -> None:
        self._timers.pop(peer, None)
        if len(self._timers) < MOST_TYPING:
            self._errands.go(self._show(peer))


class ToldAway:
    """Who has been told that the database is away: once for each citizen and outage, and if it cannot be said, it is not."""

    def __init__(self, say: Act, errands: Errands) -> None:
        self._say, self._errands = say, errands
        self._told: set[str] = set()

    def tell(self, peer: str) -> None:
        if peer not in self._told:
            self._told.add(peer)
            self._errands.go(self._say(peer))

    def over(self) -> None:
        """The database answers again."""
        self._told.clear()
