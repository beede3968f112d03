"""The panel of a cooperation model: the states it has spread to, in the order of time."""

from collections import Counter
from typing import Any

import msgspec
from pyoxigraph import NamedNode

from hauberk.graph.store import Snapshot
from hauberk.ontology.names import key
from hauberk.queries.web.explorer.book import pages_about
from hauberk.queries.web.explorer.figures import lines, state_map
from hauberk.queries.web.explorer.panels.lines import Line, Telling
from hauberk.queries.web.explorer.tie import Tie
from hauberk.queries.web.explorer.values import Piece
from hauberk.queries.web.explorer.voices import Voices
from hauberk.queries.web.pages import text


class Arrival(msgspec.Struct, frozen=True):
    """A tie that follows the model, and the states that do so with it for the first time."""

    line: Line
    new: list[Piece]


def of_model(snapshot: Snapshot, node: NamedNode) -> dict[str, Any] | None:
    """Return what the reader of a model asks first; None where no accepted tie follows it."""
    name = key(node) or ""
    book = pages_about(snapshot, node)
    followers = [tie for tie in book.ties.values() if name in tie.follows]
    if not followers:
        return None
    followers.sort(key=lambda tie: (tie.began or "9", tie.id))
    telling = Telling(book, Voices(snapshot))
    states = Counter(state for tie in followers for state in tie.states)
    return {
        "id": name,
        "followers": len(followers),
        "states": len(states),
        "map": state_map(
            states,
            title=text("States with ties that follow the model"),
            unit=text("ties"),
        ),
        "spread": lines(
            {text("states"): _so_far(followers)},
            title=text("States that the model has reached"),
            unit=text("states"),
            steps=True,
        ),
        "arrivals": _arrivals(followers, telling),
    }


def _arrivals(followers: list[Tie], telling: Telling) -> list[Arrival]:
    seen: set[str] = set()
    found = []
    for tie in followers:
        new = [state for state in tie.states if state not in seen]
        seen.update(new)
        line = telling.line(tie, [each for each in tie.agents() if each[:6] != "state/"])
        found.append(Arrival(line, [telling.piece(f"state/{each}") for each in new]))
    return found


def _so_far(followers: list[Tie]) -> list[tuple[str, float]]:
    """Return how many states it had reached by each day of a follower; those undated left out."""
    seen: set[str] = set()
    found: dict[str, float] = {}
    for tie in followers:
        if tie.began:
            seen.update(tie.states)
            found[tie.began] = len(seen)
    return list(found.items())
