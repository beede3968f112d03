"""Rows of CSV files as text, one after the other, each bounded whatever was done to the file."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from hauberk.graph.errors import Fault, FaultsError

MAX_COLUMNS: Final = 1_000
MAX_FIELD: Final = 131_072
"""Characters of one cell of a CSV file; a workbook's can hold a quarter of that."""
MAX_ROW_BYTES: Final = 4_000_000

_DELIMITERS: Final = (",", ";", "\t")

Row = tuple[int, list[str], int]
"""The number of a row, its cells, and how many bytes further the reading is."""


def refused(path: Path, message: str, line: int = 0) -> FaultsError:
    """Return the error of a file that is not what it seems."""
    return FaultsError([Fault(path.name, line, "", "", message)])


def too_wide(path: Path, columns: int, number: int) -> FaultsError:
    """Return the error of a row with too many columns."""
    return refused(path, f"has {columns} columns in a row; {MAX_COLUMNS} are taken", number)


class _Lines:
    """The lines of a text file, each and all of a row bounded."""

    def __init__(self, path: Path, file: IO[str]) -> None:
        self.path = path
        self.file = file
        self.taken = 0
        """How much was read for the row at hand."""
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._line():
            self.number += 1
            self.taken += len(line)
            if "\0" in line:
                raise refused(self.path, "holds NUL characters; save it as text", self.number)
            if self.taken >= MAX_ROW_BYTES:
                message = f"has a row of over {MAX_ROW_BYTES // 1_000_000} MB; is a quote open?"
                raise refused(self.path, message, self.number)
            yield line

    def _line(self) -> str:
        try:
            return self.file.readline(MAX_ROW_BYTES)
        except UnicodeDecodeError as exc:
            message = "is not written in UTF-8; save it as “CSV UTF-8”"
            raise refused(self.path, message, self.number + 1) from exc


def csv_rows(path: Path) -> Iterator[Row]:
    """Yield the rows that are not blank; raises FaultsError where it is no such file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = _Lines(path, file)
        csv.field_size_limit(MAX_FIELD)
        rows = csv.reader(lines, delimiter=_delimiter(path))
        last = 0
        try:
            for cells in rows:
                if len(cells) > MAX_COLUMNS:
                    raise too_wide(path, len(cells), last + 1)
                stripped = [cell.strip() for cell in cells]
                if any(stripped):
                    yield last + 1, stripped, lines.taken
                last, lines.taken = rows.line_num, 0
        except csv.Error as exc:
            raise refused(path, f"is no CSV ({exc}); save it anew", lines.number) from exc


def _delimiter(path: Path) -> str:
    """Return what parts the cells of the first line that is no remark."""
    with path.open("rb") as file:
        head = file.read(65_536).decode("utf-8", "replace").splitlines()
    plain = (line for line in head if line.lstrip('\ufeff" ,;\t')[:1] not in {"", "#"})
    first = next(plain, head[0] if head else "")
    return max(_DELIMITERS, key=first.count)
