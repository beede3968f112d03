"""The endpoint follows SPARQL 1.1 Protocol and HTTP, for any client that speaks them."""

import csv
import io
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

import pytest
import rdflib
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import JSON as WRAPPER_JSON
from SPARQLWrapper import POST, POSTDIRECTLY, TURTLE, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from hauberk.graph.store import Store
from hauberk.loaders.sync import batch, load
from hauberk.queries.web import protocol
from hauberk.queries.web.problems import ProblemError
from hauberk.tests.support import FIXTURE, ROOT, deals
from hauberk.tests.web import CSV, FORM, JSON, QUERY, UPDATE, Answer, Server, serving

SELECT: Final = "SELECT ?d { ?d a hbk:Agreement }"
CONSTRUCT: Final = "CONSTRUCT { ?d rdfs:label ?l } { ?d a hbk:Agreement ; rdfs:label ?l }"
ALDER: Final = "https://w3id.org/hauberk/id/firm/alder-works"
DEALS: Final = "https://w3id.org/hauberk/id/agreement/"
CURRENT: Final = "https://w3id.org/hauberk/graph/current"
AGREEMENTS: Final = {
    f"{DEALS}{name}" for name in ("alder-birch", "carmaker-lines", "danish-order", "yard-frame")
}


@pytest.fixture(scope="module")
def server(fixture_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("protocol") / "log"
    with serving(fixture_store.root, log) as made:
        yield made


def found(answer: Answer) -> set[str]:
    """Return the first column of an answer."""
    return {row[0] for row in answer.values}


# -- The ways to ask ----------------------------------------------------------------------


def test_a_query_can_be_asked_by_get_by_form_and_directly(server: Server) -> None:
    ways = [
        server.sparql(SELECT),
        server.ask("/sparql", method="POST", body=urlencode({"query": SELECT}),
                   headers={"Content-Type": FORM, "Accept": JSON}),
        server.ask("/sparql", method="POST", body=SELECT,
                   headers={"Content-Type": QUERY, "Accept": JSON}),
    ]  # fmt: skip
    for answer in ways:
        assert answer.type == JSON
        assert found(answer) == AGREEMENTS


def test_the_kind_of_a_body_may_be_in_capitals_and_name_its_charset(server: Server) -> None:
    for kind in ("Application/SPARQL-Query", f"{QUERY}; charset=UTF-8", f'{QUERY};charset="utf-8"'):
        headers = {"Content-Type": kind, "Accept": JSON}
        assert found(server.ask("/sparql", method="POST", body=SELECT, headers=headers))


def test_a_plus_is_a_space_and_percent_signs_are_read_once(server: Server) -> None:
    spaced = "/sparql?query=SELECT+%28%22a%2Bb%20c%22+AS+%3Fx%29%7B%7D"
    assert server.ask(spaced, headers={"Accept": JSON}).values == [["a+b c"]]
    assert server.sparql('SELECT ("%41 %2B & = ; # é Київ" AS ?x) {}').values == [
        ["%41 %2B & = ; # é Київ"]
    ]
    form = {"Content-Type": FORM, "Accept": JSON}
    body = "query=SELECT+%28%22a%2Bb%20c%22+AS+%3Fx%29%7B%7D"
    assert server.ask("/sparql", method="POST", body=body, headers=form).values == [["a+b c"]]
    direct = {"Content-Type": QUERY, "Accept": JSON}
    answer = server.ask("/sparql", method="POST", body='SELECT ("a+%20" AS ?x) {}', headers=direct)
    assert answer.values == [["a+%20"]]


@settings(max_examples=2000, deadline=None, derandomize=True, database=None)
@drawn(
    value=st.lists(
        st.sampled_from(
            ["%41", "%", "+", " ", "a", "\\", "\\x41", "%C3%A9", "%c3", "%5C", "%5c%78", "\\n", "=",
             "\\u0041", "\\N{DIGIT ONE}", "%00", ";", "%2B", "%zz", "%4", "\x7f", "é", "%0D%0A"]
        ), max_size=8,
    ).map("".join)
)  # fmt: skip
def test_a_query_alone_is_read_as_the_form_that_it_is(value: str) -> None:
    """The address of a GET that holds nothing else is read in a quicker way."""
    try:
        (pair,) = parse_qsl(f"query={value}", keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        pair = ("query", "")
    asked = f"query={value}".encode()
    if pair[1].strip():
        assert protocol.task("GET", asked, None, b"", None).arguments["query"] == pair[1]
    else:
        with pytest.raises(ProblemError):
            protocol.task("GET", asked, None, b"", None)


def test_the_fields_that_are_not_the_protocols_are_let_be(server: Server) -> None:
    assert found(server.sparql(SELECT, timeout_ms="5", output="json")) == AGREEMENTS


@pytest.mark.parametrize(
    ("query_string", "detail"),
    [
        ("query=", "empty"),
        ("query=%20%0A", "empty"),
        ("nothing=1", "there is none"),
        ("query=ASK%7B%7D&query=ASK%7B%7D", "there is 2"),
        ("query=%FF%FE", "UTF-8"),
        ("query=SELECT", "not a SPARQL query"),
        ("query=ASK%7B%7D&default-graph-uri=current", "no absolute IRI"),
        ("query=ASK%7B%7D&named-graph-uri=a%20b", "no absolute IRI"),
        ("default-graph-uri=http%3A%2F%2Fx.example%2F", "there is none"),
    ],
)
def test_what_is_no_request_of_the_protocol_is_a_bad_request(
    query_string: str, detail: str, server: Server
) -> None:
    answer = server.ask(f"/sparql?{query_string}")
    assert answer.status == 400
    assert detail in answer.problem["detail"]
    sent = server.ask("/sparql", method="POST", body=query_string, headers={"Content-Type": FORM})
    assert sent.status == 400
    assert detail in sent.problem["detail"]


def test_two_queries_in_two_places_are_a_bad_request(server: Server) -> None:
    path = f"/sparql?query={quote(SELECT)}"
    for kind, body in ((FORM, urlencode({"query": SELECT})), (QUERY, SELECT)):
        answer = server.ask(path, method="POST", body=body, headers={"Content-Type": kind})
        assert answer.status == 400
        assert answer.problem


def test_a_body_that_is_not_utf_8_or_empty_is_a_bad_request(server: Server) -> None:
    for body in (b"ASK { ?s ?p '\xff' }", b"", b" \n"):
        answer = server.ask("/sparql", method="POST", body=body, headers={"Content-Type": QUERY})
        assert answer.status == 400
        assert answer.problem
    assert server.ask("/sparql", method="POST", headers={"Content-Type": FORM}).status == 400


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/json", "multipart/form-data; boundary=x", "", "nonsense",
     f"{QUERY}; charset=utf-16", f"{FORM}; charset=iso-8859-1"],
)  # fmt: skip
def test_another_kind_of_body_is_unsupported(kind: str, server: Server) -> None:
    headers = {"Content-Type": kind} if kind else {}
    answer = server.ask("/sparql", method="POST", body=SELECT.encode(), headers=headers)
    assert answer.status == 415
    assert answer.problem
    if "charset" not in kind:
        assert QUERY in answer.headers["accept-post"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_another_method_is_told_which_there_are(method: str, server: Server) -> None:
    answer = server.ask(f"/sparql?query={quote(SELECT)}", method=method)
    assert answer.status == 405
    assert answer.problem
    assert {"GET", "HEAD", "POST", "OPTIONS"} == set(answer.headers["allow"].split(", "))


def test_updates_are_refused_in_every_way_they_can_be_sent(
    server: Server, fixture_store: Store
) -> None:
    text = "INSERT DATA { <a:b> <a:b> <a:b> }"
    field = urlencode({"update": text})
    ways = [
        server.ask(f"/sparql?{field}"),
        server.ask("/sparql", method="POST", body=field, headers={"Content-Type": FORM}),
        server.ask("/sparql", method="POST", body=text, headers={"Content-Type": UPDATE}),
        server.ask(f"/sparql?{field}", method="POST", body="query=ASK%7B%7D",
                   headers={"Content-Type": FORM}),
        server.ask(f"/sparql?{field}", method="POST", body="ASK {}",
                   headers={"Content-Type": QUERY}),
        server.ask("/sparql", method="POST", body=f"query=ASK%7B%7D&{field}",
                   headers={"Content-Type": FORM}),
        server.sparql(text),
        server.sparql("PREFIX a: <a:>  # x\nDELETE WHERE { ?s ?p ?o }"),
        server.sparql("BASE <a:b> CLEAR ALL"),
        server.sparql("LOAD <http://127.0.0.1:9/>"),
        server.sparql("WITH <a:b> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }"),
        server.sparql("\\u0049NSERT DATA { <a:b> <a:b> <a:b> }"),
    ]  # fmt: skip
    for answer in ways:
        assert answer.status == 403
        assert answer.problem["title"] == "Refused"
    assert server.sparql("ASK { GRAPH ?g { <a:b> ?p ?o } }").json["boolean"] is False
    assert fixture_store.generations.current() == 1


def test_an_update_behind_a_query_is_no_query(server: Server) -> None:
    assert server.sparql("ASK {} ; DROP ALL").status == 400
    assert len(found(server.sparql(SELECT))) == 4


def test_a_long_address_is_refused_and_the_same_query_goes_by_post(server: Server) -> None:
    long = f"# {'x' * 62_000}\n{SELECT}"
    answer = server.sparql(long)
    assert answer.status == 414
    assert "POST" in answer.problem["detail"]
    headers = {"Content-Type": QUERY, "Accept": JSON}
    assert found(server.ask("/sparql", method="POST", body=long, headers=headers)) == AGREEMENTS


def test_a_long_body_is_refused(server: Server) -> None:
    for kind in (QUERY, FORM):
        answer = server.ask("/sparql", method="POST", body=b"x" * 1_000_001,
                            headers={"Content-Type": kind})  # fmt: skip
        assert answer.status == 413
        assert answer.problem["limit"] == "body"


# -- Which graphs -------------------------------------------------------------------------


def test_by_default_current_is_the_default_graph_and_claims_are_named(server: Server) -> None:
    assert server.sparql(f"ASK {{ <{DEALS}polish-plan> hbk:involvesState ?x }}").json == {
        "head": {}, "boolean": False,
    }  # fmt: skip
    claims = server.sparql(f"SELECT ?g {{ GRAPH ?g {{ <{DEALS}alder-birch> ?p ?o }} }}")
    assert CURRENT in found(claims)
    assert len(found(claims)) == 7


@pytest.fixture(scope="module")
def claim(server: Server) -> str:
    """Return the graph of a claim that only reports what is planned."""
    query = f"SELECT ?g {{ GRAPH ?g {{ <{DEALS}polish-plan> hbk:hasParticipation ?o }} }}"
    (graph,) = found(server.sparql(query)) - {CURRENT}
    return graph


def _by_every_way(server: Server, query: str, fields: list[tuple[str, str]]) -> list[set[str]]:
    """Return what a query finds, asked with fields in all the places where fields can stand."""
    get = f"/sparql?{urlencode([('query', query), *fields])}"
    form, direct = {"Content-Type": FORM, "Accept": JSON}, {"Content-Type": QUERY, "Accept": JSON}
    return [
        found(server.ask(get, headers={"Accept": JSON})),
        found(server.ask("/sparql", method="POST", headers=form,
                         body=urlencode([("query", query), *fields]))),
        found(server.ask(f"/sparql?{urlencode(fields)}", method="POST", headers=form,
                         body=urlencode({"query": query}))),
        found(server.ask(f"/sparql?{urlencode(fields)}", method="POST", headers=direct,
                         body=query)),
    ]  # fmt: skip


def test_default_graph_uris_take_the_place_of_the_dataset(server: Server, claim: str) -> None:
    subjects = "SELECT DISTINCT ?s { ?s hbk:hasParticipation ?o }"
    plan = {f"{DEALS}polish-plan"}
    for answer in _by_every_way(server, subjects, [("default-graph-uri", claim)]):
        assert answer == plan
    both = [("default-graph-uri", claim), ("default-graph-uri", CURRENT)]
    for answer in _by_every_way(server, subjects, both):
        assert plan < answer
    for answer in _by_every_way(server, "SELECT ?g { GRAPH ?g {} }", both):
        assert answer == set()
    nowhere = [("default-graph-uri", "https://nowhere.example/")]
    for answer in _by_every_way(server, subjects, nowhere):
        assert answer == set()


def test_named_graph_uris_are_the_only_named_ones(server: Server, claim: str) -> None:
    for answer in _by_every_way(
        server, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", [("named-graph-uri", claim)]
    ):
        assert answer == {claim}
    for answer in _by_every_way(server, "SELECT ?s { ?s ?p ?o }", [("named-graph-uri", claim)]):
        assert answer == set()


def test_graphs_of_the_request_override_those_of_the_query(server: Server, claim: str) -> None:
    query = f"SELECT DISTINCT ?s FROM <{CURRENT}> {{ ?s hbk:hasParticipation ?o }}"
    plan = {f"{DEALS}polish-plan"}
    assert plan.isdisjoint(found(server.sparql(query)))
    for answer in _by_every_way(server, query, [("default-graph-uri", claim)]):
        assert answer == plan
    named = f"SELECT DISTINCT ?g FROM NAMED <{CURRENT}> {{ GRAPH ?g {{ ?s ?p ?o }} }}"
    assert found(server.sparql(named)) == {CURRENT}
    for answer in _by_every_way(server, named, [("named-graph-uri", claim)]):
        assert answer == {claim}


def test_graphs_that_a_query_names_itself_take_the_place_of_the_dataset(
    server: Server, claim: str
) -> None:
    query = f"SELECT DISTINCT ?s FROM <{claim}> {{ ?s hbk:hasParticipation ?o }}"
    assert found(server.sparql(query)) == {f"{DEALS}polish-plan"}
    assert found(server.sparql(f"SELECT ?g FROM <{claim}> {{ GRAPH ?g {{ ?s ?p ?o }} }}")) == set()


# -- Formats ------------------------------------------------------------------------------

SELECT_TYPES: Final = [
    (None, JSON), ("*/*", JSON), ("", JSON), ("application/*", JSON), ("text/*", CSV),
    (JSON, JSON), ("application/json", JSON), ("APPLICATION/JSON", JSON),
    ("application/sparql-results+xml", "application/sparql-results+xml"),
    ("application/xml", "application/sparql-results+xml"),
    (CSV, CSV), ("text/tab-separated-values", "text/tab-separated-values"),
    (f"{JSON};q=0.1, {CSV}", CSV), (f"{CSV};q=0.5,{JSON};q=0.6", JSON),
    (f"{JSON};q=0, */*;q=0.1", "application/sparql-results+xml"),
    (f"text/turtle, {CSV};q=0.1", CSV), ("text/html,*/*;q=0.8", JSON),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
     "application/sparql-results+xml"),
]  # fmt: skip
GRAPH_TYPES: Final = [
    (None, "text/turtle"), ("*/*", "text/turtle"), ("text/turtle", "text/turtle"),
    ("application/n-triples", "application/n-triples"), ("text/plain", "application/n-triples"),
    ("application/rdf+xml", "application/rdf+xml"), ("application/xml", "application/rdf+xml"),
    ("application/ld+json", "application/ld+json"), ("application/json", "application/ld+json"),
    ("application/trig", "application/trig"), ("application/n-quads", "application/n-quads"),
    ("text/turtle;q=0.2,application/rdf+xml;q=0.9", "application/rdf+xml"),
    ("text/turtle;q=0.5, application/ld+json;q=0.5", "text/turtle"),
]  # fmt: skip
PARSED: Final = {
    "text/turtle": RdfFormat.TURTLE, "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML, "application/ld+json": RdfFormat.JSON_LD,
    "application/trig": RdfFormat.TRIG, "application/n-quads": RdfFormat.N_QUADS,
}  # fmt: skip


@pytest.mark.parametrize(("accept", "kind"), SELECT_TYPES)
def test_a_table_comes_in_the_format_liked_best(
    accept: str | None, kind: str, server: Server
) -> None:
    answer = server.sparql(SELECT, accept)
    assert (answer.status, answer.type) == (200, kind)
    assert "Accept" in answer.headers["vary"]
    if kind == CSV:
        assert "charset=utf-8" in answer.headers["content-type"]
        rows = list(csv.reader(io.StringIO(answer.text)))
        assert rows[0] == ["d"]
        assert {row[0] for row in rows[1:]} == AGREEMENTS
    else:
        assert all(iri in answer.text for iri in AGREEMENTS)


@pytest.mark.parametrize(("accept", "kind"), SELECT_TYPES)
def test_a_yes_or_no_comes_in_the_format_liked_best(
    accept: str | None, kind: str, server: Server
) -> None:
    answer = server.sparql("ASK { ?d a hbk:Agreement }", accept)
    assert (answer.status, answer.type) == (200, kind)
    assert "true" in answer.text


@pytest.mark.parametrize(("accept", "kind"), GRAPH_TYPES)
@pytest.mark.parametrize("query", [CONSTRUCT, f"DESCRIBE <{ALDER}>"])
def test_a_graph_comes_in_the_format_liked_best(
    query: str, accept: str | None, kind: str, server: Server
) -> None:
    answer = server.sparql(query, accept)
    assert (answer.status, answer.type) == (200, kind)
    subjects = {str(quad.subject)[1:-1] for quad in parse(answer.body, format=PARSED[kind])}
    assert subjects == (AGREEMENTS if query == CONSTRUCT else {ALDER}) or ALDER in subjects


@pytest.mark.parametrize(
    ("query", "accept"),
    [(SELECT, "text/turtle"), (SELECT, "image/png"), ("ASK {}", f"{JSON};q=0"),
     (CONSTRUCT, CSV), (f"DESCRIBE <{ALDER}>", "text/html")],
)  # fmt: skip
def test_a_client_that_takes_no_format_there_is_is_told_which_there_are(
    query: str, accept: str, server: Server
) -> None:
    answer = server.sparql(query, accept)
    assert answer.status == 406
    assert ("text/turtle" in answer.problem["offered"]) == query.startswith(("CON", "DES"))


@pytest.mark.parametrize("accept", ["nonsense", "/", "a/b/c", ";;", "*/*;q=x", "text/", "x" * 5000])
def test_a_header_that_is_none_is_no_error_of_the_server(accept: str, server: Server) -> None:
    assert server.sparql(SELECT, accept).status in {200, 400, 406}
    assert server.ask("/sparql", headers={"Accept": accept}).status in {200, 400, 406}


def test_several_accept_headers_are_one(server: Server) -> None:
    sent = (
        f"GET /sparql?query={quote(SELECT)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        f"Accept: {JSON};q=0.1\r\nAccept: {CSV}\r\n\r\n"
    )
    assert b"content-type: text/csv" in server.raw(sent.encode())


# -- HTTP ---------------------------------------------------------------------------------


def test_head_is_answered_as_get_without_the_body(server: Server) -> None:
    path = f"/sparql?query={quote(SELECT)}"
    for place in (path, "/sparql", "/queries", "/openapi.json", "/healthz", "/static/hauberk.css"):
        full = server.ask(place)
        head = server.ask(place, method="HEAD")
        assert (head.status, head.body) == (full.status, b"")
        for name in ("content-type", "etag", "access-control-allow-origin"):
            assert head.headers.get(name) == full.headers.get(name), (place, name)
        if place != "/healthz":
            assert head.headers["content-length"] == str(len(full.body)), place
    assert server.ask("/sparql?query=SELECT", method="HEAD").status == 400


def test_a_browsers_preflight_is_answered(server: Server) -> None:
    headers = {
        "Origin": "https://app.example", "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }  # fmt: skip
    answer = server.ask("/sparql", method="OPTIONS", headers=headers)
    assert answer.status == 204
    assert answer.body == b""
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "Content-Type" in answer.headers["access-control-allow-headers"]
    assert "POST" in answer.headers["allow"]
    for path in ("/queries", "/queries/sources", "/openapi.json", "/healthz"):
        assert server.ask(path, method="OPTIONS").headers["access-control-allow-methods"] == (
            "GET, HEAD, OPTIONS"
        )


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"/sparql?query={quote(SELECT)}", 200),
        ("GET", "/sparql?query=SELECT", 400),
        ("GET", "/sparql?update=x", 403),
        ("GET", "/nothing", 404),
        ("GET", "/queries/nothing", 404),
        ("PUT", "/sparql", 405),
        ("POST", "/queries", 405),
        ("POST", "/sparql", 415),
        ("GET", f"/sparql?query={'x' * 62_000}", 414),
        ("GET", "/static/nothing.css", 404),
    ],
)
def test_every_answer_may_be_read_by_any_page(
    method: str, path: str, status: int, server: Server
) -> None:
    answer = server.ask(path, method=method, headers={"Origin": "https://app.example"})
    assert answer.status == status
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-content-type-options"] == "nosniff"
    if status >= 400:
        assert answer.problem
        assert answer.headers["cache-control"] == "no-store"


def test_an_answer_is_sent_again_only_when_there_is_another(server: Server) -> None:
    path = f"/sparql?query={quote(SELECT)}"
    first = server.ask(path)
    tag = first.headers["etag"]
    for given in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
        again = server.ask(path, headers={"If-None-Match": given})
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["access-control-allow-origin"] == "*"
    assert server.ask(path, headers={"If-None-Match": '"x"'}).body == first.body
    assert server.ask(path, method="HEAD", headers={"If-None-Match": tag}).status == 304
    other = server.ask(path, headers={"Accept": CSV, "If-None-Match": tag})
    assert other.status == 200
    assert other.headers["etag"] != tag


def test_an_answer_that_is_kept_is_sent_as_it_was_first(server: Server) -> None:
    path = f"/sparql?query={quote(f'# kept{chr(10)}{SELECT}')}"
    first = server.ask(path, headers={"Accept": JSON})
    for headers in ({"Accept": JSON}, {"Accept": JSON, "X-Other": "x"}):
        again = server.ask(path, headers=headers)
        assert again.body == first.body
        # Whichever way it takes, it carries the same.
        assert {**again.headers, "date": ""} == {**first.headers, "date": ""}
    assert server.ask(path, headers={"Accept": CSV}).type == CSV
    assert server.ask(path, method="HEAD", headers={"Accept": JSON}).body == b""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nAccept-Encoding: identity"
    kept = f"{request}\r\nAccept: {JSON}\r\n\r\n"
    other = kept.replace("kept", "other")
    last = other.replace("Accept:", "Connection: close\r\nAccept:")
    received = server.raw(f"{kept * 3}{other}{kept * 2}{last}".encode())
    assert received.count(b"HTTP/1.1 200 OK\r\n") == 7
    assert received.count(first.body) == 7
    old = server.raw(kept.replace("HTTP/1.1", "HTTP/1.0").encode())
    assert old.endswith(first.body)


def test_what_changes_by_itself_has_no_tag(server: Server) -> None:
    for query in (
        "SELECT (NOW() AS ?x) {}",
        "SELECT (RAND() AS ?x) {}",
        "SELECT (UUID() AS ?x) {}",
    ):
        answer = server.sparql(query)
        assert "etag" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
        assert server.sparql(query).body != answer.body or "NOW" in query


def test_a_load_makes_new_answers_and_new_tags(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    load(store, batch([FIXTURE]))
    with serving(store.root, tmp_path / "log") as server:
        path = f"/sparql?query={quote(SELECT)}"
        before = server.ask(path)
        assert server.health["generation"] == 1
        more = tmp_path / "more.yaml"
        more.write_text(deals(3), encoding="utf-8")
        load(store, batch([more]))
        after = server.ask(path, headers={"If-None-Match": before.headers["etag"]})
        assert after.status == 200
        assert after.headers["etag"] != before.headers["etag"]
        assert len(found(after)) == 7
        assert server.health["generation"] == 2
        store.rollback()
        assert found(server.ask(path)) == AGREEMENTS


def test_unnormalised_and_odd_addresses_are_not_found(server: Server) -> None:
    for path in ("/sparql/", "//sparql", "/SPARQL", "/sparql%00", "/sparql%2f", "/%ff", "/."):
        answer = server.ask(path)
        assert answer.status in {307, 404}, path
        assert answer.status == 404 or answer.headers["location"].endswith("/sparql")


# -- What the endpoint says of itself -----------------------------------------------------


@pytest.mark.parametrize(
    "accept",
    ["text/turtle", "application/rdf+xml", "application/ld+json", "application/n-triples",
     "application/rdf+xml,text/turtle;q=0.9,*/*;q=0.1"],
)  # fmt: skip
def test_the_endpoint_describes_itself_to_rdf_clients(accept: str, server: Server) -> None:
    answer = server.ask("/sparql", headers={"Accept": accept})
    assert answer.type == accept.partition(",")[0]
    forms = {"application/rdf+xml": "xml", "application/ld+json": "json-ld",
             "application/n-triples": "nt"}  # fmt: skip
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # rdflib's own
        graph = rdflib.Graph().parse(data=answer.body, format=forms.get(answer.type, "turtle"))
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    void = rdflib.Namespace("http://rdfs.org/ns/void#")
    (service,) = graph.subjects(rdflib.RDF.type, sd.Service)
    assert str(graph.value(service, sd.endpoint)) == f"{server.root}/sparql"
    assert sd.SPARQL11Query in graph.objects(service, sd.supportedLanguage)
    assert len(list(graph.objects(service, sd.resultFormat))) == 10
    dataset = graph.value(service, sd.defaultDataset)
    counted = int(server.sparql("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").values[0][0])
    default = graph.value(dataset, sd.defaultGraph)
    assert int(str(graph.value(default, void.triples))) == counted
    assert int(str(graph.value(dataset, void.triples))) > counted


def test_a_browser_gets_a_form_to_write_a_query_in(server: Server) -> None:
    for accept in ("text/html", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"):
        answer = server.ask("/sparql", headers={"Accept": accept})
        assert answer.type == "text/html"
        assert "charset=utf-8" in answer.headers["content-type"]
        assert '<textarea id="query" name="query"' in answer.text
        assert '<form method="get" action="/sparql">' in answer.text
    assert server.ask("/sparql", headers={"Accept": "image/png"}).status == 406


def test_a_host_header_that_is_no_address_makes_no_description_of_one(server: Server) -> None:
    for host in ("a b", "<x>", '"', "x/y?z#w", "[", "x" * 3000, "x:99999", "a%00"):
        sent = f"GET /sparql HTTP/1.1\r\nHost: {host}\r\nAccept: text/turtle\r\nConnection: close"
        answer = server.raw(f"{sent}\r\n\r\n".encode())
        assert answer.split(b" ", 2)[1] in {b"200", b"400"}, (host, answer)


# -- The clients that people use ----------------------------------------------------------


def test_sparqlwrapper_asks_by_get_by_form_and_directly(server: Server) -> None:
    for method, how in ((None, None), (POST, None), (POST, POSTDIRECTLY)):
        client = SPARQLWrapper(f"{server.root}/sparql")
        client.setQuery(SELECT)
        client.setReturnFormat(WRAPPER_JSON)
        if method:
            client.setMethod(method)
        if how:
            client.setRequestMethod(how)
        told: Any = client.queryAndConvert()
        assert {row["d"]["value"] for row in told["results"]["bindings"]} == AGREEMENTS
    client.setQuery(CONSTRUCT)
    client.setReturnFormat(TURTLE)
    made: Any = client.queryAndConvert()
    assert len(rdflib.Graph().parse(data=made, format="turtle")) == 4
    client.setReturnFormat(WRAPPER_JSON)
    client.setQuery("SELECT")
    with pytest.raises(QueryBadFormed):
        client.query()


def test_rdflib_reads_the_endpoint_as_a_store(server: Server) -> None:
    for method in ("GET", "POST", "POST_FORM"):
        graph = rdflib.Graph(SPARQLStore(f"{server.root}/sparql", method=method))
        label = graph.value(rdflib.URIRef(ALDER), rdflib.RDFS.label)
        assert str(label) == "Alder Works"
        query = f"PREFIX hbk: <https://w3id.org/hauberk/ns#> {SELECT}"
        rows: Any = graph.query(query)
        assert {str(row[0]) for row in rows} == AGREEMENTS
        asked = graph.query(f"ASK {{ <{ALDER}> ?p ?o }}")
        assert asked.askAnswer is True


def test_rdflib_reaches_the_endpoint_by_service(server: Server) -> None:
    query = f"SELECT ?l {{ SERVICE <{server.root}/sparql> {{ <{ALDER}> rdfs:label ?l }} }}"
    rows: Any = rdflib.Graph().query(query)
    assert [str(row[0]) for row in rows] == ["Alder Works"]


def test_the_readmes_curl_examples_work_as_printed(server: Server) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.partition("\n## Serve\n")[2].partition("\n## ")[0]
    examples = re.search(r"```sh\n(curl .*?)```", section, re.DOTALL)
    assert examples
    lines = examples[1].strip().splitlines()
    assert len(lines) >= 4
    for line in lines:
        assert line.startswith("curl ")
        command = line.replace("http://127.0.0.1:8765", server.root)
        done = subprocess.run(
            ["bash", "-c", f"set -o pipefail; {command}"],
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, (line, done.stderr)
        assert done.stdout, line
        assert b"problem" not in done.stdout, (line, done.stdout)


def test_the_readmes_python_examples_work_as_printed(server: Server) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.partition("\n## Serve\n")[2].partition("\n## ")[0]
    examples = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    assert len(examples) == 2
    for example in examples:
        code = example.replace("http://127.0.0.1:8765", server.root)
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=False, timeout=60, text=True
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip(), example
