"""What goes wrong over HTTP, as RFC 9457 problem details (https://www.rfc-editor.org/rfc/rfc9457)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from starlette.responses import Response

MEDIA_TYPE: Final = "application/problem+json"


class ProblemError(Exception):
    """A request that gets no answer: its status, what is wrong and what to do.

    *members* are further members of the problem object, such as the limit that was passed.
    """

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **members: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members

    def response(self) -> "Response":
        """Return the problem as an HTTP response."""
        from starlette.responses import Response

        told = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.members,
        }
        return Response(
            msgspec.json.encode(told) + b"\n",
            self.status,
            headers={"Cache-Control": "no-store", **self.headers},
            media_type=MEDIA_TYPE,
        )


def bad_request(detail: str) -> ProblemError:
    """Return the problem of a request that does not follow the protocol."""
    return ProblemError(400, "Bad request", detail)


def not_acceptable(offered: Mapping[str, Any]) -> ProblemError:
    """Return the problem of a client that takes none of the formats offered."""
    listing = ", ".join(offered)
    return ProblemError(
        406, "Not acceptable", f"the answer can be had as {listing}", offered=[*offered]
    )


def out_of_memory(megabytes: int) -> ProblemError:
    """Return the problem of a query whose worker had no more memory."""
    detail = f"the query took more than {megabytes} megabytes of memory; ask for less"
    return over_limit(503, "megabytes", megabytes, detail)


def over_limit(status: int, limit: str, most: float, detail: str, **headers: str) -> ProblemError:
    """Return the problem of an answer that passed a limit; nothing of it is sent."""
    return ProblemError(
        status, "Limit reached", detail, limit=limit, most=most,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )  # fmt: skip
