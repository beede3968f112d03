"""A mirror: the part of a remote graph that was read so far, which reads more when it is asked.

Where a pattern was read before, or lies inside one that was, nothing is sent. What is changed in
the mirror is noted, for others to send.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final, TypeVar, cast

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QuerySolution, Store

from hauberk.graph.claims import CURRENT
from hauberk.graph.errors import CutOffError, RemoteError
from hauberk.graph.reference import is_reference, reference
from hauberk.graph.remote.service import Service
from hauberk.graph.terms import Term, written
from hauberk.ontology.names import BASE

PAGE: Final = 8000
"""Rows asked for at once: some services give no more than 10,000."""
BATCH: Final = 200
"""Things asked about at once."""
NAMED: Final = "FILTER(!isBlank(?s) && !isBlank(?o))"
"""Blank nodes are the ontology's own affair, and have no name to be asked for by."""

Pair = tuple[NamedNode, Term]
_T = TypeVar("_T", NamedNode, Pair)


class Mirror:
    """What was read of a service's graph; it stands in for the engine's store where that is read.

    With *shipped*, the reference data is this version's own, whatever the service holds.
    """

    def __init__(self, service: Service, *, shipped: bool = False) -> None:
        self.service = service
        self.shipped = shipped
        self.held = Store()
        self.added: dict[Quad, None] = {}
        self.removed: dict[Quad, None] = {}
        self.is_whole = False
        self._subjects: set[NamedNode] = set()
        self._predicates: set[NamedNode] = set()
        self._pairs: set[Pair] = set()
        self._graphs: set[NamedNode] = set()
        self._anywhere: set[Pair] = set()
        if shipped:
            quads = [Quad(t.subject, t.predicate, t.object, CURRENT) for t in reference()]
            self.held.extend(quads)
            self._subjects.update(q.subject for q in quads if isinstance(q.subject, NamedNode))

    def as_store(self) -> Store:
        """Return the mirror as what it stands in for, to the type checker."""
        return cast(Store, self)

    # -- Reading, as the engine's store is read --------------------------------------------

    def quads_for_pattern(
        self,
        subject: NamedNode | None,
        predicate: NamedNode | None,
        value: Term | None,
        graph: NamedNode | None = None,
    ) -> Iterator[Quad]:
        """Yield the quads of the pattern, read from the service where they were not before."""
        self._read(subject, predicate, value, graph)
        return self.held.quads_for_pattern(subject, predicate, value, graph)

    def __contains__(self, quad: Quad) -> bool:
        """Tell whether the graph holds a quad."""
        if isinstance(quad.subject, NamedNode) and isinstance(quad.graph_name, NamedNode):
            self._read(quad.subject, quad.predicate, None, quad.graph_name)
        return quad in self.held

    def _read(
        self,
        subject: NamedNode | None,
        predicate: NamedNode | None,
        value: Term | None,
        graph: NamedNode | None,
    ) -> None:
        if graph is None:
            if predicate is None or value is None:
                raise RemoteError("this reads every graph, which no service is asked for")
            self.read_anywhere([(predicate, value)])
        elif graph != CURRENT:
            self.read_graphs([graph])
        elif subject is not None:
            self.read_subjects([subject])
        elif predicate is None:
            raise RemoteError("this reads a whole graph, of which a copy must be made first")
        elif value is None:
            self.read_predicate(predicate)
        else:
            self.read_pairs([(predicate, value)])

    def read_subjects(self, subjects: Iterable[NamedNode]) -> None:
        """Read what `current` holds of subjects."""
        wanted = self._unknown(subjects, self._subjects)
        self._gather(wanted, _of_subjects)
        self._subjects.update(wanted)

    def knows(self, subject: NamedNode) -> bool:
        """Tell whether what `current` holds of a subject was read."""
        return self.is_whole or subject in self._subjects

    def read_graphs(self, graphs: Iterable[NamedNode]) -> None:
        """Read whole graphs of claims and entries."""
        wanted = self._unknown(graphs, self._graphs)
        self._gather(wanted, _of_graphs)
        self._graphs.update(wanted)

    def read_pairs(self, pairs: Iterable[Pair]) -> None:
        """Read which subjects `current` holds for predicates and values."""
        wanted = [
            pair for pair in self._unknown(pairs, self._pairs) if pair[0] not in self._predicates
        ]
        self._gather(wanted, _of_pairs)
        self._pairs.update(wanted)

    def read_anywhere(self, pairs: Iterable[Pair]) -> None:
        """Read which subjects any graph has for predicates and values."""
        wanted = self._unknown(pairs, self._anywhere)
        self._gather(wanted, _of_pairs_anywhere)
        self._anywhere.update(wanted)

    def read_predicate(self, predicate: NamedNode) -> None:
        """Read all that `current` holds for a predicate."""
        if self.is_whole or predicate in self._predicates:
            return
        pattern = f"GRAPH {CURRENT} {{ ?s {predicate} ?o }} {NAMED}"
        for rows in pages(self.service, "?s ?o", pattern):
            self.put(_quad(row["s"], predicate, row["o"], CURRENT) for row in rows)
        self._predicates.add(predicate)

    def _unknown(self, wanted: Iterable[_T], known: Collection[_T]) -> list[_T]:
        return (
            [] if self.is_whole else [each for each in dict.fromkeys(wanted) if each not in known]
        )

    def _gather(self, wanted: list[_T], pattern: Callable[[list[_T]], str]) -> None:
        """Read batch by batch; one of which the service gives a part only is halved."""
        todo = [wanted[start : start + BATCH] for start in range(0, len(wanted), BATCH)]
        while todo:
            batch = todo.pop()
            asked = pattern(batch)
            variables = "?g ?s ?p ?o" if "?g" in asked else "?s ?p ?o"
            try:
                rows = self.service.rows(f"SELECT {variables} WHERE {{ {asked} }}")
            except CutOffError:
                if len(batch) == 1:
                    for page in pages(self.service, variables, asked):
                        self.put(map(found_quad, page))
                    continue
                half = len(batch) // 2
                todo += [batch[:half], batch[half:]]
                continue
            self.put(map(found_quad, rows))

    def put(self, quads: Iterable[Quad]) -> None:
        """Keep quads that the service holds, but those that the mirror knows better about."""
        self.held.extend(
            quad
            for quad in quads
            if quad not in self.removed and not (self.shipped and is_reference(quad.subject))
        )

    # -- Writing, as the ledger writes -----------------------------------------------------

    def add(self, quad: Quad) -> None:
        """Add a quad, in the mirror."""
        if quad in self.held:
            return
        self.held.add(quad)
        if quad in self.removed:
            del self.removed[quad]
        else:
            self.added[quad] = None

    def remove(self, quad: Quad) -> None:
        """Remove a quad, in the mirror."""
        self.held.remove(quad)
        if quad in self.added:
            del self.added[quad]
        else:
            self.removed[quad] = None

    def extend(self, quads: Iterable[Quad]) -> None:
        """Add quads, in the mirror."""
        for quad in quads:
            self.add(quad)

    bulk_extend = extend

    def remove_graph(self, graph: NamedNode) -> None:
        """Remove all that a graph holds, in the mirror."""
        for quad in list(self.quads_for_pattern(None, None, None, graph)):
            self.remove(quad)


def pages(service: Service, variables: str, pattern: str) -> Iterator[list[QuerySolution]]:
    """Yield the solutions of a pattern with `?s` in it, page by page.

    Where there are more than one page holds, they are told apart by a hash of `?s`, which needs
    no order and no cursor from the service. Raises RemoteError where the graph changed meanwhile.
    """
    select = f"SELECT {variables} WHERE {{ {pattern} "
    try:
        rows = service.rows(f"{select} }} LIMIT {PAGE + 1}")
    except CutOffError:
        rows = None
    if rows is not None and len(rows) <= PAGE:
        yield rows
        return
    count = service.count(pattern)
    digits = 1
    while 16**digits * PAGE < count * 2:
        digits += 1
    for number in range(16**digits):
        prefix = f"{number:0{digits}x}"
        found = service.rows(f'{select} FILTER(STRSTARTS(MD5(STR(?s)), "{prefix}")) }}')
        count -= len(found)
        yield found
    if count:
        raise RemoteError(f"{service}: the graph changed while it was read; try again")


def _of_subjects(batch: list[NamedNode]) -> str:
    return f"VALUES ?s {{ {_listed(batch)} }} GRAPH {CURRENT} {{ ?s ?p ?o }} {NAMED}"


def _of_graphs(batch: list[NamedNode]) -> str:
    return f"VALUES ?g {{ {_listed(batch)} }} GRAPH ?g {{ ?s ?p ?o }}"


def _of_pairs(batch: list[Pair]) -> str:
    return f"VALUES (?p ?o) {{ {_paired(batch)} }} GRAPH {CURRENT} {{ ?s ?p ?o }} {NAMED}"


def _of_pairs_anywhere(batch: list[Pair]) -> str:
    ours = f'FILTER(STRSTARTS(STR(?g), "{BASE}"))'
    return f"VALUES (?p ?o) {{ {_paired(batch)} }} GRAPH ?g {{ ?s ?p ?o }} {ours}"


def _listed(nodes: Iterable[NamedNode]) -> str:
    return " ".join(map(str, nodes))


def _paired(pairs: Iterable[Pair]) -> str:
    return " ".join(f"({predicate} {written(value)})" for predicate, value in pairs)


def found_quad(row: QuerySolution) -> Quad:
    """Return the quad of a row of subject, predicate and object, with a graph before or without."""
    *graph, subject, predicate, value = row
    return _quad(subject, predicate, value, graph[0] if graph else CURRENT)


def _quad(subject: object, predicate: object, value: object, graph: object) -> Quad:
    if (
        isinstance(subject, NamedNode | BlankNode)
        and isinstance(predicate, NamedNode)
        and isinstance(value, NamedNode | BlankNode | Literal)
        and isinstance(graph, NamedNode)
    ):
        return Quad(subject, predicate, value, graph)
    raise RemoteError("a row of the service is no statement")
