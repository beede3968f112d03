"""A dossier as a reader sees it: what is accepted and under it who says so; then all the rest."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

import msgspec
from pyoxigraph import Literal, NamedNode

from hauberk.graph.acceptance import Held
from hauberk.graph.claims import CURRENT
from hauberk.graph.holdings import Holdings
from hauberk.graph.mentions import Belonging, TakenPart, belonging, ties
from hauberk.graph.store import Snapshot
from hauberk.graph.terms import Term, earliest
from hauberk.ontology.names import (
    CODE,
    DCTERMS,
    HBK,
    ID,
    PROV,
    RDF,
    RDFS,
    SKOS,
    key,
    kind,
)

_ENTRY: Final = {
    DCTERMS.description: "description",
    SKOS.altLabel: "also known as",
    HBK.state: "state",
    HBK.undisclosedReason: "why unnamed",
    HBK.undisclosedNote: "reason given",
    HBK.disclosedOn: "named on",
    SKOS.exactMatch: "same as",
    HBK.lei: "LEI",
    HBK.pic: "PIC",
    HBK.ticker: "ticker",
}
_BROAD: Final = frozenset({HBK.Dossier, HBK.Agent, HBK.Tie})
_PART_ORDER: Final = {
    HBK.agent: "{}",
    HBK.role: "{}",
    HBK.share: "{} %",
    HBK.since: "since {}",
    HBK.until: "until {}",
    HBK.scope: "{}",
    HBK.place: "{}",
    HBK.inState: "{}",
    HBK.formerName: "from {}",
    HBK.newName: "to {}",
    HBK.renamedOn: "on {}",
}
"""How the facts of a part are told, in that order; amounts come before."""


_RIVAL: Final = frozenset({HBK.share, HBK.since, HBK.until})
"""What claims of one part may differ in."""
Said = tuple[NamedNode, Term]
Part = frozenset[Said]
"""What is said of a part: a participation, a sum, a site."""


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """Who says a thing: speaker, how firmly, when, how graded, where it can be read."""

    claim: str
    speaker: str
    modality: str
    said: str
    grade: str
    sources: list[str]
    note: str = ""
    denies: bool = False


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One property and value, with the voices for it."""

    property: str
    value: str
    voices: list[Voice]


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier: its entry; what is accepted, only said, denied; its ties; what belongs to it."""

    id: str
    iri: str
    label: str
    kinds: list[str]
    entry: list[tuple[str, str]]
    contested: list[str]
    accepted: list[Line]
    unaccepted: list[Line]
    denied: list[Line]
    notes: list[Voice]
    ties: list[TakenPart]
    belonging: list[Belonging]


def profile(snapshot: Snapshot, node: NamedNode) -> Profile:
    """Return the profile of the dossier *node*."""
    return _Profiling(snapshot, node).profile()


class _Profiling:
    def __init__(self, snapshot: Snapshot, node: NamedNode) -> None:
        self.snapshot = snapshot
        self.database = snapshot.database
        self.held = Holdings(snapshot.database)
        self.directory = snapshot.directory
        self.node = node
        self.claims = sorted(
            (held for held in self.held.statements(node) if not held.is_entry),
            key=lambda held: (earliest(held.said) or "9", held.iri.value),
        )
        self.voices = {held.iri: self._voice(held) for held in self.claims}

    def profile(self) -> Profile:
        current = list(self._current(self.node))
        accepted = {(p, o) for p, o in current if not self._is_inferred(p, o)}
        return Profile(
            id=key(self.node) or self.node.value,
            iri=self.node.value,
            label=self.directory.label(self.node),
            kinds=sorted(
                self.directory.label(o) for p, o in current
                if p == RDF.type and isinstance(o, NamedNode) and o not in _BROAD
            ),
            entry=[
                (word, self._text(o)) for predicate, word in _ENTRY.items()
                for p, o in current if p == predicate
            ],
            contested=sorted(self._word(o) for p, o in current if p == HBK.contestedIn),
            accepted=list(self._lines(self.claims_that(denies=False), accepted, inside=True)),
            unaccepted=list(self._lines(self.claims_that(denies=False), accepted, inside=False)),
            denied=list(self._lines(self.claims_that(denies=True), accepted, inside=None)),
            notes=[self.voices[c.iri] for c in self.claims if not c.facts],
            ties=ties(self.snapshot, self.node),
            belonging=belonging(self.snapshot, self.node),
        )  # fmt: skip

    def claims_that(self, *, denies: bool) -> list[Held]:
        return [claim for claim in self.claims if claim.denies is denies]

    @staticmethod
    def _is_inferred(predicate: NamedNode, value: Term) -> bool:
        return predicate in {RDF.type, RDFS.label, HBK.involvesState, HBK.contestedIn}

    def _current(self, node: NamedNode) -> Iterator[tuple[NamedNode, Term]]:
        for quad in self.database.quads_for_pattern(node, None, None, CURRENT):
            if isinstance(quad.object, NamedNode | Literal):
                yield quad.predicate, quad.object

    def _lines(
        self, claims: Iterable[Held], accepted: set[Said], *, inside: bool | None
    ) -> Iterator[Line]:
        """Yield a line for each property and value the claims carry, in and out of `accepted`.

        Who gives a part another share, since or until than is accepted has a line of his own.
        """
        said: dict[Said, list[tuple[Part, Voice]]] = {}
        for claim in claims:
            about: dict[Term, set[Said]] = {}
            for subject, predicate, value in claim.facts:
                about.setdefault(subject, set()).add((predicate, value))
            for fact in about.get(self.node, ()):
                part = frozenset(about.get(fact[1], ()))
                said.setdefault(fact, []).append((part, self.voices[claim.iri]))
        for fact in sorted(said, key=lambda fact: (self._text(fact[0]), self._text(fact[1]))):
            held = self._held(fact[1]) if fact in accepted and inside is not None else None
            within: list[Voice] = []
            apart: dict[Part, list[Voice]] = {}
            for part, voice in said[fact]:
                if held is not None and {each for each in part if each[0] in _RIVAL} <= held:
                    within.append(voice)
                else:
                    apart.setdefault(part, []).append(voice)
            if held is not None and inside:
                every = [voice for _, voice in said[fact]]
                yield self._line(fact, held if any(part for part, _ in said[fact]) else None,
                                 within or every)  # fmt: skip
            elif not inside:
                for part, voices in apart.items():
                    yield self._line(fact, part or None, voices)

    def _held(self, value: Term) -> Part:
        """Return what is accepted of a part."""
        return frozenset(self._current(value)) if isinstance(value, NamedNode) else frozenset()

    def _line(self, fact: Said, part: Part | None, voices: list[Voice]) -> Line:
        predicate, value = fact
        text = self._text(value) if part is None else self._part(part)
        return Line(property=self._word(predicate), value=text, voices=voices)

    def _part(self, told: Part) -> str:
        """Return a part in words."""
        words = self._amount(told)
        for predicate, form in _PART_ORDER.items():
            words += sorted(form.format(self._text(o)) for p, o in told if p == predicate)
        instead = sorted(self._text(o) for p, o in told if p == HBK.namedInsteadOf)
        shown = ", ".join(words)
        return f"{shown} (named instead of: {', '.join(instead)})" if instead else shown

    def _amount(self, told: Part) -> list[str]:
        """Return an amount with its qualifier, currency and unit, as one phrase, or nothing."""
        one = {predicate: self._text(value) for predicate, value in told}
        if HBK.amount not in one:
            return []
        qualifier = one.get(HBK.valueQualifier, "")
        number = f"{Decimal(one[HBK.amount]):,}"
        phrase = ["" if qualifier == "exact" else qualifier, one.get(HBK.currency, ""), number]
        return [" ".join(filter(None, [*phrase, one.get(HBK.unit, "")]))]

    def _word(self, prop: Term) -> str:
        """Return what a property is called beside a value: "participation" for hasParticipation."""
        return self._text(prop).removeprefix("has ")

    def _text(self, term: Term) -> str:
        if isinstance(term, Literal):
            return term.value
        if term.value.startswith((ID, CODE, str(HBK))):
            label = self.directory.label(term)
            within = key(term)
            if within and kind(term) not in {"state", "speaker"} and "#" not in term.value:
                return f"{label} ({within})"
            return label
        return term.value

    def _voice(self, held: Held) -> Voice:
        one = self.held.object_of
        speaker = one(held.iri, PROV.wasAttributedTo)
        note = one(held.iri, SKOS.note)
        grades = sorted(
            code.value.rpartition("/")[2]
            for source in held.sources
            if isinstance(code := one(source, HBK.reliability), NamedNode)
        )
        credibility = held.credibility.value.rpartition("/")[2] if held.credibility else "-"
        return Voice(
            claim=key(held.iri) or held.iri.value,
            speaker=self.directory.label(speaker) if isinstance(speaker, NamedNode) else "",
            modality=held.modality.value.rpartition("/")[2] if held.modality else "",
            said=held.said.value if held.said else "undated",
            grade=f"{grades[0] if grades else '-'}{credibility}",
            sources=[
                url.value if isinstance(url := one(source, HBK.url), Literal)
                else self.directory.label(source)
                for source in held.sources
            ],
            note=note.value if isinstance(note, Literal) else "",
            denies=held.denies,
        )  # fmt: skip
