"""Spans: from when until when each of several things lasted, as bars on one scale of years."""

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from hauberk.queries.web.explorer.figures.bars import shortened
from hauberk.queries.web.explorer.figures.drawing import (
    NOTHING,
    element,
    figure,
    joined,
    plain,
    table,
)
from hauberk.queries.web.explorer.figures.scales import years_of
from hauberk.queries.web.texts import day, number, text, texts

_WIDTH: Final = 720
_NAMES: Final = 230
_ROW: Final = 24
_MOST: Final = 25
_LONGEST: Final = 34


def spans(
    rows: Sequence[tuple[str, str, str]], *, title: str, known: str = "", most: int = _MOST
) -> Markup:
    """Return a bar for each row of label, first and last period, in the order of their beginnings.

    A bar without a last period is open: it ends in a point, at the day *known* until which there
    is word of it. What has no first period begins at the drawing's edge, paler. The first *most*
    are drawn, the table has all. Empty without dates.
    """
    dated = [each for row in rows for each in row[1:] if each]
    if not dated:
        return NOTHING
    ordered = sorted(rows, key=lambda row: (row[1] or "0", row[0], row[2]))
    drawn = ordered[:most]
    start, end = min(map(years_of, dated)), max(map(years_of, [*dated, known or dated[0]]))
    end = max(end, start + 1)
    foot = len(drawn) * _ROW + 8

    def x(time: float) -> float:
        return _NAMES + (time - start) / (end - start) * (_WIDTH - _NAMES - 14)

    years = range(int(start) + 1, int(end) + 1)
    parts = [
        joined((
            element("path", d=f"M{plain(x(year))} 0V{foot}", class_="grid"),
            element("text", str(year), x=x(year), y=foot + 14, text_anchor="middle", class_="tick"),
        ))
        for year in years[:: 1 + len(years) // 10]
    ]  # fmt: skip
    parts += [
        _bar(n, row, *(x(years_of(each) if each else at)
                       for each, at in zip(row[1:], (start, end), strict=True)))
        for n, row in enumerate(drawn)
    ]  # fmt: skip
    left = len(ordered) - len(drawn)
    since = all(row[1] for row in drawn)
    until = all(row[2] for row in drawn)
    notes = [
        "" if since else text("A paler bar: its beginning is not known."),
        "" if until else text("A bar with a point: no end is known."),
        texts("%(count)s more stands in the table.", "%(count)s more stand in the table.", left)
        if left else "",
    ]  # fmt: skip
    said = " ".join(filter(None, notes))
    below = element("p", said, class_="left") if said else NOTHING
    return figure(
        "spans", title, parts, size=(_WIDTH, foot + 20), below=below,
        data=table((text("Who"), text("From"), text("Until")),
                   ((name, day(since), day(until)) for name, since, until in ordered)),
        summary=text("The data as a table"),
        told=text("Spans of %(count)s from %(first)s to %(last)s.", count=number(len(rows)),
                  first=day(min(dated)), last=day(max(dated))),
    )  # fmt: skip


def _bar(n: int, row: tuple[str, str, str], left: float, right: float) -> Markup:
    name, since, until = row
    top, bottom = n * _ROW + 4, n * _ROW + _ROW - 4
    right = max(right, left + 6)
    tip = "" if until else f"L{plain(right + 8)} {plain((top + bottom) / 2)}"
    d = f"M{plain(left)} {top}H{plain(right)}{tip}L{plain(right)} {bottom}H{plain(left)}z"
    told = f"{name}: {day(since) if since else '?'} \u2013 {day(until)}"
    return joined((
        element("text", shortened(name, _LONGEST), x=_NAMES - 8, y=top + 13, class_="name",
                text_anchor="end"),
        element("path", element("title", told), d=d, class_="s1" if since else "s1 pale"),
    ))  # fmt: skip
