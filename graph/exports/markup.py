"""Texts inside XML: what must be escaped, and what XML cannot hold at all."""

import re
from typing import Final
from xml.sax.saxutils import escape

from hauberk.graph.errors import HauberkError

_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_KEPT: Final = {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;", '"': "&quot;"}
"""What a reader would alter where it stands as itself."""


def sayable(text: str, where: object) -> str:
    """Return *text*; raises HauberkError where it holds a character that XML has no way to."""
    if found := _NOT_XML.search(text):
        raise HauberkError(
            f"{where} has the control character U+{ord(found.group()):04X} in a text, which XML"
            " cannot hold; export another format"
        )
    return text


def escaped(text: str, where: object) -> str:
    """Return *text* as it stands in an element or, in double quotes, in an attribute."""
    return escape(sayable(text, where), _KEPT)
