"""ROR: organisations that do research, with their names, states, identifiers and parents.

Records of schema v1 and v2, one to a file or the whole registry as a list
(https://ror.readme.io/docs/data-structure). Identity alone is taken: no tie comes of it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from hauberk.loaders.opendata.csv_rows import refused
from hauberk.loaders.opendata.json_objects import objects
from hauberk.loaders.opendata.parties import Party
from hauberk.loaders.opendata.provider import Provider, Sample
from hauberk.loaders.opendata.run import Run
from hauberk.ontology.names import HBK

PROVIDER: Final = Provider(
    name="ror",
    title="Research Organization Registry",
    publisher="Research Organization Registry",
    url="https://ror.org/",
    licence="https://creativecommons.org/publicdomain/zero/1.0/",
    credit="Research Organization Registry, CC0",
    reliability="B",
    reliability_reason="curated registry; few details of firms",
)
_ADDRESS: Final = "https://ror.org/"
_ID_LENGTH: Final = 9
_KINDS: Final = {"company": "firm"}
"""The kind of dossier for each type of organisation; all others are public bodies here."""
_PARENT: Final = "parent"


def recognises(sample: Sample) -> bool:
    """Tell a record, or a list of records, by the address of its id."""
    begins = sample.text.lstrip()[:1]
    return begins in {"{", "["} and f'"id": "{_ADDRESS}' in sample.text.replace('":"', '": "')


def read(run: Run) -> Iterator[int]:
    """Open each organisation, and claim its parents."""
    page = run.source()
    for taken, _, record in objects(run.path, ((), ("item",))):
        run.records += 1
        if isinstance(record, Mapping):
            _organisation(run, record, page)
        yield taken
    if not run.records:
        raise refused(run.path, 1, "holds no record of ROR; fetch it again")


def _organisation(run: Run, record: Mapping[str, Any], page: Any) -> None:  # noqa: ANN401
    number = run.records
    ror = _ror(record.get("id"))
    if ror is None:
        run.reject(number, "id", record.get("id", ""), "is no ROR identifier")
        return
    if record.get("status", "active") != "active":
        run.reject(number, "status", record.get("status"), "the record is no longer active")
        return
    names = _names(record)
    if not names:
        run.reject(number, "name", "", "has no name")
        return
    node = run.party(Party(
        local=f"ror-{ror}",
        name=names[0],
        kind=_kind(record),
        state=run.state(_country(record)),
        identifiers=_identifiers(record, ror),
        aliases=tuple(names[1:]),
    ))  # fmt: skip
    for related in _list(record, "relationships"):
        parent = _ror(related.get("id"))
        if str(related.get("type", "")).casefold() != _PARENT or parent is None:
            continue
        above = run.party(Party(
            local=f"ror-{parent}",
            name=_bare(str(related.get("label") or parent)),
            kind=_kind(record),
            identifiers={"ror": parent},
        ))  # fmt: skip
        run.claim(
            node, [(node, HBK.parent, above)], page, row=number, credibility="2",
            note="Parent organisation as the registry has it; no day is given.",
        )  # fmt: skip


def _ror(given: object) -> str | None:
    text = str(given or "").removeprefix(_ADDRESS)
    fits = len(text) == _ID_LENGTH and text.isascii() and text.isalnum()
    return text if fits and text.startswith("0") else None


def _list(record: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = record.get(name)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _names(record: Mapping[str, Any]) -> list[str]:
    """Return the display name and the others, of schema v2 or v1."""
    shown = [n for n in _list(record, "names") if "ror_display" in (n.get("types") or ())]
    others = [n for n in _list(record, "names") if n not in shown]
    found = [str(name.get("value") or "") for name in (*shown, *others)]
    if isinstance(record.get("name"), str):
        found.append(record["name"])
    for key in ("aliases", "acronyms"):
        given = record.get(key)
        found += (
            [each for each in given if isinstance(each, str)] if isinstance(given, list) else []
        )
    found += [str(label.get("label") or "") for label in _list(record, "labels")]
    return [name for name in dict.fromkeys(map(_bare, found)) if name]


def _bare(name: str) -> str:
    """Return a name without the state that ROR puts behind it in brackets: "MBDA (France)"."""
    before, bracket, after = name.strip().rpartition(" (")
    return before if bracket and after.endswith(")") and len(before) > 1 else name.strip()


def _kind(record: Mapping[str, Any]) -> str:
    types = record.get("types")
    named = {str(each).casefold() for each in types} if isinstance(types, list) else set()
    return next((kind for name, kind in _KINDS.items() if name in named), "body")


def _country(record: Mapping[str, Any]) -> str:
    for location in _list(record, "locations"):
        details = location.get("geonames_details")
        if isinstance(details, Mapping):
            return str(details.get("country_code") or "")
    country = record.get("country")
    return str(country.get("country_code") or "") if isinstance(country, Mapping) else ""


def _identifiers(record: Mapping[str, Any], ror: str) -> dict[str, str]:
    found = {"ror": ror}
    given = record.get("external_ids")
    if isinstance(given, Mapping):  # schema v1
        given = [{"type": name, **value} for name, value in given.items()
                 if isinstance(value, Mapping)]  # fmt: skip
    for each in given if isinstance(given, list) else ():
        if isinstance(each, Mapping) and str(each.get("type", "")).casefold() == "wikidata":
            every = each.get("all")
            first = every[0] if isinstance(every, list) and every else every
            item = str(each.get("preferred") or first or "")
            if item[:1] == "Q" and item[1:].isdigit():
                found["wikidata"] = item
    return found
