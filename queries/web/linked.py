"""Linked data: every IRI of ours leads to a document, by 303 and content negotiation.

`https://w3id.org/hauberk/` redirects to wherever the graph is served; what follows it is the path
here, so that an IRI and its address differ in the host alone (see
https://www.w3.org/TR/cooluris/, section 4.2).
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hauberk.ontology.names import BASE
from hauberk.queries.web.endpoint import reading
from hauberk.queries.web.frames import Task
from hauberk.queries.web.negotiation import CONTENT_TYPE, RDF, choose
from hauberk.queries.web.problems import ProblemError
from hauberk.queries.web.service import Service

_MOST_PATH: Final = 500
OFFERED: Final = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    **{
        media: form for media, form in RDF.items() if media not in {"application/xml", "text/plain"}
    },
}
"""Formats of a document, best first: what a client asks for, and the format."""
_ENDINGS: Final = ("html", "ttl", "nt", "rdf", "jsonld", "trig", "nq")


class Linked:
    """`/id/…`, `/code/…`, `/ns`, `/ontology/…`, and the documents about them under `/doc/`."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def routes(self) -> list[Route]:
        """Return the routes of all addresses."""
        things = ("/id/{rest:path}", "/code/{rest:path}", "/ns", "/ontology/{rest:path}")
        return [
            *(reading(path, self.thing) for path in things),
            reading("/doc/{path:path}", self.document),
        ]

    async def thing(self, request: Request) -> Response:
        """See other: a thing is not a document, but one about it is elsewhere."""
        form = choose(request.headers.get("accept"), OFFERED)
        path = _checked(request.url.path.removeprefix("/"))
        named = path.rpartition(".")[2] in _ENDINGS  # an ending chooses, whatever is accepted
        ending = "" if named or form == "html" else f".{form}"
        return RedirectResponse(
            f"/doc/{path}{ending}", 303, headers={"Vary": "Accept", "Cache-Control": "no-cache"}
        )

    async def document(self, request: Request) -> Response:
        """Give the document, in the format its ending names or the client likes best."""
        path = _checked(request.path_params["path"])
        stem, dot, ending = path.rpartition(".")
        if dot and ending in _ENDINGS:
            path, form = stem, ending
        else:
            form = choose(request.headers.get("accept"), OFFERED)
        task = Task(operation="document", arguments={"path": path, "format": form})
        shown = {
            "Content-Location": f"/doc/{path}" + ("" if form == "html" else f".{form}"),
            "Link": ", ".join(_links(path, form)),
        }
        return await self.service.answer(request, task, shown)


def _checked(path: str) -> str:
    if (
        len(path) > _MOST_PATH
        or not path.isascii()
        or not path.isprintable()
        or set(path) & set(' "<>\\^`{|}')
    ):
        raise ProblemError(404, "Not found", "there is nothing by this address")
    return path


def _links(path: str, form: str) -> list[str]:
    """Return the links to the thing itself and to its other documents (RFC 8288)."""
    others = [
        f'</doc/{path}{"" if other == "html" else "." + other}>; rel="alternate"; '
        f'type="{CONTENT_TYPE[other].partition(";")[0]}"'
        for other in _ENDINGS
        if other != form
    ]
    return [f'<{BASE}{path}>; rel="canonical"', f'<{BASE}{path}>; rel="describes"', *others]
