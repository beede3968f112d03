"""Linked data: every IRI leads to a document, in the format that is liked best."""

import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from hauberk.graph.claims import CURRENT
from hauberk.graph.store import Store
from hauberk.loaders.sync import batch, load
from hauberk.ontology.names import BASE, HBK, RDF
from hauberk.tests.support import Write, source_text
from hauberk.tests.web import Server, serving

FORMATS = {
    "text/turtle": "ttl",
    "application/n-triples": "nt",
    "application/rdf+xml": "rdf",
    "application/ld+json": "jsonld",
    "application/trig": "trig",
    "application/n-quads": "nq",
}
THINGS = (
    "id/firm/alder-works",
    "id/agreement/alder-birch",
    "id/undisclosed/carmaker",
    "id/person/fixture-minister",
    "id/model/open-workshop",
    "id/state/FR",
    "code/modality/confirmed",
    "code/modality",
    "ns",
    "ontology/ties",
)


@pytest.fixture(scope="module")
def server(fixture_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("linked") / "log"
    with serving(fixture_store.root, log, "--workers", "2") as running:
        yield running


@pytest.mark.parametrize("path", THINGS)
def test_every_iri_leads_to_a_page_and_a_document_in_each_format(server: Server, path: str) -> None:
    for media, ending in {"text/html": "", **FORMATS}.items():
        see = server.ask(f"/{path}", headers={"Accept": media})
        assert (see.status, see.headers["vary"]) == (303, "Accept")
        where = see.headers["location"]
        assert where == f"/doc/{path}" + (f".{ending}" if ending else "")
        found = server.ask(where)
        assert found.status == 200, found.body[:500]
        assert found.type == media
        assert f'<{BASE}{path}>; rel="canonical"' in found.headers["link"]
        if ending:
            assert f"<{BASE}{path}" in _ntriples(found.body, ending), "it says something of the IRI"
            assert f'</doc/{path}>; rel="alternate"; type="text/html"' in found.headers["link"]


def _ntriples(data: bytes, ending: str) -> str:
    if ending in {"trig", "nq"}:
        form = RdfFormat.from_extension(ending)
        assert form is not None
        return "\n".join(str(quad) for quad in parse(data, format=form))
    names = {"ttl": "turtle", "nt": "nt", "rdf": "xml", "jsonld": "json-ld"}
    with warnings.catch_warnings():  # rdflib's own JSON-LD parser uses what rdflib deprecates
        warnings.simplefilter("ignore", DeprecationWarning)
        graph = rdflib.Graph().parse(data=data, format=names[ending])
    return graph.serialize(format="nt")


def test_all_triple_formats_of_a_document_say_the_same(server: Server) -> None:
    said = {
        ending: set(_ntriples(server.ask(f"/doc/id/agreement/alder-birch.{ending}").body, ending)
                    .splitlines())
        for ending in ("ttl", "nt", "rdf", "jsonld")
    }  # fmt: skip
    assert said["ttl"] == said["nt"] == said["rdf"] == said["jsonld"]


def test_without_an_accept_header_and_for_browsers_a_page_is_given(server: Server) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    for headers in ({}, {"Accept": browser}, {"Accept": "*/*"}):
        see = server.ask("/id/firm/alder-works", headers=headers)
        assert see.headers["location"] == "/doc/id/firm/alder-works"
    refused = server.ask("/id/firm/alder-works", headers={"Accept": "image/png"})
    assert refused.status == 406
    assert "text/turtle" in refused.problem["offered"]


def test_an_ending_chooses_the_format_whatever_is_accepted(server: Server) -> None:
    see = server.ask("/id/firm/alder-works.ttl", headers={"Accept": "text/html"})
    assert see.headers["location"] == "/doc/id/firm/alder-works.ttl"
    found = server.ask("/doc/id/firm/alder-works.ttl", headers={"Accept": "text/html"})
    assert found.type == "text/turtle"


def test_a_document_chooses_by_accept_and_says_where_it_stands(server: Server) -> None:
    found = server.ask("/doc/id/firm/alder-works", headers={"Accept": "application/ld+json"})
    assert found.type == "application/ld+json"
    assert found.headers["content-location"] == "/doc/id/firm/alder-works.jsonld"
    assert found.headers["vary"] == "Accept"
    again = server.ask(
        "/doc/id/firm/alder-works",
        headers={"Accept": "application/ld+json", "If-None-Match": found.headers["etag"]},
    )
    assert (again.status, again.body) == (304, b"")


def test_a_claim_s_graph_comes_as_trig_with_its_provenance(
    server: Server, fixture_store: Store
) -> None:
    with fixture_store.read() as snapshot:
        about = NamedNode(BASE + "id/agreement/alder-birch")
        claims = [
            quad.subject
            for quad in snapshot.database.quads_for_pattern(None, HBK.about, about, CURRENT)
            if Quad(quad.subject, RDF.type, HBK.Claim, CURRENT) in snapshot.database
        ]
        assert len(claims) > 1
        for claim in claims:
            assert isinstance(claim, NamedNode)
            path = claim.value.removeprefix(BASE)
            quads = {*parse(server.ask(f"/doc/{path}.trig").body, format=RdfFormat.TRIG)}
            own = {*snapshot.database.quads_for_pattern(claim, None, None, CURRENT)}
            assert own <= quads
            inside = {*snapshot.database.quads_for_pattern(None, None, None, claim)}
            assert inside <= quads
            triples = _ntriples(server.ask(f"/doc/{path}.nt").body, "nt")
            for quad in inside:
                line = f"{quad.subject} {quad.predicate} {quad.object} ."
                assert line not in triples, "what is only claimed is never a bare triple"


def test_every_link_of_the_pages_leads_somewhere(server: Server) -> None:
    seen: set[str] = set()
    queue = [*(f"/doc/{path}" for path in THINGS), "/queries", "/sparql", "/"]
    while queue:
        path = queue.pop().partition("#")[0]
        if path in seen or not path.startswith("/"):
            continue
        seen.add(path)
        found = server.ask(path, headers={"Accept": "text/html,*/*;q=0.5"})
        if found.status == 303:
            queue.append(found.headers["location"])
            continue
        assert found.status == 200, path
        if found.type == "text/html":
            assert len(re.findall(r"<h1[ >]", found.text)) == 1, path
            queue += re.findall(r'(?:href|src)="([^"]*)"', found.text)
    assert len(seen) > 200


def test_what_is_unknown_is_not_found(server: Server) -> None:
    for path in (
        "/doc/id/firm/nobody", "/doc/code/modality/nothing", "/doc/ontology/nothing.ttl",
        "/doc/ns/nothing", "/doc/id/firm/../../etc/passwd", "/doc/id/firm/a%20b", "/doc/",
        "/doc/" + "a" * 2000, "/nothing",
    ):  # fmt: skip
        found = server.ask(path)
        assert (found.status, found.problem["title"]) == (404, "Not found"), path


def test_what_was_withdrawn_is_gone_with_when_and_why(facts: Write, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    sources = source_text("press")
    kept = "  firm/kept:\n    label: Kept\n"
    gone = (
        "  firm/gone:\n    label: Gone\n"
        "    claims: [{from: press, modality: reported, says: {state: FR}}]\n"
    )
    load(store, batch([facts(sources + "dossiers:\n" + kept + gone)]))
    with store.read() as snapshot:
        found = snapshot.database.quads_for_pattern(None, RDF.type, HBK.Claim, CURRENT)
        claim = str(next(found).subject)[1:-1].removeprefix(BASE)
    with serving(store.root, tmp_path / "log", "--workers", "1") as server:
        assert server.ask("/doc/id/firm/gone").status == 200
        assert server.ask(f"/doc/{claim}").status == 200
        load(store, batch([facts(sources + "dossiers:\n" + kept)]))
        for path in ("id/firm/gone", claim):
            answer = server.ask(f"/doc/{path}.ttl")
            assert answer.status == 410
            assert re.match(r"\d{4}-\d\d-\d\dT", answer.problem["withdrawn"])
            assert "withdrawn on 20" in answer.problem["detail"]
            assert "hold it no longer" in answer.problem["detail"]
        assert server.ask("/doc/id/firm/kept").status == 200
