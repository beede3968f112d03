"""The ledger: records and withdraws statements in a database and keeps `current` in step."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from hauberk.graph.claims import CURRENT, Claim, Statement, recorded
from hauberk.graph.holdings import WITHDRAWN, Holdings
from hauberk.graph.reference import install_reference
from hauberk.graph.settlement import Progress, Settlement
from hauberk.graph.spool import Index, Names, Pile
from hauberk.graph.terms import Term, earliest
from hauberk.ontology.names import DCTERMS, HBK, PROV, RDF, VOID, kind, part

Look = tuple[NamedNode, NamedNode, Literal]
"""A claim, how it was looked at, and the day or the row."""
WRITTEN: Final = 50_000
"""Quads that are handed to the engine at once: it sorts them in memory."""


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
    """What bringing datasets into step will do: found by comparing, before anything is written.

    It may be more than memory holds; what does not fit lies on disk.
    """

    new: Pile[tuple[NamedNode, Statement]] = field(default_factory=Pile)
    shared: Pile[tuple[NamedNode, NamedNode]] = field(default_factory=Pile)
    revived: Pile[tuple[NamedNode, NamedNode]] = field(default_factory=Pile)
    gone: Pile[tuple[NamedNode, NamedNode]] = field(default_factory=Pile)
    looks: Index[Look] = field(default_factory=Index)
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
        checked = Names()
        for dataset, (title, statements) in datasets.items():
            plan.titles[dataset] = title
            held = Names(each.value for each in self.each_subject(VOID.inDataset, dataset))
            seen = Names()
            for statement in statements:
                iri = statement.iri
                if not seen.add(iri.value):
                    continue
                self._look(plan, statement, checked)
                if iri.value in held:
                    plan.tally.unchanged += _is_claim(iri)
                else:
                    self._place(plan, dataset, statement)
            for name in held:
                if name not in seen:
                    plan.gone.append((dataset, NamedNode(name)))
        plan.tally.checked = len(checked)
        last = self._last_holders(plan)
        plan.tally.regrouped = len(plan.shared) + len(plan.gone) - last
        return plan

    def _look(self, plan: Plan, statement: Statement, checked: Names) -> None:
        """Note when a claim was looked for again, where no later day is known of."""
        if not isinstance(statement, Claim):
            return
        iri = statement.iri
        for outcome, day in statement.looks:
            name = f"{iri.value} {outcome.value}"
            noted = plan.looks.get(name)
            known = noted[2] if noted else self.object_of(iri, outcome)
            if not isinstance(known, Literal) or _is_news(outcome, known, day):
                plan.looks[name] = (iri, outcome, day)
                if outcome != HBK.row:
                    checked.add(iri.value)

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

    def _last_holders(self, plan: Plan) -> int:
        """Count the statements that no dataset will hold any more; return how many there are."""
        kept = Names(iri.value for _, iri in plan.shared)
        leaving = Names(f"{iri.value} {dataset.value}" for dataset, iri in plan.gone)
        last = Names()
        for _, iri in plan.gone:
            holders = (f"{iri.value} {each.value}" for each in self.holders(iri))
            goes = iri.value not in kept and all(each in leaving for each in holders)
            if goes and last.add(iri.value):
                plan.tally.withdrawn += _is_claim(iri)
        plan.tally.entries_withdrawn = len(last) - plan.tally.withdrawn
        return len(last)

    # -- Writing ---------------------------------------------------------------------

    def install(self) -> bool:
        """Bring the reference data up to date; derive all of `current` anew where it changed."""
        if not install_reference(self.store):
            return False
        self.settle(self.each_dossier())
        return True

    def carry_out(self, plan: Plan, when: Literal, progress: Progress | None = None) -> None:
        """Write what *plan* found, then settle the dossiers it touches."""
        touched = Names()
        self._write(self._new(plan, when, touched, progress))
        for dataset, iri in plan.shared:
            self.store.add(Quad(iri, VOID.inDataset, dataset, CURRENT))
        for dataset, iri in plan.revived:
            for about in self._revive(iri):
                touched.add(about.value)
            self.store.add(Quad(iri, VOID.inDataset, dataset, CURRENT))
        for dataset, iri in plan.gone:
            self.store.remove(Quad(iri, VOID.inDataset, dataset, CURRENT))
            if not self.holders(iri):
                for about in self._withdraw(iri, when):
                    touched.add(about.value)
        self._note_looks(plan)
        self._note_datasets(plan)
        self.settle(map(NamedNode, touched), progress)

    def _new(
        self, plan: Plan, when: Literal, touched: Names, progress: Progress | None
    ) -> Iterator[Quad]:
        """Yield what recording the new statements puts into the store, and note whom they touch.

        A statement that is in two datasets of a load is recorded once.
        """
        first = Names()
        for number, (dataset, statement) in enumerate(plan.new, 1):
            if first.add(statement.iri.value):
                touched.add(statement.about.value)
                yield from recorded(statement, dataset, when)
            else:
                yield Quad(statement.iri, VOID.inDataset, dataset, CURRENT)
            if progress and number % 100 == 0:
                progress(100)

    def _write(self, quads: Iterator[Quad]) -> None:
        for first in quads:
            self.store.bulk_extend(chain((first,), islice(quads, WRITTEN)))

    def _note_looks(self, plan: Plan) -> None:
        def quads() -> Iterator[Quad]:
            for iri, outcome, day in plan.looks.values():
                for quad in list(self.store.quads_for_pattern(iri, outcome, None, CURRENT)):
                    self.store.remove(quad)
                yield Quad(iri, outcome, day, CURRENT)

        self._write(quads())

    def _note_datasets(self, plan: Plan) -> None:
        for dataset, title in plan.titles.items():
            for quad in list(self.store.quads_for_pattern(dataset, None, None, CURRENT)):
                self.store.remove(quad)
            if any(True for _ in self.each_subject(VOID.inDataset, dataset)):
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
