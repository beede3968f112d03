"""What many tests need: fact files written down, stores in temporary folders, real processes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import settings

# The tests are `hauberk.tests` to the type checker; make it so for Python, which the editable
# install does not. Only helpers are imported by that name.
_tests = ModuleType("hauberk.tests")
_tests.__path__ = [str(Path(__file__).parent)]
sys.modules.setdefault("hauberk.tests", _tests)

from hauberk.graph.store import Snapshot, Store  # noqa: E402
from hauberk.loaders.sync import batch, load  # noqa: E402
from hauberk.tests.support import FIXTURE, Run, Write, command  # noqa: E402

# Fixtures that several files share, each beside the helpers that go with it.
pytest_plugins = ["hauberk.tests.exports", "hauberk.tests.remote", "hauberk.tests.web"]

# A slow machine is no fault of what is tested.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


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
def facts(tmp_path: Path) -> Write:
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


@pytest.fixture(scope="module")
def fixture(fixture_store: Store) -> Iterator[Snapshot]:
    """Yield a snapshot of the fixture's facts."""
    with fixture_store.read() as snapshot:
        yield snapshot
