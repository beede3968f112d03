"""Naming: where the names of nodes stand, so that none lies on another."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

_LETTER: Final = 7.2
"""Width of a letter, about."""
_HIGH: Final = 13.0

Box = tuple[float, float, float, float]


class Name(msgspec.Struct, frozen=True):
    """A name and its place: its anchor's coordinates, and which end of it stands there."""

    words: str
    x: float
    y: float
    anchor: str


def naming(
    labels: Mapping[str, Sequence[str]],
    places: Mapping[str, tuple[float, float]],
    ranked: Sequence[str],
    size: tuple[float, float],
    radius: float,
) -> dict[str, Name]:
    """Return the names that have room, the first ranked first: beside, below or above the node.

    Of a node's *labels* the first is taken that has room. Names keep off the other nodes too, and
    within the drawing.
    """
    taken: list[Box] = [
        (x - radius, y - radius, x + radius, y + radius) for x, y in places.values()
    ]
    found: dict[str, Name] = {}
    for each in ranked:
        for name in _tried(labels[each], places[each], size[0] / 2, radius):
            box = _box(name)
            inside = box[0] >= 0 and box[2] <= size[0] and box[1] >= 0 and box[3] <= size[1]
            if inside and not any(_meet(box, other) for other in taken):
                found[each] = name
                taken.append(box)
                break
    return found


def _tried(
    labels: Sequence[str], place: tuple[float, float], middle: float, radius: float
) -> Iterator[Name]:
    x, y = place
    right = [Name(words, x + radius + 4, y + 4, "start") for words in labels]
    left = [Name(words, x - radius - 4, y + 4, "end") for words in labels]
    below = [Name(words, x, y + radius + 14, "middle") for words in labels]
    above = [Name(words, x, y - radius - 5, "middle") for words in labels]
    outer, inner = (right, left) if x >= middle else (left, right)
    yield from (*outer, *below, *above, *inner)


def _box(name: Name) -> Box:
    wide = len(name.words) * _LETTER
    left = {"start": name.x, "end": name.x - wide, "middle": name.x - wide / 2}[name.anchor]
    return left, name.y - _HIGH + 3, left + wide, name.y + 3


def _meet(one: Box, other: Box) -> bool:
    apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    return not apart
