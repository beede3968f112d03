"""The tables in Parquet: typed, compressed, and read by pandas, Polars, DuckDB and Spark."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hauberk.graph.errors import HauberkError
from hauberk.graph.exports.release import LICENCE, Release
from hauberk.graph.exports.rows import Column, Row, Table, Value
from hauberk.graph.exports.tables import TABLES

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS: Final = 20_000
"""Rows that are held at a time, and stand together in the file."""


def fill_parquet(release: Release, folder: Path) -> None:
    """Write a Parquet file for each table into *folder*.

    Raises HauberkError where pyarrow is not installed.
    """
    try:
        import pyarrow.parquet as pq
    except ImportError as exc:
        raise HauberkError(
            "Parquet needs pyarrow, which is not installed; run: pip install 'hauberk[parquet]'"
        ) from exc
    terms = {"licence": LICENCE, "credits": "\n".join(release.credits.lines)}
    for table in TABLES:
        schema = _schema(table, terms)
        with pq.ParquetWriter(folder / f"{table.name}.parquet", schema, compression="zstd") as file:
            for batch in _batches(table.rows(release, table)):
                file.write_table(_filled(batch, table, schema))


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, _ROWS)):
        yield batch


def _schema(table: Table, terms: dict[str, str]) -> "pa.Schema":
    import pyarrow as pa

    fields = [
        pa.field(column.name, _type(column), nullable=not column.is_required,
                 metadata={"description": column.meaning})
        for column in table.columns
    ]  # fmt: skip
    return pa.schema(fields, metadata={"description": table.meaning, **terms})


def _type(column: Column) -> "pa.DataType":
    import pyarrow as pa

    types: dict[str, Any] = {
        "decimal": pa.decimal128(38, 12), "time": pa.timestamp("ms", tz="UTC"), "truth": pa.bool_(),
    }  # fmt: skip
    found: pa.DataType = types.get(column.type, pa.string())
    return pa.list_(found) if column.is_list else found


def _filled(batch: list[Row], table: Table, schema: "pa.Schema") -> "pa.Table":
    import pyarrow as pa

    columns = [
        pa.array([_typed(row[at], column) for row in batch], type=schema.field(at).type)
        for at, column in enumerate(table.columns)
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _typed(value: Value, column: Column) -> object:
    if not isinstance(value, str):
        return value
    if column.type == "decimal":
        return Decimal(value)
    if column.type == "time":
        return datetime.fromisoformat(value)
    return value == "true" if column.type == "truth" else value
