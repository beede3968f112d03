"""Fact files: their sources, dossiers and claims, read into statements."""

from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

from pyoxigraph import Literal, NamedNode

from hauberk.graph.claims import Claim, Entry, Statement
from hauberk.graph.errors import Fault
from hauberk.graph.terms import Fact, english
from hauberk.loaders.claim_record import read_claim
from hauberk.loaders.fields import DOSSIER_KEYS, IDENTIFIERS, SOURCE_KEYS
from hauberk.loaders.reading import Findings, Reading, Reference, Vocabulary, dossier_node, near
from hauberk.loaders.records import Listing, Record
from hauberk.loaders.source_record import Source, read_source
from hauberk.ontology.names import (
    DCTERMS,
    FOAF,
    HBK,
    RDF,
    SKOS,
    WRITTEN_KINDS,
    code,
    is_key,
)

Made = TypeVar("Made", Entry, Claim)
_WIKIDATA: Final = "http://www.wikidata.org/entity/"


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
            read = read_source(reading, record)
            if read is not None:
                found, entry = read
                first = self.sources.setdefault(key, found)
                if first.iri != entry.about:
                    message = f"means another source on line {first.line}; choose another key"
                    reading.fault(record, "url", message)
                yield self._placed(entry, reading.subject, record.line)

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
            claim = read_claim(reading, about, item, self.sources)
            if claim is not None:
                yield self._placed(claim, reading.subject, line)
