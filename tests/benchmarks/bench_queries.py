"""What each canned query costs over the whole base, inside the process, without parameters.

Run it from the checkout: `python tests/benchmarks/bench_queries.py`.

Figures of 24 November 2026, two cores of a shared and busy machine, 2,880 claims:
claims-about 4.9 s (9,012 rows: name a dossier, and it takes 0.2 s), claims-by-speaker 3.3 s,
weakly-sourced-facts 1.4 s, deals-between-states 1.0 s, contested-facts 0.8 s, the other forty
0.02 to 0.6 s.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from hauberk.graph.store import Store
from hauberk.loaders.sync import bundled, load
from hauberk.queries.catalog import catalog
from hauberk.queries.runner import run

RUNS = 5


def main() -> None:
    """Measure every query, and print them, the slowest first."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store")
        load(store, bundled())
        with store.read() as snapshot:
            found = []
            for query in catalog().values():
                times = []
                for _ in range(RUNS):
                    begin = time.perf_counter()
                    rows = len(run(query, snapshot).rows)
                    times.append(time.perf_counter() - begin)
                found.append((statistics.median(times), query.name, rows))
    for seconds, name, rows in sorted(found, reverse=True):
        sys.stdout.write(f"{seconds:6.3f} s  {rows:>6} rows  {name}\n")


if __name__ == "__main__":
    main()
