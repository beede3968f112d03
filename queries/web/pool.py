"""The pool: worker processes, a queue that is fair between clients, and limits that hold.

There is no way to stop a query inside the engine, so what stops it is the end of its process. A
request has one deadline from its arrival; whoever waits past it is told so, and a worker that is
at work past it is killed and replaced.
"""

import asyncio
import logging
import os
import signal
import sys
from collections import OrderedDict, deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
import psutil

from hauberk.queries.web.frames import LENGTH, Limits, Reply, Task, packed
from hauberk.queries.web.problems import ProblemError, over_limit

_WATCH: Final = 0.1
"""Seconds between two looks at the workers' memory."""
_PATIENCE: Final = 1.0
"""Seconds after which a worker gives way to the others' queries."""
_LOW_PRIORITY: Final = 15
_MOST_REPLY: Final = 1 << 31

log = logging.getLogger("hauberk.web")


@dataclass(eq=False, slots=True)
class _Request:
    client: str
    task: Task
    answer: asyncio.Future[Reply]
    deadline: float
    worker: "_Worker | None" = None


@dataclass(eq=False, slots=True)
class _Worker:
    process: asyncio.subprocess.Process
    barrier: str
    request: _Request | None = None
    since: float = 0.0
    slowed: bool = False
    killed_for: str = ""
    serving: "asyncio.Task[None] | None" = None


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
        self._workers: set[_Worker] = set()
        self._idle: list[_Worker] = []
        self._waiting: OrderedDict[str, deque[_Request]] = OrderedDict()
        self._running: dict[str, int] = {}
        self._starting: set[asyncio.Task[None]] = set()
        self._closing = False
        self._watcher: asyncio.Task[None] | None = None

    # -- Life ------------------------------------------------------------------------

    async def start(self) -> None:
        """Start the workers; the first is ready when this returns."""
        self._watcher = asyncio.create_task(self._watch())
        await self._start_one()
        for _ in range(self.size - 1):
            self._replenish()

    async def stop(self) -> None:
        """Stop the workers at once; whoever waits is told that the server stops."""
        self._closing = True
        if self._watcher:
            self._watcher.cancel()
        for starting in [*self._starting]:
            starting.cancel()
        for queue in self._waiting.values():
            for request in queue:
                self._fail(request, _stopping())
        for worker in [*self._workers]:
            self._kill(worker, "stopping")
        await asyncio.gather(
            *(worker.process.wait() for worker in self._workers), return_exceptions=True
        )

    @property
    def barriers(self) -> set[str]:
        """What keeps the workers from the network: seccomp, namespace or none."""
        return {worker.barrier for worker in self._workers}

    def state(self) -> dict[str, int]:
        """Return how many workers there are and are at work, and how many requests wait."""
        return {
            "workers": len(self._workers),
            "busy": sum(worker.request is not None for worker in self._workers),
            "waiting": sum(map(len, self._waiting.values())),
            "answered": self.counts.answered,
            "replaced": self.counts.replaced,
        }

    # -- Asking ----------------------------------------------------------------------

    async def ask(self, task: Task, client: str = "") -> Reply:
        """Return a worker's reply to a task.

        Raises ProblemError 429 where too many wait already, 503 where the reply took too long or
        too much memory. Cancelled, the work stops.
        """
        loop = asyncio.get_running_loop()
        request = _Request(client, task, loop.create_future(), loop.time() + self.limits.seconds)
        self._admit(request)
        try:
            async with asyncio.timeout_at(request.deadline):
                return await request.answer
        except TimeoutError:
            raise self._too_slow(request) from None
        finally:
            self._drop(request)

    def _admit(self, request: _Request) -> None:
        if self._closing:
            raise _stopping()
        queue = self._waiting.setdefault(request.client, deque())
        waiting = sum(map(len, self._waiting.values()))
        if waiting >= self.limits.queued or len(queue) >= self.limits.queued_each:
            if not queue:
                del self._waiting[request.client]
            limit = "queue" if waiting >= self.limits.queued else "queue of one client"
            self._note(limit)
            raise over_limit(
                429, limit, waiting, "too many requests wait for an answer; ask again later",
                Retry_After="5",
            )  # fmt: skip
        queue.append(request)
        self._dispatch()

    def _too_slow(self, request: _Request) -> ProblemError:
        self._note("time")
        seconds = self.limits.seconds
        detail = (
            f"the query was stopped after {seconds:g} seconds; ask for less"
            if request.worker
            else f"no worker was free within {seconds:g} seconds; ask again later"
        )
        return over_limit(503, "seconds", seconds, detail, Retry_After="30")

    def _drop(self, request: _Request) -> None:
        """Forget a request that is answered, given up or too late; its worker stops at once."""
        worker = request.worker
        if worker is not None and worker.request is request:
            self._kill(worker, "time")
            return
        queue = self._waiting.get(request.client)
        if queue and request in queue:
            queue.remove(request)
        if queue is not None and not queue:
            self._waiting.pop(request.client, None)

    # -- Workers ---------------------------------------------------------------------

    def _dispatch(self) -> None:
        """Give idle workers to the clients in turn, none more than half of all workers."""
        most = max(1, self.size // 2)
        while self._idle:
            client = next(
                (c for c, queue in self._waiting.items()
                 if queue and self._running.get(c, 0) < most),
                None,
            )  # fmt: skip
            if client is None:
                return
            self._waiting.move_to_end(client)
            queue = self._waiting[client]
            request = queue.popleft()
            if not queue:
                del self._waiting[client]
            worker = self._idle.pop()
            worker.request, request.worker = request, worker
            worker.since = asyncio.get_running_loop().time()
            self._running[client] = self._running.get(client, 0) + 1
            worker.serving = asyncio.create_task(self._serve(worker, request))

    async def _serve(self, worker: _Worker, request: _Request) -> None:
        stdin, stdout = worker.process.stdin, worker.process.stdout
        assert stdin is not None  # noqa: S101  (both are pipes: see _start_one)
        assert stdout is not None  # noqa: S101
        reply = None
        with suppress(OSError, asyncio.IncompleteReadError):
            stdin.write(packed(request.task))
            reply = await _reply(stdout)
        worker.request = None
        left = self._running.pop(request.client) - 1
        if left:
            self._running[request.client] = left
        if reply is None:
            self._kill(worker, "")
            await worker.process.wait()
            self._fail(request, self._death(worker))
            await self._bury(worker)
        else:
            self.counts.answered += 1
            if not request.answer.done():
                request.answer.set_result(reply)
            if worker.slowed:  # only root may hurry a process again
                self._kill(worker, "slowed")
                await self._bury(worker)
            else:
                self._idle.append(worker)
        self._dispatch()

    def _death(self, worker: _Worker) -> ProblemError:
        if worker.killed_for == "stopping":
            return _stopping()
        if worker.killed_for == "time":  # told by `ask` itself, or nobody waits any more
            return over_limit(503, "seconds", self.limits.seconds, "the query was stopped")
        if worker.killed_for != "memory" and worker.process.returncode != -signal.SIGABRT:
            log.error("a worker ended at work with %s", worker.process.returncode)
            self._note("crash")
            return ProblemError(500, "Worker lost", "the worker that had the query ended")
        self._note("memory")  # by the watch or, sooner, by the engine when no more was to be had
        most = self.limits.megabytes
        return over_limit(
            503, "megabytes", most,
            f"the query took more than {most} megabytes of memory; ask for less",
        )  # fmt: skip

    @staticmethod
    def _fail(request: _Request, problem: ProblemError) -> None:
        if not request.answer.done():
            request.answer.set_exception(problem)
            request.answer.exception()  # marked as seen: the client may be gone

    @staticmethod
    def _kill(worker: _Worker, reason: str) -> None:
        worker.killed_for = worker.killed_for or reason
        with suppress(ProcessLookupError):
            worker.process.kill()

    async def _bury(self, worker: _Worker) -> None:
        self._workers.discard(worker)
        if worker in self._idle:
            self._idle.remove(worker)
        await worker.process.wait()
        if not self._closing:
            self.counts.replaced += 1
            self._replenish()

    def _replenish(self) -> None:
        starting = asyncio.create_task(self._start_one())
        self._starting.add(starting)
        starting.add_done_callback(self._starting.discard)

    async def _start_one(self) -> None:
        for attempt in range(5):
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "hauberk.queries.web.worker", str(self.store),
                msgspec.json.encode(self.limits).decode(),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                start_new_session=True,
            )  # fmt: skip
            try:
                assert process.stdout is not None  # noqa: S101
                ready = await _reply(process.stdout)
            except (OSError, asyncio.IncompleteReadError):
                await process.wait()
                log.warning("a worker ended before it was ready, with %s", process.returncode)
                await asyncio.sleep(0.2 * 2**attempt)
                continue
            except asyncio.CancelledError:
                process.kill()
                raise
            worker = _Worker(process, ready.detail)
            self._workers.add(worker)
            self._idle.append(worker)
            self._dispatch()
            return
        log.error("no worker can be started; see what it says above")

    async def _watch(self) -> None:
        """Kill workers that take too much memory; make long queries give way to short ones."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_WATCH)
            for worker in [*self._workers]:
                if worker.process.returncode is not None and worker.request is None:
                    await self._bury(worker)  # died while it had nothing to do
                elif worker.request is not None:
                    self._look_at(worker, loop.time())

    def _look_at(self, worker: _Worker, now: float) -> None:
        with suppress(psutil.Error):
            process = psutil.Process(worker.process.pid)
            if process.memory_info().rss > self.limits.megabytes * 1_000_000:
                self._kill(worker, "memory")
            elif now - worker.since > _PATIENCE and not worker.slowed:
                worker.slowed = True
                if sys.platform != "win32":
                    process.nice(_LOW_PRIORITY)

    def _note(self, limit: str) -> None:
        self.counts.refused[limit] = self.counts.refused.get(limit, 0) + 1


def _stopping() -> ProblemError:
    return ProblemError(
        503, "Stopping", "the server is stopping; ask again later", headers={"Retry-After": "10"}
    )


async def _reply(stream: asyncio.StreamReader) -> Reply:
    head = await stream.readexactly(LENGTH)
    return _decoder.decode(await stream.readexactly(int.from_bytes(head, "big")))


_decoder: Final = msgspec.msgpack.Decoder(Reply)
