"""What each canned query costs over the whole base, inside the process, without parameters.

Run it from the checkout: `python tests/benchmarks/bench_queries.py`. A query that needs a
parameter is given its example.

Processor time of 24 November 2026, one core of a shared and busy machine, 2,880 claims, before
and after the queries were written to suit the engine: claims-about 2.0 s for all there is, now 0.1
s for the dossier that it needs; claims-by-speaker 1.6 s, now 0.1 s for the speaker that it needs;
weakly-sourced-facts 1.2 s, now 0.6 s (4,166 rows, the slowest); shared-programmes 0.6, now 0.15 s;
deals-between-states 0.5, now 0.25 s; undated-claims 0.4, now 0.3 s; expectations 0.4, now 0.2 s.
The others take 0.02 to 0.4 s.

The same day over 3,768 claims, as busy: owners-of 0.6 s, now 0.1 s; contested-values 0.65, now 0.1
s; ties-between-states 0.5, now 0.2 s; contested-facts 0.5, now 0.25 s; sources 0.4, now 0.2 s;
partners-of-firm 0.5 s for all firms, now 0.05 s for the firm that it needs. Slowest is
weakly-sourced-facts with 0.9 s (4,162 rows); expectations takes 0.45 s since it lists open ones.
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
                needed = {name: query.parameters[name].example for name in query.needs[:1]}
                times = []
                for _ in range(RUNS):
                    begin = time.perf_counter()
                    rows = len(run(query, snapshot, needed).rows)
                    times.append(time.perf_counter() - begin)
                found.append((statistics.median(times), query.name, rows))
    for seconds, name, rows in sorted(found, reverse=True):
        sys.stdout.write(f"{seconds:6.3f} s  {rows:>6} rows  {name}\n")


if __name__ == "__main__":
    main()
