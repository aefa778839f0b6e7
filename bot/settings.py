"""Settings come from the environment; a ``.env`` file in the working folder is read too. Secrets are never printed."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values

from bot.errors import SettingsError

DEFAULT_DATABASE = "sqlite:///data/bot.db"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@dataclass(frozen=True)
class Settings:
    """What ``BOT_…`` says; ``environ`` is what the store reads its keys from."""

    database_url: str
    catalog_dir: Path | None
    offices_dir: Path | None
    log_level: str
    environ: Mapping[str, str] = field(repr=False)


def load_settings(environ: Mapping[str, str] | None = None, env_file: Path = Path(".env")) -> Settings:
    """The environment over the ``.env`` file. Raises SettingsError naming the variable that is wrong."""
    values = {key: value for key, value in dotenv_values(env_file).items() if value is not None} if env_file.is_file() else {}
    values |= os.environ if environ is None else environ
    level = values.get("BOT_LOG_LEVEL", "INFO").upper()
    if level not in LOG_LEVELS:
        raise SettingsError(f"BOT_LOG_LEVEL is {level!r}: write one of {', '.join(LOG_LEVELS)}")
    return Settings(
        database_url=values.get("BOT_DATABASE_URL") or DEFAULT_DATABASE,
        catalog_dir=_folder(values, "BOT_CATALOG_DIR"), offices_dir=_folder(values, "BOT_OFFICES_DIR"),
        log_level=level, environ=values,
    )


def _folder(values: Mapping[str, str], name: str) -> Path | None:
    if not values.get(name):
        return None
    folder = Path(values[name])
    if not folder.is_dir():
        raise SettingsError(f"{name} names {folder}, which is no folder: correct it, or leave {name} unset")
    return folder
