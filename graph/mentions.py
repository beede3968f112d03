"""Where a dossier is named by others: the ties it takes part in, and what belongs to it."""

from typing import Final

import msgspec
from pyoxigraph import NamedNode, Quad

from hauberk.graph.claims import CURRENT
from hauberk.graph.holdings import Holdings
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import HBK, RDF, TIE_KINDS, key, kind

_BEGINNINGS: Final = (HBK.signed, HBK.started, HBK.announced, HBK.approved)
_NAMING: Final = {
    HBK.parent: "unit",
    HBK.partOf: "part",
    HBK.implements: "implemented by",
    HBK.amends: "amended by",
    HBK.supersedes: "superseded by",
    HBK.succeeds: "succeeded by",
    HBK.establishesModel: "established by",
    HBK.followsModel: "followed by",
    HBK.calledTemplateOf: "template",
    HBK.mayBecomeTemplateOf: "possible template",
    HBK.calledFirstOfItsKind: "called first of its kind",
}
"""The properties by which other dossiers name one, and what they are to it."""


class TakenPart(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A tie that a dossier takes part in: in which role, how far it has come, since when."""

    role: str
    label: str
    id: str
    status: str = ""
    began: str = ""
    """When it was signed, began or was announced; empty where no date is accepted."""


class Belonging(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """Another dossier that is accepted to belong to one, or to change it: its *relation* to it."""

    relation: str
    label: str
    id: str


def ties(snapshot: Snapshot, node: NamedNode) -> list[TakenPart]:
    """Return the ties a dossier takes part in, by name or unnamed, by role."""
    held, label = Holdings(snapshot.database), snapshot.directory.label
    found: set[TakenPart] = set()
    for predicate in (HBK.agent, HBK.namedInsteadOf):
        for part in held.each_subject(predicate, node):
            role = held.object_of(part, HBK.role)
            if not isinstance(role, NamedNode):
                continue
            tie = NamedNode(part.value.partition("#")[0])
            status = held.object_of(tie, HBK.status)
            days = (held.object_of(tie, each) for each in _BEGINNINGS)
            found.add(
                TakenPart(
                    role=label(role),
                    label=label(tie),
                    id=key(tie) or "",
                    status=label(status) if isinstance(status, NamedNode) else "",
                    began=next((day.value for day in days if day), ""),
                )
            )
    return sorted(found)


def belonging(snapshot: Snapshot, node: NamedNode) -> list[Belonging]:
    """Return the dossiers that name one as their parent, their whole, their model, or changed.

    A deal that is only rumoured is no tie, and left out.
    """
    held, label = Holdings(snapshot.database), snapshot.directory.label
    return sorted(
        Belonging(relation=relation, label=label(other), id=key(other) or "")
        for predicate, relation in _NAMING.items()
        for other in held.each_subject(predicate, node)
        if kind(other) not in TIE_KINDS or _is_tie(snapshot, other)
    )


def _is_tie(snapshot: Snapshot, node: NamedNode) -> bool:
    return Quad(node, RDF.type, HBK.Tie, CURRENT) in snapshot.database
