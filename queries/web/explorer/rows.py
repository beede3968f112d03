"""Rows of `current`, property by property; ids stand for IRIs of ours."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from pyoxigraph import Literal, NamedNode

from hauberk.graph.claims import CURRENT
from hauberk.graph.holdings import Holdings
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import CODE, HBK, ID, RDF, TIE_KINDS, Namespace

GEO: Final = Namespace("http://www.w3.org/2003/01/geo/wgs84_pos#")


class Rows:
    """All that `current` holds."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.database = snapshot.database

    def typed(self, of: NamedNode) -> list[str]:
        """Return the ids of the ties of a class, sorted."""
        quads = self.database.quads_for_pattern(None, RDF.type, of, CURRENT)
        found = (str(quad.subject.value).removeprefix(ID) for quad in quads
                 if isinstance(quad.subject, NamedNode))  # fmt: skip
        return sorted(each for each in found if each.partition("/")[0] in TIE_KINDS)

    def ids(self, predicate: NamedNode) -> dict[str, list[str]]:
        """Return the things that a property names, by subject."""
        found: dict[str, list[str]] = {}
        for subject, value in self._pairs(predicate):
            if isinstance(value, NamedNode):
                found.setdefault(subject, []).append(value.value.removeprefix(ID))
        return found

    def codes(self, predicate: NamedNode) -> dict[str, str]:
        """Return the last part of codes' IRIs; where there are several, the first of them."""
        found: dict[str, str] = {}
        for subject, value in self._pairs(predicate):
            if isinstance(value, NamedNode) and value.value.startswith(CODE):
                code = value.value.rpartition("/")[2]
                found[subject] = min(code, found.get(subject, code))
        return found

    def words(self, predicate: NamedNode) -> dict[str, str]:
        """Return the last part of what a property has, IRI or text, by subject."""
        return {
            subject: value.value.rpartition("/")[2] for subject, value in self._pairs(predicate)
        }

    def texts(self, predicate: NamedNode) -> dict[str, list[str]]:
        """Return the literals of a property, sorted, by subject."""
        found: dict[str, list[str]] = {}
        for subject, value in self._pairs(predicate):
            if isinstance(value, Literal):
                found.setdefault(subject, []).append(value.value)
        return {subject: sorted(values) for subject, values in found.items()}

    def _pairs(self, predicate: NamedNode) -> Iterator[tuple[str, NamedNode | Literal]]:
        for quad in self.database.quads_for_pattern(None, predicate, None, CURRENT):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
                yield quad.subject.value.removeprefix(ID), quad.object


class RowsOfTies(Rows):
    """What `current` holds of some ties, and of the parties and places that they name."""

    def __init__(self, snapshot: Snapshot, ties: Iterable[str]) -> None:
        super().__init__(snapshot)
        self.pairs: defaultdict[NamedNode, list[tuple[str, NamedNode | Literal]]]
        self.pairs = defaultdict(list)
        self.ties: list[str] = []
        held = Holdings(snapshot.database)
        beside: dict[NamedNode, None] = {}
        for iri in ties:
            for subject, predicate, value in held.derived(NamedNode(iri)):
                self.pairs[predicate].append((subject.value.removeprefix(ID), value))
                if predicate in {HBK.agent, HBK.atPlace} and isinstance(value, NamedNode):
                    beside[value] = None
                if predicate == RDF.type and value == HBK.Tie:
                    self.ties.append(iri.removeprefix(ID))
        for node in beside:
            for predicate in (HBK.state, GEO.lat, GEO.long):
                known = held.object_of(node, predicate)
                if known is not None:
                    self.pairs[predicate].append((node.value.removeprefix(ID), known))

    def typed(self, of: NamedNode) -> list[str]:
        """Return the ids of those that are ties, sorted."""
        return sorted(self.ties) if of == HBK.Tie else []

    def _pairs(self, predicate: NamedNode) -> Iterator[tuple[str, NamedNode | Literal]]:
        yield from self.pairs[predicate]
