"""What reading TED's notices costs: notices per second and peak memory, against lxml alone.

Run it from the checkout: `python tests/benchmarks/bench_ted.py`. An archive holds the made-up
notice of the tests again and again, each with an id and firms of its own: two contracts, four
organisations, five claims. Each reading is a process of its own.

Figures of 24 November 2026, two cores of a shared machine, Python 3.11, lxml 6.1, processor time:

- 500 notices: 594 a second, 46 MB; lxml alone 8,574 a second, 41 MB
- 5,000 notices: 558 a second, 64 MB (20,000 parties are kept apart); lxml alone 9,040, 43 MB
"""

import tempfile
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import click
from lxml import etree
from measuring import apart

from hauberk.loaders.opendata import ted
from hauberk.loaders.opendata.parties import Parties
from hauberk.loaders.opendata.run import Run, drained

NOTICES = 500
AWARD = Path(__file__).parent.parent / "data" / "opendata" / "ted" / "award.xml"


def blown_up(path: Path, notices: int) -> None:
    """Write an archive of made-up notices."""
    text = AWARD.read_text(encoding="utf-8")
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for n in range(notices):
            own = text.replace("8000-000000000001", f"8000-{n:012}").replace("46 999", f"4{n:06}")
            archive.writestr(f"{n}.xml", own)


def read(path: Path) -> None:
    """Read an archive as a load does, and let go of each statement."""
    run = Run(path, ted.PROVIDER, Parties(None, {}))
    for _ in drained(ted.read(run), run):
        pass


def plain(path: Path) -> None:
    """Parse each notice with lxml, and do nothing with it."""
    with ZipFile(path) as archive:
        for member in archive.infolist():
            etree.fromstring(archive.read(member))


def main() -> None:
    """Print the figures of both sizes."""
    with tempfile.TemporaryDirectory() as folder:
        for times in (1, 10):
            path = Path(folder) / f"{times}.zip"
            count = NOTICES * times
            blown_up(path, count)
            for name, work in (("hauberk", read), ("lxml alone", plain)):
                cost = apart(work, path)
                rate = count / cost.seconds
                click.echo(f"{count:>6} notices, {name}: {rate:,.0f} a second, {cost.peak} MB")


if __name__ == "__main__":
    main()
