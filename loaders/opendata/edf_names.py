"""Changes of name, seen where records of different days name one organisation differently."""

from collections.abc import Iterator, Sequence
from itertools import pairwise


def folded(name: str) -> str:
    """Return a name without what is no change of name: capitals, and how many blanks."""
    return " ".join(name.casefold().split())


def changes(seen: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str, str, str]]:
    """Yield former and new name, the last day of the one and the first day of the other.

    What is *seen* are names, each with a day on which it was in use. Names that were in use on
    the same days do not follow each other.
    """
    spans: dict[str, tuple[str, str, str]] = {}
    for name, when in seen:
        first, last, known = spans.get(folded(name), (when, when, name))
        spans[folded(name)] = min(first, when), max(last, when), min(known, name)
    ordered = sorted(spans.values())
    for (_, before, former), (after, _, new) in pairwise(ordered):
        if before < after:
            yield former, new, before, after
