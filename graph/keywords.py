"""The words of a SPARQL query that are its own: neither strings, IRIs, names nor comments."""

import re
from typing import Final

from hauberk.graph.errors import QueryError

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
_FROM: Final = re.compile(r"\bFROM\b(?![\w-]*:)", re.IGNORECASE)
_FLEETING: Final = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE)\b", re.IGNORECASE)


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


def names_dataset(text: str) -> bool:
    """Tell whether a query says itself, by FROM, which graphs it is asked of."""
    return _speaks(_FROM, text)


def is_fleeting(text: str) -> bool:
    """Tell whether a query can answer otherwise when asked again of the same graph."""
    return _speaks(_FLEETING, text)


def _speaks(words: re.Pattern[str], text: str) -> bool:
    """Tell whether a query uses a keyword; most texts hold none of its letters anywhere."""
    if "\\" not in text and not words.search(text):
        return False
    return bool(words.search(keywords(text)))
