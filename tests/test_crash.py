"""A load killed at any instant leaves the store as it was before, or as it is after."""

import random
import signal
import subprocess
import time
from pathlib import Path

from pyoxigraph import Quad

from hauberk.graph.store import Store
from hauberk.loaders.sync import batch, load
from hauberk.tests.support import Write, command, deals, dossier_facts

KILLS = 60


def state(store: Store) -> set[Quad]:
    with store.read() as snapshot:
        return dossier_facts(snapshot.database)


def test_fifty_and_more_loads_killed_at_random_leave_the_old_or_the_new(
    tmp_path: Path, facts: Write
) -> None:
    store = Store(tmp_path / "store", kept=3)
    versions = [facts(deals(150, status), f"{status}.yaml") for status in ("announced", "signed")]
    given = tmp_path / "given.yaml"
    expected = []
    for version in versions:
        given.write_bytes(version.read_bytes())
        load(store, batch([given]))
        expected.append(state(store))
    assert expected[0] != expected[1]

    # How long the next load takes from its start, so that the kills fall all along it.
    begin = time.monotonic()
    given.write_bytes(versions[0].read_bytes())
    subprocess.run(command("--store", str(store.root), "load", str(given)), check=True)
    whole = time.monotonic() - begin

    chance = random.Random(2026)  # noqa: S311 - the same instants in every run
    outcomes = {"old": 0, "new": 0}
    interrupted = 0
    held = 0
    for turn in range(KILLS):
        target = 1 - held
        given.write_bytes(versions[target].read_bytes())
        loading = subprocess.Popen(
            command("--store", str(store.root), "load", str(given)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        # Half of the kills fall in the last third, where the writing is.
        first = 0.0 if turn % 2 else 0.6
        time.sleep(chance.uniform(first * whole, whole))
        loading.send_signal(signal.SIGKILL)
        loading.wait()
        interrupted += (store.root / "work").exists() or (store.root / "PENDING").exists()
        found = state(store)
        assert found in expected, f"kill {turn}: neither the old nor the new"
        outcomes["new" if found == expected[target] else "old"] += 1
        load(store, batch([given]))
        assert state(store) == expected[target]
        assert not (store.root / "work").exists()
        assert not (store.root / "PENDING").exists()
        held = target
    assert sum(outcomes.values()) == KILLS
    assert interrupted > 3, f"the kills missed the writing: {outcomes}"
    assert outcomes["old"] > 3, outcomes
