"""No query reaches another server, in whatever disguise, and no worker can open a connection."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, cast
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import QuerySolutions
from pyoxigraph import Store as Database

from hauberk.graph.errors import HauberkError
from hauberk.graph.keywords import is_innocent
from hauberk.queries.free import refuse_harm
from hauberk.tests.web import Server, needs_linux, served

server = served("--time-limit", "10")


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


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.socket.close()


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
