"""What a load changed, as updates: each dossier's changes whole in one request.

```
GRAPH hbg:pending     the dossiers that are still to be written; empty when a load has ended
```
A request is one transaction in Oxigraph, Fuseki, GraphDB, RDF4J and Stardog, so a dossier is as it
was or as it should be. Virtuoso carries out a request's operations one by one: a dossier whose
request was cut off stays pending, and the next load of the same facts mends it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from hauberk.graph.claims import CURRENT
from hauberk.graph.errors import RemoteError
from hauberk.graph.reference import reference, reference_digest
from hauberk.graph.remote.mirror import NAMED, Mirror, found_quad, pages
from hauberk.graph.remote.service import Service
from hauberk.graph.terms import written
from hauberk.ontology.names import BASE, DCTERMS, HBG, HBK, ID, TIE_KINDS, dossier, key, kind

PENDING: Final = HBG.pending
SIZE: Final = 600
"""Quads in a request, unless one dossier has more; Virtuoso's parser takes some 4,000."""
_ONTOLOGY: Final = NamedNode(BASE + "ontology")
_STATEMENTS: Final = frozenset({"claim", "entry"})
_REFERENCE: Final = (
    f'FILTER(!STRSTARTS(STR(?s), "{ID}") || STRSTARTS(STR(?s), "{ID}state/")'
    f' || STRSTARTS(STR(?s), "{ID}place/"))'
)


@dataclass(slots=True)
class Change:
    """The quads that one dossier loses and gains: of its claims, and of what is accepted of it."""

    removed: list[Quad] = field(default_factory=list)
    added: list[Quad] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.removed) + len(self.added)


class Sender:
    """Sends what a mirror notes as changed, dossier by dossier."""

    def __init__(self, mirror: Mirror, when: Literal) -> None:
        self.service = mirror.service
        self.mirror = mirror
        self.when = when
        self.shared = Change()
        """What belongs to no one dossier: datasets, and speakers that a source describes."""
        self.changes: dict[NamedNode, Change] = {}
        for quad in mirror.removed:
            self._change(quad).removed.append(quad)
        for quad in mirror.added:
            self._change(quad).added.append(quad)

    def send(self, progress: Callable[[int], None] | None = None) -> None:
        """Send everything; raises RemoteError, which tells how far it went."""
        names = sorted(self.changes, key=_rank)
        done = 0
        try:
            self._write([], [self._mark(name) for name in names])
            self._write([], self.shared.added)
            for batch in self._batches(names):
                parts = [self.changes[name] for name in batch]
                removed = [quad for part in parts for quad in part.removed]
                added = [quad for part in parts for quad in part.added]
                marks = [self._mark(name) for name in batch]
                self.service.update(update([*removed], added, marks))
                done += len(batch)
                if progress:
                    progress(len(batch))
            self._write(self.shared.removed, [])
            self.service.update(f"DELETE WHERE {{ GRAPH {PENDING} {{ ?s ?p ?o }} }}")
        except RemoteError as exc:
            if not done:
                raise
            raise RemoteError(
                f"{exc} ({done} of {len(names)} dossiers are written;"
                " run the same load again to go on)"
            ) from exc

    def _mark(self, name: NamedNode) -> Quad:
        return Quad(name, DCTERMS.date, self.when, PENDING)

    def _write(self, removed: list[Quad], added: list[Quad]) -> None:
        for start in range(0, max(len(removed), len(added)), SIZE):
            end = start + SIZE
            self.service.update(update(removed[start:end], added[start:end]))

    def _batches(self, names: Iterable[NamedNode]) -> Iterator[list[NamedNode]]:
        batch: list[NamedNode] = []
        weight = 0
        for name in names:
            if batch and weight + len(self.changes[name]) > SIZE:
                yield batch
                batch, weight = [], 0
            batch.append(name)
            weight += len(self.changes[name])
        if batch:
            yield batch

    def _change(self, quad: Quad) -> Change:
        """Return the change of the dossier that a quad, or the claim it belongs to, is about."""
        subject, graph = quad.subject, quad.graph_name
        node = subject if graph == CURRENT else graph
        if not isinstance(node, NamedNode):
            return self.shared
        if kind(node) in _STATEMENTS:
            node = self._about(dossier(key(node) or "")) or node
        elif kind(node) in {"dataset", "speaker", ""}:
            return self.shared
        return self.changes.setdefault(dossier(key(node) or ""), Change())

    def _about(self, statement: NamedNode) -> NamedNode | None:
        for quad in self.mirror.quads_for_pattern(statement, HBK.about, None, CURRENT):
            if isinstance(quad.object, NamedNode):
                return quad.object
        return None


def _rank(name: NamedNode) -> tuple[int, str]:
    """Order dossiers so that what others name comes before them: sources, parties, ties."""
    kind_of = kind(name)
    return (0 if kind_of == "source" else 2 if kind_of in TIE_KINDS else 1, name.value)


# -- As text --------------------------------------------------------------------------------


def update(removed: list[Quad], added: list[Quad], unmarked: Iterable[Quad] = ()) -> str:
    """Return one request that removes quads, adds others, and at its end takes marks away.

    Each graph's removals are an operation of their own: in one over several graphs, Virtuoso 7.2
    leaves texts that have a language where they are, without a word.
    """
    operations = [f"DELETE DATA {{\n{graph}}}" for graph in _graphs(removed)]
    operations += [f"INSERT DATA {{\n{''.join(_graphs(added))}}}"] if added else []
    operations += [f"DELETE DATA {{\n{graph}}}" for graph in _graphs(unmarked)]
    return ";\n".join(operations)


def _graphs(quads: Iterable[Quad]) -> list[str]:
    """Return quads as blocks, one for each graph."""
    by_graph: dict[str, list[str]] = {}
    for quad in quads:
        line = f"  {_term(quad.subject)} {quad.predicate} {_term(quad.object)} .\n"
        by_graph.setdefault(str(quad.graph_name), []).append(line)
    return [f"GRAPH {graph} {{\n{''.join(lines)}}}\n" for graph, lines in by_graph.items()]


def _term(term: object) -> str:
    """Return a term as the engine writes it; an IRI is left as it is, which every service reads."""
    return written(term) if isinstance(term, Literal) else str(term)


# -- Reference data -------------------------------------------------------------------------


def is_fresh(service: Service) -> bool:
    """Tell whether the service holds this version's reference data."""
    stamped = f"GRAPH {CURRENT} {{ {_ONTOLOGY} {HBK.contentHash} ?digest }}"
    rows = service.rows(f"SELECT ?digest WHERE {{ {stamped} }}")
    return [row["digest"] for row in rows] == [Literal(reference_digest())]


def renew_reference(service: Service) -> None:
    """Bring the service's reference data up to the shipped one; `stamp` is to follow at the end."""
    spelt = Store()  # its spelling of numbers is most services' too
    spelt.extend(Quad(t.subject, t.predicate, t.object, CURRENT) for t in reference())
    shipped = list(spelt)
    named = {quad for quad in shipped if not _is_blank(quad)}
    pattern = f"GRAPH {CURRENT} {{ ?s ?p ?o }} {NAMED} {_REFERENCE}"
    found = {found_quad(row) for rows in pages(service, "?s ?p ?o", pattern) for row in rows}
    held = {quad for quad in found if quad.predicate != HBK.contentHash}
    for part in _parts(held - named):
        # Where a service spells a number otherwise, the old one is the new one: it is put back.
        about = {(quad.subject, quad.predicate) for quad in part}
        again = [quad for quad in named if (quad.subject, quad.predicate) in about]
        service.update(update(part, again))
    for part in _parts(named - held):
        service.update(update([], part))
    blank = "".join(_graphs(quad for quad in shipped if _is_blank(quad)))
    service.update(
        f"DELETE {{ GRAPH {CURRENT} {{ ?s ?p ?o }} }} WHERE {{ GRAPH {CURRENT} {{ ?s ?p ?o }}"
        f" FILTER(isBlank(?s) || isBlank(?o)) }};\nINSERT {{\n{blank}}} WHERE {{ }}"
    )


def _parts(quads: Iterable[Quad]) -> Iterator[list[Quad]]:
    """Yield quads in order, in lists that make a request each."""
    listed = sorted(quads, key=str)
    for start in range(0, len(listed), SIZE):
        yield listed[start : start + SIZE]


def stamp(service: Service) -> None:
    """Note in the service which reference data it holds."""
    digest = Quad(_ONTOLOGY, HBK.contentHash, Literal(reference_digest()), CURRENT)
    service.update(
        f"DELETE WHERE {{ GRAPH {CURRENT} {{ {_ONTOLOGY} {HBK.contentHash} ?old }} }};\n"
        + update([], [digest])
    )


def _is_blank(quad: Quad) -> bool:
    return isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode)
