"""Timeline: how much of what kind happened in each month, as bars stacked by kind."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from markupsafe import Markup

from hauberk.queries.web.explorer.figures.drawing import (
    NOTHING,
    element,
    figure,
    joined,
    keys,
    plain,
    table,
)
from hauberk.queries.web.explorer.figures.scales import rounded_up, ticks
from hauberk.queries.web.texts import day, number, text, texts

_WIDTH: Final = 960
_HEIGHT: Final = 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 8, 10, 26
_SERIES: Final = 6
_YEARS: Final = 15
_SLOTS: Final = 13
"""Places of a year: one for each month, then one for what is known by its year alone."""

Tallies = Mapping[str, Counter[str]]


def timeline(
    rows: Iterable[tuple[str, str, float]],
    *,
    title: str,
    unit: str = "",
    years: int = _YEARS,
) -> Markup:
    """Return bars by month, each a stack of kinds, from rows of period, kind and value.

    A period is a day, a month or a year as YYYY-MM-DD, YYYY-MM or YYYY; what is known by its year
    alone has a place of its own after December. The last *years* years are drawn; what is earlier
    stands in the table, and so do all kinds where the drawing has the most frequent six and the
    rest as one. The figure is empty where there are no rows.
    """
    held: defaultdict[str, Counter[str]] = defaultdict(Counter)
    totals: Counter[str] = Counter()
    for period, kind, value in rows:
        held[period[:7]][kind] += value  # type: ignore[assignment]
        totals[kind] += value  # type: ignore[assignment]
    if not held:
        return NOTHING
    kinds = [kind for kind, _ in sorted(totals.items(), key=lambda each: (-each[1], each[0]))]
    last = int(max(held)[:4])
    first = max(int(min(held)[:4]), last - years + 1)
    drawn = {period: tally for period, tally in held.items() if int(period[:4]) >= first}
    earlier = sum(sum(held[period].values()) for period in held if int(period[:4]) < first)
    shown = kinds if len(kinds) <= _SERIES + 1 else kinds[:_SERIES]
    rest = text("other kinds")
    legend = [(f"s{n}", kind) for n, kind in enumerate(shown, 1)]
    if len(shown) < len(kinds):
        legend.append((f"s{_SERIES + 1}", rest))
    before = texts("%(count)s before %(year)s stands in the table.",
                   "%(count)s before %(year)s stand in the table.",
                   int(earlier), year=first)  # fmt: skip
    yearly = text("A paler bar after December holds what is known by its year alone.")
    notes = [yearly] if any(len(period) == 4 for period in drawn) else []  # noqa: PLR2004
    notes += [before] if earlier else []
    return figure(
        "timeline", title, _drawn(drawn, shown, (first, last)), size=(_WIDTH, _HEIGHT),
        below=joined((keys(legend), element("p", " ".join(notes), class_="left"))),
        data=table(
            (text("When"), text("All"), *kinds),
            ((day(period), number(sum(held[period].values())),
              *(number(held[period][kind]) if held[period][kind] else None for kind in kinds))
             for period in sorted(held, reverse=True)),
        ),
        summary=text("The data as a table"),
        told=_told(held, totals, unit),
    )  # fmt: skip


def _drawn(held: Tallies, shown: Sequence[str], years: tuple[int, int]) -> list[Markup]:
    first, last = years
    step = (_WIDTH - _LEFT - _RIGHT) / ((last - first + 1) * _SLOTS)
    most = rounded_up(max((sum(tally.values()) for tally in held.values()), default=1))
    room = _HEIGHT - _TOP - _BOTTOM
    base = _HEIGHT - _BOTTOM
    paths: defaultdict[str, list[str]] = defaultdict(list)
    hints = []
    for period in sorted(held):
        tally, month = held[period], int(period[5:7] or _SLOTS)
        x = _LEFT + step * ((int(period[:4]) - first) * _SLOTS + month - 1)
        y, pale = float(base), " pale" if month == _SLOTS else ""
        for n, value in enumerate(_stack(tally, shown), 1):
            if value:
                high = room * value / most
                paths[f"s{n}{pale}"].append(
                    f"M{plain(x)} {plain(y)}v{plain(-high)}h{plain(step * 0.86)}v{plain(high)}z"
                )
                y -= high
        told = "; ".join(f"{kind} {number(value)}" for kind, value in tally.most_common())
        title = element("title", f"{day(period)}: {told}")
        hints.append(element("rect", title, x=x, y=_TOP, width=step, height=room, class_="hint"))
    lines = [
        joined((
            element("path", d=f"M{_LEFT} {plain(base - room * each / most)}H{_WIDTH - _RIGHT}",
                    class_="grid"),
            element("text", number(each), x=_LEFT - 6, y=base - room * each / most + 4,
                    text_anchor="end", class_="tick"),
        ))
        for each in ticks(most)
    ]  # fmt: skip
    every = 1 + (last - first) // 20
    names = [
        element("text", str(year), x=_LEFT + step * _SLOTS * (year - first + 0.5),
                y=_HEIGHT - 8, text_anchor="middle", class_="tick")
        for year in range(first, last + 1, every)
    ]  # fmt: skip
    stacks = [element("path", d="".join(d), class_=of) for of, d in sorted(paths.items())]
    return [*lines, *stacks, *names, *hints]


def _stack(tally: Counter[str], shown: Sequence[str]) -> list[float]:
    """Return the values of the kinds shown, and of all the others together at the end."""
    values = [float(tally[kind]) for kind in shown]
    return [*values, sum(tally.values()) - sum(values)]


def _told(held: Tallies, totals: Counter[str], unit: str) -> str:
    most = max(sorted(held), key=lambda period: sum(held[period].values()))
    return text(
        "Bars by month from %(first)s to %(last)s, %(unit)s, stacked by kind. Most in %(most)s. "
        "Most frequent: %(kinds)s.",
        first=day(min(held)), last=day(max(held)), most=day(most), unit=unit,
        kinds=", ".join(f"{kind} {number(value)}" for kind, value in totals.most_common(3)),
    )  # fmt: skip
