"""What reading the Kiel tracker costs: its main sheet once and ten times over, XLSX and CSV.

Run it from the checkout: `python tests/benchmarks/bench_kiel.py WORKBOOK`. The copies have ids of
their own. Beside it stands the plain parser alone, openpyxl's read-only mode or `csv.reader` over
the same bytes. Statements are counted and let go, as they come.

Figures of 24 November 2026 on the tracker's sheet to the end of 2024, in seconds of the processor,
Python 3.11; a plain start of the process takes 45 MB:

| file | size | records | claims | seconds | records/s | peak | parser alone |
|---|---|---|---|---|---|---|---|
| XLSX | 1.6 MB | 4,444 | 11,070 | 5.5 | 800 | 54 MB | 3.8 s, 46 MB |
| XLSX, 10 times | 16.5 MB | 44,440 | 110,700 | 54.3 | 820 | 73 MB | 37.7 s, 49 MB |
| CSV | 4.8 MB | 4,444 | 11,070 | 1.1 | 4,000 | 53 MB | 0.04 s, 45 MB |
| CSV, 10 times | 48.2 MB | 44,440 | 110,700 | 10.7 | 4,160 | 68 MB | 0.4 s, 45 MB |

What grows is the packages and pages that were met, not the rows. Most of a workbook's time is
openpyxl's; it is taken since it streams.
"""

import csv
import re
import sys
import tempfile
from pathlib import Path

from measuring import apart
from openpyxl import Workbook, load_workbook
from pyoxigraph import NamedNode

from hauberk.graph.claims import Claim
from hauberk.loaders.opendata import kiel
from hauberk.loaders.opendata.parties import Parties
from hauberk.loaders.opendata.run import Run, drained

_NUMBER = re.compile(r"(?<=[A-Z])\d+")


def blow_up(workbook: Path, target: Path, times: int) -> tuple[int, int]:
    """Write the first sheet of *workbook* so many times over, with new ids."""
    book = load_workbook(workbook, read_only=True, data_only=True)
    header, *rows = book.worksheets[0].iter_rows(values_only=True)
    book.close()
    made = Workbook(write_only=True)
    sheet = made.create_sheet("Data")
    with target.with_suffix(".csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        sheet.append(header)
        for copy in range(times):
            for activity, sub, *rest in rows:
                row = [_moved(activity, copy), _moved(sub, copy), *rest]
                writer.writerow(row)
                sheet.append(row)
    made.save(target.with_suffix(".xlsx"))
    return len(rows) * times, 0


def _moved(given: object, copy: int) -> object:
    if not isinstance(given, str):
        return given
    return _NUMBER.sub(lambda found: str(int(found[0]) + copy * 1000), given, count=1)


def read(path: Path) -> tuple[int, int]:
    """Read a file by the loader; return its records and claims."""
    run = Run(path, kiel.PROVIDER, Parties(None, {}))
    run.parties.begin(NamedNode("urn:x-dataset:bench"), kiel.PROVIDER.url)
    claims = 0
    for _, stated in drained(kiel.read(run), run):
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
            apart(blow_up, Path(sys.argv[1]), target, times)
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
