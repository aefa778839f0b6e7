"""How to fill a form in: what the reader and the checks refuse, and what the catalogue says of the forms asked for most."""

import re

import pytest

from bot.catalog import figures
from bot.catalog.checks import MADE_UP, MOST_FORM_LINES, check_all
from bot.catalog.model import Procedure
from bot.catalog.reader import load_catalog, read_folder
from tests.wording import pictures, shouted, too_long

CATALOG = load_catalog()
TOLD = [procedure for procedure in CATALOG if procedure.form_help]
LEAST_TOLD = 40
MOST_OF_AN_ANSWER = 900
"""Characters of all lines and the example together: one look at a small phone, and the source line still fits below."""
FIELDS_ASKED_MOST = {
    "Hộ tịch": 10, "Đăng ký, quản lý cư trú": 6, "Cấp, quản lý căn cước": 4, "Bảo trợ xã hội": 4, "Người có công": 2,
    "Thành lập và hoạt động của hộ kinh doanh": 3, "Đất đai": 7, "Hoạt động xây dựng": 2,
}
NEVER_SAID = ("không hợp lệ", "vui lòng", "lỗi hệ thống")

GOOD = """\
code: 1.999999
name: Thủ tục cấp giấy mẫu
label: Xin giấy mẫu
list: commune
phrases: [{phrases}]
authority:
  - {{level: commune, body: Ủy ban nhân dân cấp xã}}
record: {{from: national_portal, month: 2026-07}}
checked_on: 2026-11-21
review_months: 6
in_national_list: yes
documents:
  - document: Tờ khai xin giấy mẫu
  - one_of:
      - document: Đơn thứ nhất
      - document: Đơn thứ hai
    title: Một trong hai đơn
form_help:
  form: Tờ khai xin giấy mẫu
  lines:
    - Họ tên ghi đúng căn cước.
  example: "Ví dụ (không có thật): bà Lê Thị Mẫu."
fees: {{status: not_published}}
filing: {{counter: yes}}
""".format(phrases=", ".join(f"làm giấy mẫu kiểu {number}" for number in range(1, 11)))


def problems(folder, *changes: tuple[str, str]) -> list[str]:
    """What is wrong with the good file after *changes*, as the only file of a catalogue."""
    source = GOOD
    for old, new in changes:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    (folder / "fields.yaml").write_text("mau: Giấy mẫu\n", "utf-8")
    (folder / "mau").mkdir(exist_ok=True)
    (folder / "mau" / "giay.yaml").write_text(source, "utf-8")
    return check_all(read_folder(folder))


def test_a_good_block_is_read_and_shown(tmp_path):
    assert problems(tmp_path) == []
    [procedure] = load_catalog(tmp_path)
    assert procedure.form_help is not None
    shown = figures.as_json(procedure, procedure.checked_on)["form_help"]
    assert shown == {
        "form": "Tờ khai xin giấy mẫu", "lines": ["Họ tên ghi đúng căn cước."], "example": "Ví dụ (không có thật): bà Lê Thị Mẫu.",
    }
    assert figures.stats(load_catalog(tmp_path), procedure.checked_on)["with_form_help"] == 1


def test_a_paper_of_a_choice_can_be_the_form(tmp_path):
    assert problems(tmp_path, ("  form: Tờ khai xin giấy mẫu", "  form: Đơn thứ hai")) == []


LINE = "    - Họ tên ghi đúng căn cước.\n"
EXAMPLE = '"Ví dụ (không có thật): bà Lê Thị Mẫu."'


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (("  form: Tờ khai xin giấy mẫu", "  form: Tờ khai khác"), 'form_help.form: "Tờ khai khác" is not one of the papers'),
        (("  form: Tờ khai xin giấy mẫu\n", ""), "form_help.form: is missing"),
        ((f"  lines:\n{LINE}", ""), "form_help.lines: is empty"),
        ((LINE, LINE * (MOST_FORM_LINES + 1)), f"form_help.lines: has {MOST_FORM_LINES + 1} lines, at most {MOST_FORM_LINES}"),
        ((LINE, f"    - {'dài ' * 40}\n"), "form_help.lines[0]: has "),
        ((EXAMPLE, "bà Lê Thị Mẫu xin 2 bản."), "form_help.example: must say that it is made up"),
        ((EXAMPLE, f'"{MADE_UP}"'), "form_help.example: must say that it is made up"),
        ((f"  example: {EXAMPLE}\n", ""), "form_help.example: is missing"),
        ((f"  example: {EXAMPLE}\n", f"  example: {EXAMPLE}\n  sample: x\n"), "form_help.sample: is not a key of the schema"),
    ],
)
def test_what_a_block_may_not_be_is_said(tmp_path, change, found):
    assert any(found in each for each in problems(tmp_path, change)), problems(tmp_path, change)


def test_ten_lines_are_not_too_many(tmp_path):
    assert problems(tmp_path, (LINE, LINE * MOST_FORM_LINES)) == []


# -- the catalogue --------------------------------------------------------------------------------------------------------


def test_the_forty_asked_most_have_it():
    assert len(TOLD) >= LEAST_TOLD
    lacking = {
        field: count for field, least in FIELDS_ASKED_MOST.items()
        if (count := sum(procedure.field == field for procedure in TOLD)) < least
    }
    assert not lacking


def test_none_is_told_for_what_the_national_list_no_longer_has():
    """Whoever is told how to fill a form in will take it to the counter."""
    assert [procedure.code for procedure in TOLD if not procedure.in_national_list or procedure.replaced_by] == []


def said_by(procedure: Procedure) -> list[str]:
    assert procedure.form_help is not None
    return [*procedure.form_help.lines, procedure.form_help.example]


EVERY_ONE = pytest.mark.parametrize("procedure", TOLD, ids=lambda each: f"{each.slug}-{each.code}")


@EVERY_ONE
def test_it_can_be_read_aloud(procedure):
    said = said_by(procedure)
    wrong = [each for text in said for each in (*too_long(text, law=True), *shouted(text), *pictures(text))]
    wrong += [phrase for text in said for phrase in NEVER_SAID if phrase in text.casefold()]
    assert not wrong, "\n".join(wrong)


@EVERY_ONE
def test_it_is_short(procedure):
    said = said_by(procedure)
    assert sum(len(text) + 3 for text in said) <= MOST_OF_AN_ANSWER
    assert len(set(said)) == len(said)


@EVERY_ONE
def test_no_example_could_be_somebody(procedure):
    """Its names are the sample's, and it holds no number that could be anyone's identity or phone."""
    assert procedure.form_help is not None
    example = procedure.form_help.example
    assert "Mẫu" in example
    assert not re.search(r"\d(?: ?\d){8}", example)
