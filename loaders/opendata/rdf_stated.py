"""What a file of RDF states of itself and of its graphs: source, speaker, modality, dates."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from pyoxigraph import BlankNode, Literal, NamedNode, Store

from hauberk.graph.terms import partial_date
from hauberk.loaders.opendata.rdf_files import DOCUMENT
from hauberk.loaders.opendata.run import Run
from hauberk.ontology.names import (
    CODE,
    DCTERMS,
    FOAF,
    HBK,
    ID,
    PROV,
    RDF,
    RDFS,
    SKOS,
    VOID,
    Namespace,
    kind,
)

_DCAT: Final = Namespace("http://www.w3.org/ns/dcat#")
_SOURCES: Final = (PROV.hadPrimarySource, PROV.wasDerivedFrom, DCTERMS.source)
_NAMES: Final = (RDFS.label, SKOS.prefLabel, FOAF.name)
ABOUT_ITSELF: Final = frozenset({
    *_SOURCES, DCTERMS.publisher, DCTERMS.license, DCTERMS.rights, DCTERMS.title, DCTERMS.issued,
    DCTERMS.language, PROV.wasAttributedTo, HBK.modality, HBK.credibility, HBK.publisher,
    HBK.published, HBK.url, HBK.reliability, HBK.reliabilityReason, RDF.type, *_NAMES,
})  # fmt: skip
"""The properties by which a file tells of itself, of its graphs, of sources and speakers."""
_AGENTS: Final = frozenset({"state", "firm", "body", "organisation", "undisclosed", "person"})


@dataclass(frozen=True, slots=True)
class Stated:
    """Where what a graph says is from, and how it is said."""

    source: NamedNode
    by: NamedNode | str
    modality: str
    credibility: str | None
    said: Literal | None


class Statements:
    """Reads what a file states of itself."""

    def __init__(self, run: Run, held: Store) -> None:
        self.run = run
        self.held = held
        self.document = NamedNode(DOCUMENT)
        self._whole = [
            self.document,
            *(
                quad.subject
                for kind_of in (VOID.Dataset, _DCAT.Dataset)
                for quad in held.quads_for_pattern(None, RDF.type, kind_of, None)
                if isinstance(quad.subject, NamedNode)
            ),
        ]
        self.described = {node.value for node in self._whole}
        """What the file tells of, besides dossiers: itself, its graphs, its sources."""

    def note_terms(self) -> None:
        """Take the licence and the credit line that the file states, for its dataset."""
        own = self.run.provider
        publisher = self._named(self._whole, (DCTERMS.publisher, HBK.publisher))
        self.run.provider = replace(
            own,
            licence=self._named(self._whole, (DCTERMS.license,)) or own.licence,
            credit=self._named(self._whole, (DCTERMS.rights,)) or publisher or own.credit,
        )

    def of(self, graph: NamedNode | None) -> Stated | None:
        """Return what is stated of a graph, or None where no source is; None is the default one."""
        subjects = [*([graph] if graph is not None else []), *self._whole]
        if graph is not None:
            self.described.add(graph.value)
        found = self._source(subjects)
        if found is None:
            return None
        source, publisher, day = found
        modality = self._code(subjects, HBK.modality, "modality") or "reported"
        speaker = next(self._values(subjects, (PROV.wasAttributedTo,)), None)
        by: NamedNode | str = publisher
        if isinstance(speaker, NamedNode) and kind(speaker) in _AGENTS:
            by = speaker
        elif speaker is not None:
            by = self._shown(speaker)
        said = self._date(subjects, (DCTERMS.issued,)) or day
        credibility = self._code(subjects, HBK.credibility, "credibility")
        return Stated(source, by, modality, credibility, said)

    def _source(
        self, subjects: Iterable[NamedNode]
    ) -> tuple[NamedNode, str, Literal | None] | None:
        """Return the source that is stated, opened as one of ours, its publisher and its day."""
        for node in self._values(subjects, _SOURCES):
            if isinstance(node, BlankNode):
                continue
            itself = [node] if isinstance(node, NamedNode) else []
            url = self._named(itself, (HBK.url,)) or node.value
            if node.value.startswith(ID) and url == node.value:
                held = self.run.parties.held
                if not isinstance(node, NamedNode) or held is None or not held.is_known(node):
                    continue
                known = held.object_of(node, HBK.publisher)
                return node, known.value if known is not None else "its source", None
            host = _host(url)
            if host is None:
                continue
            self.described.add(node.value)
            where = [*itself, *self._whole]
            publisher = self._named(where, (DCTERMS.publisher, HBK.publisher)) or host
            day = self._date(itself, (HBK.published, DCTERMS.issued))
            made = self.run.source(
                url,
                title=self._named(itself, (DCTERMS.title, *_NAMES)),
                publisher=publisher,
                published=day.value if day else None,
                reliability=self._code(itself, HBK.reliability, "reliability"),
                reason=self._named(itself, (HBK.reliabilityReason,)),
            )
            return made, publisher, day
        return None

    # -- Values ------------------------------------------------------------------------

    def _values(
        self, subjects: Iterable[NamedNode], predicates: Iterable[NamedNode]
    ) -> Iterator[NamedNode | Literal | BlankNode]:
        for subject in subjects:
            for predicate in predicates:
                quads = self.held.quads_for_pattern(subject, predicate, None, None)
                found = [quad.object for quad in quads]
                ordered = sorted(found, key=str)
                yield from (v for v in ordered if isinstance(v, NamedNode | Literal | BlankNode))

    def _shown(self, node: NamedNode | Literal | BlankNode) -> str:
        """Return what a thing is called: a text is itself, a node has a name or its address."""
        if isinstance(node, Literal):
            return node.value
        if isinstance(node, NamedNode):
            self.described.add(node.value)
        for predicate in _NAMES:
            for quad in self.held.quads_for_pattern(node, predicate, None, None):
                if isinstance(quad.object, Literal):
                    return quad.object.value
        return node.value

    def _named(self, subjects: Iterable[NamedNode], predicates: Iterable[NamedNode]) -> str | None:
        value = next(self._values(subjects, predicates), None)
        return self._shown(value) if value is not None else None

    def _code(self, subjects: Iterable[NamedNode], predicate: NamedNode, scheme: str) -> str | None:
        for value in self._values(subjects, (predicate,)):
            notation = value.value.removeprefix(f"{CODE}{scheme}/")
            if notation in self.run.vocabulary.codes[scheme]:
                return notation
        return None

    def _date(
        self, subjects: Iterable[NamedNode], predicates: Iterable[NamedNode]
    ) -> Literal | None:
        for value in self._values(subjects, predicates):
            try:
                return partial_date(value.value[:10])
            except ValueError:
                continue
        return None


def _host(url: str) -> str | None:
    """Return the host of a web address, or None for anything else."""
    try:
        parts = urlsplit(url)
        return parts.hostname if parts.scheme in {"http", "https"} else None
    except ValueError:
        return None
