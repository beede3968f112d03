"""The sides of a comparison: what two states, or two firms, have in common and apart."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec
from markupsafe import Markup
from pyoxigraph import NamedNode

from hauberk.graph.store import Snapshot
from hauberk.ontology.names import AGENT_KINDS, ID, code, key, kind
from hauberk.queries.web.explorer.bonds import Bond, Bonds
from hauberk.queries.web.explorer.figures import lines
from hauberk.queries.web.explorer.kept import once
from hauberk.queries.web.explorer.matrix import in_millions
from hauberk.queries.web.explorer.omissions import Omissions, Subject, counted
from hauberk.queries.web.explorer.turns import address
from hauberk.queries.web.pages import href, text

_MOST: Final = 30
"""Partners, programmes or models of one list that a page shows; their number is always told."""
_YEARS: Final = 20


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two: what it is called, where its ties are listed, which they are."""

    node: NamedNode
    label: str
    href: str
    ties: Collection[Bond]
    words: dict[str, str]
    """What the questions about it are asked with."""
    question: str


class Figure(msgspec.Struct, frozen=True):
    """A number of a side, and where what it counts is listed."""

    value: object
    href: str = ""
    note: str = ""


class Line(msgspec.Struct, frozen=True):
    """A line of the comparison: what is compared, and the number of each side."""

    label: str
    a: Figure
    b: Figure


class Thing(msgspec.Struct, frozen=True):
    """A partner, programme or model of one side or both, with the number of ties of each."""

    label: str
    href: str
    a: Figure
    b: Figure


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """What two sides have in common and apart: the strongest of each list, and their numbers."""

    name: str
    common: list[Thing]
    only_a: list[Thing]
    only_b: list[Thing]
    counts: tuple[int, int, int]


class Comparison:
    """Two sides of one kind, and what a page tells of them."""

    def __init__(self, snapshot: Snapshot, a: NamedNode, b: NamedNode, as_of: str) -> None:
        self.snapshot, self.as_of = snapshot, as_of
        self.bonds = once(snapshot, Bonds)
        self.kind = kind(a)
        self.a, self.b = self._side(a), self._side(b)
        self.both = (self.a, self.b)

    def told(self) -> dict[str, Any]:
        """Return what the page shows."""
        common = {each.iri for each in self.a.ties} & {each.iri for each in self.b.ties}
        return {
            "a": self.a, "b": self.b, "common": len(common), "common_href": self._common(),
            "kinds": self._kinds(), "values": self._values(), "years": self._years(),
            "left": self._left(), "shares": [self._partners(), self._programmes(), self._models()],
        }  # fmt: skip

    def _side(self, node: NamedNode) -> Side:
        name = (key(node) or "").removeprefix("state/")
        is_state = self.kind == "state"
        words = {"country" if is_state else "firm": name}
        return Side(
            node=node, label=self.snapshot.directory.label(node), href=href(node.value),
            ties=self.bonds.of(node), words=words,
            question="deals-by-country" if is_state else "ties-of-firm",
        )  # fmt: skip

    def _asked(self, question: str, **words: str) -> str:
        return address(f"/queries/{question}", {**words, "as-of": self.as_of})

    def _ties(self, side: Side, **more: str) -> str:
        """Return where the ties of a side are listed; those of a firm are sorted, not chosen."""
        if self.kind == "state":
            return self._asked(side.question, **side.words, **more)
        return self._asked(side.question, **side.words, **({"sort": "kind"} if more else {}))

    def _common(self) -> str:
        if self.kind == "state":
            return self._asked("deals-between-states", a=_letters(self.a), b=_letters(self.b))
        return self._asked("partners-of-firm", **self.a.words, sort="partner")

    # -- Lines --------------------------------------------------------------------------------

    def _kinds(self) -> list[Line]:
        counts = [Counter(bond.kind for bond in side.ties) for side in self.both]
        kinds = _most_first(*counts)
        lines_ = [Line(text("All ties"), *(
            Figure(len(side.ties), self._ties(side)) for side in self.both))]  # fmt: skip
        for each in kinds:
            label = (
                self.snapshot.directory.label(code("agreement-kind", each))
                if each else text("of no accepted kind")
            )  # fmt: skip
            more = {"kind": each} if each else {"sort": "kind"}
            lines_.append(Line(label, *(
                Figure(count[each], self._ties(side, **more) if count[each] else "")
                for side, count in zip(self.both, counts, strict=True))))  # fmt: skip
        return lines_

    def _values(self) -> list[Line]:
        """Return by currency the sum of the largest amount of each tie, and how many have one."""
        sums: list[dict[str, Decimal]] = []
        counts: list[Counter[str]] = []
        for side in self.both:
            total: dict[str, Decimal] = defaultdict(Decimal)
            counts.append(Counter(each for bond in side.ties for each in bond.amounts))
            for bond in side.ties:
                for currency, amount in bond.amounts.items():
                    total[currency] += amount
            sums.append(total)
        ranked = _most_first(*counts)
        return [
            Line(text("%(currency)s million", currency=each), *(
                Figure(in_millions(total[each]), self._ties(side), str(count[each]))
                if count[each] else Figure("")
                for side, total, count in zip(self.both, sums, counts, strict=True)))
            for each in ranked
        ]  # fmt: skip

    def _years(self) -> Markup:
        counts = [Counter(int(bond.date[:4]) for bond in side.ties if bond.date)
                  for side in self.both]  # fmt: skip
        known = set().union(*counts)
        if not known:
            return Markup()
        span = range(max(min(known), max(known) - _YEARS + 1), max(known) + 1)
        series = {
            side.label: [(str(year), float(years[year])) for year in span]
            for side, years in zip(self.both, counts, strict=True)
        }
        title = text("Ties by the year of their date, from %(first)s on", first=span[0])
        return lines(series, title=title, unit=text("ties"))

    def _left(self) -> list[Line]:
        """Return what the rule of acceptance leaves out of each side."""
        omissions = once(self.snapshot, Omissions)
        subjects = [Subject([side.node]) for side in self.both]
        claims = [counted(omissions.about(each)) for each in subjects]
        unsaid = [
            address(f"/queries/{side.question}/unsaid", {**side.words, "as-of": self.as_of})
            for side in self.both
        ]
        return [
            Line(text("Claims left out"), *(
                Figure(sum(each.values()), where)
                for each, where in zip(claims, unsaid, strict=True))),
            Line(text("Contested dossiers"), *(
                Figure(len(omissions.disputes(each)), f"{where}#contested")
                for each, where in zip(subjects, unsaid, strict=True))),
        ]  # fmt: skip

    # -- In common and apart ------------------------------------------------------------------

    def _partners(self) -> Shares:
        own = {self.a.node.value, self.b.node.value}
        if self.kind == "state":
            return self._shares(
                text("Partner states"), lambda bond: bond.states - own,
                lambda side, iri: self._asked(
                    "deals-between-states", a=_letters(side), b=iri.rpartition("/")[2]),
            )  # fmt: skip
        return self._shares(
            text("Partners"),
            lambda bond: {each for each in bond.parties - own if _is_party(each)},
            lambda side, _: self._asked("partners-of-firm", **side.words, sort="partner"),
        )

    def _programmes(self) -> Shares:
        def asked(side: Side, iri: str) -> str:
            if self.kind == "state":
                return self._asked("programmes-of-state", **side.words)
            return href(iri)

        return self._shares(
            text("Programmes"),
            lambda bond: {bond.iri} if bond.sort == "programme" else set(), asked,
        )  # fmt: skip

    def _models(self) -> Shares:
        def asked(side: Side, iri: str) -> str:
            model = iri.removeprefix(ID)
            if self.kind == "state":
                return self._asked("template-deals-by-country", **side.words, model=model)
            return self._asked("followers-of-model", model=model)

        return self._shares(text("Cooperation models"), lambda bond: bond.models, asked)

    def _shares(
        self,
        name: str,
        things: Callable[[Bond], Collection[str]],
        asked: Callable[[Side, str], str],
    ) -> Shares:
        a, b = (Counter(each for bond in side.ties for each in things(bond)) for side in self.both)
        lists: Sequence[set[str]] = (a.keys() & b.keys(), a.keys() - b.keys(), b.keys() - a.keys())

        def thing(iri: str) -> Thing:
            node = NamedNode(iri)
            return Thing(
                self.snapshot.directory.label(node), href(iri),
                Figure(a[iri], asked(self.a, iri)) if a[iri] else Figure(""),
                Figure(b[iri], asked(self.b, iri)) if b[iri] else Figure(""),
            )  # fmt: skip

        common, only_a, only_b = (
            [thing(iri) for iri in sorted(each, key=lambda iri: (-a[iri] - b[iri], iri))[:_MOST]]
            for each in lists
        )
        counts = (len(lists[0]), len(lists[1]), len(lists[2]))
        return Shares(name=name, common=common, only_a=only_a, only_b=only_b, counts=counts)


def _is_party(iri: str) -> bool:
    return kind(NamedNode(iri)) in AGENT_KINDS - {"state"}


def _letters(side: Side) -> str:
    return side.node.value.rpartition("/")[2]


def _most_first(a: Counter[str], b: Counter[str]) -> list[str]:
    return sorted(a | b, key=lambda each: (-a[each] - b[each], each))
