"""Objects of a JSON file from nobody knows where, one at a time: bounded in memory, or refused."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final

import ijson

from hauberk.graph.errors import FaultsError
from hauberk.loaders.opendata.csv_rows import refused

MAX_OBJECT: Final = 4 << 20
"""Bytes from one object to the next; a project with a hundred participants has some 80,000."""
MAX_DEPTH: Final = 24
"""How deep objects and lists may lie within each other; six are in use."""
_MOST_TEXT: Final = 200
_BLOCK: Final = 1 << 16
_DIGITS: Final = 1_000
_ENDLESS: Final = re.compile(rb"\d{%d}" % _DIGITS)
"""A number so long that the parser, which makes an integer of it, crashes."""

Path_ = tuple[str, ...]


class _Counted:
    """A file that counts what is read of it, and refuses to read on for too long."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.path = path
        self.file = file
        self.bytes = 0
        self.since = 0
        self.tail = b""

    def taken(self) -> int:
        """Return the bytes read since the last time."""
        found, self.bytes, self.since = self.bytes, 0, 0
        return found

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes of the file."""
        data = self.file.read(min(size, _BLOCK) if size >= 0 else _BLOCK)
        self.bytes += len(data)
        self.since += len(data)
        if self.since > MAX_OBJECT:
            raise refused(self.path, 0, "holds an object of more than 4 MB; fetch it again")
        if _ENDLESS.search(self.tail + data):
            raise refused(self.path, 0, f"holds a number of more than {_DIGITS} digits")
        self.tail = data[-_DIGITS:]
        return data


class _Walk:
    """Where the reading of a document is: the keys that lead there, and what stands around."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.around: list[dict[str, str]] = []
        """Of each object that is open, its texts so far: not those within it."""

    def step(self, event: str, value: object) -> None:
        """Follow an event of the parser."""
        if event == "map_key":
            self.keys[-1] = str(value)
        elif event in {"start_map", "start_array"}:
            self.keys.append("item")
            if event == "start_map":
                self.around.append({})
        elif event in {"end_map", "end_array"}:
            self.keys.pop()
            if event == "end_map":
                self.around.pop()
        elif self.around and self.keys and isinstance(value, str) and len(value) <= _MOST_TEXT:
            self.around[-1][self.keys[-1]] = value

    @property
    def texts(self) -> Mapping[str, str]:
        """The texts of all objects around, an inner one's before an outer one's."""
        return {name: text for texts in self.around for name, text in texts.items()}


def objects(path: Path, ends: tuple[Path_, ...]) -> Iterator[tuple[int, Mapping[str, str], Any]]:
    """Yield the objects that the keys of *ends* lead to: bytes read, texts around, the object.

    A key is the name in an object, or `item` in a list; *ends* are whole ways from the top, in
    which `*` is any key, or begin with `...` for any way there. Raises FaultsError where the file
    is no JSON.
    """
    with path.open("rb") as file:
        counted = _Counted(path, file)
        try:
            yield from _objects(counted, ends)
        except FaultsError:
            raise
        except (ijson.JSONError, ValueError, ArithmeticError) as exc:
            what = str(exc).splitlines()[0].strip()[:80] if str(exc).strip() else "no value"
            message = f"is broken JSON ({what}); fetch it again"
            raise refused(path, 0, message) from None


def _objects(
    counted: _Counted, ends: tuple[Path_, ...]
) -> Iterator[tuple[int, Mapping[str, str], Any]]:
    walk = _Walk()
    builder: Any = None
    depth = start = 0
    for event, value in ijson.basic_parse(counted, buf_size=_BLOCK):
        if event in {"start_map", "start_array"}:
            depth += 1
            if depth > MAX_DEPTH:
                message = f"is nested more than {MAX_DEPTH} deep; no source of open data is"
                raise refused(counted.path, 0, message)
            if builder is None and event == "start_map" and _leads(walk.keys, ends):
                builder, start = ijson.ObjectBuilder(), depth
        if builder is None:
            walk.step(event, value)
        else:
            builder.event(event, value)
        if event in {"end_map", "end_array"}:
            if builder is not None and depth == start:
                yield counted.taken(), walk.texts, builder.value
                builder = None
            depth -= 1


def _leads(keys: list[str], ends: tuple[Path_, ...]) -> bool:
    for end in ends:
        if end[:1] == ("...",):
            if tuple(keys[1 - len(end) :]) == end[1:]:
                return True
        elif len(keys) == len(end) and all(a in {"*", b} for a, b in zip(end, keys, strict=True)):
            return True
    return False
