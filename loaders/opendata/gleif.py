"""GLEIF: legal entities by LEI, and which of them is consolidated into which.

Level 1 and level 2 of the golden copy as CSV (https://www.gleif.org/en/lei-data/gleif-golden-copy).
The registry holds millions of entities that have nothing to do with arms. A record is taken where
the graph knows its LEI, or a party whose name is the same once case, accents and legal form are
off: the first is that party, the second waits for a decision.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from pyoxigraph import NamedNode

from hauberk.graph.terms import partial_date
from hauberk.loaders.identity import normalised
from hauberk.loaders.opendata.csv_rows import header, refused, rows
from hauberk.loaders.opendata.parties import Party
from hauberk.loaders.opendata.provider import Provider, Sample
from hauberk.loaders.opendata.run import Run
from hauberk.ontology.names import HBK

PROVIDER: Final = Provider(
    name="gleif",
    title="Global LEI Index",
    publisher="Global Legal Entity Identifier Foundation",
    url="https://www.gleif.org/en/lei-data/gleif-golden-copy",
    licence="https://creativecommons.org/publicdomain/zero/1.0/",
    credit="Global Legal Entity Identifier Foundation, CC0",
    reliability="A",
    reliability_reason="registry of legal entities, checked against national registers",
)
_LEI: Final = "LEI"
_NAME: Final = "Entity.LegalName"
_COUNTRY: Final = "Entity.LegalAddress.Country"
_CHILD: Final = "Relationship.StartNode.NodeID"
_PARENT: Final = "Relationship.EndNode.NodeID"
_TYPE: Final = "Relationship.RelationshipType"
_DIRECT: Final = {
    "IS_DIRECTLY_CONSOLIDATED_BY": "direct accounting consolidation",
    "IS_INTERNATIONAL_BRANCH_OF": "international branch",
}
"""Relationships that make a parent, and the basis that is stated for each."""
_LENGTH: Final = 20
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def recognises(sample: Sample) -> bool:
    """Tell a file of entities, or of relationships, by its columns."""
    columns = set(header(sample.text))
    return {_LEI, _NAME} <= columns or {_CHILD, _PARENT, _TYPE} <= columns


def is_lei(given: str) -> bool:
    """Tell whether the check digits of an LEI are right: ISO 17442, by ISO 7064 MOD 97-10.

    >>> is_lei("5299001OU9CSE29O6S05")
    True
    """
    if len(given) != _LENGTH or not set(given) <= set(_DIGITS) or not given[-2:].isdigit():
        return False
    return int("".join(str(_DIGITS.index(char)) for char in given)) % 97 == 1


def read(run: Run) -> Iterator[int]:
    """Read a file of either level."""
    with run.path.open("rb") as file:
        columns = set(header(Sample(run.path.name, file.read(65_536)).text))
    if {_LEI, _NAME} <= columns:
        yield from _entities(run)
    elif {_CHILD, _PARENT, _TYPE} <= columns:
        yield from _relationships(run)
    else:
        raise refused(run.path, 1, f"lacks the columns {_LEI} and {_NAME}, or {_CHILD}")


def _entities(run: Run) -> Iterator[int]:
    known = {normalised(name) for name in run.parties.all_names()} - {""}
    for line, taken, record in rows(run.path):
        run.records += 1
        if isinstance(record, int):
            run.reject(line, "", record, "has another number of fields than the header")
        elif not is_lei(record[_LEI]):
            run.reject(line, _LEI, record[_LEI], "is no LEI: the check digits are wrong")
        elif not record[_NAME].strip():
            run.reject(line, _NAME, "", "has no name")
        else:
            _entity(run, record, known)
        yield taken


def _entity(run: Run, record: Mapping[str, str], known: set[str]) -> None:
    lei, name = record[_LEI], record[_NAME].strip()
    if run.parties.by_identifier("lei", lei) is None and normalised(name) not in known:
        run.passed_over += 1
        return
    run.party(Party(
        local=f"lei-{lei.lower()}",
        name=name,
        state=run.state(record.get(_COUNTRY, "")),
        identifiers={"lei": lei},
    ))  # fmt: skip


def _relationships(run: Run) -> Iterator[int]:
    page = run.source()
    for line, taken, record in rows(run.path):
        run.records += 1
        if isinstance(record, int):
            run.reject(line, "", record, "has another number of fields than the header")
        elif not is_lei(record[_CHILD]) or not is_lei(record[_PARENT]):
            run.reject(line, _CHILD, f"{record[_CHILD]} {record[_PARENT]}", "is no pair of LEIs")
        elif record[_TYPE] not in _DIRECT or record.get(
            "Relationship.RelationshipStatus", "ACTIVE"
        ) not in {"", "ACTIVE"}:
            run.passed_over += 1
        else:
            _parent(run, record, line, page)
        yield taken


def _parent(run: Run, record: Mapping[str, str], line: int, page: NamedNode) -> None:
    child = run.parties.by_identifier("lei", record[_CHILD])
    parent = run.parties.by_identifier("lei", record[_PARENT])
    if child is None or parent is None or child == parent:
        run.passed_over += 1
        return
    since = record.get("Relationship.Period.1.startDate", "")[:10]
    updated = record.get("Registration.LastUpdateDate", "")[:10]
    basis = _DIRECT[record[_TYPE]]
    note = f"Basis: {basis}{f', since {since}' if _is_day(since) else ''}."
    run.claim(
        child, [(child, HBK.parent, parent)], page, row=line, modality="confirmed",
        credibility="2", said=partial_date(updated) if _is_day(updated) else None, note=note,
    )  # fmt: skip


def _is_day(given: str) -> bool:
    try:
        partial_date(given)
    except ValueError:
        return False
    return True
