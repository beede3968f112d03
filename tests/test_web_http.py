"""The endpoint follows HTTP: methods, pages of other sites, tags, answers that are kept."""

from pathlib import Path
from urllib.parse import quote

import pytest

from hauberk.graph.store import Store
from hauberk.loaders.sync import batch, load
from hauberk.tests.support import FIXTURE, deals
from hauberk.tests.web import AGREEMENTS, CSV, JSON, SELECT, Server, found, served, serving

server = served()


def test_head_is_answered_as_get_without_the_body(server: Server) -> None:
    path = f"/sparql?query={quote(SELECT)}"
    for place in (path, "/sparql", "/queries", "/openapi.json", "/healthz", "/static/hauberk.css"):
        full = server.ask(place)
        head = server.ask(place, method="HEAD")
        assert (head.status, head.body) == (full.status, b"")
        for name in ("content-type", "etag", "access-control-allow-origin"):
            assert head.headers.get(name) == full.headers.get(name), (place, name)
        if place != "/healthz":
            assert head.headers["content-length"] == str(len(full.body)), place
    assert server.ask("/sparql?query=SELECT", method="HEAD").status == 400


def test_a_browsers_preflight_is_answered(server: Server) -> None:
    headers = {
        "Origin": "https://app.example", "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }  # fmt: skip
    answer = server.ask("/sparql", method="OPTIONS", headers=headers)
    assert answer.status == 204
    assert answer.body == b""
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "Content-Type" in answer.headers["access-control-allow-headers"]
    assert "POST" in answer.headers["allow"]
    for path in ("/queries", "/queries/sources", "/openapi.json", "/healthz"):
        assert server.ask(path, method="OPTIONS").headers["access-control-allow-methods"] == (
            "GET, HEAD, OPTIONS"
        )


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"/sparql?query={quote(SELECT)}", 200),
        ("GET", "/sparql?query=SELECT", 400),
        ("GET", "/sparql?update=x", 403),
        ("GET", "/nothing", 404),
        ("GET", "/queries/nothing", 404),
        ("PUT", "/sparql", 405),
        ("POST", "/queries", 405),
        ("POST", "/sparql", 415),
        ("GET", f"/sparql?query={'x' * 62_000}", 414),
        ("GET", "/static/nothing.css", 404),
    ],
)
def test_every_answer_may_be_read_by_any_page(
    method: str, path: str, status: int, server: Server
) -> None:
    answer = server.ask(path, method=method, headers={"Origin": "https://app.example"})
    assert answer.status == status
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-content-type-options"] == "nosniff"
    if status >= 400:
        assert answer.problem
        assert answer.headers["cache-control"] == "no-store"


def test_an_answer_is_sent_again_only_when_there_is_another(server: Server) -> None:
    path = f"/sparql?query={quote(SELECT)}"
    first = server.ask(path)
    tag = first.headers["etag"]
    for given in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
        again = server.ask(path, headers={"If-None-Match": given})
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["access-control-allow-origin"] == "*"
    assert server.ask(path, headers={"If-None-Match": '"x"'}).body == first.body
    assert server.ask(path, method="HEAD", headers={"If-None-Match": tag}).status == 304
    other = server.ask(path, headers={"Accept": CSV, "If-None-Match": tag})
    assert other.status == 200
    assert other.headers["etag"] != tag


def test_an_answer_that_is_kept_is_sent_as_it_was_first(server: Server) -> None:
    path = f"/sparql?query={quote(f'# kept{chr(10)}{SELECT}')}"
    first = server.ask(path, headers={"Accept": JSON})
    for headers in ({"Accept": JSON}, {"Accept": JSON, "X-Other": "x"}):
        again = server.ask(path, headers=headers)
        assert again.body == first.body
        # Whichever way it takes, it carries the same.
        assert {**again.headers, "date": ""} == {**first.headers, "date": ""}
    assert server.ask(path, headers={"Accept": CSV}).type == CSV
    assert server.ask(path, method="HEAD", headers={"Accept": JSON}).body == b""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nAccept-Encoding: identity"
    kept = f"{request}\r\nAccept: {JSON}\r\n\r\n"
    other = kept.replace("kept", "other")
    last = other.replace("Accept:", "Connection: close\r\nAccept:")
    received = server.raw(f"{kept * 3}{other}{kept * 2}{last}".encode())
    assert received.count(b"HTTP/1.1 200 OK\r\n") == 7
    assert received.count(first.body) == 7
    old = server.raw(kept.replace("HTTP/1.1", "HTTP/1.0").encode())
    assert old.endswith(first.body)


def test_what_changes_by_itself_has_no_tag(server: Server) -> None:
    for query in (
        "SELECT (NOW() AS ?x) {}",
        "SELECT (RAND() AS ?x) {}",
        "SELECT (UUID() AS ?x) {}",
    ):
        answer = server.sparql(query)
        assert "etag" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
        assert server.sparql(query).body != answer.body or "NOW" in query


def test_a_load_makes_new_answers_and_new_tags(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    load(store, batch([FIXTURE]))
    with serving(store.root, tmp_path / "log") as server:
        path = f"/sparql?query={quote(SELECT)}"
        before = server.ask(path)
        assert server.health["generation"] == 1
        more = tmp_path / "more.yaml"
        more.write_text(deals(3), encoding="utf-8")
        load(store, batch([more]))
        after = server.ask(path, headers={"If-None-Match": before.headers["etag"]})
        assert after.status == 200
        assert after.headers["etag"] != before.headers["etag"]
        assert len(found(after)) == 7
        assert server.health["generation"] == 2
        store.rollback()
        assert found(server.ask(path)) == AGREEMENTS


def test_unnormalised_and_odd_addresses_are_not_found(server: Server) -> None:
    for path in ("/sparql/", "//sparql", "/SPARQL", "/sparql%00", "/sparql%2f", "/%ff", "/."):
        answer = server.ask(path)
        assert answer.status in {307, 404}, path
        assert answer.status == 404 or answer.headers["location"].endswith("/sparql")
