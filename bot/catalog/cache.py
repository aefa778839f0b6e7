"""The read catalogue kept between starts, beside nothing that matters: a folder that may be emptied at any time.

What is kept counts only when it was made of these very bytes by this very reader: its key is a digest of every file's name and content
and of the reader's own source. It is JSON, never code, in a file that carries its own digest, in a folder that is ours alone. Any doubt
(another key, a torn file, a folder that others may write) and the files are read; a folder that cannot be written costs nothing but time.
"""

import contextlib
import hashlib
import importlib.resources
import json
import os
import stat
import sys
import tempfile
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from bot.catalog.model import Catalog
from bot.strict_yaml import PARSER

_READERS = ("strict_yaml.py", "catalog")
"""What stands between the files and the model, inside our package: another line in any of it is another reader."""
_PRIVATE = 0o700
MOST_KEPT = 4
"""Catalogues of so many folders, the newest; an older one is read again when it is asked for."""

Pack = Callable[[Any], Any]


class CatalogCache:
    """Catalogues by the folder that they were read in. *folder* is made when something is to be kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, catalog_dir: Path, sources: Mapping[str, bytes]) -> Catalog | None:
        """The catalogue that was read of just these *sources* (content by name); None where there is any doubt."""
        try:
            if not _is_ours(self._folder):
                return None
            head, _, body = self._file(catalog_dir).read_bytes().partition(b"\n")
            if head.decode("ascii") != _head(key_of(sources), body):
                return None
            _, unpack = _codec(Catalog)
            unpacked: Catalog = unpack(json.loads(body))
            return unpacked
        except (OSError, ValueError, TypeError, LookupError, RecursionError):
            return None

    def put(self, catalog_dir: Path, sources: Mapping[str, bytes], catalog: Catalog) -> None:
        """Keeps *catalog*, whole or not at all: a reader beside us sees the file before or the file after."""
        pack, _ = _codec(Catalog)
        body = json.dumps(pack(catalog), ensure_ascii=False, separators=(",", ":")).encode()
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
            if not _is_ours(self._folder):
                return
            number, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
            try:
                with open(number, "wb") as file:
                    file.write(_head(key_of(sources), body).encode("ascii") + b"\n" + body)
                os.replace(name, self._file(catalog_dir))
            except OSError:
                os.unlink(name)
            self._thin_out()

    def _thin_out(self) -> None:
        kept = sorted(self._folder.glob("catalogue-*.json"), key=lambda each: each.stat().st_mtime_ns, reverse=True)
        for old in kept[MOST_KEPT:]:
            old.unlink(missing_ok=True)

    def _file(self, catalog_dir: Path) -> Path:
        """One file for each catalogue folder: a new content takes the old one's place."""
        return self._folder / f"catalogue-{hashlib.sha256(str(catalog_dir.resolve()).encode()).hexdigest()[:16]}.json"


def key_of(sources: Mapping[str, bytes]) -> str:
    """A digest of *sources* and of the reader. Lengths go in too, so that no two sets of files write the same stream."""
    digest = hashlib.sha256(_reader_version())
    for name in sorted(sources):
        encoded = name.encode()
        digest.update(b"%d %d\n" % (len(encoded), len(sources[name])))
        digest.update(encoded)
        digest.update(sources[name])
    return digest.hexdigest()


def _head(key: str, body: bytes) -> str:
    return f"{key} {hashlib.sha256(body).hexdigest()}"


@cache
def _reader_version() -> bytes:
    digest = hashlib.sha256(f"{sys.version} {PARSER}".encode())
    for source in _reader_sources():
        digest.update(source.read_bytes())
    return digest.digest()


def _reader_sources() -> Iterator[importlib.resources.abc.Traversable]:
    ours = importlib.resources.files("bot")
    for name in _READERS:
        place = ours.joinpath(name)
        inside = sorted(place.iterdir(), key=lambda each: each.name) if place.is_dir() else [place]
        yield from (each for each in inside if each.name.endswith(".py"))


def _is_ours(folder: Path) -> bool:
    """Whether nobody else can write there: who can, could tell citizens what they like."""
    try:
        found = folder.stat()
    except OSError:
        return False
    if not stat.S_ISDIR(found.st_mode):
        return False
    return not hasattr(os, "geteuid") or (found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH))


# -- the model as JSON, by its own type hints ---------------------------------------------------------------------------------


@cache
def _codec(hint: Any) -> tuple[Pack, Pack]:
    """How a value of type *hint* is packed and unpacked. A record is the list of its fields; one of several records is named first."""
    if hint is date:
        return date.isoformat, date.fromisoformat
    if hint in (str, int, bool) or get_origin(hint) is Literal:
        return _same, _same
    if is_dataclass(hint):
        return _record_codec(hint)
    if get_origin(hint) is tuple:
        return _list_codec(*_codec(get_args(hint)[0]))
    if get_origin(hint) in (Union, types.UnionType):
        return _union_codec(get_args(hint))
    raise TypeError(f"the catalogue's model holds {hint}, which the cache cannot keep: teach it to _codec")


def _same(value: Any) -> Any:
    return value


def _record_codec(record: Any) -> tuple[Pack, Pack]:
    hints = get_type_hints(record)
    codecs = [(each.name, *_codec(hints[each.name])) for each in fields(record) if each.init]
    packs = [(name, pack) for name, pack, _ in codecs]
    unpacks = [unpack for _, _, unpack in codecs]

    def pack_record(value: Any) -> Any:
        return [pack(getattr(value, name)) for name, pack in packs]

    def unpack_record(packed: Any) -> Any:
        return record(*(unpack(each) for unpack, each in zip(unpacks, packed, strict=True)))

    return pack_record, unpack_record


def _list_codec(pack: Pack, unpack: Pack) -> tuple[Pack, Pack]:
    if pack is _same:
        return list, tuple
    return lambda values: [pack(each) for each in values], lambda packed: tuple(unpack(each) for each in packed)


def _union_codec(hints: tuple[Any, ...]) -> tuple[Pack, Pack]:
    members = [each for each in hints if each is not type(None)]
    if len(members) == 1:
        pack, unpack = _codec(members[0])
        if pack is _same:
            return _same, _same
        return lambda value: None if value is None else pack(value), lambda packed: None if packed is None else unpack(packed)
    if len(members) < len(hints) or not all(is_dataclass(each) for each in members):
        raise TypeError(f"the catalogue's model holds one of {hints}, which the cache cannot keep: teach it to _codec")
    by_type = {each: (each.__name__, _codec(each)[0]) for each in members}
    by_name = {each.__name__: _codec(each)[1] for each in members}

    def pack_member(value: Any) -> Any:
        name, pack_it = by_type[type(value)]
        return [name, pack_it(value)]

    return pack_member, lambda packed: by_name[packed[0]](packed[1])
