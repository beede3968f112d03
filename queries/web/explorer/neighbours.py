"""The neighbours of a dossier, a page of them at a time, with counts of all by kind, role, year."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from pyoxigraph import NamedNode

from hauberk.graph.errors import NotFoundError
from hauberk.graph.holdings import Holdings
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import HBK, KINDS, TIE_KINDS, dossier, is_key, key, kind
from hauberk.queries.web.explorer.kept import once
from hauberk.queries.web.explorer.relations import Index, Relation, degree, related
from hauberk.queries.web.frames import Limits, Reply

MOST: Final = 200
"""Neighbours that one answer lists at most."""


class Facet(msgspec.Struct, frozen=True):
    """A kind, role or year, and how many neighbours there are of it."""

    value: str
    label: str
    count: int


class Neighbour(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier, and how many neighbours of its own it has."""

    id: str
    label: str
    kind: str
    neighbours: int
    began: str = ""
    status: str = ""


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """What joins two dossiers: the first takes part in the second, or is named of by it."""

    source: str
    target: str
    role: str
    label: str


class Neighbourhood(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a dossier's neighbours that pass a filter, and the counts of them all."""

    centre: Neighbour
    total: int
    """Neighbours, whatever the filter."""
    matching: int
    """Those that pass the filter."""
    undated: int
    """Those left out by the filter's days because no date of theirs is accepted."""
    offset: int
    limit: int
    kinds: list[Facet]
    roles: list[Facet]
    years: list[Facet]
    nodes: list[Neighbour]
    edges: list[Edge]


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which neighbours are asked for: of a kind, by a role, begun from one day to another."""

    kind: str = ""
    role: str = ""
    since: str = ""
    until: str = ""


def neighbours(snapshot: Snapshot, given: Mapping[str, Any], _limits: Limits) -> Reply:
    """Give a page of the neighbours of the dossier `id`, as JSON.

    Raises NotFoundError where no such dossier is known.
    """
    name = given["id"]
    if not is_key(name) or not Holdings(snapshot.database).is_known(dossier(name)):
        raise NotFoundError(f"“{name[:100]}” is no dossier here")
    found = neighbourhood(
        snapshot, dossier(name), msgspec.convert(given["filter"], Filter),
        offset=given["offset"], limit=given["limit"],
    )  # fmt: skip
    return Reply(format="application/json", body=msgspec.json.encode(found) + b"\n")


def neighbourhood(
    snapshot: Snapshot,
    node: NamedNode,
    wanted: Filter = Filter(),  # noqa: B008  (frozen)
    *,
    offset: int = 0,
    limit: int = 40,
) -> Neighbourhood:
    """Return the neighbours of *node* that are *wanted*, the latest first, from *offset* on."""
    return _Looking(snapshot, node).around(wanted, offset, min(limit, MOST))


class _Looking:
    def __init__(self, snapshot: Snapshot, node: NamedNode) -> None:
        self.directory = snapshot.directory
        self.held = Holdings(snapshot.database)
        self.index = once(snapshot, Index)
        self.node = node
        self.labels: dict[NamedNode, str] = {}
        self.relations: dict[NamedNode, dict[tuple[Relation, bool], None]] = {}
        for other, relation, outward in related(self.held, node, self.index.roles):
            self.relations.setdefault(other, {})[relation, outward] = None
        self.began = {other: self._began(other) for other in self.relations}

    def around(self, wanted: Filter, offset: int, limit: int) -> Neighbourhood:
        dated = bool(wanted.since or wanted.until)
        alike = [other for other in self.relations if self._is_alike(other, wanted)]
        undated = [each for each in alike if kind(each) in TIE_KINDS and not self.began[each]]
        matching = [each for each in alike if not dated or self._is_within(each, wanted)]
        latest = sorted(matching, key=lambda each: each.value)
        latest.sort(key=lambda each: self.began[each], reverse=True)
        page = latest[offset : offset + limit]
        return Neighbourhood(
            centre=self._neighbour(self.node, len(self.relations), self._began(self.node)),
            total=len(self.relations),
            matching=len(matching),
            undated=len(undated) if dated else 0,
            offset=offset,
            limit=limit,
            kinds=self._kinds(),
            roles=self._roles(),
            years=self._years(),
            nodes=[self._neighbour(each, degree(self.held, each), self.began[each])
                   for each in page],
            edges=[edge for each in page for edge in self._edges(each)],
        )  # fmt: skip

    def _is_alike(self, other: NamedNode, wanted: Filter) -> bool:
        if wanted.kind and kind(other) != wanted.kind:
            return False
        return not wanted.role or any(
            _name(relation) == wanted.role for relation, _ in self.relations[other]
        )

    def _is_within(self, other: NamedNode, wanted: Filter) -> bool:
        """Tell whether a tie began in the time; who takes part in one tie passes anyway."""
        if kind(other) not in TIE_KINDS:
            return True
        began = self.began[other]
        if not began:
            return False
        until = wanted.until + "~" if wanted.until else "~"  # all days of a month or year
        return wanted.since <= began <= until

    def _began(self, node: NamedNode) -> str:
        return self.index.began.get(node, "")

    def _neighbour(self, node: NamedNode, count: int, began: str) -> Neighbour:
        status = self.held.object_of(node, HBK.status) if kind(node) in TIE_KINDS else None
        return Neighbour(
            id=key(node) or "", label=self.directory.label(node), kind=kind(node),
            neighbours=count, began=began,
            status=self._label(status) if isinstance(status, NamedNode) else "",
        )  # fmt: skip

    def _edges(self, other: NamedNode) -> Iterator[Edge]:
        here, there = key(self.node) or "", key(other) or ""
        for relation, outward in self.relations[other]:
            source, target = (here, there) if outward else (there, here)
            yield Edge(
                source=source, target=target, role=_name(relation), label=self._label(relation)
            )

    def _label(self, node: NamedNode) -> str:
        if node not in self.labels:
            self.labels[node] = self.directory.label(node).removeprefix("has ")
        return self.labels[node]

    def _kinds(self) -> list[Facet]:
        counts = Counter(kind(other) for other in self.relations)
        return [
            Facet(value, self._label(HBK(KINDS[value])), count)
            for value, count in counts.most_common()
        ]

    def _roles(self) -> list[Facet]:
        counts = Counter(
            relation
            for related in self.relations.values()
            for relation in dict.fromkeys(relation for relation, _ in related)
        )
        return [Facet(_name(each), self._label(each), n) for each, n in counts.most_common()]

    def _years(self) -> list[Facet]:
        counts = Counter(began[:4] for began in self.began.values() if began)
        return [Facet(year, year, count) for year, count in sorted(counts.items())]


def _name(relation: Relation) -> str:
    """Return the last part of a role's code or a property's IRI."""
    return relation.value.rpartition("/")[2].rpartition("#")[2]
