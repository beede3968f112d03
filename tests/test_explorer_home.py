"""The home page, and the panels that open the pages of states, firms, programmes and models."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import lxml.html
import pytest

from hauberk.graph.census import census
from hauberk.graph.holdings import Holdings
from hauberk.graph.quality import quality
from hauberk.graph.store import Store
from hauberk.loaders.sync import batch, load
from hauberk.ontology.names import dossier
from hauberk.queries import catalog
from hauberk.queries.runner import Table, run
from hauberk.queries.web.explorer.book import book, pages_about
from hauberk.tests.support import source_text
from hauberk.tests.web import Server, serving

Element = Any  # lxml has no types
HTML: Final = {"Accept": "text/html"}
MOST_BYTES: Final = 300_000

WORLD: Final = (
    source_text("press", "later")
    + """
dossiers:
  model/lease: {label: Lease model}
  firm/oak: {label: Oak Works, state: FR}
  firm/pine: {label: Pine Yards, state: UA}
  firm/lynx: {label: Lynx Holding, state: DE}
  body/agency: {label: Agency, state: FR}
  undisclosed/maker: {label: unnamed maker, state: UA, unknown: nobody has said}
  agreement/drones:
    label: Drones that France pays for
    claims:
      - from: press
        modality: confirmed
        says:
          kind: donor-funded-procurement
          signed: 2024-05-03
          status: in-force
          follows-model: model/lease
          value: {amount: 100000000, currency: EUR, qualifier: exact}
          participations:
            - {agent: state/FR, role: funder}
            - {agent: state/UA, role: beneficiary}
            - {agent: firm/pine, role: supplier}
            - {agent: undisclosed/maker, role: producer}
  agreement/shells:
    label: Shells that Ukraine buys
    claims:
      - from: press
        modality: reported
        says:
          kind: supply-contract
          signed: 2024-11
          value: {amount: 50000000, currency: EUR, qualifier: approx}
          participations:
            - {agent: state/UA, role: customer}
            - {agent: firm/oak, role: supplier}
  agreement/joint-gift:
    label: Gift of France and Germany
    claims:
      - from: press
        modality: reported
        says:
          announced: 2025
          follows-model: model/lease
          value: {amount: 30000000, currency: EUR, qualifier: exact}
          participations:
            - {agent: state/FR, role: funder}
            - {agent: state/DE, role: funder}
            - {agent: state/UA, role: beneficiary}
      - from: later
        modality: expected
        says: {status: signed}
  agreement/off:
    label: Gift that was cancelled
    claims:
      - from: press
        modality: reported
        says:
          status: cancelled
          value: {amount: 999000000, currency: EUR, qualifier: exact}
          participations:
            - {agent: state/FR, role: funder}
            - {agent: state/UA, role: beneficiary}
  agreement/slice:
    label: First slice of the drones
    claims:
      - from: press
        modality: reported
        says:
          part-of: agreement/drones
          value: {amount: 10000000, currency: EUR, qualifier: exact}
          participations:
            - {agent: state/FR, role: funder}
            - {agent: state/UA, role: beneficiary}
  agreement/at-home:
    label: Order that stays in France
    claims:
      - from: press
        modality: reported
        says:
          value: {amount: 7000000, currency: EUR, qualifier: exact}
          participations:
            - {agent: body/agency, role: customer}
            - {agent: firm/oak, role: supplier}
  agreement/plant:
    label: Plant of Oak in Kyiv
    claims:
      - from: press
        modality: reported
        says:
          kind: co-production
          started: 2025-02-01
          participations:
            - {agent: firm/oak, role: owner}
            - {agent: state/UA, role: host}
          sites: [{in: UA, place: Kyiv}]
  agreement/workshop:
    label: Workshop in Le Mans
    claims:
      - from: press
        modality: reported
        says:
          participations:
            - {agent: firm/oak, role: producer}
          sites: [{in: FR, place: Le Mans}]
  stake/lynx-in-oak:
    label: Lynx holds a quarter of Oak
    claims:
      - from: press
        modality: reported
        says:
          participations:
            - {agent: firm/lynx, role: owner, share: 25}
            - {agent: firm/oak, role: owned}
  programme/wings:
    label: Wings
    claims:
      - from: press
        modality: reported
        says:
          started: 2019
          participations:
            - {agent: state/FR, role: participant}
            - {agent: state/DE, role: participant, since: 2021-06}
            - {agent: firm/oak, role: lead, share: 60}
      - from: press
        said: 2024
        modality: reported
        says:
          participations:
            - {agent: firm/lynx, role: partner, share: 40}
"""
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("panels")
    facts = folder / "world.yaml"
    facts.write_text(WORLD, encoding="utf-8")
    store = Store(folder / "store")
    load(store, batch([facts]))
    return store


@pytest.fixture(scope="module")
def server(world: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("panels-log") / "log"
    with serving(world.root, log, "--workers", "1") as running:
        yield running


def page(server: Server, path: str) -> Element:
    answer = server.ask(path, headers=HTML)
    assert answer.status == 200, answer.body[:500]
    assert len(answer.body) < MOST_BYTES
    return lxml.html.fromstring(answer.text)


@pytest.fixture(scope="module")
def front(explorer: Server) -> Element:
    """Return the home page of the bundled facts; a busy machine may need to be asked again."""
    tries = (explorer.ask("/", headers=HTML, timeout=90).status for _ in range(5))
    assert any(status == 200 for status in tries)
    return page(explorer, "/")


def words(element: Element) -> str:
    """Return an element's text, each run of white space one space."""
    return " ".join(" ".join(element.itertext()).split()).replace(" ,", ",")


def section(shown: Element, heading: str) -> Element:
    for each in shown.iter("section"):
        if any(words(title).startswith(heading) for title in each.findall("h2")):
            return each
    raise AssertionError(f"no section {heading!r}")


def table(inside: Element, title: str = "") -> list[list[str]]:
    """Return the cells of the first table, or of the one that a heading stands before."""
    for each in inside.iter("table"):
        if not title:
            break
        before = each.xpath("preceding::*[self::h2 or self::h3 or self::figcaption][1]")
        if before and words(before[0]).startswith(title):
            break
    else:
        raise AssertionError(f"no table {title!r}")
    return [[words(cell) for cell in row] for row in each.find("tbody")]


def plain(asked: Table) -> list[list[str]]:
    """Return the rows of an answer as texts."""
    return [[getattr(cell, "value", "") for cell in row] for row in asked.rows]


# -- Home -----------------------------------------------------------------------------------


def test_home_counts_what_the_graph_holds(front: Element, bundled_store: Path) -> None:
    with Store(bundled_store).read() as snapshot:
        held = census(snapshot.database)
    shown = words(section(front, "What the graph holds"))
    assert f"Ties {held['ties']:,} {held['agreements']:,} agreements" in shown
    assert f"Claims {held['claims']:,} from {held['sources']:,} sources" in shown
    assert f"Unnamed parties {held['undisclosed parties']:,}" in shown
    assert f"{held['firms']:,} firms" in shown


def test_home_says_how_sure_the_graph_is_as_check_does(front: Element, bundled_store: Path) -> None:
    with Store(bundled_store).read() as snapshot:
        told = quality(Holdings(snapshot.database), "2026-01-01")
        claims = census(snapshot.database)["claims"]
    shown = words(section(front, "What the graph holds"))
    single, of = told.ties_single_sourced.count, told.ties_single_sourced.of
    assert f"ties with a single source {round(100 * single / of)} % {single:,} of {of:,}" in shown
    counts = [
        int(re.search(rf"{name} [^o]*?([\d,]+) of {claims:,}", shown)[1].replace(",", ""))  # type: ignore[index]
        for name in ("confirmed", "reported", "hedged", "denied")
    ]
    assert sum(counts) == claims
    assert min(counts) > 0


def test_home_maps_the_ties_of_each_state_and_pair(front: Element, bundled_store: Path) -> None:
    with Store(bundled_store).read() as snapshot:
        pairs = run(catalog.find("ties-between-states"), snapshot)
    expected = {}
    for row in plain(pairs):
        named = dict(zip(pairs.columns, row, strict=True))
        expected[named["aLabel"], named["bLabel"]] = named["ties"]
    figure = front.cssselect("figure.map")[0]
    arcs = [[words(cell) for cell in row] for row in figure.findall(".//table")[1].find("tbody")]
    assert len(arcs) > 10
    for one, other, ties in arcs:
        assert expected.get((one, other), expected.get((other, one))) == ties
    heaviest = sorted((int(each) for each in expected.values()), reverse=True)
    assert [int(ties) for _, _, ties in arcs] == heaviest[: len(arcs)]


def test_home_s_timeline_holds_every_dated_tie(front: Element, bundled_store: Path) -> None:
    with Store(bundled_store).read() as snapshot:
        dated = sum(bool(tie.began) for tie in book(snapshot).ties.values())
    figure = front.cssselect("figure.timeline")[0]
    assert sum(int(row[1]) for row in table(figure)) == dated


def test_home_lists_the_newest_claims_and_leads_to_each_and_to_its_source(
    explorer: Server, front: Element
) -> None:
    items = section(front, "Newest claims").cssselect("li")
    said = [each.find("time").get("datetime") for each in items]
    assert len(said) >= 5
    assert said == sorted(said, reverse=True, key=lambda day: (day + "-01-01")[:10])
    for each in items:
        claim = each.cssselect("a[href^='/id/claim/']")[0].get("href")
        assert re.fullmatch(r"/id/claim/[0-9a-f]{16}", claim)
        assert explorer.ask(f"/doc{claim}", headers=HTML).status == 200
    assert any(each.cssselect("a[rel~='nofollow'][href^='https://']") for each in items)


def test_home_counts_the_open_riddles(server: Server) -> None:
    riddles = section(page(server, "/"), "Open riddles")
    assert "1 party still unnamed" in words(riddles)
    assert "unnamed maker Ukraine" in words(riddles)
    assert "0 dossiers contested" in words(riddles)


def test_home_works_without_scripts_and_styles_of_its_own(front: Element) -> None:
    shown = front
    assert not shown.xpath("//*[@style]")
    assert not [each for each in shown.iter("script") if not each.get("src")]
    (form,) = shown.cssselect("main form[action='/search']")
    assert form.cssselect("input[name=q]")
    assert len(shown.cssselect("h1")) == 1
    names = [each.get("id") for each in shown.xpath("//*[@id]")]
    assert len(names) == len(set(names))


# -- States ---------------------------------------------------------------------------------


def test_a_state_s_partners_are_counted_as_the_question_counts_them(
    explorer: Server, bundled_store: Path
) -> None:
    with Store(bundled_store).read() as snapshot:
        asked = run(catalog.find("ties-between-states"), snapshot, {"state": "UA"})
    expected = {row[1]: row[2] for row in plain(asked)}
    assert asked.columns[1:3] == ("bLabel", "ties")
    figure = section(page(explorer, "/doc/id/state/UA"), "Partners").cssselect("figure.map")[0]
    assert dict(row[:2] for row in table(figure)) == expected


def test_money_out_and_in_is_told_by_currency_and_never_counted_twice(server: Server) -> None:
    france = section(page(server, "/doc/id/state/FR"), "Money")
    assert table(france, "Out") == [["EUR", "2", "100", "30", "0"]]
    assert table(france, "In") == [["EUR", "1", "50", "\u2013", "1"]]
    ukraine = section(page(server, "/doc/id/state/UA"), "Money")
    assert table(ukraine, "In") == [["EUR", "2", "130", "\u2013", "0"]]
    assert table(ukraine, "Out") == [["EUR", "1", "50", "\u2013", "1"]]


def test_a_state_s_soil_and_its_firms_abroad_are_told_apart(server: Server) -> None:
    france = page(server, "/doc/id/state/FR")
    soil, abroad = section(france, "Production on its soil"), section(france, "Its firms abroad")
    assert [row[1:4] for row in table(soil)] == [["Workshop in Le Mans", "Oak Works", "Le Mans"]]
    assert [row[1:4] for row in table(abroad)] == [
        ["Plant of Oak in Kyiv co-production", "Oak Works", "Ukraine"]
    ]
    ukraine = page(server, "/doc/id/state/UA")
    assert table(section(ukraine, "Production on its soil"))[0] == [
        "1 February 2025", "Plant of Oak in Kyiv co-production", "Oak Works", "Kyiv", "",
    ]  # fmt: skip
    assert not [each for each in ukraine.iter("h2") if "firms abroad" in words(each)]


def test_what_is_made_abroad_is_what_the_question_foreign_production_finds(
    explorer: Server, bundled_store: Path
) -> None:
    with Store(bundled_store).read() as snapshot:
        asked = run(catalog.find("foreign-production"), snapshot, {"origin": "DE"})
    deals = {row[asked.columns.index("deal")] for row in asked.rows}
    heading = section(page(explorer, "/doc/id/state/DE"), "Its firms abroad").find("h2")
    assert words(heading).rpartition(" ")[2] == str(len(deals))


def test_a_state_without_ties_has_no_panel(server: Server) -> None:
    shown = page(server, "/doc/id/state/AT")
    assert not shown.cssselect("section.panel")


# -- Firms, programmes, models --------------------------------------------------------------


def test_a_firm_s_owners_holdings_and_shares_are_listed(server: Server) -> None:
    oak = section(page(server, "/doc/id/firm/oak"), "Owners and holdings")
    assert table(oak, "Who owns it")[0][:3] == ["Lynx Holding", "25", "Lynx holds a quarter of Oak"]
    lynx = section(page(server, "/doc/id/firm/lynx"), "Owners and holdings")
    assert table(lynx, "What it owns")[0][:2] == ["Oak Works", "25"]


def test_a_firm_s_partners_programmes_and_sites_are_told(server: Server) -> None:
    shown = page(server, "/doc/id/firm/oak")
    partners = section(shown, "Partners")
    assert table(partners, "Partners of Oak Works") == [
        ["Lynx Holding", "2"], ["Agency", "1"],
    ]  # fmt: skip
    sites = partners.cssselect("figure.map")[0]
    assert table(sites) == [["France", "1"], ["Ukraine", "1"]]
    dots = {each.find("title").text for each in sites.cssselect("svg a") if each.cssselect(".site")}
    assert dots == {"Kyiv: Plant of Oak in Kyiv", "Le Mans: Workshop in Le Mans"}
    programmes = section(shown, "Programmes")
    assert [row[1:3] for row in table(programmes)] == [["Wings", "lead"]]


def test_a_programme_s_members_stand_with_shares_and_since_when(server: Server) -> None:
    members = section(page(server, "/doc/id/programme/wings"), "Members")
    assert table(members, "States") == [
        ["France", "participant", ""], ["Germany", "participant", "June 2021"],
    ]  # fmt: skip
    assert table(members, "Firms and bodies") == [
        ["Lynx Holding", "Germany", "partner", "40"], ["Oak Works", "France", "lead", "60"],
    ]  # fmt: skip
    assert ["Germany", "June 2021", ""] in table(members, "Who takes part")
    assert table(members, "Accepted shares") == [["Oak Works", "60"], ["Lynx Holding", "40"]]


def test_a_model_s_spread_is_told_in_the_order_of_time(server: Server) -> None:
    spread = section(page(server, "/doc/id/model/lease"), "How it has spread")
    assert "2 accepted ties follow it, 3 states take part." in words(spread)
    told = [words(each) for each in spread.cssselect("ol.chronicle > li")]
    assert told == [
        "3 May 2024 Drones that France pays for new: France, Ukraine",
        "2025 Gift of France and Germany new: Germany",
    ]
    assert table(spread, "States that the model has reached") == [
        ["3 May 2024", "2"],
        ["2025", "3"],
    ]


def test_links_of_panels_lead_somewhere(server: Server) -> None:
    for path in ("state/FR", "firm/oak", "programme/wings", "model/lease"):
        for link in page(server, f"/doc/id/{path}").cssselect("section.panel a[href]"):
            address = link.get("href")
            assert address.startswith("/")
            answer = server.ask(address, headers=HTML)
            if answer.status == 303:
                answer = server.ask(answer.headers["location"], headers=HTML)
            assert answer.status == 200, address


def test_few_ties_are_read_alone_and_tell_the_same(world: Store) -> None:
    node = dossier("firm/oak")
    with world.read() as snapshot:
        few = pages_about(snapshot, node)
        whole = book(snapshot)
        assert few is not whole
        assert few.of_agent["firm/oak"] == whole.of_agent["firm/oak"]
        assert len(few.of_agent["firm/oak"]) > 4
        assert {few.seat(each) for each in ("firm/oak", "firm/lynx")} == {"FR", "DE"}
        assert pages_about(snapshot, node) is whole
