"""Remote stores over HTTP: busy, slow and broken services, and no half-truth told."""

import json
import time

import pytest

from hauberk.graph.claims import CURRENT
from hauberk.graph.errors import CutOffError, QueryError
from hauberk.graph.remote import transport
from hauberk.graph.remote.service import Service
from hauberk.graph.remote.store import RemoteSnapshot
from hauberk.tests.remote import asked_once, refused, rows_of
from hauberk.tests.services import Reply, false_service
from hauberk.tests.support import Run

pytestmark = pytest.mark.usefixtures("no_login")


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
