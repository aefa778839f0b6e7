"""``catalog import``: every kind of file becomes drafts that can be judged, with a flag for all that a person must look at."""

import io
import json
import os
import subprocess
import sys
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from bot import __main__ as program
from bot import strict_yaml
from bot.catalog.checks import check_all
from bot.catalog.importers.drafting import is_glued
from bot.catalog.model import Document, Note, Procedure
from bot.catalog.names import folded, same_procedure
from bot.catalog.reader import load_catalog, read_folder
from bot.errors import CatalogError
from tests.catalog.test_reader import GOOD

CODE, OTHER = "1.999997", "1.999996"
FIELD = "Giấy mẫu"


@pytest.fixture
def office(tmp_path, monkeypatch):
    """An office's working folder: a small checked catalogue, and a place for drafts that is not there yet."""
    catalogue = tmp_path / "catalogue"
    (catalogue / "mau").mkdir(parents=True)
    (catalogue / "fields.yaml").write_text(f"mau: {FIELD}\n", "utf-8")
    (catalogue / "mau/giay.yaml").write_text(GOOD, "utf-8")
    monkeypatch.setenv("BOT_CATALOG_DIR", str(catalogue))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys, *arguments: str) -> tuple[int, list[str], list[str]]:
    """Exit status, flags, and what was said besides."""
    status = program.main(["catalog", "import", *arguments])
    out = capsys.readouterr()
    return status, out.out.splitlines(), out.err.splitlines()


def record(**changes) -> dict:
    """A made-up record in the flat shape."""
    return {
        "code": CODE, "name": "Thủ tục cấp thẻ đọc sách mẫu", "field": FIELD, "levels": ["commune"], "agency": "Ủy ban nhân dân cấp xã",
        "documents": [
            {"case": "", "name": "Đơn xin thẻ theo Mẫu số 07", "original": 1, "copy": 0, "form": None},
            {"case": "", "name": "Có thẻ cũ thì đem theo để đối chiếu.", "original": 0, "copy": 0, "form": None},
        ],
        "fees": [{"channel": each, "amount_vnd": 15000, "text": ""} for each in ("in_person", "online")],
        "time_limits": [{"channel": each, "qty": 3, "unit": "working_day", "text": "3 Ngày làm việc"} for each in ("in_person", "online")],
        "channels": ["in_person", "online"], "online_level": "Một phần", "steps": "Bước 1: Điền đơn.\nBước 2: Nộp đơn.", "result": ["Thẻ"],
        "conditions": "", "legal_basis": ["77/2031/NĐ-CP — Nghị định mẫu"], "decision": "55/QĐ-MAU", "detail": True, "scope": "national",
        "vintage": "2026-07", "in_portal_2026": True, "source_url": "https://dichvucong.gov.vn/x",
    } | changes


def lines(path: Path, *records) -> Path:
    path.write_text("".join((each if isinstance(each, str) else json.dumps(each, ensure_ascii=False)) + "\n" for each in records), "utf-8")
    return path


def drafted(folder: Path) -> dict[str, Procedure]:
    reading = read_folder(folder)
    assert not [each for file in reading.files if file.procedure is None for each in file.problems]
    return {file.procedure.code: file.procedure for file in reading.files}


def one(capsys, office, **changes) -> tuple[Procedure, list[str]]:
    """The draft of one flat record, and its flags without place and code."""
    status, flags, _ = run(capsys, str(lines(office / "a.jsonl", record(**changes))))
    assert status == 0
    return drafted(office / "drafts")[CODE], [each.split(f"{CODE}: ")[1] for each in flags]


def kinds(flags: list[str]) -> set[str]:
    return {each.split(":")[0] for each in flags}


# -- a record, whole ------------------------------------------------------------------------------------------------------


def test_every_fact_of_a_record_is_taken_over(capsys, office):
    draft, flags = one(capsys, office)
    assert flags == []
    assert (draft.draft, draft.name, draft.field, draft.in_national_list) == (True, "Thủ tục cấp thẻ đọc sách mẫu", FIELD, True)
    assert [(each.level, each.body) for each in draft.authority] == [("commune", "Ủy ban nhân dân cấp xã")]
    assert draft.documents == (
        Document("Đơn xin thẻ theo Mẫu số 07", original=1, copy=0, form="Mẫu số 07"), Note("Có thẻ cũ thì đem theo để đối chiếu."),
    )
    assert [(each.amount, each.channel) for each in draft.fees.items] == [(15000, None)], "alike at every channel: said once"
    assert [(each.amount, each.unit, each.channel) for each in draft.time] == [(3, "working_day", None)]
    assert draft.steps == ("Bước 1: Điền đơn.", "Bước 2: Nộp đơn.")
    assert (draft.filing.counter, draft.filing.online, draft.filing.post) == (True, "part", False)
    assert (draft.decision.number, draft.legal_basis, draft.record.month) == ("55/QĐ-MAU", ("77/2031/NĐ-CP",), "2026-07")


def test_a_draft_is_judged_and_never_served(capsys, office, monkeypatch):
    one(capsys, office)
    assert program.main(["catalog", "check", "drafts"]) == 1
    out = capsys.readouterr()
    wanted = {each.split(": ")[1] for each in out.out.splitlines()}
    assert wanted == {"draft", "label", "list", "phrases", "checked_on", "review_months"}, "what only a person can say"
    assert "1 of the files drafts" in out.err
    with pytest.raises(CatalogError, match="is a draft"):
        load_catalog(office / "drafts")
    monkeypatch.setenv("BOT_CATALOG_DIR", str(office / "drafts"))
    assert program.main(["catalog", "stats"]) == 2


def test_a_finished_draft_is_a_catalogue_file(capsys, office):
    one(capsys, office)
    path = office / "drafts/mau" / f"{CODE}.yaml"
    finished = path.read_text("utf-8").replace("draft: yes\n", "label: Xin thẻ đọc sách\nlist: commune\n") + (
        "checked_on: 2026-11-21\nreview_months: 6\nphrases:\n" + "".join(f"- làm thẻ đọc sách kiểu {number}\n" for number in range(10))
    )
    path.write_text(finished, "utf-8")
    assert check_all(read_folder(office / "drafts")) == []


def test_what_people_wrote_before_is_carried_over(capsys, office):
    status, flags, _ = run(capsys, str(lines(office / "a.jsonl", record(code="1.999999", name="Cấp giấy mẫu (cấp xã)"))))
    draft = drafted(office / "drafts")["1.999999"]
    known = read_folder(office / "catalogue").files[0].procedure
    assert (status, flags) == (0, [])
    assert (draft.label, draft.phrases, draft.list, draft.review_months) == (known.label, known.phrases, known.list, known.review_months)
    assert draft.checked_on == date.min, "nobody has checked the new one"


def test_a_code_used_again_for_another_procedure_is_flagged_and_inherits_nothing(capsys, office):
    _, flags, _ = run(capsys, str(lines(office / "a.jsonl", record(code="1.999999", name="Thu hồi giấy phép bán thuốc lá"))))
    assert [each.split(": ")[2] for each in flags] == ["code_reused"]
    assert "Thủ tục cấp giấy mẫu" in flags[0]
    assert drafted(office / "drafts")["1.999999"].phrases == ()


@pytest.mark.parametrize(("one", "other", "same"), [
    ("Thủ tục cấp bản sao giấy mẫu (cấp xã)", "Cấp bản sao giấy mẫu", True),
    ("Công bố lại đưa bến mẫu vào khai thác", "Công bố lại bến mẫu", True),
    ("Đăng ký thay đổi chủ hộ nuôi ong", "Thu hồi giấy phép bán thuốc lá do kê khai sai", False),
])
def test_a_reworded_name_is_no_other_procedure(one, other, same):
    assert same_procedure(one, other) is same


# -- flags ----------------------------------------------------------------------------------------------------------------


def paper(name: str, **changes) -> dict:
    return {"case": "", "name": name, "original": 1, "copy": 0, "form": None} | changes


@pytest.mark.parametrize(("changes", "kind"), [
    ({"documents": [paper("Giấy xác nhận " * 30)]}, "long_line"),
    ({"documents": [paper("a) Đơn xin thẻ; b) Ảnh chân dung; c) Phong bì")]}, "glued"),
    ({"documents": [paper("Đơn: 01 bản chính và ảnh: 02 bản sao")]}, "glued"),
    ({"documents": [paper("Đơn xin thẻ đã kýẢnh chân dung")]}, "glued"),
    ({"documents": [paper("Nộp một trong các giấy tờ sau")]}, "choose_one"),
    ({"documents": [paper("Đơn", form="Mau (2).docx")]}, "form_file"),
    ({"documents": [paper("Đơn", case="Trường hợp cấp mới"), paper("Thẻ cũ", case="Trường hợp cấp lại")]}, "cases"),
    ({"name": "Thủ tục test 01"}, "test_row"),
    ({"name": "Quyết định công bố danh mục mẫu"}, "decision_title"),
    ({"name": "Công bố Danh mục và Quy trình nội bộ giải quyết"}, "decision_title"),
    ({"scope": "internal"}, "internal"),
    ({"detail": False, "documents": [], "fees": [], "time_limits": []}, "no_detail"),
    ({"levels": ["commune", "province"]}, "authority"),
    ({"levels": ["district"], "agency": "Ủy ban nhân dân huyện"}, "authority"),
    ({"time_limits": [{"channel": "online", "qty": 7, "unit": "other", "text": "7"}]}, "time_in_words"),
    ({"time_limits": [{"channel": "online", "qty": 1.5, "unit": "working_day", "text": "1.5 Ngày làm việc"}]}, "time_in_words"),
    ({"fees": [{"channel": "online", "amount_vnd": 10, "text": ""}]}, "foreign_currency"),
])
def test_what_a_person_must_look_at_is_flagged(capsys, office, changes, kind):
    draft, flags = one(capsys, office, **changes)
    assert kind in kinds(flags)
    text = (office / "drafts/mau" / f"{CODE}.yaml").read_text("utf-8")
    assert f"# {kind}: " in text, "the flag stands in the draft, where it is worked off"
    assert draft.draft


def test_a_plain_name_of_a_notice_is_no_decision():
    assert not is_glued("Đơn xin thẻ theo Mẫu số 07 của Nghị định số 77/2031/NĐ-CP")
    assert not is_glued("Ảnh 4x6 trên VNeID")


def test_nothing_long_is_lost(capsys, office):
    long = " ".join(f"khoản {number}" for number in range(400))
    draft, _ = one(capsys, office, documents=[paper(long)], steps=long)
    assert draft.documents[0].name == long
    assert draft.steps == (long,)


def test_groups_by_what_to_do_with_papers_are_no_cases(capsys, office):
    draft, _ = one(capsys, office, documents=[
        paper("Đơn", case="Giấy tờ phải nộp"), paper("Căn cước", case="* Giấy tờ phải xuất trình:"),
        paper("Coi kỹ", case="Lưu ý", original=0),
    ])
    assert draft.cases == ()
    assert [getattr(each, "group", None) for each in draft.documents] == ["submit", "present", None]
    assert isinstance(draft.documents[2], Note)


def test_true_alternatives_become_cases(capsys, office):
    papers = [paper("Đơn", case="a) Trường hợp cấp mới:"), paper("Thẻ cũ", case="b) Trường hợp cấp lại:")]
    draft, _ = one(capsys, office, documents=papers)
    assert [(each.id, each.label) for each in draft.cases] == [("case_1", "Trường hợp cấp mới"), ("case_2", "Trường hợp cấp lại")]
    assert [each.cases for each in draft.documents] == [("case_1",), ("case_2",)]


def test_a_heading_over_the_only_group_is_kept_as_a_note(capsys, office):
    heading = "Người từ xa gửi qua bưu điện"
    draft, flags = one(capsys, office, documents=[paper("Đơn", case=heading), paper("Ảnh", case=heading)])
    assert draft.documents[0] == Note(heading)
    assert [each.name for each in draft.documents[1:]] == ["Đơn", "Ảnh"]
    assert "cases" not in kinds(flags)


# -- fees -----------------------------------------------------------------------------------------------------------------

COUNCIL = "Mức thu do Hội đồng nhân dân tỉnh quyết định"


def fee(amount: int | None, text: str = "", **changes) -> dict:
    return {"channel": "in_person", "amount_vnd": amount, "text": text} | changes


@pytest.mark.parametrize(("fees", "status", "flag"), [
    ([fee(0)], "free", None),
    ([fee(0, "0 Đồng")], "free", None),
    ([fee(None, "Miễn phí")], "free", None),
    ([fee(0, "Không có")], "free", None),
    ([fee(None, "Không quy định")], "not_published", None),
    ([fee(None)], "not_published", None),
    ([], "not_published", None),
    ([fee(0, COUNCIL)], "see_text", "zero_contradicted"),
    ([fee(None, COUNCIL, listed_amount=0)], "see_text", "zero_contradicted"),
    ([fee(0, "Thu 50.000 đồng một bản")], "see_text", "zero_contradicted"),
    ([fee(0, "Theo Thông tư số 77/2031/TT-BTC")], "see_text", "zero_contradicted"),
    ([fee(20000, COUNCIL)], "see_text", "provincial_amount"),
    ([fee(None, "Hỏi tại quầy")], "see_text", "fee_in_words"),
    ([fee(20000)], "amount", None),
])
def test_a_fee_is_never_called_free_for_a_printed_zero_alone(capsys, office, fees, status, flag):
    draft, flags = one(capsys, office, fees=fees)
    assert draft.fees.status == status
    assert kinds(flags) == ({flag} if flag else set())
    said = {each["text"] for each in fees if each["text"]} if status == "see_text" else set()
    assert all(each in (draft.fees.text or "") for each in said)


def test_one_provinces_amount_is_left_out_and_the_text_says_who_sets_it(capsys, office):
    draft, flags = one(capsys, office, fees=[fee(75000)], source_url="https://dichvucong.tinhmau.gov.vn/x")
    assert (draft.fees.status, draft.fees.items) == ("see_text", ())
    assert "Hội đồng nhân dân tỉnh" in draft.fees.text
    assert draft.record.kind == "province_portal"
    assert any(each.startswith("provincial_amount: 75.000") for each in flags), "the figure is told, not lost"


def test_one_provinces_amount_in_words_is_flagged_too(capsys, office):
    draft, flags = one(capsys, office, fees=[fee(None, "Thu 75.000 đồng một lần")], source_url="https://dichvucong.tinhmau.gov.vn/x")
    assert draft.fees.status == "see_text"
    assert draft.fees.text == "Mức thu do Hội đồng nhân dân tỉnh quy định. Thu 75.000 đồng một lần"
    assert kinds(flags) == {"provincial_amount"}


def test_fees_and_times_that_differ_by_channel_name_it(capsys, office):
    draft, _ = one(
        capsys, office, fees=[fee(20000), fee(10000, channel="online")],
        time_limits=[{"channel": "in_person", "qty": 3, "unit": "working_day", "text": "3 Ngày làm việc — xã vùng cao 5 ngày"},
                     {"channel": "postal", "qty": 10, "unit": "calendar_day", "text": "10 Ngày"}],
    )
    assert [(each.amount, each.channel) for each in draft.fees.items] == [(20000, "in_person"), (10000, "online")]
    assert [(each.amount, each.unit) for each in draft.time] == [(3, "working_day"), (10, "calendar_day")]
    assert [each.channel for each in draft.time] == ["in_person", "post"]
    assert draft.time_notes == ("xã vùng cao 5 ngày",)


# -- what cannot be read --------------------------------------------------------------------------------------------------


def test_a_bad_line_is_named_and_the_others_are_read(capsys, office):
    broken = ["{not json", "", '["no", "record"]', {"name": "Không mã"}, {"code": OTHER}]
    path = lines(office / "a.jsonl", record(), *broken, record(code=OTHER))
    status, _, said = run(capsys, str(path))
    assert status == 1
    assert [each.split(": ")[0] for each in said[:4]] == ["a.jsonl:2", "a.jsonl:4", "a.jsonl:5", "a.jsonl:6"]
    assert "is no JSON" in said[0]
    assert "no national code" in said[2]
    assert "2 drafts written to drafts, 0 files kept as they were, 4 not read" in said
    assert drafted(office / "drafts").keys() == {CODE, OTHER}


@pytest.mark.parametrize(("name", "content", "said"), [
    ("a.doc", b"x", "files that can be imported end in"),
    ("a.xls", b"x", "save it as .xlsx"),
    ("a.xlsx", b"no workbook", "save it again as .xlsx"),
    ("a.json", b'{\n  "code": \n}', "a.json:3: is no JSON"),
    ("a.json", b"[]", "holds no procedure"),
    ("a.json", b'{"code": "1.999997"}', "has no name"),
    ("a.json", b"\xff\xfe", "is not UTF-8"),
    ("a.jsonl", b"[" * 100_000, "nested too deep"),
    ("a.yaml", b"code: 1.999997\ncode: 1.999996\n", "a.yaml:2"),
    ("a.yaml", b"name: x\n", "no file of a procedure"),
    ("none.json", None, "there is no such file"),
])
def test_a_file_that_cannot_be_read_says_what_to_do(capsys, office, name, content, said):
    if content is not None:
        (office / name).write_bytes(content)
    status, _, lines_said = run(capsys, name)
    assert status == 1
    assert any(said in each for each in lines_said), lines_said
    assert not (office / "drafts").exists(), "nothing was written for nothing"


@pytest.mark.parametrize("build", [
    lambda office: lines(office / f"{OTHER}.json", record()),
    lambda office: lines(office / "all.json", {OTHER: record()}),
    lambda office: lines(office / "all.jsonl", record(source_path=f"raw/{OTHER}.json")),
])
def test_a_record_filed_under_another_code_is_refused(capsys, office, build):
    status, _, said = run(capsys, str(build(office)))
    assert status == 1
    assert f"is filed under {OTHER} but holds {CODE}" in said[0]
    assert not (office / "drafts").exists()


def test_nothing_that_is_there_is_written_over(capsys, office):
    path = str(lines(office / "a.jsonl", record(), record(name="Thủ tục cấp thẻ đọc sách mẫu, sửa")))
    status, _, said = run(capsys, path)
    written = office / "drafts/mau" / f"{CODE}.yaml"
    assert status == 0, "it was read; that it stands in two lines is said"
    assert said[0].startswith(f"a.jsonl:2: not written: drafts/mau/{CODE}.yaml is there already")
    written.write_text("draft: yes\n# an officer's work of an hour\n", "utf-8")
    run(capsys, path)
    assert "an officer's work" in written.read_text("utf-8")


@pytest.mark.parametrize("to", ["catalogue", "catalogue/mau", "catalogue/../catalogue"])
def test_the_catalogue_is_no_place_for_drafts(capsys, office, to):
    status, _, said = run(capsys, str(lines(office / "a.jsonl", record())), "--to", to)
    assert status == 2
    assert "name another folder" in said[0]
    assert [each.name for each in (office / "catalogue/mau").iterdir()] == ["giay.yaml"]


def test_a_folder_that_cannot_be_written_is_told_and_no_half_draft_stays(capsys, office, monkeypatch):
    (office / "file").write_text("x", "utf-8")
    status, _, said = run(capsys, str(lines(office / "a.jsonl", record())), "--to", "file/drafts")
    assert (status, "cannot be" in said[0]) == (2, True)

    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    real = Path.open

    def opened(path, mode="r", *arguments, **more):
        if mode != "x":
            return real(path, mode, *arguments, **more)
        real(path, mode, *arguments, **more).close()
        return Full()

    monkeypatch.setattr(Path, "open", opened)
    status, _, said = run(capsys, str(office / "a.jsonl"))
    assert (status, "No space left" in said[0]) == (2, True)
    assert not list((office / "drafts").glob("*/*.yaml"))


def test_another_catalogue_is_no_place_for_drafts_either(capsys, office):
    (office / "theirs").mkdir()
    (office / "theirs/fields.yaml").write_text("mau: Giấy mẫu\n", "utf-8")
    status, _, said = run(capsys, str(lines(office / "a.jsonl", record())), "--to", "theirs")
    assert (status, (office / "theirs/fields.yaml").read_text("utf-8")) == (2, "mau: Giấy mẫu\n")
    assert "holds a catalogue" in said[0]


def test_a_second_import_adds_to_the_drafts(capsys, office):
    run(capsys, str(lines(office / "a.jsonl", record())))
    run(capsys, str(lines(office / "b.jsonl", record(code=OTHER, field="Đọc sách"), record(code="1.999995", field=""))))
    assert {code: each.field for code, each in drafted(office / "drafts").items()} == {
        CODE: FIELD, OTHER: "Đọc sách", "1.999995": "Chưa rõ lĩnh vực",
    }


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "channel", "qty", "text"]), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*record(), "executionMethods", "executionCases", "data"]), ANYTHING))
@settings(max_examples=60, deadline=None)
def test_no_shape_of_a_record_breaks_the_import(tmp_path_factory, changes):
    """Whatever types stand where: it is a draft that can be read back, or a line that says why not."""
    from bot.catalog.importers.filing import Fields, drafts_in
    from bot.catalog.importers.published import Unreadable
    from bot.catalog.reader import read_file
    from tests.catalog.words import WORDS

    path = lines(tmp_path_factory.mktemp("fuzz") / "a.jsonl", record() | changes)
    fields = Fields({}, "Chưa rõ")
    found = list(drafts_in(path, fields, WORDS, {}, "2026-07"))
    assert len(found) == 1
    if not isinstance(found[0], Unreadable):
        read = read_file(f"{found[0].folder}/{found[0].stem}.yaml", found[0].source, fields.names)
        assert read.procedure is not None, [str(each) for each in read.problems]


@given(st.recursive(
    st.text(st.characters(blacklist_categories=("Cs",)), max_size=40).map(lambda text: " ".join(text.split())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc_", min_size=1, max_size=5), inner, max_size=4), max_leaves=12,
).filter(lambda document: isinstance(document, (dict, list))))
def test_what_is_dumped_is_read_back_equal(document):
    assert strict_yaml.load(strict_yaml.dump(document)) == document


# -- the portal's own record ----------------------------------------------------------------------------------------------


def portal_record(**changes) -> dict:
    def method(way: str, **more) -> dict:
        return {"submissionMethod": way, "processingTime": 4, "processingTimeUnit": "WORKING_DAY", "description": "",
                "fees": [{"type": "FEE", "value": 0, "description": COUNCIL}]} | more

    return {
        "id": "x", "code": CODE, "codeNotation": CODE, "name": "Thủ tục cấp thẻ đọc sách mẫu",
        "executionSteps": [{"name": "", "description": "- Điền đơn.\n- Nộp đơn."}],
        "executionMethods": [method("DIRECT"), method("ONLINE")],
        "executionCases": [{"name": "", "profileComponents": [
            {"name": "- Đơn xin thẻ theo Mẫu số 07", "originalQty": 1, "copyQty": 0, "attachments": [{"fileName": "Mau (3).docx"}]},
        ]}],
        "isWard": True, "isProvince": False, "isMinistry": False, "isFullProcess": True, "isInternal": False,
        "categoriesDetails": [{"name": FIELD}], "unitGroupsExecuting": [{"name": "Ủy ban nhân dân cấp xã"}],
        "resultsDetails": [{"name": "Thẻ"}], "legalBasisesDetails": [{"code": "77/2031/NĐ-CP", "name": "Nghị định mẫu"}],
        "procedureProposal": {"proposalNumber": "55/QĐ-MAU", "decisionDate": 1726185600000},
        "cases": [{"name": "x", "processingDay": {"qty": 4, "type": "WORKING_DAY"}, "profileComponents": []}],
    } | changes


@pytest.mark.parametrize("wrap", [
    lambda record: record, lambda record: {"code": "OK", "data": record}, lambda record: [record], lambda record: {CODE: record},
    lambda record: {"data": {"content": [record], "total": 1}},
], ids=["bare", "envelope", "list", "by code", "page"])
def test_the_portals_record_is_read_however_it_is_wrapped(capsys, office, wrap):
    (office / f"{CODE}.json").write_text(json.dumps(wrap(portal_record())), "utf-8")
    status, flags, _ = run(capsys, f"{CODE}.json", "--month", "2026-09")
    assert status == 0
    draft = drafted(office / "drafts")[CODE]
    assert [(each.amount, each.unit, each.channel) for each in draft.time] == [(4, "working_day", None)]
    assert draft.documents == (Document("Đơn xin thẻ theo Mẫu số 07", original=1, copy=0, form="Mẫu số 07"),)
    assert (draft.fees.status, draft.fees.text, draft.record.month) == ("see_text", COUNCIL, "2026-09")
    assert (draft.decision.number, draft.decision.dated) == ("55/QĐ-MAU", date(2024, 9, 13))
    assert (draft.filing.online, draft.filing.post, draft.steps) == ("whole", False, ("Điền đơn.", "Nộp đơn."))
    assert {each.split(": ")[2] for each in flags} == {"zero_contradicted", "form_file"}


@pytest.mark.parametrize(("changes", "kind", "said"), [
    ({"cases": [{"processingDay": {"qty": 9}}]}, "time_disagrees", "a case says 9"),
    ({"executionCases": None}, "shape", "executionCases is missing or no list"),
    ({"executionMethods": [{"submissionMethod": "PIGEON", "processingTime": 1, "processingTimeUnit": "MOON"}]}, "shape", "PIGEON"),
    ({"isInternal": True}, "internal", "between agencies"),
])
def test_what_is_odd_in_the_portals_record_is_told(capsys, office, changes, kind, said):
    (office / "a.json").write_text(json.dumps(portal_record(**changes)), "utf-8")
    status, flags, _ = run(capsys, "a.json")
    assert status == 0
    assert any(f"{kind}: " in each and said in each for each in flags), flags


def test_papers_under_the_cases_are_found_when_the_usual_place_is_empty(capsys, office):
    case = {"name": "Cấp mới", "profileComponents": [{"name": "Đơn", "originalQty": 1, "copyQty": 0}]}
    (office / "a.json").write_text(json.dumps(portal_record(executionCases=[], cases=[case])), "utf-8")
    run(capsys, "a.json")
    assert [each.name for each in drafted(office / "drafts")[CODE].documents if isinstance(each, Document)] == ["Đơn"]


# -- a province's list ----------------------------------------------------------------------------------------------------


def workbook(path: Path, *rows) -> str:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return str(path)


def test_a_list_is_read_whatever_the_order_and_the_titles_of_its_columns(capsys, office):
    path = workbook(
        office / "a.xlsx", ["ỦY BAN NHÂN DÂN TỈNH MẪU"], ["Phụ lục 1"], [],
        ["STT", "Tên thủ tục hành chính", "Thời hạn giải quyết", "MÃ TTHC", "Cấp thực hiện", "Phí, lệ phí (nếu có)", "Quyết định công bố",
         "Ngày ban hành", "Cơ quan thực hiện", "Ghi chú nội bộ"],
        ["I. Lĩnh vực Đọc sách (2 thủ tục)"],
        [1, "Thủ tục cấp thẻ đọc sách", "05 ngày làm việc", f"{CODE}.000.00.00.H51", "Cấp xã", "Miễn phí", "55/QĐ-UBND",
         datetime(2026, 3, 2), "UBND cấp xã", "x"],
        [2, "Thủ tục cấp thẻ\nđọc báo", "Trong ngày", OTHER, "Cấp tỉnh, cấp xã", 30000, "55/QĐ-UBND", "02/03/2026", "UBND cấp xã", None],
        ["Tổng cộng", None, None, None],
    )
    status, flags, said = run(capsys, path, "--month", "2026-05")
    assert (status, said[0]) == (0, "2 drafts written to drafts, 0 files kept as they were, 0 not read")
    drafts = drafted(office / "drafts")
    first, second = drafts[CODE], drafts[OTHER]
    assert (first.field, first.record.kind, first.record.month) == ("Đọc sách", "province_portal", "2026-05")
    assert [(each.amount, each.unit) for each in first.time] == [(5, "working_day")]
    assert (first.decision.number, first.decision.dated, first.fees.status) == ("55/QĐ-UBND", date(2026, 3, 2), "free")
    assert [each.level for each in first.authority] == ["commune"]
    assert (second.name, second.fees.status, second.time_notes) == ("Thủ tục cấp thẻ đọc báo", "see_text", ("Trong ngày",))
    assert any("shape: the column Ghi chú nội bộ" in each for each in flags)
    assert {each.split(": ")[2] for each in flags if OTHER in each} >= {"provincial_amount", "authority", "time_in_words"}


def test_a_row_without_a_code_is_named(capsys, office):
    path = workbook(office / "a.xlsx", ["Mã số", "Tên TTHC"], ["", "Thủ tục không mã"], [CODE, "Thủ tục có mã"], [OTHER, None])
    status, _, said = run(capsys, path)
    assert status == 1
    assert said[0].startswith('a.xlsx:Sheet:2: "Thủ tục không mã": no national code')
    assert said[1].startswith(f"a.xlsx:Sheet:4: {OTHER} has no name")
    assert drafted(office / "drafts").keys() == {CODE}


@pytest.mark.parametrize("rows", [[["x", "y"], ["1", "2"]], [], [["Mã TTHC"], [CODE]]])
def test_a_list_without_titles_says_which_are_needed(capsys, office, rows):
    status, _, said = run(capsys, workbook(office / "a.xlsx", *rows))
    assert status == 1
    assert "no row of titles was found" in said[0]


def test_a_workbook_that_is_another_archive_is_refused(capsys, office):
    with zipfile.ZipFile(office / "a.xlsx", "w") as archive:
        archive.writestr("x.txt", "x")
    status, _, said = run(capsys, "a.xlsx")
    assert (status, "save it again as .xlsx" in said[0]) == (1, True)


# -- our own files --------------------------------------------------------------------------------------------------------


def ours(office: Path, name: str = "the.yaml", source: str = GOOD) -> str:
    (office / "theirs/mau").mkdir(parents=True, exist_ok=True)
    (office / "theirs/fields.yaml").write_text("mau: Giấy của tỉnh khác\n", "utf-8")
    (office / "theirs/mau" / name).write_text(source, "utf-8")
    return f"theirs/mau/{name}"


def test_a_file_of_ours_keeps_its_text_and_is_a_draft(capsys, office):
    status, flags, _ = run(capsys, ours(office, source="# their note\n" + GOOD))
    assert (status, flags) == (0, [])
    [(path, text)] = [(each, each.read_text("utf-8")) for each in (office / "drafts").glob("*/the.yaml")]
    assert "# their note" in text
    assert drafted(office / "drafts")["1.999999"].field == "Giấy của tỉnh khác"
    assert path.parent.name != "mau", "another field is another folder, whatever it was called there"


def test_a_file_of_ours_is_compared_with_its_name_and_the_catalogue(capsys, office):
    status, _, said = run(capsys, ours(office, f"{OTHER}.yaml"))
    assert (status, f"is filed under {OTHER} but holds 1.999999" in said[0]) == (1, True)
    _, flags, _ = run(capsys, ours(office, source=GOOD.replace("Thủ tục cấp giấy mẫu", "Thu hồi giấy phép bán thuốc lá")))
    assert [each.split(": ")[2] for each in flags] == ["code_reused"]


def test_the_program_imports_from_a_fresh_process(office):
    path = lines(office / "a.jsonl", record())
    command = [sys.executable, "-m", "bot", "catalog", "import", str(path), "--to", "new"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert "judge them with: catalog check new" in done.stderr
    assert drafted(office / "new").keys() == {CODE}


REFERENCE_DATA = os.environ.get("BOT_REFERENCE_DATA")


@pytest.mark.slow
@pytest.mark.skipif(not REFERENCE_DATA, reason="BOT_REFERENCE_DATA is not set: no real record was imported")
def test_every_real_record_is_imported_and_loads(capsys, office):
    """Facts are counted against the records' own; time and memory are ``tests/benchmarks/imports.py``."""
    source = Path(REFERENCE_DATA) / "tthc_reference.jsonl"
    status, flags, said = run(capsys, str(source))
    assert (status, said[0]) == (0, "6728 drafts written to drafts, 0 files kept as they were, 0 not read")
    drafts = drafted(office / "drafts")
    with source.open(encoding="utf-8") as lines_of_it:
        records = {record["code"]: record for record in map(json.loads, lines_of_it)}
    assert drafts.keys() == records.keys()
    wrongly_free = [
        code for code, draft in drafts.items() if draft.fees.status == "free"
        and records[code]["fee_status"] not in ("zero",) and not all(_says_nothing(row["text"]) for row in records[code]["fees"])
    ]
    assert wrongly_free == []
    assert not [code for code, draft in drafts.items() if draft.fees.items and draft.record.kind == "province_portal"]
    for code, record in records.items():
        printed = [row["name"] for row in record["documents"] if row["name"].strip()]
        taken = [getattr(each, "name", None) or each.text for each in drafts[code].documents]
        assert len(taken) >= len([each for each in printed if each.strip(" -+*•–·")]), code
    flagged = {kind: {each.split(": ")[1] for each in flags if each.split(": ")[2] == kind} for kind in ("internal", "no_detail")}
    assert flagged["internal"] == {code for code, record in records.items() if record["scope"] == "internal"}
    assert flagged["no_detail"] == {code for code, record in records.items() if not record["detail"]}


def _says_nothing(text: str) -> bool:
    return folded(text) in (
        "", "0", "0 dong", "mien phi", "mien le phi", "khong", "khong co", "khong thu phi", "khong thu le phi", "khong thu phi le phi",
    )
