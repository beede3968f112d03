"""Pictures of an answer: a map of the states or places in it, a network of two columns."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec
from markupsafe import Markup
from pyoxigraph import Literal, NamedNode

from hauberk.graph.claims import CURRENT
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import ID, Namespace, kind
from hauberk.queries.runner import Cell
from hauberk.queries.web.explorer.figures import Edge, Node, Point, network, state_map
from hauberk.queries.web.pages import href, text

_STATE: Final = ID + "state/"
_GEO: Final = Namespace("http://www.w3.org/2003/01/geo/wgs84_pos#")
_LAT: Final = frozenset({"lat", "latitude"})
_LONG: Final = frozenset({"long", "lon", "lng", "longitude"})
_MOST_NODES: Final = 60
_MOST_TIES: Final = 400
_MOST_POINTS: Final = 400
_NUMBERS: Final = frozenset({"integer", "decimal", "double", "float", "int", "long"})

Rows = Sequence[Sequence[Cell]]


class Picture(msgspec.Struct, frozen=True):
    """A drawing with its data, and how many ties or places it leaves out."""

    drawing: Markup
    left: int = 0


def mapped(snapshot: Snapshot, columns: Sequence[str], rows: Rows) -> Picture | None:
    """Return a map of the first column of states, and of the places; None where there are none.

    A state is shaded by the sum of the only column of numbers, or else by its rows.
    """
    points = [*_coordinates(columns, rows), *_places(snapshot, rows)]
    states = next((n for n in range(len(columns)) if _has_state(rows, n)), None)
    numbers = [n for n in range(len(columns)) if _is_numeric(rows, n)]
    if states is None and not points:
        return None
    values: dict[str, float] = {}
    names: dict[str, str] = {}
    measured = len(numbers) == 1
    if states is not None:
        for row in rows:
            cell = row[states]
            if isinstance(cell, NamedNode) and cell.value.startswith(_STATE):
                code = cell.value.removeprefix(_STATE)
                values[code] = values.get(code, 0) + (_number(row[numbers[0]]) if measured else 1)
                if code not in names:
                    names[code] = snapshot.directory.label(cell)
    unit = columns[numbers[0]] if measured else text("rows")
    title = text("%(unit)s by state", unit=unit) if values else text("Places in the answer")
    shown = points[:_MOST_POINTS]
    drawing = state_map(values, title=title, unit=unit, points=shown, names=names)
    return Picture(drawing, len(points) - len(shown)) if drawing else None


def woven(snapshot: Snapshot, columns: Sequence[str], rows: Rows) -> Picture | None:
    """Return the network of the first two columns of IRIs; None where there are not two.

    Of very many ties the strongest are taken, those in most rows.
    """
    ends = [n for n in range(len(columns)) if _is_named(rows, n)][:2]
    if len(ends) < 2:  # noqa: PLR2004
        return None
    weights: Counter[tuple[NamedNode, NamedNode]] = Counter()
    for row in rows:
        a, b = row[ends[0]], row[ends[1]]
        if isinstance(a, NamedNode) and isinstance(b, NamedNode) and a != b:
            weights[a, b] += 1
    strongest = weights.most_common(_MOST_TIES)
    nodes = dict.fromkeys(node for pair, _ in strongest for node in pair)
    title = text("%(a)s and %(b)s", a=columns[ends[0]], b=columns[ends[1]])
    drawing = network(
        [_node(snapshot, node) for node in nodes],
        [Edge(a.value, b.value, weight) for (a, b), weight in strongest],
        title=title, most=_MOST_NODES,
    )  # fmt: skip
    return Picture(drawing, len(weights) - len(strongest)) if drawing else None


def _node(snapshot: Snapshot, node: NamedNode) -> Node:
    address = href(node.value)
    own = address.startswith("/")
    label = snapshot.directory.label(node) if own else node.value
    return Node(node.value, label, kind(node), address)


def _has_state(rows: Rows, n: int) -> bool:
    return any(
        isinstance(cell := row[n], NamedNode) and cell.value.startswith(_STATE) for row in rows
    )


def _is_named(rows: Rows, n: int) -> bool:
    cells = [row[n] for row in rows if row[n] is not None]
    return bool(cells) and all(isinstance(cell, NamedNode) for cell in cells)


def _is_numeric(rows: Rows, n: int) -> bool:
    cells = [row[n] for row in rows if row[n] is not None]
    return bool(cells) and all(
        isinstance(cell, Literal) and cell.datatype.value.rpartition("#")[2] in _NUMBERS
        for cell in cells
    )


def _number(cell: Cell) -> float:
    try:
        return float(cell.value) if isinstance(cell, Literal) else 0.0
    except ValueError:
        return 0.0


def _coordinates(columns: Sequence[str], rows: Rows) -> list[Point]:
    """Return the points of a column of latitudes and one of longitudes, by their usual names."""
    lat = next((n for n, name in enumerate(columns) if name.casefold() in _LAT), None)
    long = next((n for n, name in enumerate(columns) if name.casefold() in _LONG), None)
    if lat is None or long is None:
        return []
    others = [n for n in range(len(columns)) if n not in {lat, long}]
    found = []
    for row in rows:
        if row[lat] is not None and row[long] is not None:
            said = [cell for n in others if (cell := row[n]) is not None]
            words = [each.value for each in said if isinstance(each, Literal)]
            named = [href(each.value) for each in said if isinstance(each, NamedNode)]
            label = words[0] if words else ""
            point = Point(_number(row[lat]), _number(row[long]), label, *named[:1])
            found.append(point)
    return found


def _places(snapshot: Snapshot, rows: Rows) -> list[Point]:
    """Return the points of the places of the gazetteer among the cells."""
    nodes = dict.fromkeys(
        cell for row in rows for cell in row
        if isinstance(cell, NamedNode) and cell.value.startswith(ID + "place/")
    )  # fmt: skip
    found = []
    for node in nodes:
        at = [
            float(quad.object.value)
            for predicate in (_GEO.lat, _GEO("long"))
            for quad in snapshot.database.quads_for_pattern(node, predicate, None, CURRENT)
            if isinstance(quad.object, Literal)
        ]
        if len(at) == 2:  # noqa: PLR2004
            found.append(Point(at[0], at[1], snapshot.directory.label(node), href(node.value)))
    return found
