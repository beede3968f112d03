"""What a worker can be asked: each operation takes a snapshot and arguments and gives a reply."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
)

from hauberk.graph.census import census
from hauberk.graph.keywords import is_fleeting, is_innocent
from hauberk.graph.store import Dataset, Snapshot
from hauberk.queries.free import refuse_harm, with_prefixes
from hauberk.queries.web import canned
from hauberk.queries.web.description import dataset_description, service_description
from hauberk.queries.web.documents import document
from hauberk.queries.web.frames import Limits, Reply
from hauberk.queries.web.negotiation import RDF, RESULTS, choose
from hauberk.queries.web.openapi import openapi
from hauberk.queries.web.pages import page
from hauberk.queries.web.problems import over_limit
from hauberk.queries.web.rdf import Bounded, written

RESULTS_FORMATS: Final = {
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
}
_ROW_ENDS: Final = {
    "json": (b"}}", b"{}"),
    "xml": (b"<result>", b"<result/>"),
    "csv": (b"\n",),
    "tsv": (b"\n",),
}
"""What stands at least once in each row of a format: to count them is never to count too few."""


def too_many(most: int) -> Exception:
    """Return the problem of an answer of too many rows."""
    return over_limit(
        413, "rows", most, f"the answer has more than {most} rows; ask for fewer, with LIMIT say"
    )


def sparql(snapshot: Snapshot, given: Mapping[str, Any], limits: Limits) -> Reply:
    """Answer a SPARQL query in the format that the client's `accept` likes best.

    Raises RefusedQueryError for updates and SERVICE, QueryError for what is no query, and
    ProblemError 406 and 413.
    """
    text = given["query"]
    innocent = is_innocent(text)
    if not innocent:
        refuse_harm(text)
    asked = with_prefixes(text)
    dataset = None
    if given.get("default_graphs") or given.get("named_graphs"):
        dataset = Dataset(
            tuple(map(NamedNode, given.get("default_graphs") or ())),
            tuple(map(NamedNode, given.get("named_graphs") or ())),
        )
    found = snapshot.query(asked, dataset)
    lasting = innocent or not is_fleeting(asked)
    body = Bounded(limits.bytes)
    if isinstance(found, QuerySolutions | QueryBoolean):
        form = choose(given.get("accept"), RESULTS)
        found.serialize(body, format=RESULTS_FORMATS[form])
        value = body.getvalue()
        # The engine writes the rows without a word to Python, which is what makes it quick; only
        # an answer whose text could hold too many rows is counted row by row.
        if isinstance(found, QuerySolutions) and _may_exceed(limits.rows, form, value):
            again = snapshot.query(asked, dataset)
            if isinstance(again, QuerySolutions) and sum(1 for _ in again) > limits.rows:
                raise too_many(limits.rows)
        return Reply(format=form, body=value, lasting=lasting)
    form = choose(given.get("accept"), RDF)
    return Reply(format=form, body=written(found, form, limits.bytes), lasting=lasting)


def _may_exceed(most: int, form: str, body: bytes) -> bool:
    return len(body) > most and sum(map(body.count, _ROW_ENDS[form])) > most


Operation = Callable[[Snapshot, Mapping[str, Any], Limits], Reply]

OPERATIONS: Final[Mapping[str, Operation]] = {
    "sparql": sparql,
    "home": lambda snapshot, *_: page("home.html", counts=census(snapshot.database)),
    "query-form": lambda *_: page("sparql.html"),
    "service-description": service_description,
    "queries": canned.queries,
    "canned": canned.answer,
    "choices": canned.choices,
    "openapi": openapi,
    "document": document,
    "void": dataset_description,
}
"""What a task's `operation` can be."""
