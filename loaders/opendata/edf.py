"""The EU Funding & Tenders portal: projects of the European Defence Fund, ASAP and EDIRPA.

Four layouts are read: the flattened `main.csv` of projects, the `metadata_participants.csv` beside
it, the API's records as JSON, and projects grouped under their calls as JSON.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from hauberk.loaders.opendata.csv_rows import refused
from hauberk.loaders.opendata.edf_claims import Book
from hauberk.loaders.opendata.edf_flat import is_main, is_participants, read_main, read_participants
from hauberk.loaders.opendata.edf_nested import is_api, is_grouped, read_api, read_grouped
from hauberk.loaders.opendata.provider import HEAD_BYTES, Provider, Sample
from hauberk.loaders.opendata.run import Run

PROVIDER: Final = Provider(
    name="edf",
    title="EU Funding & Tenders portal: projects of the European Defence Fund",
    publisher="European Commission, Funding & Tenders portal",
    url="https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/home",
    licence="https://creativecommons.org/licenses/by/4.0/",
    credit="© European Union, Funding & Tenders portal, CC BY 4.0; restated as claims",
    reliability="B",
    reliability_reason="official site: well informed, with an interest",
)
_LAYOUTS: Final[Mapping[Callable[[str], bool], Callable[[Run, Book], Iterator[int]]]] = {
    is_main: read_main,
    is_participants: read_participants,
    is_api: read_api,
    is_grouped: read_grouped,
}
"""How each layout is told by the beginning of a file, and what reads it."""


def recognises(sample: Sample) -> bool:
    """Tell a file of the portal in any of its layouts."""
    return any(is_it(sample.text) for is_it in _LAYOUTS)


def read(run: Run) -> Iterator[int]:
    """Read the projects and participations of a file."""
    with run.path.open("rb") as file:
        text = Sample(run.path.name, file.read(HEAD_BYTES), run.path).text
    for is_it, layout in _LAYOUTS.items():
        if is_it(text):
            book = Book(run)
            yield from layout(run, book)
            book.close()
            return
    what = "is not" if text.strip() else "is empty: it is not"
    message = f"{what} main.csv, metadata_participants.csv or JSON of the portal"
    raise refused(run.path, 1, message)
