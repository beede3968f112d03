"""Pages of a long list: which rows one shows, and the addresses of the others."""

from collections.abc import Callable
from typing import Final

import msgspec

from hauberk.queries.web.problems import bad_request

SIZE: Final = 25
"""Rows of a page."""
_MOST_DIGITS: Final = 6


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a list of *total* rows."""

    number: int
    count: int
    total: int
    start: int
    end: int
    links: dict[str, str]
    """Addresses of the first, previous, next and last page, those that there are."""


def paged(total: int, asked: object, size: int | None, link: Callable[[int], str]) -> Page:
    """Return the page that is *asked* for, the first one where none is.

    *link* gives the address of a page by its number. *size* None puts all on one page. Raises the
    problem of a bad request for what is no number of a page.
    """
    given = str(asked or "1")
    if not given.isascii() or not given.isdigit() or len(given) > _MOST_DIGITS or given == "0":
        raise bad_request("page: give the number of a page, from 1 on")
    length = size or max(total, 1)
    count = max(1, -(-total // length))
    number = min(int(given), count)

    links: dict[str, str] = {}
    if number > 1:
        links |= {"first": link(1), "previous": link(number - 1)}
    if number < count:
        links |= {"next": link(number + 1), "last": link(count)}
    start = (number - 1) * length
    return Page(
        number=number, count=count, total=total, start=start, end=min(start + length, total),
        links=links,
    )  # fmt: skip
