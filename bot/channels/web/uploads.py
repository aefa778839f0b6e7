"""Reading what a browser posts, with a cap on it; a photo stays in memory, since a file on disk would outlive the look at it."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

MOST_FORM = 64 * 1024
MOST_PHOTO = 10 * 1024 * 1024
_FIELDS_BESIDE = 64 * 1024
_MOST_READ = 4 * MOST_PHOTO
"""Past the cap a body is read on and thrown away up to here: a browser that is cut off in the middle shows no answer."""


class TooLong(Exception):
    """A form is longer than anything that our page sends."""


@dataclass(frozen=True, slots=True)
class Upload:
    """``photo`` is None where none was chosen; ``too_big``: it was thrown away unread."""

    fields: Mapping[str, str]
    photo: bytes | None
    too_big: bool = False


class _InMemory(MultiPartParser):
    spool_max_size = MOST_PHOTO + _FIELDS_BESIDE


async def read_form(request: Request) -> Mapping[str, str]:
    """The fields of a plain form. Raises TooLong."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_FORM:
            raise TooLong
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20))


async def read_upload(request: Request) -> Upload:
    """The fields and the photo of a multipart form. Raises TooLong where it is none."""
    if not request.headers.get("Content-Type", "").startswith("multipart/form-data"):
        raise TooLong
    parser = _InMemory(request.headers, _capped(request), max_files=1, max_fields=5, max_part_size=1024)
    try:
        form = await parser.parse()
    except _OverTheCap:
        return Upload({key: value for key, value in parser.items if isinstance(value, str)}, None, too_big=True)
    except (MultiPartException, KeyError, UnicodeDecodeError):
        raise TooLong from None
    try:
        photo = form.get("photo")
        picture = await photo.read() if isinstance(photo, UploadFile) else b""
        return Upload({key: value for key, value in form.items() if isinstance(value, str)}, picture or None)
    finally:
        await form.close()


class _OverTheCap(Exception):
    pass


async def _capped(request: Request) -> AsyncGenerator[bytes, None]:
    read = 0
    async for chunk in request.stream():
        read += len(chunk)
        if read <= MOST_PHOTO + _FIELDS_BESIDE:
            yield chunk
        elif read > _MOST_READ:
            break
    if read > MOST_PHOTO + _FIELDS_BESIDE:
        raise _OverTheCap
