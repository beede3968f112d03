"""The canned queries: their files keep one form, and every one has a golden answer."""

import re

from pyoxigraph import NamedNode, QuerySolutions
from pyoxigraph import Store as Database
from rdflib.plugins.sparql import prepareQuery

from hauberk.graph.claims import CURRENT
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import SKOS
from hauberk.queries.catalog import TAGS, TYPES, Query, catalog
from hauberk.tests.queries import CASES, every_query


def body(query: Query) -> str:
    """Return the query without comments; no query of ours has `#` in a string but for `"#"`."""
    lines = (re.sub(r"(?:^|\s)#.*", "", line) for line in query.text.splitlines())
    return "\n".join(line for line in lines if line.strip())


def test_every_query_has_a_golden_answer() -> None:
    assert {case.query.name for case in CASES} == catalog().keys()


@every_query
def test_summary_is_one_sentence(query: Query) -> None:
    assert re.fullmatch(r"[A-Z][^.?!\n]+[.?]", query.summary)
    assert len(query.summary) <= 96, "a list of queries shows it on one line"


@every_query
def test_description_is_sentences(query: Query) -> None:
    assert re.fullmatch(r"[A-Z].+\.", query.description)


@every_query
def test_tags_are_of_the_closed_list(query: Query) -> None:
    assert query.tags
    assert set(query.tags) <= set(TAGS)
    assert len(query.tags) == len(set(query.tags))


@every_query
def test_header_stands_first_and_lines_are_short(query: Query) -> None:
    lines = query.text.splitlines()
    header = [line for line in lines if line.startswith("#+")]
    assert lines[: len(header)] == header
    assert [line for line in lines if len(line) > 100] == []
    assert query.text.endswith("\n")
    assert not re.search(r"[ \t]$", query.text, re.MULTILINE)


@every_query
def test_indent_is_two_spaces_a_level(query: Query) -> None:
    lines = body(query).splitlines()
    assert [line for line in lines if (len(line) - len(line.lstrip(" "))) % 2] == []
    assert "\t" not in query.text
    assert "WHERE {" in lines


@every_query
def test_parameters_are_declared_in_full(query: Query, fixture: Snapshot) -> None:
    for name, parameter in query.parameters.items():
        assert re.fullmatch(r"[a-z][A-Za-z]*", name)
        assert parameter.type in TYPES
        assert parameter.label, name
        assert parameter.example, name
        assert bool(parameter.scheme) == (parameter.type == "code"), name
        if parameter.scheme:
            scheme = f"https://w3id.org/hauberk/code/{parameter.scheme}"
            pattern = (None, SKOS.inScheme, NamedNode(scheme), CURRENT)
            assert any(fixture.database.quads_for_pattern(*pattern)), f"no scheme {scheme}"


@every_query
def test_parameters_are_data_blocks_first_in_where(query: Query) -> None:
    lines = query.text.splitlines()
    found = [n for n, line in enumerate(lines) if "UNDEF" in line]
    blocks = [f"VALUES ?{name} {{ UNDEF }}  # parameter" for name in query.parameters]
    assert sorted(lines[n].strip() for n in found) == sorted(blocks)
    # The first lines of a WHERE, the query's own or that of a SELECT within it.
    assert all(lines[n - 1].strip() == "WHERE {" or n - 1 in found for n in found)


@every_query
def test_prefixes_declared_are_those_used(query: Query) -> None:
    declared = dict(re.findall(r"^PREFIX (\w*): <([^>]+)>$", query.text, re.MULTILINE))
    used = re.sub(r"<[^>\s]*>|\"[^\"]*\"|^PREFIX.*$", "", body(query), flags=re.MULTILINE)
    assert set(re.findall(r"(?<![\w?])(\w+):(?=\w)", used)) == declared.keys()
    assert list(declared) == sorted(declared)


@every_query
def test_columns_described_are_those_selected(query: Query) -> None:
    answer = Database().query(query.text)
    assert isinstance(answer, QuerySolutions)
    assert [variable.value for variable in answer.variables] == list(query.columns)
    assert all(text.endswith(".") for text in query.columns.values())


@every_query
def test_selects_named_columns_in_a_stated_order(query: Query) -> None:
    assert not re.search(r"SELECT\s+(?:DISTINCT\s+)?\*", body(query))
    assert re.search(r"^ORDER BY\b", query.text, re.MULTILINE)


@every_query
def test_is_read_by_rdflib(query: Query) -> None:
    prepareQuery(query.text)
