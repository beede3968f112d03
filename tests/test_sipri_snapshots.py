"""Files of SIPRI's register loaded again, and later ones: new numbers in an old deal."""

import shutil
from pathlib import Path

import pytest

from hauberk.graph.store import Store
from hauberk.tests.sipri import DATA, FORMS, ask, bring


@pytest.mark.parametrize("name", FORMS)
def test_same_file_again_changes_nothing(name: str, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    bring(store, DATA / name)
    again = bring(store, DATA / name)
    assert (again.added, again.withdrawn) == (0, 0)


def test_changed_file_changes_by_the_difference(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    path = tmp_path / "web.csv"
    shutil.copy(DATA / "web.csv", path)
    bring(store, path)
    path.write_text(path.read_text().replace("103,unknown supplier(s),Ukraine,Cedar,APC,Armoured"
                    " vehicles,2023,No,50,", "103,unknown supplier(s),Ukraine,Cedar,APC,Armoured"
                    " vehicles,2023,No,55,"))  # fmt: skip
    tally = bring(store, path)
    assert (tally.added, tally.withdrawn) == (1, 1)
    amounts = ask(store, "deal:103 hbk:hasQuantity/hbk:amount ?n", "?n")
    assert amounts == [("55",)]


def test_newer_export_beside_the_older_one_supersedes_it(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    bring(store, DATA / "web.csv")
    newer = tmp_path / "newer.csv"
    text = (DATA / "web.csv").read_text().replace("03 Mar 2025", "1 March 2026")
    newer.write_text(text.replace("2023,No,50,No", "2023,No,70,No"))
    bring(store, newer)
    assert ask(store, "deal:103 hbk:hasQuantity/hbk:amount ?n", "?n") == [("70",)]
