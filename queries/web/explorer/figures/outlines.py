"""Outlines: makes `europe.json`, the states' outlines on the map, from Natural Earth's.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python -m hauberk.queries.web.explorer.figures.outlines package/countries-50m.json

It is run when the map is to change, never by the server. Natural Earth draws who holds a land;
Crimea is drawn as Ukraine's here and the north of Cyprus as Cyprus's, as the General Assembly and
the Security Council of the United Nations have it (resolutions 68/262 and 541). It needs
pycountry, of the `dev` extra.
"""

import heapq
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from hauberk.queries.web.explorer.figures.projection import FINE, HEIGHT, WIDTH, projected

Place = tuple[float, float]
Ring = list[Place]

_LEAST_CORNER: Final = 1.1
"""Units of area of the smallest triangle that a border keeps (Visvalingam and Whyatt, 1993)."""
_LEAST_ISLAND: Final = 5.0
"""Units of area of the smallest ring drawn, but for a state's largest."""
_MARGIN: Final = 6.0
_FARTHEST: Final = 1500.0
"""Farther from the drawing's corner, the projection tears what it draws."""
_CRIMEA: Final = (32.3, 44.2, 36.7, 46.3)
_NAMELESS: Final = {"Kosovo": "XK", "N. Cyprus": "CY", "Somaliland": "SO"}
_ORIGIN: Final = (
    "Natural Earth 1:50m (https://www.naturalearthdata.com/), public domain, by way of "
    "world-atlas 2.0.2 (ISC); projected, clipped and simplified by outlines.py"
)


def main() -> None:
    """Write `europe.json` beside this module from the TopoJSON file named as the argument."""
    atlas = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    states = outlines(atlas)
    made = {
        "origin": _ORIGIN,
        "states": {code: path for code, (path, _) in states.items()},
        "middles": {code: middle for code, (_, middle) in states.items()},
    }
    target = Path(str(files("hauberk.queries.web.explorer.figures").joinpath("europe.json")))
    text = json.dumps(made, indent=None, sort_keys=True, ensure_ascii=False).replace(', "', ',\n"')
    target.write_text(text + "\n", encoding="utf-8")


def outlines(atlas: Any) -> dict[str, tuple[str, list[int]]]:  # noqa: ANN401  (TopoJSON)
    """Return each state's path and the middle of its largest land, by its two letters."""
    arcs = _arcs(atlas)
    lines = [simplified([projected(lat, long) for long, lat in arc]) for arc in arcs]
    held: dict[str, list[list[int]]] = {}
    for code, rings in _rings(atlas, arcs):
        held.setdefault(code, []).extend(rings)
    found = {code: _path(code, _merged(rings, arcs), lines) for code, rings in held.items()}
    return {code: made for code, made in sorted(found.items()) if made[0]}


def _arcs(atlas: Any) -> list[Ring]:  # noqa: ANN401
    """Return the borders in degrees; TopoJSON has whole numbers, each relative to the last."""
    (sx, sy), (tx, ty) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    found = []
    for arc in atlas["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * sx + tx, y * sy + ty))
        found.append(line)
    return found


def _rings(atlas: Any, arcs: Sequence[Ring]) -> Iterator[tuple[str, list[list[int]]]]:  # noqa: ANN401
    """Yield the outer rings of each land with its state's letters, as numbers of arcs."""
    import pycountry

    for each in atlas["objects"]["countries"]["geometries"]:
        known = pycountry.countries.get(numeric=each["id"]) if "id" in each else None
        code = known.alpha_2 if known else _NAMELESS.get(each["properties"]["name"], "")
        parts = each.get("arcs") or []
        outer = [part[0] for part in (parts if each["type"] == "MultiPolygon" else [parts])]
        for ring in outer:
            yield "UA" if code == "RU" and _within(_ring(ring, arcs), _CRIMEA) else code, [ring]


def _within(ring: Ring, box: tuple[float, float, float, float]) -> bool:
    west, south, east, north = box
    return all(west <= x <= east and south <= y <= north for x, y in ring)


def _merged(rings: list[list[int]], arcs: Sequence[Ring]) -> list[list[int]]:
    """Return the rings of a state with those that share a border made one."""
    used = {arc for ring in rings for arc in ring}
    inner = {arc for arc in used if ~arc in used}
    whole = [ring for ring in rings if not inner & set(ring)]
    begins = {_ends(arc, arcs)[0]: arc for ring in rings if inner & set(ring)
              for arc in ring if arc not in inner}  # fmt: skip
    while begins:
        start, arc = next(iter(begins.items()))
        ring = []
        at = start
        while at in begins:
            arc = begins.pop(at)
            ring.append(arc)
            at = _ends(arc, arcs)[1]
        whole.append(ring)
    return whole


def _ends(arc: int, arcs: Sequence[Ring]) -> tuple[Place, Place]:
    line = arcs[arc] if arc >= 0 else arcs[~arc][::-1]
    return line[0], line[-1]


def _ring(ring: Iterable[int], lines: Sequence[Ring]) -> Ring:
    found: Ring = []
    for arc in ring:
        line = lines[arc] if arc >= 0 else lines[~arc][::-1]
        found.extend(line[1:] if found else line)
    return found


def simplified(line: Ring) -> Ring:
    """Return a line without the corners whose triangle with their neighbours is smallest.

    Its ends stay, so that borders still meet.
    """
    before = list(range(-1, len(line) - 1))
    after = list(range(1, len(line) + 1))
    kept = [True] * len(line)

    def area(n: int) -> float:
        return _area([line[before[n]], line[n], line[after[n]]])

    heap = [(area(n), n) for n in range(1, len(line) - 1)]
    heapq.heapify(heap)
    least = dict((n, a) for a, n in heap)  # noqa: C402
    while heap and heap[0][0] < _LEAST_CORNER:
        size, n = heapq.heappop(heap)
        if not kept[n] or least[n] != size:
            continue
        kept[n] = False
        after[before[n]], before[after[n]] = after[n], before[n]
        for near in (before[n], after[n]):
            if 0 < near < len(line) - 1:
                least[near] = max(area(near), size)
                heapq.heappush(heap, (least[near], near))
    return [place for place, keep in zip(line, kept, strict=True) if keep]


def _area(ring: Sequence[Place]) -> float:
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


def _path(code: str, rings: Iterable[list[int]], lines: Sequence[Ring]) -> tuple[str, list[int]]:
    clipped = [_clipped(_ring(ring, lines)) for ring in rings]
    sized = sorted(((_area(ring), ring) for ring in clipped if len(ring) > 2), reverse=True)  # noqa: PLR2004
    least = _LEAST_ISLAND
    drawn = [ring for n, (area, ring) in enumerate(sized) if area >= least or (code and n == 0)]
    return "".join(map(_written, drawn)), _middle(drawn[0]) if drawn else []


def _middle(ring: Ring) -> list[int]:
    """Return a ring's centre of gravity, in units of the drawing."""
    twice = x = y = 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        twice, x, y = twice + cross, x + (x1 + x2) * cross, y + (y1 + y2) * cross
    return [round(x / (3 * twice)), round(y / (3 * twice))] if twice else []


def _clipped(ring: Ring) -> Ring:
    """Return the part of a ring that lies in the drawing (Sutherland and Hodgman, 1974)."""
    if any(abs(x) > _FARTHEST or abs(y) > _FARTHEST for x, y in ring):
        ring = [(x, y) for x, y in ring if abs(x) <= _FARTHEST and abs(y) <= _FARTHEST]
    for axis, bound, sign in (
        (0, -_MARGIN, 1), (0, WIDTH + _MARGIN, -1), (1, -_MARGIN, 1), (1, HEIGHT + _MARGIN, -1),
    ):  # fmt: skip
        kept: Ring = []
        for one, two in zip(ring, [*ring[1:], *ring[:1]], strict=True):
            inside = (one[axis] - bound) * sign >= 0
            if inside:
                kept.append(one)
            if inside is not ((two[axis] - bound) * sign >= 0):
                part = (bound - one[axis]) / (two[axis] - one[axis])
                kept.append((one[0] + part * (two[0] - one[0]), one[1] + part * (two[1] - one[1])))
        ring = kept
    return ring


def _written(ring: Ring) -> str:
    """Return a ring as a path of whole numbers, each place relative to the last."""
    places = [(round(x * FINE), round(y * FINE)) for x, y in ring]
    (x, y), told = places[0], ""
    for to_x, to_y in places[1:]:
        if (to_x, to_y) != (x, y):
            dy = to_y - y
            told += f"{' ' if told and to_x >= x else ''}{to_x - x}{' ' if dy >= 0 else ''}{dy}"
            x, y = to_x, to_y
    return f"M{places[0][0]} {places[0][1]}l{told}z" if told else ""


if __name__ == "__main__":
    main()
