"""The tracker's real workbook: its 4,444 rows, accounted for one by one by a plain count."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pyoxigraph import NamedNode

from hauberk.graph.claims import Claim, Entry, Statement
from hauberk.loaders.opendata import kiel
from hauberk.loaders.opendata.kiel_cells import names
from hauberk.loaders.opendata.run import Run
from hauberk.ontology.names import HBK, code, key
from hauberk.tests.kiel import about, read, sample, told
from hauberk.tests.support import ROOT

SAMPLES = ROOT.parent / "shared" / "samples"
WORKBOOK = SAMPLES / "kiel-ukraine-support-tracker" / "UkraineTracker_Categorized.xlsx"
pytestmark = pytest.mark.skipif(
    not WORKBOOK.is_file(), reason="the tracker's real workbook may not be handed on"
)

Real = tuple[Run, list[Statement]]
Rows = list[dict[str, object]]


@pytest.fixture(scope="module")
def rows() -> list[dict[str, object]]:
    book = load_workbook(WORKBOOK, read_only=True)
    lines = book.worksheets[0].iter_rows(values_only=True)
    header = [str(cell) for cell in next(lines)]
    found: Rows = [dict(zip(header, line, strict=False)) for line in lines]
    book.close()
    return found


@pytest.fixture(scope="module")
def real() -> tuple[Run, list[Statement]]:
    return read(WORKBOOK)


def test_every_row_of_the_workbook_makes_claims_or_repeats_an_earlier_row(
    real: Real, rows: Rows
) -> None:
    run, stated = real
    with_claims = {each.row for each in stated if isinstance(each, Claim)}
    assert len(rows) == 4444
    assert run.records == len(with_claims) + run.merged + run.rejects.count == 4444
    assert run.rejects.count == 0
    assert run.merged == 5


def test_each_sub_activity_and_each_commitment_is_one_tie(real: Real, rows: Rows) -> None:
    ids = {row["sub_activity_id"] or row["activity_id"] for row in rows}
    ties = {key(each.about) for each in real[1] if isinstance(each, Claim)}
    assert len(ties) == len(ids)
    assert all(tie and tie.startswith("agreement/kiel-") for tie in ties)


def test_numbers_sums_and_known_unknowns_are_those_of_the_workbook(real: Real, rows: Rows) -> None:
    stated = [each for each in real[1] if isinstance(each, Claim)]
    by_row: dict[int, list[Claim]] = {}
    for claim in stated:
        by_row.setdefault(int(str(claim.row).rpartition(":")[2]), []).append(claim)
    missing = Counter[str]()
    for number, row in enumerate(rows, 2):
        mine = by_row.get(number, [])
        note = " ".join(claim.note or "" for claim in mine)
        given = str(row["item_numb"]).strip()
        units = [unit for unit in told(mine, HBK.unit) if not unit.endswith(", delivered")]
        if isinstance(row["item_numb"], int | float):
            assert len(units) == 1, number
        else:
            assert not units, number
            missing[given] += 1
            assert ("number of items is undisclosed" in note) == (given == "undisclosed") or (
                not mine
            ), number
    assert missing == {".": 1421, "undisclosed": 1254}
    sums = [
        float(str(row["tot_sub_activity_value"]))
        for row in rows
        if row["measure"] == "Allocation"
        and isinstance(row["tot_sub_activity_value"], int | float)
        and row["tot_sub_activity_value"]
        and row["value_source_activity_type"] == "Value is given by the source"
    ]
    exact = code("value-qualifier", "exact")
    amounts = {}
    for claim in stated:
        for subject, predicate, _ in claim.facts:
            if predicate == HBK.hasValue and (key(subject) or "").count("-") > 1:
                parts = {f[1]: f[2] for f in claim.facts if f[0] != subject}
                if parts[HBK.valueQualifier] == exact:
                    amounts[claim.iri] = float(parts[HBK.amount].value)
    assert len(amounts) == len(sums)
    assert sum(amounts.values()) == pytest.approx(sum(sums))


def test_each_web_address_of_a_row_is_a_source_of_its_claims_beside_the_tracker(
    real: Real, rows: Rows
) -> None:
    urls = {
        fact[2].value
        for each in real[1]
        if isinstance(each, Entry)
        for fact in each.facts
        if fact[1] == HBK.url
    }
    cells = {str(row[f"source_of_aid_{number}"]).strip() for row in rows for number in (1, 2, 3, 4)}
    plain = {cell for cell in cells if cell.startswith("http") and ":~:" not in cell}
    odd = {cell for cell in plain if len(cell.split()) > 1}
    assert {cell.rstrip(";,") for cell in plain - odd} <= urls
    assert kiel.PROVIDER.url in urls
    package = about([each for each in real[1] if isinstance(each, Claim)], "kiel-aum18-1")
    assert len(package[0].sources) == 3


def test_every_donor_and_contractor_of_the_workbook_is_a_party(real: Real, rows: Rows) -> None:
    named = [str(row["procurement_contractor"]) for row in rows if row["procurement_contractor"]]
    firms = {fact[0] for each in real[1] for fact in each.facts if "/id/firm/" in fact[0].value}
    assert len(named) == 53
    assert len(firms) == len({name for text in named for name in names(text)})
    funders = {
        (key(agent) or "")
        for each in real[1]
        for subject, predicate, agent in each.facts
        if predicate == HBK.agent and isinstance(agent, NamedNode) and "#funder-" in subject.value
    }
    assert len(funders) == len({str(row["donor"]).casefold() for row in rows})


def test_the_workbook_and_its_sheet_as_csv_say_the_same(
    real: Real, rows: Rows, tmp_path: Path
) -> None:
    path = tmp_path / "sheet.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(rows[0])
        writer.writerows(row.values() for row in rows)
    assert kiel.recognises(sample(path))
    assert {each.iri for each in read(path)[1]} == {each.iri for each in real[1]}


def test_no_other_source_s_file_is_taken_for_the_tracker() -> None:
    taken = [path for path in SAMPLES.rglob("*.*") if kiel.recognises(sample(path))]
    assert taken == [WORKBOOK]
