"""The service behind every address: asks the pool, keeps answers, speaks HTTP's conditions."""

import asyncio
import hashlib
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from hauberk.graph.errors import HauberkError
from hauberk.graph.generations import Generations
from hauberk.queries.web.cache import Cache
from hauberk.queries.web.frames import Reply, Task, packed
from hauberk.queries.web.negotiation import CONTENT_TYPE
from hauberk.queries.web.pool import Pool
from hauberk.queries.web.problems import ProblemError

SECONDS_FOR_BODY: Final = 15.0
"""Seconds a client has to send a request's body."""

_VERSION: Final = version("hauberk").encode()[:64]
"""Another version may write the same answer otherwise: its ETags differ."""


class Service:
    """What all addresses share: the pool of workers, the answers kept, the store's generations."""

    def __init__(self, pool: Pool, cache: Cache | None = None) -> None:
        self.pool = pool
        self.cache = cache or Cache()
        self.generations = Generations(pool.store)
        self._cached_generation = -1

    def generation(self) -> int:
        """Return the number of the generation that is published now; 0 where there is none."""
        try:
            return self.generations.current() or 0
        except HauberkError as exc:
            raise ProblemError(503, "Store not readable", str(exc)) from exc

    async def answer(
        self, request: Request, task: Task, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Return the answer to a task, from the cache where it was asked before.

        The answer carries a strong ETag: same generation and same task, same bytes.
        Raises ProblemError where there is no answer.
        """
        digest = hashlib.blake2b(packed(task), digest_size=12, key=_VERSION).hexdigest()
        generation = self.generation()
        tag = _tag(generation, digest)
        if _matches(request.headers.get("if-none-match"), tag):
            return Response(status_code=304, headers={**_validators(tag), **(headers or {})})
        reply = self._kept(generation, digest)
        if reply is None:
            reply = await self._asked(request, task)
            if reply.status == 200 and reply.lasting:  # noqa: PLR2004
                self._keep(reply, digest)
        request.state.generation = reply.generation
        request.state.spent = reply.spent
        if reply.title:
            raise ProblemError(
                reply.status, reply.title, reply.detail, headers=reply.headers, **reply.members
            )
        shown = {**reply.headers, **(headers or {})}
        if reply.lasting:
            shown |= _validators(_tag(reply.generation, digest))
        else:
            shown["Cache-Control"] = "no-store"
        return Response(
            reply.body, reply.status,
            headers={**shown, "Content-Type": CONTENT_TYPE.get(reply.format, reply.format)},
        )  # fmt: skip

    def _kept(self, generation: int, digest: str) -> Reply | None:
        if generation != self._cached_generation:
            self.cache.clear()
            self._cached_generation = generation
        return self.cache.get(digest)

    def _keep(self, reply: Reply, digest: str) -> None:
        if reply.generation == self._cached_generation:
            self.cache.put(digest, reply)

    async def _asked(self, request: Request, task: Task) -> Reply:
        """Ask the pool; the work stops when the client hangs up."""
        client = request.client.host if request.client else ""
        asking = asyncio.create_task(self.pool.ask(task, client))
        gone = asyncio.create_task(_hung_up(request))
        try:
            await asyncio.wait({asking, gone}, return_when=asyncio.FIRST_COMPLETED)
            if asking.done():
                return asking.result()
            raise ClientDisconnect
        finally:
            for each in (asking, gone):
                each.cancel()
                with suppress(asyncio.CancelledError, ProblemError):
                    await each


def _tag(generation: int, digest: str) -> str:
    return f'"{generation}-{digest}"'


def _matches(given: str | None, tag: str) -> bool:
    """Tell whether an If-None-Match header names the tag, or `*` (RFC 9110, 13.1.2)."""
    if not given:
        return False
    named = {each.strip().removeprefix("W/") for each in given.split(",")}
    return tag in named or "*" in named


def _validators(tag: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": "public, no-cache", "Vary": "Accept"}


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def read_body(request: Request, most: int) -> bytes:
    """Return a request's body.

    Raises ProblemError 413 where it is longer than *most* bytes, 408 where it comes too slowly.
    """
    declared = request.headers.get("content-length")
    if declared is not None and declared.isdigit() and int(declared) > most:
        raise _too_large(most)
    parts: list[bytes] = []
    length = 0
    try:
        async with asyncio.timeout(SECONDS_FOR_BODY):
            async for part in request.stream():
                length += len(part)
                if length > most:
                    raise _too_large(most)
                parts.append(part)
    except TimeoutError:
        raise ProblemError(
            408, "Too slow", f"the body must arrive within {SECONDS_FOR_BODY:g} seconds",
            headers={"Connection": "close"},
        ) from None  # fmt: skip
    return b"".join(parts)


def _too_large(most: int) -> ProblemError:
    return ProblemError(
        413, "Body too large", f"bodies have at most {most} bytes", limit="body", most=most,
        headers={"Connection": "close"},
    )  # fmt: skip
