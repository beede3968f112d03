"""The chart of a question's answer: the first of those its header names that fits the rows."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from markupsafe import Markup
from pyoxigraph import Literal, NamedNode

from hauberk.graph.store import Snapshot
from hauberk.ontology.names import ID, kind
from hauberk.queries.catalog import Chart, Query
from hauberk.queries.render import plain
from hauberk.queries.runner import Cell, Table
from hauberk.queries.web.explorer.figures import (
    Edge,
    Node,
    bars,
    lines,
    network,
    state_map,
    timeline,
)
from hauberk.queries.web.explorer.turns import address
from hauberk.queries.web.pages import href, text, texts, words

_STATE: Final = ID + "state/"
_FACETS: Final = 3
_MILLION: Final = 1_000_000
_BILLION: Final = 1_000_000_000
_LINES: Final = 7
_MOST_LABELS: Final = 400

_Row = Sequence[Cell]


def chart(
    snapshot: Snapshot, query: Query, table: Table, given: Mapping[str, str]
) -> Sequence[Markup]:
    """Return the figures of an answer; none where no chart of the query's fits it.

    A chart fits where it has two things at least to set side by side. One with a facet, say the
    currency, is a figure for each of the three facets with most rows, since their values cannot
    be set side by side.
    """
    for each in query.header.chart:
        drawing = _Drawing(snapshot, query, each, table, given)
        if drawing.fits():
            return [*drawing.figures(), *drawing.left_out()]
    return ()


class _Drawing:
    def __init__(
        self, snapshot: Snapshot, query: Query, chart: Chart, table: Table, given: Mapping[str, str]
    ) -> None:
        self.snapshot, self.query, self.chart, self.given = snapshot, query, chart, given
        self.rows = table.rows
        self.at = {name: index for index, name in enumerate(table.columns)}

    def fits(self) -> bool:
        """Tell whether there are two things at least to compare: for arcs, two pairs."""
        ends = [self.at[name] for name in (self.chart.of, self.chart.to) if name]
        things = {tuple(row[end] for end in ends) for row in self.rows}
        return sum(None not in each for each in things) > 1

    def figures(self) -> list[Markup]:
        facet = self.chart.facet
        if not facet:
            return [drawn for drawn in [self.figure(self.rows, self.title())] if drawn]
        rows: dict[str, list[_Row]] = defaultdict(list)
        for row in self.rows:
            rows[plain(row[self.at[facet]])].append(row)
        ranked = sorted(rows, key=lambda each: (-len(rows[each]), each))[:_FACETS]
        return [
            drawn for each in ranked
            if (drawn := self.figure(rows[each], self.faceted(each)))
        ]  # fmt: skip

    def left_out(self) -> Iterator[Markup]:
        """Yield what is said of the facets that have no figure."""
        if not self.chart.facet:
            return
        left = len({row[self.at[self.chart.facet]] for row in self.rows}) - _FACETS
        if left > 0:
            told = texts("%(count)s more %(facet)s stands in the table alone.",
                         "%(count)s more by %(facet)s stand in the table alone.", left,
                         facet=words(self.chart.facet))  # fmt: skip
            yield Markup('<p class="hint">{}</p>').format(told)

    def title(self) -> str:
        return self.chart.title

    def faceted(self, facet: str) -> str:
        told = {
            1: "%(title)s, %(facet)s",
            _MILLION: text("%(title)s, %(facet)s million"),
            _BILLION: text("%(title)s, %(facet)s billion"),
        }[self.scale]
        return told % {"title": self.title(), "facet": facet or text("unknown")}

    def figure(self, rows: Sequence[_Row], title: str) -> Markup:
        drawing: dict[str, Callable[[Sequence[_Row], str], Markup]] = {
            "map": self.map, "arcs": self.arcs, "bars": self.bars, "lines": self.lines,
            "timeline": self.timeline, "network": self.network,
        }  # fmt: skip
        return drawing[self.chart.figure](rows, title)

    # -- What is measured -------------------------------------------------------------------

    def unit(self) -> str:
        measured = self.chart.total or self.chart.count
        name = words(measured.removesuffix("Label")) if measured else text("rows")
        return {
            1: name,
            _MILLION: text("%(name)s in millions", name=name),
            _BILLION: text("%(name)s in billions", name=name),
        }[self.scale]

    @cached_property
    def scale(self) -> int:
        """What sums are told in: ones, or millions or billions where they are large."""
        total = self.chart.total
        if not total:
            return 1
        most = max((_number(row[self.at[total]]) for row in self.rows), default=0)
        if most >= 100 * _BILLION:
            return _BILLION
        return _MILLION if most >= 10 * _MILLION else 1

    def measures(self, rows: Sequence[_Row], keys: Sequence[str]) -> dict[tuple[Cell, ...], float]:
        """Return by the cells of some columns what the rows that have them all come to."""
        places = [self.at[each] for each in keys]
        counted: dict[tuple[Cell, ...], set[Cell]] = defaultdict(set)
        summed: Counter[tuple[Cell, ...]] = Counter()
        for row in rows:
            cells = tuple(row[place] for place in places)
            if None in cells:
                continue
            if self.chart.total:
                summed[cells] += _number(row[self.at[self.chart.total]])  # type: ignore[assignment]
            elif self.chart.count:
                counted[cells].add(row[self.at[self.chart.count]])
            else:
                summed[cells] += 1
        if self.chart.count and not self.chart.total:
            return {cells: float(len(held - {None})) for cells, held in counted.items()}
        return {cells: _short(value / self.scale) for cells, value in summed.items()}

    # -- The figures --------------------------------------------------------------------------

    def map(self, rows: Sequence[_Row], title: str) -> Markup:
        values = {
            node.value.removeprefix(_STATE): value
            for (node,), value in self.measures(rows, [self.chart.of]).items()
            if isinstance(node, NamedNode) and node.value.startswith(_STATE)
        }
        return state_map(values, title=title, unit=self.unit(), href=self.asked(self.chart.of))

    def arcs(self, rows: Sequence[_Row], title: str) -> Markup:
        """Draw each pair of states once, whichever way round and how often it stands in rows.

        States are shaded where things are counted; of totals by pair, a state has no sum.
        """
        measured = self.chart.total or self.chart.count
        of, to, what = (self.at[each] for each in (self.chart.of, self.chart.to, measured))
        pairs: dict[tuple[str, str], set[Cell]] = defaultdict(set)
        states: dict[str, set[Cell]] = defaultdict(set)
        for row in rows:
            a, b = row[of], row[to]
            if isinstance(a, NamedNode) and isinstance(b, NamedNode) and a != b:
                one, other = sorted(each.value.removeprefix(_STATE) for each in (a, b))
                for held in (pairs[one, other], states[one], states[other]):
                    held.add(row[what])
        if self.chart.total:
            arcs = [(*pair, max(map(_number, held))) for pair, held in pairs.items()]
            values = {}
        else:
            arcs = [(*pair, float(len(held))) for pair, held in pairs.items()]
            values = {state: float(len(held)) for state, held in states.items()}
        return state_map(values, title=title, unit=self.unit(), arcs=arcs,
                         href=self.asked(self.chart.of))  # fmt: skip

    def bars(self, rows: Sequence[_Row], title: str) -> Markup:
        measured = self.measures(rows, [self.chart.of])
        pairs = [(plain(cell) or text("unknown"), value) for (cell,), value in measured.items()]
        ranked = sorted(pairs, key=lambda pair: (-pair[1], pair[0].casefold()))
        return bars(ranked[:_MOST_LABELS], title=title, unit=self.unit())

    def lines(self, rows: Sequence[_Row], title: str) -> Markup:
        keys = [self.chart.of, *([self.chart.split] if self.chart.split else [])]
        series: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for cells, value in self.measures(rows, keys).items():
            period = plain(cells[0])
            if period:
                name = plain(cells[1]) if len(cells) > 1 else self.unit()
                series[name].append((period, value))
        return lines(series, title=title, unit=self.unit(), most=_LINES)

    def timeline(self, rows: Sequence[_Row], title: str) -> Markup:
        keys = [self.chart.of, *([self.chart.split] if self.chart.split else [])]
        found = [
            (plain(cells[0])[:10], plain(cells[1]) if len(cells) > 1 else self.unit(), value)
            for cells, value in self.measures(rows, keys).items()
            if plain(cells[0])
        ]
        return timeline(found, title=title, unit=self.unit())

    def network(self, rows: Sequence[_Row], title: str) -> Markup:
        edges: list[Edge] = []
        nodes: dict[str, Node] = {}
        for (a, b), value in self.measures(rows, [self.chart.of, self.chart.to]).items():
            if isinstance(a, NamedNode) and isinstance(b, NamedNode):
                for each in (a, b):
                    if each.value not in nodes:
                        label = self.snapshot.directory.label(each)
                        nodes[each.value] = Node(each.value, label, kind(each), href(each.value))
                edges.append(Edge(a.value, b.value, value))
        return network(nodes.values(), edges, title=title)

    def asked(self, column: str) -> Callable[[str], str] | None:
        """Return how the question is asked of one state alone, where it can be."""
        if column not in self.query.parameters:
            return None
        path = f"/queries/{self.query.name}"
        return lambda letters: address(path, {**self.given, column: letters})


def _short(value: float) -> float:
    """Return a number without digits that a chart cannot show."""
    return float(round(value)) if abs(value) >= 100 else round(value, 2)  # noqa: PLR2004


def _number(cell: Cell) -> float:
    try:
        return float(cell.value) if isinstance(cell, Literal) else 0.0
    except ValueError:
        return 0.0
