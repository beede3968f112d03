"""How sure the graph is: shares of claims and ties, counted by the engine once a snapshot."""

from typing import Final

import msgspec
from pyoxigraph import Literal, NamedNode, QuerySolutions

from hauberk.graph.census import COUNTED, DISTINCT
from hauberk.graph.quality import Share
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import CODE, HBK
from hauberk.queries.web.explorer.kept import once

_PREFIXES: Final = f"""
PREFIX hbk: <{HBK}>
PREFIX modality: <{CODE}modality/>
PREFIX prov: <http://www.w3.org/ns/prov#>
"""
_CLASSES: Final = "SELECT ?class (COUNT(*) AS ?n) { ?each a ?class } GROUP BY ?class"
_MODALITIES: Final = """
SELECT ?modality (COUNT(*) AS ?n) { ?claim a hbk:Claim ; hbk:modality ?modality
  FILTER NOT EXISTS { ?claim hbk:denies ?denied } } GROUP BY ?modality
"""
_DENIALS: Final = "SELECT (COUNT(*) AS ?n) { ?claim a hbk:Claim ; hbk:denies ?denied }"
_SINGLE: Final = """
SELECT (COUNT(*) AS ?n) {
  SELECT ?tie {
    ?tie a hbk:Tie .
    ?claim hbk:about ?tie ; a hbk:Claim ; hbk:modality ?modality ; prov:hadPrimarySource ?source .
    FILTER(?modality IN (modality:confirmed, modality:reported))
    FILTER NOT EXISTS { ?claim hbk:denies ?denied }
    FILTER EXISTS { GRAPH ?claim { ?subject ?predicate ?object } }
  } GROUP BY ?tie HAVING(COUNT(DISTINCT ?source) = 1)
}
"""
"""Ties whose firm claims cite one source, as `hauberk.graph.quality` counts them."""
_CONTESTED: Final = """
SELECT (COUNT(DISTINCT ?tie) AS ?n) { ?tie a hbk:Tie ; hbk:contestedIn ?what }
"""


class Sureness(msgspec.Struct, frozen=True, kw_only=True):
    """What is held, and shares of the claims and of the ties; `counts` by class as in the census.

    Confirmed, reported and hedged claims and denials are all the claims there are. A tie is
    contested where its accepted claims disagree, single-sourced where its firm claims cite one
    source.
    """

    counts: dict[str, int]
    confirmed: Share
    reported: Share
    hedged: Share
    denied: Share
    contested: Share
    single_sourced: Share


def sureness(snapshot: Snapshot) -> Sureness:
    """Return how sure the snapshot is, counted once."""
    return once(snapshot, _counted)


def _counted(snapshot: Snapshot) -> Sureness:
    classes = _tally(snapshot, _CLASSES)
    counts = {name: classes.get(of.value, 0) for name, of in COUNTED.items()}
    for name, predicate in DISTINCT.items():
        asked = f"SELECT (COUNT(DISTINCT ?each) AS ?n) {{ ?each {predicate} ?any }}"
        counts[name] = _number(snapshot, asked)
    by = {iri.rpartition("/")[2]: n for iri, n in _tally(snapshot, _MODALITIES).items()}
    denied = _number(snapshot, _DENIALS)
    claims, ties = sum(by.values()) + denied, counts["ties"]
    firm = by.get("confirmed", 0), by.get("reported", 0)
    return Sureness(
        counts=counts,
        confirmed=Share(firm[0], claims),
        reported=Share(firm[1], claims),
        hedged=Share(sum(by.values()) - sum(firm), claims),
        denied=Share(denied, claims),
        contested=Share(_number(snapshot, _CONTESTED), ties),
        single_sourced=Share(_number(snapshot, _SINGLE), ties),
    )


def _tally(snapshot: Snapshot, asked: str) -> dict[str, int]:
    answer = snapshot.query(_PREFIXES + asked)
    found = {}
    if isinstance(answer, QuerySolutions):
        for thing, count in answer:
            if isinstance(thing, NamedNode) and isinstance(count, Literal):
                found[thing.value] = int(count.value)
    return found


def _number(snapshot: Snapshot, asked: str) -> int:
    answer = snapshot.query(_PREFIXES + asked)
    if not isinstance(answer, QuerySolutions):
        return 0
    return next((int(count.value) for (count,) in answer if isinstance(count, Literal)), 0)
