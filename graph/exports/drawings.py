"""Networks as GraphML and as GEXF 1.3, for Gephi, networkx, igraph and the like.

Both are written here and not by networkx, which puts the day of writing into GEXF, knows it up
to 1.2 only when it writes, and needs the whole text in memory.
"""

from collections.abc import Iterator
from typing import IO, Final

from hauberk.graph.exports.markup import escaped
from hauberk.graph.exports.networks import Edge, Network, Node, network
from hauberk.graph.exports.release import LICENCE, Release

_NODE: Final = {
    "kind": "string", "state": "string", "ties": "int", "tie_kind": "string", "status": "string",
    "date": "string",
}  # fmt: skip
_EDGE: Final = {
    "kinds": "string", "roles": "string", "first": "string", "last": "string", "tie_ids": "string",
}  # fmt: skip
"""The attributes beside label and weight, with their types; lists are parted by spaces."""


def _node(node: Node) -> dict[str, str]:
    found = {
        "kind": node.kind, "state": node.state, "ties": str(node.ties),
        "tie_kind": node.tie_kind, "status": node.status, "date": node.date,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}


def _edge(edge: Edge) -> dict[str, str]:
    found = {
        "kinds": " ".join(sorted(edge.kinds)), "roles": " ".join(edge.roles),
        "first": edge.first, "last": edge.last, "tie_ids": " ".join(edge.ties),
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}


def write_graphml(release: Release, sink: IO[bytes]) -> None:
    """Write the network as GraphML."""
    _write(_graphml(network(release), _terms(release)), sink)


def write_gexf(release: Release, sink: IO[bytes]) -> None:
    """Write the network as GEXF 1.3."""
    _write(_gexf(network(release), _terms(release)), sink)


def _terms(release: Release) -> str:
    """Return the licence, and the credit lines of the open data that is drawn."""
    lines = [f"Licence: {LICENCE}", *release.credits.lines]
    return escaped("\n".join([release.title, *lines]), "the credit lines")


def _write(lines: Iterator[str], sink: IO[bytes]) -> None:
    sink.write(b'<?xml version="1.0" encoding="UTF-8"?>\n')
    for line in lines:
        sink.write(line.encode() + b"\n")


def _graphml(drawn: Network, terms: str) -> Iterator[str]:
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    yield f"<desc>{terms}</desc>"
    yield '<key id="label" for="node" attr.name="label" attr.type="string"/>'
    for name, type_ in _NODE.items():
        yield f'<key id="n-{name}" for="node" attr.name="{name}" attr.type="{type_}"/>'
    yield '<key id="weight" for="edge" attr.name="weight" attr.type="int"/>'
    for name, type_ in _EDGE.items():
        yield f'<key id="e-{name}" for="edge" attr.name="{name}" attr.type="{type_}"/>'
    yield f'<graph id="{escaped(drawn.title, "the title")}" edgedefault="undirected">'
    for node in drawn.nodes:
        yield f'<node id="{escaped(node.id, node.id)}">'
        yield f'<data key="label">{escaped(node.label, node.id)}</data>'
        for name, value in _node(node).items():
            yield f'<data key="n-{name}">{escaped(value, node.id)}</data>'
        yield "</node>"
    for number, edge in enumerate(drawn.edges):
        ends = f'source="{escaped(edge.source, "")}" target="{escaped(edge.target, "")}"'
        yield f'<edge id="{number}" {ends}>'
        yield f'<data key="weight">{edge.weight}</data>'
        for name, value in _edge(edge).items():
            yield f'<data key="e-{name}">{escaped(value, edge.source)}</data>'
        yield "</edge>"
    yield "</graph>"
    yield "</graphml>"


def _gexf(drawn: Network, terms: str) -> Iterator[str]:
    yield '<gexf xmlns="http://gexf.net/1.3" version="1.3">'
    yield "<meta><creator>Hauberk</creator>"
    yield f"<description>{terms}</description></meta>"
    yield '<graph defaultedgetype="undirected" mode="static">'
    for class_, attributes in (("node", _NODE), ("edge", _EDGE)):
        yield f'<attributes class="{class_}">'
        for name, type_ in attributes.items():
            shown = "integer" if type_ == "int" else type_
            yield f'<attribute id="{name}" title="{name}" type="{shown}"/>'
        yield "</attributes>"
    yield "<nodes>"
    for node in drawn.nodes:
        yield f'<node id="{escaped(node.id, node.id)}" label="{escaped(node.label, node.id)}">'
        yield from _attvalues(_node(node), node.id)
        yield "</node>"
    yield "</nodes>"
    yield "<edges>"
    for number, edge in enumerate(drawn.edges):
        ends = f'source="{escaped(edge.source, "")}" target="{escaped(edge.target, "")}"'
        yield f'<edge id="{number}" {ends} weight="{edge.weight}">'
        yield from _attvalues(_edge(edge), edge.source)
        yield "</edge>"
    yield "</edges>"
    yield "</graph>"
    yield "</gexf>"


def _attvalues(values: dict[str, str], where: str) -> Iterator[str]:
    yield "<attvalues>"
    for name, value in values.items():
        yield f'<attvalue for="{name}" value="{escaped(value, where)}"/>'
    yield "</attvalues>"
