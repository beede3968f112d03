"""What a query may cost is bounded, and no client's queries are another's trouble."""

import asyncio
import math
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psutil
import pytest

from hauberk.graph.store import Store
from hauberk.loaders.sync import batch, load
from hauberk.queries.web import crew
from hauberk.queries.web.births import Births
from hauberk.queries.web.frames import Limits, Reply, Task, packed
from hauberk.queries.web.pool import Pool
from hauberk.queries.web.problems import ProblemError
from hauberk.tests.support import FIXTURE, deals
from hauberk.tests.web import (
    CSV,
    ENDLESS,
    JSON,
    Answer,
    Server,
    exchanged,
    needs_linux,
    serving,
)

SECONDS: Final = 2.0
MEGABYTES: Final = 400
ROWS: Final = 1000
BYTES: Final = 150_000
CROSS: Final = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
SORTED: Final = f"SELECT * {{ {CROSS} }} ORDER BY ?c ?f ?i"
SMALL: Final = "SELECT ?d { ?d a hbk:Agreement }"
OTHER: Final = "127.0.0.2"
"""A second client: its own address on this machine."""

needs_addresses = pytest.mark.skipif(
    not Path("/proc").is_dir(), reason="only Linux has all of 127.0.0.0/8"
)


@pytest.fixture(scope="module")
def server(fixture_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Yield a server whose limits are soon reached."""
    log = tmp_path_factory.mktemp("limits") / "log"
    with serving(
        fixture_store.root, log, "--time-limit", str(SECONDS), "--memory-limit", str(MEGABYTES),
        "--row-limit", str(ROWS), "--byte-limit", str(BYTES), "--workers", "4",
    ) as made:  # fmt: skip
        yield made


@pytest.fixture(scope="module")
def patient(fixture_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Yield a server of four workers and a short queue that lets queries run for a minute."""
    log = tmp_path_factory.mktemp("patient") / "log"
    with serving(
        fixture_store.root, log, "--time-limit", "60", "--memory-limit", str(MEGABYTES),
        "--workers", "4", "--queue-limit", "24",
    ) as made:  # fmt: skip
        yield made


@pytest.fixture
def background() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(150) as threads:
        yield threads


def varied(query: str, number: int) -> str:
    """Return a query that no answer is kept for."""
    return f"# {number}\n{query}"


class Hung:
    """Requests under way that nobody waits for; on leaving, the client hangs up."""

    def __init__(self, server: Server, query: str, count: int, source: str = "127.0.0.1") -> None:
        self.open = ExitStack()
        for number in range(count):
            connection = self.open.enter_context(server.connect(source=source))
            path = f"/sparql?query={quote(varied(query, number))}"
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())

    def __enter__(self) -> "Hung":
        return self

    def __exit__(self, *_: object) -> None:
        self.open.close()


# -- Time ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        ENDLESS,
        SORTED,
        f"SELECT DISTINCT ?c ?f {{ {CROSS} }} OFFSET 100000000",
        f"SELECT (SUM(STRLEN(STR(?c))) AS ?n) {{ {CROSS} }}",
        f"ASK {{ {CROSS} FILTER(STRLEN(CONCAT(STR(?c), STR(?f), STR(?i))) > 1000000000) }}",
        f"CONSTRUCT {{ ?a ?b ?i }} {{ {CROSS} FILTER(?c = ?f && ?f = ?i && ?a != ?d) }}",
        "SELECT (COUNT(*) AS ?n) { ?s (!<a:b>|^!<a:b>)* ?o . ?o (!<a:b>|^!<a:b>)* ?x }",
    ],
)
def test_a_query_without_end_is_stopped_in_time(query: str, server: Server) -> None:
    begin = time.monotonic()
    answer = server.sparql(query, None)
    spent = time.monotonic() - begin
    assert answer.status == 503
    problem = answer.problem
    assert problem["limit"] in {"seconds", "megabytes"}
    if problem["limit"] == "seconds":
        assert problem["most"] == SECONDS
        assert int(answer.headers["retry-after"]) > 0
        assert spent > SECONDS - 0.1
    assert spent < SECONDS + 3  # a second, and slack for a busy machine
    assert answer.headers["access-control-allow-origin"] == "*"


# -- Memory -------------------------------------------------------------------------------

DOUBLED: Final = "BIND('0123456789abcdef' AS ?x0) " + " ".join(
    f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40)
)


@pytest.mark.parametrize(
    "query",
    [
        SORTED,
        f"SELECT (STRLEN(?x40) AS ?n) {{ {DOUBLED} }}",
        f"SELECT DISTINCT * {{ {CROSS} }} OFFSET 1000000000",
    ],
)
def test_a_query_that_takes_all_memory_is_stopped_and_says_so(query: str, patient: Server) -> None:
    answer = patient.sparql(query)
    assert answer.status == 503
    assert answer.problem["limit"] == "megabytes"
    assert answer.problem["most"] == MEGABYTES
    assert patient.settles(workers=4)["generation"] == 1
    assert len(patient.sparql(SMALL).values) == 4


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT ({'(' * 100_000}1{')' * 100_000} AS ?x) {{}}",
        f"SELECT * {'{' * 100_000}{'}' * 100_000}",
        f"SELECT ({'1+' * 100_000}1 AS ?x) {{}}",
        f"SELECT ({'!' * 400_000}1 AS ?x) {{}}",
        f"ASK {{ {'{} UNION ' * 50_000} {{}} }}",
    ],
    ids=["parentheses", "groups", "sums", "negations", "unions"],
)
def test_a_query_nested_too_deeply_is_refused_as_such(query: str, server: Server) -> None:
    answer = server.post(query)
    assert answer.status == 413
    assert answer.problem["limit"] == "depth"
    assert len(server.sparql(SMALL).values) == 4


# -- The answer's size --------------------------------------------------------------------


@pytest.mark.parametrize("accept", [JSON, CSV, "text/tab-separated-values", "application/xml"])
def test_an_answer_is_whole_or_refused(accept: str, server: Server) -> None:
    rows = "SELECT ?x {{ ?x ?p ?o }} LIMIT {}"
    whole = server.sparql(rows.format(ROWS), accept)
    assert whole.status == 200
    over = server.sparql(rows.format(ROWS + 1), accept)
    assert over.status == 413
    assert (over.problem["limit"], over.problem["most"]) == ("rows", ROWS)
    long = server.sparql("SELECT ?s ?p ?o ?a ?b ?c { ?s ?p ?o . ?a ?b ?c } LIMIT 1000", accept)
    assert long.status == 413
    assert (long.problem["limit"], long.problem["most"]) == ("bytes", BYTES)


def test_texts_that_look_like_rows_are_not_counted_as_such(server: Server) -> None:
    text = "\\n".join(["<result>}},{}"] * 1500)
    for accept in (JSON, CSV, "text/tab-separated-values", "application/xml"):
        assert server.post(f'SELECT ("{text}" AS ?x) {{}}', accept).status == 200


def test_a_row_without_values_counts(server: Server) -> None:
    empty = "SELECT ?nothing { ?s ?p ?o } LIMIT {}"
    for accept in (JSON, CSV, "text/tab-separated-values", "application/xml"):
        assert server.sparql(empty.replace("{}", str(ROWS)), accept).status == 200
        assert server.sparql(empty.replace("{}", str(ROWS + 1)), accept).status == 413


@pytest.mark.parametrize("accept", ["text/turtle", "application/rdf+xml", "application/ld+json"])
def test_a_graph_is_whole_or_refused(accept: str, server: Server) -> None:
    answer = server.sparql("CONSTRUCT WHERE { ?s ?p ?o }", accept)
    assert answer.status == 413
    assert answer.problem["limit"] == "bytes"


def test_a_page_of_a_canned_answer_is_whole_or_refused(
    fixture_store: Store, tmp_path: Path
) -> None:
    with serving(fixture_store.root, tmp_path / "log", "--row-limit", "3") as server:
        assert server.ask("/queries/sources?limit=3").status == 200
        answer = server.ask("/queries/sources?limit=4")
        assert answer.status == 413
        assert answer.problem["limit"] == "rows"


# -- Between clients ----------------------------------------------------------------------


def test_a_client_that_hangs_up_frees_its_worker(patient: Server) -> None:
    with Hung(patient, ENDLESS, 2):
        patient.settles(busy=2)
    patient.settles(busy=0, waiting=0, workers=4)


def test_a_client_that_hangs_up_in_the_queue_leaves_it(patient: Server) -> None:
    with Hung(patient, ENDLESS, 5):
        patient.settles(busy=2, waiting=3)
    patient.settles(busy=0, waiting=0, workers=4)


def test_the_queue_is_bounded(patient: Server) -> None:
    with Hung(patient, ENDLESS, 8):  # two at work, six in the queue: a quarter of it
        patient.settles(busy=2, waiting=6)
        answer = patient.sparql(varied(SMALL, 1))
        assert answer.status == 429
        assert answer.problem["limit"] == "queued_each"
        assert int(answer.headers["retry-after"]) > 0
        assert answer.headers["access-control-allow-origin"] == "*"
    patient.settles(busy=0, waiting=0, workers=4)


@needs_addresses
def test_the_queue_is_bounded_for_all_clients_together(patient: Server) -> None:
    with ExitStack() as stack:
        for number in range(1, 5):
            stack.enter_context(Hung(patient, ENDLESS, 8, f"127.0.0.{number}"))
        patient.settles(busy=4)
        answer = patient.sparql(varied(SMALL, 2), source="127.0.0.9")
        state = patient.health
        assert state["waiting"] <= 24
        assert (answer.status == 429) == (state["waiting"] == 24)
    patient.settles(busy=0, waiting=0, workers=4)


@needs_addresses
def test_a_client_that_fills_its_queue_does_not_keep_others_waiting(patient: Server) -> None:
    with Hung(patient, ENDLESS, 8):
        patient.settles(busy=2, waiting=6)
        for number in range(20):
            assert len(patient.sparql(varied(SMALL, number), source=OTHER).values) == 4
        assert patient.health["busy"] == 2
    patient.settles(busy=0, waiting=0, workers=4)


@needs_addresses
def test_two_clients_that_fill_their_queues_take_turns(
    patient: Server, background: ThreadPoolExecutor
) -> None:
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(STRLEN(STR(?f)) = 1) } LIMIT 1"
    ended: list[str] = []

    def ask(number: int, source: str) -> None:
        assert patient.sparql(varied(slow, number), source=source).status in {200, 429}
        ended.append(source)

    waits = [
        background.submit(ask, 10 * number + len(source), source)
        for number in range(5)
        for source in ("127.0.0.1", OTHER)
    ]
    for each in waits:
        each.result()
    first, second = ended[:5].count("127.0.0.1"), ended[:5].count(OTHER)
    assert min(first, second) >= 1


@needs_addresses
def test_others_are_answered_while_ten_queries_without_end_run(patient: Server) -> None:
    with Hung(patient, ENDLESS, 8):
        patient.settles(busy=2)
        spent = []
        for number in range(50):
            begin = time.monotonic()
            assert patient.sparql(varied(SMALL, 100 + number), source=OTHER).status == 200
            spent.append(time.monotonic() - begin)
    assert sorted(spent)[47] < 2  # milliseconds on an idle machine; two seconds is slack
    patient.settles(busy=0, waiting=0, workers=4)


@needs_addresses
def test_a_hundred_queries_without_end_leave_the_server_healthy(
    fixture_store: Store, tmp_path: Path
) -> None:
    with serving(
        fixture_store.root, tmp_path / "log", "--time-limit", "0.5", "--workers", "4",
    ) as server, ThreadPoolExecutor(4) as threads:  # fmt: skip
        for number in range(8):
            server.sparql(varied(SMALL, number))
        process = psutil.Process(server.process.pid)
        before = process.memory_info().rss

        def ask(number: int) -> Answer:
            query = varied(SORTED if number % 2 else ENDLESS, number)
            return server.sparql(query, source=f"127.0.0.{number % 2 + 1}")

        answers = list(threads.map(ask, range(100)))
        assert {answer.status for answer in answers} == {503}
        state = server.settles(60, busy=0, waiting=0, workers=4)
        assert state["status"] == "ok"
        assert state["replaced"] > 30  # the others found no worker free in time
        assert sum(state["refused"].values()) == 100
        assert set(state["refused"]) <= {"seconds", "megabytes"}
        assert len(server.sparql(SMALL).values) == 4
        assert process.memory_info().rss - before < 50_000_000
        assert sum(worker.memory_info().rss for worker in server.workers()) < 4 * 300_000_000


def test_small_queries_wait_behind_none_without_end(
    patient: Server, background: ThreadPoolExecutor
) -> None:
    """A worker is given small queries ahead of its work; long work must not hold them."""
    for number in range(3):
        with Hung(patient, varied(ENDLESS, number), 1):
            asked = [varied(SMALL, 1000 * number + each) for each in range(200, 240)]
            answers = [*background.map(patient.sparql, asked)]
            assert {len(each.values) for each in answers if each.status == 200} == {4}
            assert {each.status for each in answers} <= {200, 429}  # more than may wait
            assert patient.settles(waiting=0)["busy"] == 1
        patient.settles(busy=0, waiting=0, workers=4)


def test_what_waits_behind_a_query_that_ends_its_worker_is_answered_by_others(
    server: Server, background: ThreadPoolExecutor
) -> None:
    deep = f"SELECT ({'(' * 100_000}1{')' * 100_000} AS ?x) {{}}"
    for number in range(5):
        asked = [varied(SMALL, 10_000 + 100 * number + each) for each in range(12)]
        small = [background.submit(server.sparql, query) for query in asked[:6]]
        ending = [background.submit(server.post, varied(deep, number))]
        small += [background.submit(server.sparql, query) for query in asked[6:]]
        assert [each.result().status for each in ending] == [413]
        assert {len(each.result().values) for each in small} == {4}
    assert server.settles(workers=4, busy=0)["status"] == "ok"


# -- Workers that end ---------------------------------------------------------------------


@needs_linux
def test_a_worker_that_is_killed_is_replaced(server: Server) -> None:
    server.settles(workers=4, busy=0)
    before = server.health["replaced"]
    victims = server.workers()
    assert len(victims) == 4
    for victim in victims:
        victim.kill()
    state = server.settles(workers=4, replaced=before + 4)
    assert state["status"] == "ok"
    assert len(server.sparql(varied(SMALL, 3)).values) == 4


@needs_linux
def test_a_worker_that_is_killed_at_work_is_told_to_its_client_alone(
    patient: Server, background: ThreadPoolExecutor
) -> None:
    asking = background.submit(patient.sparql, ENDLESS)
    patient.settles(busy=1)
    patient.busiest().kill()
    answer = asking.result()
    assert answer.status == 500
    assert answer.problem["title"] == "Worker lost"
    patient.settles(workers=4, busy=0)


def test_where_there_is_no_nursery_workers_are_started_one_by_one(
    fixture_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "births", Births)
    small, endless = (
        packed(Task(operation="sparql", arguments={"query": query, "accept": CSV}))
        for query in (SMALL, ENDLESS)
    )

    async def ask() -> None:
        pool = Pool(fixture_store.root, workers=2, limits=Limits(queued_each=3))
        await pool.start()
        try:
            for _ in range(2):
                replies: list[Reply | ProblemError] = []
                given_up = pool.ask(endless, "a", replies.append)
                for _ in range(3):
                    pool.ask(small, "a", replies.append)
                assert pool.state()["waiting"] == 3
                pool.give_up(given_up)
                while len(replies) < 3:
                    await asyncio.sleep(0.01)
                assert {isinstance(each, Reply) and each.status for each in replies} == {200}
            assert pool.state()["replaced"] == 2
        finally:
            await pool.stop()

    asyncio.run(ask())


@needs_linux
def test_a_nursery_that_is_killed_is_replaced_with_its_workers(patient: Server) -> None:
    patient.settles(workers=4, busy=0)
    before = patient.health["replaced"]
    workers = {each.pid for each in patient.workers()}
    with Hung(patient, ENDLESS, 1):
        patient.settles(busy=1)
        patient.nursery().kill()
        patient.settles(replaced=before + 4)
    state = patient.settles(workers=4, busy=0, waiting=0)
    assert state["status"] == "ok"
    assert len(patient.sparql(varied(SMALL, 4)).values) == 4
    assert workers.isdisjoint(each.pid for each in patient.workers())


@needs_linux
def test_a_server_that_is_killed_leaves_no_workers(fixture_store: Store, tmp_path: Path) -> None:
    with serving(fixture_store.root, tmp_path / "log", "--workers", "4") as server:
        with Hung(server, ENDLESS, 2):
            server.settles(busy=2)
            workers = server.workers()
            assert len(workers) == 4
            server.process.kill()
            server.process.wait()
        gone, alive = psutil.wait_procs(workers, timeout=10)
        assert alive == [], [each.status() for each in alive]
        assert len(gone) == 4


# -- Loads, ends and neighbours -----------------------------------------------------------


def test_a_load_during_a_stream_of_requests_fails_none_and_mixes_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    load(store, batch([FIXTURE]))
    more = tmp_path / "more.yaml"
    # Each generation has one more deal, and as many statuses: an answer that mixes two has not.
    query = """SELECT (COUNT(DISTINCT ?d) AS ?n) (COUNT(?s) AS ?m) {
      ?d a hbk:Agreement . FILTER(STRSTARTS(STR(?d), CONCAT(STR(id:), "agreement/deal-")))
      GRAPH ?claim { ?d hbk:status ?s } ?claim a hbk:Claim }"""
    pairs: list[tuple[int, list[str]]] = []
    statuses: list[int] = []
    stop = threading.Event()

    def stream(server: Server, seed: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            text = query if number % 2 else varied(query, 1_000_000 * seed + number)
            answer = server.sparql(text)
            statuses.append(answer.status)
            if answer.status == 200:
                pairs.append((int(answer.headers["etag"][3:].split("-")[0]), answer.values[0]))

    with serving(store.root, tmp_path / "log") as server, ThreadPoolExecutor(4) as threads:
        streams = [threads.submit(stream, server, seed) for seed in range(4)]
        try:
            for count in range(1, 4):
                more.write_text(deals(count), encoding="utf-8")
                load(store, batch([more]))
                server.settles(generation=count + 1)
        finally:
            stop.set()
        for each in streams:
            each.result()
        last = server.sparql(query).values[0]
    assert set(statuses) == {200}
    assert len(statuses) > 50
    assert {generation for generation, _ in pairs} >= {1, 4}
    for generation, counted in pairs:
        assert counted == [str(generation - 1)] * 2
    assert last == ["3", "3"]


@needs_linux
def test_a_server_told_to_stop_answers_what_is_under_way(
    fixture_store: Store, tmp_path: Path, background: ThreadPoolExecutor
) -> None:
    slow = (
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(STRLEN(STR(?f)) = 1) "
        "FILTER(STRLEN(STR(?c)) < 100) }"
    )
    with serving(fixture_store.root, tmp_path / "log", "--workers", "2") as server:
        asking = background.submit(server.sparql, slow)
        server.settles(busy=1)
        idle = server.connect()
        server.process.send_signal(signal.SIGTERM)
        for process in (server.nursery(), *server.workers()):  # as a service manager does
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGINT)
        answer = asking.result()
        assert answer.status == 200
        assert answer.values
        assert server.process.wait(20) in {0, -signal.SIGTERM}
        assert idle.recv(10) == b""
        idle.close()
        with pytest.raises(ConnectionError):
            server.ask("/healthz")


def test_several_servers_share_a_store(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    load(store, batch([FIXTURE]))
    with (
        serving(store.root, tmp_path / "log-1", "--workers", "2") as first,
        serving(store.root, tmp_path / "log-2", "--workers", "2") as second,
    ):
        tags = {each.sparql(SMALL).headers["etag"] for each in (first, second)}
        assert len(tags) == 1, "servers behind one proxy must agree on tags"
        more = tmp_path / "more.yaml"
        more.write_text(deals(2), encoding="utf-8")
        load(store, batch([more]))
        for each in (first, second):
            assert len(each.sparql(SMALL).values) == 6
        first.process.kill()
        first.process.wait()
        assert len(second.sparql(varied(SMALL, 1)).values) == 6


def test_a_port_in_use_is_told_in_one_line(server: Server, fixture_store: Store) -> None:
    from hauberk.tests.support import command

    words = command("--store", str(fixture_store.root), "serve", "--port", str(server.port))
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=60, check=False, env=os.environ
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: cannot listen on 127.0.0.1, port {server.port}: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_server_whose_store_goes_away_says_so_and_recovers(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    load(store, batch([FIXTURE]))
    with serving(store.root, tmp_path / "log") as server:
        assert server.sparql(SMALL).status == 200
        current = store.root / "CURRENT"
        text = current.read_text(encoding="utf-8")
        current.unlink()
        assert server.ask("/healthz").status == 503
        assert server.sparql(varied(SMALL, 1)).status in {404, 503}
        current.write_text("nonsense", encoding="utf-8")
        assert server.ask("/healthz").status == 503
        assert server.sparql(SMALL).status == 503
        current.write_text(text, encoding="utf-8")
        assert server.ask("/healthz").status == 200
        assert server.sparql(SMALL).status == 200


# -- Slow clients -------------------------------------------------------------------------


def test_slow_clients_are_dropped(fixture_store: Store, tmp_path: Path) -> None:
    """A head, a body, and an answer have their time; the three are waited for together."""
    with serving(fixture_store.root, tmp_path / "log") as server, ThreadPoolExecutor(5) as threads:
        head = threads.submit(
            _dribbled, server, b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nX: ", b"x"
        )
        silent = threads.submit(_dribbled, server, b"", b"")
        opening = (
            b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
            b"Content-Length: 100000\r\n\r\nASK {"
        )
        body = threads.submit(_dribbled, server, opening, b" ")
        taking = threads.submit(_never_taken, server)
        assert head.result()[0].startswith(b"HTTP/1.1 408 ")
        assert silent.result()[0].startswith(b"HTTP/1.1 408 ")
        assert body.result()[0].startswith(b"HTTP/1.1 408 ")
        for dropped in (head, silent, body):
            assert dropped.result()[1] < 25
        received, whole = taking.result()
        assert received < whole
        assert server.health["status"] == "ok"


def _dribbled(server: Server, opening: bytes, drop: bytes) -> tuple[bytes, float]:
    """Send an opening and then drops; return what came back, and the seconds until it did."""
    begin = time.monotonic()
    with server.connect(timeout=0.5) as connection:
        connection.sendall(opening)
        received = b""
        while not received and time.monotonic() - begin < 40:
            try:
                received = connection.recv(1000)
                if not received:
                    break
            except TimeoutError:
                if drop:
                    connection.sendall(drop)
    return received, time.monotonic() - begin


def _never_taken(server: Server) -> tuple[int, float]:
    """Ask for a long answer and take nothing of it for a while; return its length that came."""
    query = "SELECT ?s ?p ?o ?a { ?s ?p ?o . ?a a ?c } LIMIT 100000"
    whole = math.inf
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(30)
        connection.connect(("127.0.0.1", server.port))
        request = f"GET /sparql?query={quote(query)} HTTP/1.1\r\nHost: x\r\n\r\n"
        connection.sendall(request.encode())
        start = connection.recv(1000)
        assert start.startswith(b"HTTP/1.1 200"), start
        for line in start.split(b"\r\n"):
            if line.startswith(b"content-length: "):
                whole = int(line.partition(b": ")[2])
        time.sleep(13)
        received = len(start) + len(exchanged(connection, b""))
    return received, whole
