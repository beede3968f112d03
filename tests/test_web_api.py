"""The query API answers as the command line does, page by page, and as its description says."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from hauberk.graph.cli import main
from hauberk.graph.store import Store
from hauberk.queries.catalog import Query, catalog
from hauberk.queries.web.frames import Task
from hauberk.queries.web.problems import ProblemError
from hauberk.queries.web.protocol import FORM, QUERY, task
from hauberk.tests.web import CSV, JSON, Answer, Server, serving

QUERIES: Final = list(catalog().values())
EXAMPLES: Final = {"dossier": "stake/birch-in-cedar", "firm": "firm/elm-motors",
                   "agent": "firm/elm-motors", "text": "analysts", "state": "FR"}  # fmt: skip
"""What the fixture holds of each type of parameter."""
ASKED: Final = [
    ("deals-by-country", {"country": "France"}, None),
    ("deals-by-country", {"country": "FRA", "kind": "co-production"}, None),
    ("template-deals-by-country", {"country": "FR"}, "2025-04-30"),
    ("ties-of-firm", {"firm": "Fir Motors"}, "2025-06-01"),
    ("claims-about", {"dossier": "Poland may follow the open workshop"}, None),
    ("sources", {"since": "2025-04-15", "words": "WIRE"}, None),
    ("undisclosed-parties", {"unnamed": "true"}, None),
]


def needed(query: Query) -> dict[str, str]:
    """Return what a query is not answered without."""
    return {name: EXAMPLES[query.parameters[name].type] for name in query.needs[:1]}


every_query = pytest.mark.parametrize("query", QUERIES, ids=lambda query: str(query.name))


@pytest.fixture(scope="module")
def server(fixture_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("api") / "log"
    with serving(fixture_store.root, log) as made:
        yield made


def address(name: str, fields: dict[str, Any] | None = None) -> str:
    """Return the address of a canned query's answer."""
    return f"/queries/{name}?{urlencode(fields or {})}"


def said(store: Store, name: str, parameters: dict[str, str], *words: str) -> str:
    """Return what the command line answers."""
    options = [word for k, v in parameters.items() for word in (f"--{k.replace('_', '-')}", v)]
    found = CliRunner().invoke(main, ["--store", str(store.root), "query", name, *options, *words])
    assert found.exit_code == 0, found.output
    return found.stdout


# -- The same answers ---------------------------------------------------------------------


@every_query
def test_a_query_is_answered_as_on_the_command_line(
    query: Query, server: Server, fixture_store: Store
) -> None:
    parameters = needed(query)
    answer = server.ask(address(query.name, parameters), headers={"Accept": CSV})
    assert answer.status == 200
    assert (
        answer.text.splitlines()
        == said(fixture_store, query.name, parameters, "--format", "csv").splitlines()
    )
    assert int(answer.headers["x-total-count"]) == _rows(server, query.name, parameters)


def _rows(server: Server, name: str, parameters: dict[str, str]) -> int:
    answer = server.ask(address(name, parameters), headers={"Accept": JSON})
    return len(answer.json["results"]["bindings"])


@pytest.mark.parametrize(("name", "parameters", "day"), ASKED)
def test_parameters_and_past_days_are_taken_as_on_the_command_line(
    name: str, parameters: dict[str, str], day: str | None, server: Server, fixture_store: Store
) -> None:
    fields = {**parameters, "format": "csv", **({"as-of": day} if day else {})}
    words = ["--format", "csv", *(["--as-of", day] if day else [])]
    expected = said(fixture_store, name, parameters, *words).splitlines()
    assert len(expected) > 1
    for path in (address(name, fields), address(name, fields).replace("as-of", "as_of")):
        assert server.ask(path).text.splitlines() == expected


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("csv", CSV),
        ("tsv", "text/tab-separated-values"),
        ("json", JSON),
        ("xml", "application/sparql-results+xml"),
        ("md", "text/markdown"),
    ],
)
def test_a_format_is_had_by_name_and_by_accept_header(
    form: str, kind: str, server: Server, fixture_store: Store
) -> None:
    named = server.ask(address("sources", {"format": form}), headers={"Accept": "image/png"})
    negotiated = server.ask(address("sources"), headers={"Accept": kind})
    assert named.type == negotiated.type == kind
    assert named.body == negotiated.body
    direct = said(fixture_store, "sources", {}, "--format", form)
    assert named.text.splitlines() == direct.splitlines()
    parsed = {"tsv": QueryResultsFormat.TSV, "json": QueryResultsFormat.JSON,
              "xml": QueryResultsFormat.XML}  # fmt: skip
    if form in parsed:
        rows = parse_query_results(named.body, format=parsed[form])
        assert isinstance(rows, QuerySolutions)
        assert len(list(rows)) == 7


def test_a_browser_gets_a_form_and_then_a_page_with_the_answer(server: Server) -> None:
    accept = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    form = server.ask(address("deals-by-country"), headers=accept)
    assert form.type == "text/html"
    assert "Answer:" not in form.text
    assert '<option value="FR"' in form.text
    sent = {"country": "FR", "kind": "", "status": "", "as-of": "", "run": "1"}
    page = server.ask(address("deals-by-country", sent), headers=accept)
    assert page.status == 200
    assert "Answer:" in page.text
    assert '<option value="FR" selected' in page.text
    assert "/id/agreement/alder-birch" in page.text


def test_answers_are_kept_until_there_is_another_generation(server: Server) -> None:
    first = server.ask(address("sources"))
    again = server.ask(address("sources"), headers={"If-None-Match": first.headers["etag"]})
    assert again.status == 304
    for path in ("/queries", "/openapi.json", "/queries/deals-by-country/parameters/country"):
        assert "etag" in server.ask(path).headers


# -- Pages --------------------------------------------------------------------------------


def _links(answer: Answer) -> dict[str, str]:
    return {
        rel: href for href, rel in re.findall(r'<([^>]*)>; rel="(\w+)"', answer.headers["link"])
    }


@pytest.mark.parametrize(
    ("name", "fields"),
    [("sources", {}), ("deals-by-country", {"country": "France"}), ("models", {}),
     ("hedged-claims", {"as-of": "2025-06-30"})],
)  # fmt: skip
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_pages_together_are_the_whole_answer(
    name: str, fields: dict[str, str], size: int, server: Server
) -> None:
    whole = server.ask(address(name, {**fields, "format": "csv"})).text.splitlines()[1:]
    answer = server.ask(address(name, {**fields, "format": "csv", "limit": size}))
    rows: list[str] = []
    pages = 0
    while True:
        pages += 1
        assert answer.status == 200
        assert answer.headers["x-total-count"] == str(len(whole))
        part = answer.text.splitlines()[1:]
        assert len(part) <= size
        rows += part
        links = _links(answer)
        if "next" not in links:
            break
        answer = server.ask(links["next"])
        assert "prev" in _links(answer)
    assert rows == whole
    assert pages == max(1, -(-len(whole) // size))
    assert server.ask(links["first"]).text.splitlines()[1:] == whole[:size]
    if whole:
        assert answer.text == server.ask(links["last"]).text


def test_a_page_past_the_end_is_empty_and_says_how_many_there_are(server: Server) -> None:
    answer = server.ask(address("sources", {"limit": 5, "offset": 1000, "format": "csv"}))
    assert answer.status == 200
    assert len(answer.text.splitlines()) == 1
    assert answer.headers["x-total-count"] == "7"
    assert "next" not in _links(answer)
    without = server.ask(address("sources", {"offset": 5, "format": "csv"}))
    assert len(without.text.splitlines()) == 3
    assert without.headers["x-total-count"] == "7"


# -- What is wrong ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "fields", "status", "detail"),
    [
        ("deals-by-country", {"country": "Frence"}, 404, "did you mean France"),
        ("deals-by-country", {"country": "XX"}, 404, "no state goes by “XX”"),
        ("deals-by-country", {"kind": "marriage"}, 400, "taken are"),
        ("deals-by-country", {"county": "FR"}, 400, "has no parameter “county”"),
        ("deals-by-country", {"country": ""}, 404, "give 1 to 2000 characters"),
        ("deals-by-country", {"as-of": "2025-06"}, 400, "no day of the calendar"),
        ("deals-by-country", {"as-of": "2025-02-30"}, 400, "no day of the calendar"),
        ("deals-by-country", {"format": "pdf"}, 400, "is no format here"),
        ("deals-by-country", {"limit": "0"}, 400, "limit"),
        ("deals-by-country", {"limit": "-1"}, 400, "limit"),
        ("deals-by-country", {"limit": "x"}, 400, "limit"),
        ("deals-by-country", {"limit": "1e3"}, 400, "limit"),
        ("deals-by-country", {"limit": "\u0663"}, 400, "limit"),
        ("deals-by-country", {"offset": "9" * 30}, 400, "offset"),
        ("sources", {"since": "yesterday"}, 400, "no day of the calendar"),
        ("sources", {"words": "x" * 2001}, 400, "1 to 2000 characters"),
        ("ties-of-firm", {"firm": "state/FR"}, 404, "no firm goes by"),
        ("deals-by-contry", {}, 404, "did you mean deals-by-country"),
        ("claims-about", {}, 400, "give dossier"),
    ],
)
def test_what_cannot_be_taken_is_told_with_what_can(
    name: str, fields: dict[str, str], status: int, detail: str, server: Server
) -> None:
    answer = server.ask(address(name, fields), headers={"Accept": JSON})
    assert answer.status == status
    assert detail in answer.problem["detail"]


def test_candidates_are_listed_for_programs_and_each_is_taken(server: Server) -> None:
    problem = server.ask(address("deals-by-country", {"country": "Frence"})).problem
    assert "state/FR" in problem["candidates"]
    for candidate in problem["candidates"]:
        assert server.ask(address("deals-by-country", {"country": candidate})).status == 200
    codes = server.ask(address("deals-by-country", {"kind": "marriage"})).problem["candidates"]
    assert "co-production" in codes


def test_a_field_given_twice_is_a_bad_request(server: Server) -> None:
    for query_string in ("country=FR&country=DE", "as-of=2025-01-01&as_of=2025-01-01"):
        answer = server.ask(f"/queries/deals-by-country?{query_string}")
        assert answer.status == 400
        assert "given twice" in answer.problem["detail"]
    assert server.ask("/queries?country=FR").status == 400
    assert server.ask(f"/queries/sources?{'&'.join(f'a{n}=1' for n in range(200))}").status == 400


# -- The catalogue and pick-lists ---------------------------------------------------------


def test_the_catalogue_is_had_as_json_and_as_a_page(server: Server) -> None:
    listed = server.ask("/queries", headers={"Accept": "application/json"}).json["queries"]
    assert [each["name"] for each in listed] == [query.name for query in QUERIES]
    for each in listed:
        assert each["href"] == f"/queries/{each['name']}"
        assert each["summary"]
        assert each["columns"]
    page = server.ask("/queries", headers={"Accept": "text/html"})
    assert page.type == "text/html"
    for query in QUERIES:
        assert f'href="/queries/{query.name}"' in page.text
    assert server.ask("/queries", headers={"Accept": "image/png"}).status == 406


def test_pick_lists_hold_what_can_be_given(server: Server) -> None:
    told = server.ask("/queries/deals-by-country/parameters/country").json
    assert (
        told["total"]
        == len(told["choices"])
        == len(server.sparql("SELECT ?s { ?s a hbk:State }").values)
    )
    found = server.ask("/queries/deals-by-country/parameters/country?search=fran").json["choices"]
    assert {"value": "FR", "label": "France"} in found
    firms = server.ask("/queries/ties-of-firm/parameters/firm").json["choices"]
    assert {each["value"] for each in firms} >= {"firm/alder-works", "firm/elm-motors"}
    for each in firms:
        assert server.ask(address("ties-of-firm", {"firm": each["value"]})).status == 200
    codes = server.ask("/queries/deals-by-country/parameters/kind").json["choices"]
    assert "co-production" in {each["value"] for each in codes}
    labels = [each["label"].casefold() for each in told["choices"]]
    assert labels == sorted(labels)


def test_a_pick_list_of_nothing_is_not_found(server: Server) -> None:
    assert server.ask("/queries/deals-by-country/parameters/nothing").status in {400, 404}
    assert server.ask("/queries/nothing/parameters/country").status == 404
    long = quote("x" * 2001)
    assert server.ask(f"/queries/sources/parameters/words?search={long}").status == 400


# -- The description ----------------------------------------------------------------------


def test_the_description_is_openapi_and_names_every_address(server: Server) -> None:
    told = server.ask("/openapi.json").json
    assert told["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(told).validate()
    for query in QUERIES:
        operation = told["paths"][f"/queries/{query.name}"]["get"]
        named: set[str] = set()
        for parameter in operation["parameters"]:
            properties = parameter["schema"].get("properties")
            named |= set(properties) if properties else {parameter["name"]}
        assert named == {*query.parameters, "as-of", "format", "limit", "offset"}
        for name in query.parameters:
            assert f"/queries/{query.name}/parameters/{name}" in told["paths"]


def test_schemathesis_finds_nothing_that_differs_from_the_description(
    server: Server, tmp_path: Path
) -> None:
    # A third of the queries, and those that need a parameter: all of them take a minute.
    some = {query.name for query in QUERIES if query.needs} | {each.name for each in QUERIES[::3]}
    words = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{server.root}/openapi.json",
        "--phases", "examples,coverage,fuzzing", "--max-examples", "1", "--seed", "1",
        "--workers", "2",
        "--exclude-path-regex", f"/queries/(?!({'|'.join(sorted(some))})(/|$))",
    ]  # fmt: skip
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, timeout=300, cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert server.settles(busy=0)["refused"] == {}


# -- Whatever is sent ---------------------------------------------------------------------

PIECES: Final = st.sampled_from(
    [b"query=", b"update=", b"default-graph-uri=", b"named-graph-uri=", b"&", b";", b"=", b"%",
     b"%4", b"%FF", b"%00", b"+", b"ASK%7B%7D", b"SELECT", b"http://x.example/",
     b"\xff", b"\x00", b"a"]
)  # fmt: skip
KINDS: Final = st.sampled_from(
    [None, "", FORM, QUERY, f"{QUERY}; charset=utf-8", f"{QUERY};charset", f"{FORM};charset=x;;",
     "application/sparql-update", "text/plain", ";", "a/b/c"]
) | st.text(max_size=20)  # fmt: skip
BODIES: Final = st.binary(max_size=60) | st.lists(PIECES, max_size=12).map(b"".join)


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "", "\u0130"]),
    query_string=BODIES, kind=KINDS, body=BODIES, accept=st.none() | st.text(max_size=20),
)  # fmt: skip
def test_a_request_is_a_task_or_a_problem(
    method: str, query_string: bytes, kind: str | None, body: bytes, accept: str | None
) -> None:
    try:
        made = task(method, query_string, kind, body, accept)
    except ProblemError as exc:
        problem = exc.response()
        made = None
    if made is None:
        assert 400 <= problem.status_code < 500
        assert json.loads(bytes(problem.body))["status"] == problem.status_code
    else:
        assert isinstance(made, Task)
        assert made.arguments["query"].strip()


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(
    name=st.sampled_from([*catalog(), "nothing", "", "%00", "a/b"]),
    fields=st.dictionaries(
        st.sampled_from(["country", "firm", "since", "words", "as-of", "format", "limit", "offset",
                         "run", "search", "\x00"]),
        st.text(max_size=12) | st.sampled_from(["FR", "2025-01-01", "csv", "html", "10", "a/FR"]),
        max_size=4,
    ),
    accept=st.sampled_from([JSON, CSV, "text/html", "*/*", "x", ";;"]),
)  # fmt: skip
def test_no_address_of_the_api_is_an_error_of_the_server(
    name: str, fields: dict[str, str], accept: str, server: Server
) -> None:
    path = f"/queries/{quote(name)}?{urlencode(fields, errors='surrogatepass')}"
    answer = server.ask(path, headers={"Accept": accept})
    assert answer.status < 500, path
    if answer.status >= 400:
        assert answer.problem
