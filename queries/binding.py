"""Putting typed terms into a query: the one place a parameter's value meets SPARQL text."""

import re
from collections.abc import Mapping
from typing import Final

from pyoxigraph import Literal, NamedNode

from hauberk.graph.errors import BadHeaderError
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


def written(term: NamedNode | Literal) -> str:
    """Return a term in SPARQL, in ASCII, so that no engine reads any of it otherwise.

    Beyond the serialiser's own escapes, characters outside ASCII are written as code points:
    some engines take U+2028 or U+0085 for an end of line.
    """
    return "".join(
        char if char.isascii() and char.isprintable() else _code_point(char) for char in str(term)
    )


def _code_point(char: str) -> str:
    point = ord(char)
    return f"\\u{point:04X}" if point <= 0xFFFF else f"\\U{point:08X}"  # noqa: PLR2004
