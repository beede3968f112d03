"""How a request ends that gets no answer: what stopped it, and what the client is told."""

import logging
import signal
from typing import Final

from hauberk.queries.web.frames import Limits
from hauberk.queries.web.problems import ProblemError, out_of_memory, over_limit

_OVERFLOWS: Final = frozenset({-11, -7, 0xC00000FD})
"""What a process ends with that has used up its stack: SIGSEGV, SIGBUS, Windows' own code."""

STOPPING: Final = "Stopping"

log: Final = logging.getLogger("hauberk.web")


def queue_full(limit: str, limits: Limits) -> ProblemError:
    """Return the problem of a request that finds too many waiting before it."""
    detail = "too many requests wait for an answer; ask again later"
    most = limits.queued if limit == "queued" else limits.queued_each
    return over_limit(429, limit, most, detail, Retry_After="5")


def too_slow(limits: Limits, *, begun: bool) -> ProblemError:
    """Return the problem of a request past its time, whether its work had *begun* or not."""
    seconds = limits.seconds
    if begun:
        detail = f"the query was stopped after {seconds:g} seconds; ask for less"
    else:
        detail = f"no worker was free within {seconds:g} seconds; ask again later"
    return over_limit(503, "seconds", seconds, detail, Retry_After="30")


def stopping() -> ProblemError:
    """Return the problem of a request to a server that stops."""
    return ProblemError(
        503, STOPPING, "the server is stopping; ask again later", headers={"Retry-After": "10"}
    )


def worker_ended(killed_for: str, returncode: int | None, limits: Limits) -> ProblemError:
    """Return the problem of a request whose worker ended."""
    if killed_for == "stopping":
        return stopping()
    if not killed_for and returncode in _OVERFLOWS:
        detail = "the query is nested too deeply, or chains too much; ask in simpler terms"
        return ProblemError(413, "Limit reached", detail, limit="depth")
    if killed_for != "memory" and returncode != -signal.SIGABRT:
        log.error("a worker ended at work with %s", returncode)
        return ProblemError(500, "Worker lost", "the worker that had the query ended")
    # Stopped by the watch or, sooner, by the engine itself when no more memory was to be had.
    return out_of_memory(limits.megabytes)
