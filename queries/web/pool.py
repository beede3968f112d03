"""The pool: worker processes, a queue that is fair between clients, and limits that hold.

There is no way to stop a query inside the engine, so what stops it is the end of its process. A
request has one deadline from its arrival; whoever waits past it is told so, and a worker that is
at work past it is killed and replaced.
"""

import asyncio
import logging
import os
import signal
from collections import OrderedDict, deque
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hauberk.queries.web.frames import Limits, Reply
from hauberk.queries.web.problems import ProblemError, out_of_memory, over_limit
from hauberk.queries.web.process import Process

_WATCH: Final = 0.1
"""Seconds between two looks at the workers' memory."""
_PATIENCE: Final = 0.5
"""Seconds of the processor after which a worker gives way to others, at a query written by a
client. Not of the clock: on a busy machine every worker would be taken for one at long work."""
_PATIENCE_FOR_OURS: Final = 5.0
"""The same at work that is the server's own, such as a page, whose cost is bounded. A worker that
gave way is replaced, and with it goes what it had kept for the pages to come."""
_LOW_PRIORITY: Final = 19
_MOST_FAILURES: Final = 20
"""Workers that may end before the first is ready until the server gives up."""
_MOST_DELAY: Final = 10.0
"""Seconds between two attempts to start a worker."""
_OVERFLOWS: Final = frozenset({-11, -7, 0xC00000FD})
"""What a process ends with that has used up its stack: SIGSEGV, SIGBUS, Windows' own code."""

log = logging.getLogger("hauberk.web")


@dataclass(eq=False, slots=True)
class _Request:
    client: str
    task: bytes
    answer: asyncio.Future[Reply]
    patience: float = _PATIENCE
    process: Process | None = None
    spent: float | None = None
    """Seconds of the processor that its worker had taken when it was first seen at it."""
    slowed: bool = False
    deadline: asyncio.TimerHandle | None = None


@dataclass(slots=True)
class Counts:
    """What has happened since the pool was started."""

    answered: int = 0
    replaced: int = 0
    refused: dict[str, int] = field(default_factory=dict)


class Pool:
    """So many workers on the store in folder *store*; no client has more than half of them."""

    def __init__(
        self, store: Path, workers: int | None = None, limits: Limits | None = None
    ) -> None:
        self.store = store
        self.size = workers or max(4, 2 * (os.cpu_count() or 1))
        self.limits = limits or Limits()
        self.counts = Counts()
        self._processes: dict[Process, _Request | None] = {}
        self._idle: list[Process] = []
        self._waiting: OrderedDict[str, deque[_Request]] = OrderedDict()
        self._waiting_count = 0
        self._running: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready: asyncio.Event = asyncio.Event()
        self._failures = 0
        self._closing = False

    # -- Life ------------------------------------------------------------------------

    async def start(self) -> None:
        """Start the workers; the first is ready when this returns.

        Raises ProblemError where none can be started.
        """
        self._spawn(self._watch())
        for _ in range(self.size):
            self._spawn(self._start_one())
        await self._ready.wait()
        if not self.barriers:
            raise ProblemError(500, "No workers", "no worker can be started; see the log")

    async def stop(self) -> None:
        """Stop the workers at once; whoever waits is told that the server stops."""
        self._closing = True
        for queue in self._waiting.values():
            for request in queue:
                _fail(request, _stopping())
        for process in [*self._processes]:
            process.kill("stopping")
        while self._processes:
            await asyncio.sleep(0.01)
        for task in [*self._tasks]:
            task.cancel()

    @property
    def barriers(self) -> set[str]:
        """What keeps the workers from the network: seccomp, namespace or none."""
        return {process.barrier for process in self._processes if process.barrier}

    def state(self) -> dict[str, int]:
        """Return how many workers are ready and are at work, and how many requests wait."""
        return {
            "workers": sum(bool(process.barrier) for process in self._processes),
            "busy": sum(request is not None for request in self._processes.values()),
            "waiting": self._waiting_count,
            "answered": self.counts.answered,
            "replaced": self.counts.replaced,
        }

    # -- Asking ----------------------------------------------------------------------

    def ask(self, task: bytes, client: str = "", *, ours: bool = False) -> asyncio.Future[Reply]:
        """Return the reply to come to a packed task; cancelled, its work stops.

        Work that is *ours* has no query of a client's in it, and gives way to others much later.

        The future fails with ProblemError 503 where the reply takes too long or too much memory.
        Raises ProblemError 429 where too many wait already.
        """
        if self._closing:
            raise _stopping()
        queue = self._waiting.get(client)
        if self._waiting_count >= self.limits.queued:
            raise self._queue_full("queued", self.limits.queued)
        if queue is not None and len(queue) >= self.limits.queued_each:
            raise self._queue_full("queued_each", self.limits.queued_each)
        loop = asyncio.get_running_loop()
        patience = _PATIENCE_FOR_OURS if ours else _PATIENCE
        request = _Request(client, task, loop.create_future(), patience)
        request.deadline = loop.call_later(self.limits.seconds, self._too_slow, request)
        request.answer.add_done_callback(lambda _: self._done(request))
        if queue is None:
            queue = self._waiting[client] = deque()
        queue.append(request)
        self._waiting_count += 1
        self._dispatch()
        return request.answer

    def _queue_full(self, limit: str, most: int) -> ProblemError:
        self._note(limit)
        detail = "too many requests wait for an answer; ask again later"
        return over_limit(429, limit, most, detail, Retry_After="5")

    def _too_slow(self, request: _Request) -> None:
        self._note("seconds")
        seconds = self.limits.seconds
        if request.process:
            detail = f"the query was stopped after {seconds:g} seconds; ask for less"
        else:
            detail = f"no worker was free within {seconds:g} seconds; ask again later"
        _fail(request, over_limit(503, "seconds", seconds, detail, Retry_After="30"))

    def _done(self, request: _Request) -> None:
        """Let go of a request that is answered, given up or too late; its worker stops at once."""
        if request.deadline:
            request.deadline.cancel()
        if request.process is not None:
            if self._processes.get(request.process) is request:
                request.process.kill("deadline")
            return
        queue = self._waiting.get(request.client)
        if queue and request in queue:
            queue.remove(request)
            self._waiting_count -= 1
            if not queue:
                del self._waiting[request.client]

    # -- Workers ---------------------------------------------------------------------

    def _dispatch(self) -> None:
        """Give idle workers to the clients in turn, none more than half of all workers."""
        most = max(1, self.size // 2)
        while self._idle and self._waiting:
            for client in self._waiting:
                if self._running.get(client, 0) < most:
                    break
            else:
                return
            queue = self._waiting[client]
            request = queue.popleft()
            self._waiting_count -= 1
            if queue:
                self._waiting.move_to_end(client)
            else:
                del self._waiting[client]
            process = self._idle.pop()
            self._processes[process] = request
            self._running[client] = self._running.get(client, 0) + 1
            request.process = process
            process.send(request.task)

    def _replied(self, process: Process, reply: Reply) -> None:
        if not process.barrier:
            process.barrier = reply.detail
            self._failures = 0
            self._ready.set()
        request = self._take_back(process)
        if request is not None:
            self.counts.answered += 1
            if not request.answer.done():
                request.answer.set_result(reply)
            if request.slowed:  # only root may hurry a process again
                process.kill("slowed")
                return
        if process.killed_for:
            return
        self._idle.append(process)
        self._dispatch()

    def _take_back(self, process: Process) -> _Request | None:
        request = self._processes.get(process)
        if request is not None:
            self._processes[process] = None
            left = self._running.pop(request.client) - 1
            if left:
                self._running[request.client] = left
        return request

    def _ended(self, process: Process) -> None:
        """Bury a dead worker, tell its client why, and start another."""
        request = self._take_back(process)
        if request is not None and not request.answer.done():
            _fail(request, self._cause(process))
        self._processes.pop(process, None)
        if process in self._idle:
            self._idle.remove(process)
        if self._closing:
            return
        if process.barrier:
            self.counts.replaced += 1
        else:
            self._failures += 1
            log.error("a worker ended before it was ready, with %s", process.returncode)
            if self._failures > _MOST_FAILURES and not self._ready.is_set():
                self._ready.set()
                return
        self._spawn(self._start_one(delay=min(0.1 * self._failures, _MOST_DELAY)))
        self._dispatch()

    def _cause(self, process: Process) -> ProblemError:
        if process.killed_for == "stopping":
            return _stopping()
        if not process.killed_for and process.returncode in _OVERFLOWS:
            self._note("depth")
            detail = "the query is nested too deeply, or chains too much; ask in simpler terms"
            return ProblemError(413, "Limit reached", detail, limit="depth")
        if process.killed_for != "memory" and process.returncode != -signal.SIGABRT:
            log.error("a worker ended at work with %s", process.returncode)
            self._note("crash")
            return ProblemError(500, "Worker lost", "the worker that had the query ended")
        # Stopped by the watch or, sooner, by the engine itself when no more memory was to be had.
        self._note("megabytes")
        return out_of_memory(self.limits.megabytes)

    async def _start_one(self, delay: float = 0.0) -> None:
        await asyncio.sleep(delay)
        process = await Process.start(self.store, self.limits, self._replied, self._ended)
        self._processes.setdefault(process, None)
        if self._closing:
            process.kill("stopping")

    async def _watch(self) -> None:
        """Kill workers that take too much memory; make long queries give way to short ones."""
        while True:
            await asyncio.sleep(_WATCH)
            for process, request in [*self._processes.items()]:
                if request is None:
                    continue
                if process.resident > self.limits.megabytes * 1_000_000:
                    process.kill("memory")
                elif request.spent is None:
                    request.spent = process.spent
                elif process.spent - request.spent > request.patience and not request.slowed:
                    request.slowed = True
                    process.slow_down(_LOW_PRIORITY)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _note(self, limit: str) -> None:
        self.counts.refused[limit] = self.counts.refused.get(limit, 0) + 1


def _fail(request: _Request, problem: ProblemError) -> None:
    if not request.answer.done():
        request.answer.set_exception(problem)
        request.answer.exception()  # marked as seen: the client may be gone


def _stopping() -> ProblemError:
    return ProblemError(
        503, "Stopping", "the server is stopping; ask again later", headers={"Retry-After": "10"}
    )
