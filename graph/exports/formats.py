"""The formats: what each is called, how its files end, and what writes it."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from hauberk.graph.errors import BadParameterError


@dataclass(frozen=True, slots=True)
class Format:
    """A format of export; *writer* names its function, of this room or by its full module."""

    name: str
    summary: str
    endings: tuple[str, ...]
    media_type: str
    writer: str
    marker: str = ""
    """Of a format of several files, the one by which a folder is known as such an export."""

    def load(self) -> Callable[..., Any]:
        """Return the function that writes the format."""
        module, _, name = self.writer.partition(":")
        inside = "" if module.startswith("hauberk.") else f"{__package__}."
        found: Callable[..., Any] = getattr(import_module(inside + module), name)
        return found


FORMATS: Final = {
    each.name: each
    for each in (
        Format("nq", "N-Quads of all graphs, in canonical form (RDFC-1.0)",
               ("nq",), "application/n-quads", "rdf:write_nquads"),
        Format("trig", "TriG of all graphs",
               ("trig",), "application/trig", "rdf:write_trig"),
        Format("ttl", "Turtle of the current graph",
               ("ttl",), "text/turtle", "rdf:write_turtle"),
        Format("jsonld", "JSON-LD of the current graph, a tree for each dossier",
               ("jsonld",), "application/ld+json", "trees:write_jsonld"),
        Format("rdf", "RDF/XML of the current graph",
               ("rdf",), "application/rdf+xml", "rdf:write_rdfxml"),
        Format("rdf12", "RDF 1.2 Turtle: all in one graph, claims by reifiers",
               ("rdf12.ttl",), "text/turtle;version=1.2", "rdf:write_rdf12"),
        Format("nanopub", "a nanopublication for each claim, in TriG",
               ("nanopub.trig",), "application/trig", "nanopubs:write_nanopubs"),
        Format("csv", "tables in CSV, with their metadata: a folder or a .zip",
               ("csv", "csv.zip", "zip"), "text/csv", "spreadsheets:fill_csv",
               marker="csv-metadata.json"),
        Format("parquet", "the same tables in Parquet: a folder or a .zip",
               ("parquet", "parquet.zip"), "application/vnd.apache.parquet", "parquet:fill_parquet",
               marker="ties.parquet"),
        Format("graphml", "a network of accepted ties for networkx, igraph, yEd",
               ("graphml",), "application/graphml+xml", "drawings:write_graphml"),
        Format("gexf", "the same network for Gephi",
               ("gexf",), "application/gexf+xml", "drawings:write_gexf"),
        Format("site", "a static site: pages, documents, answers: a folder or a .zip",
               ("site", "site.zip"), "text/html", "hauberk.queries.web.site:fill_site",
               marker="hauberk-site.txt"),
        Format("void", "VoID and DCAT: what the dataset is, its counts and its hash",
               ("void.ttl",), "text/turtle", "description:write_void"),
    )
}  # fmt: skip
"""All formats by name, the richest first."""


def guessed(path: Path) -> Format:
    """Return the format that the longest ending of *path* stands for.

    Raises BadParameterError where it stands for none.
    """
    found = [
        (len(ending), each)
        for each in FORMATS.values()
        for ending in each.endings
        if path.name.lower().endswith(f".{ending}")
    ]
    if found:
        return max(found, key=lambda pair: pair[0])[1]
    endings = ", ".join(f".{ending}" for each in FORMATS.values() for ending in each.endings)
    raise BadParameterError(
        f"{path.name}: no format ends like that; give --format, or one of {endings}"
    )
