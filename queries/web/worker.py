"""A worker: a process that answers one task after another and may be killed at any instant."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, Final

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
from hauberk.queries.web.frames import LENGTH, Limits, Reply, Task, framed, packed
from hauberk.queries.web.operations import OPERATIONS
from hauberk.queries.web.problems import ProblemError, out_of_memory
from hauberk.queries.web.sandbox import enter

PAST_DAYS: Final = 4
"""Past days that a worker keeps ready."""

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


def _tasks(stream: IO[bytes]) -> Iterator[Task]:
    decoder = msgspec.msgpack.Decoder(Task)
    while len(head := stream.read(LENGTH)) == LENGTH:
        yield decoder.decode(stream.read(int.from_bytes(head, "big")))


def main() -> None:
    """Answer tasks from standard input until it ends: `worker <store> <limits as JSON>`."""
    try:
        _answer_tasks()
    except BrokenPipeError:
        os._exit(0)  # the server is gone; nobody reads what is left to say


def _answer_tasks() -> None:
    store, limits = Path(sys.argv[1]), msgspec.json.decode(sys.argv[2], type=Limits)
    reader, out = Reader(Store(store)), sys.stdout.buffer
    barrier = enter(limits.megabytes)
    out.write(framed(packed(Reply(detail=barrier))))
    out.flush()
    for task in _tasks(sys.stdin.buffer):
        out.write(framed(packed(work(reader, limits, task))))
        out.flush()


if __name__ == "__main__":
    main()
