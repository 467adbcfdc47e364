"""Debian's Chromium, headless, driven by Playwright: a page on a screen of any size, and what went wrong on it."""

import shutil
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
INSTALL = "sudo apt-get install chromium"
TIMEOUT_S = 60


def executable() -> str | None:
    """Where a Chromium is, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """A Chromium; a context manager that ends it.

    requests, complaints: the addresses that the page opened last asked for, and what its console and scripts said.
    """

    def __enter__(self) -> "Browser":
        self._playwright = sync_playwright().start()
        try:
            self._chromium = self._playwright.chromium.launch(
                executable_path=executable(), args=["--disable-gpu", "--disable-dev-shm-usage"]
            )
        except BaseException:
            self._playwright.stop()
            raise
        self._page: Page | None = None
        self.requests: list[str] = []
        self.complaints: list[str] = []
        return self

    def __exit__(self, *_: object) -> None:
        self._chromium.close()
        self._playwright.stop()

    def visitor(self, width: int, height: int, phone: bool = False) -> Page:
        """A page of somebody whom no server knows yet, on a screen of so many CSS pixels.

        A phone has two dots to the pixel and no mouse. Close the page's ``context`` in the end.
        """
        context = self._chromium.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=2 if phone else 1,
            is_mobile=phone,
            has_touch=phone,
        )
        context.set_default_timeout(1000 * TIMEOUT_S)
        return context.new_page()

    def open(self, page: Path | str, width: int, height: int, phone: bool = False) -> None:
        """Load a page, a file or an address, laid out for a screen of so many CSS pixels."""
        if self._page:
            self._page.context.close()
        self._page = self.visitor(width, height, phone)
        self.requests.clear()
        self.complaints.clear()
        self._page.on("request", lambda request: self.requests.append(request.url[:200]))
        self._page.on("console", lambda message: self.complaints.append(message.text))
        self._page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self._page.goto(page.resolve().as_uri() if isinstance(page, Path) else page)

    def ask(self, expression: str) -> object:
        """The value of a JavaScript expression in the page."""
        return self._page.evaluate(expression)
