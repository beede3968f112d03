"""The panel of a programme: who is in it since when, their shares, the deals within it."""

from collections import defaultdict
from typing import Any

import msgspec
from markupsafe import Markup
from pyoxigraph import Literal, NamedNode

from hauberk.graph.holdings import Holdings
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import HBK, key
from hauberk.queries.web.explorer.book import Book, newest, pages_about
from hauberk.queries.web.explorer.figures import bars, lines, spans, state_map
from hauberk.queries.web.explorer.panels.lines import Telling
from hauberk.queries.web.explorer.tie import Part, Tie
from hauberk.queries.web.explorer.values import Piece
from hauberk.queries.web.explorer.voices import Voices
from hauberk.queries.web.pages import text


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """Who takes part, in which role, with what share, from when until when."""

    party: Piece
    state: str
    role: str
    share: str = ""
    since: str = ""
    until: str = ""


def of_programme(snapshot: Snapshot, node: NamedNode) -> dict[str, Any] | None:
    """Return what the reader of a programme asks first; None where nobody takes part in it."""
    name = key(node) or ""
    book = pages_about(snapshot, node)
    tie = book.ties.get(name)
    if tie is None:
        return None
    telling = Telling(book, Voices(snapshot))
    within = newest(each for each in book.ties.values() if name in each.within)
    states = [part for part in tie.parts if part.agent.startswith("state/")]
    others = [part for part in tie.parts if not part.agent.startswith("state/")]
    return {
        "id": name,
        "states": _members(states, book, telling),
        "others": _members(others, book, telling),
        "spans": _spans(tie, telling, _newest_word(snapshot, node)),
        "shares": _shares(tie, telling),
        "said": _said(snapshot, node, telling),
        "map": _map(tie, telling),
        "within": telling.listing(within, lambda each: each.agents("supplier", "producer", "lead")),
    }


def _members(parts: list[Part], book: Book, telling: Telling) -> list[Member]:
    found = [
        Member(
            party=telling.piece(part.agent),
            state="" if part.agent.startswith("state/") else telling.state(book.seat(part.agent)),
            role=telling.code("role", part.role), share=part.share, since=part.since,
            until=part.until,
        )
        for part in parts
    ]  # fmt: skip
    return sorted(found, key=lambda each: (each.since or "0", each.party.words, each.role))


def _spans(tie: Tie, telling: Telling, known: str) -> Markup:
    """Return who was in it when; empty where nobody's joining or leaving is known."""
    if not any(part.since or part.until for part in tie.parts):
        return Markup("")
    return spans(
        [(telling.piece(p.agent).words, p.since or tie.began, p.until) for p in tie.parts],
        title=text("Who takes part from when until when"),
        known=known,
    )


def _newest_word(snapshot: Snapshot, node: NamedNode) -> str:
    """Return the day of the newest claim about it."""
    said = (held.said for held in Holdings(snapshot.database).statements(node))
    return max((day.value for day in said if day), default="")


def _shares(tie: Tie, telling: Telling) -> Markup:
    held = [(telling.piece(p.agent).words, float(p.share)) for p in tie.parts if p.share]
    ranked = sorted(held, key=lambda each: (-each[1], each[0]))
    return bars(ranked, title=text("Accepted shares"), unit=text("percent"))


def _said(snapshot: Snapshot, node: NamedNode, telling: Telling) -> Markup:
    """Return the shares as they were said over time; empty where none changed."""
    found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for held in Holdings(snapshot.database).statements(node):
        if held.denies or held.said is None:
            continue
        agents = {s: o for s, p, o in held.facts if p == HBK.agent and isinstance(o, NamedNode)}
        for subject, predicate, value in held.facts:
            if predicate == HBK.share and subject in agents and isinstance(value, Literal):
                agent = key(agents[subject]) or ""
                found[telling.piece(agent).words][held.said.value] = float(value.value)
    if not any(len(set(points.values())) > 1 for points in found.values()):
        return Markup("")
    return lines(
        {name: list(points.items()) for name, points in found.items()},
        title=text("Shares as they were said"), unit=text("percent"), steps=True,
    )  # fmt: skip


def _map(tie: Tie, telling: Telling) -> Markup:
    counts: dict[str, float] = {}
    for part in tie.parts:
        if seat := telling.book.seat(part.agent):
            counts[seat] = counts.get(seat, 0) + 1
    return state_map(
        counts, title=text("States that take part, by themselves or by firms and bodies"),
        unit=text("parts taken"),
    )  # fmt: skip
