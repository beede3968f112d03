"""Exports of ours, read back: each claim and entry as it was, under the name of its content."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from pyoxigraph import Literal, NamedNode, Store

from hauberk.graph.claims import CURRENT, Claim, Entry, Passage, Statement
from hauberk.graph.holdings import WITHDRAWN, Holdings
from hauberk.graph.spool import Names
from hauberk.graph.terms import Fact, Term
from hauberk.loaders.opendata.run import Run
from hauberk.ontology.names import (
    DCTERMS,
    FOAF,
    HBK,
    KINDS,
    OA,
    PROV,
    RDF,
    RDFS,
    SKOS,
    VOID,
    kind,
)

_TAKEN: Final = frozenset({
    RDF.type, SKOS.prefLabel, SKOS.altLabel, SKOS.exactMatch, FOAF.homepage, DCTERMS.description,
    DCTERMS.title, DCTERMS.language, DCTERMS.license, DCTERMS.rights,
})  # fmt: skip
_NEEDED: Final = (HBK.modality, PROV.wasAttributedTo, PROV.hadPrimarySource)


def is_export(held: Store) -> bool:
    """Tell whether a file has claims or entries in the graph `current`, as our exports have."""
    return any(_typed(held, kind_of) for kind_of in WITHDRAWN)


def is_half_export(held: Store) -> bool:
    """Tell whether a file has claims' metadata in its default graph: an export of one graph."""
    from pyoxigraph import DefaultGraph

    found = held.quads_for_pattern(None, RDF.type, HBK.Claim, DefaultGraph())
    return next(iter(found), None) is not None


def read_export(run: Run, held: Store) -> Iterator[int]:
    """State the claims and entries of an export; each is a record.

    What is withdrawn is not stated again, and is rejected. Whatever else `current` holds is
    derived from the claims, and is derived anew.
    """
    reader = _Export(run, held)
    reader.note_terms()
    entries = _typed(held, HBK.Entry)
    reader.opened = Names(about.value for each in entries for about in reader.held.about(each))
    for number, iri in enumerate(entries, 1):
        reader.record(number, iri, reader.entry(iri))
        yield 0
    for number, iri in enumerate(_typed(held, HBK.Claim), len(entries) + 1):
        reader.record(number, iri, reader.claim(iri))
        yield 0
    for withdrawn in WITHDRAWN.values():
        for iri in _typed(held, withdrawn):
            run.records += 1
            run.reject(run.records, "type", iri.value, "is withdrawn")
            yield 0


def _typed(held: Store, kind_of: NamedNode) -> list[NamedNode]:
    quads = held.quads_for_pattern(None, RDF.type, kind_of, CURRENT)
    found = [quad.subject for quad in quads if isinstance(quad.subject, NamedNode)]
    return sorted(found, key=str)


class _Export:
    def __init__(self, run: Run, held: Store) -> None:
        self.run = run
        self.held = Holdings(held)
        self.opened = Names()
        self.why = ("", "")
        """The field and the reason for which the last statement cannot be read."""

    def note_terms(self) -> None:
        """Keep the credit lines and licences of the datasets that the export was made of."""
        datasets = self.held.subjects(RDF.type, VOID.Dataset)
        rights, licences = (
            sorted({v.value for each in datasets if (v := self.held.object_of(each, noted))})
            for noted in (DCTERMS.rights, DCTERMS.license)
        )
        self.run.provider = replace(
            self.run.provider,
            credit=" · ".join(rights) or self.run.provider.credit,
            licence=licences[0] if len(licences) == 1 else " · ".join(licences)
            or self.run.provider.licence,
        )  # fmt: skip

    def record(self, number: int, iri: NamedNode, made: Statement | None) -> None:
        """State what a statement was read as, or reject it."""
        self.run.records += 1
        if made is not None and made.iri != iri and not (_is_foreign(iri) and _is_plain(made)):
            self.why = ("content", "is not what its name stands for: it was changed, or is cut off")
            made = None
        if made is not None and (missing := self._missing(made)):
            self.why = (missing, "names a dossier that neither the file nor the store has")
            made = None
        if made is None:
            self.run.reject(number, self.why[0], iri.value, self.why[1])
        else:
            self.run.restate(made)

    def _missing(self, made: Statement) -> str | None:
        """Return the id of a dossier that is named and nowhere opened, or None."""
        known = self.run.parties.held
        named = [made.about, *(value for *_, value in made.facts if isinstance(value, NamedNode))]
        for node in named:
            if kind(node) not in KINDS or kind(node) == "state" or "#" in node.value:
                continue
            if node.value not in self.opened and not (known is not None and known.is_known(node)):
                return node.value
        return None

    def entry(self, iri: NamedNode) -> Entry | None:
        """Return an entry, or None."""
        about = self.held.object_of(iri, HBK.about)
        if not isinstance(about, NamedNode):
            self.why = ("about", "is about nothing")
            return None
        return Entry(about, tuple(self._facts(iri)))

    def claim(self, iri: NamedNode) -> Claim | None:
        """Return a claim, or None."""
        one = self.held.object_of
        about = _node(one(iri, HBK.about))
        graph = _node(one(iri, HBK.affirms) or one(iri, HBK.denies))
        for needed in _NEEDED:
            if not isinstance(one(iri, needed), NamedNode):
                self.why = (needed.value, "is missing")
                return None
        modality, speaker = _node(one(iri, HBK.modality)), _node(one(iri, PROV.wasAttributedTo))
        if about is None or graph is None or modality is None or speaker is None:
            self.why = ("about", "is about nothing, or has no graph")
            return None
        passage, first = self._passage(iri)
        sources = sorted(self._many(iri, PROV.hadPrimarySource), key=lambda s: (s != first, str(s)))
        label = one(speaker, RDFS.label) if kind(speaker) == "speaker" else None
        return Claim(
            about=about,
            facts=tuple(self._facts(graph)),
            modality=modality,
            speaker=speaker,
            sources=tuple(sources),
            speaker_label=label.value if isinstance(label, Literal) else None,
            denies=one(iri, HBK.denies) is not None,
            said=_literal(one(iri, DCTERMS.issued)),
            credibility=_node(one(iri, HBK.credibility)),
            likelihood=_node(one(iri, HBK.likelihood)),
            note=_value(one(iri, SKOS.note)),
            passage=passage,
            contests=tuple(self._many(iri, HBK.contests)),
            checked=_literal(one(iri, HBK.checked)),
            sought=_literal(one(iri, HBK.sought)),
            row=_value(one(iri, HBK.row)),
        )

    def _many(self, iri: NamedNode, predicate: NamedNode) -> list[NamedNode]:
        quads = self.held.store.quads_for_pattern(iri, predicate, None, CURRENT)
        found = [quad.object for quad in quads if isinstance(quad.object, NamedNode)]
        return sorted(found, key=str)

    def _facts(self, graph: NamedNode) -> Iterator[Fact]:
        for quad in self.held.store.quads_for_pattern(None, None, None, graph):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
                yield quad.subject, quad.predicate, quad.object

    def _passage(self, iri: NamedNode) -> tuple[Passage | None, NamedNode | None]:
        """Return where in its first source a claim stands, and that source."""
        one = self.held.object_of
        place = one(iri, HBK.passage)
        if not isinstance(place, NamedNode):
            return None, None
        selector, hashed = one(place, OA.hasSelector), _value(one(place, HBK.passageHash)) or ""
        if not isinstance(selector, NamedNode):
            return None, None
        numbers = (_number(one(selector, each)) for each in (HBK.paragraph, OA.start, OA.end))
        return Passage(hashed.removeprefix("sha256:"), *numbers), _node(one(place, OA.hasSource))


def _is_foreign(iri: NamedNode) -> bool:
    """Tell whether a statement has a name of its own, which promises nothing of its content."""
    return kind(iri) not in {"claim", "entry"}


def _is_plain(made: Statement) -> bool:
    """Tell whether a statement has facts of its dossier and its parts alone, in our properties."""
    about = made.about.value
    return all(
        (subject.value == about or subject.value.startswith(f"{about}#"))
        and (predicate in _TAKEN or predicate.value.startswith(str(HBK)))
        for subject, predicate, _ in made.facts
    )


def _literal(term: Term | None) -> Literal | None:
    return term if isinstance(term, Literal) else None


def _node(term: Term | None) -> NamedNode | None:
    return term if isinstance(term, NamedNode) else None


def _value(term: Term | None) -> str | None:
    return term.value if isinstance(term, Literal) else None


def _number(term: Term | None) -> int | None:
    text = _value(term) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004
