"""A release: one generation as it is handed over, and what its formats share."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Quad, RdfFormat, Store, Triple, parse

from hauberk.graph.claims import CURRENT
from hauberk.graph.credits import Credits
from hauberk.graph.exports.canonical import sorted_dump
from hauberk.graph.settlement import Progress
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import (
    CODE,
    DCTERMS,
    FOAF,
    HBG,
    HBK,
    ID,
    KINDS,
    OA,
    OWL,
    PROV,
    RDF,
    RDFS,
    SKOS,
    VOID,
    XSD,
)

LICENCE: Final = "https://creativecommons.org/licenses/by/4.0/"
VOCABULARIES: Final = {
    "dcterms": str(DCTERMS),
    "foaf": str(FOAF),
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "hbg": str(HBG),
    "hbk": str(HBK),
    "oa": str(OA),
    "org": "http://www.w3.org/ns/org#",
    "owl": str(OWL),
    "prov": str(PROV),
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "skos": str(SKOS),
    "void": str(VOID),
    "xsd": str(XSD),
}
"""The prefixes of vocabularies, in every format that has prefixes."""
_SCHEMES: Final = (
    "agreement-kind", "credibility", "likelihood", "modality", "product-category",
    "reason-undisclosed", "reliability", "role", "status", "value-qualifier",
)  # fmt: skip
PREFIXES: Final = {
    **VOCABULARIES,
    **{kind: f"{ID}{kind}/" for kind in (*KINDS, "claim", "entry", "dataset", "place")},
    **{scheme: f"{CODE}{scheme}/" for scheme in _SCHEMES},
}
"""Those, and one for each kind of dossier and scheme of codes: no name then needs a slash."""


def silent(_: int) -> None:
    """Draw no progress."""


@dataclass(frozen=True, slots=True)
class Release:
    """A generation, or what the rule gave on a past *day*, on its way out.

    *published* is when the generation was; it stands in the description and nothing says when
    the export was made, so that the same generation always gives the same bytes.
    """

    snapshot: Snapshot
    published: str = ""
    day: str | None = None
    network: str = "bipartite"
    progress: Progress = silent

    @property
    def database(self) -> Store:
        """The quads."""
        return self.snapshot.database

    @property
    def title(self) -> str:
        """What the release is called, with its generation and day."""
        number = self.snapshot.generation
        parts = [
            "Hauberk",
            f"generation {number}" if number else "",
            self.day and f"as of {self.day}",
        ]
        return ", ".join(part for part in parts if part)

    @property
    def credits(self) -> Credits:
        """The datasets of open data whose facts the release holds, with their credit lines."""
        return Credits(self.snapshot.ledger)

    def lines(self) -> Iterator[list[bytes]]:
        """Yield the canonical N-Quads of all graphs, in order."""
        return sorted_dump(self.database, self.progress)

    def current(self) -> Iterator[Triple]:
        """Yield the triples of `current`: those of a subject together, subjects in order."""
        return read(sorted_dump(self.database, self.progress, current_only=True))

    def claimed(self) -> Iterator[Quad]:
        """Yield the quads of all other graphs, graph by graph, in order."""
        database = self.database
        for graph in sorted(database.named_graphs(), key=str):
            if graph == CURRENT:
                continue
            quads = sorted(database.quads_for_pattern(None, None, None, graph), key=str)
            self.progress(len(quads))
            yield from quads


def read(blocks: Iterable[list[bytes]]) -> Iterator[Triple]:
    """Yield the triples that blocks of N-Triples hold."""
    for lines in blocks:
        for quad in parse(b"".join(lines), format=RdfFormat.N_TRIPLES):
            yield quad.triple


__all__ = ["LICENCE", "PREFIXES", "VOCABULARIES", "Release", "read", "silent"]
