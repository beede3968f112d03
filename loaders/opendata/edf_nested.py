"""The nested layouts: the API's records, and projects grouped under their calls, as JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hauberk.loaders.opendata.edf_claims import Book
from hauberk.loaders.opendata.edf_flat import attempt
from hauberk.loaders.opendata.edf_records import (
    GROUPED,
    GROUPED_PARTICIPANT,
    PARTICIPANT,
    PROJECT,
    BrokenError,
    Project,
    participant,
    participants,
    project,
)
from hauberk.loaders.opendata.json_objects import objects
from hauberk.loaders.opendata.run import Run


def is_api(text: str) -> bool:
    """Tell records of the API by how a file begins."""
    return _is_json(text) and '"metadata"' in text and "SEDIA" in text and '"reference"' in text


def is_grouped(text: str) -> bool:
    """Tell projects under their calls by how a file begins."""
    if not _is_json(text):
        return False
    return '"ccm2Id"' in text or ('"project_id"' in text and '"overall_budget"' in text)


def _is_json(text: str) -> bool:
    return text.lstrip()[:1] in {"[", "{"}


def read_api(run: Run, book: Book) -> Iterator[int]:
    """Read the records of the API, each with its participants as JSON in a list of one."""
    for taken, around, record in objects(run.path, (("item",), ("results", "item"))):
        metadata = record.get("metadata")
        fields = metadata if isinstance(metadata, dict) else {}
        flat = {f"metadata_{name}": value for name, value in fields.items() if name != "pics"}
        flat["url"] = record.get("url")
        people = fields.get("participants")
        _state(run, book, _Given(flat, PROJECT, around, people, PARTICIPANT))
        yield taken


def read_grouped(run: Run, book: Book) -> Iterator[int]:
    """Read projects that stand in lists under their calls, each with its participants."""
    for taken, around, record in objects(run.path, (("...", "projects", "item"),)):
        people = record.get("participants")
        _state(run, book, _Given(record, GROUPED, around, people, GROUPED_PARTICIPANT))
        yield taken


@dataclass(frozen=True, slots=True)
class _Given:
    """A project of a JSON file with its participants, and what their fields are called."""

    record: Mapping[str, Any]
    names: Mapping[str, str]
    around: Mapping[str, str]
    people: Any
    names_of_people: Mapping[str, str]


def _state(run: Run, book: Book, given: _Given) -> None:
    """State a project and its participations: the number of each record is where it stands."""
    of: Project | None = None
    people: list[Any] = []

    def state() -> None:
        nonlocal of, people
        of = project(given.record, given.names, given.around)
        people = participants(given.people)
        book.project(of, run.records)

    attempt(run, run.records + 1, state)
    for one in people:

        def state_one(told: Any = one) -> None:  # noqa: ANN401 - whatever the file holds
            if of is None or not isinstance(told, dict):
                raise BrokenError("participants", told, "is no participant")
            book.participant(participant(told, given.names_of_people), of, run.records)

        attempt(run, run.records + 1, state_one)
