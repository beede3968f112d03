"""The store: generations published at once, one writer, readers who never wait."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hauberk.graph.errors import FaultsError, NotFoundError, StoreError, StoreLockedError
from hauberk.graph.store import Store
from hauberk.loaders.sync import batch, load, rehearse
from hauberk.tests.support import Run, Write, deals, dossier_facts


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def current_status(store: Store) -> set[str]:
    with store.read() as snapshot:
        answer = snapshot.query(
            "SELECT DISTINCT ?s { ?d <https://w3id.org/hauberk/ns#status> ?s FILTER(isIRI(?d)) }"
        )
        return {row[0].value.rpartition("/")[2] for row in answer}  # type: ignore[union-attr]


def test_a_load_publishes_a_generation_and_a_second_one_nothing(store: Store, facts: Write) -> None:
    given = facts(deals(3))
    first = load(store, batch([given]))
    assert (first.added, first.withdrawn) == (3, 0)
    assert store.generations.current() == 1
    second = load(store, batch([given]))
    assert (second.added, second.unchanged, second.withdrawn) == (0, 3, 0)
    assert store.generations.current() == 1
    assert not (store.root / "work").exists()


def test_a_claim_gone_from_its_file_is_withdrawn_and_kept(store: Store, facts: Write) -> None:
    load(store, batch([facts(deals(3))]))
    tally = load(store, batch([facts(deals(2))]))
    assert (tally.added, tally.unchanged, tally.withdrawn) == (0, 2, 1)
    with store.read() as snapshot:
        answer = snapshot.query(
            "PREFIX hbk: <https://w3id.org/hauberk/ns#>"
            "PREFIX prov: <http://www.w3.org/ns/prov#>"
            "SELECT ?s { ?claim a hbk:WithdrawnClaim ; prov:invalidatedAtTime ?when ;"
            " hbk:withdrawnGraph ?graph . GRAPH ?graph { ?deal hbk:status ?s } }"
        )
        assert len(list(answer)) == 1  # type: ignore[arg-type]


def test_a_file_gone_from_a_folder_takes_its_claims_with_it(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "facts"
    folder.mkdir()
    (folder / "a.yaml").write_text(deals(2), encoding="utf-8")
    other = deals(1).replace("deal-0", "other")
    (folder / "b.yaml").write_text(other, encoding="utf-8")
    assert load(store, batch([folder])).added == 3
    (folder / "b.yaml").unlink()
    assert load(store, batch([folder])).withdrawn == 1


def test_two_files_with_one_claim_hold_it_until_both_let_go(store: Store, tmp_path: Path) -> None:
    one, other = tmp_path / "one.yaml", tmp_path / "other.yaml"
    one.write_text(deals(1), encoding="utf-8")
    other.write_text(deals(1), encoding="utf-8")
    load(store, batch([one]))
    load(store, batch([other]))
    one.write_text("dossiers: {}\n", encoding="utf-8")
    assert load(store, batch([one])).withdrawn == 0
    assert current_status(store) == {"signed"}
    other.write_text("dossiers: {}\n", encoding="utf-8")
    assert load(store, batch([other])).withdrawn == 1
    assert current_status(store) == set()


def test_faults_leave_no_trace_in_the_store(store: Store, facts: Write) -> None:
    load(store, batch([facts(deals(1))]))
    with pytest.raises(FaultsError):
        load(store, batch([facts(deals(1, status="sighned"))]))
    assert [generation.number for generation in store.generations.listed()] == [1]
    with pytest.raises(FaultsError):
        load(Store(store.root.parent / "none"), batch([facts(deals(1, status="sighned"))]))
    assert not (store.root.parent / "none").exists()


def test_a_rehearsal_tells_what_a_load_would_do_and_does_nothing(
    store: Store, facts: Write
) -> None:
    assert rehearse(store, batch([facts(deals(2))])).added == 2
    assert store.is_empty
    assert not store.root.exists()


def test_rollback_goes_back_and_the_next_load_starts_there(store: Store, facts: Write) -> None:
    load(store, batch([facts(deals(1, "announced"))]))
    load(store, batch([facts(deals(1, "signed"))]))
    assert store.rollback() == 1
    assert current_status(store) == {"announced"}
    tally = load(store, batch([facts(deals(1, "signed"))]))
    assert (tally.added, tally.withdrawn) == (1, 1)
    assert store.generations.current() == 3
    assert {g.number: g.parent for g in store.generations.listed()} == {1: None, 2: 1, 3: 1}
    assert store.rollback(2) == 2
    with pytest.raises(NotFoundError, match="generation 9 is not held; held are: 1, 2, 3"):
        store.rollback(9)


def test_rollback_of_the_first_generation_says_that_there_is_none_before(
    store: Store, facts: Write
) -> None:
    load(store, batch([facts(deals(1))]))
    with pytest.raises(NotFoundError, match="there is nothing before"):
        store.rollback()


def test_old_generations_are_pruned_but_for_those_a_reader_holds(
    tmp_path: Path, facts: Write
) -> None:
    store = Store(tmp_path / "store", kept=2)
    load(store, batch([facts(deals(1))]))
    with store.read() as snapshot:
        for count in range(2, 6):
            load(store, batch([facts(deals(count))]))
        held = [g.number for g in store.generations.listed() if store.generations.is_held(g.number)]
        assert held == [5, 4, 1]
        assert len(dossier_facts(snapshot.database)) > 0
    load(store, batch([facts(deals(6))]))
    held = [g.number for g in store.generations.listed() if store.generations.is_held(g.number)]
    assert held == [6, 5]
    assert len(store.generations.listed()) == 6, "the log keeps what was pruned"


def test_a_second_writer_is_told_who_the_first_is(
    store: Store, facts: Write, run: Run, tmp_path: Path
) -> None:
    load(store, batch([facts(deals(1))]))
    given = facts(deals(2))
    with store.write("a long load"):
        with pytest.raises(StoreLockedError, match=r"process \d+ on .* \(a long load, since "):
            load(store, batch([given]))
        done = run("load", str(given), store=store.root)
        assert done.returncode == 1
        assert "is writing this store" in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert run("load", str(given), store=store.root).returncode == 0


def test_readers_in_other_processes_keep_answering_during_loads(
    store: Store, facts: Write, tmp_path: Path
) -> None:
    load(store, batch([facts(deals(20, "announced"))]))
    reading = (
        "import sys, pathlib;"
        "from hauberk.graph.store import Store;"
        "s = Store(pathlib.Path(sys.argv[1])); n = 0; stop = pathlib.Path(sys.argv[2])\n"
        "while not stop.exists():\n"
        "    with s.read() as r:\n"
        "        q = 'SELECT ?s (COUNT(?d) AS ?n)'\\\n"
        "            '{ ?d <https://w3id.org/hauberk/ns#status> ?s } GROUP BY ?s'\n"
        "        rows = [(a[0].value, a[1].value) for a in r.query(q)]\n"
        "        assert len(rows) == 1 and rows[0][1] == '20', rows\n"
        "        n += 1\n"
        "print(n)"
    )
    stop = tmp_path / "stop"
    import sys

    readers = [
        subprocess.Popen(
            [sys.executable, "-c", reading, str(store.root), str(stop)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    for turn in range(12):
        load(store, batch([facts(deals(20, "signed" if turn % 2 else "announced"))]))
        time.sleep(0.05)
    stop.touch()
    for reader in readers:
        out, err = reader.communicate(timeout=60)
        assert reader.returncode == 0, err.decode()
        assert int(out) > 10


# -- Disks that fail ----------------------------------------------------------------------


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    """Mount a small file system in memory at *folder*; skip where that is not allowed."""
    folder.mkdir()
    mount = shutil.which("mount")
    done = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", options, "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if not mount or not done or done.returncode:
        pytest.skip("mounting a tmpfs is not allowed here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_gives_one_line_and_changes_nothing(
    tmp_path: Path, facts: Write, run: Run
) -> None:
    with mounted(tmp_path / "small", "size=12m") as small:
        store = Store(small / "store")
        load(store, batch([facts(deals(2, "announced"))]))
        with (small / "ballast").open("wb") as ballast:
            free = shutil.disk_usage(small).free
            ballast.write(b"\0" * max(free - 400_000, 0))
        done = run("load", str(facts(deals(3000))), store=store.root)
        assert done.returncode == 1
        assert "the store is as it was before" in done.stderr
        assert "Traceback" not in done.stderr
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert current_status(store) == {"announced"}
        assert [g.number for g in store.generations.listed()] == [1]
        (small / "ballast").unlink()
        assert load(store, batch([facts(deals(2, "signed"))])).added == 2
        assert current_status(store) == {"signed"}


def test_a_disk_full_to_the_last_byte_gives_one_line_too(
    tmp_path: Path, facts: Write, run: Run
) -> None:
    with mounted(tmp_path / "small", "size=12m") as small:
        store = Store(small / "store")
        load(store, batch([facts(deals(2, "announced"))]))
        with (small / "ballast").open("wb", buffering=0) as ballast:
            try:
                while ballast.write(b"\0" * 4096) == 4096:
                    pass
            except OSError:
                pass
        done = run("load", str(facts(deals(5))), store=store.root)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert current_status(store) == {"announced"}


def test_a_read_only_folder_gives_one_line_and_still_answers(
    tmp_path: Path, facts: Write, run: Run
) -> None:
    with mounted(tmp_path / "small", "size=16m") as small:
        store = Store(small / "store")
        load(store, batch([facts(deals(1))]))
        subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
        done = run("load", str(facts(deals(2))), store=store.root)
        assert done.returncode == 1
        assert "Read-only file system" in done.stderr
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert current_status(store) == {"signed"}
        elsewhere = run("load", str(facts(deals(2))), store=small / "new")
        assert elsewhere.returncode == 1
        assert len(elsewhere.stderr.splitlines()) == 1


def test_a_folder_that_is_no_store_is_refused_in_one_line(tmp_path: Path, run: Run) -> None:
    (tmp_path / "CURRENT").write_text("MANIFEST-000005\n", encoding="utf-8")
    done = run("status", store=tmp_path)
    assert done.returncode == 1
    assert "this is no store" in done.stderr
    with pytest.raises(StoreError):
        Store(tmp_path).generations.current()


def test_the_log_says_what_each_generation_changed(store: Store, facts: Write, run: Run) -> None:
    load(store, batch([facts(deals(2, "announced"))]))
    load(store, batch([facts(deals(2, "signed"))]))
    listed = json.loads(run("log", "--format", "json", store=store.root).stdout)
    assert [(g["number"], g["added"], g["withdrawn"]) for g in listed] == [(2, 2, 2), (1, 2, 0)]
    assert run("log", store=store.root).stdout.startswith("*    2 from 1  ")


def test_check_finds_an_accepted_fact_that_no_claim_carries(
    store: Store, facts: Write, run: Run
) -> None:
    given = facts(deals(2))
    load(store, batch([given]))
    assert run("check", str(given), store=store.root).returncode == 0
    from pyoxigraph import NamedNode, Quad
    from pyoxigraph import Store as Database

    from hauberk.graph.claims import CURRENT
    from hauberk.ontology.names import HBK, code, dossier

    database = Database(str(store.generations.folder(1)))
    deal = dossier("agreement/deal-0")
    database.add(Quad(deal, HBK.status, code("status", "cancelled"), CURRENT))
    database.add(Quad(deal, HBK.partOf, NamedNode(dossier("programme/none").value), CURRENT))
    del database
    done = run("check", str(given), store=store.root)
    assert done.returncode == 1
    assert "agreement/deal-0 names programme/none, which no fact file opens" in done.stdout
    assert "agreement/deal-0: what is accepted does not follow from its claims" in done.stdout
    assert len(done.stdout.splitlines()) == 2
