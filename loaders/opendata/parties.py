"""Parties of open data: the same identifier is the same party; nothing else is, by rule alone."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import Literal, NamedNode

from hauberk.graph.claims import CURRENT, Entry
from hauberk.graph.holdings import Holdings
from hauberk.graph.spool import Index
from hauberk.graph.terms import Fact, english
from hauberk.ontology.names import DCTERMS, HBK, SKOS, dossier, key, kind, slug

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


@dataclass(frozen=True, slots=True)
class Naming:
    """A name that a dataset gives a party."""

    name: str
    is_label: bool
    source: str
    """The address of who gives the dataset out; empty for fact files."""
    day: str
    """The day as of which the dataset shows things, or empty."""


class Parties:
    """Who is who: by identifier, by decisions that people took, or new.

    What a dataset states of a party depends on the other datasets alone, never on what the same
    dataset stated when it was read before, so that reading it again changes nothing.
    """

    def __init__(
        self,
        held: Holdings | None,
        decisions: Mapping[NamedNode, NamedNode],
        anew: Container[NamedNode] = (),
    ) -> None:
        """Know the parties of *held*, but for what the datasets *anew* alone say of them.

        *decisions* say which local party is which known one.
        """
        self.held = held
        self.decisions = decisions
        self.anew = anew
        self._by_identifier: Index[NamedNode] = Index()
        self._told: Index[dict[NamedNode | None, dict[str, bool]]] = Index()
        """What this load's datasets name each party, and whether as its label."""
        self._reading: NamedNode | None = None
        self._read: dict[NamedNode | None, tuple[str, str]] = {}
        if held is not None:
            self._learn(held)

    def _learn(self, held: Holdings) -> None:
        """Note whose each identifier is; where two have it, who was not named after it."""
        for scheme, predicate in SCHEMES.items():
            for subject, given in self._stated(held, predicate):
                value = given.removeprefix(_WIKIDATA)
                known = self._by_identifier.setdefault(f"{scheme} {value}", subject)
                if (key(known) or "").partition("/")[2] == slug(f"{scheme}-{value}"):
                    self._by_identifier[f"{scheme} {value}"] = subject

    def _stated(self, held: Holdings, predicate: NamedNode) -> Iterator[tuple[NamedNode, str]]:
        """Yield what entries of other datasets than those read anew state of dossiers."""
        others: dict[NamedNode, bool] = {}
        for quad in held.store.quads_for_pattern(None, predicate, None, None):
            entry, subject = quad.graph_name, quad.subject
            if not isinstance(entry, NamedNode) or not isinstance(subject, NamedNode):
                continue
            if kind(entry) != "entry" or "#" in entry.value or not kind(subject):
                continue
            if entry not in others:
                others[entry] = any(each not in self.anew for each in held.holders(entry))
            if others[entry]:
                yield subject, getattr(quad.object, "value", "")

    # -- One dataset after the other ---------------------------------------------------

    def begin(self, dataset: NamedNode, source: str) -> None:
        """Begin a dataset that is given out at the address *source*."""
        self._reading = dataset
        self._read[dataset] = (source, "")

    def end(self, day: str) -> None:
        """End it; *day* is the day as of which it shows things, or empty."""
        source, _ = self._read.get(self._reading, ("", ""))
        self._read[self._reading] = (source, day)

    def by_identifier(self, scheme: str, value: str) -> NamedNode | None:
        """Return the party that an identifier is known to name."""
        return self._by_identifier.get(f"{scheme} {value}")

    # -- Names -------------------------------------------------------------------------

    def all_names(self) -> Iterator[str]:
        """Yield every name that other datasets than those read anew give a dossier."""
        if self.held is not None:
            for predicate in (SKOS.prefLabel, SKOS.altLabel):
                for _, name in self._stated(self.held, predicate):
                    yield name

    def known_names(self, node: NamedNode) -> set[str]:
        """Return the names that other datasets than the one being read give a party."""
        return {naming.name for naming in self.namings(node)}

    def namings(self, node: NamedNode) -> list[Naming]:
        """Return the names that other datasets give a party, in this load and in the store."""
        found = [
            Naming(name, is_label, *self._read.get(dataset, ("", "")))
            for dataset, names in (self._told.get(node.value) or {}).items()
            if dataset != self._reading
            for name, is_label in names.items()
        ]
        if self.held is not None:
            found += self._held(self.held, node)
        return found

    def _held(self, held: Holdings, node: NamedNode) -> Iterable[Naming]:
        """Yield what the store's datasets name a party, but for those that are read anew."""
        for about in held.store.quads_for_pattern(None, HBK.about, node, CURRENT):
            entry = about.subject
            if not isinstance(entry, NamedNode) or kind(entry) != "entry":
                continue
            for dataset in held.holders(entry) - self._read.keys():
                source, day = (
                    getattr(held.object_of(dataset, noted), "value", "")
                    for noted in (DCTERMS.source, DCTERMS.issued)
                )
                for predicate in (SKOS.prefLabel, SKOS.altLabel):
                    for quad in held.store.quads_for_pattern(node, predicate, None, entry):
                        name = getattr(quad.object, "value", "")
                        yield Naming(name, predicate == SKOS.prefLabel, source, day)

    # -- Who is who --------------------------------------------------------------------

    def resolve(self, party: Party) -> tuple[NamedNode, Entry | None]:
        """Return the dossier of a party, and the entry that says what is new of it, if anything.

        A decision goes before an identifier; where neither names a known party, one is opened
        under the source's own id for it.
        """
        local = dossier(f"{party.kind}/{slug(party.local)}")
        node = self.decisions.get(local) or self._identified(party) or local
        for scheme, value in party.identifiers.items():
            self._by_identifier.setdefault(f"{scheme} {value}", node)
        by_dataset = self._told.get(node.value) or {}
        told = by_dataset.get(self._reading)
        if told is None:
            labels = {naming.name for naming in self.namings(node) if naming.is_label}
            opens = not labels or (node == local and labels == {party.name})
            told = by_dataset[self._reading] = {}
            facts = list(self._facts(node, party, labels, told, opens=opens))
        elif party.identifiers and party.name not in told:
            told[party.name] = False
            facts = [(node, SKOS.altLabel, Literal(party.name))]
        else:
            return node, None
        self._told[node.value] = by_dataset
        return node, Entry(node, tuple(facts)) if facts else None

    def _identified(self, party: Party) -> NamedNode | None:
        for scheme in SCHEMES:
            if value := party.identifiers.get(scheme, ""):
                found = self.by_identifier(scheme, value)
                if found is not None:
                    return found
        return None

    def _facts(
        self,
        node: NamedNode,
        party: Party,
        labels: set[str],
        told: dict[str, bool],
        *,
        opens: bool,
    ) -> Iterable[Fact]:
        """Yield what the source states of a party; a label only where it opens the dossier.

        The names that it uses are added to *told*.
        """
        told[party.name] = opens
        names = [party.name, *party.aliases]
        if opens:
            yield node, SKOS.prefLabel, english(party.name)
            names = names[1:]
            if party.state is not None:
                yield node, HBK.state, party.state
        for name in dict.fromkeys(names):
            told.setdefault(name, False)
            if name not in labels:
                yield node, SKOS.altLabel, Literal(name)
        for scheme, value in party.identifiers.items():
            if scheme == "wikidata":
                yield node, SKOS.exactMatch, NamedNode(_WIKIDATA + value)
            elif scheme in SCHEMES:
                yield node, SCHEMES[scheme], Literal(value)
