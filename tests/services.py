"""SPARQL services that tests start: Oxigraph's server, Virtuoso, and false ones that misbehave."""

import base64
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

_INI = """\
[Database]
DatabaseFile = {folder}/v.db
ErrorLogFile = {folder}/v.log
LockFile = {folder}/v.lck
TransactionFile = {folder}/v.trx
xa_persistent_file = {folder}/v.pxa
FileExtend = 200
TempStorage = TempDatabase
[TempDatabase]
DatabaseFile = {folder}/t.db
TransactionFile = {folder}/t.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
ServerThreads = 10
NumberOfBuffers = 10000
DirsAllowed = {folder}
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 5
[SPARQL]
ResultSetMaxRows = 10000
"""
"""A configuration of Virtuoso with the limit on rows that its package ships."""

_KEPT = re.compile("content-type|x-|server", re.IGNORECASE)
PASSWORD = "letmein-7f3c"  # noqa: S105 - of a server that lives for one test


@dataclass(frozen=True, slots=True)
class Running:
    """A service that runs: its query address, its update address, and how to empty it."""

    query: str
    update: str
    reset: Callable[[], object]
    sql: Callable[[str], str] = str


def post(url: str, **parameters: str) -> bytes:
    """Return the answer to a form sent by a plain client; the text of an error where it is one."""
    return _forwarded(url, parameters, "application/sparql-results+json").body


@contextmanager
def oxigraph(folder: Path) -> Iterator[Running]:
    """Yield `oxigraph serve` with a store in memory; the test is skipped where there is none."""
    binary = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which(
        "oxigraph"
    )
    if binary is None:
        pytest.skip("no `oxigraph`: pip install oxigraph")
    port = _free_port()
    root = f"http://127.0.0.1:{port}"
    with (folder / "oxigraph.log").open("wb") as log:
        process = subprocess.Popen(
            [binary, "serve", "--bind", f"127.0.0.1:{port}"], stdout=log, stderr=log
        )
    try:
        _wait(port)
        update = f"{root}/update"
        yield Running(f"{root}/query", update, lambda: post(update, update="DROP ALL"))
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def virtuoso(folder: Path) -> Iterator[Running]:
    """Yield Virtuoso, which anyone may write to; the test is skipped where there is none."""
    binary, isql = shutil.which("virtuoso-t"), shutil.which("isql-vt")
    if binary is None or isql is None:
        pytest.skip("no Virtuoso: apt-get install virtuoso-opensource-7-bin")
    http, sql = _free_port(), _free_port()
    ini = folder / "virtuoso.ini"
    ini.write_text(_INI.format(folder=folder, http=http, sql=sql), encoding="utf-8")

    def ask(text: str) -> str:
        words = [isql, f"127.0.0.1:{sql}", "dba", "dba", f"exec={text}"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        assert "Error" not in done.stderr + done.stdout, done.stderr
        return done.stdout

    with (folder / "out.log").open("wb") as log:
        process = subprocess.Popen(
            [binary, "+configfile", str(ini), "+foreground"], stdout=log, stderr=log, cwd=folder
        )
    try:
        _wait(sql)
        _wait(http)
        ask('grant SPARQL_UPDATE to "SPARQL";')
        root = f"http://127.0.0.1:{http}"
        yield Running(f"{root}/sparql", f"{root}/sparql", lambda: ask("RDF_GLOBAL_RESET();"), ask)
    finally:
        process.kill()  # its data is thrown away
        process.wait(10)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _wait(port: int, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < end, f"nothing listens at {port} after {seconds} s"
            time.sleep(0.05)
        else:
            return


# -- False services -------------------------------------------------------------------------


@dataclass(slots=True)
class Reply:
    """What a false service answers; without a status it closes the connection."""

    status: int | None = 200
    body: bytes = b'{"head":{},"boolean":true}'
    headers: Mapping[str, str] = field(
        default_factory=lambda: {"Content-Type": "application/sparql-results+json"}
    )
    wait: float = 0
    length: int | None = None
    """What it says the length is, where that is not so."""


@dataclass(slots=True)
class Asked:
    """A request as a service saw it."""

    path: str
    headers: dict[str, str]
    form: dict[str, list[str]]

    @property
    def is_update(self) -> bool:
        """Tell an update from a query."""
        return "update" in self.form

    @property
    def login(self) -> str:
        """The user and password of Basic authentication, or the whole header."""
        scheme, _, value = self.headers.get("authorization", "").partition(" ")
        return base64.b64decode(value).decode() if scheme == "Basic" else f"{scheme} {value}"


@dataclass(frozen=True, slots=True)
class False_:  # noqa: N801 - False is taken
    """A false service: its address, and what it was asked."""

    url: str
    asked: list[Asked]


@contextmanager
def false_service(answer: Callable[[Asked], Reply]) -> Iterator[False_]:
    """Yield a service that answers each request with what *answer* returns."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            named = {name.lower(): value for name, value in self.headers.items()}
            found = Asked(self.path, named, urllib.parse.parse_qs(body.decode()))
            asked.append(found)
            self._send(answer(found))

        def do_GET(self) -> None:
            self.do_POST()

        def _send(self, reply: Reply) -> None:
            time.sleep(reply.wait)
            if reply.status is None:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(reply.length or len(reply.body)))
            self.end_headers()
            with suppress(OSError):  # the client has had enough
                self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield False_(f"http://127.0.0.1:{server.server_address[1]}/sparql", asked)
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def cutting(service: Running, updates: int, *, before: bool) -> Iterator[False_]:
    """Yield a way to a service that is cut at an update: *before* it gets there, or its answer.

    Nothing gets through any more after that; *updates* got through before.
    """
    left = updates

    def answer(asked: Asked) -> Reply:
        nonlocal left
        if left < 0 or (asked.is_update and left == 0 and before):
            left = -1
            return Reply(None)
        url = service.update if asked.is_update else service.query
        form = {name: values[0] for name, values in asked.form.items()}
        reply = _forwarded(url, form, asked.headers.get("accept", "*/*"))
        if asked.is_update:
            left -= 1
            if left < 0:
                return Reply(None)
        return reply

    with false_service(answer) as found:
        yield found


def _forwarded(url: str, form: Mapping[str, str], accept: str) -> Reply:
    data = urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(url, data, {"Accept": accept})  # noqa: S310 - HTTP
    try:
        with urllib.request.urlopen(request, timeout=60) as got:  # noqa: S310
            kept = {name: value for name, value in got.headers.items() if _KEPT.match(name)}
            return Reply(got.status, got.read(), kept)
    except urllib.error.HTTPError as exc:
        with exc:
            return Reply(exc.code, exc.read(), {"Content-Type": "text/plain"})
