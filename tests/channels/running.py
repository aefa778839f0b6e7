"""The bot as a server in a thread, on a database of its own, with or without a Telegram that is a double."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.bootstrap import Application
from bot.clock import SystemClock, today
from bot.errors import StoreUnavailable
from bot.offices.reader import load_town
from bot.pictures.model import PhotoReader, Slip
from bot.sample import sample_dir
from bot.sample.dossiers import sample_dossiers
from bot.server import build_server
from bot.settings import Settings, load_settings
from bot.store.crypto import Keys
from bot.store.engine import open_store
from tests.doubles.serving import serving
from tests.knowledge import shared_knowledge

SECRET = "s3cret_of-the-webhook"
KEYS = {"BOT_SECRET_KEYS": "bm90IGEgc2VjcmV0LCBvbmx5IGZvciB0ZXN0cyAuLi4=", "BOT_LOOKUP_KEY": "not a secret, only for tests"}


def nothing_on_it(_: bytes) -> Slip:
    return Slip("nothing")


@dataclass
class Running:
    url: str
    application: Application
    app: Any

    @property
    def telegram(self) -> Any:
        return self.app.state.channels.platforms["telegram"]

    @property
    def zalo_bot(self) -> Any:
        return self.app.state.channels.platforms["zalo-bot"]

    @property
    def zalo_oa(self) -> Any:
        return self.app.state.channels.platforms["zalo-oa"]


def settings_for(folder: Path, more: Mapping[str, str]) -> Settings:
    return load_settings({"BOT_DATABASE_URL": f"sqlite:///{folder / 'bot.db'}", **KEYS, **more}, env_file=folder / "none")


@contextmanager
def application_in(folder: Path, clock: Any = None) -> Iterator[Application]:
    url, clock = f"sqlite:///{folder / 'bot.db'}", clock or SystemClock()
    with open_store(url, Keys.load(url, KEYS), clock) as store:
        with store.writing() as repositories:
            if repositories.dossiers.count() == 0:
                repositories.dossiers.put(sample_dossiers(today(clock)))
        yield Application(shared_knowledge(), load_town(sample_dir()), store, clock)


@contextmanager
def running(folder: Path, read_photo: PhotoReader = nothing_on_it, *, port: int = 0, **more: str) -> Iterator[Running]:
    """*more* are settings by name; *port* for whoever must know the address before."""
    with application_in(folder) as application:
        app = build_server(application, settings_for(folder, more), read_photo)
        with serving(app, port, stopping=app.state.channels.screens.close) as url:
            yield Running(url, application, app)


def on_telegram(double: Any, mode: str = "polling", spacing: str = "0") -> dict[str, str]:
    """The settings of a bot that talks to *double*."""
    return {
        "BOT_TELEGRAM_TOKEN": double.token, "BOT_TELEGRAM_API_URL": double.url, "BOT_TELEGRAM_MODE": mode,
        "BOT_TELEGRAM_WEBHOOK_SECRET": SECRET, "BOT_TELEGRAM_SPACING": spacing,
    }


def on_zalo_bot(double: Any, mode: str = "polling", spacing: str = "0") -> dict[str, str]:
    """The settings of a bot that talks to *double*."""
    return {
        "BOT_ZALO_BOT_TOKEN": double.token, "BOT_ZALO_BOT_API_URL": double.url, "BOT_ZALO_BOT_MODE": mode,
        "BOT_ZALO_BOT_WEBHOOK_SECRET": SECRET, "BOT_ZALO_BOT_SPACING": spacing,
    }


class Away:
    """Stands before ``application.accept_all`` and lets nothing through while ``away``."""

    def __init__(self, application: Application) -> None:
        self.away, self.asked, self._accept = False, 0, application.accept_all
        application.accept_all = self  # type: ignore[method-assign]

    def __call__(self, incoming: Any) -> Any:
        self.asked += 1
        if self.away:
            raise StoreUnavailable("gone")
        return self._accept(incoming)
