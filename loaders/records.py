"""Records: nested text with line numbers, whatever the format it was written in."""

import re
import unicodedata
from typing import Any, Final

MAX_SCALAR: Final = 16 * 1024
"""Characters of one text."""
MAX_DEPTH: Final = 16
"""Mappings and lists inside one another; a fact file needs seven."""

_CONTROL: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


class Record(dict[str, Any]):
    """A mapping of a document, with the line it begins on and the line of each key."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class Listing(list[Any]):
    """A list of a document, with the line it begins on and the line of each item."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


class Unreadable(Exception):  # noqa: N818 - carries a fault, it is not one
    """The file cannot be read as what it is; the fault says where it stops being so."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


def clean(text: str, line: int) -> str:
    """Return *text* in Unicode's composed form (NFC).

    Raises Unreadable for control characters, bidirectional overrides and oversized text.
    """
    if len(text) > MAX_SCALAR:
        raise Unreadable(line, f"has a text of over {MAX_SCALAR // 1024} KB; facts are short")
    if found := _CONTROL.search(text):
        point = ord(found.group())
        raise Unreadable(line, f"has the control character U+{point:04X} in a text; remove it")
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def add(record: Record, key: str, value: Any, line: int) -> None:  # noqa: ANN401
    """Put a value into a record; raises Unreadable for a key that is there already."""
    if key in record:
        first = record.lines[key]
        raise Unreadable(line, f"`{key}` is given twice, first on line {first}; keep one")
    record[key] = value
    record.lines[key] = line
