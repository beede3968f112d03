"""One year's table of SIPRI's Top 100: its columns, rows and footnotes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from hauberk.loaders.opendata.grid import Grid, Row
from hauberk.loaders.opendata.sipri_text import Broken, refuse

_HEADER_WITHIN: Final = 20
_MOST: Final = 5_000
"""Rows of a table of a hundred firms and their subsidiaries; with more it is something else."""
_SHEET: Final = re.compile(r"\s*(?:19|20)\d\d\s*", re.ASCII)
_ARMS: Final = re.compile(
    r"arms (?:sales|revenues?),? \(?(\d{4})\)?(?: \((?:current )?US\$[^)]*\))?"
    r"(?: note)?(?: \(\w\))?",
    re.IGNORECASE | re.ASCII,
)
"""A column of figures in dollars of their year; those in constant prices say so."""
_MISSING: Final = {"", "..", "-", "\u2013", "\u2014", "n.a.", "n/a"}
_RANK: Final = re.compile(r"\d{1,4}|S|-|\u2013|\u2014", re.ASCII)
_FOOTNOTE: Final = re.compile(r"\(?([a-z])\)?", re.ASCII)
_NAME: Final = re.compile(r"(?P<name>.*?)\s*(?:\((?P<bracket>[^()]*)\))?\s*", re.DOTALL)
_RETRIEVED: Final = re.compile(r"\b([A-Z][a-z]{2,8})\.? (20\d\d)\b", re.ASCII)
_UNCERTAIN: Final = re.compile(r"\bestimate\b.*\buncertain", re.IGNORECASE | re.DOTALL)
_TRANS_EUROPEAN: Final = re.compile(r"Trans-European refers", re.IGNORECASE)
_MILLIONS: Final = re.compile(r"\bmillions?\b|\bm\b", re.IGNORECASE)
_DOLLARS: Final = re.compile(r"US\$|US dollars", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Figure:
    """What a firm earned with arms in a year, in millions of US dollars."""

    year: str
    millions: Decimal
    estimated: bool
    note: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A firm as one row lists it."""

    row: int
    year: str
    name: str
    bracket: str
    """What stands in brackets behind the name, a parent as a rule."""
    is_subsidiary: bool
    country: str
    figures: tuple[Figure, ...]


def is_year(sheet: str) -> bool:
    """Tell the sheet of a year by its name, which may have blanks around it."""
    return bool(_SHEET.fullmatch(sheet))


def retrieved(preamble: str) -> str:
    """Return the month in which SIPRI drew the table up, as YYYY-MM; nothing where it is not told.

    >>> retrieved("Source: SIPRI Arms Industry Database, retrieved December 2019")
    '2019-12'
    """
    for month, year in _RETRIEVED.findall(preamble):
        for form in ("%B %Y", "%b %Y"):
            try:
                return datetime.strptime(f"{month} {year}", form).strftime("%Y-%m")  # noqa: DTZ007
            except ValueError:
                continue
    return ""


class Ranking:
    """A sheet that is read whole: a table of a hundred firms with its footnotes beneath."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.records: list[Row] = []
        self.preamble = ""
        self.year = ""
        self.names: set[str] = set()
        """The names of the firms listed, for telling a parent from another addition."""
        self._arms: dict[str, int] = {}
        self._company = self._country = self._notes = -1
        self._footnotes: dict[str, str] = {}

    def read(self, path: Path) -> None:
        """Read the sheet; raises FaultsError where it is no table of the Top 100."""
        for number, cells, taken in self.grid.rows():
            if self.year:
                self._take(number, cells, taken)
            elif number > _HEADER_WITHIN:
                break
            else:
                self._begin(cells)
            if len(self.records) > _MOST:
                refuse(path, number, f"sheet {self.grid.name} has over {_MOST} rows; is this"
                       " the Top 100?")  # fmt: skip
        if not self.year:
            refuse(path, 0, f"sheet {self.grid.name} has no header row with Company and Arms"
                   " Sales (year); give the workbook as SIPRI made it")  # fmt: skip
        if not (_MILLIONS.search(self.preamble) and _DOLLARS.search(self.preamble)):
            refuse(path, 0, f"sheet {self.grid.name} does not say that its figures are millions"
                   " of US dollars; give the workbook as SIPRI made it")  # fmt: skip

    def _take(self, number: int, cells: list[str], taken: int) -> None:
        """Take a row behind the header: a firm, a footnote, or a line of neither."""
        letter = _FOOTNOTE.fullmatch(cells[0])
        if letter and len(cells) > 1:
            self._footnotes[letter[1]] = " ".join(cells[1:])[:2000]
        elif _RANK.fullmatch(cells[0]) or len(cells) > self._company + 1:
            self.records.append((number, cells, taken))
            if len(cells) > self._company:
                self.names.add(_parted(cells[self._company])[0].casefold())

    def _begin(self, cells: Sequence[str]) -> None:
        """Take a row before the table, or its header: constant prices are left aside."""
        self.preamble += "\n" + " ".join(cells)[:1000]
        names = [" ".join(cell.split()).casefold() for cell in cells]
        arms = {match[1]: place for place, name in enumerate(names)
                if (match := _ARMS.fullmatch(name))}  # fmt: skip
        company = [place for place, name in enumerate(names) if name.startswith("company")]
        if not arms or not company:
            return
        self._arms, self._company, self.year = arms, company[0], max(arms)
        self._country = _place(names, "country")
        self._notes = _place(names, "notes")

    def listed(self, row: int, cells: Sequence[str]) -> Listed:
        """Return what a row lists; raises Broken where it lists nothing."""
        cell = dict(enumerate(cells))
        name, bracket = _parted(cell.get(self._company, ""))
        if not name:
            raise Broken("Company", "", "is empty")
        letters = set(re.findall(r"[a-z]", cell.get(self._notes, "")))
        if _FOOTNOTE.fullmatch(bracket):
            letters.add(bracket)
            name, bracket = _parted(name)
        unknown = sorted(letters - self._footnotes.keys())
        if unknown:
            raise Broken("Notes", ", ".join(unknown), "is no footnote of the table")
        figures = tuple(self._figures(cell, letters))
        if not any(figure.year == self.year for figure in figures):
            raise Broken("Arms", "", "is missing: the table has no figure for its own year")
        return Listed(row, self.year, name, bracket, cell.get(0, "").strip() == "S",
                      cell.get(self._country, "").strip(), figures)  # fmt: skip

    def _figures(self, cell: dict[int, str], letters: set[str]) -> list[Figure]:
        """Return the figures of a row.

        The figure of the year before is left out where a footnote says more than that this
        year's is uncertain: it may be another firm's.
        """
        estimated = any(_UNCERTAIN.search(self._footnotes[each]) for each in letters)
        particular = sorted(
            each
            for each in letters
            if not _UNCERTAIN.search(self._footnotes[each])
            and not _TRANS_EUROPEAN.search(self._footnotes[each])
        )
        note = f"Footnote {', '.join(particular)} of the table of {self.year} speaks of the firm."
        found = []
        for year, place in self._arms.items():
            given = cell.get(place, "").strip().replace(" ", "")
            own = year == self.year
            if given in _MISSING or (particular and not own):
                continue
            if not re.fullmatch(r"\d{1,9}(?:\.\d{1,6})?", given, re.ASCII):
                raise Broken(f"Arms ({year})", given, "is no number of millions")
            found.append(Figure(year, Decimal(given), own and estimated,
                                note if particular else ""))  # fmt: skip
        return found


def _place(names: Sequence[str], begin: str) -> int:
    return next((place for place, name in enumerate(names) if name.startswith(begin)), -1)


def _parted(given: str) -> tuple[str, str]:
    """Return a name and what stands in brackets behind it.

    >>> _parted("MTU Friedrichshafen (DaimlerChrysler Germany)")
    ('MTU Friedrichshafen', 'DaimlerChrysler Germany')
    """
    match = _NAME.fullmatch(" ".join(given.split()))
    return (match["name"], match["bracket"] or "") if match else (given.strip(), "")
