"""One ASGI application: the web page, the webhooks, the health of it all; its lifespan runs the background works."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, runtime_checkable

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.bootstrap import Application
from bot.channels.telegram.channel import Account, TelegramChannel, TelegramWebhook
from bot.channels.telegram.wire import CHANNEL as TELEGRAM
from bot.channels.web.routes import CHANNEL as WEB
from bot.channels.web.routes import web_routes
from bot.channels.web.screens import Screens
from bot.channels.zalo.bot_platform.channel import ZaloBotChannel, ZaloBotWebhook
from bot.channels.zalo.bot_platform.client import Account as ZaloBotAccount
from bot.channels.zalo.bot_platform.wire import CHANNEL as ZALO_BOT
from bot.channels.zalo.media import PhotoFetcher, loopback_origin
from bot.channels.zalo.official_account.channel import Words, ZaloOAChannel
from bot.channels.zalo.official_account.client import Account as ZaloOAAccount
from bot.channels.zalo.official_account.wire import CHANNEL as ZALO_OA
from bot.channels.zalo.tickets import TicketLinks
from bot.clock import today
from bot.dialogue.messages import Incoming
from bot.errors import MotCuaError, StoreUnavailable
from bot.flows.world import house
from bot.notices.history import Histories
from bot.notices.outbox import Sender
from bot.offices.rules import days_to_settle
from bot.pictures.model import PhotoReader, Slip
from bot.pictures.slip import read_slip
from bot.settings import Settings, TelegramSettings, ZaloBotSettings, ZaloOASettings
from bot.texts.reader import Texts
from bot.together import Together
from bot.works import Works, for_ever

__all__ = [
    "PortTaken", "TelegramWebhook", "ZaloBotWebhook", "build_server", "listen", "run", "telegram_account", "work", "zalo_bot_account",
]

log = logging.getLogger(__name__)

GRACE_SECONDS = 5
"""How long a stop waits for answers under way before it ends them."""


class PortTaken(MotCuaError):
    """Another program listens there."""


class Channel(Sender, Protocol):
    """A platform's wire: messages come in by its webhook or by polling, and go out."""

    @property
    def polls(self) -> bool: ...

    def routes(self) -> list[Route]:
        """The webhook's and what else the platform asks of us."""
        ...

    async def poll(self) -> None:
        """Until cancelled; only where it polls."""
        ...

    def health(self) -> dict[str, Any]:
        """For ``/status``."""
        ...

    async def close(self) -> None: ...


@runtime_checkable
class Tended(Protocol):
    """A channel that has something to look after in every process, whether it hears and sends or not."""

    async def tend(self) -> None:
        """Until cancelled."""
        ...


class Channels:
    """The channels that are on, bound to one application; ``works`` are the loops behind them."""

    def __init__(self, application: Application, settings: Settings, read_photo: PhotoReader | None = None) -> None:
        self.application = application
        self.read_photo: PhotoReader = read_photo or partial(_read_slip, application)
        self.screens = Screens()
        self.platforms: dict[str, Channel] = {}
        if settings.telegram is not None:
            self.platforms[TELEGRAM] = self._telegram(settings.telegram)
        if settings.zalo_bot is not None:
            self.platforms[ZALO_BOT] = self._zalo_bot(settings.zalo_bot, settings)
        if settings.zalo_oa is not None:
            self.platforms[ZALO_OA] = self._zalo_oa(settings.zalo_oa, settings)
        self.works = Works(application, {WEB: self.screens, **self.platforms})
        self._intake: Together[Incoming, bool] = Together(lambda events: application.accept_all(events))

    def _telegram(self, settings: TelegramSettings) -> TelegramChannel:
        away = partial(self.application.common, "database_away")
        return TelegramChannel(telegram_account(settings), self.accept, self.read_photo, self.application.clock, away)

    def _zalo_bot(self, settings: ZaloBotSettings, whole: Settings) -> ZaloBotChannel:
        application = self.application
        photos = PhotoFetcher(self.read_photo, hosts=whole.zalo_photo_hosts, double=loopback_origin(settings.api_url))
        links = TicketLinks(ZALO_BOT, whole.public_url, application.store.sign, application.store.outbox.history.message, application.clock)
        return ZaloBotChannel(
            zalo_bot_account(settings), self.accept, photos, links, application.clock, partial(application.common, "database_away"),
            lambda link: application.texts.part("zalo", "ticket_entry", link=link),
        )

    def _zalo_oa(self, settings: ZaloOASettings, whole: Settings) -> ZaloOAChannel:
        application, store = self.application, self.application.store
        photos = PhotoFetcher(self.read_photo, hosts=whole.zalo_photo_hosts, double=loopback_origin(settings.api_url))
        links = TicketLinks(ZALO_OA, whole.public_url, store.sign, store.outbox.history.message, application.clock)
        words = Words(
            partial(application.common, "database_away"), lambda link: application.texts.part("zalo", "ticket_entry", link=link),
            lambda: application.texts.part("zalo", "form_title"), lambda: application.texts.part("zalo", "form_words"),
        )
        return ZaloOAChannel(
            zalo_oa_account(settings), self.accept, photos, links, store.platform_tokens, application.clock, words, whole.public_url,
        )

    async def accept(self, incoming: Incoming) -> bool:
        """Intake; raises StoreUnavailable."""
        new = await self._intake.write(incoming)
        log.info("event", extra={"channel": incoming.channel, "kind": incoming.kind, "outcome": "stored" if new else "known"})
        self.works.wake()
        return new

    @asynccontextmanager
    async def running(self, *, hears: bool) -> AsyncIterator[None]:
        """The works; with *hears* the polling too. At the end nothing new is heard first, then what is under way is finished."""
        self.works.start()
        polling = [asyncio.create_task(for_ever(each.poll, "polling")) for each in self.platforms.values() if hears and each.polls]
        tended = [each for each in self.platforms.values() if isinstance(each, Tended)]
        polling += [asyncio.create_task(for_ever(each.tend, "tending")) for each in tended]
        try:
            yield
        finally:
            for task in polling:
                task.cancel()
            if polling:
                await asyncio.wait(polling)
            await self.works.stop()
            for each in self.platforms.values():
                await each.close()

    def routes(self) -> list[Route]:
        return [route for each in self.platforms.values() for route in each.routes()]

    def health(self) -> dict[str, Any]:
        return {WEB: {"state": "ok"}} | {name: each.health() for name, each in self.platforms.items()}


@dataclass(frozen=True)
class _Page:
    """What the web page is handed (``WebHouse``)."""

    channels: Channels
    screens: Screens
    history: Histories
    texts: Texts
    names: Mapping[str, str]
    secure: bool
    sign: Callable[[str, str], str] = field(repr=False)

    def now(self) -> datetime:
        return self.channels.application.clock.now()

    def read_photo(self, picture: bytes) -> Slip:
        return self.channels.read_photo(picture)

    def away(self) -> str:
        return self.channels.application.common("database_away")

    async def accept(self, incoming: Incoming) -> bool:
        return await self.channels.accept(incoming)


def build_server(application: Application, settings: Settings, read_photo: PhotoReader | None = None) -> Starlette:
    """``app.state.channels`` are its channels; *read_photo* stands in for the reader of receipt slips."""
    channels = Channels(application, settings, read_photo)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with channels.running(hears=True):
            yield

    async def status(_: Request) -> Response:
        told, usable = await asyncio.to_thread(state_of, application)
        return JSONResponse(told | {"channels": channels.health()}, 200 if usable else 503)

    page = _Page(
        channels, channels.screens, application.store.outbox.history, application.texts, _names(application),
        secure=(settings.public_url or "").startswith("https://"), sign=application.store.sign,
    )
    app = Starlette(lifespan=lifespan, routes=[
        Route("/healthz", _alive, methods=["GET"]), Route("/status", status, methods=["GET"]), *channels.routes(), *web_routes(page),
    ])
    app.state.channels = channels
    return app


async def _alive(_: Request) -> Response:
    return PlainTextResponse("ok")



def _names(application: Application) -> dict[str, str]:
    """What the page calls the house; where an office is made up, with the line that says so."""
    names = house(application.town, application.texts)
    if any(office.sample for office in application.town.offices):
        names["sample"] = application.texts.part("wording", "sample")
    return names

def state_of(application: Application) -> tuple[dict[str, Any], bool]:
    """``/status`` without the channels, and whether database and catalogue are usable (start-up refuses a bad catalogue)."""
    catalog, day, town = application.knowledge.catalog, today(application.clock), application.town
    told: dict[str, Any] = {
        "database": "ok", "oldest_unanswered_seconds": None, "oldest_unsent_seconds": None, "dead_turns": None, "unknown_sends": None,
        "waiting_call_backs": None, "catalogue_date": max(each.checked_on for each in catalog).isoformat() if len(catalog) else None,
        "catalogue_version": catalog.version, "procedures": len(catalog), "overdue_entries": sum(each.overdue(day) for each in catalog),
        "office": [each.id for each in town.centres] or "not set up",
        "booking": "ok" if any(each.counters for each in town.centres) else "not set up",
        "dossier_status": "ok" if town.second_facts else "not set up",
        "days_to_settle": [each.isoformat() for each in days_to_settle(town, application.knowledge.calendar, day)],
    }
    try:
        told |= application.store.status()
    except StoreUnavailable:
        return told | {"database": "away"}, False
    return told, len(catalog) > 0


def telegram_account(settings: TelegramSettings) -> Account:
    return Account(
        token=settings.token, api_url=settings.api_url, files_url=settings.files_url, mode=settings.mode,
        secret=settings.webhook_secret, spacing=timedelta(seconds=settings.spacing),
    )


def zalo_bot_account(settings: ZaloBotSettings) -> ZaloBotAccount:
    return ZaloBotAccount(
        token=settings.token, api_url=settings.api_url, mode=settings.mode, secret=settings.webhook_secret,
        spacing=timedelta(seconds=settings.spacing),
    )


def zalo_oa_account(settings: ZaloOASettings) -> ZaloOAAccount:
    return ZaloOAAccount(
        app_id=settings.app_id, app_secret=settings.app_secret, secret_key=settings.secret_key, refresh_token=settings.refresh_token,
        api_url=settings.api_url, oauth_url=settings.oauth_url, templates=settings.templates, billed=settings.billed,
    )


def _read_slip(application: Application, picture: bytes) -> Slip:
    return read_slip(picture, today(application.clock))


# -- running ------------------------------------------------------------------------------------------------------------


class _Server(uvicorn.Server):
    """Tells when it listens; lets go of the open streams before it waits for the answers under way."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], closing: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready, self._closing = ready, closing

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._closing()
        await super().shutdown(sockets)


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to *port* (0: any free one). Raises PortTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise PortTaken(f"--host {host} --port {port}: {error.strerror}; name another one") from None
    return bound


def run(app: Starlette, bound: socket.socket, ready: Callable[[], None]) -> None:
    """Serves until SIGTERM or SIGINT, then stops gracefully and hands the signal on."""
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, ws="none", timeout_graceful_shutdown=GRACE_SECONDS,
    )
    _Server(config, ready, app.state.channels.screens.close).run(sockets=[bound])


async def work(application: Application, settings: Settings, stopping: asyncio.Event, read_photo: PhotoReader | None = None) -> None:
    """Takes turns and sends what is due, without hearing anything, until *stopping*."""
    async with Channels(application, settings, read_photo).running(hears=False):
        await stopping.wait()
