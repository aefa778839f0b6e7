"""How people really type, kind by kind, and what is read: residue of keyboards, short forms, slips, pieces and runs, the south."""

from functools import cache

import pytest

from bot.catalog.reader import load_catalog
from bot.search import repairs
from bot.search.finder import Finder
from bot.search.folding import folded, read

KINDS: dict[str, list[tuple[str, str]]] = {
    "telex": [
        ("ddawng kys keets hoon", "dang ky ket hon"), ("giaays khai sinh", "giay khai sinh"),
        ("chuwngs thuwcj chuwx kys", "chung thuc chu ky"),
        ("ddaats ddai", "dat dai"), ("maats cawn cuwowcs", "mat can cuoc"), ("hooj khaaur", "ho khau"),
        ("xin giaays ddoocj thaan", "xin giay doc than"),
        ("chuyeenr nhuwowngj", "chuyen nhuong"), ("lafm laij khai tuwr", "lam lai khai tu"), ("hooj ngheof", "ho ngheo"),
        ("ddawtj lijch hejn", "dat lich hen"), ("baor hieemr y tees", "bao hiem y te"),
    ],
    "vni": [
        ("dang1 ky1 ke6t1 ho6n", "dang ky ket hon"), ("gia6y1 khai sinh", "giay khai sinh"), ("chu7ng1 thu7c5", "chung thuc"),
        ("so63 d9o3", "so do"),
        ("d9a6t1 d9ai", "dat dai"), ("ho65 khau6", "ho khau"), ("ca8n cu7o7c1", "can cuoc"), ("la2m la5i", "lam lai"),
        ("ly1 li5ch", "ly lich"),
        ("d9a8ng ky1 ta5m tru1", "dang ky tam tru"), ("tro75 ca6p1", "tro cap"), ("ho6n nha6n", "hon nhan"),
    ],
    "teencode": [
        ("lm gks dc k", "lam giay khai sinh duoc khong"), ("cần j z", "can gi vay"), ("vk ck mk", "vo chong minh"),
        ("hết bn tiền", "het bao nhieu tien"),
        ("e mún hỏi", "e muon hoi"), ("kq đâu r", "ket qua dau roi"), ("sđt ubnd", "so dien thoai uy ban nhan dan"),
        ("đkkh ntn", "dang ky ket hon nhu the nao"), ("xin gpxd", "xin giay phep xay dung"), ("cty e", "cong ty e"),
        ("lm s ạ", "lam sao a"), ("ubnd xã", "uy ban nhan dan xa"), ("đkkd hkd", "dang ky kinh doanh ho kinh doanh"),
    ],
    "marks": [
        ("giấy khai sịnh", "giay khai sinh"), ("đăng kí kết hon", "dang ky ket hon"),
        ("chứng thực chử ký", "chung thuc chu ky"), ("sổ đõ", "so do"),
        ("hộ nghẻo", "ho ngheo"), ("căn cứơc", "can cuoc"), ("tạm trù", "tam tru"), ("xác nhân độc thân", "xac nhan doc than"),
        ("khai tữ", "khai tu"),
        ("hoà giải", "hoa giai"), ("uỷ quyền", "uy quyen"), ("bảo hiễm y tê", "bao hiem y te"),
    ],
    "letters": [
        ("khaii sinhh", "khai sinh"), ("giấyyyy khai sinh", "giay khai sinh"), ("chưng thưc bảnn sao", "chung thuc ban sao"),
        ("đăng ký kêt hôôn", "dang ky ket hon"),
        ("giay chưng nhânn", "giay chung nhan"), ("khai snh", "khai sinh"), ("ddang ky ket hon", "dang ky ket hon"),
        ("hộ khẩuu", "ho khau"), ("tạmm trú", "tam tru"), ("giấyy phépp xây dựng", "giay phep xay dung"),
        ("xâyy nhà", "xay nha"), ("chứng thựcc", "chung thuc"),
    ],
    "joined": [
        ("khaisinh", "khai sinh"), ("dangkykethon", "dang ky ket hon"), ("giaykhaisinh", "giay khai sinh"),
        ("hokhau", "ho khau"), ("tamtru", "tam tru"),
        ("giayphepxaydung", "giay phep xay dung"), ("chungthuc", "chung thuc"), ("xacnhandocthan", "xac nhan doc than"),
        ("hokinhdoanh", "ho kinh doanh"),
        ("kh ai sinh", "khai sinh"), ("kh ai s inh", "khai sinh"), ("k ết hôn", "ket hon"), ("ch ứng th ực", "chung thuc"),
        ("gi ấy khai sinh", "giay khai sinh"),
        ("đăng k ý kết h ôn", "dang ky ket hon"), ("hộ kh ẩu", "ho khau"),
    ],
    "south": [
        ("khai sanh", "khai sinh"), ("thứ nhứt", "thu nhat"), ("dìa nhà", "ve nha"), ("khai xinh", "khai sinh"),
        ("chứng thựt", "chung thuc"), ("giấy kết hông", "giay ket hon"),
        ("sây nhà", "xay nha"), ("hợp tát xã", "hop tac xa"), ("bản chánh", "ban chinh"), ("hun nhơn", "hon nhan"),
        ("sang tên sổ đỏ zìa con", "sang ten so do ve con"), ("xuất khẩu lao động, xức khỏe yếu", "xuat khau lao dong suc khoe yeu"),
        ("sác nhận", "xac nhan"), ("kinh doang", "kinh doanh"),
    ],
}


@cache
def finder() -> Finder:
    return Finder(load_catalog())


@pytest.mark.parametrize(("typed", "meant"), [row for rows in KINDS.values() for row in rows])
def test_what_is_typed_is_read_as_meant(typed, meant):
    assert folded(finder().read(typed)) == meant


def test_every_kind_of_slip_is_shown_ten_times_and_more():
    assert {kind: len(rows) for kind, rows in KINDS.items() if len(rows) < 10} == {}


@pytest.mark.parametrize(
    "typed",
    [
        "cách ly ở nhà", "nhà vách lá", "dì tôi bán tạp hóa", "tư cách pháp nhân", "sống ở nước ngoài", "bình gas với hàng khô",
        "ở chợ Cái Răng",
        "k ai nghe máy", "x có con", "anh Tư ở ấp 2", "số nhà 5 b ấp 3", "tổ 7 k 3",
    ],
)
def test_what_is_no_slip_is_left_alone(typed):
    assert folded(finder().read(typed)) == folded(read(typed))


def test_pieces_are_joined_only_into_a_known_pair():
    assert repairs.joined(["kh", "ai", "s", "inh"], {("khai", "sinh")}) == ["khai", "sinh"]
    assert repairs.joined(["k", "ai", "nghe"], {("khai", "sinh")}) == ["k", "ai", "nghe"]


def test_a_run_is_cut_where_most_pairs_are_known():
    known = {"dang", "ky", "ke", "ket", "hon", "thon"}
    assert repairs.cut("dangkykethon", known, {("dang", "ky"), ("ket", "hon")}) == ["dang", "ky", "ket", "hon"]
    assert repairs.cut("xyzxyz", known, set()) == []


def test_letters_typed_twice_count_once_only_in_a_known_word():
    assert repairs.once("khaii", {"khai"}.__contains__) == "khai"
    assert repairs.once("khaii", set().__contains__) is None
