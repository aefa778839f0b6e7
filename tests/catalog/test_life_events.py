"""Life events: read strictly, held against the procedures, and their papers merged into one list a visit."""

import re
from datetime import date

import pytest

from bot import strict_yaml
from bot.catalog import figures
from bot.catalog.life_events import LifeEvent, SamePapers, VisitPapers, merged_papers
from bot.catalog.life_events_reader import LEAST_PHRASES, load_life_events, read_life_events
from bot.catalog.model import Authority, Case, Document, Fees, Filing, Note, OneOf, Procedure, Record
from bot.catalog.reader import catalog_dir, load_catalog
from bot.errors import CatalogError
from tests.wording import pictures, shouted, too_long

CATALOG = load_catalog()
EVENTS = load_life_events(CATALOG)

PHRASES = "\n".join(f"    - nhà có chuyện mẫu thứ {number}" for number in range(1, LEAST_PHRASES + 1))
GOOD = f"""\
- id: chuyen_mau
  label: Chuyện mẫu
  grief: yes
  phrases:
{PHRASES}
  intro: Làm giấy mẫu trước, rồi tới giấy khác.
  steps:
    - {{code: 1.999999, note: "làm trước", visit: 1}}
    - {{code: 1.999998, note: "làm chung chuyến", visit: 1, when: "có con nhỏ"}}
    - {{code: 1.999997, note: "làm sau", visit: 2}}
"""


def procedure(code: str, *documents: Document | OneOf | Note, cases=(), phrases=(), **more) -> Procedure:
    return Procedure(
        code=code, slug=code, name=f"Thủ tục {code}", label=f"Việc {code[-1]}", field="Mẫu", list="commune", phrases=phrases,
        authority=(Authority("commune", "Ủy ban nhân dân cấp xã"),), record=Record("national_portal", "2026-07"),
        checked_on=date(2026, 11, 21), review_months=6, in_national_list=True, fees=Fees("free"), filing=Filing(),
        documents=documents, cases=cases, **more,
    )


A, B, C = procedure("1.999999"), procedure("1.999998"), procedure("1.999997", phrases=("xin giấy mẫu thứ ba",))


def changed(old: str, new: str, source: str = GOOD) -> str:
    assert source.count(old) == 1, old
    return source.replace(old, new)


@pytest.fixture
def problems(tmp_path):
    """What is wrong with a text as the file of events, in a catalogue of three procedures."""
    def read(source: str, same: str = "") -> list[str]:
        (tmp_path / "life_events.yaml").write_text(source, "utf-8")
        if same:
            (tmp_path / "same_papers.yaml").write_text(same, "utf-8")
        return read_life_events([A, B, C], tmp_path)[1]

    return read


# -- reading --------------------------------------------------------------------------------------------------------------


def test_a_good_file_has_no_problem(problems, tmp_path):
    assert problems(GOOD) == []
    [event] = load_life_events([A, B, C], tmp_path).events
    assert (event.id, event.label, event.grief, event.visits()) == ("chuyen_mau", "Chuyện mẫu", True, [1, 2])
    assert [(step.code, step.when) for step in event.at_visit(1)] == [("1.999999", None), ("1.999998", "có con nhỏ")]


def test_a_catalogue_need_not_have_events(tmp_path):
    assert load_life_events([A], tmp_path).events == ()


def test_start_up_refuses_a_broken_file_with_every_problem(tmp_path):
    (tmp_path / "life_events.yaml").write_text(changed("1.999997", "1.000000").replace("visit: 2", "visit: 4"), "utf-8")
    with pytest.raises(CatalogError) as error:
        load_life_events([A, B, C], tmp_path)
    assert "1.000000 is not in the catalogue" in str(error.value)
    assert "visit: 4 after 1" in str(error.value)


@pytest.mark.parametrize(("old", "new", "said"), [
    ("code: 1.999997", "code: 1.000000", "life_events.yaml:17: [0].steps[2].code: 1.000000 is not in the catalogue"),
    ("code: 1.999997", "code: 1.999999", "[0].steps[2].code: 1.999999 stands twice in this event"),
    ("code: 1.999997", "code: khai sinh", '"khai sinh" is not a national code'),
    ("visit: 2}", "visit: 3}", "[0].steps[2].visit: 3 after 1: visits are counted from 1, in order, without a gap"),
    ('"làm trước", visit: 1}', '"làm trước", visit: 2}', "[0].steps[0].visit: 2 after 0"),
    ("visit: 2}", "visit: hai}", '"hai" is not a whole number'),
    ('note: "làm sau", visit: 2', 'note: "làm sau"', "[0].steps[2].visit: is missing"),
    ('note: "làm sau", ', "", "[0].steps[2].note: is missing"),
    ("label: Chuyện mẫu", f"label: {'a' * 41}", "[0].label: has 41 characters, at most 40"),
    ("id: chuyen_mau", "id: Chuyện mẫu", "must be short ASCII such as sinh_con"),
    ("grief: yes", "grief: maybe", '"maybe" must be yes or no'),
    ("grief: yes", "sad: yes", "[0].sad: is not a key of the schema"),
    ("nhà có chuyện mẫu thứ 3", "Xin giấy  mẫu thứ ba", "is claimed by 1.999997 Việc 7 too"),
    ("nhà có chuyện mẫu thứ 3", "nhà có chuyện mẫu thứ 2", "is claimed by the event chuyen_mau too"),
    ("    - nhà có chuyện mẫu thứ 3\n", "", f"has {LEAST_PHRASES - 1} phrases, at least {LEAST_PHRASES}"),
    ("- id: chuyen_mau", "- chuyện\n- id: chuyen_mau", "must be a table of keys"),
    ("  label: Chuyện mẫu", "  label: Chuyện mẫu\n  label: Chuyện khác", 'the key "label" stands twice'),
])
def test_an_error_names_its_line_and_what_to_do(problems, old, new, said):
    found = problems(changed(old, new))
    assert any(said in each for each in found), found
    assert all(each.startswith("life_events.yaml:") for each in found)


def test_the_annotated_example_is_good_but_for_its_one_phrase(problems):
    """Newcomers copy it; its code is the catalogue's, so that is judged with ours."""
    [example] = re.findall(r"```yml\n(.*?)```", (catalog_dir() / "README.md").read_text("utf-8"), re.DOTALL)
    found = problems(example.replace("1.001193", A.code))
    assert [each.partition(": ")[2] for each in found] == [f"[0].phrases: has 1 phrases, at least {LEAST_PHRASES}"]
    assert CATALOG.get("1.001193", date(2026, 11, 21)) is not None


def test_an_id_a_label_or_a_phrase_stands_once_in_the_file(problems):
    found = problems(GOOD + GOOD)
    assert any('[1].id: "chuyen_mau" stands twice' in each for each in found)
    assert any('[1].label: "chuyện mẫu" stands twice' in each for each in found)
    assert sum("is claimed by the event chuyen_mau too" in each for each in found) == LEAST_PHRASES


def test_a_file_that_is_no_list_is_refused(problems):
    assert problems("id: chuyen_mau") == ["life_events.yaml:1: must be a list"]
    assert problems("- [") != []


@pytest.mark.parametrize(("same", "said"), [
    ("- - Tờ khai\n  - Tờ khai, theo mẫu\n", None),
    ("- - Tờ khai\n", "same_papers.yaml:1: [0]: must be a list of at least two names of one paper"),
    ("- Tờ khai\n", "must be a list of at least two names"),
    ("- - Tờ khai\n  - Đơn\n- - Giấy\n  - đơn\n", 'same_papers.yaml:4: [1]: "đơn" stands twice (first on line 2)'),
])
def test_names_that_mean_one_paper_are_read_strictly(problems, same, said):
    found = problems(GOOD, same)
    assert found == [] if said is None else any(said in each for each in found)


# -- the file as it stands ------------------------------------------------------------------------------------------------


def test_the_checks_find_nothing_in_ours():
    assert read_life_events(CATALOG, catalog_dir())[1] == []
    assert len(EVENTS.events) >= 15


def test_the_figures_count_them():
    assert figures.life_event_stats(EVENTS.events) == {
        "life_events": len(EVENTS.events), "life_event_steps": sum(len(each.steps) for each in EVENTS.events),
        "life_event_phrases": sum(len(each.phrases) for each in EVENTS.events),
    }


@pytest.mark.parametrize("event", EVENTS.events, ids=lambda each: each.id)
def test_it_is_said_as_the_rest_of_the_catalogue(event):
    said = [event.label, event.intro, *(step.note for step in event.steps), *(step.when for step in event.steps if step.when)]
    wrong = [each for text in said for each in [*too_long(text, law=True), *shouted(text), *pictures(text)]]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("event", EVENTS.events, ids=lambda each: each.id)
def test_a_number_in_a_note_stands_in_the_procedures_own_file(event):
    """A term such as 60 days is told from one place: what an event repeats must still be there."""
    for step in event.steps:
        files = [each for each in catalog_dir().glob("*/*.yaml") if f"code: {step.code}\n" in each.read_text("utf-8")]
        own = "\n".join(each.read_text("utf-8") for each in files)
        for number in re.findall(r"\d[\d/.]*\d|\d", f"{step.note} {step.when or ''}"):
            assert re.search(rf"(?<!\d)0?{re.escape(number)}(?!\d)", own), f"{step.code} says nothing of {number}: {step.note}"


@pytest.mark.parametrize("event", EVENTS.events, ids=lambda each: each.id)
def test_what_is_done_instead_of_another_stands_among_alternatives(event):
    """Beside a step for everybody it would be told as one thing more to do."""
    for step in event.steps:
        if step.note.startswith("thay cho"):
            assert all(each.when for each in event.at_visit(step.visit)), step.code


def test_whoever_is_told_of_a_death_is_told_so_kindly():
    """An event that has a death among what everybody does there begins with a kind word."""
    for event in EVENTS.events:
        everybodys = [step for step in event.at_visit(1) if (found := CATALOG.get(step.code, date(2026, 11, 21))) and found.grief]
        assert event.grief or not everybodys, event.id


def test_a_name_that_stands_for_others_is_one_of_the_catalogues():
    """A paper renamed in its own file would silently be listed twice."""
    known = set()
    for each in CATALOG:
        for line in each.documents:
            papers = [line] if isinstance(line, Document) else line.options if isinstance(line, OneOf) else []
            known |= {piece.casefold() for paper in papers for piece in (paper.name, paper.when) if piece}
    groups = strict_yaml.load((catalog_dir() / "same_papers.yaml").read_text("utf-8"))
    gone = [name for group in groups for name in group[1:] if name.casefold() not in known]
    assert not gone, gone


# -- one list of papers ---------------------------------------------------------------------------------------------------


def told(papers: VisitPapers) -> list[tuple[tuple[str, ...], list[str]]]:
    """(whom, names) of each group."""
    return [
        (tuple(code[-1] for code in group.codes), [getattr(each.paper, "name", None) or each.paper.title for each in group.papers])
        for group in papers.groups
    ]


def test_a_paper_of_two_procedures_is_named_once_with_both():
    first = procedure("1.000001", Document("Tờ khai A"), Document("Căn cước", group="present", original=1))
    second = procedure("1.000002", Document("Tờ khai B"), Document("căn  cước", group="present", original=1))
    assert told(merged_papers([first, second], SamePapers())) == [
        (("1", "2"), ["Căn cước"]), (("1",), ["Tờ khai A"]), (("2",), ["Tờ khai B"]),
    ]


def test_one_paper_under_two_names_is_one():
    same = SamePapers([["Căn cước", "Thẻ căn cước"]])
    first, second = procedure("1.000001", Document("Thẻ căn cước")), procedure("1.000002", Document("Căn cước"))
    assert told(merged_papers([first, second], same)) == [(("1", "2"), ["Căn cước"])]
    assert len(merged_papers([first, second], SamePapers()).groups) == 2


def test_handing_in_and_showing_are_two_things():
    first, second = procedure("1.000001", Document("Căn cước")), procedure("1.000002", Document("Căn cước", group="present"))
    assert merged_papers([first, second], SamePapers()).count == 2


def test_forms_of_one_name_are_one_paper_only_when_their_numbers_agree():
    def form(code: str, number: str | None) -> Procedure:
        return procedure(code, Document("Tờ khai", form=number))

    agree = merged_papers([form("1.000001", None), form("1.000002", "CT01"), form("1.000003", "CT01")], SamePapers())
    assert told(agree) == [(("1", "2", "3"), ["Tờ khai"])]
    assert agree.groups[0].papers[0].paper.form == "CT01"
    differ = merged_papers([form("1.000001", None), form("1.000002", "CT01"), form("1.000003", "CT02")], SamePapers())
    assert told(differ) == [(("1", "2"), ["Tờ khai"]), (("3",), ["Tờ khai"])]


def test_each_use_keeps_its_own_count_and_condition():
    first = procedure("1.000001", Document("Bản vẽ", original=1))
    second = procedure("1.000002", Document("Bản vẽ", copy=2, when="xây mới"))
    [group] = merged_papers([first, second], SamePapers()).groups
    [paper] = group.papers
    assert [(use.code[-1], use.original, use.copy, use.when) for use in paper.uses] == [("1", 1, None, None), ("2", None, 2, "xây mới")]
    assert paper.always


def test_choices_of_the_same_papers_are_one_and_others_stay_apart():
    def choice(code: str, *names: str) -> Procedure:
        return procedure(code, OneOf("Giấy tờ về đất", tuple(Document(name) for name in names)))

    alike = merged_papers([choice("1.000001", "Sổ đỏ", "Giấy khác"), choice("1.000002", "Giấy khác", "Sổ đỏ")], SamePapers())
    assert told(alike) == [(("1", "2"), ["Giấy tờ về đất"])]
    assert merged_papers([choice("1.000001", "Sổ đỏ", "A"), choice("1.000002", "Sổ đỏ", "B")], SamePapers()).count == 2


def test_papers_of_some_cases_are_left_to_the_procedure_and_those_of_all_are_not():
    cases = (Case("nha", "Nhà"), Case("khac", "Khác"))
    one = procedure(
        "1.000001", Document("Đơn"), Document("Bản vẽ nhà", cases=("nha",)), Document("Ảnh", cases=("khac", "nha")), cases=cases
    )
    papers = merged_papers([one], SamePapers())
    assert told(papers) == [(("1",), ["Đơn", "Ảnh"])]
    assert papers.by_case == ("1.000001",)


def test_notes_are_no_papers_and_nothing_published_is_said():
    noted, nothing = procedure("1.000001", Note("Khỏi đem giấy.")), procedure("1.000002", no_documents=True)
    papers = merged_papers([noted, nothing], SamePapers())
    assert papers.count == 0
    assert papers.unpublished == ("1.000001",)


def test_papers_for_everybody_come_before_those_for_some():
    one = procedure("1.000001", Document("Giấy ủy quyền", when="nhờ người khác"), Document("Tờ khai"))
    assert told(merged_papers([one], SamePapers())) == [(("1",), ["Tờ khai", "Giấy ủy quyền"])]


@pytest.mark.parametrize("event", EVENTS.events, ids=lambda each: each.id)
def test_no_paper_of_an_event_is_lost_or_told_twice(event: LifeEvent):
    for visit in event.visits():
        procedures = [found for step in event.at_visit(visit) if (found := CATALOG.get(step.code, date(2026, 11, 21)))]
        papers = merged_papers(procedures, EVENTS.same)
        uses = [(use.code, id(paper)) for group in papers.groups for paper in group.papers for use in paper.uses]
        for each in procedures:
            lines = {
                line for line in each.documents
                if not isinstance(line, Note) and (not line.cases or {case.id for case in each.cases} <= set(line.cases))
            }
            assert sum(code == each.code for code, _ in uses) == len(lines), each.code
        keys = [(paper.paper.group, getattr(paper.paper, "name", None) or paper.paper, getattr(paper.paper, "form", None))
                for group in papers.groups for paper in group.papers]
        assert len(keys) == len(set(keys)), event.id
