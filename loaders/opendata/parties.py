"""Parties of open data: the same identifier is the same party; nothing else is, by rule alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import Literal, NamedNode

from hauberk.graph.claims import CURRENT, Entry
from hauberk.graph.holdings import Holdings
from hauberk.graph.terms import Fact, english
from hauberk.ontology.names import HBK, SKOS, dossier, kind, slug

_WIKIDATA: Final = "http://www.wikidata.org/entity/"
SCHEMES: Final[Mapping[str, NamedNode]] = {
    "pic": HBK.pic,
    "lei": HBK.lei,
    "wikidata": SKOS.exactMatch,
    "ror": HBK.ror,
    "registration": HBK.registrationNumber,
}
"""Identifier schemes and the property each is stated with. A ticker names shares, not a party."""


@dataclass(frozen=True, slots=True)
class Party:
    """A party as a source's record describes it."""

    local: str
    """What the source knows it by, unique in the source: `pic-940660023`, say."""
    name: str
    kind: str = "firm"
    """The kind of dossier: firm, body, organisation."""
    state: NamedNode | None = None
    identifiers: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()


class Parties:
    """Who is who: by identifier, by decisions that people took, or new."""

    def __init__(self, held: Holdings | None, decisions: Mapping[NamedNode, NamedNode]) -> None:
        """Know the parties of *held*; *decisions* say which local party is which known one."""
        self.held = held
        self.decisions = decisions
        self._by_identifier: dict[tuple[str, str], NamedNode] = {}
        self._names: dict[NamedNode, set[str]] = {}
        self._described: set[NamedNode] = set()
        if held is not None:
            self._learn(held)

    def _learn(self, held: Holdings) -> None:
        for scheme, predicate in SCHEMES.items():
            for quad in held.store.quads_for_pattern(None, predicate, None, CURRENT):
                if isinstance(quad.subject, NamedNode) and kind(quad.subject):
                    value = getattr(quad.object, "value", "").removeprefix(_WIKIDATA)
                    self._by_identifier.setdefault((scheme, value), quad.subject)
        for predicate in (SKOS.prefLabel, SKOS.altLabel):
            for quad in held.store.quads_for_pattern(None, predicate, None, CURRENT):
                if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
                    self._names.setdefault(quad.subject, set()).add(quad.object.value)

    def known_names(self, node: NamedNode) -> set[str]:
        """Return the names that a party goes by so far."""
        return self._names.get(node, set())

    def resolve(self, party: Party) -> tuple[NamedNode, Entry | None]:
        """Return the dossier of a party, and the entry that says what is new of it, if anything.

        A decision goes before an identifier; where neither names a known party, one is opened
        under the source's own id for it.
        """
        local = dossier(f"{party.kind}/{slug(party.local)}")
        node = self.decisions.get(local) or self._identified(party) or local
        for scheme, value in party.identifiers.items():
            self._by_identifier.setdefault((scheme, value), node)
        if node in self._described:
            return node, None
        self._described.add(node)
        facts = list(self._facts(node, party, opens=node == local))
        self._names.setdefault(node, set()).update({party.name, *party.aliases})
        return node, Entry(node, tuple(facts)) if facts else None

    def _identified(self, party: Party) -> NamedNode | None:
        for scheme in SCHEMES:
            found = self._by_identifier.get((scheme, party.identifiers.get(scheme, "")))
            if found is not None:
                return found
        return None

    def _facts(self, node: NamedNode, party: Party, *, opens: bool) -> Iterable[Fact]:
        """Yield what the source states of a party; a label only where it opens the dossier."""
        names = [party.name, *party.aliases]
        if opens:
            yield node, SKOS.prefLabel, english(party.name)
            names = names[1:]
            if party.state is not None:
                yield node, HBK.state, party.state
        for name in dict.fromkeys(names):
            if opens or name not in self.known_names(node):
                yield node, SKOS.altLabel, Literal(name)
        for scheme, value in party.identifiers.items():
            if scheme == "wikidata":
                yield node, SKOS.exactMatch, NamedNode(_WIKIDATA + value)
            elif scheme in SCHEMES:
                yield node, SCHEMES[scheme], Literal(value)
