"""The gate: what is done for every request. Answers kept are sent from here; each is logged."""

import logging
import time
from collections.abc import Hashable, Mapping
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hauberk.queries.web.cache import Cache
from hauberk.queries.web.problems import ProblemError
from hauberk.queries.web.service import Service

EVERY: Final = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Link, Retry-After, X-Total-Count"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
"""Headers of every answer, errors too."""
_OK: Final = 200
_MOST_LINES: Final = 2000
"""Bytes of header lines that are kept."""
_MOST_HEADS: Final = 1000

log: Final = logging.getLogger("hauberk.access")

K = TypeVar("K", bound=Hashable)
Headers = list[tuple[bytes, bytes]]


class Key(NamedTuple):
    """What two requests that can have one answer have in common."""

    path: str
    query_string: bytes
    accept: bytes | None
    host: bytes
    scheme: str


class Kept(NamedTuple):
    """An answer of status 200 that may be sent again."""

    path: str
    head: bytes
    """Its headers and the empty line after them, as they are sent."""
    body: bytes

    @property
    def headers(self) -> Headers:
        """Its headers one by one."""
        lines = self.head.split(b"\r\n")[:-2]
        return [(name, value) for name, _, value in (line.partition(b": ") for line in lines)]


class Head(NamedTuple):
    """What matters of the headers of a plain query."""

    accept: bytes | None
    host: bytes


class Gate:
    """What is done for every request: the headers of every answer, and a line in the log.

    An answer to GET that a service lets keep is sent again from here, before any of the
    application's own work, to whoever asks in the same words.
    """

    def __init__(self, app: ASGIApp, service: Service, direct: Mapping[str, ASGIApp]) -> None:
        self.app = app
        self.service = service
        self.direct = direct
        self.kept: Cache[Key, Kept] = Cache(service.replies.most // 4)
        self.verbatim: Cache[bytes, Kept] = Cache(service.replies.most // 4)
        """The same by the bytes of the whole request."""
        self.heads: dict[bytes, Head] = {}
        """Header lines that plain queries came with, and what matters of them."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or send what was answered before."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        key = key_of(scope)
        found = self.found(key) if key is not None else None
        if found is None:
            await self._pass_on(scope, receive, send, key)
            return
        await send({"type": "http.response.start", "status": _OK, "headers": found.headers})
        await send({"type": "http.response.body", "body": found.body})
        self.log_kept(found, client_of(scope))

    # -- Answers kept ----------------------------------------------------------------

    def found(self, key: Key) -> Kept | None:
        """Return what is kept of the generation that is published now."""
        return self._found(self.kept, key)

    def found_verbatim(self, request: bytes) -> Kept | None:
        """Return what is kept for a request of these very bytes."""
        return self._found(self.verbatim, request)

    def _found(self, kept: Cache[K, Kept], key: K) -> Kept | None:
        if key not in kept.entries:  # so the store is not looked at for what is not here anyway
            return None
        try:
            return kept.get(self.service.generation(), key)
        except ProblemError:  # the store cannot be read: the application says so
            return None

    def keep(self, generation: int, key: Key, head: bytes, body: bytes) -> None:
        """Keep an answer of a generation, unless there is a later one."""
        weight = len(body) + len(head) + len(key.query_string)
        self.kept.turn(self.service.last_generation)
        self.kept.put(generation, key, Kept(key.path, head, body), weight)

    def keep_verbatim(self, request: bytes, answer: Kept) -> None:
        """Keep an answer just found for the bytes of the request that asked for it."""
        weight = len(request) + len(answer.head) + len(answer.body)
        self.verbatim.turn(self.kept.generation)
        self.verbatim.put(self.kept.generation, request, answer, weight)

    def note_head(self, lines: bytes, key: Key) -> None:
        """Keep what was read of a plain query's headers, for the next that has the same."""
        if len(lines) <= _MOST_LINES:
            if len(self.heads) >= _MOST_HEADS:
                self.heads.clear()
            self.heads[lines] = Head(key.accept, key.host)

    # -- All others ------------------------------------------------------------------

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send, key: Key | None) -> None:
        start = time.perf_counter()
        status = 0
        length = 0
        headers: Headers = []

        async def sent(message: Message) -> None:
            nonlocal status, length, headers
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"] = [*message["headers"], *EVERY]
            elif message["type"] == "http.response.body":
                body = message.get("body", b"")
                length += len(body) if scope["method"] != "HEAD" else 0
                keep = scope["state"].get("keep")
                if keep and key and status == _OK and not message.get("more_body"):
                    self.keep(keep, key, head_of(headers), body)
            await send(message)

        # A copy: the server's own state is shared between requests.
        scope["state"] = dict(scope.get("state", {}))
        scope["headers"] = _one_accept(scope["headers"])
        try:
            await self.direct.get(scope["path"], self.app)(scope, receive, sent)
        finally:
            self.log(
                client_of(scope), scope["method"], scope["path"],
                status, length, time.perf_counter() - start, scope["state"],
            )  # fmt: skip

    # -- The log ---------------------------------------------------------------------

    def log_kept(self, answer: Kept, client: str) -> None:
        """Write the line of a request that was answered with what is kept."""
        state = {"generation": self.kept.generation}
        self.log(client, "GET", answer.path, _OK, len(answer.body), 0.0, state)

    @staticmethod
    def log(  # noqa: PLR0913, PLR0917
        client: str,
        method: str,
        path: str,
        status: int,
        length: int,
        seconds: float,
        state: Mapping[str, Any],
    ) -> None:
        """Write the line of a request; *state* tells what happened to it."""
        if not log.isEnabledFor(logging.INFO):
            return
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "client": client,
            "method": method,
            "path": path,
            "status": status,
            "bytes": length,
            "ms": round(seconds * 1000, 1),
        }
        if "generation" in state:
            line["generation"] = state["generation"]
            line["query_ms"] = round(state.get("spent", 0) * 1000, 1)
        if "limit" in state:
            line["limit"] = state["limit"]
        log.info(msgspec.json.encode(line).decode())


def client_of(scope: Scope) -> str:
    """Return the address of who asks; `""` where that is not known."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def head_of(headers: Headers) -> bytes:
    """Return headers and the empty line after them as they are sent."""
    return b"".join([name + b": " + value + b"\r\n" for name, value in headers]) + b"\r\n"


def key_of(scope: Scope) -> Key | None:
    """Return what tells apart requests with different answers; None where none is to be kept."""
    if scope["method"] != "GET":
        return None
    accept, host = None, b""
    for name, value in scope["headers"]:
        if name == b"accept":
            accept = value if accept is None else accept + b", " + value
        elif name == b"host":
            host = value
        elif name in {b"if-none-match", b"range", b"authorization"}:
            return None
    return Key(scope["path"], scope["query_string"], accept, host, scope["scheme"])


def _one_accept(headers: Headers) -> Headers:
    """Return headers with several lines of Accept made into one (RFC 9110, 5.3)."""
    accepted = [value for name, value in headers if name == b"accept"]
    if len(accepted) < 2:  # noqa: PLR2004
        return headers
    others = [(name, value) for name, value in headers if name != b"accept"]
    return [*others, (b"accept", b", ".join(accepted))]
