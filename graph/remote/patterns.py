"""Which queries ask the default graph: on a service it may hold anything, or nothing at all."""

import warnings
from typing import Any, Final

_NAMED: Final = frozenset({"Graph", "GraphGraphPattern"})
_PATTERNS: Final = frozenset({"BGP", "TriplesBlock"})


def asks_default_graph(text: str) -> bool:
    """Tell whether a query has a triple pattern outside GRAPH; True where that cannot be told."""
    from rdflib.plugins.sparql import prepareQuery

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of rdflib's own parser
            return _is_bare(prepareQuery(text).algebra)
    except Exception:  # noqa: BLE001 - rdflib's parser raises of many kinds; the service will judge
        return True


def _is_bare(node: Any) -> bool:  # noqa: ANN401 - rdflib's algebra is nested lists and dictionaries
    from rdflib.plugins.sparql.parserutils import CompValue

    if isinstance(node, CompValue):
        if node.name in _NAMED:
            return False
        if node.name in _PATTERNS and node.triples:
            return True
        return any(map(_is_bare, node.values()))
    return isinstance(node, list | tuple) and any(map(_is_bare, node))
