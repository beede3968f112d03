"""Documents about things: what the graph says of an IRI, as a page or in a graph format."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from hauberk.graph.claims import CURRENT
from hauberk.graph.credits import Credits
from hauberk.graph.description import Description, describe
from hauberk.graph.errors import NotFoundError
from hauberk.graph.profile import profile
from hauberk.graph.store import Snapshot
from hauberk.ontology import MODULES, resource
from hauberk.ontology.names import BASE, CODE, HBK, ID, KINDS, OWL, RDF, RDFS, SKOS, dossier, kind
from hauberk.queries.web.frames import Limits, Reply
from hauberk.queries.web.pages import page
from hauberk.queries.web.rdf import written

_QUADS: Final = frozenset({"trig", "nq"})
_ONTOLOGY: Final = "ontology/"
_PROFILED: Final = frozenset(KINDS) - {"source", "speaker"}


def document(snapshot: Snapshot, given: Mapping[str, Any], limits: Limits) -> Reply:
    """Give the document about the thing at `path`, in `format`.

    Raises NotFoundError and GoneError for what is not there and no longer there.
    """
    path, form = given["path"], given["format"]
    if path == "ns":
        return _vocabulary(form, limits)
    if path.startswith(_ONTOLOGY):
        return _module(path, form, limits)
    node = NamedNode(BASE + path)
    found = describe(snapshot, node)
    if form == "html":
        return _page(snapshot, found)
    if form in _QUADS:
        return Reply(format=form, body=written(found.quads, form, limits.bytes))
    # Triples alone cannot say which graph they stand in: what a claim affirms is left to TriG.
    triples = [quad.triple for quad in found.quads if quad.graph_name == CURRENT]
    return Reply(format=form, body=written(triples, form, limits.bytes))


def _page(snapshot: Snapshot, found: Description) -> Reply:
    if kind(found.node) in _PROFILED:
        shown = profile(snapshot, found.node)
        told = [found.node, *(dossier(tie.id) for tie in shown.ties)]
        return page(
            "dossier.html", shown=shown, path=_path(found.node),
            credits=Credits(snapshot.ledger).of(told),
        )  # fmt: skip
    rows = [
        (_label(snapshot, quad.subject), _label(snapshot, quad.predicate), quad.object,
         "accepted" if quad.graph_name == CURRENT else "as claimed")
        for quad in found.quads
        if quad.subject == found.node or quad.graph_name != CURRENT
        or str(quad.subject).startswith(f"<{found.node.value}#")
    ]  # fmt: skip
    return page(
        "thing.html", label=_label(snapshot, found.node), iri=found.node.value,
        path=_path(found.node), rows=rows, labels=_labels(snapshot, rows),
        credits=Credits(snapshot.ledger).of([found.node]),
    )  # fmt: skip


def _path(node: NamedNode) -> str:
    return node.value.removeprefix(BASE)


def _label(snapshot: Snapshot, term: object) -> str:
    return snapshot.directory.label(term) if isinstance(term, NamedNode) else str(term)


def _labels(snapshot: Snapshot, rows: Sequence[tuple[str, str, object, str]]) -> dict[str, str]:
    """Return the labels of the IRIs of ours among the objects."""
    ours = (ID, CODE, str(HBK))
    return {
        term.value: snapshot.directory.label(term)
        for _, _, term, _ in rows
        if isinstance(term, NamedNode) and term.value.startswith(ours)
    }


# -- The ontology ---------------------------------------------------------------------------


def _module(path: str, form: str, limits: Limits) -> Reply:
    name = path.removeprefix(_ONTOLOGY)
    if form == "html":
        return _vocabulary(form, limits)
    if name not in MODULES:
        raise NotFoundError(f"the ontology has no module {name}; there are {', '.join(MODULES)}")
    if form == "ttl":
        return Reply(format=form, body=resource(name).read_bytes())
    return Reply(format=form, body=written(_triples([name]), form, limits.bytes))


def _vocabulary(form: str, limits: Limits) -> Reply:
    names = [name for name in MODULES if name != "gazetteer"]
    if form != "html":
        return Reply(format=form, body=written(_triples(names), form, limits.bytes))
    return page("vocabulary.html", **_documented(names))


def _triples(names: Iterable[str]) -> list[Triple]:
    """Return the modules' triples; blank nodes are named by their order, the same each time."""
    found: dict[Triple, None] = {}
    for name in names:
        blank: dict[object, BlankNode] = {}

        def named(term: Any, blank: dict[object, BlankNode] = blank, name: str = name) -> Any:  # noqa: ANN401
            if isinstance(term, BlankNode):
                return blank.setdefault(term, BlankNode(f"{name}{len(blank)}"))
            return term

        data = resource(name).read_bytes()
        for quad in parse(data, format=RdfFormat.TURTLE, rename_blank_nodes=False):
            found[Triple(named(quad.subject), quad.predicate, named(quad.object))] = None
    return list(found)


def _documented(names: list[str]) -> dict[str, Any]:
    """Return the terms of the vocabulary and the codes, with what is said of each."""
    facts: dict[NamedNode, dict[NamedNode, list[object]]] = {}
    for triple in _triples(names):
        if isinstance(triple.subject, NamedNode):
            about = facts.setdefault(triple.subject, {})
            about.setdefault(triple.predicate, []).append(triple.object)
    labels = {node: _first(about, SKOS.prefLabel, RDFS.label) for node, about in facts.items()}

    def told(node: NamedNode, about: Mapping[NamedNode, list[object]]) -> dict[str, Any]:
        return {
            "name": node.value.rpartition("#")[2] if "#" in node.value else _path(node),
            "iri": node.value,
            "label": labels[node],
            "definition": _first(about, SKOS.definition),
            "examples": [each.value for each in about.get(SKOS.example, ())
                         if isinstance(each, Literal)],
            "note": _first(about, SKOS.scopeNote),
            "broader": _named(about, labels, RDFS.subClassOf, RDFS.subPropertyOf, SKOS.broader),
            "domain": _named(about, labels, RDFS.domain),
            "range": _named(about, labels, RDFS.range),
        }  # fmt: skip

    def of(*classes: NamedNode) -> list[dict[str, Any]]:
        found = [
            told(node, about)
            for node, about in facts.items()
            if set(classes) & set(about.get(RDF.type, ())) and node.value.startswith(BASE)
        ]
        return sorted(found, key=lambda each: str(each["name"]).casefold())

    schemes = []
    for scheme in of(SKOS.ConceptScheme):
        inside = NamedNode(scheme["iri"])
        members = [
            told(node, about)
            for node, about in facts.items()
            if inside in about.get(SKOS.inScheme, ())
        ]
        schemes.append({**scheme, "codes": sorted(members, key=lambda each: each["iri"])})
    return {
        "classes": of(OWL.Class),
        "properties": of(OWL.ObjectProperty, OWL.DatatypeProperty),
        "schemes": schemes,
        "modules": MODULES,
    }


def _first(about: Mapping[NamedNode, list[object]], *predicates: NamedNode) -> str:
    for predicate in predicates:
        for value in about.get(predicate, ()):
            if isinstance(value, Literal) and value.language in {None, "en"}:
                return value.value
    return ""


def _named(
    about: Mapping[NamedNode, list[object]], labels: Mapping[NamedNode, str], *preds: NamedNode
) -> list[tuple[str, str]]:
    """Return the IRIs that a term is related to, with what to call each."""
    return [
        (value.value, labels.get(value) or value.value)
        for predicate in preds
        for value in about.get(predicate, ())
        if isinstance(value, NamedNode)
    ]
