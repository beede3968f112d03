"""What a worker works out once of a generation, and keeps for as long as it reads it."""

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast
from weakref import WeakKeyDictionary

from hauberk.graph.store import Snapshot

T = TypeVar("T")

_kept: Final[WeakKeyDictionary[Snapshot, dict[Callable[[Snapshot], Any], object]]] = (
    WeakKeyDictionary()
)


def once(snapshot: Snapshot, make: Callable[[Snapshot], T]) -> T:
    """Return what *make* makes of the snapshot, made at the first asking alone.

    It must not hold the snapshot itself: then neither would ever be let go.
    """
    held = _kept.setdefault(snapshot, {})
    if make not in held:
        held[make] = make(snapshot)
    return cast("T", held[make])


def is_kept(snapshot: Snapshot, make: Callable[[Snapshot], Any]) -> bool:
    """Tell whether what *make* makes of the snapshot has been made."""
    return make in _kept.get(snapshot, {})
