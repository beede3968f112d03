"""The pool: who asks, whose turn it is, and limits that hold.

There is no way to stop a query inside the engine, so what stops it is the end of its process. A
request has one deadline from its arrival; whoever waits past it is told so, and a worker that is
at work past it is killed and replaced.
"""

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hauberk.queries.web import ends
from hauberk.queries.web.crew import SWIFT, Crew
from hauberk.queries.web.frames import Limits, Reply
from hauberk.queries.web.problems import ProblemError
from hauberk.queries.web.process import Process
from hauberk.queries.web.turns import Request, Turns

_WATCH: Final = 0.1
"""Seconds between two looks at the workers' time and memory."""
_PATIENCE: Final = 0.5
"""Seconds after which a worker gives way to the others' queries."""

Tell = Callable[[Reply | ProblemError], None]


@dataclass(slots=True)
class Counts:
    """What has happened since the pool was started."""

    answered: int = 0
    refused: dict[str, int] = field(default_factory=dict)

    def refuse(self, problem: ProblemError) -> ProblemError:
        """Count a refusal by the limit that was passed, or as a crash; return it."""
        if problem.title != ends.STOPPING:
            limit = problem.members.get("limit", "crash")
            self.refused[limit] = self.refused.get(limit, 0) + 1
        return problem


class Pool:
    """So many workers on the store in folder *store*; no client has more than half of them."""

    def __init__(
        self, store: Path, workers: int | None = None, limits: Limits | None = None
    ) -> None:
        self.store = store
        self.limits = limits or Limits()
        self.counts = Counts()
        size = workers or max(6, 3 * (os.cpu_count() or 1))
        self._most_each = max(1, size // 2)
        self._crew = Crew(store, size, self.limits, self._replied, self._ended)
        self._open: dict[Request, None] = {}  # the oldest first
        self._turns = Turns()
        self._look: asyncio.TimerHandle | None = None

    # -- Life ------------------------------------------------------------------------

    async def start(self) -> None:
        """Start the workers; the first is ready when this returns.

        Raises ProblemError where none can be started.
        """
        self._crew.spawn(self._watch())
        await self._crew.start()
        if not self.barriers:
            raise ProblemError(500, "No workers", "no worker can be started; see the log")

    async def stop(self) -> None:
        """Stop the workers at once; whoever waits is told that the server stops."""
        self._crew.closing = True
        for request in [*self._turns]:
            self._stop(request, ends.stopping())
        await self._crew.stop()

    @property
    def barriers(self) -> set[str]:
        """What keeps the workers from the network: seccomp, namespace or none."""
        return {process.barrier for process in self._crew.members if process.barrier}

    def state(self) -> dict[str, int]:
        """Return how many workers are ready and are at work, and how many requests wait."""
        return {
            "workers": sum(bool(process.barrier) for process in self._crew.members),
            "busy": sum(bool(process.given) for process in self._crew.members),
            "waiting": self._turns.count + self._crew.ahead,
            "answered": self.counts.answered,
            "replaced": self._crew.replaced,
        }

    # -- Asking ----------------------------------------------------------------------

    def ask(self, task: bytes, client: str, tell: Tell) -> Request:
        """Have a packed task done; *tell* is called with the reply, once it is there.

        It is called with ProblemError 503 where the reply takes too long or too much memory.
        Raises ProblemError 429 where too many wait already.
        """
        crew, turns = self._crew, self._turns
        if crew.closing:
            raise ends.stopping()
        request = Request(client, task, tell, time.monotonic() + self.limits.seconds)
        if crew.idle and not turns.count and crew.count(client) < self._most_each:
            crew.begin(request)
        elif limit := self._full(client):
            raise self.counts.refuse(ends.queue_full(limit, self.limits))
        elif not turns.count and crew.give_ahead(request):
            self._look_later()
        else:
            turns.add(request)
            self._dispatch()
        self._open[request] = None
        return request

    def _full(self, client: str) -> str:
        """Return the limit that keeps another request of a client out; `""` for none."""
        if self._turns.count + self._crew.ahead >= self.limits.queued:
            return "queued"
        waiting = self._turns.count_of(client)
        if waiting + self._crew.ahead >= self.limits.queued_each:  # only then look closer
            waiting += self._crew.waiting(client)
            if waiting >= self.limits.queued_each:
                return "queued_each"
        return ""

    def give_up(self, request: Request) -> None:
        """Stop a request's work; nobody is told of it any more."""
        if request.open:
            request.tell = _nobody
            self._stop(request, ends.stopping())

    def _stop(self, request: Request, why: ProblemError) -> None:
        """End a request; where it waits, or is at work, that ends too."""
        process = request.process
        if process is None:
            self._turns.remove(request)
        elif request in process.given:
            self._crew.drop(process, request)
        self._tell(request, why)

    def _tell(self, request: Request, what: Reply | ProblemError) -> None:
        if request.open:
            request.open = False
            del self._open[request]
            request.tell(what)

    # -- Giving work -----------------------------------------------------------------

    def _dispatch(self) -> None:
        """Give idle workers to the clients in turn, none more than half of all workers."""
        while self._crew.idle and self._turns.count:
            request = self._turns.take(self._crew.running, self._most_each)
            if request is None:
                break
            self._crew.begin(request)

    def _refill(self, process: Process) -> None:
        """Give a worker at swift work more of its client's, where nobody else can use it."""
        if self._turns.any_below(self._crew.running, self._most_each):
            return
        request = self._turns.take_small(process.given[0].client)
        if request is None:
            return
        if self._crew.give_ahead(request, [process]):
            self._look_later()
        else:
            self._turns.put_back(request)

    def _look_later(self) -> None:
        if self._look is None:
            self._look = asyncio.get_running_loop().call_later(SWIFT, self._look_behind)

    def _look_behind(self) -> None:
        """Have what waits behind work that is not swift wait for any worker instead."""
        self._look = None
        self._put_back(self._crew.take_back_from_slow())
        if self._crew.ahead:
            self._look_later()
        self._dispatch()

    def _put_back(self, requests: list[Request]) -> None:
        for request in reversed(requests):
            if request.open:
                self._turns.put_back(request)

    # -- What becomes of it ----------------------------------------------------------

    def _replied(self, process: Process, request: Request | None, reply: Reply) -> None:
        if self._turns.count:
            if process.given:
                self._refill(process)
            else:
                self._dispatch()
        if request is not None:
            self.counts.answered += 1
            self._tell(request, reply)

    def _ended(self, process: Process, at_work: list[Request], untouched: list[Request]) -> None:
        """Tell the client of a dead worker why; have what it had not touched done by others."""
        for request in at_work:
            if not request.open:
                continue
            if process.killed_for in {"", "stopping"} or process.culprit is request:
                why = ends.worker_ended(process.killed_for, process.returncode, self.limits)
                self._tell(request, self.counts.refuse(why))
            else:  # what the worker was killed for was done already
                untouched.insert(0, request)
        if self._crew.closing:
            for request in untouched:
                self._tell(request, ends.stopping())
        self._put_back(untouched)
        self._dispatch()

    async def _watch(self) -> None:
        """Stop what takes too long or too much memory; make long work give way to short."""
        while True:
            await asyncio.sleep(_WATCH)
            now = time.monotonic()
            while self._open and (oldest := next(iter(self._open))).until <= now:
                begun = oldest.process is not None and oldest.process.given[0] is oldest
                self._stop(oldest, self.counts.refuse(ends.too_slow(self.limits, begun=begun)))
            for process in [*self._crew.members]:
                if not process.given:
                    continue
                at_work = process.given[0]
                if process.resident > self.limits.megabytes * 1_000_000:
                    process.kill("memory", at_work)
                elif now - at_work.since > _PATIENCE and not at_work.slowed:
                    at_work.slowed = True
                    process.slow_down()


def _nobody(_what: Reply | ProblemError) -> None:
    """Tell nobody."""
