"""Wikidata: names, seats, identifiers and parents of organisations, from answers kept in a file.

Two layouts: SPARQL results JSON, one organisation to a row, and entity JSON as `wbgetentities` and
Special:EntityData give it. Nothing is fetched here: `hauberk fetch wikidata` does that. Identity
alone is taken, and parents with their dates.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pyoxigraph import NamedNode

from hauberk.graph.claims import CURRENT
from hauberk.loaders.opendata.csv_rows import refused
from hauberk.loaders.opendata.gleif import is_lei
from hauberk.loaders.opendata.json_objects import objects
from hauberk.loaders.opendata.parties import Party
from hauberk.loaders.opendata.provider import HEAD_BYTES, Provider, Sample
from hauberk.loaders.opendata.run import Run
from hauberk.ontology.names import HBK, SKOS

PROVIDER: Final = Provider(
    name="wikidata",
    title="Wikidata",
    publisher="Wikidata",
    url="https://www.wikidata.org/",
    licence="https://creativecommons.org/publicdomain/zero/1.0/",
    credit="Wikidata, CC0",
    reliability="C",
    reliability_reason="anybody can edit it; statements often lack a reference",
)
ENTITY: Final = "http://www.wikidata.org/entity/"
_ITEM: Final = re.compile(r"(?:https?://www\.wikidata\.org/(?:entity|wiki)/)?(Q[1-9]\d{0,11})\Z")
_VARIABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "item": ("item", "wikidata", "company", "organisation"),
    "name": ("itemlabel", "company_label", "companylabel", "label", "name"),
    "country": ("country", "countrycode", "country_code", "alpha2", "country_label"),
    "lei": ("lei", "legal_entity_identifier"),
    "ror": ("ror",),
    "parent": ("parent",),
    "parent_name": ("parentlabel",),
    "since": ("since",),
    "until": ("until",),
    "alias": ("alias", "aliases"),
}
"""What a row can tell, and the names of variables that tell it, in small letters."""
_LANGUAGES: Final = ("en", "mul", "en-gb")
_MOST_ALIASES: Final = 40
_PROPERTIES: Final = {"lei": "P1278", "ror": "P6782"}
_COUNTRY, _PARENT, _SINCE, _UNTIL = "P17", "P749", "P580", "P582"


def recognises(sample: Sample) -> bool:
    """Tell results that speak of Wikidata's items, or entities by their ids."""
    text = sample.text.replace(" ", "")
    results = '"bindings"' in text and '"head"' in text and ENTITY in text
    entities = re.search(r'"entities":\{"Q\d+":', text) is not None
    return results or entities


def read(run: Run) -> Iterator[int]:
    """Open each organisation, and claim its parents."""
    with run.path.open("rb") as file:
        text = Sample(run.path.name, file.read(HEAD_BYTES), run.path).text
    countries = _countries(run)
    if '"entities"' in text:
        for taken, _, entity in objects(run.path, (("entities", "*"),)):
            run.records += 1
            _entity(run, entity, countries)
            yield taken
    else:
        for taken, _, row in objects(run.path, (("results", "bindings", "item"),)):
            run.records += 1
            _row(run, row, countries)
            yield taken
    if not run.records:
        raise refused(run.path, 1, "holds no organisation; keep the answer as JSON")


def _countries(run: Run) -> dict[str, NamedNode]:
    """Return the states by their item: the graph's own match of each."""
    held = run.parties.held
    if held is None:
        return {}
    return {
        quad.object.value.removeprefix(ENTITY): quad.subject
        for quad in held.store.quads_for_pattern(None, SKOS.exactMatch, None, CURRENT)
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode)
        and "/id/state/" in quad.subject.value
    }  # fmt: skip


def item(given: object) -> str | None:
    """Return the id of an item, `Q161544`, that an address or an id names."""
    match = _ITEM.match(str(given or ""))
    return match[1] if match else None


def _open(  # noqa: PLR0913
    run: Run, qid: str, name: str, *, state: NamedNode | None = None,
    identifiers: Mapping[str, str] | None = None, aliases: tuple[str, ...] = (),
) -> NamedNode:  # fmt: skip
    given = dict(identifiers or {})
    if "lei" in given and not is_lei(given["lei"]):
        run.reject(run.records, "LEI", given.pop("lei"), "is no LEI: the check digits are wrong")
    return run.party(Party(
        local=f"wikidata-{qid.lower()}", name=name, state=state,
        identifiers={"wikidata": qid, **given}, aliases=aliases[:_MOST_ALIASES],
    ))  # fmt: skip


def _claim_parent(  # noqa: PLR0913, PLR0917
    run: Run, node: NamedNode, qid: str, parent: str, name: str, since: str, until: str
) -> None:
    """Claim a parent; one that an end date makes a former one is told in a note alone."""
    source = run.source(f"https://www.wikidata.org/wiki/{qid}", title=f"Wikidata item {qid}")
    above = _open(run, parent, name)
    period = " ".join(filter(None, (since and f"since {since}", until and f"until {until}")))
    note = f"Parent organisation (P749){f', {period}' if period else ''}: {name}."
    facts = [] if until else [(node, HBK.parent, above)]
    run.claim(node, facts, source, row=run.records, credibility="3", note=note)


# -- SPARQL results -------------------------------------------------------------------------


def _row(run: Run, row: Mapping[str, Any], countries: Mapping[str, NamedNode]) -> None:
    small = {str(name).casefold(): value for name, value in row.items()}

    def told(what: str) -> str:
        for name in _VARIABLES[what]:
            term = small.get(name)
            if isinstance(term, Mapping) and isinstance(term.get("value"), str):
                return str(term["value"]).strip()
        return ""

    qid, name = item(told("item")), told("name")
    if qid is None:
        run.reject(run.records, "item", told("item"), "is no item of Wikidata")
        return
    if not name or item(name):
        run.reject(run.records, "name", name, "has no name in a language that is read")
        return
    country = told("country")
    state = countries.get(item(country) or "") or run.state(country)
    identifiers = {each: value for each in ("lei", "ror") if (value := told(each))}
    aliases = tuple(filter(None, (each.strip() for each in told("alias").split("|"))))
    node = _open(run, qid, name, state=state, identifiers=identifiers, aliases=aliases)
    parent = item(told("parent"))
    if parent is not None and parent != qid:
        _claim_parent(
            run, node, qid, parent, told("parent_name") or parent,
            told("since")[:10], told("until")[:10],
        )  # fmt: skip


# -- Entities -------------------------------------------------------------------------------


def _entity(run: Run, entity: Any, countries: Mapping[str, NamedNode]) -> None:  # noqa: ANN401
    given = entity.get("id") if isinstance(entity, Mapping) else entity
    qid = item(given)
    if qid is None or not isinstance(entity, Mapping) or "missing" in entity:
        run.reject(run.records, "id", given, "is no item of Wikidata")
        return
    names = _texts(entity, "labels")
    if not names:
        run.reject(run.records, "labels", qid, "has no name in a language that is read")
        return
    state = next((countries[each] for each in _items(entity, _COUNTRY) if each in countries), None)
    identifiers = {
        scheme: values[0]
        for scheme, prop in _PROPERTIES.items()
        if (values := [v for v, _ in _values(entity, prop) if isinstance(v, str)])
    }
    aliases = (*names[1:], *_texts(entity, "aliases"))
    node = _open(run, qid, names[0], state=state, identifiers=identifiers, aliases=aliases)
    for value, qualifiers in _values(entity, _PARENT):
        parent = item(value.get("id")) if isinstance(value, Mapping) else None
        if parent is not None and parent != qid:
            _claim_parent(
                run, node, qid, parent, parent,
                _day(qualifiers, _SINCE), _day(qualifiers, _UNTIL),
            )  # fmt: skip


def _texts(entity: Mapping[str, Any], section: str) -> list[str]:
    """Return the labels or aliases, those in English first and the others behind them."""
    found: list[str] = []
    given = entity.get(section)
    if isinstance(given, Mapping):
        order = [*_LANGUAGES, *sorted(set(given) - set(_LANGUAGES))]
        for language in order if section == "labels" else _LANGUAGES:
            each = given.get(language)
            terms = each if isinstance(each, list) else [each]
            found += [str(t.get("value") or "") for t in terms if isinstance(t, Mapping)]
    return [text for text in dict.fromkeys(found) if text]


def _values(entity: Mapping[str, Any], prop: str) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    """Yield the values of a property that are not deprecated, with their qualifiers."""
    claims = entity.get("claims")
    statements = claims.get(prop) if isinstance(claims, Mapping) else None
    for each in statements if isinstance(statements, list) else ():
        if not isinstance(each, Mapping) or each.get("rank") == "deprecated":
            continue
        snak = each.get("mainsnak")
        value = snak.get("datavalue") if isinstance(snak, Mapping) else None
        if isinstance(value, Mapping) and "value" in value:
            qualifiers = each.get("qualifiers")
            yield value["value"], qualifiers if isinstance(qualifiers, Mapping) else {}


def _items(entity: Mapping[str, Any], prop: str) -> list[str]:
    return [
        found
        for value, _ in _values(entity, prop)
        if isinstance(value, Mapping) and (found := item(value.get("id")))
    ]


def _day(qualifiers: Mapping[str, Any], prop: str) -> str:
    """Return the day, month or year that a qualifier gives, as exactly as it does."""
    for snak in qualifiers.get(prop) or ():
        value = snak.get("datavalue", {}).get("value") if isinstance(snak, Mapping) else None
        if isinstance(value, Mapping) and isinstance(value.get("time"), str):
            length = {"11": 10, "10": 7, "9": 4}.get(str(value.get("precision")), 0)
            return str(value["time"]).lstrip("+")[:length]
    return ""
