"""Hints: what the pages' scripts ask for, the neighbours of a dossier and terms to complete."""

import re
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hauberk.queries.web import api
from hauberk.queries.web.endpoint import reading
from hauberk.queries.web.explorer.neighbours import MOST
from hauberk.queries.web.frames import Task
from hauberk.queries.web.problems import bad_request
from hauberk.queries.web.service import Service

_USUAL: Final = 40
_MOST_OFFSET: Final = 1_000_000
_MOST_TEXT: Final = 200
_PERIOD: Final = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)


class Hints:
    """`/neighbours` and `/terms`, both JSON."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def routes(self) -> list[Route]:
        """Return the routes of both addresses."""
        return [reading("/neighbours", self.neighbours), reading("/terms", self.terms)]

    async def neighbours(self, request: Request) -> Response:
        """Give the neighbours of the dossier `id`: of a `kind`, by a `role`, `from` and `to`."""
        given = api.given_fields(request)
        name = given.pop("id", "")
        if not name:
            raise bad_request("id: give the id of a dossier, firm/rheinmetall say")
        wanted = {
            "kind": _word(given, "kind"),
            "role": _word(given, "role"),
            "since": _period(given, "from"),
            "until": _period(given, "to"),
        }
        day = api.as_of_day(given.pop("as_of", "") or None)
        task = Task(operation="neighbours", as_of=day, arguments={
            "id": name[:_MOST_TEXT],
            "filter": wanted,
            "limit": api.whole_number(given, "limit", 1, MOST) or _USUAL,
            "offset": api.whole_number(given, "offset", 0, _MOST_OFFSET) or 0,
        })  # fmt: skip
        api.nothing_else(given)
        return await self.service.answer(request, task)

    async def terms(self, request: Request) -> Response:
        """Give the prefixes, classes, properties, codes and states."""
        api.nothing_else(api.given_fields(request))
        return await self.service.answer(request, Task(operation="terms"))


def _word(given: dict[str, str], name: str) -> str:
    value = given.pop(name, "")
    if len(value) > _MOST_TEXT:
        raise bad_request(f"{name}: give at most {_MOST_TEXT} characters")
    return value


def _period(given: dict[str, str], name: str) -> str:
    value = given.pop(name, "").strip()
    if value and not _PERIOD.fullmatch(value):
        raise bad_request(f"{name}: “{value[:50]}” is no year, month or day; write 2025-06-07")
    return value
