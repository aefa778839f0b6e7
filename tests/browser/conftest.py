"""A browser, and the page that it opens. Where there is no Chromium one line says so; a CI run has to have one."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.house import Served, served

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NONE_FOUND = "no Chromium here: apt-get install chromium"


def pytest_collection_modifyitems(items):
    if CHROMIUM is None and not os.environ.get("CI"):
        for item in items:
            if Path(__file__).parent in Path(item.path).parents:
                item.add_marker(pytest.mark.skip(reason=NONE_FOUND))


@pytest.fixture
def site(tmp_path, knowledge) -> Iterator[Served]:
    with served(tmp_path, knowledge) as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """For these tests only: while Playwright runs, its event loop counts as running in this thread, and no other could."""
    if CHROMIUM is None:
        pytest.fail(NONE_FOUND)
    with sync_playwright() as playwright:
        as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=as_root)
        yield opened
        opened.close()
