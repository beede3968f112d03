"""The turns of a long list: which part is shown from which row on, and where the others are."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

import msgspec


def address(path: str, words: Mapping[str, object]) -> str:
    """Return a path with a query string of the words that have a value."""
    held = {name: value for name, value in words.items() if value not in {"", None}}
    return f"{path}?{urlencode(held)}" if held else path


def replaced(link: str, name: str, value: str) -> str:
    """Return an address with another value for one word of its query string."""
    path, _, query = link.partition("?")
    return address(path, {**dict(parse_qsl(query)), name: value})


class Turns(msgspec.Struct, frozen=True):
    """A list of *total* things shown *each* at a time, from number *offset* on."""

    path: str
    words: Mapping[str, object]
    total: int
    each: int
    offset: int

    @property
    def start(self) -> int:
        """The first thing shown, from 0; the list's last part where it is shorter than that."""
        last = max(0, (self.total - 1) // self.each * self.each)
        return min(self.offset, last) if self.offset < self.total else last

    @property
    def end(self) -> int:
        """The first thing that is no longer shown."""
        return min(self.start + self.each, self.total)

    @property
    def first(self) -> int:
        """The number of the first thing shown, from 1; 0 where there is none."""
        return self.start + 1 if self.total else 0

    @property
    def previous(self) -> str:
        """The address of the part before; empty where there is none."""
        return self.at(max(0, self.start - self.each)) if self.start else ""

    @property
    def next(self) -> str:
        """The address of the part behind; empty where there is none."""
        return self.at(self.end) if self.end < self.total else ""

    @property
    def last(self) -> str:
        """The address of the last part; empty where it is shown, or is the next."""
        beginning = (self.total - 1) // self.each * self.each
        return self.at(beginning) if beginning > self.end else ""

    @property
    def opening(self) -> str:
        """The address of the first part; empty where it is shown, or is the previous."""
        return self.at(0) if self.start > self.each else ""

    def at(self, offset: int) -> str:
        """Return the address of the part that begins with number *offset*, from 0."""
        return address(self.path, {**self.words, "offset": offset or ""})
