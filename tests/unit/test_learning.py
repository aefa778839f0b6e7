"""``misses`` and ``misses teach``: what was missed is read by likeness; a phrase is written only where it harms no other question."""

import json
import os
import shutil
import threading
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot import __main__ as program
from bot.catalog.reader import catalog_dir, load_catalog
from bot.clock import SystemClock
from bot.commands import learning
from bot.errors import PhraseRefused
from bot.misses.model import Miss
from bot.search.comparison import said_otherwise
from bot.search.finder import Finder
from bot.store import Keys, open_store

FIELD = "ho_tich"
FILES = ("khai_sinh", "dang_ky_lai_khai_sinh", "trich_luc", "ket_hon", "dang_ky_lai_ket_hon", "tinh_trang_hon_nhan", "khai_tu")
CODE, AGAIN = "1.001193", "1.004884"
PHRASE = "bé nhà tui mới cất tiếng khóc chào đời"
MARRIAGE = "1.000894"
ON = date(2026, 11, 21)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A catalogue of one's own, of a few siblings; where a checkout has it, so that sample questions may lie beside it."""
    place = tmp_path / "procedures_catalog"
    (place / FIELD).mkdir(parents=True)
    for name in ("fields.yaml", "holidays.yaml"):
        shutil.copy(catalog_dir() / name, place)
    for name in FILES:
        shutil.copy(catalog_dir() / FIELD / f"{name}.yaml", place / FIELD)
    monkeypatch.setenv("BOT_CATALOG_DIR", str(place))
    return place


def content(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def teach(capsys, *arguments):
    status = program.main(["misses", "teach", *arguments])
    out = capsys.readouterr()
    return status, out.out, out.err


def sample(folder, name, *rows):
    place = folder.parent / "tests/phrases/dev_questions"
    place.mkdir(parents=True, exist_ok=True)
    (place / name).write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), "utf-8")


@pytest.fixture
def greedy(folder):
    """Words that the sibling is asked for with."""
    return said_otherwise(load_catalog(folder).get(AGAIN, ON).phrases[-1])[0]


# -- teaching -------------------------------------------------------------------------------------------------------------


def test_a_phrase_taught_is_one_line_more_and_is_found(folder, capsys):
    before, name = content(folder), f"{FIELD}/khai_sinh.yaml"
    status, out, err = teach(capsys, CODE, f"  {PHRASE} ")
    assert status == 0, f"{out}{err}"
    after = content(folder)
    line = f"  - {PHRASE}\n".encode()
    assert after[name].replace(line, b"") == before[name]
    assert {**after, name: b""} == {**before, name: b""}
    found = Finder(load_catalog(folder)).find(PHRASE.upper(), ON)
    assert found.sure
    assert found.results[0].code == CODE
    assert "0 worse" in out


def test_the_long_form_of_a_code_is_understood(folder, capsys):
    status, *_ = teach(capsys, f"{CODE}.000.00.00.H51", PHRASE)
    assert status == 0
    assert PHRASE in load_catalog(folder).get(CODE, ON).phrases


def test_a_phrase_that_harms_others_is_refused_unless_forced(folder, capsys, greedy):
    before = content(folder)
    status, out, err = teach(capsys, CODE, greedy)
    assert status == 1
    assert "worse: " in out
    assert f'worse: "{greedy}"' in out
    assert "--force" in err
    assert content(folder) == before
    status, out, _ = teach(capsys, CODE, greedy, "--force")
    assert status == 0
    assert "worse: " in out
    assert greedy in load_catalog(folder).get(CODE, ON).phrases


@pytest.mark.parametrize("beside", [True, False])
def test_a_sample_question_that_comes_out_worse_keeps_the_phrase_out(folder, capsys, tmp_path, beside):
    """Those that lie beside the catalogue are asked, and those that are named."""
    asked = "xin lại giấy khai sinh lúc nhỏ bị mối ăn"
    first = Finder(load_catalog(folder)).find(asked, ON).results[0].code
    row = {"q": asked.capitalize(), "codes": [first]}
    if beside:
        sample(folder, "dev_more.jsonl", row)
        more = ()
    else:
        (tmp_path / "mine.jsonl").write_text(f"\n{json.dumps(row)}\n", "utf-8")
        more = ("--questions", str(tmp_path / "mine.jsonl"))
    before = content(folder)
    status, out, _ = teach(capsys, MARRIAGE, asked, *more)
    assert status == 1
    assert f'worse: "{row["q"]}"' in out
    assert content(folder) == before


def test_a_message_that_would_be_understood_otherwise_keeps_the_phrase_out(folder, capsys):
    sample(folder, "dev_intents.jsonl", {"q": "Cảm ơn nhiều nha", "intent": "thanks_bye"})
    status, out, _ = teach(capsys, CODE, "cảm ơn nhiều nha")
    assert status == 1
    assert '"Cảm ơn nhiều nha" is understood as thanks_bye today, and would be as procedure' in out


def test_words_of_another_errand_are_not_taken_from_it(folder, capsys):
    before = content(folder)
    status, out, _ = teach(capsys, CODE, "đặt lịch hẹn")
    assert status == 1
    assert "understood as book" in out
    status, out, _ = teach(capsys, CODE, "gặp cán bộ")
    assert status == 1
    assert "is a command" in out
    assert content(folder) == before


@pytest.mark.parametrize(("arguments", "why"), [
    ((CODE, "of another procedure"), "is claimed by"), ((CODE, "Khai sanh  cho con"), "says the same as"),
    (("1.999999", PHRASE), "never had this code"), (("khai sinh", PHRASE), "never had this code"),
    ((CODE, "?!"), "no letter"), ((CODE, "gọi ••• nha"), "hidden"),
])
def test_what_cannot_be_taught_is_said_and_nothing_is_written(folder, capsys, arguments, why):
    before = content(folder)
    if why == "is claimed by":
        arguments = (CODE, load_catalog(folder).get(MARRIAGE, ON).phrases[0])
    status, _, err = teach(capsys, *arguments)
    assert status == 1
    assert why in err
    assert content(folder) == before


def test_what_is_replaced_is_not_taught(folder, capsys):
    file = folder / FIELD / "dang_ky_lai_khai_sinh.yaml"
    file.write_text(file.read_text("utf-8").replace("in_national_list: yes", f"in_national_list: no\nreplaced_by: [{CODE}]"), "utf-8")
    status, _, err = teach(capsys, AGAIN, PHRASE)
    assert status == 1
    assert f"replaced by {CODE}" in err


def test_a_catalogue_with_errors_is_mended_first(folder, capsys):
    (folder / FIELD / "khai_tu.yaml").write_text("code: x\n", "utf-8")
    before = content(folder)
    status, _, err = teach(capsys, CODE, PHRASE)
    assert status == 2
    assert "khai_tu.yaml:1" in err
    assert content(folder) == before


def test_the_catalogue_of_the_installed_program_is_left_alone(capsys, monkeypatch, tmp_path):
    installed = tmp_path / "lib/python3.11/site-packages/procedures_catalog"
    shutil.copytree(catalog_dir(), installed)
    monkeypatch.delenv("BOT_CATALOG_DIR", raising=False)
    monkeypatch.setattr(learning, "catalog_dir", lambda: installed)
    before = content(installed)
    status, _, err = teach(capsys, CODE, PHRASE)
    assert status == 2
    assert "BOT_CATALOG_DIR" in err
    assert content(installed) == before


def test_a_file_that_cannot_be_written_stays_whole(folder, capsys, monkeypatch):
    def refused(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refused)
    before = content(folder)
    status, _, err = teach(capsys, CODE, PHRASE)
    assert status == 1
    assert "cannot be written: Permission denied" in err
    assert content(folder) == before, "and no half file lies about"


def test_the_files_rights_stay(folder, capsys):
    file = folder / FIELD / "khai_sinh.yaml"
    file.chmod(0o664)
    assert teach(capsys, CODE, PHRASE)[0] == 0
    assert file.stat().st_mode & 0o777 == 0o664


def test_what_somebody_else_writes_meanwhile_is_not_lost(folder):
    lesson = learning.prepare(folder, CODE, PHRASE, ON)
    lesson.file.write_bytes(lesson.old + b"# a note\n")
    with pytest.raises(PhraseRefused, match="try again"):
        learning._write(lesson)
    assert lesson.file.read_bytes() == lesson.old + b"# a note\n"


def test_readers_of_the_catalogue_never_see_half_a_file(folder):
    """It is put in place whole while others read it."""
    lesson = learning.prepare(folder, CODE, PHRASE, ON)
    seen, stop = set(), threading.Event()

    def look():
        while not stop.is_set():
            seen.add(lesson.file.read_bytes())

    reader = threading.Thread(target=look)
    reader.start()
    learning._write(lesson)
    stop.set()
    reader.join()
    assert seen <= {lesson.old, lesson.new}


@pytest.mark.parametrize("line", ["no json", '{"q": 1, "codes": []}', '{"codes": ["1.001193"]}', '["a"]', '{"q": "a"}'])
def test_a_line_of_questions_that_is_none_is_named(folder, capsys, tmp_path, line):
    (tmp_path / "mine.jsonl").write_text(f'{{"q": "a", "codes": []}}\n{line}\n', "utf-8")
    before = content(folder)
    status, _, err = teach(capsys, CODE, PHRASE, "--questions", str(tmp_path / "mine.jsonl"))
    assert status == 2
    assert "mine.jsonl:2" in err
    assert content(folder) == before
    status, _, err = teach(capsys, CODE, PHRASE, "--questions", str(Path("no", "such", "file")))
    assert status == 2
    assert "cannot be read" in err


def test_as_json_every_change_is_a_line_and_the_result_is_the_last(folder, capsys, greedy):
    status, out, _ = teach(capsys, CODE, greedy, "--json")
    *told, result = [json.loads(line) for line in out.splitlines()]
    assert status == 1
    assert result["code"] == CODE
    assert result["phrase"] == greedy
    assert result["written"] is False
    assert result["worse"] == sum(each["change"] == "worse" for each in told) > 0
    assert set(told[0]) == {"change", "q", "codes", "before", "after"}
    assert set(told[0]["before"]) == {"standing", "first"}


# -- what was missed ------------------------------------------------------------------------------------------------------


@pytest.fixture
def missed(tmp_path, monkeypatch, folder):
    """Keeps questions in the database that the settings name."""
    url = f"sqlite:///{tmp_path}/data/bot.db"
    monkeypatch.setenv("BOT_DATABASE_URL", url)

    def keep(*questions):
        with open_store(url, Keys.load(url, {}), SystemClock()) as store, store.writing() as repositories:
            for number, (words, why, day) in enumerate(questions):
                assert repositories.misses.record(Miss(f"{number:04}", words, why, day))

    return keep


def listed(capsys, *arguments):
    assert program.main(["misses", *arguments]) == 0
    return capsys.readouterr().out


def test_misses_are_grouped_with_their_number_their_words_and_what_is_near(missed, capsys):
    missed(
        ("khai sinh cho bé rồng", "refused", date(2026, 11, 3)), ("phi thuyền đậu ở đâu", "declined", date(2026, 11, 2)),
        ("muốn khai sinh cho bé rồng", "declined", date(2026, 11, 20)),
    )
    first, second = [json.loads(line) for line in listed(capsys, "--json").splitlines()]
    assert {**first, "nearest": []} == {
        "count": 2, "declined": 1, "refused": 1, "first": "2026-11-03", "last": "2026-11-20",
        "words": ["muốn khai sinh cho bé rồng", "khai sinh cho bé rồng"], "nearest": [],
    }
    assert CODE in [each["code"] for each in first["nearest"]]
    assert all(each["label"] and isinstance(each["score"], float) for each in first["nearest"])
    assert (second["count"], second["words"]) == (1, ["phi thuyền đậu ở đâu"])


def test_only_some_wordings_are_shown_but_all_are_counted(missed, capsys):
    missed(*((f"khai sinh bé rồng {'a' * number}", "declined", date(2026, 11, 1)) for number in range(1, 9)))
    rows = [json.loads(line) for line in listed(capsys, "--json").splitlines()]
    assert sum(row["count"] for row in rows) == 8
    assert max(len(row["words"]) for row in rows) <= learning.MOST_SAMPLES


def test_only_those_since_a_day_are_shown_where_one_is_named(missed, capsys):
    missed(("nuôi cọp", "declined", date(2026, 11, 1)), ("nuôi voi", "declined", date(2026, 11, 2)))
    out = listed(capsys, "--since", "2026-11-02")
    assert "nuôi voi" in out
    assert "nuôi cọp" not in out


def test_where_nothing_was_missed_that_is_said(missed, capsys):
    missed()
    assert listed(capsys).strip() == "Không có câu hỏi nào bị bỏ lỡ."
    assert listed(capsys, "--json") == ""


def test_for_people_the_list_tells_how_often_and_which_comes_near(missed, capsys):
    missed(("khai sinh cho bé rồng", "refused", date(2026, 11, 3)))
    out = listed(capsys)
    assert '1 lần, lần cuối 03/11/2026: "khai sinh cho bé rồng"' in out
    assert f"gần nhất: {CODE}" in out


def test_words_missed_can_be_taught_and_are_found(missed, folder, capsys):
    """The whole way: missed, listed, taught, found."""
    missed((PHRASE, "declined", date(2026, 11, 3)))
    (row,) = [json.loads(line) for line in listed(capsys, "--json").splitlines()]
    assert teach(capsys, CODE, row["words"][0])[0] == 0
    now = datetime(2026, 11, 21, 2, tzinfo=UTC)
    assert learning.Reader(Finder(load_catalog(folder))).understand(row["words"][0], now).intent == "procedure"
