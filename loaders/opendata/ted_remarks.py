"""What a notice says that no property can hold, in our words."""

from collections.abc import Iterator

from hauberk.loaders.opendata.ted_deals import Deal
from hauberk.loaders.opendata.ted_model import Notice
from hauberk.loaders.opendata.ted_parties import reason
from hauberk.loaders.opendata.ted_words import DIRECTIVES, WINNER, WITHHELD


def notes_on(of: Notice, deal: Deal) -> Iterator[str]:
    """Yield what is noted of a deal: its law, its numbers, what of it is not published."""
    yield from notes_on_law(of)
    if deal.contract and deal.contract.number:
        yield f"Contract number: {deal.contract.number}."
    if deal.contract and deal.contract.framework_notice:
        yield f"Under the framework of notice {deal.contract.framework_notice}."
    hidden = [each for one in deal.results for each in one.withheld]
    hidden += [each for one in deal.tenders for each in one.withheld]
    for each in hidden:
        if each.field in WITHHELD and each.field != WINNER:
            yield f"Not published, {WITHHELD[each.field]}: {reason(each)}"


def notes_on_hidden(of: Notice) -> Iterator[str]:
    """Yield what of the whole notice is not published."""
    for each in of.withheld:
        if each.field in WITHHELD:
            yield f"Not published, {WITHHELD[each.field]}: {reason(each)}"


def notes_on_law(of: Notice) -> Iterator[str]:
    """Yield which law a purchase is under, and why there was no call for it."""
    if of.directive:
        known = DIRECTIVES.get(of.directive, of.directive)
        yield f"Under Directive {known}." if known[0] == "2" else f"Legal basis: {known}."
    if of.direct:
        yield f"Awarded without a call, for the reason “{of.direct}”."
