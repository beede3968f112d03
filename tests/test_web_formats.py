"""Answers, and what the endpoint says of itself, come in the format that a client likes best."""

import csv
import io
import warnings
from typing import Final
from urllib.parse import quote

import pytest
import rdflib
from pyoxigraph import RdfFormat, parse

from hauberk.tests.web import AGREEMENTS, ALDER, CONSTRUCT, CSV, JSON, SELECT, Server, served

server = served()


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
