"""The command `export`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from hauberk.graph.errors import BadParameterError
from hauberk.graph.exports.formats import FORMATS, Format, guessed
from hauberk.graph.sessions import as_of_option, current_store, is_talkative, snapshot
from hauberk.graph.settlement import Progress

if TYPE_CHECKING:
    from hauberk.graph.store import Snapshot

_NETWORKS: Final = ("firms", "states", "bipartite")
_WHOLE: Final = frozenset({"nq", "trig", "rdf12", "void"})
"""The formats that take every quad."""


@click.command(epilog="Example: hauberk export -o hauberk.trig")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    help="The format.  [default: as the file's name ends]",
)
@click.option(
    "-o", "--output", metavar="PATH", help="The file or folder; - or nothing is standard output."
)
@click.option(
    "--network",
    type=click.Choice(_NETWORKS),
    help="Of graphml and gexf: firms tied to firms, states to states, or agents to ties."
    "  [default: bipartite]",
)
@as_of_option
def export(form: str | None, output: str | None, network: str | None, as_of: str | None) -> None:
    r"""Hand the graph over whole: as linked data, as tables, or as a network.

    \b
    nq        N-Quads of all graphs, canonical: their SHA-256 is the dataset's hash
    trig      TriG of all graphs
    ttl       Turtle of what is accepted, and of what is known about claims
    jsonld    the same as JSON-LD, a tree for each dossier
    rdf       the same as RDF/XML
    rdf12     RDF 1.2 Turtle, with what each claim says by reifiers
    nanopub   a nanopublication for each claim
    csv       tables, a folder or a .zip, with CSV on the Web metadata
    parquet   the same tables; needs the extra hauberk[parquet]
    graphml   a network of accepted ties, for networkx, igraph, yEd
    gexf      the same for Gephi
    site      a static site that any web server hands out, a folder or a .zip
    void      VoID and DCAT: counts, licence, the canonical hash

    The same generation always gives the same bytes. A file is replaced once the new one is whole.
    """
    from hauberk.graph.exports.landing import land_folder, landed
    from hauberk.graph.exports.release import Release

    path = None if output in {None, "-"} else Path(str(output))
    chosen = _chosen(form, path)
    if network and chosen.name not in {"graphml", "gexf"}:
        raise BadParameterError(f"--network: {chosen.name} is no network; use graphml or gexf")
    write = chosen.load()
    with snapshot(as_of) as held, _progress(chosen, opened := held.whole) as progress:
        release = Release(
            opened, _published(opened.generation), as_of, network or "bipartite", progress
        )
        if not chosen.marker:
            with landed(path) as file:
                write(release, file)
        elif path is not None:
            land_folder(path, lambda folder: write(release, folder), chosen.marker)


def _chosen(form: str | None, path: Path | None) -> Format:
    if form:
        chosen = FORMATS[form]
    elif path:
        chosen = guessed(path)
    else:
        raise click.UsageError("Say which format: --format, or a file whose name tells it: -o.")
    if chosen.marker and path is None:
        raise BadParameterError(f"--output: {chosen.name} is several files; give a folder or .zip")
    return chosen


def _published(number: int) -> str:
    if number == 0:  # a service's graph has no generations
        return ""
    generations = current_store().generations
    return next((each.published for each in generations.listed() if each.number == number), "")


@contextmanager
def _progress(chosen: Format, opened: "Snapshot") -> Iterator[Progress]:
    """Yield what draws a progress bar on stderr where that is a terminal.

    Only for the formats of all quads is it known how much there is to write.
    """
    if not is_talkative():
        from hauberk.graph.exports.release import silent

        yield silent
        return
    from rich.console import Console
    from rich.progress import Progress as Bars

    with Bars(console=Console(stderr=True), transient=True) as bars:
        total = len(opened.database) if chosen.name in _WHOLE else None
        task = bars.add_task(f"Exporting {chosen.name}", total=total)
        yield lambda count: bars.advance(task, count)
