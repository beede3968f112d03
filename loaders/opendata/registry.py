"""The sources there are, by name, each imported on use; and which one a file is of."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, cast

from hauberk.graph.errors import NotFoundError
from hauberk.loaders.opendata.provider import HEAD_BYTES, Provider, Sample

if TYPE_CHECKING:
    from hauberk.loaders.opendata.run import Run

SOURCES: Final = {
    "edf": "EU Funding & Tenders portal: European Defence Fund, ASAP, EDIRPA projects",
    "sipri": "SIPRI arms transfers: trade register as CSV or RTF",
    "sipri-top100": "SIPRI Top 100 arms-producing companies, workbook",
    "kiel": "Kiel Ukraine Support Tracker, main data sheet",
    "ted": "TED eForms result notices",
    "wikidata": "Wikidata: SPARQL results or entity JSON",
    "gleif": "GLEIF: legal entities and relationship records",
    "ror": "ROR: research organisation records",
    "rdf": "any RDF, with a stated source",
    "table": "a table of deals as CSV or XLSX, with a mapping header",
}
"""Each source's name and what it is; the module bears the name, with underscores."""


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


def source(name: str) -> Source:
    """Return the module that reads the source called *name*."""
    module = import_module(f"hauberk.loaders.opendata.{name.replace('-', '_')}")
    return cast(Source, module)


def available() -> list[str]:
    """Return the names of the sources whose modules are there."""
    here = Path(__file__).parent
    return [name for name in SOURCES if (here / f"{name.replace('-', '_')}.py").is_file()]


def recognise(path: Path) -> str | None:
    """Return the name of the source a file is of, by its content, or None."""
    try:
        with path.open("rb") as file:
            sample = Sample(path.name, file.read(HEAD_BYTES), path)
    except OSError as exc:
        raise NotFoundError(f"{path} cannot be read: {exc.strerror}") from exc
    for name in available():
        if source(name).recognises(sample):
            return name
    return None
