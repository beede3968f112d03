"""The rows of the tables, in order, and what a table and a column are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from hauberk.graph.claims import CURRENT
from hauberk.graph.exports.release import VOCABULARIES, Release
from hauberk.graph.terms import Term
from hauberk.ontology.names import (
    CODE,
    HBK,
    ID,
    PROV,
    RDF,
    RDFS,
    SKOS,
    VOID,
    XSD,
    key,
    kind,
    part,
)

Value = str | list[str] | None
Row = list[Value]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, what it means, what its values are, and the property they come from.

    *type* is `id`, `code`, `text`, `decimal`, `date` (a day, month or year), `time`, `url`, or
    `truth`. *refers* names the table whose ids the values are.
    """

    name: str
    meaning: str
    property: NamedNode | None = None
    type: str = "text"
    is_list: bool = False
    is_required: bool = False
    refers: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table, with the function that yields its rows."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    rows: Callable[[Release, "Table"], Iterator[Row]]
    key: tuple[str, ...] = ("id",)


class _Thing:
    """What `current` holds of one node."""

    def __init__(self, release: Release, node: NamedNode) -> None:
        self.node = node
        self.facts: dict[NamedNode, list[Term]] = {}
        for quad in release.database.quads_for_pattern(node, None, None, CURRENT):
            if isinstance(quad.object, NamedNode | Literal):
                self.facts.setdefault(quad.predicate, []).append(quad.object)
        release.progress(len(self.facts))

    def values(self, predicate: NamedNode) -> list[str]:
        """Return the values of a property as a table writes them, sorted."""
        return sorted(short(term) for term in self.facts.get(predicate, ()))

    def first(self, predicate: NamedNode) -> str | None:
        """Return a property's value, the first where there are several."""
        return next(iter(self.values(predicate)), None)

    def nodes(self, predicate: NamedNode) -> list[NamedNode]:
        """Return the nodes a property leads to, in order."""
        found = self.facts.get(predicate, ())
        return sorted((node for node in found if isinstance(node, NamedNode)), key=str)

    def row(self, table: Table, **given: Value) -> Row:
        """Return a row: the values given, and those of the columns' properties."""
        row: Row = []
        for column in table.columns:
            if column.name in given:
                row.append(given[column.name])
            elif column.name == "id":
                row.append(short(self.node))
            elif column.property is None:
                row.append([] if column.is_list else None)
            elif column.is_list:
                row.append(self.values(column.property))
            else:
                row.append(self.first(column.property))
        return row


def short(term: Term) -> str:
    """Return a term as tables write it: a literal's text, an id, a code's notation, or an IRI."""
    if isinstance(term, Literal):
        return term.value
    for start in (ID, str(HBK)):
        if term.value.startswith(start):
            return term.value[len(start) :]
    if term.value.startswith(CODE):
        return term.value.rpartition("/")[2]
    return term.value


def _things(release: Release, class_: NamedNode) -> Iterator[_Thing]:
    nodes = release.snapshot.ledger.subjects(RDF.type, class_)
    for node in sorted(nodes, key=lambda node: node.value):
        yield _Thing(release, node)


def dossiers(release: Release, table: Table) -> Iterator[Row]:
    """Yield everything that facts are about."""
    for thing in _things(release, HBK.Dossier):
        tie = "true" if HBK.Tie in thing.facts[RDF.type] else "false"
        yield thing.row(table, kind=kind(thing.node), tie=tie)


def names(release: Release, table: Table) -> Iterator[Row]:
    """Yield the aliases of dossiers."""
    for thing in _things(release, HBK.Dossier):
        for name in thing.values(SKOS.altLabel):
            yield thing.row(table, dossier=short(thing.node), name=name)


def ties(release: Release, table: Table) -> Iterator[Row]:
    """Yield the ties."""
    for tie in _things(release, HBK.Tie):
        yield tie.row(table, type=kind(tie.node))


def products(release: Release, table: Table) -> Iterator[Row]:
    """Yield the names of what ties are about."""
    for tie in _things(release, HBK.Tie):
        for name in tie.values(HBK.productName):
            yield tie.row(table, tie=short(tie.node), name=name)


def parts(*predicates: NamedNode) -> Callable[[Release, Table], Iterator[Row]]:
    """Return what yields a row for each part that one of the properties joins to a tie."""

    def rows(release: Release, table: Table) -> Iterator[Row]:
        for tie in _things(release, HBK.Tie):
            for predicate in predicates:
                for node in tie.nodes(predicate):
                    measures = "value" if predicate == HBK.hasValue else "quantity"
                    thing = _Thing(release, node)
                    yield thing.row(table, tie=short(tie.node), measures=measures)

    return rows


def participations(release: Release, table: Table) -> Iterator[Row]:
    """Yield who takes part in each tie; an unnamed group can have several agents named."""
    for tie in _things(release, HBK.Tie):
        for node in tie.nodes(HBK.hasParticipation):
            thing = _Thing(release, node)
            instead = thing.first(HBK.namedInsteadOf)
            for agent in thing.values(HBK.agent):
                named = None if agent == instead else instead
                yield thing.row(table, tie=short(tie.node), agent=agent, instead_of=named)


def parties(release: Release, table: Table) -> Iterator[Row]:
    """Yield all agents but speakers that are only described."""
    for agent in _things(release, HBK.Agent):
        if kind(agent.node) != "speaker":
            yield agent.row(table, kind=kind(agent.node))


def _all_claims(release: Release) -> Iterator[tuple[_Thing, bool]]:
    for class_ in (HBK.Claim, HBK.WithdrawnClaim):
        for claim in _things(release, class_):
            yield claim, class_ == HBK.Claim


def claims(release: Release, table: Table) -> Iterator[Row]:
    """Yield the claims, live and then withdrawn."""
    for claim, is_live in _all_claims(release):
        speaker = claim.nodes(PROV.wasAttributedTo)
        label = _Thing(release, speaker[0]).first(RDFS.label) if speaker else None
        polarity = "denies" if HBK.denies in claim.facts else "affirms"
        live = "true" if is_live else "false"
        yield claim.row(table, polarity=polarity, live=live, speaker_label=label)


def facts(release: Release, table: Table) -> Iterator[Row]:
    """Yield what the claims say."""
    for claim, is_live in _all_claims(release):
        polarity = "denies" if HBK.denies in claim.facts else "affirms"
        graph = claim.node if polarity == "affirms" else part(claim.node, "denied")
        if not is_live:
            graph = part(claim.node, "withdrawn")
        quads = release.database.quads_for_pattern(None, None, None, graph)
        for quad in sorted(quads, key=str):
            subject, value = quad.subject, quad.object
            if not isinstance(subject, NamedNode) or not isinstance(value, NamedNode | Literal):
                continue
            yield claim.row(
                table,
                claim=short(claim.node),
                polarity=polarity,
                live="true" if is_live else "false",
                subject=short(subject),
                property=_named(quad.predicate),
                value=value.value if isinstance(value, Literal) else _code_or_id(value),
                datatype=_datatype(value),
                language=value.language if isinstance(value, Literal) else None,
            )


def _named(predicate: NamedNode) -> str:
    for prefix, start in VOCABULARIES.items():
        if predicate.value.startswith(start):
            name = predicate.value[len(start) :]
            return name if prefix == "hbk" else f"{prefix}:{name}"
    return predicate.value


def _code_or_id(node: NamedNode) -> str:
    return node.value.removeprefix(CODE) if node.value.startswith(CODE) else short(node)


def _datatype(value: Term) -> str:
    if isinstance(value, Literal):
        return value.datatype.value.replace(str(XSD), "xsd:", 1) if not value.language else "text"
    if value.value.startswith(CODE):
        return "code"
    return "id" if key(value) else "iri"


def datasets(release: Release, table: Table) -> Iterator[Row]:
    """Yield the datasets that the statements stand in: fact files, and open data."""
    for dataset in _things(release, VOID.Dataset):
        yield dataset.row(table)


def sources(release: Release, table: Table) -> Iterator[Row]:
    """Yield the sources."""
    for source in _things(release, HBK.Source):
        yield source.row(table)
