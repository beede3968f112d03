"""Lines: values over time, one line for each of several things."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from markupsafe import Markup

from hauberk.queries.web.explorer.figures.bars import shortened
from hauberk.queries.web.explorer.figures.drawing import (
    NOTHING,
    element,
    figure,
    joined,
    keys,
    plain,
    table,
)
from hauberk.queries.web.explorer.figures.scales import rounded_up, ticks, years_of
from hauberk.queries.web.texts import day, number, text, texts

_WIDTH: Final = 720
_HEIGHT: Final = 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 150, 10, 26
_MOST: Final = 7
_LONGEST: Final = 22


def lines(
    series: Mapping[str, Sequence[tuple[str, float]]],
    *,
    title: str,
    unit: str = "",
    steps: bool = False,
    most: int = _MOST,
) -> Markup:
    """Return a line for each series of points, each a period and a value.

    Periods are days, months or years; a value holds until the next where *steps* is true. The
    lines that end highest are drawn, *most* of them; the table has all. Empty without points.
    """
    known = {name: sorted(points) for name, points in series.items() if points}
    if not known:
        return NOTHING
    ranked = sorted(known, key=lambda name: (-known[name][-1][1], name))
    drawn, left = ranked[:most], len(ranked) - most
    entries = [(f"s{n}", name) for n, name in enumerate(drawn, 1)]
    below = [keys(entries)] if len(entries) > 1 else []
    if left > 0:
        below.append(element("p", texts("%(count)s more stands in the table.",
                                        "%(count)s more stand in the table.", left),
                             class_="left"))  # fmt: skip
    periods = sorted({period for points in known.values() for period, _ in points})
    held = {name: dict(points) for name, points in known.items()}
    return figure(
        "lines", title, _drawn({name: known[name] for name in drawn}, steps=steps),
        size=(_WIDTH, _HEIGHT), below=joined(below),
        data=table(
            (text("When"), *ranked),
            ((day(period), *(number(held[name][period]) if period in held[name] else None
                             for name in ranked)) for period in periods),
        ),
        summary=text("The data as a table"),
        told=text("Lines from %(first)s to %(last)s, %(unit)s. At the end: %(ends)s.",
                  first=day(periods[0]), last=day(periods[-1]), unit=unit,
                  ends="; ".join(f"{name} {number(known[name][-1][1])}" for name in drawn)),
    )  # fmt: skip


def _drawn(series: Mapping[str, Sequence[tuple[str, float]]], *, steps: bool) -> list[Markup]:
    times = [years_of(period) for points in series.values() for period, _ in points]
    start, end = min(times), max(times)
    if end - start < 1:
        start, end = start - 0.5, end + 0.5
    most = rounded_up(max(value for points in series.values() for _, value in points))
    base, room = _HEIGHT - _BOTTOM, _HEIGHT - _TOP - _BOTTOM

    def x(period: str) -> float:
        return _LEFT + (years_of(period) - start) / (end - start) * (_WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return base - room * value / most

    parts = [
        joined((
            element("path", d=f"M{_LEFT} {plain(y(each))}H{_WIDTH - _RIGHT}", class_="grid"),
            element("text", number(each), x=_LEFT - 6, y=y(each) + 4, text_anchor="end",
                    class_="tick"),
        ))
        for each in ticks(most)
    ]  # fmt: skip
    years = range(int(start) + (start % 1 > 0), int(end) + 1)
    parts += [
        element("text", str(year), x=x(str(year)), y=_HEIGHT - 8, text_anchor="middle",
                class_="tick")
        for year in years[:: 1 + len(years) // 12]
    ]  # fmt: skip
    places = _apart([y(points[-1][1]) for points in series.values()])
    for n, (name, points) in enumerate(series.items(), 1):
        at = [(x(period), y(value)) for period, value in points]
        d = f"M{plain(at[0][0])} {plain(at[0][1])}"
        for right, down in at[1:]:
            d += f"H{plain(right)}V{plain(down)}" if steps else f"L{plain(right)} {plain(down)}"
        if steps:
            d += f"H{_WIDTH - _RIGHT}"
        dots = [
            element("circle", element("title", f"{name}, {day(period)}: {number(value)}"),
                    cx=at[i][0], cy=at[i][1], r=4, class_=f"s{n}")
            for i, (period, value) in enumerate(points)
        ]  # fmt: skip
        parts += [
            element("path", d=d, class_=f"line l{n}"), *dots,
            element("text", shortened(name, _LONGEST), x=_WIDTH - _RIGHT + 10,
                    y=places[n - 1] + 4, class_="name"),
        ]  # fmt: skip
    return parts


def _apart(places: Sequence[float], gap: float = 15) -> list[float]:
    """Return the places moved down until none lies less than *gap* below another."""
    found = list(places)
    order = sorted(range(len(found)), key=lambda n: found[n])
    for above, below in pairwise(order):
        found[below] = max(found[below], found[above] + gap)
    over = max(found) - (_HEIGHT - _BOTTOM)
    return [place - over if over > 0 else place for place in found]
