"""Fetching from a query service like Wikidata's: a real one, and ones that are busy or broken."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hauberk.graph.store import Store
from hauberk.loaders.sync import batch, load
from hauberk.tests.services import Asked, Reply, false_service, oxigraph, post
from hauberk.tests.support import Run

TRIPLES = """\
PREFIX wd: <http://www.wikidata.org/entity/>
PREFIX wdt: <http://www.wikidata.org/prop/direct/>
PREFIX p: <http://www.wikidata.org/prop/>
PREFIX ps: <http://www.wikidata.org/prop/statement/>
PREFIX pq: <http://www.wikidata.org/prop/qualifier/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
INSERT DATA {
  wd:Q7 rdfs:label "Alder Works SA"@en, "Aulne"@fr ; wdt:P17 wd:Q142 ;
    wdt:P1278 "5299001OU9CSE29O6S05" ; p:P749 wd:statement .
  wd:statement ps:P749 wd:Q9 ; pq:P580 "2020-01-01T00:00:00Z"^^xsd:dateTime .
  wd:Q9 rdfs:label "Elm Group"@en .
  wd:Q8 rdfs:label "A stranger"@en .
}
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return a store that knows the item of one firm."""
    made, facts = Store(tmp_path / "store"), tmp_path / "firms.yaml"
    facts.write_text(
        "dossiers:\n  firm/alder-works:\n    label: Alder Works\n    identifiers: {wikidata: Q7}\n",
        encoding="utf-8",
    )
    load(made, batch([facts]))
    return made


def fetched(run: Run, store: Store, tmp_path: Path, service: str) -> tuple[int, str, Path]:
    out = tmp_path / "wikidata.json"
    done = run(
        "fetch", "wikidata", "-o", str(out), "--service", service,
        "--cache", str(tmp_path / "cache"), store=store.root,
    )  # fmt: skip
    return done.returncode, done.stderr, out


def test_what_is_fetched_is_loaded_on_top_and_kept_for_the_next_time(
    run: Run, store: Store, tmp_path: Path
) -> None:
    with oxigraph(tmp_path) as service:
        post(service.update, update=TRIPLES)
        code, said, out = fetched(run, store, tmp_path, service.query)
        assert (code, said) == (0, "1 rows on 1 items.\n")
        first = out.read_bytes()
    code, _, out = fetched(run, store, tmp_path, service.query)  # the service is gone by now
    assert code == 0
    assert out.read_bytes() == first
    done = run("load", str(out), store=store.root)
    assert "(wikidata): 1 records, 1 claims, 0 rejects." in done.stdout
    told = run("show", "firm/alder-works", store=store.root).stdout
    assert "also known as: Alder Works SA" in told
    assert "LEI: 5299001OU9CSE29O6S05" in told
    assert "parent: Elm Group (firm/wikidata-q9)" in told
    assert "since 2020-01-01" in told


def test_the_service_is_told_who_asks_and_asked_again_when_it_is_busy(
    run: Run, store: Store, tmp_path: Path
) -> None:
    answers = [
        Reply(429, b"slow down", {"Retry-After": "1"}),
        Reply(503, b"", {"Retry-After": "0"}),
        Reply(body=json.dumps({"head": {"vars": []}, "results": {"bindings": []}}).encode()),
    ]
    with false_service(lambda _: answers.pop(0)) as service:
        code, said, _ = fetched(run, store, tmp_path, service.url)
        assert code == 0, said
        assert len(service.asked) == 3
        assert all("hauberk/" in each.headers["user-agent"] for each in service.asked)
        assert "wd:Q7" in service.asked[0].form["query"][0]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda _: Reply(400, b"no", {}), "cannot be asked: QueryBadFormed"),
        (lambda _: Reply(body=b"<html>"), "cannot be asked"),
        (lambda _: Reply(body=b'{"head":{},"boolean":true}'), "no SPARQL results"),
    ],
)
def test_a_service_that_answers_otherwise_is_told_in_one_line_and_nothing_is_written(
    run: Run, store: Store, tmp_path: Path, answer: Callable[[Asked], Reply], message: str
) -> None:
    with false_service(answer) as service:
        code, said, out = fetched(run, store, tmp_path, service.url)
    assert code == 1
    assert message in said
    assert len(said.splitlines()) == 1
    assert not out.exists()
