"""The service behind every address: asks the pool, keeps answers, speaks HTTP's conditions."""

import asyncio
import hashlib
from collections.abc import Mapping
from importlib.metadata import version
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from hauberk.graph.errors import HauberkError
from hauberk.graph.generations import Generations, Stamp
from hauberk.queries.web.cache import Cache
from hauberk.queries.web.frames import Reply, Task, packed
from hauberk.queries.web.negotiation import CONTENT_TYPE
from hauberk.queries.web.pool import Pool
from hauberk.queries.web.problems import ProblemError

SECONDS_FOR_BODY: Final = 15.0
"""Seconds a client has to send a request's body."""
_MOST_HEARD: Final = 10_000_000
"""Bytes of a body too long that are read and thrown away."""
_SECONDS_UNWATCHED: Final = 0.05
"""Seconds after which a waiting client is watched, whether it hangs up."""
_VERSION: Final = version("hauberk").encode()[:64]
"""Another version may write the same answer otherwise: its ETags differ."""


class Service:
    """What all addresses share: the pool of workers, the answers kept, the store's generations."""

    def __init__(self, pool: Pool, kept_bytes: int = 64_000_000) -> None:
        self.pool = pool
        self.replies: Cache[str, Reply] = Cache(kept_bytes)
        self.generations = Generations(pool.store)
        self._stamp: Stamp | None = None
        self._generation = 0

    def generation(self) -> int:
        """Return the number of the generation that is published now; 0 where there is none."""
        try:
            stamp = self.generations.stamp()
            if stamp != self._stamp:
                self._generation = self.generations.current() or 0
                self._stamp = stamp
        except HauberkError as exc:
            raise ProblemError(503, "Store not readable", str(exc)) from exc
        return self._generation

    async def reply(self, request: Request, task: Task) -> tuple[Reply, str]:
        """Return the reply to a task and its ETag, kept or worked out; `""` where it has none.

        Raises ProblemError where there is no answer.
        """
        message = packed(task)
        digest = hashlib.blake2b(message, digest_size=12, key=_VERSION).hexdigest()
        generation = self.generation()
        reply = self.replies.get(generation, digest)
        if reply is None:
            reply = await self._asked(request, message, ours=task.operation != "sparql")
            if reply.title:
                raise ProblemError(
                    reply.status, reply.title, reply.detail, headers=reply.headers, **reply.members
                )
            if reply.lasting:
                weight = len(reply.body) + sum(map(len, reply.headers.values()))
                self.replies.put(reply.generation, digest, reply, weight)
            request.scope["state"]["spent"] = reply.spent
        request.scope["state"]["generation"] = reply.generation
        return reply, f'W/"{reply.generation}-{digest}"' if reply.lasting else ""

    async def answer(
        self, request: Request, task: Task, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Return the answer to a task as HTTP has it.

        It carries a weak ETag: same generation and same task, same answer, though the engine may
        give rows without ORDER BY in another order.
        Raises ProblemError where there is no answer.
        """
        reply, tag = await self.reply(request, task)
        shown = {**reply.headers, **(headers or {})}
        if tag:
            shown |= {"ETag": tag, "Cache-Control": "public, no-cache", "Vary": "Accept"}
            if matches(request.headers.get("if-none-match"), tag):
                return Response(status_code=304, headers=shown)
            request.scope["state"]["keep"] = reply.generation
        else:
            shown["Cache-Control"] = "no-store"
        shown["Content-Type"] = CONTENT_TYPE.get(reply.format, reply.format)
        return Response(reply.body, reply.status, headers=shown)

    async def _asked(self, request: Request, message: bytes, *, ours: bool) -> Reply:
        """Ask the pool; the work stops when the client hangs up."""
        client = request.client.host if request.client else ""
        asking = self.pool.ask(message, client, ours=ours)
        watch: list[asyncio.Task[None]] = []

        def look() -> None:
            watch.append(asyncio.create_task(_hung_up(request, asking)))

        timer = asyncio.get_running_loop().call_later(_SECONDS_UNWATCHED, look)
        try:
            return await asking
        except asyncio.CancelledError:
            if watch and watch[0].done():
                raise ClientDisconnect from None
            raise
        finally:
            timer.cancel()
            if watch:
                watch[0].cancel()


def matches(given: str | None, tag: str) -> bool:
    """Tell whether an If-None-Match header names the tag, or `*` (RFC 9110, 13.1.2)."""
    if not given:
        return False
    named = {each.strip().removeprefix("W/") for each in given.split(",")}
    return tag.removeprefix("W/") in named or "*" in named


async def _hung_up(request: Request, asking: "asyncio.Future[Reply]") -> None:
    """Cancel the asking when the client is gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    asking.cancel()


async def read_body(request: Request, most: int) -> bytes:
    """Return a request's body.

    Raises ProblemError 413 where it is longer than *most* bytes, 408 where it comes too slowly.
    """
    declared = request.headers.get("content-length", "")
    # A client that asks first, or sends far too much, is refused at once. Others are heard out:
    # closed upon while it sends, a client never reads why.
    least = most if "expect" in request.headers else _MOST_HEARD
    if declared.isdigit() and int(declared) > least:
        raise _too_large(most)
    parts: list[bytes] = []
    length = 0
    try:
        async with asyncio.timeout(SECONDS_FOR_BODY):
            async for part in request.stream():
                length += len(part)
                if length > _MOST_HEARD:
                    break
                if length <= most:
                    parts.append(part)
    except TimeoutError:
        raise ProblemError(
            408, "Too slow", f"the body must arrive within {SECONDS_FOR_BODY:g} seconds",
            headers={"Connection": "close"},
        ) from None  # fmt: skip
    if length > most:
        raise _too_large(most)
    return b"".join(parts)


def _too_large(most: int) -> ProblemError:
    return ProblemError(
        413, "Body too large", f"bodies have at most {most} bytes", limit="body", most=most,
        headers={"Connection": "close"},
    )  # fmt: skip
