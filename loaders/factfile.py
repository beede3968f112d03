"""Fact files: their sources, dossiers and claims, read into statements."""

from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

from pyoxigraph import Literal, NamedNode

from hauberk.graph.claims import Claim, Entry, Passage, Statement
from hauberk.graph.errors import Fault
from hauberk.graph.terms import Fact, english
from hauberk.loaders.content import content
from hauberk.loaders.documents import Listing, Record
from hauberk.loaders.fields import CLAIM_KEYS, DOSSIER_KEYS, IDENTIFIERS, SAYS, SOURCE_KEYS
from hauberk.loaders.reading import Findings, Reading, Reference, Vocabulary, dossier_node, near
from hauberk.ontology.names import (
    DCTERMS,
    FOAF,
    HBK,
    RDF,
    SKOS,
    WRITTEN_KINDS,
    XSD,
    code,
    is_key,
    source,
    speaker,
)

Made = TypeVar("Made", Entry, Claim)
_WIKIDATA: Final = "http://www.wikidata.org/entity/"
_HEX: Final = frozenset("0123456789abcdef")
_SHA256_LENGTH: Final = 64


class Source:
    """A source as a file describes it: its IRI, and what claims take from it."""

    __slots__ = ("iri", "line", "published", "publisher")

    def __init__(
        self, iri: NamedNode, published: Literal | None, publisher: str | None, line: int
    ) -> None:
        self.iri = iri
        self.published = published
        self.publisher = publisher
        self.line = line


class FactFile:
    """One fact file being read: the statements it makes and the faults it has.

    A source's key is the file's own; two files that give the same URL mean the same source.
    """

    def __init__(self, file: str, vocabulary: Vocabulary) -> None:
        self.file = file
        self.vocabulary = vocabulary
        self.findings = Findings()
        self.sources: dict[str, Source] = {}
        self.opened: dict[str, Fault] = {}
        """Each dossier the file opens, with where: a label makes it exist."""
        self.places: dict[NamedNode, Fault] = {}
        """Where each statement stands, for faults found once it is RDF."""

    def statements(self, documents: Iterable[Record]) -> Iterator[Statement]:
        """Yield the statements of the file's documents, in order; faults go to `findings`."""
        for document in documents:
            top = self._reading("")
            top.known_keys(document, ("sources", "dossiers"))
            yield from self._sources(top, document)
            for key, record in self._records(top, document, "dossiers"):
                yield from self._dossier(key, record)

    def _reading(self, subject: str) -> Reading:
        return Reading(self.file, subject, self.vocabulary, self.findings)

    def _records(
        self, top: Reading, document: Record, section: str
    ) -> Iterator[tuple[str, Record]]:
        if section not in document or document[section] == "":
            return
        records = top.mapping(document, section, "a mapping of ids to records")
        for key, value in (records or {}).items():
            if isinstance(value, Record):
                value.line = records.lines[key] if records else value.line
                yield key, value
            elif records is not None:
                top.fault(records, key, "is no mapping; indent its fields below it")

    def _placed(self, statement: Made, subject: str, line: int) -> Made:
        self.places.setdefault(statement.iri, Fault(self.file, line, subject, "", ""))
        return statement

    # -- Sources -----------------------------------------------------------------------

    def _sources(self, top: Reading, document: Record) -> Iterator[Entry]:
        for key, record in self._records(top, document, "sources"):
            reading = self._reading(f"source {key}")
            reading.known_keys(record, SOURCE_KEYS)
            first = self.sources.get(key)
            entry = self._source(reading, key, record)
            if entry is not None:
                if first is not None and first.iri != entry.about:
                    message = f"means another source on line {first.line}; choose another key"
                    reading.fault(record, "url", message)
                yield self._placed(entry, reading.subject, record.line)

    def _source(self, reading: Reading, key: str, record: Record) -> Entry | None:
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
        self.sources.setdefault(key, Source(iri, published, publisher, record.line))
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
        return Entry(iri, tuple(facts))

    # -- Dossiers ----------------------------------------------------------------------

    def _dossier(self, key: str, record: Record) -> Iterator[Statement]:
        reading = self._reading(key)
        if not is_key(key) or key.partition("/")[0] not in WRITTEN_KINDS:
            kinds = ", ".join(sorted(WRITTEN_KINDS))
            hint = near(key.partition("/")[0], WRITTEN_KINDS)
            message = f"is no id{hint or f'; write kind/name, the kind being one of {kinds}'}"
            self.findings.faults.append(Fault(self.file, record.line, key, "", message))
            return
        about = dossier_node(key)
        reading.known_keys(record, DOSSIER_KEYS)
        facts = self._entry_facts(reading, key, about, record)
        if "label" in record:
            first = self.opened.setdefault(key, reading.at(record, "label", ""))
            if first.line != record.lines["label"]:
                message = f"is given a label twice, first on line {first.line}; keep one"
                reading.fault(record, "label", message)
            yield self._placed(Entry(about, tuple(facts)), key, record.line)
        else:
            missing = "no such dossier; give it a label here, or load the file that opens it"
            fault = Fault(self.file, record.line, key, "label", missing)
            self.findings.references.append(Reference(key, fault))
            if facts:
                yield self._placed(Entry(about, tuple(facts)), key, record.line)
        if "claims" in record:
            yield from self._claims(reading, about, record)

    def _entry_facts(
        self, reading: Reading, key: str, about: NamedNode, record: Record
    ) -> list[Fact]:
        facts: list[Fact] = []
        if label := reading.text(record, "label"):
            facts.append((about, SKOS.prefLabel, english(label)))
        if description := reading.text(record, "description"):
            facts.append((about, DCTERMS.description, english(description)))
        if "aliases" in record and (record["aliases"] or record["aliases"] == ""):
            for item, word in reading.each(record, "aliases"):
                if alias := reading.text(item, word):
                    facts.append((about, SKOS.altLabel, Literal(alias)))
        if state := reading.state(record, "state"):
            facts.append((about, HBK.state, state))
        if website := reading.url(record, "website"):
            facts.append((about, FOAF.homepage, NamedNode(website)))
        facts += self._identifiers(reading, about, record)
        facts += self._reason(reading, key, about, record)
        return facts

    @staticmethod
    def _identifiers(reading: Reading, about: NamedNode, record: Record) -> Iterator[Fact]:
        if "identifiers" not in record:
            return
        given = reading.mapping(record, "identifiers", "{wikidata: Q1, lei: …}")
        if given is None:
            return
        reading.known_keys(given, IDENTIFIERS)
        for name in IDENTIFIERS:
            value = reading.text(given, name)
            if value is None:
                continue
            if name == "wikidata":
                if value[:1] == "Q" and value[1:].isdigit() and value.isascii():
                    yield about, SKOS.exactMatch, NamedNode(_WIKIDATA + value)
                else:
                    reading.fault(given, name, f"“{value}” is no item; write Q and digits")
            else:
                yield about, HBK(name), Literal(value)

    @staticmethod
    def _reason(reading: Reading, key: str, about: NamedNode, record: Record) -> Iterator[Fact]:
        given = [word for word in ("withheld", "unknown") if word in record]
        undisclosed = key.startswith("undisclosed/")
        if not undisclosed:
            for word in [*given, *(["collective"] if "collective" in record else [])]:
                reading.fault(record, word, "is for undisclosed parties (undisclosed/…) only")
            return
        if len(given) > 1:
            reading.fault(record, "unknown", "stands beside `withheld`; only one can be the reason")
        if not given and "label" in record:
            message = "is missing; say why it is not named: `withheld: …` or `unknown: …`"
            reading.fault(record, "withheld", message)
        for word in given[:1]:
            if note := reading.text(record, word):
                yield about, HBK.undisclosedReason, code("reason-undisclosed", word)
                yield about, HBK.undisclosedNote, Literal(note)
        if collective := reading.text(record, "collective"):
            if collective == "true":
                yield about, RDF.type, HBK.UndisclosedGroup
            elif collective != "false":
                reading.fault(record, "collective", f"“{collective}”: write true, or leave it out")

    # -- Claims ------------------------------------------------------------------------

    def _claims(self, reading: Reading, about: NamedNode, record: Record) -> Iterator[Claim]:
        claims = record["claims"]
        if claims == "":
            return
        if not isinstance(claims, Listing):
            reading.fault(record, "claims", "is no list; begin each claim with `- `")
            return
        for item, line in zip(claims, claims.lines, strict=True):
            if not isinstance(item, Record):
                broken = Fault(self.file, line, reading.subject, "claims", "a claim is a mapping")
                self.findings.faults.append(broken)
                continue
            claim = self._claim(reading, about, item)
            if claim is not None:
                yield self._placed(claim, reading.subject, line)

    def _claim(self, reading: Reading, about: NamedNode, record: Record) -> Claim | None:
        before = len(self.findings.faults)
        reading.known_keys(record, CLAIM_KEYS)
        sources = self._cited(reading, record)
        modality = reading.code(record, "modality", "modality", required=True)
        said = reading.date(record, "said")
        facts, denies = self._said(reading, about, record)
        note = reading.text(record, "note")
        passage = self._passage(reading, record)
        credibility = reading.code(record, "credibility", "credibility")
        likelihood = reading.code(record, "likelihood", "likelihood")
        contests = tuple(self._contests(reading, record))
        by, label = self._speaker(reading, record, sources)
        if not facts and note is None and len(self.findings.faults) == before:
            reading.fault(record, "says", "says nothing; give `says`, `denies` or a `note`")
        if len(self.findings.faults) > before or modality is None or by is None:
            return None
        return Claim(
            about=about,
            facts=facts,
            modality=modality,
            speaker=by,
            speaker_label=label,
            sources=tuple(dict.fromkeys(cited.iri for cited in sources)),
            denies=denies,
            said=said or _shared_date(sources),
            credibility=credibility,
            likelihood=likelihood,
            note=note,
            passage=passage,
            contests=contests,
        )

    def _cited(self, reading: Reading, record: Record) -> list[Source]:
        if "from" not in record:
            reading.fault(record, "from", "is missing; name the source the claim was read in")
            return []
        cited = []
        for item, word in reading.each(record, "from"):
            key = reading.text(item, word)
            if key is None:
                continue
            found = self.sources.get(key)
            if found is not None:
                cited.append(found)
            else:
                hint = near(key, self.sources) or "; describe it under `sources`"
                reading.fault(item, word, f"“{key}”: this file has no such source{hint}")
        return cited

    @staticmethod
    def _said(reading: Reading, about: NamedNode, record: Record) -> tuple[tuple[Fact, ...], bool]:
        denies = "denies" in record
        if denies and "says" in record:
            reading.fault(record, "denies", "stands beside `says`; make two claims of it")
        word = "denies" if denies else "says"
        if word not in record:
            return (), False
        says = reading.mapping(record, word, "{status: signed}")
        return (content(reading, about, says) if says is not None else ()), denies

    @staticmethod
    def _speaker(
        reading: Reading, record: Record, sources: list[Source]
    ) -> tuple[NamedNode | None, str | None]:
        if "by" not in record:
            publisher = sources[0].publisher if sources else None
            if publisher is None:
                if sources:
                    reading.fault(record, "by", "is missing, and the source names no publisher")
                return None, None
            return speaker(publisher), publisher
        given = reading.text(record, "by")
        if given is None:
            return None, None
        if is_key(given):
            return reading.dossier(record, "by", WRITTEN_KINDS | {"state"}), None
        return speaker(given), given

    @staticmethod
    def _contests(reading: Reading, record: Record) -> Iterator[NamedNode]:
        if "contests" in record:
            for item, word in reading.each(record, "contests"):
                given = reading.text(item, word)
                if given in SAYS:
                    yield SAYS[given].property
                elif given is not None:
                    reading.fault(item, word, f"“{given}” is no key of `says`{near(given, SAYS)}")

    @staticmethod
    def _passage(reading: Reading, record: Record) -> Passage | None:
        if "passage" not in record:
            return None
        given = reading.mapping(record, "passage", "{paragraph: 3, sha256: …}")
        if given is None:
            return None
        reading.known_keys(given, ("paragraph", "start", "end", "sha256"))
        sha256 = reading.text(given, "sha256", required=True)
        paragraph = reading.integer(given, "paragraph")
        start, end = reading.integer(given, "start"), reading.integer(given, "end")
        if sha256 is not None and (len(sha256) != _SHA256_LENGTH or not set(sha256) <= _HEX):
            reading.fault(given, "sha256", "is not 64 hex digits, in lower case")
            return None
        if paragraph is not None and (paragraph < 1 or start is not None or end is not None):
            reading.fault(given, "paragraph", "counts from 1, and stands without start and end")
            return None
        if paragraph is None and (start is None or end is None or end <= start):
            reading.fault(given, "start", "give a paragraph, or a start and a later end")
            return None
        return Passage(sha256, paragraph, start, end) if sha256 is not None else None


def _literal(text: str | None) -> Literal | None:
    return Literal(text) if text else None


def _shared_date(sources: list[Source]) -> Literal | None:
    """Return the sources' date where they have one: the earliest, since they carry one wording."""
    dates = [found.published for found in sources if found.published is not None]
    return min(dates, key=lambda date: date.value) if dates else None
