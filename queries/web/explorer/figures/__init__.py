"""Figures: maps, charts and networks drawn as SVG on the server, each with its data as a table."""

from hauberk.queries.web.explorer.figures.atlas import Point
from hauberk.queries.web.explorer.figures.bars import bars
from hauberk.queries.web.explorer.figures.lines import lines
from hauberk.queries.web.explorer.figures.map import state_map
from hauberk.queries.web.explorer.figures.network import Edge, Node, network
from hauberk.queries.web.explorer.figures.spans import spans
from hauberk.queries.web.explorer.figures.timeline import timeline

__all__ = ["Edge", "Node", "Point", "bars", "lines", "network", "spans", "state_map", "timeline"]
