"""Identity: which parties could be one, by their names; only people decide that they are.

An identifier that two dossiers share is settled when open data is read. Everything else is a
candidate: a pair of dossiers with a score, to be decided in a file.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from normality import ascii_text
from pyoxigraph import Literal, NamedNode
from rapidfuzz import fuzz
from rigour.names import normalize_name, remove_org_types

from hauberk.graph.claims import CURRENT
from hauberk.graph.holdings import Holdings
from hauberk.ontology.names import DCTERMS, HBK, RDF, RDFS, SKOS, VOID, key, kind

KINDS: Final = frozenset({"firm", "body", "organisation"})
THRESHOLD: Final = 0.8
"""The score from which a pair is worth a look. See tests/test_identity.py for what it costs."""
_MOST_SHARING: Final = 60
"""Parties that may share a word before the word tells nothing."""
_SHORT: Final = 4
_BRACKETS: Final = re.compile(r"(.{3,200}?)\s*\(([^()]{3,60})\)\s*\Z")
_IDENTIFIERS: Final = (HBK.pic, HBK.lei, HBK.ror, SKOS.exactMatch)
_OTHER_STATE: Final = 0.8
_COMMON: Final = frozenset({
    "company", "corporation", "group", "holding", "holdings", "industries", "industry",
    "international", "defence", "defense", "systems", "system", "technologies", "technology",
    "aerospace", "engineering", "services", "solutions", "and", "of", "the", "de", "la", "du",
    "des", "fur", "und", "per", "della", "europe", "european", "national",
})  # fmt: skip
"""Words that many names hold: alone they make no two names alike."""


@dataclass(frozen=True, slots=True)
class Known:
    """A party as the graph has it."""

    node: NamedNode
    label: str
    names: frozenset[str]
    state: str = ""
    identifiers: frozenset[tuple[str, str]] = frozenset()
    is_curated: bool = False
    """Whether a fact file describes it, and not open data alone."""


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """Two parties that could be one, and how alike their names are, from 0 to 1."""

    score: float
    subject: Known = field(compare=False)
    object: Known = field(compare=False)
    by: str = field(compare=False, default="")
    """The two names that are alike."""


@lru_cache(maxsize=200_000)
def normalised(name: str) -> str:
    """Return a name in Latin letters, without case, accents, punctuation and legal form.

    >>> normalised("Škoda JS, a.s.")
    'skoda js'
    """
    plain = normalize_name(name) or ""
    bare = remove_org_types(plain) or plain
    latin = normalize_name(ascii_text(bare.strip() or plain)) or ""
    return " ".join((remove_org_types(latin) or latin).split())


def similarity(one: str, other: str) -> float:
    """Return how alike two names are once normalised, from 0 to 1.

    Words in another order cost nothing, and little does a word that many firms have. A name and
    its initials are rather alike, and so is what a name has in brackets.
    """
    return max(
        _likeness(normalised(first), normalised(second))
        for first in _variants(one)
        for second in _variants(other)
    )


def _variants(name: str) -> Iterator[str]:
    """Yield a name as it is, and without and from its brackets: `Research Institute (FFI)`."""
    yield name
    if match := _BRACKETS.match(name):
        yield match[1]
        yield match[2]


def _likeness(first: str, second: str) -> float:
    if not first or not second or first == second:
        return float(bool(first) and first == second)
    if first.replace(" ", "") == second.replace(" ", ""):
        return 0.98
    if _initials(first) == second or _initials(second) == first:
        return 0.85
    whole = fuzz.token_sort_ratio(first, second) / 100
    core_first, core_second = _core(first), _core(second)
    if core_first == core_second:
        return 0.93 if core_first else whole * 0.9
    return round(whole / 2 + fuzz.token_sort_ratio(core_first, core_second) / 200, 4)


def _initials(name: str) -> str:
    """Return the initials of a name of three words or more; empty for a shorter one."""
    words = name.split()
    return "".join(word[0] for word in words) if len(words) > 2 else ""  # noqa: PLR2004


def _core(name: str) -> str:
    return " ".join(word for word in name.split() if word not in _COMMON)


def parties(held: Holdings) -> list[Known]:
    """Return the firms, bodies and organisations that the graph holds, by IRI."""
    found: dict[NamedNode, set[str]] = {}
    for predicate in (SKOS.prefLabel, SKOS.altLabel):
        for quad in held.store.quads_for_pattern(None, predicate, None, CURRENT):
            node, name = quad.subject, quad.object
            if isinstance(node, NamedNode) and kind(node) in KINDS and isinstance(name, Literal):
                found.setdefault(node, set()).add(name.value)
    curated = _curated(held)
    return [_known(held, node, found[node], curated) for node in sorted(found, key=str)]


def _curated(held: Holdings) -> set[NamedNode]:
    """Return the dossiers that a dataset without a provider, which is a fact file, describes."""
    files = {
        dataset
        for dataset in held.subjects(RDF.type, VOID.Dataset)
        if held.object_of(dataset, DCTERMS.source) is None
    }
    return {about for dataset in files for held_by in held.dataset(dataset)
            for about in held.about(held_by)}  # fmt: skip


def _known(held: Holdings, node: NamedNode, names: set[str], curated: set[NamedNode]) -> Known:
    label = held.object_of(node, RDFS.label)
    state = held.object_of(node, HBK.state)
    identifiers = {
        (predicate.value, getattr(quad.object, "value", ""))
        for predicate in _IDENTIFIERS
        for quad in held.store.quads_for_pattern(node, predicate, None, CURRENT)
    }
    return Known(
        node,
        label.value if isinstance(label, Literal) else key(node) or "",
        frozenset(names),
        state.value.rpartition("/")[2] if isinstance(state, NamedNode) else "",
        frozenset(identifiers),
        node in curated,
    )


def candidates(
    known: Iterable[Known],
    apart: Mapping[NamedNode, frozenset[NamedNode]] | None = None,
    threshold: float = THRESHOLD,
) -> list[Candidate]:
    """Return the pairs that could be one party, the likeliest first.

    Pairs in *apart* are decided. Parties that have different identifiers of one scheme are two.
    Names are compared within blocks of those that share a telling word, so that the work grows
    with the names and not with their square.
    """
    by_index = list(known)
    best: dict[tuple[int, int], Candidate] = {}
    for one, other in _pairs(by_index):
        first, second = by_index[one], by_index[other]
        if second.node in (apart or {}).get(first.node, ()) or _differ(first, second):
            continue
        found = _scored(first, second)
        if found.score >= threshold:
            best[one, other] = found
    return sorted(best.values(), key=lambda each: (-each.score, str(each.subject.node)))


def _pairs(known: list[Known]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of positions whose names share a word that few have, each once."""
    blocks: dict[str, set[int]] = {}
    for index, party in enumerate(known):
        for name in party.names:
            for variant in _variants(name):
                for block in _blocks(normalised(variant)):
                    blocks.setdefault(block, set()).add(index)
    seen: set[tuple[int, int]] = set()
    for members in blocks.values():
        if not 1 < len(members) <= _MOST_SHARING:
            continue
        ordered = sorted(members)
        for place, one in enumerate(ordered):
            for other in ordered[place + 1 :]:
                if (one, other) not in seen:
                    seen.add((one, other))
                    yield one, other


def _blocks(name: str) -> Iterator[str]:
    """Yield what a name is looked up by: its telling words, their beginnings, its whole."""
    squeezed = name.replace(" ", "")
    yield f"={squeezed[:12]}"
    if initials := _initials(name):
        yield f"={initials}"
    for word in name.split():
        if word not in _COMMON:
            yield word
            if len(word) > _SHORT:
                yield f"{word[:_SHORT]}*{len(name.split())}"


def _differ(one: Known, other: Known) -> bool:
    """Tell whether both have identifiers of one scheme and share none of them."""
    for scheme in {scheme for scheme, _ in one.identifiers}:
        mine = {value for each, value in one.identifiers if each == scheme}
        theirs = {value for each, value in other.identifiers if each == scheme}
        if theirs and not mine & theirs:
            return True
    return False


def _scored(one: Known, other: Known) -> Candidate:
    """Return the candidate of two parties: the one that open data brought comes first."""
    subject, object_ = (other, one) if one.is_curated and not other.is_curated else (one, other)
    score, by = max(
        (similarity(first, second), f"{first} / {second}")
        for first in sorted(subject.names)
        for second in sorted(object_.names)
    )
    if one.state and other.state and one.state != other.state:
        score *= _OTHER_STATE
    return Candidate(round(score, 3), subject, object_, by)
