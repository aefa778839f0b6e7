"""``catalog diff``: what a citizen would notice, said in plain words, and nothing where only the wording of a heading moved."""

import json
import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot import __main__ as program
from bot.catalog.differences import Edition, changes_of, compare
from bot.catalog.importers.editions import read_edition
from bot.catalog.model import (
    Authority,
    Case,
    Decision,
    Document,
    FeeItem,
    Fees,
    Filing,
    Note,
    OneOf,
    Procedure,
    Record,
    Source,
    TimeLimit,
)
from bot.desk.changes import rows
from bot.texts.reader import load_texts
from tests.catalog.test_reader import GOOD
from tests.catalog.words import WORDS
from tests.wording import NEVER_SAID, shouted

TEXTS = load_texts()
REFERENCE = Source("reference")
REFERENCE_DATA = os.environ.get("BOT_REFERENCE_DATA")
LONGEST = 400
"""Characters of one line about one change."""

BEFORE = Procedure(
    code="1.999999", slug="giay", name="Thủ tục cấp thẻ đọc sách mẫu", label="Xin thẻ đọc sách", field="Giấy mẫu", list="commune",
    phrases=(),
    authority=(Authority("district", "Ủy ban nhân dân cấp huyện"),), record=Record("national_portal", "2025-03"),
    checked_on=date(2025, 3, 1), review_months=6, in_national_list=True,
    fees=Fees("amount", items=(FeeItem(20000, "thẻ", REFERENCE),)), filing=Filing(online="part", post=True),
    documents=(
        Document("Đơn xin thẻ", original=1, copy=0, form="Mẫu số 07"), Document("Ảnh chân dung nền trắng", original=2),
        Document("Căn cước", "present", original=1), Note("Thẻ cũ thì đem theo."),
    ),
    time=(TimeLimit(5, "working_day", REFERENCE),),
)


def told(after: Procedure | None, before: Procedure | None = BEFORE) -> list[tuple[str, str]]:
    """(kind, sentence) of every change."""
    old, new = ({each.code: each} if each else {} for each in (before, after))
    return [(row["change"], row["text"]) for row in rows(compare(Edition(old), Edition(new)), TEXTS)]


def papers(*lines) -> Procedure:
    return replace(BEFORE, documents=lines)


FORM, PHOTO, CARD, NOTE = BEFORE.documents


def test_the_same_is_no_change():
    assert told(BEFORE) == []


@pytest.mark.parametrize(("after", "kind", "said"), [
    (papers(FORM, PHOTO, CARD, NOTE, Document("Giấy xác nhận nơi ở")), "paper_added", "Thêm giấy: Giấy xác nhận nơi ở."),
    (papers(FORM, CARD, NOTE), "paper_gone", "Bớt giấy: Ảnh chân dung nền trắng."),
    (papers(FORM, replace(PHOTO, name="Ảnh chân dung nền xanh"), CARD), "paper_renamed",
     "Tên giấy có sửa. Trước: Ảnh chân dung nền trắng. Nay: Ảnh chân dung nền xanh."),
    (papers(FORM, replace(PHOTO, original=3), CARD), "paper_count",
     "Số bản của Ảnh chân dung nền trắng: trước 2 bản chính, nay 3 bản chính."),
    (papers(FORM, replace(PHOTO, group="present"), CARD), "paper_shown", "Nay chỉ cần đưa coi, khỏi nộp: Ảnh chân dung nền trắng."),
    (papers(FORM, PHOTO, replace(CARD, group="submit")), "paper_handed_in", "Nay phải nộp, trước chỉ đưa coi: Căn cước."),
    (papers(replace(FORM, form="Mẫu số 09"), PHOTO, CARD), "form", "Mẫu của Đơn xin thẻ: trước Mẫu số 07, nay Mẫu số 09."),
    (replace(BEFORE, fees=Fees("free")), "fee", "Phí, lệ phí: trước 20.000 đồng một thẻ, nay không mất tiền."),
    (replace(BEFORE, fees=Fees("not_published")), "fee", "Phí, lệ phí: trước 20.000 đồng một thẻ, nay chưa công bố."),
    (replace(BEFORE, fees=Fees("amount", items=(FeeItem(20000, "thẻ", REFERENCE), FeeItem(9000, None, REFERENCE, "online")))), "fee",
     "Phí, lệ phí: trước 20.000 đồng một thẻ, nay 20.000 đồng một thẻ; 9.000 đồng (nộp qua mạng)."),
    (replace(BEFORE, fees=replace(BEFORE.fees, exempt=("Hộ nghèo",))), "fee_words",
     "Phần ghi về phí có sửa lời; coi lại trước khi nộp tiền."),
    (replace(BEFORE, time=(TimeLimit(5, "calendar_day", REFERENCE),)), "time", "Thời hạn: trước 5 ngày làm việc, nay 5 ngày."),
    (replace(BEFORE, time=()), "time", "Thời hạn: trước 5 ngày làm việc, nay chưa công bố."),
    (replace(BEFORE, time=(), time_notes=("Trong buổi",)), "time", "Thời hạn: trước 5 ngày làm việc, nay ghi bằng lời."),
    (replace(BEFORE, time_notes=("Vùng cao thêm 2 ngày",)), "time_words", "Phần ghi thêm về thời hạn có sửa lời."),
    (replace(BEFORE, authority=(Authority("commune", "Ủy ban nhân dân cấp xã"),)), "authority",
     "Nơi giải quyết: trước là Ủy ban nhân dân cấp huyện, nay là Ủy ban nhân dân cấp xã."),
    (replace(BEFORE, in_national_list=False), "unlisted", "Danh mục quốc gia không còn thủ tục này. Hỏi cơ quan trước khi làm giấy."),
    (replace(BEFORE, name="Thủ tục cấp thẻ đọc sách, thẻ đọc báo mẫu"), "renamed",
     "Tên gọi có sửa. Trước: Thủ tục cấp thẻ đọc sách mẫu. Nay: Thủ tục cấp thẻ đọc sách, thẻ đọc báo mẫu."),
    (replace(BEFORE, replaced_by=("1.999998",)), "replaced", "Đã có thủ tục khác thay: 1.999998."),
    (replace(BEFORE, decision=Decision("9/QĐ-MAU", status="abolished")), "abolished", "Đã bãi bỏ, không nhận hồ sơ nữa."),
    (replace(BEFORE, valid_to=date(2026, 12, 31)), "abolished", "Chỉ còn nhận đến hết ngày 31/12/2026."),
    (replace(BEFORE, filing=Filing(online="whole", post=True)), "online",
     "Nộp qua mạng: trước làm một phần qua mạng, nay làm trọn qua mạng."),
    (replace(BEFORE, filing=Filing(online="none", post=True)), "online",
     "Nộp qua mạng: trước làm một phần qua mạng, nay không nhận."),
    (replace(BEFORE, filing=Filing(online="part", post=False)), "post", "Gửi qua bưu điện: trước có nhận, nay không nhận."),
    (None, "gone", "Không còn trong danh mục. Hỏi cơ quan trước khi làm giấy."),
])
def test_each_change_is_told_alone_and_plainly(after, kind, said):
    assert told(after) == [(kind, said)]


def test_what_was_not_there_is_new():
    assert told(BEFORE, None) == [("added", "Thủ tục mới có trong danh mục.")]


@pytest.mark.parametrize("after", [
    papers(FORM, CARD, PHOTO),
    papers(replace(FORM, name="1) ĐƠN XIN THẺ"), PHOTO, CARD, NOTE),
    papers(FORM, replace(PHOTO, original=None), CARD),
    papers(replace(FORM, form=None), PHOTO, CARD),
    papers(FORM, OneOf("Ảnh", (PHOTO, CARD))),
    replace(
        BEFORE, cases=(Case("a", "Cấp mới"), Case("b", "Cấp lại")),
        documents=(replace(FORM, cases=("a",)), replace(FORM, cases=("b",)), PHOTO, CARD),
    ),
    replace(BEFORE, authority=()),
    replace(BEFORE, authority=(Authority("district", "UBND huyện Mẫu"),)),
    replace(BEFORE, filing=Filing(online=None, post=None)),
    replace(BEFORE, filing=Filing(online="possible", post=True)),
    replace(BEFORE, label="Thẻ đọc sách", phrases=("a",), checked_on=date(2026, 1, 1)),
], ids=[
    "order", "numbering", "unknown count", "unknown form", "choice", "cases", "unknown body", "same body", "unknown filing", "unknown part",
    "ours",
])
def test_what_changes_nothing_for_a_citizen_is_not_told(after):
    assert told(after) == []


def test_a_code_used_again_is_told_as_that_alone():
    [(kind, said)] = told(replace(BEFORE, name="Thu hồi giấy phép bán thuốc lá", fees=Fees("free"), documents=()))
    assert kind == "another_procedure"
    assert said == "Mã này nay là thủ tục khác. Trước: Thủ tục cấp thẻ đọc sách mẫu. Nay: Thu hồi giấy phép bán thuốc lá."


def test_long_names_are_cut_where_they_part():
    opening = "Đơn xin thẻ của người đọc sách tại thư viện xã " * 4
    old, new = papers(replace(FORM, name=opening + "có ảnh")), papers(replace(FORM, name=opening + "không ảnh"))
    [(_, said)] = told(new, old)
    assert len(said) < LONGEST
    assert "có ảnh. Nay:" in said
    assert said.endswith("không ảnh.")


def test_what_a_source_does_not_say_about_the_list_is_no_change():
    after = replace(BEFORE, in_national_list=False)
    assert [*changes_of(BEFORE, after, listing=False)] == []
    assert [*compare(Edition({"1.999999": BEFORE}, {"1.999999"}), Edition({"1.999999": after}))] == []


# -- the command ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def editions(tmp_path):
    """Two catalogues: the second has another fee, and another procedure."""
    for name, source in (("old", GOOD), ("new", GOOD.replace("amount: 2000", "amount: 3000"))):
        (tmp_path / name / "mau").mkdir(parents=True)
        (tmp_path / name / "fields.yaml").write_text("mau: Giấy mẫu\n", "utf-8")
        (tmp_path / name / "mau/giay.yaml").write_text(source, "utf-8")
    added = GOOD.replace("1.999999", "1.999998").replace("Xin giấy mẫu", "Xin giấy khác")
    (tmp_path / "new/mau/khac.yaml").write_text(added, "utf-8")
    return tmp_path


def test_two_folders_are_compared(capsys, editions):
    assert program.main(["catalog", "diff", str(editions / "old"), str(editions / "new")]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "1.999998 · Xin giấy khác", "  - Thủ tục mới có trong danh mục.",
        "1.999999 · Xin giấy mẫu", "  - Phí, lệ phí: trước 2.000 đồng một trang, nay 3.000 đồng một trang.",
        "2 thủ tục có thay đổi, 2 điểm.",
    ]


def test_two_files_are_compared_and_json_is_lines_of_objects(capsys, editions):
    assert program.main(["catalog", "diff", str(editions / "old/mau/giay.yaml"), str(editions / "new/mau/giay.yaml"), "--json"]) == 0
    [row] = map(json.loads, capsys.readouterr().out.splitlines())
    assert row == {
        "code": "1.999999", "label": "Xin giấy mẫu", "change": "fee", "before": "2.000 đồng một trang", "after": "3.000 đồng một trang",
        "text": "Phí, lệ phí: trước 2.000 đồng một trang, nay 3.000 đồng một trang.",
    }


def test_nothing_changed_is_said(capsys, editions):
    assert program.main(["catalog", "diff", str(editions / "old"), str(editions / "old")]) == 0
    assert capsys.readouterr().out == "Không có gì thay đổi.\n"


def test_records_are_compared_with_records(capsys, tmp_path):
    for name, days in (("old.jsonl", 5), ("new.jsonl", 3)):
        times = [{"channel": "in_person", "qty": days, "unit": "working_day", "text": f"{days} Ngày làm việc"}]
        record = {"code": "1.999999", "name": "Cấp thẻ mẫu", "field": "Giấy mẫu", "time_limits": times}
        (tmp_path / name).write_text(json.dumps(record), "utf-8")
    assert program.main(["catalog", "diff", str(tmp_path / "old.jsonl"), str(tmp_path / "new.jsonl")]) == 0
    assert "  - Thời hạn: trước 5 ngày làm việc, nay 3 ngày làm việc." in capsys.readouterr().out.splitlines()


def test_what_cannot_be_read_is_told_beside_the_changes(capsys, editions):
    (editions / "new/mau/hong.yaml").write_text("code: 1.5\n", "utf-8")
    assert program.main(["catalog", "diff", str(editions / "old"), str(editions / "new")]) == 1
    out = capsys.readouterr()
    assert "mau/hong.yaml:1: code" in out.err
    assert "2 thủ tục có thay đổi" in out.out


def test_a_place_that_is_not_there_is_wrong_usage(capsys, editions):
    assert program.main(["catalog", "diff", str(editions / "old"), str(editions / "never")]) == 2
    assert "there is no such file or folder" in capsys.readouterr().err


# -- two years of real records --------------------------------------------------------------------------------------------


def real_pairs(folder: Path, place: Path) -> tuple[Path, Path]:
    """The codes of which there are two versions, the earlier and the later ones as files of lines."""
    records = {}
    with (folder / "tthc_reference.jsonl").open(encoding="utf-8") as source:
        for line in source:
            record = json.loads(line)
            records[record["code"]] = record
    old, new = place / "old.jsonl", place / "new.jsonl"
    with (folder / "tthc_version_pairs.jsonl").open(encoding="utf-8") as source, old.open("w") as earlier, new.open("w") as later:
        for line in source:
            pair = sorted((json.loads(line), records[json.loads(line)["code"]]), key=lambda each: each["vintage"])
            for record, file in zip(pair, (earlier, later), strict=True):
                file.write(json.dumps(record) + "\n")
    return old, new


@pytest.mark.skipif(not REFERENCE_DATA, reason="BOT_REFERENCE_DATA is not set: no real pair of versions was compared")
def test_every_real_pair_of_versions_is_told_in_plain_lines(tmp_path):
    day = date(2026, 7, 1)
    old_path, new_path = real_pairs(Path(REFERENCE_DATA), tmp_path)
    (old, lost), (new, missed) = (read_edition(path, day, WORDS) for path in (old_path, new_path))
    assert (lost, missed, len(old.procedures), old.procedures.keys() == new.procedures.keys()) == ([], [], 176, True)
    changes = list(rows(compare(old, new), TEXTS))
    of = {kind: {row["code"] for row in changes if row["change"] == kind} for kind in {row["change"] for row in changes}}
    assert len({row["code"] for row in changes}) > 150, "the two years differ nearly everywhere"
    assert of["another_procedure"] == {"2.002008"}, "the one code that was used again"
    assert len(of["time"]) > 80
    assert len(of["paper_added"] | of["paper_gone"] | of["paper_renamed"]) > 100
    assert not of.keys() & {"added", "gone", "listed", "unlisted"}
    for row in changes:
        assert len(row["text"]) <= LONGEST or row["change"] in ("fee", "time"), row["text"]
        assert not [each for each in NEVER_SAID if each in row["text"].casefold()], row["text"]
    for code in sorted(of["fee"]):
        before, after = old.procedures[code].fees, new.procedures[code].fees
        assert (before.status, before.items) != (after.status, after.items), code
    assert list(compare(old, old)) == []
    assert list(compare(new, new)) == []


def test_the_words_shout_at_nobody():
    assert not [each for _, text in told(papers()) for each in shouted(text)]
