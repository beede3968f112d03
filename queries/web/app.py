"""The application: which address is answered by what, and what every answer carries."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hauberk.queries.web.endpoint import Endpoint
from hauberk.queries.web.problems import ProblemError
from hauberk.queries.web.service import Service

_EVERY: Final = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Link, Retry-After, X-Total-Count"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
"""Headers of every answer, errors too."""


def application(service: Service) -> ASGIApp:
    """Return the whole application on a service."""

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        await service.pool.start()
        try:
            yield
        finally:
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

    routes = [
        Route("/sparql", _Any(Endpoint(service))),
        Route("/healthz", healthz),
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
    return Outermost(app)


class _Any:
    """An endpoint for every method: it tells the client itself which ones it takes."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        response = await self.endpoint(request)
        await response(scope, receive, send)


class Outermost:
    """What is done for every request: the headers of every answer, and a line in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = time.perf_counter()
        status = 0
        length = 0

        async def sent(message: Message) -> None:
            nonlocal status, length
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *_EVERY]
            elif message["type"] == "http.response.body":
                length += len(message.get("body", b""))
            await send(message)

        scope.setdefault("state", {})
        try:
            await self.app(scope, receive, sent)
        finally:
            _log(scope, status, length, time.perf_counter() - start)


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
    if "spent" in state:
        line["query_ms"] = round(state["spent"] * 1000, 1)
        line["generation"] = state["generation"]
    if "limit" in state:
        line["limit"] = state["limit"]
    log.info(msgspec.json.encode(line).decode())


def _problem(request: Request, exc: Exception) -> Response:
    assert isinstance(exc, ProblemError)  # noqa: S101  (registered for it)
    if "limit" in exc.members:
        request.state.limit = exc.members["limit"]
    return exc.response()


def _http_problem(_request: Request, exc: Exception) -> Response:
    assert isinstance(exc, HTTPException)  # noqa: S101  (registered for it)
    details = {
        404: "nothing is at this address",
        405: "this address does not take the method",
    }
    detail = details.get(exc.status_code, exc.detail)
    return ProblemError(exc.status_code, exc.detail, detail, headers=exc.headers).response()


def _gone(_request: Request, _exc: Exception) -> Response:
    return Response(status_code=499)  # nobody reads it; the log says what happened
