"""The photographed receipt slip: read through blur, slant and size; whatever else is sent, nothing is raised and nothing of it stays."""

import io
import logging
import random
import struct
import zlib
from datetime import date

import pytest
import segno
import zxingcpp
from PIL import Image, ImageFilter

from bot.pictures.model import Slip
from bot.pictures.slip import MOST_BYTES, read_slip

TODAY = date(2026, 11, 21)
NEW, OLD = "H20.14-261102-0007", "000.00.21.H20-261007-0064"
ID_CARD = "001099000001|012000001|Nguyễn Văn Mẫu|01021990|Nam|Số 1, phố Mẫu, phường Mẫu|05062021"


def qr(text: str, scale: int = 6) -> Image.Image:
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=scale)
    return Image.open(out).convert("L")


def barcode(text: str, kind: str) -> Image.Image:
    made = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind))
    pixels = memoryview(zxingcpp.write_barcode_to_image(made, scale=3, add_quiet_zones=True))
    height, width = pixels.shape
    return Image.frombytes("L", (width, height), bytes(pixels))


def page(*codes: Image.Image, size: tuple[int, int] = (1200, 1600)) -> Image.Image:
    """A sheet of paper with codes on it, one below the other."""
    sheet, top = Image.new("L", size, 236), 120
    for code in codes:
        sheet.paste(code, (140, top))
        top += code.height + 60
    return sheet


def saved(picture: Image.Image, kind: str = "JPEG", quality: int = 80, **more: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, quality=quality, **more)
    return out.getvalue()


def slanted(picture: Image.Image, by: float) -> Image.Image:
    """Seen from the side: the far edge is shorter by *by* at either end, and the whole is turned by 12 degrees."""
    width, height = picture.size
    x, y = width * by, height * by
    leaning = picture.transform(
        picture.size, Image.Transform.QUAD, (-x, -y, x * 0.3, height + y, width + x * 0.2, height - y * 0.2, width, 0),
        Image.Resampling.BICUBIC, fillcolor=200,
    )
    return leaning.rotate(12, Image.Resampling.BICUBIC, expand=True, fillcolor=200)


def noisy(picture: Image.Image, strength: float) -> Image.Image:
    return Image.blend(picture, Image.effect_noise(picture.size, 100), strength)


@pytest.mark.parametrize("code", [NEW, OLD])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_code_on_a_slip_is_read(code, kind):
    assert read_slip(saved(page(qr(code)), kind), TODAY) == Slip("code", code)


@pytest.mark.parametrize("kind", ["Code128", "Code39", "DataMatrix", "PDF417", "Aztec"])
def test_other_kinds_of_barcode_are_read(kind):
    assert read_slip(saved(page(barcode(NEW, kind))), TODAY) == Slip("code", NEW)


@pytest.mark.parametrize("spoil", [
    lambda sheet: sheet.filter(ImageFilter.GaussianBlur(3)),
    lambda sheet: slanted(sheet, 0.1),
    lambda sheet: noisy(slanted(sheet, 0.15), 0.25),
    lambda sheet: sheet.rotate(37, Image.Resampling.BICUBIC, expand=True, fillcolor=90),
    lambda sheet: sheet.transpose(Image.Transpose.ROTATE_180),
    lambda sheet: sheet.point(lambda shade: 60 + shade // 4),
    lambda sheet: sheet.point(lambda shade: 255 - shade),
    lambda sheet: sheet.convert("RGB"),
    lambda sheet: sheet.convert("CMYK"),
], ids=["blurred", "slanted", "slanted and noisy", "turned", "upside down", "dark", "negative", "colour", "cmyk"])
def test_a_poor_photo_is_read(spoil):
    assert read_slip(saved(spoil(page(qr(NEW, 8))), quality=60), TODAY) == Slip("code", NEW)


def test_a_twelve_megapixel_photo_is_read():
    photo = noisy(Image.new("L", (4000, 3000), 180), 0.2)
    photo.paste(qr(NEW, 10), (2200, 1500))
    assert read_slip(saved(photo), TODAY) == Slip("code", NEW)


def test_a_code_too_small_at_first_is_found_in_the_whole_picture():
    photo = Image.new("L", (4800, 3600), 200)
    photo.paste(qr(NEW, 2), (4000, 3000))
    assert read_slip(saved(photo, quality=92), TODAY) == Slip("code", NEW)


def test_what_is_see_through_is_taken_for_paper():
    code = qr(NEW)
    drawn = Image.new("RGBA", code.size, (0, 0, 0, 0))
    drawn.paste((0, 0, 0, 255), mask=code.point(lambda shade: 255 - shade))
    assert read_slip(saved(drawn, "PNG"), TODAY) == Slip("code", NEW)
    assert read_slip(saved(drawn.quantize(8), "PNG"), TODAY) == Slip("code", NEW)


@pytest.mark.parametrize("text", [
    f"https://tracuu.example.vn/?ma={NEW}&loai=1", f"https://tracuu.example.vn/ho-so/{NEW}", f"Mã hồ sơ: {NEW}",
    f"{NEW}|NGUYEN VAN MAU|2026",
    "https://tracuu.example.vn/?ma=H20%2E14%2D261102%2D0007", NEW.lower(),
])
def test_a_code_is_found_inside_what_a_slip_says(text):
    assert read_slip(saved(page(qr(text))), TODAY) == Slip("code", NEW)


@pytest.mark.parametrize("text", ["https://example.vn", "8934567890123", "001099000001", "H20.14-261399-0007", "xin chào", NEW[:-6]])
def test_another_code_is_nothing(text):
    assert read_slip(saved(page(qr(text))), TODAY) == Slip("nothing")


def test_a_picture_without_a_code_is_nothing():
    assert read_slip(saved(Image.effect_noise((1400, 1000), 60)), TODAY) == Slip("nothing")


@pytest.mark.parametrize("text", [
    ID_CARD, ID_CARD.replace("012000001", ""), "001199000001||TRẦN THỊ MẪU|15081999|Nữ|Thôn Mẫu|01072024||Nguyễn Văn Mẫu|Lê Thị Mẫu|",
    "001099000001|012000001|H20.14-261102-0007|01021990|Nam|H20.14-261102-0007|05062021",
])
def test_an_id_card_is_neither_read_nor_kept(text, caplog):
    picture = saved(page(qr(text)))
    caplog.set_level(logging.DEBUG)
    assert read_slip(picture, TODAY) == Slip("id_card", "")
    assert not [record for record in caplog.records if not record.name.startswith("PIL")]


def test_what_stands_in_a_pictures_head_is_of_no_matter():
    remarks = Image.Exif()
    remarks[0x010E], remarks[0x9286], remarks[0x0112] = "remark", b"ASCII\x00\x00\x00remark", 6
    for kind in ("JPEG", "PNG", "WEBP"):
        assert read_slip(saved(page(qr(NEW)), kind, exif=remarks), TODAY) == Slip("code", NEW)


def test_a_slip_beside_an_id_card_is_read():
    assert read_slip(saved(page(qr(ID_CARD), qr(NEW))), TODAY) == Slip("code", NEW)


def test_too_many_bytes_are_refused_unopened():
    assert read_slip(b"\xff\xd8" + bytes(MOST_BYTES), TODAY) == Slip("too_big")


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_that_claims(width: int, height: int) -> bytes:
    """A few bytes of PNG whose head promises that many pixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(999)))


@pytest.mark.parametrize("size", [(8000, 5001), (12000, 9000), (60000, 60000), (2**31 - 1, 2**31 - 1)])
def test_too_many_pixels_are_refused_before_they_are_decoded(size):
    assert read_slip(png_that_claims(*size), TODAY) == Slip("too_big")


def test_what_is_no_picture_of_the_three_kinds_is_none():
    sheet = page(qr(NEW)).convert("RGB")
    for kind in ("GIF", "BMP", "TIFF", "PPM", "PDF"):
        assert read_slip(saved(sheet, kind), TODAY) == Slip("no_picture"), kind
    for other in (b"", b"\x00", b"%PDF-1.4", b"<svg/>", b"GIF89a", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x00\x00\x00\x00WEBP"):
        assert read_slip(other, TODAY) == Slip("no_picture"), other


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_broken_files_never_raise(kind):
    whole, chance = saved(page(qr(NEW), size=(500, 600)), kind), random.Random(7)
    for _ in range(60):
        cut = whole[:chance.randrange(len(whole))]
        assert read_slip(cut, TODAY).outcome in ("no_picture", "nothing", "code")
        spoiled = bytearray(whole)
        for _ in range(chance.randrange(1, 30)):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        assert read_slip(bytes(spoiled), TODAY).code in ("", NEW)
        assert read_slip(whole[:12] + chance.randbytes(400), TODAY).code == ""


def test_random_bytes_never_raise():
    chance = random.Random(11)
    for head in (b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\x01\x00\x00WEBPVP8 "):
        for _ in range(40):
            assert read_slip(head + chance.randbytes(chance.randrange(600)), TODAY).code == ""


def test_many_frames_and_long_remarks_do_no_harm():
    sheet = page(qr(NEW), size=(500, 600))
    assert read_slip(saved(sheet, "WEBP", save_all=True, append_images=[sheet] * 3), TODAY) == Slip("code", NEW)
    bomb = chunk(b"zTXt", b"a\x00\x00" + zlib.compress(bytes(80_000_000), 9))
    whole = saved(sheet, "PNG")
    assert read_slip(whole[:33] + bomb + whole[33:], TODAY).outcome in ("no_picture", "code")
