"""What reading a table of deals costs: 4,000 made-up rows and ten times as many, XLSX and CSV.

Run it from the checkout: `python tests/benchmarks/bench_table.py`. Each row is a deal with two
parties, one row in ten has a new one. Beside it stands the plain parser alone, openpyxl's
read-only mode or `csv.reader` over the same bytes. Statements are counted and let go.

Figures of 24 November 2026, in seconds of the processor, Python 3.11; a plain start of the
process takes 45 MB:

| file | size | records | claims | seconds | records/s | peak | parser alone |
|---|---|---|---|---|---|---|---|
| XLSX | 0.2 MB | 4,000 | 4,000 | 1.6 | 2,560 | 52 MB | 0.6 s, 46 MB |
| XLSX, 10 times | 1.7 MB | 40,000 | 40,000 | 13.9 | 2,890 | 76 MB | 6.3 s, 49 MB |
| CSV | 0.4 MB | 4,000 | 4,000 | 0.7 | 5,810 | 50 MB | 0.01 s, 45 MB |
| CSV, 10 times | 4.5 MB | 40,000 | 40,000 | 7.5 | 5,370 | 72 MB | 0.1 s, 45 MB |

What grows is the deals, parties and pages that were met, not the rows.
"""

import csv
import sys
import tempfile
from pathlib import Path

from measuring import apart
from openpyxl import Workbook, load_workbook
from pyoxigraph import NamedNode

from hauberk.graph.claims import Claim
from hauberk.loaders.opendata import table
from hauberk.loaders.opendata.parties import Parties
from hauberk.loaders.opendata.run import Run, drained

ROWS = 4_000
HEADINGS = ("Deal", "Kind", "Signed", "Producer", "Customer", "Value", "Currency", "Source URL",
            "Source publisher", "Source date")  # fmt: skip


def make(target: Path, count: int) -> tuple[int, int]:
    """Write a table of *count* deals."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Deals")
    sheet.append(HEADINGS)
    with target.with_suffix(".csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for number in range(count):
            row = (
                f"Deal {number}", "supply-contract", "2025-06-06", f"Works {number // 10}", "UA",
                1_000 + number, "EUR", f"https://news.example/{number // 4}", "Example News",
                "2025-06-07",
            )  # fmt: skip
            writer.writerow(row)
            sheet.append(row)
    book.save(target.with_suffix(".xlsx"))
    return count, 0


def read(path: Path) -> tuple[int, int]:
    """Read a file by the loader; return its records and claims."""
    run = Run(path, table.PROVIDER, Parties(None, {}))
    run.parties.begin(NamedNode("urn:x-dataset:bench"), table.PROVIDER.url)
    claims = 0
    for _, stated in drained(table.read(run), run):
        claims += sum(isinstance(statement, Claim) for statement in stated)
    return run.records, claims


def parse(path: Path) -> tuple[int, int]:
    """Read a file by the plain parser alone; return its records."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return sum(1 for _ in csv.reader(file)) - 1, 0
    book = load_workbook(path, read_only=True, data_only=True)
    found = sum(1 for _ in book.worksheets[0].iter_rows(values_only=True)) - 1
    book.close()
    return found, 0


def main() -> None:
    """Measure, and print a line a figure."""
    with tempfile.TemporaryDirectory() as name:
        for times in (1, 10):
            target = Path(name) / f"sheet-{times}"
            apart(make, target, times * ROWS)
            for suffix in (".xlsx", ".csv"):
                path = target.with_suffix(suffix)
                cost, plain = apart(read, path), apart(parse, path)
                records, claims = cost.found
                sys.stdout.write(
                    f"{times:2}x {suffix}: {path.stat().st_size / 1e6:.1f} MB, {records} records,"
                    f" {claims} claims, {cost}, {records / cost.seconds:.0f} records/s;"
                    f" plain parser {plain}\n"
                )


if __name__ == "__main__":
    main()
