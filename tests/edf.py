"""Helpers of the tests of the Funding & Tenders portal: its files, brought in and asked about."""

from collections.abc import Callable
from pathlib import Path

from pyoxigraph import QuerySolutions

from hauberk.graph.ledger import Tally
from hauberk.graph.store import Store
from hauberk.loaders.opendata.rejects import Reject
from hauberk.loaders.sync import Sync, batch, compare, load
from hauberk.tests.support import ROOT

DATA = ROOT / "tests" / "data" / "opendata" / "edf"
SAMPLES = ROOT.parent / "shared" / "samples"
SAMPLE = SAMPLES / "eu-funding-tenders-edf"
LAYOUTS = ("main.csv", "metadata_participants.csv", "api.json", "edf_calls.json")

PREFIXES = """
PREFIX hbk: <https://w3id.org/hauberk/ns#> PREFIX hbg: <https://w3id.org/hauberk/graph/>
PREFIX role: <https://w3id.org/hauberk/code/role/> PREFIX id: <https://w3id.org/hauberk/id/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX modality: <https://w3id.org/hauberk/code/modality/>
"""


def files(folder: Path, *names: str, edit: Callable[[str], str] = str) -> list[Path]:
    """Copy files of the test data to *folder*, each changed by *edit*; return where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        text = (DATA / name).read_text(encoding="utf-8")
        (folder / name).write_text(edit(text), encoding="utf-8")
    return [folder / name for name in names]


def bring(store: Store, *paths: Path) -> Tally:
    return load(store, batch(paths, form="edf"))


def ask(store: Store, where: str, *names: str) -> list[tuple[str, ...]]:
    """Return the distinct rows of a pattern in `current`, sorted."""
    text = (
        f"{PREFIXES} SELECT DISTINCT {' '.join(names)} WHERE {{ GRAPH hbg:current {{ {where} }} }}"
    )
    with store.read() as snapshot:
        found = snapshot.ledger.store.query(text)
        assert isinstance(found, QuerySolutions)
        rows = [tuple("" if v is None else getattr(v, "value", str(v)) for v in s) for s in found]
    return sorted(tuple(v.removeprefix("https://w3id.org/hauberk/id/") for v in r) for r in rows)


def rejected(path: Path, tmp_path: Path) -> tuple[int, list[Reject]]:
    """Return how many records a file has, and its rejects."""
    sync = Sync(batch([path], form="edf"))
    compare(sync, Store(tmp_path / "none"))
    return sync.readings[0].records, list(sync.readings[0].rejects.kept)
