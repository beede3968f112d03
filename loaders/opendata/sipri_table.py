"""SIPRI's register as a table: its header row, its columns, its cells."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from pyoxigraph import Literal

from hauberk.graph.terms import partial_date
from hauberk.loaders.opendata.run import Run
from hauberk.loaders.opendata.sipri_text import Broken, Text, refuse

_DELIMITERS: Final = ",;\t"
_PREAMBLE: Final = 200
"""Lines among which the header row is looked for."""
WEB_KEY: Final = "sipri at database id"
_LEGACY: Final = "weapon designation"
_SAME: Final = {
    "order year": "order date",
    "order year is estimate": "order date is estimate",
    "year(s) of deliveries": "year(s) of delivery",
    "year of order/licence": "year of order",
    "no. ordered": "number ordered",
    "no. delivered": "number delivered",
    "no. delivered/produced": "number delivered",
}
"""Other names of columns, and the usual ones."""
_WEB_NEEDS: Final = {
    WEB_KEY, "supplier", "recipient", "designation", "description", "order date",
    "numbers delivered", "delivery year", "status",
}  # fmt: skip
_LEGACY_NEEDS: Final = {
    "recipient", "supplier", "year of order", "number ordered", _LEGACY, "weapon description",
    "number delivered", "year(s) of delivery", "status", "comments",
}  # fmt: skip
_GENERATED: Final = re.compile(
    r"(?:Data|Information) generated:\s*(\d{1,2}) ([A-Z][a-z]{2,8}) (\d{4})", re.ASCII
)
_YEAR: Final = re.compile(r"(?:19|20)\d\d", re.ASCII)
_NUMBER: Final = re.compile(r"\d{1,9}(?:\.\d{1,3})?", re.ASCII)
_FLAGS: Final = {"yes": True, "no": False, "": False}


def header_in(text: str) -> tuple[int, str, list[str]] | None:
    """Return the line, delimiter and columns of a header row of the register, or None."""
    for number_of_line, line in enumerate(text.split("\n", _PREAMBLE)[:_PREAMBLE], 1):
        for delimiter in _DELIMITERS:
            if delimiter in line:
                try:
                    columns = _columns(next(csv.reader([line], delimiter=delimiter), []))
                except csv.Error:
                    continue
                if set(columns) >= _WEB_NEEDS or set(columns) >= _LEGACY_NEEDS:
                    return number_of_line, delimiter, columns
    return None


def _columns(row: Sequence[str]) -> list[str]:
    """Return the usual names of the columns; one without a name marks the one to its left."""
    columns: list[str] = []
    for cell in row:
        name = cell.strip().casefold()
        columns.append(_SAME.get(name, name) if name or not columns else f"{columns[-1]}?")
    return columns


def generated(text: str) -> Literal | None:
    """Return the day on which SIPRI made a file, where the text tells it."""
    if not (match := _GENERATED.search(text)):
        return None
    for form in ("%d %b %Y", "%d %B %Y"):
        try:
            day = datetime.strptime(" ".join(match.groups()), form)  # noqa: DTZ007 - a day
        except ValueError:
            continue
        return partial_date(day.date().isoformat())
    return None


# -- Cells -------------------------------------------------------------------------------


def year(name: str, given: str) -> str:
    """Return a year, or nothing for an empty cell; raises Broken for anything else."""
    if given and not _YEAR.fullmatch(given):
        raise Broken(name, given, "is no year")
    return given


def number(name: str, given: str) -> str:
    """Return a number, or nothing for an empty cell; raises Broken for anything else."""
    if given and not _NUMBER.fullmatch(given):
        raise Broken(name, given, "is no number")
    return given


def mark(name: str, given: str) -> bool:
    """Tell a question mark from an empty cell; raises Broken for anything else."""
    if given not in {"", "?"}:
        raise Broken(f"{name}?", given, "is neither empty nor a question mark")
    return given == "?"


def yes(name: str, given: str) -> bool:
    """Tell Yes from No or an empty cell; raises Broken for anything else."""
    flag = _FLAGS.get(given.casefold())
    if flag is None:
        raise Broken(name, given, "is neither Yes nor No")
    return flag


# -- Rows --------------------------------------------------------------------------------


class Table:
    """A register: the day it was made, and the rows behind its header row, by column."""

    def __init__(self, run: Run) -> None:
        self.text = Text(run.path)
        with run.path.open("rb") as file:
            head = b"".join(islice(iter(lambda: file.readline(4096), b""), _PREAMBLE))
        found = header_in(head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace"))
        if found is None:
            refuse(run.path, 0, "has no header row of SIPRI's register; give it as SIPRI made it")
        self._header, self._delimiter, self.columns = found
        lines = head.splitlines(keepends=True)[: self._header]
        self.said = generated(b"".join(lines).decode("utf-8", "replace"))

    @property
    def is_web(self) -> bool:
        """Tell the new web export from the older table."""
        return WEB_KEY in self.columns

    def rows(self) -> Iterator[tuple[int, Mapping[str, str] | Broken]]:
        """Yield each record with its line: by column, or as what is wrong with it."""
        for line, row in self.text.rows(self._delimiter, self._header):
            if isinstance(row, Broken):
                yield line, row
            elif any(cell.strip() for cell in row):
                yield line, self._record(row)

    def _record(self, row: Sequence[str]) -> Mapping[str, str] | Broken:
        if len(row) != len(self.columns):
            told = f"has {len(row)} cells where the header row has {len(self.columns)}"
            return Broken("", self._delimiter.join(row), told)
        return {name: cell.strip() for name, cell in zip(self.columns, row, strict=True)}
