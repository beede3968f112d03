"""Sums and numbers of a row of the Kiel tracker: told by the sources, or worked out by it."""

from collections.abc import Callable, Iterator
from typing import Final

from pyoxigraph import NamedNode

from hauberk.graph.terms import Fact
from hauberk.loaders import parts
from hauberk.loaders.opendata.kiel_entry import Entry
from hauberk.ontology.names import code

_EXACT: Final = code("value-qualifier", "exact")
_APPROX: Final = code("value-qualifier", "approx")

Scope = Callable[[str], str | None]
"""Returns what a sum covers, from what is said of it."""


def announced(tie: NamedNode, entry: Entry, scope: Scope) -> list[Fact]:
    """Return the sum that the sources give."""
    amount, _ = entry.amount()
    if amount is None or entry.is_calculated:
        return []
    return parts.value(tie, amount, _EXACT, entry.currency or None, scope(""))


def quantity(tie: NamedNode, entry: Entry, column: str, unit: str) -> list[Fact]:
    """Return how many there are; a fraction is a share in a purchase of several donors."""
    number = entry.numbers[column]
    if number is None:
        return []
    return parts.quantity(tie, number, _APPROX if "." in number.value else _EXACT, unit)


def estimates(tie: NamedNode, entry: Entry, item: str, scope: Scope) -> Iterator[Fact]:
    """Yield what the tracker works out: sums from prices, in euros, of single items."""
    amount, euros = entry.amount()
    if amount is not None and entry.is_calculated:
        yield from parts.value(tie, amount, _APPROX, entry.currency or None, scope(""))
    in_euros = amount if entry.currency == "EUR" else None
    if euros is not None and euros != in_euros:
        yield from parts.value(tie, euros, _APPROX, "EUR", scope("converted by the tracker"))
    spread = entry.sum("tot_sub_activity_value_EUR_redistr")
    if spread is not None and spread not in {euros, in_euros}:
        yield from parts.value(tie, spread, _APPROX, "EUR", scope("redistributed by the tracker"))
    if item and (price := entry.sum("item_value_estimate_USD")) is not None:
        yield from parts.value(tie, price, _APPROX, "USD", f"estimate for {item}")
    if (handed := entry.sum("tot_value_deliv_EUR")) is not None:
        yield from parts.value(tie, handed, _APPROX, "EUR", scope("delivered"))
