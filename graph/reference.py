"""Reference data in the store: the ontology, its codes and the states, as shipped."""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from typing import Final, TypeGuard

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from hauberk.graph.claims import CURRENT
from hauberk.ontology import MODULES, resource
from hauberk.ontology.names import BASE, HBK, ID, RDF, RDFS, SKOS

_SELF: Final = NamedNode(BASE + "ontology")
_GIVEN: Final = (ID + "state/", ID + "place/")
"""What the package gives, beside the vocabulary: states, and places of the gazetteer."""


@cache
def reference() -> tuple[Triple, ...]:
    """Return the triples of every ontology module, and what every question needs of them.

    That is one plain display label for each thing, and for each state its superclasses.
    """
    triples: dict[Triple, None] = {}
    labels: dict[NamedNode, Literal] = {}
    labelled: set[NamedNode] = set()
    for name in MODULES:
        data = resource(name).read_bytes()
        for quad in parse(data, format=RdfFormat.TURTLE, rename_blank_nodes=True):
            triple = quad.triple
            triples[triple] = None
            if not isinstance(triple.subject, NamedNode):
                continue
            if triple.predicate == RDFS.label:
                labelled.add(triple.subject)
            elif triple.predicate == SKOS.prefLabel and _is_english(triple.object):
                labels[triple.subject] = Literal(triple.object.value)
    for subject, label in labels.items():
        if subject not in labelled:
            triples[Triple(subject, RDFS.label, label)] = None
    for triple in [t for t in triples if t.predicate == RDF.type and t.object == HBK.State]:
        for broader in (HBK.Agent, HBK.Dossier):
            triples[Triple(triple.subject, RDF.type, broader)] = None
    return tuple(triples)


def _is_english(term: object) -> TypeGuard[Literal]:
    return isinstance(term, Literal) and term.language == "en"


def reference_digest() -> str:
    """Return the SHA-256 of the shipped modules, in hex: it changes when any of them does.

    What `reference` adds to them is named too; change the words when that changes.
    """
    state = sha256(b"labels; superclasses of states")
    for name in MODULES:
        state.update(resource(name).read_bytes())
    return state.hexdigest()


def is_reference(subject: NamedNode | BlankNode | Triple) -> bool:
    """Tell whether a subject of `current` belongs to the reference data."""
    if not isinstance(subject, NamedNode):
        return True
    return not subject.value.startswith(ID) or subject.value.startswith(_GIVEN)


def reference_quads(store: Store) -> Iterator[Quad]:
    """Yield the reference data that *store* holds."""
    for quad in store.quads_for_pattern(None, None, None, CURRENT):
        if is_reference(quad.subject):
            yield quad


def install_reference(store: Store) -> bool:
    """Bring the reference data in *store* up to the shipped one; tell whether that changed it."""
    digest = Literal(reference_digest())
    stamp = Quad(_SELF, HBK.contentHash, digest, CURRENT)
    if stamp in store:
        return False
    for quad in list(reference_quads(store)):
        store.remove(quad)
    triples = reference()
    store.bulk_extend(Quad(t.subject, t.predicate, t.object, CURRENT) for t in triples)
    store.add(stamp)
    return True
