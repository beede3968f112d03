"""Rows of a CSV file from nobody knows where: bounded in memory, or refused in one line."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Final

from hauberk.graph.errors import Fault, FaultsError

MAX_RECORD: Final = 1 << 20
"""Bytes of one record, however many lines it takes; the longest seen has some 20,000."""


def refused(path: Path, line: int, message: str) -> FaultsError:
    """Return the error that ends the reading of a file that is not what it seems."""
    return FaultsError([Fault(str(path), line, "", "", message)])


class _Lines:
    """The lines of a file as text, counted, with the bytes they took since last asked."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.path = path
        self.file = file
        self.number = 0
        self.bytes = 0

    def taken(self) -> int:
        """Return the bytes read since the last time."""
        found, self.bytes = self.bytes, 0
        return found

    def __iter__(self) -> Iterator[str]:
        while raw := self.file.readline(MAX_RECORD + 1):
            self.number += 1
            self.bytes += len(raw)
            if self.bytes > MAX_RECORD:
                raise refused(self.path, self.number, "a record is longer than 1 MB; is it CSV?")
            if b"\0" in raw:
                raise refused(self.path, self.number, "holds NUL bytes; save it as UTF-8 text")
            try:
                yield raw.decode("utf-8-sig" if self.number == 1 else "utf-8")
            except UnicodeDecodeError as exc:
                message = f"is not UTF-8 (byte {raw[exc.start]:#04x}); save it as UTF-8"
                raise refused(self.path, self.number, message) from None


def header(text: str) -> list[str]:
    """Return the names of the columns that the first line of *text* gives, if it is CSV."""
    try:
        return next(csv.reader(text.splitlines()[:1]), [])
    except csv.Error:
        return []


def rows(path: Path) -> Iterator[tuple[int, int, Mapping[str, str] | int]]:
    """Yield each record's line, the bytes it took, and its fields by column.

    A record with other than the header's number of fields is yielded as that number. Raises
    FaultsError where the file is no CSV in UTF-8, or breaks off within a quoted field.
    """
    with path.open("rb") as file:
        lines = _Lines(path, file)
        records = csv.reader(lines, strict=True)
        try:
            names = next(records, None)
            if not names:
                raise refused(path, 1, "is empty; fetch it again")
            if len(set(names)) != len(names):
                raise refused(path, 1, "two columns have one name; fetch it again")
            while True:
                line = lines.number + 1
                record = next(records, None)
                if record is None:
                    return
                if len(record) == len(names):
                    yield line, lines.taken(), dict(zip(names, record, strict=True))
                elif record:
                    yield line, lines.taken(), len(record)
        except csv.Error as exc:
            raise refused(path, lines.number, f"is broken CSV ({exc}); fetch it again") from None
