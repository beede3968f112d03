"""The RDF formats: N-Quads and TriG of everything, Turtle and RDF/XML of what is accepted.

And RDF 1.2 Turtle, which holds everything in one graph: what is accepted is asserted, and what
a statement says hangs on the statement by `rdf:reifies`, asserted or not. `<claim> rdf:reifies
<<( s p o )>>` is what Turtle also writes as `<< s p o ~ <claim> >>`. The reifier is the graph
that holds the triple: the claim itself where it affirms, `<claim>#denied` where it denies,
`<claim>#withdrawn` where it is withdrawn. So the graphs can be made again from the reifiers,
and no reader takes a denial for a fact.
"""

from collections.abc import Iterator
from itertools import chain
from typing import IO, Final, cast

from pyoxigraph import Literal, Quad, RdfFormat, Triple, serialize

from hauberk.graph.claims import CURRENT
from hauberk.graph.exports.canonical import Sorter
from hauberk.graph.exports.markup import sayable
from hauberk.graph.exports.release import PREFIXES, VOCABULARIES, Release, read
from hauberk.ontology.names import RDF

_CURRENT: Final = str(CURRENT).encode()
_REIFIES: Final = str(RDF.reifies).encode()


class _XmlStream:
    """A sink that keeps carriage returns: an XML reader takes a bare one for a line feed."""

    def __init__(self, sink: IO[bytes]) -> None:
        self._sink = sink

    def write(self, data: bytes) -> int:
        self._sink.write(data.replace(b"\r", b"&#13;"))
        return len(data)

    def flush(self) -> None:
        self._sink.flush()


def write_nquads(release: Release, sink: IO[bytes]) -> None:
    """Write every quad, in canonical form: the file's SHA-256 is the dataset's hash."""
    for lines in release.lines():
        sink.write(b"".join(lines))


def write_trig(release: Release, sink: IO[bytes]) -> None:
    """Write every graph, `current` first."""
    current = (Quad(t.subject, t.predicate, t.object, CURRENT) for t in release.current())
    quads = chain(current, release.claimed())
    serialize(quads, sink, RdfFormat.TRIG, prefixes=PREFIXES)


def write_turtle(release: Release, sink: IO[bytes]) -> None:
    """Write what is accepted, and what is known about claims and sources: `current`."""
    serialize(release.current(), sink, RdfFormat.TURTLE, prefixes=PREFIXES)


def write_rdfxml(release: Release, sink: IO[bytes]) -> None:
    """Write `current` as RDF/XML.

    Raises HauberkError for a control character, which XML cannot hold.
    """
    stream = cast("IO[bytes]", _XmlStream(sink))
    triples = _sayable(release.current())
    serialize(triples, stream, RdfFormat.RDF_XML, prefixes=VOCABULARIES)


def _sayable(triples: Iterator[Triple]) -> Iterator[Triple]:
    for triple in triples:
        if isinstance(triple.object, Literal):
            sayable(triple.object.value, triple.subject)
        yield triple


def write_rdf12(release: Release, sink: IO[bytes]) -> None:
    """Write everything as one graph of RDF 1.2."""
    with Sorter() as sorter:
        for lines in release.lines():
            sorter.write(b"".join(map(_reified, lines)))
        serialize(read(sorter.blocks()), sink, RdfFormat.TURTLE, prefixes=PREFIXES)


def _reified(line: bytes) -> bytes:
    """Return a line of N-Quads as one of N-Triples: asserted, or said by its graph."""
    triple, graph, _ = line.rsplit(b" ", 2)
    if graph == _CURRENT:
        return triple + b" .\n"
    return b"%s %s <<( %s )>> .\n" % (graph, _REIFIES, triple)
