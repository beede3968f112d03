"""Graphs of RDF that others wrote: what each says of a dossier is one claim of its source."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store

from hauberk.graph.claims import Entry
from hauberk.graph.spool import Names
from hauberk.graph.terms import Fact, english
from hauberk.loaders.content import content
from hauberk.loaders.fields import PARTS, SAYS
from hauberk.loaders.opendata.rdf_files import refused
from hauberk.loaders.opendata.rdf_stated import ABOUT_ITSELF, Stated, Statements
from hauberk.loaders.opendata.run import Run
from hauberk.loaders.reading import Findings, Reading
from hauberk.loaders.records import Record
from hauberk.ontology.names import (
    CODE,
    DCTERMS,
    FOAF,
    HBK,
    ID,
    RDF,
    RDFS,
    SKOS,
    WRITTEN_KINDS,
    dossier,
    is_key,
    key,
    kind,
)

_WORDS: Final = {field.property: word for word, field in SAYS.items()}
_PART_WORDS: Final = {
    HBK.amount: "amount", HBK.currency: "currency", HBK.valueQualifier: "qualifier",
    HBK.scope: "scope", HBK.unit: "unit", HBK.agent: "agent", HBK.role: "role",
    HBK.share: "share", HBK.since: "since", HBK.until: "until", HBK.inState: "in",
    HBK.place: "place", HBK.formerName: "from", HBK.newName: "to", HBK.renamedOn: "on",
}  # fmt: skip
_LABELS: Final = (SKOS.prefLabel, RDFS.label)
_OPENING: Final = frozenset({
    *_LABELS, SKOS.altLabel, DCTERMS.description, SKOS.exactMatch, FOAF.homepage, HBK.lei,
    HBK.pic, HBK.ror, HBK.ticker, HBK.registrationNumber, HBK.undisclosedReason,
    HBK.undisclosedNote,
})  # fmt: skip
_CODE: Final = re.compile(rf"{re.escape(CODE)}[a-z-]+/")
_GIVEN: Final = re.compile("“[^”]*”:? ?")
_STATE_SOURCE: Final = (
    "states no source; add `<> <http://purl.org/dc/terms/source> <https://…> .` for the whole file"
    " or prov:hadPrimarySource of each graph"
)
_STATE_WORDS: Final = frozenset({"state", "in"})
_Node = NamedNode | BlankNode


def read_graphs(run: Run, held: Store) -> Iterator[int]:
    """State what a file's graphs say of dossiers; each triple is a record.

    Raises FaultsError where the file states no source at all.
    """
    statements = Statements(run, held)
    graphs: list[NamedNode | DefaultGraph] = [DefaultGraph()]
    graphs += sorted((g for g in held.named_graphs() if isinstance(g, NamedNode)), key=str)
    stated = {
        graph: statements.of(graph if isinstance(graph, NamedNode) else None) for graph in graphs
    }
    if not any(stated.values()):
        raise refused(run.path, _STATE_SOURCE)
    statements.note_terms()
    reader = _Graphs(run, held, statements)
    for graph in graphs:
        reader.open_all(graph)
    for graph in graphs:
        yield from reader.read(graph, stated[graph])


class _Graphs:
    def __init__(self, run: Run, held: Store, statements: Statements) -> None:
        self.run = run
        self.held = held
        self.statements = statements
        self.opened = Names()
        self._states = frozenset(run.vocabulary.states.values())

    # -- Dossiers ----------------------------------------------------------------------

    def dossiers(self, graph: NamedNode | DefaultGraph) -> list[NamedNode]:
        """Return the dossiers that a graph speaks of."""
        found = {
            quad.subject
            for quad in self.held.quads_for_pattern(None, None, None, graph)
            if isinstance(quad.subject, NamedNode) and _is_dossier(quad.subject)
        }
        return sorted(found, key=str)

    def open_all(self, graph: NamedNode | DefaultGraph) -> None:
        """Open the dossiers that a graph gives a label, where no other dataset has."""
        for about in self.dossiers(graph):
            facts = [
                (quad.predicate, quad.object)
                for quad in self.held.quads_for_pattern(about, None, None, graph)
                if quad.predicate in _OPENING and isinstance(quad.object, NamedNode | Literal)
            ]
            known = {each.name for each in self.run.parties.namings(about) if each.is_label}
            labels = _in_english_first(v for p in _LABELS for q, v in facts if p == q)
            made: list[Fact] = []
            if labels and not known and about.value not in self.opened:
                made.append((about, SKOS.prefLabel, english(labels[0])))
                known = {labels[0]}
            if not known and about.value not in self.opened:
                continue
            self.opened.add(about.value)
            made += [(about, SKOS.altLabel, Literal(each)) for each in labels if each not in known]
            made += [(about, p, _plain(p, v)) for p, v in facts if p not in _LABELS]
            if made:
                self.run.restate(Entry(about, tuple(dict.fromkeys(made))))

    def is_known(self, node: NamedNode) -> bool:
        """Tell whether a dossier is opened in the file or in the store; states always are."""
        if kind(node) == "state":
            return (key(node) or "").partition("/")[2] in self._states
        held = self.run.parties.held
        return node.value in self.opened or (held is not None and held.is_known(node))

    # -- Claims ------------------------------------------------------------------------

    def read(self, graph: NamedNode | DefaultGraph, stated: Stated | None) -> Iterator[int]:
        """State the claims of one graph, and account for each of its triples."""
        parts: set[_Node] = set()
        for about in self.dossiers(graph) if stated else ():
            facts: list[Fact] = []
            for quad in self.held.quads_for_pattern(about, None, None, graph):
                facts += self._fact(about, quad, graph, parts)
            if stated and facts:
                self._claim(about, facts, stated)
            yield 0
        for count, quad in enumerate(self.held.quads_for_pattern(None, None, None, graph)):
            if not (stated and isinstance(quad.subject, NamedNode) and _is_dossier(quad.subject)):
                self._account(quad, parts, has_source=stated is not None)
            if count % 1000 == 0:
                yield 0

    def _claim(self, about: NamedNode, facts: list[Fact], stated: Stated) -> None:
        self.run.claim(
            about,
            facts,
            stated.source,
            row=self.run.records,
            modality=stated.modality,
            credibility=stated.credibility,
            by=stated.by,
            said=stated.said,
        )

    def _account(self, quad: Quad, parts: set[_Node], *, has_source: bool) -> None:
        """Count a triple that no dossier has for subject; reject it unless it was of use."""
        self.run.records += 1
        subject = quad.subject
        is_own = getattr(subject, "value", "") in self.statements.described
        if subject in parts or (is_own and quad.predicate in ABOUT_ITSELF):
            return
        if getattr(subject, "value", "") in self.opened and quad.predicate in _OPENING:
            return
        if not has_source:
            self._reject(quad, "its graph states no source")
        else:
            self._reject(quad, "its subject is no dossier of this graph's, and no part of one")

    def _reject(self, quad: Quad, why: str) -> None:
        shown = f"{quad.subject} {quad.object}"
        self.run.reject(self.run.records, quad.predicate.value, shown, why)

    def _fact(
        self,
        about: NamedNode,
        quad: Quad,
        graph: NamedNode | DefaultGraph,
        parts: set[_Node],
    ) -> Iterable[Fact]:
        """Return what one triple about a dossier says, with its part; or reject it."""
        self.run.records += 1
        predicate, value = quad.predicate, quad.object
        if not self.is_known(about):
            self._reject(quad, "its dossier has no label; give it a skos:prefLabel")
            return ()
        if predicate in _OPENING or (predicate == RDF.type and _is_ours(value)):
            return ()
        word = _WORDS.get(predicate)
        if word is None:
            self._reject(quad, "is no property that a claim can hold")
            return ()
        given: object
        if SAYS[word].reads in PARTS and isinstance(value, NamedNode | BlankNode):
            parts.add(value)
            given = self._part(value, graph)
        else:
            given = _text(value, word)
        facts, why = self._read(about, word, given)
        if why:
            self._reject(quad, why)
        return facts

    def _part(self, node: _Node, graph: NamedNode | DefaultGraph) -> Record:
        record = Record(0)
        for quad in self.held.quads_for_pattern(node, None, None, graph):
            if quad.predicate != RDF.type:
                word = _PART_WORDS.get(quad.predicate, quad.predicate.value)
                record[word] = _text(quad.object, word)
        return record

    def _read(self, about: NamedNode, word: str, given: object) -> tuple[tuple[Fact, ...], str]:
        """Return a value as a fact file would have it, or why it cannot be one."""
        findings = Findings()
        record = Record(0)
        record[word] = given
        reading = Reading(self.run.path.name, key(about) or "", self.run.vocabulary, findings)
        facts = content(reading, about, record)
        if findings.faults:
            first = findings.faults[0]
            message = _GIVEN.sub("", first.message.partition(";")[0])
            return (), f"`{first.field}` {message}"
        for reference in findings.references:
            if not self.is_known(dossier(reference.key)):
                return (), "names a dossier that neither the file nor the store has"
        return facts, ""


def _is_dossier(node: NamedNode) -> bool:
    name = node.value.removeprefix(ID)
    return name != node.value and kind(node) in WRITTEN_KINDS and is_key(name)


def _is_ours(value: object) -> bool:
    return isinstance(value, NamedNode) and value.value.startswith(str(HBK))


def _in_english_first(values: Iterable[object]) -> list[str]:
    found = [value for value in values if isinstance(value, Literal)]
    ordered = sorted(found, key=lambda v: (v.language != "en", v.language is not None, v.value))
    return list(dict.fromkeys(value.value for value in ordered))


def _plain(predicate: NamedNode, value: NamedNode | Literal) -> NamedNode | Literal:
    """Return a value of an entry as ours has it: descriptions are in English, the rest plain."""
    if isinstance(value, Literal):
        return english(value.value) if predicate == DCTERMS.description else Literal(value.value)
    return value


def _text(value: object, word: str) -> str:
    """Return the value of *word* as the text that a fact file would have for it."""
    if isinstance(value, NamedNode):
        name = value.value.removeprefix(ID)
        if name != value.value:
            return name.removeprefix("state/") if word in _STATE_WORDS else name
        return _CODE.sub("", value.value, count=1)
    return str(getattr(value, "value", value))
