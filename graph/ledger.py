"""The ledger: records and withdraws statements in a database and keeps `current` in step."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Quad

from hauberk.graph.claims import CURRENT, Claim, Statement, recorded
from hauberk.graph.holdings import WITHDRAWN, Holdings
from hauberk.graph.reference import install_reference
from hauberk.graph.settlement import Progress, Settlement
from hauberk.graph.terms import Term, earliest
from hauberk.ontology.names import DCTERMS, HBK, PROV, RDF, VOID, kind, part


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
    checked: int = 0
    """Claims whose day of the last look, found or sought in vain, changed."""
    reference_changed: bool = False

    @property
    def changes(self) -> bool:
        """Tell whether anything in the store changed."""
        counts = (self.added, self.withdrawn, self.entries_added, self.entries_withdrawn)
        return any((*counts, self.regrouped, self.checked, self.reference_changed))


@dataclass(slots=True)
class Plan:
    """What bringing datasets into step will do: found by comparing, before anything is written."""

    new: list[tuple[NamedNode, Statement]] = field(default_factory=list)
    shared: list[tuple[NamedNode, NamedNode]] = field(default_factory=list)
    revived: list[tuple[NamedNode, NamedNode]] = field(default_factory=list)
    gone: list[tuple[NamedNode, NamedNode]] = field(default_factory=list)
    looks: dict[tuple[NamedNode, NamedNode], Literal] = field(default_factory=dict)
    """The day each claim was last checked, and last sought in vain, where that is news."""
    titles: dict[NamedNode, str] = field(default_factory=dict)
    terms: dict[NamedNode, list[tuple[NamedNode, NamedNode | Literal]]] = field(
        default_factory=dict
    )
    """What else is noted of a dataset: its licence and credit line, its file's hash."""
    tally: Tally = field(default_factory=Tally)


def _is_news(outcome: NamedNode, known: Literal, found: Literal) -> bool:
    return known != found if outcome == HBK.row else earliest(known) < earliest(found)


class Ledger(Holdings):
    """Statements in a pyoxigraph store, and the `current` derived from them.

    Whatever the order in which datasets come, go and come back, `current` ends up the same:
    it depends only on the statements that are live.
    """

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
                self._look(plan, statement)
                if iri in held:
                    plan.tally.unchanged += _is_claim(iri)
                else:
                    self._place(plan, dataset, statement)
            plan.gone.extend((dataset, iri) for iri in sorted(held - seen, key=str))
        plan.tally.checked = len({claim for claim, what in plan.looks if what != HBK.row})
        last = self._last_holders(plan)
        plan.tally.withdrawn = sum(_is_claim(iri) for iri in last)
        plan.tally.entries_withdrawn = len(last) - plan.tally.withdrawn
        plan.tally.regrouped = len(plan.shared) + len(plan.gone) - len(last)
        return plan

    def _look(self, plan: Plan, statement: Statement) -> None:
        """Note when a claim was looked for again, where no later day is known of."""
        if not isinstance(statement, Claim):
            return
        iri = statement.iri
        for outcome, day in statement.looks:
            known = plan.looks.get((iri, outcome)) or self.object_of(iri, outcome)
            if not isinstance(known, Literal) or _is_news(outcome, known, day):
                plan.looks[iri, outcome] = day

    def _place(self, plan: Plan, dataset: NamedNode, statement: Statement) -> None:
        iri = statement.iri
        kind_of = self.object_of(iri, RDF.type)
        if kind_of is None:
            plan.new.append((dataset, statement))
        elif kind_of in WITHDRAWN:
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
            if iri not in kept and not self.holders(iri) - datasets
        }

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
            if not self.holders(iri):
                touched |= self._withdraw(iri, when)
        self._note_looks(plan)
        self._note_datasets(plan)
        self.settle(touched, progress)

    def _note_looks(self, plan: Plan) -> None:
        for (iri, outcome), day in plan.looks.items():
            for quad in list(self.store.quads_for_pattern(iri, outcome, None, CURRENT)):
                self.store.remove(quad)
            self.store.add(Quad(iri, outcome, day, CURRENT))

    def _note_datasets(self, plan: Plan) -> None:
        for dataset, title in plan.titles.items():
            for quad in list(self.store.quads_for_pattern(dataset, None, None, CURRENT)):
                self.store.remove(quad)
            if self.dataset(dataset):
                self.store.add(Quad(dataset, RDF.type, VOID.Dataset, CURRENT))
                self.store.add(Quad(dataset, DCTERMS.title, Literal(title), CURRENT))
                for predicate, value in plan.terms.get(dataset, ()):
                    self.store.add(Quad(dataset, predicate, value, CURRENT))

    def _withdraw(self, iri: NamedNode, when: Literal) -> set[NamedNode]:
        held = self.statement(iri)
        if held is None:
            return set()
        kind_of = HBK.Entry if held.is_entry else HBK.Claim
        withdrawn = part(iri, "withdrawn")
        self._move(part(iri, "denied") if held.denies else iri, withdrawn)
        self.store.remove(Quad(iri, RDF.type, kind_of, CURRENT))
        self.store.add(Quad(iri, RDF.type, WITHDRAWN[kind_of], CURRENT))
        self.store.add(Quad(iri, HBK.withdrawnGraph, withdrawn, CURRENT))
        self.store.add(Quad(iri, PROV.invalidatedAtTime, when, CURRENT))
        return self.about(iri)

    def _revive(self, iri: NamedNode) -> set[NamedNode]:
        """Undo a withdrawal: the statement is in a dataset again."""
        kind_of = self.object_of(iri, RDF.type)
        live: dict[Term, NamedNode] = {withdrawn: kind for kind, withdrawn in WITHDRAWN.items()}
        if kind_of is None or kind_of not in live:  # another dataset of this load revived it
            return set()
        denied = self.object_of(iri, HBK.denies)
        self._move(part(iri, "withdrawn"), denied if isinstance(denied, NamedNode) else iri)
        for predicate in (HBK.withdrawnGraph, PROV.invalidatedAtTime, RDF.type):
            for quad in list(self.store.quads_for_pattern(iri, predicate, None, CURRENT)):
                self.store.remove(quad)
        self.store.add(Quad(iri, RDF.type, live[kind_of], CURRENT))
        return self.about(iri)

    def _move(self, old: NamedNode, new: NamedNode) -> None:
        quads = list(self.store.quads_for_pattern(None, None, None, old))
        self.store.extend(Quad(q.subject, q.predicate, q.object, new) for q in quads)
        self.store.remove_graph(old)

    def settle(self, touched: Iterable[NamedNode], progress: Progress | None = None) -> None:
        """Derive `current` anew for the dossiers touched and those that depend on them."""
        Settlement(self, progress).settle(touched)


def _is_claim(iri: NamedNode) -> bool:
    return kind(iri) == "claim"
