"""Remote stores answer: three real services say what a store in a folder says."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from hauberk.graph.remote.store import RemoteSnapshot, RemoteStore
from hauberk.graph.store import Snapshot, Store
from hauberk.loaders.sync import batch, load
from hauberk.queries.runner import run as ask
from hauberk.tests.queries import CASES, Case, texts
from hauberk.tests.remote import WRITABLE, lines
from hauberk.tests.services import Running
from hauberk.tests.support import FIXTURE, ROOT, Run, Write, deals
from hauberk.tests.web import serving

KINDS = ("hauberk", "oxigraph", "virtuoso")
FACTS = sorted({case.facts for case in CASES})
PLACES = [(kind, facts) for kind in KINDS for facts in FACTS]
pytestmark = pytest.mark.usefixtures("no_login")


class Asking:
    """A service's graph, and what it was on past days, each derived once."""

    def __init__(self, snapshot: RemoteSnapshot) -> None:
        self.snapshot = snapshot
        self.past: dict[str, Snapshot] = {}

    def on(self, day: str | None) -> Snapshot:
        """Return the graph as it is, or was on a day."""
        if day is None:
            return self.snapshot
        if day not in self.past:
            self.past[day] = self.snapshot.as_of(day)
        return self.past[day]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Path]]:
    """Return the fact files that golden answers are given to, old versions before the new."""
    found: dict[str, list[Path]] = {}
    for name in FACTS:
        folder = tmp_path_factory.mktemp(name)
        for version in (f"{name}-before", name):
            data = ROOT / "tests" / "data" / f"{version}.yaml"
            if data.exists():
                file = folder / version / f"{name}.yaml"
                file.parent.mkdir()
                file.write_bytes(data.read_bytes())
                found.setdefault(name, []).append(file)
    return found


@pytest.fixture(scope="module")
def answering(
    files: Mapping[str, list[Path]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str, str], Asking]]:
    """Yield what puts one fact file's graph into one service, and keeps it for the next case."""
    stack, services = ExitStack(), ExitStack()
    running: dict[str, Running] = {}
    kept: dict[tuple[str, str], Asking] = {}

    def begin(kind: str, facts: str) -> Asking:
        if (kind, facts) not in kept:
            kept.clear()
            stack.close()
            folder = tmp_path_factory.mktemp(f"{kind}-{facts}")
            if kind == "hauberk":
                store: Store | RemoteStore = Store(folder / "store")
            else:
                if kind not in running:
                    running[kind] = services.enter_context(WRITABLE[kind](folder))
                running[kind].reset()
                store = RemoteStore(running[kind].query)
            for file in files[facts]:
                load(store, batch([file], "golden"))
            if isinstance(store, Store):
                server = stack.enter_context(serving(store.root, folder / "log"))
                store = RemoteStore(f"{server.root}/sparql")
            kept[kind, facts] = Asking(stack.enter_context(store.read()))
        return kept[kind, facts]

    with services, stack:
        yield begin


@pytest.mark.parametrize(
    ("kind", "case"),
    [(kind, case) for kind, facts in PLACES for case in CASES if case.facts == facts],
    ids=lambda value: value if isinstance(value, str) else f"{value.facts}-{value.name}",
)
def test_golden_answer_is_the_same_from_every_service(
    answering: Callable[[str, str], Asking], kind: str, case: Case
) -> None:
    snapshot = answering(kind, case.facts).on(case.as_of)
    answer = ask(case.query, snapshot, case.parameters)
    assert texts(answer, case.columns) == case.rows


@pytest.fixture(scope="module")
def endpoints(
    fixture_store: Store, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """Yield the address of each of the three services, all with the fixture's facts."""
    with ExitStack() as stack:
        log = tmp_path_factory.mktemp("serve") / "log"
        server = stack.enter_context(serving(fixture_store.root, log))
        found = {"hauberk": f"{server.root}/sparql"}
        for kind, begin in WRITABLE.items():
            found[kind] = stack.enter_context(begin(tmp_path_factory.mktemp(kind))).query
            load(RemoteStore(found[kind]), batch([FIXTURE]))
        yield found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "words",
    [
        ("query", "template-deals-by-country", "--country", "FR", "--format", "csv"),
        ("query", "deals-by-country", "--as-of", "2025-03-31", "--format", "json"),
        ("show", "agreement/alder-birch"),
        ("show", "Elm Motors", "--format", "json"),
        ("show", "undisclosed/carmaker", "--as-of", "2025-05-31"),
        ("search", "yards", "--limit", "5"),
        ("sparql", "SELECT ?deal ?what { ?deal hbk:contestedIn ?what } ORDER BY ?deal ?what"),
        ("sparql", "ASK { ?deal a hbk:Stake }"),
        ("sparql", "CONSTRUCT { ?deal a hbk:Tie } WHERE { ?deal a hbk:Stake }"),
        ("sparql", "SELECT (COUNT(*) AS ?n) { ?c a hbk:Claim . GRAPH ?c { ?s ?p ?o } }"),
        ("sparql", "SELECT (COUNT(*) AS ?n) { GRAPH hbg:current { ?s a hbk:Claim } }"),
        ("export", "--format", "ttl", "-o", "-"),
    ],
    ids=" ".join,
)
def test_command_says_the_same_of_a_service_as_of_a_folder(
    run: Run, endpoints: dict[str, str], fixture_store: Store, kind: str, words: tuple[str, ...]
) -> None:
    here = run(*words, store=fixture_store.root)
    there = run("--store", endpoints[kind], *words)
    assert (here.returncode, there.returncode) == (0, 0), there.stderr
    assert timeless(there.stdout) == timeless(here.stdout)


def timeless(text: str) -> list[str]:
    """Return the lines of an output but for those that tell when a claim was recorded."""
    return sorted(line for line in text.splitlines() if "AtTime" not in line)


@pytest.mark.parametrize("kind", KINDS)
def test_status_counts_what_a_service_holds(
    run: Run, endpoints: dict[str, str], fixture_store: Store, kind: str
) -> None:
    here = json.loads(run("status", "--format", "json", store=fixture_store.root).stdout)
    there = json.loads(run("--store", endpoints[kind], "status", "--format", "json").stdout)
    assert there.pop("store") == endpoints[kind]
    del here["store"], here["generation"]
    assert there == here


@pytest.mark.parametrize("words", [("log",), ("rollback",), ("serve",)])
def test_what_needs_a_folder_says_so(
    run: Run, endpoints: dict[str, str], words: tuple[str, ...]
) -> None:
    done = run("--store", endpoints["hauberk"], *words)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"`{words[0]}` needs a store in a folder" in done.stderr


def test_our_own_endpoint_takes_no_load(run: Run, endpoints: dict[str, str], facts: Write) -> None:
    done = run("--store", endpoints["hauberk"], "load", str(facts(deals(1))))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert endpoints["hauberk"] in done.stderr


def test_graph_too_large_to_copy_is_told(
    endpoints: dict[str, str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAUBERK_COPY_LIMIT", "100")
    done = run("--store", endpoints["oxigraph"], "query", "sources", "--as-of", "2025-05-01")
    assert done.returncode == 1
    assert re.search(r"holds \d+ statements, and no more than 100 are copied", done.stderr)


def test_graph_larger_than_a_page_is_read_whole(
    endpoints: dict[str, str], fixture_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hauberk.graph.remote.mirror.PAGE", 100)
    monkeypatch.setattr("hauberk.graph.remote.copying.PAGE", 100)
    with fixture_store.read() as here:
        for url in endpoints.values():
            with RemoteStore(url).read() as there:
                assert lines(there) == lines(here)
