"""The application: which address is answered by what, and what every answer carries."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from hauberk.queries.web.api import Api
from hauberk.queries.web.dumps import Dumps
from hauberk.queries.web.endpoint import Endpoint, reading
from hauberk.queries.web.frames import Task
from hauberk.queries.web.gate import Gate
from hauberk.queries.web.linked import Linked
from hauberk.queries.web.problems import ProblemError
from hauberk.queries.web.service import Service


def application(service: Service) -> Gate:
    """Return the whole application on a service."""
    dumps = Dumps(service)

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        await service.pool.start()
        try:
            yield
        finally:
            dumps.close()
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
        return await service.answer(request, Task(operation="home"))

    sparql = _Any(Endpoint(service))
    routes = [
        Route("/sparql", sparql),
        reading("/", home),
        reading("/healthz", healthz),
        *Api(service).routes(),
        *Linked(service).routes(),
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
    return Gate(app, service, {"/sparql": sparql})


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
