"""Answers kept for when the same is asked again of the same generation."""

from collections import OrderedDict
from collections.abc import Hashable

from hauberk.queries.web.frames import Reply


class Cache:
    """The answers last asked for, together no longer than *most* bytes."""

    def __init__(self, most: int = 64_000_000) -> None:
        self.most = most
        self.size = 0
        self._kept: OrderedDict[Hashable, Reply] = OrderedDict()

    def get(self, key: Hashable) -> Reply | None:
        """Return the answer kept for *key*, if there is one."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: Hashable, reply: Reply) -> None:
        """Keep an answer; the ones longest unasked make room. None takes more than a quarter."""
        weight = _weight(reply)
        if weight > self.most // 4 or key in self._kept:
            return
        self._kept[key] = reply
        self.size += weight
        while self.size > self.most:
            _, oldest = self._kept.popitem(last=False)
            self.size -= _weight(oldest)

    def clear(self) -> None:
        """Forget all: another generation was published."""
        self._kept.clear()
        self.size = 0


def _weight(reply: Reply) -> int:
    return len(reply.body) + 2000  # the key, a query as a rule, and the objects around it
