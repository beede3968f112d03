"""The graph handed over: read back by other engines, always the same bytes, never half-written."""

import csv
import hashlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import networkx as nx
import pyarrow.parquet as pq
import pyoxigraph as px
import pytest
import rdflib

from hauberk.graph.claims import CURRENT
from hauberk.graph.exports.canonical import Sorter, canonical_hash
from hauberk.graph.exports.context import context, document
from hauberk.graph.exports.description import void
from hauberk.graph.exports.formats import FORMATS
from hauberk.graph.exports.landing import land_folder, landed
from hauberk.graph.store import Snapshot, Store
from hauberk.loaders.sync import batch, load
from hauberk.ontology.names import DCTERMS, HBK, RDF, RDFS, SKOS, VOID, part
from hauberk.tests.support import FIXTURE, ROOT, Run, Write, command, source_text

HOSTILE = (ROOT / "tests" / "data" / "hostile-strings.txt").read_text("utf-8").splitlines()
FILES = {
    name: f"out.{form.endings[0]}" + (".zip" if form.marker else "")
    for name, form in FORMATS.items()
}
REIFIES = RDF.reifies
Draw = Callable[..., nx.Graph]
BY_RDFLIB = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
ID = "https://w3id.org/hauberk/id/"


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Return a store whose labels, aliases, notes and products are hostile strings."""
    folder = tmp_path_factory.mktemp("hostile")
    odd = [*HOSTILE, "=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "a\tb", "a\nb", "a\r\nb"]
    text = source_text("press") + "dossiers:\n"
    for number, value in enumerate(odd):
        said = json.dumps(value, ensure_ascii=False)
        text += (
            f"  agreement/odd-{number}:\n    label: {said}\n    aliases: [{said}]\n"
            f"    claims:\n      - from: press\n        modality: reported\n        note: {said}\n"
            f"        says:\n          product: {said}\n"
            "          participations: [{agent: state/FR, role: customer}]\n"
        )
    (folder / "facts.yaml").write_text(text, encoding="utf-8")
    store = Store(folder / "store")
    load(store, batch([folder / "facts.yaml"]))
    return store


@pytest.fixture(scope="session")
def exported(
    tmp_path_factory: pytest.TempPathFactory, fixture_store: Store, hostile: Store
) -> dict[str, Path]:
    """Return folders with an export of every format, of the fixture and of hostile strings."""
    folders = {}
    for name, store in (("fixture", fixture_store), ("hostile", hostile)):
        folders[name] = tmp_path_factory.mktemp(name)
        for form, file in FILES.items():
            words = ["--format", form, "-o", str(folders[name] / file)]
            subprocess.run(command("--store", str(store.root), "export", *words), check=True)
    return folders


@pytest.fixture(params=["fixture", "hostile"])
def case(
    request: pytest.FixtureRequest, exported: dict[str, Path], fixture_store: Store, hostile: Store
) -> Iterator[tuple[Path, Snapshot]]:
    """Yield the exports of a store, and what it holds."""
    store = fixture_store if request.param == "fixture" else hostile
    with store.read() as snapshot:
        yield exported[request.param], snapshot


def same(left: px.Dataset, right: px.Dataset) -> bool:
    for dataset in (left, right):
        dataset.canonicalize(px.CanonicalizationAlgorithm.RDFC_1_0)
    return left == right


def current(snapshot: Snapshot) -> px.Dataset:
    quads = snapshot.database.quads_for_pattern(None, None, None, CURRENT)
    return px.Dataset(px.Quad(q.subject, q.predicate, q.object) for q in quads)


def everything(snapshot: Snapshot) -> px.Dataset:
    return px.Dataset(snapshot.database)


def read(path: Path, form: px.RdfFormat) -> px.Dataset:
    return px.Dataset(px.parse(path=str(path), format=form))


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(folder / FILES["csv"]) as archive:
        text = archive.read(f"{table}.csv").decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


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


# -- The same bytes -----------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_generation_gives_the_same_bytes(
    form: str, exported: dict[str, Path], fixture_store: Store, tmp_path: Path
) -> None:
    again = tmp_path / FILES[form]
    subprocess.run(
        command("--store", str(fixture_store.root), "export", "--format", form, "-o", str(again)),
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
    )
    assert again.read_bytes() == (exported["fixture"] / FILES[form]).read_bytes()


@pytest.mark.parametrize("form", ["nq", "ttl", "gexf", "void"])
def test_the_past_is_the_same_bytes_too(form: str, run: Run, fixture_store: Store) -> None:
    words = ("export", "--format", form, "--as-of", "2025-06-01")
    first = run(*words, store=fixture_store.root)
    assert first.returncode == 0
    assert first.stderr == "As of 2025-06-01: 2 undated claims are left out.\n"
    assert first.stdout == run(*words, store=fixture_store.root).stdout
    assert first.stdout != run("export", "--format", form, store=fixture_store.root).stdout


def test_a_party_is_unnamed_in_an_export_of_the_past(
    run: Run, fixture_store: Store, exported: dict[str, Path], tmp_path: Path
) -> None:
    run("export", "-o", "past.csv", "--as-of", "2025-05-10", store=fixture_store.root)
    with (tmp_path / "past.csv" / "participations.csv").open(encoding="utf-8", newline="") as file:
        then = {row["agent"] for row in csv.DictReader(file)}
    now = {row["agent"]: row["instead_of"] for row in rows(exported["fixture"], "participations")}
    assert "undisclosed/carmaker" in then
    assert "firm/elm-motors" not in then
    assert now["firm/elm-motors"] == "undisclosed/carmaker"
    assert "undisclosed/carmaker" not in now


# -- Tables -------------------------------------------------------------------------------


def test_tables_are_what_their_metadata_says(case: tuple[Path, Snapshot]) -> None:
    folder, _ = case
    with zipfile.ZipFile(folder / FILES["csv"]) as archive:
        told = json.loads(archive.read("csv-metadata.json"))
        names = set(archive.namelist()) - {"csv-metadata.json"}
    assert {table["url"] for table in told["tables"]} == names
    held = {table["url"]: rows(folder, table["url"].removesuffix(".csv"))
            for table in told["tables"]}  # fmt: skip
    for table in told["tables"]:
        schema, found = table["tableSchema"], held[table["url"]]
        for column in schema["columns"]:
            for row in found:
                assert_typed(row[column["name"]], column)
        if key := schema.get("primaryKey"):
            assert len({tuple(row[name] for name in key) for row in found}) == len(found)
        for foreign in schema["foreignKeys"]:
            there = {row["id"] for row in held[foreign["reference"]["resource"]]}
            assert {row[foreign["columnReference"]] for row in found} <= there | {""}


def assert_typed(cell: str, column: dict[str, Any]) -> None:
    if not cell:
        assert not column.get("required"), column["name"]
        return
    datatype = column["datatype"]
    if isinstance(datatype, dict):
        assert re.fullmatch(datatype["format"], cell)
    elif datatype == "decimal":
        assert Decimal(cell).is_finite()
    elif datatype == "boolean":
        assert cell in {"true", "false"}
    elif datatype == "dateTime":
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", cell)


def test_tables_of_the_fixture_are_right(exported: dict[str, Path]) -> None:
    folder = exported["fixture"]
    assert {row["id"] for row in rows(folder, "ties")} == {
        "agreement/alder-birch", "agreement/carmaker-lines", "agreement/danish-order",
        "agreement/yard-frame", "programme/fixture-programme", "stake/birch-in-cedar",
    }  # fmt: skip
    claims = rows(folder, "claims")
    assert len(claims) == 26
    assert sum(row["polarity"] == "denies" for row in claims) == 2
    alder = next(row for row in rows(folder, "ties") if row["id"] == "agreement/alder-birch")
    assert alder["status"] == "in-force"
    assert alder["states"] == "state/DE state/FR state/UA"
    assert alder["announced"] == "2025-03"
    shares = {row["share"] for row in rows(folder, "participations") if row["share"]}
    assert shares == {"60", "40", "20", "75"}
    yards = [row for row in rows(folder, "participations") if row["tie"] == "agreement/yard-frame"]
    assert {(row["agent"], row["role"], row["instead_of"]) for row in yards} == {
        ("body/fixture-agency", "customer", ""),
        ("firm/alder-works", "supplier", "undisclosed/two-yards"),
        ("firm/cedar-yards", "supplier", "undisclosed/two-yards"),
        ("undisclosed/two-yards", "supplier", ""),
    }
    assert len(rows(folder, "sources")) == 7
    denials = [row for row in rows(folder, "facts") if row["polarity"] == "denies"]
    assert {row["claim"] for row in denials} == {
        row["id"] for row in claims if row["polarity"] == "denies"
    }


def test_texts_stand_in_tables_as_they_are(exported: dict[str, Path], hostile: Store) -> None:
    with hostile.read() as snapshot:
        wanted = {
            q.object.value for q in snapshot.database.quads_for_pattern(None, SKOS.note, None, None)
            if isinstance(q.object, px.Literal) and str(q.subject).startswith(f"<{ID}claim/")
        }  # fmt: skip
    assert len(wanted) > len(HOSTILE)
    assert {row["note"] for row in rows(exported["hostile"], "claims")} == wanted
    with zipfile.ZipFile(exported["hostile"] / FILES["csv"]) as archive:
        data = archive.read("claims.csv")
    assert data.endswith(b"\r\n")


def test_parquet_says_the_same_as_csv(case: tuple[Path, Snapshot], tmp_path: Path) -> None:
    folder, _ = case
    with zipfile.ZipFile(folder / FILES["parquet"]) as archive:
        archive.extractall(tmp_path)
    for path in tmp_path.glob("*.parquet"):
        table = pq.read_table(path)
        found = [
            {name: plain(value) for name, value in row.items()} for row in table.to_pylist()
        ]  # fmt: skip
        assert found == rows(folder, path.stem), path.stem
    assert str(pq.read_schema(tmp_path / "amounts.parquet").field("amount").type).startswith("dec")


def test_parquet_says_what_to_install_where_it_is_missing(
    fixture_store: Store, tmp_path: Path
) -> None:
    code = (
        "import sys; sys.modules['pyarrow'] = None; from hauberk.graph.cli import main;"
        f"main(['--store', {str(fixture_store.root)!r}, 'export', '-o', 'a.parquet'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "run: pip install 'hauberk[parquet]'" in done.stderr
    assert list(tmp_path.iterdir()) == []


def plain(value: object) -> str:
    if isinstance(value, list):
        return " ".join(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%S.%f}".rstrip("0").rstrip(".") + "Z"
    return "" if value is None else str(value)


# -- Networks -----------------------------------------------------------------------------

STATES = {
    ("DE", "FR"): 2, ("DE", "NO"): 1, ("DE", "UA"): 1, ("DK", "FR"): 1, ("DK", "NO"): 1,
    ("DK", "UA"): 1, ("FR", "NO"): 1, ("FR", "UA"): 2,
}  # fmt: skip


@pytest.fixture(params=["graphml", "gexf"])
def drawn(request: pytest.FixtureRequest, run: Run, tmp_path: Path, fixture_store: Store) -> Draw:
    """Return a function that exports a network in a format and reads it by networkx."""

    def draw(network: str, store: Store = fixture_store) -> nx.Graph:
        file = f"net.{request.param}"
        done = run("export", "--network", network, "-o", file, store=store.root)
        assert done.returncode == 0, done.stderr
        reader = nx.read_graphml if request.param == "graphml" else nx.read_gexf
        return reader(tmp_path / file)

    return draw


def test_states_are_joined_by_the_ties_that_involve_both(drawn: Draw) -> None:
    graph = drawn("states")
    assert not graph.is_directed()
    found = {
        tuple(sorted(end.removeprefix("state/") for end in (one, other))): int(told["weight"])
        for one, other, told in graph.edges(data=True)
    }
    assert found == STATES
    edge = graph.edges["state/DE", "state/FR"]
    assert edge["kinds"] == "co-production programme"
    assert edge["tie_ids"] == "agreement/alder-birch programme/fixture-programme"
    assert (edge["first"], edge["last"]) == ("2024", "2025-03")
    assert graph.nodes["state/FR"]["ties"] == 4


def test_firms_are_joined_by_accepted_ties_alone(drawn: Draw) -> None:
    graph = drawn("firms")
    assert {frozenset(ends) for ends in graph.edges} == {
        frozenset({"firm/alder-works", "firm/birch-dynamics"}),
        frozenset({"firm/alder-works", "firm/cedar-yards"}),
        frozenset({"firm/birch-dynamics", "firm/cedar-yards"}),
    }
    assert set(graph) - {"firm/elm-motors"} == {end for ends in graph.edges for end in ends}
    assert graph.nodes["firm/cedar-yards"]["label"] == 'Cedar "Yards" {Nord}'
    assert graph.nodes["firm/cedar-yards"]["state"] == "NO"


def test_agents_are_joined_to_ties_in_the_bipartite_network(drawn: Draw) -> None:
    graph = drawn("bipartite")
    assert (len(graph), graph.number_of_edges()) == (18, 16)
    assert nx.is_bipartite(graph)
    assert graph.edges["firm/birch-dynamics", "stake/birch-in-cedar"]["roles"] == "buyer-of-stake"
    assert "agreement/polish-plan" not in graph
    assert "agreement/denied-order" not in graph


def test_labels_in_networks_stand_as_they_are(drawn: Draw, hostile: Store) -> None:
    graph = drawn("bipartite", hostile)
    with hostile.read() as snapshot:
        for node, told in graph.nodes(data=True):
            quads = snapshot.database.quads_for_pattern(
                px.NamedNode(ID + node), RDFS.label, None, CURRENT
            )
            assert told["label"] in {
                q.object.value for q in quads if isinstance(q.object, px.Literal)
            }


# -- The description ----------------------------------------------------------------------


def test_the_description_counts_and_hashes_the_dataset(
    exported: dict[str, Path], fixture_store: Store
) -> None:
    told = {
        (quad.subject, quad.predicate): quad.object
        for quad in read(exported["fixture"] / FILES["void"], px.RdfFormat.TURTLE)
    }
    dataset = px.NamedNode("https://w3id.org/hauberk/dataset")
    dump = (exported["fixture"] / FILES["nq"]).read_bytes()
    digest = hashlib.sha256(dump).hexdigest()
    assert told[dataset, DCTERMS.identifier] == px.Literal(f"sha-256:{digest}")
    assert str(told[dataset, VOID.triples]).startswith(f'"{len(dump.splitlines())}"')
    claims = part(dataset, "class-claim")
    assert str(told[claims, VOID.entities]).startswith('"26"')
    assert told[dataset, px.NamedNode("http://www.w3.org/ns/dcat#version")] == px.Literal("1")
    generation = fixture_store.generations.listed()[0]
    issued = told[dataset, DCTERMS.issued]
    assert isinstance(issued, px.Literal)
    assert issued.value == generation.published


def test_the_description_can_name_another_site(fixture_store: Store) -> None:
    with fixture_store.read() as snapshot:
        found = list(void(snapshot, site="http://127.0.0.1:8765/"))
    addresses = [
        t.object.value for t in found
        if isinstance(t.object, px.NamedNode) and t.predicate.value.endswith("downloadURL")
    ]  # fmt: skip
    assert len(addresses) == len(FORMATS) - 1
    assert all(address.startswith("http://127.0.0.1:8765/data/hauberk.") for address in addresses)


# -- Withdrawn claims ---------------------------------------------------------------------


def test_what_was_withdrawn_is_handed_over_as_withdrawn(
    run: Run, facts: Write, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    deal = (
        "dossiers:\n  agreement/x:\n    label: X\n    claims:\n      - from: press\n"
        "        modality: reported\n        says: {status: STATUS}\n"
    )
    run("load", str(facts(source_text("press") + deal.replace("STATUS", "signed"))), store=store)
    run("load", str(facts(source_text("press") + deal.replace("STATUS", "in-force"))), store=store)
    run("export", "-o", "out.csv", store=store)
    with (tmp_path / "out.csv" / "claims.csv").open(encoding="utf-8", newline="") as file:
        assert sorted(row["live"] for row in csv.DictReader(file)) == ["false", "true"]
    done = run("export", "--format", "nanopub", store=store)
    assert done.stdout.count(" a np:Nanopublication") == 1
    assert "status:signed" not in done.stdout
    done = run("export", "--format", "rdf12", store=store)
    assert re.search(r"claim:\w+\\#withdrawn rdf:reifies <<\(.*status:signed \)>>", done.stdout)


# -- Where it lands -----------------------------------------------------------------------


def test_standard_output_and_a_file_get_the_same(
    run: Run, exported: dict[str, Path], fixture_store: Store
) -> None:
    written = (exported["fixture"] / FILES["trig"]).read_text("utf-8")
    for words in (["--format", "trig"], ["--format", "trig", "-o", "-"]):
        assert run("export", *words, store=fixture_store.root).stdout == written


@pytest.mark.parametrize("form", FORMATS)
def test_the_format_is_guessed_from_the_name(
    form: str, run: Run, exported: dict[str, Path], fixture_store: Store, tmp_path: Path
) -> None:
    done = run("export", "-o", FILES[form], store=fixture_store.root)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / FILES[form]).read_bytes() == (exported["fixture"] / FILES[form]).read_bytes()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 2, "Say which format: --format, or a file whose name tells it: -o."),
        (["-o", "facts.doc"], 1, "facts.doc: no format ends like that; give --format, or one of"),
        (["--format", "doc"], 2, "'doc' is not one of 'nq', 'trig'"),
        (["--format", "csv"], 1, "--output: csv is several files; give a folder or .zip"),
        (["--format", "nq", "--network", "firms"], 1, "--network: nq is no network"),
        (["-o", "a.gexf", "--network", "people"], 2, "'people' is not one of 'firms'"),
        (["-o", "nowhere/a.nq"], 1, "cannot write nowhere/a.nq: No such file or directory"),
        (["-o", "nowhere/a.csv"], 1, "cannot write nowhere/a.csv: No such file or directory"),
        (["-o", "a.nq", "--as-of", "June"], 1, "--as-of: “June” is no day of the calendar"),
    ],
)
def test_bad_arguments_are_told_in_a_line(
    words: list[str], code: int, said: str, run: Run, fixture_store: Store
) -> None:
    done = run("export", *words, store=fixture_store.root)
    assert done.returncode == code
    assert done.stdout == ""
    assert said in done.stderr.splitlines()[-1]
    assert code == 2 or len(done.stderr.splitlines()) == 1


def test_a_folder_that_is_not_ours_is_left_alone(
    run: Run, fixture_store: Store, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.csv"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work", encoding="utf-8")
    done = run("export", "-o", "mine.csv", store=fixture_store.root)
    assert done.returncode == 1
    assert "the folder holds something else" in done.stderr
    assert [path.name for path in mine.iterdir()] == ["thesis.txt"]


def test_an_export_in_a_folder_is_replaced_whole(
    run: Run, fixture_store: Store, tmp_path: Path
) -> None:
    run("export", "-o", "out.csv", store=fixture_store.root)
    (tmp_path / "out.csv" / "left-over.csv").write_text("x", encoding="utf-8")
    assert run("export", "-o", "out.csv", store=fixture_store.root).returncode == 0
    assert not (tmp_path / "out.csv" / "left-over.csv").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.skipif(os.name != "posix", reason="limits the size of files by the shell")
@pytest.mark.parametrize("form", ["nq", "trig", "jsonld", "csv", "parquet", "gexf"])
def test_a_disk_that_fills_up_leaves_the_old_export(
    form: str, fixture_store: Store, tmp_path: Path
) -> None:
    target = tmp_path / FILES[form]
    target.write_bytes(b"old")
    words = command("--store", str(fixture_store.root), "export", "-o", str(target))
    done = subprocess.run(
        ["bash", "-c", 'ulimit -f 2; exec "$@"', "-", *words],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == f"Error: cannot write {target}: File too large; nothing was changed\n"
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="has no device that is always full")
def test_a_full_standard_output_is_told_in_a_line(fixture_store: Store) -> None:
    words = command("--store", str(fixture_store.root), "export", "--format", "trig")
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "Error: cannot write standard output: No space left on device\n"


def test_an_interrupted_export_leaves_the_old_one(tmp_path: Path) -> None:
    file, folder = tmp_path / "a.nq", tmp_path / "a.csv"
    file.write_bytes(b"old")
    land_folder(folder, lambda aside: interrupted(aside, raising=False), "marker")
    with pytest.raises(KeyboardInterrupt), landed(file):
        raise KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        land_folder(folder, interrupted, "marker")
    assert file.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.csv", "a.nq", "marker"]


def interrupted(folder: Path, *, raising: bool = True) -> None:
    (folder / "marker").touch()
    if raising:
        (folder / "half").touch()
        raise KeyboardInterrupt


def test_a_control_character_is_refused_by_xml_with_its_place(tmp_path: Path) -> None:
    database = px.Store()
    deal = px.NamedNode(ID + "agreement/x")
    database.add(px.Quad(deal, RDFS.label, px.Literal("a\x0bb"), CURRENT))
    published = tmp_path / "store" / "published"
    published.mkdir(parents=True)
    px.Store(str(published / "1")).extend(database)
    (published / "1.json").write_text('{"number":1,"published":"x","action":"load"}')
    (tmp_path / "store" / "CURRENT").write_text("1\n")
    words = ("--store", str(tmp_path / "store"), "export", "-o", str(tmp_path / "a.rdf"))
    done = subprocess.run(command(*words), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "agreement/x> has the control character U+000B in a text" in done.stderr
    assert not (tmp_path / "a.rdf").exists()


def test_the_examples_of_the_readme_work_as_printed(
    run: Run, fixture_store: Store, tmp_path: Path
) -> None:
    section = (ROOT / "README.md").read_text("utf-8").partition("\n## Export\n")[2]
    lines = section.partition("```sh\n")[2].partition("```")[0].splitlines()
    assert len(lines) >= 4
    for line in lines:
        name, *words = shlex.split(line)
        assert name == "hauberk"
        done = run(*words, store=fixture_store.root)
        assert done.returncode == 0, done.stderr
        assert "-o" in words or done.stdout
    made = {"hauberk.nq", "hauberk.trig", "tables.csv", "states.gexf"}
    assert made <= {path.name for path in tmp_path.iterdir()}
    assert all(f"`{form}`" in section for form in FORMATS)


def test_the_fixture_is_what_the_numbers_were_worked_out_from() -> None:
    assert FIXTURE.read_text("utf-8").count("      - from: ") == 26
