"""TED: what result notices in eForms tell of buyers, winners, values, and what they withhold."""

import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree
from pyoxigraph import QuerySolutions, RdfFormat
from pyoxigraph import Store as Database

from hauberk.graph.errors import FaultsError, NotFoundError
from hauberk.graph.ledger import Tally
from hauberk.graph.store import Store
from hauberk.loaders.opendata import ted
from hauberk.loaders.opendata.provider import HEAD_BYTES, Sample
from hauberk.loaders.opendata.rejects import Reject
from hauberk.loaders.opendata.ted_xml import MAX_BYTES
from hauberk.loaders.sync import Sync, batch, compare, load
from hauberk.tests.support import ROOT, Run

DATA = ROOT / "tests" / "data" / "opendata" / "ted"
SAMPLES = ROOT.parent / "shared" / "samples"
SAMPLE = SAMPLES / "ted-eforms"
AWARD = (DATA / "award.xml").read_text(encoding="utf-8")
NOTICE = "ted-0f0f0f0f-0000-4000-8000-000000000001"
PREFIXES = """
PREFIX hbk: <https://w3id.org/hauberk/ns#> PREFIX hbg: <https://w3id.org/hauberk/graph/>
PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""
CODE = re.compile(r"https://w3id\.org/hauberk/(?:id/|code/[a-z-]+/)")

needs_sample = pytest.mark.skipif(
    not SAMPLE.is_dir(), reason="the notices are not beside this checkout"
)


def written(folder: Path, text: str, name: str = "notice.xml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def bring(store: Store, *paths: Path) -> Tally:
    return load(store, batch(paths))


@pytest.fixture(scope="module")
def award(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Return a store that holds the made-up award; do not write to it."""
    store = Store(tmp_path_factory.mktemp("ted") / "store")
    bring(store, DATA / "award.xml")
    return store


def ask(store: Store, where: str, *names: str, graph: str = "hbg:current") -> list[tuple[str, ...]]:
    """Return the distinct rows of a pattern, sorted, ids and codes without their namespace."""
    text = f"{PREFIXES} SELECT DISTINCT {' '.join(names)} WHERE {{ GRAPH {graph} {{ {where} }} }}"
    with store.read() as snapshot:
        found = snapshot.ledger.store.query(text)
        assert isinstance(found, QuerySolutions)
        rows = [tuple("" if v is None else getattr(v, "value", "") for v in row) for row in found]
    return sorted(tuple(CODE.sub("", v, count=1) for v in row) for row in rows)


def parties(store: Store, about: str) -> list[tuple[str, ...]]:
    tie = f"<https://w3id.org/hauberk/id/{about}>"
    return ask(store, f"{tie} hbk:hasParticipation [hbk:role ?r; hbk:agent ?a]", "?r", "?a")


def values(store: Store, about: str) -> list[tuple[str, ...]]:
    tie = f"<https://w3id.org/hauberk/id/{about}>"
    where = f"""{tie} hbk:hasValue ?v . ?v hbk:amount ?n; hbk:currency ?c; hbk:valueQualifier ?q .
        OPTIONAL {{ ?v hbk:scope ?s }}"""
    return ask(store, where, "?n", "?c", "?q", "?s")


def note(store: Store, about: str) -> str:
    where = f"?c hbk:about <https://w3id.org/hauberk/id/{about}>; skos:note ?n"
    return " ".join(row[0] for row in ask(store, where, "?n"))


def rejected(path: Path, tmp_path: Path) -> tuple[int, list[Reject]]:
    sync = Sync(batch([path], form="ted"))
    compare(sync, Store(tmp_path / "none"))
    return sync.readings[0].records, list(sync.readings[0].rejects.kept)


def message(path: Path, tmp_path: Path) -> str:
    with pytest.raises(FaultsError) as caught:
        rejected(path, tmp_path)
    assert len(caught.value.faults) == 1
    return str(caught.value.faults[0])


# -- Telling its files from others -------------------------------------------------------


@needs_sample
def test_result_notices_are_recognised_and_calls_for_tenders_are_not() -> None:
    found = {
        path.name: ted.recognises(Sample("any", path.read_bytes()[:HEAD_BYTES]))
        for path in SAMPLE.iterdir()
    }
    assert {name for name, is_one in found.items() if is_one} == {
        "2024-OJS072-00215550.xml", "can_24_minimal.xml", "can_25_withheld.xml",
        "can_81_FRA.xml", "veat_81.xml",
    }  # fmt: skip


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples beside this checkout")
def test_no_file_of_another_source_is_recognised() -> None:
    seen = 0
    for path in SAMPLES.rglob("*"):
        if path.is_file() and not path.is_relative_to(SAMPLE):
            with path.open("rb") as file:
                assert not ted.recognises(Sample(path.name, file.read(HEAD_BYTES), path)), path
            seen += 1
    assert seen > 50


def test_a_call_for_tenders_is_refused_in_one_line(tmp_path: Path) -> None:
    text = (DATA / "subcontract.xml").read_text(encoding="utf-8")
    call = text.replace(">22<", ">18<").replace(">subco<", ">cn-standard<")
    assert "a notice of competition (cn-standard)" in message(written(tmp_path, call), tmp_path)
    with pytest.raises(NotFoundError, match="no kind known here"):
        batch([written(tmp_path, call)])


# -- Against the publisher's own RDF -----------------------------------------------------


@needs_sample
def test_winners_buyers_and_values_equal_the_publishers_rdf(tmp_path: Path) -> None:
    rdf = Database()
    with (SAMPLE / "2024-OJS072-00215550.epo.ttl").open("rb") as file:
        rdf.load(file, format=RdfFormat.TURTLE)
    epo = """PREFIX epo: <http://data.europa.eu/a4g/ontology#>
        PREFIX adms: <http://www.w3.org/ns/adms#>
        PREFIX skos: <http://www.w3.org/2004/02/skos/core#> """

    def published(where: str, *names: str) -> set[tuple[str, ...]]:
        found = rdf.query(f"{epo} SELECT {' '.join(names)} WHERE {{ {where} }}")
        assert isinstance(found, QuerySolutions)
        return {tuple(value.value for value in row) for row in found}

    who = "epo:playedBy [epo:hasLegalName ?n; epo:hasLegalIdentifier [skos:notation ?i]]"
    told = {
        "customer": published(f"?x a epo:Buyer; {who}", "?n", "?i"),
        "supplier": published(
            f"""?c a epo:Contract; epo:includesTender ?t . ?t epo:isSubmitedBy ?x .
                ?x {who}""", "?n", "?i"),
        "participant": published(
            f"?t a epo:Tender; epo:specifiesSubcontractors ?x . ?x {who}", "?n", "?i"),
        "funder": published(f"?x a epo:BudgetProvider; {who}", "?n", "?i"),
    }  # fmt: skip
    sums = published(
        "?t a epo:Tender; epo:isSubmittedForLot ?l; epo:hasFinancialOfferValue"
        " [epo:hasAmountValue ?n; epo:hasCurrency ?c]",
        "?n", "?c", "?l")  # fmt: skip
    sums |= published(
        "?w epo:hasTotalAwardedValue [epo:hasAmountValue ?n; epo:hasCurrency ?c] BIND('' AS ?l)",
        "?n", "?c", "?l")  # fmt: skip
    assert all(told.values())
    assert len(sums) == 7

    store = Store(tmp_path / "store")
    bring(store, SAMPLE / "2024-OJS072-00215550.xml")
    about = "agreement/ted-0027419f-f482-427c-9dc9-439f0f835eb3-con-0001"
    rows = ask(
        store,
        f"""<https://w3id.org/hauberk/id/{about}> hbk:hasParticipation ?p .
            ?p hbk:role ?r; hbk:agent [rdfs:label ?n; hbk:registrationNumber ?i]""",
        "?r", "?n", "?i")  # fmt: skip
    for role, expected in told.items():
        held = {(name, number[3:]) for which, name, number in rows if which == role}
        plain = {(name, re.sub(r"\W|^PL", "", number)) for name, number in expected}
        assert held == plain, role
    ours = {
        (Decimal(n), c, "" if s == "whole notice" else s) for n, c, _, s in values(store, about)
    }
    assert ours == {
        (Decimal(n), c[-3:], lot.rpartition("_")[2] if "_Lot_" in lot else "") for n, c, lot in sums
    }
    signed = published("?c a epo:Contract; epo:hasContractConclusionDate ?d", "?d")
    assert ask(store, f"<https://w3id.org/hauberk/id/{about}> hbk:signed ?d", "?d") == [
        (day[:10],) for (day,) in signed
    ]


@needs_sample
@pytest.mark.parametrize("name", ["can_24_minimal", "can_81_FRA", "veat_81"])
def test_winners_and_values_equal_a_plain_count_of_the_notice(name: str, tmp_path: Path) -> None:
    path = SAMPLE / f"{name}.xml"
    root = etree.parse(path).getroot()

    def every(tag: str) -> list[str]:
        return [each.text or "" for each in root.iter() if str(each.tag).endswith(f"}}{tag}")]

    store = Store(tmp_path / "store")
    bring(store, path)
    graph = "?claim"
    sums = ask(store, "?t hbk:hasValue [hbk:amount ?n]", "?n", graph=graph)
    expected = {Decimal(each) for each in every("PayableAmount")}
    expected |= {Decimal(each) for each in every("TotalAmount")}
    assert {Decimal(n) for (n,) in sums} == expected
    winners = ask(
        store,
        "?p hbk:role <https://w3id.org/hauberk/code/role/supplier>; hbk:agent ?a",
        "?a",
        graph=graph,
    )
    assert len(winners) == len(every("Tenderer"))


@needs_sample
def test_a_folder_of_notices_is_one_dataset_each_and_loads_once(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    first = load(store, batch([SAMPLE]))
    with store.read() as snapshot:
        assert len(snapshot.ledger.datasets()) == 5
    again = load(store, batch([SAMPLE]))
    assert first.added == 8
    assert (again.added, again.withdrawn, again.unchanged) == (0, 0, 8)
    assert not again.changes


@needs_sample
def test_a_withheld_winner_is_an_undisclosed_party_with_reason_and_date(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    bring(store, SAMPLE / "can_25_withheld.xml")
    about = "agreement/ted-a1d155f6-11bf-4c32-83bf-87aec5457899-con-0001"
    (winner,) = (agent for role, agent in parties(store, about) if role == "supplier")
    assert winner.startswith("undisclosed/")
    assert ask(
        store,
        f"<https://w3id.org/hauberk/id/{winner}> hbk:undisclosedReason ?r; hbk:undisclosedNote ?n",
        "?r", "?n",
    ) == [("withheld", "Withheld until 2024-12-31: other public interest; in the notice's words:"
           " “Publication delayed because of”.")]  # fmt: skip
    assert values(store, about) == []
    assert "value of the notice: Withheld until 2024-12-31" in note(store, about)
    assert not ask(store, "?f rdfs:label ?l FILTER(CONTAINS(?l, 'Deloitte'))", "?f")


# -- What the records say ----------------------------------------------------------------


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


# -- Rejects, differences ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "field", "reason"),
    [
        ("2500000.50", "2,5 mln", "CON-0001 amount", "is no amount of money in plain digits"),
        ("2500000.50", "-5", "CON-0001 amount", "is below zero"),
        ("2026-02-20+01:00", "2026-02-31+01:00", "CON-0001 IssueDate", "is no day of the calendar"),
        ("<efac:Tenderer><cbc:ID>ORG-0002", "<efac:Tenderer><cbc:ID>ORG-0009",
         "CON-0001 organisation", "is no organisation of the notice"),
        ('currencyID="EUR">2500000.50', 'currencyID="euro">1', "CON-0001 currencyID",
         "is no currency"),
    ],
)  # fmt: skip
def test_a_broken_contract_is_rejected_and_the_others_are_kept(
    old: str, new: str, field: str, reason: str, tmp_path: Path
) -> None:
    assert old in AWARD
    records, found = rejected(written(tmp_path, AWARD.replace(old, new)), tmp_path)
    assert records == 3
    assert [(each.field, each.reason) for each in found] == [
        ("LOT-0003", "no winner was chosen for the lot"),
        (field, reason),
    ]
    assert all(each.line > 1 for each in found)


def test_a_contract_without_lot_and_tender_is_rejected(tmp_path: Path) -> None:
    stray = "<efac:SettledContract><cbc:ID>CON-0009</cbc:ID></efac:SettledContract>"
    text = AWARD.replace("</efac:NoticeResult>", f"{stray}</efac:NoticeResult>")
    records, found = rejected(written(tmp_path, text), tmp_path)
    assert records == 4
    assert ("CON-0009", "no winning tender is named") in [(e.field, e.reason) for e in found]


def test_a_changed_notice_changes_by_difference(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    path = written(tmp_path, AWARD)
    assert bring(store, path).added == 5
    assert not bring(store, path).changes
    changed = bring(store, written(tmp_path, AWARD.replace("2500000.50", "2400000")))
    assert (changed.added, changed.withdrawn, changed.unchanged) == (1, 1, 4)


def test_an_archive_holds_notices_and_a_bad_one_in_it_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "day.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/1.xml", AWARD)
        archive.writestr("a/2.xml", "<broken")
        archive.writestr("a/3.xml", (DATA / "subcontract.xml").read_text(encoding="utf-8"))
        archive.writestr("a/4.xml", b" " * (MAX_BYTES + 1))
        archive.writestr("a/readme.txt", "no notice")
    assert ted.recognises(Sample("day.zip", path.read_bytes()[:HEAD_BYTES], path))
    records, found = rejected(path, tmp_path)
    assert records == 3 + 1 + 1 + 1
    assert [each.field for each in found] == ["LOT-0003", "a/2.xml", "a/4.xml"]
    store = Store(tmp_path / "store")
    assert bring(store, path).added == 6


# -- Hostile files -----------------------------------------------------------------------


def bomb(text: str) -> str:
    levels = "".join(
        f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' if n else '<!ENTITY e0 "ha">' for n in range(10)
    )
    doctype = f"<!DOCTYPE ContractAwardNotice [{levels}]>"
    return text.replace("<ContractAwardNotice", f"{doctype}<ContractAwardNotice", 1).replace(
        "C/2026/1", "&e9;"
    )


def external(text: str) -> str:
    doctype = '<!DOCTYPE ContractAwardNotice [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    return text.replace("<ContractAwardNotice", f"{doctype}<ContractAwardNotice", 1).replace(
        "C/2026/1", "&x;"
    )


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (bomb, "has a document type"),
        (external, "has a document type"),
        (lambda text: text[: len(text) // 2], "is no whole XML"),
        (lambda text: text.replace("C/2026/1", "\0"), "NUL bytes"),
        (lambda text: text.replace("C/2026/1", "<a>" * 100_000), "is no whole XML"),
        (lambda text: text + " " * MAX_BYTES, "is larger than 20 MB"),
        (lambda _: "", "is empty"),
        (lambda _: "<html><body>Not found</body></html>", "is no result notice"),
    ],
    ids=["bomb", "external", "cut", "nul", "deep", "large", "empty", "html"],
)
def test_a_hostile_file_is_refused_in_one_line(
    spoil: Callable[[str], str], says: str, tmp_path: Path
) -> None:
    path = written(tmp_path, spoil(AWARD))
    found = message(path, tmp_path)
    assert says in found
    assert found.startswith("notice.xml:")


def test_a_swelling_archive_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("1.xml", b"<a>" * (5 << 20))
    _, found = rejected(path, tmp_path)
    assert [each.reason for each in found] == ["unpacks to more than a notice holds"]


def test_an_archive_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("1.xml", AWARD)
    path.write_bytes(path.read_bytes()[:2000])
    assert "is no whole archive" in message(path, tmp_path)


def test_the_command_says_what_it_read_and_credits_the_publisher(run: Run, tmp_path: Path) -> None:
    done = run("load", str(DATA / "award.xml"), "--dry-run", store=tmp_path / "store")
    assert done.returncode == 0, done.stderr
    assert "award.xml (ted): 3 records, 5 claims, 1 rejects. © European Union, TED" in done.stdout
