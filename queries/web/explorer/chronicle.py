"""The chronicle of a dossier: what happened, what was said, recorded and withdrawn, day by day."""

from collections import Counter
from collections.abc import Iterator
from typing import Final, Literal

import msgspec
from pyoxigraph import Literal as Value
from pyoxigraph import NamedNode

from hauberk.graph.acceptance import DATES, Held
from hauberk.graph.claims import CURRENT
from hauberk.ontology.names import DCTERMS, HBK, PROV, RDF
from hauberk.queries.web.explorer.values import Piece, Values
from hauberk.queries.web.explorer.voices import Voice, Voices
from hauberk.queries.web.pages import texts

Kind = Literal["happened", "said", "recorded", "withdrawn"]
_ORDER: Final = ("happened", "said", "recorded", "withdrawn")
_SPANS: Final = (HBK.since, HBK.until, HBK.renamedOn)


class Saying(msgspec.Struct, frozen=True):
    """A claim in the chronicle: the voice, and the properties it speaks of."""

    voice: Voice
    about: list[str]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What belongs to one day, month or year."""

    kind: Kind
    date: str
    words: str = ""
    pieces: list[Piece] = msgspec.field(default_factory=list)
    sayings: list[Saying] = msgspec.field(default_factory=list)

    @property
    def reading_order(self) -> tuple[str, int, str]:
        """Sort key: the earliest day that the date can mean."""
        first = f"{self.date}-01-01"[:10] if self.date else "9"
        return (first, _ORDER.index(self.kind), self.words)


def chronicle(voices: Voices, node: NamedNode) -> list[Event]:
    """Return the events of a dossier, oldest first; what is undated stands at the end."""
    values = Values(voices)
    claims = voices.claims(node)
    found = [
        *_happened(values, node),
        *_said(values, voices, node, claims),
        *_recorded(voices, claims),
        *_withdrawn(voices, node),
    ]
    return sorted(found, key=lambda event: event.reading_order)


def _happened(values: Values, node: NamedNode) -> Iterator[Event]:
    """Yield the accepted dates of the dossier and of its parts."""
    for predicate, value in values.held(node):
        if isinstance(value, Value) and value.datatype in DATES:
            yield Event(kind="happened", date=value.value, words=values.property(predicate))
        elif isinstance(value, NamedNode) and value.value.startswith(node.value + "#"):
            facts = values.held(value)
            dated = dict(facts)
            for span in _SPANS:
                day = dated.get(span)
                if isinstance(day, Value):
                    told = [(p, o) for p, o in facts if p not in _SPANS]
                    yield Event(
                        kind="happened", date=day.value, words=values.property(span),
                        pieces=values.pieces(value, told),
                    )  # fmt: skip


def _said(values: Values, voices: Voices, node: NamedNode, claims: list[Held]) -> Iterator[Event]:
    days: dict[str, list[Saying]] = {}
    for held in claims:
        said = held.said.value if held.said else ""
        about = dict.fromkeys(
            values.property(predicate) for subject, predicate, _ in held.facts if subject == node
        )
        days.setdefault(said, []).append(Saying(voices.voice(held), list(about)))
    for said, sayings in days.items():
        yield Event(kind="said", date=said, sayings=sayings)


def _recorded(voices: Voices, claims: list[Held]) -> Iterator[Event]:
    counts = Counter(voices.voice(held).recorded for held in claims)
    for recorded, count in counts.items():
        words = texts("%(count)s claim recorded here", "%(count)s claims recorded here", count)
        yield Event(kind="recorded", date=recorded, words=words)


def _withdrawn(voices: Voices, node: NamedNode) -> Iterator[Event]:
    counts: Counter[tuple[str, str, str]] = Counter()
    for quad in voices.database.quads_for_pattern(None, HBK.about, node, CURRENT):
        claim = quad.subject
        if not isinstance(claim, NamedNode):
            continue
        about = voices.about(claim)
        if HBK.WithdrawnClaim not in about.get(RDF.type, ()):
            continue
        when = next((each.value for each in about.get(PROV.invalidatedAtTime, ())), "")[:10]
        said = next((each.value for each in about.get(DCTERMS.issued, ())), "")
        speaker = next(iter(about.get(PROV.wasAttributedTo, ())), None)
        name = voices.label(speaker) if isinstance(speaker, NamedNode) else ""
        counts[when, name, said] += 1
    for (when, name, said), count in sorted(counts.items()):
        yield Event(
            kind="withdrawn", date=when, pieces=[Piece(name), *([Piece(said)] if said else [])],
            words=texts("%(count)s claim withdrawn", "%(count)s claims withdrawn", count),
        )  # fmt: skip
