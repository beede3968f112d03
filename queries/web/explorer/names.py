"""The index of names: who and what is called so, accents and slips of the hand forgiven."""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from heapq import nsmallest
from math import log2
from typing import Final

import msgspec
from normality import ascii_text
from pyoxigraph import NamedNode
from rapidfuzz import process
from rapidfuzz.distance import OSA

from hauberk.graph.claims import CURRENT
from hauberk.graph.store import Snapshot
from hauberk.ontology.names import HBK, KINDS, kind

SEARCHED: Final = frozenset(KINDS) - {"source", "speaker"}
"""The kinds of dossiers that are found by name."""
MOST_TEXT: Final = 200
"""Characters of what is looked for."""

_MOST_WORDS: Final = 8
_WORD: Final = re.compile(r"[a-z0-9]+")
_INSIDE: Final = 3
"""Characters of which a word is looked for inside of others."""
_SLIP: Final = 4
"""Characters from which a word may be mistyped once, and twice from eight."""
_STRUCK: Final = str.maketrans("øØđĐħĦŧŦ", "oOdDhHtT")
"""Letters that ICU takes apart into a letter and a stroke."""
_STANDING: Final = {
    "state": 12, "firm": 10, "body": 8, "organisation": 8, "programme": 8, "model": 8,
    "agreement": 6, "product": 5, "person": 4, "undisclosed": 4, "stake": 2,
}  # fmt: skip


class Named(msgspec.Struct, frozen=True):
    """A dossier that was found, and the name it was found by."""

    node: NamedNode
    kind: str
    name: str


def folded(text: str) -> str:
    """Return a text as names are compared: in Latin letters without accents or capitals.

    >>> folded("Škoda, Їжак")
    'skoda, izhak'
    """
    return ascii_text(text[:MOST_TEXT].translate(_STRUCK)).casefold()


def words(text: str) -> list[str]:
    """Return the words of a text, folded."""
    return _WORD.findall(folded(text))


class Names:
    """The names of one generation: read once, then asked in milliseconds."""

    def __init__(self, snapshot: Snapshot) -> None:
        found = list(snapshot.directory.names(SEARCHED))
        self.named = [Named(node, kind(node), name) for name, node in found]
        self.words = [words(name) for name, _ in found]
        self.joined = ["".join(each) for each in self.words]
        self.ties = _ties(snapshot)
        holders: dict[str, list[int]] = defaultdict(list)
        for number, each in enumerate(self.words):
            for word in dict.fromkeys(each):
                holders[word].append(number)
        self.vocabulary = sorted(holders)
        self.holders = [holders[word] for word in self.vocabulary]

    def find(self, given: str, kinds: Collection[str] = SEARCHED) -> list[Named]:
        """Return the dossiers of the kinds that *given* can mean, each once, best first.

        Every word must be in a name, begin one of its words or be like one; where no name has
        them all, those that have most are found.
        """
        wanted = words(given)[:_MOST_WORDS]
        if not wanted:
            return []
        whole = "".join(wanted)
        scores = self._scores(wanted)
        for number in self._alike(whole):
            scores[number] = max(scores.get(number, 0.0), len(wanted) * 0.75)
        most = max(scores.values(), default=0.0)
        least = min(len(wanted) * 0.5, most - 0.5)
        best: dict[NamedNode, tuple[float, int]] = {}
        for number, score in scores.items():
            named = self.named[number]
            if score < least or named.kind not in kinds:
                continue
            rank = self._rank(number, score / len(wanted), whole)
            if named.node not in best or rank < best[named.node]:
                best[named.node] = rank
        ordered = nsmallest(len(best), best.values())
        return [self.named[number] for _, number in ordered]

    def _scores(self, wanted: Sequence[str]) -> dict[int, float]:
        """Return for each name how well its words answer those wanted, from 0 to their number."""
        total: dict[int, float] = defaultdict(float)
        for word in dict.fromkeys(wanted):
            best: dict[int, float] = {}
            for position, quality in self._like(word):
                for number in self.holders[position]:
                    if best.get(number, 0.0) < quality:
                        best[number] = quality
            for number, quality in best.items():
                total[number] += quality
        return dict(total)

    def _like(self, word: str) -> Iterator[tuple[int, float]]:
        """Yield the places in the vocabulary of words like *word*, and how like they are."""
        start = bisect_left(self.vocabulary, word)
        for position in range(start, len(self.vocabulary)):
            other = self.vocabulary[position]
            if not other.startswith(word):
                break
            yield position, 1.0 if other == word else 0.8 + 0.15 * len(word) / len(other)
        if len(word) >= _INSIDE:
            for position, other in enumerate(self.vocabulary):
                if word in other:
                    yield position, 0.6
        if len(word) >= _SLIP:
            slips = 1 if len(word) < 2 * _SLIP else 2
            near = process.extract(
                word, self.vocabulary, scorer=OSA.distance, score_cutoff=slips, limit=200
            )
            for _, distance, position in near:
                yield position, 0.8 - 0.15 * distance
            beginnings = [other[: len(word)] for other in self.vocabulary]
            near = process.extract(
                word, beginnings, scorer=OSA.distance, score_cutoff=slips, limit=400
            )
            for _, distance, position in near:
                yield position, 0.7 - 0.15 * distance

    def _alike(self, whole: str) -> Iterator[int]:
        """Yield the names that are the same when written as one word, "BAESystems" say."""
        if len(whole) >= _SLIP:
            for number, joined in enumerate(self.joined):
                if joined.startswith(whole):
                    yield number

    def _rank(self, number: int, score: float, whole: str) -> tuple[float, int]:
        """Return where a name stands among those found: the least comes first."""
        named, joined = self.named[number], self.joined[number]
        points = 100 * score + _STANDING.get(named.kind, 0)
        if joined == whole:
            points += 40
        elif joined.startswith(whole):
            points += 15
        points += min(12.0, 2 * log2(1 + self.ties[named.node]))
        points -= min(20.0, len(joined) / 4)
        return -points, number


def _ties(snapshot: Snapshot) -> Counter[NamedNode]:
    """Return in how many ties each agent takes part, and how many follow each model."""
    found: Counter[NamedNode] = Counter()
    for predicate in (HBK.agent, HBK.followsModel, HBK.establishesModel):
        for quad in snapshot.database.quads_for_pattern(None, predicate, None, CURRENT):
            if isinstance(quad.object, NamedNode):
                found[quad.object] += 1
    return found
