"""SHACL on what a load adds: shapes written to the person who must mend the record."""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import Any, Final

from pyoxigraph import Literal, NamedNode
from rdflib import Graph, Namespace, URIRef
from rdflib import Literal as RdflibLiteral
from rdflib.term import Node

from hauberk.graph.claims import Statement
from hauberk.graph.errors import Fault
from hauberk.graph.reference import reference
from hauberk.graph.terms import Fact, Term
from hauberk.ontology import resource
from hauberk.ontology.names import HBK, KINDS, RDF, SKOS, kind

CHUNK: Final = 4000
"""Statements validated at once: some 100,000 triples, which bounds rdflib's memory."""

_SH: Final = Namespace("http://www.w3.org/ns/shacl#")


@cache
def shapes() -> Graph:
    """Return the shapes that data must fit."""
    graph = Graph()
    graph.parse(data=resource("shapes").read_text(encoding="utf-8"), format="turtle")
    return graph


def violations(
    statements: Iterable[Statement],
    place: Callable[[NamedNode], Fault],
    progress: Callable[[int], None] | None = None,
) -> Iterator[Fault]:
    """Yield a fault for each thing that the data shapes refuse in *statements*.

    Statements are judged in chunks, each with the classes and schemes of what it names, so no
    shape may count across statements. *place* tells where a statement stands.
    """
    rest = iter(statements)
    while chunk := list(islice(rest, CHUNK)):
        with _one_collection():
            found = list(_chunk_violations(chunk, place))
        yield from found
        if progress:
            progress(len(chunk))


@contextmanager
def _one_collection() -> Iterator[None]:
    """Look for garbage once, at the end: rdflib's graphs are rings, and large.

    Python would look through them again and again while they grow, for a third of the time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
            gc.collect()


def data_graph(statements: Iterable[Statement]) -> tuple[Graph, dict[Any, NamedNode]]:
    """Return *statements* as the graph that the shapes judge, and whose each triple is.

    A subject stands in the map too, for the first statement that has it.


    Beside them stand the class of each dossier and the scheme of each code that they name.
    """
    origin: dict[Any, NamedNode] = {}
    terms: dict[Term, Any] = {}
    data = Graph()
    for statement in statements:
        for subject, predicate, value in _described(statement):
            triple = (_term(subject, terms), _term(predicate, terms), _term(value, terms))
            data.add(triple)
            origin.setdefault(triple, statement.iri)
            origin.setdefault(triple[0], statement.iri)
    for named in list(terms):
        if isinstance(named, NamedNode):
            for subject, predicate, value in _known(named):
                data.add((_term(subject, terms), _term(predicate, terms), _term(value, terms)))
    return data, origin


def _chunk_violations(
    chunk: Sequence[Statement], place: Callable[[NamedNode], Fault]
) -> Iterator[Fault]:
    from pyshacl import validate

    data, origin = data_graph(chunk)
    conforms, report, _ = validate(data, shacl_graph=shapes(), inference="none")
    if conforms or not isinstance(report, Graph):
        return
    for result in report.objects(None, _SH.result):
        focus = report.value(result, _SH.focusNode)
        path = report.value(result, _SH.resultPath)
        message = str(report.value(result, _SH.resultMessage))
        for subject, predicate in _subjects(data, report, result, focus, path):
            found = place(origin.get((subject, predicate, focus)) or origin[subject])
            field = str(predicate or "").rpartition("#")[2].rpartition("/")[2]
            yield replace(found, field=field, message=message)


def _subjects(
    data: Graph, report: Graph, result: Node, focus: Node | None, path: Node | None
) -> Iterator[tuple[Node, Node | None]]:
    """Yield whose fault a result is, and at which property.

    A shape that judges values, once for however many subjects point to them, blames them all.
    """
    predicates = list(shapes().objects(report.value(result, _SH.sourceShape), _SH.targetObjectsOf))
    for predicate in predicates:
        for subject in data.subjects(predicate, focus):
            yield subject, predicate
    if not predicates and focus is not None:
        yield focus, path if isinstance(path, URIRef) else None


def _described(statement: Statement) -> Iterator[Fact]:
    yield from statement.facts
    yield from statement.metadata()


def _known(node: NamedNode) -> Iterator[Fact]:
    """Yield the class of a dossier named by its IRI, the scheme of a code there is."""
    kind_of = kind(node)
    if kind_of in KINDS and "#" not in node.value:
        yield node, RDF.type, HBK(KINDS[kind_of])
    elif node in _schemes():
        yield node, SKOS.inScheme, _schemes()[node]


@cache
def _schemes() -> dict[Any, Any]:
    """Return the scheme of every code the ontology has."""
    return {t.subject: t.object for t in reference() if t.predicate == SKOS.inScheme}


def _term(term: Term, made: dict[Term, Any]) -> Any:  # noqa: ANN401 - rdflib's own union
    found = made.get(term)
    if found is None:
        if isinstance(term, Literal):
            datatype = None if term.language else URIRef(term.datatype.value)
            found = RdflibLiteral(
                term.value, lang=term.language, datatype=datatype, normalize=False
            )
        else:
            found = URIRef(term.value)
        made[term] = found
    return found
