"""Values in words: what a fact says, as a reader reads it, each thing named with its address."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

import msgspec
from pyoxigraph import Literal, NamedNode

from hauberk.graph.acceptance import DATES
from hauberk.graph.claims import CURRENT
from hauberk.graph.terms import Term
from hauberk.ontology.names import HBK, RDFS, XSD
from hauberk.queries.web.explorer.voices import Voices
from hauberk.queries.web.pages import day, href, number, text

_NUMBERS: Final = frozenset({XSD.decimal, XSD.integer})


class Piece(msgspec.Struct, frozen=True):
    """Some words of a value, and the address of what they name, or none."""

    words: str
    href: str = ""


Facts = Iterable[tuple[NamedNode, Term]]


class Values:
    """Tells values in words: names of things, amounts, dates, the parts of a dossier."""

    def __init__(self, voices: Voices) -> None:
        self.voices = voices
        self.database = voices.database

    def property(self, predicate: NamedNode) -> str:
        """Return what a property is called as a heading: `Parties` for hasParticipation."""
        named = _properties().get(predicate)
        if named is None:
            label = self.voices.label(predicate).removeprefix("has ")
            named = label[:1].upper() + label[1:]
        return named

    def pieces(self, value: Term, facts: Facts | None = None) -> list[Piece]:
        """Return a value in words; *facts* are what is said of it where it is a part."""
        if facts is not None and isinstance(value, NamedNode):
            return self._part(facts)
        return [self.piece(value)]

    def piece(self, value: Term) -> Piece:
        """Return one term in words."""
        if isinstance(value, Literal):
            if value.datatype in DATES:
                return Piece(day(value.value))
            return Piece(number(value.value) if value.datatype in _NUMBERS else value.value)
        address = href(value.value)
        if address.startswith("/"):
            return Piece(self.voices.label(value), address)
        return Piece(value.value, address)

    def held(self, node: NamedNode) -> list[tuple[NamedNode, Term]]:
        """Return what `current` holds of a part."""
        return [
            (quad.predicate, quad.object)
            for quad in self.database.quads_for_pattern(node, None, None, CURRENT)
            if isinstance(quad.object, NamedNode | Literal)
        ]

    def _part(self, facts: Facts) -> list[Piece]:
        told: dict[NamedNode, list[Term]] = {}
        for predicate, value in facts:
            told.setdefault(predicate, []).append(value)
        pieces: list[Piece] = []
        if amount := self._amount(told):
            pieces.append(Piece(amount))
        for predicate, form in _forms().items():
            if predicate == HBK.inState and pieces and HBK.place in told:
                form = ", %s"  # noqa: PLW2901
            for value in sorted(told.get(predicate, ()), key=str):
                if pieces:
                    before, _, after = form.partition("%s")
                else:
                    before, after = "", form.partition("%s")[2]
                named = self.piece(value)
                pieces += [Piece(before)] if before else []
                pieces.append(named)
                pieces += [Piece(after)] if after else []
        return pieces or [Piece(text("not described"))]

    def _amount(self, told: Mapping[NamedNode, list[Term]]) -> str:
        """Return an amount with its qualifier, currency and unit, as one phrase."""
        if HBK.amount not in told:
            return ""
        one = {each: told[each][0] for each in told if told[each]}
        qualifier = self._word(one, HBK.valueQualifier)
        words = [
            "" if qualifier == "exact" else qualifier,
            self._word(one, HBK.currency),
            _amount(one[HBK.amount].value),
            self._word(one, HBK.unit),
        ]
        return " ".join(filter(None, words))

    def _word(self, one: Mapping[NamedNode, Term], predicate: NamedNode) -> str:
        value = one.get(predicate)
        if value is None:
            return ""
        return value.value if isinstance(value, Literal) else self.voices.label(value)


def plain(pieces: Iterable[Piece]) -> str:
    """Return pieces as one text."""
    return "".join(piece.words for piece in pieces)


def _amount(digits: str) -> str:
    try:
        return number(Decimal(digits))
    except ArithmeticError:
        return digits


def _forms() -> dict[NamedNode, str]:
    """Return how the facts of a part are told, in that order, after what stands before them."""
    return {
        HBK.agent: "%s",
        HBK.role: text(" as %s"),
        HBK.share: text(", %s per cent"),
        HBK.since: text(", since %s"),
        HBK.until: text(", until %s"),
        HBK.scope: " (%s)",
        HBK.place: "%s",
        HBK.inState: " %s",
        HBK.formerName: text("from %s"),
        HBK.newName: text(" to %s"),
        HBK.renamedOn: text(" on %s"),
        HBK.namedInsteadOf: text(", whom a source had left unnamed as %s"),
        HBK.disclosedOn: text(", named on %s"),
    }


def _properties() -> dict[NamedNode, str]:
    """Return properties whose name as a heading is not their label."""
    return {
        HBK.hasParticipation: text("Parties"),
        HBK.hasSite: text("Sites"),
        HBK.hasValue: text("Value"),
        HBK.hasQuantity: text("Quantity"),
        HBK.category: text("Product category"),
        HBK.productName: text("Products named"),
        HBK.identifiedAs: text("Identified as"),
        HBK.state: text("State"),
        HBK.partOf: text("Part of"),
        HBK.disclosedOn: text("Named"),
        RDFS.label: text("Name"),
    }


def order(predicate: NamedNode) -> int:
    """Return where a property stands among a dossier's: what a reader asks first comes first."""
    first = (
        HBK.identifiedAs, HBK.kind, HBK.status, HBK.state, HBK.parent, HBK.hasParticipation,
        HBK.hasValue, HBK.hasQuantity, HBK.category, HBK.product, HBK.productName, HBK.hasSite,
        HBK.announced, HBK.approved, HBK.signed, HBK.started, HBK.productionStarted, HBK.delivered,
        HBK.ended,
    )  # fmt: skip
    return first.index(predicate) if predicate in first else len(first)


__all__ = ["Facts", "Piece", "Values", "order", "plain"]
