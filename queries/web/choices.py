"""Pick-lists: what a parameter of a canned query can be."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from hauberk.graph.store import Snapshot
from hauberk.queries import catalog
from hauberk.queries.parameters import KINDS_OF
from hauberk.queries.web.frames import Limits, Reply
from hauberk.queries.web.problems import bad_request

MOST_CHOICES: Final = 5000
MOST_TEXT: Final = 2000
"""Characters of a name or a text."""


class Choice(msgspec.Struct, frozen=True):
    """What a parameter can be: how it is given, and what it is called."""

    value: str
    label: str


def choices_of(snapshot: Snapshot, parameter: catalog.Parameter) -> Sequence[Choice]:
    """Return what a parameter can be, by label; empty for dates, numbers and texts."""
    directory = snapshot.directory
    if parameter.type == "code":
        return [Choice(k, label) for k, label in directory.codes(parameter.scheme).items()]
    kinds = KINDS_OF.get(parameter.type)
    if kinds is None:
        return []
    nodes = {node for _, node in directory.names(kinds)}
    found = [directory.listed(node) for node in nodes]
    return [
        Choice(each.key.removeprefix("state/"), each.label)
        for each in sorted(found, key=lambda each: (each.label.casefold(), each.key))
    ]


def choices(snapshot: Snapshot, given: Mapping[str, Any], _limits: Limits) -> Reply:
    """Give the pick-list of one parameter of a query: those whose name or id holds `search`."""
    query = catalog.find(given["name"])
    name = given["parameter"].replace("-", "_")
    parameter = query.parameters.get(name)
    if parameter is None:
        known = ", ".join(query.parameters) or "none"
        raise bad_request(f"{query.name} has no parameter “{name[:50]}”; it takes {known}")
    wanted = (given.get("search") or "").casefold()
    if len(wanted) > MOST_TEXT:
        raise bad_request(f"search: give at most {MOST_TEXT} characters")
    found = [
        each
        for each in choices_of(snapshot, parameter)
        if wanted in each.label.casefold() or wanted in each.value.casefold()
    ]
    told = {"parameter": name, "type": parameter.type, "total": len(found),
            "choices": found[:MOST_CHOICES]}  # fmt: skip
    return Reply(format="application/json", body=msgspec.json.encode(told) + b"\n")
