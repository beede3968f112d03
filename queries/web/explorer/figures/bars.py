"""Bars: one value each of several things, longest first or in the order given."""

from collections.abc import Callable, Sequence
from typing import Final

from markupsafe import Markup

from hauberk.queries.web.explorer.figures.drawing import (
    NOTHING,
    element,
    figure,
    joined,
    link,
    table,
)
from hauberk.queries.web.texts import number, text, texts

_WIDTH: Final = 600
_NAMES: Final = 240
_ROW: Final = 26
_MOST: Final = 25
_LONGEST: Final = 33


def bars(
    rows: Sequence[tuple[str, float]],
    *,
    title: str,
    unit: str = "",
    href: Callable[[str], str | None] | None = None,
    most: int = _MOST,
) -> Markup:
    """Return a bar for each row of label and value; the figure is empty where there are no rows.

    Bars beyond *most* are counted below the drawing and stand in the table with the rest. *href*
    gives a label's address. Values are not negative.
    """
    if not rows:
        return NOTHING
    drawn, longest = rows[:most], max(value for _, value in rows) or 1
    linked = href is not None and any(href(label) for label, _ in drawn)
    parts = [
        _bar(n, label, value, longest, href(label) if href else None)
        for n, (label, value) in enumerate(drawn)
    ]
    left = len(rows) - len(drawn)
    below = (
        element("p", texts("%(count)s more stands in the table.",
                           "%(count)s more stand in the table.", left), class_="left")
        if left else NOTHING
    )  # fmt: skip
    data = table(
        (text("What"), unit or text("Value")),
        ((_named(label, href), number(value)) for label, value in rows),
    )
    return figure(
        "bars", title, parts, size=(_WIDTH, len(drawn) * _ROW + 4), data=data, below=below,
        summary=text("The data as a table"), linked=linked,
        told=_told(rows, unit),
    )  # fmt: skip


def _bar(n: int, label: str, value: float, longest: float, target: str | None) -> Markup:
    top = n * _ROW + 4
    room = _WIDTH - _NAMES - 90
    long = max(2.0, room * value / longest) if value else 0.0
    return link(
        target,
        joined((
            element("text", shortened(label, _LONGEST), x=_NAMES - 8, y=top + 15,
                    class_="name", text_anchor="end"),
            element("rect", element("title", f"{label}: {number(value)}"), x=_NAMES, y=top,
                    width=long, height=_ROW - 6, class_="s1"),
            element("text", number(value), x=_NAMES + long + 6, y=top + 15, class_="value"),
        )),
    )  # fmt: skip


def _told(rows: Sequence[tuple[str, float]], unit: str) -> str:
    first = "; ".join(f"{label} {number(value)}" for label, value in rows[:3])
    return text("Bars of %(count)s things, %(unit)s. %(first)s.", count=number(len(rows)),
                unit=unit or text("Value"), first=first)  # fmt: skip


def _named(label: str, href: Callable[[str], str | None] | None) -> str | Markup:
    target = href(label) if href else None
    return element("a", label, href=target) if target else label


def shortened(label: str, most: int) -> str:
    """Return a label of *most* characters at most; an ellipsis stands for what is left out."""
    return label if len(label) <= most else label[: most - 1].rstrip() + "…"
