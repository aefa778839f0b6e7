"""A citizen at a browser: types, presses, reads; whatever the page does that it must not is remembered."""

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.house import Served

SIZES = {"phone": (360, 740), "desk": (1280, 800)}
EXPECTED = ("ERR_INTERNET_DISCONNECTED", "Failed to fetch", "429", "503", "ERR_CONNECTION", "ERR_NETWORK")
"""What a browser itself writes down when the signal is gone or a message is not taken."""


class Visit:
    """One browser with its own cookies. ``scripted`` False: without JavaScript."""

    def __init__(self, browser: Browser, site: Served, size: str = "phone", scripted: bool = True) -> None:
        width, height = SIZES[size]
        self.site, self.scripted = site, scripted
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": height}, has_touch=size == "phone", java_script_enabled=scripted, locale="vi-VN",
        )
        self.context.set_default_timeout(10_000)
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.context.on("console", lambda message: self._write_down(message.type, message.text))
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.page: Page = self.context.new_page()

    def __enter__(self) -> "Visit":
        self.page.goto(self.site.url)
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def _write_down(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not any(each in text for each in EXPECTED):
            self.complaints.append(text)

    def say(self, text: str) -> str:
        """Types and sends; what the bot answers."""
        answers = self._answers()
        self.page.fill("#text", text)
        self.page.press("#text", "Enter")
        return self._next(answers)

    def press(self, label: str) -> str:
        """The button that bears *label* in the list that is alive."""
        answers = self._answers()
        self.page.locator(".choices.live button", has_text=label).first.click()
        return self._next(answers)

    def _answers(self) -> int:
        return self.page.locator("article.ours").count()

    def _next(self, before: int) -> str:
        expect(self.page.locator("article.ours").nth(before)).to_be_visible()
        return self.last

    @property
    def last(self) -> str:
        """The newest answer, its list included."""
        return self.page.locator("article.ours").last.inner_text()

    @property
    def said(self) -> list[str]:
        """Everything in the conversation, in order."""
        return self.page.locator("article .text").all_inner_texts()

    def check(self) -> None:
        """Nothing was asked of anybody else, nothing was refused by the security policy, no script failed."""
        elsewhere = [url for url in self.asked if not url.startswith((self.site.url, "data:", "blob:"))]
        assert not elsewhere, elsewhere
        assert not self.complaints, "\n".join(self.complaints)
        width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert not self.scripted or self.page.evaluate(width) <= 0, "the page is wider than the screen"
