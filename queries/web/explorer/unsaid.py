"""What an answer does not say: the claims that the rule left out on a question's subject."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from pyoxigraph import NamedNode

from hauberk.graph.store import Snapshot
from hauberk.queries import catalog
from hauberk.queries.web.explorer.answer import answered
from hauberk.queries.web.explorer.fields import read
from hauberk.queries.web.explorer.kept import once
from hauberk.queries.web.explorer.omissions import (
    Omission,
    Omissions,
    counted,
    speaks_of_facts,
    subject,
)
from hauberk.queries.web.explorer.question import claims_of, standing_label
from hauberk.queries.web.explorer.turns import Turns, address
from hauberk.queries.web.explorer.values import Piece, Values
from hauberk.queries.web.explorer.voices import Voice, Voices
from hauberk.queries.web.frames import Limits, Reply
from hauberk.queries.web.pages import href, page
from hauberk.queries.web.problems import ProblemError, bad_request

EACH: Final = 40
"""Claims of a page."""


class Saying(msgspec.Struct, frozen=True):
    """One thing that a claim says: the property as a heading, and the value in words."""

    property: str
    value: list[Piece]


class Unsaid(msgspec.Struct, frozen=True):
    """A claim that the answer does not say: what about, what, and who says so."""

    about: str
    href: str
    sayings: list[Saying]
    voice: Voice


def unsaid(snapshot: Snapshot, given: Mapping[str, Any], _limits: Limits) -> Reply:
    """Give the page of the claims left out of the answer to a question, newest first.

    Raises ProblemError 404 for a question about the claims themselves, BadParameterError for
    what cannot be resolved.
    """
    query = catalog.find(given["name"])
    filled = read(query, snapshot, given["parameters"])
    if filled.problems:
        raise bad_request("; ".join(f"{name}: {why}" for name, why in filled.problems.items()))
    if not speaks_of_facts(query):
        raise ProblemError(404, "Not found", "this question is about the claims themselves")
    table = answered(query, snapshot, filled.texts)
    omissions = once(snapshot, Omissions)
    about = subject(query, filled.terms)
    found = omissions.about(about, claims_of(table))
    counts = counted(found)
    chosen = given.get("standing") or ""
    if chosen and chosen not in counts and chosen not in counted(omissions.claims):
        raise bad_request(f"standing: “{chosen[:50]}” is none; taken are {', '.join(counts)}")
    shown = [each for each in found if chosen in {"", each.standing}]
    words = {**{name.replace("_", "-"): value for name, value in filled.texts.items()},
             "as-of": given.get("as_of") or ""}  # fmt: skip
    path = f"/queries/{query.name}"
    turns = Turns(f"{path}/unsaid", {**words, "standing": chosen}, len(shown), EACH,
                  given.get("offset") or 0)  # fmt: skip
    voices = Voices(snapshot)
    return page(
        "unsaid.html", section="questions", query=query, turns=turns, chosen=chosen,
        told=[(query.parameters[name].label, _label(snapshot, term))
              for name, term in filled.terms.items()],
        answer=address(path, words if filled.texts else {**words, "run": "1"}),
        everything=address(f"{path}/unsaid", words), total=len(found),
        standings=[(each, standing_label(snapshot, each, count), count,
                    address(f"{path}/unsaid", {**words, "standing": each}))
                   for each, count in counts.items()],
        claims=[_shown(voices, each) for each in shown[turns.start : turns.end]],
        disputes=_disputes(voices, omissions.disputes(about)),
    )  # fmt: skip


def _label(snapshot: Snapshot, term: Any) -> str:  # noqa: ANN401  (a node or a literal)
    return snapshot.directory.label(term) if isinstance(term, NamedNode) else str(term.value)


def _shown(voices: Voices, omission: Omission) -> Unsaid:
    held = voices.held.statement(NamedNode(omission.claim))
    assert held is not None  # noqa: S101  (omissions are live claims of the same snapshot)
    values, about = Values(voices), NamedNode(omission.about)
    parts: dict[NamedNode, list[Any]] = {}
    for part, predicate, value in held.facts:
        if part != about:
            parts.setdefault(part, []).append((predicate, value))
    sayings = [
        Saying(values.property(predicate),
               values.pieces(value, parts.get(value) if isinstance(value, NamedNode) else None))
        for part, predicate, value in held.facts if part == about
    ]  # fmt: skip
    return Unsaid(voices.label(about), href(about.value), sayings, voices.voice(held))


def _disputes(voices: Voices, disputes: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return label, address and contested properties of each dossier, by label."""
    values = Values(voices)
    found = [
        (voices.label(NamedNode(dossier)), href(dossier),
         ", ".join(sorted(values.property(NamedNode(each)) for each in properties)))
        for dossier, properties in disputes.items()
    ]  # fmt: skip
    return sorted(found, key=lambda each: (each[0].casefold(), each[1]))
