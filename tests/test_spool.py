"""What spills to disk is what was laid down; a load that spills is a load like any other."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from hauberk.graph.claims import Entry
from hauberk.graph.errors import StoreError
from hauberk.graph.spool import PILED, Counts, Index, Names, Pile
from hauberk.graph.store import Store
from hauberk.loaders.sync import batch, load
from hauberk.ontology.names import SKOS

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
ROOM = 3


@given(st.lists(TEXTS))
def test_a_pile_keeps_everything_in_order_as_often_as_it_is_asked(things: list[str]) -> None:
    pile: Pile[str] = Pile(ROOM)
    for thing in things:
        pile.append(thing)
    assert len(pile) == len(things)
    assert list(pile) == list(pile) == things


def test_a_pile_can_grow_between_two_goings_through() -> None:
    pile: Pile[int] = Pile(ROOM)
    for number in range(10):
        pile.append(number)
    assert list(pile) == list(range(10))
    pile.append(10)
    assert list(pile) == list(range(11))


@given(st.lists(st.tuples(TEXTS, st.integers())))
def test_an_index_is_a_dictionary(pairs: list[tuple[str, int]]) -> None:
    index: Index[int] = Index(ROOM)
    wanted: dict[str, int] = {}
    for name, value in pairs:
        assert (name in index) == (name in wanted)
        index[name] = wanted[name] = value
        assert index.get(name) == value
    assert list(index.items()) == sorted(wanted.items())
    assert all(index.setdefault(name, -1) == value for name, value in wanted.items())


@given(st.lists(TEXTS))
def test_names_are_a_set_in_order(given_names: list[str]) -> None:
    names = Names(room=ROOM)
    seen: set[str] = set()
    for name in given_names:
        assert names.add(name) == (name not in seen)
        seen.add(name)
    assert (len(names), list(names)) == (len(seen), sorted(seen))


def test_counts_count_across_what_was_written() -> None:
    counts = Counts(ROOM)
    for number in range(20):
        counts.add(str(number))
    assert [counts.add("0"), counts.add("19"), counts.of("7"), counts.of("none")] == [2, 2, 1, 0]


def test_a_statement_comes_back_from_disk_as_it_was() -> None:
    node = NamedNode("https://w3id.org/hauberk/id/firm/x")
    label = Literal("Škoda \u2028 \U0001f6e9", language="en")
    entry = Entry(node, ((node, SKOS.prefLabel, label),))
    pile: Pile[Entry] = Pile(0)
    pile.append(entry)
    (back,) = pile
    assert (back, back.iri) == (entry, entry.iri)


def firms(path: Path, numbers: range) -> Path:
    """Write a fact file that opens a firm for each number."""
    with path.open("w", encoding="utf-8") as file:
        for number in numbers:
            label = {"label": f"Firm {number}", "state": "FR"}
            file.write(json.dumps({"dossiers": {f"firm/made-up-{number}": label}}) + "\n")
    return path


def test_a_load_larger_than_memory_holds_is_loaded_changed_and_loaded_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    path = firms(tmp_path / "firms.jsonl", range(PILED + 500))
    assert load(store, batch([path])).entries_added == PILED + 500
    again = load(store, batch([path]))
    assert not again.changes
    firms(path, range(200, PILED + 600))
    changed = load(store, batch([path]))
    assert (changed.entries_added, changed.entries_withdrawn) == (100, 200)
    with store.read() as snapshot:
        assert snapshot.counts()["firms"] == PILED + 400


@pytest.mark.skipif(os.name != "posix", reason="a file's size is limited on POSIX systems")
def test_no_room_for_the_working_files_is_told_in_a_line(tmp_path: Path) -> None:
    text = (
        "import resource, signal\n"
        "from hauberk.graph.spool import Pile\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "pile = Pile(0)\n"
        "for number in range(1_000_000): pile.append(f'{number:>100}')\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, env=environment, check=False
    )
    assert StoreError.__name__ in done.stderr
    assert "set TMPDIR to a folder with more room" in done.stderr
