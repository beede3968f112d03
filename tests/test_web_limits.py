"""What a query may cost is bounded: its time, its memory, the size of its answer."""

import time
from pathlib import Path
from typing import Final

import pytest

from hauberk.graph.store import Store
from hauberk.tests.web import (
    BYTES,
    CROSS,
    CSV,
    ENDLESS,
    JSON,
    LIMITED,
    MEGABYTES,
    PATIENT,
    ROWS,
    SECONDS,
    SMALL,
    SORTED,
    Server,
    served,
    serving,
)

server = served(*LIMITED)
patient = served(*PATIENT)


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
