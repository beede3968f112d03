"""The SPARQL endpoint: queries in, answers out, and its own description where no query is given."""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hauberk.queries.web import protocol
from hauberk.queries.web.frames import Task
from hauberk.queries.web.negotiation import RDF, choose
from hauberk.queries.web.service import Service, read_body

_READING: Final = ("GET", "HEAD", "OPTIONS")
_DESCRIPTION: Final = {"text/html": "html", **{k: v for k, v in RDF.items() if "/json" not in k}}


class Endpoint:
    """`/sparql`: SPARQL 1.1 Protocol, query operation only."""

    def __init__(self, service: Service) -> None:
        self.service = service

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        if request.method == "OPTIONS":
            return options(protocol.METHODS)
        query_string = request.scope["query_string"]
        if protocol.is_service_description(request.method, query_string):
            return await self._described(request)
        body = await read_body(request, protocol.MOST_BODY) if request.method == "POST" else b""
        task = protocol.task(
            request.method,
            query_string,
            request.headers.get("content-type"),
            body,
            request.headers.get("accept"),
        )
        return await self.service.answer(request, task)

    async def _described(self, request: Request) -> Response:
        form = choose(request.headers.get("accept"), _DESCRIPTION)
        if form == "html":
            return await self.service.answer(request, Task(operation="query-form"))
        address = str(request.url.replace(query="", fragment=""))
        task = Task(
            operation="service-description", arguments={"endpoint": address, "format": form}
        )
        return await self.service.answer(request, task)


def options(allowed: str) -> Response:
    """Return what OPTIONS and a browser's preflight are answered."""
    return Response(
        status_code=204,
        headers={
            "Allow": allowed,
            "Access-Control-Allow-Methods": allowed,
            "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
            "Access-Control-Max-Age": "86400",
        },
    )


def reading(path: str, endpoint: Callable[[Request], Awaitable[Response]]) -> Route:
    """Return the route of an address that can only be read."""

    async def read(request: Request) -> Response:
        if request.method == "OPTIONS":
            return options(", ".join(_READING))
        return await endpoint(request)

    return Route(path, read, methods=[*_READING])
