"""Voices: who says a thing, how firmly, when, how graded, and where it can be read."""

from collections.abc import Iterable
from functools import cached_property
from typing import Final

import msgspec
from pyoxigraph import Literal, NamedNode

from hauberk.graph.acceptance import Held
from hauberk.graph.claims import CURRENT
from hauberk.graph.holdings import Holdings
from hauberk.graph.rule import Rule
from hauberk.graph.store import Snapshot
from hauberk.graph.terms import Term, earliest
from hauberk.ontology.names import CODE, DCTERMS, HBK, OA, PROV, RDFS, SKOS, key, kind
from hauberk.queries.web.pages import text

_STRONG: Final = frozenset({"A", "B"})
_WEAK: Final = frozenset({"E", "F", "-"})
_DOUBTFUL: Final = frozenset({"4", "5", "6"})


class Grade(msgspec.Struct, frozen=True):
    """A grade as NATO writes it, reliability of the source and credibility of the claim: `B2`."""

    reliability: str
    credibility: str
    meaning: str

    @property
    def code(self) -> str:
        """The two letters."""
        return self.reliability + self.credibility

    @property
    def strength(self) -> str:
        """How much it bears, in a word that style sheets know: high, middling, low or none."""
        if self.code == "--":
            return "none"
        if self.reliability in _WEAK or self.credibility in _DOUBTFUL:
            return "low"
        strong = self.reliability in _STRONG and self.credibility in {"1", "2", "-"}
        return "high" if strong else "middling"


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """A source that a claim was read in."""

    id: str
    label: str
    publisher: str
    url: str
    reliability: str
    published: str = ""

    @property
    def rank(self) -> tuple[str, str, str]:
        """Sort key: best graded first, those without a grade last."""
        return (self.reliability.replace("-", "Z"), self.publisher, self.url)


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """One claim as a voice: everything a reader needs to weigh it."""

    id: str
    speaker: str
    speaker_id: str
    modality: str
    modality_label: str
    modality_meaning: str
    said: str
    grade: Grade
    sources: list[Read]
    denies: bool = False
    note: str = ""
    places: list[str] = msgspec.field(default_factory=list)
    """Where in the source it stands: a paragraph, a stretch of characters, a row of a file."""
    checked: str = ""
    sought: str = ""
    recorded: str = ""
    contests: list[str] = msgspec.field(default_factory=list)
    firm: bool = True
    """Whether the acceptance rule takes it into account at all."""
    why_not: str = ""

    @property
    def form(self) -> str:
        """The word that style sheets know: `denied`, or how firmly it is said."""
        return "denied" if self.denies else self.modality


class Voices:
    """Makes voices of a snapshot's claims; what it has looked up once it keeps."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.database = snapshot.database
        self.snapshot = snapshot
        self.directory = snapshot.directory
        self.held = Holdings(snapshot.database)
        self._labels: dict[NamedNode, str] = {}
        self._reads: dict[NamedNode, Read] = {}
        self._meanings: dict[NamedNode, str] = {}
        self._voices: dict[NamedNode, Voice] = {}
        self._claims: dict[NamedNode, list[Held]] = {}

    @cached_property
    def rule(self) -> Rule:
        """The acceptance rule as the snapshot's ontology states it."""
        return self.snapshot.rule

    def label(self, node: NamedNode) -> str:
        """Return what to call a thing."""
        if node not in self._labels:
            self._labels[node] = self.directory.label(node)
        return self._labels[node]

    def title(self, node: NamedNode) -> str:
        """Return a title no other page has: label and kind, or the id where others share it."""
        labels = [*self.database.quads_for_pattern(node, RDFS.label, None, CURRENT)]
        of_kind = kind(node)
        alike = {
            quad.subject
            for label in labels
            for quad in self.database.quads_for_pattern(None, RDFS.label, label.object, CURRENT)
            if isinstance(quad.subject, NamedNode) and kind(quad.subject) == of_kind
        }
        doubt = len(alike) > 1 or not labels
        return f"{self.label(node)} ({key(node) if doubt else of_kind_in_words(of_kind)})"

    def about(self, iri: NamedNode) -> dict[NamedNode, list[Term]]:
        """Return what `current` holds of a thing, by property."""
        found: dict[NamedNode, list[Term]] = {}
        for quad in self.database.quads_for_pattern(iri, None, None, CURRENT):
            if isinstance(quad.object, NamedNode | Literal):
                found.setdefault(quad.predicate, []).append(quad.object)
        return found

    def claims(self, node: NamedNode) -> list[Held]:
        """Return the live claims about a dossier, oldest first, undated ones last."""
        if node not in self._claims:
            found = [held for held in self.held.statements(node) if not held.is_entry]
            self._claims[node] = sorted(
                found, key=lambda held: (earliest(held.said) or "9", held.iri.value)
            )
        return self._claims[node]

    def voice(self, held: Held) -> Voice:
        """Return a claim as a voice."""
        if held.iri not in self._voices:
            self._voices[held.iri] = self._voice(held)
        return self._voices[held.iri]

    def _voice(self, held: Held) -> Voice:
        about = self.about(held.iri)
        speaker = _node(about, PROV.wasAttributedTo)
        reads = sorted((self.read(each) for each in held.sources), key=lambda read: read.rank)
        modality = held.modality or HBK.none
        why_not = self._why_not(held, reads)
        return Voice(
            id=key(held.iri) or held.iri.value,
            speaker=self.label(speaker) if speaker else text("somebody"),
            speaker_id=(key(speaker) or "") if speaker else "",
            modality=_notation(modality),
            modality_label=self.label(modality),
            modality_meaning=self.meaning(modality),
            said=held.said.value if held.said else "",
            grade=self._grade(held, reads),
            sources=reads,
            denies=held.denies,
            note=_text(about, SKOS.note),
            places=[*self._passages(about), *_texts(about, HBK.row)],
            checked=_text(about, HBK.checked),
            sought=_text(about, HBK.sought),
            recorded=_text(about, PROV.generatedAtTime)[:10],
            contests=[each.value for each in held.contests],
            firm=not why_not,
            why_not=why_not,
        )

    def read(self, source: NamedNode) -> Read:
        """Return a source as a reader finds it."""
        if source not in self._reads:
            about = self.about(source)
            reliability = _node(about, HBK.reliability)
            self._reads[source] = Read(
                id=key(source) or source.value,
                label=_text(about, DCTERMS.title) or _text(about, RDFS.label),
                publisher=_text(about, HBK.publisher),
                url=_text(about, HBK.url),
                reliability=_notation(reliability) if reliability else "-",
                published=_text(about, HBK.published),
            )
        return self._reads[source]

    def meaning(self, code: NamedNode) -> str:
        """Return the definition of a code."""
        if code not in self._meanings:
            self._meanings[code] = _text(self.about(code), SKOS.definition)
        return self._meanings[code]

    def _grade(self, held: Held, reads: Iterable[Read]) -> Grade:
        best = next(iter(reads), None)
        reliability = best.reliability if best else "-"
        credibility = _notation(held.credibility) if held.credibility else "-"
        source = (
            self.label(NamedNode(f"{CODE}reliability/{reliability}"))
            if reliability != "-"
            else text("not graded")
        )
        item = self.label(held.credibility) if held.credibility else text("not graded")
        meaning = text("source: %(source)s; claim: %(item)s", source=source, item=item)
        return Grade(reliability, credibility, meaning)

    def _why_not(self, held: Held, reads: list[Read]) -> str:
        """Return why the rule leaves a claim out, or nothing where it weighs it."""
        rule = self.rule
        if held.modality not in rule.modalities:
            return text("The rule accepts what is confirmed or reported, nothing softer.")
        ungraded = held.credibility is None and not rule.accepts_ungraded
        if ungraded or (held.credibility and held.credibility not in rule.credibilities):
            return text("The rule does not accept a claim of this credibility.")
        rejected = {_notation(code) for code in rule.rejected_reliabilities if code}
        if not reads or all(read.reliability in rejected for read in reads):
            return text("The rule does not accept a source of this reliability.")
        return ""

    def _passages(self, about: dict[NamedNode, list[Term]]) -> list[str]:
        found = []
        for passage in about.get(HBK.passage, ()):
            if not isinstance(passage, NamedNode):
                continue
            selector = _node(self.about(passage), OA.hasSelector)
            stretch = self.about(selector) if selector else {}
            if paragraph := _text(stretch, HBK.paragraph):
                found.append(text("paragraph %(number)s", number=paragraph))
            elif start := _text(stretch, OA.start):
                end = _text(stretch, OA.end)
                found.append(text("characters %(start)s to %(end)s", start=start, end=end))
        return found


def of_kind_in_words(of_kind: str) -> str:
    """Return what the kind in an id is called: `public body` for `body`."""
    named = {
        "agreement": text("agreement"), "programme": text("programme"), "stake": text("stake"),
        "firm": text("firm"), "body": text("public body"),
        "organisation": text("international organisation"),
        "undisclosed": text("undisclosed party"), "person": text("person"),
        "model": text("cooperation model"), "product": text("product"), "state": text("state"),
        "source": text("source"), "speaker": text("speaker"),
    }  # fmt: skip
    return named.get(of_kind, of_kind)


def _notation(code: NamedNode) -> str:
    return code.value.rpartition("/")[2]


def _node(about: dict[NamedNode, list[Term]], predicate: NamedNode) -> NamedNode | None:
    found = about.get(predicate, ())
    return next((each for each in found if isinstance(each, NamedNode)), None)


def _texts(about: dict[NamedNode, list[Term]], predicate: NamedNode) -> list[str]:
    return [each.value for each in about.get(predicate, ()) if isinstance(each, Literal)]


def _text(about: dict[NamedNode, list[Term]], predicate: NamedNode) -> str:
    return next(iter(_texts(about, predicate)), "")
