"""SIPRI Top 100: arms revenue by firm and year, parents of subsidiaries, notes and gaps."""

import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from pyoxigraph import QuerySolutions

from hauberk.graph.errors import FaultsError
from hauberk.graph.store import Store
from hauberk.loaders.opendata import decisions, sipri_top100
from hauberk.loaders.opendata.provider import HEAD_BYTES, Sample
from hauberk.loaders.opendata.reading import Reading
from hauberk.loaders.opendata.registry import recognise
from hauberk.loaders.opendata.sipri_ownership import parted
from hauberk.loaders.sync import Sync, batch, compare, load
from hauberk.ontology.names import slug
from hauberk.tests.support import ROOT

SAMPLE = ROOT.parent / "shared" / "samples" / "sipri-top100" / "SIPRI-Top-100-2002-2018_0.xlsx"

needs_sample = pytest.mark.skipif(
    not SAMPLE.is_file(), reason="SIPRI's workbook is not beside this checkout"
)

Cells = Sequence[object]
PREAMBLE: list[Cells] = [
    ["The SIPRI Top 100 arms-producing companies, invented for tests"],
    ["Figures for arms sales are in millions of US$. Dots (. .) indicate that data is missing."],
    ["Source: SIPRI Arms Industry Database, retrieved December 2019"],
]
FOOTNOTES: list[Cells] = [
    [],
    ["c", "Companies that hold others are left out."],
    ["f", "Trans-European refers to firms of several countries."],
    ["g", "The figure for this company is an estimate with a high degree of uncertainty."],
    ["h", "The figure for 2017 is that of another firm."],
]  # fmt: skip
OF_2018: list[Cells] = [
    ["Rank (2018) *Note (b)", "Rank (2017)", "Company (c) ", "Notes (2018)", "Country (d)",
     "Arms Sales (2018)", "Arms sales (2017)", "Total Sales (2018)",
     "Arms sales as a % of total sales (2018)",
     "Arms sales 2017 (constant 2018 prices) note (e)"],
    [1, 2, "Alder Corp.", None, "United States", 47260, 43880, 53762, 88, 44935.02886],
    [2, 3, "Birch", "f", "Trans-European", 3780, 3380, 3777, 100, 3620.7],
    ["S", "S", "Cedar UK (Birch Trans-European)", None, "United Kingdom", 500, ". .", 510, 98, "."],
    [3, "-", "Dogwood", "g", "Turkey", 210.5, 190, ". .", ". .", 200],
    [4, 9, "Elm Industries", "h", "United Kingdom", 130, 140, 1632, 8, 150],
    ["S", "S", "Fir Works (Gorse Holding Italy)", None, "Italy", 90, 80, 95, 95, 88],
    [5, 6, "Hazel (Alder Corp. USA)", None, "United States", 80, 70, 95, 95, 88],
    [6, 7, "Ivy", "z", "France", 70, 70, 95, 95, 88],
    [7, 8, "Juniper", None, "France", ". .", 60, 95, 95, 88],
    [8, 8, "Kale", None, "France", "many", 60, 95, 95, 88],
    [9, 9, "Larch (Acronym)", None, "France", 50, 50, 95, 95, 88],
    *FOOTNOTES,
]  # fmt: skip
OF_2017: list[Cells] = [
    ["Rank (2017) *Note (b)", "Rank (2016)", "Company (c) ", "Country ", "Arms Sales (2017)",
     "Arms Sales (2016)", "Total Sales (2017)"],
    [2, 2, "Alder Corp.", "United States", 43880, 40830, 53762],
    ["S", "S", "Hazel (Maple Sweden)", "United States", 70, 60, 95],
    ["S", "S", "Cedar UK (Birch Trans-European)", "United Kingdom", 480, ". . ", 510],
    *FOOTNOTES[:2],
]  # fmt: skip


def book(path: Path, **sheets: Sequence[Cells]) -> Path:
    """Write a workbook with the sheets given, under names of years with a blank behind some."""
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name.strip("_").replace("_", " "))
        for row in rows:
            sheet.append(list(row))
    made.save(path)
    return path


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return book(
        tmp_path / "top.xlsx",
        filter=OF_2018,
        _2018=[*PREAMBLE, *OF_2018],
        _2017_=[*PREAMBLE, *OF_2017],
    )


def reading(path: Path, tmp_path: Path) -> Reading:
    sync = Sync(batch([path], form="sipri-top100"))
    compare(sync, Store(tmp_path / "none"))
    return sync.readings[0]


def loaded(path: Path, tmp_path: Path) -> Store:
    store = Store(tmp_path / "store")
    load(store, batch([path], form="sipri-top100"))
    return store


def ask(store: Store, where: str, *names: str) -> list[tuple[str, ...]]:
    text = (
        "PREFIX hbk: <https://w3id.org/hauberk/ns#> PREFIX hbg: <https://w3id.org/hauberk/graph/>"
        " PREFIX firm: <https://w3id.org/hauberk/id/firm/sipri->"
        " PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"
        " PREFIX dcterms: <http://purl.org/dc/terms/>"
        f" SELECT DISTINCT {' '.join(names)} WHERE {{ GRAPH hbg:current {{ {where} }} }}"
    )
    with store.read() as snapshot:
        found = snapshot.ledger.store.query(text)
        assert isinstance(found, QuerySolutions)
        rows = [tuple("" if v is None else getattr(v, "value", str(v)) for v in s) for s in found]
    return sorted(tuple(v.removeprefix("https://w3id.org/hauberk/") for v in row) for row in rows)


def revenues(store: Store, firm: str) -> dict[str, str]:
    where = f"firm:{firm} hbk:hasArmsRevenue ?v . ?v hbk:scope ?y ; hbk:amount ?n"
    return dict(ask(store, where, "?y", "?n"))  # type: ignore[arg-type]


# -- Telling its files from others -------------------------------------------------------


def test_workbook_is_recognised_by_its_texts(made: Path) -> None:
    assert recognise(made) == "sipri-top100"


def test_other_workbooks_are_not(tmp_path: Path) -> None:
    other = book(tmp_path / "other.xlsx", _2018=[["Company (c)", "Sales"], ["Alder", 5]])
    head = other.read_bytes()[:HEAD_BYTES]
    assert not sipri_top100.recognises(Sample(other.name, head, other))
    assert not sipri_top100.recognises(Sample("x", b"SIPRI Top 100 Company ("))


# -- The real workbook, counted a second time --------------------------------------------


def figures() -> tuple[int, dict[tuple[str, str], set[int]]]:
    """Return how many rows the yearly sheets have, and each firm's figures by year."""
    rows, found = 0, dict[tuple[str, str], set[int]]()
    book = load_workbook(SAMPLE, read_only=True, data_only=True)
    for sheet in book:
        if not sheet.title.strip().isdigit():
            continue
        table = [row[:12] for row in sheet.iter_rows(values_only=True, max_col=12)]
        header = [str(cell or "").strip() for cell in table[3]]
        company = next(n for n, name in enumerate(header) if name.startswith("Company"))
        arms = {m[1]: n for n, name in enumerate(header)
                if (m := re.fullmatch(r"Arms [Ss]ales \((\d{4})\)", name))}  # fmt: skip
        for row in table[4:]:
            if not isinstance(row[arms[max(arms)]], int):
                continue
            rows += 1
            for year, place in arms.items():
                figure = row[place]
                if isinstance(figure, int):
                    name = re.sub(r" *\(.*\)$", "", str(row[company]).strip())
                    found.setdefault((firm(name), year), set()).add(figure)
    book.close()
    return rows, found


def firm(name: str) -> str:
    """Return who the workbook's name is, by the bundled decisions of people."""
    decided = {each.subject_id: each.object_id for each in decisions.bundled()}
    own = f"firm/sipri-{slug(name)}"
    return f"id/{decided.get(own, own)}"


@needs_sample
def test_every_figure_of_the_workbook_is_held_as_it_stands(tmp_path: Path) -> None:
    rows, expected = figures()
    assert reading(SAMPLE, tmp_path).records == rows == 1988
    store = loaded(SAMPLE, tmp_path)
    held = {
        (who, year): {int(Decimal(n)) // 10**6}
        for who, year, n in ask(
            store, "?f hbk:hasArmsRevenue ?v . ?v hbk:scope ?y ; hbk:amount ?n", "?f", "?y", "?n"
        )
    }
    # Footnotes h and i say that these two figures of the year before are other firms'.
    left_out = {(firm("Perspecta"), "2017"), (firm("Melrose Industries"), "2017")}
    assert held == {key: value for key, value in expected.items() if key not in left_out}
    assert reading(SAMPLE, tmp_path).rejects.count == 0


@needs_sample
def test_subsidiaries_of_the_workbook_have_their_parents(tmp_path: Path) -> None:
    store = loaded(SAMPLE, tmp_path)
    pairs = set(ask(store, "?firm hbk:parent ?parent", "?firm", "?parent"))
    assert {
        (firm("BAE Systems Inc"), firm("BAE Systems")),
        (firm("MBDA UK"), firm("MBDA")),
        (firm("Eurocopter Group"), firm("EADS")),
        (firm("FiatAvio"), firm("Fiat")),  # its rank is 0, a slip
    } <= pairs
    assert len({firm for firm, _ in pairs}) == len(pairs)


# -- What a row says ---------------------------------------------------------------------


def test_arms_revenue_is_in_dollars_by_year_of_both_columns(made: Path, tmp_path: Path) -> None:
    store = loaded(made, tmp_path)
    assert revenues(store, "alder-corp") == {
        "2016": "40830000000",
        "2017": "43880000000",
        "2018": "47260000000",
    }
    where = "firm:alder-corp hbk:hasArmsRevenue ?v . ?v hbk:currency ?c"
    assert ask(store, where, "?c") == [("USD",)]


def test_missing_figures_stay_missing(made: Path, tmp_path: Path) -> None:
    assert revenues(loaded(made, tmp_path), "cedar-uk") == {
        "2017": "480000000",
        "2018": "500000000",
    }


def test_note_of_uncertainty_makes_an_estimate_of_that_year_alone(
    made: Path, tmp_path: Path
) -> None:
    store = loaded(made, tmp_path)
    where = "?claim a hbk:Claim ; hbk:about firm:dogwood OPTIONAL { ?claim hbk:credibility ?grade }"
    grades = [grade for _, grade in ask(store, where, "?claim", "?grade")]
    assert sorted(grades) == ["", "code/credibility/3"]
    where = "firm:dogwood hbk:hasArmsRevenue ?v . ?v hbk:scope ?y ; hbk:valueQualifier ?q"
    assert ask(store, where, "?y", "?q") == [
        ("2017", "code/value-qualifier/exact"),
        ("2018", "code/value-qualifier/approx"),
    ]
    assert revenues(store, "dogwood")["2018"] == "210500000"


def test_footnote_on_a_firm_leaves_the_year_before_out_and_is_noted(
    made: Path, tmp_path: Path
) -> None:
    store = loaded(made, tmp_path)
    assert revenues(store, "elm-industries") == {"2018": "130000000"}
    notes = ask(store, "?claim hbk:about firm:elm-industries ; skos:note ?note", "?note")
    assert notes == [("Footnote h of the table of 2018 speaks of the firm.",)]


def test_firm_of_several_countries_has_no_state(made: Path, tmp_path: Path) -> None:
    store = loaded(made, tmp_path)
    assert ask(store, "firm:birch hbk:state ?state", "?state") == []
    assert ask(store, "firm:dogwood hbk:state ?state", "?state") == [("id/state/TR",)]


def test_parent_is_that_of_the_latest_table_with_the_years_noted(
    made: Path, tmp_path: Path
) -> None:
    store = loaded(made, tmp_path)
    assert ask(store, "?firm hbk:parent ?parent", "?firm", "?parent") == [
        ("id/firm/sipri-cedar-uk", "id/firm/sipri-birch"),
        ("id/firm/sipri-fir-works", "id/firm/sipri-gorse-holding"),
        ("id/firm/sipri-hazel", "id/firm/sipri-alder-corp"),
    ]
    where = "?claim hbk:about firm:cedar-uk ; skos:note ?note"
    assert ask(store, where, "?note") == [("As listed in the tables of 2017, 2018.",)]
    assert ask(store, "firm:gorse-holding hbk:state ?s", "?s") == [("id/state/IT",)]


def test_brackets_that_name_no_firm_of_the_table_are_no_parent(made: Path, tmp_path: Path) -> None:
    assert ask(loaded(made, tmp_path), "firm:larch hbk:parent ?p", "?p") == []


@pytest.mark.parametrize(
    ("bracket", "parent"),
    [
        ("Finmeccanica Italy", ("Finmeccanica", "Italy")),
        ("United Technologies Corp. USA", ("United Technologies Corp.", "USA")),
        ("BAE Systems UK", ("BAE Systems", "UK")),
        ("Doosan South Korea", ("Doosan", "South Korea")),
        ("Airbus Group WEU", ("Airbus Group", "")),
        ("Dassault Aviation Groupe", ("Dassault Aviation Groupe", "")),
        ("Italy", ("Italy", "")),
    ],
)
def test_country_behind_a_parent_is_parted_from_its_name(
    bracket: str, parent: tuple[str, str]
) -> None:
    assert parted(bracket) == parent


def test_month_of_retrieval_is_when_it_was_said(made: Path, tmp_path: Path) -> None:
    days = ask(loaded(made, tmp_path), "?claim a hbk:Claim ; dcterms:issued ?day", "?day")
    assert days == [("2019-12",)]


def test_newer_editions_speak_of_revenues(tmp_path: Path) -> None:
    path = book(
        tmp_path / "new.xlsx",
        _2023=[
            ["The SIPRI Top 100 arms-producing companies, 2023: invented"],
            ["Figures are in US$ million."],
            ["Rank (2023)", "Rank (2022)", "Company (a)", "Country (b)", "Arms revenues (2023)",
             "Arms Revenues, 2022 (US$ m.)", "Arms revenues (2022) (constant 2023 US$)"],
            [1, 1, "Alder (g)", "France", 500, 450, 470],
            [],
            ["(g)", "The figure is an estimate with a high degree of uncertainty."],
        ],
    )  # fmt: skip
    store = loaded(path, tmp_path)
    assert revenues(store, "alder") == {"2022": "450000000", "2023": "500000000"}


# -- What cannot be read -----------------------------------------------------------------


def test_rejects_name_row_field_value_and_reason(made: Path, tmp_path: Path) -> None:
    found = reading(made, tmp_path)
    assert [(r.line, r.field, r.value) for r in found.rejects.kept] == [
        (12, "2018 Notes", "z"),
        (13, "2018 Arms", ""),
        (14, "2018 Arms (2018)", "many"),
    ]
    assert found.records == 14


def test_same_workbook_again_changes_nothing(made: Path, tmp_path: Path) -> None:
    store = loaded(made, tmp_path)
    again = load(store, batch([made], form="sipri-top100"))
    assert (again.added, again.withdrawn) == (0, 0)


def test_changed_workbook_changes_by_the_difference(made: Path, tmp_path: Path) -> None:
    store = loaded(made, tmp_path)
    changed = [[47261 if cell == 47260 else cell for cell in row] for row in OF_2018]
    book(made, _2018=[*PREAMBLE, *changed], _2017=[*PREAMBLE, *OF_2017])
    tally = load(store, batch([made], form="sipri-top100"))
    assert (tally.added, tally.withdrawn) == (1, 1)
    assert revenues(store, "alder-corp")["2018"] == "47261000000"


def test_later_edition_corrects_an_earlier_one(made: Path, tmp_path: Path) -> None:
    store = loaded(made, tmp_path)
    later = [[str(cell).replace("2019", "2020") for cell in row] for row in PREAMBLE]
    changed = [[43900 if cell == 43880 else cell for cell in row] for row in OF_2018]
    newer = book(tmp_path / "newer.xlsx", _2018=[*later, *changed])
    load(store, batch([newer], form="sipri-top100"))
    assert revenues(store, "alder-corp")["2017"] == "43900000000"


# -- Hostile files -----------------------------------------------------------------------


def zipped(path: Path, parts: dict[str, bytes]) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"xl/sharedStrings.xml": b"SIPRI Top 100 Company ("}, "cannot be read as a workbook"),
        ({"xl/sharedStrings.xml": b" " * (65 << 20)}, "unpacks to 65 MB"),
    ],
)
def test_hostile_workbook_is_refused_in_one_line(
    parts: dict[str, bytes], message: str, tmp_path: Path
) -> None:
    refusal(zipped(tmp_path / "bomb.xlsx", parts), message, tmp_path)


def test_truncated_workbook_is_refused(made: Path, tmp_path: Path) -> None:
    made.write_bytes(made.read_bytes()[:3000])
    refusal(made, "cannot be read as a workbook", tmp_path)


@pytest.mark.parametrize(
    ("sheets", "message"),
    [
        ({"filter": OF_2018}, "has no sheet named after a year"),
        ({"_2018": PREAMBLE}, "has no header row"),
        ({"_2018": OF_2018}, "does not say that its figures are millions"),
        ({"_2018": [*PREAMBLE, OF_2018[0], *[OF_2018[1]] * 6000]}, "has over 5000 rows"),
    ],
)
def test_workbook_that_is_no_ranking_is_refused(
    sheets: dict[str, list[Cells]], message: str, tmp_path: Path
) -> None:
    refusal(book(tmp_path / "other.xlsx", **sheets), message, tmp_path)


def refusal(path: Path, message: str, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    with pytest.raises(FaultsError) as refused:
        load(store, batch([path], form="sipri-top100"))
    assert len(refused.value.faults) == 1
    assert message in str(refused.value.faults[0])
    assert store.is_empty
