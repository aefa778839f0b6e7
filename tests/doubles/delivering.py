"""The side of a double that calls a webhook: each citizen's events one after the other, repeated until they are taken."""

import asyncio
import threading
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager, suppress
from typing import Any, Generic, TypeVar

import httpx
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

MOST_CONNECTIONS = 40
LONGEST_PAUSE = 1.0

E = TypeVar("E")


class NoAnswer(Response):
    """Half an answer, after which the server ends the connection: nobody can tell what became of the request."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


class Delivering(Generic[E]):
    """``_heard`` (with ``_lock``) guards what the threads of a test and the loop share. A double says of its events what stands first."""

    def __init__(self, retry_after: float) -> None:
        self._retry_after = retry_after
        self._lock = threading.RLock()
        self._heard = threading.Condition(self._lock)
        self._pending: dict[Any, E] = {}
        self._again: list[E] = []
        self._held = False
        # What follows belongs to the loop.
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed = asyncio.Event()
        self._stopped = asyncio.Event()
        self._lanes: dict[Hashable, asyncio.Task[None]] = {}
        self._extra: set[asyncio.Task[Any]] = set()
        self._client: httpx.AsyncClient | None = None
        self._connections = asyncio.Semaphore(MOST_CONNECTIONS)

    def _has_hook(self) -> bool:
        raise NotImplementedError

    def _who(self, event: E) -> Hashable:
        raise NotImplementedError

    def _id(self, event: E) -> Hashable:
        """What it is pending under."""
        raise NotImplementedError

    async def _post(self, event: E, tries: int) -> bool:
        """One call after *tries* in vain; whether the event is through, taken or refused for good."""
        raise NotImplementedError

    def _wake(self) -> None:
        with self._heard:
            self._heard.notify_all()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._look)

    def _look(self) -> None:
        self._tell_changed()
        if not self._has_hook() or self._stopped.is_set():
            return
        with self._lock:
            again, self._again = self._again, []
            waiting = {} if self._held else dict.fromkeys(self._who(event) for event in self._pending.values())
        for event in again:
            task = asyncio.create_task(self._post(event, 1))
            self._extra.add(task)
            task.add_done_callback(self._extra.discard)
        for who in waiting:
            if who not in self._lanes:
                self._lanes[who] = asyncio.create_task(self._lane(who))

    def _tell_changed(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def _lane(self, who: Hashable) -> None:
        """One citizen's events, one after the other, each until it is through."""
        tries = 0
        try:
            while (event := self._next_of(who)) is not None:
                if await self._post(event, tries):
                    tries = 0
                    with self._heard:
                        self._pending.pop(self._id(event), None)
                        self._heard.notify_all()
                else:
                    tries += 1
                    await self._pause(min(self._retry_after * 2 ** min(tries, 10), LONGEST_PAUSE))
        finally:
            del self._lanes[who]  # at once: what comes later finds no lane and begins one

    def _next_of(self, who: Hashable) -> E | None:
        if not self._has_hook() or self._held or self._stopped.is_set():
            return None
        with self._lock:
            return next((each for each in self._pending.values() if self._who(each) == who), None)

    @asynccontextmanager
    async def lifespan(self, _: Any) -> AsyncIterator[None]:
        self._loop = asyncio.get_running_loop()
        self._connections = asyncio.Semaphore(MOST_CONNECTIONS)
        async with httpx.AsyncClient(timeout=30, trust_env=False) as self._client:
            yield
            tasks = [*self._lanes.values(), *self._extra]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        with self._lock:
            self._loop = None

    def stop(self) -> None:
        """Lets go of everybody who waits; called in the loop."""
        self._stopped.set()
        self._tell_changed()

    async def _pause(self, seconds: float) -> None:
        """Ends early when the double stops."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopped.wait()
