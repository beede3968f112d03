"""Bonds: the accepted ties of one generation with what they are compared by, read in one go."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Final

import msgspec
from pyoxigraph import Literal, NamedNode

from hauberk.graph.claims import CURRENT
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import HBK, RDF, kind

MODELS: Final = (HBK.establishesModel, HBK.followsModel)
_DATES: Final = (HBK.approved, HBK.announced, HBK.started, HBK.signed)
"""What a tie is dated by, the best last: as in the question deals-between-states."""


class Bond(msgspec.Struct):
    """A tie: its IRI, its kind's code, when it was made, who is in it, what it is worth."""

    iri: str
    kind: str = ""
    date: str = ""
    states: set[str] = msgspec.field(default_factory=set)
    parties: set[str] = msgspec.field(default_factory=set)
    models: set[str] = msgspec.field(default_factory=set)
    amounts: dict[str, Decimal] = msgspec.field(default_factory=dict)
    """By currency the largest amount, whether exact, rough, a ceiling or a floor."""

    @property
    def day(self) -> str:
        """The first day that its date can mean; empty without a date."""
        return f"{self.date}-01-01"[:10] if self.date else ""

    @property
    def sort(self) -> str:
        """Whether it is an agreement, a programme or a stake."""
        return kind(NamedNode(self.iri))


class Bonds:
    """The ties of a generation, by state and by party."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.all = {bond.iri: bond for bond in _Reading(snapshot).bonds()}
        self.by_state: dict[str, list[Bond]] = defaultdict(list)
        self.by_party: dict[str, list[Bond]] = defaultdict(list)
        for bond in self.all.values():
            for state in bond.states:
                self.by_state[state].append(bond)
            for party in bond.parties:
                self.by_party[party].append(bond)

    def of(self, party: NamedNode) -> Collection[Bond]:
        """Return the ties that a state is involved in, or that another party takes part in."""
        if kind(party) == "state":
            return self.by_state.get(party.value, ())
        return self.by_party.get(party.value, ())


class _Reading:
    def __init__(self, snapshot: Snapshot) -> None:
        self.database = snapshot.database
        self.found: dict[str, Bond] = {}

    def bonds(self) -> Iterator[Bond]:
        for quad in self.database.quads_for_pattern(None, RDF.type, HBK.Tie, CURRENT):
            if isinstance(quad.subject, NamedNode):
                self.found[quad.subject.value] = Bond(quad.subject.value)
        for bond, value in self._said(HBK.kind):
            bond.kind = value.rpartition("/")[2]
        for predicate in _DATES:
            for bond, value in self._said(predicate):
                bond.date = value
        for bond, value in self._said(HBK.involvesState):
            bond.states.add(value)
        for predicate in MODELS:
            for bond, value in self._said(predicate):
                bond.models.add(value)
        self._read_parties()
        self._read_amounts()
        yield from self.found.values()

    def _read_parties(self) -> None:
        for predicate in (HBK.agent, HBK.namedInsteadOf):
            for bond, value in self._said(predicate, parts=True):
                bond.parties.add(value)

    def _read_amounts(self) -> None:
        worth = {
            quad.object.value
            for quad in self.database.quads_for_pattern(None, HBK.hasValue, None, CURRENT)
            if isinstance(quad.object, NamedNode)
        }
        currencies = self._literals(HBK.currency, worth)
        for value, digits in self._literals(HBK.amount, worth).items():
            bond = self.found.get(value.partition("#")[0])
            currency = currencies.get(value)
            if bond is not None and currency:
                amount = Decimal(digits)
                bond.amounts[currency] = max(amount, bond.amounts.get(currency, amount))

    def _literals(self, predicate: NamedNode, subjects: Collection[str]) -> dict[str, str]:
        return {
            quad.subject.value: quad.object.value
            for quad in self.database.quads_for_pattern(None, predicate, None, CURRENT)
            if isinstance(quad.object, Literal)
            and isinstance(quad.subject, NamedNode)
            and quad.subject.value in subjects
        }

    def _said(self, predicate: NamedNode, *, parts: bool = False) -> Iterator[tuple[Bond, str]]:
        """Yield tie and value of what `current` holds of ties, or of their parts."""
        for quad in self.database.quads_for_pattern(None, predicate, None, CURRENT):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
                iri = quad.subject.value
                bond = self.found.get(iri.partition("#")[0] if parts else iri)
                if bond is not None:
                    yield bond, quad.object.value
