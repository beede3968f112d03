"""What a claim says: the mapping under `says` or `denies`, turned into facts."""

from collections.abc import Iterator
from typing import Final

from pyoxigraph import Literal, NamedNode

from hauberk.graph.terms import Fact
from hauberk.loaders.fields import PARTS, SAYS, Field
from hauberk.loaders.reading import Reading
from hauberk.loaders.records import Record
from hauberk.ontology.names import AGENT_KINDS, HBK, RDF, digest, key, part, slug

_CURRENCY_LETTERS: Final = 3
_EXAMPLES: Final = {
    "value": "{amount: 35000000, currency: EUR, qualifier: exact}",
    "quantity": "{amount: 10, unit: drones, qualifier: approx}",
    "participation": "{agent: state/UA, role: host}",
    "site": "{in: UA, place: Kyiv}",
    "renaming": "{from: Old Name, to: New Name, on: 2024-04}",
}


def content(reading: Reading, about: NamedNode, says: Record) -> tuple[Fact, ...]:
    """Return the facts of a claim about the dossier *about*, in the order they are written."""
    reading.known_keys(says, SAYS)
    facts: dict[Fact, None] = {}
    for word in says:
        field = SAYS.get(word)
        if field is not None:
            for item, at in reading.each(says, word, many=field.many):
                facts.update(dict.fromkeys(_facts(reading, about, item, at, field)))
    return tuple(facts)


def _facts(
    reading: Reading, about: NamedNode, item: Record, word: str, field: Field
) -> Iterator[Fact]:
    if field.reads in PARTS:
        yield from _part(reading, about, item, word, field)
        return
    value: NamedNode | Literal | None
    match field.reads:
        case "code":
            value = reading.code(item, word, field.scheme)
        case "date":
            value = reading.date(item, word)
        case "state":
            value = reading.state(item, word)
        case "dossier":
            value = reading.dossier(item, word, field.kinds)
        case _:
            given = reading.text(item, word)
            value = Literal(given) if given else None
    if value is not None:
        yield about, field.property, value


def _part(
    reading: Reading, about: NamedNode, item: Record, word: str, field: Field
) -> Iterator[Fact]:
    """Yield the link to a hash-part and the part's own facts.

    A part is named after what it says, so that two sources that say the same meet in one part,
    and a denial meets what it denies.
    """
    record = reading.mapping(item, word, _EXAMPLES[field.reads])
    if record is None:
        return
    reading.known_keys(record, PARTS[field.reads])
    read = {
        "value": _value,
        "quantity": _quantity,
        "participation": _participation,
        "site": _site,
        "renaming": _renaming,
    }[field.reads]
    found = read(reading, record)
    if found is None:
        return
    name, kind, facts = found
    node = part(about, name)
    yield about, field.property, node
    yield node, RDF.type, kind
    for predicate, value in facts:
        yield node, predicate, value


Found = tuple[str, NamedNode, list[tuple[NamedNode, NamedNode | Literal]]]


def _amount(reading: Reading, record: Record) -> tuple[Literal, NamedNode, str] | None:
    amount = reading.decimal(record, "amount", required=True)
    if amount is not None and amount.value.startswith("-"):
        reading.fault(record, "amount", f"“{amount.value}” is below zero; amounts are not")
        amount = None
    qualifier = reading.code(record, "qualifier", "value-qualifier", required=True)
    if amount is None or qualifier is None:
        return None
    return amount, qualifier, qualifier.value.rpartition("/")[2]


def _value(reading: Reading, record: Record) -> Found | None:
    found = _amount(reading, record)
    currency = reading.text(record, "currency")
    scope = reading.text(record, "scope")
    if currency is not None and not (
        len(currency) == _CURRENCY_LETTERS and currency.isascii() and currency.isupper()
    ):
        reading.fault(record, "currency", f"“{currency}” is no currency; write EUR, UAH or so")
        return None
    if found is None:
        return None
    amount, qualifier, how = found
    facts: list[tuple[NamedNode, NamedNode | Literal]] = [
        (HBK.amount, amount),
        (HBK.valueQualifier, qualifier),
    ]
    name = f"value-{amount.value}-{currency or 'unstated'}-{how}"
    if currency:
        facts.append((HBK.currency, Literal(currency)))
    if scope:
        facts.append((HBK.scope, Literal(scope)))
        name += f"-{digest(scope)[:6]}"
    return name, HBK.MonetaryValue, facts


def _quantity(reading: Reading, record: Record) -> Found | None:
    found = _amount(reading, record)
    unit = reading.text(record, "unit", required=True)
    if found is None or unit is None:
        return None
    amount, qualifier, how = found
    facts: list[tuple[NamedNode, NamedNode | Literal]] = [
        (HBK.amount, amount),
        (HBK.unit, Literal(unit)),
        (HBK.valueQualifier, qualifier),
    ]
    name = f"quantity-{amount.value}-{how}-{digest(unit)[:6]}"
    return name, HBK.Quantity, facts


def _participation(reading: Reading, record: Record) -> Found | None:
    agent = reading.dossier(record, "agent", AGENT_KINDS, required=True)
    role = reading.code(record, "role", "role", required=True)
    share = reading.decimal(record, "share")
    since, until = reading.date(record, "since"), reading.date(record, "until")
    if share is not None and not 0 <= float(share.value) <= 100:  # noqa: PLR2004
        reading.fault(record, "share", f"“{share.value}” is no percentage from 0 to 100")
        return None
    if agent is None or role is None:
        return None
    facts: list[tuple[NamedNode, NamedNode | Literal]] = [(HBK.agent, agent), (HBK.role, role)]
    facts += [
        (predicate, value)
        for predicate, value in ((HBK.share, share), (HBK.since, since), (HBK.until, until))
        if value is not None
    ]
    who = (key(agent) or "").replace("/", "-")
    return f"{role.value.rpartition('/')[2]}-{who}", HBK.Participation, facts


def _site(reading: Reading, record: Record) -> Found | None:
    state = reading.state(record, "in", required=True)
    place = reading.text(record, "place")
    if state is None:
        return None
    facts: list[tuple[NamedNode, NamedNode | Literal]] = [(HBK.inState, state)]
    name = f"site-{state.value.rpartition('/')[2]}"
    if place:
        facts.append((HBK.place, Literal(place)))
        name += f"-{slug(place)[:40].strip('-')}-{digest(place)[:4]}"
    return name, HBK.Site, facts


def _renaming(reading: Reading, record: Record) -> Found | None:
    former = reading.text(record, "from", required=True)
    new = reading.text(record, "to", required=True)
    day = reading.date(record, "on")
    if former is None or new is None:
        return None
    facts: list[tuple[NamedNode, NamedNode | Literal]] = [
        (HBK.formerName, Literal(former)),
        (HBK.newName, Literal(new)),
    ]
    if day is not None:
        facts.append((HBK.renamedOn, day))
    return f"renaming-{digest(f'{former} {new}')[:8]}", HBK.Renaming, facts
