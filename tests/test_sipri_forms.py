"""Forms of SIPRI's register: told from other files, counted a second time, RTF like the table."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from hauberk.graph.store import Store
from hauberk.loaders.opendata import sipri, sipri_top100
from hauberk.loaders.opendata.provider import HEAD_BYTES, Sample
from hauberk.loaders.opendata.registry import recognise
from hauberk.tests.sipri import DATA, FORMS, agreements, ask, bring, reading, stated
from hauberk.tests.support import ROOT

SAMPLES = ROOT.parent / "shared" / "samples"
WEB = SAMPLES / "sipri-arms-transfers" / "trade-register_web-export_to-Ukraine_2000-2024.csv"
LEGACY = SAMPLES / "sipri-arms-transfers" / "trade-register_legacy-columns_europe_2012on.csv"

needs_samples = pytest.mark.skipif(
    not WEB.is_file(), reason="SIPRI's files are not beside this checkout"
)


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8-sig").splitlines(keepends=True)


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


# -- RTF, and tables written otherwise ---------------------------------------------------


def test_rtf_gives_the_same_deals_as_the_older_table(tmp_path: Path) -> None:
    found = reading(DATA / "register.rtf", tmp_path)
    rtf = agreements(DATA / "register.rtf", tmp_path)
    assert (found.records, found.rejects.count, len(rtf)) == (5, 2, 3)
    assert len(rtf & agreements(DATA / "legacy.csv", tmp_path)) == 1


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
