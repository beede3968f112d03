"""Projects and participations of the Funding & Tenders portal, read from any of its layouts."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit

from pyoxigraph import Literal

from hauberk.graph.terms import decimal, partial_date

PAGES: Final = (
    "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities/"
    "projects-details/44181033/"
)
_MISSING: Final = frozenset({"", "N/A", "n/a", "null", "None", "-"})
_MOST_TEXT: Final = 500
_AMOUNT: Final = re.compile(r"\d{1,15}(?:\.\d{1,12})?(?:[eE]\+?\d{1,2})?\Z", re.ASCII)
_DAY: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ][\d:.+Z-]*)?\Z", re.ASCII)
_PIC: Final = re.compile(r"\d{9}\Z", re.ASCII)
_NUMBER: Final = re.compile(r"\d{5,12}\Z", re.ASCII)
_TOPIC: Final = re.compile(r"[A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+\Z", re.ASCII)
_PAGE: Final = re.compile(r"https://ec\.europa\.eu/[\w/.~%-]{1,300}\Z", re.ASCII)

PROJECT: Final = {
    "metadata_projectId": "number", "metadata_acronym": "acronym", "metadata_title": "title",
    "metadata_url": "page", "url": "page", "metadata_topicAbbreviation": "topic",
    "metadata_typeOfAction": "action", "metadata_status": "status",
    "metadata_startDate": "started", "metadata_endDate": "ended",
    "metadata_ecSignatureDate": "signed", "metadata_overallBudget": "budget",
    "metadata_euContributionAmount": "contribution", "metadata_es_SortDate": "day",
    "metadata_esDA_IngestDate": "day", "metadata_pics": "pics",
}  # fmt: skip
"""What each column of the flattened file, or key of the raw records' metadata, is here."""
GROUPED: Final = {
    "project_id": "number", "acronym": "acronym", "title": "title", "url": "page",
    "type_of_action": "action", "status": "status", "start_date": "started",
    "end_date": "ended", "overall_budget": "budget", "eu_contribution": "contribution",
}  # fmt: skip
"""The same for a project of the grouped layout; its topic is the call it stands under."""
PARTICIPANT: Final = {
    "role": "role", "pic": "pic", "legalName": "name", "eucontribution": "contribution",
    "status": "status", "activityType": "activity", "type": "type",
    "postalAddress_countryCode_abbreviation": "country",
}  # fmt: skip
GROUPED_PARTICIPANT: Final = {
    "role": "role", "pic": "pic", "organization_name": "name", "eu_contribution": "contribution",
    "status": "status", "activity_type": "activity", "type": "type", "country_code": "country",
}  # fmt: skip


class BrokenError(ValueError):
    """A record that cannot be read: the field, what it holds, and why not."""

    def __init__(self, field: str, value: object, reason: str) -> None:
        super().__init__(reason)
        self.field, self.value, self.reason = field, value, reason

    def __reduce__(self) -> tuple[type["BrokenError"], tuple[str, object, str]]:
        return BrokenError, (self.field, self.value, self.reason)


@dataclass(frozen=True, slots=True)
class Project:
    """A project as the portal names it."""

    number: str
    acronym: str
    title: str
    page: str
    topic: str
    day: Literal | None
    """The day of the portal's record."""
    pics: frozenset[str]
    """Who takes part, where the record says so."""
    told: Mapping[str, str]
    """What else the record tells, as it stands there."""


@dataclass(frozen=True, slots=True)
class Participant:
    """A participation: who, in which role, with how much of the Union's money."""

    pic: str
    name: str
    role: str
    type: str
    activity: str
    country: str
    status: str
    contribution: Literal | None


def text(value: Any) -> str:  # noqa: ANN401 - whatever the file holds
    """Return a field as text, in one line; empty where the portal says nothing."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if value is None or isinstance(value, dict | list):
        return ""
    found = str(value)
    if not found.isprintable():
        found = "".join(char if char.isprintable() else " " for char in found)
    found = " ".join(found.split())
    return "" if found in _MISSING else found


def _fields(record: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of a record under our names; the first that says something counts."""
    found: dict[str, str] = {}
    for column, name in names.items():
        if not found.get(name) and column in record:
            found[name] = text(record[column])
    return found


def project(
    record: Mapping[str, Any], names: Mapping[str, str], around: Mapping[str, str]
) -> Project:
    """Return the project that a record tells of; *around* is what stands above it."""
    fields = _fields(record, names)
    number = fields.get("number", "")
    if not _NUMBER.match(number):
        raise BrokenError("projectId", number, "is no project's number")
    for name in ("acronym", "title"):
        if len(fields.get(name, "")) > _MOST_TEXT:
            raise BrokenError(name, fields[name], "is longer than 500 characters")
    topic = fields.get("topic") or around.get("identifier", "")
    page = fields.get("page", "")
    pics = record.get("metadata_pics")
    return Project(
        number=number,
        acronym=fields.get("acronym", ""),
        title=fields.get("title", ""),
        page=page if _is_page(page) else f"{PAGES}{number}/EDF",
        topic=topic if _TOPIC.match(topic) else "",
        day=day(fields.get("day") or around.get("_fetched_at", "")),
        pics=frozenset(pics.split(",")) if isinstance(pics, str) and pics else frozenset(),
        told=fields,
    )


def participant(record: Mapping[str, Any], names: Mapping[str, str]) -> Participant:
    """Return the participation that a record tells of."""
    fields = _fields(_flat(record), names)
    pic, name = fields.get("pic", ""), fields.get("name", "")
    if not _PIC.match(pic):
        raise BrokenError("pic", pic, "is no PIC of nine digits")
    if not name or len(name) > _MOST_TEXT:
        raise BrokenError("legalName", name, "is no name")
    return Participant(
        pic=pic,
        name=name,
        role=fields.get("role", ""),
        type=fields.get("type", ""),
        activity=fields.get("activity", ""),
        country=fields.get("country", ""),
        status=fields.get("status", ""),
        contribution=amount("eucontribution", fields.get("contribution", "")),
    )


def _flat(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a participant of the API with the country where the flattened file has it."""
    address = record.get("postalAddress")
    country = address.get("countryCode") if isinstance(address, dict) else None
    if not isinstance(country, dict):
        return record
    return {**record, "postalAddress_countryCode_abbreviation": country.get("abbreviation")}


def participants(given: Any) -> list[Any]:  # noqa: ANN401 - whatever the file holds
    """Return the participants of a project: a list, or the same as JSON in a list of one."""
    if isinstance(given, list) and len(given) == 1 and isinstance(given[0], str):
        given = given[0]
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            raise BrokenError("participants", given[:80], "is no JSON") from None
    if given is None:
        return []
    if not isinstance(given, list):
        raise BrokenError("participants", given, "is no list")
    return given


def amount(field: str, given: str) -> Literal | None:
    """Return a sum of money, or None where there is none; raises BrokenError for anything else."""
    if not given:
        return None
    if not _AMOUNT.match(given):
        raise BrokenError(field, given, "is no amount of money in plain digits")
    try:
        return decimal(format(Decimal(given), "f"))
    except ValueError:
        raise BrokenError(field, given, "is no amount of money in plain digits") from None


def day(given: str) -> Literal | None:
    """Return the day that a time stamp names, where it was stamped; None for anything else.

    >>> day("2026-05-31T01:00:00.000+0200").value
    '2026-05-31'
    """
    match = _DAY.match(given)
    try:
        return partial_date(match[1]) if match else None
    except ValueError:
        return None


def _is_page(given: str) -> bool:
    return bool(_PAGE.match(given)) and urlsplit(given).hostname == "ec.europa.eu"
