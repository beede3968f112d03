"""Graphs as bytes in the format a client likes, no longer than is allowed."""

import io
from collections.abc import Sequence
from typing import Any, Final

from pyoxigraph import Quad, QueryTriples, RdfFormat, Triple, serialize

from hauberk.queries.free import PREFIXES
from hauberk.queries.web.problems import over_limit

RDF_FORMATS: Final = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "rdf": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
    "trig": RdfFormat.TRIG,
    "nq": RdfFormat.N_QUADS,
}
_PREFIXED: Final = frozenset({"ttl", "trig"})
_PREFIXES: Final = {name: str(iri) for name, iri in PREFIXES.items()}


class Bounded(io.BytesIO):
    """A buffer that takes no more than *most* bytes; raises ProblemError 413 when given more."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def write(self, data: Any) -> int:  # noqa: ANN401  (whatever has bytes)
        """Keep *data*, or refuse all."""
        if self.tell() + len(data) > self.most:
            raise too_long(self.most)
        return super().write(data)


def too_long(most: int) -> Exception:
    """Return the problem of an answer of too many bytes."""
    return over_limit(
        413, "bytes", most, f"the answer is longer than {most} bytes; ask for less, with LIMIT say"
    )


def written(
    statements: Sequence[Triple] | Sequence[Quad] | QueryTriples, form: str, most: int
) -> bytes:
    """Return statements in a format of RDF_FORMATS; raises ProblemError 413 past *most* bytes."""
    body = Bounded(most)
    prefixes = _PREFIXES if form in _PREFIXED else None
    serialize(statements, body, format=RDF_FORMATS[form], prefixes=prefixes)
    return _sorted_prefixes(body.getvalue()) if prefixes else body.getvalue()


def _sorted_prefixes(text: bytes) -> bytes:
    """Return Turtle or TriG with its prefixes in order: the engine writes them in any."""
    count = 0
    lines = text.split(b"\n", len(_PREFIXES))
    while count < len(lines) and lines[count].startswith(b"@prefix "):
        count += 1
    return b"\n".join([*sorted(lines[:count]), *lines[count:]])
