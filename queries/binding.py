"""Putting typed terms into a query: the one place a parameter's value meets SPARQL text."""

import re
from collections.abc import Mapping
from typing import Final

from pyoxigraph import Literal, NamedNode

from hauberk.graph.errors import BadHeaderError
from hauberk.graph.terms import written
from hauberk.queries.catalog import Query

_BLOCK: Final = r"^[ \t]*VALUES[ \t]+\?{name}[ \t]*\{{[ \t]*UNDEF[ \t]*\}}[^\n]*\n"


def bind(query: Query, terms: Mapping[str, NamedNode | Literal]) -> str:
    """Return the query's text with each parameter's data block holding its term.

    The block of a parameter that is not in *terms* is dropped. A term is written by the engine's
    own serialiser, so that whatever it holds stays one IRI or one literal.
    Raises BadHeaderError where a declared parameter has no block of its own.
    """
    text = query.text
    for name in query.parameters:
        block = re.compile(_BLOCK.format(name=re.escape(name)), re.MULTILINE)
        if len(block.findall(text)) != 1:
            where = f"{query.shelf}/{query.name}.rq"
            raise BadHeaderError(f"{where}: needs one line `VALUES ?{name} {{ UNDEF }}`")
        term = terms.get(name)
        line = "" if term is None else f"  VALUES ?{name} {{ {written(term)} }}\n"
        text = block.sub(lambda _, line=line: line, text)  # type: ignore[misc]
    return text
