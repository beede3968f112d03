"""Content negotiation: the best of the formats offered, by the client's q-values."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import mimeparse

from hauberk.queries.web.problems import bad_request, not_acceptable

MOST_ACCEPT: Final = 2000
"""Characters of an Accept header that are read; longer ones are refused."""

RESULTS: Final[Mapping[str, str]] = {
    "application/sparql-results+json": "json",
    "application/sparql-results+xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/json": "json",
    "application/xml": "xml",
}
"""Formats of a SELECT or ASK answer, best first: what a client asks for, and the format."""

RDF: Final[Mapping[str, str]] = {
    "text/turtle": "ttl",
    "application/n-triples": "nt",
    "application/rdf+xml": "rdf",
    "application/ld+json": "jsonld",
    "application/trig": "trig",
    "application/n-quads": "nq",
    "application/json": "jsonld",
    "application/xml": "rdf",
    "text/plain": "nt",
}
"""Formats of a graph, best first."""

CONTENT_TYPE: Final[Mapping[str, str]] = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv; charset=utf-8; header=present",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "ttl": "text/turtle; charset=utf-8",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
    "trig": "application/trig; charset=utf-8",
    "nq": "application/n-quads",
}
"""The Content-Type that each format is sent with."""


@lru_cache(maxsize=1000)
def _best(accept: str, offered: tuple[str, ...]) -> str:
    # Of equals, mimeparse takes the last.
    return str(mimeparse.best_match(offered[::-1], accept))


def choose(accept: str | None, offered: Mapping[str, str]) -> str:
    """Return the format, a value of *offered*, that suits an Accept header best.

    Where several suit as well, the first offered is taken. Raises ProblemError 406 where none does,
    400 where the header cannot be read.
    """
    if accept is None or not accept.strip():
        return next(iter(offered.values()))
    if len(accept) > MOST_ACCEPT:
        raise bad_request(f"the Accept header is longer than {MOST_ACCEPT} characters")
    try:
        best = _best(accept.lower(), tuple(offered))
    except mimeparse.MimeTypeParseException as exc:
        raise bad_request(f"the Accept header cannot be read: {exc}") from exc
    if not best:
        raise not_acceptable(offered)
    return offered[best]
