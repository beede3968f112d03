"""SIPRI's register of arms transfers: the web export, the older table, RTF, what breaks them."""

import csv
import shutil
from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions

from hauberk.graph.claims import Statement
from hauberk.graph.errors import FaultsError
from hauberk.graph.ledger import Tally
from hauberk.graph.store import Store
from hauberk.loaders.opendata import sipri, sipri_top100
from hauberk.loaders.opendata.provider import HEAD_BYTES, Sample
from hauberk.loaders.opendata.reading import Reading
from hauberk.loaders.opendata.registry import recognise
from hauberk.loaders.opendata.sipri_comments import remarks
from hauberk.loaders.opendata.sipri_products import category
from hauberk.loaders.sync import Sync, batch, compare, load
from hauberk.tests.support import ROOT

DATA = ROOT / "tests" / "data" / "opendata" / "sipri"
SAMPLES = ROOT.parent / "shared" / "samples"
WEB = SAMPLES / "sipri-arms-transfers" / "trade-register_web-export_to-Ukraine_2000-2024.csv"
LEGACY = SAMPLES / "sipri-arms-transfers" / "trade-register_legacy-columns_europe_2012on.csv"
FORMS = ("web.csv", "legacy.csv", "register.rtf")
HEAD = (DATA / "web.csv").read_text(encoding="utf-8").splitlines(keepends=True)[:6]

needs_samples = pytest.mark.skipif(
    not WEB.is_file(), reason="SIPRI's files are not beside this checkout"
)


def reading(path: Path, tmp_path: Path) -> Reading:
    """Return what a file gives on top of nothing."""
    sync = Sync(batch([path], form="sipri"))
    compare(sync, Store(tmp_path / "none"))
    return sync.readings[0]


def stated(path: Path, tmp_path: Path) -> list[Statement]:
    """Return what a file states on top of nothing."""
    plan = compare(Sync(batch([path], form="sipri")), Store(tmp_path / "none"))
    return [statement for _, statement in plan.new]


def bring(store: Store, path: Path) -> Tally:
    return load(store, batch([path], form="sipri"))


def ask(store: Store, where: str, *names: str) -> list[tuple[str, ...]]:
    """Return the distinct rows of a pattern in `current`, sorted, IRIs by their ends."""
    text = (
        "PREFIX hbk: <https://w3id.org/hauberk/ns#> PREFIX hbg: <https://w3id.org/hauberk/graph/>"
        " PREFIX code: <https://w3id.org/hauberk/code/>"
        " PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"
        " PREFIX dcterms: <http://purl.org/dc/terms/>"
        " PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>"
        " PREFIX deal: <https://w3id.org/hauberk/id/agreement/sipri->"
        f" SELECT DISTINCT {' '.join(names)} WHERE {{ GRAPH hbg:current {{ {where} }} }}"
    )
    with store.read() as snapshot:
        found = snapshot.ledger.store.query(text)
        assert isinstance(found, QuerySolutions)
        rows = [tuple("" if v is None else getattr(v, "value", str(v)) for v in s) for s in found]
    return sorted(tuple(v.removeprefix("https://w3id.org/hauberk/") for v in row) for row in rows)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Return a store with the made-up files; do not write to it."""
    made = Store(tmp_path_factory.mktemp("sipri") / "store")
    for name in FORMS:
        bring(made, DATA / name)
    return made


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8-sig").splitlines(keepends=True)


def agreements(path: Path, tmp_path: Path) -> set[str]:
    return {s.about.value for s in stated(path, tmp_path) if "/id/agreement/" in s.about.value}


# -- Telling its files from others -------------------------------------------------------


@pytest.mark.parametrize("name", FORMS)
def test_each_form_is_recognised_by_its_content(name: str) -> None:
    assert sipri.recognises(Sample("anything", (DATA / name).read_bytes()[:HEAD_BYTES]))


@pytest.mark.parametrize(
    "head",
    [b"", b"Recipient,Supplier,Amount\na,b,1\n", b"{\\rtf1 a letter}", b"{}", b"\x00" * 100,
     b"Supplier and Recipient agree, says SIPRI\n", b"PK\x03\x04 SIPRI AT Database ID"],
)  # fmt: skip
def test_other_files_are_not_taken_for_the_register(head: bytes) -> None:
    assert not sipri.recognises(Sample("anything", head))


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not beside this checkout")
def test_of_all_sources_only_its_own_files_are_recognised() -> None:
    taken = set()
    for path in SAMPLES.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                sample = Sample(path.name, file.read(HEAD_BYTES), path)
            assert not (sipri.recognises(sample) and sipri_top100.recognises(sample))
            if sipri.recognises(sample):
                taken.add(path)
    assert taken == {WEB, LEGACY}
    assert [recognise(path) for path in sorted(taken)] == ["sipri", "sipri"]


# -- The real files, counted a second time -----------------------------------------------


@needs_samples
def test_web_export_has_323_deals_of_382_rows(tmp_path: Path) -> None:
    rows = [r for r in csv.reader(lines(WEB)) if r and r[0].isdigit()]
    found = reading(WEB, tmp_path)
    assert (found.records, found.rejects.count) == (len(rows), 0) == (382, 0)
    assert len(agreements(WEB, tmp_path)) == len({row[0] for row in rows}) == 323


@needs_samples
def test_rows_of_the_older_table_are_deals_or_rejects(tmp_path: Path) -> None:
    rows = list(csv.reader(lines(LEGACY)))[1:]
    found = reading(LEGACY, tmp_path)
    broken = [number for number, row in enumerate(rows, 2) if not row[11]]
    assert sorted(reject.line for reject in found.rejects.kept) == broken
    assert found.records == len(rows) == 755
    assert len(agreements(LEGACY, tmp_path)) == len(rows) - len(broken) == 751


@needs_samples
def test_numbers_delivered_are_those_of_the_web_export(tmp_path: Path) -> None:
    sums: Counter[str] = Counter()
    for row in csv.reader(lines(WEB)):
        if row and row[0].isdigit():
            sums[row[0]] += int(row[8])
    store = Store(tmp_path / "store")
    bring(store, WEB)
    told = ask(
        store,
        "?deal hbk:hasQuantity ?q . ?q hbk:unit ?unit ; hbk:amount ?n"
        " FILTER(STRENDS(?unit, ', delivered'))",
        "?deal",
        "?n",
    )
    assert {deal.rpartition("-")[2]: int(n) for deal, n in told} == dict(sums)


# -- What a deal says --------------------------------------------------------------------


def test_rows_of_a_deal_are_one_agreement_with_its_years(store: Store) -> None:
    assert ask(
        store,
        "deal:101 hbk:hasQuantity ?q . ?q hbk:unit ?u ; hbk:amount ?n ; hbk:valueQualifier ?h",
        "?u", "?n", "?h",
    ) == [
        ("IFV, delivered", "30", "code/value-qualifier/approx"),
        ("IFV, delivered in 2022", "10", "code/value-qualifier/exact"),
        ("IFV, delivered in 2023", "15", "code/value-qualifier/approx"),
        ("IFV, delivered in 2024", "5", "code/value-qualifier/exact"),
    ]  # fmt: skip
    assert ask(store, "deal:101 hbk:delivered ?d ; hbk:signed ?s", "?d", "?s") == [("2022", "2021")]


def test_supplier_and_recipient_take_part_under_the_names_that_sipri_uses(store: Store) -> None:
    rows = ask(
        store,
        "?deal hbk:hasParticipation ?p . ?p hbk:role ?role ; hbk:agent ?agent",
        "?deal", "?role", "?agent",
    )  # fmt: skip
    took = {(deal.removeprefix("id/agreement/sipri-"), role.rpartition("/")[2], agent)
            for deal, role, agent in rows}  # fmt: skip
    assert {
        ("101", "supplier", "id/state/SE"),
        ("101", "customer", "id/state/PL"),
        ("102", "licensor", "id/state/TR"),
        ("102", "customer", "id/state/VN"),
        ("104", "supplier", "id/state/AE"),
        ("104", "customer", "id/state/BA"),
        ("105", "supplier", "id/state/SU"),
        ("105", "customer", "id/state/CI"),
        ("106", "supplier", "id/organisation/european-union"),
    } <= took
    assert ("102", "supplier", "id/state/TR") not in took


def test_local_production_is_licensed_production_with_a_site(store: Store) -> None:
    assert ask(
        store, "deal:102 hbk:kind ?kind ; hbk:hasSite/hbk:inState ?state", "?kind", "?state"
    ) == [("code/agreement-kind/licensed-production", "id/state/VN")]


def test_unknown_supplier_is_an_undisclosed_party_of_its_own_deal(store: Store) -> None:
    rows = ask(
        store,
        "?deal hbk:hasParticipation/hbk:agent ?party ."
        " ?party hbk:undisclosedReason ?why ; hbk:undisclosedNote ?note",
        "?party", "?why",
    )  # fmt: skip
    assert len(rows) == 2
    assert rows[0] == ("id/undisclosed/sipri-103-supplier", "code/reason-undisclosed/unknown")


def test_estimates_are_approximate_and_of_credibility_three(store: Store) -> None:
    rows = ask(
        store,
        "?claim a hbk:Claim ; hbk:about deal:102 OPTIONAL { ?claim hbk:credibility ?grade }",
        "?claim", "?grade",
    )  # fmt: skip
    assert sorted(grade for _, grade in rows) == ["", "code/credibility/3"]
    estimated = next(claim for claim, grade in rows if grade)
    with store.read() as snapshot:
        facts = snapshot.ledger.store.query(
            f"SELECT ?p WHERE {{ GRAPH <https://w3id.org/hauberk/{estimated}>"
            " { <https://w3id.org/hauberk/id/agreement/sipri-102> ?p ?o } }"
        )
        assert isinstance(facts, QuerySolutions)
        told = {s[0].value.rpartition("#")[2] for s in facts}
    assert told == {"signed", "delivered"}  # its number is certain


def test_question_marks_of_the_older_table_hold_for_the_column_to_their_left(store: Store) -> None:
    rows = ask(
        store,
        "?deal hbk:productName 'Alder-2' ; hbk:hasQuantity ?q ; hbk:hasParticipation/hbk:agent"
        " <https://w3id.org/hauberk/id/state/CZ> . ?q hbk:unit ?u ; hbk:amount ?n ;"
        " hbk:valueQualifier ?h . FILTER(STRSTARTS(?u, 'infantry'))",
        "?u", "?n", "?h",
    )  # fmt: skip
    assert ("infantry fighting vehicle", "40", "code/value-qualifier/exact") in rows
    assert (
        "infantry fighting vehicle, delivered", "40", "code/value-qualifier/approx"
    ) in rows  # fmt: skip


def test_equal_deals_of_the_older_table_are_kept_apart_by_their_order(tmp_path: Path) -> None:
    deals = agreements(DATA / "legacy.csv", tmp_path)
    twins = sorted(deal for deal in deals if deal.endswith("-2"))
    assert len(twins) == 1
    assert twins[0].removesuffix("-2") in deals


def test_deal_that_is_only_planned_makes_no_tie(store: Store) -> None:
    planned = ask(
        store,
        "?claim hbk:modality <https://w3id.org/hauberk/code/modality/expected> ; hbk:about ?deal",
        "?deal",
    )
    assert len(planned) == 1
    kinds = ask(store, f"<https://w3id.org/hauberk/{planned[0][0]}> a ?type", "?type")
    labels = ask(store, f"<https://w3id.org/hauberk/{planned[0][0]}> rdfs:label ?label", "?label")
    assert labels == [("Dogwood (tank): Germany to Italy",)]
    assert ("ns#Dossier",) in kinds
    assert ("ns#Agreement",) not in kinds


def test_who_pays_is_read_where_the_comment_leaves_no_doubt(store: Store) -> None:
    rows = ask(
        store,
        "?deal hbk:productName ?name ; hbk:hasParticipation ?p ."
        " ?p hbk:role <https://w3id.org/hauberk/code/role/funder> ; hbk:agent ?agent",
        "?name", "?agent",
    )  # fmt: skip
    assert rows == [
        ("Birch 155mm", "id/state/DE"),
        ("Birch 155mm", "id/state/NL"),
        ("Birch 155mm", "id/state/NO"),
        ("Fir", "id/state/GB"),
    ]


def test_comment_is_kept_as_a_note(store: Store) -> None:
    notes = ask(store, "?claim skos:note ?note FILTER(CONTAINS(?note, 'Probably'))", "?note")
    assert notes == [("Second-hand. Comment in the register: Probably financed by USA",)]


def test_day_of_the_file_is_when_it_was_said(store: Store) -> None:
    days = ask(store, "?claim hbk:about deal:101 ; dcterms:issued ?day", "?day")
    assert days == [("2025-03-03",)]


def test_credit_line_goes_with_the_facts(store: Store) -> None:
    credit = ask(store, "?source hbk:publisher 'SIPRI' ; dcterms:rights ?line", "?line")
    assert credit == [(sipri.PROVIDER.credit,)]


# -- Comments ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("comment", "amount", "currency"),
    [
        ("$109 m deal", "109000000", "USD"),
        ("EUR 0.6 m deal; second-hand", "600000", "EUR"),
        ("CZK5.1 b ($233 m) deal", "5100000000", "CZK"),
        ("Part of $1.7 b deal", "", ""),
        ("EUR103 m deal (incl 100 launchers)", "", ""),
        ("PLN128 m [$32 m) deal", "", ""),
        ("about $5 m deal", "", ""),
    ],
)
def test_value_is_that_of_the_whole_deal_or_none(comment: str, amount: str, currency: str) -> None:
    assert (remarks(comment).amount, remarks(comment).currency) == (amount, currency)


@pytest.mark.parametrize(
    ("comment", "payers"),
    [
        ("financed by USA", ["US"]),
        ("Financed by FRG; from German production line", ["DE"]),
        ("Second-hand; financed by German aid", ["DE"]),
        ("partly financed by US aid", ["US"]),
        ("financed by EU aid after 2022 Russian invasion of Ukraine", ["european-union"]),
        ("financed by Denmark; Germany and Norway as aid after a war", ["DK", "DE", "NO"]),
        ("aid; financed by Denmark; Germany and Netherlands aid", ["DK", "DE", "NL"]),
        ("financed by aid from Belgium; UK designation Ajax", ["BE"]),
        ("Probably financed by USA", []),
        ("incl some financed by Lithuania", []),
        ("financed with Ukrainian private donations", []),
        ("financed with donations from Czech private persons", []),
        ("financed by EUR165 m aid from Denmark and Netherlands", []),
        ("originally to be funded by Poland", []),
        ("deal (partly financed by EU aid)", []),
    ],
)
def test_payers_are_named_or_left_to_the_note(comment: str, payers: list[str]) -> None:
    assert [each.value.rpartition("/")[2] for each in remarks(comment).funders] == payers


@pytest.mark.parametrize(
    ("comment", "state", "wholly"),
    [
        ("produced under licence in Poland", "PL", True),
        ("EUR5 m deal; produced under licence in Poland as Rosomak", "PL", True),
        ("incl production under licence of 48 in Czechia", "CZ", False),
        ("incl 5 produced under licence in Ukraine", "UA", False),
        ("Probably produced under licence in Spain", "", False),
        ("incl production of components or production under licence in United Kingdom", "", False),
        ("assembled in Ukraine", "", False),
    ],
)
def test_licences_are_read_from_whole_clauses(comment: str, state: str, wholly: bool) -> None:
    found = remarks(comment)
    assert (found.licence.value.rpartition("/")[2] if found.licence else "") == state
    assert found.wholly is wholly


@pytest.mark.parametrize(
    ("description", "armament", "expected"),
    [
        ("anti-tank missile", "", "missile"),
        ("armed UAV", "Aircraft", "uav"),
        ("loitering munition", "Missiles", "loitering-munition"),
        ("anti-submarine helicopter", "", "helicopter"),
        ("ship engine", "", "engine"),
        ("maritime patrol aircraft radar", "", "radar"),
        ("portable SAM", "", "missile"),
        ("SAM system", "", "air-defence"),
        ("aircraft carrier", "", "naval"),
        ("tank turret", "", "armoured-vehicle"),
        ("self-propelled MRL", "Artillery", "artillery"),
        ("widget", "Anti-submarine warfare weapons", "naval"),
        ("widget", "", ""),
    ],
)
def test_words_for_weapons_have_their_category(
    description: str, armament: str, expected: str
) -> None:
    found = category(description, armament)
    assert (found.value.rpartition("/")[2] if found else "") == expected


# -- What cannot be read -----------------------------------------------------------------


def test_rejects_of_the_web_export_name_line_field_value_and_reason(tmp_path: Path) -> None:
    found = reading(DATA / "web.csv", tmp_path)
    assert [
        (r.line, r.field, r.value[:13], r.reason.split(",")[0]) for r in found.rejects.kept
    ] == [
        (14, "recipient", "Gorse (Rohan)", "is an armed group"),
        (15, "supplier", "Atlantis", "is no state of ISO 3166"),
        (16, "numbers delivered", "four", "is no number"),
        (17, "order date is estimate", "Perhaps", "is neither Yes nor No"),
        (18, "", "111,Norway,Uk", "has 10 cells where the header row has 17"),
        (19, "sipri at database id", "101", "the row is the same as that of line 8"),
        (20, "recipient", "Czechia", "differs from that of the same deal in line 7"),
    ]
    assert found.records == 15


def test_rejects_of_the_older_table_are_the_rest_of_broken_rows_too(tmp_path: Path) -> None:
    found = reading(DATA / "legacy.csv", tmp_path)
    assert [(r.line, r.field, r.value) for r in found.rejects.kept] == [
        (2, "recipient", ""),
        (10, "number ordered?", "x"),
        (11, "year of order", "20200"),
    ]
    assert found.records == 10


def test_rtf_gives_the_same_deals_as_the_older_table(tmp_path: Path) -> None:
    found = reading(DATA / "register.rtf", tmp_path)
    rtf = agreements(DATA / "register.rtf", tmp_path)
    assert (found.records, found.rejects.count, len(rtf)) == (5, 2, 3)
    assert len(rtf & agreements(DATA / "legacy.csv", tmp_path)) == 1


def test_rtf_has_its_accents_brackets_and_licences(store: Store) -> None:
    assert ask(
        store,
        "?deal hbk:productName 'Wärnås' ; hbk:hasQuantity ?q . ?q hbk:unit ?u ; hbk:amount ?n ;"
        " hbk:valueQualifier ?h",
        "?u", "?n", "?h",
    ) == [
        ("radar", "3", "code/value-qualifier/approx"),
        ("radar, delivered", "3", "code/value-qualifier/exact"),
    ]  # fmt: skip
    roles = ask(
        store,
        "?deal hbk:productName 'Cedar' ; hbk:hasParticipation ?p . ?p hbk:role ?role ; hbk:agent"
        " <https://w3id.org/hauberk/id/state/SE>",
        "?role",
    )
    assert roles == [("code/role/licensor",)]


def test_register_sorted_by_recipient_turns_the_sides_round(tmp_path: Path) -> None:
    text = (DATA / "register.rtf").read_text(encoding="ascii")
    path = tmp_path / "turned.rtf"
    path.write_text(text.replace("recipient (R)", "supplier (S)").replace("R: ", "S: "))
    labels = {
        value.value
        for statement in stated(path, tmp_path)
        for _, predicate, value in statement.facts
        if predicate.value.endswith("prefLabel")
    }
    assert "Alder-2 (IFV): Czechia to Sweden, ordered 2021" in labels


# -- Again, and changed ------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMS)
def test_same_file_again_changes_nothing(name: str, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    bring(store, DATA / name)
    again = bring(store, DATA / name)
    assert (again.added, again.withdrawn) == (0, 0)


def test_changed_file_changes_by_the_difference(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    path = tmp_path / "web.csv"
    shutil.copy(DATA / "web.csv", path)
    bring(store, path)
    path.write_text(path.read_text().replace("103,unknown supplier(s),Ukraine,Cedar,APC,Armoured"
                    " vehicles,2023,No,50,", "103,unknown supplier(s),Ukraine,Cedar,APC,Armoured"
                    " vehicles,2023,No,55,"))  # fmt: skip
    tally = bring(store, path)
    assert (tally.added, tally.withdrawn) == (1, 1)
    amounts = ask(store, "deal:103 hbk:hasQuantity/hbk:amount ?n", "?n")
    assert amounts == [("55",)]


def test_newer_export_beside_the_older_one_supersedes_it(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    bring(store, DATA / "web.csv")
    newer = tmp_path / "newer.csv"
    text = (DATA / "web.csv").read_text().replace("03 Mar 2025", "1 March 2026")
    newer.write_text(text.replace("2023,No,50,No", "2023,No,70,No"))
    bring(store, newer)
    assert ask(store, "deal:103 hbk:hasQuantity/hbk:amount ?n", "?n") == [("70",)]


def test_rows_of_a_deal_may_stand_apart(tmp_path: Path) -> None:
    lines = (DATA / "web.csv").read_text().splitlines(keepends=True)
    apart = tmp_path / "apart.csv"
    apart.write_text("".join([*lines[:7], *lines[8:13], lines[7], lines[20 - 1 + 1]]))
    found = reading(apart, tmp_path)
    assert found.rejects.count == 0
    assert len(agreements(apart, tmp_path)) == 6


def test_other_delimiters_and_column_names_are_taken(tmp_path: Path) -> None:
    text = "".join((DATA / "web.csv").read_text().splitlines(keepends=True)[:8])
    path = tmp_path / "other.csv"
    path.write_text(text.replace(",", ";").replace("Order date", "Order year"))
    found = reading(path, tmp_path)
    assert (found.records, found.rejects.count) == (2, 0)


def test_windows_code_page_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes((DATA / "legacy.csv").read_text("utf-8-sig").encode("cp1252"))
    assert any("Wärtsilä" in (getattr(s, "note", "") or "")
               for s in stated(path, tmp_path))  # fmt: skip


# -- Hostile files -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "has no header row"),
        (b"a,b,c\n1,2,3\n", "has no header row"),
        ("".join(HEAD).encode("utf-16"), "has no header row"),
        ("".join(HEAD).encode() + b"101,\0,Poland\n", "holds NUL bytes; save"),
        ("".join(HEAD).encode() + b"," * 1_000_000, "the line is longer than 64 KB"),
        ("".join(HEAD).encode() + b'101,"' + b"x\n" * 5000, "is not closed within 100 lines"),
        (b"{\\rtf1 SIPRI recipient trash", "holds no deal"),
        (b"{\\rtf1 SIPRI recipient " + b"{" * 100_000, "is nested deeper"),
        (b"{\\rtf1 SIPRI recipient " + b"x" * 1_000_000, "a paragraph is longer"),
        (b"{\\rtf1 SIPRI recipient \\bin99999999 " + bytes(range(256)), "holds binary data"),
        (b"{\\rtf1" + bytes(range(256)) * 100, "holds no deal"),
    ],
)
def test_hostile_file_is_refused_in_one_line(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "hostile"
    path.write_bytes(data)
    store = Store(tmp_path / "store")
    with pytest.raises(FaultsError) as refused:
        bring(store, path)
    assert len(refused.value.faults) == 1
    assert message in str(refused.value.faults[0])
    assert store.is_empty


def test_truncated_file_loses_no_more_than_its_last_row(tmp_path: Path) -> None:
    whole = (DATA / "web.csv").read_text()
    path = tmp_path / "cut.csv"
    path.write_text(whole[: whole.index("Elm,trainer") + 9])
    found = reading(path, tmp_path)
    assert [reject.line for reject in found.rejects.kept] == [12]
    assert found.records == 6
