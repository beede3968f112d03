"""Holdings: what a database holds of statements, and of `current` as the rule must know it."""

from collections.abc import Iterator
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, Store

from hauberk.graph.acceptance import Held
from hauberk.graph.claims import CURRENT
from hauberk.graph.terms import Fact, Term
from hauberk.ontology.names import DCTERMS, HBK, PROV, RDF, RDFS, SKOS, VOID, kind

WITHDRAWN: Final = {HBK.Claim: HBK.WithdrawnClaim, HBK.Entry: HBK.WithdrawnEntry}
"""The class of a live statement, and the one it has once it is withdrawn."""


class Holdings:
    """Statements and dossiers in a pyoxigraph store, read and never written."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def object_of(self, subject: NamedNode, predicate: NamedNode) -> Term | None:
        """Return an object that `current` holds for subject and predicate, or None."""
        for quad in self.store.quads_for_pattern(subject, predicate, None, CURRENT):
            if isinstance(quad.object, NamedNode | Literal):
                return quad.object
        return None

    def is_known(self, dossier: NamedNode) -> bool:
        """Tell whether `current` holds a dossier, or a state, by that IRI."""
        return self.object_of(dossier, RDF.type) is not None

    def dataset(self, dataset: NamedNode) -> set[NamedNode]:
        """Return the live statements that the dataset holds."""
        return set(self.subjects(VOID.inDataset, dataset))

    def datasets(self) -> dict[NamedNode, str]:
        """Return the datasets that hold live statements, with their titles."""
        return {
            node: title.value
            for node in self.subjects(RDF.type, VOID.Dataset)
            if (title := self.object_of(node, DCTERMS.title))
        }

    def statements(self, about: NamedNode) -> list[Held]:
        """Return the live statements about a dossier."""
        found = (self.statement(iri) for iri in self.subjects(HBK.about, about))
        return [statement for statement in found if statement]

    def statement(self, iri: NamedNode) -> Held | None:
        """Return a live claim or entry, or None where it is withdrawn or unknown."""
        sources: list[NamedNode] = []
        contests: list[NamedNode] = []
        single: dict[NamedNode, Term] = {}
        for quad in self.store.quads_for_pattern(iri, None, None, CURRENT):
            predicate, value = quad.predicate, quad.object
            if predicate == PROV.hadPrimarySource and isinstance(value, NamedNode):
                sources.append(value)
            elif predicate == HBK.contests and isinstance(value, NamedNode):
                contests.append(value)
            elif isinstance(value, NamedNode | Literal):
                single[predicate] = value
        if single.get(RDF.type) not in WITHDRAWN:
            return None
        denied = single.get(HBK.denies)
        modality, credibility = single.get(HBK.modality), single.get(HBK.credibility)
        said = single.get(DCTERMS.issued)
        graph = denied if isinstance(denied, NamedNode) else iri
        return Held(
            iri=iri,
            facts=tuple(self._facts(graph)),
            modality=modality if isinstance(modality, NamedNode) else None,
            denies=denied is not None,
            credibility=credibility if isinstance(credibility, NamedNode) else None,
            sources=tuple(sorted(sources, key=str)),
            said=said if isinstance(said, Literal) else None,
            contests=tuple(contests),
        )

    def dossiers(self) -> set[NamedNode]:
        """Return every dossier that a live or withdrawn statement is about."""
        return set(self.each_dossier())

    def each_dossier(self) -> Iterator[NamedNode]:
        """Yield every dossier that a statement is about, once for each."""
        for quad in self.store.quads_for_pattern(None, HBK.about, None, CURRENT):
            if isinstance(quad.object, NamedNode):
                yield quad.object

    def _facts(self, graph: NamedNode) -> Iterator[Fact]:
        for quad in self.store.quads_for_pattern(None, None, None, graph):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
                yield quad.subject, quad.predicate, quad.object

    def subjects(self, predicate: NamedNode, value: NamedNode) -> list[NamedNode]:
        """Return the subjects that `current` holds for predicate and value."""
        return list(self.each_subject(predicate, value))

    def each_subject(self, predicate: NamedNode, value: NamedNode) -> Iterator[NamedNode]:
        """Yield them, one by one: they may be more than memory holds."""
        for quad in self.store.quads_for_pattern(None, predicate, value, CURRENT):
            if isinstance(quad.subject, NamedNode):
                yield quad.subject

    def holders(self, iri: NamedNode) -> set[NamedNode]:
        """Return the datasets that hold a statement."""
        quads = self.store.quads_for_pattern(iri, VOID.inDataset, None, CURRENT)
        return {quad.object for quad in quads if isinstance(quad.object, NamedNode)}

    def about(self, iri: NamedNode) -> set[NamedNode]:
        """Return the dossier a statement is about, as a set of one, or none."""
        about = self.object_of(iri, HBK.about)
        return {about} if isinstance(about, NamedNode) else set()

    def derived(self, about: NamedNode) -> Iterator[Fact]:
        """Yield what `current` holds of a dossier and its parts."""
        queue, seen = [about], {about}
        while queue:
            node = queue.pop()
            for quad in self.store.quads_for_pattern(node, None, None, CURRENT):
                value = quad.object
                if not isinstance(value, NamedNode | Literal):
                    continue
                yield node, quad.predicate, value
                if not isinstance(value, NamedNode) or value in seen:
                    continue
                if value.value.startswith(about.value + "#"):
                    seen.add(value)
                    queue.append(value)

    # -- The world, as one dossier's acceptance sees it ----------------------------------

    def reliability(self, source: NamedNode) -> NamedNode | None:
        """Return the accepted reliability code of a source."""
        code = self.object_of(source, HBK.reliability)
        return code if isinstance(code, NamedNode) else None

    def identities(self, party: NamedNode) -> list[tuple[NamedNode, Literal | None]]:
        """Return the agents an undisclosed party is accepted to be, with the day it was named."""
        day = self.object_of(party, HBK.disclosedOn)
        quads = self.store.quads_for_pattern(party, HBK.identifiedAs, None, CURRENT)
        named = [quad.object for quad in quads if isinstance(quad.object, NamedNode)]
        return [(agent, day if isinstance(day, Literal) else None) for agent in named]

    def states(self, agent: NamedNode) -> list[NamedNode]:
        """Return the state an agent is, or has its seat in."""
        if kind(agent) == "state":
            return [agent]
        state = self.object_of(agent, HBK.state)
        return [state] if isinstance(state, NamedNode) else []

    def places(self, name: Literal, state: NamedNode) -> list[NamedNode]:
        """Return the places of the gazetteer that go by *name* in *state*."""
        return [
            quad.subject
            for predicate in (RDFS.label, SKOS.altLabel)
            for quad in self.store.quads_for_pattern(None, predicate, name, CURRENT)
            if isinstance(quad.subject, NamedNode)
            and Quad(quad.subject, HBK.inState, state, CURRENT) in self.store
        ]
