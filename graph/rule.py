"""The acceptance rule as the ontology states it: what is taken for true, and which version wins."""

from collections.abc import Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Store

from hauberk.graph.claims import CURRENT
from hauberk.ontology.names import HBK, RDFS


@dataclass(frozen=True, slots=True)
class Resolution:
    """How a property that keeps one value chooses it.

    *latest* takes what was said last; otherwise the best graded wins. With *per*, one value
    is kept for each value of that property on the object: a value per scope, say. Dossiers of
    the class *keeps_all_for* keep every value.
    """

    latest: bool
    per: NamedNode | None = None
    keeps_all_for: NamedNode | None = None


@dataclass(frozen=True)
class Rule:
    """The parameters of DESIGN's rule 2.3, read from the ontology in a store."""

    modalities: frozenset[NamedNode]
    credibilities: frozenset[NamedNode]
    accepts_ungraded: bool
    rejected_reliabilities: frozenset[NamedNode]
    ranks: Mapping[NamedNode, int]
    ungraded_credibility: int
    ungraded_reliability: int
    resolutions: Mapping[NamedNode, Resolution]
    superclasses: Mapping[NamedNode, tuple[NamedNode, ...]]
    classes: Mapping[str, NamedNode]

    @classmethod
    def of(cls, store: Store) -> "Rule":
        """Read the rule from the reference data that *store* holds in `current`."""
        held = _Held(store)
        rule = HBK.acceptance
        return cls(
            modalities=frozenset(held.objects(rule, HBK.acceptsModality)),
            credibilities=frozenset(held.objects(rule, HBK.acceptsCredibility)),
            accepts_ungraded=held.literal(rule, HBK.acceptsUngraded) == "true",
            rejected_reliabilities=frozenset(held.objects(rule, HBK.rejectsReliability)),
            ranks={node: int(held.literal(node, HBK.rank)) for node in held.subjects(HBK.rank)},
            ungraded_credibility=int(held.literal(rule, HBK.ungradedCredibilityRank)),
            ungraded_reliability=int(held.literal(rule, HBK.ungradedReliabilityRank)),
            resolutions={node: held.resolution(node) for node in held.subjects(HBK.resolvedBy)},
            superclasses=held.superclasses(),
            classes={
                held.literal(node, HBK.dossierKind): node for node in held.subjects(HBK.dossierKind)
            },
        )

    def types(self, kind: str) -> list[NamedNode]:
        """Return the class that *kind* stands for and its superclasses."""
        own = self.classes[kind]
        return [own, *self.superclasses.get(own, ())]


class _Held:
    """The ontology as a store holds it."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def objects(self, subject: NamedNode, predicate: NamedNode) -> list[NamedNode]:
        quads = self.store.quads_for_pattern(subject, predicate, None, CURRENT)
        return [quad.object for quad in quads if isinstance(quad.object, NamedNode)]

    def subjects(self, predicate: NamedNode) -> list[NamedNode]:
        quads = self.store.quads_for_pattern(None, predicate, None, CURRENT)
        return [quad.subject for quad in quads if isinstance(quad.subject, NamedNode)]

    def literal(self, subject: NamedNode, predicate: NamedNode) -> str:
        for quad in self.store.quads_for_pattern(subject, predicate, None, CURRENT):
            if isinstance(quad.object, Literal):
                return quad.object.value
        raise LookupError(f"the ontology states no {predicate.value} of {subject.value}")

    def resolution(self, node: NamedNode) -> Resolution:
        per, keeps = self.objects(node, HBK.resolvedPer), self.objects(node, HBK.keepsAllFor)
        return Resolution(
            latest=HBK.LatestClaim in self.objects(node, HBK.resolvedBy),
            per=per[0] if per else None,
            keeps_all_for=keeps[0] if keeps else None,
        )

    def superclasses(self) -> dict[NamedNode, tuple[NamedNode, ...]]:
        """Return the superclasses of each class that lie in Hauberk's own vocabulary."""
        parents = {
            node: [each for each in self.objects(node, RDFS.subClassOf) if _is_own(each)]
            for node in self.subjects(RDFS.subClassOf)
        }

        def above(node: NamedNode) -> dict[NamedNode, None]:
            found: dict[NamedNode, None] = {}
            for parent in parents.get(node, []):
                found |= {parent: None} | above(parent)
            return found

        return {node: tuple(above(node)) for node in parents}


def _is_own(node: NamedNode) -> bool:
    return node.value.startswith(str(HBK))
