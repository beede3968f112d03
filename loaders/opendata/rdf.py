"""Any RDF that speaks of our dossiers: Turtle, TriG, N-Quads, JSON-LD, RDF/XML.

Two shapes are read. An export of ours (`hauberk export --format trig` or `nq`) gives its claims
and entries back as they are. In any other file, what each graph says of a dossier in our
properties is one claim of the source that the file states; all else is rejected, triple by triple.
"""

from collections.abc import Iterator
from typing import Final

from hauberk.loaders.opendata.provider import HEAD_BYTES, Provider, Sample
from hauberk.loaders.opendata.rdf_export import is_export, is_half_export, read_export
from hauberk.loaders.opendata.rdf_files import filled, format_of, refused, scratch
from hauberk.loaders.opendata.rdf_graphs import read_graphs
from hauberk.loaders.opendata.run import Run
from hauberk.ontology.names import BASE

PROVIDER: Final = Provider(
    name="rdf",
    title="RDF with a stated source",
    publisher="the file's own source",
    url=BASE,
    licence="as the file states",
    credit="as the file states",
    reliability="F",
    reliability_reason="not judged yet",
)
"""What holds where a file says nothing else of itself."""


def recognises(sample: Sample) -> bool:
    """Tell RDF that names something of ours; other RDF would only give rejects."""
    return format_of(sample) is not None and BASE.encode() in sample.head


def read(run: Run) -> Iterator[int]:
    """Read a file of RDF; it is held aside first, since a graph can lie scattered over it."""
    with run.path.open("rb") as file:
        form = format_of(Sample(run.path.name, file.read(HEAD_BYTES), run.path))
    if form is None:
        message = "is no RDF known here: give Turtle, TriG, N-Quads, JSON-LD or RDF/XML"
        raise refused(run.path, message)
    with scratch(run.path) as held:
        yield from filled(held, run.path, form)
        if is_export(held):
            yield from read_export(run, held)
        elif is_half_export(held):
            message = "tells of claims without what they say; export it as trig or nq"
            raise refused(run.path, message)
        else:
            yield from read_graphs(run, held)
