"""The sources that the rows of a table name: each described once, and alike wherever it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode

from hauberk.graph.claims import Entry
from hauberk.graph.spool import Index
from hauberk.loaders.opendata.run import Run
from hauberk.loaders.reading import Findings, Reading
from hauberk.loaders.records import Record, add
from hauberk.loaders.source_record import read_source
from hauberk.ontology.names import HBK

_PREFIX: Final = "source-"
_COLUMNS: Final = {"published": "source-date"}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one cell of a row: its key, and what to do."""

    key: str
    message: str


@dataclass(frozen=True, slots=True)
class Cited:
    """A source as a row cites it, as it was first described."""

    entry: Entry
    published: Literal | None
    publisher: str | None


class Sources:
    """The sources described so far, and the row of each."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._described: Index[tuple[Entry, int]] = Index()

    def read(self, cells: Mapping[str, str], number: int) -> tuple[Cited | None, list[Problem]]:
        """Return the source that a row's cells describe or name again, and what is wrong."""
        record = Record(number)
        for key in cells:
            if key.startswith(_PREFIX):
                name = "published" if key == "source-date" else key.removeprefix(_PREFIX)
                add(record, name, cells[key], number)
        reading = Reading(self.run.path.name, "", self.run.vocabulary, Findings())
        found = read_source(reading, record)
        problems = [
            Problem(_COLUMNS.get(fault.field, _PREFIX + fault.field), fault.message)
            for fault in reading.findings.faults
        ]
        if found is None:
            return None, problems
        entry = found[1]
        first, row = self._described.get(entry.about.value) or (entry, number)
        if set(entry.facts) - set(first.facts):
            message = f"the source is described otherwise than in row {row}; describe it alike"
            problems.append(Problem("source-url", message))
        told = {predicate: value for _, predicate, value in first.facts}
        published, publisher = told.get(HBK.published), told.get(HBK.publisher)
        day = published if isinstance(published, Literal) else None
        return Cited(first, day, publisher.value if publisher else None), problems

    def state(self, cited: Cited, number: int) -> NamedNode:
        """State a source where this row is the first to cite it, and return it."""
        entry = cited.entry
        if entry.about.value not in self._described:
            self._described[entry.about.value] = (entry, number)
            self.run.restate(entry)
        return entry.about
