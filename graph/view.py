"""A view of the past: a database as it stood on a day, each dossier derived when it is asked for.

Where a pattern would take most dossiers of the graph, the whole day is made instead, once.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import chain
from typing import Any, Final, cast

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from hauberk.graph.acceptance import Acceptance
from hauberk.graph.claims import CURRENT
from hauberk.graph.holdings import WITHDRAWN, Holdings
from hauberk.graph.inference import Inference
from hauberk.graph.past import said_by
from hauberk.graph.reference import is_reference
from hauberk.graph.rule import Rule
from hauberk.graph.terms import Fact, english
from hauberk.ontology.names import HBK, PROV, RDF, RDFS, SKOS, TIE_KINDS, VOID, kind

Subject = NamedNode | BlankNode | Triple
Object = NamedNode | BlankNode | Literal | Triple

MOST_CANDIDATES: Final = 200
"""Subjects that are looked at one by one for a pattern; for more, the whole day is made."""
_STATEMENTS: Final = frozenset({"claim", "entry"})
_REFERRING: Final = {"speaker": PROV.wasAttributedTo, "dataset": VOID.inDataset}
"""What is described for the statements that refer to it, by the property they do it with."""
_WITHDRAWN: Final = frozenset(WITHDRAWN.values())
_INFERRED: Final = frozenset(
    {RDF.type, HBK.involvesState, HBK.contestedIn, HBK.disclosedOn, HBK.atPlace}
)
"""Properties of dossiers that may stand in `current` and in no claim's graph."""


class View:
    """What *today*'s database held on *day*; it stands in for the engine's store where it is read.

    *whole* makes the whole day, for queries and for what cannot be told dossier by dossier.
    """

    def __init__(
        self, today: Store, day: str, rule: Callable[[], Rule], whole: Callable[[], Store]
    ) -> None:
        self.today = today
        self.day = day
        self._rule = rule
        self._make = whole
        self._stands: dict[NamedNode, bool] = {}
        self._derived: dict[NamedNode, dict[NamedNode, list[Quad]]] = {}

    def as_store(self) -> Store:
        """Return the view as what it stands in for, to the type checker."""
        return cast(Store, self)

    @cached_property
    def whole(self) -> Store:
        """The whole day, as a database of its own."""
        return self._make()

    @property
    def is_whole(self) -> bool:
        """Tell whether the whole day has been made."""
        return "whole" in self.__dict__

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  (whatever the engine's store has)
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.whole, name)

    def __len__(self) -> int:
        """Return how many quads there were."""
        return len(self.whole)

    def __iter__(self) -> Iterator[Quad]:
        """Yield every quad there was."""
        return iter(self.whole)

    def __contains__(self, quad: Quad) -> bool:
        """Tell whether the graph held a quad."""
        graph = quad.graph_name
        if self.is_whole or not isinstance(graph, NamedNode):
            return quad in self.whole
        pattern = (quad.subject, quad.predicate, quad.object, graph)
        return any(True for _ in self.quads_for_pattern(*pattern))

    def quads_for_pattern(
        self,
        subject: Subject | None,
        predicate: NamedNode | None,
        value: Object | None,
        graph: NamedNode | None = None,
    ) -> Iterator[Quad]:
        """Yield the quads of the pattern, as the engine's store does."""
        if not self.is_whole:
            found = self._found(subject, predicate, value, graph)
            if found is not None:
                return iter(found)
        return self.whole.quads_for_pattern(subject, predicate, value, graph)

    def _found(
        self,
        subject: Subject | None,
        predicate: NamedNode | None,
        value: Object | None,
        graph: NamedNode | None,
    ) -> Iterable[Quad] | None:
        """Return the quads of the pattern, or None where the whole day must tell them."""
        if graph is not None and graph != CURRENT:
            quads = self.today.quads_for_pattern(subject, predicate, value, graph)
            return quads if self._graph_stands(graph) else ()
        if subject is not None:
            current: Iterable[Quad] | None = self._of(subject, predicate, value)
        elif predicate is not None and value is not None:
            current = self._with(predicate, value)
        else:
            return None
        if graph is None and current is not None:
            return chain(current, self._claimed(subject, predicate, value))
        return current

    def _with(self, predicate: NamedNode, value: Object) -> Iterable[Quad] | None:
        """Return what `current` held of a property and value, or None, as above."""
        if predicate == RDF.type and value in {HBK.Claim, HBK.Entry}:
            return self._statements(value)
        if predicate == RDF.type and value in _WITHDRAWN:
            return ()
        candidates = self._candidates(predicate, value)
        if candidates is None:
            return None
        quads = (Quad(each, predicate, value, CURRENT) for each in candidates)
        return (quad for quad in quads if quad in self)

    def _claimed(
        self, subject: Subject | None, predicate: NamedNode | None, value: Object | None
    ) -> Iterator[Quad]:
        for quad in self.today.quads_for_pattern(subject, predicate, value, None):
            graph = quad.graph_name
            if graph != CURRENT and isinstance(graph, NamedNode) and self._graph_stands(graph):
                yield quad

    # -- By subject --------------------------------------------------------------------

    def _of(
        self, subject: Subject, predicate: NamedNode | None, value: Object | None
    ) -> Iterable[Quad]:
        """Return what `current` held of a subject."""
        there = not isinstance(subject, NamedNode) or is_reference(subject)
        if not there and isinstance(subject, NamedNode):
            kind_of, whole = kind(subject), _whole_of(subject)
            if kind_of in _STATEMENTS:
                there = self._statement_stands(whole)
            elif kind_of in _REFERRING:
                there = self._is_referred_to(whole, _REFERRING[kind_of])
            else:
                return (
                    quad
                    for quad in self._dossier(whole).get(subject, ())
                    if predicate in {None, quad.predicate} and value in {None, quad.object}
                )
        return self.today.quads_for_pattern(subject, predicate, value, CURRENT) if there else ()

    def _statement_stands(self, iri: NamedNode) -> bool:
        """Tell whether a statement is live, and said by the day."""
        stands = self._stands.get(iri)
        if stands is None:
            types = {q.object for q in self.today.quads_for_pattern(iri, RDF.type, None, CURRENT)}
            stands = HBK.Entry in types or (
                HBK.Claim in types and said_by(self.today, iri, self.day)
            )
            self._stands[iri] = stands
        return stands

    def _is_referred_to(self, node: NamedNode, predicate: NamedNode) -> bool:
        referring = self.today.quads_for_pattern(None, predicate, node, CURRENT)
        return any(
            isinstance(quad.subject, NamedNode) and self._statement_stands(quad.subject)
            for quad in referring
        )

    def _graph_stands(self, graph: NamedNode) -> bool:
        iri, _, name = graph.value.partition("#")
        return name in {"", "denied"} and self._statement_stands(NamedNode(iri))

    def _statements(self, of: Object) -> Iterator[Quad]:
        for quad in self.today.quads_for_pattern(None, RDF.type, of, CURRENT):
            if isinstance(quad.subject, NamedNode) and self._statement_stands(quad.subject):
                yield quad

    # -- Dossiers ----------------------------------------------------------------------

    @cached_property
    def _held(self) -> Holdings:
        return _Then(self)

    def _dossier(self, about: NamedNode) -> dict[NamedNode, list[Quad]]:
        """Return what `current` held of a dossier and its parts, by subject."""
        found = self._derived.get(about)
        if found is None:
            found = self._derived[about] = {}
            for fact in self._facts(about):
                found.setdefault(fact[0], []).append(Quad(*fact, CURRENT))
        return found

    def _facts(self, about: NamedNode) -> Iterable[Fact]:
        if kind(about) not in TIE_KINDS and self._is_as_today(about):
            return Holdings(self.today).derived(about)
        accepted = Acceptance(about, self._held.statements(about), self._rule(), self._held)
        return Inference(accepted).facts()

    def _is_as_today(self, about: NamedNode) -> bool:
        """Tell whether all that is live about a dossier was said by the day.

        A tie depends on its parties besides. The grades of sources stand in entries alone.
        """
        for quad in self.today.quads_for_pattern(None, HBK.about, about, CURRENT):
            iri = quad.subject
            if isinstance(iri, NamedNode) and not self._statement_stands(iri):
                live = Quad(iri, RDF.type, HBK.Claim, CURRENT)
                if live in self.today:
                    return False
        return True

    # -- By predicate and object -------------------------------------------------------

    def _candidates(self, predicate: NamedNode, value: Object) -> Iterable[Subject] | None:
        """Return the subjects that may have had a value; None where they may be any, or too many.

        What is accepted stands in the graph of a claim or an entry, or is inferred: of that, only
        labels and the agents of participations are found here.
        """
        if predicate in _INFERRED:
            return None
        found: dict[Subject, None] = {}
        for asked, each in self._grounds(predicate, value):
            for quad in self.today.quads_for_pattern(None, asked, each, None):
                found[quad.subject] = None
        if predicate not in _OF_STATEMENTS:
            derived = sum(not is_reference(subject) for subject in found)
            if derived > MOST_CANDIDATES:
                return None
        return found

    def _grounds(self, predicate: NamedNode, value: Object) -> Iterator[tuple[NamedNode, Object]]:
        """Yield the properties and values from which a subject may come by one of its own."""
        if predicate == HBK.namedInsteadOf:
            yield HBK.agent, value
            return
        yield predicate, value
        if predicate == HBK.agent:
            for quad in self.today.quads_for_pattern(None, HBK.identifiedAs, value, None):
                yield HBK.agent, quad.subject
        elif predicate == RDFS.label and isinstance(value, Literal):
            yield SKOS.prefLabel, english(value.value)


_OF_STATEMENTS: Final = frozenset(
    {HBK.about, PROV.hadPrimarySource, PROV.wasAttributedTo, VOID.inDataset, HBK.modality}
)
"""Properties of claims and entries, which are told apart at no cost."""


class _Then(Holdings):
    """The world on the day, as one dossier's acceptance sees it."""

    def __init__(self, view: View) -> None:
        super().__init__(view.as_store())
        self._today = Holdings(view.today)

    def places(self, name: Literal, state: NamedNode) -> list[NamedNode]:
        """Return the places of the gazetteer, which no claim says anything of."""
        return [place for place in self._today.places(name, state) if is_reference(place)]


def _whole_of(node: NamedNode) -> NamedNode:
    """Return the dossier or the statement that a part belongs to."""
    whole, mark, _ = node.value.partition("#")
    return NamedNode(whole) if mark else node


__all__ = ["MOST_CANDIDATES", "View"]
