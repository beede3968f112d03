"""Omissions: the claims that the acceptance rule leaves out, by what they are about."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import msgspec
from pyoxigraph import Literal, NamedNode

from hauberk.graph.claims import CURRENT
from hauberk.graph.holdings import Holdings
from hauberk.graph.rule import Rule
from hauberk.graph.store import Snapshot
from hauberk.graph.terms import earliest
from hauberk.ontology.names import CODE, DCTERMS, HBK, PROV, RDF, SKOS
from hauberk.queries.catalog import Query

DENIED: Final = "denied"
GRADED: Final = "graded"
"""Why a claim is left out, beside its modality: it denies something, or its grade is too low."""

_WEIGHED: Final = ("modality/", "reliability/", "credibility/", "likelihood/")
"""Schemes whose codes say how firm a claim is, and nothing of what it is about."""


class Omission(msgspec.Struct, frozen=True):
    """A claim left out: its IRI, its dossier's, why, and the day it was said."""

    claim: str
    about: str
    standing: str
    """Its modality, or `denied`, or `graded`."""
    said: str


class Subject(msgspec.Struct, frozen=True):
    """What a question asks about, and since when."""

    terms: Collection[NamedNode] = ()
    since: str = ""


class Omissions:
    """The claims of one generation that make no accepted fact, and the contested dossiers."""

    def __init__(self, snapshot: Snapshot) -> None:
        reading = _Reading(snapshot)
        self.claims = reading.claims()
        self.contested = reading.contested()
        dossiers = {each.about for each in self.claims} | self.contested.keys()
        self.subjects = {each: reading.subject(NamedNode(each)) for each in dossiers}

    def about(self, subject: Subject, without: Collection[str] = ()) -> list[Omission]:
        """Return the claims left out on a subject, newest first, but for those *without*."""
        return [
            each for each in self.claims
            if each.claim not in without and self._concerns(each.about, subject)
            and (not subject.since or each.said >= subject.since)
        ]  # fmt: skip

    def disputes(self, subject: Subject) -> dict[str, Sequence[str]]:
        """Return the contested dossiers of a subject, each with the properties contested."""
        return {
            dossier: properties
            for dossier, properties in self.contested.items()
            if self._concerns(dossier, subject)
        }

    def _concerns(self, dossier: str, subject: Subject) -> bool:
        held = self.subjects[dossier]
        return all(term.value in held for term in subject.terms)


class _Reading:
    """Reads a snapshot once; nothing of it is kept but texts."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.database = snapshot.database
        self.held = Holdings(snapshot.database)
        self.rule = Rule.of(snapshot.database)
        self.said_of: dict[str, set[str]] = defaultdict(set)
        self.states: dict[str, str] = {}
        for quad in self.database.quads_for_pattern(None, HBK.state, None, CURRENT):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
                self.states[quad.subject.value] = quad.object.value

    def claims(self) -> list[Omission]:
        found: dict[NamedNode, str] = {}
        for iri in self.subjects_of(HBK.denies):
            found[iri] = DENIED
        for modality in self.codes("modality") - self.rule.modalities:
            for iri in self.held.subjects(HBK.modality, modality):
                found.setdefault(iri, modality.value.rpartition("/")[2])
        for iri in self._graded():
            found.setdefault(iri, GRADED)
        claims = [made for iri, why in found.items() if (made := self._omission(iri, why))]
        return sorted(claims, key=lambda each: (each.said, each.claim), reverse=True)

    def _graded(self) -> Iterable[NamedNode]:
        """Yield the claims whose credibility is too low, or whose sources all are."""
        for credibility in self.codes("credibility") - self.rule.credibilities:
            yield from self.held.subjects(HBK.credibility, credibility)
        for reliability in self.rule.rejected_reliabilities:
            for source in self.held.subjects(HBK.reliability, reliability):
                for iri in self.held.subjects(PROV.hadPrimarySource, source):
                    if self._is_rejected(iri):
                        yield iri

    def _is_rejected(self, iri: NamedNode) -> bool:
        quads = self.database.quads_for_pattern(iri, PROV.hadPrimarySource, None, CURRENT)
        sources = [quad.object for quad in quads if isinstance(quad.object, NamedNode)]
        grades = [self.held.object_of(source, HBK.reliability) for source in sources]
        return all(grade in self.rule.rejected_reliabilities for grade in grades)

    def _omission(self, iri: NamedNode, standing: str) -> Omission | None:
        if self.held.object_of(iri, RDF.type) != HBK.Claim:
            return None
        about = self.held.object_of(iri, HBK.about)
        if not isinstance(about, NamedNode):
            return None
        denied = self.held.object_of(iri, HBK.denies)
        graph = denied if isinstance(denied, NamedNode) else iri
        for quad in self.database.quads_for_pattern(None, None, None, graph):
            if isinstance(quad.object, NamedNode):
                self.said_of[about.value].add(quad.object.value)
        said = self.held.object_of(iri, DCTERMS.issued)
        day = earliest(said) if isinstance(said, Literal) else ""
        return Omission(iri.value, about.value, standing, day)

    def contested(self) -> dict[str, Sequence[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for quad in self.database.quads_for_pattern(None, HBK.contestedIn, None, CURRENT):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
                found[quad.subject.value].append(quad.object.value)
        return dict(found)

    def subject(self, about: NamedNode) -> frozenset[str]:
        """Return what a dossier is about: itself, who and what it names, and their states."""
        found = {about.value, *self.said_of[about.value]}
        for quad in self.database.quads_for_pattern(about, None, None, CURRENT):
            if not isinstance(quad.object, NamedNode):
                continue
            found.add(quad.object.value)
            if quad.predicate == HBK.hasParticipation:
                found |= self._named_in(quad.object)
        found |= {self.states[each] for each in found if each in self.states}
        return frozenset(found)

    def _named_in(self, part: NamedNode) -> set[str]:
        return {
            quad.object.value
            for predicate in (HBK.agent, HBK.namedInsteadOf)
            for quad in self.database.quads_for_pattern(part, predicate, None, CURRENT)
            if isinstance(quad.object, NamedNode)
        }

    def codes(self, scheme: str) -> set[NamedNode]:
        return set(self.held.subjects(SKOS.inScheme, NamedNode(CODE + scheme)))

    def subjects_of(self, predicate: NamedNode) -> set[NamedNode]:
        quads = self.database.quads_for_pattern(None, predicate, None, CURRENT)
        return {quad.subject for quad in quads if isinstance(quad.subject, NamedNode)}


def subject(query: Query, terms: Mapping[str, NamedNode | Literal]) -> Subject:
    """Return what a question with these terms is about: parties, things and codes, not grades."""
    named = [
        term for term in terms.values()
        if isinstance(term, NamedNode) and not term.value.startswith(_firmness())
    ]  # fmt: skip
    since = terms.get("since")
    said_since = isinstance(since, Literal) and "Said" in query.parameters["since"].label
    return Subject(named, since.value if said_since and since is not None else "")


def _firmness() -> tuple[str, ...]:
    return tuple(CODE + each for each in _WEIGHED)


def counted(claims: Iterable[Omission]) -> dict[str, int]:
    """Return how many claims are left out for what, hedges first, the most frequent first."""
    counts = Counter(each.standing for each in claims)
    last = (DENIED, GRADED)
    hedges = [each for each, _ in counts.most_common() if each not in last]
    return {each: counts[each] for each in [*hedges, *last] if counts[each]}


def speaks_of_facts(query: Query) -> bool:
    """Tell whether a question is about what is accepted, and not about the claims themselves."""
    if query.shelf != "evidence":
        return True
    about = {"deal", "dossier"} & query.columns.keys()
    return bool(about) and "claim" not in query.columns
