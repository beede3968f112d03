"""What is read of dossiers, read ahead: few large requests in place of many small ones.

Nothing hangs on it but speed: what is not read ahead, the mirror reads when it is asked.
"""

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode

from hauberk.graph.claims import CURRENT
from hauberk.graph.remote.mirror import Mirror
from hauberk.ontology.names import HBK, PROV, RDFS, SKOS, TIE_KINDS, key, kind


def read_ground(mirror: Mirror, dossiers: Iterable[NamedNode]) -> None:
    """Read what a profile, or the rule, needs of dossiers: statements, and what they name."""
    about = list(dossiers)
    mirror.read_pairs((HBK.about, each) for each in about)
    statements = [each for dossier in about for each in _subjects(mirror, HBK.about, dossier)]
    mirror.read_subjects([*about, *statements])
    denied = [node for each in statements for node in _objects(mirror, each, HBK.denies)]
    mirror.read_graphs([*statements, *denied])
    _read_parts(mirror, about)
    _read_named(mirror, [*about, *statements], [*statements, *denied])


def read_ties(mirror: Mirror, party: NamedNode) -> None:
    """Read what a profile tells of the ties that a party takes part in."""
    pairs = [(HBK.agent, party), (HBK.namedInsteadOf, party)]
    mirror.read_pairs(pairs)
    parts = [part for predicate, _ in pairs for part in _subjects(mirror, predicate, party)]
    mirror.read_subjects([*parts, *(NamedNode(p.value.partition("#")[0]) for p in parts)])
    mirror.read_subjects(role for part in parts for role in _objects(mirror, part, HBK.role))


def read_dependents(mirror: Mirror, touched: Iterable[NamedNode]) -> set[NamedNode]:
    """Return the dossiers touched with those that depend on them, all of whose ground was read."""
    todo = set(touched)
    cited = [(PROV.hadPrimarySource, each) for each in todo if kind(each) == "source"]
    mirror.read_pairs(cited)
    claims = [claim for _, source in cited for claim in _subjects(mirror, cited[0][0], source)]
    mirror.read_subjects(claims)
    todo |= {node for claim in claims for node in _objects(mirror, claim, HBK.about)}
    parties = [each for each in todo if kind(each) not in TIE_KINDS | {"source"}]
    mirror.read_anywhere((HBK.identifiedAs, each) for each in parties)
    names = {*parties, *_anywhere(mirror, HBK.identifiedAs, parties)}
    mirror.read_anywhere((HBK.agent, each) for each in names)
    todo |= {
        NamedNode(part.value.partition("#")[0]) for part in _anywhere(mirror, HBK.agent, names)
    }
    read_ground(mirror, todo)
    return todo


def _read_parts(mirror: Mirror, dossiers: Iterable[NamedNode]) -> None:
    """Read the dossiers' parts, and the parts of those, as far as `current` leads to them."""
    todo = [*dossiers]
    while todo:
        parts = [
            value
            for node in todo
            for value in _objects(mirror, node, None)
            if "#" in value.value and key(value) == key(node)
        ]
        todo = [each for each in dict.fromkeys(parts) if not mirror.knows(each)]
        mirror.read_subjects(todo)


def _read_named(
    mirror: Mirror, described: Iterable[NamedNode], graphs: Iterable[NamedNode]
) -> None:
    """Read what is named by statements, in what they say and what is said of them."""
    named = {value for node in described for value in _objects(mirror, node, None)}
    places = []
    for graph in graphs:
        for quad in mirror.held.quads_for_pattern(None, None, None, graph):
            named.add(quad.predicate)
            if isinstance(quad.object, NamedNode):
                named.add(quad.object)
            elif quad.predicate == HBK.place and isinstance(quad.object, Literal):
                places += [(RDFS.label, quad.object), (SKOS.altLabel, quad.object)]
    mirror.read_subjects(named)
    mirror.read_pairs(places)


def _subjects(mirror: Mirror, predicate: NamedNode, value: NamedNode) -> Iterator[NamedNode]:
    for quad in mirror.held.quads_for_pattern(None, predicate, value, CURRENT):
        if isinstance(quad.subject, NamedNode):
            yield quad.subject


def _anywhere(
    mirror: Mirror, predicate: NamedNode, values: Iterable[NamedNode]
) -> Iterator[NamedNode]:
    for value in values:
        for quad in mirror.held.quads_for_pattern(None, predicate, value, None):
            if isinstance(quad.subject, NamedNode):
                yield quad.subject


def _objects(
    mirror: Mirror, subject: NamedNode, predicate: NamedNode | None
) -> Iterator[NamedNode]:
    for quad in mirror.held.quads_for_pattern(subject, predicate, None, CURRENT):
        if isinstance(quad.object, NamedNode):
            yield quad.object
