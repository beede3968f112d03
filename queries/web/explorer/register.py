"""The register of a snapshot: ties by party and claims by source or speaker, in reading order.

Looking up thousands of ties one by one takes too long for a page, so what orders them is read
once for each snapshot and kept as long as it is.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final, TypeVar

import msgspec
from pyoxigraph import Literal, NamedNode
from pyoxigraph import Store as Database

from hauberk.graph.claims import CURRENT
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import DCTERMS, HBK, KINDS, RDF, kind
from hauberk.queries.web.explorer.kept import once

BEGINNINGS: Final = (HBK.signed, HBK.started, HBK.announced, HBK.approved)
"""What a tie is dated by: the first of these that is accepted."""
_USERS: Final = frozenset(KINDS) - {"source", "speaker"}
_KEPT: Final = 50
_ASKED: Final = 400
"""Lookups in a column after which it is read whole."""

_K = TypeVar("_K")
_V = TypeVar("_V")


class Taking(msgspec.Struct, frozen=True):
    """A party's part in a tie."""

    part: str
    tie: str
    role: str
    kind: str
    status: str
    began: str
    named_later: bool = False

    @property
    def reading_order(self) -> tuple[str, str, str]:
        """Sort key, newest first when reversed; ties without a date come last."""
        return (self.began, self.tie, self.part)


class Register:
    """Ties and claims of one snapshot, by what they hang on."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.database = snapshot.database
        self._ties: dict[NamedNode, list[Taking]] = {}
        self._claims: dict[tuple[NamedNode, NamedNode], list[str]] = {}
        self._said_of: dict[NamedNode, dict[str, list[str]]] = {}
        self._users: dict[NamedNode, list[str]] = {}
        self._kinds = _Column(self.database, HBK.kind)
        self._statuses = _Column(self.database, HBK.status)
        self._beginnings = [_Column(self.database, predicate) for predicate in BEGINNINGS]
        self._said = _Column(self.database, DCTERMS.issued)

    def ties(self, party: NamedNode) -> Sequence[Taking]:
        """Return the accepted parts that a party takes in ties, named or not, newest first."""
        found = self._ties.get(party)
        if found is None:
            found = self._read_ties(party)
            _keep(self._ties, party, found)
        return found

    def not_accepted(self, party: NamedNode) -> Mapping[str, Sequence[str]]:
        """Return the parts that claims give a party and that are not accepted, and where."""
        found = self._said_of.get(party)
        if found is None:
            found = {}
            accepted = {each.part for each in self.ties(party)}
            for quad in self.database.quads_for_pattern(None, HBK.agent, party, None):
                graph, part = quad.graph_name, quad.subject
                if not isinstance(graph, NamedNode) or not isinstance(part, NamedNode):
                    continue
                is_live = graph != CURRENT and not graph.value.endswith("#withdrawn")
                if is_live and part.value not in accepted:
                    found.setdefault(part.value, []).append(graph.value)
            _keep(self._said_of, party, found)
        return found

    def claims(self, predicate: NamedNode, value: NamedNode) -> Sequence[str]:
        """Return the IRIs of the live claims that say *predicate* of *value*, newest first."""
        found = self._claims.get((predicate, value))
        if found is None:
            quads = self.database.quads_for_pattern(None, predicate, value, CURRENT)
            nodes = {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}
            live = nodes - self._withdrawn if nodes else nodes
            found = sorted(live, key=lambda iri: (f"{self._said[iri]}-01-01"[:10], iri))
            found.reverse()
            _keep(self._claims, (predicate, value), found)
        return found

    def days(self, predicate: NamedNode, value: NamedNode) -> list[str]:
        """Return the days on which claims that say *predicate* of *value* were said, in order."""
        said = {self._said[iri] for iri in self.claims(predicate, value)}
        return sorted({f"{day}-01-01"[:10] for day in said if day})

    def users(self, node: NamedNode) -> Sequence[str]:
        """Return the dossiers whose accepted facts name a code, place or other thing, in order."""
        found = self._users.get(node)
        if found is None:
            names = {
                quad.subject.value.partition("#")[0]
                for quad in self.database.quads_for_pattern(None, None, node, CURRENT)
                if isinstance(quad.subject, NamedNode) and kind(quad.subject) in _USERS
            }
            found = sorted(names)
            _keep(self._users, node, found)
        return found

    def _read_ties(self, party: NamedNode) -> list[Taking]:
        found = {}
        for predicate in (HBK.agent, HBK.namedInsteadOf):
            for quad in self.database.quads_for_pattern(None, predicate, party, CURRENT):
                if isinstance(quad.subject, NamedNode) and (role := self._role(quad.subject)):
                    part = quad.subject.value
                    tie = part.partition("#")[0]
                    began = next((day for each in self._beginnings if (day := each[tie])), "")
                    found[part] = Taking(
                        part, tie, role, self._kinds[tie], self._statuses[tie], began,
                        predicate == HBK.namedInsteadOf,
                    )  # fmt: skip
        dated = [each for each in found.values() if each.began]
        undated = [each for each in found.values() if not each.began]
        newest = sorted(dated, key=lambda each: each.reading_order, reverse=True)
        return newest + sorted(undated, key=lambda each: each.reading_order)

    def _role(self, part: NamedNode) -> str:
        for quad in self.database.quads_for_pattern(part, HBK.role, None, CURRENT):
            if isinstance(quad.object, NamedNode):
                return quad.object.value
        return ""

    @cached_property
    def _withdrawn(self) -> set[str]:
        quads = self.database.quads_for_pattern(None, RDF.type, HBK.WithdrawnClaim, CURRENT)
        return {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}


class _Column:
    """What `current` holds of a property, by subject: looked up, or read whole once much asked."""

    def __init__(self, database: Database, predicate: NamedNode) -> None:
        self.database = database
        self.predicate = predicate
        self.asked = 0
        self.values: dict[str, str] | None = None

    def __getitem__(self, subject: str) -> str:
        if self.values is None:
            if self.asked < _ASKED:
                self.asked += 1
                return self._read(NamedNode(subject)).get(subject, "")
            self.values = self._read(None)
        return self.values.get(subject, "")

    def _read(self, subject: NamedNode | None) -> dict[str, str]:
        quads = self.database.quads_for_pattern(subject, self.predicate, None, CURRENT)
        return {
            quad.subject.value: quad.object.value
            for quad in quads
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal)
        }


def register(snapshot: Snapshot) -> Register:
    """Return the register of a snapshot, the same one each time."""
    return once(snapshot, Register)


def _keep(kept: dict[_K, _V], key: _K, value: _V) -> None:
    """Keep a value, and let the oldest go where there are too many."""
    while len(kept) >= _KEPT:
        del kept[next(iter(kept))]
    kept[key] = value
