"""A worker process as the server holds it: tasks in, a reply to each out, killable."""

import asyncio
import os
import signal
import socket
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Final, cast

import msgspec
import psutil

from hauberk.queries.web.frames import BY_STREAM, Inbox, Reply, framed
from hauberk.queries.web.turns import Request

_decoder: Final = msgspec.msgpack.Decoder(Reply)
_STDOUT: Final = 1
_LOW_PRIORITY: Final = 19


class Process(asyncio.SubprocessProtocol, asyncio.Protocol):
    """A worker; *replied* and *ended* are called when a reply is complete and when it is dead.

    The first reply tells that it is ready, and in `detail` which barrier it set up. It talks over
    sockets where a nursery bore it, over pipes where the server started it.

    With sockets it can be given tasks ahead of its work, so that it need not wait for the server
    between two. It takes them one by one; those not taken yet can be taken back.
    """

    def __init__(
        self,
        replied: Callable[["Process", Reply], None],
        ended: Callable[["Process"], None],
        tasks: tuple[socket.socket, socket.socket] | None = None,
    ) -> None:
        self._replied = replied
        self._ended = ended
        self._tasks = tasks
        self._inbox = Inbox()
        self._started: asyncio.SubprocessTransport | None = None
        self._out: asyncio.WriteTransport | None = None
        self._watched: psutil.Process | None = None
        self._pid = 0
        self._is_heard_out = False
        self.given: deque[Request] = deque()
        """What it was given to do and has not replied to; it is at work at the first."""
        self.barrier = ""
        self.killed_for = ""
        self.culprit: Request | None = None
        """The work that it was killed for."""
        self.dead = False
        self.returncode: int | None = None
        """What the process ended with, where that is known; negative: the signal."""

    # -- What asyncio tells ----------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take hold of the way to the process."""
        # Cast: the transports of uvloop are such by their methods, not by their classes.
        if hasattr(transport, "get_pipe_transport"):
            self._started = cast(asyncio.SubprocessTransport, transport)
            self._out = cast(asyncio.WriteTransport, self._started.get_pipe_transport(0))
            self.born(self._started.get_pid())
        else:
            self._out = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        """Collect a reply, and hand it over once it is whole."""
        for message in self._inbox.messages(data):
            self._replied(self, _decoder.decode(message))

    def pipe_data_received(self, fd: int, data: bytes | str) -> None:
        """Collect a reply that comes by a pipe."""
        if fd == _STDOUT and isinstance(data, bytes):
            self.data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that nothing more will be heard from it."""
        self._is_heard_out = True
        if self.dead and self._started is None:
            self._ended(self)

    def process_exited(self) -> None:
        """Tell that a process started by the server is dead."""
        if self._started is not None:
            self.dead, self.returncode = True, self._started.get_returncode()
            self._ended(self)

    # -- What is known of its life ---------------------------------------------------

    def born(self, pid: int) -> None:
        """Take hold of the process itself."""
        self._pid = pid
        with suppress(psutil.Error):
            self._watched = psutil.Process(pid)
        if self.killed_for:
            self.kill(self.killed_for)

    def over(self, returncode: int | None) -> None:
        """Note that a process born in a nursery is dead, and what with, where that is known.

        It is told once all that it said has been heard.
        """
        self.dead, self.returncode = True, returncode
        self._watched, self._pid = None, 0
        if self._is_heard_out:
            self._ended(self)

    # -- What the pool does with it --------------------------------------------------

    @property
    def takes_ahead(self) -> bool:
        """Whether it can be given tasks ahead."""
        return self._tasks is not None

    def give(self, request: Request) -> None:
        """Give it a task: where it is idle any, ahead of its work a small one."""
        self.given.append(request)
        request.process = self
        if self.dead or self._out is None:
            return
        if self._tasks is None:
            self._out.write(framed(request.task))
        elif request.is_small:
            self._tasks[0].send(request.task)
        else:
            self._tasks[0].send(BY_STREAM)
            self._out.write(framed(request.task))

    def take_back(self) -> list[Request]:
        """Take back what it was given ahead and has not taken, the first aside."""
        return self._untouched(1)

    def bury(self) -> tuple[list[Request], list[Request]]:
        """Return what it was at work at when it died, one at most, and what it had not touched."""
        untouched = self._untouched(0)
        at_work = [*self.given]
        self.given.clear()
        for request in at_work:
            request.process = None
        for each in self._tasks or ():
            each.close()
        way = self._started or self._out
        if way is not None:
            way.close()
        return at_work, untouched

    def _untouched(self, least: int) -> list[Request]:
        found: list[Request] = []
        if self._tasks is not None:
            with suppress(BlockingIOError):
                while len(self.given) > least and self._tasks[1].recv(1, socket.MSG_DONTWAIT):
                    found.insert(0, self.given.pop())
        for request in found:
            request.process = None
        return found

    def kill(self, reason: str, culprit: Request | None = None) -> None:
        """Kill it, wherever its work stands; *culprit* is the work that it is killed for."""
        if not self.killed_for:
            self.killed_for, self.culprit = reason, culprit
        if self._started is not None:
            with suppress(ProcessLookupError):
                self._started.kill()
        elif self._pid:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)

    def slow_down(self) -> None:
        """Let others' work go first: on Linux it runs only where nothing else wants to."""
        if not self._pid:
            return  # 0 would be the server itself
        if sys.platform == "linux":  # a nice process, even at 19, is not set aside at once
            with suppress(OSError):
                os.sched_setscheduler(self._pid, os.SCHED_IDLE, os.sched_param(0))
        elif sys.platform != "win32" and self._watched is not None:
            with suppress(psutil.Error):
                self._watched.nice(_LOW_PRIORITY)

    def hurry(self) -> bool:
        """Take back that it was slowed down; tell whether it could be: mostly only root may."""
        if not self._pid or sys.platform != "linux":
            return False
        try:
            os.sched_setscheduler(self._pid, os.SCHED_OTHER, os.sched_param(0))
        except OSError:
            return False
        return True

    @property
    def resident(self) -> int:
        """Bytes of memory it takes now; 0 where that cannot be told."""
        if self._watched is not None:
            with suppress(psutil.Error):
                return int(self._watched.memory_info().rss)
        return 0
