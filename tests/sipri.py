"""Helpers of the tests of SIPRI's register: its files, read, brought in and asked about."""

from pathlib import Path

from pyoxigraph import QuerySolutions

from hauberk.graph.claims import Statement
from hauberk.graph.ledger import Tally
from hauberk.graph.store import Store
from hauberk.loaders.opendata.reading import Reading
from hauberk.loaders.sync import Sync, batch, compare, load
from hauberk.tests.support import ROOT

DATA = ROOT / "tests" / "data" / "opendata" / "sipri"
FORMS = ("web.csv", "legacy.csv", "register.rtf")


def reading(path: Path, tmp_path: Path) -> Reading:
    """Return what a file gives on top of nothing."""
    sync = Sync(batch([path], form="sipri"))
    compare(sync, Store(tmp_path / "none"))
    return sync.readings[0]


def stated(path: Path, tmp_path: Path) -> list[Statement]:
    """Return what a file states on top of nothing."""
    plan = compare(Sync(batch([path], form="sipri")), Store(tmp_path / "none"))
    return [statement for _, statement in plan.new]


def bring(store: Store, path: Path) -> Tally:
    return load(store, batch([path], form="sipri"))


def ask(store: Store, where: str, *names: str) -> list[tuple[str, ...]]:
    """Return the distinct rows of a pattern in `current`, sorted, IRIs by their ends."""
    text = (
        "PREFIX hbk: <https://w3id.org/hauberk/ns#> PREFIX hbg: <https://w3id.org/hauberk/graph/>"
        " PREFIX code: <https://w3id.org/hauberk/code/>"
        " PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"
        " PREFIX dcterms: <http://purl.org/dc/terms/>"
        " PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>"
        " PREFIX deal: <https://w3id.org/hauberk/id/agreement/sipri->"
        f" SELECT DISTINCT {' '.join(names)} WHERE {{ GRAPH hbg:current {{ {where} }} }}"
    )
    with store.read() as snapshot:
        found = snapshot.ledger.store.query(text)
        assert isinstance(found, QuerySolutions)
        rows = [tuple("" if v is None else getattr(v, "value", str(v)) for v in s) for s in found]
    return sorted(tuple(v.removeprefix("https://w3id.org/hauberk/") for v in row) for row in rows)


def agreements(path: Path, tmp_path: Path) -> set[str]:
    return {s.about.value for s in stated(path, tmp_path) if "/id/agreement/" in s.about.value}
