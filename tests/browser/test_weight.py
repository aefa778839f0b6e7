"""A first visit is light enough for a weak signal."""

import pytest

from tests.browser.visit import SIZES

MOST_BYTES = 60 * 1024


@pytest.mark.parametrize("size", SIZES)
def test_a_first_visit_stays_under_sixty_kilobytes(browser, site, size):
    """What goes over the wire, headers included, as the browser itself counts it."""
    width, height = SIZES[size]
    with browser.new_context(viewport={"width": width, "height": height}) as context:
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        names: dict[str, str] = {}
        counted: dict[str, float] = {}
        session.on("Network.requestWillBeSent", lambda event: names.update({event["requestId"]: event["request"]["url"]}))
        session.on("Network.loadingFinished", lambda event: counted.update({names[event["requestId"]]: event["encodedDataLength"]}))
        page.goto(site.url, wait_until="load")
        page.wait_for_timeout(500)
        table = "\n".join(f"{int(size):>7} {url.removeprefix(site.url)}" for url, size in counted.items())
        print(f"{table}\n{int(sum(counted.values())):>7} in all")
        assert len(counted) >= 5, table
        assert sum(counted.values()) < MOST_BYTES, table
        again = sum(counted.values())
        page.goto(site.url)
        assert sum(counted.values()) - again < 8 * 1024, "the second time only the page itself comes"
