"""What a whole load takes, from a file to the published generation: once, 10 and 50 times over.

Run it from the checkout: `python tests/benchmarks/bench_whole.py [FOLDER]`, where the folder holds
`main.csv` and `metadata_participants.csv` of the Funding & Tenders portal; without one, made-up
files of the same size are loaded. The copies have project numbers and PICs of their own, so that
every claim, party and project of theirs is new. The participants' file is loaded, with the
projects beside it; then it is loaded again, unchanged.

Figures of 24 November 2026 on the portal's files of February 2025, with two cores that many others
used too, so that seconds are of little worth; a plain start of the process takes 47 MB. Before
statements were spilled, everything was held:

| size | claims | statements | seconds of the processor | peak | before |
|---|---|---|---|---|---|
| once, 0.6 MB | 2,360 | 3,741 | 4.0 | 182 MB | 4.2 s, 180 MB |
| 10 times, 5.9 MB | 23,600 | 37,400 | 46.5 | 275 MB | 42.4 s, 744 MB |
| 50 times, 29.4 MB | 118,000 | 187,000 | 347, very busy | 408 MB | |

Until all is validated, the peak is 181 MB at 10 times and 199 MB at 50 times. What grows after
that, by 1.4 KB a claim, is what the engine holds of its tables' indexes and filters: its 27 quads
a claim take as much, at 53 bytes a quad, in a process that does nothing else than write them and
look some up.
"""

import sys
import tempfile
from pathlib import Path

from bench_edf import DATA, SMALL, blow_up
from measuring import apart

from hauberk.graph.store import Store
from hauberk.loaders.sync import batch, load


def bring(path: Path, store: Path) -> tuple[int, int]:
    """Load a file; return how many claims were added and how many stayed."""
    tally = load(Store(store), batch([path]))
    return tally.added, tally.unchanged


def main() -> None:
    """Measure, and print a line a figure."""
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    once = 1 if len(sys.argv) > 1 else SMALL
    with tempfile.TemporaryDirectory() as name:
        for times in (1, 10, 50):
            folder = Path(name) / str(times)
            apart(blow_up, given, folder, times * once)
            path = folder / "metadata_participants.csv"
            for what in ("new", "again"):
                cost = apart(bring, path, Path(name) / f"store-{times}")
                added, unchanged = cost.found
                sys.stdout.write(
                    f"{times:2}x, {path.stat().st_size / 1e6:.1f} MB, {what}: {added} claims added,"
                    f" {unchanged} unchanged, {cost}\n"
                )


if __name__ == "__main__":
    main()
