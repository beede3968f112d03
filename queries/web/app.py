"""The application: which address is answered by what, and what every answer carries."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hauberk.queries.web.api import Api, as_of_day
from hauberk.queries.web.cache import Cache
from hauberk.queries.web.dumps import Dumps
from hauberk.queries.web.endpoint import Endpoint, reading
from hauberk.queries.web.explorer.desk import Desk
from hauberk.queries.web.explorer.hints import Hints
from hauberk.queries.web.frames import Task
from hauberk.queries.web.ladder import Ladder
from hauberk.queries.web.linked import Linked
from hauberk.queries.web.problems import ProblemError
from hauberk.queries.web.service import Service

EVERY: Final = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Link, Retry-After, X-Total-Count"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        b"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"cross-origin-opener-policy", b"same-origin"),
)
"""Headers of every answer, errors too."""


def application(service: Service) -> "Outermost":
    """Return the whole application on a service."""
    dumps = Dumps(service)
    ladder = Ladder(service.pool.store)

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        await service.pool.start()
        ladder.start()
        try:
            yield
        finally:
            dumps.close()
            await ladder.stop()
            await service.pool.stop()

    async def healthz(_request: Request) -> Response:
        """Tell the generation and the workers' state; 503 where nothing can be asked."""
        generation = service.generation()
        state = service.pool.state()
        fit = bool(generation and state["workers"])
        told = {
            "status": "ok" if fit else "unfit",
            "generation": generation,
            **state,
            "refused": service.pool.counts.refused,
            "barrier": sorted(service.pool.barriers),
        }
        return JSONResponse(told, 200 if fit else 503, headers={"Cache-Control": "no-store"})

    async def home(request: Request) -> Response:
        """Say what the graph holds."""
        day = as_of_day(request.query_params.get("as-of") or None)
        task = Task(operation="home", arguments={"as_of": day} if day else {}, as_of=day)
        return await service.answer(request, task)

    sparql = _Any(Endpoint(service))
    routes = [
        Route("/sparql", sparql),
        reading("/", home),
        reading("/healthz", healthz),
        *Api(service).routes(),
        *Linked(service).routes(),
        *Desk(service).routes(),
        *Hints(service).routes(),
        *dumps.routes(),
        Mount("/static", StaticFiles(packages=[("hauberk.queries.web", "static")])),
    ]
    app = Starlette(
        routes=routes,
        lifespan=life,
        exception_handlers={
            ProblemError: _problem,
            HTTPException: _http_problem,
            ClientDisconnect: _gone,
        },
    )
    # The endpoint is asked for most, and needs nothing that Starlette does for the others.
    return Outermost(app, service, {"/sparql": sparql})


class _Any:
    """An endpoint for every method: it tells the client itself which ones it takes."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        try:
            response = await self.endpoint(request)
        except ProblemError as exc:
            response = _problem(request, exc)
        except ClientDisconnect as exc:
            response = _gone(request, exc)
        await response(scope, receive, send)


_Key = tuple[str, bytes, bytes, str]
_Headers = list[tuple[bytes, bytes]]
_Kept = tuple[_Headers, bytes, bytes]
"""An answer's headers, its body, and its head but the first line, as it is sent."""


class Outermost:
    """What is done for every request: the headers of every answer, and a line in the log.

    An answer to GET that a service lets keep is sent again from here, before any of the
    application's own work, to whoever asks in the same words.
    """

    def __init__(self, app: ASGIApp, service: Service, direct: Mapping[str, ASGIApp]) -> None:
        self.app = app
        self.service = service
        self.direct = direct
        self.kept: Cache[_Key, _Kept] = Cache(service.replies.most // 2)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or send what was answered before."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = time.perf_counter()
        key = _key(scope)
        found = self._found(key) if key is not None else None
        if found is not None:
            headers, body, _ = found
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body})
            scope["state"] = {"generation": self.kept.generation}
            _log(scope, 200, len(body), time.perf_counter() - start)
            return
        await self._pass_on(scope, receive, send, key, start)

    def at_once(self, scope: Scope) -> tuple[bytes, bytes] | None:
        """Return the head (but its first line) and body of an answer that is kept, and log it."""
        start = time.perf_counter()
        key = _key(scope)
        found = self._found(key) if key is not None else None
        if found is None:
            return None
        scope["state"] = {"generation": self.kept.generation}
        _log(scope, 200, len(found[1]), time.perf_counter() - start)
        return found[2], found[1]

    def _found(self, key: _Key) -> _Kept | None:
        with suppress(ProblemError):  # the store cannot be read: the application says so
            return self.kept.get(self.service.generation(), key)
        return None

    async def _pass_on(
        self, scope: Scope, receive: Receive, send: Send, key: _Key | None, start: float
    ) -> None:
        status = 0
        length = 0
        headers: _Headers = []

        async def sent(message: Message) -> None:
            nonlocal status, length, headers
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"] = [*message["headers"], *EVERY]
            elif message["type"] == "http.response.body":
                body = message.get("body", b"")
                length += len(body) if scope["method"] != "HEAD" else 0
                keep = scope["state"].get("keep")
                if keep and key and status == 200 and not message.get("more_body"):  # noqa: PLR2004
                    head = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
                    weight = len(body) + len(head) + sum(map(len, key))
                    self.kept.put(keep, key, (headers, body, head + b"\r\n"), weight)
            await send(message)

        # A copy: the server's own state is shared between requests.
        scope["state"] = dict(scope.get("state", {}))
        scope["headers"] = _one_accept(scope["headers"])
        try:
            await self.direct.get(scope["path"], self.app)(scope, receive, sent)
        finally:
            _log(scope, status, length, time.perf_counter() - start)


def _key(scope: Scope) -> _Key | None:
    """Return what two requests that can have one answer have in common; None for all others."""
    if scope["method"] != "GET":
        return None
    accept = host = b""
    for name, value in scope["headers"]:
        if name == b"accept":
            accept += b"," + value
        elif name == b"host":
            host = value
        elif name in {b"if-none-match", b"range", b"authorization"}:
            return None
    return scope["path"], scope["query_string"], accept + b"\n" + host, scope["scheme"]


def _one_accept(headers: _Headers) -> _Headers:
    """Return headers with several lines of Accept made into one (RFC 9110, 5.3)."""
    accepted = [value for name, value in headers if name == b"accept"]
    if len(accepted) < 2:  # noqa: PLR2004
        return headers
    others = [(name, value) for name, value in headers if name != b"accept"]
    return [*others, (b"accept", b", ".join(accepted))]


def _log(scope: Scope, status: int, length: int, seconds: float) -> None:
    import logging

    log = logging.getLogger("hauberk.access")
    if not log.isEnabledFor(logging.INFO):
        return
    state = scope["state"]
    client = scope.get("client")
    line: dict[str, Any] = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "client": client[0] if client else "",
        "method": scope["method"],
        "path": scope["path"],
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


def _problem(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, ProblemError)  # noqa: S101  (registered for it)
    if "limit" in exc.members:
        request.scope["state"]["limit"] = exc.members["limit"]
    return exc.response()


def _http_problem(_request: Request, exc: Exception) -> Response:
    assert isinstance(exc, HTTPException)  # noqa: S101  (registered for it)
    details = {
        404: "there is nothing at this address",
        405: "this address does not take the method",
    }
    detail = details.get(exc.status_code, exc.detail)
    title = exc.detail.capitalize()
    return ProblemError(exc.status_code, title, detail, headers=exc.headers).response()


def _gone(_request: Request, _exc: Exception) -> Response:
    return Response(status_code=499)  # nobody reads it; the log says what happened
