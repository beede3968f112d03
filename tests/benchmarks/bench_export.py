"""What exporting costs, beside the engine's own dump of the same checkpoint.

Run it from the checkout: `python tests/benchmarks/bench_export.py`. Each export is a process of
its own, its start included; the two are run in turn, so that what else the machine does hits
both.

Figures of 24 November 2026, two cores, Python 3.11, pyoxigraph and oxigraph 0.5.13, medians:

- 139,885 quads, in the moments in which both cores were free: `oxigraph dump` 1.16 s,
  `hauberk export -o x.nq` 1.29 s, which is 0.94 of its speed (seven pairs, 0.81 to 1.03). The
  export reads on both cores.
- 170,377 quads, both cores taken by four to five times what they can do: 0.82 in one run and
  0.63 in another, where the second core was no help. In processor time: 1.55 s and 2.4 s.
- 1,644,532 quads on that busy machine: 0.80 in one run and 0.62 in another; in processor time
  9.4 to 10.4 s and 15.8 to 16.6 s.
- Most memory, at 170,377 and at ten times as many quads: N-Quads 94 and 162 MB (`oxigraph dump`
  47 and 71 MB), TriG 84 and 140, Turtle 84 and 141. At 139,885 and 1,353,202 quads: nanopub 55
  and 101, CSV 57 and 101, Parquet 146 and 214, GraphML 57 and 134.
"""

import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring import apart
from pyoxigraph import RdfFormat
from pyoxigraph import Store as Database

from hauberk.graph.exports.formats import FORMATS
from hauberk.graph.store import Store
from hauberk.loaders.sync import bundled, load

RUNS = 7
BIG_RUNS = 3
COPIES = 10
_OWN = re.compile(rb"(w3id\.org/hauberk/id/(?!state/|place/|dataset/)[a-z]+/[A-Za-z0-9.-]+)")


def multiplied(dump: Path, root: Path) -> None:
    """Make a store of *COPIES* times the facts of *dump*, under names of their own."""
    quads = root.with_suffix(".nq")
    with quads.open("wb") as file, dump.open("rb") as lines:
        for line in lines:
            file.write(line)
            if _OWN.match(line, len(b"<https://")):
                for number in range(1, COPIES):
                    file.write(_OWN.sub(rb"\1-%d" % number, line))
    (root / "published").mkdir(parents=True)
    database = Database(str(root / "published" / "1"))
    database.bulk_load(path=str(quads), format=RdfFormat.N_QUADS)
    database.optimize()
    (root / "published" / "1.json").write_text('{"number":1,"published":"","action":"load"}')
    (root / "CURRENT").write_text("1\n")


def bundled_store(root: Path) -> None:
    """Make a store of the bundled facts."""
    load(Store(root), bundled())


def measured(words: list[str]) -> tuple[float, float, float]:
    """Run a command; return its seconds, its processor's seconds, and its peak memory in MB."""
    begin = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, words)
    return seconds, used.ru_utime + used.ru_stime, _megabytes(used)


def _megabytes(used: resource.struct_rusage) -> float:
    return used.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _medians(runs: list[tuple[float, float, float]]) -> tuple[float, float, float]:
    seconds, processor, memory = zip(*runs, strict=True)
    return statistics.median(seconds), statistics.median(processor), max(memory)


def compare(store: Path, folder: Path, count: int) -> None:
    """Print what N-Quads cost here and by `oxigraph dump`, and the ratio."""
    tool = str(Path(sys.executable).parent / "oxigraph")
    number = (store / "CURRENT").read_text().strip()
    dump = [tool, "dump", "-l", str(store / "published" / number), "-f", str(folder / "a.nq")]
    ours = [sys.executable, "-m", "hauberk.graph", "--store", str(store), "export", "-o"]
    theirs_runs, our_runs = [], []
    for _ in range(count):
        theirs_runs.append(measured(dump))
        our_runs.append(measured([*ours, str(folder / "b.nq")]))
    quads = sum(1 for _ in (folder / "b.nq").open("rb"))
    for name, runs in (("oxigraph dump", theirs_runs), ("hauberk export", our_runs)):
        seconds, processor, memory = _medians(runs)
        sys.stdout.write(
            f"{quads} quads, {name}: {seconds:.2f} s, {processor:.2f} s of a processor,"
            f" {memory:.0f} MB\n"
        )
    ratio = statistics.median(t[0] / o[0] for t, o in zip(theirs_runs, our_runs, strict=True))
    sys.stdout.write(f"  speed, as a part of oxigraph dump's: {ratio:.2f}\n")


def main() -> None:
    """Measure, and print a line a figure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        apart(bundled_store, folder / "store")
        compare(folder / "store", folder, RUNS)
        apart(multiplied, folder / "b.nq", folder / "big")
        compare(folder / "big", folder, BIG_RUNS)
        for form in FORMATS.values():
            said = []
            for store in ("store", "big"):
                target = folder / f"out.{form.endings[0]}"
                words = ["--store", str(folder / store), "export", "--format", form.name]
                seconds, _, memory = measured(
                    [sys.executable, "-m", "hauberk.graph", *words, "-o", str(target)]
                )
                said.append(f"{seconds:.1f} s, {memory:.0f} MB")
                shutil.rmtree(target, ignore_errors=True)
            sys.stdout.write(f"{form.name}: {said[0]}; {COPIES} times as much: {said[1]}\n")


if __name__ == "__main__":
    main()
