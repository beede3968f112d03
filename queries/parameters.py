"""From what a person types to the term a query takes: types, names, and what to do about slips."""

from collections.abc import Mapping
from typing import Final

from pyoxigraph import Literal, NamedNode

from hauberk.graph.directory import Directory
from hauberk.graph.errors import BadParameterError
from hauberk.graph.terms import whole_day
from hauberk.ontology.names import AGENT_KINDS, KINDS, XSD, code
from hauberk.queries.catalog import Parameter, Query

KINDS_OF: Final[Mapping[str, frozenset[str]]] = {
    "state": frozenset({"state"}),
    "firm": frozenset({"firm"}),
    "agent": AGENT_KINDS,
    "model": frozenset({"model"}),
    "product": frozenset({"product"}),
    "dossier": frozenset(KINDS) - {"source", "speaker"},
}
"""The kinds of dossier that a parameter's type takes; a type that is not here takes none."""
_TRUE: Final = frozenset({"true", "yes", "1", "on"})
_FALSE: Final = frozenset({"false", "no", "0", "off"})
_MAX_TEXT: Final = 2000


def resolve(
    query: Query, given: Mapping[str, str], directory: Directory
) -> dict[str, NamedNode | Literal]:
    """Return the terms for the parameters *given*; names are looked up in *directory*.

    Raises BadParameterError for an unknown parameter, a needed one that is missing, a value not
    of its type, and a name that nothing, or more than one thing, goes by; the message lists what
    could be meant.
    """
    for name in given.keys() - query.parameters.keys():
        known = ", ".join(query.parameters) or "none"
        raise BadParameterError(f"{query.name} has no parameter “{name}”; it takes {known}")
    if lacking := query.lacks(given):
        raise BadParameterError(f"{query.name}: {lacking}")
    return {
        name: _term(name, query.parameters[name], value, directory) for name, value in given.items()
    }


def _term(name: str, parameter: Parameter, given: str, directory: Directory) -> NamedNode | Literal:
    given = given.strip()
    if not given or len(given) > _MAX_TEXT:
        raise BadParameterError(f"{name}: give 1 to {_MAX_TEXT} characters")
    kinds = KINDS_OF.get(parameter.type)
    if kinds is not None:
        return _dossier(name, kinds, given, directory)
    if parameter.type == "code":
        return _code(name, parameter.scheme, given, directory)
    return _literal(name, parameter.type, given)


def _dossier(name: str, kinds: frozenset[str], given: str, directory: Directory) -> NamedNode:
    found = directory.named(given, kinds)
    if len(found) == 1:
        return found[0].node
    if found:
        listing = "; ".join(f"{each.label} ({each.key})" for each in found[:8])
        raise BadParameterError(
            f"{name}: “{given}” can mean {len(found)} things; give one by its id: {listing}",
            [each.key for each in found],
        )
    near = directory.near(given, kinds)
    what = " or ".join(sorted(kinds)) if len(kinds) == 1 else "dossier"
    listing = " or ".join(f"{each.label} ({each.key.removeprefix('state/')})" for each in near)
    hint = f"did you mean {listing}?" if listing else "`hauberk search` finds names"
    raise BadParameterError(
        f"{name}: no {what} goes by “{given}”; {hint}", [each.key for each in near]
    )


def _code(name: str, scheme: str, given: str, directory: Directory) -> NamedNode:
    codes = directory.codes(scheme)
    wanted = given.casefold()
    for notation, label in codes.items():
        if wanted in {notation.casefold(), label.casefold()}:
            return code(scheme, notation)
    raise BadParameterError(
        f"{name}: “{given}” is no {scheme}; taken are {', '.join(codes)}", list(codes)
    )


def _literal(name: str, kind: str, given: str) -> Literal:
    if kind == "date":
        try:
            return Literal(whole_day(given), datatype=XSD.date)
        except ValueError as exc:
            raise BadParameterError(f"{name}: {exc}") from exc
    if kind == "integer":
        if not (given.isascii() and given.removeprefix("-").isdigit() and len(given) <= 15):  # noqa: PLR2004
            raise BadParameterError(f"{name}: “{given}” is no whole number")
        return Literal(str(int(given)), datatype=XSD.integer)
    if kind == "boolean":
        if given.casefold() not in _TRUE | _FALSE:
            raise BadParameterError(f"{name}: “{given}”: write true or false")
        return Literal("true" if given.casefold() in _TRUE else "false", datatype=XSD.boolean)
    return Literal(given)
