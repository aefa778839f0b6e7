"""Pictures by their address: only Zalo's, only from outside, only so large, only for so long."""

import asyncio
import datetime as dates
import logging
import ssl
from contextlib import asynccontextmanager

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.channels.zalo import media
from bot.channels.zalo.media import LARGEST_PICTURE, PhotoFetcher, PhotoUnreachable, loopback_origin
from bot.pictures.model import Slip

OUTSIDE = "203.162.0.11"
ADDRESS = "https://f6.photo.talk.zdn.vn/5017/x.jpg?token=secret-of-the-picture"


class Platform(httpx.AsyncBaseTransport):
    """What stands at the other end: answers as it is told, and keeps what it was asked."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []
        self.now = self.most_at_once = 0

    async def handle_async_request(self, request):
        self.asked.append(request)
        self.now += 1
        self.most_at_once = max(self.most_at_once, self.now)
        await asyncio.sleep(0)
        self.now -= 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Pieces(httpx.AsyncByteStream):
    """A body that is written piece by piece; how many pieces were taken of it."""

    def __init__(self, piece, count):
        self.piece, self.count, self.taken = piece, count, 0

    async def __aiter__(self):
        for _ in range(self.count):
            self.taken += 1
            yield self.piece


def leads_to(*addresses):
    async def resolver(host):
        return addresses

    return resolver


async def nowhere(host):
    raise OSError("no such host")


def fetcher(platform, resolver=None, read=lambda data: Slip("code", data.decode()), **more):
    return PhotoFetcher(read, resolver=resolver or leads_to(OUTSIDE), transport=platform, **more)


def fetched(address, platform, resolver=None, **more):
    return asyncio.run(fetcher(platform, resolver, **more).fetch(address))


def test_the_address_that_was_looked_at_is_the_one_that_is_asked_and_the_name_stays_for_the_certificate():
    platform = Platform(httpx.Response(200, content=b"a picture"))
    assert fetched(ADDRESS, platform) == b"a picture"
    [asked] = platform.asked
    assert str(asked.url) == ADDRESS.replace("f6.photo.talk.zdn.vn", OUTSIDE)
    assert asked.headers["host"] == "f6.photo.talk.zdn.vn"
    assert asked.extensions["sni_hostname"] == "f6.photo.talk.zdn.vn"
    assert not {"authorization", "cookie"} & set(asked.headers)


@pytest.mark.parametrize(("address", "asked"), [
    ("http://f6.photo.talk.zdn.vn/x.jpg", "https://203.162.0.11/x.jpg"), ("http://photo.zadn.vn:80/x", "https://203.162.0.11/x"),
    ("https://ZDN.VN:443/x", "https://203.162.0.11/x"), ("https://a.dlfl.vn./x", "https://203.162.0.11/x"),
    ("https://pictures.example.vn/x", "https://203.162.0.11/x"),
])
def test_an_allowed_host_is_asked_by_https(address, asked):
    platform = Platform(httpx.Response(200, content=b"a"))
    assert fetched(address, platform, hosts=("example.vn",)) == b"a"
    assert str(platform.asked[0].url) == asked


@pytest.mark.parametrize("address", [
    "https://evil.vn/x", "https://zdn.vn.evil.vn/x", "https://xzdn.vn/x", "https://evil.vn/zdn.vn", "https://evil.vn#.zdn.vn",
    "https://evil.vn?.zdn.vn", "https://a@zdn.vn/x", "https://a:b@photo.zdn.vn/x", "https://zdn.vn@evil.vn/x", "https://zdn.vn\\@evil.vn/x",
    "https://photo.zdn.vn:8443/x", "http://photo.zdn.vn:443/x", "ftp://photo.zdn.vn/x", "file:///etc/passwd", "//photo.zdn.vn/x", "photo",
    "", "https://", "http://[::1", "https://[::1]/x", "https://127.0.0.1/x", "http://169.254.169.254/latest/meta-data", "https://zdn.vn%00.a/x",
    "https://ｚdn.vn.evil.vn/", "https://photo.zdn.vn/" + "a" * 3000, None, 7, ["https://photo.zdn.vn/x"],
], ids=lambda each: str(each)[:40])
def test_every_other_address_is_refused_before_anything_is_asked(address):
    platform, looked_up = Platform(httpx.Response(200, content=b"a")), []

    async def resolver(host):
        looked_up.append(host)
        return (OUTSIDE,)

    with pytest.raises(PhotoUnreachable):
        fetched(address, platform, resolver)
    assert (platform.asked, looked_up) == ([], [])


@pytest.mark.parametrize("address", [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:203.162.0.11",
    "2002:7f00:1::", "2001:0:1::", "64:ff9b::7f00:1", "2001:db8::1",
])
def test_a_name_that_leads_inside_is_refused_even_if_it_also_leads_outside(address):
    for addresses in ((address,), (OUTSIDE, address), (address, OUTSIDE)):
        platform = Platform(httpx.Response(200, content=b"a"))
        with pytest.raises(PhotoUnreachable, match="no public address"):
            fetched(ADDRESS, platform, leads_to(*addresses))
        assert not platform.asked


def test_a_name_is_asked_for_its_addresses_once_and_one_of_the_later_family_will_do():
    asked = []

    async def resolver(host):
        asked.append(host)
        return ("2400:cb00::1",)

    platform = Platform(httpx.Response(200, content=b"a"))
    assert fetched(ADDRESS, platform, resolver) == b"a"
    assert asked == ["f6.photo.talk.zdn.vn"], "asked twice it might be told something else"
    assert platform.asked[0].url.host == "2400:cb00::1"


@pytest.mark.parametrize("resolver", [nowhere, leads_to(), leads_to("nonsense")])
def test_a_name_without_an_address_is_refused(resolver):
    with pytest.raises(PhotoUnreachable):
        fetched(ADDRESS, Platform(httpx.Response(200)), resolver)


def test_no_redirect_is_followed():
    platform = Platform(httpx.Response(302, headers={"location": "http://127.0.0.1/"}), httpx.Response(200, content=b"a"))
    with pytest.raises(PhotoUnreachable, match="status 302"):
        fetched(ADDRESS, platform)
    assert len(platform.asked) == 1


@pytest.mark.parametrize("answer", [
    httpx.Response(404), httpx.Response(206, content=b"a"), httpx.Response(500), httpx.ConnectError("x"), httpx.ReadTimeout("x"),
    httpx.RemoteProtocolError("x"), httpx.Response(200, headers={"content-encoding": "br"}, stream=Pieces(b"a", 1)),
], ids=str)
def test_what_is_no_plain_answer_is_refused(answer):
    with pytest.raises(PhotoUnreachable):
        fetched(ADDRESS, Platform(answer))


def test_more_than_ten_megabytes_is_none_and_not_even_read_where_it_is_told():
    body = Pieces(b"a", 5)
    told = httpx.Response(200, headers={"content-length": str(LARGEST_PICTURE + 1)}, stream=body)
    assert fetched(ADDRESS, Platform(told)) is None
    assert body.taken == 0
    untold = Pieces(b"a" * 1024 * 1024, 1000)
    assert fetched(ADDRESS, Platform(httpx.Response(200, stream=untold))) is None
    assert untold.taken == 11
    just = Pieces(b"a" * 1024 * 1024, 10)
    assert len(fetched(ADDRESS, Platform(httpx.Response(200, stream=just)))) == LARGEST_PICTURE


def test_whoever_drips_is_left(monkeypatch):
    class Drip(httpx.AsyncByteStream):
        async def __aiter__(self):
            while True:
                await asyncio.sleep(0.01)
                yield b"a"

    monkeypatch.setattr(media, "SECONDS_FOR_ONE", 0.1)
    with pytest.raises(PhotoUnreachable, match="too long"):
        fetched(ADDRESS, Platform(httpx.Response(200, stream=Drip())))


def test_two_are_fetched_at_once_and_no_more():
    platform = Platform(httpx.Response(200, content=b"a"))

    async def many():
        photos = fetcher(platform)
        return await asyncio.gather(*(photos.fetch(ADDRESS) for _ in range(8)))

    assert asyncio.run(many()) == [b"a"] * 8
    assert platform.most_at_once == 2


@pytest.mark.parametrize(("answer", "slip"), [
    (httpx.Response(200, content=b"H20"), Slip("code", "H20")), (httpx.Response(404), Slip("no_picture")),
    (httpx.Response(200, headers={"content-length": "99999999999999999999"}, stream=Pieces(b"", 0)), Slip("too_big")),
])
def test_a_look_ends_in_a_slip(answer, slip, caplog):
    with caplog.at_level(logging.DEBUG, "bot"):
        assert asyncio.run(fetcher(Platform(answer)).look(ADDRESS)) == slip
    assert "secret-of-the-picture" not in caplog.text
    assert ("could not be fetched" in caplog.text) == (slip.outcome == "no_picture")


def test_a_host_that_is_not_on_the_list_is_named_to_the_operator(caplog):
    assert asyncio.run(fetcher(Platform(httpx.Response(200))).look("https://new.cdn.vn/a?b=c")).outcome == "no_picture"
    assert [each.outcome for each in caplog.records] == ["pictures from new.cdn.vn are not allowed"]


def test_a_reader_that_breaks_is_no_reason_to_break(caplog):
    def broken(data):
        raise MemoryError("a picture of 10^9 pixels")

    assert asyncio.run(fetcher(Platform(httpx.Response(200, content=b"a")), read=broken).look(ADDRESS)) == Slip("no_picture")
    assert "pixels" not in caplog.text


# -- the double -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("api_url", "origin"), [
    ("http://127.0.0.1:9100/bot", "http://127.0.0.1:9100"), ("http://localhost:9100/bot", "http://localhost:9100"),
    ("https://bot-api.zaloplatforms.com/bot", None), ("https://127.0.0.1.zdn.vn/bot", None), ("http://10.0.0.1/bot", None),
])
def test_only_a_double_on_this_machine_may_serve_pictures_itself(api_url, origin):
    assert loopback_origin(api_url) == origin


@pytest.mark.parametrize("address", ["http://127.0.0.1:9101/x", "https://127.0.0.1:9100/x", "http://127.0.0.1/x", "http://a@127.0.0.1:9100/x"])
def test_beside_the_double_nothing_on_this_machine_is_asked(address):
    platform = Platform(httpx.Response(200, content=b"a"))
    assert fetched("http://127.0.0.1:9100/x", platform, double="http://127.0.0.1:9100") == b"a"
    with pytest.raises(PhotoUnreachable):
        fetched(address, platform, double="http://127.0.0.1:9100")
    assert len(platform.asked) == 1


# -- the certificate --------------------------------------------------------------------------------------------------------------


class ToThisMachine(httpx.AsyncBaseTransport):
    """The address of the outside is this machine's; all else is as it would be."""

    def __init__(self, port, trusted):
        self._port, self._real = port, httpx.AsyncHTTPTransport(verify=trusted)

    async def handle_async_request(self, request):
        request.url = request.url.copy_with(host="127.0.0.1", port=self._port)
        return await self._real.handle_async_request(request)


def certificate_for(name, folder):
    key, subject = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test's")])
    day = dates.datetime.now(dates.UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(7)
        .not_valid_before(day - dates.timedelta(days=1)).not_valid_after(day + dates.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@asynccontextmanager
async def tls_server(path):
    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\nconnection: close\r\n\r\na")
        await writer.drain()
        writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(("name", "good"), [("f6.photo.talk.zdn.vn", True), ("evil.vn", False)])
def test_the_certificate_must_be_the_names(name, good, tmp_path):
    path = certificate_for(name, tmp_path)

    async def ask():
        async with tls_server(path) as port:
            return await fetcher(ToThisMachine(port, ssl.create_default_context(cafile=str(path)))).fetch(ADDRESS)

    if good:
        assert asyncio.run(ask()) == b"a"
    else:
        with pytest.raises(PhotoUnreachable, match="ConnectError"):
            asyncio.run(ask())
