"""The day that a page shows the graph as of, and the page's links and forms that keep it."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from hauberk.graph.store import Snapshot
from hauberk.queries.web.frames import Limits, Reply

Operation = Callable[[Snapshot, Mapping[str, Any], Limits], Reply]

_LINK: Final = re.compile(
    r'\bhref="(/(?!static/|data/|dataset|catalogue|openapi|\.well-known|/)[^"#]*)(#[^"]*)?"'
)
"""A link to a page of ours that can show a past day."""
_FORM: Final = re.compile(r"(<form\b[^>]*>)(.*?</form>)", re.DOTALL)
_NAMES: Final = {"text": "q"}
"""Arguments of an operation that have another name in the address."""
_FIELDS: Final = frozenset(
    {"text", "kind", "role", "list", "a", "b", "from", "to", "measure", "currency", "states",
     "sort", "standing", "query", "example"}
)  # fmt: skip
"""Arguments that are fields of a page's address and hold on any other day."""


@dataclass(frozen=True)
class Shown:
    """What a page is made of: the snapshot, and what the operation was asked."""

    snapshot: Snapshot
    given: Mapping[str, Any]

    @property
    def day(self) -> str:
        """The past day that the page shows; empty for today."""
        return self.snapshot.day or ""

    @property
    def since(self) -> str:
        """The past day since which today's page marks what is new; empty for none."""
        return self.given.get("since") or ""

    @property
    def fields(self) -> dict[str, str]:
        """The fields of the page's address that hold on any other day."""
        found = {
            _NAMES.get(name, name): value
            for name, value in self.given.items()
            if name in _FIELDS and isinstance(value, str) and value
        }
        parameters = self.given.get("parameters") or {}
        found |= {name.replace("_", "-"): value for name, value in parameters.items() if value}
        if parameters or self.given.get("run"):
            found["run"] = "1"
        return found


_shown: ContextVar[Shown | None] = ContextVar("shown", default=None)


def shown() -> Shown | None:
    """Return what the page that is being made is made of; None outside an operation."""
    return _shown.get()


@contextmanager
def showing(snapshot: Snapshot, given: Mapping[str, Any]) -> Iterator[None]:
    """Make pages of this snapshot meanwhile."""
    before = _shown.set(Shown(snapshot, given))
    try:
        yield
    finally:
        _shown.reset(before)


def dated(operation: Operation) -> Operation:
    """Return the operation, whose pages know the day they show."""

    def asked(snapshot: Snapshot, given: Mapping[str, Any], limits: Limits) -> Reply:
        with showing(snapshot, given):
            return operation(snapshot, given, limits)

    return asked


def keeping_day(page: str) -> str:
    """Return a page with the day it shows in its links and forms, where it shows a past one."""
    at = _shown.get()
    if at is None or not at.day:
        return page
    day = escape(at.day)

    def linked(match: re.Match[str]) -> str:
        address, fragment = match[1], match[2] or ""
        if "as-of=" in address or "/parameters/" in address:
            return match[0]
        joint = "&amp;" if "?" in address else "?"
        return f'href="{address}{joint}as-of={day}{fragment}"'

    def filled(match: re.Match[str]) -> str:
        if 'name="as-of"' in match[2]:
            return match[0]
        return f'{match[1]}<input type="hidden" name="as-of" value="{day}">{match[2]}'

    return _FORM.sub(filled, _LINK.sub(linked, page))
