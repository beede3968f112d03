"""Documents about things: what the graph says of an IRI, as a page or in a graph format."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from hauberk.graph.claims import CURRENT
from hauberk.graph.description import describe, is_live
from hauberk.graph.errors import GoneError, NotFoundError
from hauberk.graph.store import Snapshot
from hauberk.ontology import MODULES, resource
from hauberk.ontology.names import BASE, OWL, RDF, RDFS, SKOS, kind
from hauberk.queries.web.explorer.citation import CITED
from hauberk.queries.web.explorer.days import is_known
from hauberk.queries.web.explorer.dossier import dossier
from hauberk.queries.web.explorer.unknown import unknown_then
from hauberk.queries.web.explorer.views import PROFILED, missing, thing, view
from hauberk.queries.web.frames import Limits, Reply
from hauberk.queries.web.pages import page
from hauberk.queries.web.rdf import written

_QUADS: Final = frozenset({"trig", "nq"})
_ONTOLOGY: Final = "ontology/"
_TOLD: Final = tuple(name for name in MODULES if name != "gazetteer")
"""The modules whose terms the vocabulary's page tells; places are too many."""


def document(snapshot: Snapshot, given: Mapping[str, Any], limits: Limits) -> Reply:
    """Give the document about the thing at `path`, in `format`.

    A page's list can be asked for by `page`, `role`, `kind` and `list`. A `browser` gets a page for
    what is not there, too.
    Raises NotFoundError and GoneError for what is not there and no longer there.
    """
    path, form = given["path"], given["format"]
    if path == "ns" or path.startswith(_ONTOLOGY):
        return _module(path, form, limits) if path != "ns" else _vocabulary(form, limits)
    node = NamedNode(BASE + path)
    if snapshot.day is not None and not is_known(snapshot.today, node, snapshot.day):
        return unknown_then(snapshot, node, form)
    if form == "html" or form in CITED:
        return _read(snapshot, node, given)
    found = describe(snapshot, node)
    if form in _QUADS:
        return Reply(format=form, body=written(found.quads, form, limits.bytes))
    # Triples alone cannot say which graph they stand in: what a claim affirms is left to TriG.
    triples = [quad.triple for quad in found.quads if quad.graph_name == CURRENT]
    return Reply(format=form, body=written(triples, form, limits.bytes))


def _read(snapshot: Snapshot, node: NamedNode, given: Mapping[str, Any]) -> Reply:
    """Return the page of a thing, or what a dossier can be cited by."""
    form = given["format"]
    if is_live(snapshot, node):
        shown = view(snapshot, node, given) if form == "html" else _cited(snapshot, node, form)
        if shown:
            return shown
    try:
        describe(snapshot, node)
    except (GoneError, NotFoundError) as exc:
        if not given.get("browser"):
            raise
        return missing(node, exc)
    if form != "html":
        raise NotFoundError(f"{_path(node)} is no dossier: it has no {form}")
    return thing(snapshot, node, given)


def _cited(snapshot: Snapshot, node: NamedNode, form: str) -> Reply | None:
    """Return a dossier as CSV or as a citation; None for what is no dossier."""
    if kind(node) not in PROFILED:
        return None
    return Reply(format=form, body=CITED[form](dossier(snapshot, node)))


def _path(node: NamedNode) -> str:
    return node.value.removeprefix(BASE)


# -- The ontology ---------------------------------------------------------------------------


def _module(path: str, form: str, limits: Limits) -> Reply:
    name = path.removeprefix(_ONTOLOGY)
    if name not in MODULES:
        raise NotFoundError(f"the ontology has no module {name}; there are {', '.join(MODULES)}")
    if form == "html":
        return page("vocabulary.html", **_documented(_TOLD, only=name), module=name)
    if form == "ttl":
        return Reply(format=form, body=resource(name).read_bytes())
    return Reply(format=form, body=written(_triples([name]), form, limits.bytes))


def _vocabulary(form: str, limits: Limits) -> Reply:
    if form != "html":
        return Reply(format=form, body=written(_triples(_TOLD), form, limits.bytes))
    return page("vocabulary.html", **_documented(_TOLD), module="")


def vocabulary() -> dict[str, Any]:
    """Return the classes, properties and codes of the ontology, with what is said of each."""
    return _documented(_TOLD)


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


def _documented(names: Iterable[str], only: str = "") -> dict[str, Any]:
    """Return the terms of the vocabulary and the codes, with what is said of each.

    *only* leaves out all that another module defines.
    """
    facts: dict[NamedNode, dict[NamedNode, list[object]]] = {}
    for triple in _triples(names):
        if isinstance(triple.subject, NamedNode):
            about = facts.setdefault(triple.subject, {})
            about.setdefault(triple.predicate, []).append(triple.object)
    defined = {triple.subject for triple in _triples([only])} if only else set(facts)
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
            if set(classes) & set(about.get(RDF.type, ()))
            and node.value.startswith(BASE)
            and node in defined
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
