"""An errand: a query on its short way from a connection to the pool, and its answer back."""

import asyncio
import time
from typing import Any, Final, Protocol

from hauberk.queries.web import protocol
from hauberk.queries.web.frames import Reply
from hauberk.queries.web.gate import EVERY, Gate, Key, head_of
from hauberk.queries.web.problems import ProblemError
from hauberk.queries.web.service import SECONDS_UNWATCHED
from hauberk.queries.web.turns import Request

_GONE: Final = 499
"""What stands in the log for a client that hung up; nobody reads it."""
_EVERY: Final = head_of([*EVERY])


class Send(Protocol):
    """What sends an answer whole."""

    def __call__(self, status: int, head: bytes, body: bytes, *, last: bool) -> None:
        """Send it; where it is the *last*, close the connection."""


class Errand:
    """A GET to the endpoint, answered as the application would, without going through it.

    To uvicorn it is a request's cycle, and the event that wakes it.
    """

    def __init__(self, gate: Gate, client: str, key: Key, send: Send) -> None:
        self.gate = gate
        self.client = client
        self.key = key
        self.send = send
        self.response_complete = False
        self.disconnected = False
        self.keep_alive = True
        self.more_body = False
        self._begun = time.perf_counter()
        self._asked: Request | None = None
        self._state: dict[str, Any] = {}

    def start(self) -> None:
        """Send what the service knows, or put the query to the pool."""
        service = self.gate.service
        accept = self.key.accept
        try:
            task = protocol.task(
                "GET", self.key.query_string, None, b"",
                None if accept is None else accept.decode("latin-1"),
            )  # fmt: skip
            self._question = service.question(task)
            known = service.known(self._question)
            if known is None:
                self._asked = service.pool.ask(self._question.message, self.client, self._came)
                return
        except ProblemError as exc:
            self._tell(exc)
            return
        self._answer(known, again=True)

    def stop(self) -> None:
        """Stop the work, unless it ends by itself in a moment: the client hung up."""
        if self._asked is not None and self._asked.open:
            asyncio.get_running_loop().call_later(SECONDS_UNWATCHED, self._give_up)

    def _give_up(self) -> None:
        if self._asked is not None and self._asked.open:
            self.gate.service.pool.give_up(self._asked)
            self._end(_GONE, 0)

    def _came(self, what: Reply | ProblemError) -> None:
        try:
            if isinstance(what, ProblemError):
                raise what
            self.gate.service.learn(self._question, what)
        except ProblemError as exc:
            self._tell(exc)
            return
        self._state["spent"] = what.spent
        self._answer(what, again=False)

    def _answer(self, reply: Reply, *, again: bool) -> None:
        service = self.gate.service
        tag = service.tag(self._question, reply)
        head = service.head(reply, tag) + _EVERY
        if tag and again:  # what is asked but once is not worth it
            self.gate.keep(reply.generation, self.key, head, reply.body)
        self._state["generation"] = reply.generation
        self._end(200, len(reply.body))
        self.send(200, head, reply.body, last=not self.keep_alive)

    def _tell(self, problem: ProblemError) -> None:
        if "limit" in problem.members:
            self._state["limit"] = problem.members["limit"]
        answer = problem.response()
        self._end(answer.status_code, len(answer.body))
        head = head_of([*answer.raw_headers, *EVERY])
        self.send(answer.status_code, head, bytes(answer.body), last=not self.keep_alive)

    def _end(self, status: int, length: int) -> None:
        self.response_complete = True
        spent = time.perf_counter() - self._begun
        self.gate.log(self.client, "GET", self.key.path, status, length, spent, self._state)

    # -- What uvicorn takes it for ---------------------------------------------------

    @property
    def message_event(self) -> "Errand":
        """What is told that the client sent more, or hung up."""
        return self

    def set(self) -> None:
        """Wake nobody: nobody waits."""
