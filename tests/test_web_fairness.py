"""No client's queries are another's trouble, however many they are and however slow it is."""

import math
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import psutil

from hauberk.graph.store import Store
from hauberk.tests.web import (
    ENDLESS,
    OTHER,
    PATIENT,
    SMALL,
    SORTED,
    Answer,
    Hung,
    Server,
    exchanged,
    needs_addresses,
    served,
    serving,
    varied,
)

patient = served(*PATIENT)


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
