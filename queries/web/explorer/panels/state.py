"""The panel of a state: its partners, its money, the work on its soil, its firms abroad."""

from collections import Counter
from typing import Any, Final

from markupsafe import Markup
from pyoxigraph import NamedNode

from hauberk.graph.store import Snapshot
from hauberk.ontology.names import key
from hauberk.queries.web.explorer.book import Book, newest, pages_about
from hauberk.queries.web.explorer.figures import state_map
from hauberk.queries.web.explorer.panels.lines import Telling, makers, points, workplaces
from hauberk.queries.web.explorer.panels.money import money
from hauberk.queries.web.explorer.tie import Tie
from hauberk.queries.web.explorer.voices import Voices
from hauberk.queries.web.pages import text

_FIRMS: Final = 10


def of_state(snapshot: Snapshot, node: NamedNode) -> dict[str, Any] | None:
    """Return what the reader of a state asks first; None where it has no tie."""
    letters = (key(node) or "").removeprefix("state/")
    book = pages_about(snapshot, node)
    ties = newest(book.of_state[letters])
    if not ties:
        return None
    telling = Telling(book, Voices(snapshot))
    here = [tie for tie in ties if _is_made(tie, book, letters)]
    abroad = [tie for tie in ties if _makers_abroad(tie, book, letters)]
    firms = Counter(
        agent
        for tie in ties
        for agent in tie.agents()
        if book.seat(agent) == letters and agent.startswith("firm/")
    )
    return {
        "letters": letters,
        "name": telling.state(letters),
        "ties": len(ties),
        "map": _map(ties, letters, telling),
        "money": money(book, letters),
        "here": telling.listing(here, makers, lambda tie: _places(tie, book, letters)),
        "abroad": telling.listing(
            abroad,
            lambda tie: _makers_abroad(tie, book, letters),
            lambda tie: _states(tie, book, letters, telling),
        ),
        "firms": telling.counted(firms, _FIRMS),
        "all_firms": len(firms),
    }


def _map(ties: list[Tie], letters: str, telling: Telling) -> Markup:
    partners = Counter(other for tie in ties for other in tie.states if other != letters)
    return state_map(
        partners,
        title=text("States with ties in common with %(state)s", state=telling.state(letters)),
        unit=text("ties"),
        points=points(ties, telling, letters),
        focus=letters,
    )


def _is_made(tie: Tie, book: Book, letters: str) -> bool:
    """Tell whether something is made in a state: at a site there, or by a maker that is hosted."""
    at_site = any(site.state == letters for site in tie.sites)
    return at_site or bool(makers(tie) and letters in workplaces(tie, book))


def _makers_abroad(tie: Tie, book: Book, letters: str) -> list[str]:
    """Return the makers of a state under a tie whose work is done in another."""
    if not set(workplaces(tie, book)) - {letters}:
        return []
    return [each for each in makers(tie) if book.seat(each) == letters]


def _places(tie: Tie, book: Book, letters: str) -> str:
    return ", ".join(workplaces(tie, book)[letters])


def _states(tie: Tie, book: Book, letters: str, telling: Telling) -> str:
    found = sorted(set(workplaces(tie, book)) - {letters})
    return ", ".join(telling.state(each) for each in found)
