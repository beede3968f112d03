"""The ties that a party takes part in: paged, counted by role and kind, with whom."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from pyoxigraph import NamedNode

from hauberk.graph.claims import CURRENT
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import HBK, key, kind
from hauberk.queries.web.explorer.paging import Page, paged
from hauberk.queries.web.explorer.register import Taking, register
from hauberk.queries.web.explorer.turns import address
from hauberk.queries.web.explorer.values import Piece
from hauberk.queries.web.explorer.voices import Voice, Voices
from hauberk.queries.web.pages import href

_WITH: Final = 4
"""Parties that a line names; more are counted."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A tie in the list: since when, which, in which role, with whom, how far it has come."""

    began: str
    tie: Piece
    role: str
    kind: str
    status: str
    others: list[Piece]
    more: int
    named_later: bool


class Facet(msgspec.Struct, frozen=True):
    """A choice that narrows the list, and how many it leaves."""

    words: str
    value: str
    count: int
    href: str
    chosen: bool


class Ties(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a party's ties."""

    total: int
    """All its ties, whatever is chosen."""
    rows: list[Row]
    page: Page
    roles: list[Facet]
    kinds: list[Facet]
    chosen: Mapping[str, str]
    path: str
    """The address of the list without a choice."""


class Rumour(msgspec.Struct, frozen=True):
    """A tie that the party is said to take part in, though that is not accepted."""

    tie: Piece
    role: str
    voices: list[Voice]


def ties(
    snapshot: Snapshot, node: NamedNode, voices: Voices, given: Mapping[str, Any], size: int | None
) -> Ties | None:
    """Return the page of ties that is asked for, or None where the party has none.

    *size* None puts all on one page.
    """
    found = register(snapshot).ties(node)
    if not found:
        return None
    chosen = {name: str(given[name]) for name in ("role", "kind") if given.get(name)}
    kept = [each for each in found if _fits(each, chosen)]
    path = f"/doc/id/{key(node)}"

    def link(number: int) -> str:
        return address(path, {**chosen, "page": number if number > 1 else ""}) + "#ties"

    page = paged(len(kept), given.get("page"), size, link)
    return Ties(
        total=len(found),
        rows=[_row(voices, node, each) for each in kept[page.start : page.end]],
        page=page,
        roles=_facets(voices, found, chosen, "role", path),
        kinds=_facets(voices, found, chosen, "kind", path),
        chosen=chosen,
        path=f"{path}#ties",
    )


def _fits(taking: Taking, chosen: Mapping[str, str]) -> bool:
    return all(
        _code(getattr(taking, name)) == wanted for name, wanted in chosen.items()
    )  # fmt: skip


def _code(iri: str) -> str:
    return iri.rpartition("/")[2]


def _facets(
    voices: Voices, found: Sequence[Taking], chosen: Mapping[str, str], name: str, path: str
) -> list[Facet]:
    others = {k: v for k, v in chosen.items() if k != name}
    counts = Counter(getattr(each, name) for each in found if _fits(each, others))
    facets = []
    for iri, count in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        if not iri:
            continue
        code = _code(iri)
        is_chosen = chosen.get(name) == code
        where = address(path, others if is_chosen else {**others, name: code}) + "#ties"
        facets.append(Facet(voices.label(NamedNode(iri)), code, count, where, is_chosen))
    return facets


def _row(voices: Voices, node: NamedNode, taking: Taking) -> Row:
    tie = NamedNode(taking.tie)
    others = [each for each in parties(voices, tie) if each != node]
    return Row(
        began=taking.began,
        tie=Piece(voices.label(tie), href(taking.tie)),
        role=voices.label(NamedNode(taking.role)),
        kind=voices.label(NamedNode(taking.kind)) if taking.kind else "",
        status=voices.label(NamedNode(taking.status)) if taking.status else "",
        others=[Piece(voices.label(each), href(each.value)) for each in others[:_WITH]],
        more=max(0, len(others) - _WITH),
        named_later=taking.named_later,
    )


def parties(voices: Voices, tie: NamedNode) -> dict[NamedNode, str]:
    """Return the agents of a tie, each with its role: firms first, then bodies, states last."""
    ranks = ("firm", "undisclosed", "body", "organisation", "person", "state")
    found: dict[NamedNode, str] = {}
    for quad in voices.database.quads_for_pattern(tie, HBK.hasParticipation, None, CURRENT):
        if not isinstance(quad.object, NamedNode):
            continue
        about = voices.about(quad.object)
        role = next((each for each in about.get(HBK.role, ()) if isinstance(each, NamedNode)), None)
        for agent in about.get(HBK.agent, ()):
            if isinstance(agent, NamedNode):
                found.setdefault(agent, voices.label(role) if role else "")

    def rank(node: NamedNode) -> tuple[int, str]:
        of_kind = kind(node)
        return (ranks.index(of_kind) if of_kind in ranks else len(ranks), node.value)

    return {node: found[node] for node in sorted(found, key=rank)}


def rumours(snapshot: Snapshot, node: NamedNode, voices: Voices) -> list[Rumour]:
    """Return the ties that claims put the party in and that are not accepted, by tie."""
    found = []
    for part_iri, names in sorted(register(snapshot).not_accepted(node).items()):
        part, tie = NamedNode(part_iri), NamedNode(part_iri.partition("#")[0])
        said = [*_voices(voices, names)]
        if said:
            piece = Piece(voices.label(tie), href(tie.value))
            found.append(Rumour(piece, _role(voices, part, names), said))
    return found


def _voices(voices: Voices, graphs: Iterable[str]) -> list[Voice]:
    found = []
    for graph in sorted(graphs):
        held = voices.held.statement(NamedNode(graph.partition("#")[0]))
        if held and not held.is_entry:
            found.append(voices.voice(held))
    return sorted(found, key=lambda voice: (voice.said or "9", voice.id))


def _role(voices: Voices, part: NamedNode, graphs: Iterable[str]) -> str:
    for graph in sorted(graphs):
        for quad in voices.database.quads_for_pattern(part, HBK.role, None, NamedNode(graph)):
            if isinstance(quad.object, NamedNode):
                return voices.label(quad.object)
    return ""


__all__ = ["Facet", "Row", "Rumour", "Ties", "parties", "rumours", "ties"]
