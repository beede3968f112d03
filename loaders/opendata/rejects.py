"""What of a file could not be read: each record with its line, field, value and reason."""

import csv
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

KEPT: Final = 10_000
"""Rejects that are kept one by one; the rest are counted by reason."""
_MOST_VALUE: Final = 200


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
    """The rejects of one file."""

    kept: list[Reject] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        """How many there are, those no longer kept too."""
        return self.reasons.total()

    def add(self, line: int, name: str, value: object, reason: str) -> None:
        """Note a reject."""
        self.reasons[reason] += 1
        if len(self.kept) < KEPT:
            self.kept.append(Reject(line, name, str(value)[:_MOST_VALUE], reason))

    def write(self, path: Path) -> None:
        """Write the rejects kept as CSV."""
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["line", "field", "value", "reason"])
            writer.writerows((r.line, r.field, r.value, r.reason) for r in self.kept)
