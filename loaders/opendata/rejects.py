"""What of a file could not be read: each record with its line, field, value and reason."""

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hauberk.graph.errors import HauberkError
from hauberk.graph.spool import Pile

_MOST_VALUE: Final = 200
_MOST_REASONS: Final = 1_000
OTHER: Final = "for other reasons"
"""What rejects are counted under beyond so many reasons: some name the line they clash with."""


@dataclass(frozen=True, slots=True)
class Reject:
    """One record, or one field of it, that was left out, and why."""

    line: int
    """The line, or the row of a sheet, or the number of the record in the file, from 1."""
    field: str
    value: str
    reason: str


@dataclass(slots=True)
class Rejects:
    """The rejects of one file; those that memory need not hold lie on disk."""

    kept: Pile[Reject] = field(default_factory=Pile)
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.kept)

    def add(self, line: int, name: str, value: object, reason: str) -> None:
        """Note a reject."""
        is_counted = reason in self.reasons or len(self.reasons) < _MOST_REASONS
        self.reasons[reason if is_counted else OTHER] += 1
        self.kept.append(Reject(line, name, str(value)[:_MOST_VALUE], reason))


def write(path: Path, rejects: Mapping[str, Rejects]) -> None:
    """Write the rejects of each file as CSV; raises HauberkError where that cannot be done.

    A value that a spreadsheet would take for a formula is written after an apostrophe.
    """
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["file", "line", "field", "value", "reason"])
            for name, found in rejects.items():
                writer.writerows(
                    (name, r.line, r.field, _harmless(r.value), r.reason) for r in found.kept
                )
    except OSError as exc:
        raise HauberkError(f"cannot write {path}: {exc.strerror}") from exc


def _harmless(value: str) -> str:
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
