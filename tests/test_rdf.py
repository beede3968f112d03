"""RDF of others, and exports of ours read back: what becomes a claim, and what is rejected."""

import json
import resource
import subprocess
import time
from pathlib import Path

import pytest
from pyoxigraph import Quad, QuerySolutions, RdfFormat, parse, serialize

from hauberk.graph.claims import CURRENT
from hauberk.graph.errors import FaultsError
from hauberk.graph.holdings import Holdings
from hauberk.graph.store import Store
from hauberk.loaders.opendata import rdf
from hauberk.loaders.opendata.provider import HEAD_BYTES, Sample
from hauberk.loaders.opendata.rdf_files import DOCUMENT
from hauberk.loaders.opendata.registry import recognise
from hauberk.loaders.opendata.rejects import Reject
from hauberk.loaders.sync import Sync, batch, bundled, compare, load
from hauberk.ontology.names import HBK, PROV, RDF, VOID, code, kind
from hauberk.tests.support import FIXTURE, ROOT, Run, command, dossier_facts

DEAL = ROOT / "tests" / "data" / "opendata" / "rdf" / "deal.trig"
TEXT = DEAL.read_text(encoding="utf-8")
SAMPLES = ROOT.parent / "shared" / "samples"
COAST = "<https://w3id.org/hauberk/id/agreement/rdf-coast>"
PREFIXES = """
PREFIX hbk: <https://w3id.org/hauberk/ns#> PREFIX hbg: <https://w3id.org/hauberk/graph/>
PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX void: <http://rdfs.org/ns/void#>
"""


def ask(store: Store, where: str, *names: str) -> list[tuple[str, ...]]:
    text = (
        f"{PREFIXES} SELECT DISTINCT {' '.join(names)} WHERE {{ GRAPH hbg:current {{ {where} }} }}"
    )
    with store.read() as snapshot:
        found = snapshot.ledger.store.query(text)
        assert isinstance(found, QuerySolutions)
        rows = [tuple("" if v is None else getattr(v, "value", "") for v in row) for row in found]
    return sorted(tuple(v.rpartition("hauberk/")[2] for v in row) for row in rows)


def written(folder: Path, text: str, name: str = "deal.trig") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def rejected(path: Path, tmp_path: Path) -> tuple[int, list[Reject]]:
    sync = Sync(batch([path], form="rdf"))
    compare(sync, Store(tmp_path / "none"))
    return sync.readings[0].records, list(sync.readings[0].rejects.kept)


def message(path: Path, tmp_path: Path) -> str:
    with pytest.raises(FaultsError) as caught:
        rejected(path, tmp_path)
    assert len(caught.value.faults) == 1
    return str(caught.value.faults[0])


def in_format(folder: Path, form: RdfFormat, ending: str) -> Path:
    """Write the triples of the example's default graph in another format."""
    quads = parse(TEXT.encode(), RdfFormat.TRIG, base_iri=DOCUMENT)
    triples = [quad.triple for quad in quads if not str(quad.graph_name).startswith("<")]
    path = folder / f"deal{ending}"
    with path.open("wb") as file:
        serialize(triples, file, form)
    return path


# -- Telling its files from others -------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "ending"),
    [
        (RdfFormat.TURTLE, ".ttl"), (RdfFormat.TRIG, ".trig"), (RdfFormat.N_QUADS, ".nq"),
        (RdfFormat.N_TRIPLES, ".nt"), (RdfFormat.RDF_XML, ".rdf"), (RdfFormat.JSON_LD, ".jsonld"),
        (RdfFormat.RDF_XML, ".xml"), (RdfFormat.JSON_LD, ".json"), (RdfFormat.N_QUADS, ".txt"),
        (RdfFormat.TURTLE, ""),
    ],
)  # fmt: skip
def test_each_format_is_recognised_and_tells_the_same(
    form: RdfFormat, ending: str, tmp_path: Path
) -> None:
    path = in_format(tmp_path, form, ending)
    if form == RdfFormat.TURTLE:
        with path.open("rb+") as file:
            held = file.read()
            file.seek(0)
            file.write(b"@prefix hbk: <https://w3id.org/hauberk/ns#> .\n" + held)
    assert recognise(path) == "rdf"
    store = Store(tmp_path / "store")
    assert load(store, batch([path])).added == 2
    assert ask(store, f"{COAST} hbk:hasParticipation [hbk:agent ?a]", "?a") == [
        ("id/firm/rdf-coast-drones",), ("id/state/NO",),
    ]  # fmt: skip


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples beside this checkout")
def test_rdf_without_anything_of_ours_and_other_sources_are_not_recognised() -> None:
    seen = 0
    for path in SAMPLES.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                assert not rdf.recognises(Sample(path.name, file.read(HEAD_BYTES), path)), path
            seen += 1
    assert seen > 50


def test_fact_files_stay_fact_files(tmp_path: Path) -> None:
    assert recognise(FIXTURE) is None
    facts = written(tmp_path, '{"dossiers": {"firm/x": {"website": "https://w3id.org/hauberk/"}}}')
    assert not rdf.recognises(Sample("facts.json", facts.read_bytes()))


# -- Graphs of others --------------------------------------------------------------------


@pytest.fixture(scope="module")
def deal(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Return a store that holds the example; do not write to it."""
    store = Store(tmp_path_factory.mktemp("rdf") / "store")
    load(store, batch([DEAL]))
    return store


def test_each_graph_is_a_claim_of_its_own_source_and_speaker(deal: Store) -> None:
    where = f"""?c hbk:about {COAST}; hbk:modality ?m; prov:wasAttributedTo [rdfs:label ?s];
        prov:hadPrimarySource [hbk:url ?u; hbk:publisher ?p] OPTIONAL {{ ?c dcterms:issued ?d }}"""
    assert ask(deal, where, "?m", "?s", "?u", "?p", "?d") == [
        ("code/modality/alleged", "people at the yard", "https://blog.example.org/rumour",
         "Example Blog", ""),
        ("code/modality/reported", "Example Press", "https://press.example.org/drones",
         "Example Press", "2025-06-01"),
    ]  # fmt: skip


def test_parts_are_read_from_blank_nodes_and_from_named_ones(deal: Store) -> None:
    where = f"""{COAST} hbk:hasValue [hbk:amount ?n; hbk:currency ?c; hbk:valueQualifier ?q];
        hbk:hasSite [hbk:inState ?s; hbk:place ?p]; hbk:signed ?d; hbk:productName ?g"""
    assert ask(deal, where, "?n", "?c", "?q", "?s", "?p", "?d", "?g") == [
        ("5000000", "EUR", "code/value-qualifier/up-to", "id/state/DE", "Kiel", "2025-05", "Gull")
    ]


def test_a_label_opens_a_dossier_and_a_rumour_is_no_fact(deal: Store) -> None:
    firm = "<https://w3id.org/hauberk/id/firm/rdf-coast-drones>"
    assert ask(deal, f"{firm} rdfs:label ?l; skos:altLabel ?a; hbk:state ?s", "?l", "?a", "?s") == [
        ("Coast Drones", "Küstendrohnen", "id/state/DE")
    ]
    assert not ask(deal, f"{COAST} hbk:status ?s", "?s")


def test_the_licence_and_credit_line_that_the_file_states_stay_with_its_dataset(
    deal: Store,
) -> None:
    assert ask(deal, "?d a void:Dataset; dcterms:license ?l; dcterms:rights ?r", "?l", "?r") == [
        ("https://creativecommons.org/licenses/by/4.0/", "Example Data Club")
    ]


def test_every_triple_is_accounted_for(tmp_path: Path) -> None:
    records, found = rejected(DEAL, tmp_path)
    assert records == sum(1 for _ in parse(TEXT.encode(), RdfFormat.TRIG, base_iri=DOCUMENT))
    assert found == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("hbk:favourite 1", "is no property that a claim can hold"),
        ('hbk:approved "2025-13"', "`approved` '2025-13' is not a day of the calendar"),
        ("hbk:kind status:signed", "`kind` is no agreement-kind"),
        ("hbk:partOf <https://w3id.org/hauberk/id/programme/nobody-knows>",
         "names a dossier that neither the file nor the store has"),
        ("hbk:partOf <https://w3id.org/hauberk/id/firm/rdf-coast-drones>",
         "`part-of` is not of the kind taken here: agreement or programme or stake"),
        ('hbk:hasValue [ hbk:amount "a lot" ; hbk:valueQualifier qualifier:exact ]',
         "`amount` 'a lot' is not a plain number"),
        ("hbk:hasValue [ hbk:amount 5 ]", "`qualifier` is missing"),
        ('hbk:hasSite "Kiel"', "`sites` is no mapping"),
    ],
)  # fmt: skip
def test_a_triple_that_no_claim_can_hold_is_rejected_and_the_rest_is_kept(
    line: str, reason: str, tmp_path: Path
) -> None:
    text = TEXT + f"\n{COAST} {line} .\n"
    _, found = rejected(written(tmp_path, text), tmp_path)
    assert [each.reason for each in found] == [reason]


def test_triples_of_other_things_are_rejected_one_by_one(tmp_path: Path) -> None:
    text = TEXT + "\nex:boat ex:length 12 ; ex:colour ex:blue .\n"
    _, found = rejected(written(tmp_path, text), tmp_path)
    assert {each.field for each in found} == {
        "https://data.example.org/length",
        "https://data.example.org/colour",
    }
    assert len(found) == 2


def test_a_dossier_without_a_label_is_rejected(tmp_path: Path) -> None:
    text = TEXT + "\n<https://w3id.org/hauberk/id/agreement/rdf-x> hbk:productName 'Gull' .\n"
    _, found = rejected(written(tmp_path, text), tmp_path)
    assert [each.reason for each in found] == ["its dossier has no label; give it a skos:prefLabel"]


def test_a_file_without_a_source_is_refused_and_told_how_to_state_one(tmp_path: Path) -> None:
    text = TEXT.replace("dcterms:source", "dcterms:relation").replace("prov:had", "prov:has")
    found = message(written(tmp_path, text), tmp_path)
    assert found.startswith(
        "deal.trig: states no source; add `<> <http://purl.org/dc/terms/source>"
    )


def test_a_graph_without_a_source_beside_one_with_is_rejected(tmp_path: Path) -> None:
    text = TEXT.replace("<> dcterms:source", "<> dcterms:relation")
    _, found = rejected(written(tmp_path, text), tmp_path)
    assert {each.reason for each in found} == {"its graph states no source"}
    assert HBK.signed.value in {each.field for each in found}


def test_the_same_file_changes_nothing_and_a_changed_one_by_difference(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    path = written(tmp_path, TEXT)
    assert load(store, batch([path])).added == 3
    assert not load(store, batch([path])).changes
    changed = load(store, batch([written(tmp_path, TEXT.replace("5000000.00", "6000000"))]))
    assert (changed.added, changed.withdrawn, changed.unchanged) == (1, 1, 2)


def test_a_dossier_that_is_known_keeps_its_label(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    load(store, batch([FIXTURE]))
    text = TEXT.replace("firm/rdf-coast-drones", "firm/alder-works")
    path = written(tmp_path, text)
    load(store, batch([path]))
    assert not load(store, batch([path])).changes
    alder = "<https://w3id.org/hauberk/id/firm/alder-works>"
    assert ask(store, f"{alder} rdfs:label ?l", "?l") == [("Alder Works",)]
    assert ("Coast Drones",) in ask(store, f"{alder} skos:altLabel ?l", "?l")


# -- Exports of ours ---------------------------------------------------------------------


def statements(store: Store) -> set[Quad]:
    """Return all that a store holds of claims and entries but for when and where it was loaded."""
    with store.read() as snapshot:
        database = snapshot.ledger.store
        held = Holdings(database)
        live = {*held.subjects(RDF.type, HBK.Claim), *held.subjects(RDF.type, HBK.Entry)}
        found = {
            quad
            for quad in database.quads_for_pattern(None, None, None, None)
            if quad.graph_name != CURRENT or getattr(quad.subject, "value", "").partition("#")[0] in
            {node.value for node in live}
        }  # fmt: skip
    return {quad for quad in found if quad.predicate not in {PROV.generatedAtTime, VOID.inDataset}}


@pytest.mark.parametrize("form", ["trig", "nq"])
def test_an_export_comes_back_without_loss(form: str, fixture_store: Store, tmp_path: Path) -> None:
    path = tmp_path / f"all.{form}"
    subprocess.run(
        command("--store", str(fixture_store.root), "export", "-o", str(path)), check=True
    )
    assert recognise(path) == "rdf"
    again = Store(tmp_path / "again")
    tally = load(again, batch([path]))
    assert tally.added > 20
    assert statements(again) == statements(fixture_store)
    with again.read() as one, fixture_store.read() as other:
        assert dossier_facts(one.ledger.store) == dossier_facts(other.ledger.store)
    assert not load(again, batch([path])).changes


def test_the_bundled_facts_come_back_without_loss(tmp_path: Path) -> None:
    store, path = Store(tmp_path / "store"), tmp_path / "facts.nq"
    load(store, bundled())
    subprocess.run(command("--store", str(store.root), "export", "-o", str(path)), check=True)
    sync = Sync(batch([path]))
    plan = compare(sync, store)
    assert sync.readings[0].rejects.count == 0
    assert plan.tally.added == 0
    assert plan.tally.entries_added == 0
    assert plan.tally.unchanged == sync.readings[0].claims > 3000


def test_what_is_withdrawn_in_an_export_stays_withdrawn(tmp_path: Path) -> None:
    store, path = Store(tmp_path / "store"), written(tmp_path, TEXT)
    load(store, batch([path]))
    load(store, batch([written(tmp_path, TEXT.replace("5000000.00", "6000000"))]))
    dump = tmp_path / "all.nq"
    subprocess.run(command("--store", str(store.root), "export", "-o", str(dump)), check=True)
    _, found = rejected(dump, tmp_path)
    assert [each.reason for each in found] == ["is withdrawn"]


def test_a_claim_that_was_changed_in_an_export_is_rejected(
    fixture_store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "all.nq"
    subprocess.run(
        command("--store", str(fixture_store.root), "export", "-o", str(path)), check=True
    )
    with fixture_store.read() as snapshot:
        held = Holdings(snapshot.ledger.store)
        claim = next(c for c in held.subjects(RDF.type, HBK.Claim) if kind(c) == "claim")
    quads = [
        quad
        for quad in parse(path=str(path), format=RdfFormat.N_QUADS)
        if quad.subject != claim or quad.predicate != HBK.modality
    ]
    quads.append(Quad(claim, HBK.modality, code("modality", "opinion"), CURRENT))
    with path.open("wb") as file:
        serialize(quads, file, RdfFormat.N_QUADS)
    _, found = rejected(path, tmp_path)
    assert [each.value for each in found] == [claim.value]
    assert "is not what its name stands for" in found[0].reason


def test_an_export_of_what_is_accepted_alone_is_refused(
    fixture_store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "current.ttl"
    subprocess.run(
        command("--store", str(fixture_store.root), "export", "-o", str(path)), check=True
    )
    assert "export it as trig or nq" in message(path, tmp_path)


# -- Hostile files -----------------------------------------------------------------------

_RDF_XML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    ' xmlns:hbk="https://w3id.org/hauberk/ns#">'
)
_ENTITIES = "".join(
    f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' if n else '<!ENTITY e0 "ha">' for n in range(10)
)
HOSTILE = {
    "remote.jsonld": ('{"@context": "https://evil.example/c", "@id": "https://w3id.org/hauberk/"}',
                      "has the remote context https://evil.example/c"),
    "list.jsonld": ('{"@context": [{}, "https://evil.example/c"], "@id": "http://a.example/"}',
                    "has the remote context"),
    "import.jsonld": ('{"@context": {"@import": "https://evil.example/c"}}',
                      "has the remote context"),
    "escaped.jsonld": ('{"\\u0040context": "https://evil.example/c"}', "has the remote context"),
    "inner.jsonld": ('{"@context": {"a": {"@id": "http://a.example/",'
                     ' "@context": "https://evil.example/c"}}}', "has the remote context"),
    "deep.jsonld": ('{"http://a.example/p":' * 100_000, "nests values over 64 deep"),
    "array.jsonld": ("[" * 100_000, "nests values over 64 deep"),
    "cut.jsonld": ('{"@context": {}, "@id": "http://a.exa', "is no whole JSON"),
    "bomb.rdf": (f"<!DOCTYPE rdf [{_ENTITIES}]>{_RDF_XML}<rdf:Description"
                 ' rdf:about="http://a.example/"><hbk:x>&e9;</hbk:x></rdf:Description></rdf:RDF>',
                 "has a document type"),
    "external.rdf": ('<!DOCTYPE rdf [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + _RDF_XML,
                     "has a document type"),
    "deep.rdf": (_RDF_XML + "<rdf:Description><hbk:x>" * 50_000, "nests elements over 64 deep"),
    "cut.rdf": (_RDF_XML + "<rdf:Descr", "is no whole XML"),
    "wrong.ttl": ("<https://w3id.org/hauberk/> <b> .", "is no Turtle"),
    "nest.ttl": ("<http://a.example/> <http://a.example/p> " + "[ <http://a.example/p> " * 500_000,
                 "hold no triple"),
    "long.nq": ('<http://a.example/> <http://a.example/p> "' + "a" * (20 << 20) + '" .',
                "hold no triple"),
    "nul.nq": ("\0" * 1000, "is no N-Quads"),
    "empty.ttl": ("", "holds no triple"),
    "comment.ttl": ("# nothing\n" * 100, "holds no triple"),
    "page.rdf": ("<html><body>https://w3id.org/hauberk/</body></html>", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    text, says = HOSTILE[name]
    start = time.monotonic()
    found = message(written(tmp_path, text, name), tmp_path)
    assert says in found
    assert found.startswith(name)
    assert len(found) < 600
    assert time.monotonic() - start < 20


def test_a_wrong_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deal.trig"
    path.write_bytes(TEXT.encode("utf-16"))
    assert "is no TriG" in message(path, tmp_path)


def test_a_hostile_file_takes_little_memory(tmp_path: Path) -> None:
    path = written(tmp_path, HOSTILE["nest.ttl"][0], "nest.ttl")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    message(path, tmp_path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600_000


def test_a_context_written_out_is_read(tmp_path: Path) -> None:
    document = {
        "@context": {"hbk": "https://w3id.org/hauberk/ns#", "id": "https://w3id.org/hauberk/id/",
                     "source": {"@id": "http://purl.org/dc/terms/source", "@type": "@id"},
                     "label": "http://www.w3.org/2004/02/skos/core#prefLabel"},
        "@graph": [
            {"@id": "", "source": "https://press.example.org/"},
            {"@id": "id:agreement/rdf-json", "label": "A deal", "hbk:productName": "Gull"},
        ],
    }  # fmt: skip
    path = written(tmp_path, json.dumps(document), "deal.jsonld")
    store = Store(tmp_path / "store")
    assert load(store, batch([path])).added == 1


def test_the_command_says_what_it_read(run: Run, tmp_path: Path) -> None:
    done = run("load", str(DEAL), "--dry-run", store=tmp_path / "store")
    assert done.returncode == 0, done.stderr
    assert "deal.trig (rdf): " in done.stdout
    assert "3 claims, 0 rejects. Example Data Club" in done.stdout
