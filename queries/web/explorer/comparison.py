"""Comparison: the page of two states, or two firms, side by side, and the form to choose them."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from pyoxigraph import NamedNode

from hauberk.graph.store import Snapshot
from hauberk.ontology.names import HBK, ID, KINDS, key, kind
from hauberk.queries.web.choices import Choice
from hauberk.queries.web.explorer.bonds import Bonds
from hauberk.queries.web.explorer.kept import once
from hauberk.queries.web.explorer.sides import Comparison
from hauberk.queries.web.frames import Limits, Reply
from hauberk.queries.web.pages import page, text

COMPARED: Final = ("state", "firm")
_SEARCHED: Final = frozenset(KINDS) - {"source", "speaker"}


def compare(snapshot: Snapshot, given: Mapping[str, Any], _limits: Limits) -> Reply:
    """Give the page that compares `a` and `b`, or the form where one is missing."""
    asked = {name: str(given[name]).strip() for name in ("a", "b")}
    problems: dict[str, str] = {}
    candidates: dict[str, list[Choice]] = {}
    found = {
        name: _found(snapshot, name, value, problems, candidates)
        for name, value in asked.items()
        if value
    }
    a, b = found.get("a"), found.get("b")
    if a is not None and b is not None:
        if kind(a) != kind(b):
            problems["b"] = text("a state cannot be compared with a firm; give two of one kind")
        elif a == b:
            problems["b"] = text("that is the same as the first; give another")
    shown: dict[str, Any] = {
        "section": "compare", "asked": asked, "problems": problems, "candidates": candidates,
        "as_of": given.get("as_of") or "", "states": _states(snapshot), "compared": None,
        "kind": kind(a) if a is not None else "",
        "chosen": {name: (node and key(node)) or "" for name, node in found.items()},
    }  # fmt: skip
    if problems:
        return msgspec.structs.replace(page("compare.html", **shown), status=400, lasting=False)
    if a is not None and b is not None:
        shown["compared"] = Comparison(snapshot, a, b, given.get("as_of") or "").told()
    return page("compare.html", **shown)


def _found(
    snapshot: Snapshot,
    name: str,
    given: str,
    problems: dict[str, str],
    candidates: dict[str, list[Choice]],
) -> NamedNode | None:
    directory = snapshot.directory
    found = directory.named(given, COMPARED)
    if len(found) == 1:
        return found[0].node
    others = found or directory.named(given, _SEARCHED)
    if len(found) > 1:
        problems[name] = text("“%(given)s” can mean %(count)s things; choose one", given=given,
                              count=len(found))  # fmt: skip
    elif others:
        label = directory.label(HBK(KINDS[kind(others[0].node)])).casefold()
        problems[name] = text("only states and firms can be compared; “%(given)s” is of the kind "
                              "%(kind)s", given=others[0].label, kind=label)  # fmt: skip
    else:
        problems[name] = text("no state or firm goes by “%(given)s”", given=given[:80])
        others = directory.near(given[:80], COMPARED)
    if len(found) != 1:
        candidates[name] = [Choice(each.key, each.label) for each in others
                            if kind(each.node) in COMPARED]  # fmt: skip
    return None


def _states(snapshot: Snapshot) -> list[Choice]:
    """Return the states that have ties, by name."""
    found = [
        Choice(iri.removeprefix(ID), snapshot.directory.label(NamedNode(iri)))
        for iri in once(snapshot, Bonds).by_state
    ]
    return sorted(found, key=lambda each: each.label.casefold())
