"""The static site and the dumps: the whole graph as files."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import RdfFormat
from pyoxigraph import Store as Database

from hauberk.graph.exports.release import Release
from hauberk.graph.store import Store
from hauberk.loaders.sync import batch, load
from hauberk.queries.web.site import fill_site
from hauberk.tests.support import Run, deals
from hauberk.tests.web import Server, serving

DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")


@pytest.fixture(scope="module")
def site(fixture_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    with fixture_store.read() as snapshot:
        fill_site(Release(snapshot), folder)
    return folder


@pytest.fixture(scope="module")
def server(fixture_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("dumps") / "log"
    with serving(fixture_store.root, log, "--workers", "2") as running:
        yield running


def test_every_link_of_the_site_is_a_file_of_it(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 200
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert len(re.findall(r"<h1[ >]", text)) == 1, page
        for link in re.findall(r'(?:href|src)="([^"]*)"', text):
            if link.startswith(("https://", "http://", "#")):
                continue
            assert not link.startswith("/"), (page, link)
            assert (page.parent / link.partition("#")[0]).is_file(), (page, link)


def test_the_site_has_no_page_that_needs_a_server(site: Path) -> None:
    home = (site / "index.html").read_text(encoding="utf-8")
    assert "SPARQL endpoint" not in home
    question = (site / "queries" / "template-deals-by-country.html").read_text(encoding="utf-8")
    assert "<form" not in question
    assert "Alder and Birch open a workshop" in question
    assert (site / "queries" / "template-deals-by-country.csv").is_file()


def test_the_site_s_documents_are_linked_data(site: Path) -> None:
    graph = rdflib.Graph().parse(site / "doc" / "id" / "firm" / "alder-works.ttl")
    assert (rdflib.URIRef("https://w3id.org/hauberk/id/firm/alder-works"), None, None) in graph
    graph = rdflib.Graph().parse(site / "void.ttl")
    assert list(graph.subjects(rdflib.RDF.type, DCAT.Dataset))


def test_the_same_generation_gives_the_same_site(site: Path, fixture_store: Store,
                                                 tmp_path: Path) -> None:  # fmt: skip
    with fixture_store.read() as snapshot:
        fill_site(Release(snapshot), tmp_path)
    first = {p.relative_to(site): p.read_bytes() for p in site.rglob("*") if p.is_file()}
    second = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_a_dump_is_what_export_writes(server: Server, run: Run, tmp_path: Path) -> None:
    for name in ("hauberk.nq", "hauberk.gexf", "hauberk.csv.zip"):
        answer = server.ask(f"/data/{name}")
        assert answer.status == 200, answer.body[:300]
        out = tmp_path / name
        assert run("export", "-o", str(out), store=server.store).returncode == 0
        assert answer.body == out.read_bytes()
        again = server.ask(f"/data/{name}", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status, again.body) == (304, b"")


def test_an_unknown_dump_is_not_found_and_the_known_ones_are_named(server: Server) -> None:
    for name in ("hauberk.doc", "..%2F..%2Fetc%2Fpasswd", "hauberk.nq.bak"):
        answer = server.ask(f"/data/{name}")
        assert answer.status == 404
    assert "hauberk.trig" in server.ask("/data/hauberk.doc").problem["detail"]


@pytest.mark.parametrize("path", ["/.well-known/void", "/dataset", "/catalogue"])
def test_the_dataset_is_described_with_dumps_that_are_there(server: Server, path: str) -> None:
    answer = server.ask(path, headers={"Accept": "text/turtle"})
    assert answer.type == "text/turtle"
    graph = rdflib.Graph().parse(data=answer.body, format="turtle")
    dumps = {str(each) for each in graph.objects(None, DCAT.downloadURL)}
    assert len(dumps) > 8
    for dump in dumps:
        assert dump.startswith(f"{server.root}/data/"), dump
    held = Database()
    held.bulk_load(server.ask("/data/hauberk.nq").body, format=RdfFormat.N_QUADS)
    triples = rdflib.URIRef("http://rdfs.org/ns/void#triples")
    dataset = rdflib.URIRef("https://w3id.org/hauberk/dataset")
    assert int(str(graph.value(dataset, triples))) == len(held)


def test_a_load_gives_new_dumps(tmp_path: Path) -> None:
    store, facts = Store(tmp_path / "store"), tmp_path / "deals.yaml"
    facts.write_text(deals(1), encoding="utf-8")
    load(store, batch([facts]))
    with serving(store.root, tmp_path / "log", "--workers", "1") as server:
        before = server.ask("/data/hauberk.nq")
        facts.write_text(deals(2), encoding="utf-8")
        load(store, batch([facts]))
        after = server.ask("/data/hauberk.nq")
        assert before.headers["etag"] != after.headers["etag"]
        assert b"deal-1>" not in before.body
        assert b"deal-1>" in after.body
