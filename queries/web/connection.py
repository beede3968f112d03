"""A connection: limits on what a client may send, how slowly it comes, and an answer is taken."""

import asyncio
import re
from functools import lru_cache
from typing import Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from hauberk.queries.web.gate import EVERY, head_of
from hauberk.queries.web.problems import ProblemError, bad_request
from hauberk.queries.web.protocol import MOST_URL, address_too_long

MOST_HEAD: Final = 65_536
"""Bytes of a request's first line and headers."""
SECONDS_FOR_HEAD: Final = 10.0
"""Seconds a client has to send a request's first line and headers."""
SECONDS_FOR_TAKING: Final = 10.0
"""Seconds in which a client must take LEAST_TAKEN bytes of an answer, or be dropped."""
LEAST_TAKEN: Final = 20_000
SECONDS_IDLE: Final = 30
"""Seconds a connection is kept open between two requests."""

_UPGRADE: Final = re.compile(rb"\r\nUpgrade:", re.IGNORECASE)
_SHORT: Final = 65_536
"""Bytes of a body that is copied to be sent in one piece with its head."""


class Connection(HttpToolsProtocol):
    """A connection with limits: how long a head is, how slowly it comes, the answer is taken.

    What is refused here, before the application is asked, is told as a problem as well.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock for the first head."""
        super().connection_made(transport)
        self._received = 0
        self._in_head = True
        self._in_message = False
        self._fault: ProblemError | None = None
        self._answered = self.loop.time()
        self._clock: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None
        self._start_clock()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks."""
        self._stop_clock()
        self._stop_taking()
        super().connection_lost(exc)
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()

    # -- What it sends ---------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Read what came, and count what belongs to a head."""
        if self._in_head:
            self._received += len(data)
        if b"pgrade" in data and (self._in_head or self.cycle.response_complete):
            data = _without_upgrade(data)
        self._length = len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._in_head and self._received > MOST_HEAD:
            self._refuse(self._too_long())
        elif self._in_head:
            self._start_clock()
        elif self.timeout_keep_alive_task is None and self._free:
            self._rest()  # what came was no request: it gains the client no time

    @property
    def _free(self) -> bool:
        """Whether no request is under way."""
        return not self.pipeline and (self.cycle is None or self.cycle.response_complete)

    def on_message_begin(self) -> None:
        """Begin a head: the first bytes of a request are there."""
        self._in_message = True
        if not self._in_head:
            self._in_head, self._received = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """End a head."""
        self._in_head = False
        self._stop_clock()
        if max(self._received, self._length) > MOST_HEAD:  # only then can the head be too long
            length = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
            if length > MOST_HEAD:
                self._fault = self._too_long()
                raise self._fault
        if not self._is_taken():
            super().on_headers_complete()

    def _is_taken(self) -> bool:
        """Tell whether a request whose head is read needs nothing more of uvicorn."""
        return False

    def on_message_complete(self) -> None:
        """End a request."""
        self._in_message = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Begin with the next request, where it is here already; the clock runs on."""
        self._answered = self.loop.time()
        if self.pipeline or self.timeout_keep_alive_task is None:
            super().on_response_complete()
        elif not self.transport.is_closing():
            self.flow.resume_reading()

    # -- Answers -----------------------------------------------------------------------

    def _send(self, first: bytes, head: bytes, body: bytes) -> None:
        if len(body) <= _SHORT:  # to copy it takes less than to give it to the system by itself
            self.transport.write(b"".join((first, self._date(), head, body)))
        else:
            self.transport.write(b"".join((first, self._date(), head)))
            self.transport.write(body)

    def send_answer(self, status: int, head: bytes, body: bytes, *, last: bool) -> None:
        """Send an answer whole; where it is the *last*, close the connection."""
        if self.transport.is_closing():
            return
        first = STATUS_LINE[status] + b"connection: close\r\n" if last else STATUS_LINE[status]
        self._send(first, head, body)
        if last:
            self.transport.close()
        else:
            self.on_response_complete()

    def _date(self) -> bytes:
        return _lines(tuple(self.server_state.default_headers))

    @property
    def _unsent(self) -> int:
        return self.transport.get_write_buffer_size()

    # -- Refusals --------------------------------------------------------------------

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, or what was found wrong while it was read."""
        self._refuse(self._fault or bad_request("this is no HTTP request"))

    def _too_long(self) -> ProblemError:
        if len(self.url) > MOST_URL:
            return address_too_long()
        return ProblemError(
            431, "Header too long", f"a request's head has at most {MOST_HEAD} bytes"
        )

    def _refuse(self, problem: ProblemError) -> None:
        answer = problem.response()
        head = head_of([*answer.raw_headers, *EVERY])
        self.send_answer(answer.status_code, head, bytes(answer.body), last=True)

    # -- Clocks ----------------------------------------------------------------------

    def _start_clock(self) -> None:
        if self._clock is None:
            self._clock = self.loop.call_later(SECONDS_FOR_HEAD, self._too_slow)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _too_slow(self) -> None:
        self._clock = None
        if not self._in_head:
            return
        if not self._free:
            self._start_clock()
            return
        detail = f"a request's head must arrive within {SECONDS_FOR_HEAD:g} seconds"
        self._refuse(ProblemError(408, "Too slow", detail))

    def _rest(self) -> None:
        left = max(0.0, self._answered + SECONDS_IDLE - self.loop.time())
        self.timeout_keep_alive_task = self.loop.call_later(left, self.timeout_keep_alive_handler)

    def _unset_keepalive_if_required(self) -> None:
        """Let the clock run, request or not: it looks when the last answer was."""

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that has been idle for long."""
        if not self._free or self._in_head:  # other clocks run
            self._answered = self.loop.time()
        if self._answered + SECONDS_IDLE - self.loop.time() < 1:
            super().timeout_keep_alive_handler()
        else:
            self._rest()

    # -- What it takes ---------------------------------------------------------------

    def pause_writing(self) -> None:
        """Start the clock for taking an answer that is longer than the system keeps for it."""
        super().pause_writing()
        self._look_at_taking()

    def resume_writing(self) -> None:
        """Stop the clock: the answer is with the client, or with the system."""
        super().resume_writing()
        self._stop_taking()

    def _look_at_taking(self, left: int | None = None) -> None:
        now = self.transport.get_write_buffer_size()
        if left is not None and left - now < LEAST_TAKEN:
            self.transport.abort()
            return
        self._taking = self.loop.call_later(SECONDS_FOR_TAKING, self._look_at_taking, now)

    def _stop_taking(self) -> None:
        if self._taking is not None:
            self._taking.cancel()


@lru_cache(maxsize=2)
def _lines(headers: tuple[tuple[bytes, bytes], ...]) -> bytes:
    """Return headers as they are sent; they are the same for a second."""
    return b"".join(b"%b: %b\r\n" % header for header in headers)


def _without_upgrade(data: bytes) -> bytes:
    """Return bytes with the offer of another protocol in a request's head made unreadable.

    The request is answered as it is (RFC 9110, 7.8). Java's client offers HTTP/2 with each one,
    and httptools would take the body for the other protocol's.
    """
    head, end, rest = data.partition(b"\r\n\r\n")
    return _UPGRADE.sub(b"\r\nIgnored:", head) + end + rest
