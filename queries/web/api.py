"""The query API's addresses: what they take in their query string, made into tasks."""

from typing import Final

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hauberk.graph.terms import whole_day
from hauberk.queries.web.endpoint import reading
from hauberk.queries.web.frames import Task
from hauberk.queries.web.problems import bad_request
from hauberk.queries.web.protocol import MOST_URL, address_too_long
from hauberk.queries.web.service import Service

_MOST_FIELDS: Final = 100
_MOST_LIMIT: Final = 100_000
_MOST_OFFSET: Final = 1_000_000_000


class Api:
    """`/queries`, `/queries/<name>`, its pick-lists, and `/openapi.json`."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def routes(self) -> list[Route]:
        """Return the routes of all addresses."""
        return [
            reading(path, endpoint)
            for path, endpoint in (
                ("/queries", self.queries),
                ("/queries/{name}", self.query),
                ("/queries/{name}/parameters/{parameter}", self.choices),
                ("/openapi.json", self.openapi),
            )
        ]

    async def queries(self, request: Request) -> Response:
        """List the canned queries."""
        given = _given(request)
        task = Task(operation="queries", arguments={
            "accept": request.headers.get("accept"), "format": given.pop("format", None),
        })  # fmt: skip
        _nothing_else(given)
        return await self.service.answer(request, task)

    async def query(self, request: Request) -> Response:
        """Answer one of them."""
        given = _given(request)
        day = given.pop("as_of", None)
        arguments = {
            "name": request.path_params["name"],
            "accept": request.headers.get("accept"),
            "format": given.pop("format", None),
            "limit": _number(given, "limit", 1, _MOST_LIMIT),
            "offset": _number(given, "offset", 0, _MOST_OFFSET) or 0,
            "run": given.pop("run", None) is not None,
            "parameters": given,
            "as_of": day,
        }
        task = Task(operation="canned", arguments=arguments, as_of=_day(day))
        return await self.service.answer(request, task)

    async def choices(self, request: Request) -> Response:
        """Give the pick-list of one parameter."""
        given = _given(request)
        task = Task(operation="choices", arguments={
            "name": request.path_params["name"],
            "parameter": request.path_params["parameter"],
            "search": given.pop("search", None),
        })  # fmt: skip
        _nothing_else(given)
        return await self.service.answer(request, task)

    async def openapi(self, request: Request) -> Response:
        """Describe the API."""
        return await self.service.answer(request, Task(operation="openapi"))


def _given(request: Request) -> dict[str, str]:
    """Return the fields of the query string.

    A form sends each of its fields, and `run`: those left empty count as not given. `as-of` and
    `as_of` are one name. Raises ProblemError 400 for a field given twice.
    """
    if len(request.scope["query_string"]) > MOST_URL:
        raise address_too_long()
    pairs = QueryParams(request.scope["query_string"]).multi_items()
    if len(pairs) > _MOST_FIELDS:
        raise bad_request(f"at most {_MOST_FIELDS} fields can be given")
    given: dict[str, str] = {}
    for name, value in pairs:
        word = name.replace("-", "_")
        if word in given:
            raise bad_request(f"{name[:50]} is given twice")
        given[word] = value
    if "run" in given:
        return {name: value for name, value in given.items() if value.strip()}
    return given


def _nothing_else(given: dict[str, str]) -> None:
    if given:
        raise bad_request(f"“{next(iter(given))[:50]}” is not taken here")


def _number(given: dict[str, str], name: str, least: int, most: int) -> int | None:
    value = given.pop(name, None)
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= 10):  # noqa: PLR2004
        raise bad_request(f"{name}: “{value[:50]}” is no whole number")
    number = int(value)
    if not least <= number <= most:
        raise bad_request(f"{name}: {number} is not from {least} to {most}")
    return number


def _day(given: str | None) -> str | None:
    if given is None:
        return None
    try:
        return whole_day(given)
    except ValueError as exc:
        raise bad_request(f"as-of: {exc}") from exc
