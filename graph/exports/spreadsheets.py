"""CSV as RFC 4180 has it, and what it means as CSV on the Web has it.

The cells hold exactly what the graph holds: a text that begins with `=`, `+`, `-` or `@` is not
altered, since a reader could not tell what was added. A spreadsheet program may take such a
text for a formula: import the files with all columns as text, as the metadata says they are.
"""

import csv
import json
from pathlib import Path
from typing import Any, Final

from hauberk.graph.exports.release import LICENCE, Release
from hauberk.graph.exports.rows import Column, Table, Value
from hauberk.graph.exports.tables import TABLES
from hauberk.ontology.names import ID

METADATA: Final = "csv-metadata.json"
_PARTIAL_DATE: Final = {
    "base": "string",
    "format": "[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?",
    "dc:description": "A day, or a month or a year where no more is known.",
}
_DATATYPES: Final[dict[str, object]] = {
    "id": "string", "code": "string", "text": "string", "decimal": "decimal",
    "date": _PARTIAL_DATE, "time": "dateTime", "url": "anyURI", "truth": "boolean",
}  # fmt: skip
_WARNING: Final = (
    "The cells hold the texts as they are. Import the columns as text: a spreadsheet program"
    " may take a text that begins with =, +, - or @ for a formula."
)


def fill_csv(release: Release, folder: Path) -> None:
    """Write a CSV file for each table, and `csv-metadata.json`, into *folder*."""
    for table in TABLES:
        path = folder / f"{table.name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\r\n")
            writer.writerow([column.name for column in table.columns])
            for row in table.rows(release, table):
                writer.writerow([_cell(value) for value in row])
    text = json.dumps(metadata(release), ensure_ascii=False, indent=1) + "\n"
    (folder / METADATA).write_text(text, encoding="utf-8")


def _cell(value: Value) -> str:
    if isinstance(value, list):
        return " ".join(value)  # ids, codes and IRIs hold no spaces
    return value or ""


def metadata(release: Release) -> dict[str, Any]:
    """Return the CSV on the Web description of the tables."""
    credited = release.credits
    ours: object = {"@id": LICENCE}
    named = [{"@id": each} for each in credited.licences if "://" in each and each != LICENCE]
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:title": release.title,
        "dc:description": _WARNING,
        "dc:license": [ours, *named] if named else ours,
        **({"dc:rights": credited.lines} if credited.lines else {}),
        "tables": [_table(table) for table in TABLES],
    }


def _table(table: Table) -> dict[str, Any]:
    schema: dict[str, Any] = {"columns": [_column(column) for column in table.columns]}
    if table.key:
        schema["primaryKey"] = list(table.key)
    if "id" in table.key:
        schema["aboutUrl"] = ID + "{+id}"
    schema["foreignKeys"] = [
        {"columnReference": column.name,
         "reference": {"resource": f"{column.refers}.csv", "columnReference": "id"}}
        for column in table.columns if column.refers and column.is_required
    ]  # fmt: skip
    return {"url": f"{table.name}.csv", "dc:description": table.meaning, "tableSchema": schema}


def _column(column: Column) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": column.name,
        "titles": column.name,
        "dc:description": column.meaning,
        "datatype": _DATATYPES[column.type],
    }
    if column.property is not None:
        told["propertyUrl"] = column.property.value
    if column.type == "id" and not column.is_list:
        told["valueUrl"] = f"{ID}{{+{column.name}}}"
    if column.is_list:
        told["separator"] = " "
    if column.is_required:
        told["required"] = True
    return told
