"""The story of a party that a source left unnamed: what is known, who guessed, who confirmed."""

from datetime import date
from typing import Final

import msgspec
from pyoxigraph import Literal, NamedNode

from hauberk.graph.acceptance import Held
from hauberk.graph.claims import CURRENT
from hauberk.graph.terms import earliest
from hauberk.ontology.names import HBK, key
from hauberk.queries.web.explorer.dossier import Dossier
from hauberk.queries.web.explorer.values import Piece
from hauberk.queries.web.explorer.voices import Voice, Voices
from hauberk.queries.web.pages import href, text, texts

_WHOLE_DAY: Final = 10


class Naming(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody that the party is said to be, with who says so and who denies it."""

    agent: Piece
    accepted: bool
    voices: list[Voice]
    denials: list[Voice]

    @property
    def first(self) -> Voice | None:
        """Who named it first; undated voices only where there are no others."""
        return min(self.voices, key=lambda voice: (voice.said or "9", voice.id), default=None)

    @property
    def confirmed(self) -> Voice | None:
        """Who first confirmed it."""
        firm = [voice for voice in self.voices if voice.modality == "confirmed" and voice.firm]
        return min(firm, key=lambda voice: (voice.said or "9", voice.id), default=None)


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """A tie that the party was put in before it had a name."""

    tie: Piece
    voice: Voice


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """An undisclosed party's story."""

    state: str
    why: str
    reason: str
    mentions: list[Mention]
    namings: list[Naming]
    named_on: str
    took: str
    """How long it went without a name, in words; empty where that is not known."""

    @property
    def standing(self) -> str:
        """How far it has come: `named`, `guessed` or `unnamed`."""
        if any(naming.accepted for naming in self.namings):
            return "named"
        return "guessed" if self.namings else "unnamed"


def story(voices: Voices, node: NamedNode, shown: Dossier) -> Story:
    """Return the story of the undisclosed party *node*, whose dossier is *shown*."""
    about = voices.about(node)

    def told(predicate: NamedNode) -> str:
        value = next(iter(about.get(predicate, ())), None)
        if value is None:
            return ""
        return value.value if isinstance(value, Literal) else voices.label(value)

    mentions = _mentions(voices, node)
    named_on = told(HBK.disclosedOn)
    first = next((each.voice.said for each in mentions if each.voice.said), "")
    return Story(
        state=told(HBK.state),
        why=told(HBK.undisclosedReason),
        reason=told(HBK.undisclosedNote),
        mentions=mentions,
        namings=_namings(shown),
        named_on=named_on,
        took=_took(first, named_on),
    )


def _namings(shown: Dossier) -> list[Naming]:
    found: dict[str, Naming] = {}
    for groups, is_accepted in (
        (shown.accepted, True), (shown.set_aside, False), (shown.hedged, False),
    ):  # fmt: skip
        for group in groups:
            for line in group.lines if group.key == "identifiedAs" else ():
                piece = line.pieces[0]
                found[piece.href] = Naming(
                    agent=piece, accepted=is_accepted, voices=line.voices, denials=[]
                )
    for group in shown.denied:
        for line in group.lines if group.key == "identifiedAs" else ():
            piece = line.pieces[0]
            before = found.get(piece.href)
            found[piece.href] = (
                msgspec.structs.replace(before, denials=line.voices) if before
                else Naming(agent=piece, accepted=False, voices=[], denials=line.voices)
            )  # fmt: skip

    def standing(naming: Naming) -> tuple[bool, str]:
        return (not naming.accepted, (naming.first and naming.first.said) or "9")

    return sorted(found.values(), key=standing)


def _mentions(voices: Voices, node: NamedNode) -> list[Mention]:
    """Return the first claim that puts the party into each tie, oldest first."""
    first: dict[str, Held] = {}
    for quad in voices.database.quads_for_pattern(None, HBK.agent, node, None):
        graph = quad.graph_name
        if graph == CURRENT or not isinstance(graph, NamedNode) or "#" in graph.value:
            continue
        held = voices.held.statement(graph)
        if held is None or held.is_entry or not isinstance(quad.subject, NamedNode):
            continue
        tie = quad.subject.value.partition("#")[0]
        before = first.get(tie)
        if before is None or _when(held) < _when(before):
            first[tie] = held
    ordered = sorted(first.items(), key=lambda each: _when(each[1]))
    return [
        Mention(tie=Piece(voices.label(NamedNode(tie)), href(tie)), voice=voices.voice(held))
        for tie, held in ordered
    ]


def _when(held: Held) -> tuple[str, str]:
    return (earliest(held.said) or "9", held.iri.value)


def _took(first: str, named: str) -> str:
    if len(first) != _WHOLE_DAY or len(named) != _WHOLE_DAY:
        return ""
    days = (date.fromisoformat(named) - date.fromisoformat(first)).days
    if days > 0:
        return texts("%(count)s day later", "%(count)s days later", days)
    if days < 0:
        return texts("%(count)s day before", "%(count)s days before", -days)
    return text("the same day")


def parties_behind(voices: Voices, agent: NamedNode) -> list[Naming]:
    """Return the undisclosed parties that *agent* is said, or denied, to be."""
    found: dict[str, Naming] = {}
    for quad in voices.database.quads_for_pattern(None, HBK.identifiedAs, agent, None):
        graph, party = quad.graph_name, quad.subject
        if graph == CURRENT or not isinstance(graph, NamedNode) or not isinstance(party, NamedNode):
            continue
        held = voices.held.statement(NamedNode(graph.value.partition("#")[0]))
        if held is None or held.is_entry:
            continue
        accepted = any(voices.database.quads_for_pattern(party, HBK.identifiedAs, agent, CURRENT))
        naming = found.setdefault(
            key(party) or "",
            Naming(agent=Piece(voices.label(party), href(party.value)), accepted=accepted,
                   voices=[], denials=[]),
        )  # fmt: skip
        (naming.denials if held.denies else naming.voices).append(voices.voice(held))
    return sorted(found.values(), key=lambda each: (not each.accepted, each.agent.words))


__all__ = ["Mention", "Naming", "Story", "parties_behind", "story"]
