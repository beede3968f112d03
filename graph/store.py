"""The store: one folder with a writer's database and published generations for everyone else."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Final

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
)
from pyoxigraph import Store as Database

from hauberk.graph.census import census
from hauberk.graph.claims import CURRENT
from hauberk.graph.directory import Directory
from hauberk.graph.errors import NotFoundError, QueryError, StoreError
from hauberk.graph.generations import Generation, Generations
from hauberk.graph.keywords import names_dataset
from hauberk.graph.ledger import Ledger, Plan
from hauberk.graph.lock import writer_lock
from hauberk.graph.past import as_of
from hauberk.graph.settlement import Progress
from hauberk.ontology.names import DCTERMS, HBK, RDF, XSD

KEPT_GENERATIONS: Final = 10
Answer = QuerySolutions | QueryBoolean | QueryTriples


@dataclass(frozen=True, slots=True)
class Dataset:
    """The graphs a query is asked of: those merged into its default graph, and those by name."""

    default: tuple[NamedNode, ...] = ()
    named: tuple[NamedNode, ...] = ()


class Snapshot:
    """One generation, opened read-only; it stays as it is while a load writes the next."""

    def __init__(self, database: Database, generation: int) -> None:
        self.database = database
        self.generation = generation

    def as_of(self, day: str) -> "Snapshot":
        """Return the snapshot as the rule gives it for the claims said by *day* (YYYY-MM-DD)."""
        return Snapshot(as_of(self.database, day), self.generation)

    def undated_claims(self) -> int:
        """Return how many live claims have no date: a past day leaves them out."""
        return sum(
            self.ledger.object_of(claim, DCTERMS.issued) is None
            for claim in self.ledger.subjects(RDF.type, HBK.Claim)
        )

    @property
    def whole(self) -> "Snapshot":
        """The snapshot with all that it holds at hand, as `database`."""
        return self

    def query(self, text: str, dataset: Dataset | None = None) -> Answer:
        """Answer a SPARQL query; `current` is the default graph, `GRAPH` sees every claim.

        A *dataset* given takes the place of both, and so does one that the query names by FROM
        itself where none is given. Raises QueryError where the text is no SPARQL query.
        """
        default: list[NamedNode | BlankNode | DefaultGraph] | None = [CURRENT]
        named: list[NamedNode | BlankNode] | None = None
        if dataset is not None:
            default, named = list(dataset.default), list(dataset.named)
        elif names_dataset(text):
            default = None
        try:
            return self.database.query(text, default_graph=default, named_graphs=named)
        except SyntaxError as exc:
            raise QueryError(f"this is not a SPARQL query: {exc}") from exc
        except (OSError, RuntimeError, ValueError) as exc:
            raise QueryError(f"the query cannot be answered: {exc}") from exc

    def prepare(self, node: NamedNode) -> None:
        """Make ready for a profile of the dossier *node*; here, all is at hand."""

    def counts(self) -> dict[str, int]:
        """Return how many quads are held, and how many of each thing that is counted."""
        return {"quads": len(self.database), **census(self.database)}

    def datasets(self) -> dict[str, int]:
        """Return how many live statements each dataset holds, by its title."""
        ledger = self.ledger
        return {title: len(ledger.dataset(node)) for node, title in ledger.datasets().items()}

    @cached_property
    def directory(self) -> Directory:
        """The snapshot's dossiers and codes, by name."""
        return Directory(self.database)

    @property
    def ledger(self) -> Ledger:
        """The statements and dossiers of the snapshot."""
        return Ledger(self.database)

    def dump(self) -> bytes:
        """Return every quad as N-Quads, sorted, so that two snapshots can be compared."""
        data = self.database.dump(format=RdfFormat.N_QUADS)
        return b"\n".join(sorted(data.splitlines())) if data else b""


class Work:
    """The writer's database during one load, made from the current generation."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.ledger = Ledger(database)
        self.plan: Plan | None = None

    def carry_out(self, plan: Plan, progress: Progress | None = None) -> None:
        """Write what the plan found; it is published when the writing ends without an error."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.ledger.carry_out(plan, Literal(now, datatype=XSD.dateTime), progress)
        self.plan = plan

    def close(self) -> None:
        """Let go of the database, so that its folder can be removed."""
        del self.database, self.ledger


class Store:
    """A store in a folder; the folder is made by the first load.

    Readers open the current generation and never wait. A writer works on a database of its own,
    made anew from the current generation each time, so whatever happens to it, the store stays
    as it was until the new generation is complete.
    """

    def __init__(self, root: Path, kept: int = KEPT_GENERATIONS) -> None:
        self.root = root
        self.kept = kept
        self.generations = Generations(root)

    def __str__(self) -> str:
        return str(self.root)

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing has been published yet."""
        return self.generations.current() is None

    @contextmanager
    def read(self) -> Iterator[Snapshot]:
        """Yield the current generation, read-only.

        Raises NotFoundError where the store is empty, StoreError where it cannot be read.
        """
        with self.generations.pinned() as number:
            try:
                database = Database.read_only(str(self.generations.folder(number)))
            except (OSError, RuntimeError) as exc:
                raise StoreError(f"cannot open generation {number} of {self.root}: {exc}") from exc
            yield Snapshot(database, number)

    @contextmanager
    def write(self, action: str) -> Iterator[Work]:
        """Yield a database to write; what was carried out in it is published at the end.

        Nothing is published where the block raises, or carries out no plan that changes anything.
        Raises StoreLockedError where another process writes, StoreError where the disk is full or
        the folder read-only; the store is then as it was.
        """
        try:
            self.generations.published.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise StoreError(f"cannot make the store {self.root}: {exc.strerror}") from exc
        with writer_lock(self.root / "LOCK", action):
            try:
                self.generations.clear_crashed()
                work = Work(self._fresh_work())
                reference_changed = work.ledger.install()
            except (OSError, RuntimeError) as exc:
                self._discard_work()
                raise StoreError(_unwritable(self.root, exc)) from exc
            try:
                yield work
                if work.plan is not None:
                    work.plan.tally.reference_changed |= reference_changed
                    if work.plan.tally.changes:
                        self._publish(work, work.plan, action)
            except (OSError, RuntimeError) as exc:
                raise StoreError(_unwritable(self.root, exc)) from exc
            finally:
                work.close()
                self._discard_work()

    def rollback(self, number: int | None = None) -> int:
        """Make an earlier generation the current one: the one before, or *number*; return it.

        Raises NotFoundError where it is not held.
        """
        with writer_lock(self.root / "LOCK", "rollback"):
            current = self.generations.current()
            if number is None:
                made = {g.number: g for g in self.generations.listed()}
                number = made[current].parent if current in made else None
                if number is None:
                    raise NotFoundError(f"{self.root}: there is nothing before this generation")
            try:
                self.generations.point_to(number)
            except OSError as exc:
                raise StoreError(_unwritable(self.root, exc)) from exc
            return number

    def _fresh_work(self) -> Database:
        work = self.root / "work"
        self._discard_work()
        current = self.generations.current()
        if current is not None:
            Database.read_only(str(self.generations.folder(current))).backup(str(work))
        return Database(str(work))

    def _discard_work(self) -> None:
        shutil.rmtree(self.root / "work", ignore_errors=True)

    def _publish(self, work: Work, plan: Plan, action: str) -> None:
        number = self.generations.next_number()
        self.generations.announce(number)
        work.database.flush()
        work.database.backup(str(self.generations.folder(number)))
        self.generations.commit(
            Generation(
                number=number,
                published=datetime.now(UTC).isoformat(timespec="seconds"),
                action=action,
                parent=self.generations.current(),
                added=plan.tally.added,
                unchanged=plan.tally.unchanged,
                withdrawn=plan.tally.withdrawn,
                version=version("hauberk"),
            )
        )
        self.generations.prune(self.kept)


def _unwritable(root: Path, exc: Exception) -> str:
    reason = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc)
    return f"cannot write the store {root}: {reason}; the store is as it was before"
