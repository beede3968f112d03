"""Putting typed terms into a query: the one place a parameter's value meets SPARQL text."""

import re
from collections.abc import Mapping
from typing import Final

from pyoxigraph import Literal, NamedNode

from hauberk.graph.errors import BadHeaderError
from hauberk.queries.catalog import Query

_BLOCK: Final = r"^[ \t]*VALUES[ \t]+\?{name}[ \t]*\{{[ \t]*UNDEF[ \t]*\}}[^\n]*\n"
_ESCAPE: Final = re.compile(r"\\(?:\\([uU])|u([0-9A-Fa-f]{4})|.)", re.DOTALL)
"""An escape of the serialiser: a backslash with the `u` behind it, a code point, another."""


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
    r"""Return a term in SPARQL, in ASCII, so that no engine reads any of it otherwise.

    Beyond the serialiser's own escapes, characters outside ASCII are written as code points,
    since some engines take U+2028 or U+0085 for an end of line, and so is a `u` after a
    backslash: SPARQL 1.1 section 19.2 has code point escapes read before strings are, so that
    some engines take the text `\u0022` for a quotation mark.
    """
    apart = _ESCAPE.sub(_without_code_point, str(term))
    return "".join(
        char if char.isascii() and char.isprintable() else _code_point(char) for char in apart
    )


def _without_code_point(escape: re.Match[str]) -> str:
    if escape[1]:
        return escape[0][:2] + _code_point(escape[1])
    return f"\\U0000{escape[2]}" if escape[2] else escape[0]


def _code_point(char: str) -> str:
    """Return the escape of eight digits: rdflib takes four and four more hex letters for one."""
    return f"\\U{ord(char):08X}"
