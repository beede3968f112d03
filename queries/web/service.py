"""The service behind every address: asks the pool, keeps answers, speaks HTTP's conditions."""

import asyncio
import hashlib
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from typing import Final, NamedTuple

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
_SECONDS_WORTH: Final = 0.002
"""Seconds of work that are worth keeping at once; other replies are when they are asked again."""
_MOST_HEARD: Final = 10_000_000
"""Bytes of a body too long that are read and thrown away."""
SECONDS_UNWATCHED: Final = 0.05
"""Seconds after which a waiting client is watched, whether it hangs up."""
_VERSION: Final = version("hauberk").encode()[:64]
"""Another version may write the same answer otherwise: its ETags differ."""


class Question(NamedTuple):
    """A task as the pool takes it, and its digest."""

    message: bytes
    digest: str


class Service:
    """What all addresses share: the pool of workers, the answers kept, the store's generations."""

    def __init__(self, pool: Pool, kept_bytes: int = 64_000_000) -> None:
        self.pool = pool
        self.replies: Cache[str, Reply] = Cache(kept_bytes)
        self.generations = Generations(pool.store)
        self._stamp: Stamp | None = None
        self._asked_lately = [""] * 0x10000
        self.last_generation = 0
        """The number that was published when the store was last looked at."""

    def generation(self) -> int:
        """Return the number of the generation that is published now; 0 where there is none."""
        try:
            stamp = self.generations.stamp()
            if stamp != self._stamp:
                self.last_generation = self.generations.current() or 0
                self._stamp = stamp
        except HauberkError as exc:
            raise ProblemError(503, "Store not readable", str(exc)) from exc
        return self.last_generation

    # -- What is asked and known -----------------------------------------------------

    def question(self, task: Task) -> "Question":
        """Return a task as the pool takes it, and its digest."""
        message = packed(task)
        return Question(message, hashlib.blake2b(message, digest_size=12, key=_VERSION).hexdigest())

    def known(self, question: "Question") -> Reply | None:
        """Return the reply that is kept; raises ProblemError where the store cannot be read."""
        if question.digest not in self.replies.entries:
            return None  # the store is not looked at for what is not here anyway
        return self.replies.get(self.generation(), question.digest)

    def learn(self, question: "Question", reply: Reply) -> None:
        """Keep a reply that lasts, if it is worth it; raises ProblemError where it tells one."""
        if reply.title:
            raise ProblemError(
                reply.status, reply.title, reply.detail, headers=reply.headers, **reply.members
            )
        if reply.lasting and (reply.spent > _SECONDS_WORTH or self._is_asked_again(question)):
            if reply.generation != self.last_generation:
                self.generation()
            self.replies.turn(self.last_generation)
            weight = len(reply.body) + sum(map(len, reply.headers.values()))
            self.replies.put(reply.generation, question.digest, reply, weight)

    def _is_asked_again(self, question: "Question") -> bool:
        """Tell whether a question was asked lately, and remember it."""
        slot = int(question.digest[:4], 16)
        before, self._asked_lately[slot] = self._asked_lately[slot], question.digest
        return before == question.digest

    @staticmethod
    def tag(question: "Question", reply: Reply) -> str:
        """Return the ETag of a reply; `""` where it has none.

        It is weak: same generation and same task, same answer, though the engine may give rows
        without ORDER BY in another order.
        """
        return f'W/"{reply.generation}-{question.digest}"' if reply.lasting else ""

    def head(self, reply: Reply, tag: str) -> bytes:
        """Return the headers of a reply as they are sent, those of every answer aside."""
        length = b"content-length: %d\r\n" % len(reply.body)
        if tag and not reply.headers:  # as it is for nearly all
            return b"etag: %b\r\n%b%b" % (tag.encode(), _lasting_head(reply.format), length)
        return raw(_headers(reply, tag)) + length

    # -- For the application ---------------------------------------------------------

    async def reply(self, request: Request, task: Task) -> tuple[Reply, str]:
        """Return the reply to a task and its ETag, kept or worked out; `""` where it has none.

        Raises ProblemError where there is no answer.
        """
        question = self.question(task)
        reply = self.known(question)
        if reply is None:
            reply = await self._asked(request, question.message)
            self.learn(question, reply)
            request.scope["state"]["spent"] = reply.spent
        request.scope["state"]["generation"] = reply.generation
        return reply, self.tag(question, reply)

    async def answer(
        self, request: Request, task: Task, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Return the answer to a task as HTTP has it.

        Raises ProblemError where there is no answer.
        """
        reply, tag = await self.reply(request, task)
        shown = _headers(reply, tag, headers)
        if tag and matches(request.headers.get("if-none-match"), tag):
            del shown["Content-Type"]
            return Response(status_code=304, headers=shown)
        if tag:
            request.scope["state"]["keep"] = reply.generation
        return Response(reply.body, reply.status, headers=shown)

    async def _asked(self, request: Request, message: bytes) -> Reply:
        """Ask the pool; the work stops when the client hangs up."""
        client = request.client.host if request.client else ""
        asking: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()

        def tell(what: Reply | ProblemError) -> None:
            if asking.done():
                return
            if isinstance(what, Reply):
                asking.set_result(what)
            else:
                asking.set_exception(what)

        asked = self.pool.ask(message, client, tell)
        watch: list[asyncio.Task[None]] = []

        def look() -> None:
            watch.append(asyncio.create_task(_hung_up(request, asking)))

        timer = asyncio.get_running_loop().call_later(SECONDS_UNWATCHED, look)
        try:
            return await asking
        except asyncio.CancelledError:
            if watch and watch[0].done():
                raise ClientDisconnect from None
            raise
        finally:
            self.pool.give_up(asked)
            timer.cancel()
            if watch:
                watch[0].cancel()


def _headers(reply: Reply, tag: str, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the headers of a reply, *more* among them."""
    shown = {**reply.headers, **(more or {})}
    if tag:
        shown |= {"ETag": tag, "Cache-Control": "public, no-cache", "Vary": "Accept"}
    else:
        shown["Cache-Control"] = "no-store"
    shown["Content-Type"] = CONTENT_TYPE.get(reply.format, reply.format)
    return shown


def raw(headers: Mapping[str, str]) -> bytes:
    """Return headers as they are sent."""
    lines = (f"{name.lower()}: {value}\r\n" for name, value in headers.items())
    return "".join(lines).encode("latin-1")


@lru_cache(maxsize=100)
def _lasting_head(form: str) -> bytes:
    """Return the headers that all lasting replies of a format have in common."""
    shown = _headers(Reply(format=form), "-")
    del shown["ETag"]
    return raw(shown)


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
