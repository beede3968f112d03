"""Nothing that a client sends reaches another server, another file, another client or a browser."""

import gzip
import html
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, cast
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import QuerySolutions
from pyoxigraph import Store as Database

from hauberk.graph.errors import HauberkError
from hauberk.graph.keywords import is_innocent
from hauberk.graph.store import Store
from hauberk.loaders.sync import batch, load
from hauberk.queries.free import refuse_harm
from hauberk.tests.support import FIXTURE
from hauberk.tests.web import JSON, QUERY, Server, exchanged, needs_linux, serving

HOSTILE: Final = (
    (Path(__file__).parent / "data" / "hostile-strings.txt")
    .read_text(encoding="utf-8")
    .splitlines()
)
MARKUP: Final = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "\x00<b>\u202e",
    "</textarea></code></pre></option></select><svg onload=alert(1)>",
)


class Listener:
    """A socket that counts who connects; nobody should."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        self.callers = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                caller, _ = self.socket.accept()
            except OSError:
                return
            self.callers += 1
            caller.close()


@pytest.fixture(scope="module")
def server(fixture_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("harm") / "log"
    with serving(fixture_store.root, log, "--time-limit", "10") as made:
        yield made


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.socket.close()


# -- No other server ----------------------------------------------------------------------

# `@` stands for the listener's address in angle brackets, `~` for its address alone.
EVASIONS: Final = [
    "SELECT * { SERVICE @ { ?s ?p ?o } }",
    "SELECT * { SERVICE SILENT @ { ?s ?p ?o } }",
    "SELECT * { service@{?s ?p ?o} }",
    "SELECT * { sErViCe\tsIlEnT\r\n@\n{ ?s ?p ?o } }",
    "SELECT * { SERVICE # comment\n @ # another\r { ?s ?p ?o } }",
    "SELECT * { SERVICE #>\n@ { ?s ?p ?o } }",
    "SELECT * { VALUES ?x { @ } SERVICE ?x { ?s ?p ?o } }",
    "SELECT * { BIND(IRI('~') AS ?x) SERVICE ?x { ?s ?p ?o } }",
    "SELECT * { SERVICE $x { ?s ?p ?o } VALUES $x { @ } }",
    "PREFIX e: @ SELECT * { SERVICE e: { ?s ?p ?o } }",
    "PREFIX : @ SELECT * { SERVICE: { ?s ?p ?o } }",
    "PREFIX e: @ SELECT * { SERVICE e:a\\-b { ?s ?p ?o } }",
    "BASE @ SELECT * { SERVICE <> { ?s ?p ?o } }",
    "BASE @ SELECT * { SERVICE <a/../b> { ?s ?p ?o } }",
    "SELECT * { \\u0053ERVICE @ { ?s ?p ?o } }",
    "SELECT * { S\\U00000045RVICE @ { ?s ?p ?o } }",
    "SELECT * { SERVICE <\\u0068ttp~> { ?s ?p ?o } }",
    "SELECT * { \u017fERVICE @ { ?s ?p ?o } }",
    "SELECT * { SERV\u0130CE @ { ?s ?p ?o } }",
    "SELECT * { ?s ?p 1SERVICE @ { ?a ?b ?c } }",
    "SELECT * { ?s ?p 1.SERVICE @ { ?a ?b ?c } }",
    "SELECT * { ?s ?p 1e0SERVICE @ { ?a ?b ?c } }",
    "SELECT * { ?s ?p trueSERVICE @ { ?a ?b ?c } }",
    "SELECT * { ?s ?p 'a'SERVICE @ { ?a ?b ?c } }",
    "SELECT * { ?s ?p <a:b>SERVICE @ { ?a ?b ?c } }",
    "SELECT * { ?s ?p [] SERVICE @ { ?a ?b ?c } }",
    "SELECT * { ?s ?p ?o.SERVICE @ { ?a ?b ?c } }",
    "SELECT * { {}SERVICE @{} }",
    "SELECT * { { { { SERVICE @ { ?s ?p ?o } } } } }",
    "SELECT * { OPTIONAL { SERVICE @ { ?s ?p ?o } } }",
    "SELECT * { { ?s ?p ?o } UNION { SERVICE @ { ?s ?p ?o } } }",
    "SELECT * { ?s ?p ?o MINUS { SERVICE @ { ?s ?p ?o } } }",
    "SELECT * { GRAPH ?g { SERVICE @ { ?s ?p ?o } } }",
    "SELECT * { SERVICE @ { SERVICE @ { ?s ?p ?o } } }",
    "SELECT * { { SELECT * { SERVICE @ { ?s ?p ?o } } } }",
    "SELECT * { FILTER EXISTS { SERVICE @ { ?s ?p ?o } } }",
    "SELECT * { FILTER NOT EXISTS { SERVICE @ { ?s ?p ?o } } }",
    "SELECT (EXISTS { SERVICE @ { ?s ?p ?o } } AS ?x) {}",
    "SELECT * { BIND(IF(EXISTS { SERVICE @ {} }, 1, 2) AS ?x) }",
    "SELECT * { ?s ?p ?o } ORDER BY EXISTS { SERVICE @ { ?s ?p ?o } }",
    "SELECT (COUNT(*) AS ?n) {} HAVING (EXISTS { SERVICE @ {} })",
    "ASK { SERVICE @ { ?s ?p ?o } }",
    "CONSTRUCT { ?s ?p ?o } WHERE { SERVICE @ { ?s ?p ?o } }",
    "DESCRIBE ?s { SERVICE @ { ?s ?p ?o } }",
    "DESCRIBE ?s { ?s ?p ?o } LIMIT 1 # \n OFFSET 0",
    "SELECT * { ?s ?p '#' SERVICE @ { ?a ?b ?c } }",
    "SELECT * { ?s ?p \"'\" . SERVICE @ { ?a ?b ?c } ?d ?e \"'\" }",
    "SELECT * { ?s ?p '\"' . SERVICE @ { ?a ?b ?c } ?d ?e '\"' }",
    "SELECT * { ?s ?p '\\'' . SERVICE @ { ?a ?b ?c } ?d ?e '\\'' }",
    "SELECT * { ?s ?p '\\\\' . SERVICE @ { ?a ?b ?c } ?d ?e '\\\\' }",
    "SELECT * { ?s ?p '''a''' . SERVICE @ { ?a ?b ?c } ?d ?e '''b''' }",
    "SELECT * { ?s ?p ''''''. SERVICE @ { ?a ?b ?c } ?d ?e '''b''' }",
    "SELECT * { ?s ?p '' . SERVICE @ { ?a ?b ?c } ?d ?e '' }",
    "SELECT * { ?s ?p '''a\\'''' . SERVICE @ { ?a ?b ?c } ?d ?e 'b' }",
    "SELECT * { # '\nSERVICE @ { ?s ?p ?o } # '\n}",
    "SELECT * { # '''\nSERVICE @ { ?s ?p ?o } # '''\n}",
    "SELECT * { # <\nSERVICE @ { ?s ?p ?o } # >\n}",
    "SELECT * { #\r'''\nSERVICE @ { ?s ?p ?o } # '''\n}",
    # The engine reads escapes where they stand; a reader that reads them first sees strings end.
    "SELECT * { ?s ?p '\\u0027' . SERVICE @ { ?a ?b ?c } ?d ?e 'b' }",
    "SELECT * { ?s ?p \"\\u0022\" . SERVICE @ { ?a ?b ?c } ?d ?e \"b\" }",
    "SELECT * { ?s ?p \"\\U00000022\" . SERVICE @ { ?a ?b ?c } ?d ?e \"b\" }",
    "SELECT * { ?s ?p '\\u005C' . SERVICE @ { ?a ?b ?c } ?d ?e 'b' }",
    "SELECT * { ?s ?p '''\\u005C''' . SERVICE @ { ?a ?b ?c } ?d ?e '''b''' }",
    "SELECT * { ?s ?p '\\u000A' . SERVICE @ { ?a ?b ?c } ?d ?e '' }",
    "SELECT * { ?s ?p '\\\\u0027' . SERVICE @ { ?a ?b ?c } ?d ?e 'b' }",
    "SELECT * { ?s ?p <a:\\u0062'> . SERVICE @ { ?a ?b ?c } ?d ?e 'b' }",
    "SELECT * { ?s ?p <a:\\u0062#> . SERVICE @ { ?a ?b ?c } }",
    "SELECT * { ?s ?p <a:b#c> . SERVICE @ { ?a ?b ?c } }",
    "SELECT * { ?s ?p <a:b'c> . SERVICE @ { ?a ?b ?c } ?d ?e 'b' }",
    # `<` compares: what looks like an IRI is none, and hides nothing.
    "SELECT * { VALUES ?x { @ } FILTER(1<2)SERVICE?x#>\n{ ?s ?p ?o } }",
    "PREFIX e: @ SELECT * { FILTER(1<2)SERVICE e:#>\n{ ?s ?p ?o } }",
    "PREFIX e: @ SELECT * { FILTER(1<2)SERVICEe:#>\n{ ?s ?p ?o } }",
    "SELECT * { FILTER(1<2#>'''\n) SERVICE @ { ?s ?p ?o } #'''\n}",
    "SELECT * { FILTER('a'<'b'||'>'='') SERVICE @ { ?s ?p ?o } FILTER(''='') }",
    "\ufeffSELECT * { SERVICE @ { ?s ?p ?o } }",
    "SELECT * { \ufeffSERVICE @ { ?s ?p ?o } }",
    "SELECT * { SERVICE\ufeff@ { ?s ?p ?o } }",
    "SELECT * {\x00SERVICE @ { ?s ?p ?o } }",
    "SELECT * { '\x00' SERVICE @ { ?s ?p ?o } }",
    "SELECT * { SER\x00VICE @ { ?s ?p ?o } }",
    "SELECT * {\x0bSERVICE\x0c@ { ?s ?p ?o } }",
    "SELECT * {\u2028SERVICE\u2028@ { ?s ?p ?o } }",
    "SELECT * {\xa0SERVICE\xa0@ { ?s ?p ?o } }",
    "SELECT * { # \u2028SERVICE @ { ?s ?p ?o } \n}",
    "SELECT * { # \x85SERVICE @ { ?s ?p ?o } \n}",
    "PREFIX s: <a:b> SELECT * { s:SERVICE SERVICE @ { ?s ?p ?o } }",
    "SELECT * { ?service ?p ?o SERVICE @ { ?s ?p ?o } }",
    "SELECT * { ?s ?SERVICE ?o SERVICE@{ ?s ?p ?o } }",
    "SELECT * FROM @ { ?s ?p ?o }",
    "SELECT * FROM NAMED @ { GRAPH ?g { ?s ?p ?o } }",
    "SELECT * { GRAPH @ { ?s ?p ?o } }",
    "DESCRIBE @",
    "LOAD @",
    "LOAD SILENT @ INTO GRAPH <a:b>",
    "INSERT DATA {} ; LOAD @",
    "INSERT { ?s ?p ?o } WHERE { SERVICE @ { ?s ?p ?o } }",
    "SELECT * {} ; LOAD @",
]  # fmt: skip


def test_no_query_reaches_another_server(server: Server, listener: Listener) -> None:
    for evasion in EVASIONS:
        query = evasion.replace("@", f"<http://127.0.0.1:{listener.port}/>").replace(
            "~", f"http://127.0.0.1:{listener.port}/"
        )
        answers = [server.post(query, accept="*/*")]
        answers.append(
            server.ask(
                "/sparql",
                method="POST",
                body=urlencode({"query": query}),
                headers={"Content-Type": "application/x-www-form-urlencoded"},
            )
        )
        live = "ERVICE" in query.upper() and "# \u2028" not in query and "# \x85" not in query
        assert {answer.status for answer in answers} <= {400, 403} | ({200} - {200 * live}), query
    address = f"http://127.0.0.1:{listener.port}/"
    for field in ("default-graph-uri", "named-graph-uri", "using-graph-uri"):
        asked = urlencode({"query": "ASK { ?s ?p ?o }", field: address})
        assert server.ask(f"/sparql?{asked}").status == 200
    assert server.ask(f"/sparql?{urlencode({'query': address})}").status == 400
    assert listener.callers == 0


def test_no_disguise_of_service_is_read_otherwise_than_by_the_engine(listener: Listener) -> None:
    """The refusal by itself: what it lets pass is evaluated here, where nothing else would stop."""
    parts = st.lists(
        st.sampled_from(
            ["'", '"', "'''", '"""', "\\'", '\\"', "\\\\", "\\", "\n", "\r", "#", "<", ">", "<a:b>",
             "\\u0027", "\\u0022", "\\u0023", "\\u000A", "\\u003C", "\\u005C", "\\U00000022", " ",
             "?s", "?", "a:b", "a:", ":", "\\-", ".", "1", "true", "(", ")", "{", "}", "=", "<=",
             "||", "@en", "\u2028", "\ufeff", "a:SERVICE", "?SERVICE"]
        ), max_size=5,
    ).map("".join)  # fmt: skip
    address = f"<http://127.0.0.1:{listener.port}/>"
    clause = f"{address} {{ ?a ?b ?c }}"
    shapes = st.sampled_from([
        "?s ?p {0} . {1} {2} {3}",
        "{0}{1} {2} {3}",
        "BIND('{0}' AS ?x) {1} {2} BIND('{3}' AS ?y)",
        'BIND("{0}" AS ?x) {1} {2} BIND("{3}" AS ?y)',
        "BIND('''{0}''' AS ?x) {1} {2} BIND('''{3}''' AS ?y)",
        "?s <a:{0}> ?z . {1} {2} ?d <a:{3}> ?y",
        "FILTER(1<{0}2) {1} {2} FILTER(1>{3})",
        "# {0}\n {1} {2} # {3}\n",
    ])  # fmt: skip
    word = st.sampled_from(["SERVICE", "service", "SERVICE SILENT", "\\u0053ERVICE"])
    database = Database()

    @settings(
        max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.too_slow],
        derandomize=True, database=None,
    )  # fmt: skip
    @given(shape=shapes, before=parts, named=word, after=parts)
    def passes_without_a_call(shape: str, before: str, named: str, after: str) -> None:
        query = f"PREFIX a: <a:> SELECT * {{ {shape.format(before, named, clause, after)} }}"
        try:
            refuse_harm(query)
        except HauberkError:
            return
        with suppress(SyntaxError, ValueError, OSError, RuntimeError):
            list(cast(QuerySolutions, database.query(query)))
        assert listener.callers == 0, query

    passes_without_a_call()


def test_no_text_that_is_refused_passes_for_innocent() -> None:
    for text in EVASIONS:
        try:
            refuse_harm(text)
        except HauberkError:
            assert not is_innocent(text), text
    for text in (
        "SELECT (now() AS ?x) {}",
        "SELECT (rAnD() AS ?x) {}",
        "ASK { BIND(bnode() AS ?b) }",
    ):
        assert not is_innocent(text)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ('SERVICE <http://x/> { }' AS ?a) {}",
        "SELECT ('''\nSERVICE \"<http://x/>\" { }''' AS ?a) {}",
        "# it's a service <x>\nSELECT (1 AS ?service) {}",
        "SELECT * { ?s ?p <https://x.example/service> }",
        "SELECT * { ?s ?p <https://x.example/services/it#Service> }",
        "PREFIX sd: <http://www.w3.org/ns/sparql-service-description#> ASK { ?s a sd:Service }",
        "SELECT * { ?s ?p 1 FILTER(?s < 'service' && 'a' > ?p) }",
    ],
)
def test_the_word_service_where_it_means_nothing_does_no_harm(query: str, server: Server) -> None:
    assert server.sparql(query).status == 200


SANDBOXED: Final = """
import sys
from pyoxigraph import Store
from hauberk.queries.web.sandbox import enter
database = Store()
barrier = enter(1000)
print(barrier)
import socket
for ask in (
    lambda: list(database.query("SELECT * { SERVICE <http://127.0.0.1:PORT/> { ?s ?p ?o } }")),
    lambda: list(database.query("SELECT * { SERVICE <http://localhost:PORT/> { ?s ?p ?o } }")),
    lambda: database.update("LOAD <http://127.0.0.1:PORT/>"),
    lambda: socket.create_connection(("127.0.0.1", PORT), 5),
    lambda: socket.create_connection(("::1", PORT), 5),
    lambda: __import__("os").execv("/bin/true", ["true"]),
):
    try:
        ask()
        print("done")
    except Exception as exc:
        print("refused", type(exc).__name__)
"""


@needs_linux
def test_a_worker_cannot_open_a_connection_whatever_it_is_made_to_do(listener: Listener) -> None:
    code = SANDBOXED.replace("PORT", str(listener.port))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    barrier, *rest = done.stdout.splitlines()
    assert barrier in {"seccomp", "namespace"}
    assert len(rest) == 6, done.stderr
    assert all(line.startswith("refused ") for line in rest), done.stdout
    assert listener.callers == 0


@needs_linux
def test_without_the_barrier_the_same_query_would_reach_the_listener(listener: Listener) -> None:
    """The test above can fail: the listener hears, and the engine calls."""
    query = f"SELECT * {{ SERVICE <http://127.0.0.1:{listener.port}/> {{ ?s ?p ?o }} }}"
    with suppress(OSError, RuntimeError, ValueError):
        list(cast(QuerySolutions, Database().query(query)))
    assert listener.callers >= 1


@needs_linux
def test_workers_hold_no_sockets_and_the_server_says_what_bars_them(server: Server) -> None:
    assert server.health["barrier"] in (["seccomp"], ["namespace"])
    for worker in server.workers():
        assert worker.net_connections(kind="inet") == []
        if server.health["barrier"] == ["seccomp"]:
            status = Path(f"/proc/{worker.pid}/status").read_text(encoding="utf-8")
            assert "\nSeccomp:\t2\n" in status
            assert "\nNoNewPrivs:\t1\n" in status


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


# -- No browser ---------------------------------------------------------------------------


@pytest.mark.parametrize("text", [*HOSTILE, *MARKUP], ids=lambda text: repr(text)[:30])
def test_what_a_client_says_comes_back_as_text_in_pages(text: str, server: Server) -> None:
    page = {"Accept": "text/html"}
    for path in (
        f"/queries/sources?words={quote(text)}&run=1",
        f"/queries/sources?as-of={quote(text)}",
        f"/queries/deals-by-country?country={quote(text)}",
        f"/queries/{quote(text, safe='')}",
        f"/queries/sources?{quote(text)}=1",
        f"/sparql?query={quote(text)}",
        f"/{quote(text, safe='')}",
    ):
        answer = server.ask(path, headers=page)
        assert answer.status in {200, 400, 403, 404, 406}, (path, answer.status)
        assert answer.headers["x-content-type-options"] == "nosniff"
        if answer.type == "text/html":
            shown = answer.text
            assert_escaped(text, shown)
        else:
            assert answer.type.endswith("json")


def assert_escaped(text: str, page: str) -> None:
    """Assert that nothing of a text is markup in a page."""
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<svg onload" not in page
    assert "' onmouseover='alert" not in page
    if "<" in text and len(text) > 3:
        assert text not in page or html.escape(text) == text


BAD_FACTS: Final = """\
sources:
  evil:
    url: https://evil.example.org/?a=%3Cscript%3E&b='x
    title: "</title><script>alert(1)</script>"
    publisher: "\\"><img src=x onerror=alert(1)>"
    published: 2025-01-01
    reliability: B
dossiers:
  firm/evil:
    label: "<script>alert(1)</script> & 'co' \\""
    state: FR
    aliases: ["\\" onmouseover=\\"alert(1)", "{{ 7 * 7 }}"]
    claims:
      - from: evil
        by: "</td><svg onload=alert(1)>"
        modality: reported
        note: "<img src=x onerror=alert(1)>"
  agreement/evil-deal:
    label: "</h1><script>alert(1)</script>"
    claims:
      - from: evil
        by: firm/evil
        modality: confirmed
        says:
          status: signed
          participations:
            - {agent: firm/evil, role: customer}
            - {agent: state/UA, role: supplier}
          sites: [{in: UA, place: "<svg onload=alert(1)>"}]
"""


def test_what_facts_say_comes_as_text_in_pages(tmp_path: Path) -> None:
    facts = tmp_path / "evil.yaml"
    facts.write_text(BAD_FACTS, encoding="utf-8")
    store = Store(tmp_path / "store")
    load(store, batch([FIXTURE, facts]))
    page = {"Accept": "text/html"}
    with serving(store.root, tmp_path / "log") as server:
        names = [each["name"] for each in server.ask("/queries", headers={"Accept": "*/*"}).json[
            "queries"]]  # fmt: skip
        for path in (
            "/queries", "/", "/id/firm/evil", "/id/agreement/evil-deal", "/doc/firm/evil.html",
            "/doc/agreement/evil-deal.html", *(f"/queries/{name}?run=1" for name in names),
        ):  # fmt: skip
            answer = server.ask(path, headers=page)
            if answer.status == 303:
                answer = server.ask(answer.headers["location"], headers=page)
            if answer.type == "text/html":
                assert_escaped("", answer.text)
                assert "javascript:" not in answer.text
                assert not re.search(r"<[^>]* on[a-z]+=", answer.text), path


def test_a_link_leads_to_the_web_or_nowhere() -> None:
    from hauberk.queries.web.pages import href

    for bad in (
        "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x",
        " javascript:x", "file:///etc/passwd", "//evil.example/", "ftp://x/", "",
    ):  # fmt: skip
        assert href(bad) == "", bad
    assert href("https://example.org/") == "https://example.org/"


def test_hostile_hosts_and_headers_are_not_echoed_into_answers(server: Server) -> None:
    for header in ("Host: evil.example", "X-Forwarded-Host: evil.example",
                   "X-Forwarded-Proto: javascript"):  # fmt: skip
        extra = "" if header.startswith("Host") else "Host: 127.0.0.1\r\n"
        sent = f"GET /sparql HTTP/1.1\r\n{extra}{header}\r\nAccept: text/html\r\nConnection: close"
        assert b"evil" not in server.raw(f"{sent}\r\n\r\n".encode())
    sent = "GET /sparql?query=x%0D%0ASet-Cookie:%20a=b HTTP/1.1\r\nHost: x\r\nConnection: close"
    head = server.raw(f"{sent}\r\n\r\n".encode()).partition(b"\r\n\r\n")[0]
    assert b"Set-Cookie" not in head
    assert server.ask(f"/sparql?query={quote('ASK {}')}", headers={"Accept": JSON}).status == 200
