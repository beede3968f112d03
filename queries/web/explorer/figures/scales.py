"""Scales: round numbers for axes, and classes of values for shading."""

import math
from collections.abc import Collection
from typing import Final

CLASSES: Final = 5


def rounded_up(value: float) -> float:
    """Return the next round number, of 1, 2 or 5 times a power of ten; 1 for less than that."""
    if value <= 1:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(power * each for each in (1, 2, 5, 10) if power * each >= value)


def ticks(most: float) -> list[float]:
    """Return the marks of an axis from 0 to *most*, a round number."""
    lead = most / 10 ** math.floor(math.log10(most)) if most else 1
    steps = 4 if round(lead) in {2, 4, 8} else 5
    step = most / steps
    if most >= 1 and step < 1:
        return [float(each) for each in range(int(most) + 1)]
    return [step * each for each in range(steps + 1)]


def bounds(values: Collection[float]) -> list[float]:
    """Return the lower bounds of at most five classes that hold about as many values each.

    With five different values or fewer, each has a class of its own; else the bounds above the
    lowest are round numbers.
    """
    ordered = sorted(values)
    different = sorted(set(ordered))
    if len(different) <= CLASSES:
        return different
    found = [different[0]]
    for n in range(1, CLASSES):
        bound = _round(ordered[len(ordered) * n // CLASSES])
        if bound > found[-1] and any(value >= bound for value in ordered):
            found.append(bound)
    return found


def class_of(value: float, lower: list[float]) -> int:
    """Return the number of a value's class, from 1; classes are spread over the five."""
    held = sum(value >= each for each in lower)
    if len(lower) <= 1:
        return CLASSES
    return 1 + round((max(held, 1) - 1) * (CLASSES - 1) / (len(lower) - 1))


def _round(value: float) -> float:
    """Return a number of one or two digits near *value*, and zeros."""
    if value <= 0:
        return 0.0
    power = 10.0 ** (math.floor(math.log10(value)) - (1 if value >= 20 else 0))  # noqa: PLR2004
    step = power * 5 if value >= 20 and value / power >= 30 else power  # noqa: PLR2004
    return round(value / step) * step


def years_of(period: str) -> float:
    """Return when a day, month or year begins, as a year with its part that has passed."""
    year, month, date = (int(each) if each else 1 for each in (period[:4], period[5:7], period[8:]))
    return year + (month - 1) / 12 + (date - 1) / 372
