"""Credit lines of open data go with their facts: into every format of export, onto every page."""

import csv
import io
import json
import subprocess
import zipfile
from collections.abc import Callable
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import pyarrow.parquet as pq
import pyoxigraph as px
import pytest

from hauberk.graph.claims import CURRENT
from hauberk.graph.exports.formats import FORMATS
from hauberk.graph.store import Store
from hauberk.loaders.opendata import sipri
from hauberk.loaders.sync import batch, load
from hauberk.ontology.names import DCTERMS, HBK, RDF, VOID
from hauberk.tests.support import FIXTURE, ROOT, command

DATA = ROOT / "tests" / "data" / "opendata" / "sipri" / "web.csv"
LINE = sipri.PROVIDER.credit
LICENCE = sipri.PROVIDER.licence
Exported = Callable[[str], bytes]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Return a store of a fact file, which asks for no credit, and of SIPRI's register."""
    store = Store(tmp_path_factory.mktemp("credits") / "store")
    load(store, batch([FIXTURE]))
    load(store, batch([DATA]))
    return store


@pytest.fixture(scope="module")
def exported(mixed: Store, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """Return a function that gives the bytes of an export in a format."""
    folder = tmp_path_factory.mktemp("exports")

    def export(form: str) -> bytes:
        ending = FORMATS[form].endings[0] + (".zip" if FORMATS[form].marker else "")
        path = folder / f"all.{ending}"
        if not path.exists():
            words = ["--store", str(mixed.root), "export", "-o", str(path)]
            subprocess.run(command(*words), check=True)
        return path.read_bytes()

    return export


def texts(archive: bytes) -> dict[str, str]:
    """Return the texts of an archive's files by name."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name).decode() for name in opened.namelist()}


@pytest.mark.parametrize(
    ("form", "syntax"),
    [
        ("nq", px.RdfFormat.N_QUADS),
        ("trig", px.RdfFormat.TRIG),
        ("ttl", px.RdfFormat.TURTLE),
        ("rdf", px.RdfFormat.RDF_XML),
        ("jsonld", px.RdfFormat.JSON_LD),
        ("rdf12", px.RdfFormat.TURTLE),
    ],
)
def test_claims_lead_to_the_credit_line_in_rdf(
    form: str, syntax: px.RdfFormat, exported: Exported
) -> None:
    store = px.Store()
    store.bulk_load(exported(form), syntax)
    graph = CURRENT if form in {"nq", "trig"} else px.DefaultGraph()

    def objects(node: object, predicate: px.NamedNode) -> set[str]:
        assert isinstance(node, px.NamedNode)
        found = store.quads_for_pattern(node, predicate, None, graph)
        return {getattr(quad.object, "value", "") for quad in found}

    credited = 0
    for quad in store.quads_for_pattern(None, RDF.type, HBK.Claim, graph):
        for held in store.quads_for_pattern(quad.subject, VOID.inDataset, None, graph):
            if objects(quad.subject, HBK.row):  # it was read in a table
                assert objects(held.object, DCTERMS.rights) == {LINE}
                assert objects(held.object, DCTERMS.license) == {LICENCE}
                credited += 1
    assert credited > 5


def test_a_nanopublication_bears_the_terms_of_its_dataset(exported: Exported) -> None:
    ours, theirs = 0, 0
    by_publication: dict[object, dict[str, set[str]]] = {}
    for quad in px.parse(exported("nanopub"), px.RdfFormat.TRIG):
        if quad.predicate in {DCTERMS.license, DCTERMS.rights, DCTERMS.creator}:
            told = by_publication.setdefault(quad.subject, {})
            told.setdefault(quad.predicate.value, set()).add(getattr(quad.object, "value", ""))
    for told in by_publication.values():
        if DCTERMS.creator.value not in told:
            continue  # a source or a dataset, which bears them too
        if told.get(DCTERMS.rights.value):
            assert told[DCTERMS.rights.value] == {LINE}
            assert told[DCTERMS.license.value] == {LICENCE}
            theirs += 1
        else:
            assert told[DCTERMS.license.value] == {"https://creativecommons.org/licenses/by/4.0/"}
            ours += 1
    assert ours > 5
    assert theirs > 5


def test_tables_name_the_datasets_of_claims_and_their_terms(exported: Exported) -> None:
    files = texts(exported("csv"))
    told = json.loads(files["csv-metadata.json"])
    assert told["dc:rights"] == [LINE]
    datasets = {row["id"]: row for row in csv.DictReader(io.StringIO(files["datasets.csv"]))}
    assert {row["credit"] for row in datasets.values()} == {LINE, ""}
    credits_ = [
        datasets[each]["credit"]
        for row in csv.DictReader(io.StringIO(files["claims.csv"]))
        for each in row["datasets"].split()
    ]
    assert credits_.count(LINE) > 5
    assert credits_.count("") > 5
    sources = list(csv.DictReader(io.StringIO(files["sources.csv"])))
    assert LINE in {row["credit"] for row in sources}


def test_every_parquet_file_bears_the_credit_lines(exported: Exported) -> None:
    with zipfile.ZipFile(io.BytesIO(exported("parquet"))) as archive:
        names = archive.namelist()
        for name in names:
            metadata = pq.read_schema(io.BytesIO(archive.read(name))).metadata
            assert metadata[b"credits"].decode() == LINE
            assert metadata[b"licence"].startswith(b"https://creativecommons.org/")
        assert "datasets.parquet" in names


@pytest.mark.parametrize(
    ("form", "path"),
    [
        ("graphml", "{http://graphml.graphdrawing.org/xmlns}desc"),
        ("gexf", "{http://gexf.net/1.3}meta/{http://gexf.net/1.3}description"),
    ],
)
def test_networks_bear_the_credit_lines(form: str, path: str, exported: Exported) -> None:
    told = ElementTree.fromstring(exported(form)).find(path)  # noqa: S314  (our own file)
    assert told is not None
    assert LINE in (told.text or "")
    assert "https://creativecommons.org/licenses/by/4.0/" in (told.text or "")


def test_a_network_with_credits_is_still_read(exported: Exported) -> None:
    assert nx.read_graphml(io.BytesIO(exported("graphml"))).number_of_edges() > 5


def test_the_description_names_the_datasets_and_their_terms(exported: Exported) -> None:
    store = px.Store()
    store.bulk_load(exported("void"), px.RdfFormat.TURTLE)
    rights = [quad for quad in store if quad.predicate == DCTERMS.rights]
    assert {getattr(quad.object, "value", "") for quad in rights} == {LINE}
    subsets = {quad.object for quad in store if quad.predicate == VOID.subset}
    assert {quad.subject for quad in rights} & subsets


def test_pages_of_credited_facts_bear_the_line_and_others_do_not(exported: Exported) -> None:
    pages = texts(exported("site"))
    deal = next(name for name in pages if name.startswith("doc/id/agreement/sipri-"))
    credited = {
        "dossier": pages[deal.partition(".")[0] + ".html"],
        "state that takes part": pages["doc/id/state/UA.html"],
        "question": pages["queries/deals-by-country.html"],
    }
    claims = [text for name, text in pages.items()
              if name.startswith("doc/id/claim/") and name.endswith(".html")]  # fmt: skip
    sources = [text for name, text in pages.items()
               if name.startswith("doc/id/source/") and name.endswith(".html")]  # fmt: skip
    for what, text in credited.items():
        assert LINE in unescape(text), what
    for found in (claims, sources):
        with_line = [LINE in unescape(text) for text in found]
        assert any(with_line)
        assert not all(with_line)


def test_a_document_about_a_claim_bears_the_line(exported: Exported) -> None:
    documents = [text for name, text in texts(exported("site")).items()
                 if name.startswith("doc/id/claim/") and name.endswith(".trig")]  # fmt: skip
    assert any(LINE in text for text in documents)


def test_an_export_without_open_data_has_no_credit_line(
    fixture_store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "tables.csv.zip"
    words = ["--store", str(fixture_store.root), "export", "-o", str(path)]
    subprocess.run(command(*words), check=True)
    assert "dc:rights" not in json.loads(texts(path.read_bytes())["csv-metadata.json"])
