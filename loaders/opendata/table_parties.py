"""Parties of a table of deals: by id, by name, or new; a name that could be two is refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode

from hauberk.graph.claims import CURRENT
from hauberk.graph.spool import Names
from hauberk.loaders.opendata.parties import Party
from hauberk.loaders.opendata.run import Run
from hauberk.ontology.names import (
    AGENT_KINDS,
    HBK,
    SKOS,
    code,
    dossier,
    is_key,
    key,
    kind,
    slug,
)

_UNNAMED: Final = frozenset({"undisclosed", "unknown", "not disclosed", "unnamed"})
_CODE_LETTERS: Final = 3
"""A name no longer than that is a state's code, in capitals, or no state."""
_OPENED: Final = AGENT_KINDS - {"state", "undisclosed", "person"}


class UnknownPartyError(ValueError):
    """A cell names no party that can be taken; the message says what to write."""


@dataclass(frozen=True, slots=True)
class Named:
    """A party that a cell names, and what opens it where it is new."""

    node: NamedNode
    opens: Party | None = None
    unnamed: str = ""
    """The label of an undisclosed party to open."""

    def stated(self, run: Run) -> NamedNode:
        """Open the party where it is new, and return it."""
        if self.opens is not None:
            return run.party(self.opens)
        if self.unnamed:
            reason = (HBK.undisclosedReason, code("reason-undisclosed", "unknown"))
            note = (HBK.undisclosedNote, Literal("The table names nobody."))
            name = (key(self.node) or "").partition("/")[2]
            return run.open(f"undisclosed/{name}", self.unnamed, more=[reason, note])
        return self.node


class Namesakes:
    """Who goes by which name, and which ids there are, beside what the table itself opens."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.opened = Names()
        self._by_name: dict[str, set[NamedNode]] = {}
        held = run.parties.held
        if held is not None:
            for predicate in (SKOS.prefLabel, SKOS.altLabel):
                for quad in held.store.quads_for_pattern(None, predicate, None, CURRENT):
                    name, node = quad.object, quad.subject
                    if (
                        isinstance(node, NamedNode)
                        and isinstance(name, Literal)
                        and kind(node) in AGENT_KINDS
                    ):
                        self._by_name.setdefault(name.value.casefold(), set()).add(node)

    def is_known(self, node: NamedNode) -> bool:
        """Tell whether a dossier is there, in the store or opened by this table."""
        if kind(node) == "state":
            return (key(node) or "")[-2:] in self.run.vocabulary.states.values()
        held = self.run.parties.held
        return node.value in self.opened or (held is not None and held.is_known(node))

    def named(self, given: str, role: str, deal: NamedNode, label: str) -> Named:
        """Return the party that a cell names; raises UnknownPartyError."""
        if given.casefold() in _UNNAMED:
            node = dossier(f"undisclosed/{(key(deal) or '').replace('/', '-')}-{role}")
            return Named(node, unnamed=f"undisclosed {role} of {label}")
        ident, equals, name = (part.strip() for part in given.partition("="))
        if is_key(ident) and (equals or "/" in given):
            return self._by_id(ident, name)
        return self._called(given)

    def _by_id(self, ident: str, name: str) -> Named:
        node = dossier(ident)
        kind_of, _, local = ident.partition("/")
        if kind_of not in AGENT_KINDS:
            wanted = ", ".join(sorted(AGENT_KINDS))
            raise UnknownPartyError(f"“{ident}” cannot take part; write an id of {wanted}")
        if name:
            if kind_of not in _OPENED or local != slug(local):
                wanted = ", ".join(f"{each}/name" for each in sorted(_OPENED))
                raise UnknownPartyError(f"“{ident}” cannot be opened here; take {wanted}")
            self.opened.add(node.value)
            return Named(node, Party(local, name, kind_of))
        if self.is_known(node):
            return Named(node)
        raise UnknownPartyError(f"“{ident}”: no such dossier; to open it write {ident} = Its Name")

    def _called(self, name: str) -> Named:
        """Return the one state or agent of that name that others know, or a new firm."""
        others = {
            node for node in self._by_name.get(name.casefold(), ()) if self._knows(node, name)
        }
        if (len(name) > _CODE_LETTERS or name.isupper()) and (state := self.run.state(name)):
            others.add(state)
        if len(others) > 1:
            ids = _list(key(node) or "" for node in others)
            raise UnknownPartyError(f"“{name}” is the name of {ids}; write the id that is meant")
        if others:
            return Named(others.pop())
        local = slug(name)
        if not local:
            raise UnknownPartyError(f"“{name}” gives no id; write firm/its-id = {name}")
        node = dossier(f"firm/{local}")
        known = self.run.parties.known_names(node)
        if known:
            raise UnknownPartyError(
                f"“{name}” is no name of firm/{local}, which goes by {_list(known)};"
                f" write firm/{local}, or firm/another-id = {name}"
            )
        self.opened.add(node.value)
        return Named(node, Party(local, name))

    def _knows(self, node: NamedNode, name: str) -> bool:
        """Tell whether others than this table give a party that name."""
        folded = name.casefold()
        return any(known.casefold() == folded for known in self.run.parties.known_names(node))


def _list(names: Iterable[str]) -> str:
    return " and ".join(sorted(names)[:3])
