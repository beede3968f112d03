"""From claims to what is accepted: one dossier's statements in, its accepted facts out.

The rule is DESIGN 2.3; its parameters come from the ontology as a `Rule`. Nothing here reads
or writes a store, so the same function serves a load, a past date and a property-based test.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from pyoxigraph import Literal, NamedNode

from hauberk.graph.rule import Resolution, Rule
from hauberk.graph.terms import Fact, Term, earliest, same_date
from hauberk.ontology.names import RDF, XSD

DATES: Final = frozenset({XSD.date, XSD.gYearMonth, XSD.gYear})


@dataclass(frozen=True, slots=True)
class Held:
    """A live statement as the store holds it. An entry has no modality, sources or date."""

    iri: NamedNode
    facts: tuple[Fact, ...]
    modality: NamedNode | None = None
    denies: bool = False
    credibility: NamedNode | None = None
    sources: tuple[NamedNode, ...] = ()
    said: Literal | None = None
    contests: tuple[NamedNode, ...] = ()

    @property
    def is_entry(self) -> bool:
        """Tell an entry, which nobody said, from a claim."""
        return self.modality is None


class World(Protocol):
    """What the rule must know of other dossiers to judge one."""

    def reliability(self, source: NamedNode) -> NamedNode | None:
        """Return the accepted reliability code of a source."""

    def identities(self, party: NamedNode) -> Sequence[tuple[NamedNode, Literal | None]]:
        """Return the agents an undisclosed party is accepted to be, with the day it was named."""

    def states(self, agent: NamedNode) -> Iterable[NamedNode]:
        """Return the state an agent is, or has its seat in."""

    def places(self, name: Literal, state: NamedNode) -> Iterable[NamedNode]:
        """Return the places of the gazetteer that go by *name* in *state*."""


Grade = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Support:
    """A statement that carries a fact, with what it weighs."""

    statement: Held
    grade: Grade
    day: str

    @property
    def best_first(self) -> tuple[Grade, tuple[int, ...], str]:
        """Sort key: better graded, then later, then by name so that order never matters."""
        return (
            self.grade,
            tuple(-ord(char) for char in self.day.ljust(10)),
            self.statement.iri.value,
        )

    @property
    def latest_first(self) -> tuple[tuple[int, ...], Grade, str]:
        """Sort key: later, then better graded, then by name."""
        grade, day, name = self.best_first
        return (day, grade, name)


class Acceptance:
    """One dossier judged by the rule: what is accepted of it, and where it is contested."""

    def __init__(
        self, about: NamedNode, statements: Iterable[Held], rule: Rule, world: World
    ) -> None:
        self.about = about
        self.rule = rule
        self.world = world
        self.contested: set[NamedNode] = set()
        self.support: dict[Fact, list[_Support]] = {}
        denials: list[_Support] = []
        for statement in statements:
            if not self.accepts(statement):
                continue
            weighed = _Support(statement, self.grade(statement), earliest(statement.said))
            self.contested.update(statement.contests)
            if statement.denies:
                denials.append(weighed)
                continue
            for fact in statement.facts:
                self.support.setdefault(fact, []).append(weighed)
        self._strike(denials)
        self._resolve()
        self._drop_loose_parts()

    def accepts(self, statement: Held) -> bool:
        """Tell whether a statement can carry, or deny, an accepted fact (step 1 of the rule)."""
        if statement.modality is None:
            return True
        if statement.modality not in self.rule.modalities:
            return False
        if statement.credibility is None:
            if not self.rule.accepts_ungraded:
                return False
        elif statement.credibility not in self.rule.credibilities:
            return False
        return bool(self._reliabilities(statement))

    def grade(self, statement: Held) -> Grade:
        """Return modality, credibility and reliability as ranks; lower is better."""
        rule = self.rule
        modality = rule.ranks[statement.modality] if statement.modality else len(rule.modalities)
        credibility = (
            rule.ranks[statement.credibility]
            if statement.credibility
            else rule.ungraded_credibility
        )
        best = min(self._reliabilities(statement), default=rule.ungraded_reliability)
        return (modality, credibility, best)

    def _reliabilities(self, statement: Held) -> list[int]:
        """Return the ranks of the statement's sources, without those whose grade is rejected."""
        codes = [self.world.reliability(source) for source in statement.sources]
        return [
            self.rule.ranks[code] if code else self.rule.ungraded_reliability
            for code in codes
            if code not in self.rule.rejected_reliabilities
        ]

    def _strike(self, denials: Iterable[_Support]) -> None:
        """Step 2: a denial takes away each support that is no better graded and no later.

        How firmly a thing is worded is not how good the word is: only the grades of item and
        source are weighed against each other here.
        """
        for denial in denials:
            for fact in denial.statement.facts:
                supports = self.support.get(fact)
                if supports is None:
                    continue
                if fact[0] == self.about and any(not s.statement.is_entry for s in supports):
                    self.contested.add(fact[1])
                supports[:] = [s for s in supports if not self._strikes(denial, s)]
        self.support = {fact: supports for fact, supports in self.support.items() if supports}

    @staticmethod
    def _strikes(denial: _Support, support: _Support) -> bool:
        return (
            not support.statement.is_entry
            and denial.grade[1:] <= support.grade[1:]
            and denial.day >= support.day
        )

    def _resolve(self) -> None:
        """Step 3 and 4: single-valued properties keep one value; disagreement is marked."""
        types = {fact[2] for fact in self.support if fact[:2] == (self.about, RDF.type)}
        rivals: dict[tuple[NamedNode, NamedNode, str], list[Fact]] = {}
        for fact in self.support:
            resolution = self.rule.resolutions.get(fact[1])
            if resolution and resolution.keeps_all_for not in types:
                scope = self._scope(fact[2], resolution.per)
                rivals.setdefault((fact[0], fact[1], scope), []).append(fact)
        for (_, predicate, _), facts in rivals.items():
            if len(facts) > 1:
                self._choose(facts, self.rule.resolutions[predicate])

    def _scope(self, value: Term, per: NamedNode | None) -> str:
        if per is None or not isinstance(value, NamedNode):
            return ""
        return min((str(f[2]) for f in self.support if f[0] == value and f[1] == per), default="")

    def _choose(self, facts: list[Fact], resolution: Resolution) -> None:
        """Keep the winner among rival facts, drop the rest, and mark what they disagreed on."""
        if resolution.latest:
            best = {fact: min(s.latest_first for s in self.support[fact]) for fact in facts}
            newest = min(key[0] for key in best.values())
            disagreeing = [fact for fact in facts if best[fact][0] == newest]
            winner = min(facts, key=lambda fact: (best[fact], str(fact[2])))
        else:
            ranked = {fact: min(s.best_first for s in self.support[fact]) for fact in facts}
            disagreeing = facts
            winner = min(facts, key=lambda fact: (ranked[fact], str(fact[2])))
        if not all(_agree(winner[2], fact[2]) for fact in disagreeing):
            self.contested.add(winner[1])
        for fact in facts:
            if fact != winner:
                del self.support[fact]

    def _drop_loose_parts(self) -> None:
        """Drop the facts of parts that nothing accepted leads to any more."""
        reached = {self.about}
        queue: list[NamedNode] = [self.about]
        outgoing: dict[NamedNode, list[Term]] = {}
        for subject, _, value in self.support:
            outgoing.setdefault(subject, []).append(value)
        while queue:
            for value in outgoing.get(queue.pop(), []):
                if isinstance(value, NamedNode) and value in outgoing and value not in reached:
                    reached.add(value)
                    queue.append(value)
        for fact in [fact for fact in self.support if fact[0] not in reached]:
            del self.support[fact]


def _agree(one: Term, other: Term) -> bool:
    if one == other:
        return True
    if not isinstance(one, Literal) or not isinstance(other, Literal):
        return False
    if one.datatype in DATES and other.datatype in DATES:
        return same_date(one.value, other.value)
    return False
