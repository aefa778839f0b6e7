"""Keys, and the column types that encrypt with them.

A column type finds its keys through the dialect of the engine that runs the statement, so that two stores in one
process never share keys and no key is global.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from bot.errors import SettingsError
from bot.store.urls import exists, read_url, sqlite_file

SECRET_KEYS, LOOKUP_KEY = "BOT_SECRET_KEYS", "BOT_LOOKUP_KEY"
_LEAST_LOOKUP_CHARACTERS = 16
_HOW_TO_MAKE = "make one with: openssl rand -base64 32"


class Keys:
    """The keys of one database: *secret_keys* newest first, *lookup_key* for the hashes that equality is asked of."""

    def __init__(self, secret_keys: Sequence[str], lookup_key: str) -> None:
        if not secret_keys:
            raise SettingsError(f"{SECRET_KEYS} is empty; {_HOW_TO_MAKE}")
        if len(lookup_key) < _LEAST_LOOKUP_CHARACTERS:
            raise SettingsError(f"{LOOKUP_KEY} needs {_LEAST_LOOKUP_CHARACTERS} characters or more; {_HOW_TO_MAKE}")
        fernets = [_fernet(key) for key in secret_keys]
        self._newest, self._all = fernets[0], MultiFernet(fernets)
        self._lookup = lookup_key.encode()

    @classmethod
    def generate(cls) -> "Keys":
        return cls([_new_key()], _new_key())

    @classmethod
    def load(cls, url: str, environ: Mapping[str, str]) -> "Keys":
        """The keys in *environ*; what is not there comes, for SQLite, from the file beside the database."""
        given = {name: environ.get(name, "").strip() for name in (SECRET_KEYS, LOOKUP_KEY)}
        missing = [name for name, value in given.items() if not value]
        if missing:
            database = sqlite_file(read_url(url))
            if database is None:
                raise SettingsError(f"{' and '.join(missing)} must be set for PostgreSQL; {_HOW_TO_MAKE}")
            given |= _from_file(database, missing)
        return cls([key.strip() for key in given[SECRET_KEYS].split(",") if key.strip()], given[LOOKUP_KEY])

    def encrypt(self, text: str) -> str:
        return self._all.encrypt(text.encode()).decode("ascii")

    def decrypt(self, token: str) -> str:
        try:
            return self._all.decrypt(token).decode()
        except InvalidToken:
            raise SettingsError(
                f"no key in {SECRET_KEYS} opens what the database holds; put the earlier key back, after the newest"
            ) from None

    def rotated(self, token: str) -> str | None:
        """*token* under the newest key; None when it is under that already."""
        try:
            self._newest.decrypt(token)
            return None
        except InvalidToken:
            return self.encrypt(self.decrypt(token))

    def lookup(self, kind: str, text: str) -> str:
        """A hash that says only whether two texts of one *kind* are equal; key rotation leaves it alone."""
        return hmac.new(self._lookup, f"{kind}:{text}".encode(), hashlib.sha256).hexdigest()


def keys_file(database: Path) -> Path:
    return database.with_name(database.name + ".keys")


def _new_key() -> str:
    return Fernet.generate_key().decode("ascii")


def _fernet(key: str) -> Fernet:
    """Accepts both alphabets of base64, since ``openssl rand -base64 32`` writes the other one."""
    try:
        raw = base64.b64decode(key.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != 32:
        raise SettingsError(f"{SECRET_KEYS} holds something that is no key of 32 bytes in base64; {_HOW_TO_MAKE}")
    return Fernet(base64.urlsafe_b64encode(raw))


def _from_file(database: Path, names: Sequence[str]) -> dict[str, str]:
    file = keys_file(database)
    if not file.exists():
        if exists(database):
            # New keys would lock away for good what the lost ones encrypted, and say so only later, row by row.
            raise SettingsError(
                f"{database} exists but its keys {file} do not: "
                f"put that file back from your backup, or set {' and '.join(names)}"
            )
        try:
            _make_file(file, names)
        except OSError as error:
            raise SettingsError(f"the keys {file} cannot be made: {error}") from None
    held = _read_file(file)
    lacking = [name for name in names if not held.get(name)]
    if lacking:
        raise SettingsError(f"{file} lacks {' and '.join(lacking)}: put it back from your backup, or set the variable")
    return {name: held[name] for name in names}


def _read_file(file: Path) -> dict[str, str]:
    try:
        text = file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the keys {file} cannot be read: {error}") from None
    lines = (line.partition("=") for line in text.splitlines() if not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in lines}


def _make_file(file: Path, names: Sequence[str]) -> None:
    """Complete from the moment it is there: written under another name, then linked; the second reads the first's."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = ["# Keys of the database beside this file. Without them nobody can read it: keep a copy elsewhere.\n"]
    lines += [f"{name}={_new_key()}\n" for name in names]
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.writelines(lines)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


_TO_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_KEYS_OF: "WeakKeyDictionary[Dialect, Keys]" = WeakKeyDictionary()


def use_keys(engine: sa.Engine, keys: Keys) -> None:
    """From now on *engine* encrypts with *keys*."""
    _KEYS_OF[engine.dialect] = keys


class EncryptedText(TypeDecorator[str]):
    """Text under the newest key. Equal texts never look alike: neither WHERE nor unique works on such a column."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _KEYS_OF[dialect].encrypt(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _KEYS_OF[dialect].decrypt(value)


class EncryptedJson(TypeDecorator[Any]):
    """The same for JSON."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return _KEYS_OF[dialect].encrypt(_TO_JSON.encode(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(_KEYS_OF[dialect].decrypt(value))
