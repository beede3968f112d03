"""The server process: uvicorn with limits on what a connection may send, and how slowly."""

import asyncio
import logging
import sys
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hauberk.queries.web.app import application
from hauberk.queries.web.service import Service

MOST_HEAD: Final = 65_536
"""Bytes of a request's first line and headers."""
SECONDS_FOR_HEAD: Final = 10.0
"""Seconds a client has to send a request's first line and headers."""
SECONDS_IDLE: Final = 30
"""Seconds a connection is kept open between two requests."""
SECONDS_TO_STOP: Final = 35
"""Seconds that requests under way have to end when the server is told to stop."""


class Connection(HttpToolsProtocol):
    """A connection that must send a request's head in time and at a bounded length."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock for the first head."""
        super().connection_made(transport)
        self._head = 0
        self._in_head = True
        self._clock = self.loop.call_later(SECONDS_FOR_HEAD, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._clock.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what belongs to a head."""
        if self._in_head:
            self._head += len(data)
        super().data_received(data)
        if self._in_head and self._head > MOST_HEAD:
            self._refuse(431, "Request Header Fields Too Large")

    def on_message_begin(self) -> None:
        """Begin a head: the first bytes of a request are there."""
        if not self._in_head:
            self._in_head, self._head = True, 0
            self._clock.cancel()
            self._clock = self.loop.call_later(SECONDS_FOR_HEAD, self._too_slow)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """End a head."""
        self._in_head = False
        self._clock.cancel()
        super().on_headers_complete()

    def _too_slow(self) -> None:
        if self._in_head:
            self._refuse(408, "Request Timeout")

    def _refuse(self, status: int, phrase: str) -> None:
        if not self.transport.is_closing():
            line = f"HTTP/1.1 {status} {phrase}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            self.transport.write(line.encode())
            self.transport.close()


def serve(  # noqa: PLR0913
    service: Service,
    host: str,
    port: int,
    *,
    behind_proxy: bool = False,
    access_log: bool = True,
    connections: int = 1000,
) -> None:
    """Serve until a signal says to stop; requests under way are answered first."""
    logging.basicConfig(stream=sys.stderr, format="%(message)s", level=logging.WARNING)
    logging.getLogger("hauberk.access").setLevel(logging.INFO if access_log else logging.WARNING)
    config: dict[str, Any] = {
        "host": host,
        "port": port,
        "http": Connection,
        "ws": "none",
        "lifespan": "on",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": behind_proxy,
        "forwarded_allow_ips": "*" if behind_proxy else None,
        "timeout_keep_alive": SECONDS_IDLE,
        "timeout_graceful_shutdown": SECONDS_TO_STOP,
        "limit_concurrency": connections,
    }
    uvicorn.Server(uvicorn.Config(application(service), **config)).run()
