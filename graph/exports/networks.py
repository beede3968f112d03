"""Networks of accepted ties: firms tied to firms, states to states, or agents to ties.

- `firms`: two firms are joined where both take part in a tie.
- `states`: two states are joined where a tie involves both, themselves or through agents.
- `bipartite`: each agent is joined to each tie it takes part in. Nothing is lost there; the
  others join everyone in a tie to everyone else in it, so that a coalition of twenty weighs
  much: look at `ties` before you count edges.

An edge's weight is the number of ties in it. Claims that are not accepted join nobody, and an
unnamed party stands in the network under its placeholder until it is named.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from pyoxigraph import Literal, NamedNode

from hauberk.graph.claims import CURRENT
from hauberk.graph.directory import Directory
from hauberk.graph.exports.release import Release
from hauberk.graph.exports.rows import short
from hauberk.graph.holdings import Holdings
from hauberk.graph.terms import earliest
from hauberk.ontology.names import HBK, RDF, kind

_DATES = (
    HBK.announced, HBK.approved, HBK.signed, HBK.started, HBK.productionStarted, HBK.delivered,
)  # fmt: skip


@dataclass(slots=True)
class Node:
    """An agent or a tie, and how many ties it stands in."""

    id: str
    label: str
    kind: str
    state: str = ""
    ties: int = 0
    tie_kind: str = ""
    status: str = ""
    date: str = ""


@dataclass(slots=True)
class Edge:
    """What joins two nodes: its ties, their kinds, the first and the last date of one."""

    source: str
    target: str
    ties: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    roles: list[str] = field(default_factory=list)
    dates: list[Literal] = field(default_factory=list)

    @property
    def weight(self) -> int:
        """How many ties join the two."""
        return len(self.ties)

    @property
    def first(self) -> str:
        """The date of the earliest tie that has one."""
        return min(self.dates, key=_order).value if self.dates else ""

    @property
    def last(self) -> str:
        """The date of the latest tie that has one."""
        return max(self.dates, key=_order).value if self.dates else ""


def _order(date: Literal) -> tuple[str, str]:
    return earliest(date), date.value


@dataclass(frozen=True, slots=True)
class Network:
    """Nodes and undirected edges, both in order."""

    title: str
    nodes: list[Node]
    edges: list[Edge]


def network(release: Release) -> Network:
    """Return the network that the release asks for."""
    return _Weaving(release).network()


class _Weaving:
    def __init__(self, release: Release) -> None:
        self.release = release
        self.held = Holdings(release.database)
        self.directory = Directory(release.database)
        self.nodes: dict[NamedNode, Node] = {}
        self.edges: dict[tuple[str, str], Edge] = {}

    def network(self) -> Network:
        for tie in sorted(self.held.subjects(RDF.type, HBK.Tie), key=str):
            self.release.progress(1)
            roles = self._participants(tie)
            if self.release.network == "bipartite":
                self._add(tie)
                for agent in sorted(roles, key=str):
                    self._join(agent, tie, tie, roles[agent])
            elif self.release.network == "firms":
                self._join_all([agent for agent in roles if kind(agent) == "firm"], tie)
            else:
                self._join_all(self._objects(tie, HBK.involvesState), tie)
        return Network(
            f"{self.release.title}: {self.release.network}",
            sorted(self.nodes.values(), key=lambda node: node.id),
            [self.edges[ends] for ends in sorted(self.edges)],
        )

    def _participants(self, tie: NamedNode) -> dict[NamedNode, list[str]]:
        """Return who takes part in a tie, with the roles of each."""
        found: dict[NamedNode, set[str]] = {}
        for participation in self._objects(tie, HBK.hasParticipation):
            for agent in self._objects(participation, HBK.agent):
                roles = found.setdefault(agent, set())
                roles |= {short(role) for role in self._objects(participation, HBK.role)}
        return {agent: sorted(roles) for agent, roles in found.items()}

    def _objects(self, subject: NamedNode, predicate: NamedNode) -> Iterator[NamedNode]:
        for quad in self.release.database.quads_for_pattern(subject, predicate, None, CURRENT):
            if isinstance(quad.object, NamedNode):
                yield quad.object

    def _add(self, node: NamedNode) -> Node:
        if node not in self.nodes:
            state = self.held.states(node)
            made = Node(
                short(node),
                self.directory.label(node),
                kind(node),
                state[0].value[-2:] if state else "",
            )
            if kind(node) in {"agreement", "programme", "stake"}:
                made.tie_kind, made.status = (
                    self._code(node, HBK.kind),
                    self._code(node, HBK.status),
                )
                dates = self._dates(node)
                made.date = dates[0].value if dates else ""
            self.nodes[node] = made
        return self.nodes[node]

    def _code(self, node: NamedNode, predicate: NamedNode) -> str:
        found = self.held.object_of(node, predicate)
        return short(found) if found is not None else ""

    def _dates(self, tie: NamedNode) -> list[Literal]:
        """Return the date by which the tie is placed in time, the earliest it has, or nothing."""
        found = [self.held.object_of(tie, predicate) for predicate in _DATES]
        return sorted((d for d in found if isinstance(d, Literal)), key=_order)[:1]

    def _join_all(self, agents: Iterable[NamedNode], tie: NamedNode) -> None:
        there = sorted(set(agents), key=str)
        for agent in there:
            self._add(agent).ties += 1
        for one, other in combinations(there, 2):
            self._joined(one, other, tie)

    def _join(
        self, agent: NamedNode, tie_node: NamedNode, tie: NamedNode, roles: list[str]
    ) -> None:
        self._add(agent).ties += 1
        self._add(tie_node).ties = 1
        self._joined(agent, tie_node, tie).roles = roles

    def _joined(self, one: NamedNode, other: NamedNode, tie: NamedNode) -> Edge:
        ends = (short(one), short(other))
        edge = self.edges.setdefault(ends, Edge(*ends))
        edge.ties.append(short(tie))
        edge.kinds |= {kind_} if (kind_ := self._code(tie, HBK.kind)) else set()
        edge.dates += self._dates(tie)
        return edge
