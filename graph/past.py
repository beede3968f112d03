"""The graph as of a past day: the same rule over the claims said by then."""

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Quad, Store

from hauberk.graph.claims import CURRENT
from hauberk.graph.ledger import Ledger
from hauberk.graph.reference import reference_quads
from hauberk.graph.terms import earliest
from hauberk.ontology.names import DCTERMS, HBK, RDF, kind, part


def as_of(store: Store, day: str) -> Store:
    """Return an in-memory copy of *store* without the claims said after *day* (YYYY-MM-DD).

    A claim whose date is a month or a year counts from its first day. A claim without any date
    is left out, since nothing shows that it was said by then. Withdrawn statements are left
    out. The grades of sources and claims are today's.
    """
    past = Store()
    past.bulk_extend(_kept(store, day))
    ledger = Ledger(past)
    ledger.settle(ledger.dossiers())
    return past


def _kept(store: Store, day: str) -> Iterator[Quad]:
    yield from reference_quads(store)
    for live in (HBK.Claim, HBK.Entry):
        for found in store.quads_for_pattern(None, RDF.type, live, CURRENT):
            iri = found.subject
            if not isinstance(iri, NamedNode):
                continue
            if live == HBK.Claim and not _said_by(store, iri, day):
                continue
            yield from _described(store, iri)
            for graph in (iri, part(iri, "denied")):
                yield from store.quads_for_pattern(None, None, None, graph)


def _described(store: Store, iri: NamedNode) -> Iterator[Quad]:
    """Yield a statement's metadata, and what is described for it alone: its passage, speaker."""
    queue, seen = [iri], {iri}
    while queue:
        for quad in store.quads_for_pattern(queue.pop(), None, None, CURRENT):
            yield quad
            value = quad.object
            if isinstance(value, NamedNode) and value not in seen and _belongs(iri, value):
                seen.add(value)
                queue.append(value)


def _said_by(store: Store, iri: NamedNode, day: str) -> bool:
    for quad in store.quads_for_pattern(iri, DCTERMS.issued, None, CURRENT):
        if isinstance(quad.object, Literal):
            return earliest(quad.object) <= day
    return False


def _belongs(iri: NamedNode, value: NamedNode) -> bool:
    """Tell what is described for the claim alone: its passage, its speaker, its dataset."""
    own = value.value.startswith(iri.value + "#")
    return own or kind(value) in {"speaker", "dataset"}
