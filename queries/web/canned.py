"""The canned queries over HTTP: the catalogue, an answer page by page, pick-lists."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from pyoxigraph import NamedNode

from hauberk.graph.credits import Credits
from hauberk.graph.errors import BadParameterError
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import dossier, key
from hauberk.queries import catalog
from hauberk.queries.binding import bind
from hauberk.queries.parameters import KINDS_OF, resolve
from hauberk.queries.render import FORMATS
from hauberk.queries.runner import Table, run
from hauberk.queries.web.frames import Limits, Reply
from hauberk.queries.web.negotiation import RESULTS, choose
from hauberk.queries.web.pages import page
from hauberk.queries.web.problems import ProblemError, bad_request, over_limit

RESERVED: Final = frozenset({"as_of", "format", "limit", "offset"})
"""Names in an address that are the server's own, so that no query's parameter may be called so."""
MOST_CHOICES: Final = 5000
MOST_TEXT: Final = 2000
"""Characters of a name or a text."""

_CATALOGUE: Final = {"application/json": "json", "text/html": "html"}
_ANSWER: Final = {**RESULTS, "text/html": "html", "text/markdown": "md"}
_BY_NAME: Final = {"json": "json", "xml": "xml", "csv": "csv", "tsv": "tsv", "md": "md",
                   "html": "html"}  # fmt: skip


class Choice(msgspec.Struct, frozen=True):
    """What a parameter can be: how it is given, and what it is called."""

    value: str
    label: str


def listed() -> list[dict[str, Any]]:
    """Return the catalogue as plain data, shelf by shelf."""
    return [
        {
            "name": query.name,
            "shelf": query.shelf,
            "summary": query.summary,
            "description": query.description,
            "tags": query.tags,
            "parameters": {k: msgspec.to_builtins(v) for k, v in query.parameters.items()},
            "columns": dict(query.columns),
            "href": f"/queries/{query.name}",
        }
        for query in catalog.catalog().values()
    ]


def queries(_snapshot: Snapshot, given: Mapping[str, Any], _limits: Limits) -> Reply:
    """Give the catalogue, as JSON or as a page."""
    if _form(given, _CATALOGUE) == "html":
        return page("queries.html", queries=listed())
    body = msgspec.json.encode({"queries": listed()})
    return Reply(format="application/json", body=msgspec.json.format(body, indent=1) + b"\n")


def answer(snapshot: Snapshot, given: Mapping[str, Any], limits: Limits) -> Reply:
    """Answer a canned query, from row `offset` on and `limit` rows, or all of them.

    Raises NotFoundError for a query there is not, BadParameterError for what cannot be resolved.
    """
    query = catalog.find(given["name"])
    form = _form(given, _ANSWER)
    parameters = given["parameters"]
    waits = not parameters and not given.get("run") and query.parameters
    if form == "html" and (waits or query.lacks(parameters)):
        return _shown(query, snapshot, given, Table((), []), asked=False)
    try:
        table = run(query, snapshot, parameters)
    except BadParameterError as exc:
        raise _missing(query, snapshot, parameters, exc) from exc
    total = len(table.rows)
    start, length = given.get("offset", 0), given.get("limit")
    rows = table.rows[start:] if length is None else table.rows[start : start + length]
    if len(rows) > limits.rows:
        raise over_limit(
            413, "rows", limits.rows,
            f"the answer has {total} rows, more than {limits.rows}; page with limit and offset",
        )  # fmt: skip
    headers = {"X-Total-Count": str(total)}
    if length is not None:
        headers["Link"] = ", ".join(_links(given, total, start, length))
    part = Table(table.columns, rows)
    if form == "html":
        shown = _shown(query, snapshot, given, part, total=total)
        return msgspec.structs.replace(shown, headers=headers)
    body = FORMATS[form](part).encode()
    if len(body) > limits.bytes:
        raise over_limit(
            413, "bytes", limits.bytes, "the answer is too long; page with limit and offset"
        )
    return Reply(format=form, body=body, headers=headers)


def _missing(
    query: catalog.Query, snapshot: Snapshot, given: Mapping[str, str], exc: BadParameterError
) -> Exception:
    """Return 404 for a name that nothing goes by; what else is wrong stays as it is."""
    name = str(exc).partition(":")[0]
    parameter = query.parameters.get(name)
    kinds = KINDS_OF.get(parameter.type) if parameter else None
    if kinds is None or snapshot.directory.named(given[name].strip(), kinds):
        return exc
    return ProblemError(404, "Not found", str(exc), candidates=list(exc.candidates))


def _form(given: Mapping[str, Any], offered: Mapping[str, str]) -> str:
    named = given.get("format")
    if named is None:
        return choose(given.get("accept"), offered)
    if _BY_NAME.get(named) not in offered.values():
        taken = ", ".join(dict.fromkeys(offered.values()))
        raise bad_request(f"format: “{named[:50]}” is no format here; taken are {taken}")
    return str(named)


def _links(given: Mapping[str, Any], total: int, start: int, length: int) -> list[str]:
    """Return the links to the other pages (RFC 8288)."""
    words = {
        **{k.replace("_", "-"): v for k, v in given["parameters"].items()},
        **({"as-of": given["as_of"]} if given.get("as_of") else {}),
        **({"format": given["format"]} if given.get("format") else {}),
    }

    def link(offset: int, rel: str) -> str:
        asked = urlencode({**words, "limit": length, "offset": offset})
        return f'</queries/{given["name"]}?{asked}>; rel="{rel}"'

    last = max(0, (total - 1) // length * length) if total else 0
    links = [link(0, "first"), link(last, "last")]
    if start > 0:
        links.append(link(max(0, start - length), "prev"))
    if start + length < total:
        links.append(link(start + length, "next"))
    return links


def _shown(  # noqa: PLR0913
    query: catalog.Query,
    snapshot: Snapshot,
    given: Mapping[str, Any],
    table: Table,
    *,
    total: int = 0,
    asked: bool = True,
) -> Reply:
    parameters = given["parameters"]
    text = bind(query, resolve(query, parameters, snapshot.directory)) if asked else query.text
    choices = {
        name: choices_of(snapshot, parameter)
        for name, parameter in query.parameters.items()
        if parameter.type in {"state", "code", "model"}
    }
    return page(
        "query.html", query=query, given=parameters, as_of=given.get("as_of") or "",
        table=table, total=total, asked=asked, text=text, choices=choices,
        credits=Credits(snapshot.ledger).of(_named(table)),
    )  # fmt: skip


def _named(table: Table) -> Iterator[NamedNode]:
    """Yield the dossiers, claims and sources that an answer names."""
    for row in table.rows:
        for cell in row:
            if isinstance(cell, NamedNode) and (name := key(cell)):
                yield dossier(name)


# -- Pick-lists -----------------------------------------------------------------------------


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
