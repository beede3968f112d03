"""One reading of one file: what a source's module states its records with."""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode

from hauberk.graph.claims import Claim, Entry, Statement
from hauberk.graph.spool import Names
from hauberk.graph.terms import Fact, english, partial_date
from hauberk.loaders.opendata.parties import Parties, Party
from hauberk.loaders.opendata.provider import Provider
from hauberk.loaders.opendata.rejects import Rejects
from hauberk.loaders.reading import Vocabulary
from hauberk.loaders.vocabulary import vocabulary
from hauberk.ontology.names import DCTERMS, HBK, RDF, SKOS, XSD, code, dossier, source, speaker

_BLOCK: Final = 1 << 20
_OTHER_CODES: Final = {"EL": "GR", "UK": "GB"}
"""What the European Commission calls two states."""


class Run:
    """What a module reads from and states to.

    Statements pile up between two records and are taken by whoever drives the reading, so that
    memory does not grow with the file.
    """

    def __init__(self, path: Path, provider: Provider, parties: Parties) -> None:
        self.path = path
        self.provider = provider
        self.parties = parties
        self.rejects = Rejects()
        self.records = 0
        """Records of the file read so far, the rejected ones too: modules count them."""
        self.passed_over = 0
        """Records of parties that the graph knows nothing of: modules count them."""
        self.merged = 0
        """Records that say nothing which an earlier record did not say: modules count them."""
        self.total: int | None = path.stat().st_size
        """How much there is to read, in the unit that `read` yields; bytes unless set."""
        self.day = ""
        """The day as of which the file shows things, where it says so: a release or a snapshot."""
        self.vocabulary: Vocabulary = vocabulary()
        self._stated: list[Statement] = []
        self._opened = Names()

    def take(self) -> list[Statement]:
        """Return what was stated since the last time, and forget it."""
        taken, self._stated = self._stated, []
        return taken

    def reject(self, line: int, name: str, value: object, reason: str) -> None:
        """Note that a record, or a field of it, is left out."""
        self.rejects.add(line, name, value, reason)

    # -- What records state ------------------------------------------------------------

    def state(self, given: str) -> NamedNode | None:
        """Return the state that a name or code means, or None; EL and UK are taken too."""
        wanted = given.strip()
        found = self.vocabulary.states.get(_OTHER_CODES.get(wanted, wanted))
        if found is None:
            folded = wanted.casefold()
            names = self.vocabulary.states.items()
            found = next((two for name, two in names if name.casefold() == folded), None)
        return dossier(f"state/{found}") if found else None

    def source(  # noqa: PLR0913
        self,
        url: str | None = None,
        *,
        title: str | None = None,
        publisher: str | None = None,
        published: str | None = None,
        language: str | None = None,
        reliability: str | None = None,
        reason: str | None = None,
    ) -> NamedNode:
        """Describe a source once and return it; by default the provider's own page and grade.

        A source of another publisher, such as a page that a record cites, takes that publisher
        and a grade of its own.
        """
        address = url or self.provider.url
        node = source(address)
        if not self._opened.add(node.value):
            return node
        own = publisher is None
        facts: list[Fact] = [
            (node, RDF.type, HBK.Source),
            (node, HBK.url, Literal(address, datatype=XSD.anyURI)),
            (node, HBK.publisher, Literal(publisher or self.provider.publisher)),
        ]
        if title or own:
            facts.append((node, DCTERMS.title, Literal(title or self.provider.title)))
        if own:
            facts.append((node, DCTERMS.license, Literal(self.provider.licence)))
            facts.append((node, DCTERMS.rights, Literal(self.provider.credit)))
        grade = reliability or (self.provider.reliability if own else None)
        why = reason or (self.provider.reliability_reason if own else None)
        if grade:
            facts.append((node, HBK.reliability, code("reliability", grade)))
        if why:
            facts.append((node, HBK.reliabilityReason, Literal(why)))
        if language:
            facts.append((node, DCTERMS.language, Literal(language)))
        if day := partial_date(published) if published else None:
            facts.append((node, HBK.published, day))
        self._stated.append(Entry(node, tuple(facts)))
        return node

    def party(self, party: Party) -> NamedNode:
        """Return the dossier of a party; the entry that opens it is stated where it is new."""
        node, entry = self.parties.resolve(party)
        if entry is not None:
            self._stated.append(entry)
        return node

    def open(
        self,
        name: str,
        label: str,
        *,
        aliases: Iterable[str] = (),
        description: str | None = None,
        more: Iterable[tuple[NamedNode, NamedNode | Literal]] = (),
    ) -> NamedNode:
        """Open the dossier `kind/slug` called *name* with its label, once, and return it.

        Where people decided that it is a known one, that one is returned, and the label is one
        more name of it.
        """
        local = dossier(name)
        node = self.parties.decisions.get(local, local)
        if not self._opened.add(node.value):
            return node
        names = [label, *aliases] if node != local else aliases
        facts: list[Fact] = [(node, SKOS.altLabel, Literal(each)) for each in dict.fromkeys(names)]
        if node == local:
            facts.append((node, SKOS.prefLabel, english(label)))
        if description:
            facts.append((node, DCTERMS.description, english(description)))
        facts += [(node, predicate, value) for predicate, value in more]
        self._stated.append(Entry(node, tuple(facts)))
        return node

    def claim(  # noqa: PLR0913
        self,
        about: NamedNode,
        facts: Sequence[Fact],
        sources: NamedNode | Sequence[NamedNode],
        *,
        row: int,
        modality: str = "reported",
        credibility: str | None = None,
        by: NamedNode | str | None = None,
        said: Literal | None = None,
        note: str | None = None,
        denies: bool = False,
    ) -> Claim | None:
        """State a claim read in record *row* of the file; nothing where it would say nothing."""
        if not facts and not note:
            return None
        named = by if isinstance(by, NamedNode) else None
        label = None if named else (by or self.provider.publisher)
        made = Claim(
            about=about,
            facts=tuple(dict.fromkeys(facts)),
            modality=code("modality", modality),
            speaker=named or speaker(str(label)),
            speaker_label=None if named else str(label),
            sources=(sources,) if isinstance(sources, NamedNode) else tuple(sources),
            denies=denies,
            said=said,
            credibility=code("credibility", credibility) if credibility else None,
            note=note,
            row=f"{self.path.name}:{row}",
        )
        self._stated.append(made)
        return made

    def restate(self, statement: Statement) -> None:
        """State a claim or an entry that was made elsewhere, as it is."""
        self._stated.append(statement)

    # -- Provenance --------------------------------------------------------------------

    def digest(self) -> str:
        """Return the SHA-256 of the file, in hex."""
        state = sha256()
        with self.path.open("rb") as file:
            while block := file.read(_BLOCK):
                state.update(block)
        return state.hexdigest()


def drained(reading: Iterator[int], run: Run) -> Iterator[tuple[int, list[Statement]]]:
    """Yield, record by record, how much further the reading is and what was stated."""
    for advance in reading:
        yield advance, run.take()
    if last := run.take():
        yield 0, last
