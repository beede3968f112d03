"""Who gives a source out, on what terms, and how its files are told from others."""

from dataclasses import dataclass
from pathlib import Path

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
