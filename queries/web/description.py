"""What the endpoint says of itself (https://www.w3.org/TR/sparql11-service-description/)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from hauberk.graph.claims import CURRENT
from hauberk.graph.exports.description import void
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import HBK, RDF, VOID, XSD
from hauberk.queries.web.frames import Limits, Reply
from hauberk.queries.web.rdf import written

_SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS: Final = "http://www.w3.org/ns/formats/"
_RESULTS: Final = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "N-Triples", "RDF_XML", "JSON-LD", "TriG", "N-Quads",
)  # fmt: skip


def service_description(snapshot: Snapshot, given: Mapping[str, Any], limits: Limits) -> Reply:
    """Give the service description of the endpoint at `endpoint`, in a graph format."""
    triples = list(_described(snapshot, NamedNode(given["endpoint"])))
    return Reply(format=given["format"], body=written(triples, given["format"], limits.bytes))


def dataset_description(snapshot: Snapshot, given: Mapping[str, Any], limits: Limits) -> Reply:
    """Give the VoID and DCAT description of the dataset, served at `site`."""
    triples = list(void(snapshot, site=given["site"]))
    return Reply(format=given["format"], body=written(triples, given["format"], limits.bytes))


def _described(snapshot: Snapshot, endpoint: NamedNode) -> Iterator[Triple]:
    def sd(name: str) -> NamedNode:
        return NamedNode(_SD + name)

    service, dataset, default = BlankNode("service"), BlankNode("dataset"), BlankNode("default")
    current = BlankNode("current")
    yield Triple(service, RDF.type, sd("Service"))
    yield Triple(service, sd("endpoint"), endpoint)
    yield Triple(service, sd("supportedLanguage"), sd("SPARQL11Query"))
    for name in _RESULTS:
        yield Triple(service, sd("resultFormat"), NamedNode(_FORMATS + name))
    yield Triple(service, sd("defaultDataset"), dataset)
    yield Triple(dataset, RDF.type, sd("Dataset"))
    yield Triple(dataset, RDF.type, VOID.Dataset)
    yield Triple(dataset, sd("defaultGraph"), default)
    yield Triple(default, RDF.type, sd("Graph"))
    size = sum(1 for _ in snapshot.database.quads_for_pattern(None, None, None, CURRENT))
    yield Triple(default, VOID.triples, _count(size))
    yield Triple(dataset, sd("namedGraph"), current)
    yield Triple(current, RDF.type, sd("NamedGraph"))
    yield Triple(current, sd("name"), CURRENT)
    yield Triple(current, sd("graph"), default)
    yield Triple(dataset, VOID.sparqlEndpoint, endpoint)
    yield Triple(dataset, VOID.triples, _count(len(snapshot.database)))
    yield Triple(dataset, VOID.uriSpace, Literal("https://w3id.org/hauberk/id/"))
    yield Triple(dataset, VOID.vocabulary, NamedNode(str(HBK)))


def _count(number: int) -> Literal:
    return Literal(str(number), datatype=XSD.integer)
