"""The crew: the worker processes, who is at what, and that there are always enough of them."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Final

from hauberk.queries.web import ends
from hauberk.queries.web.births import births
from hauberk.queries.web.frames import Limits, Reply
from hauberk.queries.web.process import Process
from hauberk.queries.web.turns import Doer, Request

_AHEAD: Final = 4
"""Tasks that a worker has at hand, the one it is at among them, while its client asks quickly."""
SWIFT: Final = 0.01
"""Seconds after which work is not swift: what waits behind it is taken back."""
_MOST_FAILURES: Final = 20
"""Workers that may end before the first is ready until the server gives up."""
_MOST_DELAY: Final = 10.0
"""Seconds between two attempts to start a worker."""


class Crew:
    """So many workers on the store in folder *store*; one that ends is replaced.

    *replied* is called when a worker is ready, or has done what it was given, with what it was;
    *ended* when a worker is dead, once it is buried.
    """

    def __init__(
        self,
        store: Path,
        size: int,
        limits: Limits,
        replied: Callable[[Process, Request | None, Reply], None],
        ended: Callable[[Process, list[Request], list[Request]], None],
    ) -> None:
        self.size = size
        self.members: set[Process] = set()
        self.idle: list[Process] = []
        self.running: dict[str, list[Process]] = {}
        """The workers that are at work for a client."""
        self.ahead = 0
        """Requests that wait at the workers."""
        self.replaced = 0
        self.closing = False
        self._births = births(store, limits)
        self._tell_reply = replied
        self._tell_end = ended
        self._ready = asyncio.Event()
        self._failures = 0
        self._tasks: set[asyncio.Task[None]] = set()

    # -- Life ------------------------------------------------------------------------

    async def start(self) -> None:
        """Start the workers; the first is ready when this returns, or none will ever be."""
        for _ in range(self.size):
            self.spawn(self._start_one())
        await self._ready.wait()

    async def stop(self) -> None:
        """Kill the workers; none is left when this returns."""
        self.closing = True
        for process in [*self.members]:
            process.kill("stopping")
        while self.members:
            await asyncio.sleep(0.01)
        for task in [*self._tasks]:
            task.cancel()
        self._births.close()

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Do something beside all else until the crew stops."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _start_one(self, delay: float = 0.0) -> None:
        await asyncio.sleep(delay)
        try:
            process = await self._births.bear(self._replied, self._ended)
        except OSError as exc:
            self._failed(f"a worker cannot be started: {exc}")
            self._start_another()
            return
        if not process.dead:
            self.members.add(process)
        if self.closing:
            process.kill("stopping")

    def _start_another(self) -> None:
        if not self.closing:
            self.spawn(self._start_one(delay=min(0.1 * self._failures, _MOST_DELAY)))

    def _failed(self, what: str) -> None:
        self._failures += 1
        ends.log.error(what)
        if self._failures > _MOST_FAILURES and not self._ready.is_set():
            self.closing = True  # there is nothing to wait for
            self._ready.set()

    # -- Work ------------------------------------------------------------------------

    def count(self, client: str) -> int:
        """Return how many workers are at work for a client."""
        return len(self.running.get(client, ()))

    def waiting(self, client: str) -> int:
        """Return how many requests of a client's wait at the workers."""
        return sum(len(process.given) - 1 for process in self.running.get(client, ()))

    def begin(self, request: Request) -> None:
        """Give a request to an idle worker; there must be one."""
        process = self.idle.pop()
        self.running.setdefault(request.client, []).append(process)
        request.since = time.monotonic()
        process.give(request)

    def give_ahead(self, request: Request, processes: Sequence[Process] = ()) -> bool:
        """Let one of its client's workers have a request at hand, if one is at swift work."""
        own = processes or self.running.get(request.client)
        if not own or not request.is_small:
            return False
        process = min(own, key=_load)
        swift = time.monotonic() - process.given[0].since < SWIFT
        if not swift or len(process.given) >= _AHEAD or not process.takes_ahead:
            return False
        process.give(request)
        self.ahead += 1
        return True

    def take_back(self, process: Doer) -> list[Request]:
        """Take back what waits at a worker."""
        back = process.take_back()
        self.ahead -= len(back)
        return back

    def take_back_from_slow(self) -> list[Request]:
        """Take back what waits behind work that is not swift."""
        now = time.monotonic()
        return [
            request
            for process in self.members
            if len(process.given) > 1 and now - process.given[0].since >= SWIFT
            for request in self.take_back(process)
        ]

    def drop(self, process: Doer, request: Request) -> None:
        """Have a worker not do what it was given; where it is at it already, it is killed."""
        if request is not process.given[0]:
            for each in self.take_back(process):
                if each is not request:
                    process.give(each)
                    self.ahead += 1
        if request in process.given:
            process.kill("deadline", request)

    def _leave(self, client: str, process: Process) -> None:
        own = self.running[client]
        own.remove(process)
        if not own:
            del self.running[client]

    # -- What becomes of it ----------------------------------------------------------

    def _replied(self, process: Process, reply: Reply) -> None:
        if not process.barrier:
            process.barrier = reply.detail
            self._failures = 0
            self._ready.set()
        done = process.given.popleft() if process.given else None
        if done is not None and done.slowed and not process.hurry():
            process.kill("slowed")
        if process.given:
            self.ahead -= 1
            process.given[0].since = time.monotonic()
        else:
            if done is not None:
                self._leave(done.client, process)
            if not process.killed_for:
                self.idle.append(process)
        self._tell_reply(process, done, reply)

    def _ended(self, process: Process) -> None:
        self.members.discard(process)
        if process in self.idle:
            self.idle.remove(process)
        at_work, untouched = process.bury()
        if at_work or untouched:
            self._leave((at_work or untouched)[0].client, process)
            self.ahead -= len(at_work) + len(untouched) - 1
        if not self.closing:
            if process.barrier:
                self.replaced += 1
            else:
                self._failed(f"a worker ended before it was ready, with {process.returncode}")
            self._start_another()
        self._tell_end(process, at_work, untouched)


def _load(process: Process) -> int:
    return len(process.given)
