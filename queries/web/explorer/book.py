"""The book of ties: every accepted tie with its parties, money, dates and sites, read once.

Pages that look at thousands of ties at a time would ask the engine tens of thousands of questions;
the book asks some twenty, one for each property, and is kept as long as its snapshot.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from pyoxigraph import NamedNode

from hauberk.graph.claims import CURRENT
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import HBK, kind
from hauberk.queries.web.explorer.kept import is_kept, once
from hauberk.queries.web.explorer.rows import GEO, Rows, RowsOfTies
from hauberk.queries.web.explorer.tie import Amount, Part, Site, Tie

_STATE: Final = "state/"
_DATES: Final = (HBK.signed, HBK.started, HBK.announced, HBK.approved)
"""What a tie is dated by: the first of these that is accepted."""
_NAMING: Final = {
    "state": (HBK.involvesState,),
    "programme": (HBK.partOf, HBK.implements),
    "model": (HBK.followsModel,),
}
"""By which properties ties name a dossier of a kind; an agent by its part in them."""
_FEW: Final = 150


class Book:
    """All ties by id, and those of each state and party; `seats` has the parties' states."""

    def __init__(self, ties: Iterable[Tie], seats: Mapping[str, str]) -> None:
        self.ties = {tie.id: tie for tie in ties}
        self.seats = seats
        self.of_state: defaultdict[str, list[Tie]] = defaultdict(list)
        self.of_agent: defaultdict[str, list[Tie]] = defaultdict(list)
        for tie in self.ties.values():
            for state in tie.states:
                self.of_state[state].append(tie)
            for agent in tie.agents():
                self.of_agent[agent].append(tie)

    def seat(self, agent: str) -> str:
        """Return the two letters of a party's state, of a state itself; empty where unknown."""
        return agent.removeprefix(_STATE) if agent.startswith(_STATE) else self.seats.get(agent, "")

    def pairs(self) -> dict[tuple[str, str], int]:
        """Return how many ties each pair of states has in common, the letters sorted."""
        found: defaultdict[tuple[str, str], int] = defaultdict(int)
        for tie in self.ties.values():
            for n, one in enumerate(tie.states):
                for other in tie.states[n + 1 :]:
                    found[one, other] += 1
        return dict(found)


def book(snapshot: Snapshot) -> Book:
    """Return the snapshot's book, the same one each time."""
    return once(snapshot, _whole)


def pages_about(snapshot: Snapshot, node: NamedNode) -> Book:
    """Return a book that has at least the ties of *node*: its own, and those that name it.

    Where they are few, they alone are read, so that nothing waits for the whole.
    """
    if is_kept(snapshot, _whole):
        return book(snapshot)
    found: dict[str, None] = {}
    for predicate in _NAMING.get(kind(node), (HBK.agent,)):
        for quad in snapshot.database.quads_for_pattern(None, predicate, node, CURRENT):
            if isinstance(quad.subject, NamedNode):
                found[quad.subject.value.partition("#")[0]] = None
            if len(found) > _FEW:
                return book(snapshot)
    return _written(RowsOfTies(snapshot, [node.value, *found]))


def newest(ties: Iterable[Tie]) -> list[Tie]:
    """Return ties by the day they began, the latest first, those without one last."""
    return sorted(ties, key=lambda tie: (tie.began, tie.id), reverse=True)


def _whole(snapshot: Snapshot) -> Book:
    return _written(Rows(snapshot))


def _written(rows: Rows) -> Book:
    seats = {agent: state[0].removeprefix(_STATE) for agent, state in rows.ids(HBK.state).items()}
    parts, states = _parts(rows), rows.ids(HBK.involvesState)
    kinds, statuses = rows.codes(HBK.kind), rows.codes(HBK.status)
    began: dict[str, str] = {}
    for predicate in reversed(_DATES):
        began |= {node: values[0] for node, values in rows.texts(predicate).items()}
    amounts, sites = _amounts(rows), _sites(rows)
    follows = rows.ids(HBK.followsModel)
    within = rows.ids(HBK.partOf)
    for node, wider in rows.ids(HBK.implements).items():
        within[node] = [*within.get(node, ()), *wider]
    ties = (
        Tie(
            id=each, kind=kinds.get(each, ""), status=statuses.get(each, ""),
            began=began.get(each, ""), parts=tuple(sorted(parts.get(each, ()), key=_order)),
            states=tuple(sorted({name.removeprefix(_STATE) for name in states.get(each, ())})),
            amounts=tuple(amounts.get(each, ())), sites=tuple(sites.get(each, ())),
            follows=tuple(sorted(follows.get(each, ()))),
            within=tuple(sorted(set(within.get(each, ())))),
        )
        for each in rows.typed(HBK.Tie)
    )  # fmt: skip
    return Book(ties, seats)


def _order(part: Part) -> tuple[str, str, str]:
    return part.agent, part.role, part.since


def _parts(rows: Rows) -> dict[str, list[Part]]:
    roles, instead = rows.codes(HBK.role), rows.ids(HBK.namedInsteadOf)
    shares, since, until = (rows.texts(p) for p in (HBK.share, HBK.since, HBK.until))
    found: defaultdict[str, list[Part]] = defaultdict(list)
    for node, agents in rows.ids(HBK.agent).items():
        for agent in agents:
            if node in roles and agent not in instead.get(node, ()):
                found[node.partition("#")[0]].append(Part(
                    agent, roles[node], _first(shares, node), _first(since, node),
                    _first(until, node),
                ))  # fmt: skip
    return found


def _amounts(rows: Rows) -> dict[str, list[Amount]]:
    numbers, currencies = rows.texts(HBK.amount), rows.words(HBK.currency)
    qualifiers, scopes = rows.codes(HBK.valueQualifier), rows.texts(HBK.scope)
    found: defaultdict[str, list[Amount]] = defaultdict(list)
    for tie, values in rows.ids(HBK.hasValue).items():
        for value in sorted(values):
            number = _number(_first(numbers, value))
            if number is not None:
                found[tie].append(Amount(
                    currencies.get(value, ""), number, qualifiers.get(value, ""),
                    _first(scopes, value),
                ))  # fmt: skip
    return found


def _sites(rows: Rows) -> dict[str, list[Site]]:
    states, names, places = rows.ids(HBK.inState), rows.texts(HBK.place), rows.ids(HBK.atPlace)
    lat, long = rows.texts(GEO.lat), rows.texts(GEO.long)
    found: defaultdict[str, list[Site]] = defaultdict(list)
    for tie, sites in rows.ids(HBK.hasSite).items():
        for site in sorted(sites):
            place = places.get(site, [""])[0]
            at = (float(lat[place][0]), float(long[place][0])) if place in lat else None
            state = states.get(site, [""])[0].removeprefix(_STATE)
            found[tie].append(Site(state, _first(names, site), at))
    return found


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _first(held: Mapping[str, Sequence[str]], node: str) -> str:
    return held[node][0] if node in held else ""
