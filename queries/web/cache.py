"""What is kept for when the same is asked again of the same generation."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_OVERHEAD: Final = 2000
"""Bytes that an entry is taken to weigh beside its body: the key, the objects around it."""


class Cache(Generic[K, V]):
    """Things of one generation, together no longer than *most* bytes; the latest asked for stay."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.size = 0
        self.generation = -1
        self.entries: OrderedDict[K, tuple[V, int]] = OrderedDict()
        """All that is kept, of whichever generation, and what it weighs; to look whether."""

    def turn(self, generation: int) -> None:
        """Go over to a generation; another than before empties the cache."""
        if generation != self.generation:
            self.generation = generation
            self.entries.clear()
            self.size = 0

    def get(self, generation: int, key: K) -> V | None:
        """Return what is kept of a generation for *key*; another than before empties the cache."""
        self.turn(generation)
        found = self.entries.get(key)
        if found is None:
            return None
        self.entries.move_to_end(key)
        return found[0]

    def put(self, generation: int, key: K, value: V, length: int) -> None:
        """Keep a thing of *length* bytes; those longest unasked make room.

        None takes more than a quarter of the room; what is not of the generation gone over to
        last is not kept.
        """
        weight = length + _OVERHEAD
        if generation != self.generation or weight > self.most // 4 or key in self.entries:
            return
        self.entries[key] = value, weight
        self.size += weight
        while self.size > self.most:
            _, (_, oldest) = self.entries.popitem(last=False)
            self.size -= oldest
