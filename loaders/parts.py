"""The parts of a dossier that claims speak of: values, quantities, participations, sites.

A part is named after what it says, so that two sources that say the same meet in one part, and a
denial meets what it denies.
"""

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode

from hauberk.graph.terms import Fact
from hauberk.ontology.names import HBK, RDF, digest, key, part, slug

_Told = tuple[NamedNode, NamedNode | Literal | None]


def value(
    about: NamedNode,
    amount: Literal,
    qualifier: NamedNode,
    currency: str | None = None,
    scope: str | None = None,
) -> list[Fact]:
    """Return the facts of a sum of money; *currency* is None where it was not said."""
    how = qualifier.value.rpartition("/")[2]
    name = f"value-{amount.value}-{currency or 'unstated'}-{how}"
    if scope:
        name += f"-{digest(scope)[:6]}"
    told: list[_Told] = [
        (HBK.amount, amount),
        (HBK.valueQualifier, qualifier),
        (HBK.currency, Literal(currency) if currency else None),
        (HBK.scope, Literal(scope) if scope else None),
    ]
    return _facts(about, HBK.hasValue, name, HBK.MonetaryValue, told)


def arms_revenue(
    about: NamedNode, amount: Literal, qualifier: NamedNode, currency: str, year: str
) -> list[Fact]:
    """Return the facts of what a firm earned with arms in a year."""
    how = qualifier.value.rpartition("/")[2]
    name = f"arms-revenue-{year}-{amount.value}-{currency}-{how}"
    told: list[_Told] = [
        (HBK.amount, amount),
        (HBK.valueQualifier, qualifier),
        (HBK.currency, Literal(currency)),
        (HBK.scope, Literal(year)),
    ]
    return _facts(about, HBK.hasArmsRevenue, name, HBK.MonetaryValue, told)


def quantity(about: NamedNode, amount: Literal, qualifier: NamedNode, unit: str) -> list[Fact]:
    """Return the facts of a number of things."""
    name = f"quantity-{amount.value}-{qualifier.value.rpartition('/')[2]}-{digest(unit)[:6]}"
    told: list[_Told] = [
        (HBK.amount, amount),
        (HBK.unit, Literal(unit)),
        (HBK.valueQualifier, qualifier),
    ]
    return _facts(about, HBK.hasQuantity, name, HBK.Quantity, told)


def participation(  # noqa: PLR0913
    about: NamedNode,
    agent: NamedNode,
    role: NamedNode,
    *,
    share: Literal | None = None,
    since: Literal | None = None,
    until: Literal | None = None,
) -> list[Fact]:
    """Return the facts of an agent's part in a tie; *share* is in percent."""
    name = f"{role.value.rpartition('/')[2]}-{(key(agent) or '').replace('/', '-')}"
    told: list[_Told] = [
        (HBK.agent, agent),
        (HBK.role, role),
        (HBK.share, share),
        (HBK.since, since),
        (HBK.until, until),
    ]
    return _facts(about, HBK.hasParticipation, name, HBK.Participation, told)


def site(about: NamedNode, state: NamedNode, place: str | None = None) -> list[Fact]:
    """Return the facts of a place of work; *place* is None where none is known in the state."""
    name = f"site-{state.value.rpartition('/')[2]}"
    if place:
        name += f"-{slug(place)[:40].strip('-')}-{digest(place)[:4]}"
    told: list[_Told] = [(HBK.inState, state), (HBK.place, Literal(place) if place else None)]
    return _facts(about, HBK.hasSite, name, HBK.Site, told)


def renaming(about: NamedNode, former: str, new: str, day: Literal | None = None) -> list[Fact]:
    """Return the facts of a change of name."""
    name = f"renaming-{digest(f'{former} {new}')[:8]}"
    told: list[_Told] = [
        (HBK.formerName, Literal(former)),
        (HBK.newName, Literal(new)),
        (HBK.renamedOn, day),
    ]
    return _facts(about, HBK.hasRenaming, name, HBK.Renaming, told)


def _facts(
    about: NamedNode, link: NamedNode, name: str, kind: NamedNode, told: Iterable[_Told]
) -> list[Fact]:
    node = part(about, name)
    facts: list[Fact] = [(about, link, node), (node, RDF.type, kind)]
    facts += [(node, predicate, each) for predicate, each in told if each is not None]
    return facts
