"""Tables as files: workbooks and CSV that are not what they seem end with one line."""

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from hauberk.graph.errors import FaultsError
from hauberk.loaders.opendata import grid
from hauberk.loaders.opendata.grid import grids, mentions

ROWS: list[list[str | float]] = [["label", "value"], ["A deal", 35_000_000], ["Another", 12.5]]


def cells(path: Path) -> list[list[str]]:
    with grids(path) as found:
        return [each for sheet in found for _, each, _ in sheet.rows()]


def refusal(path: Path) -> str:
    with pytest.raises(FaultsError) as refused:
        cells(path)
    [fault] = refused.value.faults
    return str(fault)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\0\0", "holds NUL characters"),
        ("é".encode("latin-1") * 9, "is not written in UTF-8"),
        (b"," * 5000, "has 5001 columns in a row"),
        (b"," * 5_000_000, "has a row of over 4 MB"),
        (b'"' + b"x" * 200_000, "is no CSV (field larger than field limit"),
        (b'"' + b"x\n" * 3_000_000, "is no CSV (field larger than field limit"),
    ],
)
def test_hostile_csv_ends_with_one_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "deals.csv"
    path.write_text("label,value\nA deal,5\n")
    with path.open("ab") as file:
        file.write(content)
    assert message in refusal(path)


def bomb(path: Path, part: str, size: int) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive, archive.open(part, "w") as file:
        for _ in range(size >> 20):
            file.write(b" " * (1 << 20))
    return path


def test_workbook_that_unpacks_to_too_much_is_refused_unopened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = bomb(tmp_path / "bomb.xlsx", "xl/worksheets/sheet1.xml", 80 << 20)
    assert "as bombs do" in refusal(path)
    monkeypatch.setattr(grid, "MAX_SHEET_BYTES", 10 << 20)
    assert "unpacks to 80 MB in xl/worksheets/sheet1.xml" in refusal(path)
    texts = bomb(tmp_path / "texts.xlsx", "xl/sharedStrings.xml", 70 << 20)
    assert "unpacks to 70 MB in xl/sharedStrings.xml" in refusal(texts)


def rewritten(source: Path, target: Path, part: str, change: bytes) -> Path:
    """Copy a workbook with one part of it replaced, or added as its shared texts."""
    listed = b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.'
    listed += b'openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
    with ZipFile(source) as old, ZipFile(target, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "[Content_Types].xml":
                content = content.replace(b"</Types>", listed)
            if name != part:
                new.writestr(name, content)
        new.writestr(part, change)
        if part != "xl/sharedStrings.xml":
            new.writestr("xl/sharedStrings.xml", b"<sst/>")
    return target


@pytest.fixture
def book(tmp_path: Path) -> Path:
    made = Workbook()
    for row in ROWS:
        made.active.append(row)  # type: ignore[union-attr]
    made.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">'
    b'<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&b;&x;</t></si></sst>'
)


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"])
def test_entities_in_a_workbook_are_refused(book: Path, tmp_path: Path, part: str) -> None:
    path = rewritten(book, tmp_path / "entities.xlsx", part, ENTITIES)
    assert "cannot be read as a workbook" in refusal(path)


def test_truncated_workbook_is_refused(book: Path, tmp_path: Path) -> None:
    path = tmp_path / "half.xlsx"
    path.write_bytes(book.read_bytes()[:3000])
    assert "cannot be read as a workbook" in refusal(path)
    assert not mentions(path, [b"label"])


def test_row_number_beyond_the_sheet_ends_the_reading(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grid, "MAX_ROWS", 5000)
    rows = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    )
    rows += b'<row r="9000000"><c r="A9000000"><v>1</v></c></row></sheetData></worksheet>'
    path = rewritten(book, tmp_path / "far.xlsx", "xl/worksheets/sheet1.xml", rows)
    assert "has over 5000 rows" in refusal(path)


def test_cells_are_text_whatever_they_were(book: Path) -> None:
    with grids(book) as found:
        [sheet] = found
        rows = list(sheet.rows())
    assert sheet.name == "Sheet"
    assert [cells for _, cells, _ in rows] == [
        ["label", "value"],
        ["A deal", "35000000"],
        ["Another", "12.5"],
    ]
    assert sum(advance for _, _, advance in rows) == book.stat().st_size
    assert mentions(book, [b"A deal", b"label"])


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_may_be_parted_as_spreadsheets_do(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "deals.csv"
    text = delimiter.join(["label", "value"]) + "\n\n" + delimiter.join(["Ä deal", "5"]) + "\n"
    path.write_text("\ufeff" + text, encoding="utf-8")
    with grids(path) as found:
        rows = [(number, cells) for number, cells, _ in found[0].rows()]
    assert rows == [(1, ["label", "value"]), (3, ["Ä deal", "5"])]
