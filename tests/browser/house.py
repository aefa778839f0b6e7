"""The web page on a real server with a real bot behind it, for tests: the sample office, a clock that the test moves."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from bot.bootstrap import Application, Knowledge
from bot.channels.web.routes import web_routes
from bot.channels.web.screens import Screens
from bot.clock import SetClock, aware
from bot.dialogue.messages import Incoming
from bot.errors import StoreUnavailable
from bot.flows.world import house
from bot.notices.history import Histories
from bot.offices.reader import load_town
from bot.pictures.model import Slip
from bot.sample import sample_dir
from bot.sample.dossiers import sample_dossiers
from bot.store.crypto import Keys
from bot.store.engine import open_store
from bot.texts.reader import Texts

SATURDAY = aware(datetime(2026, 11, 21, 9))
CODE = "H20.14-261102-0007"


class House:
    """What the page asks of the bot. ``holding``: turns wait; ``unreachable``: the database does not answer."""

    secure = False

    def __init__(self, application: Application, keys: Keys) -> None:
        self.application, self._keys = application, keys
        self.screens, self.woken = Screens(), asyncio.Event()
        self.holding = self.unreachable = self.stopping = False
        self.pictures: list[bytes] = []

    @property
    def history(self) -> Histories:
        if self.unreachable:
            raise StoreUnavailable("the test took the database away")
        return self.application.store.outbox.history

    @property
    def texts(self) -> Texts:
        return self.application.texts

    @property
    def names(self) -> Mapping[str, str]:
        sample = {"sample": self.application.texts.part("wording", "sample")}
        return house(self.application.town, self.application.texts) | sample

    def now(self) -> datetime:
        return self.application.clock.now()

    def sign(self, kind: str, text: str) -> str:
        return self._keys.lookup(kind, text)

    def read_photo(self, picture: bytes) -> Slip:
        self.pictures.append(picture)
        return Slip("code", CODE) if b"slip" in picture else Slip("nothing")

    def away(self) -> str:
        return self.application.common("database_away")

    async def accept(self, incoming: Incoming) -> bool:
        if self.unreachable:
            raise StoreUnavailable("the test took the database away")
        new = await asyncio.to_thread(self.application.accept, incoming)
        self.woken.set()
        return new

    async def work(self) -> None:
        while not self.stopping:
            if not self.holding:
                await asyncio.to_thread(self.application.take_turns)
                await self.application.deliver({"web": self.screens})
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.woken.wait(), 0.1)
            self.woken.clear()


class Served:
    """The page at ``url``."""

    def __init__(self, house: House, clock: SetClock, server: uvicorn.Server) -> None:
        self.house, self.clock, self._server = house, clock, server

    @property
    def url(self) -> str:
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"


@contextmanager
def served(folder: Path, knowledge: Knowledge) -> Iterator[Served]:
    clock = SetClock(SATURDAY)
    url = f"sqlite:///{folder / 'web.db'}"
    keys = Keys.load(url, {})
    with open_store(url, keys, clock) as store:
        with store.writing() as repositories:
            repositories.dossiers.put(sample_dossiers(date(2026, 11, 21)))
        with _running(House(Application(knowledge, load_town(sample_dir()), store, clock), keys), clock) as running:
            yield running


class _Server(uvicorn.Server):
    """Lets go of the open streams before it waits for the answers under way."""

    def __init__(self, config: uvicorn.Config, screens: Screens) -> None:
        super().__init__(config)
        self._screens = screens

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._screens.close()
        await super().shutdown(sockets)


@contextmanager
def _running(house: House, clock: SetClock) -> Iterator[Served]:
    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette):
        task = asyncio.create_task(house.work())
        yield
        house.stopping = True
        await task

    app = Starlette(routes=web_routes(house), lifespan=lifespan)
    server = _Server(uvicorn.Config(app, port=0, log_level="error", log_config=None, timeout_graceful_shutdown=3), house.screens)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            threading.Event().wait(0.02)
        yield Served(house, clock, server)
    finally:
        server.should_exit = True
        thread.join()
