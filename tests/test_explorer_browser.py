"""A newcomer's path through the pages in a real browser, with scripts and without."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hauberk.tests.browser import Reader, reading
from hauberk.tests.tour import DAY, TOUR
from hauberk.tests.web import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module", params=[True, False], ids=["with scripts", "without scripts"])
def newcomer(
    request: pytest.FixtureRequest, browser: "Browser", explorer: Server
) -> Iterator[Reader]:
    with reading(browser, explorer.root, scripts=request.param) as reader:
        yield reader


@pytest.fixture
def reader(browser: "Browser", explorer: Server) -> Iterator[Reader]:
    with reading(browser, explorer.root) as opened:
        yield opened


def finds(reader: Reader, words: str, name: str) -> None:
    """Look for *words* from the home page, and open what goes by *name*."""
    reader.opens("/")
    reader.page.get_by_role("searchbox").first.fill(words)
    reader.page.get_by_role("searchbox").first.press("Enter")
    reader.page.wait_for_url("**/search?*")
    reader.page.locator("main").get_by_role("link", name=name, exact=True).click()
    assert reader.heading == name


def test_newcomer_finds_a_firm_and_reads_who_says_so(newcomer: Reader) -> None:
    page = newcomer.page
    finds(newcomer, "Renault", "Renault Group")
    dossier = newcomer.path
    assert dossier.startswith("/doc/id/firm/")
    mark = page.locator("main details.mark").first
    source = mark.locator("a[rel~=nofollow]").first
    assert not source.is_visible(), "voices are folded until they are asked for"
    mark.locator("summary").click()
    assert source.is_visible()
    assert (source.get_attribute("href") or "").startswith("https://")
    # The source's own page is one click away, and stays on this server.
    mark.locator("a[href^='/id/source/']").first.click()
    assert newcomer.path.startswith("/doc/id/source/")
    assert page.locator("main a[rel~=nofollow]").count() >= 1
    page.go_back()
    mark = page.locator("main details.mark").first
    if mark.get_attribute("open") is None:
        mark.locator("summary").click()
    mark.locator("a[href^='/id/claim/']").first.click()
    assert newcomer.path.startswith("/doc/id/claim/")
    assert page.locator("main a[href^='/id/source/']").count() >= 1
    newcomer.is_content()


def test_newcomer_goes_back_to_a_day_and_returns(newcomer: Reader) -> None:
    page = newcomer.page
    finds(newcomer, "Renault", "Renault Group")
    deal = page.locator("main a[href*='fr-ua-carmaker-drones-lci-2025-06']")
    assert deal.count() >= 1, "today it is known whom the minister meant"
    page.get_by_label(re.compile("as known on|as of", re.IGNORECASE)).first.fill(DAY)
    page.get_by_role("button", name=re.compile("^(show|go|see|apply)", re.IGNORECASE)).first.click()
    page.wait_for_url(f"**as-of={DAY}*")
    assert newcomer.heading == "Renault Group"
    assert page.get_by_text("7 June 2025").first.is_visible()
    assert deal.count() == 0, "the day after, nobody had named the carmaker"
    # The day stays while one reads on.
    page.get_by_role("link", name="Questions").first.click()
    assert f"as-of={DAY}" in newcomer.path
    page.go_back()
    page.get_by_role("link", name=re.compile("today|now", re.IGNORECASE)).first.click()
    assert "as-of" not in newcomer.path
    assert newcomer.heading == "Renault Group"
    assert deal.count() >= 1
    newcomer.is_content()


def test_newcomer_asks_a_question_and_takes_the_answer_away(
    newcomer: Reader, tmp_path: Path
) -> None:
    page = newcomer.page
    newcomer.opens("/")
    page.get_by_role("link", name="Questions").first.click()
    page.get_by_role("link", name="Template deals by country").click()
    assert newcomer.heading == "Template deals by country"
    page.get_by_label("Country").select_option(label="Ukraine")
    page.get_by_role("button", name="Ask").click()
    page.wait_for_url("**country=UA*")
    told = re.search(r"(\d+) rows", page.get_by_role("heading", name="Answer").inner_text())
    assert told
    assert page.locator("main table").first.locator("tbody tr").count() > 0
    with page.expect_download() as started:
        page.get_by_role("link", name="CSV", exact=True).first.click()
    saved = tmp_path / "answer.csv"
    started.value.save_as(saved)
    with saved.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == int(told[1])
    assert {row["country"] for row in rows} == {"https://w3id.org/hauberk/id/state/UA"}
    newcomer.is_content()


@pytest.mark.parametrize("name", TOUR)
def test_page_asks_nothing_of_other_hosts_and_complains_of_nothing(
    newcomer: Reader, name: str
) -> None:
    newcomer.opens(TOUR[name])
    newcomer.page.wait_for_load_state("networkidle")
    assert newcomer.heading
    newcomer.is_content()


def test_page_with_all_it_loads_is_small(reader: Reader) -> None:
    """The editor is the one script that may be large."""
    for name, path in TOUR.items():
        if name == "sparql":
            continue
        reader.opens(path)
        reader.page.wait_for_load_state("networkidle")
        weight = reader.page.evaluate(
            "performance.getEntries().reduce((sum, e) => sum + (e.decodedBodySize || 0), 0)"
        )
        assert 3_000 < weight < 300_000, (name, weight)


def test_first_paint_comes_within_a_second(reader: Reader) -> None:
    for path in TOUR.values():
        reader.opens(path)  # whatever the server had to work out, it keeps
        reader.page.reload()
        painted = reader.page.evaluate(
            "performance.getEntriesByName('first-contentful-paint')[0].startTime"
        )
        assert painted < 1_000, (path, painted)


def test_search_suggests_while_one_types_in_spite_of_slips(reader: Reader) -> None:
    page = reader.page
    reader.opens("/")
    box = page.get_by_role("main").get_by_role("combobox")
    box.press_sequentially("renalt", delay=30)
    page.get_by_role("option", name=re.compile("Renault Group")).first.wait_for()
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url("**/doc/id/firm/**")
    assert reader.heading == "Renault Group"
    reader.is_content()
