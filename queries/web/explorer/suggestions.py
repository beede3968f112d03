"""Search: who, what and which question could be meant, as suggestions and as a page."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, Final

import msgspec
from pyoxigraph import NamedNode

from hauberk.graph.claims import CURRENT
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import HBK, KINDS, TIE_KINDS, key
from hauberk.queries import catalog
from hauberk.queries.web.explorer.kept import once
from hauberk.queries.web.explorer.names import MOST_TEXT, SEARCHED, Named, Names, folded, words
from hauberk.queries.web.explorer.turns import Turns
from hauberk.queries.web.frames import Limits, Reply
from hauberk.queries.web.pages import href, page
from hauberk.queries.web.problems import bad_request

MOST: Final = 50
"""Suggestions that one answer holds at most."""
EACH_PAGE: Final = 40
_STATES: Final = 3
_QUESTIONS: Final = 3


class Suggestion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that could be meant: what it is called, of what kind it is, where it belongs."""

    id: str
    label: str
    kind: str
    kind_label: str
    href: str
    states: list[str] = []
    """The states it belongs to or involves, three at most."""
    more: int = 0
    """How many states there are beyond those."""
    matched: str = ""
    """The name it was found by, where that is another than its label."""


def suggestions(snapshot: Snapshot, given: Mapping[str, Any], _limits: Limits) -> Reply:
    """Give what `text` could mean, best first: `limit` dossiers of `kinds`, and questions.

    Raises ProblemError 400 for a kind there is not, and for a text too long.
    """
    text = _checked(given["text"])
    kinds = _kinds(given.get("kinds") or ())
    found = once(snapshot, Names).find(text, kinds)
    listed = [suggestion(snapshot, each) for each in found[: given["limit"]]]
    asked = [] if given.get("kinds") else _questions(text)[:_QUESTIONS]
    told = {"text": text, "total": len(found), "suggestions": listed, "questions": asked}
    return Reply(format="application/json", body=msgspec.json.encode(told) + b"\n")


def search(snapshot: Snapshot, given: Mapping[str, Any], _limits: Limits) -> Reply:
    """Give the page of what `text` could mean, from result `offset` on, of one kind or of all."""
    text = _checked(given["text"])
    chosen = given.get("kind") or ""
    _kinds([chosen] if chosen else ())
    found = once(snapshot, Names).find(text)
    counts = Counter(each.kind for each in found)
    shown = [each for each in found if chosen in {"", each.kind}]
    as_of = given.get("as_of") or ""
    words_given = {"q": text, "kind": chosen, "as-of": as_of}
    pages = Turns("/search", words_given, len(shown), EACH_PAGE, given["offset"])
    return page(
        "search.html", q=text, chosen=chosen, as_of=as_of, total=len(found), pages=pages,
        shown=[suggestion(snapshot, each) for each in shown[pages.start : pages.end]],
        kinds=[(each, _kind_label(snapshot, each), count) for each, count in counts.most_common()],
        questions=_questions(text), listed=_beginnings(),
    )  # fmt: skip


def suggestion(snapshot: Snapshot, found: Named) -> Suggestion:
    """Return what a page or a list tells of a dossier found."""
    label = snapshot.directory.label(found.node)
    states = sorted(snapshot.directory.label(each) for each in _states(snapshot, found))
    return Suggestion(
        id=key(found.node) or "", label=label, kind=found.kind,
        kind_label=_kind_label(snapshot, found.kind), href=href(found.node.value),
        states=states[:_STATES], more=max(0, len(states) - _STATES),
        matched="" if folded(found.name) == folded(label) else found.name,
    )  # fmt: skip


def _states(snapshot: Snapshot, found: Named) -> set[NamedNode]:
    predicate = HBK.involvesState if found.kind in TIE_KINDS else HBK.state
    quads = snapshot.database.quads_for_pattern(found.node, predicate, None, CURRENT)
    return {quad.object for quad in quads if isinstance(quad.object, NamedNode)}


def _kind_label(snapshot: Snapshot, kind: str) -> str:
    return snapshot.directory.label(HBK(KINDS[kind]))


def _checked(text: str) -> str:
    if len(text) > MOST_TEXT:
        raise bad_request(f"q: give at most {MOST_TEXT} characters")
    return " ".join(text.split())


def _kinds(given: Collection[str]) -> Collection[str]:
    for each in given:
        if each not in SEARCHED:
            taken = ", ".join(sorted(SEARCHED))
            raise bad_request(f"kind: “{each[:50]}” is no kind; taken are {taken}")
    return given or SEARCHED


def _questions(text: str) -> list[dict[str, str]]:
    """Return the canned queries that have every word of *text* in their name or question.

    Those that have them in their name come first.
    """
    wanted = words(text)
    found = []
    for query in catalog.catalog().values() if wanted else ():
        named = words(query.name)
        held = [*named, *words(f"{query.summary} {' '.join(query.tags)}")]
        if all(any(each.startswith(word) for each in held) for word in wanted):
            inside = sum(any(each.startswith(word) for each in named) for word in wanted)
            found.append((-inside, query.name, query.summary))
    return [
        {"name": name, "summary": summary, "href": f"/queries/{name}"}
        for _, name, summary in sorted(found)
    ]


def _beginnings() -> list[str]:
    """Return the names of some questions that a reader could start from."""
    return ["deals-by-country", "undisclosed-parties", "contested-facts"]
