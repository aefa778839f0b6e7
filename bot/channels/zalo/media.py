"""Pictures that Zalo names by their address. Whoever learns the webhook's secret may name any address, so it is fetched with care."""

import asyncio
import ipaddress
import logging
import socket
from collections.abc import Awaitable, Callable, Sequence

import httpx

from bot.pictures.model import PhotoReader, Slip

log = logging.getLogger(__name__)

PHOTO_HOSTS = ("zdn.vn", "zadn.vn", "dlfl.vn")
"""Where Zalo keeps what is sent to it: these names and whatever ends in ``.`` and one of them. The list is not published; it is what
was seen in real traffic, ``dlfl.vn`` in one place only. A host that is missing is named in the log; ``BOT_ZALO_PHOTO_HOSTS`` adds it.
"""
LARGEST_PICTURE = 10 * 1024 * 1024
MOST_AT_ONCE = 2
SECONDS_FOR_ONE = 10.0
_LONGEST_URL = 2048
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Resolver = Callable[[str], Awaitable[Sequence[str]]]
"""A host's addresses, as text; raises OSError where it has none."""


class PhotoUnreachable(Exception):
    """The picture may not be fetched, or cannot be. The text says why in a few words, without the address."""


async def resolve(host: str) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def loopback_origin(api_url: str) -> str | None:
    """Where *api_url*, the operator's setting, is on this very machine: its origin, from which pictures may come too. So a double may
    stand in for Zalo; with an address of Zalo's it is None and nothing is allowed besides PHOTO_HOSTS.
    """
    url = httpx.URL(api_url)
    return _origin(url) if url.host in ("127.0.0.1", "localhost", "::1") else None


class PhotoFetcher:
    """``look`` is what a channel wants of a photo. ``hosts`` come besides PHOTO_HOSTS; ``double`` is an origin that is asked as it
    stands (``loopback_origin``); ``resolver`` and ``transport`` are how names and connections are had.
    """

    def __init__(
        self, read_photo: PhotoReader, *, hosts: Sequence[str] = (), double: str | None = None,
        resolver: Resolver = resolve, transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._read_photo, self._hosts, self._double, self._resolve = read_photo, (*PHOTO_HOSTS, *hosts), double, resolver
        # No proxy: it would choose the address. No connection is kept: the next picture's name may be another on the same address.
        self._client = httpx.AsyncClient(
            transport=transport, timeout=httpx.Timeout(SECONDS_FOR_ONE, connect=5), follow_redirects=False, trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=0),
        )
        self._looking = asyncio.Semaphore(MOST_AT_ONCE)

    async def look(self, url: str) -> Slip:
        """Fetched, read, thrown away. Nothing is raised, and neither the address nor what is on the picture is logged."""
        async with self._looking:
            try:
                data = await self._fetch(url)
                return Slip("too_big") if data is None else await asyncio.to_thread(self._read_photo, data)
            except Exception as error:
                why = str(error) if isinstance(error, PhotoUnreachable) else type(error).__name__
                log.warning("a photo could not be fetched or read", extra={"channel": "zalo", "outcome": why})
                return Slip("no_picture")

    async def fetch(self, url: str) -> bytes | None:
        """The picture's bytes; None when they are more than LARGEST_PICTURE. Raises PhotoUnreachable."""
        async with self._looking:
            return await self._fetch(url)

    async def close(self) -> None:
        await self._client.aclose()

    async def _fetch(self, url: str) -> bytes | None:
        try:
            async with asyncio.timeout(SECONDS_FOR_ONE):
                return await self._read(await self._request(url))
        except TimeoutError:
            raise PhotoUnreachable("it takes too long") from None
        except (httpx.HTTPError, OSError, ValueError) as error:
            raise PhotoUnreachable(type(error).__name__) from None

    async def _request(self, url: str) -> httpx.Request:
        """To the very address that was looked at; the certificate must still be the name's."""
        whole = _readable(url)
        headers = {"accept": "image/*", "accept-encoding": "identity"}
        if self._double is not None and _origin(whole) == self._double and not whole.userinfo:
            return self._client.build_request("GET", whole, headers=headers)
        host = self._allowed_host(whole)
        address = _one_of(await self._resolve(host))
        pinned = whole.copy_with(scheme="https", host=address, port=None)
        return self._client.build_request("GET", pinned, headers=headers | {"host": host}, extensions={"sni_hostname": host})

    def _allowed_host(self, url: httpx.URL) -> str:
        host = url.raw_host.decode("ascii").lower().rstrip(".")
        # Zalo's own examples are http: such a one is asked for by https.
        if url.scheme not in ("https", "http") or url.userinfo or url.port not in (None, 443 if url.scheme == "https" else 80):
            raise PhotoUnreachable("its address is no plain https address")
        if not any(host == each or host.endswith(f".{each}") for each in self._hosts):
            raise PhotoUnreachable(f"pictures from {host[:80]} are not allowed")
        return host

    async def _read(self, request: httpx.Request) -> bytes | None:
        answer = await self._client.send(request, stream=True)
        try:
            if answer.status_code != httpx.codes.OK:
                raise PhotoUnreachable(f"status {answer.status_code}")
            if answer.headers.get("content-encoding", "identity") != "identity":
                raise PhotoUnreachable("it comes packed")  # a little of it could unfold to anything
            told = answer.headers.get("content-length", "")
            if told.isdecimal() and (len(told) > 12 or int(told) > LARGEST_PICTURE):
                return None
            data = bytearray()
            async for piece in answer.aiter_bytes():
                data += piece
                if len(data) > LARGEST_PICTURE:
                    return None
            return bytes(data)
        finally:
            await answer.aclose()


def _readable(url: str) -> httpx.URL:
    if not isinstance(url, str) or len(url) > _LONGEST_URL:
        raise PhotoUnreachable("its address cannot be read")
    try:
        whole = httpx.URL(url)
        whole.raw_host.decode("ascii")
    except (httpx.InvalidURL, ValueError):
        raise PhotoUnreachable("its address cannot be read") from None
    return whole


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii', 'replace')}"


def _one_of(addresses: Sequence[str]) -> str:
    """The one to connect to. A name that leads inside anywhere is refused whole: another answer may come the next time."""
    if not addresses or not all(_is_public(each) for each in addresses):
        raise PhotoUnreachable("its host is no public address")
    return next((each for each in addresses if ":" not in each), addresses[0])


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and (ip.ipv4_mapped or ip.sixtofour or ip.teredo or ip in _NAT64):
        return False  # an address inside another one: what it leads to is not what it looks like
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)
