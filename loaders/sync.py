"""Bringing the store into step with files: read, compare, check, then commit all or nothing."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from importlib.resources import as_file, files
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from pyoxigraph import Literal, NamedNode
from pyoxigraph import Store as Database
from rapidfuzz import process

from hauberk.graph.claims import Statement
from hauberk.graph.errors import Fault, FaultsError, NotFoundError
from hauberk.graph.ledger import Ledger, Plan, Tally
from hauberk.graph.spool import Index, Pile
from hauberk.graph.store import Store
from hauberk.graph.validation import violations
from hauberk.loaders.documents import FORMATS, documents, stream_documents
from hauberk.loaders.factfile import FactFile
from hauberk.loaders.opendata.registry import SOURCES, available, recognise
from hauberk.loaders.reading import Reference
from hauberk.loaders.vocabulary import vocabulary
from hauberk.ontology.names import KINDS, XSD, dossier, key, kind, slug

if TYPE_CHECKING:
    from hauberk.graph.remote.store import RemoteStore
    from hauberk.loaders.opendata.reading import Reading

Steps = Callable[[str, int | None], Callable[[int], None]]
"""Begins a step of so many units under a name; returns what is called with each advance."""

BUNDLED: Final = "hauberk"


@dataclass(frozen=True, slots=True)
class Input:
    """One file to bring the store into step with, and the dataset it is."""

    path: Path | None
    shown: str
    dataset: NamedNode
    stream: IO[bytes] | None = None
    form: str | None = None


@dataclass(slots=True)
class Batch:
    """The files of one load, and the datasets of files that are there no more."""

    inputs: list[Input] = field(default_factory=list)
    folders: set[str] = field(default_factory=set)
    decisions: Path | None = None
    """The file of decisions on who is who that open data is read with, beside the shipped one."""
    readings: "list[Reading]" = field(default_factory=list)
    """What was read of open data, once it was: for a report on what was left out."""


def silent(_name: str, _total: int | None) -> Callable[[int], None]:
    """Begin a step that shows no progress."""
    return lambda _advance: None


def _dataset(folder: str, name: str) -> NamedNode:
    return dossier(
        f"dataset/{folder}-{slug(name) or 'file'}-{sha256(name.encode()).hexdigest()[:6]}"
    )


def _folder_name(folder: Path) -> str:
    """Return what stands for a folder in a dataset's IRI: no path of the user's is published."""
    return sha256(str(folder.resolve()).encode()).hexdigest()[:8]


def bundled() -> Batch:
    """Return the fact base that the package ships."""
    with as_file(files("hauberk.loaders").joinpath("facts")) as folder:
        paths = sorted(path for path in folder.iterdir() if path.suffix in FORMATS)
    batch = Batch(folders={BUNDLED})
    for path in paths:
        batch.inputs.append(Input(path, f"hauberk/{path.name}", _dataset(BUNDLED, path.name)))
    return batch


def batch(paths: Sequence[Path], dataset: str | None = None, form: str | None = None) -> Batch:
    """Return the files at *paths*, folders searched through, each with its dataset.

    A file's dataset is known by the file's folder and name, or is *dataset* where one file is
    given. *form* reads them as `yaml`, `json` or `jsonl` whatever their names say.
    Raises NotFoundError for a path that is not there or a folder without fact files.
    """
    found = Batch()
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if _is_taken(p, form))
            if not inside:
                known = ", ".join([*FORMATS, *available()])
                raise NotFoundError(f"{path}: no fact files in this folder (looked for {known})")
            found.folders |= {_folder_name(p.parent) for p in inside} | {_folder_name(path)}
        elif path.is_file():
            inside = [path]
        else:
            raise NotFoundError(f"{path}: no such file or folder")
        for each in inside:
            known_as = _dataset(_folder_name(each.parent), each.name)
            if dataset:
                known_as = _dataset("named", dataset)
            found.inputs.append(Input(each, str(each), known_as, form=form))
    unique = {item.dataset: item for item in found.inputs}
    if dataset and len(found.inputs) > 1:
        raise NotFoundError("--dataset names one file's dataset; give one file with it")
    found.inputs = [_recognised(item) for item in unique.values()]
    return found


def _is_taken(path: Path, form: str | None) -> bool:
    """Tell whether a file in a folder is loaded with it: a fact file, or open data."""
    if form not in SOURCES and path.suffix.lower() in FORMATS:
        return True
    if form not in {None, *SOURCES} or not path.is_file():
        return False
    try:
        name = recognise(path)
    except NotFoundError:
        return False
    return name is not None and form in {None, name}


def _recognised(item: Input) -> Input:
    """Return an input with the source of open data it is of, where its content shows one.

    Raises NotFoundError for a single file that is neither that nor a fact file.
    """
    if item.form is not None or item.path is None:
        return item
    name = recognise(item.path)
    if name is None and item.path.suffix.lower() not in FORMATS:
        known = ", ".join([*FORMATS, *available()])
        raise NotFoundError(f"{item.path}: no kind known here; say which with --as: {known}")
    return replace(item, form=name)


def standard_input(stream: IO[bytes], form: str, dataset: str | None = None) -> Batch:
    """Return what comes in on *stream*, in the form `yaml`, `json` or `jsonl`."""
    known_as = _dataset("named", dataset or "standard input")
    return Batch([Input(None, "<stdin>", known_as, stream, form)])


class Sync:
    """One load: its files read, and compared with what a ledger holds."""

    def __init__(self, given: Batch, steps: Steps = silent, *, keeps: bool = False) -> None:
        """Read the fact files of *given*; open data is read once the store is known.

        With *keeps*, what open data states is kept for `alone`.
        """
        self.given = given
        self.steps = steps
        self.keeps = keeps
        self.faults: list[Fault] = []
        self.references: list[Reference] = []
        self.opened: dict[str, Fault] = {}
        self.places: Index[Fault] = Index()
        """Where each statement stands, for faults found once it is RDF."""
        self.described: dict[NamedNode, NamedNode] = {}
        self.statements: dict[NamedNode, tuple[str, Pile[Statement]]] = {}
        self.readings: list[Reading] = []
        """What was read of open data, file by file."""
        self._read()

    def _read(self) -> None:
        advance = self.steps("Reading", len(self.given.inputs))
        for item in self.given.inputs:
            if item.form in SOURCES:
                continue
            reader = FactFile(item.shown, vocabulary())
            faults = reader.findings.faults
            if item.stream is not None:
                read = stream_documents(item.stream, item.form or "yaml", item.shown, faults)
            else:
                read = documents(item.path or Path(), item.form, item.shown, faults)
            title = item.shown if item.shown.startswith(BUNDLED + "/") else Path(item.shown).name
            statements: Pile[Statement] = Pile()
            for statement in reader.statements(read):
                statements.append(statement)
                self._note_place(statement, reader.places.pop(statement.iri))
                self._compare_source(statement)
            self.statements[item.dataset] = (title, statements)
            self.faults += faults
            self.references += reader.findings.references
            for name, here in reader.opened.items():
                first = self.opened.setdefault(name, here)
                if first is not here:
                    self._twice(name, first, here)
            advance(1)

    def _note_place(self, statement: Statement, place: Fault) -> None:
        self.places.setdefault(statement.iri.value, place)

    def _compare_source(self, statement: Statement) -> None:
        """Note a fault where a load describes one source in two ways."""
        if kind(statement.about) != "source":
            return
        first = self.described.setdefault(statement.about, statement.iri)
        if first != statement.iri:
            here, there = self._place(statement.iri), self._place(first)
            message = f"is described otherwise in {there.file}:{there.line}; make them the same"
            self.faults.append(replace(here, message=message))

    def _twice(self, name: str, first: Fault, again: Fault) -> None:
        message = f"is opened twice, first in {first.file}:{first.line}; keep one label"
        self.faults.append(Fault(again.file, again.line, name, "label", message))

    def prepare(self, ledger: Ledger) -> Plan:
        """Return what bringing the store into step would do.

        Raises FaultsError with every fault of the load: of its files' form, of dossiers named
        that neither the files nor the store have, and of the shapes.
        """
        self._check_references(ledger)
        if self.faults:
            raise FaultsError(self.faults)
        self.readings = self._open_data(ledger)
        self.given.readings = self.readings
        datasets: dict[NamedNode, tuple[str, Iterable[Statement]]] = dict(self.statements)
        for reading in self.readings:
            datasets[reading.dataset] = (reading.title, self._placed(reading))
        for dataset, title in ledger.datasets().items():
            folder = (key(dataset) or "").partition("/")[2].partition("-")[0]
            if folder in self.given.folders:
                datasets.setdefault(dataset, (title, []))
        plan = ledger.plan(datasets)
        advance = self.steps("Validating", len(plan.new))
        self.faults += violations((each for _, each in plan.new), self._place, advance)
        if self.faults:
            raise FaultsError(self.faults)
        plan.terms = {reading.dataset: reading.terms for reading in self.readings}
        return plan

    def _open_data(self, ledger: Ledger) -> "list[Reading]":
        """Return the readings of open data: their parties are those that the store knows."""
        from hauberk.loaders.opendata.reading import read

        given = [item for item in self.given.inputs if item.form in SOURCES]
        return list(read(given, ledger, self.steps, self.given.decisions)) if given else []

    def _placed(self, reading: "Reading") -> Iterator[Statement]:
        """Yield what a file of open data states, and note where each statement stands."""
        from hauberk.loaders.opendata.reading import place

        kept: Pile[Statement] = Pile()
        for statement in reading.statements:
            self._note_place(statement, place(reading.shown, statement))
            if self.keeps:
                kept.append(statement)
            yield statement
        self.statements[reading.dataset] = (reading.title, kept)

    def alone(self) -> Ledger:
        """Return a ledger in memory that holds what was read, and nothing else."""
        ledger = scratch()
        now = Literal(datetime.now(UTC).isoformat(), datatype=XSD.dateTime)
        ledger.carry_out(ledger.plan(self.statements), now)
        return ledger

    def _place(self, iri: NamedNode) -> Fault:
        return self.places.get(iri.value) or Fault("", 0, key(iri) or "", "", "")

    def _check_references(self, ledger: Ledger) -> None:
        missing = {
            reference.key
            for reference in self.references
            if reference.key not in self.opened and not ledger.is_known(dossier(reference.key))
        }
        if not missing:
            return
        known = set(self.opened) | {
            found for node in ledger.dossiers() if kind(node) in KINDS and (found := key(node))
        }
        hints = {name: _near_ids(name, known) for name in missing}
        for reference in self.references:
            if reference.key in missing:
                fault = reference.fault
                message = fault.message + hints[reference.key]
                self.faults.append(replace(fault, message=message))


def _near_ids(name: str, known: Iterable[str]) -> str:
    kind_of = name.partition("/")[0]
    same = [each for each in known if each.startswith(kind_of + "/")]
    found = [each for each, _, _ in process.extract(name, same, limit=3, score_cutoff=75)]
    return f"; did you mean {' or '.join(found)}?" if found else "; open it with a label"


def load(store: "Store | RemoteStore", given: Batch, steps: Steps = silent) -> Tally:
    """Bring *store* into step with the files of *given* and publish the outcome.

    Returns what changed. Raises FaultsError with every fault found, and StoreError where the
    store cannot be written; the store is then as it was.
    """
    sync = Sync(given, steps)
    if sync.faults:
        compare(sync, store)
    with store.write("load") as work:
        plan = sync.prepare(work.ledger)
        work.carry_out(plan, steps("Recording", len(plan.new) * 2))
        return plan.tally


def rehearse(store: "Store | RemoteStore", given: Batch, steps: Steps = silent) -> Tally:
    """Return what loading *given* would do, without writing; raises what `load` would."""
    return compare(Sync(given, steps), store).tally


def compare(sync: Sync, store: "Store | RemoteStore") -> Plan:
    """Return what bringing *store* into step with what *sync* read would do, without writing."""
    if store.is_empty:
        return sync.prepare(scratch())
    with store.read() as snapshot:
        return sync.prepare(snapshot.ledger)


def scratch() -> Ledger:
    """Return a ledger in memory that holds the reference data alone."""
    ledger = Ledger(Database())
    ledger.install()
    return ledger
