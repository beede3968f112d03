"""Rows of CSV files and workbooks as text, one after the other, whatever was done to the file."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812 - it is one, and named like a function

from hauberk.graph.errors import FaultsError
from hauberk.loaders.opendata.grid_csv import MAX_COLUMNS, Row, csv_rows, refused, too_wide

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

MAX_ROWS: Final = 1_048_576
"""Rows that a sheet of a workbook can have."""
MAX_SHEET_BYTES: Final = 512 << 20
"""How large a sheet may be once unpacked; it is read as a stream."""
MAX_PART_BYTES: Final = 64 << 20
"""How large any other part of a workbook may be: its texts and styles are held in memory."""
MAX_PARTS: Final = 10_000
MAX_RATIO: Final = 200
"""How many times its size a workbook may unpack to, once that is no longer small."""

_CHUNK: Final = 256
_BROKEN: Final = (
    BadZipFile, ZlibError, KeyError, ValueError, SyntaxError, OSError, IndexError, TypeError,
    AttributeError, EOFError, NotImplementedError, RuntimeError,
)  # fmt: skip
"""What the workbook's reader raises for a file that only looks like one."""


class Grid:
    """One sheet of a workbook, or a CSV file, which is one sheet without a name."""

    def __init__(self, path: Path, sheet: "ReadOnlyWorksheet | None" = None) -> None:
        self.path = path
        self.sheet = sheet

    @property
    def name(self) -> str:
        """The sheet's name; nothing for a CSV file."""
        return str(self.sheet.title) if self.sheet is not None else ""

    def rows(self) -> Iterator[Row]:
        """Yield the rows that are not blank; raises FaultsError where it is no such file."""
        yield from (
            csv_rows(self.path) if self.sheet is None else _sheet_rows(self.path, self.sheet)
        )


@contextmanager
def grids(path: Path) -> Iterator[list[Grid]]:
    """Yield the sheets of a file; raises FaultsError for a workbook too large to open."""
    with path.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            yield [Grid(path)]
            return
        book = _opened(path, file)
        try:
            yield [Grid(path, sheet) for sheet in book.worksheets if hasattr(sheet, "iter_rows")]
        finally:
            book.close()


def mentions(path: Path, words: Sequence[bytes]) -> bool:
    """Tell whether a workbook's texts hold all of *words*; a file that is none holds nothing."""
    wanted = set(words)
    try:
        with ZipFile(path) as archive:
            for part in archive.infolist()[:MAX_PARTS]:
                texts = part.filename == "xl/sharedStrings.xml"
                if texts or part.filename.startswith("xl/worksheets/sheet"):
                    with archive.open(part) as file:
                        wanted -= _found(file, wanted, MAX_PART_BYTES if texts else _CHUNK << 12)
    except _BROKEN:
        return False
    return not wanted


def _found(file: IO[bytes], words: set[bytes], most: int) -> set[bytes]:
    found: set[bytes] = set()
    tail = b""
    for _ in range(0, most, 1 << 20):
        block = file.read(1 << 20)
        found |= {word for word in words if word in tail + block}
        if not block or found == words:
            break
        tail = block[-200:]
    return found


# -- Workbooks -------------------------------------------------------------------------


def _check_sizes(path: Path) -> None:
    """Raise FaultsError for a workbook that unpacks to too much.

    The declared sizes are the actual ones: Python's zipfile never unpacks more than declared.
    """
    try:
        with ZipFile(path) as archive:
            parts = archive.infolist()
    except _BROKEN as exc:
        raise _no_workbook(path, exc) from exc
    if len(parts) > MAX_PARTS:
        raise refused(path, f"has {len(parts)} parts inside; save it anew from a spreadsheet")
    for part in parts:
        is_sheet = part.filename.startswith("xl/worksheets/sheet")
        if part.file_size > (MAX_SHEET_BYTES if is_sheet else MAX_PART_BYTES):
            size = part.file_size >> 20
            raise refused(path, f"unpacks to {size} MB in {part.filename[:80]}; save it as CSV")
    whole = sum(part.file_size for part in parts)
    if whole > MAX_PART_BYTES and whole > MAX_RATIO * path.stat().st_size:
        raise refused(path, f"unpacks to {whole >> 20} MB, as bombs do; save it as CSV")


def _no_workbook(path: Path, exc: Exception) -> FaultsError:
    why = " ".join(str(exc).split())[:120] or type(exc).__name__
    return refused(path, f"cannot be read as a workbook ({why}); save it anew as .xlsx or CSV")


def _opened(path: Path, file: IO[bytes]) -> "Workbook":
    from openpyxl import load_workbook

    _check_sizes(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except _BROKEN as exc:
        raise _no_workbook(path, exc) from exc


def _sheet_rows(path: Path, sheet: Any) -> Iterator[Row]:  # noqa: ANN401 - its stubs are off
    rows = sheet.iter_rows(values_only=True)
    whole = path.stat().st_size
    expected = min(max(sheet.max_row or 1, 1), MAX_ROWS)
    number = told = 0
    while chunk := _next(path, rows):
        for values in chunk:
            number += 1
            if number > MAX_ROWS:
                raise refused(path, f"sheet {sheet.title} has over {MAX_ROWS} rows; split it")
            cells = [text(value) for value in values]
            while cells and not cells[-1]:
                del cells[-1]
            if len(cells) > MAX_COLUMNS:
                raise too_wide(path, len(cells), number)
            if cells:
                reached = whole * min(number, expected) // expected
                yield number, cells, reached - told
                told = reached


def _next(path: Path, rows: Iterator[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return list(islice(rows, _CHUNK))
    except _BROKEN as exc:
        raise _no_workbook(path, exc) from exc


def text(value: object) -> str:
    """Return what a cell of a workbook holds as text: dates as YYYY-MM-DD, numbers in digits.

    >>> text(2.5e7), text(datetime(2024, 6, 27)), text(None)
    ('25000000', '2024-06-27', '')
    """
    match value:
        case None:
            written = ""
        case bool():
            written = "yes" if value else "no"
        case float():
            written = format(Decimal(repr(value)), "f")
            written = written.rstrip("0").rstrip(".") if "." in written else written
        case datetime():
            written = value.isoformat(" ", "seconds").removesuffix(" 00:00:00")
        case date():
            written = value.isoformat()
        case _:
            written = str(value).strip()
    return written


__all__ = ["MAX_PART_BYTES", "Grid", "Row", "grids", "mentions", "refused", "text"]
