"""The canned queries: their answers are the golden ones, on either engine and any default graph."""

import warnings
from collections.abc import Iterator, Mapping
from typing import Final

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat
from rdflib import Dataset

from hauberk.graph.claims import CURRENT
from hauberk.graph.store import Snapshot, Store
from hauberk.loaders.sync import batch, bundled, load
from hauberk.ontology.names import ID, RDFS
from hauberk.queries.catalog import TYPES, Query
from hauberk.queries.runner import Table, run, table
from hauberk.tests.queries import (
    CASES,
    QUERIES,
    TESTS,
    Case,
    answer_to,
    column,
    every_query,
    texts,
    written,
)

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


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """Yield a snapshot of the bundled facts."""
    store = Store(tmp_path_factory.mktemp("bundled") / "store")
    load(store, bundled())
    with store.read() as snapshot:
        yield snapshot


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
