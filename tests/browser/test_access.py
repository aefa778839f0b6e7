"""axe-core finds no serious fault on any screen."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.visit import Visit

AXE = Path(__file__).parent / "vendor/axe.min.js"
SERIOUS = ("serious", "critical")


def faults(page: Page) -> str:
    """What axe finds of weight. Run by the test's own door, which the page's security policy does not bind."""
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": AXE.read_text("utf-8")})
    run = {"expression": "axe.run().then(r => r.violations)", "awaitPromise": True, "returnByValue": True}
    said = session.send("Runtime.evaluate", run)
    found = [each for each in said["result"]["value"] if each["impact"] in SERIOUS]
    return "\n".join(f"{each['id']}: {each['help']}: {[node['html'][:160] for node in each['nodes']]}" for each in found)


@pytest.mark.parametrize("size", ["phone", "desk"])
@pytest.mark.parametrize("large", [False, True])
def test_every_screen_is_accessible(browser, site, size, large):
    with Visit(browser, site, size) as visit:
        if large:
            visit.page.locator(".tools button").click()
        assert not faults(visit.page)
        visit.say("lam giay khai sinh cho con can gi")
        assert not faults(visit.page)
        visit.press("Kiểm xem đủ giấy chưa")
        visit.press("Có đủ hết")
        visit.press("Xong")
        assert not faults(visit.page)
        visit.context.set_offline(True)
        visit.page.locator("#note p").wait_for()
        assert not faults(visit.page)
        visit.context.set_offline(False)
        paper = visit.page.locator("article.ours a[href^='/print']").last.get_attribute("href")
        for path in (paper, "/end", "/print/999999"):
            visit.page.goto(visit.site.url + path)
            assert not faults(visit.page)
