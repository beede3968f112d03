"""The ledger: records and withdraws statements in a database and keeps `current` in step."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, Store

from hauberk.graph.acceptance import Acceptance, Held
from hauberk.graph.claims import CURRENT, Statement, recorded
from hauberk.graph.reference import install_reference
from hauberk.graph.rule import Rule
from hauberk.graph.terms import Fact, Term
from hauberk.ontology.names import (
    DCTERMS,
    HBK,
    PROV,
    RDF,
    TIE_KINDS,
    VOID,
    key,
    kind,
    part,
)

Progress = Callable[[int], None]
_WITHDRAWN: Final = {HBK.Claim: HBK.WithdrawnClaim, HBK.Entry: HBK.WithdrawnEntry}


@dataclass(slots=True)
class Tally:
    """What a load did to claims and entries, in counts."""

    added: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    entries_added: int = 0
    entries_withdrawn: int = 0
    regrouped: int = 0
    """Statements that stay live and only change the datasets that hold them."""
    reference_changed: bool = False

    @property
    def changes(self) -> bool:
        """Tell whether anything in the store changed."""
        counts = (self.added, self.withdrawn, self.entries_added, self.entries_withdrawn)
        return any(counts) or self.regrouped > 0 or self.reference_changed


@dataclass(slots=True)
class Plan:
    """What bringing datasets into step will do: found by comparing, before anything is written."""

    new: list[tuple[NamedNode, Statement]] = field(default_factory=list)
    shared: list[tuple[NamedNode, NamedNode]] = field(default_factory=list)
    revived: list[tuple[NamedNode, NamedNode]] = field(default_factory=list)
    gone: list[tuple[NamedNode, NamedNode]] = field(default_factory=list)
    titles: dict[NamedNode, str] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)


class Ledger:
    """Statements in a pyoxigraph store, and the `current` derived from them.

    Whatever the order in which datasets come, go and come back, `current` ends up the same:
    it depends only on the statements that are live.
    """

    def __init__(self, store: Store) -> None:
        self.store = store

    # -- Reading ---------------------------------------------------------------------

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
        return set(self._subjects(VOID.inDataset, dataset))

    def datasets(self) -> dict[NamedNode, str]:
        """Return the datasets that hold live statements, with their titles."""
        return {
            node: title.value
            for node in self._subjects(RDF.type, VOID.Dataset)
            if (title := self.object_of(node, DCTERMS.title))
        }

    def statements(self, about: NamedNode) -> list[Held]:
        """Return the live statements about a dossier."""
        found = (self.statement(iri) for iri in self._subjects(HBK.about, about))
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
        if single.get(RDF.type) not in _WITHDRAWN:
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
        quads = self.store.quads_for_pattern(None, HBK.about, None, CURRENT)
        return {quad.object for quad in quads if isinstance(quad.object, NamedNode)}

    def _facts(self, graph: NamedNode) -> Iterator[Fact]:
        for quad in self.store.quads_for_pattern(None, None, None, graph):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
                yield quad.subject, quad.predicate, quad.object

    def _subjects(self, predicate: NamedNode, value: NamedNode) -> list[NamedNode]:
        quads = self.store.quads_for_pattern(None, predicate, value, CURRENT)
        return [quad.subject for quad in quads if isinstance(quad.subject, NamedNode)]

    # -- Comparing -------------------------------------------------------------------

    def plan(self, datasets: Mapping[NamedNode, tuple[str, Iterable[Statement]]]) -> Plan:
        """Compare each dataset's statements, all of them, with those the store holds for it."""
        plan = Plan()
        for dataset, (title, statements) in datasets.items():
            plan.titles[dataset] = title
            held = self.dataset(dataset)
            seen: set[NamedNode] = set()
            for statement in statements:
                iri = statement.iri
                if iri in seen:
                    continue
                seen.add(iri)
                if iri in held:
                    plan.tally.unchanged += _is_claim(iri)
                else:
                    self._place(plan, dataset, statement)
            plan.gone.extend((dataset, iri) for iri in sorted(held - seen, key=str))
        last = self._last_holders(plan)
        plan.tally.withdrawn = sum(_is_claim(iri) for iri in last)
        plan.tally.entries_withdrawn = len(last) - plan.tally.withdrawn
        plan.tally.regrouped = len(plan.shared) + len(plan.gone) - len(last)
        return plan

    def _place(self, plan: Plan, dataset: NamedNode, statement: Statement) -> None:
        iri = statement.iri
        kind_of = self.object_of(iri, RDF.type)
        if kind_of is None:
            plan.new.append((dataset, statement))
        elif kind_of in _WITHDRAWN:
            plan.shared.append((dataset, iri))
            plan.tally.unchanged += _is_claim(iri)
            return
        else:
            plan.revived.append((dataset, iri))
        plan.tally.added += _is_claim(iri)
        plan.tally.entries_added += not _is_claim(iri)

    def _last_holders(self, plan: Plan) -> set[NamedNode]:
        """Return the statements that no dataset will hold any more."""
        kept = {iri for _, iri in plan.shared} | {statement.iri for _, statement in plan.new}
        leaving: dict[NamedNode, set[NamedNode]] = {}
        for dataset, iri in plan.gone:
            leaving.setdefault(iri, set()).add(dataset)
        return {
            iri
            for iri, datasets in leaving.items()
            if iri not in kept and not self._holders(iri) - datasets
        }

    def _holders(self, iri: NamedNode) -> set[NamedNode]:
        quads = self.store.quads_for_pattern(iri, VOID.inDataset, None, CURRENT)
        return {quad.object for quad in quads if isinstance(quad.object, NamedNode)}

    # -- Writing ---------------------------------------------------------------------

    def install(self) -> bool:
        """Bring the reference data up to date; derive all of `current` anew where it changed."""
        if not install_reference(self.store):
            return False
        self.settle(self.dossiers())
        return True

    def carry_out(self, plan: Plan, when: Literal, progress: Progress | None = None) -> None:
        """Write what *plan* found, then settle the dossiers it touches."""
        touched = {statement.about for _, statement in plan.new}
        first_seen: dict[NamedNode, NamedNode] = {}
        again: list[Quad] = []

        def quads() -> Iterator[Quad]:
            for count, (dataset, statement) in enumerate(plan.new, 1):
                if first_seen.setdefault(statement.iri, dataset) != dataset:
                    again.append(Quad(statement.iri, VOID.inDataset, dataset, CURRENT))
                    continue
                yield from recorded(statement, dataset, when)
                if progress and count % 100 == 0:
                    progress(100)

        self.store.bulk_extend(quads())
        self.store.extend(again)
        for dataset, iri in plan.shared:
            self.store.add(Quad(iri, VOID.inDataset, dataset, CURRENT))
        for dataset, iri in plan.revived:
            touched |= self._revive(iri)
            self.store.add(Quad(iri, VOID.inDataset, dataset, CURRENT))
        for dataset, iri in plan.gone:
            self.store.remove(Quad(iri, VOID.inDataset, dataset, CURRENT))
            if not self._holders(iri):
                touched |= self._withdraw(iri, when)
        self._note_datasets(plan)
        self.settle(touched, progress)

    def _note_datasets(self, plan: Plan) -> None:
        for dataset, title in plan.titles.items():
            for quad in list(self.store.quads_for_pattern(dataset, None, None, CURRENT)):
                self.store.remove(quad)
            if self.dataset(dataset):
                self.store.add(Quad(dataset, RDF.type, VOID.Dataset, CURRENT))
                self.store.add(Quad(dataset, DCTERMS.title, Literal(title), CURRENT))

    def _withdraw(self, iri: NamedNode, when: Literal) -> set[NamedNode]:
        held = self.statement(iri)
        if held is None:
            return set()
        kind_of = HBK.Entry if held.is_entry else HBK.Claim
        withdrawn = part(iri, "withdrawn")
        self._move(part(iri, "denied") if held.denies else iri, withdrawn)
        self.store.remove(Quad(iri, RDF.type, kind_of, CURRENT))
        self.store.add(Quad(iri, RDF.type, _WITHDRAWN[kind_of], CURRENT))
        self.store.add(Quad(iri, HBK.withdrawnGraph, withdrawn, CURRENT))
        self.store.add(Quad(iri, PROV.invalidatedAtTime, when, CURRENT))
        return self._about(iri)

    def _revive(self, iri: NamedNode) -> set[NamedNode]:
        """Undo a withdrawal: the statement is in a dataset again."""
        kind_of = self.object_of(iri, RDF.type)
        live: dict[Term, NamedNode] = {withdrawn: kind for kind, withdrawn in _WITHDRAWN.items()}
        if kind_of is None or kind_of not in live:  # another dataset of this load revived it
            return set()
        denied = self.object_of(iri, HBK.denies)
        self._move(part(iri, "withdrawn"), denied if isinstance(denied, NamedNode) else iri)
        for predicate in (HBK.withdrawnGraph, PROV.invalidatedAtTime, RDF.type):
            for quad in list(self.store.quads_for_pattern(iri, predicate, None, CURRENT)):
                self.store.remove(quad)
        self.store.add(Quad(iri, RDF.type, live[kind_of], CURRENT))
        return self._about(iri)

    def _about(self, iri: NamedNode) -> set[NamedNode]:
        about = self.object_of(iri, HBK.about)
        return {about} if isinstance(about, NamedNode) else set()

    def _move(self, old: NamedNode, new: NamedNode) -> None:
        quads = list(self.store.quads_for_pattern(None, None, None, old))
        self.store.extend(Quad(q.subject, q.predicate, q.object, new) for q in quads)
        self.store.remove_graph(old)

    # -- Settling --------------------------------------------------------------------

    def settle(self, touched: Iterable[NamedNode], progress: Progress | None = None) -> None:
        """Derive `current` anew for the dossiers touched and those that depend on them.

        Sources come first, since their grade decides which claims count; then parties, since
        their seat and identity show in ties; then ties.
        """
        rule = Rule.of(self.store)
        todo = set(touched)
        sources = {node for node in todo if kind(node) == "source"}
        self._derive(sources, rule, progress)
        for source in sources:
            for claim in self._subjects(PROV.hadPrimarySource, source):
                todo |= self._about(claim)
        others = {node for node in todo - sources if kind(node) not in TIE_KINDS}
        self._derive(others, rule, progress)
        ties = todo - sources - others
        for party in others:
            ties |= self._ties_of(party)
        self._derive(ties, rule, progress)

    def _ties_of(self, party: NamedNode) -> set[NamedNode]:
        """Return the ties that name *party*, or an undisclosed party said to be it."""
        names = {party}
        for quad in self.store.quads_for_pattern(None, HBK.identifiedAs, party, None):
            if isinstance(quad.subject, NamedNode):
                names.add(quad.subject)
        found: set[NamedNode] = set()
        for name in names:
            for quad in self.store.quads_for_pattern(None, HBK.agent, name, None):
                whole = key(quad.subject) if isinstance(quad.subject, NamedNode) else None
                if whole and isinstance(quad.subject, NamedNode):
                    found.add(NamedNode(quad.subject.value.partition("#")[0]))
        return found

    def _derive(self, dossiers: Iterable[NamedNode], rule: Rule, progress: Progress | None) -> None:
        fresh: list[Quad] = []
        stale: list[Quad] = []
        for count, about in enumerate(sorted(dossiers, key=str), 1):
            derived = Acceptance(about, self.statements(about), rule, self).facts()
            held = set(self._derived(about))
            fresh += [Quad(*fact, CURRENT) for fact in derived - held]
            stale += [Quad(*fact, CURRENT) for fact in held - derived]
            if progress and count % 100 == 0:
                progress(100)
        for quad in stale:
            self.store.remove(quad)
        self.store.bulk_extend(fresh)

    def _derived(self, about: NamedNode) -> Iterator[Fact]:
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

    # -- The world, as one dossier's acceptance sees it --------------------------------

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


def _is_claim(iri: NamedNode) -> bool:
    return kind(iri) == "claim"
