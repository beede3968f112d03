"""The directory: dossiers by name, alias or id, and codes by scheme."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import Literal, NamedNode
from pyoxigraph import Store as Database

from hauberk.graph.claims import CURRENT
from hauberk.ontology.names import (
    CODE,
    HBK,
    ID,
    KINDS,
    RDF,
    RDFS,
    SKOS,
    dossier,
    is_key,
    key,
    kind,
)

_NAMING = (RDFS.label, SKOS.prefLabel, SKOS.altLabel, HBK.alpha2, HBK.alpha3, HBK.ticker)


@dataclass(frozen=True, slots=True)
class Listed:
    """A dossier and what it is called."""

    node: NamedNode
    key: str
    label: str
    matched: str = ""


class Directory:
    """Who and what the graph knows, by name. Names are read once: it is for one generation."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def label(self, node: NamedNode) -> str:
        """Return the display label, or the IRI's last part where it has none."""
        for quad in self.database.quads_for_pattern(node, RDFS.label, None, CURRENT):
            if isinstance(quad.object, Literal):
                return quad.object.value
        return node.value.rpartition("/")[2]

    def listed(self, node: NamedNode, matched: str = "") -> Listed:
        """Return the directory's line for a dossier."""
        return Listed(node, key(node) or node.value, self.label(node), matched)

    def names(self, kinds: Collection[str]) -> Iterator[tuple[str, NamedNode]]:
        """Yield every name that a dossier of the kinds goes by, with the dossier."""
        for name, node, of_kind in self._names:
            if of_kind in kinds:
                yield name, node

    @cached_property
    def _names(self) -> list[tuple[str, NamedNode, str]]:
        found = []
        for predicate in _NAMING:
            for quad in self.database.quads_for_pattern(None, predicate, None, CURRENT):
                node, name = quad.subject, quad.object
                if not isinstance(node, NamedNode) or not isinstance(name, Literal):
                    continue
                of_kind = kind(node)
                if of_kind is not None and "#" not in node.value:
                    found.append((name.value, node, of_kind))
        return found

    @cached_property
    def _by_name(self) -> dict[str, set[tuple[NamedNode, str]]]:
        found: dict[str, set[tuple[NamedNode, str]]] = {}
        for name, node, of_kind in self._names:
            found.setdefault(name.casefold(), set()).add((node, of_kind))
        return found

    def named(self, given: str, kinds: Collection[str]) -> list[Listed]:
        """Return the dossiers of the kinds that *given* names exactly: by id, IRI, name or alias.

        Case does not matter. An id or IRI names one; a name can name several.
        """
        if found := self.by_key(given, kinds):
            return [found]
        called = self._by_name.get(given.casefold(), ())
        nodes = [node for node, of_kind in called if of_kind in kinds]
        return [self.listed(node) for node in sorted(nodes, key=str)]

    def by_key(self, given: str, kinds: Collection[str] = KINDS) -> Listed | None:
        """Return the dossier whose id, IRI or bare slug *given* is."""
        candidates = [given.removeprefix(ID)]
        if "/" not in given:
            candidates = [f"{each}/{given}" for each in sorted(kinds)]
        for candidate in candidates:
            if not is_key(candidate) or candidate.partition("/")[0] not in kinds:
                continue
            node = dossier(candidate)
            if any(self.database.quads_for_pattern(node, RDF.type, None, CURRENT)):
                return self.listed(node)
        return None

    def near(self, given: str, kinds: Collection[str], limit: int = 3) -> list[Listed]:
        """Return the dossiers whose names are most like *given*."""
        from rapidfuzz import fuzz, process, utils

        names = list(self.names(kinds))
        found: dict[NamedNode, Listed] = {}
        matches = process.extract(
            given,
            [name for name, _ in names],
            scorer=fuzz.WRatio,
            processor=utils.default_process,
            limit=limit * 4,
            score_cutoff=70,
        )
        for _, _, index in matches:
            name, node = names[index]
            found.setdefault(node, self.listed(node, name))
        return list(found.values())[:limit]

    def search(self, given: str, kinds: Collection[str], limit: int = 20) -> list[Listed]:
        """Return dossiers with every word of *given* in a name, then those with near names."""
        words = given.casefold().split()
        found: dict[NamedNode, Listed] = {}
        matches = []
        for name, node in self.names(kinds):
            folded = name.casefold()
            if words and all(word in folded for word in words):
                begins = not folded.startswith(words[0])
                matches.append((begins, len(name), name, node.value, node))
        for _, _, name, _, node in sorted(matches, key=lambda match: match[:4]):
            found.setdefault(node, self.listed(node, name))
        if len(found) < limit:
            for each in self.near(given, kinds, limit - len(found)):
                found.setdefault(each.node, each)
        return list(found.values())[:limit]

    def codes(self, scheme: str) -> dict[str, str]:
        """Return the codes of a scheme with their labels, sorted."""
        start = f"{CODE}{scheme}/"
        quads = self.database.quads_for_pattern(
            None, SKOS.inScheme, NamedNode(CODE + scheme), CURRENT
        )
        nodes = [quad.subject for quad in quads if isinstance(quad.subject, NamedNode)]
        return {node.value.removeprefix(start): self.label(node) for node in sorted(nodes, key=str)}
