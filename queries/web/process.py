"""A worker process as the server holds it: one task in, one reply out, killable."""

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, cast

import msgspec
import psutil

from hauberk.queries.web.frames import LENGTH, Limits, Reply, framed

_decoder: Final = msgspec.msgpack.Decoder(Reply)
_STDOUT: Final = 1


class Process(asyncio.SubprocessProtocol):
    """A worker; *replied* and *ended* are called when a reply is complete and when it is dead.

    The first reply tells that it is ready, and in `detail` which barrier it set up.
    """

    def __init__(
        self, replied: Callable[["Process", Reply], None], ended: Callable[["Process"], None]
    ) -> None:
        self._replied = replied
        self._ended = ended
        self._received = bytearray()
        self._transport: asyncio.SubprocessTransport | None = None
        self._stdin: asyncio.WriteTransport | None = None
        self._watched: psutil.Process | None = None
        self.barrier = ""
        self.killed_for = ""

    @classmethod
    async def start(
        cls,
        store: Path,
        limits: Limits,
        replied: Callable[["Process", Reply], None],
        ended: Callable[["Process"], None],
    ) -> "Process":
        """Start a worker on the store in folder *store*."""
        _, process = await asyncio.get_running_loop().subprocess_exec(
            lambda: cls(replied, ended),
            sys.executable, "-m", "hauberk.queries.web.worker", str(store),
            msgspec.json.encode(limits).decode(),
            stderr=None, start_new_session=True,
        )  # fmt: skip
        return process

    # -- What asyncio tells ----------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take hold of the process."""
        # Cast: the transports of uvloop are such by their methods, not by their classes.
        self._transport = cast(asyncio.SubprocessTransport, transport)
        self._stdin = cast(asyncio.WriteTransport, self._transport.get_pipe_transport(0))
        with suppress(psutil.Error):
            self._watched = psutil.Process(self._transport.get_pid())

    def pipe_data_received(self, fd: int, data: bytes | str) -> None:
        """Collect a reply, and hand it over once it is whole."""
        if fd != _STDOUT or isinstance(data, str):
            return
        self._received += data
        if len(self._received) < LENGTH:
            return
        end = LENGTH + int.from_bytes(self._received[:LENGTH], "big")
        if len(self._received) >= end:
            reply = _decoder.decode(memoryview(self._received)[LENGTH:end])
            self._received = self._received[end:]
            self._replied(self, reply)

    def process_exited(self) -> None:
        """Tell that the process is dead."""
        self._ended(self)

    # -- What the pool does with it --------------------------------------------------

    def send(self, task: bytes) -> None:
        """Send a task, packed; the worker must be idle."""
        if self._stdin is not None:
            self._stdin.write(framed(task))

    def kill(self, reason: str) -> None:
        """Kill it, wherever its work stands."""
        self.killed_for = self.killed_for or reason
        if self._transport is not None:
            with suppress(ProcessLookupError):
                self._transport.kill()

    def slow_down(self, priority: int) -> None:
        """Let others' work go first: on Linux it runs only where nothing else wants to."""
        if self._watched is None:
            return
        if sys.platform == "linux":  # a nice process, even at 19, is not set aside at once
            with suppress(OSError):
                os.sched_setscheduler(self._watched.pid, os.SCHED_IDLE, os.sched_param(0))
            # Where sessions are scheduled as groups, the policy holds within the worker's alone.
            with suppress(OSError):
                Path(f"/proc/{self._watched.pid}/autogroup").write_text(str(priority))
        elif sys.platform != "win32":
            with suppress(psutil.Error):
                self._watched.nice(priority)

    @property
    def returncode(self) -> int | None:
        """What the process ended with; negative: the signal that killed it; None: it lives."""
        return self._transport.get_returncode() if self._transport else None

    @property
    def spent(self) -> float:
        """Seconds of the processor it has taken; 0 where that cannot be told."""
        if self._watched is not None:
            with suppress(psutil.Error):
                return float(sum(self._watched.cpu_times()[:2]))
        return 0.0

    @property
    def resident(self) -> int:
        """Bytes of memory it takes now; 0 where that cannot be told."""
        if self._watched is not None:
            with suppress(psutil.Error):
                return int(self._watched.memory_info().rss)
        return 0
