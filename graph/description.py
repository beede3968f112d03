"""What the graph says of one thing by its IRI: the quads a linked-data document is made of."""

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad

from hauberk.graph.claims import CURRENT
from hauberk.graph.credits import Credits
from hauberk.graph.errors import GoneError, NotFoundError
from hauberk.graph.holdings import WITHDRAWN
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import BASE, CODE, DCTERMS, HBK, ID, PROV, RDF, RDFS, VOID, key, part

_GONE = frozenset(WITHDRAWN.values())


@dataclass(frozen=True, slots=True)
class Description:
    """What is said of a thing: `about` it, and what its claims affirm or deny, graph by graph."""

    node: NamedNode
    quads: tuple[Quad, ...]

    @property
    def has_graphs(self) -> bool:
        """Tell whether part of it stands in named graphs, which triples alone cannot say."""
        return any(quad.graph_name != CURRENT for quad in self.quads)


def describe(snapshot: Snapshot, node: NamedNode) -> Description:
    """Return what the graph says of a dossier, claim, entry, source, code or term.

    A dossier comes with its parts, with the claims and entries about it (their metadata; each has
    a document of its own for what it says), and with the labels of all it names. A claim comes
    with its named graph. Raises GoneError for what was withdrawn, with when and why, and
    NotFoundError for what was never there.
    """
    return _Describing(snapshot, node).description()


class _Describing:
    def __init__(self, snapshot: Snapshot, node: NamedNode) -> None:
        self.snapshot = snapshot
        self.database = snapshot.database
        self.node = node

    def description(self) -> Description:
        own = [*self._of(self.node)]
        types = {quad.object for quad in own if quad.predicate == RDF.type}
        if types & _GONE:
            raise self._withdrawn(self.node)
        if not own and self._graph_is_empty():
            raise self._missing()
        about = [*own, *self._parts(own)]
        if self.node.value.startswith(ID):
            about += self._statements()
        quads = [*about, *self._graphs()]
        quads += self._credits(quads)
        return Description(self.node, tuple(dict.fromkeys([*quads, *self._labels(quads)])))

    def _of(self, node: NamedNode) -> Iterator[Quad]:
        return iter(self.database.quads_for_pattern(node, None, None, CURRENT))

    def _graph_is_empty(self) -> bool:
        return not any(self.database.quads_for_pattern(None, None, None, self.node))

    def _parts(self, own: list[Quad]) -> Iterator[Quad]:
        """Yield what `current` holds of the hash-parts: participations, sites, a passage."""
        queue, seen = [quad.object for quad in own], {self.node}
        while queue:
            value = queue.pop()
            if not isinstance(value, NamedNode) or value in seen:
                continue
            if value.value.startswith(self.node.value + "#"):
                seen.add(value)
                found = [*self._of(value)]
                queue += [quad.object for quad in found]
                yield from found

    def _statements(self) -> Iterator[Quad]:
        """Yield the metadata of the claims and entries about a dossier."""
        for quad in self.database.quads_for_pattern(None, HBK.about, self.node, CURRENT):
            if isinstance(quad.subject, NamedNode):
                yield from self._of(quad.subject)

    def _credits(self, quads: list[Quad]) -> Iterator[Quad]:
        """Yield the terms of the datasets of open data that the statements stand in."""
        held = {quad.object for quad in quads if quad.predicate == VOID.inDataset}
        for dataset in Credits(self.snapshot.ledger).by_dataset:
            if dataset in held:
                for predicate in (DCTERMS.title, DCTERMS.license, DCTERMS.rights, DCTERMS.source):
                    yield from self.database.quads_for_pattern(dataset, predicate, None, CURRENT)

    def _graphs(self) -> Iterator[Quad]:
        for graph in (self.node, part(self.node, "denied")):
            yield from self.database.quads_for_pattern(None, None, None, graph)

    def _labels(self, quads: list[Quad]) -> Iterator[Quad]:
        """Yield the labels of all that is named, so that a document can be read by itself."""
        for term in dict.fromkeys(quad.object for quad in quads):
            if isinstance(term, NamedNode) and term.value.startswith((ID, CODE, str(HBK))):
                yield from self.database.quads_for_pattern(term, RDFS.label, None, CURRENT)

    def _missing(self) -> Exception:
        withdrawn = [
            quad.subject
            for quad in self.database.quads_for_pattern(None, HBK.about, self.node, CURRENT)
            if isinstance(quad.subject, NamedNode)
        ]
        if withdrawn:
            return self._withdrawn(*withdrawn)
        return NotFoundError(f"there is nothing by the IRI {self.node.value}")

    def _withdrawn(self, *statements: NamedNode) -> GoneError:
        days = [
            quad.object.value
            for statement in statements
            for quad in self.database.quads_for_pattern(
                statement, PROV.invalidatedAtTime, None, CURRENT
            )
            if isinstance(quad.object, Literal)
        ]
        when = max(days, default="")
        return GoneError(
            f"{key(self.node) or self.node.value.removeprefix(BASE)} was withdrawn"
            f"{f' on {when[:10]}' if when else ''}: the files it stood in hold it no longer",
            when,
        )
