"""The EU Funding & Tenders portal: projects, participations and money, from each of its layouts."""

import csv
import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from hauberk.graph.store import Store
from hauberk.loaders.opendata import edf
from hauberk.loaders.opendata.edf_flat import unquoted
from hauberk.loaders.opendata.provider import HEAD_BYTES, Sample
from hauberk.loaders.sync import Sync, batch
from hauberk.tests.edf import DATA, LAYOUTS, SAMPLE, SAMPLES, ask, bring, files, rejected

needs_sample = pytest.mark.skipif(
    not SAMPLE.is_dir(), reason="the portal's files are not beside this checkout"
)


# -- Telling its files from others -------------------------------------------------------


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_layout_is_recognised_by_its_content(name: str) -> None:
    assert edf.recognises(Sample("anything", (DATA / name).read_bytes()[:HEAD_BYTES]))


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples beside this checkout")
def test_no_file_of_another_source_is_recognised() -> None:
    seen = 0
    for path in SAMPLES.rglob("*"):
        if not path.is_file() or path.is_relative_to(SAMPLE):
            continue
        with path.open("rb") as file:
            assert not edf.recognises(Sample(path.name, file.read(HEAD_BYTES))), path
        seen += 1
    assert seen > 50
    assert not edf.recognises(Sample("fields.csv", (SAMPLE / "fields.csv").read_bytes()))


# -- What the records say ----------------------------------------------------------------


@pytest.mark.parametrize("names", [LAYOUTS[:2], LAYOUTS[2:3], LAYOUTS[3:]])
def test_every_layout_tells_the_same(names: tuple[str, ...], tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    bring(store, *files(tmp_path / "files", *names))
    assert ask(store, "?p hbk:role ?role; hbk:agent ?a . ?t hbk:hasParticipation ?p ."
               " FILTER(STRSTARTS(STR(?t), STR(id:agreement)))"
               " BIND(REPLACE(STR(?role), '.*/', '') AS ?r)", "?t", "?r", "?a") == [
        ("agreement/edf-101900001", "coordinator", "firm/pic-900000011"),
        ("agreement/edf-101900001", "funder", "organisation/european-commission"),
        ("agreement/edf-101900001", "participant", "body/pic-900000033"),
        ("agreement/edf-101900001", "participant", "body/pic-900000044"),
        ("agreement/edf-101900001", "participant", "firm/pic-900000022"),
        ("agreement/edf-101900001", "partner", "body/pic-900000055"),
        ("agreement/edf-101900002", "coordinator", "firm/pic-900000066"),
        ("agreement/edf-101900002", "funder", "organisation/european-commission"),
        ("agreement/edf-101900002", "participant", "firm/pic-900000011"),
        ("agreement/edf-101900003", "coordinator", "firm/pic-900000022"),
        ("agreement/edf-101900003", "funder", "organisation/european-commission"),
    ]  # fmt: skip
    values = ask(store, "?t hbk:hasValue [hbk:scope ?s; hbk:amount ?m; hbk:currency 'EUR']",
                 "?t", "?s", "?m")  # fmt: skip
    assert [row[1:] for row in values if row[0].endswith("1")] == [
        ("part of the Union", "7500000.25"),
        ("part of the Union to PIC 900000011", "2500000"),
        ("part of the Union to PIC 900000022", "1800000.25"),
        ("part of the Union to PIC 900000033", "1200000"),
        ("part of the Union to PIC 900000044", "1000000"),
        ("part of the Union to PIC 900000044, entry 2", "1000000"),
        ("part of the Union to PIC 900000055", "0"),
        ("whole budget", "9000000.5"),
    ]
    assert ask(store, "?t hbk:started ?b OPTIONAL { ?t hbk:ended ?e }", "?t", "?b", "?e") == [
        ("agreement/edf-101900001", "2023-12-01", ""),
        ("agreement/edf-101900002", "2022-01-01", "2024-06-30"),
        ("agreement/edf-101900003", "2024-03-01", ""),
    ]
    signed = [("2021-12-15",), ("2023-11-20",), ("2024-02-10",)]
    assert ask(store, "?t hbk:signed ?s", "?s") == ([] if "edf_calls.json" in names else signed)
    assert ask(store, "?t hbk:partOf ?topic . ?topic rdfs:label ?l", "?t", "?l") == [
        ("agreement/edf-101900001", "EDF-2022-TEST-D-NETS, EDF topic"),
        ("agreement/edf-101900002", "EDF-2021-TEST-R-ROTOR, EDF topic"),
        ("agreement/edf-101900003", "EDF-ASAP-2023-TEST-POW, ASAP topic"),
    ]
    labels = ask(store, "?t hbk:kind ?k; rdfs:label ?l . FILTER(CONTAINS(?l, 'project'))"
                 " BIND(REPLACE(STR(?k), '.*/', '') AS ?kind)", "?l", "?kind")  # fmt: skip
    assert labels == [
        ("HEDGEHOG, EDF project 101900001", "research-and-development"),
        ("KESTREL, EDF project 101900002", "research-and-development"),
        ("RAMP MILL, ASAP project 101900003", "loan-or-grant"),
    ]
    assert ask(store, "?c a hbk:Claim; dcterms:issued ?d", "?d") == [("2024-12-26",)]


def test_a_page_of_the_api_holds_its_records_under_results(tmp_path: Path) -> None:
    (path,) = files(tmp_path, "api.json")
    records = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({"totalResults": 3, "results": records}), encoding="utf-8")
    assert edf.recognises(Sample(path.name, path.read_bytes()))
    assert rejected(path, tmp_path) == (12, [])


def test_an_end_to_come_is_expected_and_no_fact(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    bring(store, *files(tmp_path / "files", "main.csv"))
    expected = ask(store, "?c hbk:modality modality:expected; hbk:about ?t", "?t")
    assert expected == [("agreement/edf-101900001",), ("agreement/edf-101900003",)]


def test_greece_is_el_and_every_seat_is_a_state(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    bring(store, *files(tmp_path / "files", *LAYOUTS[:2]))
    seats = ask(store, "?a hbk:pic ?p; hbk:state ?s", "?p", "?s")
    assert seats == [
        ("900000011", "state/DE"), ("900000022", "state/GR"), ("900000033", "state/EE"),
        ("900000044", "state/FR"), ("900000055", "state/NO"), ("900000066", "state/FR"),
    ]  # fmt: skip


def test_a_role_without_a_code_of_its_own_keeps_its_word_in_the_note(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    bring(store, *files(tmp_path / "files", *LAYOUTS[:2]))
    notes = ask(store, "?c skos:note ?n FILTER(CONTAINS(?n, 'Role'))", "?n")
    assert notes == [
        ("Role in the portal: associatedPartner.",),
        ("Role in the portal: thirdParty.",),
    ]


def test_a_title_with_commas_is_freed_of_its_second_quotes() -> None:
    assert unquoted('"Sensors, nets and small shields"') == "Sensors, nets and small shields"
    assert unquoted('"""Foo"", a bar"') == '"Foo", a bar'
    assert unquoted('"one",two') == '"one",two'
    assert unquoted('"broken') == '"broken'
    assert unquoted("plain, as it is") == "plain, as it is"


# -- Either file alone, both in a folder -------------------------------------------------


def test_the_participants_alone_are_read_under_ties_without_a_number(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    (path,) = files(tmp_path / "files", "metadata_participants.csv")
    assert bring(store, path).added == 9
    ties = ask(store, "?t hbk:hasParticipation ?p; rdfs:label ?l", "?l")
    assert ties == [
        ("European Defence Fund project of ALDER WORKS GMBH and 5 others",),
        ("European Defence Fund project of BIRCH SYSTEMS AE",),
        ("European Defence Fund project of ELM AERO SAS and 1 others",),
    ]
    shutil.copy(DATA / "main.csv", path.with_name("main.csv"))
    tally = bring(store, path)
    assert (tally.added, tally.withdrawn) == (9, 9)
    assert ask(store, "?t hbk:hasParticipation ?p", "?t")[0] == ("agreement/edf-101900001",)


def test_a_folder_gives_both_files(tmp_path: Path) -> None:
    files(tmp_path / "files", *LAYOUTS[:2])
    (tmp_path / "files" / "notes.txt").write_text("no data", encoding="utf-8")
    taken = batch([tmp_path / "files"], form="edf").inputs
    assert [item.path.name for item in taken if item.path] == list(LAYOUTS[:2])


def test_files_of_two_snapshots_side_by_side_are_not_mixed(tmp_path: Path) -> None:
    main, people = files(tmp_path, *LAYOUTS[:2])
    main.write_text(main.read_text().replace("900000066,900000011", "900000077"), encoding="utf-8")
    records, rejects = rejected(people, tmp_path)
    assert records == 9
    assert [(r.line, r.field, r.value) for r in rejects] == [
        (8, "pic", "900000066"), (9, "pic", "900000011"),
    ]  # fmt: skip
    assert "of another snapshot?" in rejects[0].reason


# -- The portal's own files --------------------------------------------------------------


@needs_sample
def test_the_sample_gives_all_projects_participations_organisations_and_sums(
    tmp_path: Path,
) -> None:
    with (SAMPLE / "main.csv").open(encoding="utf-8", newline="") as file:
        projects = list(csv.DictReader(file))
    with (SAMPLE / "metadata_participants.csv").open(encoding="utf-8", newline="") as file:
        people = list(csv.DictReader(file))
    pics = {one["pic"] for one in people}
    assert (len(projects), len(people), len(pics)) == (163, 2360, 1053)
    store = Store(tmp_path / "store")
    given = batch([SAMPLE / "main.csv", SAMPLE / "metadata_participants.csv"], form="edf")
    sync = Sync(given)
    with store.write("load") as work:
        work.carry_out(sync.prepare(work.ledger))
    assert [(r.records, r.rejects.count) for r in sync.readings] == [(163, 0), (2360, 0)]
    assert sync.readings[1].claims == 2360
    assert len(ask(store, "?t hbk:hasParticipation/hbk:role role:coordinator", "?t")) == 163
    assert {row[0] for row in ask(store, "?a hbk:pic ?p", "?p")} == pics
    parts = ask(store, "?t hbk:hasParticipation/hbk:agent [hbk:pic ?p]", "?t", "?p")
    assert len(parts) == len({(one["_link_main"], one["pic"]) for one in people})
    money = ask(store, "?t hbk:hasValue ?v . ?v hbk:scope ?s; hbk:amount ?m", "?v", "?s", "?m")
    shares = sum(Decimal(m) for _, s, m in money if s.startswith("part of the Union to PIC"))
    whole = sum(Decimal(m) for _, s, m in money if s == "part of the Union")
    budget = sum(Decimal(m) for _, s, m in money if s == "whole budget")
    assert shares == sum(Decimal(one["eucontribution"]) for one in people)
    assert whole == sum(Decimal(one["metadata_euContributionAmount"] or 0) for one in projects)
    assert budget == sum(Decimal(one["metadata_overallBudget"] or 0) for one in projects)
    greek = {one["pic"] for one in people
             if one["postalAddress_countryCode_abbreviation"] == "EL"}  # fmt: skip
    assert {row[0] for row in ask(store, "?a hbk:pic ?p; hbk:state id:state\\/GR", "?p")} == greek
    ministries = {one["pic"] for one in people if one["type"] == "PUB"}
    kinds = {row[0]: row[1] for row in ask(store, "?a hbk:pic ?p", "?p", "?a")}
    assert all(kinds[pic].startswith("body/") for pic in ministries)


@needs_sample
def test_the_sample_of_the_api_gives_its_three_projects(tmp_path: Path) -> None:
    path = SAMPLE / "sample_raw_api_response.json"
    given = json.loads(path.read_text(encoding="utf-8"))
    people = [one for record in given for one in json.loads(record["metadata"]["participants"][0])]
    store = Store(tmp_path / "store")
    bring(store, path)
    assert rejected(path, tmp_path) == (len(given) + len(people), [])
    assert len(ask(store, "?t hbk:hasParticipation/hbk:role role:coordinator", "?t")) == 3
    money = ask(store, "?t hbk:hasValue ?v . ?v hbk:scope ?s; hbk:amount ?m", "?v", "?s", "?m")
    shares = sum(Decimal(m) for _, s, m in money if "PIC" in s)
    assert shares == sum(Decimal(one["eucontribution"]) for one in people)
