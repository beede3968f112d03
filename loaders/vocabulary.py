"""The codes and states that fact files may use, read from the packaged ontology."""

from functools import cache

from pyoxigraph import Literal, NamedNode

from hauberk.graph.reference import reference
from hauberk.loaders.reading import Vocabulary
from hauberk.ontology.names import CODE, HBK, ID, RDFS, SKOS

_STATE = ID + "state/"
_NAMES = frozenset({RDFS.label, SKOS.prefLabel, SKOS.altLabel, HBK.alpha2, HBK.alpha3})


@cache
def vocabulary() -> Vocabulary:
    """Return every scheme's codes, sorted, and every name a state goes by."""
    codes: dict[str, list[str]] = {}
    states: dict[str, str] = {}
    for triple in reference():
        subject, value = triple.subject, triple.object
        if not isinstance(subject, NamedNode):
            continue
        if triple.predicate == SKOS.inScheme and subject.value.startswith(CODE):
            scheme, _, notation = subject.value[len(CODE) :].partition("/")
            codes.setdefault(scheme, []).append(notation)
        elif triple.predicate in _NAMES and _is_state(subject) and isinstance(value, Literal):
            states[value.value] = subject.value[len(_STATE) :]
    return Vocabulary({scheme: sorted(found) for scheme, found in codes.items()}, states)


def _is_state(node: NamedNode) -> bool:
    return node.value.startswith(_STATE) and "#" not in node.value
