"""Helpers of the tests of TED: notices written down, brought in, asked about and refused."""

import re
from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions

from hauberk.graph.errors import FaultsError
from hauberk.graph.ledger import Tally
from hauberk.graph.store import Store
from hauberk.loaders.opendata.rejects import Reject
from hauberk.loaders.sync import Sync, batch, compare, load
from hauberk.tests.support import ROOT

DATA = ROOT / "tests" / "data" / "opendata" / "ted"
AWARD = (DATA / "award.xml").read_text(encoding="utf-8")
NOTICE = "ted-0f0f0f0f-0000-4000-8000-000000000001"
PREFIXES = """
PREFIX hbk: <https://w3id.org/hauberk/ns#> PREFIX hbg: <https://w3id.org/hauberk/graph/>
PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""
CODE = re.compile(r"https://w3id\.org/hauberk/(?:id/|code/[a-z-]+/)")


def written(folder: Path, text: str, name: str = "notice.xml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def bring(store: Store, *paths: Path) -> Tally:
    return load(store, batch(paths))


def ask(store: Store, where: str, *names: str, graph: str = "hbg:current") -> list[tuple[str, ...]]:
    """Return the distinct rows of a pattern, sorted, ids and codes without their namespace."""
    text = f"{PREFIXES} SELECT DISTINCT {' '.join(names)} WHERE {{ GRAPH {graph} {{ {where} }} }}"
    with store.read() as snapshot:
        found = snapshot.ledger.store.query(text)
        assert isinstance(found, QuerySolutions)
        rows = [tuple("" if v is None else getattr(v, "value", "") for v in row) for row in found]
    return sorted(tuple(CODE.sub("", v, count=1) for v in row) for row in rows)


def parties(store: Store, about: str) -> list[tuple[str, ...]]:
    tie = f"<https://w3id.org/hauberk/id/{about}>"
    return ask(store, f"{tie} hbk:hasParticipation [hbk:role ?r; hbk:agent ?a]", "?r", "?a")


def values(store: Store, about: str) -> list[tuple[str, ...]]:
    tie = f"<https://w3id.org/hauberk/id/{about}>"
    where = f"""{tie} hbk:hasValue ?v . ?v hbk:amount ?n; hbk:currency ?c; hbk:valueQualifier ?q .
        OPTIONAL {{ ?v hbk:scope ?s }}"""
    return ask(store, where, "?n", "?c", "?q", "?s")


def note(store: Store, about: str) -> str:
    where = f"?c hbk:about <https://w3id.org/hauberk/id/{about}>; skos:note ?n"
    return " ".join(row[0] for row in ask(store, where, "?n"))


def rejected(path: Path, tmp_path: Path) -> tuple[int, list[Reject]]:
    sync = Sync(batch([path], form="ted"))
    compare(sync, Store(tmp_path / "none"))
    return sync.readings[0].records, list(sync.readings[0].rejects.kept)


def message(path: Path, tmp_path: Path) -> str:
    with pytest.raises(FaultsError) as caught:
        rejected(path, tmp_path)
    assert len(caught.value.faults) == 1
    return str(caught.value.faults[0])
