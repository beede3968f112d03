"""Free SPARQL from the command line: reading only, and nothing that reaches the network."""

import re
from typing import Final

from pyoxigraph import (
    QueryBoolean,
    QuerySolutions,
    RdfFormat,
    serialize,
)

from hauberk.graph.errors import QueryError, RefusedQueryError
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import (
    CODE,
    DCTERMS,
    FOAF,
    HBG,
    HBK,
    ID,
    OA,
    OWL,
    PROV,
    RDF,
    RDFS,
    SKOS,
    VOID,
    XSD,
)
from hauberk.queries.runner import Table, table

PREFIXES: Final = {
    "hbk": HBK, "hbg": HBG, "id": ID, "code": CODE, "prov": PROV, "dcterms": DCTERMS, "skos": SKOS,
    "foaf": FOAF, "oa": OA, "owl": OWL, "void": VOID, "rdf": RDF, "rdfs": RDFS, "xsd": XSD,
}  # fmt: skip

_UPDATE: Final = frozenset(
    {"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"}
)
_SILENT: Final = re.compile(
    r"""
      \#[^\n\r]*                                                      # a comment
    | <[^<>"{}|^`\\\x00-\x20]*>                                       # an IRI
    | \"{3}(?:\"{0,2}(?:[^"\\]|\\.))*\"{3} | "(?:[^"\\\n\r]|\\.)*"    # strings
    | '{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}    | '(?:[^'\\\n\r]|\\.)*'
    | \\.                                                             # an escape in a name
    | [?$]\w+                                                         # a variable
    | :[\w-]+                                                         # the local part of a name
    """,
    re.VERBOSE | re.DOTALL,
)
_CODE_POINT: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


def keywords(text: str) -> str:
    """Return *text* without what no keyword can stand in: strings, IRIs, names and comments.

    Code point escapes are read first, as SPARQL 1.1 section 19.2 has it, so that a keyword
    cannot hide in them.
    """
    return _SILENT.sub(" ", _unescaped(text))


def _unescaped(text: str) -> str:
    def char(match: re.Match[str]) -> str:
        point = int(match.group(1) or match.group(2), 16)
        if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF:  # noqa: PLR2004
            raise QueryError(f"{match.group()} is no character")
        return chr(point)

    return _CODE_POINT.sub(char, text)


def refuse_harm(text: str) -> None:
    """Raise RefusedQueryError for a query that would change the store or reach another server.

    SERVICE is refused wherever its letters stand outside strings, IRIs, names and comments,
    even inside a longer word: parsers take `1SERVICE` and `trueSERVICE` for two tokens. A false
    alarm costs a query its spelling; a miss costs a request to any address.
    """
    spoken = keywords(text)
    if "service" in spoken.casefold():
        raise RefusedQueryError("SERVICE is refused: queries reach no other server")
    words = (word.upper() for word in re.findall(r"[A-Za-z]+(?![\w-]*:)", spoken))
    first = next((word for word in words if word not in {"PREFIX", "BASE", "VERSION"}), "")
    if first in _UPDATE:
        raise RefusedQueryError(f"{first} is refused: queries read; `hauberk load` changes facts")


def answer(snapshot: Snapshot, text: str) -> Table | bool | str:
    """Return a table, a yes or no, or Turtle, for a SPARQL query of any of the four forms.

    Raises RefusedQueryError for updates and SERVICE, QueryError for anything else that is no
    query or cannot be answered.
    """
    refuse_harm(text)
    asked = _with_prefixes(text)
    found = snapshot.query(asked)
    if isinstance(found, QueryBoolean):
        return bool(found)
    if isinstance(found, QuerySolutions):
        return table(snapshot, asked)
    try:
        written = serialize(
            found,
            format=RdfFormat.TURTLE,
            prefixes={name: str(iri) for name, iri in PREFIXES.items()},
        )
    except (OSError, RuntimeError, ValueError) as exc:
        raise QueryError(f"the query cannot be answered: {exc}") from exc
    return (written or b"").decode()


def boolean(value: bool, form: str) -> str:
    """Return the answer to an ASK query in a results format, or as a word."""
    word = str(value).lower()
    if form == "json":
        return f'{{"head": {{}}, "boolean": {word}}}\n'
    if form == "xml":
        return (
            '<?xml version="1.0"?>\n<sparql xmlns="http://www.w3.org/2005/sparql-results#">'
            f"<head/><boolean>{word}</boolean></sparql>\n"
        )
    return f"{word}\n"


def _with_prefixes(text: str) -> str:
    """Put before the query the usual prefixes that it uses and does not declare."""
    declared = set(re.findall(r"\bPREFIX\s+(\w+):", text, re.IGNORECASE))
    used = set(re.findall(r"(\w+):", text))
    lines = [
        f"PREFIX {name}: <{iri}>"
        for name, iri in PREFIXES.items()
        if name in used and name not in declared
    ]
    return " ".join([*lines, text])
