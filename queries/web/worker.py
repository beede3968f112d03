"""A worker: a process that answers one task after another and may be killed at any instant."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Final

import msgspec

from hauberk.graph.errors import (
    BadParameterError,
    GoneError,
    HauberkError,
    NotFoundError,
    QueryError,
    RefusedQueryError,
    StoreError,
)
from hauberk.graph.generations import Stamp
from hauberk.graph.store import Snapshot, Store
from hauberk.queries.web.frames import BY_STREAM, SMALL, Inbox, Limits, Reply, Task, framed_in_place
from hauberk.queries.web.operations import OPERATIONS
from hauberk.queries.web.problems import ProblemError, out_of_memory
from hauberk.queries.web.sandbox import enter

PAST_DAYS: Final = 4
"""Past days that a worker keeps ready."""
_PIECE: Final = 262_144
"""Bytes that are read at once."""

_STATUS: Final = (
    (RefusedQueryError, 403, "Refused"),
    (BadParameterError, 400, "Bad parameter"),
    (NotFoundError, 404, "Not found"),
    (GoneError, 410, "Gone"),
    (QueryError, 400, "Bad query"),
    (StoreError, 503, "Store not readable"),
    (HauberkError, 400, "Bad request"),
)


class Reader:
    """The worker's hold on the store: the current generation, opened anew when there is another."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.held = ExitStack()
        self.opened: Snapshot | None = None
        self.stamp: Stamp | None = None
        self.past: dict[str, Snapshot] = {}

    def snapshot(self, day: str | None) -> Snapshot:
        """Return the current generation, or the graph as of *day* (YYYY-MM-DD)."""
        published = self.store.generations.stamp()
        if self.opened is None or published != self.stamp:
            self.stamp = published
            self.opened = None
            self.past.clear()
            self.held.close()
            self.held = ExitStack()
            self.opened = self.held.enter_context(self.store.read())
        if day is None:
            return self.opened
        if day not in self.past:
            while len(self.past) >= PAST_DAYS:
                del self.past[next(iter(self.past))]
            self.past[day] = self.opened.as_of(day)
        return self.past[day]


def work(reader: Reader, limits: Limits, task: Task) -> Reply:
    """Return what comes of a task: an answer or, for what the client can mend, a problem."""
    start = time.perf_counter()
    generation = 0
    try:
        snapshot = reader.snapshot(task.as_of)
        generation = snapshot.generation
        found = OPERATIONS[task.operation](snapshot, task.arguments, limits)
    except ProblemError as exc:
        found = _told(exc)
    except MemoryError:
        found = _told(out_of_memory(limits.megabytes))
    except (HauberkError, OSError, RuntimeError, SyntaxError, ValueError) as exc:
        status, title = _status(exc)
        found = Reply(status=status, title=title, detail=str(exc), members=_members(exc))
    return msgspec.structs.replace(found, generation=generation, spent=time.perf_counter() - start)


def _told(problem: ProblemError) -> Reply:
    return Reply(
        status=problem.status, title=problem.title, detail=problem.detail,
        members=problem.members, headers=problem.headers,
    )  # fmt: skip


def _status(exc: Exception) -> tuple[int, str]:
    for kind, status, title in _STATUS:
        if isinstance(exc, kind):
            return status, title
    return 400, "Bad query"  # the engine's own errors, as an expression it cannot evaluate


def _members(exc: Exception) -> dict[str, Any]:
    if isinstance(exc, GoneError):
        return {"withdrawn": exc.when}
    found = getattr(exc, "candidates", ())
    return {"candidates": list(found)} if found else {}


def answer_tasks(  # noqa: PLR0913, PLR0917
    store: Path, limits: Limits, source: int, sink: int, queue: int = -1, parent: int = 0
) -> None:
    """Answer the tasks that come by one file descriptor by another, until they end.

    Where there is a *queue*, a socket that keeps messages apart, they come there, one at a time,
    and only those too long for it by *source*. The first reply tells that all is ready, and in
    `detail` which barrier stands. Where *parent*, which started this process, has died meanwhile,
    nothing is done.
    """
    reader = Reader(Store(store))
    barrier = enter(limits.megabytes)
    if parent and os.getppid() != parent:  # it died before the kernel was asked to watch it
        return
    with suppress(HauberkError):  # told to whoever asks
        reader.snapshot(None)
    decoder = msgspec.msgpack.Decoder(Task)
    with suppress(BrokenPipeError, ConnectionResetError):  # nobody reads what is left to say
        _send(sink, Reply(detail=barrier))
        for message in _streamed(source) if queue < 0 else _queued(queue, _streamed(source)):
            _send(sink, work(reader, limits, decoder.decode(message)))


def _streamed(source: int) -> Iterator[bytes | memoryview]:
    inbox = Inbox()
    while piece := os.read(source, _PIECE):
        yield from inbox.messages(piece)


def _queued(queue: int, streamed: Iterator[bytes | memoryview]) -> Iterator[bytes | memoryview]:
    while message := os.read(queue, SMALL):
        yield message if message != BY_STREAM else next(streamed)


def _send(sink: int, reply: Reply) -> None:
    left = memoryview(framed_in_place(reply))
    while left:
        left = left[os.write(sink, left) :]


def main() -> None:
    """Answer tasks from standard input until it ends: `worker <store> <limits as JSON>`."""
    limits = msgspec.json.decode(sys.argv[2], type=Limits)
    answer_tasks(Path(sys.argv[1]), limits, sys.stdin.fileno(), sys.stdout.fileno())
    os._exit(0)  # the server is gone


if __name__ == "__main__":
    main()
