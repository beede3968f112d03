"""How workers come to be: born in a nursery on Linux, started one by one elsewhere."""

import asyncio
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from hauberk.queries.web.frames import BORN, FATE, Limits, Reply
from hauberk.queries.web.process import Process


class Births:
    """What brings workers on the store in folder *store* to life."""

    def __init__(self, store: Path, limits: Limits) -> None:
        self.arguments = (str(store), msgspec.json.encode(limits).decode())

    async def bear(
        self, replied: Callable[[Process, Reply], None], ended: Callable[[Process], None]
    ) -> Process:
        """Return a worker that lives, though it may not be ready; raises OSError where none can."""
        process = Process(replied, ended)
        await asyncio.get_running_loop().subprocess_exec(
            lambda: process,
            sys.executable, "-m", "hauberk.queries.web.worker", *self.arguments,
            stderr=None, start_new_session=True,
        )  # fmt: skip
        return process

    def close(self) -> None:
        """Let go of what workers came from; those that live are not touched."""


class Nursery(Births):
    """A nursery as the server holds it; it is started when it is needed, and again where it died.

    Workers stay in the server's session: the kernel shares the processors out between sessions
    first, and long work would not give way at once to what another session asks.
    """

    def __init__(self, store: Path, limits: Limits) -> None:
        super().__init__(store, limits)
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._unborn: deque[tuple[Process, asyncio.Future[None]]] = deque()
        self._alive: dict[int, Process] = {}

    async def bear(
        self, replied: Callable[[Process, Reply], None], ended: Callable[[Process], None]
    ) -> Process:
        """Return a worker that lives, though it may not be ready; raises OSError where none can."""
        loop = asyncio.get_running_loop()
        ours, its = socket.socketpair()
        # The server keeps the worker's end too: there it takes back what the worker has not taken.
        tasks = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with its:
            process = Process(replied, ended, tasks)
            for each in (ours, tasks[0]):
                each.setblocking(False)
            await loop.create_unix_connection(lambda: process, sock=ours)
            born: asyncio.Future[None] = loop.create_future()
            try:
                if self._control is None:
                    self._control = self._open(loop)
                socket.send_fds(self._control, [b"+"], [its.fileno(), tasks[1].fileno()])
            except OSError:
                process.bury()
                raise
            self._unborn.append((process, born))
        await born
        return process

    def _open(self, loop: asyncio.AbstractEventLoop) -> socket.socket:
        control, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        control.setblocking(False)
        with its:
            words = [sys.executable, "-m", "hauberk.queries.web.nursery", *self.arguments]
            # glibc keeps seven pieces of a size at hand unless told; the engine asks for hundreds.
            tuned = {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=500", **os.environ}
            self._process = subprocess.Popen(words, stdin=its.fileno(), env=tuned)  # noqa: S603
        loop.add_reader(control.fileno(), self._told)
        return control

    def _told(self) -> None:
        while self._control is not None:
            try:
                message = self._control.recv(FATE.size)
            except BlockingIOError:
                return
            except OSError:
                message = b""
            if not message:
                self._lost()
                return
            what, pid, returncode = FATE.unpack(message)
            if what == BORN:
                process, born = self._unborn.popleft()
                self._alive[pid] = process
                process.born(pid)
                if not born.done():
                    born.set_result(None)
            else:
                self._alive.pop(pid).over(returncode)

    def _lost(self) -> None:
        """Bury the nursery, and the workers that went with it."""
        self.close()
        alive, self._alive = self._alive, {}
        unborn, self._unborn = self._unborn, deque()
        for process, born in unborn:
            process.bury()
            if not born.done():
                born.set_exception(ConnectionError("the workers' nursery has ended"))
        for process in alive.values():
            process.over(None)

    def close(self) -> None:
        """Let go of the nursery: it ends, and its workers with it."""
        control, self._control = self._control, None
        if control is not None:
            asyncio.get_running_loop().remove_reader(control.fileno())
            control.close()
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.kill()
                self._process.wait(1)
            self._process = None


def births(store: Path, limits: Limits) -> Births:
    """Return what brings workers to life on this system."""
    return Nursery(store, limits) if sys.platform == "linux" else Births(store, limits)
