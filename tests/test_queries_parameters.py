"""Parameters of the canned queries: hostile values do no harm, and what is needed is asked for."""

import warnings
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, QuerySolutions
from pyoxigraph import Store as Database
from rdflib import Dataset

from hauberk.graph.errors import BadHeaderError, BadParameterError
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import dossier
from hauberk.queries.binding import bind
from hauberk.queries.catalog import Header, Parameter, Query, _read, catalog
from hauberk.queries.commands import query as command
from hauberk.queries.runner import run
from hauberk.tests.queries import QUERIES, answer_to, column, every_query, texts
from hauberk.tests.support import HOSTILE

INVISIBLE: Final = (
    "a\nb", "a\rb", "a\r\nb", "a\tb", "a\x00b", "a\x0bb", "a\x0cb", "a\x1bb", "a\x7fb", "a\x85b",
    "a\xa0b", "a\u200bb", "a\u2028b", "a\u2029b", "a\u202eb", "a\ufeffb", "a\ufffeb",
    "\x00BEEF", "é2024", '\u2028  VALUES ?words { UNDEF }  # parameter\u2028', '"\n} #', '\\\n"',
)  # fmt: skip


# -- Hostile values -----------------------------------------------------------------------------

PROBE: Final = Query(
    name="probe",
    shelf="none",
    text="SELECT ?words ?other WHERE {\n  VALUES ?words { UNDEF }  # parameter\n"
    "  VALUES ?other { UNDEF }  # parameter\n  FILTER(?words = ?words)\n}\nORDER BY ?words\n",
    header=Header(
        summary="What was given?",
        description="It comes back.",
        tags=["evidence"],
        columns={"words": "The words.", "other": "Other words."},
        parameters={name: Parameter(type="text", label=name) for name in ("words", "other")},
    ),
)


def assert_comes_back(value: str) -> None:
    """Check that a text bound as two parameters is those two texts to two engines."""
    given_ = {"words": Literal(value), "other": Literal(value)}
    text = bind(PROBE, given_)
    answer = Database().query(text)
    assert isinstance(answer, QuerySolutions)
    assert [(row["words"], row["other"]) for row in answer] == [tuple(given_.values())]
    assert text.count("\n") == PROBE.text.count("\n")
    assert text.isascii()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        (row,) = Dataset().query(text)
    assert [str(cell) for cell in row] == [value, value]  # type: ignore[union-attr]


@pytest.mark.parametrize("value", [*HOSTILE, *INVISIBLE])
def test_hostile_text_comes_out_as_data(value: str) -> None:
    assert_comes_back(value)


@given(st.text(max_size=40))
@settings(deadline=None)
def test_any_text_comes_out_as_data(value: str) -> None:
    assert_comes_back(value)


@given(st.text(alphabet="\\\"'uU0052{}?#<>\n }", max_size=16))
@settings(deadline=None)
def test_escapes_in_a_text_come_out_as_data(value: str) -> None:
    assert_comes_back(value)


@pytest.mark.parametrize("value", [*HOSTILE, *INVISIBLE])
def test_hostile_value_of_any_parameter_does_no_harm(value: str, fixture: Snapshot) -> None:
    for query in QUERIES:
        every = texts(answer_to(query, fixture))
        for name, parameter in query.parameters.items():
            if parameter.type == "text":
                assert all(row in every for row in texts(answer_to(query, fixture, {name: value})))
                continue
            with pytest.raises(BadParameterError):
                answer_to(query, fixture, {name: value})


# -- Parameters that are needed ---------------------------------------------------------------


@every_query
def test_needed_parameters_are_asked_for(query: Query, fixture: Snapshot) -> None:
    if not query.needs:
        run(query, fixture)
        return
    with pytest.raises(BadParameterError, match=f"give {' or '.join(query.needs)}"):
        run(query, fixture)
    assert query.required == (set(query.needs) if len(query.needs) == 1 else set())
    for name in query.parameters:
        assert bool(query.lacks({name})) == (name not in query.needs)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["claims-about"], "Error: Give --dossier: "),
        (["claims-by-speaker", "--since", "2025-01-01"], "Error: Give --by or --words: "),
    ],
)
def test_needed_option_left_out_is_a_usage_error(words: list[str], error: str) -> None:
    done = CliRunner().invoke(command, words)
    assert done.exit_code == 2
    assert done.stderr.splitlines()[-1].startswith(error)


def test_need_of_no_parameter_is_a_bad_header(tmp_path: Path) -> None:
    file = tmp_path / "probe.rq"
    text = catalog()["claims-about"].text.replace("needs: [dossier]", "needs: [firm]")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadHeaderError, match="needs “firm”"):
        _read("evidence", file)


def test_quotes_and_braces_in_data_are_found(fixture: Snapshot) -> None:
    answer = run(catalog()["sources"], fixture, {"words": '"FIXTURE" {trade}'})
    assert texts(answer, ["sourceUrl"]) == [["https://example.org/blog/rumours"]]
    answer = run(catalog()["ties-of-firm"], fixture, {"firm": 'cedar "yards" {nord}'})
    assert set(column(answer, "firm")) == {dossier("firm/cedar-yards")}
