"""The graph handed over: always the same bytes, counted and hashed, the withdrawn as withdrawn."""

import csv
import hashlib
import os
import re
import subprocess
from pathlib import Path

import pyoxigraph as px
import pytest

from hauberk.graph.exports.description import void
from hauberk.graph.exports.formats import FORMATS
from hauberk.graph.store import Store
from hauberk.ontology.names import DCTERMS, VOID, part
from hauberk.tests.exports import FILES, read, rows
from hauberk.tests.support import FIXTURE, Run, Write, command, source_text

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


def test_the_fixture_is_what_the_numbers_were_worked_out_from() -> None:
    assert FIXTURE.read_text("utf-8").count("      - from: ") == 26


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
