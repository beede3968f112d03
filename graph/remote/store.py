"""A store in a SPARQL service: read as a store in a folder is, and loaded dossier by dossier."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property

from pyoxigraph import Literal, NamedNode

from hauberk.graph.census import COUNTED, DISTINCT
from hauberk.graph.claims import CURRENT, Statement, recorded
from hauberk.graph.errors import NotFoundError
from hauberk.graph.keywords import names_dataset
from hauberk.graph.ledger import Ledger, Plan
from hauberk.graph.remote.copying import copied
from hauberk.graph.remote.ground import read_dependents, read_ground, read_ties
from hauberk.graph.remote.mirror import Mirror
from hauberk.graph.remote.patterns import asks_default_graph
from hauberk.graph.remote.service import Service
from hauberk.graph.remote.updates import PENDING, Sender, is_fresh, renew_reference, stamp
from hauberk.graph.settlement import Progress
from hauberk.graph.store import Answer, Dataset, Snapshot, Work
from hauberk.ontology.names import DCTERMS, HBK, ID, PROV, RDF, VOID

_HELD = f"GRAPH {CURRENT} {{ ?s {HBK.about} ?d }}"
_ANY_GRAPH = f'GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), "{ID}"))'


class RemoteStore:
    """The graph in the service at an address."""

    def __init__(self, given: str) -> None:
        self.service = Service(given)

    def __str__(self) -> str:
        return str(self.service)

    @property
    def is_empty(self) -> bool:
        """Tell whether the service holds nothing of the graph."""
        return not self.service.holds(f"GRAPH {CURRENT} {{ ?s ?p ?o }}")

    @contextmanager
    def read(self) -> Iterator["RemoteSnapshot"]:
        """Yield the graph as the service holds it; raises NotFoundError where there is none."""
        if self.is_empty:
            raise NotFoundError(f"{self}: holds no Hauberk graph; run `hauberk load` first")
        yield RemoteSnapshot(self.service)

    @contextmanager
    def write(self, action: str) -> Iterator["RemoteWork"]:
        """Yield a mirror to write; what was carried out in it is sent at the end.

        Nothing is sent where the block raises. No lock is held: one load at a time.
        """
        work = RemoteWork(self.service)
        yield work
        work.send()


class RemoteSnapshot(Snapshot):
    """The graph as a service holds it, read as commands ask for it.

    A service known to answer some queries wrongly is not asked them: a copy is.
    """

    def __init__(self, service: Service) -> None:
        self.service = service
        self.mirror = Mirror(service)
        super().__init__(self.mirror.as_store(), 0)

    @property
    def is_asked_itself(self) -> bool:
        """Tell whether the service answers queries, rather than a copy of what it holds.

        Virtuoso 7.2 gives wrong rows, without an error, for 22 of 48 canned queries.
        """
        return "virtuoso" not in self.service.name.casefold()

    @property
    def whole(self) -> Snapshot:
        """A copy of all that the service holds, in memory."""
        return self._copy

    @cached_property
    def _copy(self) -> Snapshot:
        return Snapshot(copied(self.service), 0)

    def as_of(self, day: str) -> Snapshot:
        """Return the snapshot of *day*, derived here from a copy of what the service holds."""
        return self.whole.as_of(day)

    def undated_claims(self) -> int:
        """Return how many live claims have no date."""
        return self.whole.undated_claims()

    def query(self, text: str, dataset: Dataset | None = None) -> Answer:
        """Answer a SPARQL query; raises QueryError for what is none."""
        if dataset is not None or not self.is_asked_itself or self._is_mixed(text):
            return self.whole.query(text, dataset)
        return self.service.query(text)

    def _is_mixed(self, text: str) -> bool:
        """Tell whether a query asks both `current`, as the default graph, and others by GRAPH.

        The protocol has no way to ask for that where the service's default graph is another.
        """
        return (
            self.service.names_graphs(text)
            and not names_dataset(text)
            and asks_default_graph(text)
            and not self.service.is_current_default
        )

    @property
    def ledger(self) -> Ledger:
        """The statements and dossiers of the graph."""
        return RemoteLedger(self.mirror)

    def prepare(self, node: NamedNode) -> None:
        """Read ahead what a profile of a dossier needs."""
        read_ground(self.mirror, [node])
        read_ties(self.mirror, node)

    def counts(self) -> dict[str, int]:
        """Return how many quads are held, and how many of each thing: the service counts."""
        ask, held = self.service.tally, f"GRAPH {CURRENT}"
        accepted = sum(ask("?p", f"{held} {{ ?s ?p ?o }}").values())
        classes = ask("?o", f"{held} {{ ?s {RDF.type} ?o }}")
        return {
            "quads": accepted + self.service.count(_ANY_GRAPH),
            **{name: classes.get(each, 0) for name, each in COUNTED.items()},
            **{
                name: self.service.count(f"{held} {{ ?s {each} ?o }}", "DISTINCT ?s")
                for name, each in DISTINCT.items()
            },
        }

    def datasets(self) -> dict[str, int]:
        """Return how many live statements each dataset holds, by its title."""
        held = self.service.tally("?o", f"GRAPH {CURRENT} {{ ?s {VOID.inDataset} ?o }}")
        return {title: held.get(node, 0) for node, title in self.ledger.datasets().items()}

    def dump(self) -> bytes:
        """Return every quad as N-Quads, sorted."""
        return self.whole.dump()


class RemoteLedger(Ledger):
    """A ledger over a mirror, which has it read ahead what planning and settling ask for."""

    def __init__(self, mirror: Mirror, unsettled: Iterable[NamedNode] = ()) -> None:
        super().__init__(mirror.as_store())
        self.mirror = mirror
        self.unsettled = set(unsettled)
        self.suspect: list[tuple[NamedNode, Statement]] = []
        """Statements about dossiers that an earlier load may have written in part."""

    def plan(self, datasets: Mapping[NamedNode, tuple[str, Iterable[Statement]]]) -> Plan:
        """Compare each dataset's statements with those the service holds for it."""
        given = {node: (title, list(found)) for node, (title, found) in datasets.items()}
        self.mirror.read_pairs((VOID.inDataset, node) for node in given)
        held = {iri for node in given for iri in self.dataset(node)}
        stated = {each.iri for _, found in given.values() for each in found}
        self.mirror.read_subjects([*given, *sorted(held | stated, key=str)])
        self.suspect = [
            (node, each)
            for node, (_, found) in given.items()
            for each in found
            if each.about in self.unsettled and each.iri in held
        ]
        return super().plan(given)

    def carry_out(self, plan: Plan, when: Literal, progress: Progress | None = None) -> None:
        """Write what *plan* found into the mirror, and mend what was written in part before."""
        for dataset, statement in self.suspect:
            self.mirror.read_graphs([statement.graph])
            held = self.object_of(statement.iri, PROV.generatedAtTime)
            since = held if isinstance(held, Literal) else when
            self.mirror.extend(recorded(statement, dataset, since))
        super().carry_out(plan, when, progress)

    def settle(self, touched: Iterable[NamedNode], progress: Progress | None = None) -> None:
        """Derive `current` anew for the dossiers touched, and those left unsettled before."""
        todo = {*touched, *self.unsettled}
        read_dependents(self.mirror, todo)
        super().settle(todo, progress)


class RemoteWork(Work):
    """A load into a service: carried out in a mirror, then sent."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.mirror = Mirror(service, shipped=True)
        self.is_stale = not is_fresh(service)
        self.mirror.is_whole = not service.holds(_HELD) and not service.holds(_ANY_GRAPH)
        super().__init__(self.mirror.as_store())
        self.ledger: RemoteLedger = RemoteLedger(self.mirror, self._unsettled())
        self.when = Literal("")
        self.progress: Progress | None = None

    def carry_out(self, plan: Plan, progress: Progress | None = None) -> None:
        """Carry out the plan in the mirror; it is sent when the writing ends without an error."""
        super().carry_out(plan, progress)
        plan.tally.reference_changed |= self.is_stale
        self.progress = progress

    def send(self) -> None:
        """Send what was carried out, reference data first and its stamp last."""
        if self.plan is None:
            return
        if self.is_stale:
            renew_reference(self.service)
        if self.mirror.added or self.mirror.removed or self.ledger.unsettled:
            now = Literal(datetime.now(UTC).isoformat(timespec="seconds"))
            Sender(self.mirror, now).send(self.progress)
        if self.is_stale:
            stamp(self.service)

    def _unsettled(self) -> set[NamedNode]:
        """Return the dossiers that a load that was cut off has left, or a new rule may change."""
        marked = f"GRAPH {PENDING} {{ ?s {DCTERMS.date} ?t }}"
        rows = self.service.rows(f"SELECT ?s WHERE {{ {marked} }}")
        found = {row["s"] for row in rows}
        if self.is_stale:
            found |= RemoteLedger(self.mirror).dossiers()
        return {node for node in found if isinstance(node, NamedNode)}
