"""Tables of deals: what a row says is what a fact file would say; faults name their cell."""

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import Workbook

from hauberk.graph.claims import Claim, Statement
from hauberk.graph.errors import FaultsError
from hauberk.graph.store import Store
from hauberk.loaders.documents import documents
from hauberk.loaders.example import example
from hauberk.loaders.factfile import FactFile
from hauberk.loaders.opendata import table
from hauberk.loaders.opendata.parties import Parties
from hauberk.loaders.opendata.provider import HEAD_BYTES, Sample
from hauberk.loaders.opendata.run import Run, drained
from hauberk.loaders.opendata.table_columns import columns
from hauberk.loaders.sync import batch, load
from hauberk.loaders.vocabulary import vocabulary
from hauberk.ontology.names import HBK, SKOS, code, key
from hauberk.tests.support import ROOT, Write

SOURCE = ["https://news.example/a", "Example News", "2025-06-07"]
HEADINGS = ["Label", "Producer", "Customer", "Source URL", "Source publisher", "Source date"]
ROW = ["Deal", "Alder Works", "UA", *SOURCE]


def table_of(folder: Path, *rows: Sequence[str], name: str = "deals.csv") -> Path:
    path = folder / name
    if path.suffix == ".xlsx":
        book = Workbook()
        book.active.title = "Deals"  # type: ignore[union-attr]
        for row in rows:
            book.active.append(list(row))  # type: ignore[union-attr]
        book.save(path)
        return path
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def read(path: Path, store: Store | None = None) -> tuple[Run, list[Statement]]:
    if store is None:
        run = Run(path, table.PROVIDER, Parties(None, {}))
        return run, [each for _, stated in drained(table.read(run), run) for each in stated]
    with store.read() as snapshot:
        run = Run(path, table.PROVIDER, Parties(snapshot.whole.ledger, {}))
        return run, [each for _, stated in drained(table.read(run), run) for each in stated]


def claims(path: Path) -> list[Claim]:
    run, stated = read(path)
    assert not run.rejects.kept
    return [each for each in stated if isinstance(each, Claim)]


def agents(statements: Sequence[Statement]) -> list[str]:
    return [key(f[2]) or "" for each in statements for f in each.facts if f[1] == HBK.agent]  # type: ignore[arg-type]


def reasons(path: Path, store: Store | None = None) -> list[tuple[int, str, str]]:
    run, stated = read(path, store)
    assert not [each for each in stated if isinstance(each, Claim)]
    found = []
    for each in run.rejects.kept:
        place, _, message = each.reason.partition(f", row {each.line}: ")
        assert place == each.field
        found.append((each.line, place, message))
    return found


def sample(path: Path) -> Sample:
    return Sample(path.name, path.read_bytes()[:HEAD_BYTES], path)


@pytest.fixture
def held(tmp_path: Path, facts: Write) -> Store:
    """Return a store that knows a few parties by fact file."""
    text = """
dossiers:
  firm/alder: {label: Alder Works, aliases: [AW, Alder W.]}
  firm/birch-yards: {label: Birch Yards}
  firm/cedar-one: {label: Cedar}
  body/cedar-two: {label: Cedar}
"""
    store = Store(tmp_path / "store")
    load(store, batch([facts(text)], form="yaml"))
    return store


# -- The starter -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["starter.csv", "starter.xlsx"])
def test_starter_is_recognised_and_loads_as_it_is(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    done = CliRunner().invoke(example, ["table", "-o", str(path)])
    assert done.exit_code == 0, done.output
    assert table.recognises(sample(path))
    store = Store(tmp_path / "store")
    assert load(store, batch([path], form="table")).added == 2
    assert not load(store, batch([path], form="table")).changes


def test_starter_tells_every_key_on_standard_output_and_overwrites_nothing(tmp_path: Path) -> None:
    printed = CliRunner().invoke(example, ["table"]).output
    assert [word for word in columns() if f"#   {word}: " not in printed] == []
    path = tmp_path / "deals.csv"
    path.write_text("mine")
    for name in (path, tmp_path / "deals.ods"):
        assert CliRunner().invoke(example, ["table", "-o", str(name)]).exit_code == 2
    assert path.read_text() == "mine"


def test_no_other_source_s_file_is_taken_for_a_table() -> None:
    samples = ROOT.parent / "shared" / "samples"
    if not samples.is_dir():
        pytest.skip("the real files may not be handed on")
    assert [path for path in samples.rglob("*.*") if table.recognises(sample(path))] == []


# -- Rows --------------------------------------------------------------------------------


def test_row_says_what_the_same_fact_file_says(tmp_path: Path, facts: Write) -> None:
    text = """
sources:
  news:
    url: https://news.example/a
    title: A headline
    publisher: Example News
    published: 2025-06-07
    language: fr
    reliability: B
    reliability-reason: A daily.
dossiers:
  firm/alder-works: {label: Alder Works}
  agreement/deal:
    label: Deal
    claims:
      - from: news
        by: a minister
        modality: expected
        credibility: 2
        said: 2025-06
        note: In our own words.
        says:
          kind: co-production
          status: announced
          category: [uav, missile]
          product: [Chorus, Solo]
          signed: 2025-06-06
          value: {amount: 35000000, currency: EUR, qualifier: up-to, scope: first contract}
          quantity: {amount: 10, unit: drones, qualifier: exact}
          sites: [{in: UA, place: Kyiv}, {in: FR}]
          participations:
            - {agent: firm/alder-works, role: producer}
            - {agent: state/UA, role: host}
"""
    reader = FactFile("f", vocabulary())
    made = reader.statements(documents(facts(text), None, "f", reader.findings.faults))
    row = {
        "Deal": "Deal", "Kind": "co-production", "status": "announced", "CATEGORY": "uav; missile",
        "product": "Chorus; Solo", "signed": "2025-06-06", "amount": "35000000",
        "currency": "EUR", "value qualifier": "up-to", "value_scope": "first contract",
        "quantity": "10", "unit": "drones", "sites": "Ukraine: Kyiv; FR",
        "producer": "Alder Works", "host": "state/UA", "by": "a minister",
        "modality": "expected", "credibility": "2", "said": "2025-06",
        "note": "In our own words.", "url": "https://news.example/a",
        "source title": "A headline", "publisher": "Example News", "source date": "2025-06-07",
        "source language": "fr", "source reliability": "B",
        "source reliability reason": "A daily.",
    }  # fmt: skip
    run, stated = read(table_of(tmp_path, list(row), list(row.values())))
    assert not run.rejects.kept
    written = sorted(each.iri.value for each in made if isinstance(each, Claim))
    assert sorted(each.iri.value for each in stated if isinstance(each, Claim)) == written


def test_rows_are_reported_of_their_source_and_its_day_unless_they_say_otherwise(
    tmp_path: Path,
) -> None:
    [claim] = claims(table_of(tmp_path, HEADINGS, ROW))
    assert claim.modality == code("modality", "reported")
    assert claim.speaker_label == "Example News"
    assert claim.said is not None
    assert claim.said.value == "2025-06-07"
    assert claim.row == "deals.csv:2"


def test_cells_of_a_workbook_may_be_numbers_and_dates(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    book = Workbook()
    book.active.append([*HEADINGS, "Value", "Signed"])  # type: ignore[union-attr]
    book.active.append([*ROW, 35_000_000.0, datetime(2025, 6, 6, tzinfo=UTC).replace(tzinfo=None)])  # type: ignore[union-attr]
    book.save(tmp_path / "deals.xlsx")
    [claim] = claims(tmp_path / "deals.xlsx")
    assert {f[2].value for f in claim.facts if f[1] == HBK.amount} == {"35000000"}
    assert {str(f[2]) for f in claim.facts if f[1] == HBK.signed} == {
        '"2025-06-06"^^<http://www.w3.org/2001/XMLSchema#date>'
    }


def test_headings_of_one_s_own_are_mapped_by_a_row_of_brackets(tmp_path: Path) -> None:
    own = ["Vorhaben", "Hersteller", "Kunde", "Adresse", "Blatt", "Tag", "intern"]
    keys = ["[label]", "[producer]", "[customer]", "[source-url]", "[source publisher]"]
    path = table_of(tmp_path, own, [*keys, "[source-date]", ""], [*ROW, "left out"])
    assert sorted(agents(claims(path))) == ["firm/alder-works", "state/UA"]
    assert table.recognises(sample(path))


def test_headings_are_mapped_and_values_set_by_remarks(tmp_path: Path) -> None:
    path = table_of(
        tmp_path,
        ["# A table of mine"],
        ["#map Hersteller = producer"],
        ["#set source-url = https://news.example/a"],
        ["#set source publisher = Example News"],
        ["#set customer = UA"],
        ["Label", "Hersteller", "# mine alone"],
        ["Deal", "Alder Works", "x"],
        ["# a row left out"],
        ["Other deal", "Birch Yards; FR", ""],
    )
    run, stated = read(path)
    assert agents(stated) == [
        "state/UA",
        "firm/alder-works",
        "state/UA",
        "firm/birch-yards",
        "state/FR",
    ]
    assert run.records == 2


# -- Parties -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "agent"),
    [
        ("firm/alder", "firm/alder"),
        ("Alder Works", "firm/alder"),
        ("alder w.", "firm/alder"),
        ("Ukraine", "state/UA"),
        ("Oak Mills", "firm/oak-mills"),
        ("body/oak-agency = Oak Agency", "body/oak-agency"),
        ("undisclosed", "undisclosed/agreement-deal-producer"),
    ],
)
def test_party_is_named_by_id_by_name_or_is_new(
    held: Store, tmp_path: Path, given: str, agent: str
) -> None:
    path = table_of(tmp_path, HEADINGS, ["Deal", given, "FR", *SOURCE])
    run, stated = read(path, held)
    assert not run.rejects.kept
    assert agent in agents(stated)
    assert load(held, batch([path], form="table")).added == 1
    assert not load(held, batch([path], form="table")).changes


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("Cedar", "“Cedar” is the name of body/cedar-two and firm/cedar-one; write the id"),
        ("Birch, Yards", "“Birch, Yards” is no name of firm/birch-yards, which goes by Birch"),
        ("AW", "“AW” is the name of firm/alder and state/AW; write the id that is meant"),
        ("firm/oak", "“firm/oak”: no such dossier; to open it write firm/oak = Its Name"),
        ("model/oak", "“model/oak” cannot take part; write an id of body, firm"),
        ("person/oak = Oak", "“person/oak” cannot be opened here; take body/name, firm/name"),
        ("工場", "“工場” gives no id; write firm/its-id = 工場"),
    ],
)  # fmt: skip
def test_party_that_could_be_two_or_none_is_refused(
    held: Store, tmp_path: Path, given: str, reason: str
) -> None:
    path = table_of(tmp_path, HEADINGS, ["Deal", given, "FR", *SOURCE])
    [(line, place, why)] = reasons(path, held)
    assert (line, place) == (2, "column B (Producer)")
    assert why.startswith(reason)


def test_undisclosed_party_says_why_it_has_no_name(tmp_path: Path) -> None:
    _, stated = read(table_of(tmp_path, HEADINGS, ["Deal", "Undisclosed", "UA", *SOURCE]))
    facts = [f for each in stated for f in each.facts if "/undisclosed/" in f[0].value]
    assert code("reason-undisclosed", "unknown") in [f[2] for f in facts]
    assert "undisclosed producer of Deal" in [f[2].value for f in facts if f[1] == SKOS.prefLabel]


# -- Faults ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "given", "reason"),
    [
        ("value", "35 m", "'35 m' is not a plain number; write digits"),
        ("currency", "euro", "“euro” is no currency; write EUR, UAH or so"),
        ("value qualifier", "aprox", "“aprox” is no value-qualifier; did you mean approx?"),
        ("Status", "sighned", "“sighned” is no status; did you mean signed?"),
        ("Category", "uav; dron", "“dron” is no product-category"),
        ("signed", "06/06/2025", "'06/06/2025' is not a date; write YYYY"),
        ("sites", "Atlantis: Port", "“Atlantis” is no state; write UA: Kyiv"),
        ("Part of", "programme/none", "“programme/none”: no such dossier"),
        ("modality", "certain", "“certain” is no modality"),
        ("credibility", "9", "“9” is no credibility"),
        ("source date", "yesterday", "'yesterday' is not a date"),
        ("source url", "ftp://x", "“ftp://x” is not a web address; write https://…"),
        ("by", "person/none", "“person/none”: no such dossier"),
        ("note", "bell \x07", "has the control character U+0007 in a text; remove it"),
        ("id", "firm/deal", "“firm/deal” is no id of a deal; write agreement/its-name"),
        ("label", "", "is empty; name the deal"),
        ("source publisher", "", "is empty, and so is by; say who publishes the source"),
    ],
)  # fmt: skip
def test_fault_names_sheet_row_and_column_and_says_what_to_do(
    tmp_path: Path, column: str, given: str, reason: str
) -> None:
    row = {"label": "Deal", "producer": "Alder Works", "value": "5", "currency": "EUR"}
    row |= {"source url": SOURCE[0], "source publisher": SOURCE[1], column: given}
    if given != "bell \x07":  # a workbook cannot even hold that
        path = table_of(tmp_path, ["# mine"], list(row), list(row.values()), name="deals.xlsx")
        [(line, place, why)] = reasons(path)
        letter = chr(ord("A") + list(row).index(column))
        assert (line, place) == (3, f"Deals, column {letter} ({column})")
        assert why.startswith(reason)
    [(line, place, why)] = reasons(table_of(tmp_path, list(row), list(row.values())))
    assert line == 2
    assert why.startswith(reason)


@pytest.mark.parametrize(
    ("headings", "message"),
    [
        (["Label", "Produzer", "url"], "sheet Deals: column B: “Produzer” is no key; did you mean"),
        (["Label", "amount", "value"], "sheet Deals: column C: “value” is value, as column B is"),
        (["Producer", "Customer"], "sheet Deals: there is no label among the headings"),
    ],
)
def test_heading_that_means_nothing_stops_the_load(
    tmp_path: Path, headings: list[str], message: str
) -> None:
    path = table_of(tmp_path, headings, ROW, name="deals.xlsx")
    with pytest.raises(FaultsError) as refused:
        read(path)
    assert f"deals.xlsx:1: {message}" in str(refused.value)
    assert table.recognises(sample(path)) == ("url" in headings)


def test_file_without_headings_is_refused(tmp_path: Path) -> None:
    path = table_of(tmp_path, ["a", "b"], ["1", "2"])
    with pytest.raises(FaultsError, match="has no headings of deals; begin with what"):
        read(path)
    assert not table.recognises(sample(path))


def test_source_is_described_once_and_the_same(tmp_path: Path) -> None:
    again = ["Deal", "Birch Yards", "UA", SOURCE[0], "", ""]
    other = ["Deal", "Cedar Yards", "UA", SOURCE[0], "Other News", ""]
    run, stated = read(table_of(tmp_path, HEADINGS, ROW, again, other))
    made = [each for each in stated if isinstance(each, Claim)]
    assert [claim.speaker_label for claim in made] == ["Example News", "Example News"]
    [reject] = run.rejects.kept
    assert (reject.line, reject.field) == (4, "column D (Source URL)")
    assert reject.reason.endswith("described otherwise than in row 2; describe it alike")


def test_changed_table_changes_the_store_by_difference(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    other = ["Other deal", "Birch Yards", "FR", *SOURCE]
    assert load(store, batch([table_of(tmp_path, HEADINGS, ROW, other)], form="table")).added == 2
    moved = table_of(tmp_path, HEADINGS, ["Other deal", "Birch Yards", "DE", *SOURCE], ROW)
    tally = load(store, batch([moved], form="table"))
    assert (tally.added, tally.unchanged, tally.withdrawn) == (1, 1, 1)
