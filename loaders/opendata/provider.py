"""Who gives a source out, on what terms, and how its files are told from others."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hauberk.loaders.opendata.run import Run

HEAD_BYTES = 65_536
"""How much of a file is looked at to tell what it is."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A source of open data: its name on the command line, its terms, its grade."""

    name: str
    title: str
    publisher: str
    url: str
    licence: str
    """The licence's IRI, or in words what is known of it."""
    credit: str
    """The line that must travel with its facts."""
    reliability: str
    reliability_reason: str


@dataclass(frozen=True, slots=True)
class Sample:
    """The beginning of a file, and its name: enough to tell what it is."""

    name: str
    head: bytes
    path: Path | None = None

    @property
    def text(self) -> str:
        """The beginning as text; what is no UTF-8 is replaced."""
        return self.head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")

    @property
    def is_zip(self) -> bool:
        """Tell a zip archive, which an xlsx workbook is."""
        return self.head.startswith(b"PK\x03\x04")


class Source(Protocol):
    """A module that reads one source of open data."""

    PROVIDER: Provider

    def recognises(self, sample: Sample) -> bool:
        """Tell whether a file is of this source, by its content."""

    def read(self, run: "Run") -> Iterator[int]:
        """Read a file: state what its records say to *run*; yield after each what it took.

        What is yielded is how much further the reading is, in the unit of `run.total`: bytes,
        or records. Nothing that the file holds may raise: a record that cannot be read is
        rejected, and a file that is not what it seems ends with FaultsError of one line.
        """
