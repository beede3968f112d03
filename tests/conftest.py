"""What many tests need: fact files written down, stores in temporary folders, real processes."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from pyoxigraph import Quad
from pyoxigraph import Store as Database

from hauberk.graph.claims import CURRENT
from hauberk.graph.reference import is_reference
from hauberk.graph.store import Store
from hauberk.loaders.sync import batch, load
from hauberk.ontology.names import kind

ROOT = Path(__file__).parent.parent
FIXTURE = ROOT / "tests" / "data" / "fixture.yaml"

Run = Callable[..., subprocess.CompletedProcess[str]]


def command(*words: str) -> list[str]:
    """Return the words that start `hauberk` in this environment as a process of its own."""
    return [sys.executable, "-m", "hauberk.graph", *words]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function that runs `hauberk` in a process of its own, from another folder."""

    def run_it(
        *words: str, store: Path | None = None, stdin: str | bytes = "", timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        chosen = ["--store", str(store)] if store else []
        data = stdin.encode() if isinstance(stdin, str) else stdin
        environment = {**os.environ, "XDG_DATA_HOME": str(tmp_path / "home"), "COLUMNS": "120"}
        done = subprocess.run(
            command(*chosen, *words),
            input=data,
            capture_output=True,
            cwd=tmp_path,
            env=environment,
            timeout=timeout,
            check=False,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    return run_it


@pytest.fixture
def facts(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a fact file and returns its path."""

    def write(text: str, name: str = "facts.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def fixture_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Return a store that holds the fixture's facts; do not write to it."""
    store = Store(tmp_path_factory.mktemp("fixture") / "store")
    load(store, batch([FIXTURE]))
    return store


def dossier_facts(database: Database) -> set[Quad]:
    """Return what `current` holds of dossiers, their parts and sources: all that is derived."""
    return {
        quad
        for quad in database.quads_for_pattern(None, None, None, CURRENT)
        if not is_reference(quad.subject)
        and kind(quad.subject) not in {"claim", "entry", "dataset", "speaker"}  # type: ignore[arg-type]
    }


def source_text(*keys: str) -> str:
    """Return the `sources:` section of a fact file with a source of each key, graded B."""
    lines = ["sources:"]
    for key in keys:
        lines += [
            f"  {key}:",
            f"    url: https://{key}.example.org/",
            f"    publisher: {key}",
            "    published: 2025-01-01",
            "    reliability: B",
        ]
    return "\n".join(lines) + "\n"


def lines_of(*parts: Iterable[str] | str) -> str:
    """Join lines, or lists of lines, into a text that ends in a line end."""
    found: list[str] = []
    for part in parts:
        found += [part] if isinstance(part, str) else list(part)
    return "\n".join(found) + "\n"
