"""The office's pages in Vietnamese: every command on them is one, every link leads somewhere, every picture is small."""

import re
import shlex

import pytest

from bot import __main__ as program
from tests.tree import ROOT

PAGES = {path.name: path.read_text("utf-8") for path in sorted((ROOT / "docs").glob("*.md"))}
MOST_BYTES = 60 * 1024
LINK = re.compile(r"\]\(([^)]+)\)")
COMMAND = re.compile(r"^motcua .+$|`motcua ([^`]+)`", re.MULTILINE)
STANDS_FOR = {
    "NƠI": "xa_mau_mot", "NGÀY": "2026-11-23", "TỪ": "2026-11-01", "ĐẾN": "2026-11-23", "SỐ": "12", "MÃ": "H31-422E",
    "TỆP": "so.bak", "CŨ": "old", "MỚI": "new",
}
"""Placeholders of the pages, and something in their place."""


def commands(text):
    for found in COMMAND.finditer(text):
        words = shlex.split(found[1] or found[0].removeprefix("motcua "))
        yield [STANDS_FOR.get(word.rstrip("…"), word) for word in words]


@pytest.mark.parametrize("name", ["mot-ngay-cua-can-bo.md", "su-co-va-mo-cua.md", "co-quan.md", "zalo.md"])
def test_every_command_on_a_page_is_one(name, capsys):
    wrong, parser = [], program._parser()
    for words in commands(PAGES[name]):
        try:
            parser.parse_args(words)
        except SystemExit:
            wrong.append(f"{' '.join(words)}: {capsys.readouterr().err.strip().splitlines()[-1]}")
    assert not wrong, "\n".join(wrong)


def test_the_clerks_day_has_five_steps_each_with_its_command_and_picture():
    steps = re.split(r"^## \d\. ", PAGES["mot-ngay-cua-can-bo.md"], flags=re.MULTILINE)[1:]
    assert len(steps) == 5
    for step in steps:
        assert re.search(r"^motcua ", step, re.MULTILINE), step
        assert re.search(r"!\[[^\]]+\]\(hinh/", step), step


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_to_a_file(name):
    targets = [target.partition("#")[0] for target in LINK.findall(PAGES[name]) if not re.match(r"https?:|mailto:|#", target)]
    missing = [target for target in targets if not (ROOT / "docs" / target).exists()]
    assert not missing, missing


def test_pictures_are_small_and_used():
    pictures = list((ROOT / "docs" / "hinh").glob("*.png"))
    assert len(pictures) >= 5
    for picture in pictures:
        assert picture.read_bytes().startswith(b"\x89PNG")
        assert picture.stat().st_size <= MOST_BYTES, picture
        assert any(f"hinh/{picture.name}" in text for text in PAGES.values()), f"{picture.name} stands on no page"
