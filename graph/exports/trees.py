"""JSON-LD: a tree for each dossier, with its participations, values and sites inside it.

One tree a line, so that a reader can take them one by one; the context stands in full at the
head and nothing has to be fetched.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import IO, Any, Final

import msgspec
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from hauberk.graph.exports.context import context
from hauberk.graph.exports.release import Release
from hauberk.ontology.names import HBK, ID, RDF, XSD

Subject = NamedNode | BlankNode
Facts = dict[NamedNode, list[NamedNode | BlankNode | Literal]]


def write_jsonld(release: Release, sink: IO[bytes]) -> None:
    """Write `current` as JSON-LD."""
    encode = msgspec.json.Encoder().encode
    sink.write(b'{"@context": ' + encode(context()) + b',\n"@graph": [\n')
    join = b""
    writing = _Writing(context())
    for subject, facts, parts in _trees(release.current()):
        sink.write(join + encode(writing.node(subject, facts, parts)))
        join = b",\n"
    sink.write(b"\n]}\n")


def _trees(triples: Iterable[Triple]) -> Iterator[tuple[Subject, Facts, dict[Subject, Facts]]]:
    """Yield each subject that is no part of another, with its facts and its parts'.

    The parts of a dossier, `x#…`, come shortly before it in the order of the triples: what waits
    for its whole is little.
    """
    waiting: dict[str, dict[Subject, Facts]] = {}
    for subject, group in groupby(triples, key=lambda triple: triple.subject):
        if isinstance(subject, Triple):
            continue
        facts: Facts = {}
        for triple in group:
            if not isinstance(triple.object, Triple):
                facts.setdefault(triple.predicate, []).append(triple.object)
        whole, hash_, _ = subject.value.partition("#")
        if hash_ and isinstance(subject, NamedNode) and whole.startswith(ID):
            waiting.setdefault(whole, {})[subject] = facts
        else:
            yield subject, facts, waiting.pop(subject.value, {})
    for parts in waiting.values():
        for subject, facts in parts.items():
            yield subject, facts, {}


class _Writing:
    """How terms are written under a context."""

    _PREFIXED: Final = ("id", "code", "hbk")

    def __init__(self, given: dict[str, Any]) -> None:
        self.terms = {
            self._expanded(term["@id"], given): (name, term)
            for name, term in given.items()
            if isinstance(term, dict)
        }
        self.prefixes = [(given[prefix], prefix) for prefix in self._PREFIXED]

    @staticmethod
    def _expanded(name: str, given: dict[str, Any]) -> str:
        prefix, _, local = name.partition(":")
        return f"{given[prefix]}{local}"

    def node(self, subject: Subject, facts: Facts, parts: dict[Subject, Facts]) -> dict[str, Any]:
        """Return a subject as a JSON object; parts that it does not lead to are joined to it."""
        left = dict(parts)
        tree = self._tree(subject, facts, left)
        if left:
            tree["@included"] = [self._tree(part, left.pop(part), left) for part in list(left)]
        return tree

    def _tree(self, subject: Subject, facts: Facts, parts: dict[Subject, Facts]) -> dict[str, Any]:
        tree: dict[str, Any] = {"@id": self._iri(subject)}
        for predicate, values in facts.items():
            if predicate == RDF.type:
                tree["@type"] = [self._class(value) for value in values]
                continue
            name, term = self.terms.get(predicate.value, (predicate.value, {}))
            written = [self._value(value, term.get("@type"), parts) for value in values]
            is_list = len(written) > 1 or term.get("@container") == "@set"
            tree[name] = written if is_list else written[0]
        return tree

    def _value(
        self, value: Subject | Literal, coerced: str | None, parts: dict[Subject, Facts]
    ) -> object:
        if not isinstance(value, Literal):
            if value in parts:
                return self._tree(value, parts.pop(value), parts)
            return self._iri(value) if coerced == "@id" else {"@id": self._iri(value)}
        if value.language:
            return {"@value": value.value, "@language": value.language}
        if value.datatype == XSD.string:
            return {"@value": value.value} if coerced else value.value
        datatype = value.datatype.value
        short = datatype.replace(str(XSD), "xsd:", 1)
        return value.value if short == coerced else {"@value": value.value, "@type": short}

    def _class(self, value: Subject | Literal) -> str:
        return value.value.removeprefix(str(HBK)) if isinstance(value, NamedNode) else str(value)

    def _iri(self, node: Subject) -> str:
        if isinstance(node, BlankNode):
            return str(node)
        for start, prefix in self.prefixes:
            if node.value.startswith(start):
                return f"{prefix}:{node.value[len(start) :]}"
        return node.value
