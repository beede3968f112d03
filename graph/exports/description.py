"""What the dataset is, for machines: VoID and DCAT, with counts, licence and canonical hash."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import IO, Final
from urllib.parse import urlsplit

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from hauberk.graph.claims import CURRENT
from hauberk.graph.exports.formats import FORMATS, Format
from hauberk.graph.exports.release import LICENCE, PREFIXES, VOCABULARIES, Release
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import (
    BASE,
    DCTERMS,
    HBK,
    ID,
    RDF,
    SKOS,
    VOID,
    XSD,
    Namespace,
    part,
    slug,
)

DCAT: Final = Namespace("http://www.w3.org/ns/dcat#")
SPDX: Final = Namespace("http://spdx.org/rdf/terms#")
DATASET: Final = NamedNode(BASE + "dataset")
_CANONICAL: Final = NamedNode("https://www.w3.org/TR/rdf-canon/")
_MEDIA_TYPES: Final = "https://www.iana.org/assignments/media-types/"
_COUNTED: Final = (
    HBK.Dossier, HBK.Tie, HBK.Agreement, HBK.Programme, HBK.Stake, HBK.Firm, HBK.PublicBody,
    HBK.InternationalOrganisation, HBK.UndisclosedParty, HBK.Person, HBK.State,
    HBK.CooperationModel, HBK.Product, HBK.Participation, HBK.Claim, HBK.WithdrawnClaim,
    HBK.Source,
)  # fmt: skip

Told = tuple[NamedNode, NamedNode, NamedNode | Literal]


@dataclass(slots=True)
class _Survey:
    """What one pass over the canonical form finds."""

    quads: int = 0
    digest: str = ""
    properties: Counter[str] = field(default_factory=Counter)
    links: Counter[str] = field(default_factory=Counter)

    def take(self, release: Release) -> None:
        """Count and hash every quad."""
        state = sha256()
        current = f" {CURRENT} .\n".encode()
        for lines in release.lines():
            state.update(b"".join(lines))
            self.quads += len(lines)
            for line in lines:
                if line.endswith(current):
                    _, predicate, rest = line.split(b" ", 2)
                    self.properties[predicate[1:-1].decode()] += 1
                    if predicate == _LINK and rest.startswith(b"<http"):
                        parts = urlsplit(rest[1 : rest.index(b">")].decode())
                        self.links[f"{parts.scheme}://{parts.netloc}/"] += 1
        self.digest = state.hexdigest()


_LINK: Final = str(SKOS.exactMatch).encode()


def void(
    snapshot: Snapshot, published: str = "", day: str | None = None, site: str = BASE
) -> Iterator[Triple]:
    """Yield the description of a snapshot's dataset.

    *published* is when its generation was, *day* the past day it stands for, and *site* where
    the server is that hands it out, with a slash at its end. All quads are read, counted and
    hashed: keep what comes out for as long as the generation is the same.
    """
    return _described(Release(snapshot, published, day), site)


def write_void(release: Release, sink: IO[bytes]) -> None:
    """Write the description as Turtle."""
    prefixes = {**PREFIXES, "dcat": str(DCAT), "spdx": str(SPDX)}
    serialize(_described(release, BASE), sink, RdfFormat.TURTLE, prefixes=prefixes)


def _described(release: Release, site: str) -> Iterator[Triple]:
    survey = _Survey()
    survey.take(release)
    told: Iterator[Told]
    subjects: dict[NamedNode, list[Triple]] = {}
    for told in (
        _dataset(release, survey, site),
        _distributions(survey, site),
        _partitions(release, survey),
        _catalogue(site),
    ):
        for subject, predicate, value in told:
            subjects.setdefault(subject, []).append(Triple(subject, predicate, value))
    for triples in subjects.values():
        yield from triples


def _dataset(release: Release, survey: _Survey, site: str) -> Iterator[Told]:
    yield DATASET, RDF.type, VOID.Dataset
    yield DATASET, RDF.type, DCAT.Dataset
    yield DATASET, DCTERMS.title, Literal("Hauberk", language="en")
    yield (
        DATASET,
        DCTERMS.description,
        Literal(
            "European defence-industrial ties: states, firms, programmes and agreements, and who"
            " said what of them, when, how firmly, in which source.",
            language="en",
        ),
    )
    yield DATASET, DCTERMS.license, NamedNode(LICENCE)
    for line in release.credits.lines:
        yield DATASET, DCTERMS.rights, Literal(line)
    yield DATASET, DCTERMS.language, Literal("en")
    yield DATASET, DCTERMS.identifier, Literal(f"sha-256:{survey.digest}")
    if release.snapshot.generation:  # a service's graph has none
        yield DATASET, DCAT.version, Literal(str(release.snapshot.generation))
    if release.published:
        yield DATASET, DCTERMS.issued, Literal(release.published, datatype=XSD.dateTime)
    if release.day:
        said = f"The claims said by {release.day}, and what is accepted by them."
        yield DATASET, SKOS.scopeNote, Literal(said, language="en")
    yield DATASET, VOID.triples, _count(survey.quads)
    yield DATASET, VOID.entities, _count(len(release.snapshot.ledger.subjects(*_DOSSIERS)))
    yield DATASET, VOID.uriSpace, Literal(ID)
    yield DATASET, VOID.sparqlEndpoint, NamedNode(site + "sparql")
    for iri in VOCABULARIES.values():
        yield DATASET, VOID.vocabulary, NamedNode(iri)
    example = sorted(release.snapshot.ledger.subjects(RDF.type, HBK.Tie), key=str)[:1]
    for tie in example:
        yield DATASET, VOID.exampleResource, tie


_DOSSIERS: Final = (RDF.type, HBK.Dossier)


def _distributions(survey: _Survey, site: str) -> Iterator[Told]:
    for form in FORMATS.values():
        if form.name == "void":
            continue
        node, address = part(DATASET, form.name), NamedNode(site + "data/" + file_name(form))
        yield DATASET, DCAT.distribution, node
        if form.name in {"nq", "trig"}:
            yield DATASET, VOID.dataDump, address
        yield node, RDF.type, DCAT.Distribution
        yield node, DCTERMS.title, Literal(form.summary, language="en")
        yield node, DCTERMS.license, NamedNode(LICENCE)
        yield node, DCAT.downloadURL, address
        media_type = form.media_type.partition(";")[0]
        yield node, DCAT.mediaType, NamedNode(_MEDIA_TYPES + media_type)
        if form.marker:
            yield node, DCAT.packageFormat, NamedNode(_MEDIA_TYPES + "application/zip")
        if form.name == "nq":
            checksum = part(DATASET, "checksum")
            yield node, DCTERMS.conformsTo, _CANONICAL
            yield node, SPDX.checksum, checksum
            yield checksum, RDF.type, SPDX.Checksum
            yield checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256
            yield checksum, SPDX.checksumValue, Literal(survey.digest, datatype=XSD.hexBinary)


def file_name(form: Format) -> str:
    """Return the name under which a server hands out a format."""
    return f"hauberk.{form.endings[0]}" + (".zip" if form.marker else "")


def _partitions(release: Release, survey: _Survey) -> Iterator[Told]:
    held = release.snapshot.ledger
    current = sum(survey.properties.values())
    yield DATASET, VOID.subset, CURRENT
    yield CURRENT, RDF.type, VOID.Dataset
    yield CURRENT, VOID.triples, _count(current)
    yield from _credited(release)
    for class_ in _COUNTED:
        node = part(DATASET, "class-" + slug(class_.value.removeprefix(str(HBK))))
        yield CURRENT, VOID.classPartition, node
        yield node, VOID("class"), class_
        yield node, VOID.entities, _count(len(held.subjects(RDF.type, class_)))
    for number, iri in enumerate(sorted(survey.properties), 1):
        node = part(DATASET, f"property-{number}")
        yield CURRENT, VOID.propertyPartition, node
        yield node, VOID.property, NamedNode(iri)
        yield node, VOID.triples, _count(survey.properties[iri])
    for target in sorted(survey.links):
        node = part(DATASET, "links-" + slug(urlsplit(target).netloc))
        yield DATASET, VOID.subset, node
        yield node, RDF.type, VOID.Linkset
        yield node, VOID.subjectsTarget, DATASET
        yield node, VOID.objectsTarget, NamedNode(target)
        yield node, VOID.linkPredicate, SKOS.exactMatch
        yield node, VOID.triples, _count(survey.links[target])


def _credited(release: Release) -> Iterator[Told]:
    """Yield the datasets of open data inside, each with its terms."""
    for dataset, credit in release.credits.by_dataset.items():
        yield DATASET, VOID.subset, dataset
        yield dataset, RDF.type, VOID.Dataset
        yield dataset, DCTERMS.title, Literal(credit.title)
        yield dataset, DCTERMS.rights, Literal(credit.line)
        for predicate, given in ((DCTERMS.license, credit.licence),
                                 (DCTERMS.source, credit.source)):  # fmt: skip
            if given:
                is_iri = "://" in given
                yield dataset, predicate, NamedNode(given) if is_iri else Literal(given)


def _catalogue(site: str) -> Iterator[Told]:
    node = NamedNode(site + "catalogue")
    yield node, RDF.type, DCAT.Catalog
    yield node, DCTERMS.title, Literal("The catalogue of Hauberk", language="en")
    yield node, DCAT.dataset, DATASET


def _count(number: int) -> Literal:
    return Literal(str(number), datatype=XSD.integer)
