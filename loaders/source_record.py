"""A source as a fact file describes it: its address, title, publisher, date and grade."""

from pyoxigraph import Literal, NamedNode

from hauberk.graph.claims import Entry
from hauberk.graph.terms import Fact
from hauberk.loaders.reading import Reading
from hauberk.loaders.records import Record
from hauberk.ontology.names import DCTERMS, HBK, RDF, XSD, source


class Source:
    """What claims take from the source they cite."""

    __slots__ = ("iri", "line", "published", "publisher")

    def __init__(
        self, iri: NamedNode, published: Literal | None, publisher: str | None, line: int
    ) -> None:
        self.iri = iri
        self.published = published
        self.publisher = publisher
        self.line = line


def read_source(reading: Reading, record: Record) -> tuple[Source, Entry] | None:
    """Return a source and its entry, or note a fault where nothing tells it from others.

    A source is known by its URL, or without one by its title, publisher and date.
    """
    url, title = reading.url(record, "url"), reading.text(record, "title")
    publisher = reading.text(record, "publisher")
    published = reading.date(record, "published")
    grade = reading.code(record, "reliability", "reliability")
    identity = url or "\n".join(
        [title or "", publisher or "", published.value if published else ""]
    )
    if url is None and not (title and publisher):
        if "url" not in record:
            reading.fault(record, "url", "is missing; give it, or a title and a publisher")
        return None
    iri = source(identity)
    facts: list[Fact] = [(iri, RDF.type, HBK.Source)]
    optional = (
        (HBK.url, url and Literal(url, datatype=XSD.anyURI)),
        (DCTERMS.title, title and Literal(title)),
        (HBK.publisher, publisher and Literal(publisher)),
        (HBK.published, published),
        (DCTERMS.language, _literal(reading.text(record, "language"))),
        (DCTERMS.license, _literal(reading.text(record, "licence"))),
        (HBK.reliability, grade),
        (HBK.reliabilityReason, _literal(reading.text(record, "reliability-reason"))),
    )
    facts += [(iri, predicate, value) for predicate, value in optional if value]
    return Source(iri, published, publisher, record.line), Entry(iri, tuple(facts))


def _literal(text: str | None) -> Literal | None:
    return Literal(text) if text else None
