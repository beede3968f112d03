"""What has changed of a dossier since a past day: facts that fell, changed, were disputed, came."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal, TypeGuard

import msgspec
from pyoxigraph import NamedNode

from hauberk.graph.acceptance import Held
from hauberk.graph.past import said_by
from hauberk.graph.store import Snapshot
from hauberk.graph.terms import Term
from hauberk.ontology.names import DCTERMS, HBK, PROV, RDF, RDFS
from hauberk.queries.web.asof import shown
from hauberk.queries.web.explorer.values import Piece, Values, order
from hauberk.queries.web.explorer.voices import Voice, Voices
from hauberk.queries.web.pages import text

Kind = Literal["denied", "superseded", "fallen", "named", "changed", "contested", "new"]
Fact = tuple[NamedNode, Term]

_INFERRED: Final = frozenset(
    {RDF.type, RDFS.label, HBK.involvesState, HBK.contestedIn, HBK.disclosedOn}
)


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A fact of a dossier that is not what it was: then, now, and the claims that did it."""

    kind: Kind
    property: str
    then: list[Piece]
    now: list[Piece]
    voices: list[Voice]


class Withdrawal(msgspec.Struct, frozen=True):
    """A claim of the time that the graph no longer holds."""

    claim: str
    speaker: str
    said: str
    withdrawn: str


class Since(msgspec.Struct, frozen=True, kw_only=True):
    """All that has changed since a day."""

    day: str
    is_past: bool
    """Whether the page shows that day, rather than today."""
    changes: list[Change]
    hedged: list[Voice]
    """Claims made since that made no fact and felled none: hedged, doubtful or of notes alone."""
    withdrawn: list[Withdrawal]


def since(snapshot: Snapshot, node: NamedNode) -> Since | None:
    """Return what has changed of a dossier since the day that its page shows, or looks back to."""
    found = _comparison(snapshot, node)
    return found.since() if found else None


def marks(snapshot: Snapshot, node: NamedNode) -> Mapping[Fact, str]:
    """Return the word for each fact that the page marks: what becomes of it, or that it is new."""
    found = _comparison(snapshot, node)
    if found is None:
        return {}
    words = dict(_words())
    if not found.is_past:
        words |= {"named": text("named since"), "changed": text("changed since")}
    return {fact: words[kind] for fact, kind in found.kinds()}


def _words() -> Iterator[tuple[Kind, str]]:
    yield "denied", text("denied since")
    yield "superseded", text("superseded since")
    yield "fallen", text("no longer accepted")
    yield "named", text("named since")
    yield "changed", text("changed since")
    yield "contested", text("contested since")
    yield "new", text("new since")


def _comparison(snapshot: Snapshot, node: NamedNode) -> "_Comparison | None":
    if snapshot.day is not None:
        return _Comparison(snapshot, snapshot.today, node, is_past=True)
    at = shown()
    if at is not None and at.since:
        return _Comparison(snapshot.as_of(at.since), snapshot, node, is_past=False)
    return None


class _Comparison:
    def __init__(self, past: Snapshot, today: Snapshot, node: NamedNode, *, is_past: bool) -> None:
        self.day = past.day or ""
        self.is_past = is_past
        self.node = node
        self.today = today
        self.voices = Voices(today)
        self.then, self.now = Values(Voices(past)), Values(self.voices)
        self.facts_then = self._facts(self.then)
        self.facts_now = self._facts(self.now)
        self.later = [
            held for held in self.voices.claims(node)
            if not said_by(today.database, held.iri, self.day)
        ]  # fmt: skip
        self.contested = {
            value for predicate, value in self.now.held(node) if predicate == HBK.contestedIn
        } - {value for predicate, value in self.then.held(node) if predicate == HBK.contestedIn}

    def _facts(self, values: Values) -> dict[Fact, list[Fact]]:
        """Return the accepted facts of the dossier, with those of the part each names."""
        return {
            (predicate, value): sorted(values.held(value), key=str) if self._is_part(value) else []
            for predicate, value in values.held(self.node)
            if predicate not in _INFERRED
        }

    def _is_part(self, value: Term) -> TypeGuard[NamedNode]:
        return isinstance(value, NamedNode) and value.value.startswith(self.node.value + "#")

    # -- What became of each fact ------------------------------------------------------

    def kinds(self) -> Iterator[tuple[Fact, Kind]]:
        """Yield each fact that the page shows and that is not the same on the other day."""
        for fact, kind_of in self._all():
            if (fact in self.facts_then) if self.is_past else (fact in self.facts_now):
                yield fact, kind_of

    def _all(self) -> Iterator[tuple[Fact, Kind]]:
        for fact, about in self.facts_then.items():
            if fact not in self.facts_now:
                yield fact, self._fallen(fact)
            elif about != self.facts_now[fact]:
                named = {p for p, _ in self.facts_now[fact]} - {p for p, _ in about}
                yield fact, "named" if HBK.namedInsteadOf in named else "changed"
            elif fact[0] in self.contested:
                yield fact, "contested"
        for fact in self.facts_now:
            if fact not in self.facts_then:
                yield fact, "contested" if fact[0] in self.contested else "new"

    def _fallen(self, fact: Fact) -> Kind:
        if any(held.denies and self._speaks(held, fact) for held in self.later):
            return "denied"
        is_single = fact[0] in self.voices.rule.resolutions
        if is_single and any(other[0] == fact[0] for other in self.facts_now):
            return "superseded"
        return "fallen"

    @staticmethod
    def _speaks(held: Held, fact: Fact) -> bool:
        return any((predicate, value) == fact for _, predicate, value in held.facts)

    # -- In words ----------------------------------------------------------------------

    def since(self) -> Since:
        """Return all that has changed."""
        changes = [(order(fact[0]), self._change(fact, kind_of)) for fact, kind_of in self._shown()]
        told = {voice.id for _, change in changes for voice in change.voices}
        rest = [self.voices.voice(held) for held in self.later]
        return Since(
            day=self.day, is_past=self.is_past,
            changes=[change for _, change in sorted(
                changes, key=lambda each: (each[0], each[1].property))],
            hedged=[voice for voice in rest if voice.id not in told],
            withdrawn=list(self._withdrawn()),
        )  # fmt: skip

    def _shown(self) -> Iterable[tuple[Fact, Kind]]:
        """Yield the changes to tell: a value that took another's place is told with it."""
        found = list(self._all())
        replaced = {fact[0] for fact, kind_of in found if kind_of == "superseded"}
        return [
            (fact, kind_of) for fact, kind_of in found
            if not (fact not in self.facts_then and fact[0] in replaced)
        ]  # fmt: skip

    def _change(self, fact: Fact, kind_of: Kind) -> Change:
        predicate = fact[0]
        then = self._told(self.then, self.facts_then, fact)
        now = self._told(self.now, self.facts_now, fact)
        if kind_of == "superseded":
            for other in self.facts_now:
                if other[0] == predicate and other not in self.facts_then:
                    now = [*now, *([Piece("; ")] if now else []),
                           *self._told(self.now, self.facts_now, other)]  # fmt: skip
        voices = [self.voices.voice(held) for held in self._behind(fact, kind_of)]
        return Change(
            kind=kind_of, property=self.now.property(predicate), then=then, now=now, voices=voices
        )

    def _told(
        self, values: Values, facts: Mapping[Fact, list[Fact]], fact: Fact
    ) -> list[Piece]:  # fmt: skip
        if fact not in facts:
            return []
        return values.pieces(fact[1], facts[fact] if self._is_part(fact[1]) else None)

    def _behind(self, fact: Fact, kind_of: Kind) -> list[Held]:
        """Return the claims said since that brought the change about."""
        predicate, value = fact
        if kind_of == "denied":
            return [held for held in self.later if held.denies and self._speaks(held, fact)]
        if kind_of in {"superseded", "contested"}:
            return [
                held for held in self.later
                if predicate in held.contests or any(
                    s == self.node and p == predicate for s, p, _ in held.facts)
            ]  # fmt: skip
        if kind_of == "named":
            parties = [o for p, o in self.facts_then[fact] if p == HBK.agent]
            return [
                held for party in parties if isinstance(party, NamedNode)
                for held in self.voices.claims(party)
                if not said_by(self.today.database, held.iri, self.day)
                and any(p == HBK.identifiedAs for _, p, _ in held.facts)
            ]  # fmt: skip
        return [
            held for held in self.later
            if self._speaks(held, fact) or any(subject == value for subject, _, _ in held.facts)
        ]  # fmt: skip

    def _withdrawn(self) -> Iterator[Withdrawal]:
        """Yield the claims of the time that have been withdrawn; the past day leaves them out."""
        ledger = self.today.ledger
        for claim in ledger.subjects(HBK.about, self.node):
            about = self.voices.about(claim)
            said = next((each for each in about.get(DCTERMS.issued, ())), None)
            gone = next((each for each in about.get(PROV.invalidatedAtTime, ())), None)
            if gone is None or said is None or not said_by(self.today.database, claim, self.day):
                continue
            speaker = next(iter(about.get(PROV.wasAttributedTo, ())), None)
            name = self.voices.label(speaker) if isinstance(speaker, NamedNode) else ""
            identity = claim.value.rpartition("/id/")[2]
            yield Withdrawal(identity, name, said.value, gone.value[:10])
