"""No path leads to another file, and no bytes to another client's request."""

import gzip
import re
import socket
import time
from typing import Final
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hauberk.tests.web import QUERY, Server, exchanged, served

server = served("--time-limit", "10")


# -- No other file ------------------------------------------------------------------------

PATHS: Final = [
    "/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/%2e%2e%2fapp.py",
    "/static/..%5capp.py", "/static/..%c0%afapp.py", "/static/%252e%252e%252fapp.py",
    "/static//etc/passwd", "/static/%2fetc%2fpasswd", "/static/hauberk.css%00.py",
    "/static/", "/static/....//app.py", "/static/./../app.py",
    f"/static/{'../' * 20}etc/passwd", f"/static/{'%2e%2e%2f' * 20}etc%2fpasswd",
    f"/static/{'a' * 5000}", "/static/C:%5cwindows%5cwin.ini", "/../../etc/passwd",
    "/queries/..%2f..%2fapp", "/queries/%2e%2e%2fweb%2fapp", "/queries/deals%2fdeals-by-country",
    "/queries/../web/app.py", "/queries/sources.rq", "/queries/sources%00",
    "/queries/../../graph/cli.py", "/queries/sources/parameters/..%2f..%2f", "/queries/*",
    "/queries/%2a", "/id/..%2f..%2f..%2fetc%2fpasswd", "/id/../../etc/passwd", "/ns/..%2f..%2f",
    "/templates/base.html", "/web/app.py", "/.git/config", "/CURRENT", "//evil.example/",
    "/id//evil.example", "/id/a%0d%0aSet-Cookie:%20a=b", "/static%0d%0aSet-Cookie:%20a=b",
    "/queries/sources/%0d%0aSet-Cookie:%20a=b", "/ns/%0aSet-Cookie:%20a=b", "/published/1.json",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:40])
def test_no_path_leads_to_another_file(path: str, server: Server) -> None:
    sent = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    received = server.raw(sent)
    status = int(received.split(b" ", 2)[1])
    assert status in {303, 307, 400, 404}, received[:500]
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"root:" not in body
    assert b"import " not in body
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"location:"):
            assert re.match(rb"location: (/(?!/)|http://x/)", line, re.IGNORECASE), line
        assert not line.lower().startswith(b"set-cookie")


def test_the_style_sheet_is_all_there_is_in_static(server: Server) -> None:
    answer = server.ask("/static/hauberk.css")
    assert answer.status == 200
    assert answer.type == "text/css"
    assert "etag" in answer.headers


# -- No other request ---------------------------------------------------------------------

_START: Final = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
_HIDDEN: Final = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        _START + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + _HIDDEN,
        _START + b"Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n" + _HIDDEN,
        _START + b"Content-Length: 6\r\nContent-Length: 40\r\n\r\nASK {}" + _HIDDEN,
        _START + b"Content-Length: 6, 40\r\n\r\nASK {}" + _HIDDEN,
        _START + b"Content-Length: +6\r\n\r\nASK {}" + _HIDDEN,
        _START + b"Content-Length: 0x6\r\n\r\nASK {}" + _HIDDEN,
        _START + b"Content-Length: -1\r\n\r\nASK {}" + _HIDDEN,
        _START + b"Content-Length: 99999999999999999999999\r\n\r\nASK {}" + _HIDDEN,
        _START + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + _HIDDEN,
        _START + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + _HIDDEN,
        _START + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + _HIDDEN,
        _START + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n" + _HIDDEN,
        _START + b" folded: x\r\nContent-Length: 6\r\n\r\nASK {}" + _HIDDEN,
        _START + b"Transfer-Encoding: chunked\r\n\r\n-6\r\nASK {}\r\n0\r\n\r\n" + _HIDDEN,
        _START + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\nASK {}" + _HIDDEN,
        _START + b"Transfer-Encoding: chunked\r\n\r\n6 x\r\nASK {}\r\n0\r\n\r\n" + _HIDDEN,
        _START + b"Bad\x00Name: x\r\nContent-Length: 6\r\n\r\nASK {}" + _HIDDEN,
        _START + b"Name: x\ny: z\r\nContent-Length: 6\r\n\r\nASK {}" + _HIDDEN,
        b"GET /healthz HTTP/1.1\nHost: x\n\n" + _HIDDEN,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /a b HTTP/1.1\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"G\xc3\x89T / HTTP/1.1\r\n\r\n",
    ],
)  # fmt: skip
def test_a_request_that_can_be_read_in_two_ways_ends_the_connection(
    sent: bytes, server: Server
) -> None:
    received = server.raw(sent, timeout=3)
    assert received.startswith(b"HTTP/1.1 400 "), received[:300]
    assert received.count(b"HTTP/1.1 ") == 1
    assert b"connection: close" in received
    assert b"access-control-allow-origin: *" in received


def test_a_body_that_reads_as_a_request_answered_before_is_a_body(server: Server) -> None:
    """The same bytes as an earlier request's are known again, but only where one can begin."""
    query = quote("SELECT (987654321 AS ?n) {}")
    get = f"GET /sparql?query={query} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n".encode()
    with server.connect() as connection:
        for _ in range(4):
            connection.sendall(get)
            assert connection.recv(65_536).endswith(b"987654321\r\n")
    for before in (b"", get):
        head = _START + f"Content-Length: {len(get)}\r\nConnection: close\r\n\r\n".encode()
        with server.connect() as connection:
            connection.sendall(before)
            if before:
                connection.recv(65_536)
            connection.sendall(head)
            time.sleep(0.2)
            received = exchanged(connection, get)
        assert received.startswith(b"HTTP/1.1 400 ")
        assert received.count(b"HTTP/1.1 ") == 1
        assert b"not a SPARQL query" in received
    with server.connect(timeout=3) as connection:  # a request that begins in the piece before
        connection.sendall(get[:-10])
        time.sleep(0.2)
        assert exchanged(connection, get).startswith(b"HTTP/1.1 ")


@pytest.mark.parametrize(
    "target",
    [b"ASK%7B%7D", b"ASK{}", b"ASK {}", b"ASK%20%7B%7D#x", b"", b"%", b"%zz", b"%C3%A9",
     b"\xc3\xa9", b"ASK\t{}", b"ASK\x00{}", b"ASK\x7f{}", b"ASK%7B%7D&query=ASK%7B%7D",
     b"ASK%7B%7D&update=x",
     b"%5Cu0041SK%7B%7D", b"%5cx41", b"\\x41SK{}", b"SELECT+(%22a%2Bb%22+AS+%3Fx)%7B%7D",
     b"ASK%7B%7D&default-graph-uri=x", b"ASK%7B%7D HTTP/1.1", b"ASK%7B%7D HTTP/1.0\r\nX: y",
     b"SERVICE%20%3Chttp://127.0.0.1:9/%3E", b"ASK%7B%7D" + b"%20" * 21_000],
    ids=lambda target: repr(target)[2:30],
)  # fmt: skip
def test_a_query_with_headers_that_are_known_is_read_as_any_other(
    target: bytes, server: Server
) -> None:
    def ask(target: bytes, more: bytes, first: bytes = b"") -> bytes:
        rest = b" HTTP/1.1\r\nHost: x\r\n" + more + b"\r\n"
        with server.connect(timeout=2) as connection:
            if first:
                connection.sendall(b"GET /sparql?query=" + first + rest)
                assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
            return exchanged(connection, b"GET /sparql?query=" + target + rest)

    known = ask(target, b"", first=b"ASK%7B+%7D")
    other = ask(target, b"X-Long-Way: 1\r\nExpect: nothing\r\n")
    assert _undated(known) == _undated(other)


def _undated(answer: bytes) -> tuple[list[bytes], bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return sorted(line for line in head.split(b"\r\n") if not line.startswith(b"date")), body


def test_requests_one_after_another_on_a_connection_are_answered_in_turn(server: Server) -> None:
    asked = [f"SELECT ({number} AS ?n) {{}}" for number in range(20)]
    sent = b"".join(
        f"GET /sparql?query={quote(query)} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n"
        f"{'Connection: close' if query is asked[-1] else 'X: y'}\r\n\r\n".encode()
        for query in asked
    )
    received = server.raw(sent)
    assert received.count(b"HTTP/1.1 200 OK") == 20
    assert [int(found) for found in re.findall(rb"\r\n\r\nn\r\n(\d+)\r\n", received)] == [
        *range(20)
    ]


def test_a_body_in_pieces_is_read_and_bounded(server: Server) -> None:
    chunked = _START + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    good = server.raw(chunked + b"3\r\nASK\r\n3;x=y\r\n {}\r\n0\r\n\r\n")
    assert good.startswith(b"HTTP/1.1 200 ")
    piece = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    long = server.raw(chunked + piece * 20 + b"0\r\n\r\n")
    assert long.startswith(b"HTTP/1.1 413 ")
    assert b'"limit":"body"' in long
    endless = server.raw(chunked + piece * 1000, timeout=20)
    assert endless == b"" or endless.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("length", [1_000_001, 5_000_000, 10_000_000_000])
def test_a_body_said_to_be_too_long_is_refused(length: int, server: Server) -> None:
    head = _START + f"Content-Length: {length}\r\nExpect: 100-continue\r\n\r\n".encode()
    assert server.raw(head).startswith(b"HTTP/1.1 413 ")


def test_a_compressed_body_is_not_unpacked(server: Server) -> None:
    bomb = gzip.compress(b" " * 10_000_000)
    answer = server.ask("/sparql", method="POST", body=bomb,
                        headers={"Content-Type": QUERY, "Content-Encoding": "gzip"})  # fmt: skip
    assert answer.status in {400, 415}


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 70_000 + b"\r\n\r\n", 431),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"A: x\r\n" * 30_000 + b"\r\n", 431),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"A" * 70_000, 431),
        (b"GET /sparql?query=" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET /queries/sources?words=" + b"x" * 62_000
         + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 414),
        (b"GET /" + b"x" * 300_000, 414),
    ],
    ids=["a long header", "many headers", "a header without end", "a long query", "a long word",
         "an address without end"],
)  # fmt: skip
def test_a_head_is_bounded(head: bytes, status: int, server: Server) -> None:
    received = server.raw(head, timeout=5)
    assert received.startswith(f"HTTP/1.1 {status} ".encode()), received[:300]
    assert b"application/problem+json" in received


def test_an_offer_of_another_protocol_is_let_be(server: Server) -> None:
    """Java's client makes one with each request, those with a body too."""
    offer = (
        b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIA\r\n"
    )
    for body in (b"ASK {}", b'SELECT ("\r\nUpgrade: x" AS ?x) {}'.replace(b"\r\n", b"\\r\\n")):
        length = f"Content-Length: {len(body)}\r\n".encode()
        sent = _START + offer + length + b"\r\n" + body
        assert server.raw(sent, timeout=0.7).startswith(b"HTTP/1.1 200 ")
        assert server.raw((sent) * 2, timeout=0.7).count(b"HTTP/1.1 200 ") >= 1
    query = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\n"
    assert server.raw(query + offer + b"\r\n", timeout=0.7).startswith(b"HTTP/1.1 200 ")
    socket_offer = b"Connection: upgrade\r\nupgrade: websocket\r\nSec-WebSocket-Key: AA==\r\n\r\n"
    assert server.raw(query + socket_offer, timeout=0.7).startswith(b"HTTP/1.1 200 ")


@settings(max_examples=150, deadline=None, derandomize=True, database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(
    sent=st.one_of(
        st.binary(max_size=200),
        st.lists(
            st.sampled_from(
                [b"GET ", b"POST ", b"/sparql", b"/queries/sources", b"/id/x", b"?query=", b"ASK{}",
                 b"%", b"%00", b"%ff", b"&", b" HTTP/1.1", b" HTTP/1.0", b"\r\n", b"\r\n\r\n",
                 b"Host: x\r\n", b"Accept: ", b"*/*", b"text/html", b";q=0.5",
                 b"Content-Type: ",
                 b"application/sparql-query", b"Content-Length: 3\r\n", b"If-None-Match: ", b"\x00",
                 b"\xff", b"*", b"Transfer-Encoding: chunked\r\n", b"3\r\nASK\r\n", b"0\r\n\r\n"]
            ), max_size=14,
        ).map(b"".join),
    )
)  # fmt: skip
def test_bytes_that_are_no_request_are_no_error_of_the_server(sent: bytes, server: Server) -> None:
    with server.connect(timeout=5) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        received = bytearray()
        try:
            while part := connection.recv(65_536):
                received += part
        except ConnectionResetError:
            pass
    statuses = re.findall(rb"HTTP/1\.1 (\d{3}) ", bytes(received))
    assert not [status for status in statuses if status >= b"500"], (sent, bytes(received)[:500])
