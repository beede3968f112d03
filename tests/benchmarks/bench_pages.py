"""What the pages cost: the server's time for each kind of page, and the first paint in Chromium.

Run it from the checkout: `python tests/benchmarks/bench_pages.py [STORE]`. The store is copied,
and a firm with 5,000 ties is loaded into the copy; by default it is a store of the bundled facts.
One page is asked for after the other, and none that comes from the server's memory counts; the
time is the server's own, from the request's head to the answer's last byte. The worker is warm:
its very first page takes about as long as Python's imports.

Wanted: at most 150 ms at the 95th percentile, 300 kB a page, and the first paint within a second.
"""

import itertools
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from urllib.parse import quote

from pyoxigraph import NamedNode

# Run as a file, the tests' folder is `hauberk.tests` no more than under pytest.
_tests = ModuleType("hauberk.tests")
_tests.__path__ = [str(Path(__file__).parent.parent)]
sys.modules.setdefault("hauberk.tests", _tests)

from hauberk.graph.claims import CURRENT  # noqa: E402
from hauberk.graph.store import Store  # noqa: E402
from hauberk.loaders.sync import batch, bundled, load  # noqa: E402
from hauberk.ontology.names import BASE, RDF, kind  # noqa: E402
from hauberk.queries.catalog import catalog  # noqa: E402
from hauberk.tests.browser import chromium, reading, started  # noqa: E402
from hauberk.tests.crawl import spread  # noqa: E402
from hauberk.tests.many import PARTY, many_ties  # noqa: E402
from hauberk.tests.tour import DAY, TOUR  # noqa: E402
from hauberk.tests.web import Server, serving  # noqa: E402

MOST = 60
"""Pages of a kind."""
PAINTS = 5
STATES = ("FR", "DE", "UA", "PL", "GB", "IT", "SE", "NO", "DK", "CZ")
WORDS = ("Renault", "Rhinemetal", "Škoda", "drone", "france", "deal", "zzzz")
PERIODS = ("2022-01-01", "2023-01-01", "2024-01-01", "2025-01-01")


def filled(folder: Path, given: str | None) -> Store:
    """Return a store with the party of very many ties beside what was given."""
    if given:
        shutil.copytree(given, folder / "store", symlinks=True)
    store = Store(folder / "store")
    if not given:
        load(store, bundled())
    load(store, batch([many_ties(folder / "many.csv")]))
    return store


def addresses(store: Store) -> Iterator[tuple[str, list[str]]]:
    """Yield each kind of page with the addresses that are measured."""
    held: defaultdict[str, set[str]] = defaultdict(set)
    with store.read() as snapshot:
        for quad in snapshot.database.quads_for_pattern(None, RDF.type, None, CURRENT):
            if isinstance(quad.subject, NamedNode) and "#" not in quad.subject.value:
                held[kind(quad.subject) or ""].add(quad.subject.value)
    for sort, nodes in sorted(held.items()):
        if sort:
            paths = ["/doc/" + quote(node.removeprefix(BASE)) for node in nodes]
            yield sort, spread(paths, MOST)
    many = f"/doc/id/{PARTY}"
    yield "5,000 ties", [many, *(f"{many}?page={n}" for n in range(2, 12)), f"{many}?as-of={DAY}"]
    yield "home", ["/", f"/?as-of={DAY}"]
    yield "search", [f"/search?q={quote(word)}" for word in WORDS]
    yield "suggestions", [f"/suggest?q={quote(word[:n])}" for word in WORDS for n in (1, 3, 6)]
    yield "questions", ["/queries", *(f"/queries/{name}" for name in catalog())]
    yield "answers", [f"/queries/{query.name}?country={state}&run=1" for query in catalog().values()
                      if "country" in query.parameters for state in STATES[:4]]  # fmt: skip
    yield "compare", [f"/compare?a=state/{a}&b=state/{b}"
                      for a, b in itertools.pairwise(STATES)]  # fmt: skip
    yield "matrix", ["/matrix", *(f"/matrix?since={day}" for day in PERIODS)]
    yield "as of a day", [f"{path}{'&' if '?' in path else '?'}as-of={DAY}"
                          for path in TOUR.values() if path != "/sparql"]  # fmt: skip


def measured(server: Server, paths: list[str]) -> tuple[list[float], list[int], list[str]]:
    """Return the server's milliseconds, the bytes, and the addresses not answered with 200."""
    begin = len(server.log.read_text(encoding="utf-8").splitlines())
    sizes, bad = [], []
    for path in paths:
        answer = server.ask(path, headers={"Accept": "text/html, */*;q=0.5"})
        sizes.append(len(answer.body))
        if answer.status != 200:
            bad.append(f"{answer.status} {path}")
    time.sleep(0.3)
    lines = server.log.read_text(encoding="utf-8").splitlines()[begin:]
    logged = [json.loads(line) for line in lines if line.startswith("{")]
    return [each["ms"] for each in logged if each.get("query_ms")], sizes, bad


def main() -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = filled(folder, sys.argv[1] if len(sys.argv) > 1 else None)
        with serving(store.root, folder / "log", "--workers", "1") as server:
            for path in TOUR.values():  # the worker's imports and templates
                server.ask(path, headers={"Accept": "text/html"})
            say("| pages | measured | median | 95th percentile | worst | largest |")
            say("|---|---|---|---|---|---|")
            for sort, paths in addresses(store):
                times, sizes, bad = measured(server, paths)
                p95 = statistics.quantiles(times, n=20)[18] if len(times) > 1 else times[0]
                say(f"| {sort} | {len(times)} | {statistics.median(times):.0f} ms | {p95:.0f} ms "
                    f"| {max(times):.0f} ms | {max(sizes) / 1000:.0f} kB |")  # fmt: skip
                for each in bad:
                    say(f"{each}")
            if program := chromium():
                paint(server, program)


def paint(server: Server, program: str) -> None:
    """Print when the first thing of each page is seen."""
    with started(program) as browser:
        for name, path in TOUR.items():
            times = []
            for _ in range(PAINTS):
                with reading(browser, server.root) as reader:
                    reader.opens(path)
                    times.append(reader.page.evaluate(
                        "performance.getEntriesByName('first-contentful-paint')[0].startTime"
                    ))  # fmt: skip
            say(f"first paint of {name}: {statistics.median(times):.0f} ms, at worst "
                f"{max(times):.0f} ms")  # fmt: skip


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
