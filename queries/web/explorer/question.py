"""The page of a question: its form, its answer as a table with a chart, and what it leaves out."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from pyoxigraph import NamedNode

from hauberk.graph.credits import Credits
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import CODE, dossier, key
from hauberk.queries.binding import bind
from hauberk.queries.catalog import Query
from hauberk.queries.runner import Table
from hauberk.queries.web.explorer.charts import chart
from hauberk.queries.web.explorer.fields import Given, fields
from hauberk.queries.web.explorer.kept import once
from hauberk.queries.web.explorer.omissions import (
    DENIED,
    GRADED,
    Omissions,
    counted,
    speaks_of_facts,
    subject,
)
from hauberk.queries.web.explorer.sheet import Column, Shown, columns, shown
from hauberk.queries.web.explorer.turns import Turns, address
from hauberk.queries.web.frames import Reply
from hauberk.queries.web.pages import page, text, texts

EACH: Final = 100
"""Rows of a page, where no number is asked for."""
_MOST_EACH: Final = 300
_MOST_BYTES: Final = 290_000
_LEAST_EACH: Final = 10
_FORMATS: Final = {"csv": "CSV", "tsv": "TSV", "json": "JSON", "xml": "XML", "md": "Markdown"}
_CLAIMS: Final = ("claim", "expectation")


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    """A column's head: what it says, how it is sorted now, where it is sorted otherwise."""

    column: Column
    href: str = ""
    sorted: str = ""
    """ascending, descending or nothing."""


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """Some claims that the answer leaves out: in words, how many, and where they are listed."""

    label: str
    mark: str
    count: int
    href: str


def form_page(query: Query, snapshot: Snapshot, given: Given, asked: Mapping[str, Any]) -> Reply:
    """Return the page with the form alone, and with what is wrong with it."""
    needed = "" if given.problems or not asked["parameters"] else query.lacks(given.texts)
    shown = page(
        "query.html", **_common(query, snapshot, given, asked), needed=needed, answer=None,
        credits=[],
    )  # fmt: skip
    if not given.problems and not needed:
        return shown
    return msgspec.structs.replace(shown, status=400, lasting=False)


def answer_page(
    query: Query, snapshot: Snapshot, given: Given, asked: Mapping[str, Any], table: Table
) -> Reply:
    """Return the page with the part of the answer that is asked for, in 300 kB at most.

    A static site has no other parts: there, the page holds the whole answer.
    """
    common = _common(query, snapshot, given, asked)
    drawn = chart(snapshot, query, table, _words(given, asked))
    left = _left(query, snapshot, given, asked, table)
    credited = Credits(snapshot.ledger).of(_named(table))
    each = min(asked.get("limit") or EACH, _MOST_EACH)
    if asked.get("whole"):
        each = max(1, len(table.rows))
    while True:
        answer = _answer(query, snapshot, given, asked, table, each)
        made = page(
            "query.html", **common, needed="", answer=answer, drawn=drawn, left=left,
            credits=credited,
        )  # fmt: skip
        if len(made.body) <= _MOST_BYTES or each <= _LEAST_EACH or asked.get("whole"):
            return made
        each = max(_LEAST_EACH, each // 2)


def _named(table: Table) -> Iterator[NamedNode]:
    """Yield the dossiers, claims and sources that an answer names."""
    for row in table.rows:
        for cell in row:
            if isinstance(cell, NamedNode) and (name := key(cell)):
                yield dossier(name)


def _common(
    query: Query, snapshot: Snapshot, given: Given, asked: Mapping[str, Any]
) -> dict[str, Any]:
    words = _words(given, asked)
    link = address(f"/queries/{query.name}", words)
    bound = bind(query, {} if given.problems else given.terms)
    return {
        "section": "questions", "query": query, "as_of": asked.get("as_of") or "",
        "fields": fields(query, snapshot, given), "link": link, "origin": asked.get("origin") or "",
        "text": "\n".join(line for line in bound.splitlines() if not line.startswith("#+")).strip(),
        "told": _told(query, snapshot, given, asked), "formats": _formats(query, given, asked),
        "curl": _curl(query, given, asked),
    }  # fmt: skip


def _words(given: Given, asked: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of an address that asks the same question of the same day."""
    words = {name.replace("_", "-"): value for name, value in given.texts.items()}
    if not words:
        words["run"] = "1"
    return {**words, **({"as-of": asked["as_of"]} if asked.get("as_of") else {})}


def _told(query: Query, snapshot: Snapshot, given: Given, asked: Mapping[str, Any]) -> str:
    """Return the parameters in words, for the title: `Country: France; Kind: licence`."""
    said = [
        f"{query.parameters[name].label}: "
        + (snapshot.directory.label(term) if isinstance(term, NamedNode) else term.value)
        for name, term in given.terms.items()
    ]
    if asked.get("as_of"):
        said.append(text("as of %(day)s", day=asked["as_of"]))
    return "; ".join(said)


def _formats(query: Query, given: Given, asked: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return ending, name and address of the whole answer in every format but a page."""
    words = {**_words(given, asked), "sort": asked.get("sort") or ""}
    words.pop("run", None)
    path = f"/queries/{query.name}"
    return [(form, name, address(path, {**words, "format": form}))
            for form, name in _FORMATS.items()]  # fmt: skip


def _curl(query: Query, given: Given, asked: Mapping[str, Any]) -> str:
    words = {**_words(given, asked), "format": "csv"}
    words.pop("run", None)
    origin = asked.get("origin") or ""
    return f"curl -sf {shlex.quote(f'{origin}/queries/{query.name}?{urlencode(words)}')}"


def _answer(  # noqa: PLR0913, PLR0917
    query: Query,
    snapshot: Snapshot,
    given: Given,
    asked: Mapping[str, Any],
    table: Table,
    each: int,
) -> dict[str, Any]:
    sort = asked.get("sort") or ""
    path, words = f"/queries/{query.name}", _words(given, asked)
    limit = {"limit": each} if asked.get("limit") and each != EACH else {}
    turns = Turns(path, {**words, **limit, "sort": sort}, len(table.rows), each,
                  asked.get("offset") or 0)  # fmt: skip
    held = columns(table, query, given.terms)
    rows: list[list[Shown]] = [
        [shown(snapshot, column, row) for column in held]
        for row in table.rows[turns.start : turns.end]
    ]
    return {
        "total": len(table.rows), "turns": turns, "rows": rows,
        "columns": [_heading(path, {**words, **limit}, each, sort) for each in held],
        "whole": turns.end - turns.start == len(table.rows),
        "hidden": _hidden(table, held),
    }  # fmt: skip


def _heading(path: str, words: Mapping[str, object], column: Column, sort: str) -> Heading:
    name = column.name
    now = {name: "ascending", f"-{name}": "descending"}.get(sort, "")
    other = f"-{name}" if now == "ascending" or (not now and column.is_number) else name
    return Heading(column=column, sorted=now, href=address(path, {**words, "sort": other}))


def _hidden(table: Table, held: Sequence[Column]) -> list[str]:
    """Return the names of the columns left out because no row has a value in them."""
    known = {column.index for column in held} | {column.linked for column in held}
    return [
        name
        for index, name in enumerate(table.columns)
        if index not in known and all(row[index] is None for row in table.rows)
    ]


# -- What the answer does not say -----------------------------------------------------------


def _left(
    query: Query, snapshot: Snapshot, given: Given, asked: Mapping[str, Any], table: Table
) -> dict[str, Any] | None:
    """Return what the acceptance rule leaves out on the question's subject; None for no matter."""
    if not speaks_of_facts(query):
        return None
    omissions = once(snapshot, Omissions)
    about = subject(query, given.terms)
    counts = counted(omissions.about(about, claims_of(table)))
    path, words = f"/queries/{query.name}/unsaid", _words(given, asked)
    words.pop("run", None)
    return {
        "claims": [
            Left(label=standing_label(snapshot, each, count), mark=each, count=count,
                 href=address(path, {**words, "standing": each}))
            for each, count in counts.items()
        ],
        "total": sum(counts.values()),
        "href": address(path, words),
        "disputes": len(omissions.disputes(about)),
        "disputes_href": address(path, words) + "#contested",
        "narrowed": bool(about.terms),
    }  # fmt: skip


def claims_of(table: Table) -> frozenset[str]:
    """Return the IRIs of the claims that an answer itself lists."""
    places = [n for n, name in enumerate(table.columns) if name in _CLAIMS]
    return frozenset(
        cell.value for row in table.rows for n in places if isinstance(cell := row[n], NamedNode)
    )


def standing_label(snapshot: Snapshot, standing: str, count: int) -> str:
    """Return in words why claims are left out."""
    if standing == DENIED:
        return texts("denial", "denials", count)
    if standing == GRADED:
        return texts("claim graded too low", "claims graded too low", count)
    return snapshot.directory.label(NamedNode(f"{CODE}modality/{standing}")).casefold()
