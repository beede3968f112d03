"""A server that tests talk to: `hauberk serve` as a real process, and plain clients for it."""

import http.client
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

import psutil
import pytest

from hauberk.graph.store import Store
from hauberk.tests.support import command

JSON: Final = "application/sparql-results+json"
CSV: Final = "text/csv"
FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
PROBLEM: Final = "application/problem+json"
ENDLESS: Final = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
"""A cross product that no machine sees the end of."""
SELECT: Final = "SELECT ?d { ?d a hbk:Agreement }"
CONSTRUCT: Final = "CONSTRUCT { ?d rdfs:label ?l } { ?d a hbk:Agreement ; rdfs:label ?l }"
ALDER: Final = "https://w3id.org/hauberk/id/firm/alder-works"
DEALS: Final = "https://w3id.org/hauberk/id/agreement/"
AGREEMENTS: Final = {
    f"{DEALS}{name}" for name in ("alder-birch", "carmaker-lines", "danish-order", "yard-frame")
}
SECONDS: Final = 2.0
MEGABYTES: Final = 400
ROWS: Final = 1000
BYTES: Final = 150_000
CROSS: Final = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
SORTED: Final = f"SELECT * {{ {CROSS} }} ORDER BY ?c ?f ?i"
SMALL: Final = SELECT
OTHER: Final = "127.0.0.2"
"""A second client: its own address on this machine."""
LIMITED: Final = (
    "--time-limit", str(SECONDS), "--memory-limit", str(MEGABYTES),
    "--row-limit", str(ROWS), "--byte-limit", str(BYTES), "--workers", "4",
)  # fmt: skip
"""A server whose limits are soon reached."""
PATIENT: Final = (
    "--time-limit", "60", "--memory-limit", str(MEGABYTES),
    "--workers", "4", "--queue-limit", "24",
)  # fmt: skip
"""A server of four workers and a short queue that lets queries run for a minute."""

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has this")
needs_addresses = pytest.mark.skipif(
    not Path("/proc").is_dir(), reason="only Linux has all of 127.0.0.0/8"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode()

    @property
    def type(self) -> str:
        """The media type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0]

    @property
    def json(self) -> Any:  # noqa: ANN401
        """The body read as JSON."""
        return json.loads(self.body)

    @property
    def problem(self) -> dict[str, Any]:
        """The problem that the body tells; it must be one, of the answer's own status."""
        assert self.type == PROBLEM, (self.status, self.headers, self.body[:500])
        told: dict[str, Any] = self.json
        assert told["status"] == self.status
        assert told["title"]
        assert told["detail"]
        return told

    @property
    def values(self) -> list[list[str]]:
        """The rows of a SELECT answer in JSON, each as its values in the order of its columns."""
        assert self.status == 200, (self.status, self.body[:500])
        columns = self.json["head"]["vars"]
        rows = self.json["results"]["bindings"]
        return [[row[name]["value"] if name in row else "" for name in columns] for row in rows]


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs."""

    process: subprocess.Popen[bytes]
    port: int
    store: Path
    log: Path

    @property
    def root(self) -> str:
        """The address of the whole server, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    def ask(  # noqa: PLR0913
        self,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | str | None = None,
        source: str = "127.0.0.1",
        timeout: float = 60,
    ) -> Answer:
        """Return the answer to one request on a connection of its own, from address *source*."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=timeout, source_address=(source, 0)
        )
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, named, answer.read())
        finally:
            connection.close()

    def sparql(
        self,
        query: str,
        accept: str | None = JSON,
        *,
        source: str = "127.0.0.1",
        timeout: float = 60,
        **fields: str | list[str],
    ) -> Answer:
        """Return the answer to a query by GET; `default_graph_uri=` and the like are fields."""
        given = {"query": query, **{name.replace("_", "-"): v for name, v in fields.items()}}
        path = f"/sparql?{urlencode(given, doseq=True, quote_via=quote)}"
        headers = {"Accept": accept} if accept else {}
        return self.ask(path, headers=headers, source=source, timeout=timeout)

    def post(self, query: str, accept: str = JSON) -> Answer:
        """Return the answer to a query by direct POST."""
        headers = {"Content-Type": QUERY, "Accept": accept}
        return self.ask("/sparql", method="POST", body=query.encode(), headers=headers)

    def raw(self, sent: bytes, *, timeout: float = 30, source: str = "127.0.0.1") -> bytes:
        """Return all that the server sends back on *sent* until it closes, or falls silent."""
        with self.connect(timeout=timeout, source=source) as connection:
            return exchanged(connection, sent)

    def connect(self, *, timeout: float = 30, source: str = "127.0.0.1") -> socket.socket:
        """Return a connection to the server."""
        return socket.create_connection(
            ("127.0.0.1", self.port), timeout=timeout, source_address=(source, 0)
        )

    @property
    def health(self) -> dict[str, Any]:
        """What the server says of its own state."""
        told: dict[str, Any] = self.ask("/healthz").json
        return told

    def nursery(self) -> psutil.Process:
        """Return the process that bears the workers: on Linux the nursery, else the server."""
        process = psutil.Process(self.process.pid)
        return _alive(process.children())[0] if sys.platform == "linux" else process

    def workers(self) -> list[psutil.Process]:
        """Return the worker processes that live."""
        return _alive(self.nursery().children())

    def busiest(self) -> psutil.Process:
        """Return the worker process that is at work."""
        workers = self.workers()
        before = {each.pid: sum(each.cpu_times()[:2]) for each in workers}
        time.sleep(0.3)
        return max(workers, key=lambda each: sum(each.cpu_times()[:2]) - before[each.pid])

    def settles(self, seconds: float = 20, **wanted: object) -> dict[str, Any]:
        """Return the server's state as soon as it is as *wanted*; fail where it never is."""
        end = time.monotonic() + seconds
        while True:
            state = self.health
            if all(state[name] == value for name, value in wanted.items()):
                return state
            assert time.monotonic() < end, state
            time.sleep(0.05)


def _alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    found = []
    for each in processes:
        try:
            if each.status() != psutil.STATUS_ZOMBIE:
                found.append(each)
        except psutil.NoSuchProcess:
            continue
    return found


def exchanged(connection: socket.socket, sent: bytes) -> bytes:
    """Send bytes and return all that comes back until the other side closes, or falls silent."""
    received = bytearray()
    try:
        connection.sendall(sent)
        while part := connection.recv(65_536):
            received += part
    except (TimeoutError, ConnectionError):
        pass
    return bytes(received)


_ADDRESS: Final = re.compile(r" at http://127\.0\.0\.1:(\d+)/$", re.MULTILINE)


@contextmanager
def serving(store: Path, log: Path, *options: str) -> Iterator[Server]:
    """Yield a server on *store* that is ready; what it says on stderr stands in the file *log*."""
    words = command("--store", str(store), "serve", "--port", "0", *options)
    with log.open("wb") as out:
        process = subprocess.Popen(words, stdout=out, stderr=out, cwd=store.parent)
    try:
        yield _ready(process, store, log)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    said = log.read_text(encoding="utf-8")
    assert "Traceback" not in said, said[-3000:]


def _ready(process: subprocess.Popen[bytes], store: Path, log: Path) -> Server:
    """Return the server once it answers; it says at which port."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        said = log.read_text(encoding="utf-8")
        assert process.poll() is None, said
        if address := _ADDRESS.search(said):
            server = Server(process, int(address[1]), store, log)
            assert server.ask("/healthz").status == 200
            return server
        time.sleep(0.02)
    raise AssertionError("the server is not ready after a minute")


def served(*options: str) -> object:
    """Return the fixture of a file's own server, on the fixture's facts and with these options."""

    @pytest.fixture(scope="module")
    def server(fixture_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
        log = tmp_path_factory.mktemp("server") / "log"
        with serving(fixture_store.root, log, *options) as made:
            yield made

    return server


@pytest.fixture
def background() -> Iterator[ThreadPoolExecutor]:
    """Yield threads to ask with, many at a time."""
    with ThreadPoolExecutor(150) as threads:
        yield threads


def found(answer: Answer) -> set[str]:
    """Return the first column of an answer."""
    return {row[0] for row in answer.values}


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
