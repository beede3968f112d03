"""The pages for every eye and hand: axe, keyboard, small screens, dark rooms, paper."""

import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe

from hauberk.tests.browser import PHONE, Reader, reading
from hauberk.tests.tour import TOUR
from hauberk.tests.web import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_RULES: Final = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
_NARROW: Final = (320, 640)
"""What is left of a screen of 1,280 pixels at four times the size (WCAG 2.2, 1.4.10)."""


@pytest.fixture(scope="module")
def light(browser: "Browser", explorer: Server) -> Iterator[Reader]:
    with reading(browser, explorer.root) as reader:
        yield reader


@pytest.fixture(scope="module")
def dark(browser: "Browser", explorer: Server) -> Iterator[Reader]:
    with reading(browser, explorer.root, dark=True) as reader:
        yield reader


@pytest.fixture(scope="module")
def phone(browser: "Browser", explorer: Server) -> Iterator[Reader]:
    with reading(browser, explorer.root, size=_NARROW) as reader:
        yield reader


def faults(page: "Page", options: dict[str, Any]) -> list[str]:
    """Return what axe holds against a page, where it is serious or worse."""
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:160]} {node['failureSummary']}"
        for rule in found
        if rule["impact"] in {"serious", "critical"}
        for node in rule["nodes"]
    ]


def opened(page: "Page") -> None:
    """Open all that is folded, so that it is looked at too."""
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


@pytest.mark.parametrize("name", TOUR)
def test_axe_finds_no_serious_fault(light: Reader, name: str) -> None:
    light.opens(TOUR[name])
    opened(light.page)
    assert faults(light.page, _RULES) == []


@pytest.mark.parametrize("name", TOUR)
def test_contrast_is_enough_in_the_dark(dark: Reader, name: str) -> None:
    dark.opens(TOUR[name])
    opened(dark.page)
    assert dark.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    shade = dark.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert sum(map(int, re.findall(r"\d+", shade)[:3])) < 200, shade
    assert faults(dark.page, {"runOnly": ["color-contrast"]}) == []


@pytest.mark.parametrize("name", TOUR)
def test_nothing_is_wider_than_a_small_screen(phone: Reader, name: str) -> None:
    phone.opens(TOUR[name])
    wide = phone.page.evaluate("""() => {
        const most = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth <= most) return [];
        return [...document.querySelectorAll('main *, header *, footer *')]
            .filter(each => each.getBoundingClientRect().right > most + 1)
            .slice(0, 5).map(each => each.outerHTML.slice(0, 120));
    }""")
    assert wide == []


@pytest.mark.parametrize("name", TOUR)
def test_targets_are_large_enough_for_a_finger(phone: Reader, name: str) -> None:
    phone.opens(TOUR[name])
    assert faults(phone.page, {"runOnly": ["target-size"]}) == []


_FOCUSED: Final = """() => {
    const each = document.activeElement, box = each.getBoundingClientRect();
    const look = getComputedStyle(each);
    return {
        name: each.outerHTML.slice(0, 120), tag: each.tagName,
        seen: box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight,
        ring: look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2,
        inside: each.closest('main, footer') !== null,
    };
}"""


@pytest.mark.parametrize("name", ["home", "deal", "state", "question"])
def test_keyboard_goes_through_a_page_in_order_and_shows_where_it_is(
    light: Reader, name: str
) -> None:
    light.opens(TOUR[name])
    assert light.page.locator("[tabindex]:not([tabindex='0']):not([tabindex='-1'])").count() == 0
    stops = []
    for _ in range(30):
        light.page.keyboard.press("Tab")
        stop = light.page.evaluate(_FOCUSED)
        if stop["tag"] == "BODY":
            break
        stops.append(stop)
    assert len(stops) > 8
    assert [each["name"] for each in stops if not each["seen"]] == []
    assert [each["name"] for each in stops if not each["ring"]] == []
    came_in = next(n for n, each in enumerate(stops) if each["inside"])
    assert [each["name"] for each in stops[came_in:] if not each["inside"]] == []


def test_keyboard_skips_to_the_content_and_opens_a_mark(light: Reader) -> None:
    light.opens(TOUR["deal"])
    page = light.page
    page.keyboard.press("Tab")
    assert page.evaluate(_FOCUSED)["seen"]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    mark = page.locator("main details > summary").first
    mark.focus()
    page.keyboard.press("Enter")
    assert mark.evaluate("each => each.parentElement.open")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('details') !== null"), (
        "what a mark opens comes next"
    )


def test_screen_reader_meets_landmarks_and_headings_in_order(light: Reader) -> None:
    for path in TOUR.values():
        light.opens(path)
        page = light.page
        for role in ("banner", "main", "contentinfo", "search"):
            assert page.get_by_role(role).count() >= 1, (path, role)
        ranks = page.locator("h1, h2, h3, h4").evaluate_all(
            "all => all.filter(e => e.offsetParent).map(e => +e.tagName[1])"
        )
        assert ranks[0] == 1, path
        jumps = [(a, b) for a, b in itertools.pairwise(ranks) if b > a + 1]
        assert jumps == [], path
        unnamed = page.locator("svg[role=img]").evaluate_all(
            "all => all.filter(e => !e.getAttribute('aria-labelledby')"
            " && !e.getAttribute('aria-label')).length"
        )
        assert unnamed == 0, path


def test_every_picture_has_its_numbers_as_text(light: Reader) -> None:
    """A figure with a picture holds a table as well, or a list."""
    met = 0
    for path in TOUR.values():
        light.opens(path)
        figures = light.page.locator("figure:has(svg)")
        met += figures.count()
        assert figures.filter(has_not=light.page.locator("table, ul, ol, dl")).count() == 0, path
    assert met > 4


def test_paper_shows_the_facts_and_their_sources_and_no_navigation(
    browser: "Browser", explorer: Server
) -> None:
    with reading(browser, explorer.root, dark=True, media="print") as reader:
        reader.opens(TOUR["deal"])
        page = reader.page
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") in {
            "rgb(255, 255, 255)", "rgba(0, 0, 0, 0)",
        }  # fmt: skip
        assert not page.get_by_role("searchbox").first.is_visible()
        assert not page.locator("header nav ul").first.is_visible()
        voices = page.locator("main details a[rel~=nofollow]")
        assert voices.count() > 0
        assert voices.first.is_visible(), "on paper nothing can be opened"
        ink = page.evaluate("getComputedStyle(document.querySelector('h1')).color")
        assert sum(map(int, re.findall(r"\d+", ink)[:3])) < 200, ink
        assert page.pdf().startswith(b"%PDF")


def test_page_fits_a_phone_and_a_wall(browser: "Browser", explorer: Server) -> None:
    for size in (PHONE, (3840, 2160)):
        with reading(browser, explorer.root, size=size) as reader:
            for name in ("home", "deal"):
                reader.opens(TOUR[name])
                least = reader.page.evaluate("""() => Math.min(...
                    [...document.querySelectorAll('main p, main li, main td, main dd')]
                        .filter(e => e.offsetParent && e.textContent.trim())
                        .map(e => parseFloat(getComputedStyle(e).fontSize)))""")
                assert least >= 11, (size, name, least)
