"""Lines and rows of a text file that nobody vouches for: bounded, one after the other."""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final, NoReturn

from hauberk.graph.errors import Fault, FaultsError

MAX_LINE: Final = 65_536
"""Bytes of one line."""
MAX_LINES: Final = 100
"""Lines that one row may run over, where a field in quotation marks holds line ends."""


class Broken(Exception):  # noqa: N818 - an event of reading, never shown as an error
    """A record that cannot be read: the field, its value, and why."""

    def __init__(self, field: str, value: str, reason: str) -> None:
        self.field = field
        self.value = value
        self.reason = reason
        super().__init__(reason)


def refuse(path: Path, line: int, message: str) -> NoReturn:
    """Raise FaultsError: the file at *path* is not what it seems."""
    raise FaultsError([Fault(str(path), line, "", "", message)])


class Text:
    """A file's lines, with the number of the last one and how many bytes were taken."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.number = 0
        self.taken = 0
        self._row = 0
        """The line before the row being read."""

    def lines(self) -> Iterator[str]:
        """Yield the lines, decoded; what is no UTF-8 is read as the Windows code page.

        Raises FaultsError where the file holds what no text has.
        """
        with self.path.open("rb") as file:
            while line := file.readline(MAX_LINE + 1):
                self.number += 1
                self.taken += len(line)
                if len(line) > MAX_LINE:
                    refuse(self.path, self.number, "the line is longer than 64 KB; is this a CSV?")
                if b"\0" in line:
                    refuse(self.path, self.number, "holds NUL bytes; save the file as UTF-8")
                if self.number - self._row > MAX_LINES:
                    told = f"a quotation mark is not closed within {MAX_LINES} lines; close it"
                    refuse(self.path, self._row + 1, told)
                if self.number == 1:
                    line = line.removeprefix(b"\xef\xbb\xbf")
                try:
                    yield line.decode("utf-8")
                except UnicodeDecodeError:
                    yield line.decode("cp1252", "replace")

    def rows(self, delimiter: str, skipped: int = 0) -> Iterator[tuple[int, list[str] | Broken]]:
        """Yield each row behind so many lines, with the number of its first line.

        A broken one is yielded as what breaks it.
        """
        lines = self.lines()
        for _ in islice(lines, skipped):
            self._row = self.number
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        while True:
            self._row = self.number
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as exc:
                yield self._row + 1, Broken("", "", f"is no row of CSV: {exc}")
                continue
            yield self._row + 1, row
