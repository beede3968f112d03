"""Claims and entries: what a statement holds, its content-hashed name, and its quads."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from hauberk.graph.terms import Fact
from hauberk.ontology.names import (
    DCTERMS,
    HBG,
    HBK,
    OA,
    PROV,
    RDF,
    RDFS,
    SKOS,
    VOID,
    XSD,
    digest,
    dossier,
    part,
)

CURRENT: Final = HBG.current


@dataclass(frozen=True, slots=True)
class Passage:
    """Where in a source a claim stands: a paragraph or a stretch of characters, and its hash.

    The passage itself is never kept. Paragraphs count from 1, characters from 0; *sha256* is
    the hash of the passage's text, stripped, in UTF-8.
    """

    sha256: str
    paragraph: int | None = None
    start: int | None = None
    end: int | None = None

    def canonical(self) -> str:
        """Return the passage in one spelling, for the claim's hash."""
        return f"passage {self.paragraph} {self.start} {self.end} {self.sha256}"

    def facts(self, claim: NamedNode, source: NamedNode) -> Iterator[Fact]:
        """Yield the Web Annotation of the passage: resource, selector, hash."""
        resource, selector = part(claim, "passage"), part(claim, "selector")
        yield claim, HBK.passage, resource
        yield resource, RDF.type, OA.SpecificResource
        yield resource, OA.hasSource, source
        yield resource, OA.hasSelector, selector
        yield resource, HBK.passageHash, Literal(f"sha256:{self.sha256}")
        if self.paragraph is not None:
            yield selector, RDF.type, HBK.ParagraphSelector
            yield selector, HBK.paragraph, _integer(self.paragraph)
        else:
            yield selector, RDF.type, OA.TextPositionSelector
            yield selector, OA.start, _integer(self.start or 0)
            yield selector, OA.end, _integer(self.end or 0)


def _integer(number: int) -> Literal:
    return Literal(str(number), datatype=XSD.integer)


@dataclass(frozen=True)
class Entry:
    """What a fact file itself states to open a dossier: its label, aliases, seat, identifiers.

    Nobody said it, so it is no claim; it is the ground the claims stand on.
    """

    about: NamedNode
    facts: tuple[Fact, ...]

    @cached_property
    def iri(self) -> NamedNode:
        """The entry's name: 16 hex digits of the SHA-256 of its canonical content."""
        return dossier("entry/" + digest(_canonical(self.about, self.facts)))

    @property
    def graph(self) -> NamedNode:
        """The named graph the entry's facts stand in."""
        return self.iri

    def metadata(self) -> Iterator[Fact]:
        """Yield what `current` holds about the entry, but for when and where it was recorded."""
        yield self.iri, RDF.type, HBK.Entry
        yield self.iri, HBK.about, self.about


@dataclass(frozen=True)
class Claim:
    """What one speaker said about one dossier, in one source or a few carrying the same words.

    Its facts have the dossier or one of its hash-parts for subject. *denies* turns the whole
    claim round: the speaker says that the facts do not hold.
    """

    about: NamedNode
    facts: tuple[Fact, ...]
    modality: NamedNode
    speaker: NamedNode
    sources: tuple[NamedNode, ...]
    speaker_label: str | None = None
    denies: bool = False
    said: Literal | None = None
    credibility: NamedNode | None = None
    likelihood: NamedNode | None = None
    note: str | None = None
    passage: Passage | None = None
    contests: tuple[NamedNode, ...] = field(default=())
    checked: Literal | None = field(default=None, compare=False)
    """When it was last looked up again and found. Looking does not change what was said: it is
    no part of the claim's name, and the ledger keeps the latest day."""
    sought: Literal | None = field(default=None, compare=False)
    """When it was last looked for and not found again."""
    row: str | None = field(default=None, compare=False)
    """The file and record it was read in, `deals.csv:12`: rows move, the claim stays the same."""

    @cached_property
    def iri(self) -> NamedNode:
        """The claim's name: 16 hex digits of the SHA-256 of its canonical content.

        The content is all that a person can state of a claim; when it was recorded, and in
        which file, is left out. So the same content is the same claim wherever it comes from.
        """
        axes = [
            "denies" if self.denies else "affirms",
            f"modality {self.modality}",
            f"speaker {self.speaker}",
            *sorted(f"source {source}" for source in self.sources),
            f"said {self.said}" if self.said else "",
            f"credibility {self.credibility}" if self.credibility else "",
            f"likelihood {self.likelihood}" if self.likelihood else "",
            f"note {Literal(self.note)}" if self.note else "",
            self.passage.canonical() if self.passage else "",
            *sorted(f"contests {contested}" for contested in self.contests),
        ]
        text = "\n".join([*filter(None, axes), _canonical(self.about, self.facts)])
        return dossier("claim/" + digest(text))

    @property
    def looks(self) -> Iterator[tuple[NamedNode, Literal]]:
        """What is known of the claim and is no part of it, with the property of each.

        That is when curators looked for it again, and the row it was read in.
        """
        if self.checked:
            yield HBK.checked, self.checked
        if self.sought:
            yield HBK.sought, self.sought
        if self.row:
            yield HBK.row, Literal(self.row)

    @property
    def graph(self) -> NamedNode:
        """The named graph the facts stand in: a denial's are kept where no reader looks."""
        return part(self.iri, "denied") if self.denies else self.iri

    def metadata(self) -> Iterator[Fact]:
        """Yield what `current` holds about the claim, but for when and where it was recorded."""
        iri = self.iri
        yield iri, RDF.type, HBK.Claim
        yield iri, HBK.about, self.about
        yield iri, HBK.denies if self.denies else HBK.affirms, self.graph
        yield iri, HBK.modality, self.modality
        yield iri, PROV.wasAttributedTo, self.speaker
        if self.speaker_label is not None:
            yield self.speaker, RDF.type, HBK.DescribedSpeaker
            yield self.speaker, RDFS.label, Literal(self.speaker_label)
        for source in self.sources:
            yield iri, PROV.hadPrimarySource, source
        if self.said:
            yield iri, DCTERMS.issued, self.said
        if self.credibility:
            yield iri, HBK.credibility, self.credibility
        if self.likelihood:
            yield iri, HBK.likelihood, self.likelihood
        if self.note:
            yield iri, SKOS.note, Literal(self.note)
        for contested in self.contests:
            yield iri, HBK.contests, contested
        if self.passage:
            yield from self.passage.facts(iri, self.sources[0])


Statement = Claim | Entry


def _canonical(about: NamedNode, facts: Iterable[Fact]) -> str:
    lines = sorted({f"{subject} {predicate} {value} ." for subject, predicate, value in facts})
    return "\n".join([f"about {about}", *lines])


def recorded(statement: Statement, dataset: NamedNode, when: Literal) -> Iterator[Quad]:
    """Yield every quad that recording *statement* puts into a store."""
    for subject, predicate, value in statement.facts:
        yield Quad(subject, predicate, value, statement.graph)
    for subject, predicate, value in statement.metadata():
        yield Quad(subject, predicate, value, CURRENT)
    yield Quad(statement.iri, VOID.inDataset, dataset, CURRENT)
    yield Quad(statement.iri, PROV.generatedAtTime, when, CURRENT)
