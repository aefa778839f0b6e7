"""The linter and the type checker find nothing; their settings are in ``pyproject.toml``."""

import subprocess
import sys

import pytest

from tests.tree import ROOT


@pytest.mark.parametrize("command", [["ruff", "check", "--output-format", "concise", "."], ["mypy"]], ids=lambda each: each[0])
def test_nothing_is_found_by(command):
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, text=True, capture_output=True, timeout=600, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
