"""The background works of a process: turns are taken, what is due is sent, what is past its time is emptied.

Any number of processes may run them side by side: the database says who holds what.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import TypeVar

from bot.bootstrap import Application
from bot.errors import StoreUnavailable
from bot.notices.hours import QuietAtNight
from bot.notices.outbox import LEASE, NotSent, Outcome, Row, Sender, send_claimed
from bot.together import Together

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds after which a loop looks even when nobody woke it: another process may have left work."""
TURNS_AT_A_TIME = 20
SENDS_AT_ONCE = 16
"""Enough for what a platform takes of one bot; more open connections make every single send dearer."""
HOUSEKEEPING_EVERY = timedelta(hours=1)
AWAY_FOR = 1.0
LONGEST_GOODBYE = 30.0
"""Seconds that a stop waits for the sends under way; a row left behind is freed by its lease."""

T = TypeVar("T")


class Works:
    """Loops for the turns, the deliveries and the hourly housekeeping. Everything but ``wake`` belongs to the event loop."""

    def __init__(self, application: Application, senders: Mapping[str, Sender], *, sends_at_once: int = SENDS_AT_ONCE) -> None:
        self._application, self._sends_at_once = application, sends_at_once
        self._senders = {name: QuietAtNight(sender, application.quiet, application.clock) for name, sender in senders.items()}
        self._turns_wait, self._sends_wait, self._stopping = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        self._loops: list[asyncio.Task[None]] = []
        self._outcomes: Together[tuple[int, Outcome], None] = Together(self._record_all)
        self._away = False

    def start(self) -> None:
        self._loops = [asyncio.create_task(each()) for each in (self._take_turns, self._deliver, self._keep_house)]

    def wake(self) -> None:
        """A message came in."""
        self._turns_wait.set()

    async def stop(self) -> None:
        """Nothing new is begun; the turns and sends under way are finished and recorded."""
        self._stopping.set()
        self._turns_wait.set()
        self._sends_wait.set()
        under_way = {*self._loops, *self._sending}
        if under_way:
            _, late = await asyncio.wait(under_way, timeout=LONGEST_GOODBYE)
            for task in late:
                task.cancel()

    # -- turns ------------------------------------------------------------------------------------------------------------

    async def _take_turns(self) -> None:
        while not self._stopping.is_set():
            self._turns_wait.clear()
            taken = await self._try(partial(self._application.take_turns, TURNS_AT_A_TIME))
            if taken:
                self._sends_wait.set()
            if not taken:
                await self._until(self._turns_wait, LOOK_EVERY)

    # -- deliveries -------------------------------------------------------------------------------------------------------

    async def _deliver(self) -> None:
        """As many rows as there are hands free are claimed at once and sent side by side; the outbox lends only one of a conversation."""
        while not self._stopping.is_set():
            self._sends_wait.clear()
            free = self._sends_at_once - len(self._sending)
            rows = await self._try(partial(self._application.store.outbox.claim_some, self._senders.keys(), free)) if free else None
            for row in rows or ():
                task = asyncio.create_task(self._send(row))
                self._sending.add(task)
                task.add_done_callback(self._sent)
            if not rows:
                await self._until(self._sends_wait, LOOK_EVERY)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._sends_wait.set()

    async def _send(self, row: Row) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        outcome = await send_claimed(row, self._senders, self._application.boundary)
        await self._record(row, outcome)
        log.info("send", extra={
            "channel": row.channel, "conversation": row.conversation, "flow": row.message.flow, "step": row.message.step,
            "kind": row.message.kind, "outcome": type(outcome).__name__, "attempt": row.attempts,
            "ms": round((loop.time() - begun) * 1000, 1),
        })
        if isinstance(outcome, NotSent):
            wait = (outcome.retry_at - self._application.clock.now()).total_seconds()
            loop.call_later(min(max(wait, 0.0), LEASE.total_seconds()), self._sends_wait.set)

    async def _record(self, row: Row, outcome: Outcome) -> None:
        """As long as the row is ours it is tried: what became of a send must not get lost because the database was away for a moment."""
        for _ in range(int(LEASE.total_seconds() / AWAY_FOR)):
            try:
                await self._outcomes.write((row.id, outcome))
                return
            except StoreUnavailable as error:
                self._say_away(error)
                await asyncio.sleep(AWAY_FOR)

    def _record_all(self, outcomes: Sequence[tuple[int, Outcome]]) -> Sequence[None]:
        self._application.store.outbox.record_all(outcomes)
        return [None] * len(outcomes)

    # -- housekeeping -----------------------------------------------------------------------------------------------------

    async def _keep_house(self) -> None:
        while not self._stopping.is_set():
            await self._try(self._application.store.retention.run)
            if await self._try(self._application.tell_late):
                self._sends_wait.set()
            await self._until(self._stopping, HOUSEKEEPING_EVERY.total_seconds())

    # -- what all of them need --------------------------------------------------------------------------------------------

    async def _try(self, act: Callable[[], T]) -> T | None:
        """*act* in a thread. None, after a pause, when the database is away or when something in it is broken: a loop never ends."""
        try:
            done = await asyncio.to_thread(act)
        except StoreUnavailable as error:
            self._say_away(error)
        except Exception as error:
            log.error("a background work failed", extra={"outcome": type(error).__name__},
                      exc_info=error if log.isEnabledFor(logging.DEBUG) else None)
        else:
            if self._away:
                self._away = False
                log.info("the database answers again")
            return done
        await self._until(self._stopping, AWAY_FOR)
        return None

    def _say_away(self, error: StoreUnavailable) -> None:
        """Once for each outage."""
        if not self._away:
            self._away = True
            log.error("the database is away", extra={"outcome": str(error)})

    async def _until(self, event: asyncio.Event, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return


async def for_ever(what: Callable[[], Awaitable[None]], name: str) -> None:
    """Begins *what* again when it fails in a way that nobody foresaw, until cancelled."""
    while True:
        try:
            await what()
        except Exception as error:
            log.error("begun again after a failure", extra={"kind": name, "outcome": type(error).__name__},
                      exc_info=error if log.isEnabledFor(logging.DEBUG) else None)
        await asyncio.sleep(AWAY_FOR)
