"""The ontology's promises: one meaning a term, no contradiction, and shapes that say what to do."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pycountry
import pytest
from owlrl import DeductiveClosure, OWLRL_Semantics
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse
from pyshacl import validate
from rdflib import SH, Graph, URIRef

from hauberk.loaders.fields import CODED, IDENTIFIERS, SAYS
from hauberk.ontology import MODULES, resource
from hauberk.ontology.names import CODE, HBK, ID, KINDS, OWL, PROV, RDF, RDFS, SKOS, code

ROOT = Path(__file__).parent.parent
ROOMS = ("graph", "loaders", "ontology", "queries")
FILES = (*MODULES, "shapes", "style")
SNIPPETS = ROOT / "tests" / "data" / "shapes"
DEFINING = {
    OWL.Class,
    OWL.ObjectProperty,
    OWL.DatatypeProperty,
    OWL.AnnotationProperty,
    SKOS.Concept,
    SKOS.ConceptScheme,
    HBK.AcceptanceRule,
    HBK.ResolutionRule,
}
ORG_MEMBER = NamedNode("http://www.w3.org/ns/org#member")
ORG_ORGANIZATION = NamedNode("http://www.w3.org/ns/org#organization")


@cache
def triples(name: str) -> tuple[Triple, ...]:
    data = resource(name).read_bytes()
    return tuple(q.triple for q in parse(data, format=RdfFormat.TURTLE, rename_blank_nodes=True))


def ontology() -> Iterator[Triple]:
    for name in MODULES:
        yield from triples(name)


def objects(subject: NamedNode, predicate: NamedNode) -> set[str]:
    return {
        t.object.value
        for t in ontology()
        if t.subject == subject
        and t.predicate == predicate
        and isinstance(t.object, Literal | NamedNode)
    }


def rdflib_graph(*names: str, more: str = "") -> Graph:
    graph = Graph()
    for name in names:
        graph.parse(data=resource(name).read_text(encoding="utf-8"), format="turtle")
    if more:
        graph.parse(data=PREFIXES + more, format="turtle")
    return graph


PREFIXES = """
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix hbk: <https://w3id.org/hauberk/ns#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix t: <https://example.org/> .
"""

# -- Terms --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_module_is_read_alike_by_both_parsers(name: str) -> None:
    assert len(rdflib_graph(name)) == len(set(triples(name)))


@pytest.mark.parametrize("name", FILES)
def test_module_declares_its_prefixes_sorted_and_only_those_it_uses(name: str) -> None:
    text = resource(name).read_text(encoding="utf-8")
    prefixes = re.findall(r"^@prefix ([\w-]*):", text, re.MULTILINE)
    body = re.sub(r"^@prefix .*$|\"(?:[^\"\\]|\\.)*\"|<[^<>\s]*>", "", text, flags=re.MULTILINE)
    assert prefixes == sorted(prefixes)
    assert [p for p in prefixes if not re.search(rf"(?<![\w-]){p}:", body)] == []


def test_every_module_named_is_there_and_every_module_there_is_named() -> None:
    assert {path.stem for path in (ROOT / "ontology").glob("*.ttl")} == set(FILES)


def test_no_term_is_defined_twice() -> None:
    defined = Counter(
        (name, t.subject) for name in FILES for t in triples(name) if is_definition(t)
    )
    homes = Counter(subject for _, subject in defined)
    assert [str(subject) for subject, number in homes.items() if number > 1] == []
    assert [str(subject) for (_, subject), number in defined.items() if number > 1] == []


def is_definition(triple: Triple) -> bool:
    return triple.predicate == RDF.type and triple.object in DEFINING and is_named(triple.subject)


def is_named(term: object) -> bool:
    return (
        isinstance(term, NamedNode)
        and term.value.startswith((str(HBK), CODE))
        and term.value not in {str(HBK), CODE}
    )


def terms_used() -> dict[str, set[str]]:
    """Map every term that a file of the project writes to the files that write it."""
    used: dict[str, set[str]] = {}
    for place, term in (*terms_of_modules(), *terms_of_code(), *terms_of_tables()):
        used.setdefault(term, set()).add(place)
    return used


def terms_of_modules() -> Iterator[tuple[str, str]]:
    for name in FILES:
        for triple in triples(name):
            for node in (triple.subject, triple.predicate, triple.object):
                if isinstance(node, NamedNode) and is_named(node):
                    yield f"ontology/{name}.ttl", node.value


def terms_of_code() -> Iterator[tuple[str, str]]:
    for room in ROOMS:
        for path in (ROOT / room).rglob("*"):
            if path.suffix in {".py", ".rq"}:
                for term in terms_in(path.read_text(encoding="utf-8"), path.suffix):
                    yield str(path.relative_to(ROOT)), term


def terms_of_tables() -> Iterator[tuple[str, str]]:
    for field in SAYS.values():
        yield "loaders/fields.py", field.property.value
        if field.scheme:
            yield "loaders/fields.py", CODE + field.scheme
    for scheme in CODED.values():
        yield "loaders/fields.py", CODE + scheme
    for name in IDENTIFIERS:
        if name != "wikidata":  # an item, which skos:exactMatch points to
            yield "loaders/fields.py", str(HBK) + name
    for name in KINDS.values():
        yield "ontology/names.py", str(HBK) + name


def terms_in(text: str, suffix: str) -> Iterator[str]:
    if suffix == ".py":
        for name in re.findall(r"\bHBK\.(\w+)", text):
            yield str(HBK) + name
        for scheme, notation in re.findall(r"\bcode\(\s*\"([\w-]+)\",\s*\"([\w-]+)\"\s*\)", text):
            yield code(scheme, notation).value
        return
    text = "\n".join(line for line in text.splitlines() if not line.startswith("#+"))
    for prefix, iri in re.findall(r"(?i)^PREFIX\s+([\w-]*):\s*<([^>]*)>", text, re.MULTILINE):
        if iri == str(HBK) or iri.startswith(CODE):
            for name in re.findall(rf"(?<![\w-]){prefix}:([\w-]+)", text):
                yield iri + name
    for iri in re.findall(r"<([^<>\s]+)>", text):
        if re.fullmatch(rf"({re.escape(str(HBK))}|{re.escape(CODE)}[\w-]+/)[\w-]+", iri):
            yield iri


def test_every_term_that_a_file_uses_is_defined() -> None:
    defined = {t.subject.value for t in ontology() if is_definition(t)}  # type: ignore[union-attr]
    used = terms_used()
    assert len(used) > 200, "the search for terms finds too few to mean anything"
    assert {term: sorted(files) for term, files in used.items() if term not in defined} == {}


def test_codes_are_named_after_their_scheme_and_notation() -> None:
    for triple in ontology():
        if triple.predicate == SKOS.notation and isinstance(triple.subject, NamedNode):
            scheme, _, notation = triple.subject.value[len(CODE) :].partition("/")
            assert triple.subject.value.startswith(CODE)
            assert triple.object == Literal(notation)
            assert objects(triple.subject, SKOS.inScheme) == {CODE + scheme}


@pytest.mark.parametrize("scheme", ["modality", "credibility", "reliability"])
def test_every_code_that_weighs_a_claim_has_a_rank(scheme: str) -> None:
    held = [t for t in ontology() if t.object == NamedNode(CODE + scheme)]
    codes = {t.subject for t in held if t.predicate == SKOS.inScheme}
    ranks = {t.subject for t in ontology() if t.predicate == HBK.rank}
    assert codes
    assert codes <= ranks


def test_kinds_of_ids_are_the_dossier_kinds_of_the_ontology() -> None:
    stated = {
        t.object.value: t.subject.value.removeprefix(str(HBK))
        for t in ontology()
        if t.predicate == HBK.dossierKind
        and isinstance(t.object, Literal)
        and isinstance(t.subject, NamedNode)
    }
    assert stated == KINDS


# -- Style --------------------------------------------------------------------------------


def style_report(more: str = "") -> str:
    conforms, _, text = validate(
        rdflib_graph(*FILES, more=more), shacl_graph=rdflib_graph("style"), inference="none"
    )
    return "" if conforms else str(text)


def test_the_ontology_keeps_its_own_style() -> None:
    assert style_report() == ""


@pytest.mark.parametrize(
    ("planted", "message"),
    [
        ("hbk:Bad a owl:Class .", "write one skos:definition @en"),
        ('hbk:Bad a owl:Class ; skos:definition "no full stop"@en .', "full stop"),
        ('hbk:bad a owl:ObjectProperty ; skos:prefLabel "a"@en, "b"@en .', "one skos:prefLabel"),
        ("hbk:bad a owl:DatatypeProperty .", "write one rdfs:isDefinedBy"),
        ("hbk:Bad a owl:ObjectProperty .", "begins with a small letter"),
        ("<https://w3id.org/hauberk/code/status/bad> a skos:Concept .", "write one skos:notation"),
        ("<https://w3id.org/hauberk/code/status/bad> a skos:Concept .", "write one skos:inScheme"),
        ("<https://w3id.org/hauberk/ontology/bad> a owl:Ontology .", "dcterms:license"),
    ],
)
def test_a_term_out_of_style_is_named_with_what_to_write(planted: str, message: str) -> None:
    assert message in style_report(planted)


# -- Logic --------------------------------------------------------------------------------

ERROR = URIRef("http://www.daml.org/2002/03/agents/agent-ont#error")


def contradictions(more: str = "") -> list[str]:
    """Return what an OWL RL reasoner finds wrong with the ontology and *more*."""
    graph = rdflib_graph(*(name for name in MODULES if name != "states"), more=more)
    DeductiveClosure(OWLRL_Semantics).expand(graph)
    return sorted(str(message) for message in graph.objects(None, ERROR))


def one_of_each_class() -> str:
    classes = sorted(
        t.subject.value.removeprefix(str(HBK))
        for t in ontology()
        if t.predicate == RDF.type and t.object == OWL.Class and isinstance(t.subject, NamedNode)
    )
    return "\n".join(f"t:{name} a hbk:{name} ." for name in classes)


def one_of_each_property() -> str:
    kinds = {OWL.ObjectProperty: "t:o-{0}", OWL.DatatypeProperty: None}
    ranges = {
        t.subject: t.object.value
        for t in ontology()
        if t.predicate == RDFS.range and isinstance(t.object, NamedNode)
    }
    samples = {"decimal": "1.5", "integer": "1", "boolean": "true", "anyURI": "https://x.example"}
    lines = []
    for triple in ontology():
        if triple.predicate == RDF.type and triple.object in kinds and is_named(triple.subject):
            assert isinstance(triple.subject, NamedNode)
            name = triple.subject.value.removeprefix(str(HBK))
            if triple.object == OWL.ObjectProperty:
                value = f"t:o-{name}"
            else:
                datatype = ranges.get(triple.subject, "http://www.w3.org/2001/XMLSchema#string")
                sample = samples.get(datatype.rpartition("#")[2], "x")
                value = f'"{sample}"^^<{datatype}>'
            lines.append(f"t:s-{name} hbk:{name} {value} .")
    return "\n".join(lines)


def test_every_class_and_property_can_be_used_without_contradiction() -> None:
    assert contradictions(one_of_each_class() + "\n" + one_of_each_property()) == []


@pytest.mark.parametrize(
    "planted",
    [
        "t:x a hbk:Firm, hbk:State .",
        "t:x a hbk:Claim, hbk:WithdrawnClaim .",
        "t:x a hbk:Agreement, hbk:Person .",
        "t:x a hbk:Participation, hbk:Firm .",
        "t:x a hbk:Stake, hbk:Programme .",
        "t:x a hbk:Source, hbk:DescribedSpeaker .",
        "t:x a hbk:Firm ; hbk:identifiedAs t:y .",
        "t:x hbk:agent t:y . t:y a hbk:CooperationModel .",
        "t:x hbk:followsModel t:y . t:y a hbk:Agreement .",
        "t:x hbk:state t:y . t:y a hbk:Firm .",
    ],
)
def test_a_confusion_of_kinds_is_a_contradiction(planted: str) -> None:
    assert contradictions(planted) != []


def test_no_class_is_above_itself() -> None:
    above: dict[str, set[str]] = {}
    for triple in ontology():
        if triple.predicate == RDFS.subClassOf and not isinstance(triple.subject, BlankNode):
            above.setdefault(str(triple.subject), set()).add(str(triple.object))

    def reached(node: str, path: tuple[str, ...]) -> None:
        assert node not in path, path
        for parent in above.get(node, ()):
            reached(parent, (*path, node))

    for node in above:
        reached(node, ())


def test_no_property_makes_a_tie_of_a_deal_that_is_only_talked_of() -> None:
    ties = {HBK.Tie, HBK.Agreement, HBK.Programme, HBK.Stake}
    inferring = {RDFS.domain, RDFS.range}
    assert [t for t in ontology() if t.predicate in inferring and t.object in ties] == []


def test_agents_and_statements_are_those_of_prov() -> None:
    assert PROV.Agent.value in objects(HBK.Agent, RDFS.subClassOf)
    assert PROV.Entity.value in objects(HBK.Statement, RDFS.subClassOf)


# -- States -------------------------------------------------------------------------------

STATES = sorted(
    {
        t.subject.value.removeprefix(ID + "state/")
        for t in triples("states")
        if t.predicate == RDF.type and t.object == HBK.State and isinstance(t.subject, NamedNode)
    }
)


def state(letters: str) -> NamedNode:
    return NamedNode(f"{ID}state/{letters}")


@pytest.mark.parametrize("letters", STATES)
def test_state_is_named_after_its_two_letters_and_has_the_three_that_iso_gives(
    letters: str,
) -> None:
    assert objects(state(letters), HBK.alpha2) == {letters}
    three = objects(state(letters), HBK.alpha3)
    country = pycountry.countries.get(alpha_2=letters)
    past = {c.alpha_3 for c in pycountry.historic_countries if c.alpha_2 == letters}
    if letters == "XK":
        assert country is None, "ISO 3166 now knows Kosovo; check its letters"
        assert len(three) == 1
    elif country is None:
        assert len(three) == 1
        assert three <= past, "neither a state of today nor one of the past by ISO 3166"
    else:
        assert three == {country.alpha_3}


def test_no_two_states_share_a_name_or_an_alias() -> None:
    names: dict[str, set[str]] = {}
    for triple in triples("states"):
        if (
            triple.predicate in {RDFS.label, SKOS.prefLabel, SKOS.altLabel, HBK.alpha2, HBK.alpha3}
            and isinstance(triple.object, Literal)
            and isinstance(triple.subject, NamedNode)
            and "#" not in triple.subject.value
        ):
            names.setdefault(triple.object.value.casefold(), set()).add(triple.subject.value)
    assert {name: sorted(held) for name, held in names.items() if len(held) > 1} == {}


def membership(letters: str, organisation: str) -> dict[str, str]:
    """Return since when, and until when, the state is a member, as written."""
    nodes = {
        t.subject
        for t in triples("states")
        if t.predicate == ORG_MEMBER and t.object == state(letters)
    } & {
        t.subject
        for t in triples("states")
        if t.predicate == ORG_ORGANIZATION
        and t.object == NamedNode(f"{ID}organisation/{organisation}")
    }
    return {
        t.predicate.value.removeprefix(str(HBK)): t.object.value
        for t in triples("states")
        if t.subject in nodes
        and t.predicate in {HBK.since, HBK.until}
        and isinstance(t.object, Literal)
    }


@pytest.mark.parametrize(
    ("letters", "organisation", "dates"),
    [
        ("FI", "nato", {"since": "2023-04-04"}),
        ("SE", "nato", {"since": "2024-03-07"}),
        ("GB", "european-union", {"since": "1973-01-01", "until": "2020-01-31"}),
        ("HR", "european-union", {"since": "2013-07-01"}),
        ("UA", "nato", {}),
        ("UA", "european-union", {}),
        ("CH", "european-union", {}),
    ],
)
def test_membership_has_the_dates_of_the_record(
    letters: str, organisation: str, dates: dict[str, str]
) -> None:
    assert membership(letters, organisation) == dates


# The counts are of today; a state that joins or leaves changes them.
@pytest.mark.parametrize(("organisation", "number"), [("nato", 32), ("european-union", 27)])
def test_every_member_of_today_is_known(organisation: str, number: int) -> None:
    held = [membership(letters, organisation) for letters in STATES]
    assert len([dates for dates in held if dates and "until" not in dates]) == number


# -- Shapes -------------------------------------------------------------------------------


def shape_messages(path: Path) -> list[str]:
    """Return what the shapes say of a snippet, which also states the classes it relies on."""
    data = Graph().parse(path, format="turtle")
    conforms, report, _ = validate(data, shacl_graph=rdflib_graph("shapes"), inference="none")
    assert isinstance(report, Graph)
    results = report.objects(None, SH.result)
    messages = sorted({str(report.value(result, SH.resultMessage)) for result in results})
    assert conforms is not bool(messages)
    return messages


@pytest.mark.parametrize("path", sorted(SNIPPETS.glob("ok-*.ttl")), ids=lambda path: path.stem)
def test_good_statements_conform(path: Path) -> None:
    assert shape_messages(path) == []


@pytest.mark.parametrize("path", sorted(SNIPPETS.glob("bad-*.ttl")), ids=lambda path: path.stem)
def test_bad_statements_are_refused_with_what_to_do(path: Path) -> None:
    """The snippet's first line is `# expect: ` and a part of the only message it earns."""
    first, _, _ = path.read_text(encoding="utf-8").partition("\n")
    assert first.startswith("# expect: "), "begin the snippet with the message it earns"
    messages = shape_messages(path)
    assert len(messages) == 1, messages
    assert first.removeprefix("# expect: ") in messages[0]


def test_every_snippet_is_good_or_bad() -> None:
    stems = [path.stem for path in SNIPPETS.iterdir()]
    assert len(stems) > 20
    assert all(stem.startswith(("ok-", "bad-")) for stem in stems)


def test_every_message_of_the_shapes_tells_the_writer_what_to_do() -> None:
    """A message that a result can carry names a key and asks for something to be done."""
    graph = rdflib_graph("shapes")
    helpers = set(graph.objects(None, SH.node))
    inner = {prop for helper in helpers for prop in graph.objects(helper, None)}
    for shape, text in graph.subject_objects(SH.message):
        if shape not in helpers | inner:
            assert re.search(r"; (in `by` )?(write|use|move|put)\b", str(text)), text
