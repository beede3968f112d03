"""A dossier for readers: what is accepted, what is contested, what is only said or denied."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec
from pyoxigraph import NamedNode

from hauberk.graph.acceptance import Held
from hauberk.graph.claims import CURRENT
from hauberk.graph.store import Snapshot
from hauberk.graph.terms import Fact, Term
from hauberk.ontology.names import DCTERMS, HBK, RDF, RDFS, SKOS, key, kind
from hauberk.queries.web.explorer.since import marks
from hauberk.queries.web.explorer.values import Piece, Values, order, plain
from hauberk.queries.web.explorer.voices import Voice, Voices
from hauberk.queries.web.pages import text

_BROAD: Final = frozenset({HBK.Dossier, HBK.Agent, HBK.Tie})
_Found = tuple[tuple[NamedNode, Term], "Line"]
_INFERRED: Final = frozenset({RDF.type, RDFS.label, HBK.involvesState, HBK.contestedIn})


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a property, in words, with the voices for it."""

    pieces: list[Piece]
    voices: list[Voice]
    accepted: bool = False
    contested: bool = False
    since: str = ""
    """What has become of it since the day shown, or that it is new; in a word or two."""

    @property
    def best(self) -> Voice | None:
        """The voice that bears most: firmest first, then best graded."""
        ranks = ("confirmed", "reported", "expected", "alleged", "opinion")

        def weight(voice: Voice) -> tuple[bool, int, str]:
            rank = ranks.index(voice.modality) if voice.modality in ranks else len(ranks)
            return (not voice.firm, rank, voice.grade.code.replace("-", "9"))

        return min(self.voices, key=weight, default=None)

    @property
    def sources(self) -> int:
        """How many sources carry it."""
        return len({read.id for voice in self.voices for read in voice.sources})


class Group(msgspec.Struct, frozen=True):
    """A property with all its values."""

    name: str
    key: str
    lines: list[Line]


class Dispute(msgspec.Struct, frozen=True):
    """A property whose values do not agree, the rival values side by side."""

    name: str
    key: str
    about: str
    """What part of the dossier it concerns; empty for the dossier itself."""
    sides: list[Line]
    objections: list[Line]
    """What is denied of the property."""
    contesters: list[Voice]
    """Who says that the values do not agree, beyond those who give one."""


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a dossier's own claims hold, sorted by how far it is to be believed."""

    id: str
    iri: str
    kind: str
    label: str
    kinds: list[str]
    description: str
    names: list[str]
    entry: list[tuple[str, list[Piece]]]
    accepted: list[Group]
    disputes: list[Dispute]
    hedged: list[Group]
    set_aside: list[Group]
    denied: list[Group]
    notes: list[Voice]
    hedged_notes: list[Voice]
    denied_notes: list[Voice]

    @property
    def voices(self) -> list[Voice]:
        """All claims about it, each once."""
        found: dict[str, Voice] = {}
        for groups in (self.accepted, self.hedged, self.set_aside, self.denied):
            for group in groups:
                for line in group.lines:
                    found |= {voice.id: voice for voice in line.voices}
        for voice in (*self.notes, *self.hedged_notes, *self.denied_notes):
            found.setdefault(voice.id, voice)
        return list(found.values())


def dossier(snapshot: Snapshot, node: NamedNode, voices: Voices | None = None) -> Dossier:
    """Return what the claims about *node* hold."""
    return _Reading(snapshot, node, voices or Voices(snapshot)).dossier()


class _Reading:
    def __init__(self, snapshot: Snapshot, node: NamedNode, voices: Voices) -> None:
        self.database = snapshot.database
        self.node = node
        self.makes = voices
        self.values = Values(voices)
        self.claims = voices.claims(node)
        self.voices = {held.iri: voices.voice(held) for held in self.claims}
        self.current = self.values.held(node)
        self.accepted = {fact for fact in self.current if fact[0] not in _INFERRED}
        self.contested = {
            value for predicate, value in self.current
            if predicate == HBK.contestedIn and isinstance(value, NamedNode)
        }  # fmt: skip
        self.since = marks(snapshot, node)
        self.parts: dict[NamedNode, list[tuple[NamedNode, Term]]] = {}
        for held in self.claims:
            for subject, predicate, value in held.facts:
                if subject != node:
                    about = self.parts.setdefault(subject, [])
                    if (predicate, value) not in about:
                        about.append((predicate, value))

    def dossier(self) -> Dossier:
        says = [held for held in self.claims if not held.denies]
        denies = [held for held in self.claims if held.denies]
        bare = [self.voices[held.iri] for held in self.claims if not held.facts]
        accepted: list[_Found] = []
        others: list[_Found] = []
        for fact, line in self._lines(says):
            (accepted if line.accepted else others).append((fact, line))
        hedged = [(fact, line) for fact, line in others if not _firm(line)]
        aside = [(fact, line) for fact, line in others if _firm(line)]
        return Dossier(
            id=key(self.node) or self.node.value,
            iri=self.node.value,
            kind=kind(self.node),
            label=self.makes.label(self.node),
            kinds=sorted(
                self.makes.label(value) for predicate, value in self.current
                if predicate == RDF.type and isinstance(value, NamedNode) and value not in _BROAD
            ),
            description=self._literal(DCTERMS.description),
            names=[each.value for p, each in self.current if p == SKOS.altLabel],
            entry=list(self._entry()),
            accepted=self._groups(accepted),
            disputes=[each for predicate in sorted(self.contested, key=str)
                      for each in self._disputes(predicate, says, denies)],
            hedged=self._groups(hedged),
            set_aside=self._groups(aside),
            denied=self._groups(self._lines(denies)),
            notes=[voice for voice in bare if voice.firm and not voice.denies],
            hedged_notes=[voice for voice in bare if not voice.firm and not voice.denies],
            denied_notes=[voice for voice in bare if voice.denies],
        )  # fmt: skip

    def _literal(self, predicate: NamedNode) -> str:
        found = (value.value for p, value in self.current if p == predicate)
        return next(found, "")

    def _entry(self) -> Iterator[tuple[str, list[Piece]]]:
        """Yield what the dossier's entry holds and no claim does."""
        said = {(p, o) for held in self.claims for s, p, o in held.facts if s == self.node}
        names = {
            HBK.state: text("State"),
            HBK.undisclosedReason: text("Why unnamed"),
            HBK.undisclosedNote: text("Reason given"),
            HBK.disclosedOn: text("Named on"),
            SKOS.exactMatch: text("Same as"),
            HBK.lei: "LEI",
            HBK.pic: "PIC",
            HBK.ror: "ROR",
            HBK.registrationNumber: text("Registration number"),
            HBK.ticker: text("Ticker"),
            HBK.alpha2: text("Two-letter code"),
            HBK.alpha3: text("Three-letter code"),
            HBK.capital: text("Capital"),
        }
        for predicate, name in names.items():
            for value in sorted((o for p, o in self.current if p == predicate), key=str):
                if (predicate, value) not in said:
                    yield name, self.values.pieces(value)

    def _lines(self, claims: Iterable[Held]) -> Iterator[tuple[tuple[NamedNode, Term], Line]]:
        """Yield each property and value that the claims carry of the dossier itself."""
        said: dict[tuple[NamedNode, Term], list[Voice]] = {}
        for held in claims:
            for subject, predicate, value in held.facts:
                if subject == self.node:
                    said.setdefault((predicate, value), []).append(self.voices[held.iri])
        for fact, voices in said.items():
            predicate, value = fact
            is_accepted = fact in self.accepted and not voices[0].denies
            yield fact, Line(
                pieces=self._pieces(value, is_accepted), voices=voices, accepted=is_accepted,
                contested=predicate in self.contested,
                since=self.since.get(fact, "") if is_accepted else "",
            )  # fmt: skip

    def _pieces(self, value: Term, is_accepted: bool = False) -> list[Piece]:
        if not isinstance(value, NamedNode) or value not in self.parts:
            return self.values.pieces(value)
        held = self.values.held(value) if is_accepted else []
        return self.values.pieces(value, held or self.parts[value])

    def _groups(self, lines: Iterable[tuple[tuple[NamedNode, Term], Line]]) -> list[Group]:
        found: dict[NamedNode, list[Line]] = {}
        for (predicate, _), line in lines:
            found.setdefault(predicate, []).append(line)
        groups = [
            (order(predicate), Group(
                self.values.property(predicate), _local(predicate),
                sorted(lines, key=lambda line: plain(line.pieces)),
            ))
            for predicate, lines in found.items()
        ]  # fmt: skip
        return [group for _, group in sorted(groups, key=lambda each: (each[0], each[1].name))]

    def _disputes(
        self, predicate: NamedNode, says: Sequence[Held], denies: Sequence[Held]
    ) -> Iterator[Dispute]:
        """Yield the rival values of a property, apart for the dossier and for each of its parts."""
        rivals = self._by_subject(predicate, says)
        denied = self._by_subject(predicate, denies)
        contesters = [v for v in self.voices.values() if predicate.value in v.contests]
        subjects = {*rivals, *denied} | ({self.node} if contesters else set())
        for subject in sorted(subjects, key=str):
            values, objections = rivals.get(subject, {}), denied.get(subject, {})
            if subject != self.node and len(values) + len(objections) < 2:  # noqa: PLR2004
                continue
            about = "" if subject == self.node else plain(self._pieces(subject))
            sides = [self._side(subject, predicate, each, said) for each, said in values.items()
                     if any(voice.firm for voice in said)]  # fmt: skip
            yield Dispute(
                self.values.property(predicate), _local(predicate), about,
                sorted(sides, key=lambda side: (not side.accepted, plain(side.pieces))),
                [self._side(subject, predicate, each, said) for each, said in objections.items()],
                contesters if subject == self.node else [],
            )  # fmt: skip

    def _side(self, subject: NamedNode, predicate: NamedNode, value: Term,
              voices: list[Voice]) -> Line:  # fmt: skip
        held = ((quad.predicate, quad.object) for quad in self.database.quads_for_pattern(
            subject, predicate, None, CURRENT))  # fmt: skip
        is_accepted = not voices[0].denies and (predicate, value) in set(held)
        return Line(pieces=self._pieces(value, is_accepted), voices=voices, accepted=is_accepted)

    def _by_subject(
        self, predicate: NamedNode, claims: Iterable[Held]
    ) -> dict[NamedNode, dict[Term, list[Voice]]]:
        found: dict[NamedNode, dict[Term, list[Voice]]] = {}
        for held in claims:
            for fact in held.facts:
                if fact[1] == predicate:
                    self._add(found, fact, held)
        return found

    def _add(self, found: dict[NamedNode, dict[Term, list[Voice]]], fact: Fact, held: Held) -> None:
        subject, _, value = fact
        found.setdefault(subject, {}).setdefault(value, []).append(self.voices[held.iri])


def _firm(line: Line) -> bool:
    """Tell whether a voice for it counts before the acceptance rule."""
    return any(voice.firm for voice in line.voices)


def _local(predicate: NamedNode) -> str:
    return predicate.value.rpartition("#")[2].rpartition("/")[2]


__all__ = ["Dispute", "Dossier", "Group", "Line", "dossier"]
