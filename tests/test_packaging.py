"""The wheel holds everything it needs, and works away from the checkout."""

import importlib.util
import json
import os
import shutil
import site
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from bot.flows.all_flows import ALL_FLOWS
from tests.tree import ROOT, project_files

CONVERSATION = ["xin chao", "lam giay khai sinh cho con can gi", "phi bao nhieu", "menu"]


def run(*command: object, cwd: Path, **options: object) -> subprocess.CompletedProcess[str]:
    words = [str(word) for word in command]
    # Nothing of this process's own place may help the other one: no import path, no settings.
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "BOT_", "VIRTUAL_ENV", "COV_", "PYTEST"))
    }
    environment |= {"PYTHONUTF8": "1", "BOT_CACHE_DIR": "off"}
    done = subprocess.run(
        words, cwd=cwd, env=environment, text=True, capture_output=True, encoding="utf-8", timeout=600, **options
    )
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """Built from a copy of the project's own files, so that nothing lying about gets in."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for path in project_files():
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, source / path)
    isolation = ["--no-isolation"] if importlib.util.find_spec("hatchling") else []
    run(sys.executable, "-m", "build", "--wheel", *isolation, "--outdir", out, source, cwd=out)
    [built] = out.glob("motcua-*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel, tmp_path_factory):
    """The Python of a fresh environment with the wheel in it; the libraries are borrowed from this one."""
    home = tmp_path_factory.mktemp("fresh")
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin/python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=home)
    [packages] = home.glob("lib/python*/site-packages")
    # A path file adds folders without reading the path files in them: an editable install of the checkout stays out.
    (packages / "borrowed.pth").write_text("\n".join(site.getsitepackages()) + "\n", "utf-8")
    return python


@pytest.fixture
def empty_folder(tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


def test_the_wheel_holds_all_that_is_read_at_run_time(wheel):
    """A rule of .gitignore or of the build that leaves data out shows here, not at a citizen's first message."""
    inside = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        path.relative_to(ROOT).as_posix()
        for folder in ("bot", "procedures_catalog") for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert sorted(wanted - inside) == []


def test_the_wheel_holds_nothing_else(wheel):
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {each for each in tops if not each.startswith("motcua-")} == {"bot", "procedures_catalog"}


@pytest.mark.parametrize("folder", [
    "bot/texts/vi/", "bot/search/data/", "bot/understanding/data/", "bot/store/migrations/versions/", "bot/sample/", "procedures_catalog/",
])
def test_every_kind_of_data_is_in_the_wheel(wheel, folder):
    names = [name for name in zipfile.ZipFile(wheel).namelist() if name.startswith(folder)]
    assert any(name.endswith((".yaml", ".tsv", ".py")) and not name.endswith("__init__.py") for name in names)


def test_it_is_the_installed_package_that_runs(installed, empty_folder):
    shown = run(installed, "-c", "import bot; print(bot.__file__)", cwd=empty_folder).stdout.strip()
    assert Path(shown).is_relative_to(installed.parent.parent)


def test_the_catalogue_is_checked_away_from_the_checkout(installed, empty_folder):
    run(installed, "-m", "bot", "catalog", "check", cwd=empty_folder)
    stats = json.loads(run(installed, "-m", "bot", "catalog", "stats", "--json", cwd=empty_folder).stdout)
    assert stats["procedures"] >= 60


def test_a_conversation_works_away_from_the_checkout(installed, empty_folder):
    shown = run(installed, "-m", "bot", "chat", "--json", cwd=empty_folder, input="".join(f"{line}\n" for line in CONVERSATION))
    said = [json.loads(line) for line in shown.stdout.splitlines()]
    assert [each["turn"] for each in said if each["kind"] == "end"] == [1, 2, 3, 4]
    for turn in range(1, 5):
        assert any(each["turn"] == turn and each["kind"] == "reply" and each["text"] for each in said)
    assert {each["procedure"] for each in said if each.get("facet")} == {"1.001193"}
    assert not list(empty_folder.iterdir()), "chat leaves nothing behind"


def test_the_console_script_is_the_same_program(installed, empty_folder):
    flow = ALL_FLOWS[0]
    drawn = run(installed.parent / "motcua", "draw", flow.name, cwd=empty_folder).stdout
    assert drawn == run(installed, "-m", "bot", "draw", flow.name, cwd=empty_folder).stdout == f"{flow.draw()}\n"
