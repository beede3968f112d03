"""The pages' scripts, what they ask for, and the SPARQL page with them and without."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import pytest
from lxml import html

from hauberk.queries import catalog
from hauberk.queries.web.pages import has_static
from hauberk.tests.test_layout import ROOT
from hauberk.tests.web import CSV, ENDLESS, JSON, Answer, Server, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
RHEINMETALL = "firm/rheinmetall"
CARMAKER = "agreement/fr-ua-carmaker-drones-lci-2025-06"
STATES = "SELECT ?deal ?state { ?deal hbk:involvesState ?state } ORDER BY ?deal ?state"

needs_scripts = pytest.mark.skipif(
    not has_static("js/editor.js"), reason="the scripts are built where npm is"
)


def page_of(server: Server, query: str, **fields: str) -> Answer:
    """Return the page that a browser gets for a query."""
    asked = urlencode({"query": query, **fields}, quote_via=quote)
    return server.ask(f"/sparql?{asked}", headers=BROWSER)


def read(answer: Answer) -> Any:  # noqa: ANN401  (lxml's element)
    """Return a page as a tree."""
    assert answer.type == "text/html", (answer.status, answer.body[:300])
    return html.fromstring(answer.text)


def neighbours(server: Server, name: str, **fields: str) -> dict[str, Any]:
    """Return a page of a dossier's neighbours."""
    asked = urlencode({"id": name, **{each.replace("_", "-"): v for each, v in fields.items()}})
    answer = server.ask(f"/neighbours?{asked}")
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json
    return found


# -- What a page may load, and does -----------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["/", "/queries", "/sparql", f"/doc/id/{RHEINMETALL}", "/ns", "/static/hauberk.css",
     "/neighbours?id=state/FR", "/healthz", "/nowhere", "/sparql?query=x"],
)  # fmt: skip
def test_every_answer_lets_a_browser_load_from_this_server_alone(
    path: str, explorer: Server
) -> None:
    headers = explorer.ask(path, headers=BROWSER).headers
    policy = dict(
        each.strip().split(" ", 1) for each in headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]


@pytest.mark.parametrize(
    "path", ["/", "/queries", "/sparql", f"/sparql?query={quote(STATES)}&view=map",
             f"/doc/id/{RHEINMETALL}", f"/doc/id/{CARMAKER}", "/doc/ns",
             "/queries/deals-by-country?country=FR&run=1"],
)  # fmt: skip
def test_no_page_holds_a_script_or_style_of_its_own(path: str, explorer: Server) -> None:
    page = read(explorer.ask(path, headers=BROWSER))
    for script in page.iter("script"):
        assert script.get("src", "").startswith("/static/js/"), script.text
        assert not script.text
    assert not page.xpath("//style | //@style")
    assert not [name for each in page.iter() for name in each.attrib if name.startswith("on")]


@needs_scripts
@pytest.mark.parametrize("name", ["explorer", "editor"])
def test_a_script_is_served_and_the_sparql_page_names_it(name: str, explorer: Server) -> None:
    script = explorer.ask(f"/static/js/{name}.js")
    assert script.status == 200
    assert script.type in {"text/javascript", "application/javascript"}
    named = read(explorer.ask("/sparql", headers=BROWSER)).xpath("//script/@src")
    assert f"/static/js/{name}.js" in named


@needs_scripts
def test_the_script_of_every_page_is_small_and_the_editor_is_loaded_where_it_is_needed(
    explorer: Server,
) -> None:
    assert len(explorer.ask("/static/js/explorer.js").body) < 60_000
    for path in ("/", "/queries", f"/doc/id/{RHEINMETALL}"):
        assert "editor.js" not in explorer.ask(path, headers=BROWSER).text


@needs_scripts
def test_the_licence_of_each_package_in_the_scripts_is_served_with_them(explorer: Server) -> None:
    told = explorer.ask("/static/js/licences.txt").text
    for name in ("@codemirror/view", "codemirror-lang-sparql", "d3-force"):
        assert re.search(rf"^{name} [\d.]+ \(", told, re.MULTILINE), name
    assert told.count("WITHOUT WARRANTY") >= 10


@needs_scripts
def test_each_text_that_a_script_shows_is_in_the_page(explorer: Server) -> None:
    used: set[str] = set()
    for file in (ROOT / "queries" / "web" / "scripts" / "src").rglob("*.ts"):
        used |= set(re.findall(r'\btext\("([A-Za-z]+)"', file.read_text(encoding="utf-8")))
    texts = read(explorer.ask("/", headers=BROWSER)).get_element_by_id("script-texts")
    held = {name.removeprefix("data-t-") for name in texts.attrib if name.startswith("data-t-")}
    words = {re.sub(r"[A-Z]", lambda found: f"-{found[0].lower()}", each) for each in used}
    assert words
    assert words <= held


def test_a_wheel_made_without_npm_has_the_pages_and_no_script(tmp_path: Path) -> None:
    source, empty = tmp_path / "source", tmp_path / "empty"
    empty.mkdir()
    left_out = shutil.ignore_patterns("node_modules", "js", "__pycache__", "facts")
    for room in ("ontology", "graph", "queries", "loaders"):
        shutil.copytree(ROOT / room, source / room, ignore=left_out)
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    words = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-v",
        "--no-deps",
        "-w",
        str(tmp_path),
        str(source),
    ]
    environment = {**os.environ, "PATH": str(empty)}
    made = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
    assert made.returncode == 0, made.stdout[-3000:] + made.stderr[-3000:]
    lines = [*made.stdout.splitlines(), *made.stderr.splitlines()]
    told = [line for line in lines if "scripts are not built" in line]
    assert len(told) == 1, lines[-30:]
    assert "there is no npm" in told[0]
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        assert not [name for name in wheel.namelist() if name.endswith((".js", ".ts"))]
        wheel.extractall(tmp_path / "lib")
    code = (
        "from hauberk.queries.web.explorer import answers as a;"
        "from hauberk.queries.web.frames import Limits;"
        "print(a.__file__); print(a.query_form(None, {}, Limits()).body.decode())"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "lib")}
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert str(tmp_path) in shown.stdout.splitlines()[0]
    assert '<textarea id="query"' in shown.stdout
    assert "<script" not in shown.stdout


# -- The SPARQL page, as a form ---------------------------------------------------------------


def test_a_browser_reads_the_answer_to_a_query_as_a_table(explorer: Server) -> None:
    page = read(page_of(explorer, f"{STATES} LIMIT 3"))
    rows = page.xpath("//*[@id='answer']//tbody/tr")
    asked = explorer.sparql(f"{STATES} LIMIT 3").values
    assert len(rows) == 3
    for row, (deal, state) in zip(rows, asked, strict=True):
        links = row.xpath("./td/a/@href")
        assert links == [each.removeprefix("https://w3id.org/hauberk") for each in (deal, state)]
    assert "3 rows" in page.get_element_by_id("answer-title").text_content()
    assert page.get_element_by_id("query").text.strip() == f"{STATES} LIMIT 3"


def test_a_long_answer_comes_in_pages_that_together_hold_every_row(explorer: Server) -> None:
    asked = explorer.sparql(STATES).values
    assert len(asked) > 1000
    path, seen = f"/sparql?query={quote(STATES)}", []
    while path:
        page = read(explorer.ask(path, headers=BROWSER))
        assert f"{len(asked):,} rows" in page.get_element_by_id("answer-title").text_content()
        seen += [row.xpath("./td/a/@href") for row in page.xpath("//*[@id='answer']//tbody/tr")]
        path = next(iter(page.xpath("//a[@rel='next']/@href")), "")
    known = [[each.removeprefix("https://w3id.org/hauberk") for each in row] for row in asked]
    assert seen == known


@pytest.mark.parametrize(
    ("query", "form", "kind"),
    [(STATES, "csv", CSV), (STATES, "json", JSON), (STATES, "tsv", "text/tab-separated-values"),
     (STATES, "xml", "application/sparql-results+xml"), ("ASK {}", "json", JSON),
     ("DESCRIBE <https://w3id.org/hauberk/id/state/FR>", "ttl", "text/turtle"),
     ("DESCRIBE <https://w3id.org/hauberk/id/state/FR>", "json", "application/ld+json")],
)  # fmt: skip
def test_the_answer_can_be_taken_away_by_a_link_in_each_format(
    query: str, form: str, kind: str, explorer: Server
) -> None:
    taken = page_of(explorer, query, format=form)
    assert (taken.status, taken.type) == (200, kind)
    page = read(page_of(explorer, query))
    assert len(page.xpath("//ul[@class='downloads']//a[@download]")) == 4


def test_a_format_in_the_address_does_not_overrule_what_a_program_accepts(
    explorer: Server,
) -> None:
    asked = f"/sparql?format=json&query={quote(STATES)}"
    assert explorer.ask(asked, headers={"Accept": CSV}).type == CSV


def test_a_map_is_drawn_of_states_and_a_network_of_two_columns(explorer: Server) -> None:
    drawn = read(page_of(explorer, STATES, view="map"))
    assert drawn.xpath("//*[@id='answer']//figure//svg")
    assert "France" in drawn.get_element_by_id("answer").text_content()
    woven = read(page_of(explorer, f"{STATES} LIMIT 30", view="network"))
    assert woven.xpath("//*[@id='answer']//figure[contains(@class, 'network')]//svg")
    crowded = page_of(explorer, STATES, view="network")
    ties = len({tuple(row) for row in explorer.sparql(STATES).values})
    assert f"{ties - 400:,} more are left out here" in crowded.text
    assert len(crowded.body) < 300_000
    for view in ("map", "network"):
        told = read(page_of(explorer, "SELECT (1 AS ?one) {}", view=view))
        assert not told.xpath("//*[@id='answer']//figure")
        assert "needs" in told.get_element_by_id("answer").text_content()


def test_places_with_coordinates_are_points_on_the_map(explorer: Server) -> None:
    query = (
        "PREFIX geo: <http://www.w3.org/2003/01/geo/wgs84_pos#> SELECT ?name ?lat ?long "
        "{ ?place geo:lat ?lat ; geo:long ?long ; rdfs:label ?name FILTER(?name = 'Kyiv') } LIMIT 1"
    )
    assert len(explorer.sparql(query).values) == 1
    page = read(page_of(explorer, query, view="map"))
    assert "Kyiv" in page.xpath("string(//*[@id='answer']//figure)")


def test_a_graph_is_shown_as_turtle_and_a_question_of_yes_or_no_by_its_word(
    explorer: Server,
) -> None:
    shown = read(page_of(explorer, "CONSTRUCT { ?s a hbk:Firm } { ?s a hbk:Firm } LIMIT 2"))
    assert "a hbk:Firm" in shown.xpath("string(//*[@id='answer']//pre)")
    for query, word in (("ASK { ?s a hbk:Firm }", "yes"), ("ASK { ?s a hbk:Nothing }", "no")):
        shown = read(page_of(explorer, query))
        assert shown.get_element_by_id("answer-title").text_content() == f"Answer: {word}"


def test_a_fault_in_a_query_is_told_at_its_line_and_column_beside_the_query(
    explorer: Server,
) -> None:
    query = "SELECT ?s {\n  ?s hbk:status ?x .\n  ?s ?p }"
    answer = page_of(explorer, query)
    page = read(answer)
    told = page.get_element_by_id("answer")
    assert answer.status == 400
    assert (told.get("data-line"), told.get("data-column")) == ("3", "9")
    assert page.get_element_by_id("query").text.strip() == query
    assert page.get_element_by_id("query").get("aria-describedby") == "problem"


def test_a_column_of_the_first_line_does_not_count_the_prefixes_put_before_it(
    explorer: Server,
) -> None:
    told = read(page_of(explorer, "SELECT ?s { ?s hbk:status }")).get_element_by_id("answer")
    assert (told.get("data-line"), told.get("data-column")) == ("1", "27")


@pytest.mark.parametrize(
    ("query", "status"),
    [("DELETE WHERE { ?s ?p ?o }", 403), ("SELECT * { SERVICE <http://192.0.2.1/> { } }", 403),
     ("SELECT", 400)],
)  # fmt: skip
def test_what_is_refused_is_a_page_for_a_browser_and_a_problem_for_a_program(
    query: str, status: int, explorer: Server
) -> None:
    page = page_of(explorer, query)
    assert (page.status, page.type) == (status, "text/html")
    problem = explorer.sparql(query)
    assert problem.problem["status"] == problem.status == status


def test_a_query_past_its_time_is_told_so_on_the_page(bundled_store: Path, tmp_path: Path) -> None:
    with serving(bundled_store, tmp_path / "log", "--time-limit", "2") as server:
        page = page_of(server, ENDLESS)
    assert (page.status, page.type) == (503, "text/html")
    assert "2 seconds" in read(page).get_element_by_id("problem").text_content()


def test_what_stands_in_a_query_or_an_answer_is_text_and_no_markup(explorer: Server) -> None:
    hostile = "</textarea><script>alert(1)</script>"
    page = page_of(explorer, f'SELECT ?x {{ BIND("{hostile}" AS ?x) }}')
    assert page.status == 200
    assert "<script>alert" not in page.text
    assert hostile in read(page).xpath("string(//*[@id='answer']//tbody)")


@pytest.mark.parametrize("name", catalog.catalog())
def test_a_canned_query_is_an_example_that_can_be_asked_as_it_stands(
    name: str, explorer: Server
) -> None:
    page = read(explorer.ask(f"/sparql?example={name}", headers=BROWSER))
    assert page.xpath("//option[@selected]/@value") == [name]
    query = page.get_element_by_id("query").text.strip()
    assert "#+" not in query
    assert query.startswith("PREFIX")
    if name == "template-deals-by-country":
        assert explorer.sparql(query).values


def test_a_query_too_long_for_a_link_is_taken_away_by_a_form(explorer: Server) -> None:
    query = "SELECT ?x { VALUES ?x { " + "'ring' " * 2000 + "} }"
    body = urlencode({"query": query})
    sent = {**BROWSER, "Content-Type": "application/x-www-form-urlencoded"}
    page = read(explorer.ask("/sparql", method="POST", headers=sent, body=body))
    form = page.xpath("//*[@id='answer']//form[@method='post']")[0]
    fields = {each.get("name"): each.get("value") for each in form.xpath(".//input")}
    taken = explorer.ask(
        "/sparql", method="POST", headers=sent, body=urlencode({**fields, "format": "csv"})
    )
    assert taken.type == CSV
    assert taken.text.count("ring") == 2000


def test_the_page_answers_as_of_a_day_and_keeps_it_in_its_links(explorer: Server) -> None:
    query = f"SELECT ?day {{ <https://w3id.org/hauberk/id/{CARMAKER}> hbk:announced ?day }}"
    before = read(page_of(explorer, query, **{"as-of": "2025-06-01"}))
    after = read(page_of(explorer, query, **{"as-of": "2025-06-07"}))
    assert not before.xpath("//*[@id='answer']//tbody/tr")
    assert len(after.xpath("//*[@id='answer']//tbody/tr")) == 1
    links = after.xpath("//*[@id='answer']//ul[@class='downloads']//a/@href")
    assert links
    assert all("as-of=2025-06-07" in each for each in links)
    assert after.xpath("//*[@id='query-form']//input[@name='as-of']/@value") == ["2025-06-07"]


# -- Neighbours and terms ---------------------------------------------------------------------


def test_neighbours_are_counted_before_they_are_fetched(explorer: Server) -> None:
    found = neighbours(explorer, RHEINMETALL, limit="5")
    assert found["centre"]["neighbours"] == found["total"]
    assert found["total"] == found["matching"] == sum(each["count"] for each in found["kinds"])
    assert len(found["nodes"]) == 5
    for node in found["nodes"]:
        assert neighbours(explorer, node["id"], limit="1")["total"] == node["neighbours"]


def test_a_neighbour_has_its_neighbour_as_a_neighbour(explorer: Server) -> None:
    found = neighbours(explorer, RHEINMETALL)
    for node in found["nodes"][:8]:
        back = neighbours(explorer, node["id"], limit="200", kind="firm")
        assert RHEINMETALL in {each["id"] for each in back["nodes"]}
    ends = {end for edge in found["edges"] for end in (edge["source"], edge["target"])}
    assert ends == {RHEINMETALL, *(node["id"] for node in found["nodes"])}


def test_pages_of_neighbours_together_hold_each_once(explorer: Server) -> None:
    first = neighbours(explorer, "state/FR", limit="50")
    assert first["total"] > 100
    seen = [node["id"] for node in first["nodes"]]
    while len(seen) < first["total"]:
        page = neighbours(explorer, "state/FR", limit="50", offset=str(len(seen)))
        assert page["nodes"]
        seen += [node["id"] for node in page["nodes"]]
    assert len(seen) == len(set(seen)) == first["total"]


def test_neighbours_are_filtered_by_kind_role_and_time(explorer: Server) -> None:
    all_of_them = neighbours(explorer, RHEINMETALL, limit="200")
    firms = neighbours(explorer, RHEINMETALL, kind="firm", limit="200")
    assert {node["kind"] for node in firms["nodes"]} == {"firm"}
    assert firms["matching"] == {each["value"]: each["count"] for each in firms["kinds"]}["firm"]
    role = all_of_them["roles"][0]
    owned = neighbours(explorer, RHEINMETALL, role=role["value"], limit="200")
    assert owned["matching"] == role["count"]
    recent = neighbours(explorer, RHEINMETALL, kind="agreement", to="2024", limit="200",
                        **{"from": "2024"})  # fmt: skip
    assert recent["nodes"]
    assert {node["began"][:4] for node in recent["nodes"]} == {"2024"}
    agreements = [node for node in all_of_them["nodes"] if node["kind"] == "agreement"]
    assert recent["undated"] == len([node for node in agreements if not node["began"]])


def test_neighbours_as_of_a_day_are_those_known_by_then(explorer: Server) -> None:
    def named(**fields: str) -> set[str]:
        return {node["id"] for node in neighbours(explorer, CARMAKER, **fields)["nodes"]}

    assert "firm/renault-group" not in named(as_of="2025-06-07")
    assert f"undisclosed/{CARMAKER.partition('/')[2]}-carmaker" in named(as_of="2025-06-07")


@pytest.mark.parametrize(
    ("asked", "status"),
    [("", 400), ("id=firm/nobody-knows-this", 404), ("id=state/FR&limit=1000", 400),
     ("id=state/FR&from=soon", 400), ("id=state/FR&offset=-1", 400), ("id=../etc", 404),
     ("id=state/FR&shape=round", 400), ("id=state/FR&as-of=never", 400)],
)  # fmt: skip
def test_neighbours_asked_for_wrongly_are_a_problem_that_says_so(
    asked: str, status: int, explorer: Server
) -> None:
    assert explorer.ask(f"/neighbours?{asked}").problem["status"] == status


def test_every_term_to_complete_reads_as_sparql_and_those_of_the_ontology_are_defined(
    explorer: Server,
) -> None:
    told = explorer.ask("/terms").json
    kinds = {term["kind"] for term in told["terms"]}
    assert kinds == {"class", "property", "code", "state"}
    values = " ".join(term["text"] for term in told["terms"])
    read_back = explorer.ask(
        "/sparql", method="POST", headers={"Content-Type": "application/sparql-query"},
        body=f"SELECT ?term {{ VALUES ?term {{ {values} }} }}",
    )  # fmt: skip
    assert len(read_back.values) == len(told["terms"]) > 300
    assert all(term["definition"] for term in told["terms"] if term["kind"] == "class")
    assert told["prefixes"]["hbk"] == "https://w3id.org/hauberk/ns#"


# -- With scripts, in a browser ---------------------------------------------------------------


@pytest.fixture
def reader(browser: "Browser", explorer: Server) -> Iterator[Any]:
    """Yield a reader with scripts; whatever a page complains of fails the test."""
    from hauberk.tests.browser import reading

    with reading(browser, explorer.root) as found:
        yield found
        found.is_content()


@needs_scripts
def test_the_editor_completes_terms_and_dossiers_and_shows_the_answer_in_place(
    reader: Any,  # noqa: ANN401
) -> None:
    page = reader.page
    reader.opens("/sparql")
    page.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("SELECT ?deal ?with WHERE {\n?deal hbk:involvesState ?with ; hbk:involv")
    page.get_by_role("option", name="hbk:involvesState").wait_for()
    page.wait_for_timeout(200)  # what comes up under the hands is not taken at once
    page.keyboard.press("Enter")
    page.keyboard.type(" <Fran")
    page.get_by_role("option", name=re.compile("^France")).first.wait_for()
    page.wait_for_timeout(200)
    page.keyboard.press("Enter")
    query = page.locator("#query").input_value()
    assert "hbk:involvesState <https://w3id.org/hauberk/id/state/FR>" in query
    page.keyboard.press("ControlOrMeta+Enter")
    page.locator("#answer tbody tr").first.wait_for()
    assert reader.path.startswith("/sparql?query=SELECT")
    before = page.locator("#answer tbody tr").first.inner_text()
    page.locator("#answer a[data-view=map]").click()
    page.locator("#answer figure.map svg.drawing").wait_for()
    assert "view=map" in reader.path
    reader.opens(reader.path.replace("view=map", "view=table"))
    assert page.locator("#answer tbody tr").first.inner_text() == before


@needs_scripts
def test_the_editor_reads_every_canned_query_without_a_fault(reader: Any) -> None:  # noqa: ANN401
    page = reader.page
    reader.opens("/sparql")
    for name in catalog.catalog():
        page.locator("#example").select_option(name)
        page.get_by_role("button", name="Show its query").click()
        first = catalog.find(name).text.rpartition("SELECT")[2].split()[0]
        page.wait_for_function(
            "(first) => document.querySelector('#query').value.includes('SELECT') && "
            "document.querySelector('#query').value.includes(first)", arg=first,
        )  # fmt: skip
        page.wait_for_timeout(50)
    page.wait_for_timeout(1500)  # the grammar is looked over when writing pauses
    assert page.locator(".cm-lint-marker").count() == 0
    page.locator(".cm-content").press("ControlOrMeta+a")
    page.keyboard.type("SELECT ?x WHERE { ?x ?y")
    page.locator(".cm-lint-marker-warning").first.wait_for()


@needs_scripts
def test_a_column_is_sorted_up_and_down_and_back(reader: Any) -> None:  # noqa: ANN401
    page = reader.page
    query = 'SELECT ?n ?word { VALUES (?n ?word) { (10 "fir") (9 "Elm") (100 "ash") } }'
    reader.opens(f"/sparql?{urlencode({'query': query})}")

    def column(n: int) -> list[str]:
        return [
            str(each) for each in page.locator(f"#answer tbody td:nth-child({n})").all_inner_texts()
        ]

    heading = page.get_by_role("columnheader", name="n", exact=True)
    button = heading.get_by_role("button")
    orders = []
    for _ in range(3):
        button.focus()
        page.keyboard.press("Enter")
        orders.append((heading.get_attribute("aria-sort"), column(1)))
    assert orders == [
        ("ascending", ["9", "10", "100"]), ("descending", ["100", "10", "9"]),
        ("none", ["10", "9", "100"]),
    ]  # fmt: skip
    page.get_by_role("columnheader", name="word").get_by_role("button").click()
    assert column(2) == ["ash", "Elm", "fir"]


@needs_scripts
def test_suggestions_are_chosen_by_keyboard_and_lead_to_the_dossier(
    reader: Any,  # noqa: ANN401
) -> None:
    page = reader.page
    reader.opens("/queries")
    box = page.locator("#search-box")
    box.press_sequentially("renau")
    page.get_by_role("listbox").get_by_role("option").first.wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    box.press("ArrowDown")
    chosen = page.locator(f"#{box.get_attribute('aria-activedescendant')}")
    assert chosen.get_attribute("aria-selected") == "true"
    assert "Renault" in chosen.inner_text()
    box.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    box.press("ArrowDown")
    page.get_by_role("listbox").get_by_role("option").first.wait_for()
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url("**/doc/id/firm/renault**")
    assert reader.heading.startswith("Renault")


@needs_scripts
def test_a_network_is_opened_node_by_node_and_filtered_by_kind(reader: Any) -> None:  # noqa: ANN401
    page = reader.page
    reader.opens(f"/doc/id/{RHEINMETALL}")
    page.get_by_role("button", name="Explore this network").click()
    spots = page.locator(".explorer [data-id]")
    spots.first.wait_for()
    assert page.evaluate("document.activeElement.dataset.id") == RHEINMETALL
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    side = page.locator(".network-side")
    side.get_by_role("button", name=re.compile("^All: show|: show")).first.wait_for()
    before = spots.count()
    side.get_by_role("button", name=re.compile(": show")).first.click()
    spots.nth(before).wait_for()
    page.locator(".network-filter select[name=kind]").select_option("firm")
    page.wait_for_function("() => document.querySelectorAll('.explorer [data-id]').length < 40")
    kinds = {each.partition("/")[0] for each in page.evaluate(
        "[...document.querySelectorAll('.explorer [data-id]')].map((each) => each.dataset.id)"
    )}  # fmt: skip
    assert "firm" in kinds
    assert page.get_by_text("The network as a table").is_visible()
