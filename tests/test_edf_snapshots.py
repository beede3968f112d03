"""Files of the Funding & Tenders portal loaded again, and later ones: renamed firms, new sums."""

from pathlib import Path

import pytest

from hauberk.graph.store import Store
from hauberk.loaders.opendata import edf
from hauberk.loaders.opendata.edf_names import changes
from hauberk.loaders.opendata.parties import Parties
from hauberk.loaders.opendata.run import Run
from hauberk.loaders.sync import batch, load
from hauberk.ontology.names import SKOS, dossier
from hauberk.tests.edf import LAYOUTS, ask, bring, files
from hauberk.tests.support import Write


def test_the_same_files_again_change_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    paths = files(tmp_path / "files", *LAYOUTS)
    bring(store, *paths)
    for again in (paths, *([path] for path in paths), paths[::-1]):
        tally = bring(store, *again)
        entries = tally.entries_added + tally.entries_withdrawn + tally.regrouped
        assert (tally.added, tally.withdrawn, entries) == (0, 0, 0), (again, tally)


def test_a_changed_file_changes_by_the_difference(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    _, people = paths = files(tmp_path / "files", *LAYOUTS[:2])
    bring(store, *paths)
    people.write_text(people.read_text().replace(",500000,", ",400000,"), encoding="utf-8")
    tally = bring(store, *paths)
    assert (tally.added, tally.withdrawn) == (1, 1)


def later(text: str) -> str:
    """Return a file as it is some months on: a firm renamed, a sum changed."""
    for old, new in (
        ("2024-12-26T", "2026-04-02T"),
        ("ALDER WORKS GMBH", "ASPEN DEFENCE GMBH"),
        (",500000,", ",450000,"),
    ):
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize("newer_first", [False, True])
@pytest.mark.parametrize("apart", [False, True])
def test_a_renamed_firm_keeps_its_identity_and_a_later_sum_supersedes(
    newer_first: bool, apart: bool, tmp_path: Path
) -> None:
    store = Store(tmp_path / "store")
    snapshots = [
        files(tmp_path / "one", *LAYOUTS[:2]),
        files(tmp_path / "two", *LAYOUTS[:2], edit=later),
    ]
    if newer_first:
        snapshots.reverse()
    loads = snapshots if apart else [snapshots[0] + snapshots[1]]
    for paths in loads:
        bring(store, *paths)
    assert ask(store, "?a hbk:pic '900000011'", "?a") == [("firm/pic-900000011",)]
    assert ask(store, "?a hbk:pic '900000011'; hbk:hasRenaming [hbk:formerName ?f; hbk:newName ?n]",
               "?f", "?n") == [("ALDER WORKS GMBH", "ASPEN DEFENCE GMBH")]  # fmt: skip
    dated = ask(store, "?c hbk:about id:firm\\/pic-900000011; a hbk:Claim; dcterms:issued ?d", "?d")
    assert dated == [("2026-04-02",)]
    names = ask(store, "?a hbk:pic '900000011'; skos:prefLabel|skos:altLabel ?l", "?l")
    assert names == [("ALDER WORKS GMBH",), ("ASPEN DEFENCE GMBH",)]
    sums = ask(store, "id:agreement\\/edf-101900002 hbk:hasValue [hbk:scope ?s; hbk:amount ?m]"
               " FILTER(STRENDS(?s, '900000011'))", "?m")  # fmt: skip
    assert sums == [("450000",)]
    for paths in (snapshots[0], snapshots[1], snapshots[0] + snapshots[1]):
        tally = bring(store, *paths)
        assert (tally.added, tally.withdrawn) == (0, 0), tally


def test_names_used_on_the_same_days_are_no_change_of_name() -> None:
    assert list(changes([("A", "2024-01-01"), ("a  ", "2025-01-01")])) == []
    assert list(changes([("A", "2024-01-01"), ("B", "2024-06-01"), ("A", "2025-01-01")])) == []
    three = [("C", "2026-01-01"), ("A", "2024-01-01"), ("B", "2025-01-01"), ("B", "2025-06-01")]
    assert list(changes(three)) == [
        ("A", "B", "2024-01-01", "2025-01-01"), ("B", "C", "2025-06-01", "2026-01-01"),
    ]  # fmt: skip


def test_a_curated_firm_with_the_same_pic_is_met(facts: Write, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    curated = facts(
        "dossiers:\n  firm/alder:\n    label: Alder\n    aliases: [Alder Works GmbH]\n"
        '    state: DE\n    identifiers: {pic: "900000011"}\n'
        "  firm/birch:\n    label: Birch Systems\n    state: GR\n"
    )
    load(store, batch([curated]))
    paths = files(tmp_path / "files", *LAYOUTS[:2])
    bring(store, *paths)
    assert ask(store, "?a hbk:pic '900000011'; rdfs:label ?l", "?a", "?l") == [
        ("firm/alder", "Alder")
    ]
    assert ask(store, "[] hbk:agent id:firm\\/alder; hbk:role ?r", "?r")
    assert ask(store, "?a hbk:hasRenaming ?r", "?a") == []
    assert ask(store, "id:firm\\/alder skos:altLabel ?l", "?l") == [
        ("ALDER WORKS GMBH",), ("Alder Works GmbH",),
    ]  # fmt: skip
    assert not bring(store, *paths).changes


def test_a_project_that_people_decided_is_a_known_tie_becomes_that_tie(tmp_path: Path) -> None:
    (path,) = files(tmp_path, "main.csv")
    known = dossier("agreement/hedgehog")
    run = Run(path, edf.PROVIDER, Parties(None, {dossier("agreement/edf-101900001"): known}))
    list(edf.read(run))
    stated = run.take()
    labels = {f[2].value for s in stated for f in s.facts if f[:2] == (known, SKOS.prefLabel)}
    names = {f[2].value for s in stated for f in s.facts if f[:2] == (known, SKOS.altLabel)}
    assert labels == set()
    assert "HEDGEHOG, EDF project 101900001" in names
    assert dossier("agreement/edf-101900001") not in {statement.about for statement in stated}
