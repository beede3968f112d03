"""Credits: which facts are from open data, on what terms, and the line that must go with them.

A dataset is credited where its provider asks for a line, which the loader notes of it in
`current`. Fact files have none: they are under the licence of the whole.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property

import msgspec
from pyoxigraph import Literal, NamedNode

from hauberk.graph.claims import CURRENT
from hauberk.graph.holdings import Holdings
from hauberk.ontology.names import DCTERMS, HBK, RDF, VOID, kind

_STATEMENTS = frozenset({"claim", "entry"})


class Credit(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """What must go with the facts of a dataset, wherever they go."""

    line: str
    licence: str
    """The licence's IRI, or in words what is known of it."""
    source: str
    """The address of who gives it out."""
    title: str
    dataset: str


class Credits:
    """The credited datasets that a database holds."""

    def __init__(self, held: Holdings) -> None:
        self.held = held

    @cached_property
    def by_dataset(self) -> dict[NamedNode, Credit]:
        """Every credited dataset with its credit, in the order of their IRIs."""
        datasets = self.held.subjects(RDF.type, VOID.Dataset)
        return {
            dataset: self._credit(dataset)
            for dataset in sorted(datasets, key=str)
            if self._text(dataset, DCTERMS.rights)
        }

    @property
    def lines(self) -> list[str]:
        """The credit lines of everything, each once, in order."""
        return sorted({credit.line for credit in self.by_dataset.values()})

    @property
    def licences(self) -> list[str]:
        """The licences of everything credited, each once, in order."""
        return sorted({credit.licence for credit in self.by_dataset.values() if credit.licence})

    def of(self, nodes: Iterable[NamedNode]) -> list[Credit]:
        """Return the credits for what is told of claims, entries and dossiers, each line once."""
        found: dict[NamedNode, None] = {}
        for node in dict.fromkeys(nodes):
            if len(found) == len(self.by_dataset):
                break
            for statement in self._statements(node):
                for dataset in self.held.holders(statement) & self.by_dataset.keys():
                    found[dataset] = None
        by_line: dict[str, Credit] = {}
        for credit in sorted(self.by_dataset[dataset] for dataset in found):
            by_line.setdefault(credit.line, credit)
        return list(by_line.values())

    def _statements(self, node: NamedNode) -> Iterator[NamedNode]:
        if kind(node) in _STATEMENTS:
            yield node
            return
        for quad in self.held.store.quads_for_pattern(None, HBK.about, node, CURRENT):
            if isinstance(quad.subject, NamedNode):
                yield quad.subject

    def _credit(self, dataset: NamedNode) -> Credit:
        return Credit(
            line=self._text(dataset, DCTERMS.rights),
            licence=self._text(dataset, DCTERMS.license),
            source=self._text(dataset, DCTERMS.source),
            title=self._text(dataset, DCTERMS.title),
            dataset=dataset.value,
        )

    def _text(self, node: NamedNode, predicate: NamedNode) -> str:
        value = self.held.object_of(node, predicate)
        return value.value if isinstance(value, NamedNode | Literal) else ""
