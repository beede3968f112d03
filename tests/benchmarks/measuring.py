"""Measuring: work done in a process of its own, what it found, took, and held at most."""

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Cost(Generic[Found]):
    """What a piece of work gave and cost."""

    found: Found
    seconds: float
    """Of the processor, since others share the machine."""
    elapsed: float
    peak: int
    """Memory at most, in MB, with that of a plain start."""

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s, {self.peak} MB"


def apart(work: Callable[..., Found], *given: object) -> Cost[Found]:
    """Do *work* in a process of its own: what it takes would count for all that comes later.

    *work* is a function of a module or a script. A child that dies ends the wait, by EOFError.
    """
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(sending, work, given))
    process.start()
    sending.close()
    found: Cost[Found] = receiving.recv()
    process.join()
    return found


def _child(sending: Connection, work: Callable[..., Found], given: tuple[object, ...]) -> None:
    begin, since = time.process_time(), time.perf_counter()
    found = work(*given)
    seconds, elapsed = time.process_time() - begin, time.perf_counter() - since
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sending.send(Cost(found, seconds, elapsed, peak))
