"""Panels: what the reader of a state, firm, programme or model asks first."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from pyoxigraph import NamedNode

from hauberk.graph.store import Snapshot
from hauberk.ontology.names import kind
from hauberk.queries.web.explorer.panels.firm import of_firm
from hauberk.queries.web.explorer.panels.model import of_model
from hauberk.queries.web.explorer.panels.programme import of_programme
from hauberk.queries.web.explorer.panels.state import of_state

_PANELS: Final[Mapping[str, Callable[[Snapshot, NamedNode], dict[str, Any] | None]]] = {
    "state": of_state,
    "firm": of_firm,
    "body": of_firm,
    "organisation": of_firm,
    "programme": of_programme,
    "model": of_model,
}

__all__ = ["panel"]


def panel(snapshot: Snapshot, node: NamedNode) -> dict[str, Any] | None:
    """Return what the template of the node's kind shows, or None where there is nothing to show.

    The template is `panels/<kind>.html`.
    """
    make = _PANELS.get(kind(node))
    return make(snapshot, node) if make else None
