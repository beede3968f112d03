"""Pages of things: which template shows a dossier, claim, source or speaker, and with what."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from pyoxigraph import NamedNode

from hauberk.graph.claims import CURRENT
from hauberk.graph.errors import GoneError
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import AGENT_KINDS, BASE, HBK, KINDS, PROV, RDF, RDFS, key, kind
from hauberk.queries.web.explorer import paging
from hauberk.queries.web.explorer.chronicle import chronicle
from hauberk.queries.web.explorer.dossier import Dossier, dossier
from hauberk.queries.web.explorer.register import register
from hauberk.queries.web.explorer.since import since
from hauberk.queries.web.explorer.sources import source
from hauberk.queries.web.explorer.statement import claims, datasets, statement
from hauberk.queries.web.explorer.story import parties_behind, story
from hauberk.queries.web.explorer.surroundings import surroundings
from hauberk.queries.web.explorer.ties import Ties, rumours, ties
from hauberk.queries.web.explorer.turns import address
from hauberk.queries.web.explorer.values import Piece, Values
from hauberk.queries.web.explorer.voices import Voices
from hauberk.queries.web.frames import Reply
from hauberk.queries.web.pages import href, is_static, page

PROFILED: Final = frozenset(KINDS) - {"source", "speaker"}
FEW: Final = 5
"""Claims that a dossier's page shows of those that its subject makes about others."""


def view(snapshot: Snapshot, node: NamedNode, given: Mapping[str, Any]) -> Reply | None:
    """Return the page of a dossier, claim, source or speaker; None for other things.

    *given* may ask for a `page` of its list, and ties of one `role` or `kind`.
    """
    voices = Voices(snapshot)
    path = node.value.removeprefix(BASE)
    size = None if is_static() else paging.SIZE
    shown = kind(node)
    if shown in PROFILED:
        if given.get("list") == "claims":
            return _claims(snapshot, node, voices, given)
        return _dossier(snapshot, node, voices, given)
    if shown == "claim" and "#" not in node.value:
        found = statement(voices, node)
        return page("claim.html", shown=found, path=path, iri=node.value)
    if shown == "source":
        found_claims = register(snapshot).claims(PROV.hadPrimarySource, node)
        resting = claims(voices, found_claims, given.get("page"), size, f"/doc/{path}")
        return page(
            "source.html", shown=source(voices, node), claims=resting, path=path,
            title=voices.title(node),
        )  # fmt: skip
    if shown == "speaker":
        return _claims(snapshot, node, voices, given)
    return None


def thing(snapshot: Snapshot, node: NamedNode, given: Mapping[str, Any]) -> Reply:
    """Return the page of a code, a place or whatever else there is: its facts and its users."""
    voices = Voices(snapshot)
    values = Values(voices)
    path = node.value.removeprefix(BASE)
    used = register(snapshot).users(node)

    def link(number: int) -> str:
        return address(f"/doc/{path}", {"page": number if number > 1 else ""}) + "#users"

    turn = paging.paged(len(used), given.get("page"), None if is_static() else paging.SIZE, link)
    about = voices.about(node)
    return page(
        "thing.html", label=voices.label(node), iri=node.value, path=path,
        kinds=[values.piece(each) for each in about.pop(RDF.type, []) if _is_ours(each)],
        facts=sorted(
            (values.property(predicate), [values.piece(each) for each in told])
            for predicate, told in about.items() if predicate != RDFS.label
        ),
        users=[Piece(voices.label(NamedNode(iri)), href(iri)) for iri in used[turn.start:turn.end]],
        page=turn,
    )  # fmt: skip


def missing(node: NamedNode, exc: Exception) -> Reply:
    """Return the page that tells that a thing is not there, or was withdrawn, and why."""
    name = (key(node) or node.value.removeprefix(BASE)).rpartition("/")[2]
    withdrawn = isinstance(exc, GoneError)
    made = page("missing.html", name=name, detail=str(exc), withdrawn=withdrawn,
                words=name.replace("-", " "))  # fmt: skip
    return msgspec.structs.replace(made, status=410 if withdrawn else 404, lasting=False)


def _is_ours(term: object) -> bool:
    return isinstance(term, NamedNode) and term.value.startswith(BASE)


def _claims(snapshot: Snapshot, node: NamedNode, voices: Voices, given: Mapping[str, Any]) -> Reply:
    """Return the page of all that somebody says."""
    size = None if is_static() else paging.SIZE
    found = register(snapshot).claims(PROV.wasAttributedTo, node)
    is_described = kind(node) == "speaker"
    path = f"/doc/id/{key(node)}" + ("" if is_described else "?list=claims")
    return page(
        "speaker.html", title=voices.title(node), label=voices.label(node), iri=node.value,
        id=key(node) or "", path=node.value.removeprefix(BASE), is_described=is_described,
        claims=claims(voices, found, given.get("page"), size, path),
    )  # fmt: skip


def _dossier(
    snapshot: Snapshot, node: NamedNode, voices: Voices, given: Mapping[str, Any]
) -> Reply:
    shown = dossier(snapshot, node, voices)
    is_agent = kind(node) in AGENT_KINDS
    said = register(snapshot).claims(PROV.wasAttributedTo, node) if is_agent else ()
    size = None if is_static() else paging.SIZE
    taking = ties(snapshot, node, voices, given, size) if is_agent else None
    return page(
        "dossier.html",
        shown=shown,
        title=voices.title(node),
        path=node.value.removeprefix(BASE),
        story=story(voices, node, shown) if kind(node) == "undisclosed" else None,
        behind=parties_behind(voices, node) if is_agent else [],
        ties=taking,
        rumours=rumours(snapshot, node, voices) if is_agent else [],
        belonging=_belonging(voices, node),
        chronicle=chronicle(voices, node),
        since=since(snapshot, node),
        drawing=surroundings(snapshot, node, voices),
        panel=_panel(snapshot, node),
        credits=_credits(voices, shown, taking),
        says=claims(voices, said[:FEW], None, None, "") if said else None,
        says_count=len(said),
        kind=kind(node),
    )


def _belonging(voices: Voices, node: NamedNode) -> dict[str, list[Piece]]:
    """Return what names the dossier in its own accepted facts, by the property it does so in."""
    found: dict[str, list[Piece]] = {}
    for predicate in (HBK.parent, HBK.partOf, HBK.succeeds, HBK.supersedes, HBK.amends,
                      HBK.implements):  # fmt: skip
        quads = voices.database.quads_for_pattern(None, predicate, node, CURRENT)
        pieces = [
            Piece(voices.label(quad.subject), href(quad.subject.value))
            for quad in quads
            if isinstance(quad.subject, NamedNode) and "#" not in quad.subject.value
        ]
        if pieces:
            name = predicate.value.rpartition("#")[2]
            found[name] = sorted(set(pieces), key=lambda piece: (piece.words, piece.href))
    return found


def _panel(snapshot: Snapshot, node: NamedNode) -> dict[str, Any] | None:
    """Return what the panel of the dossier's kind shows, where it has one."""
    try:
        from hauberk.queries.web.explorer.panels import panel
    except ImportError:
        return None
    return panel(snapshot, node)


def _credits(voices: Voices, shown: Dossier, taking: Ties | None) -> list[Any]:
    """Return the datasets that hold the claims shown, and must be named with them."""
    told = [NamedNode(f"{BASE}id/{voice.id}") for voice in shown.voices]
    for row in taking.rows if taking else ():
        tie = NamedNode(BASE + row.tie.href.removeprefix("/"))
        told += [
            quad.subject
            for quad in voices.database.quads_for_pattern(None, HBK.about, tie, CURRENT)
            if isinstance(quad.subject, NamedNode)
        ]
    found = {
        credit: None
        for statement in dict.fromkeys(told)
        for credit in datasets(voices, statement)
        if credit.line or credit.licence
    }
    return sorted(found, key=lambda credit: (credit.line, credit.title))


__all__ = ["PROFILED", "missing", "thing", "view"]
