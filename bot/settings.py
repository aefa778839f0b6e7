"""Settings come from the environment; a ``.env`` file in the working folder is read too. Secrets are never printed."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values

from bot.errors import SettingsError

DEFAULT_DATABASE = "sqlite:///data/bot.db"
NO_CACHE = "off"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


TELEGRAM_API = "https://api.telegram.org/bot"
ZALO_BOT_API = "https://bot-api.zaloplatforms.com/bot"
ZALO_OA_API, ZALO_OA_OAUTH = "https://openapi.zalo.me", "https://oauth.zaloapp.com"
OA_BILLED = ("template", "reply")
"""The ways of the Official Account that cost money: by approved template, or in the conversation up to seven days after the last word."""
Mode = Literal["polling", "webhook"]
_SECRET_ENDINGS = ("_TOKEN", "_SECRET", "_KEY", "_KEYS")
_SHORTEST_SECRET = 6
"""Shorter ones are no secrets, and hiding them would hide half of every line."""
_TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{1,200}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_ZALO_TOKEN = re.compile(r"\d{1,25}:[A-Za-z0-9_-]{1,200}")
_ZALO_SECRET = re.compile(r"[!-~]{8,256}")
_HOST = re.compile(r"(?=.{1,253}$)([a-z0-9-]{1,63}\.)+[a-z]{2,63}")
_TEMPLATE = re.compile(r"([a-z_]{1,40})=(\d{1,20})")


@dataclass(frozen=True)
class TelegramSettings:
    """``api_url`` is the part before the token; ``files_url`` the same for files. ``spacing``: seconds between two messages to one chat."""

    token: str = field(repr=False)
    mode: Mode
    webhook_secret: str | None = field(repr=False)
    api_url: str
    spacing: float

    @property
    def files_url(self) -> str:
        before, _, after = self.api_url.rpartition("/bot")
        return f"{before}/file/bot{after}"


@dataclass(frozen=True)
class ZaloBotSettings:
    """The Bot Platform; ``api_url`` is the part before the token. ``spacing``: seconds between two messages to one chat."""

    token: str = field(repr=False)
    mode: Mode
    webhook_secret: str | None = field(repr=False)
    api_url: str
    spacing: float


@dataclass(frozen=True)
class ZaloOASettings:
    """The Official Account. ``refresh_token`` is a seed: the stored pair wins until it changes. ``templates``: our name -> Zalo's id.

    ``billed``: what may cost money outside the free 48 hours, the cheapest first.
    """

    app_id: str
    app_secret: str = field(repr=False)
    secret_key: str = field(repr=False)
    refresh_token: str = field(repr=False)
    api_url: str
    oauth_url: str
    templates: Mapping[str, str]
    billed: tuple[str, ...]


@dataclass(frozen=True)
class Settings:
    """What ``BOT_…`` says; ``environ`` is what the store reads its keys from. ``cache_dir`` may be emptied at any time; None: no cache."""

    database_url: str
    catalog_dir: Path | None
    cache_dir: Path | None
    offices_dir: Path | None
    log_level: str
    public_url: str | None
    telegram: TelegramSettings | None
    zalo_bot: ZaloBotSettings | None
    zalo_oa: ZaloOASettings | None
    zalo_photo_hosts: tuple[str, ...]
    environ: Mapping[str, str] = field(repr=False)

    def secrets(self) -> tuple[str, ...]:
        """What must stand in no log, whatever it looks like."""
        named = [value for name, value in self.environ.items() if name.startswith("BOT_") and name.endswith(_SECRET_ENDINGS)]
        password = urlsplit(self.database_url).password
        found = [part.strip() for value in named for part in value.split(",")] + ([password] if password else [])
        return tuple(each for each in found if len(each) >= _SHORTEST_SECRET)


def load_settings(environ: Mapping[str, str] | None = None, env_file: Path = Path(".env"), *, new_office: bool = False) -> Settings:
    """The environment over the ``.env`` file. With *new_office* the office's folder need not be there yet.

    Raises SettingsError naming the variable that is wrong.
    """
    values = {key: value for key, value in dotenv_values(env_file).items() if value is not None} if env_file.is_file() else {}
    values |= os.environ if environ is None else environ
    level = values.get("BOT_LOG_LEVEL", "INFO").upper()
    if level not in LOG_LEVELS:
        raise SettingsError(f"BOT_LOG_LEVEL is {level!r}: write one of {', '.join(LOG_LEVELS)}")
    return Settings(
        database_url=values.get("BOT_DATABASE_URL") or DEFAULT_DATABASE,
        catalog_dir=_folder(values, "BOT_CATALOG_DIR"), cache_dir=_cache_dir(values),
        offices_dir=_folder(values, "BOT_OFFICES_DIR", may_be_new=new_office),
        log_level=level, public_url=_address(values, "BOT_PUBLIC_URL"), telegram=_telegram(values),
        zalo_bot=_zalo_bot(values), zalo_oa=_zalo_oa(values), zalo_photo_hosts=_photo_hosts(values), environ=values,
    )


def _telegram(values: Mapping[str, str]) -> TelegramSettings | None:
    """None where Telegram is off; what is wrong or missing where it is on is a SettingsError. No value of a secret is ever shown."""
    token, secret = values.get("BOT_TELEGRAM_TOKEN"), values.get("BOT_TELEGRAM_WEBHOOK_SECRET") or None
    if not token:
        return None
    if not _TOKEN.fullmatch(token):
        raise SettingsError("BOT_TELEGRAM_TOKEN is no token: copy what BotFather gave, digits, a colon and letters")
    mode = _mode(values, "BOT_TELEGRAM", secret)
    if secret is not None and not _SECRET.fullmatch(secret):
        raise SettingsError("BOT_TELEGRAM_WEBHOOK_SECRET must be 1 to 256 of A-Z a-z 0-9 _ -")
    api_url = _address(values, "BOT_TELEGRAM_API_URL") or TELEGRAM_API
    if not urlsplit(api_url).path.endswith("/bot"):
        raise SettingsError(f"BOT_TELEGRAM_API_URL must end in /bot, the part before the token: {TELEGRAM_API}")
    return TelegramSettings(token, mode, secret, api_url, _spacing(values, "BOT_TELEGRAM_SPACING"))


def _mode(values: Mapping[str, str], prefix: str, secret: str | None) -> Mode:
    mode = values.get(f"{prefix}_MODE") or "polling"
    if mode not in ("polling", "webhook"):
        raise SettingsError(f"{prefix}_MODE is {mode!r}: write polling or webhook")
    if mode == "webhook" and secret is None:
        raise SettingsError(f"{prefix}_WEBHOOK_SECRET is not set: with {prefix}_MODE=webhook the platform is known by it")
    return "webhook" if mode == "webhook" else "polling"


def _zalo_bot(values: Mapping[str, str]) -> ZaloBotSettings | None:
    """None where Zalo Bot is off, which it is without a token."""
    token, secret = values.get("BOT_ZALO_BOT_TOKEN"), values.get("BOT_ZALO_BOT_WEBHOOK_SECRET") or None
    if not token:
        return None
    if not _ZALO_TOKEN.fullmatch(token):
        raise SettingsError("BOT_ZALO_BOT_TOKEN is no token: copy what Zalo Bot Manager gave, digits, a colon and letters")
    mode = _mode(values, "BOT_ZALO_BOT", secret)
    if secret is not None and not _ZALO_SECRET.fullmatch(secret):
        raise SettingsError("BOT_ZALO_BOT_WEBHOOK_SECRET must be 8 to 256 letters, digits or signs, without blanks or accents")
    api_url = _address(values, "BOT_ZALO_BOT_API_URL") or ZALO_BOT_API
    if not urlsplit(api_url).path.endswith("/bot"):
        raise SettingsError(f"BOT_ZALO_BOT_API_URL must end in /bot, the part before the token: {ZALO_BOT_API}")
    return ZaloBotSettings(token, mode, secret, api_url, _spacing(values, "BOT_ZALO_BOT_SPACING"))


def _zalo_oa(values: Mapping[str, str]) -> ZaloOASettings | None:
    """None where the Official Account is off, which it is without an app id; what is missing where it is on is a SettingsError."""
    app_id = values.get("BOT_ZALO_OA_APP_ID")
    if not app_id:
        return None
    if not app_id.isdecimal():
        raise SettingsError("BOT_ZALO_OA_APP_ID is no app id: copy the digits that Zalo for Developers shows")
    needed = {name: values.get(f"BOT_ZALO_OA_{name}") for name in ("APP_SECRET", "SECRET_KEY", "REFRESH_TOKEN")}
    for name, value in needed.items():
        if not value:
            raise SettingsError(f"BOT_ZALO_OA_{name} is not set: the Official Account is on and cannot work without it")
    return ZaloOASettings(
        app_id, needed["APP_SECRET"] or "", needed["SECRET_KEY"] or "", needed["REFRESH_TOKEN"] or "",
        _address(values, "BOT_ZALO_OA_API_URL") or ZALO_OA_API, _address(values, "BOT_ZALO_OA_OAUTH_URL") or ZALO_OA_OAUTH,
        _templates(values.get("BOT_ZALO_OA_TEMPLATES") or ""), _billed(values.get("BOT_ZALO_OA_BILLED", "template")),
    )


def _billed(text: str) -> tuple[str, ...]:
    """Empty: nothing that costs money."""
    named = tuple(each.strip() for each in text.split(",") if each.strip())
    if len(set(named)) < len(named) or not set(named) <= set(OA_BILLED):
        raise SettingsError(f"BOT_ZALO_OA_BILLED is {text!r}: write template, reply or both, the cheapest first, or nothing at all")
    return named


def _templates(text: str) -> dict[str, str]:
    found = [_TEMPLATE.fullmatch(each.strip()) for each in text.split(",") if each.strip()]
    if not all(found):
        raise SettingsError("BOT_ZALO_OA_TEMPLATES cannot be read: write name=id, parted by commas, such as dossier_ready=312456")
    return {match[1]: match[2] for match in found if match}


def _photo_hosts(values: Mapping[str, str]) -> tuple[str, ...]:
    """Names from which pictures may be fetched besides those that are known to be Zalo's."""
    hosts = tuple(each.strip().lower() for each in (values.get("BOT_ZALO_PHOTO_HOSTS") or "").split(",") if each.strip())
    if not all(_HOST.fullmatch(each) for each in hosts):
        raise SettingsError("BOT_ZALO_PHOTO_HOSTS cannot be read: write names of hosts, parted by commas, such as zdn.vn")
    return hosts


def _spacing(values: Mapping[str, str], name: str) -> float:
    text = values.get(name) or "1"
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 60:
        raise SettingsError(f"{name} is {text!r}: write the seconds between two messages to one chat, 0 to 60")
    return seconds


def _address(values: Mapping[str, str], name: str) -> str | None:
    """An http(s) address without its last slash."""
    text = (values.get(name) or "").strip().rstrip("/")
    if not text:
        return None
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError(f"{name} is no address: write it whole, with https:// and the host's name")
    return text


def _cache_dir(values: Mapping[str, str]) -> Path | None:
    """``BOT_CACHE_DIR``, else ours in the user's own cache folder; None where it is switched off or there is no home."""
    named = values.get("BOT_CACHE_DIR")
    if named:
        return None if named == NO_CACHE else Path(named)
    home = values.get("HOME")
    place = values.get("XDG_CACHE_HOME") or (f"{home}/.cache" if home else "")
    return Path(place, "motcua") if Path(place).is_absolute() else None


def _folder(values: Mapping[str, str], name: str, *, may_be_new: bool = False) -> Path | None:
    if not values.get(name):
        return None
    folder = Path(values[name])
    if not folder.is_dir() and (folder.exists() or not may_be_new):
        raise SettingsError(f"{name} names {folder}, which is no folder: correct it, or leave {name} unset")
    return folder
