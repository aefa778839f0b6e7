"""Every figure, name and decision of the catalogue stands in the published record that it was read from.

``BOT_REFERENCE_DATA`` names the folder of those records; ``.ci/run`` sets it where they are at hand. Without it nothing is held
against them, and the end of the run says so. The judge itself is tried on records made up here, always.
"""

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot import strict_yaml
from bot.catalog.model import Authority, Decision, FeeItem, Fees, Filing, Instrument, Procedure, Record, Source, TimeLimit
from bot.catalog.reader import catalog_dir, read_folder
from tests.catalog.reference import (
    FILES,
    Published,
    claims,
    plain,
    read_known_codes,
    read_published,
    read_selections,
    spans_in,
    unknown_codes,
)

FOLDER = os.environ.get("BOT_REFERENCE_DATA") or None
EXCEPTIONS = Path(__file__).with_name("reference_exceptions.yaml")
MOST_EXCEPTIONS = 0.05
"""Of the entries."""


def exceptions() -> dict[tuple[str, str], str]:
    """(code, path) -> why the entry says it all the same."""
    return {(each["code"], each["path"]): each["reason"] for each in strict_yaml.load(EXCEPTIONS.read_text("utf-8")) or []}


if FOLDER is None:

    def test_nothing_is_held_against_the_reference_and_the_run_says_so(at_the_end):
        """Passes, since no test may be skipped; the line keeps it from looking like a proof."""
        at_the_end("nothing was held against the reference: BOT_REFERENCE_DATA is not set")
        assert exceptions()

else:

    @pytest.fixture(scope="session")
    def procedures():
        return [each.procedure for each in read_folder(catalog_dir()).files if each.procedure]

    @pytest.fixture(scope="session")
    def chosen():
        missing = [file for file in FILES if not (Path(FOLDER) / file).is_file()]
        assert not missing, f"BOT_REFERENCE_DATA is {FOLDER}: it must name the folder that holds {', '.join(missing)}; or unset it"
        return read_selections(Path(FOLDER))

    @pytest.fixture(scope="session")
    def published(chosen):
        return read_published(Path(FOLDER), chosen)

    def test_every_chosen_code_is_there_in_its_list_and_field_and_nothing_else(procedures, chosen):
        ours = {(each.code, each.list, plain(each.field)) for each in procedures}
        theirs = {(code, list_name, plain(field)) for code, (list_name, field) in chosen.items()}
        assert sorted(theirs - ours) == [], "is not in the catalogue so"
        assert sorted(ours - theirs) == [], "is not in the selections so"

    def test_every_claim_stands_in_the_record_or_is_a_listed_exception(procedures, published, at_the_end):
        made = [claim for procedure in procedures for claim in claims(procedure, published[procedure.code])]
        wrong = {(claim.code, claim.path): claim.wrong for claim in made if claim.wrong}
        allowed = exceptions()
        at_the_end(f"held against the reference: {len(procedures)} entries, {len(made)} claims, {len(allowed)} exceptions")
        for (code, path), reason in allowed.items():
            at_the_end(f"  {code} {path}: {reason}")
        assert [f"{code} {path}: {why}" for (code, path), why in wrong.items() if (code, path) not in allowed] == []
        assert [f"{code} {path} needs no exception" for code, path in allowed if (code, path) not in wrong] == []
        assert len(allowed) < MOST_EXCEPTIONS * len(procedures)

    def test_every_code_that_an_entry_names_has_been_published(procedures):
        known = read_known_codes(Path(FOLDER))
        assert [f"{each.code} names {code}" for each in procedures for code in unknown_codes(each, known)] == []


# -- the judge, on a record made up here ----------------------------------------------------------------------------------

COPY_2026 = {
    "code": "1.999999", "name": "Cấp giấy mẫu (Cấp xã)", "decision": "12/QĐ-BTP", "in_portal_2026": True, "vintage": "2026-07",
    "fee_status": "amount", "time_limits": [
        {"channel": "in_person", "qty": 5, "unit": "working_day", "text": "5 Ngày làm việc"},
        {"channel": "online", "qty": 1, "unit": "other", "text": "1"},
    ],
    "fees": [{"amount_vnd": 8000, "text": "Từ bản thứ hai thì 2.000 đồng"}], "documents": [{"name": "Đơn, nộp trong 30 ngày"}],
    "steps": "Nhận hồ sơ sau 15 giờ thì trả ngày hôm sau.", "conditions": "Xác minh thì thêm 3 (ba) ngày.", "result": ["Giấy mẫu"],
    "legal_basis": ["202412/2024/QH15", "Thông tư số 01/2026/TT-BTC"],
}
COPY_2025 = {
    **COPY_2026, "name": "Cấp giấy mẫu cũ", "decision": "", "vintage": "2025-03", "fee_status": "blank", "fees": [], "time_limits": [],
}
BOTH = Published((COPY_2026, COPY_2025))
REFERENCE = Source("reference")
ENTRY = Procedure(
    code="1.999999", slug="giay_mau", name="Cấp giấy mẫu cấp xã", label="Giấy mẫu", field="Mẫu", list="commune", phrases=(), authority=(),
    record=Record("national_portal", "2026-07"), checked_on=date(2026, 11, 22), review_months=6, in_national_list=True,
    fees=Fees("amount", items=(FeeItem(8000, "bản", REFERENCE), FeeItem(2000, "bản", REFERENCE))), filing=Filing(),
    decision=Decision("12/QĐ-BTP"), time=(TimeLimit(5, "working_day", REFERENCE), TimeLimit(3, "calendar_day", REFERENCE)),
    time_notes=("Nhận sau 15 giờ thì trả hôm sau.",), notes=("Nộp trong 30 ngày.",), legal_basis=("12/2024/QH15", "1/2026/TT-BTC"),
)


def judged(entry: Procedure, published: Published = BOTH) -> list[str]:
    return [claim.path for claim in claims(entry, published) if claim.wrong]


def test_an_entry_that_says_what_the_record_says_stands():
    assert judged(ENTRY) == []
    assert len(list(claims(ENTRY, BOTH))) > len(ENTRY.time) + len(ENTRY.fees.items)


@pytest.mark.parametrize(("change", "path"), [
    ({"name": "Cấp giấy khác"}, "name"),
    ({"in_national_list": False}, "in_national_list"),
    ({"record": Record("national_portal", "2026-01")}, "record.month"),
    ({"decision": Decision("13/QĐ-BTP")}, "decision"),
    ({"decision": None}, "decision"),
    ({"fees": Fees("amount", items=(FeeItem(9000, "bản", REFERENCE),))}, "fees.items[0]"),
    ({"fees": Fees("amount", items=(FeeItem(9000, "bản", Source("instrument", Instrument("1/2026/TT-BTC"))),))}, "fees.items[0]"),
    ({"fees": Fees("see_text", text="Khoảng 9.000 đồng.")}, "fees.text"),
    ({"time": (TimeLimit(5, "calendar_day", REFERENCE),)}, "time[0]"),
    ({"time": (TimeLimit(30, "calendar_day", REFERENCE),)}, "time[0]"),
    ({"time_notes": ("Xác minh thì thêm 4 ngày.",)}, "time_notes[0]"),
    ({"steps": ("Nộp trong 7 ngày làm việc.",)}, "steps[0]"),
    ({"legal_basis": ("2/2024/QH15",)}, "legal_basis[0]"),
    ({"authority": (Authority("commune", "Ủy ban nhân dân cấp xã", source=Instrument("3/2025/NĐ-CP")),)}, "authority[0].source"),
], ids=lambda each: each if isinstance(each, str) else "")
def test_an_entry_that_says_something_else_does_not(change, path):
    """Thirty days stand in the record, but among its papers: they are no time limit."""
    assert judged(replace(ENTRY, **change)) == [path]


def test_an_amount_with_an_instrument_and_its_article_needs_no_record():
    item = FeeItem(9000, "bản", Source("instrument", Instrument("1/2026/TT-BTC", None, "Điều 4")))
    assert judged(replace(ENTRY, fees=Fees("amount", items=(item,)))) == []


@pytest.mark.parametrize(("status", "text", "other", "stands"), [
    ("zero", "", "blank", True),
    ("zero", "Không quy định", "zero", True),
    ("text_only", "Miễn lệ phí", "blank", True),
    ("text_only", "Không quy định", "zero", False),
    ("text_only", "Miễn lệ phí cho hộ nghèo", "zero", False),
    ("blank", "", "zero", False),
    ("missing", "", "blank", False),
    ("listed_zero_see_text", "Mức do Hội đồng nhân dân tỉnh quyết định", "zero", False),
    ("zero", "", "amount", False),
    ("zero", "", "listed_zero_see_text", False),
])
def test_free_is_said_only_where_the_record_prints_zero_and_nothing_speaks_against_it(status, text, other, stands):
    newer = {**COPY_2026, "fee_status": status, "fees": [{"amount_vnd": None, "text": text}]}
    older = {**COPY_2025, "fee_status": other}
    entry = replace(ENTRY, fees=Fees("free"))
    assert ("fees.status" in judged(entry, Published((newer, older)))) is not stands


@pytest.mark.parametrize(("text", "found"), [
    ("07 ngày làm việc", {(7, "working_day")}),
    ("trong thời hạn 10 (mười) ngày kể từ ngày nhận", {(10, "calendar_day")}),
    ("không quá ba ngày làm việc", {(3, "working_day")}),
    ("ngày 12 tháng 5 năm 2026, sau 15 giờ", set()),
    ("đủ 18 tháng tuổi", set()),
    ("24 giờ; 8 giờ làm việc; 2 tháng", {(24, "hour"), (8, "working_hour"), (2, "month")}),
])
def test_a_span_is_a_number_with_its_unit(text, found):
    assert spans_in(text) == found


def test_a_code_that_nobody_published_is_found():
    assert list(unknown_codes(replace(ENTRY, notes=("Xem mã 1.123456.", "Xem mã 1.999999."), replaced_by=("1.654321",)), {"1.999999"})) == [
        "1.123456", "1.654321",
    ]
