"""Static files: read once, compressed once, named by what is in them so that a browser may keep them for good."""

import gzip
import hashlib
import importlib.resources
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_FOR_GOOD = "public, max-age=31536000, immutable"
_BUNDLES = {"htmx.js": ("htmx.min.js", "hx-sse.min.js")}
"""Files that go out as one: htmx looks over the page as soon as it is there, so an extension must come in the same breath."""
_SMALL = 512
"""Below this many bytes compressing gains nothing."""


@dataclass(frozen=True, slots=True)
class Asset:
    address: str
    media_type: str
    plain: bytes
    packed: bytes


class Assets:
    """``addresses`` gives for each file's plain name the address that it is served at."""

    def __init__(self) -> None:
        files = {file.name: file.read_bytes() for file in _folder().iterdir() if _ending(file.name) in _TYPES}
        for bundle, parts in _BUNDLES.items():
            files[bundle] = b"\n".join(files.pop(part) for part in parts)
        assets = {name: _asset(name, content) for name, content in files.items()}
        self._by_address = {asset.address: asset for asset in assets.values()}
        self.addresses: Mapping[str, str] = {name: asset.address for name, asset in assets.items()}

    async def serve(self, request: Request) -> Response:
        asset = self._by_address.get(request.url.path)
        if asset is None:
            return Response("not found", 404, media_type="text/plain")
        return packed_if_wanted(request, asset.plain, asset.packed, {"Cache-Control": _FOR_GOOD, "Content-Type": asset.media_type})


def packed_if_wanted(request: Request, plain: bytes, packed: bytes | None, headers: Mapping[str, str], status: int = 200) -> Response:
    """The compressed form for browsers that take it; *packed* None: made here."""
    headers = {**headers, "Vary": "Accept-Encoding"}
    if len(plain) < _SMALL or "gzip" not in request.headers.get("Accept-Encoding", ""):
        return Response(plain, status, headers)
    return Response(packed or gzip.compress(plain, 6, mtime=0), status, headers | {"Content-Encoding": "gzip"})


def _folder() -> importlib.resources.abc.Traversable:
    return importlib.resources.files("bot.channels.web").joinpath("static")


def _ending(name: str) -> str:
    return f".{name.rpartition('.')[2]}"


def _asset(name: str, content: bytes) -> Asset:
    mark = hashlib.sha256(content).hexdigest()[:10]
    address = f"/static/{name.rpartition('.')[0]}.{mark}{_ending(name)}"
    return Asset(address, _TYPES[_ending(name)], content, gzip.compress(content, 9, mtime=0))
