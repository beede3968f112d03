"""TED: what result notices in eForms tell of buyers, winners, values, and what they withhold."""

from pathlib import Path

import pytest

from hauberk.graph.store import Store
from hauberk.loaders.opendata import ted
from hauberk.tests.ted import AWARD, DATA, NOTICE, ask, bring, note, parties, values, written


@pytest.fixture(scope="module")
def award(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Return a store that holds the made-up award; do not write to it."""
    store = Store(tmp_path_factory.mktemp("ted") / "store")
    bring(store, DATA / "award.xml")
    return store


def test_each_contract_is_an_agreement_of_buyer_winners_and_subcontractors(award: Store) -> None:
    first = parties(award, f"agreement/{NOTICE}-con-0001")
    assert first == [
        ("customer", "body/registration-pl-5782517999"),
        ("lead", "firm/registration-pl-5263446999"),
        ("participant", f"firm/{NOTICE}-org-0004"),
        ("supplier", "firm/registration-gr-094019999"),
        ("supplier", "firm/registration-pl-5263446999"),
    ]
    assert "Subcontractor: Made-up Sensors." in note(award, f"agreement/{NOTICE}-con-0001")


def test_the_buyer_says_it_on_the_day_of_publication(award: Store) -> None:
    where = f"""?c hbk:about <https://w3id.org/hauberk/id/agreement/{NOTICE}-con-0001>;
        hbk:modality ?m; prov:wasAttributedTo ?s; dcterms:issued ?d; prov:hadPrimarySource ?o .
        ?o hbk:url ?u; dcterms:license ?l"""
    assert ask(award, where, "?m", "?s", "?d", "?u", "?l") == [
        ("confirmed", "body/registration-pl-5782517999", "2026-03-02",
         "https://ted.europa.eu/en/notice/-/detail/999001-2026", ted.PROVIDER.licence),
    ]  # fmt: skip


def test_frameworks_and_their_greatest_values_are_told(award: Store) -> None:
    about = f"agreement/{NOTICE}-con-0001"
    assert values(award, about) == [
        ("100000", "EUR", "exact", "subcontracted part of LOT-0001"),
        ("2500000.5", "EUR", "exact", ""),
        ("4000000", "EUR", "up-to", "framework maximum of LOT-0001"),
    ]
    tie = f"<https://w3id.org/hauberk/id/{about}>"
    where = f"{tie} hbk:kind ?k; hbk:category ?c; hbk:signed ?d; hbk:status ?s"
    assert ask(award, where, "?k", "?c", "?d", "?s") == [
        ("framework-agreement", "uav", "2026-02-20", "signed")
    ]


def test_the_value_of_the_notice_is_that_of_what_its_contracts_are_part_of(award: Store) -> None:
    assert values(award, f"agreement/{NOTICE}") == [
        ("3500000.5", "EUR", "exact", ""),
        ("9000000", "EUR", "up-to", "framework maximum of the notice"),
    ]
    assert ask(award, "?c hbk:partOf ?w", "?c", "?w") == [
        (f"agreement/{NOTICE}-con-0001", f"agreement/{NOTICE}"),
        (f"agreement/{NOTICE}-con-0002", f"agreement/{NOTICE}"),
    ]


def test_the_defence_directive_is_named(award: Store) -> None:
    assert "Directive 2009/81/EC (defence" in note(award, f"agreement/{NOTICE}-con-0001")


def test_a_masked_value_is_no_value_and_says_why_and_until_when(award: Store) -> None:
    about = f"agreement/{NOTICE}-con-0002"
    assert values(award, about) == []
    assert "value of the winning tender: Withheld until 2031-01-31: commercial interests" in note(
        award, about
    )


def test_the_date_that_ubl_demands_is_not_taken_for_the_award(award: Store) -> None:
    assert not ask(award, "?t ?p ?d FILTER(STRSTARTS(STR(?d), '2000-01-01'))", "?t")
    assert "Winner chosen on 2026-02-01" in note(award, f"agreement/{NOTICE}-con-0001")


def test_a_place_without_a_state_is_in_that_of_its_region(award: Store) -> None:
    where = "?t hbk:hasSite [hbk:inState ?s]"
    assert ask(award, where, "?t", "?s") == [
        (f"agreement/{NOTICE}-con-0001", "state/PL"),
        (f"agreement/{NOTICE}-con-0002", "state/GR"),
    ]


def test_a_number_in_another_states_register_keeps_that_state(award: Store) -> None:
    """The firm sits in Hungary and gives a Polish number for value added tax."""
    firm = "<https://w3id.org/hauberk/id/firm/registration-pl-5263446999>"
    assert ask(award, f"{firm} hbk:registrationNumber ?n; hbk:state ?s", "?n", "?s") == [
        ("PL-5263446999", "state/HU")
    ]


def test_a_number_that_only_counts_upwards_identifies_nobody(award: Store) -> None:
    assert not ask(award, "?f hbk:registrationNumber ?n FILTER(CONTAINS(?n, '12345'))", "?f")


def test_an_english_name_is_the_label_and_others_are_aliases(award: Store) -> None:
    body = "<https://w3id.org/hauberk/id/body/registration-pl-5782517999>"
    assert ask(award, f"{body} rdfs:label ?l; skos:altLabel ?a", "?l", "?a") == [
        ("Invented Armament Office", "Wymyślony Urząd Uzbrojenia")
    ]


def test_beneficial_owners_hold_stakes_and_a_firm_named_as_its_own_owner_is_unknown(
    award: Store,
) -> None:
    stake = f"stake/{NOTICE}-org-0002-ubo-000"
    firm = ("owned", "firm/registration-pl-5263446999")
    assert parties(award, f"{stake}1") == [firm, ("owner", f"undisclosed/{NOTICE}-ubo-0001")]
    assert parties(award, f"{stake}2") == [firm, ("owner", f"person/{NOTICE}-ubo-0002")]
    unknown = f"<https://w3id.org/hauberk/id/undisclosed/{NOTICE}-ubo-0001>"
    assert ask(award, f"{unknown} hbk:undisclosedReason ?r; hbk:state ?s", "?r", "?s") == [
        ("unknown", "state/HU")
    ]


def test_a_direct_award_to_come_is_expected_and_makes_no_tie(tmp_path: Path) -> None:
    text = AWARD.replace('listName="result">can-standard', 'listName="dir-awa-pre">veat')
    store = Store(tmp_path / "store")
    bring(store, written(tmp_path, text))
    assert ask(store, f"?c hbk:about <https://w3id.org/hauberk/id/agreement/{NOTICE}-con-0001>;"
               " hbk:modality ?m", "?m") == [("expected",)]  # fmt: skip
    assert not ask(store, "?t a hbk:Agreement", "?t")


def test_a_modification_names_the_contract_it_changes_once_that_is_known(tmp_path: Path) -> None:
    change = """<efac:ContractModification>
        <efbc:ChangedNoticeIdentifier>0f0f0f0f-0000-4000-8000-000000000001-01</efbc:ChangedNoticeIdentifier>
        <efac:Change><efac:ChangedSection><efbc:ChangedSectionIdentifier>CON-0001</efbc:ChangedSectionIdentifier></efac:ChangedSection>
        <efac:ChangeReason><cbc:ReasonCode>add-wss</cbc:ReasonCode></efac:ChangeReason></efac:Change>
        </efac:ContractModification><efac:NoticeSubType>"""
    text = (
        AWARD.replace("<efac:NoticeSubType>", change)
        .replace('listName="result">can-standard', 'listName="cont-modif">can-modif')
        .replace("8000-000000000001</cbc:ID>", "8000-000000000003</cbc:ID>")
        .replace("2500000.50", "2600000")
    )
    store = Store(tmp_path / "store")
    bring(store, DATA / "award.xml")
    bring(store, written(tmp_path, text))
    modified = "agreement/ted-0f0f0f0f-0000-4000-8000-000000000003-con-0001"
    assert (modified, f"agreement/{NOTICE}-con-0001") in ask(store, "?a hbk:amends ?b", "?a", "?b")
    assert "for the reason “add-wss”" in note(store, modified)
    assert ("2600000", "EUR", "exact", "") in values(store, modified)
    assert ("2500000.5", "EUR", "exact", "") in values(store, f"agreement/{NOTICE}-con-0001")


def test_a_contractor_who_seeks_subcontractors_is_the_firm_known_by_its_number(
    tmp_path: Path,
) -> None:
    store = Store(tmp_path / "store")
    bring(store, DATA / "award.xml")
    bring(store, DATA / "subcontract.xml")
    graph = "?c"
    tie = (
        "<https://w3id.org/hauberk/id/agreement/ted-0f0f0f0f-0000-4000-8000-000000000002-lot-0001>"
    )
    where = f"{tie} hbk:hasParticipation [hbk:agent ?a; hbk:role ?r]; hbk:hasValue [hbk:amount ?n]"
    assert ask(store, where, "?a", "?r", "?n", graph=graph) == [
        ("firm/registration-pl-5263446999", "customer", "50000")
    ]


def test_the_same_number_meets_across_notices_whatever_its_spelling(tmp_path: Path) -> None:
    other = (
        AWARD.replace("8000-000000000001</cbc:ID>", "8000-000000000004</cbc:ID>")
        .replace("PL 526 34 46 999", "526-344-69-99")
        .replace(">HUN<", ">POL<", 1)
        .replace("Zmyślone  Drony Kft.", "Zmyslone Drony")
    )
    store = Store(tmp_path / "store")
    bring(store, DATA / "award.xml", written(tmp_path, other))
    assert ask(store, "?f hbk:registrationNumber 'PL-5263446999'", "?f") == [
        ("firm/registration-pl-5263446999",)
    ]
