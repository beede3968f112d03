"""Remote stores: the same answers from three real services, and no secret or half-truth told."""

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from hauberk.graph.claims import CURRENT
from hauberk.graph.errors import CutOffError, FaultsError, HauberkError, QueryError, RemoteError
from hauberk.graph.remote import transport
from hauberk.graph.remote.address import address, login
from hauberk.graph.remote.service import Service
from hauberk.graph.remote.store import RemoteSnapshot, RemoteStore
from hauberk.graph.remote.updates import PENDING
from hauberk.graph.store import Snapshot, Store
from hauberk.loaders.sync import batch, load, rehearse
from hauberk.queries.runner import run as ask
from hauberk.tests.services import (
    PASSWORD,
    Asked,
    Reply,
    Running,
    cutting,
    false_service,
    oxigraph,
    post,
    virtuoso,
)
from hauberk.tests.support import FIXTURE, ROOT, Run, Write, deals, source_text
from hauberk.tests.test_queries import CASES, Case, texts
from hauberk.tests.web import serving

HOSTILE = (ROOT / "tests" / "data" / "hostile-strings.txt").read_text("utf-8").splitlines()
KINDS = ("hauberk", "oxigraph", "virtuoso")
WRITABLE = {"oxigraph": oxigraph, "virtuoso": virtuoso}
FACTS = sorted({case.facts for case in CASES})
PLACES = [(kind, facts) for kind in KINDS for facts in FACTS]
LAST_LOOKS = re.compile(r"<http://www\.w3\.org/ns/prov#(?:generated|invalidated)AtTime>|^_:| _:")


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


@pytest.fixture(autouse=True)
def no_login(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the user's own logins out."""
    for name in [each for each in os.environ if each.startswith("HAUBERK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let nobody wait; return how long they would have."""
    waited: list[float] = []
    monkeypatch.setattr(transport, "time", _Clock(waited))
    return waited


class _Clock:
    """The clock of a module under test, which does not sleep."""

    def __init__(self, waited: list[float]) -> None:
        self.sleep = waited.append
        self.monotonic = time.monotonic
        self.time = time.time


@pytest.fixture(scope="module", params=WRITABLE)
def writable(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    with WRITABLE[request.param](tmp_path_factory.mktemp(request.param)) as running:
        yield running


@pytest.fixture
def empty(writable: Running) -> Running:
    """Return a service that holds nothing and takes updates."""
    writable.reset()
    return writable


def lines(snapshot: Snapshot) -> list[str]:
    """Return what a snapshot holds, but for when it was recorded and for blank nodes."""
    found = snapshot.dump().decode().splitlines()
    return [line for line in found if not LAST_LOOKS.search(line)]


def held(running: Running) -> list[str]:
    with RemoteStore(running.query).read() as snapshot:
        return lines(snapshot)


def loaded(folder: Path, *files: Path, dataset: str | None = None) -> list[str]:
    """Return what a store in a folder holds after it has loaded the files one after another."""
    store = Store(folder)
    for file in files:
        load(store, batch([file], dataset))
    with store.read() as snapshot:
        return lines(snapshot)


# -- The same answers -----------------------------------------------------------------------


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


# -- Loading --------------------------------------------------------------------------------


def test_load_makes_of_a_service_what_it_makes_of_a_folder(empty: Running, tmp_path: Path) -> None:
    store = RemoteStore(empty.query)
    assert rehearse(store, batch([FIXTURE])).added == 26
    assert store.is_empty
    assert load(store, batch([FIXTURE])).added == 26
    assert held(empty) == loaded(tmp_path / "store", FIXTURE)


def test_loading_again_changes_nothing(empty: Running) -> None:
    store = RemoteStore(empty.query)
    load(store, batch([FIXTURE]))
    with store.read() as snapshot:
        before = snapshot.dump()
    assert not load(RemoteStore(empty.query), batch([FIXTURE])).changes
    with store.read() as snapshot:
        assert snapshot.dump() == before


def test_claims_gone_from_a_file_are_withdrawn_and_can_come_back(
    empty: Running, facts: Write, tmp_path: Path
) -> None:
    store = RemoteStore(empty.query)
    for status in ("signed", "completed", "signed"):
        file = facts(deals(3, status))
        load(store, batch([file]))
        load(Store(tmp_path / "store"), batch([file]))
        with Store(tmp_path / "store").read() as snapshot:
            assert held(empty) == lines(snapshot)


def test_another_file_settles_what_depends_on_it(
    empty: Running, facts: Write, tmp_path: Path
) -> None:
    """A source's new grade, a party's seat and identity reach ties that another file holds."""
    party = "  undisclosed/yard:\n    label: a yard\n    unknown: nobody has said\n"
    tie = (
        "  agreement/frame:\n    label: Frame\n    claims:\n      - from: press\n"
        "        modality: reported\n        says:\n          participations:\n"
        "            - {agent: undisclosed/yard, role: producer}\n"
    )
    named = (
        "  firm/oak:\n    label: Oak\n    state: DE\n"
        "  undisclosed/yard:\n    label: a yard\n    unknown: nobody has said\n    claims:\n"
        "      - {from: press, modality: confirmed, says: {identified-as: firm/oak}}\n"
    )
    first = facts(source_text("press") + "dossiers:\n" + tie + party, "ties.yaml")
    second = facts(source_text("press") + "dossiers:\n" + named, "names.yaml")
    for file in (first, second):
        load(RemoteStore(empty.query), batch([file]))
    assert held(empty) == loaded(tmp_path / "store", first, second)


def test_hostile_texts_come_back_as_they_were(empty: Running, facts: Write, tmp_path: Path) -> None:
    odd = [*HOSTILE, "a\tb", "a\nb", "é 😀", "\\u0022 }", "'''" + '"""']
    text = source_text("press") + "dossiers:\n"
    for number, value in enumerate(odd):
        said = json.dumps(value, ensure_ascii=False)
        text += (
            f"  agreement/odd-{number}:\n    label: {said}\n    claims:\n      - from: press\n"
            f"        modality: reported\n        note: {said}\n        says:\n"
            "          participations: [{agent: state/FR, role: customer}]\n"
        )
    file = facts(text)
    expected = loaded(tmp_path / "store", file)
    load(RemoteStore(empty.query), batch([file]))
    assert held(empty) == expected
    assert not load(RemoteStore(empty.query), batch([file])).changes


def test_faulty_facts_leave_the_service_as_it_was(empty: Running, facts: Write) -> None:
    load(RemoteStore(empty.query), batch([FIXTURE]))
    before = held(empty)
    wrong = facts(deals(2).replace("state/FR", "firm/nobody"), "wrong.yaml")
    with pytest.raises(FaultsError):
        load(RemoteStore(empty.query), batch([wrong]))
    assert held(empty) == before


@pytest.mark.parametrize("before", [True, False], ids=["request", "answer"])
def test_load_cut_off_anywhere_is_taken_up_again(  # noqa: PLR0913
    empty: Running,
    facts: Write,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    at_once: list[float],
    *,
    before: bool,
) -> None:
    """Whichever request is the last to get through, a second load ends as if none were lost."""
    old, new = facts(deals(4)), facts(deals(4, "completed"), "new.yaml")
    expected = loaded(tmp_path / "store", old, new, dataset="deals")
    cut = 0
    while True:
        load(RemoteStore(empty.query), batch([old], "deals"))
        monkeypatch.setattr("hauberk.graph.remote.updates.SIZE", 60)
        with cutting(empty, cut, before=before) as way, suppress(RemoteError):
            load(RemoteStore(way.url), batch([new], "deals"))
            break
        assert half_written(empty) == set()
        load(RemoteStore(empty.query), batch([new], "deals"))
        assert held(empty) == expected, cut
        assert not post_rows(empty, f"GRAPH {PENDING} {{ ?s ?p ?o }}")
        cut += 1
    assert cut > 3
    assert at_once


def post_rows(running: Running, pattern: str) -> list[dict[str, dict[str, str]]]:
    answer = json.loads(post(running.query, query=f"SELECT * WHERE {{ {pattern} }}"))
    rows: list[dict[str, dict[str, str]]] = answer["results"]["bindings"]
    return rows


def half_written(running: Running) -> set[str]:
    """Return the dossiers whose accepted status is not the one that its live claim carries."""
    status = "<https://w3id.org/hauberk/ns#status>"
    accepted = post_rows(running, f"GRAPH {CURRENT} {{ ?deal {status} ?status }}")
    said = post_rows(
        running,
        f"GRAPH {CURRENT} {{ ?claim a <https://w3id.org/hauberk/ns#Claim> }}"
        f" GRAPH ?claim {{ ?deal {status} ?status }}",
    )
    claimed = {(row["deal"]["value"], row["status"]["value"]) for row in said}
    held_ = {(row["deal"]["value"], row["status"]["value"]) for row in accepted}
    return {deal for deal, _ in claimed ^ held_}


def test_dossier_written_in_part_is_mended(empty: Running, facts: Write, tmp_path: Path) -> None:
    """Where a request is no transaction, what was cut off in it is pending, and written anew."""
    file = facts(deals(3))
    load(RemoteStore(empty.query), batch([file]))
    deal = "https://w3id.org/hauberk/id/agreement/deal-1"
    (claim,) = {
        row["g"]["value"] for row in post_rows(empty, f"GRAPH ?g {{ <{deal}> ?p ?o }}")
        if "/id/claim/" in row["g"]["value"]
    }  # fmt: skip
    post(
        empty.update,
        update=f"DELETE WHERE {{ GRAPH <{claim}> {{ ?s ?p ?o }} }};"
        f"DELETE WHERE {{ GRAPH {CURRENT} {{ <{deal}> ?p ?o }} }};"
        f'INSERT DATA {{ GRAPH {PENDING} {{ <{deal}> <http://purl.org/dc/terms/date> "x" }} }}',
    )
    load(RemoteStore(empty.query), batch([file]))
    assert held(empty) == loaded(tmp_path / "store", file)


def test_new_reference_data_takes_the_place_of_the_old(empty: Running, tmp_path: Path) -> None:
    load(RemoteStore(empty.query), batch([FIXTURE]))
    digest = "<https://w3id.org/hauberk/ontology> <https://w3id.org/hauberk/ns#contentHash>"
    post(
        empty.update,
        update=f"DELETE WHERE {{ GRAPH {CURRENT} {{ {digest} ?d }} }};"
        f'INSERT DATA {{ GRAPH {CURRENT} {{ {digest} "old" . <urn:old> <urn:p> <urn:o> }} }}',
    )
    assert load(RemoteStore(empty.query), batch([FIXTURE])).reference_changed
    assert held(empty) == loaded(tmp_path / "store", FIXTURE)


# -- What is sent, and what comes back --------------------------------------------------------


def rows_of(*values: str) -> bytes:
    rows = [{"x": {"type": "literal", "value": value}} for value in values]
    return json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": rows}}).encode()


def asked_once(
    answer: Callable[[Asked], Reply], text: str = "SELECT ?x { GRAPH ?g { ?x ?y ?z } }"
) -> tuple[list[Asked], list[object]]:
    with false_service(answer) as service:
        return service.asked, [row["x"] for row in Service(service.url).rows(text)]


def refused(answer: Callable[[Asked], Reply], error: type[HauberkError] = RemoteError) -> str:
    """Return what is said, in one line, of a service that answers so."""
    with false_service(answer) as service, pytest.raises(error) as raised:
        Service(service.url).rows("SELECT ?x { GRAPH ?g { ?x ?y ?z } }")
    assert "\n" not in str(raised.value)
    assert service.url in str(raised.value)
    return str(raised.value).replace(service.url, "URL")


@pytest.mark.parametrize(
    ("settings", "sent"),
    [
        ({}, " "),
        ({"HAUBERK_USER": "ann", "HAUBERK_PASSWORD": "p:é"}, "ann:p:é"),
        ({"HAUBERK_TOKEN": "t0ken"}, "Bearer t0ken"),
        ({"HAUBERK_TOKEN": "t0ken", "HAUBERK_USER": "x"}, "Bearer t0ken"),
    ],
)
def test_login_is_the_environments(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], sent: str
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    asked, _ = asked_once(lambda _: Reply(body=rows_of("a")))
    assert [each.login for each in asked] == [sent]


def test_login_is_netrcs_for_its_host_alone(tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    file.write_text(f"machine 127.0.0.1 login ann password {PASSWORD}\n", encoding="utf-8")
    asked, _ = asked_once(lambda _: Reply(body=rows_of("a")))
    assert [each.login for each in asked] == [f"ann:{PASSWORD}"]
    assert login("elsewhere.example", {"NETRC": str(file)}) is None
    assert PASSWORD not in repr(login("127.0.0.1", {"NETRC": str(file)}))


def test_netrc_that_cannot_be_read_is_told_without_its_words(tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    file.write_text(f"machine x {PASSWORD} secret", encoding="utf-8")
    with pytest.raises(RemoteError, match="netrc") as raised:
        login("x", {"NETRC": str(file)})
    assert PASSWORD not in str(raised.value)


@pytest.mark.parametrize(
    "settings",
    [{"HAUBERK_USER": "ann"}, {"HAUBERK_PASSWORD": PASSWORD}, {"HAUBERK_TOKEN": "a\nb"}],
)
def test_half_a_login_is_refused(settings: dict[str, str]) -> None:
    with pytest.raises(RemoteError) as raised:
        login("x", settings)
    assert PASSWORD not in str(raised.value)


@pytest.mark.parametrize(
    "given",
    [
        f"https://ann:{PASSWORD}@host/sparql", f"https://{PASSWORD}@host/sparql", "ftp://host/x",
        "https://", "http://host:port/x", "https://host/a b", "https://hôst/",
    ],
)  # fmt: skip
def test_address_with_a_password_or_none_at_all_is_refused(run: Run, given: str) -> None:
    done = run("--store", given, "status")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert PASSWORD not in done.stderr


@pytest.mark.parametrize(
    ("given", "update"),
    [
        ("http://h/query", "http://h/update"),
        ("http://h/ds/query", "http://h/ds/update"),
        ("https://h/sparql", "https://h/sparql"),
        ("https://h/repositories/x", "https://h/repositories/x/statements"),
    ],
)
def test_update_address_follows_from_the_query_address(given: str, update: str) -> None:
    assert address(given, {}).update == update
    assert address(given, {"HAUBERK_UPDATE": given + "-auth"}).update == given + "-auth"


def test_updates_go_to_no_other_host() -> None:
    with pytest.raises(RemoteError, match="HAUBERK_UPDATE"):
        address("https://h/sparql", {"HAUBERK_UPDATE": "https://elsewhere/sparql"})


def test_login_in_clear_is_warned_of(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAUBERK_TOKEN", "t0ken")
    monkeypatch.setenv("HAUBERK_TIMEOUT", "0.5")
    done = run("--store", "http://host.invalid/sparql", "status")
    assert "in clear" in done.stderr
    assert "t0ken" not in done.stderr


def test_redirect_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAUBERK_TOKEN", "t0ken")
    with false_service(lambda _: Reply(body=rows_of("a"))) as other:
        for status in (301, 302, 303, 307, 308):
            said = refused(
                lambda _, status=status: Reply(status, b"", {"Location": other.url + "?k=v"})  # type: ignore[misc]
            )
            assert f"has moved to {other.url};" in said
    assert other.asked == []


@pytest.mark.parametrize("status", [429, 502, 503, 504, None])
def test_busy_service_is_asked_again(at_once: list[float], status: int | None) -> None:
    answers = [Reply(status, b"", {"Retry-After": "7"}), Reply(status, b"", {}),
               Reply(body=rows_of("a"))]  # fmt: skip
    asked, found = asked_once(lambda _: answers.pop(0))
    assert len(asked) == 3
    assert len(found) == 1
    assert at_once == [0.5 if status is None else 7.0, 1.0]


def test_service_that_stays_busy_is_given_up(at_once: list[float]) -> None:
    said = refused(lambda _: Reply(503, b"too much to do\n", {"Content-Type": "text/plain"}))
    assert said == "URL: answered 503: too much to do; try again later"
    assert at_once == [0.5, 1.0, 2.0]


def test_wait_of_an_hour_is_not_waited_for(at_once: list[float]) -> None:
    assert "try again later" in refused(lambda _: Reply(503, b"", {"Retry-After": "3600"}))
    assert at_once == []


def test_limit_that_the_query_passes_is_told_at_once(at_once: list[float]) -> None:
    problem = json.dumps({"detail": "over 30 s; ask for less", "limit": "seconds"}).encode()
    headers = {"Content-Type": "application/problem+json", "Retry-After": "1"}
    assert refused(lambda _: Reply(503, problem, headers)).endswith("over 30 s; ask for less")
    assert at_once == []


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(401, b""), "asks for a login; set HAUBERK_USER"),
        (Reply(403, b"no"), "forbids this; it may take a login"),
        (Reply(404, b""), "there is no SPARQL service; give its query address"),
        (Reply(500, b"Virtuoso 42000 Error SR186: No permission"), "answered 500: Virtuoso 42000"),
        (Reply(500, b"<html>secret</html>", {"Content-Type": "text/html"}), "answered 500"),
        (Reply(200, b"<html>", {"Content-Type": "text/html"}), "answered text/html to a query"),
        (Reply(200, b"{", {"Content-Type": "application/json"}), "answered no SPARQL results"),
        (Reply(200, rows_of("a")[:-9]), "answered no SPARQL results"),
        (Reply(200, b'{"head":{},"boolean":true}'), "answered a truth value"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_answer_is_told_in_one_line(reply: Reply, said: str) -> None:
    assert refused(lambda _: reply).startswith(f"URL: {said}")


def test_query_that_the_service_does_not_take_is_the_querys_fault() -> None:
    said = refused(lambda _: Reply(400, b"\nline 1: oops\nand more"), QueryError)
    assert said == "URL: does not take this as SPARQL: line 1: oops"


def test_answer_cut_off_on_its_way_is_asked_for_again(at_once: list[float]) -> None:
    whole = rows_of("a")
    answers = [Reply(body=whole[:-9], length=len(whole)), Reply(body=whole)]
    asked, found = asked_once(lambda _: answers.pop(0))
    assert (len(asked), len(found)) == (2, 1)
    assert at_once == [0.5]


def test_virtuoso_behind_another_name_is_known() -> None:
    """A query that it may answer wrongly is not asked of it."""
    body = b'{ "head": { "vars": ["x"] }, "results": { "distinct": false, "bindings": [ ] } }'
    with false_service(lambda _: Reply(body=body)) as service:
        snapshot = RemoteSnapshot(Service(service.url))
        snapshot.service.rows("SELECT ?x { GRAPH ?g { ?x ?y ?z } }")
        assert not snapshot.is_asked_itself


@pytest.mark.parametrize("header", ["X-SPARQL-MaxRows", "X-SQL-State"])
def test_part_of_an_answer_is_no_answer(header: str) -> None:
    headers = {"Content-Type": "application/sparql-results+json", header: "10000"}
    refused(lambda _: Reply(200, rows_of("a"), headers), CutOffError)


def test_secret_that_a_service_repeats_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAUBERK_USER", "ann")
    monkeypatch.setenv("HAUBERK_PASSWORD", PASSWORD)
    said = refused(lambda asked: Reply(
        500, f"ann {PASSWORD} {asked.headers['authorization']}".encode()))  # fmt: skip
    assert said == "URL: answered 500: ann … Basic …"
    assert "does not take the login of HAUBERK_USER" in refused(lambda _: Reply(401, b""))


def test_slow_service_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAUBERK_TIMEOUT", "0.3")
    start = time.monotonic()
    said = refused(lambda _: Reply(body=rows_of("a"), wait=2))
    assert "no whole answer within 0.3 s" in said
    assert time.monotonic() - start < 1.5


def test_endless_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MOST_BYTES", 2**20)
    assert "over 1 MB" in refused(lambda _: Reply(body=b" " * 2**21))


def test_service_that_is_not_there_is_told(run: Run) -> None:
    done = run("--store", "http://127.0.0.1:9/sparql", "status")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: http://127.0.0.1:9/sparql: cannot be reached: ")
    assert done.stderr.count("\n") == 1


def test_empty_service_is_told(empty: Running, run: Run) -> None:
    done = run("--store", empty.query, "query", "sources")
    assert done.returncode == 1
    assert done.stderr == (
        f"Error: {empty.query}: holds no Hauberk graph; run `hauberk load` first\n"
    )


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


def test_comments_and_words_of_updates_do_not_make_a_query_an_update() -> None:
    text = "# DELETE\n#+ add: move\nPREFIX load: <urn:insert> ASK { GRAPH ?g { ?x ?y 'DROP' } }"
    with false_service(lambda _: Reply(body=rows_of("a"))) as service:
        Service(service.url).query(text)
    assert [each.form for each in service.asked] == [{"query": [text]}]


def test_bare_query_is_asked_of_what_is_accepted() -> None:
    with false_service(lambda _: Reply(body=rows_of("a"))) as service:
        Service(service.url).query("SELECT ?x { ?x ?y 'GRAPH' }")
        Service(service.url).query("SELECT ?x { GRAPH ?g { ?x ?y ?z } }")
        Service(service.url).query("SELECT ?x FROM <urn:g> { ?x ?y ?z }")
    given = [each.form.get("default-graph-uri") for each in service.asked]
    assert given == [[CURRENT.value], None, None]


# -- Virtuoso's own --------------------------------------------------------------------------


def test_digest_login_of_virtuoso_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, facts: Write
) -> None:
    with virtuoso(tmp_path) as running:
        running.sql('revoke SPARQL_UPDATE from "SPARQL";')
        running.sql(f"DB.DBA.USER_CREATE('ann', '{PASSWORD}');")
        running.sql('grant SPARQL_UPDATE to "ann";')
        with pytest.raises(RemoteError) as raised:
            load(RemoteStore(running.query), batch([facts(deals(1))]))
        assert "\n" not in str(raised.value)
        monkeypatch.setenv("HAUBERK_UPDATE", f"{running.query}-auth")
        monkeypatch.setenv("HAUBERK_USER", "ann")
        monkeypatch.setenv("HAUBERK_PASSWORD", "wrong-" + PASSWORD)
        with pytest.raises(RemoteError, match="does not take the login of HAUBERK_USER") as raised:
            load(RemoteStore(running.query), batch([facts(deals(1))]))
        assert PASSWORD not in str(raised.value)
        monkeypatch.setenv("HAUBERK_PASSWORD", PASSWORD)
        assert load(RemoteStore(running.query), batch([facts(deals(1))])).added == 1
