"""The fields of a question's form: a pick-list where one fits, what was given, what is wrong."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from pyoxigraph import Literal, NamedNode

from hauberk.graph.errors import BadParameterError
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import CODE, dossier, key
from hauberk.queries.catalog import Parameter, Query
from hauberk.queries.parameters import KINDS_OF, resolve
from hauberk.queries.web.choices import Choice, choices_of
from hauberk.queries.web.pages import text

MOST: Final = 300
"""Things of which a pick-list is made at most; beyond, a name is typed and looked up."""

_LISTED: Final = frozenset({"state", "model", "product", "code"})
_INPUTS: Final = {"date": "date", "integer": "number", "text": "text"}


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field: its input (select, date, number, text or party), what can be and was given."""

    name: str
    label: str
    input: str
    value: str = ""
    told: str = ""
    """What the value given is called, where that is another than the value."""
    choices: Sequence[Choice] = ()
    kinds: str = ""
    """The kinds of dossiers that can be given, with commas between, for suggestions."""
    hint: str = ""
    example: str = ""
    needed: bool = False
    problem: str = ""
    candidates: Sequence[Choice] = ()
    """What could be meant by a name that cannot be resolved."""


class Given(msgspec.Struct, frozen=True):
    """What was given for a question's parameters, each resolved or with what is wrong with it."""

    texts: Mapping[str, str]
    terms: Mapping[str, NamedNode | Literal]
    problems: Mapping[str, str]
    candidates: Mapping[str, Sequence[str]]


def read(query: Query, snapshot: Snapshot, given: Mapping[str, str]) -> Given:
    """Return what was given; raises BadParameterError for a parameter that the query has not."""
    terms: dict[str, NamedNode | Literal] = {}
    problems: dict[str, str] = {}
    candidates: dict[str, Sequence[str]] = {}
    alone = msgspec.structs.replace(query, header=msgspec.structs.replace(query.header, needs=[]))
    for name, value in given.items():
        try:
            terms |= resolve(alone, {name: value}, snapshot.directory)
        except BadParameterError as exc:
            if name not in query.parameters:
                raise
            problems[name] = str(exc).removeprefix(f"{name}: ")
            candidates[name] = list(exc.candidates)
    return Given(given, terms, problems, candidates)


def fields(query: Query, snapshot: Snapshot, given: Given) -> list[Field]:
    """Return the fields of the question's form, as they were filled in."""
    return [_field(query, snapshot, name, given) for name in query.parameters]


def _field(query: Query, snapshot: Snapshot, name: str, given: Given) -> Field:
    parameter = query.parameters[name]
    choices = _choices(snapshot, parameter)
    term = given.terms.get(name)
    value, told = given.texts.get(name, ""), ""
    if isinstance(term, Literal):
        value = term.value
    elif isinstance(term, NamedNode) and term.value.startswith(CODE):
        value = term.value.rpartition("/")[2]
    elif isinstance(term, NamedNode):
        value = (key(term) or value).removeprefix("state/")
        told = "" if choices else snapshot.directory.label(term)
    return Field(
        name=name, label=parameter.label, value=value, told=told, choices=choices,
        input="select" if choices else _INPUTS.get(parameter.type, "party"),
        kinds=",".join(sorted(KINDS_OF.get(parameter.type, ()))),
        hint=parameter.description, example=parameter.example, needed=name in query.required,
        problem=given.problems.get(name, ""),
        candidates=[_candidate(snapshot, each) for each in given.candidates.get(name, ())],
    )  # fmt: skip


def _choices(snapshot: Snapshot, parameter: Parameter) -> Sequence[Choice]:
    if parameter.type == "boolean":
        return [Choice("true", text("yes")), Choice("false", text("no"))]
    found = choices_of(snapshot, parameter) if parameter.type in _LISTED else ()
    return found if len(found) <= MOST else ()


def _candidate(snapshot: Snapshot, given: str) -> Choice:
    label = snapshot.directory.label(dossier(given)) if "/" in given else given
    return Choice(given, label)
