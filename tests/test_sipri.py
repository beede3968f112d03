"""SIPRI's register of arms transfers: what each deal says of parties, numbers, years and payers."""

from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions

from hauberk.graph.store import Store
from hauberk.loaders.opendata import sipri
from hauberk.tests.sipri import DATA, FORMS, agreements, ask, bring


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Return a store with the made-up files; do not write to it."""
    made = Store(tmp_path_factory.mktemp("sipri") / "store")
    for name in FORMS:
        bring(made, DATA / name)
    return made


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
