"""The server process: where it listens, and uvicorn as it is run."""

import gc
import logging
import socket
import sys
from typing import Any, Final

import uvicorn

from hauberk.graph.errors import HauberkError
from hauberk.queries.web.app import application
from hauberk.queries.web.connection import SECONDS_IDLE
from hauberk.queries.web.service import Service
from hauberk.queries.web.shortcut import Shortcut

SECONDS_TO_STOP: Final = 35
"""Seconds that requests under way have to end when the server is told to stop."""
PROXIES: Final = (
    "127.0.0.0/8", "::1", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7",
)  # fmt: skip
"""Where a proxy may stand: others' word on who the client is counts for nothing."""


class ServeError(HauberkError):
    """The server cannot listen at the address it was given."""


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
        "http": Shortcut,
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
    app = application(service)
    # Most of what a request makes goes with it; what stays is kept answers, without circles.
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    uvicorn.Server(uvicorn.Config(app, **config)).run(sockets=[door])
