"""A SPARQL 1.1 service: queries and updates out, terms of the engine's own kinds back."""

import os
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Final

from pyoxigraph import (
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolution,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    parse,
    parse_query_results,
)

from hauberk.graph.claims import CURRENT
from hauberk.graph.errors import CutOffError, RemoteError
from hauberk.graph.keywords import keywords, names_dataset, unescaped
from hauberk.graph.remote.address import address, login
from hauberk.graph.remote.transport import Answered, Transport

SECONDS: Final = 60.0
_FORMS: Final = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
_WHOLE: Final = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


_VIRTUOSO: Final = b'"results": { "distinct": '
"""What no other service writes into its results."""


class Service:
    """A service at an address, asked one thing after another."""

    def __init__(self, given: str, environment: Mapping[str, str] = os.environ) -> None:
        self.where = address(given, environment)
        self.login = login(self.where.host, environment)
        self.transport = Transport(self.where, self.login, _seconds(environment))
        self.name = ""
        """What the service calls itself; known once it has answered."""

    def __str__(self) -> str:
        return self.where.shown

    @property
    def sends_in_clear(self) -> bool:
        """Tell whether a password or token can be read on the way."""
        return self.login is not None and self.where.is_open

    def query(self, text: str) -> QuerySolutions | QueryBoolean | QueryTriples:
        """Answer a query of any form; one without GRAPH is asked of `current`.

        Raises QueryError for what the service takes for no query, CutOffError for a part of an
        answer, RemoteError where there is none.
        """
        words = _words(text)
        form = next((word for word in words if word in _FORMS), "SELECT")
        is_plain = not names_dataset(text) and not self.names_graphs(text)
        given = {"default_graph_uri": CURRENT.value} if is_plain else {}
        answered = self._send(form, text, **given)
        if form in {"CONSTRUCT", "DESCRIBE"}:
            return self._triples(answered)
        return self._results(answered)

    @staticmethod
    def names_graphs(text: str) -> bool:
        """Tell whether a query says GRAPH."""
        return "GRAPH" in _words(text)

    @cached_property
    def is_current_default(self) -> bool:
        """Tell whether the service's own default graph is `current`, and nothing else."""
        accepted = self.tally("?p", f"GRAPH {CURRENT} {{ ?s ?p ?o }}")
        return self.tally("?p", "?s ?p ?o") == accepted

    def rows(self, text: str) -> list[QuerySolution]:
        """Return the rows of a SELECT query; raises what `query` does."""
        found = self._results(self._send("SELECT", text))
        if isinstance(found, QueryBoolean):
            raise self._strange("a truth value")
        try:
            return list(found)
        except (SyntaxError, ValueError) as exc:
            raise self._strange(f"no SPARQL results ({exc})") from exc

    def holds(self, pattern: str) -> bool:
        """Tell whether a graph pattern has a solution; Virtuoso answers some ASK with no truth."""
        return bool(self.rows(f"SELECT * WHERE {{ {pattern} }} LIMIT 1"))

    def count(self, pattern: str, what: str = "*") -> int:
        """Return how many solutions a graph pattern has, or values of *what*."""
        rows = self.rows(f"SELECT (COUNT({what}) AS ?n) WHERE {{ {pattern} }}")
        return int(rows[0]["n"].value) if rows else 0

    def tally(self, variable: str, pattern: str) -> dict[object, int]:
        """Return how many solutions a graph pattern has for each value of a variable in it."""
        rows = self.rows(
            f"SELECT {variable} (COUNT(*) AS ?n) WHERE {{ {pattern} }} GROUP BY {variable}"
        )
        return {row[0]: int(row["n"].value) for row in rows}

    def update(self, text: str) -> None:
        """Carry out an update; raises RemoteError where it is refused."""
        self._send("INSERT", text)

    def _send(self, form: str, text: str, **parameters: str) -> Answered:
        answered = self.transport.send(form, text, **parameters)
        self.name = answered.headers.get("Server") or self.name
        if _VIRTUOSO in answered.body[:2000]:  # whatever a proxy before it says
            self.name = "Virtuoso"
        if most := answered.headers.get("X-SPARQL-MaxRows"):
            raise CutOffError(f"{self}: gives no more than {most} rows; ask for fewer")
        if answered.headers.get("X-SQL-State"):
            raise CutOffError(f"{self}: gave a part of the answer only, after its own time limit")
        return answered

    def _results(self, answered: Answered) -> QuerySolutions | QueryBoolean:
        if answered.media_type not in {"application/sparql-results+json", "application/json"}:
            raise self._strange(answered.media_type)
        try:
            return parse_query_results(answered.body, QueryResultsFormat.JSON)
        except (SyntaxError, ValueError) as exc:
            raise self._strange(f"no SPARQL results ({exc})") from exc

    def _triples(self, answered: Answered) -> QueryTriples:
        form = RdfFormat.from_media_type(answered.media_type)
        if form is None:
            raise self._strange(answered.media_type)
        held = Store()
        try:
            parsed = parse(answered.body, form)
            held.extend(Quad(each.subject, each.predicate, each.object) for each in parsed)
        except (SyntaxError, ValueError) as exc:
            raise self._strange(f"no RDF ({exc})") from exc
        found = held.query(_WHOLE)
        assert isinstance(found, QueryTriples)  # noqa: S101 - what CONSTRUCT gives
        return found

    def _strange(self, what: str) -> RemoteError:
        return RemoteError(
            f"{self}: answered {what} to a query; give the address of a SPARQL 1.1 query service,"
            " often https://host/sparql or https://host/query"
        )


def _words(text: str) -> list[str]:
    return re.findall(r"[A-Z]+(?![\w-]*:)", keywords(unescaped(text)).upper())


def _seconds(environment: Mapping[str, str]) -> float:
    given = environment.get("HAUBERK_TIMEOUT")
    if not given:
        return SECONDS
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= 86_400:  # noqa: PLR2004
        raise RemoteError("HAUBERK_TIMEOUT: write a number of seconds, 120 say")
    return seconds
