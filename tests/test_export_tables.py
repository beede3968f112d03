"""Exports as tables: CSV is what its metadata says, and Parquet says the same."""

import json
import re
import subprocess
import sys
import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pyoxigraph as px

from hauberk.graph.store import Snapshot, Store
from hauberk.ontology.names import SKOS
from hauberk.tests.exports import FILES, ID, rows
from hauberk.tests.support import HOSTILE


def test_tables_are_what_their_metadata_says(case: tuple[Path, Snapshot]) -> None:
    folder, _ = case
    with zipfile.ZipFile(folder / FILES["csv"]) as archive:
        told = json.loads(archive.read("csv-metadata.json"))
        names = set(archive.namelist()) - {"csv-metadata.json"}
    assert {table["url"] for table in told["tables"]} == names
    held = {table["url"]: rows(folder, table["url"].removesuffix(".csv"))
            for table in told["tables"]}  # fmt: skip
    for table in told["tables"]:
        schema, found = table["tableSchema"], held[table["url"]]
        for column in schema["columns"]:
            for row in found:
                assert_typed(row[column["name"]], column)
        if key := schema.get("primaryKey"):
            assert len({tuple(row[name] for name in key) for row in found}) == len(found)
        for foreign in schema["foreignKeys"]:
            there = {row["id"] for row in held[foreign["reference"]["resource"]]}
            assert {row[foreign["columnReference"]] for row in found} <= there | {""}


def assert_typed(cell: str, column: dict[str, Any]) -> None:
    if not cell:
        assert not column.get("required"), column["name"]
        return
    datatype = column["datatype"]
    if isinstance(datatype, dict):
        assert re.fullmatch(datatype["format"], cell)
    elif datatype == "decimal":
        assert Decimal(cell).is_finite()
    elif datatype == "boolean":
        assert cell in {"true", "false"}
    elif datatype == "dateTime":
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", cell)


def test_tables_of_the_fixture_are_right(exported: dict[str, Path]) -> None:
    folder = exported["fixture"]
    assert {row["id"] for row in rows(folder, "ties")} == {
        "agreement/alder-birch", "agreement/carmaker-lines", "agreement/danish-order",
        "agreement/yard-frame", "programme/fixture-programme", "stake/birch-in-cedar",
    }  # fmt: skip
    claims = rows(folder, "claims")
    assert len(claims) == 26
    assert sum(row["polarity"] == "denies" for row in claims) == 2
    alder = next(row for row in rows(folder, "ties") if row["id"] == "agreement/alder-birch")
    assert alder["status"] == "in-force"
    assert alder["states"] == "state/DE state/FR state/UA"
    assert alder["announced"] == "2025-03"
    shares = {row["share"] for row in rows(folder, "participations") if row["share"]}
    assert shares == {"60", "40", "20", "75"}
    yards = [row for row in rows(folder, "participations") if row["tie"] == "agreement/yard-frame"]
    assert {(row["agent"], row["role"], row["instead_of"]) for row in yards} == {
        ("body/fixture-agency", "customer", ""),
        ("firm/alder-works", "supplier", "undisclosed/two-yards"),
        ("firm/cedar-yards", "supplier", "undisclosed/two-yards"),
        ("undisclosed/two-yards", "supplier", ""),
    }
    assert len(rows(folder, "sources")) == 7
    denials = [row for row in rows(folder, "facts") if row["polarity"] == "denies"]
    assert {row["claim"] for row in denials} == {
        row["id"] for row in claims if row["polarity"] == "denies"
    }


def test_texts_stand_in_tables_as_they_are(exported: dict[str, Path], hostile: Store) -> None:
    with hostile.read() as snapshot:
        wanted = {
            q.object.value for q in snapshot.database.quads_for_pattern(None, SKOS.note, None, None)
            if isinstance(q.object, px.Literal) and str(q.subject).startswith(f"<{ID}claim/")
        }  # fmt: skip
    assert len(wanted) > len(HOSTILE)
    assert {row["note"] for row in rows(exported["hostile"], "claims")} == wanted
    with zipfile.ZipFile(exported["hostile"] / FILES["csv"]) as archive:
        data = archive.read("claims.csv")
    assert data.endswith(b"\r\n")


def test_parquet_says_the_same_as_csv(case: tuple[Path, Snapshot], tmp_path: Path) -> None:
    folder, _ = case
    with zipfile.ZipFile(folder / FILES["parquet"]) as archive:
        archive.extractall(tmp_path)
    for path in tmp_path.glob("*.parquet"):
        table = pq.read_table(path)
        found = [
            {name: plain(value) for name, value in row.items()} for row in table.to_pylist()
        ]  # fmt: skip
        assert found == rows(folder, path.stem), path.stem
    assert str(pq.read_schema(tmp_path / "amounts.parquet").field("amount").type).startswith("dec")


def test_parquet_says_what_to_install_where_it_is_missing(
    fixture_store: Store, tmp_path: Path
) -> None:
    code = (
        "import sys; sys.modules['pyarrow'] = None; from hauberk.graph.cli import main;"
        f"main(['--store', {str(fixture_store.root)!r}, 'export', '-o', 'a.parquet'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "run: pip install 'hauberk[parquet]'" in done.stderr
    assert list(tmp_path.iterdir()) == []


def plain(value: object) -> str:
    if isinstance(value, list):
        return " ".join(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%S.%f}".rstrip("0").rstrip(".") + "Z"
    return "" if value is None else str(value)
