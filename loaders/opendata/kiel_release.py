"""The day as of which a workbook of the Kiel tracker shows things, where it says so."""

import re
from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Final

from hauberk.loaders.opendata.grid import Grid

_WITHIN: Final = 60
"""Rows of the sheet on the workbook itself that are looked at."""
_ISO: Final = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_WRITTEN: Final = re.compile(r"\b(?:[A-Z][a-z]+ \d{1,2},? \d{4}|\d{1,2} [A-Z][a-z]+ \d{4})\b")


def release_day(sheets: Iterable[Grid]) -> str:
    """Return the one date in the rows that speak of the release, as YYYY-MM-DD, or nothing."""
    found: set[str] = set()
    for grid in sheets:
        if "readme" in grid.name.casefold().replace(" ", ""):
            for _, cells, _ in islice(grid.rows(), _WITHIN):
                words = " ".join(cells)
                if "release" in words.casefold():
                    found |= set(_ISO.findall(words)) | _days(words)
    return found.pop() if len(found) == 1 else ""


def _days(words: str) -> set[str]:
    found = set()
    for written in _WRITTEN.findall(words):
        for form in ("%B %d %Y", "%d %B %Y"):
            try:
                day = datetime.strptime(written.replace(",", ""), form)  # noqa: DTZ007
            except ValueError:
                continue
            found.add(day.date().isoformat())
    return found
