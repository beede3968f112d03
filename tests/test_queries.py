"""The canned queries: their files keep the form, their answers are the golden ones everywhere."""

import csv
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat
from pyoxigraph import Store as Database
from rdflib import Dataset
from rdflib.plugins.sparql import prepareQuery

from hauberk.graph.claims import CURRENT
from hauberk.graph.errors import BadHeaderError, BadParameterError
from hauberk.graph.store import Snapshot, Store
from hauberk.loaders.sync import batch, bundled, load
from hauberk.ontology.names import ID, RDFS, SKOS, dossier
from hauberk.queries.binding import bind
from hauberk.queries.catalog import TAGS, TYPES, Header, Parameter, Query, _read, catalog
from hauberk.queries.commands import query as command
from hauberk.queries.runner import Cell, Table, run, table

TESTS: Final = Path(__file__).parent
GOLDEN: Final = TESTS / "golden"
HOSTILE: Final = (TESTS / "data" / "hostile-strings.txt").read_text(encoding="utf-8").splitlines()
INVISIBLE: Final = (
    "a\nb", "a\rb", "a\r\nb", "a\tb", "a\x00b", "a\x0bb", "a\x0cb", "a\x1bb", "a\x7fb", "a\x85b",
    "a\xa0b", "a\u200bb", "a\u2028b", "a\u2029b", "a\u202eb", "a\ufeffb", "a\ufffeb",
    "\x00BEEF", "é2024", '\u2028  VALUES ?words { UNDEF }  # parameter\u2028', '"\n} #', '\\\n"',
)  # fmt: skip
QUERIES: Final = list(catalog().values())
IRI_PARAMETERS: Final = frozenset(TYPES) - {"date", "integer", "text", "boolean"}
KEYS: Final = {
    "template-deals-by-country": ("country", "claim", "relation", "model"),
    "deals-by-country": ("country", "deal"),
    "deals-between-states": ("a", "b", "deal"),
    "followers-of-model": ("model", "claim"),
    "undisclosed-parties": ("party", "identified", "claim"),
    "single-sourced-facts": ("deal",),
    "sources": ("source",),
    "disclosed-later": ("party", "identified", "claim"),
    "ties-between-states": ("a", "b", "currency"),
    "bridging-firms": ("firm",),
    "shared-programmes": ("a", "b", "programme"),
    "contested-values": ("claim", "value"),
    "contested-places": ("claim", "site"),
    "claims-by-publisher": ("publisher", "reliability"),
    "undated-claims": ("claim", "source"),
    "unchecked-facts": ("claim",),
    "claims-sought-in-vain": ("claim",),
    "renamings": ("renaming",),
    "deals-by-category": ("category", "deal"),
    "deals-by-status": ("deal",),
    "value-by-year": ("year", "currency", "qualifier"),
    "money-by-funder": ("funder", "year", "currency"),
    "cancelled-or-superseded": ("deal", "newer", "relation"),
    "first-of-their-kind": ("claim", "model"),
    "programmes-of-state": ("country", "programme"),
    "programme-partners": ("country", "partner"),
    "models": ("model",),
    "model-spread": ("model", "year"),
}
"""The columns that tell a row from all others; a query not listed here has no shorter key."""

every_query = pytest.mark.parametrize("query", QUERIES, ids=lambda query: str(query.name))


@dataclass(frozen=True, slots=True)
class Case:
    """A golden answer: the query, what is asked of it, and the rows of some of its columns."""

    name: str
    query: Query
    parameters: Mapping[str, str]
    as_of: str | None
    columns: list[str]
    rows: list[list[str]]
    facts: str = "fixture"


def cases(folder: Path, facts: str) -> Iterator[Case]:
    """Yield a case for each golden file in *folder*, `<query>.csv` or `<query>@<variant>.csv`."""
    asked: dict[str, dict[str, Any]] = yaml.load(
        (folder / "cases.yaml").read_text(encoding="utf-8"),
        Loader=yaml.CBaseLoader,  # noqa: S506 - every scalar stays text
    )
    for path in sorted(folder.glob("*.csv")):
        how = asked.pop(path.stem) if "@" in path.stem else {}
        with path.open(encoding="utf-8", newline="") as file:
            columns, *rows = csv.reader(file)
        yield Case(
            name=path.stem,
            query=catalog()[path.stem.partition("@")[0]],
            parameters=how.get("parameters", {}),
            as_of=how.get("as-of"),
            columns=columns,
            rows=rows,
            facts=facts,
        )
    assert not asked, f"{folder}/cases.yaml names answers without a CSV file: {', '.join(asked)}"


# The answers in golden/ are to data/fixture.yaml, those in golden/<name>/ to data/<name>.yaml.
FOLDERS: Final = [each for each in sorted(GOLDEN.iterdir()) if each.is_dir()]
CASES: Final = [
    *cases(GOLDEN, "fixture"),
    *(case for folder in FOLDERS for case in cases(folder, folder.name)),
]


@pytest.fixture(scope="module")
def fixture(fixture_store: Store) -> Iterator[Snapshot]:
    with fixture_store.read() as snapshot:
        yield snapshot


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """Yield a snapshot of the bundled facts."""
    store = Store(tmp_path_factory.mktemp("bundled") / "store")
    load(store, bundled())
    with store.read() as snapshot:
        yield snapshot


def written(cell: Cell) -> str:
    return "" if cell is None else getattr(cell, "value", str(cell))


def texts(answer: Table, columns: list[str] | None = None) -> list[list[str]]:
    """Return the answer's cells as the W3C's CSV form has them, of all or some columns."""
    at = [answer.columns.index(each) for each in columns or answer.columns]
    return [[written(row[index]) for index in at] for row in answer.rows]


def column(answer: Table, name: str) -> list[Cell]:
    at = answer.columns.index(name)
    return [row[at] for row in answer.rows]


def answer_to(query: Query, snapshot: Snapshot, given_: Mapping[str, str] | None = None) -> Table:
    """Return the answer to the query as it stands in its file, even where it needs a parameter."""
    header = replace(query.header, needs=[])
    return run(replace(query, header=header), snapshot, given_)


def body(query: Query) -> str:
    """Return the query without comments; no query of ours has `#` in a string but for `"#"`."""
    lines = (re.sub(r"(?:^|\s)#.*", "", line) for line in query.text.splitlines())
    return "\n".join(line for line in lines if line.strip())


# -- The files ------------------------------------------------------------------------------


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


# -- The answers ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Store]:
    """Return a store of each fact file that golden answers are given to, old versions first."""
    made = {}
    for name in sorted({case.facts for case in CASES}):
        folder = tmp_path_factory.mktemp(name)
        made[name] = Store(folder / "store")
        # What `<name>-before.yaml` holds and `<name>.yaml` no longer does is withdrawn, since a
        # load brings the store into step with the file of one name.
        file = folder / f"{name}.yaml"
        for version in (f"{name}-before", name):
            held = TESTS / "data" / f"{version}.yaml"
            if held.exists():
                file.write_text(held.read_text(encoding="utf-8"), encoding="utf-8")
                load(made[name], batch([file]))
    return made


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.facts}-{case.name}")
def test_answer_is_the_golden_one(case: Case, stores: Mapping[str, Store]) -> None:
    with stores[case.facts].read() as snapshot:
        asked = snapshot.as_of(case.as_of) if case.as_of else snapshot
        answer = run(case.query, asked, case.parameters)
    assert texts(answer, case.columns) == case.rows


@every_query
def test_labels_are_those_of_the_iris_beside_them(query: Query, facts: Snapshot) -> None:
    answer = answer_to(query, facts)
    pairs = {(name, name.removesuffix("Label")) for name in answer.columns} - {
        (name, name) for name in answer.columns
    }
    for labelled, name in pairs:
        if name not in answer.columns or name == "value":
            continue
        for node, label in zip(column(answer, name), column(answer, labelled), strict=True):
            if isinstance(node, NamedNode) and isinstance(label, Literal):
                found = facts.database.quads_for_pattern(node, RDFS.label, None, CURRENT)
                assert [quad.object for quad in found] == [label]
            else:
                assert node is None, f"{node} has no label"
                assert label is None, f"{label} has no IRI"


@every_query
def test_rows_do_not_multiply(query: Query, facts: Snapshot, fixture: Snapshot) -> None:
    for snapshot in (fixture, facts):
        answer = answer_to(query, snapshot)
        key = KEYS.get(query.name, tuple(query.columns))
        rows = [tuple(row) for row in texts(answer, list(key))]
        assert len(rows) == len(set(rows)), f"two rows have the same {', '.join(key)}"


@every_query
def test_answer_does_not_hang_on_the_default_graph(query: Query, fixture: Snapshot) -> None:
    expected = answer_to(query, fixture).rows
    database = fixture.database
    for answer in (
        database.query(query.text),
        database.query(query.text, default_graph=CURRENT),
        database.query(query.text, use_default_graph_as_union=True),
        database.query(query.text, default_graph=[]),
        table(fixture, query.text),
    ):
        columns = query.columns
        rows = answer.rows if isinstance(answer, Table) else answer
        assert [tuple(row[at] for at in range(len(columns))) for row in rows] == expected  # type: ignore[union-attr]


@pytest.fixture(scope="module")
def rdflib_fixture(fixture: Snapshot) -> Dataset:
    dataset = Dataset()
    dumped = fixture.database.dump(format=RdfFormat.N_QUADS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's own
        dataset.parse(data=(dumped or b"").decode(), format="nquads")
    return dataset


@every_query
def test_answer_is_the_same_on_rdflib(
    query: Query, fixture: Snapshot, rdflib_fixture: Dataset
) -> None:
    """A second engine, far from ours in how it works, gives the same rows in the same order."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        found = list(rdflib_fixture.query(query.text))
    rows = [["" if cell is None else str(cell) for cell in row] for row in found]  # type: ignore[union-attr]
    assert rows == texts(answer_to(query, fixture))


@every_query
def test_runs_over_the_bundled_facts(query: Query, facts: Snapshot) -> None:
    answer_to(query, facts)
    examples = {name: each.example for name, each in query.parameters.items()}
    answer_to(query, facts, examples)
    for name, example in examples.items():
        answer_to(query, facts, {name: example})


@every_query
def test_parameter_keeps_the_rows_that_have_it(query: Query, fixture: Snapshot) -> None:
    """Asking for one value gives the rows with it out of those given when nothing is asked."""
    every = answer_to(query, fixture)
    for name, parameter in query.parameters.items():
        shown = name if name in every.columns else f"{name}Label"
        comparable = parameter.type in IRI_PARAMETERS and shown in every.columns
        if not comparable or query.name == "deals-between-states":
            continue
        for value in {written(cell) for cell in column(every, shown)} - {""}:
            asked = value.rpartition("/")[2] if parameter.type == "code" else value
            answer = texts(answer_to(query, fixture, {name: asked}))
            at = every.columns.index(shown)
            assert answer == [row for row in texts(every) if row[at] == value]


def test_deal_that_is_no_tie_is_in_no_answer_on_deals(fixture: Snapshot) -> None:
    """What is expected, or denied, is found only where claims are asked for."""
    for query in QUERIES:
        for row in texts(answer_to(query, fixture)):
            for key in ("agreement/polish-plan", "agreement/denied-order"):
                if ID + key in row:
                    assert query.name in {
                        "claims-about", "claims-by-speaker", "contested-facts", "denied-claims",
                        "expectations", "hedged-claims",
                    }  # fmt: skip


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
