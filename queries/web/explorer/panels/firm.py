"""The panel of a firm or body: its partners, owners, holdings, programmes, and sites on a map."""

from collections import Counter
from typing import Any, Final

import msgspec
from markupsafe import Markup
from pyoxigraph import NamedNode

from hauberk.graph.claims import CURRENT
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import HBK, key
from hauberk.queries.web.explorer.book import newest, pages_about
from hauberk.queries.web.explorer.figures import bars, state_map
from hauberk.queries.web.explorer.panels.lines import Telling, points
from hauberk.queries.web.explorer.tie import Part, Tie
from hauberk.queries.web.explorer.values import Piece
from hauberk.queries.web.explorer.voices import Voices
from hauberk.queries.web.pages import text

_PARTNERS: Final = 12
_STAKES: Final = 20
"""Owners or holdings that are listed; more are counted."""
_OWNERS: Final = ("owner", "buyer-of-stake")


class Stake(msgspec.Struct, frozen=True, kw_only=True):
    """Who owns how much of whom, under which tie; without one where it is a parent by entry."""

    party: Piece
    share: str = ""
    tie: Piece | None = None
    status: str = ""
    began: str = ""


def of_firm(snapshot: Snapshot, node: NamedNode) -> dict[str, Any] | None:
    """Return what the reader of a firm asks first; None where it has no tie, owner or holding."""
    name = key(node) or ""
    book = pages_about(snapshot, node)
    ties = newest(book.of_agent[name])
    telling = Telling(book, Voices(snapshot))
    owners = [*_parents(snapshot, node, telling), *_stakes(ties, name, telling, owns=False)]
    holdings = _stakes(ties, name, telling, owns=True)
    if not (ties or owners or holdings):
        return None
    partners = Counter(
        agent for tie in ties for agent in tie.agents()
        if agent != name and not agent.startswith("state/")
    )  # fmt: skip
    programmes = [tie for tie in ties if tie.id.startswith("programme/")]
    return {
        "id": name,
        "kind": name.partition("/")[0],
        "name": telling.piece(name).words,
        "ties": len(ties),
        "partners": _bars(partners, name, telling),
        "all_partners": len(partners),
        "owners": owners[:_STAKES],
        "owners_left": max(0, len(owners) - _STAKES),
        "holdings": holdings[:_STAKES],
        "holdings_left": max(0, len(holdings) - _STAKES),
        "programmes": telling.listing(
            programmes, lambda tie: (), lambda tie: _role(tie, name, telling)
        ),
        "map": _map(ties, telling.piece(name).words, telling),
    }


def _bars(partners: Counter[str], name: str, telling: Telling) -> Markup:
    ranked = sorted(partners.items(), key=lambda each: (-each[1], each[0]))
    pieces = [(telling.piece(each), count) for each, count in ranked]
    addresses = {piece.words: piece.href for piece, _ in pieces}
    return bars(
        [(piece.words, count) for piece, count in pieces],
        title=text("Partners of %(name)s by ties in common", name=telling.piece(name).words),
        unit=text("ties"),
        href=addresses.get,
        most=_PARTNERS,
    )


def _parents(snapshot: Snapshot, node: NamedNode, telling: Telling) -> list[Stake]:
    quads = snapshot.database.quads_for_pattern(node, HBK.parent, None, CURRENT)
    parents = (key(quad.object) for quad in quads if isinstance(quad.object, NamedNode))
    return [Stake(party=telling.piece(each)) for each in sorted(filter(None, parents))]


def _stakes(ties: list[Tie], name: str, telling: Telling, *, owns: bool) -> list[Stake]:
    """Return who owns parts of the firm, or what it owns parts of, by accepted ties."""
    mine, theirs = (_OWNERS, ("owned",)) if owns else (("owned",), _OWNERS)
    found = []
    for tie in ties:
        own = [part for part in tie.parts if part.agent == name and part.role in mine]
        if not own:
            continue
        found += [
            _stake(tie, part, own[0] if owns else part, telling)
            for part in tie.parts
            if part.role in theirs and part.agent != name
        ]
    return found


def _stake(tie: Tie, party: Part, holder: Part, telling: Telling) -> Stake:
    return Stake(
        party=telling.piece(party.agent), share=holder.share, tie=telling.piece(tie.id),
        status=telling.code("status", tie.status), began=tie.began,
    )  # fmt: skip


def _role(tie: Tie, name: str, telling: Telling) -> str:
    roles = dict.fromkeys(part.role for part in tie.parts if part.agent == name)
    return ", ".join(telling.code("role", role) for role in roles)


def _map(ties: list[Tie], name: str, telling: Telling) -> Markup:
    """Return the map of the sites of its ties: shaded by state, dotted where the place is known."""
    states = Counter(state for tie in ties for state in {site.state for site in tie.sites} if state)
    return state_map(
        states,
        title=text("Where the ties of %(name)s are at work", name=name),
        unit=text("ties"),
        points=points(ties, telling),
    )
