"""The audit of a store: `current` follows from its claims, and all that it names is there."""

from collections.abc import Iterator

from pyoxigraph import NamedNode

from hauberk.graph.acceptance import Acceptance
from hauberk.graph.claims import CURRENT
from hauberk.graph.holdings import WITHDRAWN, Holdings
from hauberk.graph.inference import Inference
from hauberk.graph.reference import is_reference, reference_digest
from hauberk.graph.rule import Rule
from hauberk.ontology.names import BASE, HBK, KINDS, RDF, SKOS, key, kind


def audit(held: Holdings) -> Iterator[str]:
    """Yield a line for each thing in a store that should not be so, and what to do about it."""
    digest = held.object_of(NamedNode(BASE + "ontology"), HBK.contentHash)
    if digest is None or digest.value != reference_digest():
        yield "the ontology in the store is not this version's; run `hauberk load` to renew it"
        return
    yield from _missing(held)
    yield from _underived(held)
    yield from _empty(held)


def _missing(held: Holdings) -> Iterator[str]:
    """Yield what accepted facts name and no statement opens."""
    reported: set[NamedNode] = set()
    for quad in held.store.quads_for_pattern(None, None, None, CURRENT):
        node = quad.object
        if is_reference(quad.subject) or not isinstance(node, NamedNode):
            continue
        if node in reported or "#" in node.value:
            continue
        if kind(node) in KINDS and not held.is_known(node):
            reported.add(node)
            subject = key(quad.subject) if isinstance(quad.subject, NamedNode) else None
            yield f"{subject} names {key(node)}, which no fact file opens; load one that does"


def _underived(held: Holdings) -> Iterator[str]:
    """Yield the dossiers of which `current` holds something else than their claims carry."""
    rule = Rule.of(held.store)
    for about in sorted(held.dossiers(), key=str):
        due = Inference(Acceptance(about, held.statements(about), rule, held)).facts()
        if due != set(held.derived(about)):
            yield f"{key(about)}: what is accepted does not follow from its claims; roll back"


def _empty(held: Holdings) -> Iterator[str]:
    """Yield the live claims that state nothing and note nothing: their graph is lost."""
    for live in WITHDRAWN:
        for iri in held.subjects(RDF.type, live):
            statement = held.statement(iri)
            noted = held.object_of(iri, SKOS.note)
            if statement is not None and not statement.facts and noted is None:
                yield f"{key(iri)}: its graph is empty; roll back"
