"""Map: states of Europe shaded by value, arcs between capitals, sites as points."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Final

from markupsafe import Markup

from hauberk.queries.web.explorer.figures.atlas import Atlas, Point
from hauberk.queries.web.explorer.figures.drawing import (
    NOTHING,
    element,
    figure,
    joined,
    keys,
    link,
    plain,
)
from hauberk.queries.web.explorer.figures.places import Place, capitals, state_names
from hauberk.queries.web.explorer.figures.projection import (
    FINE,
    HEIGHT,
    WIDTH,
    is_on_map,
    projected,
)
from hauberk.queries.web.texts import number, text, texts

_EDGE: Final = 14.0
"""How far letters keep from the drawing's edge."""
_ISLANDS: Final = frozenset({"CY", "MT"})
_MOST_ARCS: Final = 40
_MOST_BOXES: Final = 10
"""States outside of the map that have a box, on each side."""
_BOX: Final = (40.0, 22.0)
_WEST: Final = frozenset({
    "AG", "AR", "BB", "BO", "BR", "BS", "BZ", "CA", "CL", "CO", "CR", "CU", "CV", "DM", "DO", "EC",
    "GD", "GT", "GY", "HN", "HT", "JM", "KN", "LC", "MX", "NI", "PA", "PE", "PY", "SR", "SV", "TT",
    "US", "UY", "VC", "VE", "AO", "BF", "BJ", "CF", "CG", "CI", "CM", "GA", "GH", "GM", "GN", "GQ",
    "GW", "LR", "ML", "MR", "NE", "NG", "SL", "SN", "TD", "TG",
})  # fmt: skip
"""States off the map that lie west of it: the Americas and western Africa."""


def state_map(  # noqa: PLR0913
    values: Mapping[str, float],
    *,
    title: str,
    unit: str = "",
    arcs: Sequence[tuple[str, str, float]] = (),
    points: Sequence[Point] = (),
    href: Callable[[str], str | None] | None = None,
    names: Mapping[str, str] | None = None,
    focus: str = "",
) -> Markup:
    """Return the map: states by their two letters shaded by value, arcs, points.

    *href* gives a state's address by its letters, by default that of its dossier; *names* what
    states are called, by default what the ontology calls them. States off the map stand as boxes
    at its edge, the most valued of them; the others, arcs beyond the heaviest 40, and points off
    the map are counted below. The table has all. Values of 0 leave a state unshaded; the state
    *focus* is outlined. The figure is empty where there is nothing to show.
    """
    if not values and not arcs and not points:
        return NOTHING
    drawn = _Map(values, arcs, points, unit, href or _dossier, names or state_names())
    return drawn.figure(title, focus)


def _dossier(letters: str) -> str:
    return f"/id/state/{letters}"


class _Map(Atlas):
    def figure(self, title: str, focus: str) -> Markup:
        notes = self._notes()
        entries = [*self.legend(), *self._marks(focus)]
        below = [keys(entries, self.unit if self.lower else "")] if entries else []
        below += [element("p", " ".join(notes), class_="left")] if notes else []
        return figure(
            "map", title,
            [self._land(focus), *self._boxed(), *self._arcs(), *self._points(), *self._letters()],
            size=(WIDTH, HEIGHT), told=self.told(), below=joined(below), data=self.data(),
            summary=text("The data as a table"), linked=True,
        )  # fmt: skip

    # -- What is drawn ----------------------------------------------------------------------

    def _land(self, focus: str) -> Markup:
        plain_land = "".join(
            path for code, path in self.shapes.items() if not self.values.get(code)
        )
        shapes = [element("path", d=plain_land, class_="land")]
        shapes += [
            link(self.href(code), element("path", d=path, class_=self.shade(code)),
                 self.titled(code))
            for code, path in self.shapes.items()
            if self.values.get(code)
        ]  # fmt: skip
        if focus in self.shapes:
            shape = element("path", d=self.shapes[focus], class_="focus")
            shapes.append(link(self.href(focus), shape, self.titled(focus)))
        sea = element("rect", width=WIDTH, height=HEIGHT, class_="sea")
        return joined((sea, element("g", *shapes, transform=f"scale({1 / FINE})")))

    @cached_property
    def boxes(self) -> dict[str, Place]:
        """Where the boxes stand of the states off the map, the most valued ones."""
        weights = dict(self.values)
        for a, b, weight in self.arcs[:_MOST_ARCS]:
            for code in (a, b):
                weights[code] = max(weights.get(code, 0), weight)
        off = [
            code for code, _ in sorted(weights.items(), key=lambda each: (-each[1], each[0]))
            if code not in self.shapes
        ]  # fmt: skip
        found = {}
        for side in (True, False):
            some = [code for code in off if (code in _WEST) is side][:_MOST_BOXES]
            for n, code in enumerate(sorted(some, key=self.name)):
                x = 8.0 if side else WIDTH - _BOX[0] - 8
                found[code] = (x, (170.0 if side else 60.0) + n * (_BOX[1] + 6))
        return found

    def _boxed(self) -> list[Markup]:
        (wide, high) = _BOX
        return [
            link(
                self.href(code),
                joined((
                    element("rect", x=x, y=y, width=wide, height=high, rx=3,
                            class_=f"box {self.shade(code)}"),
                    element("text", code, x=x + wide / 2, y=y + 15.5, text_anchor="middle",
                            class_="letters"),
                )),
                self.titled(code),
            )
            for code, (x, y) in self.boxes.items()
        ]  # fmt: skip

    def _letters(self) -> list[Markup]:
        return [
            element("text", code, text_anchor="middle", class_="letters", **_beside(code, at))
            for code, at in self.middles.items()
            if self.values.get(code) and _inside(at) and not self._is_boxed(at)
        ]

    def _is_boxed(self, at: Place) -> bool:
        """Tell whether letters at a place would stand in a box of other letters."""
        wide, high = _BOX
        return any(
            x - 10 < at[0] < x + wide + 10 and y - 8 < at[1] < y + high + 8
            for x, y in self.boxes.values()
        )

    def _end(self, letters: str) -> Place | None:
        """Return where an arc to a state ends: at its box, or its capital on the map."""
        if letters in self.boxes:
            x, y = self.boxes[letters]
            return (x + _BOX[0] if letters in _WEST else x), y + _BOX[1] / 2
        at = capitals().get(letters)
        return at if at and _inside(at) else self.middles.get(letters)

    def _arcs(self) -> list[Markup]:
        heaviest = self.arcs[0][2] if self.arcs else 1
        found = []
        for a, b, weight in reversed(self.arcs[:_MOST_ARCS]):
            start, end = self._end(a), self._end(b)
            if start and end:
                words = (
                    f"{self.name(a)} \u2013 {self.name(b)}: {number(weight)} {self.unit}".strip()
                )
                width = 0.8 + 3.4 * weight / heaviest if heaviest else 1.0
                path = element("path", element("title", words), d=_curve(start, end),
                               class_="arc", stroke_width=width)  # fmt: skip
                found.append(path)
        return found

    def _points(self) -> list[Markup]:
        found = []
        for each in self.points:
            if is_on_map(each.lat, each.long):
                x, y = projected(each.lat, each.long)
                dot = element("circle", cx=x, cy=y, r=4.5, class_="site")
                hint = element("g", element("title", each.label), dot)
                found.append(link(each.href, dot, each.label) if each.href else hint)
        return found

    # -- What is said beside it ----------------------------------------------------------------

    def _marks(self, focus: str) -> Iterable[tuple[str | Markup, str]]:
        if focus in self.shapes:
            yield "focus", self.name(focus)
        if any(is_on_map(each.lat, each.long) for each in self.points):
            yield element("circle", cx=7, cy=7, r=4.5, class_="site"), text("place of work")

    def _notes(self) -> list[str]:
        off = sum(code not in self.shapes and code not in self.boxes for code in self.values)
        arcs = sum(not (self._end(a) and self._end(b)) for a, b, _ in self.arcs[:_MOST_ARCS])
        arcs += len(self.arcs[_MOST_ARCS:])
        points = sum(not is_on_map(each.lat, each.long) for each in self.points)
        told = []
        if off:
            told.append(
                texts(
                    "%(count)s state off the map stands in the table.",
                    "%(count)s states off the map stand in the table.",
                    off,
                )
            )
        if arcs:
            told.append(
                texts(
                    "%(count)s pair without an arc stands in the table.",
                    "%(count)s pairs without an arc stand in the table.",
                    arcs,
                )
            )
        if points:
            told.append(
                texts(
                    "%(count)s place off the map stands in the table.",
                    "%(count)s places off the map stand in the table.",
                    points,
                )
            )
        return told  # fmt: skip


def _beside(code: str, at: Place) -> dict[str, float]:
    """Return where a state's letters stand: in its middle, below small islands, off the edge."""
    below = 14 if code in _ISLANDS else 4
    return {
        "x": min(max(at[0], _EDGE), WIDTH - _EDGE),
        "y": min(max(at[1] + below, _EDGE), HEIGHT - _EDGE / 2),
    }


def _inside(at: Place) -> bool:
    return 0 <= at[0] <= WIDTH and 0 <= at[1] <= HEIGHT


def _curve(start: Place, end: Place) -> str:
    """Return an arc that bends upwards, the more the farther its ends are apart."""
    (x1, y1), (x2, y2) = sorted((start, end))
    lift = 0.22
    x, y = (x1 + x2) / 2 + (y2 - y1) * lift, (y1 + y2) / 2 - (x2 - x1) * lift
    return f"M{plain(x1)} {plain(y1)}Q{plain(x)} {plain(y)} {plain(x2)} {plain(y2)}"
