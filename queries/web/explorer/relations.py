"""Relations between dossiers in what is accepted: who and what each is tied to, and how.

Two dossiers are neighbours where one takes part in the other, or where an accepted fact names one
of the other: a parent, a model, a programme that a deal is part of, the state of a seat or site.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from pyoxigraph import Literal, NamedNode

from hauberk.graph.claims import CURRENT
from hauberk.graph.holdings import Holdings
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import HBK, ID, KINDS, kind

Relation = NamedNode
"""A role's code, or the property that names the one of the other."""

_SHOWN: Final = frozenset(KINDS) - {"source", "speaker"}
_INFERRED: Final = frozenset({HBK.involvesState, HBK.about})
_BEGINNINGS: Final = (HBK.signed, HBK.started, HBK.announced, HBK.approved)
_AGENT: Final = (HBK.agent, HBK.namedInsteadOf)


class Index:
    """The role of every participation and the beginning of every tie, read once a snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        database = snapshot.database
        self.roles: dict[NamedNode, NamedNode] = {}
        self.began: dict[NamedNode, str] = {}
        for quad in database.quads_for_pattern(None, HBK.role, None, CURRENT):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
                self.roles[quad.subject] = quad.object
        for predicate in _BEGINNINGS:
            for quad in database.quads_for_pattern(None, predicate, None, CURRENT):
                if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
                    self.began.setdefault(quad.subject, quad.object.value)


def degree(held: Holdings, node: NamedNode) -> int:
    """Return how many neighbours a dossier has."""
    return len({other for other, _, _ in related(held, node, {})})


def related(
    held: Holdings, node: NamedNode, roles: Mapping[NamedNode, NamedNode]
) -> Iterator[tuple[NamedNode, Relation, bool]]:
    """Yield each neighbour, by what it is related, and whether *node* is the first of the two."""
    yield from _named_by(held, node, roles)
    yield from _naming(held, node, roles)


def _named_by(
    held: Holdings, node: NamedNode, roles: Mapping[NamedNode, NamedNode]
) -> Iterator[tuple[NamedNode, Relation, bool]]:
    """Yield what the facts of *node* name, and who takes part in it."""
    for quad in held.store.quads_for_pattern(node, None, None, CURRENT):
        value = quad.object
        if not isinstance(value, NamedNode) or quad.predicate in _INFERRED:
            continue
        if quad.predicate == HBK.hasParticipation:
            for named in held.store.quads_for_pattern(value, None, None, CURRENT):
                if named.predicate in _AGENT and isinstance(named.object, NamedNode):
                    yield named.object, roles.get(value, HBK.agent), False
        elif _is_dossier(value) and value != node:
            yield value, quad.predicate, True


def _naming(
    held: Holdings, node: NamedNode, roles: Mapping[NamedNode, NamedNode]
) -> Iterator[tuple[NamedNode, Relation, bool]]:
    """Yield what names *node* in its facts, and what it takes part in."""
    for quad in held.store.quads_for_pattern(None, None, node, CURRENT):
        subject = quad.subject
        if not isinstance(subject, NamedNode) or quad.predicate in _INFERRED:
            continue
        whole = NamedNode(subject.value.partition("#")[0])
        if not _is_dossier(whole) or whole == node:
            continue
        if quad.predicate in _AGENT:
            yield whole, roles.get(subject, HBK.agent), True
        else:
            yield whole, quad.predicate, False


def _is_dossier(node: NamedNode) -> bool:
    return node.value.startswith(ID) and "#" not in node.value and kind(node) in _SHOWN
