"""Asking a canned query of a snapshot: parameters resolved, bound, answered in full."""

from collections.abc import Mapping
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Triple

from hauberk.graph.errors import QueryError
from hauberk.graph.store import Snapshot
from hauberk.queries.binding import bind
from hauberk.queries.catalog import Query
from hauberk.queries.parameters import resolve

Cell = NamedNode | Literal | BlankNode | Triple | None
"""A term of a row, or None where the query left it unbound."""


@dataclass(frozen=True, slots=True)
class Table:
    """An answer: column names in reading order, and rows of terms."""

    columns: tuple[str, ...]
    rows: list[tuple[Cell, ...]]


def run(query: Query, snapshot: Snapshot, given: Mapping[str, str] | None = None) -> Table:
    """Return the answer to *query* with the parameters *given*, as a person types them.

    Raises BadParameterError for a parameter that cannot be resolved, QueryError for a query that
    cannot be answered.
    """
    terms = resolve(query, given or {}, snapshot.directory)
    return table(snapshot, bind(query, terms))


def table(snapshot: Snapshot, text: str) -> Table:
    """Return the answer to a SELECT query; raises QueryError for another kind."""
    answer = snapshot.query(text)
    if not isinstance(answer, QuerySolutions):
        raise QueryError("this query gives no table; SELECT does")
    return read(answer)


def read(answer: QuerySolutions) -> Table:
    """Return solutions as a table, all of them; raises QueryError where one cannot be had."""
    columns = tuple(variable.value for variable in answer.variables)
    try:
        rows = [tuple(solution) for solution in answer]
    except (OSError, RuntimeError, SyntaxError, ValueError) as exc:
        raise QueryError(f"the query cannot be answered: {exc}") from exc
    return Table(columns, rows)
