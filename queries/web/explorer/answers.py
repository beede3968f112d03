"""The SPARQL page: a query and its answer, as a table, a map, a network or Turtle."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec
from pyoxigraph import Literal, NamedNode, QueryBoolean, QuerySolutions

from hauberk.graph.keywords import is_fleeting
from hauberk.graph.store import Dataset, Snapshot
from hauberk.ontology.names import ID
from hauberk.queries import catalog
from hauberk.queries.free import PREFIXES, refuse_harm, with_prefixes
from hauberk.queries.runner import Cell
from hauberk.queries.web.explorer.pictures import mapped, woven
from hauberk.queries.web.frames import Limits, Reply
from hauberk.queries.web.pages import href, page, text
from hauberk.queries.web.problems import over_limit
from hauberk.queries.web.rdf import written

ROWS: Final = 200
"""Rows of a page."""
_LONGEST: Final = 600
"""Characters of a cell; what is longer is cut, and says so."""
_LONGEST_GRAPH: Final = 120_000
"""Characters of Turtle on the page."""
_LONGEST_LINK: Final = 6000
"""Characters of an address that a page links to; a longer query is sent as a form."""
_FORMATS: Final = {"csv": "CSV", "tsv": "TSV", "json": "JSON", "xml": "XML"}
_GRAPH_FORMATS: Final = {"ttl": "Turtle", "jsonld": "JSON-LD", "nt": "N-Triples", "rdf": "RDF/XML"}
_PLACE: Final = re.compile(r"error at (\d+):(\d+): *(.*)", re.DOTALL)
_MOST_WORDS: Final = 8
_TOKEN: Final = re.compile(r"[A-Za-z ]+|\"[^\"]{1,3}\"")
_FIRST: Final = """SELECT ?deal ?state ?signed WHERE {
  ?deal a hbk:Agreement ;
    hbk:involvesState ?state ;
    hbk:signed ?signed .
}
ORDER BY DESC(?signed) ?deal ?state
LIMIT 50"""


class Shown(msgspec.Struct, frozen=True):
    """A cell of an answer: its text, what it links to, its id or kind, the whole term."""

    text: str
    href: str = ""
    note: str = ""
    term: str = ""
    is_number: bool = False


def query_form(_snapshot: Snapshot, given: Mapping[str, Any], _limits: Limits) -> Reply:
    """Give the page without an answer: with an example, or with what is wrong with a query."""
    example = given.get("example") or ""
    asked = given.get("query") or ""
    if example:
        asked = _body(catalog.find(example).text)
    problem = given.get("problem")
    query = asked or _FIRST
    found = _page(
        query, example=example, problem=problem and _located(problem, asked),
        fields=_fields({**given, "query": query}),
    )  # fmt: skip
    if not problem:
        return found
    return msgspec.structs.replace(found, status=problem["status"], lasting=False)


def query_page(snapshot: Snapshot, given: Mapping[str, Any], limits: Limits) -> Reply:
    """Give the page with the answer to a query, from row `offset` on, as the `view` asked for.

    Raises RefusedQueryError for updates and SERVICE, QueryError for what is no query, and
    ProblemError 413 where the answer passes a limit.
    """
    query = given["query"]
    refuse_harm(query)
    asked = with_prefixes(query)
    dataset = None
    if given.get("default_graphs") or given.get("named_graphs"):
        dataset = Dataset(
            tuple(map(NamedNode, given.get("default_graphs") or ())),
            tuple(map(NamedNode, given.get("named_graphs") or ())),
        )
    found = snapshot.query(asked, dataset)
    if isinstance(found, QueryBoolean):
        answer: dict[str, Any] = {"kind": "boolean", "holds": bool(found), "formats": _FORMATS}
    elif isinstance(found, QuerySolutions):
        answer = _table(snapshot, found, given, limits)
    else:
        graph = written(found, "ttl", limits.bytes).decode()
        cut = graph[: graph.rfind("\n", 0, _LONGEST_GRAPH) + 1]
        whole = len(graph) <= _LONGEST_GRAPH
        answer = {"kind": "graph", "text": graph if whole else cut, "length": len(graph),
                  "whole": whole, "formats": _GRAPH_FORMATS}  # fmt: skip
    made = _page(query, answer=answer, fields=_fields(given))
    return msgspec.structs.replace(made, lasting=not is_fleeting(asked))


def _page(query: str, **shown: Any) -> Reply:  # noqa: ANN401  (what the template shows)
    fields = shown.pop("fields")
    link = f"/sparql?{urlencode(fields, quote_via=quote)}"
    given = {"example": "", "problem": None, "answer": None, **shown}
    return page(
        "sparql.html", query=query, link=link, fields=fields,
        short=len(link) <= _LONGEST_LINK, shelves=_shelves(), prefixes=_prefixes(), **given,
    )  # fmt: skip


def _fields(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the fields that ask the same question again, whatever the page or format."""
    return [
        ("query", given["query"]),
        *(("default-graph-uri", iri) for iri in given.get("default_graphs") or ()),
        *(("named-graph-uri", iri) for iri in given.get("named_graphs") or ()),
        *((("as-of", given["as_of"]),) if given.get("as_of") else ()),
    ]


def _shelves() -> list[tuple[str, list[catalog.Query]]]:
    queries = sorted(catalog.catalog().values(), key=lambda query: (query.shelf, query.name))
    return [(shelf, list(each)) for shelf, each in groupby(queries, lambda query: query.shelf)]


def _prefixes() -> dict[str, str]:
    return {name: str(iri) for name, iri in PREFIXES.items()}


def _body(query: str) -> str:
    """Return a canned query without its header."""
    return "\n".join(line for line in query.splitlines() if not line.startswith("#+")).strip()


# -- Tables -----------------------------------------------------------------------------------


def _table(
    snapshot: Snapshot, found: QuerySolutions, given: Mapping[str, Any], limits: Limits
) -> dict[str, Any]:
    columns = [variable.value for variable in found.variables]
    rows: list[Sequence[Cell]] = []
    for solution in found:
        if len(rows) >= limits.rows:
            raise over_limit(
                413, "rows", limits.rows,
                text("the answer has more than %(most)s rows; ask for fewer, with LIMIT say",
                     most=limits.rows),
            )  # fmt: skip
        rows.append(tuple(solution))
    view, start = given.get("view") or "table", given.get("offset") or 0
    pictures = {
        "map": mapped(snapshot, columns, rows) if view == "map" else None,
        "network": woven(snapshot, columns, rows) if view == "network" else None,
    }
    shown = rows[start : start + ROWS] if view == "table" else []
    cells = [[_shown(snapshot, cell) for cell in row] for row in shown]
    numeric = {
        index for index in range(len(columns))
        if all(row[index].is_number or not row[index].text for row in cells)
    }  # fmt: skip
    return {
        "kind": "table", "view": view, "columns": columns, "rows": cells, "numeric": numeric,
        "total": len(rows), "start": start, "step": ROWS, "picture": pictures.get(view),
        "formats": _FORMATS,
    }  # fmt: skip


def _shown(snapshot: Snapshot, cell: Cell) -> Shown:
    if cell is None:
        return Shown("")
    if isinstance(cell, NamedNode):
        address = href(cell.value)
        if not address.startswith("/"):
            return Shown(_cut(cell.value), address, "", str(cell))
        label = snapshot.directory.label(cell)
        name = cell.value.removeprefix(ID) if cell.value.startswith(ID) else _curie(cell.value)
        return Shown(label, address, name if name != label else "", str(cell))
    if isinstance(cell, Literal):
        number = cell.datatype.value.rpartition("#")[2] in {
            "integer", "decimal", "double", "float", "int", "long",
        }  # fmt: skip
        return Shown(_cut(cell.value), "", cell.language or "", str(cell)[:_LONGEST], number)
    return Shown(_cut(str(cell)))


def _cut(value: str) -> str:
    if len(value) <= _LONGEST:
        return value
    return text("%(begin)s… (%(count)s characters)", begin=value[:_LONGEST], count=len(value))


def _curie(iri: str) -> str:
    """Return an IRI with its prefix, where it has a usual one."""
    for name, start in PREFIXES.items():
        if iri.startswith(str(start)):
            return f"{name}:{iri[len(str(start)) :]}"
    return iri


# -- What is wrong with a query ---------------------------------------------------------------


def _located(problem: Mapping[str, Any], query: str) -> dict[str, Any]:
    """Return a problem with the line and column that it is at, where the engine names them."""
    found = _PLACE.search(problem["detail"])
    if found is None:
        return {**problem, "line": 0, "column": 0}
    line, column = int(found[1]), int(found[2])
    if line > 1:
        column -= 1  # the engine's parser counts the end of the line before
    else:  # the usual prefixes stand before the query, on its first line
        column = max(1, column - (len(with_prefixes(query)) - len(query)))
    return {**problem, "line": line, "column": column, "detail": _told(found[3])}


def _told(expected: str) -> str:
    """Return in words what the engine's parser says, without its classes of characters."""
    if "Prefix not found" in expected:
        return text("This prefix is not declared.")
    wanted = expected.removeprefix("expected ").removeprefix("one of ")
    words = list(dict.fromkeys(_words(wanted)))
    if not words or len(words) > _MOST_WORDS:
        return text("The query cannot go on like this.")
    return text("The query cannot go on like this; here could stand %(words)s.",
                words=", ".join(words))  # fmt: skip


def _words(wanted: str) -> Iterator[str]:
    for each in re.split(r", (?![^\[]*\])", wanted):
        if _TOKEN.fullmatch(each.strip()):
            yield each.strip().strip('"')
