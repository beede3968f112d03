"""Places: where the states lie on the map and what they are called, from the ontology."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from hauberk.ontology import resource
from hauberk.ontology.names import HBK, ID, RDFS, Namespace
from hauberk.queries.web.explorer.figures.projection import projected

_GEO: Final = Namespace("http://www.w3.org/2003/01/geo/wgs84_pos#")
_STATE: Final = ID + "state/"

Place = tuple[float, float]


@cache
def outlines() -> tuple[Mapping[str, str], Mapping[str, Place]]:
    """Return the outlines of the states on the map, and the middle of each, by two letters."""
    file = files("hauberk.queries.web.explorer.figures").joinpath("europe.json")
    held = json.loads(file.read_text(encoding="utf-8"))
    return held["states"], {code: tuple(at) for code, at in held["middles"].items() if at}


@cache
def capitals() -> Mapping[str, Place]:
    """Return where the capitals lie in the drawing, by their states' two letters."""
    held: dict[NamedNode, dict[NamedNode, object]] = {}
    for quad in parse(resource("gazetteer").read_bytes(), format=RdfFormat.TURTLE):
        if isinstance(quad.subject, NamedNode):
            held.setdefault(quad.subject, {})[quad.predicate] = quad.object
    found = {}
    for node, about in held.items():
        place = held.get(about.get(HBK.capital), {})  # type: ignore[call-overload]
        lat, long = place.get(_GEO.lat), place.get(_GEO.long)
        if isinstance(lat, Literal) and isinstance(long, Literal):
            letters = node.value.removeprefix(_STATE)
            found[letters] = projected(float(lat.value), float(long.value))
    return found


@cache
def state_names() -> Mapping[str, str]:
    """Return the states' labels by their two letters."""
    return {
        quad.subject.value.removeprefix(_STATE): quad.object.value
        for quad in parse(resource("states").read_bytes(), format=RdfFormat.TURTLE)
        if quad.predicate == RDFS.label
        and isinstance(quad.subject, NamedNode)
        and isinstance(quad.object, Literal)
        and quad.subject.value.startswith(_STATE)
    }
