"""Answers kept: the last tables a worker made of a generation, for the next page or sorting."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Final

from hauberk.graph.store import Snapshot
from hauberk.queries.catalog import Query
from hauberk.queries.runner import Table, run
from hauberk.queries.web.explorer.kept import once

_MOST_CELLS: Final = 250_000
"""Cells of all tables kept of one generation, some 50 MB."""


class _Answers:
    def __init__(self, _snapshot: Snapshot) -> None:
        self.tables: OrderedDict[tuple[object, ...], Table] = OrderedDict()
        self.cells = 0

    def keep(self, key: tuple[object, ...], table: Table) -> None:
        size = _cells(table)
        if size > _MOST_CELLS:
            return
        self.tables[key] = table
        self.cells += size
        while self.cells > _MOST_CELLS:
            _, gone = self.tables.popitem(last=False)
            self.cells -= _cells(gone)


def _cells(table: Table) -> int:
    return 1 + len(table.rows) * len(table.columns)


def answered(query: Query, snapshot: Snapshot, given: Mapping[str, str]) -> Table:
    """Return the answer to a query, as it was made before or made now.

    Raises what `hauberk.queries.runner.run` raises.
    """
    kept = once(snapshot, _Answers)
    key = (query.name, *sorted(given.items()))
    found = kept.tables.get(key)
    if found is None:
        found = run(query, snapshot, given)
        kept.keep(key, found)
    else:
        kept.tables.move_to_end(key)
    return found
