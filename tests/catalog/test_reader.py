"""The strict reader and the checks: every error is found, all at once, each with its file, line and path."""

from datetime import date
from pathlib import Path

import pytest

from bot.catalog import figures
from bot.catalog.checks import check_all
from bot.catalog.model import Catalog
from bot.catalog.reader import load_catalog, read_file, read_folder
from bot.errors import CatalogError

PHRASES = [f"làm giấy mẫu kiểu {number}" for number in range(1, 11)]
GOOD = """\
code: 1.999999
name: Thủ tục cấp giấy mẫu
label: Xin giấy mẫu
list: commune
phrases:
{phrases}
authority:
  - level: district
    body: Ủy ban nhân dân cấp huyện
    until: 2025-06-30
  - level: commune
    body: Ủy ban nhân dân cấp xã
    from: 2025-07-01
record: {{from: national_portal, month: 2026-07}}
checked_on: 2026-11-21
review_months: 6
in_national_list: yes
documents:
  - document: Tờ khai
    original: 1
fees:
  status: amount
  items:
    - amount: 2000
      unit: trang
      source: {{number: 226/2016/TT-BTC, date: 2016-11-11, article: Điều 4}}
time:
  - amount: 3
    unit: working_day
    source: reference
filing:
  counter: yes
""".format(phrases="\n".join(f"  - {phrase}" for phrase in PHRASES))

TODAY = date(2026, 11, 21)


def line_of(source: str, needle: str) -> int:
    """The line of *source* that holds *needle*, which stands in it once."""
    assert source.count(needle) == 1, needle
    return source[: source.index(needle)].count("\n") + 1


def changed(*changes: tuple[str, str], source: str = GOOD) -> str:
    for old, new in changes:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return source


@pytest.fixture
def folder(tmp_path):
    """A catalogue of one field; ``put`` adds a file to it."""
    (tmp_path / "fields.yaml").write_text("mau: Giấy mẫu\n", "utf-8")
    return tmp_path


def put(folder: Path, name: str, source: str) -> None:
    path = folder / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(source, "utf-8")


def problems(folder: Path, source: str) -> list[str]:
    """What is wrong with *source* as the only file."""
    put(folder, "mau/giay", source)
    return check_all(read_folder(folder))


def another(code: str = "1.999998", label: str = "Xin giấy khác", words: str = "kiểu khác", **changes: str) -> str:
    """A second file that shares nothing with the first."""
    source = changed(("code: 1.999999", f"code: {code}"), ("label: Xin giấy mẫu", f"label: {label}")).replace("kiểu", words)
    return changed(*((old, new) for old, new in changes.items()), source=source)


def test_a_good_file_has_no_problem(folder):
    assert problems(folder, GOOD) == []
    [procedure] = load_catalog(folder)
    assert (procedure.code, procedure.slug, procedure.field, procedure.list) == ("1.999999", "giay", "Giấy mẫu", "commune")
    assert procedure.fees.items[0].source.instrument.number == "226/2016/TT-BTC"


def test_six_different_errors_are_all_reported_with_their_lines(folder):
    source = changed(
        ("list: commune", "list: village"),
        ("checked_on: 2026-11-21", "checked_on: 21/11/2026"),
        ("    original: 1", "    original: một"),
        ("amount: 2000", "amount: 2.000"),
        ("    unit: working_day", "    unit: day"),
        ("  counter: yes", "  counter: yes\n  fax: no"),
    )
    assert problems(folder, source) == [
        f"mau/giay.yaml:{line_of(source, 'list: village')}: "
        'list: "village" must be one of district, commune, neighbour, successor',
        f"mau/giay.yaml:{line_of(source, '21/11/2026')}: "
        'checked_on: "21/11/2026" is not a date such as 2026-07-01',
        f"mau/giay.yaml:{line_of(source, 'original: một')}: "
        'documents[0].original: "một" is not a whole number from 0 to 99',
        f"mau/giay.yaml:{line_of(source, 'amount: 2.000')}: "
        'fees.items[0].amount: "2.000" is not a whole number of đồng',
        f"mau/giay.yaml:{line_of(source, 'unit: day')}: "
        'time[0].unit: "day" must be one of working_day, calendar_day, working_hour, hour, month, same_day',
        f"mau/giay.yaml:{line_of(source, 'fax: no')}: "
        "filing.fax: is not a key of the schema",
    ]


def test_the_loader_refuses_with_every_problem(folder):
    put(folder, "mau/mot", changed(("amount: 2000", "amount: x")))
    put(folder, "mau/hai", another().replace("working_day", "week"))
    with pytest.raises(CatalogError) as refused:
        load_catalog(folder)
    assert len(refused.value.problems) == 2
    assert "the catalogue has 2 errors" in str(refused.value)


def test_equal_keys_are_refused_each_with_its_line(folder):
    source = changed(("list: commune", "list: commune\nlist: district"), ("    original: 1", "    original: 1\n    original: 2"))
    found = problems(folder, source)
    assert [each.split(": ", 1)[0] for each in found] == [
        f"mau/giay.yaml:{line_of(source, 'list: district')}", f"mau/giay.yaml:{line_of(source, 'original: 2')}",
    ]
    assert 'the key "list" stands twice' in found[0]


@pytest.mark.parametrize(("old", "new", "path"), [
    ("label: Xin giấy mẫu", "label: Xin giấy mẫu\nlabels: x", "labels"),
    ("    body: Ủy ban nhân dân cấp xã", "    body: Ủy ban nhân dân cấp xã\n    town: x", "authority[1].town"),
    ("      unit: trang", "      unit: trang\n      currency: USD", "fees.items[0].currency"),
])
def test_an_unknown_key_is_refused_at_every_depth(folder, old, new, path):
    source = changed((old, new))
    line = line_of(source, new.splitlines()[-1].strip())
    assert problems(folder, source) == [f"mau/giay.yaml:{line}: {path}: is not a key of the schema"]


@pytest.mark.parametrize("day", ["2026-11-31", "2026-1-1", "20261121", "2026-W47-6", "21-11-2026", "hôm nay"])
def test_a_wrong_date_is_refused(folder, day):
    source = changed(("checked_on: 2026-11-21", f"checked_on: {day}"))
    assert problems(folder, source) == [
        f'mau/giay.yaml:{line_of(source, f"checked_on: {day}")}: checked_on: "{day}" is not a date such as 2026-07-01'
    ]


@pytest.mark.parametrize("key", [
    "code", "name", "label", "list", "record", "checked_on", "review_months", "in_national_list", "fees", "filing", "authority",
])
def test_what_every_entry_needs_is_missed(folder, key):
    kept, leaving = [], False
    for line in GOOD.splitlines():
        if not line.startswith(" "):
            leaving = line.startswith(f"{key}:")
        if not leaving:
            kept.append(line)
    found = problems(folder, "\n".join(kept))
    assert len(found) == 1
    assert f" {key}: is missing" in found[0]


def test_a_file_that_is_no_yaml_is_reported_and_the_others_are_read(folder):
    put(folder, "mau/hong", "code: [1.999997\nname: x")
    put(folder, "mau/giay", GOOD)
    reading = read_folder(folder)
    found = check_all(reading)
    assert len(found) == 1
    assert found[0].startswith("mau/hong.yaml:")
    assert [each.procedure is not None for each in reading.files] == [True, False]


def test_a_folder_that_is_no_field_is_refused(folder):
    put(folder, "khac/giay", GOOD)
    assert check_all(read_folder(folder)) == ['khac/giay.yaml:1: the folder "khac" is not in fields.yaml']


def test_a_catalogue_without_its_list_of_fields_is_refused(tmp_path):
    assert check_all(read_folder(tmp_path))[0].startswith("fields.yaml:1: is missing")


# -- across a file --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("old", "new", "said"), [
    ("until: 2025-06-30", "until: 2025-07-15", "authority[1].from: overlaps the span before, which ends on 2025-07-15"),
    ("until: 2025-06-30", "until: 2025-05-31", "authority[1].from: leaves a gap after 2025-05-31"),
    ("    until: 2025-06-30\n", "", "authority[1]: follows a span without an end, or has no beginning"),
    ("    until: 2025-06-30", "    from: 2025-06-30\n    until: 2025-06-29", "authority[0].until: comes before its beginning"),
    ("review_months: 6", "review_months: 6\nvalid_from: 2026-07-01\nvalid_to: 2026-06-30", "valid_to: comes before valid_from"),
])
def test_periods_neither_overlap_nor_leave_gaps(folder, old, new, said):
    assert said in "\n".join(problems(folder, changed((old, new))))


@pytest.mark.parametrize(("old", "new", "said"), [
    ("    original: 1", "    original: 0\n    copy: 0", "documents[0]: no original and no copy: that is a note, not a paper"),
    ("    original: 1", "    original: 1\n    case: [nha]", 'documents[0].case: "nha" is not one of the cases'),
    ("review_months: 6", "review_months: 6\ncases:\n  - {id: mot, label: Một}", "cases: a single case is no choice: leave it out"),
    ("review_months: 6", "review_months: 6\nno_documents: yes", "no_documents: contradicts the papers listed"),
    ("  - document: Tờ khai\n    original: 1", "  - title: Một trong\n    one_of:\n      - {document: Tờ khai, original: 1}",
     "documents[0].one_of: a choice needs at least two papers"),
    ("    unit: working_day", "    unit: same_day", "time[0].amount: of same_day is always 1"),
])
def test_papers_cases_and_times_make_sense(folder, old, new, said):
    assert said in "\n".join(problems(folder, changed((old, new))))


def test_too_few_phrases_and_equal_ones_are_refused(folder):
    source = changed(("  - làm giấy mẫu kiểu 10\n", "  - LÀM  giấy mẫu kiểu 9\n"))
    assert problems(folder, source) == [
        f'mau/giay.yaml:{line_of(source, "LÀM")}: phrases[9]: "LÀM  giấy mẫu kiểu 9" says the same as phrases[8]'
    ]
    source = changed(("  - làm giấy mẫu kiểu 10\n", ""))
    assert problems(folder, source) == [f"mau/giay.yaml:{line_of(source, 'phrases:')}: phrases: has 9 phrases, at least 10"]


@pytest.mark.parametrize(("fees", "said"), [
    ("status: amount", "fees.items: status amount needs at least one amount"),
    ("status: see_text", "fees.text: status see_text needs the text"),
    ("status: free\n  text: Mức thu do HĐND tỉnh quy định.", "is free beside a text that lets the province set a fee: that is see_text"),
    ("status: free\n  text: Trễ hạn thì theo Hội đồng nhân dân tỉnh.", "is free beside a text that lets the province set a fee"),
    ("status: free\n  items: [{amount: 5000, source: reference}]", "fees.items: status free has no amounts"),
    ("status: amount\n  items: [{amount: 20, source: reference}]", "20 đồng is too little to be true"),
    ("status: gratis", 'fees.status: "gratis" must be one of amount, free, see_text, not_published'),
])
def test_a_fee_is_one_of_four_things_and_nothing_between(folder, fees, said):
    begin, end = GOOD.index("fees:"), GOOD.index("time:")
    assert said in "\n".join(problems(folder, f"{GOOD[:begin]}fees:\n  {fees}\n{GOOD[end:]}"))


def test_a_provinces_figure_is_not_ours(folder):
    source = changed(
        ("from: national_portal", "from: province_portal"),
        ("source: {number: 226/2016/TT-BTC, date: 2016-11-11, article: Điều 4}", "source: reference"),
    )
    found = problems(folder, source)
    assert len(found) == 1
    assert "fees.items[0].source: is one province's figure" in found[0]
    assert problems(folder, changed(("from: national_portal", "from: province_portal"))) == []


# -- across the catalogue -------------------------------------------------------------------------------------------------


def test_a_phrase_is_claimed_once_whatever_its_case(folder):
    put(folder, "mau/giay", GOOD)
    source = another().replace("làm giấy mẫu kiểu khác 3", "Làm giấy mẫu  kiểu 3")
    put(folder, "mau/khac", source)
    assert check_all(read_folder(folder)) == [
        f'mau/khac.yaml:{line_of(source, "  kiểu 3")}: phrases[2]: "Làm giấy mẫu  kiểu 3" is claimed by mau/giay.yaml too'
    ]


def test_a_label_stands_once_in_its_field(folder):
    put(folder, "mau/giay", GOOD)
    put(folder, "mau/khac", another(label="xin giấy mẫu"))
    assert check_all(read_folder(folder)) == ['mau/khac.yaml:3: label: "xin giấy mẫu" is also the label of mau/giay.yaml']
    (folder / "fields.yaml").write_text("mau: Giấy mẫu\nkhac: Giấy khác\n", "utf-8")
    (folder / "khac").mkdir()
    (folder / "mau/khac.yaml").rename(folder / "khac/khac.yaml")
    assert check_all(read_folder(folder)) == []


def test_a_code_stands_once_for_each_first_day(folder):
    put(folder, "mau/giay", GOOD)
    put(folder, "mau/khac", another(code="1.999999"))
    assert check_all(read_folder(folder)) == ["mau/khac.yaml:1: code: 1.999999 is also in mau/giay.yaml"]
    put(folder, "mau/khac", another(code="1.999999") + "valid_from: 2026-07-01\n")
    assert check_all(read_folder(folder)) == []


def test_a_successor_must_be_in_the_catalogue(folder):
    source = GOOD + "replaced_by: [1.999998]\n"
    assert problems(folder, source) == [
        f"mau/giay.yaml:{line_of(source, 'replaced_by')}: replaced_by[0]: 1.999998 is not in the catalogue"
    ]
    put(folder, "mau/khac", another())
    assert check_all(read_folder(folder)) == []


# -- at a date ------------------------------------------------------------------------------------------------------------


def catalog_of(folder: Path, **files: str) -> Catalog:
    for name, source in files.items():
        put(folder, f"mau/{name}", source)
    return load_catalog(folder)


def test_a_code_nobody_ever_had_is_nothing(folder):
    assert catalog_of(folder, giay=GOOD).get("1.000000", TODAY) is None


def test_an_ended_procedure_is_its_last_version(folder):
    catalog = catalog_of(folder, giay=GOOD + "valid_from: 2025-07-01\nvalid_to: 2026-06-30\n")
    for day, in_force in ((date(2025, 6, 30), False), (date(2025, 7, 1), True), (date(2026, 6, 30), True), (date(2026, 7, 1), False)):
        found = catalog.get("1.999999", day)
        assert found is not None
        assert found.in_force(day) is in_force


def test_a_reused_code_is_the_one_in_force_at_the_day(folder):
    old = GOOD + "valid_to: 2026-06-30\n"
    new = another(code="1.999999", label="Xin giấy mới") + "valid_from: 2026-07-01\n"
    catalog = catalog_of(folder, cu=old, moi=new)
    labels = [catalog.get("1.999999", day).label for day in (date(2026, 6, 30), date(2026, 7, 1), TODAY)]
    assert labels == ["Xin giấy mẫu", "Xin giấy mới", "Xin giấy mới"]


def test_of_two_in_force_the_later_one_answers_whatever_the_files_are_called(folder):
    later = another(code="1.999999", label="Xin giấy mới") + "valid_from: 2026-07-01\n"
    for names in (("a_later", "b_first"), ("z_later", "c_first")):
        catalog = catalog_of(folder, **dict(zip(names, (later, GOOD), strict=True)))
        assert [catalog.get("1.999999", day).label for day in (date(2026, 6, 30), TODAY)] == ["Xin giấy mẫu", "Xin giấy mới"]
        for name in names:
            (folder / f"mau/{name}.yaml").unlink()


def test_of_versions_all_ended_the_last_one_answers(folder):
    first = GOOD + "valid_from: 2024-01-01\nvalid_to: 2024-12-31\n"
    last = another(code="1.999999", label="Xin giấy mới") + "valid_from: 2025-01-01\nvalid_to: 2025-12-31\n"
    found = catalog_of(folder, a_last=last, b_first=first).get("1.999999", TODAY)
    assert found is not None
    assert found.label == "Xin giấy mới"


def test_an_abolished_procedure_is_never_in_force_and_names_its_successor(folder):
    gone = changed(("review_months: 6", "review_months: 6\ndecision: {number: 163/QĐ-BTP, status: abolished}\nreplaced_by: [1.999998]"))
    found = catalog_of(folder, cu=gone, moi=another()).get("1.999999", TODAY)
    assert found is not None
    assert not found.in_force(TODAY)
    assert found.replaced_by == ("1.999998",)


def test_authority_is_that_of_the_day(folder):
    [procedure] = catalog_of(folder, giay=GOOD)
    levels = [procedure.authority_on(day).level for day in (date(2020, 1, 1), date(2025, 6, 30), date(2025, 7, 1), TODAY)]
    assert levels == ["district", "district", "commune", "commune"]
    closed = changed(("    from: 2025-07-01", "    from: 2025-07-01\n    until: 2027-02-28"))
    [procedure] = catalog_of(folder, giay=closed)
    assert procedure.authority_on(date(2027, 3, 1)) is None


@pytest.mark.parametrize(("checked", "months", "last"), [
    ("2026-11-21", 6, date(2027, 5, 21)),
    ("2026-12-01", 1, date(2027, 1, 1)),
    ("2026-11-30", 13, date(2027, 12, 30)),
    ("2026-08-31", 6, date(2027, 2, 28)),
])
def test_an_entry_is_overdue_the_day_after_its_interval(folder, checked, months, last):
    source = changed(("checked_on: 2026-11-21", f"checked_on: {checked}"), ("review_months: 6", f"review_months: {months}"))
    [procedure] = catalog_of(folder, giay=source)
    assert not procedure.overdue(last)
    assert procedure.overdue(date.fromordinal(last.toordinal() + 1))


def test_the_version_is_the_content(folder):
    first = catalog_of(folder, giay=GOOD).version
    assert load_catalog(folder).version == first
    assert catalog_of(folder, giay=changed(("amount: 2000", "amount: 3000"))).version != first


# -- as JSON --------------------------------------------------------------------------------------------------------------


def test_the_figures_have_the_promised_keys(folder):
    ended = another() + "valid_to: 2026-06-30\n"
    assert figures.stats(catalog_of(folder, giay=GOOD, khac=ended), TODAY) == {
        "procedures": 2, "fields": 1, "by_list": {"commune": 2}, "fields_by_list": {"commune": 1},
        "by_fee_status": {"amount": 2}, "by_status": {"unknown": 2}, "complete": 2,
        "with_form_help": 0, "overdue": 0, "not_in_national_list": 0, "version": load_catalog(folder).version,
    }


def test_an_entry_without_papers_time_or_fee_is_not_complete(folder):
    [procedure] = catalog_of(folder, giay=GOOD)
    assert figures.is_complete(procedure)
    begin, end = GOOD.index("time:"), GOOD.index("filing:")
    [procedure] = catalog_of(folder, giay=GOOD[:begin] + GOOD[end:])
    assert not figures.is_complete(procedure)


PROMISED = {
    "code", "name", "label", "field", "list", "authority", "documents", "fees", "time", "in_force", "legal_basis", "decision",
    "valid_from", "valid_to", "replaced_by", "checked_on",
}


def test_a_procedure_as_json_has_every_promised_key(folder):
    source = changed(
        ("review_months: 6", "review_months: 6\ndecision: {number: 163/QĐ-BTP, date: 2026-01-15, status: amended}"
         "\ncases:\n  - {id: mot, label: Một}\n  - {id: hai, label: Hai}\nlegal_basis: [120/2025/NĐ-CP]"),
        ("    original: 1", "    original: 1\n    case: [hai]\n  - title: Một trong\n    group: present\n    one_of:\n"
         "      - {document: Thẻ, copy: 1}\n      - {document: Sổ, original: 1}\n  - note: Khỏi công chứng."),
        ("    from: 2025-07-01", "    from: 2025-07-01\n    source: {number: 120/2025/NĐ-CP}"),
    )
    [procedure] = catalog_of(folder, giay=source)
    shown = figures.as_json(procedure, TODAY)
    assert shown.keys() >= PROMISED
    assert shown["authority"] == {
        "level": "commune", "body": "Ủy ban nhân dân cấp xã", "from": "2025-07-01", "until": None,
        "source": {"number": "120/2025/NĐ-CP", "date": None, "article": None},
    }
    assert [(each["name"], each["original"], each["copy"], each["kind"], each["case"], each["group"]) for each in shown["documents"]] == [
        ("Tờ khai", 1, None, "document", "Hai", "submit"),
        ("Thẻ", None, 1, "one_of", None, "present"),
        ("Sổ", 1, None, "one_of", None, "present"),
        ("Khỏi công chứng.", None, None, "note", None, None),
    ]
    assert shown["fees"]["status"] == "amount"
    [item] = shown["fees"]["items"]
    assert item.keys() >= {"amount", "unit", "channel", "condition", "source"}
    assert item["source"] == {"from": "instrument", "number": "226/2016/TT-BTC", "date": "2016-11-11", "article": "Điều 4"}
    [limit] = shown["time"]
    assert limit.keys() >= {"amount", "unit", "channel", "condition", "source"}
    assert (limit["amount"], limit["unit"], limit["source"]) == (3, "working_day", {"from": "reference"})
    assert shown["decision"] == {"number": "163/QĐ-BTP", "date": "2026-01-15", "status": "amended"}
    assert (shown["in_force"], shown["valid_from"], shown["checked_on"]) == (True, None, "2026-11-21")
    assert shown["legal_basis"] == ["120/2025/NĐ-CP"]


def test_what_is_not_known_is_null_and_not_left_out(folder):
    commune = "  - level: commune\n    body: Ủy ban nhân dân cấp xã\n    from: 2025-07-01\n"
    bare = changed((commune, ""))
    [procedure] = catalog_of(folder, giay=bare)
    shown = figures.as_json(procedure, TODAY)
    assert {shown[key] for key in ("authority", "decision", "valid_from", "valid_to", "differs")} == {None}
    assert shown["replaced_by"] == []


def test_a_file_is_read_alone_as_well(folder):
    read = read_file("mau/giay.yaml", GOOD, {"mau": "Giấy mẫu"})
    assert read.problems == []
    assert read.lines["fees.items[0].amount"] == line_of(GOOD, "amount: 2000")
