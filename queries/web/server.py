"""The server process: uvicorn with limits on what a connection may send, and how slowly."""

import asyncio
import logging
import re
import socket
import sys
from typing import Any, Final, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from hauberk.graph.errors import HauberkError
from hauberk.queries.web.app import EVERY, Outermost, application
from hauberk.queries.web.problems import ProblemError, bad_request
from hauberk.queries.web.protocol import MOST_URL, address_too_long
from hauberk.queries.web.service import Service

MOST_HEAD: Final = 65_536
"""Bytes of a request's first line and headers."""
SECONDS_FOR_HEAD: Final = 10.0
"""Seconds a client has to send a request's first line and headers."""
SECONDS_FOR_TAKING: Final = 10.0
"""Seconds in which a client must take LEAST_TAKEN bytes of an answer, or be dropped."""
LEAST_TAKEN: Final = 20_000
SECONDS_IDLE: Final = 30
"""Seconds a connection is kept open between two requests."""
SECONDS_TO_STOP: Final = 35
"""Seconds that requests under way have to end when the server is told to stop."""


_UPGRADE: Final = re.compile(rb"\r\nUpgrade:", re.IGNORECASE)
PROXIES: Final = (
    "127.0.0.0/8", "::1", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7",
)  # fmt: skip
"""Where a proxy may stand: others' word on who the client is counts for nothing."""


class _Answered:
    """What stands for a request's cycle when it was answered at once."""

    response_complete = True

    def __init__(self) -> None:
        self.message_event = self

    def set(self) -> None:
        """Wake nobody: nobody waits."""


_ANSWERED: Any = _Answered()
_OF_BODIES: Final = frozenset({b"content-length", b"transfer-encoding", b"expect", b"upgrade"})


class ServeError(HauberkError):
    """The server cannot listen at the address it was given."""


class Connection(HttpToolsProtocol):
    """A connection with limits: how long a head is, how slowly it comes, the answer is taken.

    What is refused here, before the application is asked, is told as a problem as well.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock for the first head."""
        super().connection_made(transport)
        self._received = 0
        self._in_head = True
        self._fault: ProblemError | None = None
        self._clock = self.loop.call_later(SECONDS_FOR_HEAD, self._too_slow)
        self._taking: asyncio.TimerHandle | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks."""
        self._clock.cancel()
        self._stop_taking()
        super().connection_lost(exc)

    # -- What it sends ---------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Count what belongs to a head."""
        if self._in_head:
            self._received += len(data)
        if b"pgrade" in data and (self._in_head or self.cycle.response_complete):
            data = _without_upgrade(data)
        super().data_received(data)
        if self._in_head and self._received > MOST_HEAD:
            self._refuse(self._too_long())

    def on_message_begin(self) -> None:
        """Begin a head: the first bytes of a request are there."""
        if not self._in_head:
            self._in_head, self._received = True, 0
            self._clock.cancel()
            self._clock = self.loop.call_later(SECONDS_FOR_HEAD, self._too_slow)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """End a head."""
        self._in_head = False
        self._clock.cancel()
        length = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if length > MOST_HEAD:  # it came in one piece
            self._fault = self._too_long()
            raise self._fault
        if not self._answered_at_once():
            super().on_headers_complete()

    def _answered_at_once(self) -> bool:
        """Send an answer that is kept, where no other is under way; tell whether it was sent.

        It takes a third of the time that the same takes through uvicorn and the application.
        """
        idle = not self.pipeline and (self.cycle is None or self.cycle.response_complete)
        plain = self.parser.get_method() == b"GET" and self.parser.get_http_version() == "1.1"
        if not (idle and plain and self.parser.should_keep_alive()):
            return False
        if self.config.proxy_headers or self.transport.get_write_buffer_size() > MOST_HEAD:
            return False
        if any(name in _OF_BODIES for name, _ in self.headers):
            return False
        path, _, query = self.url.partition(b"?")
        if not path.isascii() or b"%" in path or b"#" in self.url:
            return False
        scope = {**self.scope, "method": "GET", "path": path.decode(), "query_string": query}
        found = cast(Outermost, self.config.app).at_once(scope)
        if found is None:
            return False
        date = b"".join(b"%b: %b\r\n" % header for header in self.server_state.default_headers)
        self.transport.write(STATUS_LINE[200] + date + found[0] + found[1])
        self.cycle = _ANSWERED
        self.on_response_complete()
        return True

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, or what was found wrong while it was read."""
        self._refuse(self._fault or bad_request("this is no HTTP request"))

    def _too_long(self) -> ProblemError:
        if len(self.url) > MOST_URL:
            return address_too_long()
        return ProblemError(
            431, "Header too long", f"a request's head has at most {MOST_HEAD} bytes"
        )

    def _too_slow(self) -> None:
        if not self._in_head:
            return
        if self.cycle is not None and not self.cycle.response_complete:
            self._clock = self.loop.call_later(SECONDS_FOR_HEAD, self._too_slow)
            return
        detail = f"a request's head must arrive within {SECONDS_FOR_HEAD:g} seconds"
        self._refuse(ProblemError(408, "Too slow", detail))

    def _refuse(self, problem: ProblemError) -> None:
        if self.transport.is_closing():
            return
        answer = problem.response()
        headers = [*answer.raw_headers, *EVERY, (b"connection", b"close")]
        self.transport.write(
            STATUS_LINE[answer.status_code]
            + b"".join(name + b": " + value + b"\r\n" for name, value in headers)
            + b"\r\n"
            + bytes(answer.body)
        )
        self.transport.close()

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


def _without_upgrade(data: bytes) -> bytes:
    """Return bytes with the offer of another protocol in a request's head made unreadable.

    The request is answered as it is (RFC 9110, 7.8). Java's client offers HTTP/2 with each one,
    and httptools would take the body for the other protocol's.
    """
    head, end, rest = data.partition(b"\r\n\r\n")
    return _UPGRADE.sub(b"\r\nIgnored:", head) + end + rest


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 is any that is free.

    Raises ServeError where that cannot be.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as exc:
        reason = exc.strerror or str(exc)
        raise ServeError(f"cannot listen on {host}, port {port}: {reason}; try --port 0") from exc


def serve(
    service: Service,
    door: socket.socket,
    *,
    behind_proxy: bool = False,
    access_log: bool = True,
    connections: int = 1000,
) -> None:
    """Serve until a signal says to stop; requests under way are answered first."""
    logging.basicConfig(stream=sys.stderr, format="%(message)s", level=logging.WARNING)
    logging.getLogger("hauberk.access").setLevel(logging.INFO if access_log else logging.WARNING)
    config: dict[str, Any] = {
        "http": Connection,
        "ws": "none",
        "lifespan": "on",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": behind_proxy,
        "forwarded_allow_ips": PROXIES,
        "timeout_keep_alive": SECONDS_IDLE,
        "timeout_graceful_shutdown": SECONDS_TO_STOP,
        "limit_concurrency": connections,
    }
    uvicorn.Server(uvicorn.Config(application(service), **config)).run(sockets=[door])
