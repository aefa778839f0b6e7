"""Identity numbers are hidden; codes, phones, days and sums are not, since the bot needs them."""

import pytest

from bot.privacy.masking import mask_ids, mask_name, mask_personal, mask_phone


@pytest.mark.parametrize(("text", "masked"), [
    ("CCCD 079123456789", "CCCD ••••••••6789"),
    ("cmnd:123456789.", "cmnd:•••••6789."),
    ("079 123 456 789", "••• ••• ••6 789"), ("912 345 678 901", "••• ••• ••8 901"), ("380123456", "•••••3456"),
    ("079.123.456.789", "•••.•••.••6.789"),
    ("0791 2345 6789", "•••• •••• 6789"),
    ("số 123 456 789 ạ", "số ••• ••6 789 ạ"),
    ("123.456.789", "•••.••6.789"),
    ("sinh năm 1990 079123456789", "sinh năm 1990 ••••••••6789"),
    ("sinh năm 1990 079 123 456 789", "sinh năm 1990 ••• ••• ••6 789"),
    ("079123456789, 0912345678", "••••••••6789, 0912345678"),
    ("0912345678 079123456789", "0912345678 ••••••••6789"),
    ("079123456789 và 123456789", "••••••••6789 và •••••6789"),
    ("CCCD079123456789", "CCCD••••••••6789"),
    ("000.00.14.H20-200703-0002 079123456789", "000.00.14.H20-200703-0002 ••••••••6789"),
])
def test_an_identity_number_keeps_its_last_four_digits_only(text, masked):
    assert mask_ids(text) == (masked, True)


@pytest.mark.parametrize("text", [
    "", "không có số", "000.00.14.H20-200703-0002", "000001 4H20 200703 0002", "H202007030002", "h20 200703 0002",
    "0000014H202007030002", "0912345678", "0912 345 678", "091.234.5678", "912345678", "gọi 987.654.321 nha",
    "+84912345678", "+84 912 345 678",
    "(+84) 912.345.678",
    "84 912 345 678", "1.001193.000.00.00.H51", "1.001193", "20/11/2026 08:30", "12345678", "1234567890", "12345678901",
    "1234567890123", "100.000.000 đồng", "150.000.000đ", "1.100.000.000", "500 000 000 VND", "EA123456789VN",
])
def test_other_numbers_stay_as_they_are(text):
    assert mask_ids(text) == (text, False)


@pytest.mark.parametrize(("text", "masked"), [
    ("goi 0912 345 678 nha", "goi ••• nha"), ("sdt:0912345678abc", "sdt:•••"), ("+84 912.345.678", "+•••"),
    ("CCCD079123456789", "•••"), ("cccd ••••••••6789 lam sao", "cccd ••• lam sao"), ("passport B1234567", "passport •••"),
    ("ho so H20.14-261102-0007 dau roi", "ho so ••• dau roi"), ("lịch H48-217K", "lịch •••"), ("biển số 83P1-123.45", "biển số •••"),
    ("mail lan.nguyen@gmail.com nha", "mail ••• nha"), ("fb @lan_nguyen", "fb •••"), ("xem https://a.b/c?d=1 nha", "xem ••• nha"),
    ("nhà số 12/3 đường Lê Lợi", "nhà số ••• đường •••"), ("ap 4 xa An Ninh", "ap ••• xa An Ninh"),
    ("thửa số 7, tờ bản đồ 12", "thửa số •••, tờ bản đồ •••"),
    ("sinh ngày 12/03/1990", "sinh ngày •••"), ("27/11 tới", "••• tới"), ("tôi tên Nguyễn Thị Bích Lan hỏi", "tôi tên ••• hỏi"),
])
def test_what_is_kept_without_a_person_names_none(text, masked):
    assert mask_personal(text) == masked


@pytest.mark.parametrize("text", [
    "", "con em moi sanh ma ba no nguoi dai loan", "1.001193 la gi", "1.001193.000.00.00.H51", "nghị định 123/2025/NĐ-CP",
    "phí 100.000 đồng sao",
    "2 triệu", "3 con, 60 ngày", "sinh năm 1990", "8h30 sáng", "mẫu số 01", "lý do gì", "kim loại", "Mai đi được không",
    "Hồ sơ xin học", "LÀM KHAI SINH",
])
def test_what_a_question_needs_to_be_understood_stays(text):
    assert mask_personal(text) == text


@pytest.mark.parametrize("text", [
    "1" * 2000, "1a" * 1000, "1-" * 1000 + "x", "•" * 2000, "a.b" * 700, "Lê " * 700, "số nhà " * 300, "@" * 2000,
], ids=lambda text: text[:3])
def test_masking_ends_whatever_is_typed(text):
    assert len(mask_personal(text)) <= len(text)


@pytest.mark.parametrize(("name", "masked"), [
    ("Nguyễn Văn A", "N*** V** A"), ("  Lê   Thị Hồng Nhung ", "L* T** H*** N***"), ("", ""), ("Y", "Y"),
])
def test_a_name_shows_its_initials(name, masked):
    assert mask_name(name) == masked


@pytest.mark.parametrize(("phone", "masked"), [
    ("0912345678", "091•••••78"), ("+84 912 345 678", "+84 9•• ••• •78"), ("113", "•••"), ("", ""),
])
def test_a_phone_never_shows_its_last_four_digits(phone, masked):
    assert mask_phone(phone) == masked
