"""What `current` holds of a dossier beyond what claims carry: types, label, states, identities.

Step 5 of the rule of DESIGN 2.3: what every question needs is inferred once, here.
"""

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode

from hauberk.graph.acceptance import Acceptance
from hauberk.graph.terms import Fact
from hauberk.ontology.names import DCTERMS, HBK, RDF, RDFS, SKOS, TIE_KINDS, kind


class Inference:
    """What follows from an accepted dossier and from what is known of others."""

    def __init__(self, acceptance: Acceptance) -> None:
        self.acceptance = acceptance
        self.about = acceptance.about
        self.rule = acceptance.rule
        self.world = acceptance.world
        self.support = acceptance.support

    def facts(self) -> set[Fact]:
        """Return everything `current` holds of the dossier: accepted, and inferred from that."""
        accepted = set(self.support)
        if not accepted:
            return set()
        accepted.update(self._labels())
        accepted.update((self.about, HBK.contestedIn, each) for each in self.acceptance.contested)
        if kind(self.about) in TIE_KINDS:
            self._settle_participations(accepted)
            accepted.update(self._places())
        else:
            accepted.update((self.about, RDF.type, each) for each in self._types())
        if kind(self.about) == "undisclosed":
            accepted.update(self._disclosure())
        return accepted

    def _types(self) -> Iterator[NamedNode]:
        yield HBK.Dossier
        yield from self.rule.types(kind(self.about))

    def _labels(self) -> Iterator[Fact]:
        """Yield the one display label, from the entry; a second entry's label is an alias."""
        given = SKOS.prefLabel if kind(self.about) != "source" else DCTERMS.title
        labels = sorted(
            f[2].value for f in self.support if f[1] == given and isinstance(f[2], Literal)
        )
        if not labels:
            labels = [
                f[2].value for f in self.support if f[1] == HBK.url and isinstance(f[2], Literal)
            ]
        if labels:
            yield self.about, RDFS.label, Literal(labels[0])

    def _settle_participations(self, accepted: set[Fact]) -> None:
        """Make the dossier a tie if anyone is accepted to take part, and name who is identified."""
        takes_part = {f[2] for f in self.support if f[:2] == (self.about, HBK.hasParticipation)}
        if not takes_part:
            accepted.add((self.about, RDF.type, HBK.Dossier))
            return
        accepted.update((self.about, RDF.type, each) for each in self._types())
        for fact in self.support:
            subject, predicate, agent = fact
            if predicate != HBK.agent or subject not in takes_part:
                continue
            if not isinstance(agent, NamedNode):
                continue
            identities = self.world.identities(agent) if kind(agent) == "undisclosed" else ()
            agents = [named for named, _ in identities] or [agent]
            for named, day in identities:
                accepted.add((subject, HBK.agent, named))
                accepted.add((subject, HBK.namedInsteadOf, agent))
                if day:
                    accepted.add((subject, HBK.disclosedOn, day))
            if len(identities) == 1:
                accepted.discard(fact)
            states = [state for each in agents for state in self.world.states(each)]
            for state in states or self.world.states(agent):
                accepted.add((self.about, HBK.involvesState, state))

    def _places(self) -> Iterator[Fact]:
        """Yield the place of the gazetteer for each site whose name stands for one."""
        states = {f[0]: f[2] for f in self.support if f[1] == HBK.inState}
        for site, predicate, name in self.support:
            state = states.get(site)
            if (
                predicate == HBK.place
                and isinstance(name, Literal)
                and isinstance(state, NamedNode)
            ):
                for place in self.world.places(name, state):
                    yield site, HBK.atPlace, place

    def _disclosure(self) -> Iterator[Fact]:
        """Yield the day an undisclosed party was first named as what it is accepted to be."""
        days = [
            (support.day, support.statement.said)
            for fact, supports in self.support.items()
            if fact[:2] == (self.about, HBK.identifiedAs)
            for support in supports
            if support.statement.said
        ]
        if days:
            day = min(days, key=lambda pair: pair[0])[1]
            if day is not None:
                yield self.about, HBK.disclosedOn, day
