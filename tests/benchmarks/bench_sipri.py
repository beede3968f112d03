"""What reading SIPRI's files costs: rows per second and peak memory, against the plain parsers.

Run it from the checkout: `python tests/benchmarks/bench_sipri.py`. The files are made up, in the
form of SIPRI's own: 30,000 rows is about what the whole register has.

Figures of 24 November 2026, two cores of a shared machine, Python 3.11, CPU seconds, each run in
a process of its own. What is read is let go of, so memory is the reader's own; it grows by the
ids of the deals, about 200 bytes each.

- web export: 30,000 rows 1.8 s (16,000 rows/s, 46 MB); 300,000 rows 17.6 s (17,000 rows/s,
  69 MB). The csv module alone: 0.03 s and 0.26 s, 34 MB.
- older table, each row with a comment: 30,000 rows 4.6 s (6,500 rows/s, 49 MB); 300,000 rows
  42.6 s (7,000 rows/s, 119 MB). The csv module alone: 0.04 s and 0.38 s, 34 MB.
- RTF: 30,000 deals 2.8 s (10,900 rows/s, 49 MB); 300,000 deals 28.7 s (10,500 rows/s, 119 MB).
  Cutting the text at its paragraphs alone: 0.01 s, 41 MB and 0.11 s, 104 MB.
- Top 100: 2,000 rows 0.4 s (5,200 rows/s, 51 MB); 10,000 rows 1.5 s (6,500 rows/s, 62 MB).
  openpyxl alone: 0.25 s and 0.91 s, 48 MB.
"""

import csv
import sys
import tempfile
from pathlib import Path

from measuring import apart

from hauberk.loaders.opendata.parties import Parties
from hauberk.loaders.opendata.registry import source
from hauberk.loaders.opendata.run import Run, drained

ROWS = 30_000
DATA = Path(__file__).parent.parent / "data" / "opendata" / "sipri"
_WEB = "{n},Sweden,Poland,Alder-{n},IFV,Armoured vehicles,2021,No,{n},Yes,202{y},No,New,1,1,1,No\n"
_LEGACY = (
    "Ukraine,Denmark,2023,,19,?,Birch-{n},self-propelled gun,19,,2023; 2024,Second hand,"
    "Second-hand; EUR5.{y} m deal; financed by Germany as aid after 2022 Russian invasion of"
    " Ukraine,1,19,19\n"
)
_RTF = (
    "R: Czechia\\tab {n}\\tab Alder-{n}\\tab IFV\\tab (2021)\\tab 2022-2023\\tab (40)\\tab aid"
    "\\par\n"
)


def web(path: Path, rows: int) -> None:
    """Write a web export with two rows a deal."""
    head = (DATA / "web.csv").read_text(encoding="utf-8").splitlines(keepends=True)[:6]
    with path.open("w", encoding="utf-8") as file:
        file.writelines(head)
        for n in range(rows // 2):
            file.write(_WEB.format(n=n + 1, y=2) + _WEB.format(n=n + 1, y=3))


def legacy(path: Path, rows: int) -> None:
    """Write an older table."""
    head = (DATA / "legacy.csv").read_text(encoding="utf-8").splitlines(keepends=True)[0]
    with path.open("w", encoding="utf-8") as file:
        file.write(head)
        file.writelines(_LEGACY.format(n=n, y=n % 10) for n in range(rows))


def rtf(path: Path, rows: int) -> None:
    """Write an RTF of one block."""
    with path.open("w", encoding="ascii") as file:
        file.write("{\\rtf1 SIPRI: Supplier, recipient (R)\\par\nSweden\\par\n")
        file.writelines(_RTF.format(n=n) for n in range(rows))


def top(path: Path, rows: int) -> None:
    """Write a workbook with a sheet of a hundred firms for each of a few years."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for year in range(1900, 1900 + max(1, rows // 100)):
        sheet = book.create_sheet(str(year))
        sheet.append(["The SIPRI Top 100, made up: millions of US$"])
        sheet.append([f"Rank ({year})", "Company (c)", "Country", f"Arms Sales ({year})"])
        for n in range(100):
            sheet.append([n + 1, f"Firm {n}", "France", 5000 - n])
    book.save(path)


def read(name: str, path: Path) -> None:
    """Read a file as a load does, and let go of each statement."""
    module = source(name)
    run = Run(path, module.PROVIDER, Parties(None, {}))
    claims = sum(len(stated) for _, stated in drained(module.read(run), run))
    if run.rejects.count or not claims:
        raise SystemExit(f"{path.name}: {list(run.rejects.kept)[:3]}")


def plain(name: str, path: Path) -> None:
    """Read a file with the plain parser alone."""
    if name == "sipri-top100":
        from openpyxl import load_workbook

        for sheet in load_workbook(path, read_only=True):
            for _ in sheet.iter_rows(values_only=True):
                pass
    elif path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            for _ in csv.reader(file):
                pass
    else:
        path.read_text(encoding="ascii").split("\\par")


def main() -> None:
    """Measure, and print a line a figure."""
    say = sys.stdout.write
    kinds = [
        ("sipri", "web.csv", web, ROWS),
        ("sipri", "legacy.csv", legacy, ROWS),
        ("sipri", "register.rtf", rtf, ROWS),
        ("sipri-top100", "top.xlsx", top, 2_000),
    ]
    with tempfile.TemporaryDirectory() as folder:
        for name, file, write, rows in kinds:
            for times in (1, 10):
                path = Path(folder) / file
                # The workbook's ten times are firms' years until 1999 alone: names of sheets.
                count = rows * times if name == "sipri" else min(rows * times, 10_000)
                write(path, count)
                cost, bare = apart(read, name, path), apart(plain, name, path)
                size = path.stat().st_size / 1e6
                rate = count / cost.seconds
                say(f"{file} {count} rows, {size:.1f} MB: {cost}, {rate:.0f} rows/s;")
                say(f" plain parser {bare}\n")


if __name__ == "__main__":
    main()
