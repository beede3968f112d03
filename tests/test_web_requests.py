"""Every way that SPARQL 1.1 Protocol has to ask, which graphs are asked, and what is no request."""

from typing import Final
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from hauberk.graph.store import Store
from hauberk.queries.web import protocol
from hauberk.queries.web.problems import ProblemError
from hauberk.tests.web import (
    AGREEMENTS,
    DEALS,
    FORM,
    JSON,
    QUERY,
    SELECT,
    UPDATE,
    Server,
    found,
    served,
)

CURRENT: Final = "https://w3id.org/hauberk/graph/current"

server = served()


# -- The ways to ask ----------------------------------------------------------------------


def test_a_query_can_be_asked_by_get_by_form_and_directly(server: Server) -> None:
    ways = [
        server.sparql(SELECT),
        server.ask("/sparql", method="POST", body=urlencode({"query": SELECT}),
                   headers={"Content-Type": FORM, "Accept": JSON}),
        server.ask("/sparql", method="POST", body=SELECT,
                   headers={"Content-Type": QUERY, "Accept": JSON}),
    ]  # fmt: skip
    for answer in ways:
        assert answer.type == JSON
        assert found(answer) == AGREEMENTS


def test_the_kind_of_a_body_may_be_in_capitals_and_name_its_charset(server: Server) -> None:
    for kind in ("Application/SPARQL-Query", f"{QUERY}; charset=UTF-8", f'{QUERY};charset="utf-8"'):
        headers = {"Content-Type": kind, "Accept": JSON}
        assert found(server.ask("/sparql", method="POST", body=SELECT, headers=headers))


def test_a_plus_is_a_space_and_percent_signs_are_read_once(server: Server) -> None:
    spaced = "/sparql?query=SELECT+%28%22a%2Bb%20c%22+AS+%3Fx%29%7B%7D"
    assert server.ask(spaced, headers={"Accept": JSON}).values == [["a+b c"]]
    assert server.sparql('SELECT ("%41 %2B & = ; # é Київ" AS ?x) {}').values == [
        ["%41 %2B & = ; # é Київ"]
    ]
    form = {"Content-Type": FORM, "Accept": JSON}
    body = "query=SELECT+%28%22a%2Bb%20c%22+AS+%3Fx%29%7B%7D"
    assert server.ask("/sparql", method="POST", body=body, headers=form).values == [["a+b c"]]
    direct = {"Content-Type": QUERY, "Accept": JSON}
    answer = server.ask("/sparql", method="POST", body='SELECT ("a+%20" AS ?x) {}', headers=direct)
    assert answer.values == [["a+%20"]]


@settings(max_examples=2000, deadline=None, derandomize=True, database=None)
@drawn(
    value=st.lists(
        st.sampled_from(
            ["%41", "%", "+", " ", "a", "\\", "\\x41", "%C3%A9", "%c3", "%5C", "%5c%78", "\\n", "=",
             "\\u0041", "\\N{DIGIT ONE}", "%00", ";", "%2B", "%zz", "%4", "\x7f", "é", "%0D%0A"]
        ), max_size=8,
    ).map("".join)
)  # fmt: skip
def test_a_query_alone_is_read_as_the_form_that_it_is(value: str) -> None:
    """The address of a GET that holds nothing else is read in a quicker way."""
    try:
        (pair,) = parse_qsl(f"query={value}", keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        pair = ("query", "")
    asked = f"query={value}".encode()
    if pair[1].strip():
        assert protocol.task("GET", asked, None, b"", None).arguments["query"] == pair[1]
    else:
        with pytest.raises(ProblemError):
            protocol.task("GET", asked, None, b"", None)


def test_the_fields_that_are_not_the_protocols_are_let_be(server: Server) -> None:
    assert found(server.sparql(SELECT, timeout_ms="5", output="json")) == AGREEMENTS


@pytest.mark.parametrize(
    ("query_string", "detail"),
    [
        ("query=", "empty"),
        ("query=%20%0A", "empty"),
        ("nothing=1", "there is none"),
        ("query=ASK%7B%7D&query=ASK%7B%7D", "there is 2"),
        ("query=%FF%FE", "UTF-8"),
        ("query=SELECT", "not a SPARQL query"),
        ("query=ASK%7B%7D&default-graph-uri=current", "no absolute IRI"),
        ("query=ASK%7B%7D&named-graph-uri=a%20b", "no absolute IRI"),
        ("default-graph-uri=http%3A%2F%2Fx.example%2F", "there is none"),
    ],
)
def test_what_is_no_request_of_the_protocol_is_a_bad_request(
    query_string: str, detail: str, server: Server
) -> None:
    answer = server.ask(f"/sparql?{query_string}")
    assert answer.status == 400
    assert detail in answer.problem["detail"]
    sent = server.ask("/sparql", method="POST", body=query_string, headers={"Content-Type": FORM})
    assert sent.status == 400
    assert detail in sent.problem["detail"]


def test_two_queries_in_two_places_are_a_bad_request(server: Server) -> None:
    path = f"/sparql?query={quote(SELECT)}"
    for kind, body in ((FORM, urlencode({"query": SELECT})), (QUERY, SELECT)):
        answer = server.ask(path, method="POST", body=body, headers={"Content-Type": kind})
        assert answer.status == 400
        assert answer.problem


def test_a_body_that_is_not_utf_8_or_empty_is_a_bad_request(server: Server) -> None:
    for body in (b"ASK { ?s ?p '\xff' }", b"", b" \n"):
        answer = server.ask("/sparql", method="POST", body=body, headers={"Content-Type": QUERY})
        assert answer.status == 400
        assert answer.problem
    assert server.ask("/sparql", method="POST", headers={"Content-Type": FORM}).status == 400


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/json", "multipart/form-data; boundary=x", "", "nonsense",
     f"{QUERY}; charset=utf-16", f"{FORM}; charset=iso-8859-1"],
)  # fmt: skip
def test_another_kind_of_body_is_unsupported(kind: str, server: Server) -> None:
    headers = {"Content-Type": kind} if kind else {}
    answer = server.ask("/sparql", method="POST", body=SELECT.encode(), headers=headers)
    assert answer.status == 415
    assert answer.problem
    if "charset" not in kind:
        assert QUERY in answer.headers["accept-post"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_another_method_is_told_which_there_are(method: str, server: Server) -> None:
    answer = server.ask(f"/sparql?query={quote(SELECT)}", method=method)
    assert answer.status == 405
    assert answer.problem
    assert {"GET", "HEAD", "POST", "OPTIONS"} == set(answer.headers["allow"].split(", "))


def test_updates_are_refused_in_every_way_they_can_be_sent(
    server: Server, fixture_store: Store
) -> None:
    text = "INSERT DATA { <a:b> <a:b> <a:b> }"
    field = urlencode({"update": text})
    ways = [
        server.ask(f"/sparql?{field}"),
        server.ask("/sparql", method="POST", body=field, headers={"Content-Type": FORM}),
        server.ask("/sparql", method="POST", body=text, headers={"Content-Type": UPDATE}),
        server.ask(f"/sparql?{field}", method="POST", body="query=ASK%7B%7D",
                   headers={"Content-Type": FORM}),
        server.ask(f"/sparql?{field}", method="POST", body="ASK {}",
                   headers={"Content-Type": QUERY}),
        server.ask("/sparql", method="POST", body=f"query=ASK%7B%7D&{field}",
                   headers={"Content-Type": FORM}),
        server.sparql(text),
        server.sparql("PREFIX a: <a:>  # x\nDELETE WHERE { ?s ?p ?o }"),
        server.sparql("BASE <a:b> CLEAR ALL"),
        server.sparql("LOAD <http://127.0.0.1:9/>"),
        server.sparql("WITH <a:b> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }"),
        server.sparql("\\u0049NSERT DATA { <a:b> <a:b> <a:b> }"),
    ]  # fmt: skip
    for answer in ways:
        assert answer.status == 403
        assert answer.problem["title"] == "Refused"
    assert server.sparql("ASK { GRAPH ?g { <a:b> ?p ?o } }").json["boolean"] is False
    assert fixture_store.generations.current() == 1


def test_an_update_behind_a_query_is_no_query(server: Server) -> None:
    assert server.sparql("ASK {} ; DROP ALL").status == 400
    assert len(found(server.sparql(SELECT))) == 4


def test_a_long_address_is_refused_and_the_same_query_goes_by_post(server: Server) -> None:
    long = f"# {'x' * 62_000}\n{SELECT}"
    answer = server.sparql(long)
    assert answer.status == 414
    assert "POST" in answer.problem["detail"]
    headers = {"Content-Type": QUERY, "Accept": JSON}
    assert found(server.ask("/sparql", method="POST", body=long, headers=headers)) == AGREEMENTS


def test_a_long_body_is_refused(server: Server) -> None:
    for kind in (QUERY, FORM):
        answer = server.ask("/sparql", method="POST", body=b"x" * 1_000_001,
                            headers={"Content-Type": kind})  # fmt: skip
        assert answer.status == 413
        assert answer.problem["limit"] == "body"


# -- Which graphs -------------------------------------------------------------------------


def test_by_default_current_is_the_default_graph_and_claims_are_named(server: Server) -> None:
    assert server.sparql(f"ASK {{ <{DEALS}polish-plan> hbk:involvesState ?x }}").json == {
        "head": {}, "boolean": False,
    }  # fmt: skip
    claims = server.sparql(f"SELECT ?g {{ GRAPH ?g {{ <{DEALS}alder-birch> ?p ?o }} }}")
    assert CURRENT in found(claims)
    assert len(found(claims)) == 7


@pytest.fixture(scope="module")
def claim(server: Server) -> str:
    """Return the graph of a claim that only reports what is planned."""
    query = f"SELECT ?g {{ GRAPH ?g {{ <{DEALS}polish-plan> hbk:hasParticipation ?o }} }}"
    (graph,) = found(server.sparql(query)) - {CURRENT}
    return graph


def _by_every_way(server: Server, query: str, fields: list[tuple[str, str]]) -> list[set[str]]:
    """Return what a query finds, asked with fields in all the places where fields can stand."""
    get = f"/sparql?{urlencode([('query', query), *fields])}"
    form, direct = {"Content-Type": FORM, "Accept": JSON}, {"Content-Type": QUERY, "Accept": JSON}
    return [
        found(server.ask(get, headers={"Accept": JSON})),
        found(server.ask("/sparql", method="POST", headers=form,
                         body=urlencode([("query", query), *fields]))),
        found(server.ask(f"/sparql?{urlencode(fields)}", method="POST", headers=form,
                         body=urlencode({"query": query}))),
        found(server.ask(f"/sparql?{urlencode(fields)}", method="POST", headers=direct,
                         body=query)),
    ]  # fmt: skip


def test_default_graph_uris_take_the_place_of_the_dataset(server: Server, claim: str) -> None:
    subjects = "SELECT DISTINCT ?s { ?s hbk:hasParticipation ?o }"
    plan = {f"{DEALS}polish-plan"}
    for answer in _by_every_way(server, subjects, [("default-graph-uri", claim)]):
        assert answer == plan
    both = [("default-graph-uri", claim), ("default-graph-uri", CURRENT)]
    for answer in _by_every_way(server, subjects, both):
        assert plan < answer
    for answer in _by_every_way(server, "SELECT ?g { GRAPH ?g {} }", both):
        assert answer == set()
    nowhere = [("default-graph-uri", "https://nowhere.example/")]
    for answer in _by_every_way(server, subjects, nowhere):
        assert answer == set()


def test_named_graph_uris_are_the_only_named_ones(server: Server, claim: str) -> None:
    for answer in _by_every_way(
        server, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", [("named-graph-uri", claim)]
    ):
        assert answer == {claim}
    for answer in _by_every_way(server, "SELECT ?s { ?s ?p ?o }", [("named-graph-uri", claim)]):
        assert answer == set()


def test_graphs_of_the_request_override_those_of_the_query(server: Server, claim: str) -> None:
    query = f"SELECT DISTINCT ?s FROM <{CURRENT}> {{ ?s hbk:hasParticipation ?o }}"
    plan = {f"{DEALS}polish-plan"}
    assert plan.isdisjoint(found(server.sparql(query)))
    for answer in _by_every_way(server, query, [("default-graph-uri", claim)]):
        assert answer == plan
    named = f"SELECT DISTINCT ?g FROM NAMED <{CURRENT}> {{ GRAPH ?g {{ ?s ?p ?o }} }}"
    assert found(server.sparql(named)) == {CURRENT}
    for answer in _by_every_way(server, named, [("named-graph-uri", claim)]):
        assert answer == {claim}


def test_graphs_that_a_query_names_itself_take_the_place_of_the_dataset(
    server: Server, claim: str
) -> None:
    query = f"SELECT DISTINCT ?s FROM <{claim}> {{ ?s hbk:hasParticipation ?o }}"
    assert found(server.sparql(query)) == {f"{DEALS}polish-plan"}
    assert found(server.sparql(f"SELECT ?g FROM <{claim}> {{ GRAPH ?g {{ ?s ?p ?o }} }}")) == set()
