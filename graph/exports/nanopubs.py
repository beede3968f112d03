"""Nanopublications: each claim as four small graphs that can be passed on by themselves.

The assertion of a claim that affirms is the claim's own graph, under the claim's own IRI, so
what the provenance says of it is what the whole dataset says of the claim: who said it, where,
how firmly, how graded. An opinion or a plan is an assertion too: read its `hbk:modality` before
you take it for a fact.

A denial asserts nothing of what it denies. Its assertion is that the claim denies a graph, whose
triples are described, each by an `rdf:Statement`, and so are not stated.

Withdrawn claims, claims that hold a note alone, and entries, which nobody said, are no
nanopublications.
"""

from collections.abc import Iterator
from typing import IO, Final

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, serialize

from hauberk.graph.claims import CURRENT
from hauberk.graph.credits import Credits
from hauberk.graph.exports.release import LICENCE, PREFIXES, Release
from hauberk.ontology.names import BASE, DCTERMS, HBK, PROV, RDF, VOID, Namespace, kind, part

NP: Final = Namespace("http://www.nanopub.org/nschema#")
_HAUBERK: Final = NamedNode(BASE)
_OF_THE_RECORD: Final = frozenset({PROV.generatedAtTime, HBK.checked, HBK.sought, VOID.inDataset})
"""What is said of the record of a claim, not of the claim: publication info."""


def write_nanopubs(release: Release, sink: IO[bytes]) -> None:
    """Write a nanopublication for every live claim that states or denies something, as TriG."""
    prefixes = {**PREFIXES, "np": str(NP)}
    serialize(_quads(release), sink, RdfFormat.TRIG, prefixes=prefixes)


def _quads(release: Release) -> Iterator[Quad]:
    claims = release.snapshot.ledger.subjects(RDF.type, HBK.Claim)
    credited = release.credits
    for claim in sorted(claims, key=str):
        found = list(_nanopub(release, claim, credited))
        release.progress(len(found))
        yield from found


def _nanopub(release: Release, claim: NamedNode, credited: Credits) -> Iterator[Quad]:
    database = release.database
    told = sorted(database.quads_for_pattern(claim, None, None, CURRENT), key=str)
    denied = next((quad.object for quad in told if quad.predicate == HBK.denies), None)
    graph = denied if isinstance(denied, NamedNode) else claim
    facts = sorted(database.quads_for_pattern(None, None, None, graph), key=str)
    if not facts:
        return
    assertion = claim if denied is None else part(claim, "assertion")
    this, head = part(claim, "nanopub"), part(claim, "head")
    provenance, info = part(claim, "provenance"), part(claim, "pubinfo")

    yield Quad(this, RDF.type, NP.Nanopublication, head)
    yield Quad(this, NP.hasAssertion, assertion, head)
    yield Quad(this, NP.hasProvenance, provenance, head)
    yield Quad(this, NP.hasPublicationInfo, info, head)

    yield from facts if denied is None else _denial(claim, facts, assertion)

    if denied is not None:
        yield Quad(assertion, PROV.wasDerivedFrom, claim, provenance)
    for quad in told:
        if quad.predicate not in _OF_THE_RECORD | {HBK.denies}:
            yield Quad(claim, quad.predicate, quad.object, provenance)
    yield from _described(release, claim, told, provenance)

    for quad in told:
        if quad.predicate == PROV.generatedAtTime:
            yield Quad(this, DCTERMS.created, quad.object, info)
        elif quad.predicate in _OF_THE_RECORD:
            yield Quad(claim, quad.predicate, quad.object, info)
    yield Quad(this, DCTERMS.creator, _HAUBERK, info)
    yield from _terms(credited, claim, this, info)


def _terms(given: Credits, claim: NamedNode, this: NamedNode, info: NamedNode) -> Iterator[Quad]:
    """Yield the licence and the credit lines: of open data, its provider's."""
    credited = given.by_dataset
    holders = given.held.holders(claim)
    licences: set[NamedNode | Literal] = set()
    if not holders or holders - credited.keys():
        licences.add(NamedNode(LICENCE))
    for dataset in holders & credited.keys():
        licence = credited[dataset].licence
        if licence:
            licences.add(NamedNode(licence) if "://" in licence else Literal(licence))
    for each in sorted(licences, key=str):
        yield Quad(this, DCTERMS.license, each, info)
    for line in sorted({credited[dataset].line for dataset in holders & credited.keys()}):
        yield Quad(this, DCTERMS.rights, Literal(line), info)


def _denial(claim: NamedNode, facts: list[Quad], graph: NamedNode) -> Iterator[Quad]:
    denied = part(claim, "denied")
    yield Quad(claim, HBK.denies, denied, graph)
    for number, fact in enumerate(facts, 1):
        statement = part(claim, f"denied-{number}")
        yield Quad(statement, DCTERMS.isPartOf, denied, graph)
        yield Quad(statement, RDF.type, RDF.Statement, graph)
        yield Quad(statement, RDF.subject, fact.subject, graph)
        yield Quad(statement, RDF.predicate, fact.predicate, graph)
        yield Quad(statement, RDF.object, fact.object, graph)


def _described(
    release: Release, claim: NamedNode, told: list[Quad], graph: NamedNode
) -> Iterator[Quad]:
    """Yield what must be known of the claim's speaker, sources and passage to read it alone."""
    for quad in told:
        node = quad.object
        if not isinstance(node, NamedNode):
            continue
        if quad.predicate in {PROV.hadPrimarySource, HBK.passage} or kind(node) == "speaker":
            yield from _copied(release, node, graph)
        if node == part(claim, "passage"):
            yield from _copied(release, part(claim, "selector"), graph)


def _copied(release: Release, node: NamedNode, graph: NamedNode) -> Iterator[Quad]:
    found = release.database.quads_for_pattern(node, None, None, CURRENT)
    for quad in sorted(found, key=str):
        if isinstance(quad.object, NamedNode | Literal):
            yield Quad(node, quad.predicate, quad.object, graph)
