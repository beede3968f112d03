"""ROR, GLEIF and Wikidata: who is who by identifier, what waits for a decision, what is refused."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hauberk.graph.store import Store
from hauberk.loaders.opendata.gleif import is_lei
from hauberk.loaders.opendata.registry import recognise
from hauberk.loaders.sync import batch, load
from hauberk.tests.support import ROOT, Run

SAMPLES = ROOT.parent / "shared" / "samples"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the real samples are not here")

FIRMS = """\
dossiers:
  firm/alder-works:
    label: Alder Works
    aliases: [Alder]
    state: FR
    identifiers: {lei: 5299001OU9CSE29O6S05, wikidata: Q7}
  firm/birch-dynamics:
    label: Birch Dynamics
    state: DE
"""
ALDER, OTHER = "5299001OU9CSE29O6S05", "549300S4KLFTLO7GSQ80"
"""Two LEIs whose check digits are right; the parties of these tests are made up."""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return a store that knows two firms, one by its identifiers."""
    made, facts = Store(tmp_path / "store"), tmp_path / "firms.yaml"
    facts.write_text(FIRMS, encoding="utf-8")
    load(made, batch([facts]))
    return made


def write(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def shown(run: Run, store: Store, name: str) -> str:
    return run("show", name, store=store.root).stdout


# -- GLEIF ----------------------------------------------------------------------------------


def entities(*rows: str) -> str:
    head = "LEI,Entity.LegalName,Entity.LegalAddress.Country,Entity.EntityStatus\n"
    return head + "".join(f"{row}\n" for row in rows)


def relations(*rows: str) -> str:
    return (
        "Relationship.StartNode.NodeID,Relationship.EndNode.NodeID,"
        "Relationship.RelationshipType,Relationship.RelationshipStatus,"
        "Relationship.Period.1.startDate,Registration.LastUpdateDate\n"
        + "".join(f"{row}\n" for row in rows)
    )


@given(st.integers(0, 19), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_one_wrong_character_makes_an_lei_wrong(place: int, char: str) -> None:
    if char.isdigit() != ALDER[place].isdigit():
        return  # a letter counts as two digits: such slips are told by the form alone, not all
    changed = ALDER[:place] + char + ALDER[place + 1 :]
    assert is_lei(changed) is (changed == ALDER)


def test_an_entity_with_a_known_lei_is_that_firm(run: Run, store: Store, tmp_path: Path) -> None:
    path = write(tmp_path, "lei.csv", entities(f"{ALDER},ALDER WORKS SOCIETE ANONYME,FR,ACTIVE"))
    done = run("load", str(path), store=store.root)
    assert "lei.csv (gleif): 1 records, 0 claims, 0 rejects." in done.stdout
    assert "also known as: ALDER WORKS SOCIETE ANONYME" in shown(run, store, "firm/alder-works")
    assert run("show", f"firm/lei-{ALDER.lower()}", store=store.root).returncode == 1


def test_an_entity_of_the_same_name_waits_for_a_decision_and_a_stranger_is_passed_over(
    run: Run, store: Store, tmp_path: Path
) -> None:
    path = write(tmp_path, "lei.csv", entities(f"{OTHER},BIRCH DYNAMICS GMBH,DE,ACTIVE"))
    assert run("load", str(path), store=store.root).returncode == 0
    listed = run("reconcile", store=store.root).stdout
    assert f"(firm/lei-{OTHER.lower()}, DE)  =?  Birch Dynamics (firm/birch-dynamics, DE)" in listed
    path.write_text(entities(f"{OTHER},CEDAR BAKERY GMBH,DE,ACTIVE"), encoding="utf-8")
    done = run("load", str(path), store=store.root)
    assert done.returncode == 0
    assert "1  is of a party that the graph does not know" in done.stderr
    assert run("reconcile", store=store.root).stdout == ""
    assert run("show", f"firm/lei-{OTHER.lower()}", store=store.root).returncode == 1


def test_a_decision_makes_one_party_of_two_and_taken_back_two_again(
    run: Run, store: Store, tmp_path: Path
) -> None:
    path = write(tmp_path, "lei.csv", entities(f"{OTHER},BIRCH DYNAMICS GMBH,DE,ACTIVE"))
    local = f"firm/lei-{OTHER.lower()}"
    run("load", str(path), store=store.root)
    done = run("reconcile", "review", "--author", "an analyst", store=store.root, stdin="s\n")
    assert done.returncode == 0, done.stderr
    run("load", str(path), store=store.root)
    assert f"LEI: {OTHER}" in shown(run, store, "firm/birch-dynamics")
    assert run("show", local, store=store.root).returncode == 1
    assert run("reconcile", store=store.root).stdout == ""
    assert run("reconcile", "forget", local, store=store.root).returncode == 0
    run("load", str(path), store=store.root)
    assert f"LEI: {OTHER}" not in shown(run, store, "firm/birch-dynamics")
    assert f"LEI: {OTHER}" in shown(run, store, local)


def test_a_direct_parent_is_claimed_with_its_basis_and_dates(
    run: Run, store: Store, tmp_path: Path
) -> None:
    run("load", str(write(tmp_path, "a.csv", entities(f"{OTHER},BIRCH DYNAMICS,DE,ACTIVE"))),
        store=store.root)  # fmt: skip
    path = write(tmp_path, "rr.csv", relations(
        f"{ALDER},{OTHER},IS_DIRECTLY_CONSOLIDATED_BY,ACTIVE,2019-01-01T00:00:00Z,2025-06-01",
        f"{ALDER},{OTHER},IS_ULTIMATELY_CONSOLIDATED_BY,ACTIVE,,2025-06-01",
        f"{ALDER},{OTHER},IS_DIRECTLY_CONSOLIDATED_BY,INACTIVE,,2025-06-01",
        f"{ALDER},{ALDER[:-1]}0,IS_DIRECTLY_CONSOLIDATED_BY,ACTIVE,,2025-06-01",
    ))  # fmt: skip
    done = run("load", str(path), store=store.root)
    assert "rr.csv (gleif): 4 records, 1 claims, 1 rejects." in done.stdout
    told = shown(run, store, "firm/alder-works")
    assert "parent: BIRCH DYNAMICS" in told
    assert "2025-06-01  confirmed" in told
    assert "Basis: direct accounting consolidation, since 2019-01-01." in told


def test_wrong_leis_and_short_rows_are_rejected_with_line_and_reason(
    run: Run, store: Store, tmp_path: Path
) -> None:
    path = write(tmp_path, "lei.csv", entities(
        f"{ALDER[:-1]}6,WRONG DIGITS,FR,ACTIVE", f"{ALDER},,FR,ACTIVE", "too,short",
    ))  # fmt: skip
    out = tmp_path / "rejects.csv"
    done = run("load", str(path), "--rejects", str(out), store=store.root)
    assert "3 records, 0 claims, 3 rejects" in done.stdout
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "file,line,field,value,reason"
    assert [line.split(",")[1] for line in lines[1:]] == ["2", "3", "4"]
    assert "the check digits are wrong" in lines[1]


# -- ROR ------------------------------------------------------------------------------------


def record(**more: object) -> dict[str, object]:
    return {
        "id": "https://ror.org/0123abc45",
        "status": "active",
        "types": ["company"],
        "names": [
            {"value": "Alder Works (France)", "types": ["ror_display", "label"], "lang": "en"},
            {"value": "AW", "types": ["acronym"], "lang": None},
        ],
        "locations": [{"geonames_details": {"country_code": "FR"}}],
        "external_ids": [{"type": "wikidata", "all": ["Q7"], "preferred": None}],
        "relationships": [
            {"type": "parent", "id": "https://ror.org/0999xyz99", "label": "Alder Group (France)"}
        ],
        **more,
    }


def test_a_record_with_a_known_item_is_that_firm_and_names_its_parent(
    run: Run, store: Store, tmp_path: Path
) -> None:
    path = write(tmp_path, "ror.json", json.dumps(record()))
    assert "1 records, 1 claims, 0 rejects" in run("load", str(path), store=store.root).stdout
    told = shown(run, store, "firm/alder-works")
    assert "also known as: AW" in told
    assert "parent: Alder Group (firm/ror-0999xyz99)" in told


def test_records_come_singly_or_as_a_list_and_a_withdrawn_one_is_rejected(
    run: Run, store: Store, tmp_path: Path
) -> None:
    gone = record(id="https://ror.org/0222abc22", status="withdrawn")
    odd = record(id="https://ror.org/nope")
    path = write(tmp_path, "ror.json", json.dumps([record(), gone, odd], indent=1))
    done = run("load", str(path), store=store.root)
    assert "3 records, 1 claims, 2 rejects" in done.stdout
    again = run("load", str(path), store=store.root)
    assert "0 claims added, 1 unchanged, 0 withdrawn" in again.stdout


@needs_samples
def test_every_real_record_of_ror_is_read(run: Run, store: Store) -> None:
    files = sorted((SAMPLES / "ror-defence").glob("*.json"))
    done = run("load", *map(str, files), store=store.root)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if "(ror): 1 records" in line]
    assert len(lines) == len(files)
    withdrawn = sum(json.loads(f.read_bytes()).get("status") != "active" for f in files)
    assert sum("1 rejects" in line for line in lines) == withdrawn


# -- Wikidata -------------------------------------------------------------------------------


def results(*rows: dict[str, str]) -> str:
    bindings = [
        {name: {"type": "literal", "value": value} for name, value in row.items()} for row in rows
    ]
    return json.dumps({"head": {"vars": ["item"]}, "results": {"bindings": bindings}})


WD = "http://www.wikidata.org/entity/"


def test_rows_of_results_open_parties_by_item_and_claim_parents(
    run: Run, store: Store, tmp_path: Path
) -> None:
    path = write(tmp_path, "wd.json", results(
        {"item": WD + "Q7", "itemLabel": "Alder Works SA", "country": WD + "Q142",
         "parent": WD + "Q9", "parentLabel": "Elm Group", "since": "2020-01-01T00:00:00Z"},
        {"item": WD + "Q8", "itemLabel": "Fir Motors", "country": "DE", "lei": "WRONG"},
        {"item": "nothing", "itemLabel": "Nobody"},
        {"item": WD + "Q10", "itemLabel": "Q10"},
    ))  # fmt: skip
    done = run("load", str(path), store=store.root)
    assert "wd.json (wikidata): 4 records, 1 claims, 3 rejects." in done.stdout
    told = shown(run, store, "firm/alder-works")
    assert "parent: Elm Group (firm/wikidata-q9)" in told
    assert "since 2020-01-01" in told
    assert "state: Germany" in shown(run, store, "firm/wikidata-q8")


def test_a_former_parent_is_told_and_not_claimed(run: Run, store: Store, tmp_path: Path) -> None:
    path = write(tmp_path, "wd.json", results(
        {"item": WD + "Q7", "itemLabel": "Alder Works", "parent": WD + "Q9",
         "parentLabel": "Elm Group", "until": "2021-05-01T00:00:00Z"},
    ))  # fmt: skip
    run("load", str(path), store=store.root)
    told = shown(run, store, "firm/alder-works")
    assert "parent: Elm Group" not in told
    assert "until 2021-05-01: Elm Group" in told


@needs_samples
@pytest.mark.parametrize(
    "name", ["entity_Q182477.wbgetentities.json", "sparql-results_Q182477.srj.json"]
)
def test_both_real_answers_open_the_same_party(run: Run, store: Store, name: str) -> None:
    path = SAMPLES / "wikidata" / name
    assert recognise(path) == "wikidata"
    done = run("load", str(path), store=store.root)
    assert "1 records, 0 claims, 0 rejects" in done.stdout
    told = shown(run, store, "firm/wikidata-q182477")
    assert "same as: http://www.wikidata.org/entity/Q182477" in told
    assert f"LEI: {OTHER}" in told
    assert "state: United States" in told


# -- What is no such file -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("ror", ""),
        ("ror", "[]"),
        ("ror", '{"id": "https://ror.org/0123abc45"'),
        ("ror", "[" * 100_000),
        ("wikidata", '{"head": {}, "results": {"bindings": []}}'),
        ("wikidata", '{"a":' * 100_000),
        ("gleif", ""),
        ("gleif", "a,b\n1,2\n"),
        ("gleif", "LEI,Entity.LegalName,Entity.LegalAddress.Country\n\0,x,FR\n"),
        ("gleif", '"' + "x" * 3_000_000),
    ],
)
def test_what_is_no_such_file_ends_in_one_line_and_loads_nothing(
    run: Run, store: Store, tmp_path: Path, form: str, text: str
) -> None:
    before = store.generations.current()
    path = write(tmp_path, "file.dat", text)
    done = run("load", "--as", form, str(path), store=store.root)
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if line]
    assert len(lines) == 2, done.stderr[-2000:]
    assert "file.dat" in lines[0]
    assert lines[1] == "1 fault; nothing was loaded."
    assert store.generations.current() == before
