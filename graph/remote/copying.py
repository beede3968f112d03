"""A whole copy of a remote graph in memory, checked against the service's own counts."""

import os
from collections.abc import Iterator, Mapping
from typing import Final

from pyoxigraph import NamedNode, Quad, QueryTriples, Store

from hauberk.graph.claims import CURRENT
from hauberk.graph.errors import RemoteError
from hauberk.graph.remote.mirror import NAMED, PAGE, Mirror, found_quad, pages
from hauberk.graph.remote.service import Service
from hauberk.ontology.names import HBK, ID, RDF

LIMIT: Final = 3_000_000
"""Statements that are copied unasked: some 2 GB of memory."""
_LIVE: Final = (HBK.Claim, HBK.Entry)
_GRAPHS: Final = (HBK.denies, HBK.withdrawnGraph)
_BLANK: Final = (
    f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {CURRENT}"
    " { ?s ?p ?o } FILTER(isBlank(?s) || isBlank(?o)) }"
)
_CLAIMED: Final = f'GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{ID}"))'


def copied(service: Service, environment: Mapping[str, str] = os.environ) -> Store:
    """Return all that the service holds of the graph, as a store in memory.

    Raises RemoteError where it is more than HAUBERK_COPY_LIMIT, or changes meanwhile.
    """
    mirror = Mirror(service)
    accepted = service.tally("?p", f"GRAPH {CURRENT} {{ ?s ?p ?o }}")
    count = sum(accepted.values()) + service.count(_CLAIMED)
    limit = _limit(environment)
    if count > limit:
        raise RemoteError(
            f"{service}: holds {count} statements, and no more than {limit} are copied"
            " to answer this here; set HAUBERK_COPY_LIMIT to more, or load into a folder"
        )
    for predicates in _weighed(accepted):
        values = " ".join(map(str, predicates))
        pattern = f"VALUES ?p {{ {values} }} GRAPH {CURRENT} {{ ?s ?p ?o }} {NAMED}"
        for rows in pages(service, "?s ?p ?o", pattern):
            mirror.put(map(found_quad, rows))
    blank = service.query(_BLANK)
    if isinstance(blank, QueryTriples):
        mirror.put(Quad(t.subject, t.predicate, t.object, CURRENT) for t in blank)
    mirror.read_graphs(_graphs(mirror.held))
    if len(mirror.held) != count:
        raise RemoteError(
            f"{service}: the graph changed while it was copied, or a load was cut off; try again"
        )
    return mirror.held


def _weighed(accepted: Mapping[object, int]) -> Iterator[list[object]]:
    """Yield predicates, by how often they are used, in groups that fill a page."""
    group: list[object] = []
    weight = 0
    for predicate, count in accepted.items():
        if group and weight + count > PAGE:
            yield group
            group, weight = [], 0
        group.append(predicate)
        weight += count
    if group:
        yield group


def _graphs(held: Store) -> Iterator[NamedNode]:
    """Yield the graph of each statement that `current` describes."""
    for live in _LIVE:
        for quad in held.quads_for_pattern(None, RDF.type, live, CURRENT):
            if isinstance(quad.subject, NamedNode):
                yield quad.subject
    for predicate in _GRAPHS:
        for quad in held.quads_for_pattern(None, predicate, None, CURRENT):
            if isinstance(quad.object, NamedNode):
                yield quad.object


def _limit(environment: Mapping[str, str]) -> int:
    given = environment.get("HAUBERK_COPY_LIMIT", "")
    if not given:
        return LIMIT
    if not given.isascii() or not given.isdigit():
        raise RemoteError("HAUBERK_COPY_LIMIT: write a number of statements")
    return int(given)
