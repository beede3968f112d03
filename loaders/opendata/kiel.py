"""The Kiel Ukraine Support Tracker: its main sheet as a workbook or CSV, row by row."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Final

from hauberk.loaders.opendata.grid import Grid, grids, mentions, refused
from hauberk.loaders.opendata.kiel_cells import Line, UnreadableCellError
from hauberk.loaders.opendata.kiel_claims import Sheet
from hauberk.loaders.opendata.kiel_entry import package_id
from hauberk.loaders.opendata.kiel_release import release_day
from hauberk.loaders.opendata.provider import Provider, Sample
from hauberk.loaders.opendata.run import Run

PROVIDER: Final = Provider(
    name="kiel",
    title="Ukraine Support Tracker, main data sheet",
    publisher="Kiel Institute for the World Economy",
    url="https://www.ifw-kiel.de/publications/ukraine-support-tracker-data-20758/",
    licence="No licence found stated; free to read and to cite, not to be handed on",
    credit="Ukraine Support Tracker, Kiel Institute for the World Economy (ifw-kiel.de)",
    reliability="B",
    reliability_reason="A research institute's database that names the sources of each entry.",
)

REQUIRED: Final = frozenset(
    {"activity_id", "sub_activity_id", "donor", "measure", "announcement_date", "aid_type_general"}
)
_MARKS: Final = ("activity_id", "sub_activity_id", "donor", "measure", "source_of_aid_1")
_HEADER_WITHIN: Final = 20
_MOST_AT_ONCE: Final = 1_000
"""Rows of one package looked at together."""


def recognises(sample: Sample) -> bool:
    """Tell the tracker's main sheet by the names of its columns."""
    if sample.is_zip:
        return sample.path is not None and mentions(sample.path, [m.encode() for m in _MARKS])
    first = sample.text.partition("\n")[0]
    return all(mark in first for mark in _MARKS)


def read(run: Run) -> Iterator[int]:
    """Read the main sheet: each row makes claims about the package that its ids name."""
    with grids(run.path) as found:
        run.day = release_day(found)
        yield from _read_lines(run, _lines(*_main(run, found)))


def _read_lines(run: Run, lines: Iterator[tuple[Line, int]]) -> Iterator[int]:
    sheet = Sheet(run)
    for _, package in groupby(lines, key=lambda pair: package_id(pair[0])):
        while together := list(islice(package, _MOST_AT_ONCE)):
            sheet.see(line for line, _ in together)
            for line, advance in together:
                run.records += 1
                _read_one(run, sheet, line)
                yield advance


def _read_one(run: Run, sheet: Sheet, line: Line) -> None:
    """State what a row says, or reject it whole where a cell of it cannot be read."""
    try:
        sheet.state(line)
    except UnreadableCellError as exc:
        run.reject(line.number, exc.column, exc.value, str(exc))


def _lines(grid: Grid, header_at: int, columns: Mapping[int, str]) -> Iterator[tuple[Line, int]]:
    for number, cells, advance in grid.rows():
        if number > header_at:
            named = {name: cells[at] for at, name in columns.items() if at < len(cells)}
            yield Line(number, named), advance


def _main(run: Run, found: Sequence[Grid]) -> tuple[Grid, int, Mapping[int, str]]:
    """Return the sheet that has the columns, the row they are named in, and where each is."""
    nearest: frozenset[str] = REQUIRED
    for grid in found:
        for number, cells, _ in islice(grid.rows(), _HEADER_WITHIN):
            columns = {at: name.strip() for at, name in enumerate(cells) if name.strip()}
            missing = REQUIRED - set(columns.values())
            if not missing:
                return grid, number, columns
            nearest = min(nearest, missing, key=len)
    wanted = ", ".join(sorted(nearest))
    raise refused(run.path, f"has no column {wanted}; give the tracker's main data sheet")
