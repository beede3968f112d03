"""Cells of the Kiel tracker's main sheet: numbers, dates, ids, addresses, lists of names."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

from pyoxigraph import Literal

from hauberk.graph.terms import decimal, partial_date
from hauberk.loaders.opendata.kiel_words import LEGAL_FORMS, MISSING, UNDISCLOSED
from hauberk.ontology.names import digest, slug

_LOOKALIKES: Final = str.maketrans("АВСЕНКМОРТХІ", "ABCEHKMOPTXI")  # noqa: RUF001
"""Cyrillic capitals that some ids of the sheet have for the Latin ones they look like."""
_ID: Final = re.compile(r"[A-Z]{2,4}\d+(?:_\d+)?[a-z]?\Z")
_LONG: Final = re.compile(r"\d{1,20}\.\d{13,}\Z", re.ASCII)
_DAY: Final = r"(\d{1,2}/\d{1,2}/\d{4}|\d{4}-\d\d-\d\d)"
_RANGE: Final = re.compile(
    rf"(?:from|between)\s+{_DAY}\s+(?:until|to|and)\s+{_DAY}\Z", re.IGNORECASE
)
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"{}|\\^`]+\Z")
_QUOTED_TEXT: Final = re.compile(r"\s*(?:-\s+)?#?:~:.*\Z", re.DOTALL)
"""The end of an address that quotes the words of the page; the page is the same without it."""


class UnreadableCellError(ValueError):
    """A cell does not hold what its column is for; the message says what is taken."""

    def __init__(self, column: str, value: str, message: str) -> None:
        self.column = column
        self.value = value
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the sheet, by the names of its columns."""

    number: int
    cells: Mapping[str, str]

    def given(self, column: str) -> str:
        """Return what a cell holds; nothing where it is marked as missing."""
        found = self.cells.get(column, "").strip()
        return "" if found.casefold() in MISSING else found

    def is_undisclosed(self, column: str) -> bool:
        """Tell a known unknown: there is something, and the sheet says it is not public."""
        return self.given(column).casefold() in UNDISCLOSED

    def words(self, column: str) -> str:
        """Return what a cell says, where that is neither missing nor a known unknown."""
        return "" if self.is_undisclosed(column) else " ".join(self.given(column).split())

    def number_in(self, column: str) -> Literal | None:
        """Return the number in a cell; raises UnreadableCellError where it is something else."""
        found = self.words(column)
        if not found or found == "No price":
            return None
        try:
            number = decimal(_without_noise(found))
        except ValueError:
            raise UnreadableCellError(column, found, "is no plain number") from None
        if number.value.startswith("-"):
            raise UnreadableCellError(column, found, "is below zero; amounts are not")
        return number

    def is_marked(self, column: str) -> bool:
        """Tell whether a cell of zeros and ones says yes."""
        return self.given(column) in {"1", "1.0"}


def _without_noise(written: str) -> str:
    """Return a number without the digits beyond the twelfth that binary fractions end in."""
    return str(round(Decimal(written), 12)) if _LONG.match(written) else written


def id_name(given: str) -> str:
    """Return what stands for an id of the sheet in a dossier's id.

    Two ids of the sheet begin with a Cyrillic letter, and one of them looks like another id:
    such an id is told apart by a few digits of its hash.

    >>> id_name("CZM41_1")
    'kiel-czm41-1'
    """
    latin = given.translate(_LOOKALIKES)
    if not _ID.match(latin):
        raise ValueError("is no id of the tracker, such as DEM1_2")
    name = f"kiel-{slug(latin)}"
    return name if latin == given else f"{name}-{digest(given)[:6]}"


def day(given: str) -> Literal | None:
    """Return the one day that a cell writes; days with slashes are written month first."""
    for form in ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%m/%d/%Y", "%d.%m.%Y"):
        try:
            found = datetime.strptime(given, form)  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        try:
            return partial_date(found.date().isoformat())
        except ValueError:
            return None
    return None


def span(given: str) -> Literal | None:
    """Return the month or year that both days of a range lie in.

    >>> span("between 1/1/2023 and 1/31/2023").value
    '2023-01'
    """
    match = _RANGE.match(given)
    first, last = (day(match[1]), day(match[2])) if match else (None, None)
    if first is None or last is None:
        return None
    for length in (7, 4):
        if first.value[:length] == last.value[:length]:
            return partial_date(first.value[:length])
    return None


def addresses(given: str) -> list[str] | None:
    """Return the web addresses in a cell, or None where it cites something else."""
    found = []
    for word in _QUOTED_TEXT.sub("", given).split():
        address = word.strip(".;,\u00a0") if word.startswith((".", ";")) else word.rstrip(";,")
        if _ADDRESS.match(address):
            found.append(address)
        elif address:
            return None
    return found


def names(given: str) -> Iterator[str]:
    """Yield the names in a list that is parted by `;`, or by `,` and a last “and”.

    >>> list(names("Foo, Bar and Baz & Son")), list(names("Foo Works, Inc."))
    (['Foo', 'Bar', 'Baz & Son'], ['Foo Works, Inc.'])
    """
    if ";" in given:
        found = given.split(";")
    elif "," in given:
        found = []
        for piece in given.split(","):
            if found and LEGAL_FORMS.match(piece.strip()):
                found[-1] += f",{piece}"
            else:
                found.append(piece)
        if len(found) > 1:
            found[-1:] = re.split(r"\band\s+", found[-1], maxsplit=1)
    else:
        found = [given]
    yield from dict.fromkeys(filter(None, (" ".join(name.split()) for name in found)))


def publisher(address: str) -> str:
    """Return the site of a page; of one kept by the Internet Archive, the site it was kept of."""
    kept = address.rpartition("/http")[2] if "web.archive.org/" in address else ""
    if kept:
        address = f"https://{kept.lstrip('s').lstrip(':').lstrip('/')}"
    try:
        host = urlsplit(address).hostname
    except ValueError:
        host = None
    return (host or address[:80]).removeprefix("www.")
