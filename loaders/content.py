"""What a claim says: the mapping under `says` or `denies`, turned into facts."""

from collections.abc import Iterator
from typing import Final

from pyoxigraph import Literal, NamedNode

from hauberk.graph.terms import Fact
from hauberk.loaders import parts
from hauberk.loaders.fields import PARTS, SAYS, Field
from hauberk.loaders.reading import Reading
from hauberk.loaders.records import Record
from hauberk.ontology.names import AGENT_KINDS

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
    """Yield the link to a hash-part and the part's own facts."""
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
    yield from read(reading, about, record)


def _amount(reading: Reading, record: Record) -> tuple[Literal, NamedNode] | None:
    amount = reading.decimal(record, "amount", required=True)
    if amount is not None and amount.value.startswith("-"):
        reading.fault(record, "amount", f"“{amount.value}” is below zero; amounts are not")
        amount = None
    qualifier = reading.code(record, "qualifier", "value-qualifier", required=True)
    if amount is None or qualifier is None:
        return None
    return amount, qualifier


def _value(reading: Reading, about: NamedNode, record: Record) -> list[Fact]:
    found = _amount(reading, record)
    currency = reading.text(record, "currency")
    scope = reading.text(record, "scope")
    if currency is not None and not (
        len(currency) == _CURRENCY_LETTERS and currency.isascii() and currency.isupper()
    ):
        reading.fault(record, "currency", f"“{currency}” is no currency; write EUR, UAH or so")
        return []
    if found is None:
        return []
    return parts.value(about, *found, currency, scope)


def _quantity(reading: Reading, about: NamedNode, record: Record) -> list[Fact]:
    found = _amount(reading, record)
    unit = reading.text(record, "unit", required=True)
    if found is None or unit is None:
        return []
    return parts.quantity(about, *found, unit)


def _participation(reading: Reading, about: NamedNode, record: Record) -> list[Fact]:
    agent = reading.dossier(record, "agent", AGENT_KINDS, required=True)
    role = reading.code(record, "role", "role", required=True)
    share = reading.decimal(record, "share")
    since, until = reading.date(record, "since"), reading.date(record, "until")
    if share is not None and not 0 <= float(share.value) <= 100:  # noqa: PLR2004
        reading.fault(record, "share", f"“{share.value}” is no percentage from 0 to 100")
        return []
    if agent is None or role is None:
        return []
    return parts.participation(about, agent, role, share=share, since=since, until=until)


def _site(reading: Reading, about: NamedNode, record: Record) -> list[Fact]:
    state = reading.state(record, "in", required=True)
    place = reading.text(record, "place")
    return parts.site(about, state, place) if state is not None else []


def _renaming(reading: Reading, about: NamedNode, record: Record) -> list[Fact]:
    former = reading.text(record, "from", required=True)
    new = reading.text(record, "to", required=True)
    day = reading.date(record, "on")
    if former is None or new is None:
        return []
    return parts.renaming(about, former, new, day)
