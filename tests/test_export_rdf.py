"""Exports in RDF: read back whole by other engines, and as nanopublications that stand alone."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pyoxigraph as px
import pytest
import rdflib

from hauberk.graph.claims import CURRENT
from hauberk.graph.exports.canonical import Sorter, canonical_hash
from hauberk.graph.exports.context import context, document
from hauberk.graph.store import Snapshot, Store
from hauberk.ontology.names import HBK, RDF
from hauberk.tests.exports import FILES, ID, read

REIFIES = RDF.reifies
BY_RDFLIB = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")


def same(left: px.Dataset, right: px.Dataset) -> bool:
    for dataset in (left, right):
        dataset.canonicalize(px.CanonicalizationAlgorithm.RDFC_1_0)
    return left == right


def current(snapshot: Snapshot) -> px.Dataset:
    quads = snapshot.database.quads_for_pattern(None, None, None, CURRENT)
    return px.Dataset(px.Quad(q.subject, q.predicate, q.object) for q in quads)


def everything(snapshot: Snapshot) -> px.Dataset:
    return px.Dataset(snapshot.database)


# -- RDF, read back by others -------------------------------------------------------------


@pytest.mark.parametrize("form", ["nq", "trig"])
def test_all_graphs_come_back(form: str, case: tuple[Path, Snapshot]) -> None:
    folder, snapshot = case
    known = {"nq": px.RdfFormat.N_QUADS, "trig": px.RdfFormat.TRIG}[form]
    assert same(read(folder / FILES[form], known), everything(snapshot))


@pytest.fixture
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make rdflib keep literals as they are written."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)


@BY_RDFLIB
@pytest.mark.usefixtures("exact")
@pytest.mark.parametrize("form", ["nq", "trig"])
def test_all_graphs_come_back_from_rdflib(form: str, case: tuple[Path, Snapshot]) -> None:
    folder, snapshot = case
    dataset = rdflib.Dataset()
    data = (folder / FILES[form]).read_bytes()
    dataset.parse(data=data, format={"nq": "nquads", "trig": "trig"}[form])
    text = dataset.serialize(format="nquads", encoding="utf-8")
    assert same(px.Dataset(px.parse(text, format=px.RdfFormat.N_QUADS)), everything(snapshot))


@pytest.mark.parametrize("form", ["ttl", "rdf", "jsonld"])
def test_the_current_graph_comes_back(form: str, case: tuple[Path, Snapshot]) -> None:
    folder, snapshot = case
    known = {
        "ttl": px.RdfFormat.TURTLE, "rdf": px.RdfFormat.RDF_XML, "jsonld": px.RdfFormat.JSON_LD
    }[form]  # fmt: skip
    assert same(read(folder / FILES[form], known), current(snapshot))


@BY_RDFLIB
@pytest.mark.usefixtures("exact")
@pytest.mark.parametrize("form", ["ttl", "rdf", "jsonld"])
def test_the_current_graph_comes_back_from_rdflib(form: str, case: tuple[Path, Snapshot]) -> None:
    folder, snapshot = case
    known = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}[form]
    graph = rdflib.Graph().parse(data=(folder / FILES[form]).read_bytes(), format=known)
    text = graph.serialize(format="nt", encoding="utf-8")
    assert same(px.Dataset(px.parse(text, format=px.RdfFormat.N_TRIPLES)), current(snapshot))


def test_rdf12_holds_all_graphs_in_one(case: tuple[Path, Snapshot]) -> None:
    folder, snapshot = case
    quads = []
    for quad in px.parse(path=str(folder / FILES["rdf12"]), format=px.RdfFormat.TURTLE):
        if isinstance(quad.object, px.Triple):
            assert quad.predicate == REIFIES
            assert isinstance(quad.subject, px.NamedNode)
            said = quad.object
            quads.append(px.Quad(said.subject, said.predicate, said.object, quad.subject))
        else:
            quads.append(px.Quad(quad.subject, quad.predicate, quad.object, CURRENT))
    assert same(px.Dataset(quads), everything(snapshot))


def test_the_same_hash_wherever_the_dump_is_loaded(
    exported: dict[str, Path], tmp_path: Path
) -> None:
    dump = exported["fixture"] / FILES["nq"]
    digest = hashlib.sha256(dump.read_bytes()).hexdigest()
    here = px.Store()
    here.bulk_load(path=str(dump), format=px.RdfFormat.N_QUADS)
    assert canonical_hash(here) == digest
    tool = [str(Path(sys.executable).parent / "oxigraph")]
    there = str(tmp_path / "there")
    subprocess.run([*tool, "load", "-l", there, "-f", str(dump)], check=True, capture_output=True)
    again = tmp_path / "again.nq"
    subprocess.run([*tool, "dump", "-l", there, "-f", str(again)], check=True)
    elsewhere = px.Store()
    elsewhere.bulk_load(path=str(again), format=px.RdfFormat.N_QUADS)
    assert canonical_hash(elsewhere) == digest


def test_nquads_are_the_canonical_form_of_rdfc(case: tuple[Path, Snapshot]) -> None:
    folder, snapshot = case
    dataset = everything(snapshot)
    dataset.canonicalize(px.CanonicalizationAlgorithm.RDFC_1_0)
    lines = (px.serialize(dataset, format=px.RdfFormat.N_QUADS) or b"").splitlines(keepends=True)
    assert (folder / FILES["nq"]).read_bytes() == b"".join(sorted(lines))
    assert any(line.startswith(b"_:c14n0 ") for line in lines)


@pytest.mark.parametrize("run_bytes", [100, 5_000, 10_000_000])
@pytest.mark.parametrize("piece", [7, 8192])
def test_sorting_is_the_same_in_any_pieces(
    run_bytes: int, piece: int, exported: dict[str, Path]
) -> None:
    data = (exported["fixture"] / FILES["nq"]).read_bytes()[-40_000:].partition(b"\n")[2]
    lines = data.splitlines(keepends=True)
    shuffled = b"".join(lines[1::2][::-1] + lines[::2])
    with Sorter(run_bytes) as sorter:
        for at in range(0, len(shuffled), piece):
            sorter.write(shuffled[at : at + piece])
        assert b"".join(line for lines in sorter.blocks() for line in lines) == data


def test_the_json_ld_context_knows_every_property_and_names_no_other_document(
    exported: dict[str, Path],
) -> None:
    repair = "run: python -m hauberk.graph.exports.context > graph/exports/context.jsonld"
    assert document()["@context"].keys() <= context().keys(), repair
    text = (exported["fixture"] / FILES["jsonld"]).read_text("utf-8")
    held = json.loads(text)
    assert held["@context"] == context()
    deal = next(n for n in held["@graph"] if n["@id"] == "id:agreement/danish-order")
    assert deal["signed"] == "2025-05-02"
    assert deal["hasQuantity"][0]["amount"] == "100"
    assert {p["agent"] for p in deal["hasParticipation"]} == {
        "id:state/DK", "id:undisclosed/drone-maker",
    }  # fmt: skip


# -- Nanopublications ---------------------------------------------------------------------


def test_each_claim_that_states_something_is_a_nanopublication_of_four_graphs(
    exported: dict[str, Path], fixture_store: Store
) -> None:
    np = "http://www.nanopub.org/nschema#"
    dataset = read(exported["fixture"] / FILES["nanopub"], px.RdfFormat.TRIG)
    pubs = [q.subject for q in dataset if q.object == px.NamedNode(np + "Nanopublication")]
    assert len(pubs) == 25  # 26 claims; D2 holds a note alone
    graphs = {quad.graph_name for quad in dataset}
    assert len(graphs) == 4 * len(pubs)
    with fixture_store.read() as snapshot:
        for pub in pubs:
            held = {q.predicate.value.removeprefix(np): q.object for q in dataset
                    if q.subject == pub and q.predicate.value.startswith(np)}  # fmt: skip
            assert held.keys() == {"hasAssertion", "hasProvenance", "hasPublicationInfo"}
            assertion = held["hasAssertion"]
            assert any(
                q.subject == assertion and q.graph_name == held["hasProvenance"] for q in dataset
            )
            assert any(
                q.subject == pub and q.graph_name == held["hasPublicationInfo"] for q in dataset
            )
            if "#" not in str(assertion):
                assert isinstance(assertion, px.NamedNode)
                stated = {q for q in dataset if q.graph_name == assertion}
                assert stated == set(
                    snapshot.database.quads_for_pattern(None, None, None, assertion)
                )


def test_no_nanopublication_states_what_its_claim_denies(
    exported: dict[str, Path], fixture_store: Store
) -> None:
    dataset = read(exported["fixture"] / FILES["nanopub"], px.RdfFormat.TRIG)
    denied = [q for q in dataset if q.predicate == HBK.denies]
    assert len(denied) == 2  # E2 and J1
    drone_maker = px.NamedNode(ID + "undisclosed/drone-maker")
    assert not [q for q in dataset if q.subject == drone_maker]
    described = [q for q in dataset if q.predicate == RDF.subject and q.object == drone_maker]
    assert len(described) == 1
