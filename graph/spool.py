"""What a load may need more of than memory holds: piles, names and indexes that spill to disk.

Each keeps its first entries in memory, so that an ordinary load touches no disk for it. What goes
beyond lies in a nameless file of SQLite's, in the folder that TMPDIR names or the system's own for
large temporary files (`/var/tmp`), which is gone with the process.
"""

import pickle  # of our own objects, in a file that nobody else can name
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Final, Generic, TypeVar, cast
from weakref import finalize

from hauberk.graph.errors import StoreError

V = TypeVar("V")
PILED: Final = 10_000
"""Entries of a pile that stay in memory: statements take some 3 KB each."""
INDEXED: Final = 20_000
"""Entries of an index or of names that are gathered in memory before they are written."""
_BATCH: Final = 500
_ABSENT: Final = object()


class _File:
    """A table in a file without a name; raises StoreError where there is no room for it."""

    def __init__(self, table: str) -> None:
        with _room():
            self.database = sqlite3.connect("", isolation_level=None)
            finalize(self, self.database.close)
            self.database.execute("PRAGMA journal_mode = OFF")  # what fails is thrown away
            self.database.execute("PRAGMA synchronous = OFF")
            self.database.execute("BEGIN")
            self.database.execute(table)

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        with _room():
            yield from self.database.execute(query)

    def row(self, query: str, name: str) -> tuple[Any, ...] | None:
        try:  # not `_room`, which costs as much as the answer
            return cast(tuple[Any, ...] | None, self.database.execute(query, (name,)).fetchone())
        except sqlite3.Error as exc:
            raise _without_room(exc) from exc

    def write(self, query: str, rows: Iterable[tuple[object, ...]]) -> None:
        with _room():
            self.database.executemany(query, rows)


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as exc:
        raise _without_room(exc) from exc


def _without_room(exc: sqlite3.Error) -> StoreError:
    what = "the working files of this load cannot be written"
    return StoreError(f"{what}: {exc}; set TMPDIR to a folder with more room")


class Pile(Generic[V]):
    """Things in the order they came, to be gone through as often as need be.

    What lies on disk comes back as a copy that equals what was laid down.
    """

    def __init__(self, room: int = PILED) -> None:
        self.room = room
        self._first: list[V] = []
        self._late: list[V] = []
        self._count = 0

    @cached_property
    def _file(self) -> _File:
        return _File("CREATE TABLE pile (place INTEGER PRIMARY KEY, thing BLOB)")

    def append(self, thing: V) -> None:
        """Lay a thing down."""
        self._count += 1
        if len(self._first) < self.room:
            self._first.append(thing)
            return
        self._late.append(thing)
        if len(self._late) >= _BATCH:
            self._write()

    def _write(self) -> None:
        rows = ((pickle.dumps(thing, pickle.HIGHEST_PROTOCOL),) for thing in self._late)
        self._file.write("INSERT INTO pile (thing) VALUES (?)", rows)
        self._late.clear()

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[V]:
        yield from self._first
        if self._count > len(self._first):
            if self._late:
                self._write()
            for (thing,) in self._file.rows("SELECT thing FROM pile ORDER BY place"):
                yield pickle.loads(thing)  # noqa: S301


class Index(Generic[V]):
    """What is known by a text: set anew, it is known by that alone."""

    def __init__(self, room: int = INDEXED) -> None:
        self.room = room
        self._near: dict[str, V] = {}
        self._is_spilt = False

    @cached_property
    def _file(self) -> _File:
        self._is_spilt = True
        return _File("CREATE TABLE known (name TEXT PRIMARY KEY, thing BLOB) WITHOUT ROWID")

    def get(self, name: str) -> V | None:
        """Return what is known by *name*, or None."""
        found = self._near.get(name, _ABSENT)
        if found is not _ABSENT or not self._is_spilt:
            return cast(V, found) if found is not _ABSENT else None
        row = self._file.row("SELECT thing FROM known WHERE name = ?", name)
        return cast(V, pickle.loads(row[0])) if row else None  # noqa: S301

    def __contains__(self, name: str) -> bool:
        if name in self._near:
            return True
        if not self._is_spilt:
            return False
        return self._file.row("SELECT 1 FROM known WHERE name = ?", name) is not None

    def __setitem__(self, name: str, thing: V) -> None:
        self._near[name] = thing
        if len(self._near) >= self.room:
            self._write()

    def setdefault(self, name: str, thing: V) -> V:
        """Return what is known by *name*, which is *thing* from now on where nothing was."""
        found = self.get(name)
        if found is None:
            self[name] = found = thing
        return found

    def _write(self) -> None:
        rows = (
            (name, pickle.dumps(thing, pickle.HIGHEST_PROTOCOL))
            for name, thing in sorted(self._near.items(), key=_name)
        )
        self._file.write("INSERT OR REPLACE INTO known VALUES (?, ?)", rows)
        self._near.clear()

    def items(self) -> Iterator[tuple[str, V]]:
        """Yield everything with what it is known by, in the order of that."""
        if not self._is_spilt:
            yield from sorted(self._near.items(), key=_name)
            return
        self._write()
        for name, thing in self._file.rows("SELECT name, thing FROM known ORDER BY name"):
            yield name, pickle.loads(thing)  # noqa: S301

    def values(self) -> Iterator[V]:
        """Yield everything, in the order of what it is known by."""
        return (thing for _, thing in self.items())


def _name(item: tuple[str, object]) -> str:
    return item[0]


class Names:
    """A set of texts, gone through in their order."""

    def __init__(self, names: Iterable[str] = (), room: int = INDEXED) -> None:
        self._index: Index[bool] = Index(room)
        self._length = 0
        for name in names:
            self.add(name)

    def add(self, name: str) -> bool:
        """Add a name; tell whether it is new."""
        if name in self._index:
            return False
        self._index[name] = True
        self._length += 1
        return True

    def __contains__(self, name: str) -> bool:
        return name in self._index

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._index.items())


class Counts:
    """How often each text was counted."""

    def __init__(self, room: int = INDEXED) -> None:
        self._index: Index[int] = Index(room)

    def add(self, name: str) -> int:
        """Count a text once more; return how often it was counted now."""
        found = (self._index.get(name) or 0) + 1
        self._index[name] = found
        return found

    def of(self, name: str) -> int:
        """Return how often a text was counted."""
        return self._index.get(name) or 0
