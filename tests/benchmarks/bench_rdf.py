"""What reading RDF costs: triples per second and peak memory, against the engine's parser alone.

Run it from the checkout: `python tests/benchmarks/bench_rdf.py`. The Turtle is made up, in the
form of the tests' example: a deal with its value, two parties and a firm in 18 triples. The
N-Quads are an export of the bundled facts. Each reading is a process of its own.

Figures of 24 November 2026, two cores of a shared machine, Python 3.11, pyoxigraph 0.5.13,
processor time. From 8 MB on, a file is held on disk while it is read:

- 30,001 triples of deals: 56,426 a second, 57 MB; the parser alone 1,138,393, 37 MB
- 300,001 triples of deals: 23,009 a second, 104 MB; the parser alone 1,166,551, 37 MB
- the bundled facts, 170,377 quads: 43,595 a second, 76 MB; the parser alone 927,575, 37 MB
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import click
from measuring import apart
from pyoxigraph import RdfFormat, parse

from hauberk.loaders.opendata import rdf
from hauberk.loaders.opendata.parties import Parties
from hauberk.loaders.opendata.rdf_files import DOCUMENT
from hauberk.loaders.opendata.run import Run, drained

DEALS = 2_000
_HEAD = """@prefix hbk: <https://w3id.org/hauberk/ns#> .
@prefix id: <https://w3id.org/hauberk/id/> . @prefix code: <https://w3id.org/hauberk/code/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<> <http://purl.org/dc/terms/source> <https://press.example.org/> .
"""
_DEAL = """<https://w3id.org/hauberk/id/firm/bench-{n}> skos:prefLabel "Firm {n}" .
<https://w3id.org/hauberk/id/agreement/bench-{n}> skos:prefLabel "Deal {n}" ;
  hbk:kind <https://w3id.org/hauberk/code/agreement-kind/supply-contract> ; hbk:productName "Gull" ;
  hbk:hasValue [ a hbk:MonetaryValue ; hbk:amount {n} ; hbk:currency "EUR" ;
    hbk:valueQualifier <https://w3id.org/hauberk/code/value-qualifier/exact> ] ;
  hbk:hasParticipation [ hbk:agent <https://w3id.org/hauberk/id/firm/bench-{n}> ;
    hbk:role <https://w3id.org/hauberk/code/role/supplier> ] ,
  [ hbk:agent <https://w3id.org/hauberk/id/state/NO> ;
    hbk:role <https://w3id.org/hauberk/code/role/customer> ] .
"""


def turtle(path: Path, deals: int) -> None:
    """Write made-up deals."""
    with path.open("w", encoding="utf-8") as file:
        file.write(_HEAD)
        file.writelines(_DEAL.format(n=n) for n in range(deals))


def export(path: Path) -> None:
    """Write the bundled facts, in processes of their own: a child's peak begins with ours."""
    hauberk = [sys.executable, "-m", "hauberk.graph", "--store", str(path.with_suffix(".store"))]
    for words in (["load"], ["export", "-o", str(path)]):
        subprocess.run([*hauberk, *words], check=True, stdout=subprocess.DEVNULL)


def read(path: Path) -> None:
    """Read a file as a load does, and let go of each statement."""
    run = Run(path, rdf.PROVIDER, Parties(None, {}))
    for _ in drained(rdf.read(run), run):
        pass
    if run.rejects.count:
        raise SystemExit(f"{path.name}: {list(run.rejects.kept)[:3]}")


def plain(path: Path) -> None:
    """Parse a file with the engine's parser, and do nothing with it."""
    for _ in parse(path=str(path), format=_format(path), base_iri=DOCUMENT):
        pass


def _format(path: Path) -> RdfFormat:
    return RdfFormat.N_QUADS if path.suffix == ".nq" else RdfFormat.TURTLE


def main() -> None:
    """Print the figures of each file."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for times in (1, 10):
            paths.append(Path(folder) / f"{times}x.ttl")
            turtle(paths[-1], DEALS * times)
        paths.append(Path(folder) / "facts.nq")
        export(paths[-1])
        for path in paths:
            count = sum(1 for _ in parse(path=str(path), format=_format(path), base_iri=DOCUMENT))
            for name, work in (("hauberk", read), ("the parser alone", plain)):
                cost = apart(work, path)
                rate = count / cost.seconds
                click.echo(f"{path.name}, {count:,} triples, {name}: {rate:,.0f}/s, {cost.peak} MB")


if __name__ == "__main__":
    main()
