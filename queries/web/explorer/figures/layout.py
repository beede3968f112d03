"""Layout: places for the nodes of a network, the same each time, within a square from -1 to 1."""

import cmath
import math
from collections.abc import Mapping, Sequence
from typing import Final

Place = tuple[float, float]
Pair = tuple[str, str]

_ROUNDS: Final = 50
_PULL: Final = 0.35
"""How strongly everything is drawn to the middle, so that no part flies off."""
_FULL: Final = 14
"""Nodes of a ring from which every other one stands further in."""


def rings(nodes: Sequence[str], ties: Sequence[Pair], centre: str) -> dict[str, Place] | None:
    """Return rings around the centre by how many ties away they are; None where not all are tied.

    Those behind one node stand side by side behind it.
    """
    near: dict[str, list[str]] = {each: [] for each in nodes}
    for one, other in ties:
        near[one].append(other)
        near[other].append(one)
    depth, behind = {centre: 0}, {each: list[str]() for each in nodes}
    queue = [centre]
    for each in queue:
        for other in nodes:
            if other not in depth and other in near[each]:
                depth[other] = depth[each] + 1
                behind[each].append(other)
                queue.append(other)
    if len(depth) < len(nodes):
        return None
    leaves: dict[str, int] = {}
    for each in reversed(queue):
        leaves[each] = sum(leaves[other] for other in behind[each]) or 1
    deepest = max(depth.values()) or 1
    found = {centre: (0.0, 0.0)}
    starts = {centre: 0.0}
    for each in queue:
        start = starts[each]
        for n, other in enumerate(behind[each]):
            starts[other] = start
            angle = 2 * math.pi * (start + leaves[other] / 2) / leaves[centre] - math.pi / 2
            inner = 0.78 if len(behind[each]) > _FULL and n % 2 else 1.0
            far = inner * depth[other] / deepest
            found[other] = (math.cos(angle) * far, math.sin(angle) * far)
            start += leaves[other]
    return found


def spread(nodes: Sequence[str], ties: Sequence[Pair]) -> dict[str, Place]:
    """Return places by forces (Fruchterman and Reingold, 1991), from a circle as the start."""
    turn = 2 * math.pi / len(nodes)
    at = {each: cmath.rect(1, turn * n) for n, each in enumerate(nodes)}
    ideal = 1.2 / math.sqrt(len(nodes))
    for tried in range(_ROUNDS):
        move = {each: -_PULL * place for each, place in at.items()}
        for n, one in enumerate(nodes):
            for other in nodes[n + 1 :]:
                apart = at[one] - at[other] or complex(1e-3, 1e-3)
                push = apart * (ideal / abs(apart)) ** 2
                move[one] += push
                move[other] -= push
        for one, other in ties:
            apart = at[one] - at[other]
            pull = apart * abs(apart) / ideal
            move[one] -= pull
            move[other] += pull
        heat = 0.15 * (1 - tried / _ROUNDS)
        for each, step in move.items():
            if step:
                at[each] += step / abs(step) * min(abs(step), heat)
    return _stretched(at)


def _stretched(at: Mapping[str, complex]) -> dict[str, Place]:
    """Return the places moved and stretched to fill the square."""
    xs, ys = [place.real for place in at.values()], [place.imag for place in at.values()]
    wide, high = max(xs) - min(xs) or 1, max(ys) - min(ys) or 1
    return {
        each: (2 * (place.real - min(xs)) / wide - 1, 2 * (place.imag - min(ys)) / high - 1)
        for each, place in at.items()
    }
