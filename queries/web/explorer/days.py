"""Days worth looking at: when something was said of a dossier, and when it first became known."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from pyoxigraph import Literal, NamedNode, QuerySolutions

from hauberk.graph.claims import CURRENT
from hauberk.graph.past import said_by
from hauberk.graph.store import Snapshot
from hauberk.graph.terms import earliest
from hauberk.ontology.names import BASE, DCTERMS, HBK, KINDS, PROV, RDF, TIE_KINDS, kind
from hauberk.queries.web.asof import Shown
from hauberk.queries.web.explorer.kept import once
from hauberk.queries.web.explorer.register import register
from hauberk.queries.web.explorer.turns import address

_TIMELESS = frozenset({"state"})
_SPEAKING = frozenset({"source", "speaker"})
_MANY = 60
"""Dossiers whose claims are looked up one by one; for more, the days of all are read once."""


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """What the date control shows."""

    day: str
    since: str
    fields: dict[str, str]
    previous: str
    """The address of the page as of the last notable day before; empty where there is none."""
    previous_day: str
    next: str
    next_day: str
    today: str
    """The address of today's page."""
    compared: str
    """The address of today's page with what is new since the day marked; empty for most pages."""
    undated: int
    """Claims that no past day can show."""
    is_thing: bool
    """Whether the notable days are those of one dossier."""


def control(at: Shown) -> Control:
    """Return the date control of a page."""
    node = _node(at)
    today = at.snapshot.today
    days = notable(today, node) if node is not None else once(today, _said)
    here = at.day or at.since
    before = bisect_left(days, here) if here else len(days)
    after = bisect_right(days, here) if here else len(days)
    previous = days[before - 1] if before else ""
    following = days[after] if after < len(days) else ""

    def link(day: str) -> str:
        return address("", {**at.fields, "as-of": day}) if day else ""

    return Control(
        day=at.day, since=at.since, fields=at.fields,
        previous=link(previous), previous_day=previous,
        next=link(following), next_day=following,
        today=address("", at.fields) or "?",
        compared=address("", {**at.fields, "since": at.day}) if node and at.day else "",
        undated=once(today, _undated) if at.day else 0,
        is_thing=node is not None,
    )  # fmt: skip


def notable(today: Snapshot, node: NamedNode) -> list[str]:
    """Return the days on which something was said of a dossier, in order.

    For a party that is also of a tie it takes part in, for a tie also of who its unnamed parties
    are.
    """
    if kind(node) in _SPEAKING:
        by = PROV.hadPrimarySource if kind(node) == "source" else PROV.wasAttributedTo
        return register(today).days(by, node)
    others: Iterable[str] = ()
    if kind(node) in TIE_KINDS:
        others = _unnamed_parties(today, node)
    elif kind(node) not in _TIMELESS:
        others = {taking.tie for taking in register(today).ties(node)}
    dossiers = [node.value, *others]
    if len(dossiers) > _MANY:
        every = once(today, _days_of_dossiers)
        return sorted({day for dossier in dossiers for day in every.get(dossier, ())})
    found = {
        _said_on(today, claim)
        for dossier in dossiers
        for claim in today.ledger.subjects(HBK.about, NamedNode(dossier))
        if today.ledger.object_of(claim, RDF.type) == HBK.Claim
    }
    return sorted(found - {""})


def _unnamed_parties(today: Snapshot, tie: NamedNode) -> Iterator[str]:
    """Yield the parties of a tie that are, or were, left unnamed."""
    for part in today.database.quads_for_pattern(tie, HBK.hasParticipation, None, CURRENT):
        if not isinstance(part.object, NamedNode):
            continue
        for predicate in (HBK.agent, HBK.namedInsteadOf):
            for quad in today.database.quads_for_pattern(part.object, predicate, None, CURRENT):
                if isinstance(quad.object, NamedNode) and kind(quad.object) == "undisclosed":
                    yield quad.object.value


def _days_of_dossiers(today: Snapshot) -> dict[str, set[str]]:
    """Return the days on which something was said of each dossier."""
    said = {
        quad.subject: earliest(quad.object)
        for quad in today.database.quads_for_pattern(None, DCTERMS.issued, None, CURRENT)
        if isinstance(quad.object, Literal)
    }
    live = {
        quad.subject
        for quad in today.database.quads_for_pattern(None, RDF.type, HBK.Claim, CURRENT)
    }
    found: dict[str, set[str]] = {}
    for quad in today.database.quads_for_pattern(None, HBK.about, None, CURRENT):
        if quad.subject in live and quad.subject in said and isinstance(quad.object, NamedNode):
            found.setdefault(quad.object.value, set()).add(said[quad.subject])
    return found


def first_known(today: Snapshot, node: NamedNode) -> str | None:
    """Return the day on which a thing first became known; "" where no date tells.

    None for what no claim speaks of, such as a code or a firm that has an entry alone.
    """
    if published := _published(today, node):
        return published
    days = {_said_on(today, claim) for claim in _speaking_of(today, node)}
    if not days:
        return None
    return min((day for day in days if day), default="")


def is_known(today: Snapshot, node: NamedNode, day: str) -> bool:
    """Tell whether a thing was known by a day: a claim said by then speaks of it, or none does.

    States, codes and whatever else no claim brought up have always been there.
    """
    if kind(node) in _TIMELESS or kind(node) not in {*KINDS, "claim"}:
        return True
    if published := _published(today, node):
        return published <= day
    spoken = False
    for claim in _speaking_of(today, node):
        spoken = True
        if said_by(today.database, claim, day):
            return True
    return not spoken


def _speaking_of(today: Snapshot, node: NamedNode) -> Iterator[NamedNode]:
    """Yield the live claims that are about a thing, name it, rest on it or come from it."""
    if kind(node) == "claim":
        yield NamedNode(node.value.partition("#")[0])
        return
    for quad in today.database.quads_for_pattern(None, None, node, None):
        graph = quad.graph_name
        if not isinstance(graph, NamedNode) or not isinstance(quad.subject, NamedNode):
            continue
        claim = quad.subject if graph == CURRENT else NamedNode(graph.value.partition("#")[0])
        if kind(claim) == "claim" and not graph.value.endswith("#withdrawn"):
            yield claim


def _published(today: Snapshot, node: NamedNode) -> str:
    """Return the day a source was published; empty for other things, or where it is not told."""
    found = today.ledger.object_of(node, HBK.published) if kind(node) == "source" else None
    return earliest(found) if isinstance(found, Literal) else ""


def _said_on(today: Snapshot, claim: NamedNode) -> str:
    said = today.ledger.object_of(claim, DCTERMS.issued)
    return earliest(said) if isinstance(said, Literal) else ""


def _said(today: Snapshot) -> list[str]:
    return _days(today, f"?claim {RDF.type} {HBK.Claim} ; {DCTERMS.issued} ?day")


def _days(today: Snapshot, pattern: str) -> list[str]:
    found = today.query(f"SELECT DISTINCT ?day {{ {pattern} }}")
    assert isinstance(found, QuerySolutions)  # noqa: S101  (it is a SELECT)
    return sorted({earliest(each[0]) for each in found if isinstance(each[0], Literal)})


def _undated(today: Snapshot) -> int:
    return today.undated_claims()


def _node(at: Shown) -> NamedNode | None:
    """Return the dossier, source or speaker that a page is about, or None."""
    path: Any = at.given.get("path")
    if not isinstance(path, str):
        return None
    node = NamedNode(BASE + path)
    return node if kind(node) in KINDS and "#" not in path else None
