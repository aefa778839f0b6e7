"""The catalogue as it stands: nothing for the checks to find, figures that can be true, sentences that can be read aloud."""

import re
from collections import Counter, defaultdict
from datetime import date

import pytest

from bot import strict_yaml
from bot.catalog.checks import bare, check_all
from bot.catalog.figures import stats
from bot.catalog.model import Catalog, Document, OneOf, Procedure
from bot.catalog.reader import catalog_dir, read_file, read_folder
from tests.wording import pictures, shouted, too_long

READING = read_folder(catalog_dir())
PROBLEMS = check_all(READING)
FILES = [each.name for each in READING.files]
PROCEDURES = [each.procedure for each in READING.files if each.procedure]

PUBLISHED = {"district": (209, 42), "commune": (136, 43), "neighbour": (25, 6), "successor": (11, 7)}
"""list -> (procedures, fields they stand in): what the catalogue has to publish."""
TELLING_CHARACTERS = 30
"""Of a label: what a phone shows of a button."""
MOST_OF_A_PAPER = 200
"""Characters of a paper's line before the rest belongs behind "coi đầy đủ"."""
MOST_OF_A_LABEL = 40
LEAST_AMOUNT, MOST_AMOUNT = 1_000, 20_000_000
"""Whole đồng that an office at a counter may ask for one case."""
NEVER_SAID = ("không hợp lệ", "vui lòng", "lỗi hệ thống")

EVERY_FILE = pytest.mark.parametrize("name", FILES)
EVERY_PROCEDURE = pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda each: f"{each.slug}-{each.code}")


@EVERY_FILE
def test_the_checks_find_nothing(name):
    mine = [each for each in PROBLEMS if each.startswith(f"{name}:")]
    assert not mine, "\n".join(mine)


def test_the_checks_find_nothing_outside_the_files():
    rest = [each for each in PROBLEMS if not each.startswith(tuple(f"{name}:" for name in FILES))]
    assert not rest, "\n".join(rest)


def test_the_published_lists_are_whole():
    figures = stats(Catalog(tuple(PROCEDURES), READING.version), date(2026, 11, 22))
    assert figures["by_list"] == {name: procedures for name, (procedures, _) in PUBLISHED.items()}
    assert figures["fields_by_list"] == {name: fields for name, (_, fields) in PUBLISHED.items()}
    assert figures["procedures"] == len(PROCEDURES) == sum(procedures for procedures, _ in PUBLISHED.values())


def test_every_field_of_the_list_has_a_procedure():
    fields = strict_yaml.load((catalog_dir() / "fields.yaml").read_text("utf-8"))
    assert sorted(set(fields.values()) - {procedure.field for procedure in PROCEDURES}) == []
    assert len(set(fields.values())) == len(fields)


def test_the_annotated_example_is_a_valid_file():
    """Newcomers copy it; phrases and successors are judged across files, so that is left out."""
    readme = (catalog_dir() / "README.md").read_text("utf-8")
    [example] = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)
    read = read_file("mau/giay_mau.yaml", example, {"mau": "Giấy mẫu"})
    assert [str(each) for each in read.problems] == []
    assert read.procedure is not None
    assert read.procedure.cases
    assert read.procedure.replaced_by


# -- labels ---------------------------------------------------------------------------------------------------------------


@EVERY_PROCEDURE
def test_a_label_fits_a_button(procedure):
    assert 0 < len(procedure.label) <= MOST_OF_A_LABEL
    assert all(len(case.label) <= MOST_OF_A_LABEL for case in procedure.cases)


def test_labels_are_unique_in_their_field():
    count = Counter((procedure.field, bare(procedure.label)) for procedure in PROCEDURES)
    assert [key for key, times in count.items() if times > 1] == []


def test_siblings_differ_where_a_button_is_cut_or_say_what_tells_them_apart():
    alike = defaultdict(list)
    for procedure in PROCEDURES:
        alike[procedure.field, bare(procedure.label)[:TELLING_CHARACTERS]].append(procedure)
    assert [each.slug for group in alike.values() if len(group) > 1 for each in group if not each.differs] == []
    said = Counter((procedure.field, bare(procedure.differs)) for procedure in PROCEDURES if procedure.differs)
    assert [key for key, times in said.items() if times > 1] == [], "tells nothing apart"


# -- wording --------------------------------------------------------------------------------------------------------------


def texts_of(procedure: Procedure) -> list[tuple[str, str]]:
    """(path, text) of what is said in our own words."""
    found = [("fees.text", procedure.fees.text)] if procedure.fees.text else []
    for path in ("steps", "notes", "conditions", "time_notes"):
        found += [(f"{path}[{index}]", text) for index, text in enumerate(getattr(procedure, path))]
    return found


def everything_said(procedure: Procedure) -> list[tuple[str, str]]:
    """Those, and the short pieces: papers, labels, places."""
    found = [*texts_of(procedure), ("label", procedure.label), ("differs", procedure.differs or "")]
    found.append(("filing.where", procedure.filing.where or ""))
    found += [("result", text) for text in procedure.result] + [("fees.exempt", text) for text in procedure.fees.exempt]
    found += [("condition", each.condition) for each in (*procedure.fees.items, *procedure.time) if each.condition]
    found += [(f"cases.{case.id}", text) for case in procedure.cases for text in (case.label, case.differs) if text]
    for index, line in enumerate(procedure.documents):
        pieces = [getattr(line, name, None) for name in ("name", "title", "text", "when", "detail")]
        pieces += [getattr(option, name) for option in getattr(line, "options", ()) for name in ("name", "when", "detail")]
        found += [(f"documents[{index}]", piece) for piece in pieces if piece]
    return found


@EVERY_PROCEDURE
def test_a_sentence_is_short_enough_to_be_read_aloud(procedure):
    wrong = [f"{path}: {each}" for path, text in everything_said(procedure) for each in too_long(text, law=True)]
    assert not wrong, "\n".join(wrong)


@EVERY_PROCEDURE
def test_a_papers_line_can_be_read_at_a_glance(procedure):
    """Name, form and whom it concerns are told in one line; the rest is for "coi đầy đủ"."""
    papers = [each for line in procedure.documents for each in (line.options if isinstance(line, OneOf) else (line,))]
    lines = [" ".join(filter(None, (each.name, each.form, each.when))) for each in papers if isinstance(each, Document)]
    assert [line for line in lines if len(line) > MOST_OF_A_PAPER] == []


@EVERY_PROCEDURE
def test_nobody_is_shouted_at_and_nothing_forbidden_is_said(procedure):
    said = everything_said(procedure)
    wrong = [f"{path}: {each}" for path, text in said for each in [*shouted(text), *pictures(text)]]
    wrong += [f"{path}: {phrase}" for path, text in said for phrase in NEVER_SAID if phrase in text.casefold()]
    assert not wrong, "\n".join(wrong)


# -- figures --------------------------------------------------------------------------------------------------------------


@EVERY_PROCEDURE
def test_no_amount_has_only_a_provinces_portal_behind_it(procedure):
    """A province's figure is not ours; the national instrument must be named, or the fee is *see text*."""
    if procedure.record.kind == "province_portal":
        assert [item.amount for item in procedure.fees.items if item.source.instrument is None] == []
    assert all(item.source.instrument is None or item.source.instrument.number for item in procedure.fees.items)


@EVERY_PROCEDURE
def test_an_amount_can_be_true(procedure):
    wrong = [
        item.amount for item in procedure.fees.items
        if item.amount and not (LEAST_AMOUNT <= item.amount <= MOST_AMOUNT and item.amount % 500 == 0)
    ]
    assert wrong == []


@EVERY_PROCEDURE
def test_a_time_limit_can_be_true(procedure):
    most = {"working_day": 180, "calendar_day": 365, "working_hour": 80, "hour": 72, "month": 24, "same_day": 1}
    assert [limit for limit in procedure.time if not 1 <= limit.amount <= most[limit.unit]] == []


@EVERY_PROCEDURE
def test_it_says_when_it_was_held_against_which_record(procedure):
    assert procedure.record.month
    assert procedure.checked_on.isoformat()[:7] >= procedure.record.month
