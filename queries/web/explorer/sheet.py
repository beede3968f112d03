"""The sheet: an answer as a table for readers, its cells linked, sorted by any column."""

from collections.abc import Collection, Sequence
from typing import Final
from urllib.parse import urlsplit

import msgspec
from pyoxigraph import Literal, NamedNode

from hauberk.graph.store import Snapshot
from hauberk.graph.terms import earliest
from hauberk.ontology.names import BASE, XSD
from hauberk.queries.catalog import Query
from hauberk.queries.render import plain
from hauberk.queries.runner import Cell, Table
from hauberk.queries.web.explorer.names import folded
from hauberk.queries.web.pages import day, href, number, text, words
from hauberk.queries.web.problems import bad_request

_NUMBERS: Final = frozenset({XSD.integer, XSD.decimal, XSD.double, XSD.float})
_DATES: Final = frozenset({XSD.date, XSD.gYearMonth, XSD.gYear, XSD.dateTime})
_MODALITIES: Final = frozenset({"confirmed", "reported", "expected", "alleged", "opinion"})
_LAST: Final = ("claim",)
_LONGEST: Final = 1200
"""Characters of a cell; what is longer is cut, and says so."""


class Shown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A cell: its text, where it leads, its manner (number, date, modality, outside or none)."""

    text: str
    href: str = ""
    manner: str = ""
    sort: str = ""
    """What the cell is sorted by, where its text will not do."""
    mark: str = ""
    """The modality, as the class of its mark."""


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column that is shown: its name in the address, its heading, what it holds."""

    name: str
    heading: str
    told: str
    index: int
    linked: int
    """The column of the IRIs that its cells lead to; its own where it has none beside it."""
    is_number: bool = False


def ordered(table: Table, given: str) -> Table:
    """Return the table sorted by a column, `-` before its name for the other way round.

    Empty cells come last either way; what is equal stays in the query's own order. Raises
    ProblemError 400 for a column that the answer has not.
    """
    name = given.removeprefix("-")
    for each in (f"{name}Label", name):
        if each in table.columns:
            index = table.columns.index(each)
            break
    else:
        known = ", ".join(table.columns)
        raise bad_request(f"sort: the answer has no column “{name[:50]}”; it has {known}")
    filled = [row for row in table.rows if row[index] is not None]
    empty = [row for row in table.rows if row[index] is None]
    filled.sort(key=lambda row: _order(row[index]), reverse=given.startswith("-"))
    return Table(table.columns, filled + empty)


def _order(cell: Cell) -> tuple[float, str]:
    if isinstance(cell, Literal) and cell.datatype in _NUMBERS:
        try:
            return float(cell.value), ""
        except ValueError:
            return 0.0, cell.value
    if isinstance(cell, Literal) and cell.datatype in _DATES:
        return 0.0, earliest(cell)
    return 0.0, folded(plain(cell))


def columns(table: Table, query: Query, asked: Collection[str] = ()) -> list[Column]:
    """Return the columns to show.

    IRIs whose names stand beside them are left out, and columns without values, and those of the
    parameters *asked* where every row has the same.
    """
    found = []
    for index, name in enumerate(table.columns):
        cells = [row[index] for row in table.rows]
        if f"{name}Label" in table.columns or (cells and all(cell is None for cell in cells)):
            continue
        bare = name.removesuffix("Label") or name
        if bare in asked and len(set(cells)) == 1:
            continue
        linked = table.columns.index(bare) if bare in table.columns else index
        found.append(
            Column(
                name=bare, heading=_heading(query, bare), told=query.columns.get(name, ""),
                index=index, linked=linked, is_number=_is_number(cells),
            )
        )  # fmt: skip
    return sorted(found, key=lambda column: column.name in _LAST)


def _heading(query: Query, bare: str) -> str:
    """Return what stands over a column: its name in words, the form's where that is a letter."""
    if len(bare) == 1 and bare in query.parameters:
        return query.parameters[bare].label
    return words(bare.removesuffix("Url"))


def _is_number(cells: Sequence[Cell]) -> bool:
    filled = [cell for cell in cells if cell is not None]
    return bool(filled) and all(
        isinstance(cell, Literal) and cell.datatype in _NUMBERS for cell in filled
    )


def shown(snapshot: Snapshot, column: Column, row: Sequence[Cell]) -> Shown:
    """Return a row's cell in a column."""
    cell, target = row[column.index], row[column.linked]
    if isinstance(cell, Literal):
        address = href(target.value) if isinstance(target, NamedNode) else ""
        return _said(column, cell, address)
    if isinstance(cell, NamedNode):
        return _named(snapshot, column, cell)
    return Shown(text=plain(cell))


def _said(column: Column, cell: Literal, address: str) -> Shown:
    """Return a literal: a number, a date, a yes or no, a source's address, or plain words."""
    if cell.datatype in _NUMBERS:
        return Shown(text=number(cell.value), manner="number", sort=cell.value)
    if cell.datatype in _DATES:
        return Shown(text=day(cell.value), manner="date", sort=cell.value)
    if cell.datatype == XSD.boolean:
        return Shown(text=text("yes") if cell.value == "true" else text("no"))
    if column.name.endswith("Url"):
        return _source(cell.value)
    said = cell.value.casefold()
    if column.name == "modality" and said in _MODALITIES:
        return Shown(text=cell.value, manner="modality", mark=said)
    return Shown(text=_cut(cell.value), href=address)


def _named(snapshot: Snapshot, column: Column, cell: NamedNode) -> Shown:
    address = href(cell.value)
    if column.name in _LAST:
        return Shown(text=text("claim"), href=address)
    if cell.value.startswith(BASE):
        return Shown(text=snapshot.directory.label(cell), href=address)
    return Shown(text=cell.value, href=address, manner="outside")


def _source(url: str) -> Shown:
    address = href(url)
    if not address:
        return Shown(text=_cut(url))
    host = urlsplit(url).hostname or url
    return Shown(text=host.removeprefix("www."), href=address, manner="outside")


def _cut(value: str) -> str:
    if len(value) <= _LONGEST:
        return value
    return text("%(begin)s… (%(count)s characters)", begin=value[:_LONGEST], count=len(value))
