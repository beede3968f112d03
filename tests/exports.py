"""What the tests of exports share: exports in every format, and how they are read back."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as px
import pytest

from hauberk.graph.cli import main
from hauberk.graph.exports.formats import FORMATS
from hauberk.graph.store import Snapshot, Store
from hauberk.loaders.sync import batch, load
from hauberk.tests.support import HOSTILE, source_text

FILES = {
    name: f"out.{form.endings[0]}" + (".zip" if form.marker else "")
    for name, form in FORMATS.items()
}
ID = "https://w3id.org/hauberk/id/"


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Return a store whose labels, aliases, notes and products are hostile strings."""
    folder = tmp_path_factory.mktemp("hostile")
    odd = [*HOSTILE, "=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "a\tb", "a\nb", "a\r\nb"]
    text = source_text("press") + "dossiers:\n"
    for number, value in enumerate(odd):
        said = json.dumps(value, ensure_ascii=False)
        text += (
            f"  agreement/odd-{number}:\n    label: {said}\n    aliases: [{said}]\n"
            f"    claims:\n      - from: press\n        modality: reported\n        note: {said}\n"
            f"        says:\n          product: {said}\n"
            "          participations: [{agent: state/FR, role: customer}]\n"
        )
    (folder / "facts.yaml").write_text(text, encoding="utf-8")
    store = Store(folder / "store")
    load(store, batch([folder / "facts.yaml"]))
    return store


@pytest.fixture(scope="session")
def exported(
    tmp_path_factory: pytest.TempPathFactory, fixture_store: Store, hostile: Store
) -> dict[str, Path]:
    """Return folders with an export of every format, of the fixture and of hostile strings."""
    folders = {}
    for name, store in (("fixture", fixture_store), ("hostile", hostile)):
        folders[name] = tmp_path_factory.mktemp(name)
        for form, file in FILES.items():
            words = ["--format", form, "-o", str(folders[name] / file)]
            main(["--store", str(store.root), "export", *words], standalone_mode=False)
    return folders


@pytest.fixture(params=["fixture", "hostile"])
def case(
    request: pytest.FixtureRequest, exported: dict[str, Path], fixture_store: Store, hostile: Store
) -> Iterator[tuple[Path, Snapshot]]:
    """Yield the exports of a store, and what it holds."""
    store = fixture_store if request.param == "fixture" else hostile
    with store.read() as snapshot:
        yield exported[request.param], snapshot


def read(path: Path, form: px.RdfFormat) -> px.Dataset:
    return px.Dataset(px.parse(path=str(path), format=form))


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(folder / FILES["csv"]) as archive:
        text = archive.read(f"{table}.csv").decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))
