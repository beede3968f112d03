"""Exports as networks: states, firms and ties are joined as was worked out by hand."""

from collections.abc import Callable
from pathlib import Path

import networkx as nx
import pyoxigraph as px
import pytest

from hauberk.graph.claims import CURRENT
from hauberk.graph.store import Store
from hauberk.ontology.names import RDFS
from hauberk.tests.exports import ID
from hauberk.tests.support import Run

Draw = Callable[..., nx.Graph]
STATES = {
    ("DE", "FR"): 2, ("DE", "NO"): 1, ("DE", "UA"): 1, ("DK", "FR"): 1, ("DK", "NO"): 1,
    ("DK", "UA"): 1, ("FR", "NO"): 1, ("FR", "UA"): 2,
}  # fmt: skip


@pytest.fixture(params=["graphml", "gexf"])
def drawn(request: pytest.FixtureRequest, run: Run, tmp_path: Path, fixture_store: Store) -> Draw:
    """Return a function that exports a network in a format and reads it by networkx."""

    def draw(network: str, store: Store = fixture_store) -> nx.Graph:
        file = f"net.{request.param}"
        done = run("export", "--network", network, "-o", file, store=store.root)
        assert done.returncode == 0, done.stderr
        reader = nx.read_graphml if request.param == "graphml" else nx.read_gexf
        return reader(tmp_path / file)

    return draw


def test_states_are_joined_by_the_ties_that_involve_both(drawn: Draw) -> None:
    graph = drawn("states")
    assert not graph.is_directed()
    found = {
        tuple(sorted(end.removeprefix("state/") for end in (one, other))): int(told["weight"])
        for one, other, told in graph.edges(data=True)
    }
    assert found == STATES
    edge = graph.edges["state/DE", "state/FR"]
    assert edge["kinds"] == "co-production programme"
    assert edge["tie_ids"] == "agreement/alder-birch programme/fixture-programme"
    assert (edge["first"], edge["last"]) == ("2024", "2025-03")
    assert graph.nodes["state/FR"]["ties"] == 4


def test_firms_are_joined_by_accepted_ties_alone(drawn: Draw) -> None:
    graph = drawn("firms")
    assert {frozenset(ends) for ends in graph.edges} == {
        frozenset({"firm/alder-works", "firm/birch-dynamics"}),
        frozenset({"firm/alder-works", "firm/cedar-yards"}),
        frozenset({"firm/birch-dynamics", "firm/cedar-yards"}),
    }
    assert set(graph) - {"firm/elm-motors"} == {end for ends in graph.edges for end in ends}
    assert graph.nodes["firm/cedar-yards"]["label"] == 'Cedar "Yards" {Nord}'
    assert graph.nodes["firm/cedar-yards"]["state"] == "NO"


def test_agents_are_joined_to_ties_in_the_bipartite_network(drawn: Draw) -> None:
    graph = drawn("bipartite")
    assert (len(graph), graph.number_of_edges()) == (18, 16)
    assert nx.is_bipartite(graph)
    assert graph.edges["firm/birch-dynamics", "stake/birch-in-cedar"]["roles"] == "buyer-of-stake"
    assert "agreement/polish-plan" not in graph
    assert "agreement/denied-order" not in graph


def test_labels_in_networks_stand_as_they_are(drawn: Draw, hostile: Store) -> None:
    graph = drawn("bipartite", hostile)
    with hostile.read() as snapshot:
        for node, told in graph.nodes(data=True):
            quads = snapshot.database.quads_for_pattern(
                px.NamedNode(ID + node), RDFS.label, None, CURRENT
            )
            assert told["label"] in {
                q.object.value for q in quads if isinstance(q.object, px.Literal)
            }
