"""Network: things and the ties between them, laid out the same way each time."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec
from markupsafe import Markup

from hauberk.queries.web.explorer.figures.bars import shortened
from hauberk.queries.web.explorer.figures.drawing import (
    NOTHING,
    element,
    figure,
    joined,
    keys,
    link,
    plain,
    table,
)
from hauberk.queries.web.explorer.figures.layout import rings, spread
from hauberk.queries.web.explorer.figures.naming import Name, naming
from hauberk.queries.web.texts import number, text, texts

_WIDTH: Final = 760
_MOST: Final = 40
_LONGEST: Final = (40, 30, 20)
_RADIUS: Final = 7.0


class Node(msgspec.Struct, frozen=True):
    """A thing: its kind is that of a dossier's id, `firm` say, and chooses its shape."""

    id: str
    label: str
    kind: str = ""
    href: str = ""


class Edge(msgspec.Struct, frozen=True):
    """A tie between two nodes by their ids; `weight` says how strong, `label` in words."""

    a: str
    b: str
    weight: float = 1
    label: str = ""


def network(  # noqa: PLR0913
    nodes: Iterable[Node],
    edges: Iterable[Edge],
    *,
    title: str,
    centre: str = "",
    most: int = _MOST,
    names: Mapping[str, str] | None = None,
) -> Markup:
    """Return the network, around the node *centre* where one is given.

    The *most* nodes with the heaviest ties are drawn, those of the centre first; how many are left
    out is said below, and the table has every tie. *names* says what kinds are called in the
    legend. Empty where no tie has both ends among the nodes.
    """
    known = {node.id: node for node in nodes}
    ties = [each for each in edges if each.a in known and each.b in known and each.a != each.b]
    if not ties:
        return NOTHING
    shown = _chosen(known, ties, centre, most)
    inside = [each for each in ties if each.a in shown and each.b in shown]
    ordered = [known[each] for each in shown]
    pairs = [(each.a, each.b) for each in inside]
    at = rings(list(shown), pairs, centre) if centre in shown else None
    size = (_WIDTH, _height(len(shown)))
    places = {
        each: (size[0] * (0.5 + x * 0.27), size[1] / 2 + y * (size[1] / 2 - 34))
        for each, (x, y) in (at or spread(list(shown), pairs)).items()
    }
    heaviest = sorted(shown, key=lambda each: (each != centre, -shown[each], each))
    labels = {each: [shortened(known[each].label, most) for most in _LONGEST] for each in shown}
    named = naming(labels, places, heaviest, size, _RADIUS)
    left = len({each for tie in ties for each in (tie.a, tie.b)}) - len(shown)
    below = [keys(_legend(ordered, names or {}))]
    notes = []
    if left:
        notes.append(texts("%(count)s more stands in the table.",
                           "%(count)s more stand in the table.", left))  # fmt: skip
    if len(named) < len(shown):
        notes.append(text("Names without room are told by pointing, and in the table."))
    if notes:
        below.append(element("p", " ".join(notes), class_="left"))
    drawn = [_tie(each, known, places) for each in inside]
    drawn += [
        _node(known[each], places[each], named.get(each), is_centre=each == centre)
        for each in shown
    ]
    return figure(
        "network", title, drawn, size=size, below=joined(below),
        data=table(
            (text("One"), text("Other"), text("Tie"), text("Strength")),
            ((_named(known[each.a]), _named(known[each.b]), each.label, number(each.weight))
             for each in sorted(ties, key=_order)),
            numbers=3,
        ),
        summary=text("The data as a table"),
        linked=any(node.href for node in ordered),
        told=_told(known, ties, centre),
    )  # fmt: skip


def _order(tie: Edge) -> tuple[float, str, str, str]:
    return -tie.weight, tie.a, tie.b, tie.label


def _chosen(
    known: Mapping[str, Node], ties: Sequence[Edge], centre: str, most: int
) -> dict[str, float]:
    """Return the nodes to draw and their weights, in an order that rows do not change."""
    weights: defaultdict[str, float] = defaultdict(float)
    for each in ties:
        near = 1e6 if centre in {each.a, each.b} else 1.0
        weights[each.a] += each.weight * near
        weights[each.b] += each.weight * near
    ranked = sorted(weights, key=lambda each: (each != centre, -weights[each], each))[:most]
    ordered = sorted(ranked, key=lambda each: (known[each].kind, known[each].label))
    return {each: weights[each] for each in ordered}


def _height(count: int) -> float:
    return 220.0 + 10 * count


def _tie(tie: Edge, known: Mapping[str, Node], places: Mapping[str, tuple[float, float]]) -> Markup:
    (x1, y1), (x2, y2) = places[tie.a], places[tie.b]
    told = f"{known[tie.a].label} \u2013 {known[tie.b].label}"
    words = f"{told}: {tie.label}" if tie.label else f"{told}: {number(tie.weight)}"
    width = min(1 + math.log2(max(tie.weight, 1)), 6)
    d = f"M{plain(x1)} {plain(y1)}L{plain(x2)} {plain(y2)}"
    return element("path", element("title", words), d=d, class_="edge", stroke_width=width)


def _node(node: Node, place: tuple[float, float], name: Name | None, *, is_centre: bool) -> Markup:
    x, y = place
    mark = element("path", element("title", node.label),
                   d=shape(node.kind, x, y, _RADIUS + 3 * is_centre),
                   class_=f"node {node.kind}".strip())  # fmt: skip
    words = NOTHING
    if name:
        words = element("text", name.words, x=name.x, y=name.y, text_anchor=name.anchor,
                        class_="name centre" if is_centre else "name")  # fmt: skip
    return link(node.href, joined((mark, words)))


def shape(kind: str, x: float, y: float, r: float) -> str:
    """Return the outline of a node of a kind: ties are squares, the unnamed diamonds, ...

    The shape alone tells the kind, whatever colours a reader sees.
    """
    if kind in {"agreement", "programme", "stake"}:
        return f"M{plain(x - r)} {plain(y - r)}h{plain(2 * r)}v{plain(2 * r)}h{plain(-2 * r)}z"
    if kind == "undisclosed":
        return f"M{plain(x)} {plain(y - r - 2)}l{plain(r + 2)} {plain(r + 2)}l{plain(-r - 2)} {plain(r + 2)}l{plain(-r - 2)} {plain(-r - 2)}z"  # noqa: E501
    if kind in {"body", "organisation", "model"}:
        return f"M{plain(x)} {plain(y - r - 1)}l{plain(r + 2)} {plain(2 * r)}h{plain(-2 * r - 4)}z"
    return f"M{plain(x - r)} {plain(y)}a{plain(r)} {plain(r)} 0 1 0 {plain(2 * r)} 0a{plain(r)} {plain(r)} 0 1 0 {plain(-2 * r)} 0z"  # noqa: E501


def _legend(nodes: Sequence[Node], names: Mapping[str, str]) -> list[tuple[str | Markup, str]]:
    kinds = dict.fromkeys(node.kind for node in nodes if node.kind)
    return [
        (
            element("path", d=shape(kind, 7, 7, 5), class_=f"node {kind}"),
            names.get(kind) or _called(kind),
        )
        for kind in kinds
    ]


def _called(kind: str) -> str:
    """Return what a kind of dossier is called."""
    return {
        "body": text("public body"), "organisation": text("international organisation"),
        "undisclosed": text("unnamed party"), "model": text("cooperation model"),
        "agreement": text("agreement"), "programme": text("programme"), "stake": text("stake"),
        "firm": text("firm"), "state": text("state"), "person": text("person"),
        "product": text("product"),
    }.get(kind, kind)  # fmt: skip


def _named(node: Node) -> str | Markup:
    return element("a", node.label, href=node.href) if node.href else node.label


def _told(known: Mapping[str, Node], ties: Sequence[Edge], centre: str) -> str:
    strongest = "; ".join(
        f"{known[each.a].label} \u2013 {known[each.b].label}"
        for each in sorted(ties, key=_order)[:3]
    )
    things = number(len({each for tie in ties for each in (tie.a, tie.b)}))
    told = text("A network of %(things)s things and %(ties)s ties.", things=things,
                ties=number(len(ties)))  # fmt: skip
    around = text("Around %(centre)s.", centre=known[centre].label) if centre in known else ""
    return " ".join(filter(None, [told, around, text("Strongest: %(ties)s.", ties=strongest)]))
