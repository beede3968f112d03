"""The addresses of what a reader looks things up with: search, suggestions, compare, matrix."""

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hauberk.queries.web.api import as_of_day, given_fields, nothing_else, whole_number
from hauberk.queries.web.endpoint import reading
from hauberk.queries.web.explorer.suggestions import MOST
from hauberk.queries.web.frames import Task
from hauberk.queries.web.service import Service

_MOST_OFFSET: Final = 1_000_000_000
_USUAL: Final = 8


class Desk:
    """`/search`, `/suggest`, `/compare` and `/matrix`: pages of the newest or of a past day."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def routes(self) -> list[Route]:
        """Return the routes of all addresses."""
        return [
            reading("/search", self.search),
            reading("/suggest", self.suggest),
            reading("/compare", self.compare),
            reading("/matrix", self.matrix),
            reading("/queries/{name}/unsaid", self.unsaid),
        ]

    async def search(self, request: Request) -> Response:
        """Give the page of results."""
        given = given_fields(request)
        arguments = {
            "text": given.pop("q", ""),
            "kind": given.pop("kind", ""),
            "offset": whole_number(given, "offset", 0, _MOST_OFFSET) or 0,
        }
        return await self._page(request, "search", given, arguments)

    async def suggest(self, request: Request) -> Response:
        """Give suggestions as JSON."""
        given = given_fields(request)
        arguments = {
            "text": given.pop("q", ""),
            "kinds": [each for each in given.pop("kind", "").split(",") if each],
            "limit": whole_number(given, "limit", 1, MOST) or _USUAL,
        }
        return await self._page(request, "suggestions", given, arguments)

    async def compare(self, request: Request) -> Response:
        """Give two parties side by side."""
        given = given_fields(request)
        arguments = {"a": given.pop("a", ""), "b": given.pop("b", "")}
        return await self._page(request, "compare", given, arguments)

    async def matrix(self, request: Request) -> Response:
        """Give the matrix of states by states."""
        given = given_fields(request)
        arguments = {
            name: given.pop(name, "") for name in ("kind", "from", "to", "measure", "currency")
        }
        arguments["states"] = given.pop("states", "")
        return await self._page(request, "matrix", given, arguments)

    async def unsaid(self, request: Request) -> Response:
        """Give the claims that the answer to a question leaves out."""
        given = given_fields(request)
        day = given.pop("as_of", "") or None
        arguments: dict[str, object] = {
            "name": request.path_params["name"],
            "standing": given.pop("standing", ""),
            "offset": whole_number(given, "offset", 0, _MOST_OFFSET) or 0,
        }
        given.pop("run", None)
        arguments["parameters"] = dict(given)
        return await self._page(request, "unsaid", {"as_of": day} if day else {}, arguments)

    async def _page(
        self,
        request: Request,
        operation: str,
        given: dict[str, str],
        arguments: Mapping[str, object],
    ) -> Response:
        """Answer with an operation, of the day that `as-of` names; nothing else may be given."""
        day = as_of_day(given.pop("as_of", "") or None)
        nothing_else(given)
        task = Task(operation=operation, arguments={**arguments, "as_of": day}, as_of=day)
        return await self.service.answer(request, task)
