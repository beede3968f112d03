"""A claim as a fact file writes it: who says what, in which source, how firmly."""

from collections.abc import Iterator, Mapping
from typing import Final

from pyoxigraph import Literal, NamedNode

from hauberk.graph.claims import Claim, Passage
from hauberk.graph.terms import Fact
from hauberk.loaders.content import content
from hauberk.loaders.fields import CLAIM_KEYS, SAYS
from hauberk.loaders.reading import Reading, near
from hauberk.loaders.records import Record
from hauberk.loaders.source_record import Source
from hauberk.ontology.names import WRITTEN_KINDS, is_key, speaker

_HEX: Final = frozenset("0123456789abcdef")
_SHA256_LENGTH: Final = 64


def read_claim(
    reading: Reading, about: NamedNode, record: Record, sources: Mapping[str, Source]
) -> Claim | None:
    """Return the claim that a record under `claims` makes, or note its faults.

    *sources* are the file's own, by key.
    """
    before = len(reading.findings.faults)
    reading.known_keys(record, CLAIM_KEYS)
    cited = _cited(reading, record, sources)
    modality = reading.code(record, "modality", "modality", required=True)
    said = reading.date(record, "said")
    facts, denies = _said(reading, about, record)
    note = reading.text(record, "note")
    checked = reading.date(record, "checked")
    sought = reading.date(record, "sought")
    passage = _passage(reading, record)
    credibility = reading.code(record, "credibility", "credibility")
    likelihood = reading.code(record, "likelihood", "likelihood")
    contests = tuple(_contests(reading, record))
    by, label = _speaker(reading, record, cited)
    if not facts and note is None and len(reading.findings.faults) == before:
        reading.fault(record, "says", "says nothing; give `says`, `denies` or a `note`")
    if len(reading.findings.faults) > before or modality is None or by is None:
        return None
    return Claim(
        about=about,
        facts=facts,
        modality=modality,
        speaker=by,
        speaker_label=label,
        sources=tuple(dict.fromkeys(each.iri for each in cited)),
        denies=denies,
        said=said or _shared_date(cited),
        credibility=credibility,
        likelihood=likelihood,
        note=note,
        passage=passage,
        contests=contests,
        checked=checked,
        sought=sought,
    )


def _cited(reading: Reading, record: Record, sources: Mapping[str, Source]) -> list[Source]:
    if "from" not in record:
        reading.fault(record, "from", "is missing; name the source the claim was read in")
        return []
    cited = []
    for item, word in reading.each(record, "from"):
        key = reading.text(item, word)
        if key is None:
            continue
        found = sources.get(key)
        if found is not None:
            cited.append(found)
        else:
            hint = near(key, sources) or "; describe it under `sources`"
            reading.fault(item, word, f"“{key}”: this file has no such source{hint}")
    return cited


def _said(reading: Reading, about: NamedNode, record: Record) -> tuple[tuple[Fact, ...], bool]:
    denies = "denies" in record
    if denies and "says" in record:
        reading.fault(record, "denies", "stands beside `says`; make two claims of it")
    word = "denies" if denies else "says"
    if word not in record:
        return (), False
    says = reading.mapping(record, word, "{status: signed}")
    return (content(reading, about, says) if says is not None else ()), denies


def _speaker(
    reading: Reading, record: Record, sources: list[Source]
) -> tuple[NamedNode | None, str | None]:
    if "by" not in record:
        publisher = sources[0].publisher if sources else None
        if publisher is None:
            if sources:
                reading.fault(record, "by", "is missing, and the source names no publisher")
            return None, None
        return speaker(publisher), publisher
    given = reading.text(record, "by")
    if given is None:
        return None, None
    if is_key(given):
        return reading.dossier(record, "by", WRITTEN_KINDS | {"state"}), None
    return speaker(given), given


def _contests(reading: Reading, record: Record) -> Iterator[NamedNode]:
    if "contests" in record:
        for item, word in reading.each(record, "contests"):
            given = reading.text(item, word)
            if given in SAYS:
                yield SAYS[given].property
            elif given is not None:
                reading.fault(item, word, f"“{given}” is no key of `says`{near(given, SAYS)}")


def _passage(reading: Reading, record: Record) -> Passage | None:
    if "passage" not in record:
        return None
    given = reading.mapping(record, "passage", "{paragraph: 3, sha256: …}")
    if given is None:
        return None
    reading.known_keys(given, ("paragraph", "start", "end", "sha256"))
    sha256 = reading.text(given, "sha256", required=True)
    paragraph = reading.integer(given, "paragraph")
    start, end = reading.integer(given, "start"), reading.integer(given, "end")
    if sha256 is not None and (len(sha256) != _SHA256_LENGTH or not set(sha256) <= _HEX):
        reading.fault(given, "sha256", "is not 64 hex digits, in lower case")
        return None
    if paragraph is not None and (paragraph < 1 or start is not None or end is not None):
        reading.fault(given, "paragraph", "counts from 1, and stands without start and end")
        return None
    if paragraph is None and (start is None or end is None or end <= start):
        reading.fault(given, "start", "give a paragraph, or a start and a later end")
        return None
    return Passage(sha256, paragraph, start, end) if sha256 is not None else None


def _shared_date(sources: list[Source]) -> Literal | None:
    """Return the sources' date where they have one: the earliest, since they carry one wording."""
    dates = [found.published for found in sources if found.published is not None]
    return min(dates, key=lambda date: date.value) if dates else None
