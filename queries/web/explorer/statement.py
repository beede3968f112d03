"""A claim for readers: who says what, how firmly, how graded, and what of it is accepted."""

from collections.abc import Mapping, Sequence

import msgspec
from pyoxigraph import Literal, NamedNode

from hauberk.graph.acceptance import Held
from hauberk.graph.claims import CURRENT
from hauberk.graph.errors import NotFoundError
from hauberk.graph.terms import Term
from hauberk.ontology.names import DCTERMS, VOID, key
from hauberk.queries.web.explorer.paging import Page, paged
from hauberk.queries.web.explorer.values import Piece, Values, order, plain
from hauberk.queries.web.explorer.voices import Voice, Voices
from hauberk.queries.web.pages import href


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a claim says or denies, and whether it is accepted."""

    property: str
    pieces: list[Piece]
    accepted: bool


class Credit(msgspec.Struct, frozen=True):
    """A dataset that holds a claim: its title, licence and credit line."""

    title: str
    licence: str
    line: str
    address: str


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """A claim with all that hangs on it."""

    about: Piece
    about_id: str
    voice: Voice
    stated: list[Stated]
    contests: list[str]
    credits: list[Credit]


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """A page of claims that rest on one source, or come from one speaker."""

    rows: list[Statement]
    page: Page


def statement(voices: Voices, node: NamedNode) -> Statement:
    """Return the live claim *node*. Raises NotFoundError where there is none."""
    held = voices.held.statement(node)
    if held is None or held.is_entry:
        raise NotFoundError(f"there is no claim {key(node)}")
    return _statement(voices, Values(voices), held)


def claims(
    voices: Voices, found: Sequence[str], asked: object, size: int | None, path: str
) -> Claims:
    """Return the page *asked* for of the claims *found*; *size* None puts all on one.

    *path* is the address of the first page.
    """
    joint = "&" if "?" in path else "?"

    def link(number: int) -> str:
        return f"{path}{joint}page={number}#claims" if number > 1 else f"{path}#claims"

    page = paged(len(found), asked, size, link)
    values = Values(voices)
    held = (voices.held.statement(NamedNode(iri)) for iri in found[page.start : page.end])
    return Claims(rows=[_statement(voices, values, each) for each in held if each], page=page)


def _statement(voices: Voices, values: Values, held: Held) -> Statement:
    node = next(iter(voices.held.about(held.iri)), held.iri)
    voice = voices.voice(held)
    return Statement(
        about=Piece(voices.label(node), href(node.value)),
        about_id=key(node) or "",
        voice=voice,
        stated=_stated(values, node, held),
        contests=[values.property(each) for each in held.contests],
        credits=datasets(voices, held.iri),
    )


def _stated(values: Values, node: NamedNode, held: Held) -> list[Stated]:
    parts: dict[NamedNode, list[tuple[NamedNode, Term]]] = {}
    for subject, predicate, value in held.facts:
        if subject != node:
            parts.setdefault(subject, []).append((predicate, value))
    accepted = set(values.held(node))
    found: list[tuple[int, Stated]] = []
    for subject, predicate, value in held.facts:
        if subject != node:
            continue
        facts = parts.pop(value, None) if isinstance(value, NamedNode) else None
        is_accepted = not held.denies and (predicate, value) in accepted
        stated = Stated(property=values.property(predicate), accepted=is_accepted,
                        pieces=values.pieces(value, facts))  # fmt: skip
        found.append((order(predicate), stated))
    found += _loose(values, parts, held.denies)
    ordered = sorted(found, key=lambda each: (each[0], each[1].property, plain(each[1].pieces)))
    return [stated for _, stated in ordered]


def _loose(
    values: Values, parts: Mapping[NamedNode, Sequence[tuple[NamedNode, Term]]], denies: bool
) -> list[tuple[int, Stated]]:
    """Return what is said of parts that the claim itself does not bring in: another's share."""
    found = []
    for part, facts in parts.items():
        held = values.held(part)
        named = plain(values.pieces(part, [*held, *facts]))
        for predicate, value in facts:
            stated = Stated(
                property=f"{values.property(predicate)}: {named}",
                pieces=values.pieces(value),
                accepted=not denies and (predicate, value) in held,
            )
            found.append((order(predicate), stated))
    return found


def datasets(voices: Voices, statement: NamedNode) -> list[Credit]:
    """Return the datasets that hold a statement, with their licences and credit lines."""
    found = []
    for quad in voices.database.quads_for_pattern(statement, VOID.inDataset, None, CURRENT):
        if not isinstance(quad.object, NamedNode):
            continue
        about = voices.about(quad.object)

        def told(predicate: NamedNode, about: Mapping[NamedNode, list[Term]] = about) -> str:
            value = next(iter(about.get(predicate, ())), None)
            return value.value if isinstance(value, NamedNode | Literal) else ""

        found.append(
            Credit(told(DCTERMS.title), told(DCTERMS.license), told(DCTERMS.rights),
                   told(DCTERMS.source))
        )  # fmt: skip
    return sorted(found, key=lambda credit: credit.title)


__all__ = ["Claims", "Credit", "Stated", "Statement", "claims", "datasets", "statement"]
