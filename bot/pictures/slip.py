"""Reads the code off a photographed receipt slip. Pure and blocking; whatever the bytes are, nothing is raised, kept or logged."""

import io
import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import unquote

import zxingcpp
from PIL import Image

from bot.dossiers.codes import find_code
from bot.pictures.model import Slip

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
"""More is refused before anything is decoded: a few kilobytes can claim to be gigabytes of pixels."""
SIDES = (1600, 2400, None)
"""The longest side of what is looked at, one after the other; None is the whole picture. A slip held close is read at the first."""

_FILES = ("JPEG", "PNG", "WEBP")
_CODES = zxingcpp.barcode_formats_from_str("QRCode,DataMatrix,Aztec,PDF417,Code128,Code39")
_ID_CARD = re.compile(r"\s*\d{12}\|(?:[^|]*\|){1,5}?\s*\d{8}\s*(?:\||$)")
"""The QR of a Vietnamese ID card: its number, the old one, the name, the birthday as ddmmyyyy, and more, parted by bars."""
_ADDRESS_MARKS = re.compile(r"[/?=&#|;]+")


def read_slip(picture: bytes, today: date) -> Slip:
    """What a photo says: a dossier's code, an ID card (of which nothing is kept), or nothing. Slow: call it in a thread."""
    if len(picture) > MOST_BYTES:
        return Slip("too_big")
    try:
        with _open(picture) as image:
            if image.width * image.height > MOST_PIXELS:
                return Slip("too_big")
            longest = max(image.size)
        return _look(picture, longest, today)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return Slip("too_big")
    except Exception:  # decoders raise whatever they like at broken bytes
        return Slip("no_picture")


def _open(picture: bytes) -> Image.Image:
    """Reads the head only: size and kind."""
    return Image.open(io.BytesIO(picture), formats=_FILES)


def _look(picture: bytes, longest: int, today: date) -> Slip:
    for side in _sides(longest):
        slips = [_read(barcode.text, today) for barcode in zxingcpp.read_barcodes(
            _grey(picture, side), formats=_CODES, text_mode=zxingcpp.TextMode.Plain)]
        for outcome in ("code", "id_card"):
            for slip in slips:
                if slip.outcome == outcome:
                    return slip
    return Slip("nothing")


def _sides(longest: int) -> Iterator[int]:
    for side in SIDES:
        if side is None or side >= longest:
            yield longest
            return
        yield side


def _grey(picture: bytes, side: int) -> Image.Image:
    """The picture in shades of grey, its longest side at most *side*; what is see-through is paper."""
    with _open(picture) as image:
        image.draft("L", (side, side))  # a JPEG is then decoded straight to grey and near the size, at a fraction of the cost
        if image.mode not in ("L", "RGB") and image.has_transparency_data:
            see_through = image.convert("LA")
            see_through.thumbnail((side, side))
            paper = Image.new("L", see_through.size, 255)
            paper.paste(see_through.getchannel("L"), mask=see_through.getchannel("A"))
            return paper
        grey = image.convert("L")
    grey.thumbnail((side, side))
    return grey


def _read(text: str, today: date) -> Slip:
    """What one QR or barcode says. An ID card is recognised first: no part of it is read further."""
    if _ID_CARD.match(text):
        return Slip("id_card")
    code = find_code(text, today) or find_code(_ADDRESS_MARKS.sub(" ", unquote(text)), today)
    return Slip("code", code) if code else Slip("nothing")
