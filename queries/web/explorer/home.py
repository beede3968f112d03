"""The home page: what the graph holds and how sure it is, where and when, what is new and open."""

from collections import Counter
from collections.abc import Mapping
from heapq import nlargest
from typing import Any, Final

import msgspec
from markupsafe import Markup
from pyoxigraph import Literal, NamedNode

from hauberk.graph.claims import CURRENT
from hauberk.graph.store import Snapshot
from hauberk.graph.terms import earliest
from hauberk.ontology.names import CODE, DCTERMS, HBK, RDF, key
from hauberk.queries.web.explorer.book import Book, book
from hauberk.queries.web.explorer.figures import state_map, timeline
from hauberk.queries.web.explorer.kept import once
from hauberk.queries.web.explorer.sureness import sureness
from hauberk.queries.web.explorer.values import Piece
from hauberk.queries.web.explorer.voices import Voice, Voices
from hauberk.queries.web.frames import Limits, Reply
from hauberk.queries.web.pages import href, page, text

_NEWEST: Final = 8
_RIDDLES: Final = 8
_ARCS: Final = 24
_SEEN: Final = 400


class News(msgspec.Struct, frozen=True):
    """The newest claim about a dossier."""

    about: Piece
    voice: Voice


class Riddle(msgspec.Struct, frozen=True):
    """A dossier with an open question: which properties are contested, or where a party is from."""

    about: Piece
    what: list[str]


class Riddles(msgspec.Struct, frozen=True):
    """How many there are, and the ones that newest ties hang on."""

    total: int
    shown: list[Riddle]


def home(snapshot: Snapshot, given: Mapping[str, Any], _limits: Limits) -> Reply:
    """Give the home page."""
    return page("home.html", **once(snapshot, _found), as_of=given.get("as_of") or "")


def _found(snapshot: Snapshot) -> dict[str, Any]:
    ties, voices = book(snapshot), Voices(snapshot)
    return {
        "sure": sureness(snapshot),
        "map": map_of_ties(ties),
        "months": months(ties, voices),
        "news": _news(snapshot, voices),
        "unnamed": _unnamed(snapshot, ties, voices),
        "contested": _contested(snapshot, ties, voices),
    }


def map_of_ties(ties: Book) -> Markup:
    """Return the map of the states by their ties, with arcs for the pairs that have most."""
    pairs = sorted(ties.pairs().items(), key=lambda each: (-each[1], each[0]))[:_ARCS]
    return state_map(
        {state: len(found) for state, found in ties.of_state.items()},
        arcs=[(one, other, count) for (one, other), count in pairs],
        title=text("Ties of each state, and the pairs of states with the most in common"),
        unit=text("ties"),
    )


def months(ties: Book, voices: Voices) -> Markup:
    """Return the timeline of all ties by the month they began and their kind."""
    counts = Counter((tie.began[:7], tie.kind) for tie in ties.ties.values() if tie.began)
    kinds = {kind: kind_label(voices, kind) for _, kind in counts}
    return timeline(
        [(month, kinds[kind], count) for (month, kind), count in counts.items()],
        title=text("Ties by the month they began, by kind"),
        unit=text("ties"),
    )


def kind_label(voices: Voices, code: str) -> str:
    """Return what a kind of tie is called."""
    if not code:
        return text("kind not known")
    return voices.label(NamedNode(f"{CODE}agreement-kind/{code}"))


def _news(snapshot: Snapshot, voices: Voices) -> list[News]:
    """Return the newest claims, one about each dossier."""
    quads = snapshot.database.quads_for_pattern(None, DCTERMS.issued, None, CURRENT)
    said = (
        (earliest(quad.object), quad.subject.value)
        for quad in quads
        if isinstance(quad.object, Literal) and isinstance(quad.subject, NamedNode)
    )
    found: dict[NamedNode, News] = {}
    for _, iri in nlargest(_SEEN, said):
        held = voices.held.statement(NamedNode(iri))
        about = voices.held.object_of(NamedNode(iri), HBK.about)
        if held is None or held.is_entry or not isinstance(about, NamedNode) or about in found:
            continue
        found[about] = News(_piece(voices, about), voices.voice(held))
        if len(found) == _NEWEST:
            break
    return list(found.values())


def _unnamed(snapshot: Snapshot, ties: Book, voices: Voices) -> Riddles:
    """Return the parties that are still unnamed."""
    database = snapshot.database
    named = {q.subject for q in database.quads_for_pattern(None, HBK.identifiedAs, None, CURRENT)}
    parties = [
        node for node in voices.held.subjects(RDF.type, HBK.UndisclosedParty) if node not in named
    ]

    def told(node: NamedNode) -> list[str]:
        state = voices.held.object_of(node, HBK.state)
        return [voices.label(state)] if isinstance(state, NamedNode) else []

    def began(node: NamedNode) -> str:
        return max((tie.began for tie in ties.of_agent.get(key(node) or "", ())), default="")

    parties.sort(key=lambda node: (began(node), node.value), reverse=True)
    return Riddles(
        len(parties), [Riddle(_piece(voices, node), told(node)) for node in parties[:_RIDDLES]]
    )


def _contested(snapshot: Snapshot, ties: Book, voices: Voices) -> Riddles:
    """Return the dossiers of which accepted claims disagree."""
    found: dict[NamedNode, set[NamedNode]] = {}
    for quad in snapshot.database.quads_for_pattern(None, HBK.contestedIn, None, CURRENT):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
            found.setdefault(quad.subject, set()).add(quad.object)

    def began(node: NamedNode) -> str:
        tie = ties.ties.get(key(node) or "")
        return tie.began if tie else ""

    newest = sorted(found, key=lambda node: (began(node), node.value), reverse=True)
    return Riddles(len(found), [
        Riddle(_piece(voices, node), sorted(
            voices.label(what).removeprefix("has ") for what in found[node]
        ))
        for node in newest[:_RIDDLES]
    ])  # fmt: skip


def _piece(voices: Voices, node: NamedNode) -> Piece:
    return Piece(voices.label(node), href(node.value))
