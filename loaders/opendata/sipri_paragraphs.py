"""The text of an RTF file that nobody vouches for: paragraph by paragraph, bounded."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from hauberk.loaders.opendata.sipri_text import MAX_LINE, refuse

_BLOCK: Final = 65_536
_LOOK_AHEAD: Final = 64
"""Longer than any token but text, so that no token is cut at the end of a block."""
_DEPTH: Final = 200
_TOKEN: Final = re.compile(
    r"\\([A-Za-z]{1,32})(-?\d{1,10})? ?|\\'([0-9A-Fa-f]{2})|\\(.)|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\",
    re.ASCII | re.DOTALL,
)
"""A control word with its number, a byte in hex, a control sign, a brace, line ends, text."""
_ENDS: Final = {"par", "line", "row", "sect", "page"}
_HIDDEN: Final = {
    "fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer", "footnote",
    "listtable", "listoverridetable", "rsidtbl", "themedata", "datastore", "generator",
}  # fmt: skip
"""Destinations that hold no text of the document."""
_SHOWN: Final = {
    "tab": "\t", "cell": "\t", "emdash": "\u2014", "endash": "\u2013", "lquote": "\u2018",
    "rquote": "\u2019", "ldblquote": "\u201c", "rdblquote": "\u201d", "bullet": "\u2022",
    "~": " ", "_": "-", "{": "{", "}": "}", "\\": "\\",
}  # fmt: skip
"""Control words and signs that stand for characters."""


class Rtf:
    """An RTF file: its paragraphs as plain text, and how many bytes were taken."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.taken = 0
        self.number = 0
        """The number of the last paragraph, from 1."""
        self._text: list[str] = []
        self._size = 0
        self._depth = 0
        self._hidden = 0
        """The depth of the group that is not shown, or 0."""
        self._skip = False
        """The next character only stands in for one that was written as a number."""

    def paragraphs(self) -> Iterator[str]:
        """Yield the paragraphs; raises FaultsError for what no text is."""
        for token in self._tokens():
            if self._take(token):
                yield self._paragraph()
        if self._text:
            yield self._paragraph()

    def _tokens(self) -> Iterator[re.Match[str]]:
        buffer = ""
        with self.path.open("rb") as file:
            while True:
                block = file.read(_BLOCK)
                self.taken += len(block)
                buffer += block.decode("latin-1")
                end = len(buffer) - _LOOK_AHEAD if block else len(buffer)
                place = 0
                while place < end and (token := _TOKEN.match(buffer, place)):
                    yield token
                    place = token.end()
                buffer = buffer[place:]
                if not block:
                    return

    def _paragraph(self) -> str:
        self.number += 1
        text = "".join(self._text)
        self._text, self._size = [], 0
        return text

    def _take(self, token: re.Match[str]) -> bool:
        """Take a token; return whether a paragraph ends with it."""
        word, given, byte, sign, brace, text = token.groups()
        if brace:
            self._group(brace)
        elif sign == "*" or word in _HIDDEN:
            self._hidden = self._hidden or self._depth
        elif word == "bin":
            refuse(self.path, 0, "holds binary data; give the register as SIPRI made it")
        elif self._hidden:
            return False
        elif byte or text:
            self._replaceable(bytes([int(byte, 16)]).decode("cp1252", "replace") if byte else text)
        elif word == "u" and given:
            self._add(chr(int(given) % 0x10000))
            self._skip = True
        else:
            self._add(_SHOWN.get(word or sign or "", ""))
        return word in _ENDS

    def _group(self, brace: str) -> None:
        self._depth += 1 if brace == "{" else -1
        if self._depth > _DEPTH:
            refuse(self.path, 0, f"is nested deeper than {_DEPTH} groups; is this SIPRI's?")
        if self._depth < self._hidden:
            self._hidden = 0

    def _replaceable(self, text: str) -> None:
        """Add text, but for a first character that only stands in for the one before it."""
        self._add(text[1:] if self._skip else text)
        self._skip = False

    def _add(self, text: str) -> None:
        self._size += len(text)
        if self._size > MAX_LINE:
            refuse(self.path, 0, "a paragraph is longer than 64 KB; is this SIPRI's?")
        self._text.append(text)
