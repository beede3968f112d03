"""Rows of the Kiel tracker: what each says, and what is kept of what it leaves open."""

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest
from openpyxl import Workbook
from pyoxigraph import Literal

from hauberk.graph.claims import CURRENT, Claim, Entry
from hauberk.graph.errors import FaultsError
from hauberk.graph.store import Store
from hauberk.loaders.opendata import kiel
from hauberk.loaders.opendata.kiel_cells import addresses, publisher, span
from hauberk.loaders.opendata.kiel_words import category
from hauberk.loaders.sync import batch, load
from hauberk.ontology.names import HBK, RDF, SKOS, code, dossier, key
from hauberk.tests.kiel import ROW, about, claims, read, sample, told
from hauberk.tests.support import Write


@pytest.fixture
def sheet(tmp_path: Path) -> Write:
    """Return what writes a sheet of rows, each given by where it differs from `ROW`."""

    def write(*changes: Mapping[str, str], name: str = "tracker.csv") -> Path:
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(ROW))
            writer.writeheader()
            writer.writerows({**ROW, **change} for change in changes)
        return path

    return write


# -- Rows --------------------------------------------------------------------------------


def test_row_tells_who_gives_what_to_ukraine(sheet: Write) -> None:
    found = claims(sheet({}))
    assert told(found, HBK.agent) == ["state/FI", "state/UA"]
    assert told(found, HBK.role) == ["role/funder", "role/beneficiary"]
    assert told(found, HBK.kind) == ["agreement-kind/loan-or-grant"]
    assert told(found, HBK.announced) == ["2023-05-17"]
    assert told(found, HBK.productName) == ["example howitzer"]
    assert told(found, HBK.category) == ["product-category/artillery"]
    assert told(found, HBK.amount) == ["4"]
    assert all(claim.said == found[0].said and len(claim.sources) == 2 for claim in found)
    assert {str(claim.credibility) for claim in found} == {str(code("credibility", "2"))}


def test_package_with_bought_goods_is_procurement_whichever_row_says_so(sheet: Write) -> None:
    found = claims(sheet({}, {"item": "example shell", "source_of_weapon": "procurement"}))
    assert set(told(found, HBK.kind)) == {"agreement-kind/donor-funded-procurement"}


def test_misspelt_donor_is_the_state_that_it_means(sheet: Write) -> None:
    run, stated = read(sheet({"donor": "FInland"}))
    labels = [f[2].value for each in stated for f in each.facts if f[1] == SKOS.prefLabel]
    assert not run.rejects.count
    assert labels == ["Finland: military aid to Ukraine, FIM90_1"]


def test_id_with_a_cyrillic_letter_is_told_from_the_one_that_looks_like_it(sheet: Write) -> None:
    cyrillic = {"activity_id": "\u0421ZM41", "sub_activity_id": "\u0421ZM41_1"}
    latin = {"activity_id": "CZM41", "sub_activity_id": "CZM41_1"}
    found = sorted({key(claim.about) or "" for claim in claims(sheet(cyrillic, latin))})
    assert found[0] == "agreement/kiel-czm41-1"
    assert found[1].startswith("agreement/kiel-czm41-1-")


@pytest.mark.parametrize(
    ("given", "announced"),
    [
        ("until 12/31/2022", []),
        ("from 01/01/2024 until 05/01/2024", ["2024"]),
        ("between 1/1/2023 and 1/31/2023", ["2023-01"]),
        ("until 06.02.2024", []),
        ("unclear ", []),
    ],
)
def test_loose_date_is_kept_as_it_is_given(sheet: Write, given: str, announced: list[str]) -> None:
    found = claims(sheet({"announcement_date": given}))
    assert told(found, HBK.announced) == announced
    assert f"“{given.strip()}”" in str(found[0].note)
    assert found[0].said is None


def test_day_that_the_tracker_only_supposes_is_no_day_of_announcement(sheet: Write) -> None:
    found = claims(sheet({"alloc_no_date": "1"}))
    assert not told(found, HBK.announced)
    assert "2023-05-17" in str(found[0].note)


@pytest.mark.parametrize("given", ["undisclosed", " undisclosed ", "Undisclosed"])
def test_undisclosed_number_is_a_known_unknown(sheet: Write, given: str) -> None:
    found = claims(sheet({"item_numb": given}))
    assert not told(found, HBK.amount)
    assert "The number of items is undisclosed." in " ".join(str(each.note) for each in found)


def test_missing_number_is_nothing(sheet: Write) -> None:
    found = claims(sheet({"item_numb": " . ", "source_reported_value": "."}))
    assert not told(found, HBK.amount)
    assert "undisclosed" not in " ".join(str(each.note) for each in found)


@pytest.mark.parametrize("given", ["Not given", "Not Given"])
def test_value_that_is_not_given_is_noted(sheet: Write, given: str) -> None:
    found = claims(sheet({"source_reported_value": given}))
    assert "The sources give no value." in str(found[0].note)


def test_rows_on_the_same_item_add_up(sheet: Write) -> None:
    found = claims(sheet({"item_numb": "4"}, {"item_numb": "10"}))
    assert told(found, HBK.unit) == ["example howitzer", "example howitzer (lot 2)"]


def test_value_of_the_sources_is_exact_and_the_tracker_s_own_sums_are_estimates(
    sheet: Write,
) -> None:
    value = {
        "tot_sub_activity_value": "1000000", "tot_sub_activity_value_EUR": "87719.298245",
        "tot_sub_activity_value_EUR_redistr": "50000", "item_value_estimate_USD": "90000",
    }  # fmt: skip
    found = claims(sheet(value))
    exact = [
        claim for claim in found if "value-qualifier/exact" in told([claim], HBK.valueQualifier)
    ]
    estimates = [each for each in found if each.credibility == code("credibility", "3")]
    assert told(exact, HBK.currency) == ["SEK"]
    assert told(estimates, HBK.amount) == ["87719.3", "50000", "90000"]
    assert set(told(estimates, HBK.valueQualifier)) == {"value-qualifier/approx"}
    assert [len(each.sources) for each in estimates] == [1]


def test_value_worked_out_from_prices_is_an_estimate(sheet: Write) -> None:
    kind = {"value_source_activity_type": "Value is calculated with prices"}
    found = claims(sheet({"tot_sub_activity_value": "1000000", **kind}))
    [estimate] = [each for each in found if told([each], HBK.hasValue)]
    assert estimate.credibility == code("credibility", "3")


def test_commitment_is_a_tie_that_its_allocations_are_part_of(sheet: Write) -> None:
    pledge = {"sub_activity_id": "0", "measure": "Commitment", "item": ".", "item_numb": "."}
    first = {**pledge, "tot_activity_value": "500", "item_type": ".", "item_sub_type": "."}
    more = {**first, "tot_activity_value": "700", "announcement_date": "2024-01-02"}
    found = claims(sheet(first, more, {}))
    assert told(about(found, "kiel-fim90-1"), HBK.partOf) == ["agreement/kiel-fim90"]
    whole = about(found, "kiel-fim90")
    assert told(whole, HBK.announced) == ["2023-05-17"]
    assert told(whole, HBK.amount) == ["500", "700"]
    assert told(whole, HBK.scope) == ["further sum no. 2, 2024-01-02, for 2023"]


def test_contractors_are_firms_by_name_and_never_merged(sheet: Write) -> None:
    lists = {"procurement_contractor": "Alder, Birch and Cedar & Sons", "item": "shell"}
    found = claims(sheet({"procurement_contractor": "PROJECTXYZ; Alder Corporation"}, lists))
    suppliers = [each for each in told(found, HBK.agent) if each.startswith("firm/")]
    assert suppliers == [
        "firm/kiel-projectxyz", "firm/kiel-alder-corporation",
        "firm/kiel-alder", "firm/kiel-birch", "firm/kiel-cedar-sons",
    ]  # fmt: skip


def test_undisclosed_contractor_is_an_undisclosed_party(sheet: Write) -> None:
    _, stated = read(sheet({"procurement_contractor": "Undisclosed"}))
    party = dossier("undisclosed/kiel-fim90-1-contractor")
    assert any(f[2] == party for each in stated for f in each.facts if f[1] == HBK.agent)
    [opened] = [each for each in stated if isinstance(each, Entry) and each.about == party]
    facts = {predicate: value for _, predicate, value in opened.facts}
    assert facts[HBK.undisclosedReason] == code("reason-undisclosed", "unknown")
    assert "Undisclosed" in facts[HBK.undisclosedNote].value


def test_channel_is_a_wider_tie_or_an_organisation_that_takes_part(sheet: Write) -> None:
    found = claims(sheet({"channel": "Example Coalition; ICRC; NGO"}))
    assert told(found, HBK.partOf) == ["programme/kiel-example-coalition"]
    others = told(found, HBK.agent)[2:]
    assert others == ["organisation/kiel-icrc", "undisclosed/kiel-fim90-1-channel"]


def test_places_are_where_goods_are_bought_and_where_aid_is_put_to_work(sheet: Write) -> None:
    places = {"procurement_location": "Czechia; Denmark", "location": "Example city; Example city"}
    found = claims(sheet(places))
    assert told(found, HBK.inState) == ["state/CZ", "state/DK", "state/UA"]
    assert told(found, HBK.place) == ["Example city"]


def test_delivery_is_a_claim_by_the_source_of_delivery(sheet: Write) -> None:
    row = {"item_numb_deliv": "3", "deliv_source": "https://ministry.example/delivered"}
    found = claims(sheet(row))
    [delivery] = [each for each in found if "delivered" in " ".join(told([each], HBK.unit))]
    assert told([delivery], HBK.amount) == ["3"]
    assert len(delivery.sources) == 2
    assert delivery.credibility is None


def test_source_without_an_address_is_noted_not_lost(sheet: Write) -> None:
    found = claims(sheet({"source_of_aid_2": "E-mail from a ministry"}))
    assert "Cited without an address: “E-mail from a ministry”." in str(found[0].note)
    assert len(found[0].sources) == 2


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("https://a.example/x#:~:text=Words%20of%20the%20page", ["https://a.example/x"]),
        ("https://a.example/x - :~:text=Words", ["https://a.example/x"]),
        (".https://a.example/x", ["https://a.example/x"]),
        (".https://a.example/x\thttps://b.example/y\t.\t.\n", ["https://a.example/x", "https://b.example/y"]),
        ("https://a.example/2023-06-0 9/", None),
        ("fh", None),
    ],
)  # fmt: skip
def test_addresses_are_read_out_of_a_cell(cell: str, found: list[str] | None) -> None:
    assert addresses(cell) == found


def test_archived_page_is_published_by_the_site_it_was_kept_of() -> None:
    kept = "https://web.archive.org/web/20241224004555/https:/www.ministry.example/a"
    assert publisher(kept) == "ministry.example"
    assert publisher("http://svt.example/x") == "svt.example"


def test_months_of_a_range_and_categories_of_items() -> None:
    assert span("from 01/01/2022 until 05/01/2024") is None
    assert category("Mine Vessels", "Heavy weapon") == "naval"
    assert category("Surface-to-air missile (SAM)", "Ammunition for heavy weapon") == "missile"
    assert category("drone", "Aviation and drones") == "uav"
    assert category(".", ".") is None


# -- Rejects, loads ------------------------------------------------------------------------


def test_broken_rows_are_rejected_whole_with_line_field_value_and_reason(sheet: Write) -> None:
    path = sheet(
        {},
        {"donor": "Atlantis"},
        {"item_numb": "a few"},
        {"measure": "Gift"},
        {"sub_activity_id": "??"},
        {"tot_sub_activity_value": "-5"},
        {"procurement_location": "Moon"},
        {"reporting_currency": "euro"},
    )
    run, stated = read(path)
    assert [(r.line, r.field, r.value) for r in run.rejects.kept] == [
        (3, "donor", "Atlantis"),
        (4, "item_numb", "a few"),
        (5, "measure", "Gift"),
        (6, "sub_activity_id", "??"),
        (7, "tot_sub_activity_value", "-5"),
        (8, "procurement_location", "Moon"),
        (9, "reporting_currency", "euro"),
    ]
    assert run.records == 8
    assert {each.row for each in stated if isinstance(each, Claim)} == {"tracker.csv:2"}


def test_same_sheet_twice_changes_nothing_and_a_changed_one_by_difference(
    sheet: Write, tmp_path: Path
) -> None:
    store = Store(tmp_path / "store")
    rows = [{"channel": "ICRC"}, {"item": "shell", "procurement_contractor": "Alder Works"}]
    first = load(store, batch([sheet(*rows)], form="kiel"))
    assert first.added > 0
    assert not load(store, batch([sheet(*rows)], form="kiel")).changes
    changed = load(store, batch([sheet(rows[0], {**rows[1], "item_numb": "9"})], form="kiel"))
    assert (changed.added, changed.withdrawn) == (1, 1)


def test_later_release_wins_over_an_earlier_one(sheet: Write, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    for day, amount in (("2024-04-30", "100"), ("2025-02-28", "250")):
        book = Workbook()
        book.active.title = "ReadMe"  # type: ignore[union-attr]
        book.active.append(["Release", day])  # type: ignore[union-attr]
        main = book.create_sheet("Bilateral Assistance, MAIN DATA")
        main.append(list(ROW))
        main.append(list({**ROW, "tot_sub_activity_value": amount}.values()))
        path = tmp_path / f"{day}.xlsx"
        book.save(path)
        assert kiel.recognises(sample(path))
        load(store, batch([path], form="kiel"))
    with store.read() as snapshot:
        quads = snapshot.whole.ledger.store.quads_for_pattern(None, HBK.hasValue, None, CURRENT)
        [value] = [quad.object for quad in quads]
    assert "value-250-SEK" in str(value)


def test_sources_are_described_once(sheet: Write) -> None:
    _, stated = read(sheet({}, {"item": "shell"}))
    sources = [
        each
        for each in stated
        if isinstance(each, Entry) and (each.about, RDF.type, HBK.Source) in each.facts
    ]
    assert len(sources) == 2
    publishers = {f[2] for each in sources for f in each.facts if f[1] == HBK.publisher}
    assert publishers == {Literal(kiel.PROVIDER.publisher), Literal("ministry.example")}


def test_sheet_without_the_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    for text in ("a,b\n1,2\n", ""):
        path.write_text(text)
        with pytest.raises(FaultsError, match="has no column activity_id, aid_type_general"):
            read(path)
