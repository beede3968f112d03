"""Settling: `current` derived anew for the dossiers that a change touches."""

from collections.abc import Callable, Iterable

from pyoxigraph import NamedNode, Quad

from hauberk.graph.acceptance import Acceptance
from hauberk.graph.claims import CURRENT
from hauberk.graph.holdings import Holdings
from hauberk.graph.inference import Inference
from hauberk.graph.rule import Rule
from hauberk.ontology.names import HBK, PROV, TIE_KINDS, kind

Progress = Callable[[int], None]


class Settlement:
    """One settling of a database, under the rule as its ontology states it."""

    def __init__(self, held: Holdings, progress: Progress | None = None) -> None:
        self.held = held
        self.progress = progress
        self.rule = Rule.of(held.store)

    def settle(self, touched: Iterable[NamedNode]) -> None:
        """Derive `current` anew for the dossiers touched and those that depend on them.

        Sources come first, since their grade decides which claims count; then parties, since
        their seat and identity show in ties; then ties.
        """
        todo = set(touched)
        sources = {node for node in todo if kind(node) == "source"}
        self._derive(sources)
        for source in sources:
            for claim in self.held.subjects(PROV.hadPrimarySource, source):
                todo |= self.held.about(claim)
        others = {node for node in todo - sources if kind(node) not in TIE_KINDS}
        self._derive(others)
        ties = todo - sources - others
        for party in others:
            ties |= self._ties_of(party)
        self._derive(ties)

    def _ties_of(self, party: NamedNode) -> set[NamedNode]:
        """Return the ties that name *party*, or an undisclosed party said to be it."""
        names = {party}
        for quad in self.held.store.quads_for_pattern(None, HBK.identifiedAs, party, None):
            if isinstance(quad.subject, NamedNode):
                names.add(quad.subject)
        found: set[NamedNode] = set()
        for name in names:
            for quad in self.held.store.quads_for_pattern(None, HBK.agent, name, None):
                if isinstance(quad.subject, NamedNode):
                    found.add(NamedNode(quad.subject.value.partition("#")[0]))
        return found

    def _derive(self, dossiers: Iterable[NamedNode]) -> None:
        fresh: list[Quad] = []
        stale: list[Quad] = []
        for count, about in enumerate(sorted(dossiers, key=str), 1):
            accepted = Acceptance(about, self.held.statements(about), self.rule, self.held)
            derived = Inference(accepted).facts()
            held = set(self.held.derived(about))
            fresh += [Quad(*fact, CURRENT) for fact in derived - held]
            stale += [Quad(*fact, CURRENT) for fact in held - derived]
            if self.progress and count % 100 == 0:
                self.progress(100)
        for quad in stale:
            self.held.store.remove(quad)
        self.held.store.bulk_extend(fresh)
