"""What the tests of the canned queries share: each query, its golden answers, and how to ask it."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from msgspec.structs import replace

from hauberk.graph.store import Snapshot
from hauberk.queries.catalog import Query, catalog
from hauberk.queries.runner import Cell, Table, run

TESTS: Final = Path(__file__).parent
GOLDEN: Final = TESTS / "golden"
QUERIES: Final = list(catalog().values())

every_query = pytest.mark.parametrize("query", QUERIES, ids=lambda query: str(query.name))


@dataclass(frozen=True, slots=True)
class Case:
    """A golden answer: the query, what is asked of it, and the rows of some of its columns."""

    name: str
    query: Query
    parameters: Mapping[str, str]
    as_of: str | None
    columns: list[str]
    rows: list[list[str]]
    facts: str = "fixture"


def cases(folder: Path, facts: str) -> Iterator[Case]:
    """Yield a case for each golden file in *folder*, `<query>.csv` or `<query>@<variant>.csv`."""
    asked: dict[str, dict[str, Any]] = yaml.load(
        (folder / "cases.yaml").read_text(encoding="utf-8"),
        Loader=yaml.CBaseLoader,  # noqa: S506 - every scalar stays text
    )
    for path in sorted(folder.glob("*.csv")):
        how = asked.pop(path.stem) if "@" in path.stem else {}
        with path.open(encoding="utf-8", newline="") as file:
            columns, *rows = csv.reader(file)
        yield Case(
            name=path.stem,
            query=catalog()[path.stem.partition("@")[0]],
            parameters=how.get("parameters", {}),
            as_of=how.get("as-of"),
            columns=columns,
            rows=rows,
            facts=facts,
        )
    assert not asked, f"{folder}/cases.yaml names answers without a CSV file: {', '.join(asked)}"


# The answers in golden/ are to data/fixture.yaml, those in golden/<name>/ to data/<name>.yaml.
FOLDERS: Final = [each for each in sorted(GOLDEN.iterdir()) if each.is_dir()]
CASES: Final = [
    *cases(GOLDEN, "fixture"),
    *(case for folder in FOLDERS for case in cases(folder, folder.name)),
]


def written(cell: Cell) -> str:
    return "" if cell is None else getattr(cell, "value", str(cell))


def texts(answer: Table, columns: list[str] | None = None) -> list[list[str]]:
    """Return the answer's cells as the W3C's CSV form has them, of all or some columns."""
    at = [answer.columns.index(each) for each in columns or answer.columns]
    return [[written(row[index]) for index in at] for row in answer.rows]


def column(answer: Table, name: str) -> list[Cell]:
    at = answer.columns.index(name)
    return [row[at] for row in answer.rows]


def answer_to(query: Query, snapshot: Snapshot, given_: Mapping[str, str] | None = None) -> Table:
    """Return the answer to the query as it stands in its file, even where it needs a parameter."""
    header = replace(query.header, needs=[])
    return run(replace(query, header=header), snapshot, given_)
