"""The benchmark of the search: it runs on a handful of questions, and its figures are what they are called."""

import json
from pathlib import Path

import pytest

from bot.catalog.model import Catalog
from tests.benchmarks import search
from tests.benchmarks.search_questions import BadQuestions, Question, development, read_sample
from tests.benchmarks.search_scores import declining, score, sure_shares
from tests.benchmarks.searchers import OURS, READING, SEARCHERS, Answer, document, official
from tests.knowledge import shared_knowledge

BIRTH = "1.001193"
QUESTIONS = (
    {"q": "lam giay khai sinh cho con", "codes": [BIRTH], "style": "no_accent"},
    {"q": "đăng ký kết hôn cần gì", "codes": ["1.000894"], "style": "clean"},
    {"q": "NEAR(OR) \"đăng ký\" * AND", "codes": [], "style": "clean"},
    {"q": "kể chuyện cười đi", "intent": "out_of_scope", "dossier_code": None, "style": "clean"},
    {"q": "H20.05-261112-0047 xong chưa", "intent": "status", "dossier_code": "H20.05-261112-0047", "style": "clean"},
)


def write(folder: Path, *rows: object) -> Path:
    path = folder / "asked.jsonl"
    path.write_text("\n".join(json.dumps(each, ensure_ascii=False) for each in rows) + "\n", "utf-8")
    return path


def some(*codes: str) -> Catalog:
    return Catalog(tuple(each for each in shared_knowledge().catalog if each.code in codes), "some")


@pytest.mark.parametrize("name", SEARCHERS)
def test_every_searcher_finds_an_official_name_word_for_word(name):
    catalog = some(BIRTH, "1.000894", "2.000815", "1.004873", "1.010038")
    searcher = SEARCHERS[name](catalog)
    for each in catalog:
        found = searcher.ask(f"{each.name} {each.field}")
        assert found.codes[0] == each.code
        assert found.score > 0
        assert len(found.codes) == len(set(found.codes)) <= 5


@pytest.mark.parametrize("name", SEARCHERS)
@pytest.mark.parametrize("words", ["", "👍", "\"*( OR NEAR", "zzzz qqqq", "\x00", "'; DROP TABLE texts; --"])
def test_no_searcher_stumbles_over_odd_words(name, words):
    assert len(SEARCHERS[name](some(BIRTH, "1.000894")).ask(words).codes) <= 2


def test_the_ready_made_ones_are_given_all_that_ours_reads():
    for each in some(BIRTH, "1.000894"):
        assert official(each) in document(each, phrases=False)
        assert len(document(each, phrases=True).split()) > sum(len(said.split()) for said in (each.name, each.label, *each.phrases))


def test_figures_are_what_they_are_called():
    asked = [Question(str(number), ("1", "2"), "clean") for number in range(4)]
    answers = [
        Answer(("2", "3"), 0.9, sure=True, declined=False),
        Answer(("3", "1"), 0.8, sure=True, declined=False),
        Answer(("3", "4", "5", "1"), 0.7, sure=False, declined=False),
        Answer((), 0.0, sure=False, declined=True),
    ]
    figures = score(asked, answers, [Answer(("3",), 0.1, sure=False, declined=False), Answer((), 0.0, sure=False, declined=True)])
    assert (figures.first, figures.first_three, figures.mrr) == (0.25, 0.5, (1 + 1 / 2 + 1 / 4) / 4)
    assert (figures.sure_right, figures.sure_wrong) == (0.25, 0.25)
    assert (figures.declined_rightly, figures.declined_wrongly) == (0.5, 0.25)


def test_a_search_that_cannot_say_is_given_the_best_threshold():
    asked = [Question(str(number), ("1",), "clean") for number in range(4)]
    scored = [Answer(("1",), 9.0), Answer(("1",), 8.0), Answer(("2",), 7.0), Answer(("1",), 6.0)]
    assert sure_shares(list(zip(asked, scored, strict=True))) == (0.5, 0.0)
    tied = [Answer(("1",), 9.0), Answer(("1",), 7.0), Answer(("2",), 7.0), Answer(("1",), 6.0)]
    assert sure_shares(list(zip(asked, tied, strict=True))) == (0.25, 0.0)
    assert declining([Answer(("1",), 5.0), Answer(("1",), 6.5)], scored) == (1.0, 0.25)


def test_what_gives_a_question_away_is_left_out():
    catalog = some(BIRTH, "1.000894")
    birth = next(each for each in catalog if each.code == BIRTH)
    question = Question(f"cho em hỏi {birth.phrases[0]} với ạ", (BIRTH,), "clean")
    for gives_away in search.GIVING_AWAY.values():
        out = search.given_away(catalog, question, gives_away)
        assert birth.phrases[0] in out[BIRTH]
        left = {each.code: each.phrases for each in search.less(catalog, out)}
        assert birth.phrases[0] not in left[BIRTH]
        assert set(left[BIRTH]) | out[BIRTH] == set(birth.phrases)
        assert left["1.000894"] == next(each for each in catalog if each.code == "1.000894").phrases


def test_a_question_typed_in_telex_gives_away_too():
    for gives_away in search.GIVING_AWAY.values():
        assert gives_away("ddawng kys keets hoon caanf gif", "đăng ký kết hôn cần gì")
        assert not gives_away("ddawng kys keets hoon caanf gif", "thủ tục nhận cha mẹ con")


def test_the_development_questions_can_be_read():
    sample = development()
    assert len(sample.questions) >= 200
    assert len(sample.messages) >= 90
    assert len(sample.strangers) >= 12
    assert all(each.codes for each in sample.questions)


@pytest.mark.parametrize(("line", "said"), [
    ("{", "is no JSON"), ("[]", "under q"), ('{"codes": []}', "under q"), ('{"q": "a"}', "codes"),
    ('{"q": "a", "codes": "1.001193"}', "codes"),
])
def test_a_bad_line_is_named(tmp_path, line, said):
    path = tmp_path / "asked.jsonl"
    path.write_text(f'{{"q": "a", "codes": []}}\n{line}\n', "utf-8")
    with pytest.raises(BadQuestions, match=said) as error:
        read_sample("asked", [path])
    assert f"{path}:2" in str(error.value)


def test_no_file_is_an_error_of_one_line(tmp_path):
    with pytest.raises(SystemExit, match="cannot be read"):
        search.main(["--no-development", "--questions", str(tmp_path / "none.jsonl")])


def test_a_run_prints_the_tables(tmp_path, monkeypatch, capfd):
    record = {"code": "9.999999", "name": "Cấp giấy phép bay khinh khí cầu", "field": "Hàng không"}
    monkeypatch.setenv("BOT_REFERENCE_DATA", str(tmp_path))
    (tmp_path / "tthc_reference.jsonl").write_text(json.dumps(record) + "\n", "utf-8")
    balloon = {"q": "giay phep bay khinh khi cau", "codes": ["9.999999"], "style": "no_accent"}
    asked = write(tmp_path, *QUESTIONS, balloon)
    only = [part for name in (OURS, READING, "bm25s, names") for part in ("--only", name)]
    search.main(["--no-development", "--questions", str(asked), "--rounds", "1", *only])
    out = capfd.readouterr().out
    have = len(shared_knowledge().catalog)
    ours, larger = out.split(f"{have + 1} procedures")
    assert f"2 questions, 2 to be declined; {have} procedures" in ours
    assert "| **ours** | 100.0 % | 100.0 % | 1.000 |" in ours
    assert "| bm25s, names | " in ours
    assert "| intents | ≥ 96 % | 2 | 100.0 % |" in ours
    assert "| dossier codes, and none where none is | all | 2 | 100.0 % |" in ours
    assert "3 questions" in ours.splitlines()[-1]
    assert "| **ours** | 100.0 % | 100.0 % | 1.000 |" in larger


def test_held_out_questions_are_asked_of_less(tmp_path):
    catalog = some(BIRTH, "1.000894")
    sample = read_sample("asked", [write(tmp_path, *QUESTIONS)])
    lines = list(search.held_out(catalog, [sample], ["bm25s, names and phrases"]))
    tables = [each for each in lines if each.startswith("| bm25s")]
    assert len(tables) == 3
    assert sum("held out" in each for each in lines) == 3
    assert f"{sum(len(each.phrases) for each in catalog)}, each asked without itself" in "\n".join(lines)
