"""Settling: `current` derived anew for the dossiers that a change touches."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from pyoxigraph import NamedNode, Quad

from hauberk.graph.acceptance import Acceptance
from hauberk.graph.claims import CURRENT
from hauberk.graph.holdings import Holdings
from hauberk.graph.inference import Inference
from hauberk.graph.rule import Rule
from hauberk.graph.spool import Names
from hauberk.ontology.names import HBK, PROV, TIE_KINDS, kind

Progress = Callable[[int], None]
WRITTEN: Final = 50_000
"""Quads that are gathered before they are written."""


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
        sources, others, ties = Names(), Names(), Names()
        for node in touched:
            kind_of = kind(node)
            group = sources if kind_of == "source" else ties if kind_of in TIE_KINDS else others
            group.add(node.value)
        self._derive(sources)
        for source in sources:
            for claim in self.held.each_subject(PROV.hadPrimarySource, NamedNode(source)):
                for about in self.held.about(claim):
                    if about.value not in sources:
                        (ties if kind(about) in TIE_KINDS else others).add(about.value)
        self._derive(others)
        for party in others:
            for tie in self._ties_of(NamedNode(party)):
                ties.add(tie.value)
        self._derive(ties)

    def _ties_of(self, party: NamedNode) -> Iterator[NamedNode]:
        """Yield the ties that name *party*, or an undisclosed party said to be it."""
        names = {party}
        for quad in self.held.store.quads_for_pattern(None, HBK.identifiedAs, party, None):
            if isinstance(quad.subject, NamedNode):
                names.add(quad.subject)
        for name in names:
            for quad in self.held.store.quads_for_pattern(None, HBK.agent, name, None):
                if isinstance(quad.subject, NamedNode):
                    yield NamedNode(quad.subject.value.partition("#")[0])

    def _derive(self, dossiers: Iterable[str]) -> None:
        """Derive dossiers of one kind anew, none of which follows from another."""
        fresh: list[Quad] = []
        stale: list[Quad] = []
        for count, name in enumerate(dossiers, 1):
            about = NamedNode(name)
            accepted = Acceptance(about, self.held.statements(about), self.rule, self.held)
            derived = Inference(accepted).facts()
            held = set(self.held.derived(about))
            fresh += [Quad(*fact, CURRENT) for fact in derived - held]
            stale += [Quad(*fact, CURRENT) for fact in held - derived]
            if self.progress and count % 100 == 0:
                self.progress(100)
            if len(fresh) + len(stale) >= WRITTEN:
                self._replace(stale, fresh)
        self._replace(stale, fresh)

    def _replace(self, stale: list[Quad], fresh: list[Quad]) -> None:
        for quad in stale:
            self.held.store.remove(quad)
        self.held.store.bulk_extend(fresh)
        stale.clear()
        fresh.clear()
