"""The JSON-LD context: made from the ontology, shipped in full as `context.jsonld`.

Run `python -m hauberk.graph.exports.context > graph/exports/context.jsonld` from the checkout
after a property was added. What the context does not know is written out in full, so an export
is right before that too.
"""

import json
import sys
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final

from pyoxigraph import Literal, NamedNode

from hauberk.graph.exports.release import VOCABULARIES
from hauberk.graph.reference import reference
from hauberk.ontology.names import CODE, HBK, ID, OWL, RDF, RDFS, SKOS, XSD

_FOREIGN: Final = {
    "altLabel": ("skos:altLabel", None),
    "broader": ("skos:broader", "@id"),
    "closeMatch": ("skos:closeMatch", "@id"),
    "definition": ("skos:definition", None),
    "description": ("dcterms:description", None),
    "domain": ("rdfs:domain", "@id"),
    "example": ("skos:example", None),
    "exactMatch": ("skos:exactMatch", "@id"),
    "generatedAtTime": ("prov:generatedAtTime", "xsd:dateTime"),
    "hadPrimarySource": ("prov:hadPrimarySource", "@id"),
    "hasSelector": ("oa:hasSelector", "@id"),
    "hasSource": ("oa:hasSource", "@id"),
    "homepage": ("foaf:homepage", "@id"),
    "inDataset": ("void:inDataset", "@id"),
    "inScheme": ("skos:inScheme", "@id"),
    "invalidatedAtTime": ("prov:invalidatedAtTime", "xsd:dateTime"),
    "isDefinedBy": ("rdfs:isDefinedBy", "@id"),
    "issued": ("dcterms:issued", "xsd:date"),
    "label": ("rdfs:label", None),
    "language": ("dcterms:language", None),
    "lat": ("geo:lat", "xsd:decimal"),
    "license": ("dcterms:license", None),
    "long": ("geo:long", "xsd:decimal"),
    "member": ("org:member", "@id"),
    "notation": ("skos:notation", None),
    "note": ("skos:note", None),
    "organization": ("org:organization", "@id"),
    "prefLabel": ("skos:prefLabel", None),
    "range": ("rdfs:range", "@id"),
    "relatedMatch": ("skos:relatedMatch", "@id"),
    "rights": ("dcterms:rights", None),
    "scopeNote": ("skos:scopeNote", None),
    "subClassOf": ("rdfs:subClassOf", "@id"),
    "subPropertyOf": ("rdfs:subPropertyOf", "@id"),
    "title": ("dcterms:title", None),
    "topConceptOf": ("skos:topConceptOf", "@id"),
    "source": ("dcterms:source", "@id"),
    "wasAttributedTo": ("prov:wasAttributedTo", "@id"),
}
"""The properties of other vocabularies that have a plain name, with the type of their values."""
_ALWAYS_LISTS: Final = frozenset({
    "altLabel", "category", "concernsProduct", "contestedIn", "contests", "exactMatch",
    "hadPrimarySource", "hasArmsRevenue", "hasParticipation", "hasQuantity", "hasRenaming",
    "hasSite", "hasValue",
    "identifiedAs", "inDataset", "involvesState", "note", "productName",
})  # fmt: skip
"""Properties that may have several values: a list even where there is one."""


@cache
def context() -> dict[str, Any]:
    """Return the context that is shipped."""
    text = files("hauberk.graph.exports").joinpath("context.jsonld").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)["@context"]
    return found


def document() -> dict[str, Any]:
    """Return the context as the ontology now has it, with what each of our properties means."""
    terms: dict[str, Any] = {name: _term(iri, type_) for name, (iri, type_) in _FOREIGN.items()}
    meanings: dict[str, str] = {}
    for name, type_, meaning in _properties():
        key = f"hbk:{name}" if name in _FOREIGN else name
        terms[key] = _term(f"hbk:{name}", type_)
        meanings[name] = meaning
    for name in _ALWAYS_LISTS & terms.keys():
        terms[name]["@container"] = "@set"
    return {
        "about": [
            "The JSON-LD context of Hauberk's exports. Terms without a prefix are Hauberk's own,"
            " https://w3id.org/hauberk/ns#, but for those that name another IRI below.",
            "A date is a day where it is a plain string; a month or a year says so by its @type.",
            "Amounts and shares are strings, so that no reader rounds them.",
        ],
        "meanings": dict(sorted(meanings.items())),
        "@context": {
            "@version": 1.1,
            "@vocab": str(HBK),
            **VOCABULARIES,
            "code": CODE,
            "id": ID,
            **dict(sorted(terms.items())),
        },
    }


def _term(iri: str, type_: str | None) -> dict[str, Any]:
    return {"@id": iri, "@type": type_} if type_ else {"@id": iri}


def _properties() -> Iterator[tuple[str, str | None, str]]:
    """Yield the name, the type of values and the definition of each of our properties."""
    kinds, ranges, meanings = {}, {}, {}
    for triple in reference():
        subject, value = triple.subject, triple.object
        if not isinstance(subject, NamedNode) or not subject.value.startswith(str(HBK)):
            continue
        name = subject.value.removeprefix(str(HBK))
        if triple.predicate == RDF.type:
            kinds[name] = value
        elif triple.predicate == RDFS.range and isinstance(value, NamedNode):
            ranges[name] = value.value
        elif triple.predicate == SKOS.definition and isinstance(value, Literal):
            meanings[name] = value.value
    for name, kind in kinds.items():
        if kind in {OWL.ObjectProperty, OWL.AnnotationProperty}:
            is_text = name == "dossierKind"
            yield name, None if is_text else "@id", meanings.get(name, "")
        elif kind == OWL.DatatypeProperty:
            datatype = ranges.get(name, str(XSD) + "date").removeprefix(str(XSD))
            yield name, None if datatype == "string" else f"xsd:{datatype}", meanings.get(name, "")


if __name__ == "__main__":
    sys.stdout.write(json.dumps(document(), ensure_ascii=False, indent=2) + "\n")
