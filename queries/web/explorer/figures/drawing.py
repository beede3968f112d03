"""Drawing: SVG elements with everything escaped, and the frame that every figure stands in.

Figures are drawn by this small code and not by Altair with vl-convert, which was tried first
(Altair 6.3, vl-convert 1.9, one chart of 300 rows): it starts a JavaScript runtime that needs a
socket pair, which a worker's barrier refuses, so that it ends with a panic; outside the barrier
its first chart took 1.3 s and each later one 0.27 to 0.4 s, where a page has 0.15 s in all; it
adds 100 MB to each worker's memory and 100 MB to the installation. It also writes colours into
the drawing, where classes let one drawing serve light, dark and print.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Final

from markupsafe import Markup, escape

from hauberk.queries.web.texts import texts

NOTHING: Final = Markup("")
_EMPTY: Final = Markup("<td></td>")
MOST_ROWS: Final = 250
"""Rows of a figure's table."""


def element(name: str, *inside: object, **attributes: object) -> Markup:
    """Return an element; `_` in a name of an attribute stands for `-`, one at its end for none.

    Attributes that are None are left out. What is no Markup is escaped.

    >>> element("text", "a < b", x=1, class_="axis")
    Markup('<text x="1" class="axis">a &lt; b</text>')
    """
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(plain(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    held = joined(inside)
    return Markup(f"<{name}{told}>{held}</{name}>" if held else f"<{name}{told}/>")  # noqa: S704


def joined(parts: Iterable[object]) -> Markup:
    """Return the parts one after another, each escaped unless it is Markup."""
    return NOTHING.join(escape(part) for part in parts)


def plain(value: object) -> str:
    """Return a coordinate with one decimal at most, anything else as its text."""
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def link(target: str | None, inside: Markup, label: str = "") -> Markup:
    """Return *inside* as a link for the mouse; the figure's table holds it for the keyboard."""
    if not target:
        return inside
    title = element("title", label) if label else NOTHING
    return element("a", title, inside, href=target, tabindex="-1")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], numbers: int = 1) -> Markup:
    """Return the table of a figure's data: its first column names the row.

    The columns from the one numbered *numbers* on are numbers; a cell of Markup may be a link.
    A table has MOST_ROWS rows at most and says how many more there are.
    """
    held = list(rows)
    left = len(held) - MOST_ROWS
    caption = texts("%(count)s more row is not shown here.",
                    "%(count)s more rows are not shown here.", left)  # fmt: skip
    head = (
        element("th", each, scope="col", class_="number" if n >= numbers else None)
        for n, each in enumerate(columns)
    )
    body = (
        element("tr", *(_cell(n, each, numbers) for n, each in enumerate(row)))
        for row in held[:MOST_ROWS]
    )
    return element(
        "table",
        element("caption", caption) if left > 0 else NOTHING,
        element("thead", element("tr", *head)),
        element("tbody", *body),
        data_sortable="",
    )


def _cell(n: int, value: object, numbers: int) -> Markup:
    if n == 0:
        return Markup('<th scope="row">{}</th>').format(value)
    if value is None:
        return _EMPTY
    number = ' class="number"' if n >= numbers else ""
    return Markup("<td" + number + ">{}</td>").format(value)  # noqa: S704


def figure(  # noqa: PLR0913
    kind: str,
    title: str,
    drawing: Iterable[Markup],
    *,
    size: tuple[float, float],
    told: str,
    data: Markup,
    summary: str,
    below: Markup = NOTHING,
    linked: bool = False,
) -> Markup:
    """Return the whole figure: its title, the drawing, what is below it and its data.

    *told* is what the drawing tells, for who does not see it. Drawings with links are a group of
    things and not one image, so that their links stay within reach. Titles in one page differ.
    """
    name = "f" + blake2b(f"{kind} {title}".encode(), digest_size=5).hexdigest()
    width, height = size
    svg = element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", told, id=f"{name}-desc"),
        *drawing,
        viewBox=f"0 0 {plain(float(width))} {plain(float(height))}",
        class_="drawing",
        role="group" if linked else "img",
        aria_labelledby=f"{name}-title {name}-desc",
    )
    return element(
        "figure",
        element("figcaption", title),
        element("div", svg, class_="canvas", tabindex="0", role="group", aria_label=title),
        below,
        element("details", element("summary", summary), _scrolled(data, summary)),
        class_=f"figure {kind}",
    )


def _scrolled(data: Markup, label: str) -> Markup:
    """Return data in a box that scrolls, by the keyboard too."""
    return element("div", data, class_="scroll", tabindex="0", role="group", aria_label=label)


def keys(entries: Iterable[tuple[str | Markup, str]], unit: str = "") -> Markup:
    """Return the legend: the unit, then marks with what they stand for.

    A mark is a class for a swatch, or a drawing of its own in a square of 14 by 14.
    """
    items = [element("li", _key(mark), element("span", label)) for mark, label in entries]
    return element("ul", element("li", unit) if unit else NOTHING, *items, class_="keys")


def _key(mark: str | Markup) -> Markup:
    if not isinstance(mark, Markup):
        mark = element("rect", x=0, y=0, width=14, height=14, class_=mark)
    return element("svg", mark, viewBox="0 0 14 14", class_="key", aria_hidden="true")
