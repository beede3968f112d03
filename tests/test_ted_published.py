"""TED's notices as published: told from other files, and equal to the publisher's own RDF."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree
from pyoxigraph import QuerySolutions, RdfFormat
from pyoxigraph import Store as Database

from hauberk.graph.errors import NotFoundError
from hauberk.graph.store import Store
from hauberk.loaders.opendata import ted
from hauberk.loaders.opendata.provider import HEAD_BYTES, Sample
from hauberk.loaders.sync import batch, load
from hauberk.tests.support import ROOT
from hauberk.tests.ted import DATA, ask, bring, message, note, parties, values, written

SAMPLES = ROOT.parent / "shared" / "samples"
SAMPLE = SAMPLES / "ted-eforms"

needs_sample = pytest.mark.skipif(
    not SAMPLE.is_dir(), reason="the notices are not beside this checkout"
)


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
