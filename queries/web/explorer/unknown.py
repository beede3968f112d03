"""What is told of a thing that was not known yet on the day asked of."""

import msgspec
from pyoxigraph import NamedNode

from hauberk.graph.errors import NotFoundError
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import BASE, kind
from hauberk.queries.web.explorer.days import first_known
from hauberk.queries.web.frames import Reply
from hauberk.queries.web.pages import page, text
from hauberk.queries.web.problems import ProblemError


def unknown_then(snapshot: Snapshot, node: NamedNode, form: str) -> Reply:
    """Return the page that tells when a thing first became known, later than the day asked of.

    Raises NotFoundError for what was never there, ProblemError 404 for formats that are no page.
    """
    today, day = snapshot.today, snapshot.day or ""
    if not today.ledger.is_known(node):
        raise NotFoundError(f"there is nothing by the IRI {node.value}")
    first = first_known(today, node) or ""
    name = node.value.removeprefix(BASE + "id/")
    if form != "html":
        known = f"it first became known on {first}" if first else "no claim about it has a date"
        detail = f"{name} was not known on {day}; {known}"
        raise ProblemError(404, "Not known then", detail, first_known=first or None)
    label = today.directory.label(node) if kind(node) != "claim" else text("A claim")
    made = page("unknown-then.html", label=label, id=name, day=day, first=first)
    return msgspec.structs.replace(made, status=404, lasting=False)
