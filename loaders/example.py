"""The command `example`: starter files, with remarks on what each column is for."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path
from typing import Final

import click

from hauberk.loaders.fields import SAYS
from hauberk.loaders.opendata.table_columns import columns
from hauberk.loaders.vocabulary import vocabulary

_HEADINGS: Final = (
    "Deal", "Kind", "Status", "Signed", "Producer", "Customer", "Value", "Currency",
    "Value qualifier", "Category", "Product", "Sites", "Modality", "Source URL", "Source title",
    "Source publisher", "Source date", "Source reliability", "Note",
)  # fmt: skip
_ROWS: Final = (
    ("Drones for Exampleland", "supply-contract", "signed", "2025-06-06", "Example Motors",
     "firm/example-yards = Example Yards; UA", "35000000", "EUR", "up-to", "uav", "Example drone",
     "FR: Le Mans; UA", "reported", "https://news.example/drones", "Minister announces drones",
     "Example News", "2025-06-07", "B", "Made up: replace these two rows by your own."),
    ("Drones for Exampleland", "", "in-production", "", "undisclosed", "", "", "", "", "", "", "",
     "expected", "https://news.example/drones", "", "", "", "", ""),
)  # fmt: skip
_SHEET: Final = "Deals"


@click.command(epilog="Example: hauberk example table -o deals.xlsx")
@click.argument("what", type=click.Choice(["table"]))
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write it, as .csv or .xlsx.  [default: CSV on standard output]",
)
def example(what: str, output: Path | None) -> None:
    """Write a starter file: `table`, a table of deals for people who work in spreadsheets.

    Its remarks say what each column is for. `hauberk load` takes the file as it is.
    """
    if output is None:
        click.echo(_csv(), nl=False)
        return
    if output.suffix.lower() not in {".csv", ".xlsx"}:
        raise click.BadParameter(f"{output} ends in neither .csv nor .xlsx.", param_hint="--output")
    if output.exists():
        raise click.BadParameter(f"{output} is there already.", param_hint="--output")
    if output.suffix.lower() == ".xlsx":
        _write_workbook(output)
    else:
        output.write_text("\ufeff" + _csv(), encoding="utf-8", newline="")
    click.echo(f"{output} is a {what} to begin with; load it with: hauberk load {output}", err=True)


def _remarks() -> Iterator[str]:
    """Yield what stands above the headings; each line is a remark, since it begins with #."""
    yield "# A table of deals: a row says what one source says of one deal."
    yield "# Several rows with the same label are about the same deal. Lines with # are remarks."
    yield "# Parties: a name (a new name opens a new firm), a state, an id, or undisclosed;"
    yield "# to open something else write its id and name: body/example-agency = Example Agency"
    yield "# Amounts are digits alone, dates are 2025, 2025-06 or 2025-06-06."
    yield "# Keep headings of your own with a row of the keys in brackets under them, [producer],"
    yield "# or with a line: #map Hersteller = producer"
    yield "# What holds for every row: #set currency = EUR"
    yield "# The keys that a heading may be:"
    for key, told in columns().items():
        yield f"#   {key}: {told}{_codes(key)}"


def _codes(key: str) -> str:
    scheme = {"modality": "modality"}.get(key) or (SAYS[key].scheme if key in SAYS else "")
    return f" ({', '.join(vocabulary().codes[scheme])})" if scheme else ""


def _rows() -> Iterator[Iterable[str]]:
    yield from ([line] for line in _remarks())
    yield _HEADINGS
    yield from _ROWS


def _csv() -> str:
    written = StringIO()
    csv.writer(written, lineterminator="\n").writerows(_rows())
    return written.getvalue()


def _write_workbook(path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_SHEET)
    for row in _rows():
        sheet.append([int(cell) if cell.isdigit() else cell for cell in row])
    book.save(path)
