"""``chat`` as the contract says it: a line is a turn, every turn ends in an ``end`` object, ``!`` lines are the tester's."""

import io
import json
import sqlite3
import subprocess
import sys

import pytest

from bot import __main__ as program
from bot.bootstrap import Application
from bot.errors import StoreUnavailable


def chat(capsys, monkeypatch, lines, *arguments):
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines) + "\n"))
    assert program.main(["chat", "--json", "--at", "2026-11-21T09:00+07:00", *arguments]) == 0
    out = capsys.readouterr()
    return [json.loads(line) for line in out.out.splitlines()], out.err


def replies(said, turn=None):
    return [each for each in said if each["kind"] != "end" and (turn is None or each["turn"] == turn)]


def test_every_line_is_a_turn_with_an_end(capsys, monkeypatch):
    said, _ = chat(capsys, monkeypatch, ["xin chao", "", "!nonsense", "menu"])
    ends = [each for each in said if each["kind"] == "end"]
    assert [each["turn"] for each in ends] == [1, 2, 3, 4]
    assert all(each["ms"] >= 0 for each in ends)
    assert replies(said, 2)


def test_a_reply_has_the_shape_of_the_contract(capsys, monkeypatch):
    said, _ = chat(capsys, monkeypatch, ["lam giay khai sinh cho con can gi"])
    reply = said[0]
    assert {"turn", "kind", "text", "choices", "files", "procedure", "facet", "flow", "step"} <= set(reply)
    assert (reply["procedure"], reply["facet"], reply["flow"], reply["step"]) == ("1.001193", "documents", "find_procedure", "answer")
    assert [choice["n"] for choice in reply["choices"]] == list(range(1, len(reply["choices"]) + 1))
    assert f"1. {reply['choices'][0]['label']}" in reply["text"]


def test_a_label_picks_as_well_as_a_number(capsys, monkeypatch):
    said, _ = chat(capsys, monkeypatch, ["lam giay khai sinh cho con can gi", "phi, le phi"])
    assert replies(said, 2)[0]["facet"] == "fee"


def test_the_same_event_twice_changes_nothing(capsys, monkeypatch):
    said, _ = chat(capsys, monkeypatch, ["xin chao", "!again"])
    assert not replies(said, 2)


def test_another_user_has_another_conversation(capsys, monkeypatch):
    said, _ = chat(capsys, monkeypatch, ["lam giay khai sinh cho con can gi", "!user Tam", "le phi bao nhieu"])
    assert replies(said, 3)[0]["procedure"] is None


def test_a_restart_forgets_nothing(capsys, monkeypatch, tmp_path):
    said, _ = chat(capsys, monkeypatch, ["lam giay khai sinh cho con can gi", "!restart", "le phi bao nhieu"], "--db", f"sqlite:///{tmp_path}/a.db")
    assert replies(said, 3)[0]["facet"] == "fee"


def test_what_falls_due_is_said_when_the_clock_moves(capsys, monkeypatch):
    lines = ["dat lich lam giay khai sinh cho con", "1", "3", "1", "1", "Trần Văn Mẫu", "1"]
    said, _ = chat(capsys, monkeypatch, [*lines, "!at 2026-12-30T09:00+07:00", "!at 2026-01-01T09:00+07:00"])
    assert [each["kind"] for each in replies(said, 8)] == ["notice"]
    assert not replies(said, 9)


def test_a_photo_is_answered(capsys, monkeypatch):
    said, _ = chat(capsys, monkeypatch, ["!photo slip.jpg"])
    assert replies(said, 1)


def test_the_database_away_is_said_once_and_the_message_answered_when_it_is_back(capsys, monkeypatch):
    real = Application.accept
    away = iter([True, True])

    def accept(self, incoming):
        if next(away, False):
            raise StoreUnavailable("gone")
        return real(self, incoming)

    monkeypatch.setattr(Application, "accept", accept)
    said, _ = chat(capsys, monkeypatch, ["lam giay khai sinh cho con can gi", "mấy ngày xong", "!user Tam", "xin chao"])
    assert ["mất kết nối" in each["text"] for each in replies(said, 1)] == [True]
    assert not replies(said, 2)
    assert [(each["procedure"], each["facet"]) for each in replies(said, 4)[:2]] == [("1.001193", "documents"), ("1.001193", "time")]


def test_a_locked_database_is_no_trace(tmp_path):
    """Another program holds the file: the citizen is told, and nothing is lost."""
    file = tmp_path / "held.db"
    url = f"sqlite:///{file}"
    command = [sys.executable, "-m", "bot", "chat", "--json", "--db", url]
    subprocess.run(command, input="xin chao\n", text=True, capture_output=True, check=True)
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        done = subprocess.run(command, input="xin chao\n", text=True, capture_output=True, timeout=60, check=False)
        assert "Traceback" not in done.stderr
    finally:
        holder.close()


@pytest.mark.parametrize(("arguments", "status"), [
    (["catalog", "check"], 0), (["catalog", "show", "1.001193"], 0), (["catalog", "show", "1.001193.000.00.00.H51"], 0),
    (["catalog", "show", "9.999999"], 1), (["draw", "book_visit"], 0), (["draw", "nothing"], 1), (["find"], 2),
    (["find", "khai sinh", "--json"], 0), (["find", "--batch", "no-such-file"], 2), (["understand", "xin chao", "--json"], 0),
])
def test_exit_statuses(arguments, status, capsys):
    assert program.main(arguments) == status


def test_a_wrong_setting_names_itself(monkeypatch, capsys):
    monkeypatch.setenv("BOT_CATALOG_DIR", "/no/such/folder")
    assert program.main(["catalog", "check"]) == 2
    assert "BOT_CATALOG_DIR" in capsys.readouterr().err
