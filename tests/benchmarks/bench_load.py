"""What loading costs: the bundled facts, 20,000 and 40,000 made-up agreements, single commands.

Run it from the checkout: `python tests/benchmarks/bench_load.py`.

Figures of 24 November 2026, two cores of a shared machine, Python 3.11, pyoxigraph 0.5.13,
medians of three runs (nine for the commands), each load in a process of its own:

- cold load of the bundled facts, validated and published: 1.9 s with 843 claims; 7.0 s as a
  whole process with the 2,880 claims and 1,544 sources of today
- 20,000 agreements (7 MB of JSON Lines, 924,568 quads in the store): 34.8 s, 716 MB at most.
  In the same run the engine bulk-loads the same quads in 8.4 s, and pyshacl needs 25.7 s to
  parse and judge the same statements in one piece: 6 * 8.4 + 25.7 = 76 s.
- 40,000 agreements: 75.8 s, 1,318 MB
- `hauberk --help`: 0.06 s; a query on a built store: 0.25 s
"""

import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from measuring import apart
from pyoxigraph import RdfFormat
from pyoxigraph import Store as Database

from hauberk.graph.store import Store
from hauberk.loaders.sync import batch, bundled, load

RUNS = 3


def agreements(count: int, path: Path) -> None:
    """Write *count* made-up agreements as JSON Lines, about a dozen triples in each one's claim."""
    chance = random.Random(1)  # noqa: S311 - the same file each time
    states = ["FR", "DE", "UA", "PL", "SE", "NO", "IT", "ES"]
    with path.open("w", encoding="utf-8") as file:
        head = {
            "sources": {"press": {"url": "https://press.example.org/", "publisher": "Press",
                                  "published": "2025-01-01", "reliability": "B"}},
            "dossiers": {f"firm/maker-{n}": {"label": f"Maker {n}", "state": chance.choice(states)}
                         for n in range(100)},
        }  # fmt: skip
        file.write(json.dumps(head) + "\n")
        for number in range(count):
            buyer = chance.choice(states)
            says = {
                "kind": "supply-contract",
                "status": chance.choice(["signed", "announced", "delivered"]),
                "signed": f"2024-{chance.randint(1, 12):02}",
                "category": "uav",
                "value": {"amount": number * 1000 + 1, "currency": "EUR", "qualifier": "approx"},
                "participations": [{"agent": f"firm/maker-{chance.randint(0, 99)}",
                                    "role": "supplier"}],
            }  # fmt: skip
            claim = {"from": "press", "modality": "reported", "says": says}
            deal = {"label": f"Made-up deal {number} of {buyer}", "claims": [claim]}
            file.write(json.dumps({"dossiers": {f"agreement/deal-{number}": deal}}) + "\n")


def timed(work: Callable[[], object]) -> float:
    """Return the seconds *work* takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def load_file(file: Path, store: Path) -> None:
    """Load *file* into a new store."""
    shutil.rmtree(store, ignore_errors=True)
    load(Store(store), batch([file]))


def cold(store: Path) -> None:
    """Load the bundled facts into a new store."""
    shutil.rmtree(store, ignore_errors=True)
    load(Store(store), bundled())


def bulk(quads: Path, folder: Path) -> None:
    """Bulk-load N-Quads into a new database: the engine's own speed."""
    shutil.rmtree(folder, ignore_errors=True)
    Database(str(folder)).bulk_load(path=str(quads), format=RdfFormat.N_QUADS)


def shacl(file: Path) -> None:
    """Validate the statements of *file* with pyshacl in one piece."""
    from rdflib import Graph

    from hauberk.graph.validation import data_graph, shapes
    from hauberk.loaders.sync import Sync

    statements = [s for _, found in Sync(batch([file])).statements.values() for s in found]
    text = data_graph(statements)[0].serialize(format="nt")
    begin = time.perf_counter()
    from pyshacl import validate

    validate(Graph().parse(data=text, format="nt"), shacl_graph=shapes(), inference="none")
    sys.stdout.write(f"  of which pyshacl with parsing: {time.perf_counter() - begin:.1f} s\n")


def main() -> None:
    """Measure, and print a line a figure."""
    say = sys.stdout.write
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        runs = [apart(cold, folder / "cold") for _ in range(RUNS)]
        median = statistics.median(run.elapsed for run in runs)
        say(f"cold load of the bundled facts: {median:.2f} s\n")
        for count in (20_000, 40_000):
            file = folder / f"{count}.jsonl"
            agreements(count, file)
            runs = [apart(load_file, file, folder / "store") for _ in range(RUNS)]
            seconds = statistics.median(run.elapsed for run in runs)
            peak = max(run.peak for run in runs)
            say(f"{count} agreements, {file.stat().st_size / 1e6:.0f} MB: {seconds:.1f} s,"
                f" {peak:.0f} MB\n")  # fmt: skip
            if count == 20_000:
                with Store(folder / "store").read() as snapshot:
                    quads = snapshot.dump()
                (folder / "all.nq").write_bytes(quads)
                engine = statistics.median(
                    apart(bulk, folder / "all.nq", folder / "bulk").elapsed for _ in range(RUNS)
                )
                whole = apart(shacl, file).elapsed
                say(f"  the same {quads.count(b'.' + bytes([10])) + 1} quads: bulk load"
                    f" {engine:.1f} s; reading and pyshacl {whole:.1f} s\n")  # fmt: skip
        for words in (["--help"], ["query", "template-deals-by-country", "--country", "FR"]):
            command = [
                sys.executable,
                "-m",
                "hauberk.graph",
                "--store",
                str(folder / "cold"),
                *words,
            ]
            times = [
                timed(lambda c=command: subprocess.run(c, check=True, capture_output=True))  # type: ignore[misc]
                for _ in range(9)
            ]
            say(f"hauberk {' '.join(words)}: {statistics.median(times):.2f} s\n")


if __name__ == "__main__":
    main()
