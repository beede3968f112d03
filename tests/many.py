"""A made-up party with very many ties, as a table of deals."""

import csv
from pathlib import Path
from typing import Final

PARTY: Final = "firm/example-works"
TIES: Final = 5_000
_STATES: Final = ("UA", "FR", "DE", "PL", "DK", "SE", "NO", "FI", "CZ", "GB")
_KINDS: Final = ("supply-contract", "co-production", "framework-agreement")
_HEADINGS: Final = (
    "label", "kind", "status", "signed", "producer", "customer", "value", "currency", "category",
    "source url", "source publisher", "source date",
)  # fmt: skip


def many_ties(path: Path, count: int = TIES) -> Path:
    """Write a table of *count* deals of one firm with twenty years' customers and partners."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADINGS)
        for number in range(count):
            day = f"{2005 + number % 20}-{1 + number // 20 % 12:02}-{1 + number // 240 % 28:02}"
            partner = f"; Partner {number // 50}" if number % 5 == 0 else ""
            writer.writerow((
                f"Deal {number} of the Example Works", _KINDS[number % 3], "signed", day,
                f"{PARTY} = Example Works{partner}", _STATES[number % 10], 10_000 + 37 * number,
                "EUR" if number % 4 else "USD", "uav" if number % 2 else "ammunition",
                f"https://news.example/{day}", "Example News", day,
            ))  # fmt: skip
    return path
