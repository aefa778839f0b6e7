"""The README's commands and its sample conversation are true: they are run as they are written."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tree import ROOT, project_files

README = ROOT / "README.md"
FIRST = "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/motcua demo"
SECOND = "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/python -m pytest -n auto --dist worksteal"
LEFT_OUT = "…"

BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [found["body"] for found in BLOCK.finditer(README.read_text("utf-8")) if found["language"] == language]


def conversation(text: str) -> list[tuple[str, str]]:
    """(who, line); a line that names nobody goes on with the one before."""
    lines: list[tuple[str, str]] = []
    for line in text.splitlines():
        named = re.match(r"(citizen|bot): ?(.*)", line)
        if named:
            lines.append((named[1], named[2]))
        elif line.strip():
            assert lines, f"nobody says {line!r}"
            assert lines[-1][0] == "bot", f"a message of the citizen is one line: {line!r}"
            lines.append(("bot", line))
    return lines


def sample() -> list[tuple[str, str]]:
    found = [each for each in blocks("text") if re.search(r"^citizen: ", each, re.MULTILINE)]
    assert len(found) == 1, "the README has one sample conversation"
    return conversation(found[0])


def as_pattern(line: str) -> re.Pattern[str]:
    """*line* with ``…`` for anything within a message, line ends included."""
    return re.compile(r"[\s\S]*?".join(re.escape(" ".join(part.split())).replace(r"\ ", r"\s+") for part in line.split(LEFT_OUT)))


def not_said(lines: list[tuple[str, str]], output: str) -> list[str]:
    """The bot's lines that do not stand in *output* in their order."""
    missing, position = [], 0
    for who, line in lines:
        if who == "citizen" or not line.strip(f"{LEFT_OUT} "):
            continue
        found = as_pattern(line.strip()).search(output, position)
        if found is None:
            missing.append(line)
        else:
            position = found.end()
    return missing


def test_both_commands_stand_in_the_readme():
    commands = [line.strip() for block in blocks("sh") for line in block.splitlines()]
    assert FIRST in commands
    assert SECOND in commands


def test_continuous_integration_runs_the_second_command():
    lines = [line.strip() for line in (ROOT / ".ci/run").read_text("utf-8").splitlines()]
    assert SECOND in lines
    assert os.access(ROOT / ".ci/run", os.X_OK)


def test_the_sample_conversation_has_two_sides():
    speakers = [who for who, _ in sample()]
    assert speakers.count("citizen") >= 2
    assert "bot" in speakers


@pytest.mark.slow
def test_the_first_command_gives_a_bot_that_talks_as_the_readme_says(tmp_path):
    copy = tmp_path / "checkout"
    for path in project_files():
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, copy / path)
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "BOT_", "VIRTUAL_ENV", "PYTEST"))}
    environment |= {"PYTHONUTF8": "1", "BOT_CACHE_DIR": "off"}
    environment["PATH"] = f"{Path(sys.base_prefix) / 'bin'}{os.pathsep}{environment['PATH']}"
    lines = sample()
    done = subprocess.run(
        ["bash", "-c", FIRST], cwd=copy, env=environment, text=True, encoding="utf-8", capture_output=True,
        input="".join(f"{line}\n" for who, line in lines if who == "citizen"), timeout=900, check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    missing = not_said(lines, done.stdout)
    assert not missing, "the bot does not say\n" + "\n".join(missing) + "\nbut\n" + done.stdout


def test_the_comparison_of_conversations():
    lines = conversation("citizen: a\nbot: Mất 5.000 … tại quầy.\n1. Đúng\ncitizen: 1\nbot: …\nbot: Xong.")
    assert [who for who, _ in lines] == ["citizen", "bot", "bot", "citizen", "bot", "bot"]
    assert not_said(lines, "Mất 5.000 đồng\nmột bản tại quầy.\n1. Đúng\n2. Sai\n\nGì đó. Xong.") == []
    assert not_said(lines, "1. Đúng\nMất 5.000 đồng tại quầy. Xong.") == ["1. Đúng"]
