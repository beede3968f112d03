"""The queue: requests that wait for a worker, and whose turn it is."""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping, Sized
from typing import Protocol

from hauberk.queries.web.frames import SMALL, Reply
from hauberk.queries.web.problems import ProblemError


class Doer(Protocol):
    """What does requests one after another: a worker, as the queue knows it."""

    given: "deque[Request]"
    """What it has to do; it is at work at the first."""

    def give(self, request: "Request") -> None:
        """Give it another request."""

    def take_back(self) -> "list[Request]":
        """Take back what it has not begun."""

    def kill(self, reason: str, culprit: "Request | None" = None) -> None:
        """Kill it, wherever its work stands."""


class Request:
    """A task of a client's; *tell* is called once with what comes of it, reply or problem."""

    __slots__ = ("client", "open", "process", "since", "slowed", "task", "tell", "until")

    def __init__(
        self, client: str, task: bytes, tell: Callable[[Reply | ProblemError], None], until: float
    ) -> None:
        self.client = client
        self.task = task
        self.tell = tell
        self.until = until
        """When it is too late for an answer."""
        self.open = True
        """Whether the client waits still."""
        self.process: Doer | None = None
        self.since = 0.0
        """When the worker began."""
        self.slowed = False

    @property
    def is_small(self) -> bool:
        """Whether a worker may be given it ahead of its work."""
        return len(self.task) <= SMALL


class Turns:
    """Requests that wait; clients take turns."""

    def __init__(self) -> None:
        self.count = 0
        self._waiting: OrderedDict[str, deque[Request]] = OrderedDict()

    def __iter__(self) -> Iterator[Request]:
        """Yield all that wait."""
        for queue in self._waiting.values():
            yield from queue

    def count_of(self, client: str) -> int:
        """Return how many of a client's wait."""
        return len(self._waiting.get(client, ()))

    def add(self, request: Request) -> None:
        """Let a request wait."""
        self._waiting.setdefault(request.client, deque()).append(request)
        self.count += 1

    def put_back(self, request: Request) -> None:
        """Let a request wait that had its turn: it is the next of its client's."""
        self._waiting.setdefault(request.client, deque()).appendleft(request)
        self.count += 1

    def remove(self, request: Request) -> None:
        """Let go of a request, if it waits."""
        queue = self._waiting.get(request.client)
        if queue and request in queue:
            queue.remove(request)
            self._took(request.client, queue)

    def take(self, running: Mapping[str, Sized], most: int) -> Request | None:
        """Return the request whose turn it is, of a client with less than *most* running."""
        for client, queue in self._waiting.items():
            if len(running.get(client, ())) < most:
                request = queue.popleft()
                self._waiting.move_to_end(client)
                self._took(client, queue)
                return request
        return None

    def any_below(self, running: Mapping[str, Sized], most: int) -> bool:
        """Tell whether a client waits that has less than *most* running."""
        return any(len(running.get(client, ())) < most for client in self._waiting)

    def take_small(self, client: str) -> Request | None:
        """Return a client's next request, if it is small."""
        queue = self._waiting.get(client)
        if not queue or not queue[0].is_small:
            return None
        request = queue.popleft()
        self._took(client, queue)
        return request

    def _took(self, client: str, queue: deque[Request]) -> None:
        self.count -= 1
        if not queue:
            del self._waiting[client]
