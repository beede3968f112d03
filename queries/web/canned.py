"""The canned queries over HTTP: the catalogue, an answer page by page, pick-lists."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from hauberk.graph.errors import BadParameterError
from hauberk.graph.store import Snapshot
from hauberk.queries import catalog
from hauberk.queries.parameters import KINDS_OF
from hauberk.queries.render import FORMATS
from hauberk.queries.runner import Table
from hauberk.queries.web.explorer.answer import answered
from hauberk.queries.web.explorer.fields import read
from hauberk.queries.web.explorer.question import answer_page, form_page
from hauberk.queries.web.explorer.sheet import ordered
from hauberk.queries.web.frames import Limits, Reply
from hauberk.queries.web.negotiation import RESULTS, choose
from hauberk.queries.web.pages import page
from hauberk.queries.web.problems import ProblemError, bad_request, over_limit

RESERVED: Final = frozenset({"as_of", "format", "limit", "offset", "run", "sort", "standing"})
"""Names in an address that are the server's own, so that no query's parameter may be called so."""

_CATALOGUE: Final = {"application/json": "json", "text/html": "html"}
_ANSWER: Final = {**RESULTS, "text/html": "html", "text/markdown": "md"}
_BY_NAME: Final = {"json": "json", "xml": "xml", "csv": "csv", "tsv": "tsv", "md": "md",
                   "html": "html"}  # fmt: skip


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
    if form == "html":
        return _page(query, snapshot, given, limits)
    table = _table(query, snapshot, given)
    total = len(table.rows)
    start, length = given.get("offset", 0), given.get("limit")
    rows = table.rows[start:] if length is None else table.rows[start : start + length]
    if len(rows) > limits.rows:
        raise too_many(total, limits.rows)
    headers = {"X-Total-Count": str(total)}
    if length is not None:
        headers["Link"] = ", ".join(_links(given, total, start, length))
    body = FORMATS[form](Table(table.columns, rows)).encode()
    if len(body) > limits.bytes:
        raise over_limit(
            413, "bytes", limits.bytes, "the answer is too long; page with limit and offset"
        )
    return Reply(format=form, body=body, headers=headers)


def _page(
    query: catalog.Query, snapshot: Snapshot, given: Mapping[str, Any], limits: Limits
) -> Reply:
    """Return the question as a page: the form alone until it is filled in, or with the answer."""
    filled = read(query, snapshot, given["parameters"])
    waits = not filled.texts and not given.get("run") and query.parameters
    if waits or filled.problems or query.lacks(filled.texts):
        unknown = [
            name for name in filled.problems if _is_unknown(query, snapshot, filled.texts, name)
        ]
        shown = form_page(query, snapshot, filled, given)
        return msgspec.structs.replace(shown, status=404) if unknown else shown
    table = _table(query, snapshot, given)
    if len(table.rows) > limits.rows:
        raise too_many(len(table.rows), limits.rows)
    shown = answer_page(query, snapshot, filled, given, table)
    return msgspec.structs.replace(shown, headers={"X-Total-Count": str(len(table.rows))})


def _table(query: catalog.Query, snapshot: Snapshot, given: Mapping[str, Any]) -> Table:
    """Return the whole answer, sorted as asked."""
    try:
        table = answered(query, snapshot, given["parameters"])
    except BadParameterError as exc:
        raise _missing(query, snapshot, given["parameters"], exc) from exc
    return ordered(table, given["sort"]) if given.get("sort") else table


def too_many(total: int, most: int) -> Exception:
    """Return the problem of an answer of too many rows."""
    return over_limit(
        413, "rows", most,
        f"the answer has {total} rows, more than {most}; page with limit and offset",
    )  # fmt: skip


def _missing(
    query: catalog.Query, snapshot: Snapshot, given: Mapping[str, str], exc: BadParameterError
) -> Exception:
    """Return 404 for a name that nothing goes by; what else is wrong stays as it is."""
    name = str(exc).partition(":")[0]
    if not _is_unknown(query, snapshot, given, name):
        return exc
    return ProblemError(404, "Not found", str(exc), candidates=list(exc.candidates))


def _is_unknown(
    query: catalog.Query, snapshot: Snapshot, given: Mapping[str, str], name: str
) -> bool:
    """Tell whether a parameter is given a name that nothing goes by."""
    parameter = query.parameters.get(name)
    kinds = KINDS_OF.get(parameter.type) if parameter else None
    return kinds is not None and not snapshot.directory.named(given[name].strip(), kinds)


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
        **({"sort": given["sort"]} if given.get("sort") else {}),
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
