"""A table of deals that an analyst keeps in a spreadsheet: a row a claim, a column a key."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from hauberk.graph.errors import FaultsError
from hauberk.loaders.opendata.grid import MAX_PART_BYTES, Grid, grids, refused
from hauberk.loaders.opendata.provider import Provider, Sample
from hauberk.loaders.opendata.run import Run
from hauberk.loaders.opendata.table_columns import HEADINGS_WITHIN, Layout, key_of, layout
from hauberk.loaders.opendata.table_parties import Namesakes
from hauberk.loaders.opendata.table_rows import Rows

PROVIDER: Final = Provider(
    name="table",
    title="Table of deals",
    publisher="The table's author",
    url="https://w3id.org/hauberk/",
    licence="As the table's author says",
    credit="Table of deals, by its author",
    reliability="F",
    reliability_reason="A table is as good as the sources that its rows name.",
)
"""Each row names its own source, publisher and grade; these stand for the table as a file."""

_NEEDED: Final = frozenset({"source-url", "source-title"})


def recognises(sample: Sample) -> bool:
    """Tell a table by its headings: a deal's label or id, and where each row was read."""
    if sample.path is None or not (sample.is_zip or _is_text(sample)):
        return False
    if sample.is_zip and sample.path.stat().st_size > MAX_PART_BYTES:
        return False
    try:
        with grids(sample.path) as found:
            return any(_has_deals(grid) for grid in found)
    except FaultsError:
        return False


def _has_deals(grid: Grid) -> bool:
    """Tell a sheet by its headings, those that hold a slip too: reading it will say which."""
    for _, cells, _ in islice(grid.rows(), HEADINGS_WITHIN):
        keys = {key for cell in cells if (key := key_of(cell))}
        if keys & {"label", "id"} and keys & _NEEDED and len(keys) * 2 > len(cells):
            return True
    laid = layout(grid)
    return laid is not None and bool(_NEEDED & {*laid.at, *laid.always})


def _is_text(sample: Sample) -> bool:
    return sample.path is not None and sample.path.suffix.lower() in {".csv", ".tsv", ".txt"}


def read(run: Run) -> Iterator[int]:
    """Read every sheet that has headings: each row is one claim about one deal."""
    namesakes = Namesakes(run)
    with grids(run.path) as found:
        laid = [(grid, layout(grid)) for grid in found]
        sheets = [(grid, each) for grid, each in laid if each is not None]
        if not sheets:
            message = "has no headings of deals; begin with what `hauberk example table` writes"
            raise refused(run.path, message)
        for grid, each in sheets:
            rows = Rows(run, each, namesakes)
            for number, cells, advance in grid.rows():
                if number > each.begins and not _is_remark(cells, each):
                    run.records += 1
                    rows.state(number, cells)
                yield advance


def _is_remark(cells: list[str], laid: Layout) -> bool:
    """Tell a row that is commented out, or empty in every column that has a key."""
    first = next(cell for cell in cells if cell)
    used = set(laid.at.values())
    return first.startswith("#") or not any(c for at, c in enumerate(cells) if at in used)
