"""A dossier's surroundings as a drawing: the ties of a party, the parties of a tie."""

from itertools import islice
from typing import Final

from markupsafe import Markup
from pyoxigraph import NamedNode

from hauberk.graph.store import Snapshot
from hauberk.ontology.names import TIE_KINDS, key, kind
from hauberk.queries.web.explorer.figures.network import Edge, Node, network
from hauberk.queries.web.explorer.register import register
from hauberk.queries.web.explorer.ties import parties
from hauberk.queries.web.explorer.voices import Voices
from hauberk.queries.web.pages import href, text

_MOST_TIES: Final = 8
_MOST_PARTIES: Final = 24


def surroundings(snapshot: Snapshot, node: NamedNode, voices: Voices) -> Markup | None:
    """Return a drawing of the accepted ties around *node*, or None where there are none.

    Around a party stand its newest ties and who else takes part in them.
    """
    nodes: dict[str, Node] = {}
    edges: list[Edge] = []

    def drawn(each: NamedNode) -> str:
        name = key(each) or each.value
        nodes.setdefault(name, Node(name, voices.label(each), kind(each), href(each.value)))
        return name

    centre = drawn(node)
    if kind(node) in TIE_KINDS:
        for agent, role in islice(parties(voices, node).items(), _MOST_PARTIES):
            edges.append(Edge(centre, drawn(agent), 1, role))
        title = text("Who takes part")
    else:
        title = text("Its newest ties and who else takes part in them")
        for taking in register(snapshot).ties(node)[:_MOST_TIES]:
            tie = NamedNode(taking.tie)
            edges.append(Edge(centre, drawn(tie), 1, voices.label(NamedNode(taking.role))))
            edges += [
                Edge(drawn(tie), drawn(agent), 1, role)
                for agent, role in parties(voices, tie).items()
                if agent != node and len(nodes) < _MOST_PARTIES
            ]
    if not edges:
        return None
    return network(nodes.values(), edges, title=title, centre=centre)
