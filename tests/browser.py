"""A reader's browser: a real Chromium, what it asks for, and what it complains of."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, Response, sync_playwright

CALM: Final = (
    "--disable-background-networking", "--disable-component-update", "--disable-quic",
    "--disable-sync", "--no-first-run", "--force-color-profile=srgb",
)  # fmt: skip
"""A browser that asks for nothing but what its pages need, and draws the same everywhere."""
WIDE: Final = (1280, 900)
PHONE: Final = (390, 844)


def chromium() -> str | None:
    """Return where Chromium is installed on this machine, if it is."""
    for name in ("chromium", "chromium-browser", "google-chrome", "chrome"):
        if found := shutil.which(name):
            return found
    return None


@contextmanager
def started(program: str) -> Iterator[Browser]:
    """Yield a browser."""
    # Chromium's own sandbox does not start for root, which containers often are.
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path=program, args=[*CALM, *(["--no-sandbox"] if root else [])]
        )
        try:
            yield browser
        finally:
            browser.close()


@dataclass(slots=True)
class Reader:
    """One who reads pages: the page that is open, what was asked for, what went wrong."""

    page: Page
    root: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def opens(self, path: str) -> None:
        """Go to a page by its address."""
        answer = self.page.goto(self.root + path)
        assert answer is not None, path
        assert answer.ok, (path, answer.status)

    @property
    def path(self) -> str:
        """The address of the page that is open, without the server's."""
        return self.page.url.removeprefix(self.root)

    @property
    def heading(self) -> str:
        """The page's one heading of the first rank."""
        headings = self.page.locator("h1")
        assert headings.count() == 1, (self.path, headings.all_inner_texts())
        return headings.inner_text().strip()

    def elsewhere(self) -> list[str]:
        """Return what was asked of other hosts."""
        here = urlsplit(self.root).netloc
        own = ("data", "blob", "about")
        return [each for each in self.asked
                if urlsplit(each).netloc != here and urlsplit(each).scheme not in own]  # fmt: skip

    def is_content(self) -> None:
        """Fail where a page complained, an address was dead, or another host was asked."""
        assert self.complaints == []
        assert self.elsewhere() == []

    def saves(self, path: Path, *, whole: bool = True) -> Path:
        """Save a picture of the page."""
        self.page.screenshot(path=path, full_page=whole)
        return path


@contextmanager
def reading(  # noqa: PLR0913
    browser: Browser,
    root: str,
    *,
    scripts: bool = True,
    dark: bool = False,
    size: tuple[int, int] = WIDE,
    media: str = "screen",
) -> Iterator[Reader]:
    """Yield a reader of the server at *root* whose browser remembers nothing."""
    context = browser.new_context(
        java_script_enabled=scripts,
        color_scheme="dark" if dark else "light",
        viewport={"width": size[0], "height": size[1]},
        locale="en-GB",
        timezone_id="Europe/London",
        reduced_motion="reduce",
        accept_downloads=True,
    )
    context.set_default_timeout(30_000)
    try:
        reader = Reader(context.new_page(), root)
        if media != "screen":
            reader.page.emulate_media(media="print")
        _listen(context, reader)
        yield reader
    finally:
        context.close()


def _listen(context: BrowserContext, reader: Reader) -> None:
    def answered(response: Response) -> None:
        if response.status >= 400:
            reader.complaints.append(f"{response.status} {response.url}")

    def said(message: Any) -> None:  # noqa: ANN401  (its type differs between releases)
        if message.type in {"error", "warning"}:
            reader.complaints.append(f"{message.type}: {message.text}")

    context.on("request", lambda request: reader.asked.append(request.url))
    context.on("response", answered)
    context.on("console", said)
    context.on("weberror", lambda error: reader.complaints.append(f"script: {error.error}"))
