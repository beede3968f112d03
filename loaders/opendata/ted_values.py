"""The sums of money in a notice: of tenders, of frameworks, of the whole."""

from typing import Final

from pyoxigraph import Literal, NamedNode

from hauberk.graph.terms import Fact, decimal
from hauberk.loaders import parts
from hauberk.loaders.opendata.ted_deals import Deal
from hauberk.loaders.opendata.ted_model import Money, Notice
from hauberk.loaders.opendata.ted_parties import Broken
from hauberk.loaders.opendata.ted_words import NOTICE_VALUE
from hauberk.ontology.names import code

_CURRENCY_LETTERS: Final = 3


def tender_values(of: Notice, about: NamedNode, deal: Deal) -> list[Fact]:
    """Return what was tendered for each lot of a deal, and what of it goes to subcontractors.

    A sum that is not published is left out, and so is one that would give it away.
    """
    facts: list[Fact] = []
    for tender in deal.tenders:
        alone = len(deal.tenders) == 1
        twice = sum(each.lot == tender.lot for each in deal.tenders) > 1
        scope = None if alone else f"{tender.lot}, {tender.id}" if twice else tender.lot
        is_hidden = any(each.field == "win-ten-val" for each in tender.withheld)
        if not is_hidden and not (hides_value(of) and is_whole(deal, of)):
            facts += _value(about, tender.value, "exact", scope)
        if not any(each.field == "sub-val" for each in tender.withheld):
            part = f"subcontracted part of {tender.lot}"
            facts += _value(about, tender.subcontracted, "exact", part)
    for lot in deal.lots if of.calls_for_subcontractors else ():
        facts += _value(about, lot.estimate, "approx", None)
    return facts


def framework_values(about: NamedNode, deal: Deal) -> list[Fact]:
    """Return how much can be ordered under the frameworks of a deal."""
    facts: list[Fact] = []
    for result in deal.results:
        hidden = {each.field for each in result.withheld}
        if "max-val" not in hidden:
            scope = f"framework maximum of {result.lot}"
            facts += _value(about, result.maximum, "up-to", scope)
        if "ree-val" not in hidden:
            scope = f"framework value of {result.lot}, estimated anew"
            facts += _value(about, result.reestimated, "approx", scope)
    return facts


def hides_value(of: Notice) -> bool:
    """Tell whether the value of the whole notice is not published."""
    return any(each.field == NOTICE_VALUE for each in of.withheld)


def notice_values(of: Notice, about: NamedNode, scope: str | None) -> list[Fact]:
    """Return the value of all contracts of the notice together."""
    hidden = {each.field for each in of.withheld}
    facts: list[Fact] = []
    if not hides_value(of):
        facts += _value(about, of.value, "exact", scope)
    if "not-max-val" not in hidden:
        facts += _value(about, of.maximum, "up-to", "framework maximum of the notice")
    return facts


def is_whole(deal: Deal, of: Notice) -> bool:
    """Tell whether a deal's one tender has the value of the whole notice."""
    if len(deal.tenders) != 1 or deal.tenders[0].value is None or of.value is None:
        return False
    own, whole = deal.tenders[0].value, of.value
    return (_amount(own), own.currency) == (_amount(whole), whole.currency)


def _value(about: NamedNode, money: Money | None, qualifier: str, scope: str | None) -> list[Fact]:
    """Return the facts of a sum; raises Broken for what is none."""
    if money is None:
        return []
    amount = _amount(money)
    if amount.value.startswith("-"):
        raise Broken("amount", money.amount, "is below zero")
    letters = money.currency
    if not (len(letters) == _CURRENCY_LETTERS and letters.isascii() and letters.isupper()):
        raise Broken("currencyID", letters, "is no currency")
    return parts.value(about, amount, code("value-qualifier", qualifier), letters, scope)


def _amount(money: Money) -> Literal:
    try:
        return decimal(money.amount)
    except ValueError:
        raise Broken("amount", money.amount, "is no amount of money in plain digits") from None
