"""The flattened files: projects in `main.csv`, participations in `metadata_participants.csv`."""

import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from hauberk.graph.spool import Index
from hauberk.loaders.opendata.csv_rows import header, refused, rows
from hauberk.loaders.opendata.edf_claims import Book
from hauberk.loaders.opendata.edf_records import (
    PARTICIPANT,
    PROJECT,
    BrokenError,
    Participant,
    Project,
    participant,
    project,
)
from hauberk.loaders.opendata.edf_words import role_of
from hauberk.loaders.opendata.provider import HEAD_BYTES, Sample
from hauberk.loaders.opendata.run import Run

_MAIN: Final = frozenset({"_link", "metadata_projectId", "metadata_euContributionAmount"})
_PARTICIPANTS: Final = frozenset({"_link_main", "role", "pic", "legalName", "eucontribution"})
_PROJECTS: Final = 5_000
"""Projects of the file beside that are held in memory; those beyond lie on disk."""
_GROUP: Final = 2_000
"""Participants of one project that are held at once; the most seen are 99."""


def is_main(text: str) -> bool:
    """Tell the file of projects by its beginning."""
    return set(header(text)) >= _MAIN


def is_participants(text: str) -> bool:
    """Tell the file of participations by its beginning."""
    return set(header(text)) >= _PARTICIPANTS


def attempt(run: Run, row: int, state: Callable[[], None]) -> None:
    """Count a record and state it; reject it where it is broken."""
    run.records += 1
    try:
        state()
    except BrokenError as exc:
        run.reject(row, exc.field, exc.value, exc.reason)


def read_main(run: Run, book: Book) -> Iterator[int]:
    """Read projects; who takes part in them is in the other file."""
    for line, taken, record in rows(run.path):

        def state(at: int = line, given: Mapping[str, str] | int = record) -> None:
            book.project(_project(given), at)

        attempt(run, line, state)
        yield taken


def _project(record: Mapping[str, str] | int) -> Project:
    fields = _whole(record)
    told = {name: unquoted(fields.get(name, "")) for name in PROJECT}
    return project({**told, "metadata_pics": fields.get("metadata_pics", "")}, PROJECT, {})


def unquoted(field: str) -> str:
    """Return a field that was a list of one: where that has a comma, it is in quotes once more.

    >>> unquoted('"Sea, land and air"')
    'Sea, land and air'
    """
    if not field.startswith('"'):
        return field
    try:
        items = next(csv.reader([field], strict=True))
    except csv.Error:
        return field
    return items[0] if len(items) == 1 else field


def _whole(record: Mapping[str, str] | int) -> Mapping[str, str]:
    if isinstance(record, int):
        raise BrokenError("", record, "has another number of fields than the first line")
    return record


def read_participants(run: Run, book: Book) -> Iterator[int]:
    """Read participations; their projects are in `main.csv` beside the file, if it is there."""
    projects = _beside(run.path)
    group: list[tuple[int, Participant]] = []
    last = ""
    for line, taken, record in rows(run.path):

        def state(at: int = line, given: Mapping[str, str] | int = record) -> None:
            nonlocal last
            fields = _whole(given)
            link = fields["_link_main"]
            if projects is None and link != last:
                _close(run, book, group)
            last = link
            found = participant(fields, PARTICIPANT)
            if projects is None:
                group.append((at, found))
            else:
                book.participant(found, _of(projects, link, found), at)

        attempt(run, line, state)
        if len(group) > _GROUP:
            message = f"gives one project more than {_GROUP} participants; fetch it again"
            raise refused(run.path, line, message)
        yield taken
    _close(run, book, group)


def _close(run: Run, book: Book, group: list[tuple[int, Participant]]) -> None:
    """State the participants of a project without a number, and begin the next."""
    sound = []
    for row, found in group:
        try:
            role_of(found)
        except BrokenError as exc:
            run.reject(row, exc.field, exc.value, exc.reason)
        else:
            sound.append((row, found))
    group.clear()
    if sound:
        book.unnumbered(sound)


def _beside(path: Path) -> "Index[Project | BrokenError] | None":
    """Return the projects of the main file beside a file of participants, by its links."""
    name = path.name.replace("metadata_participants", "main")
    main = path.with_name(name if name != path.name else "main.csv")
    try:
        with main.open("rb") as file:
            sample = Sample(main.name, file.read(HEAD_BYTES), main)
    except OSError:
        return None
    if not is_main(sample.text):
        return None
    found: Index[Project | BrokenError] = Index(_PROJECTS)
    for _, _, record in rows(main):
        if isinstance(record, int):
            continue
        try:
            found[record["_link"]] = _project(record)
        except BrokenError as exc:
            found[record["_link"]] = exc
    return found


def _of(projects: "Index[Project | BrokenError]", link: str, found: Participant) -> Project:
    of = projects.get(link)
    if of is None:
        raise BrokenError("_link_main", link, "is no project of the main file beside it")
    if isinstance(of, BrokenError):
        raise BrokenError("_link_main", link, f"names a project whose {of.field} {of.reason}")
    if of.pics and found.pic not in of.pics:
        reason = "is not among the project's in the main file beside it: of another snapshot?"
        raise BrokenError("pic", found.pic, reason)
    return of
