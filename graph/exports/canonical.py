"""The canonical form of the graph: N-Quads as RDFC-1.0 has them, sorted within bounded memory.

Every other RDF format is written from it, so that all of them are the same for one generation.
The engine's own order is the same for the same checkpoint too, but not for the same quads in
another store, so it is never relied on: N-Quads are always sorted, and the file is the canonical
form itself. Sorting takes about a tenth of the time; reading the quads takes the rest.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import sha256
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from threading import Thread
from typing import IO, Final

from pyoxigraph import (
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    RdfFormat,
    Store,
    parse,
    serialize,
)

from hauberk.graph.claims import CURRENT
from hauberk.graph.settlement import Progress

RUN_BYTES: Final = 8 * 1024 * 1024
"""How much is sorted in memory at a time."""
_BLOCK_BYTES: Final = 256 * 1024
"""How much of each sorted run is in memory while they are merged."""
_OF_CURRENT: Final = f" {CURRENT} .\n".encode()
"""How a line of N-Quads ends that stands in `current`."""
_PATIENCE: Final = 0.005
"""Seconds to wait for the engine to write more."""
_BLANK: Final = re.compile(rb"(?:\A|\n|> )_:")
"""Where a blank node may begin; a mere likeness in a literal is seen when the line is read."""


class Sorter:
    """A sink of lines that gives them back in order: by code point, as RDFC-1.0 sorts them.

    Lines with blank nodes are kept apart, relabelled by RDFC-1.0 and put in their places. The
    labels depend on those lines alone, so the rest need not be in memory for it.
    """

    def __init__(self, run_bytes: int = RUN_BYTES, progress: Progress | None = None) -> None:
        self._run_bytes = run_bytes
        self._progress = progress
        self._pieces: list[bytes] = []
        self._held = 0
        self._blank: list[bytes] = []
        self._runs: list[IO[bytes]] = []
        self._files = ExitStack()

    def __enter__(self) -> "Sorter":
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()

    def write(self, data: bytes) -> int:
        """Take the next bytes, wherever they begin and end."""
        self._pieces.append(data)
        self._held += len(data)
        if self._progress:
            self._progress(data.count(b"\n"))
        if self._held >= self._run_bytes:
            lines, rest = self._lines()
            self._spill(lines)
            self._pieces, self._held = [rest], len(rest)
        return len(data)

    def flush(self) -> None:
        """Do nothing: lines are written out when there are enough of them."""

    def blocks(self) -> Iterator[list[bytes]]:
        """Yield all lines in order, in lists; each line ends in a line feed."""
        lines, rest = self._lines()
        if rest:
            lines.append(rest + b"\n")
        lines += _relabelled(self._blank)
        lines.sort()
        if not self._runs:
            yield lines
            return
        self._spill(lines, is_sorted=True)
        del lines
        yield from _merged(self._runs)

    def _lines(self) -> tuple[list[bytes], bytes]:
        """Return the whole lines held without those of blank nodes, and the start of the next."""
        data = b"".join(self._pieces)
        self._pieces.clear()
        if b"_:" in data:
            data = self._without_blank(data)
        lines = data.splitlines(keepends=True)
        rest = b"" if data.endswith(b"\n") or not lines else lines.pop()
        return lines, rest

    def _without_blank(self, data: bytes) -> bytes:
        """Set lines with blank nodes apart and return the rest."""
        kept, after = [], 0
        for found in _BLANK.finditer(data):
            start = data.rfind(b"\n", 0, found.end() - 2) + 1
            end = data.find(b"\n", found.end()) + 1
            if start >= after and end:
                kept.append(data[after:start])
                self._blank.append(data[start:end])
                after = end
        return b"".join([*kept, data[after:]])

    def _spill(self, lines: list[bytes], *, is_sorted: bool = False) -> None:
        if not is_sorted:
            lines.sort()
        opened = TemporaryFile("w+b", buffering=_BLOCK_BYTES)  # noqa: SIM115 - closed by _files
        file = self._files.enter_context(opened)
        file.write(b"".join(lines))
        file.seek(0)
        self._runs.append(file)


def _relabelled(lines: list[bytes]) -> list[bytes]:
    """Return the lines with their blank nodes named as RDFC-1.0 names them."""
    quads = list(parse(b"".join(lines), format=RdfFormat.N_QUADS))
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    data = serialize(dataset, format=RdfFormat.N_QUADS) or b""
    return data.splitlines(keepends=True)


def _merged(runs: list[IO[bytes]]) -> Iterator[list[bytes]]:
    """Yield the lines of sorted runs in order.

    A block of each run is held. All lines up to the least of the blocks' last lines can be
    handed on; Python's sort sees the sorted stretches in them and merges those quickly.
    """
    held = [(run, block) for run in runs if (block := run.readlines(_BLOCK_BYTES))]
    while held:
        least = min(block[-1] for _, block in held)
        ready: list[bytes] = []
        kept = []
        for run, block in held:
            cut = bisect_right(block, least)
            ready += block[:cut]
            if rest := block[cut:] or run.readlines(_BLOCK_BYTES):
                kept.append((run, rest))
        held = kept
        ready.sort()
        yield ready


class _Dump(Thread):
    """The engine's own dump of `current`, to a file, beside the interpreter: it needs no lock.

    A daemon, so that an interrupted export ends at once.
    """

    def __init__(self, database: Store, path: Path) -> None:
        super().__init__(daemon=True)
        self.database = database
        self.path = path
        self.error: Exception | None = None
        path.touch()

    def run(self) -> None:
        try:
            self.database.dump(str(self.path), RdfFormat.N_TRIPLES, from_graph=CURRENT)
        except (OSError, RuntimeError, ValueError) as exc:
            self.error = exc

    def lines(self) -> Iterator[bytes]:
        """Yield whole lines, as many at a time as have been written meanwhile."""
        rest = b""
        with self.path.open("rb", buffering=0) as file:
            while True:
                is_done = not self.is_alive()
                piece = file.read(_BLOCK_BYTES)
                if piece:
                    whole, feed, rest = (rest + piece).rpartition(b"\n")
                    yield whole + feed
                elif is_done:
                    break
                else:
                    self.join(_PATIENCE)
        if self.error:
            raise self.error


def sorted_dump(
    database: Store, progress: Progress | None = None, *, current_only: bool = False
) -> Iterator[list[bytes]]:
    """Yield the canonical N-Quads of *database* in order, or the N-Triples of `current`.

    The engine dumps `current`, which is most of it, while this thread reads the small graphs
    of the claims: on two processors that is faster than one dump of everything.
    """
    with Sorter(progress=progress) as sorter:
        with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            dump = _Dump(database, Path(folder) / "current.nt")
            dump.start()
            try:
                if not current_only:
                    _write_claims(database, sorter)
                for lines in dump.lines():
                    end = b" .\n" if current_only else _OF_CURRENT
                    sorter.write(lines.replace(b" .\n", end))
            finally:
                dump.join(1)  # an interrupted one may run on, but not while the interpreter ends
        yield from sorter.blocks()


def _write_claims(database: Store, sorter: Sorter) -> None:
    for graph in chain([DefaultGraph()], database.named_graphs()):
        if graph != CURRENT:
            quads = database.quads_for_pattern(None, None, None, graph)
            sorter.write("".join([f"{quad} .\n" for quad in quads]).encode())


def canonical_hash(database: Store, progress: Progress | None = None) -> str:
    """Return the SHA-256, in hex, of the canonical form of a dataset by RDFC-1.0.

    It is the same for the same facts wherever they are loaded, and it is the SHA-256 of the
    file that `hauberk export --format nq` writes.
    """
    state = sha256()
    for lines in sorted_dump(database, progress):
        state.update(b"".join(lines))
    return state.hexdigest()


__all__ = ["Sorter", "canonical_hash", "sorted_dump"]
