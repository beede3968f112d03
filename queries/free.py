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
from hauberk.graph.keywords import keywords, may_use, unescaped
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
from hauberk.queries.runner import Table, read

PREFIXES: Final = {
    "hbk": HBK, "hbg": HBG, "id": ID, "code": CODE, "prov": PROV, "dcterms": DCTERMS, "skos": SKOS,
    "foaf": FOAF, "oa": OA, "owl": OWL, "void": VOID, "rdf": RDF, "rdfs": RDFS, "xsd": XSD,
}  # fmt: skip

_USED: Final = re.compile(rf"\b({'|'.join(PREFIXES)}):")
_DECLARED: Final = re.compile(r"\bPREFIX\s+(\w+):", re.IGNORECASE)
_SPELT: Final = [(f"{name}:", f"\nPREFIX {name}:") for name in PREFIXES]
_UPDATE: Final = frozenset(
    {"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"}
)


def refuse_harm(text: str) -> None:
    """Raise RefusedQueryError for a query that would change the store or reach another server.

    SERVICE is refused wherever its letters could stand outside strings, IRIs, names and
    comments, even inside a longer word: parsers take `1SERVICE` and `trueSERVICE` for two tokens.
    A false alarm costs a query its spelling; a miss costs a request to any address.
    """
    if may_use("service", text):
        raise RefusedQueryError("SERVICE is refused: queries reach no other server")
    capitals = text.upper()
    if "\\" not in text and not any(word in capitals for word in _UPDATE):
        return
    spoken = keywords(unescaped(text))
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
    asked = with_prefixes(text)
    found = snapshot.query(asked)
    if isinstance(found, QueryBoolean):
        return bool(found)
    if isinstance(found, QuerySolutions):
        return read(found)
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


def with_prefixes(text: str) -> str:
    """Put before the query the usual prefixes that it uses and does not declare."""
    lines = f"\n{text}"
    for used, declared in _SPELT:
        if used in lines and declared not in lines:
            return _with_missing_prefixes(text)
    return text  # most queries declare what they use, a line for each: to see so costs little


def _with_missing_prefixes(text: str) -> str:
    used = set(_USED.findall(text))
    declared = set(_DECLARED.findall(text))
    missing = [f"PREFIX {name}: <{PREFIXES[name]}>" for name in sorted(used - declared)]
    return " ".join([*missing, text])
