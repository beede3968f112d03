"""Every way the package refuses.

HauberkError
├── StoreError            the folder is no store, or cannot be read or written
│   ├── StoreLockedError  another process is writing; the message names it
│   └── RemoteError       the service cannot be reached, or answers no SPARQL; what to do
│       └── CutOffError   it gives a part of the answer only
├── FaultsError           facts that cannot be loaded, every one of them
├── NotFoundError         no such dossier, query, generation; near names
├── GoneError             withdrawn; when, and why
└── QueryError
    ├── BadHeaderError    a packaged query's header is wrong; file and line
    ├── BadParameterError parameter, what was given, what is taken
    └── RefusedQueryError the query would write, or reach the network
"""

from collections.abc import Sequence
from dataclasses import dataclass


class HauberkError(Exception):
    """What the user can mend: its text says what is wrong, where, and what to do."""


class StoreError(HauberkError):
    """The store's folder is no store, or cannot be read or written."""


class StoreLockedError(StoreError):
    """Another process is writing the store."""


class RemoteError(StoreError):
    """A service does not answer, refuses, or answers with something that is no whole answer."""


class CutOffError(RemoteError):
    """A service gives a part of the answer only, or refuses one so long."""


class NotFoundError(HauberkError):
    """Nothing goes by that name; the message lists near ones."""


class GoneError(HauberkError):
    """What was asked for was withdrawn; *when* is the instant, or empty where it is not known."""

    def __init__(self, message: str, when: str = "") -> None:
        self.when = when
        super().__init__(message)


class QueryError(HauberkError):
    """The query is not SPARQL, or cannot be answered."""


class BadHeaderError(QueryError):
    """A query file's header is missing something or says it wrongly."""


class BadParameterError(QueryError):
    """A parameter's value is not of its type, or names nothing or too much.

    *candidates* are the ids or codes that could be meant.
    """

    def __init__(self, message: str, candidates: Sequence[str] = ()) -> None:
        self.candidates = tuple(candidates)
        super().__init__(message)


class RefusedQueryError(QueryError):
    """The query would change the store or reach another server."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in a file of facts, written to the person who must mend it."""

    file: str
    line: int
    dossier: str
    field: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        subject = ", ".join(part for part in (self.dossier, self.field) if part)
        return f"{place}: {subject}: {self.message}" if subject else f"{place}: {self.message}"


class FaultsError(HauberkError):
    """A load's faults, all of them; nothing of the load was committed."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__(str(self))

    def __str__(self) -> str:
        count = len(self.faults)
        lines = [str(fault) for fault in self.faults]
        lines.append(f"{count} fault{'s' if count != 1 else ''}; nothing was loaded.")
        return "\n".join(lines)
