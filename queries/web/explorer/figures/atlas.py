"""Atlas: what a map of states shows, before it is drawn: in words, as tables, in shades."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
from markupsafe import Markup

from hauberk.queries.web.explorer.figures.drawing import element, joined, table
from hauberk.queries.web.explorer.figures.places import outlines, state_names
from hauberk.queries.web.explorer.figures.scales import bounds, class_of
from hauberk.queries.web.texts import number, text, texts


class Point(msgspec.Struct, frozen=True):
    """A place by its latitude and longitude in degrees, and what is there."""

    lat: float
    long: float
    label: str
    href: str = ""


class Atlas:
    """Values, arcs and points of a map, told in words and as tables."""

    def __init__(  # noqa: PLR0913, PLR0917
        self,
        values: Mapping[str, float],
        arcs: Sequence[tuple[str, str, float]],
        points: Sequence[Point],
        unit: str,
        href: Callable[[str], str | None],
        names: Mapping[str, str],
    ) -> None:
        self.values = dict(sorted(values.items(), key=lambda each: (-each[1], each[0])))
        self.arcs = sorted(arcs, key=lambda each: (-each[2], each[:2]))
        self.points = points
        self.unit, self.href, self.names = unit, href, names
        self.shapes, self.middles = outlines()
        self.lower = bounds([value for value in values.values() if value > 0])

    def name(self, letters: str) -> str:
        """Return what a state is called."""
        return self.names.get(letters) or state_names().get(letters, letters)

    def shade(self, letters: str) -> str:
        """Return the class of a state's shade."""
        value = self.values.get(letters, 0)
        return f"q{class_of(value, self.lower)}" if value > 0 else "land"

    def titled(self, letters: str) -> str:
        """Return a state's name with its value."""
        name, value = self.name(letters), self.values.get(letters)
        return name if value is None else f"{name}: {number(value)} {self.unit}".strip()

    def legend(self) -> Iterable[tuple[str, str]]:
        """Yield the shades, each with the values it stands for."""
        if not self.lower:
            return
        above = [*self.lower[1:], None]
        whole = all(float(value).is_integer() for value in self.values.values())
        few = len(self.lower) == len({value for value in self.values.values() if value > 0})
        most = max(self.values.values())
        for low, high in zip(self.lower, above, strict=True):
            top = most if high is None else (high - 1 if whole else high)
            told = number(low) if few or low >= top else f"{number(low)}\u2013{number(top)}"
            yield f"q{class_of(low, self.lower)}", told

    def told(self) -> str:
        """Return what the map shows, in words."""
        first = [self.titled(code) for code in list(self.values)[:3]]
        pairs = [f"{self.name(a)} \u2013 {self.name(b)}" for a, b, _ in self.arcs[:3]]
        told = [text("A map of Europe.")]
        if first:
            told.append(
                text(
                    "Shaded are %(count)s states; most has %(first)s.",
                    count=number(len(self.values)),
                    first="; ".join(first),
                )
            )
        if pairs:
            told.append(
                text("Arcs join pairs of states; the heaviest %(pairs)s.", pairs="; ".join(pairs))
            )
        if self.points:
            told.append(
                texts(
                    "%(count)s place is marked.", "%(count)s places are marked.", len(self.points)
                )
            )
        return " ".join(told)  # fmt: skip

    def data(self) -> Markup:
        """Return all that is known of it as tables."""
        parts = []
        unit = self.unit or text("Value")
        if self.values:
            parts.append(
                table(
                    (text("State"), unit),
                    ((self._linked(code), number(value)) for code, value in self.values.items()),
                )
            )
        if self.arcs:
            parts.append(
                table(
                    (text("State"), text("With"), unit),
                    (
                        (self._linked(a), self._linked(b), number(weight))
                        for a, b, weight in self.arcs
                    ),
                    numbers=2,
                )
            )
        if self.points:
            parts.append(
                table(
                    (text("Place"), text("Latitude"), text("Longitude")),
                    (
                        (
                            element("a", each.label, href=each.href) if each.href else each.label,
                            f"{each.lat:.2f}",
                            f"{each.long:.2f}",
                        )
                        for each in self.points
                    ),
                )
            )
        return joined(parts)  # fmt: skip

    def _linked(self, letters: str) -> str | Markup:
        target = self.href(letters)
        return element("a", self.name(letters), href=target) if target else self.name(letters)
