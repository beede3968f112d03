"""Lines of panels: ties with who does what where, parties with what they have in common."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec
from pyoxigraph import NamedNode

from hauberk.ontology.names import CODE, ID
from hauberk.queries.web.explorer.book import Book
from hauberk.queries.web.explorer.figures import Point
from hauberk.queries.web.explorer.tie import Tie
from hauberk.queries.web.explorer.values import Piece
from hauberk.queries.web.explorer.voices import Voices
from hauberk.queries.web.pages import text

SHOWN: Final = 10
"""Lines of a list in a panel; more are counted, and a question has them all."""
_NAMED: Final = 3
_BY_ROLE: Final = frozenset({"licensor", "producer"})
_BY_KIND: Final = frozenset({"co-production", "joint-venture", "licensed-production", "subsidiary"})
_IN_KIND: Final = frozenset({"lead", "owner", "partner"})


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A tie, who of it is meant, and where; `more` counts parties that are not named."""

    tie: Piece
    who: list[Piece]
    more: int = 0
    where: str = ""
    kind: str = ""
    status: str = ""
    began: str = ""


class Listing(msgspec.Struct, frozen=True):
    """How many lines there are, and the first of them."""

    total: int
    lines: list[Line]

    @property
    def left(self) -> int:
        """How many are not shown."""
        return self.total - len(self.lines)


class Telling:
    """Puts what a book has into words."""

    def __init__(self, book: Book, voices: Voices) -> None:
        self.book = book
        self.voices = voices

    def piece(self, name: str) -> Piece:
        """Return a dossier's label and address by its id."""
        return Piece(self.voices.label(NamedNode(ID + name)), f"/id/{name}")

    def code(self, scheme: str, code: str) -> str:
        """Return what a code is called; empty for none."""
        return self.voices.label(NamedNode(f"{CODE}{scheme}/{code}")) if code else ""

    def state(self, letters: str) -> str:
        """Return a state's name by its two letters."""
        return self.voices.label(NamedNode(f"{ID}state/{letters}")) if letters else ""

    def line(self, tie: Tie, who: Sequence[str], where: str = "") -> Line:
        """Return a tie's line with the parties that are meant."""
        return Line(
            tie=self.piece(tie.id),
            who=[self.piece(each) for each in who[:_NAMED]],
            more=max(0, len(who) - _NAMED),
            where=where,
            kind=self.code("agreement-kind", tie.kind),
            status=self.code("status", tie.status),
            began=tie.began,
        )

    def listing(
        self, ties: Sequence[Tie], who: Callable[[Tie], Sequence[str]],
        where: Callable[[Tie], str] = lambda tie: "",
    ) -> Listing:  # fmt: skip
        """Return the lines of the first ties, and how many there are."""
        return Listing(len(ties), [self.line(tie, who(tie), where(tie)) for tie in ties[:SHOWN]])

    def counted(self, counts: Counter[str], most: int) -> list[tuple[Piece, int]]:
        """Return parties by how often they are counted, the first *most* of them."""
        ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:most]
        return [(self.piece(name), count) for name, count in ranked]


def makers(tie: Tie) -> list[str]:
    """Return who makes things under a tie, as the question foreign-production has it."""
    roles = _BY_ROLE | (_IN_KIND if tie.kind in _BY_KIND else frozenset())
    return tie.agents(*roles)


def workplaces(tie: Tie, book: Book) -> dict[str, list[str]]:
    """Return the states where work is done, at a site or where a host is, and the places known."""
    found: dict[str, list[str]] = {}
    for site in tie.sites:
        places = found.setdefault(site.state, [])
        if site.place and site.place not in places:
            places.append(site.place)
    for host in tie.agents("host"):
        if seat := book.seat(host):
            found.setdefault(seat, [])
    return found


def points(ties: Iterable[Tie], telling: Telling, state: str = "") -> list[Point]:
    """Return the sites of ties that lie at a known place, each place once, with its ties."""
    found: dict[tuple[float, float], tuple[str, dict[str, None]]] = {}
    for tie in ties:
        for site in tie.sites:
            if site.at and (not state or site.state == state):
                found.setdefault(site.at, (site.place, {}))[1][tie.id] = None
    return [
        Point(*at, _described(place, list(names), telling), f"/id/{next(iter(names))}")
        for at, (place, names) in sorted(found.items())
    ]


def _described(place: str, names: Sequence[str], telling: Telling) -> str:
    first = telling.piece(names[0]).words
    if len(names) == 1:
        return f"{place}: {first}"
    return text("%(place)s: %(first)s and %(count)s more", place=place, first=first,
                count=len(names) - 1)  # fmt: skip
