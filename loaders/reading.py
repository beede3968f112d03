"""Reading values out of a record: each returns a term, or notes a fault and returns None."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from pyoxigraph import Literal, NamedNode
from rapidfuzz import process

from hauberk.graph.errors import Fault
from hauberk.graph.terms import decimal, partial_date
from hauberk.loaders.records import Listing, Record
from hauberk.ontology.names import code, dossier, is_key

_MISSING: Final = "is missing"
_URL_FORBIDDEN: Final = re.compile(r"[\s<>\"{}|\\^`\x00-\x20]")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The codes of every scheme and the states, as the ontology has them."""

    codes: Mapping[str, Sequence[str]]
    states: Mapping[str, str]
    """The two-letter code of each name and code that a state goes by."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A dossier that a record names, and where, to be looked for once all files are read."""

    key: str
    fault: Fault


@dataclass(slots=True)
class Findings:
    """What reading found beside the facts: faults, and the dossiers named."""

    faults: list[Fault] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)


def near(given: str, known: Iterable[str], likeness: int = 70) -> str:
    """Return "; did you mean …?" with known names at least so much alike (0 to 100), or nothing."""
    found = process.extract(given, list(known), limit=3, score_cutoff=likeness)
    names = [name for name, _, _ in found]
    if not names:
        return ""
    return f"; did you mean {' or '.join(names)}?"


def _nearest(given: str, states: Mapping[str, str]) -> str | None:
    found = process.extractOne(given, states.keys(), score_cutoff=70)
    return states[found[0]] if found else None


dossier_node = lru_cache(maxsize=65536)(dossier)
code_node = lru_cache(maxsize=1024)(code)


class Reading:
    """One dossier or source being read: where it stands, and what is found wrong with it."""

    def __init__(self, file: str, subject: str, vocabulary: Vocabulary, findings: Findings) -> None:
        self.file = file
        self.subject = subject
        self.vocabulary = vocabulary
        self.findings = findings

    def at(self, record: Record, key: str, message: str) -> Fault:
        """Return a fault at a key of a record, or at the record where the key is not there."""
        line = record.lines.get(key, record.line)
        return Fault(self.file, line, self.subject, key, message)

    def fault(self, record: Record, key: str, message: str) -> None:
        """Note a fault."""
        self.findings.faults.append(self.at(record, key, message))

    def known_keys(self, record: Record, allowed: Iterable[str]) -> None:
        """Note a fault for each key that the schema has no such word for."""
        for key in record.keys() - set(allowed):
            words = list(allowed)
            hint = near(key, words) or f"; taken are {', '.join(words)}"
            self.fault(record, key, f"no such key{hint}")

    def text(self, record: Record, key: str, *, required: bool = False) -> str | None:
        """Return the text at *key*."""
        if key not in record:
            if required:
                self.fault(record, key, f"{_MISSING}; write `{key}:` and a text")
            return None
        value = record[key]
        if not isinstance(value, str):
            self.fault(record, key, "is a list or mapping; one text is taken")
            return None
        if not value.strip():
            self.fault(record, key, "is empty; give a value, or leave the key out")
            return None
        return value.strip()

    def each(self, record: Record, key: str, *, many: bool = True) -> list[tuple[Record, str]]:
        """Return the items at *key*, one or a list, each as a record and key to read it from.

        The items keep their own lines, so that a fault names the item's.
        """
        value = record[key]
        if not isinstance(value, Listing):
            return [(record, key)]
        if not many:
            self.fault(record, key, "is a list; one value is taken")
            return []
        if not value:
            self.fault(record, key, "is an empty list; give a value, or leave the key out")
        items: list[tuple[Record, str]] = []
        for item, line in zip(value, value.lines, strict=True):
            single = Record(line)
            single[key] = item
            single.lines[key] = line
            items.append((single, key))
        return items

    def mapping(self, record: Record, key: str, example: str) -> Record | None:
        """Return the mapping at *key*."""
        value = record[key]
        if isinstance(value, Record):
            return value
        self.fault(record, key, f"is no mapping; write it like {example}")
        return None

    def code(
        self, record: Record, key: str, scheme: str, *, required: bool = False
    ) -> NamedNode | None:
        """Return the code of *scheme* that the text at *key* writes."""
        given = self.text(record, key, required=required)
        if given is None:
            return None
        codes = self.vocabulary.codes[scheme]
        if given in codes:
            return code_node(scheme, given)
        hint = near(given, codes) or f"; taken are {', '.join(codes)}"
        self.fault(record, key, f"“{given}” is no {scheme}{hint}")
        return None

    def date(self, record: Record, key: str) -> Literal | None:
        """Return the partial date at *key*."""
        return self._parsed(record, key, partial_date)

    def decimal(self, record: Record, key: str, *, required: bool = False) -> Literal | None:
        """Return the number at *key*."""
        if key not in record and not required:
            return None
        return self._parsed(record, key, decimal, required=required)

    def integer(self, record: Record, key: str) -> int | None:
        """Return the whole number at *key*."""
        given = self.text(record, key)
        if given is None:
            return None
        if given.isascii() and given.isdigit() and len(given) <= 9:  # noqa: PLR2004
            return int(given)
        self.fault(record, key, f"“{given}” is not a whole number")
        return None

    def _parsed(
        self,
        record: Record,
        key: str,
        parse: Callable[[str], Literal],
        *,
        required: bool = False,
    ) -> Literal | None:
        given = self.text(record, key, required=required)
        if given is None:
            return None
        try:
            return parse(given)
        except ValueError as exc:
            self.fault(record, key, str(exc))
            return None

    def state(self, record: Record, key: str, *, required: bool = False) -> NamedNode | None:
        """Return the state that the two-letter code at *key* stands for."""
        given = self.text(record, key, required=required)
        if given is None:
            return None
        states = self.vocabulary.states
        if states.get(given) == given:
            return dossier_node(f"state/{given}")
        codes = sorted(set(states.values()))
        if len(given) == 2:  # noqa: PLR2004
            hint = near(given.upper(), codes, likeness=50)
        else:
            found = states.get(given) or _nearest(given, states)
            hint = f"; did you mean {found}?" if found else "; write its two-letter code"
        self.fault(record, key, f"“{given}”: no such state{hint}")
        return None

    def dossier(
        self, record: Record, key: str, kinds: Iterable[str], *, required: bool = False
    ) -> NamedNode | None:
        """Return the IRI of the dossier that *key* names; that it exists is seen to later."""
        given = self.text(record, key, required=required)
        if given is None:
            return None
        wanted = " or ".join(sorted(kinds))
        if not is_key(given):
            self.fault(record, key, f"“{given}” is no id; write kind/name, with {wanted} for kind")
            return None
        if given.partition("/")[0] not in kinds:
            self.fault(record, key, f"“{given}” is not of the kind taken here: {wanted}")
            return None
        missing = self.at(record, key, f"“{given}”: no such dossier")
        self.findings.references.append(Reference(given, missing))
        return dossier_node(given)

    def url(self, record: Record, key: str) -> str | None:
        """Return the web address at *key*."""
        given = self.text(record, key)
        if given is None:
            return None
        try:
            parts = urlsplit(given)
            host = parts.hostname
        except ValueError:
            host = None
        if host is None or parts.scheme not in {"http", "https"} or _URL_FORBIDDEN.search(given):
            self.fault(record, key, f"“{given[:200]}” is not a web address; write https://…")
            return None
        try:
            NamedNode(given)
        except ValueError:
            self.fault(record, key, f"“{given[:200]}” is not a valid address; escape it as %XX")
            return None
        return given
