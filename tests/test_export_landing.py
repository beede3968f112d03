"""Where an export lands: whole or not at all, and what is wrong is told in a line."""

import os
import shlex
import subprocess
from pathlib import Path

import pyoxigraph as px
import pytest

from hauberk.graph.claims import CURRENT
from hauberk.graph.exports.formats import FORMATS
from hauberk.graph.exports.landing import land_folder, landed
from hauberk.graph.store import Store
from hauberk.ontology.names import RDFS
from hauberk.tests.exports import FILES, ID
from hauberk.tests.support import ROOT, Run, command


def test_standard_output_and_a_file_get_the_same(
    run: Run, exported: dict[str, Path], fixture_store: Store
) -> None:
    written = (exported["fixture"] / FILES["trig"]).read_text("utf-8")
    for words in (["--format", "trig"], ["--format", "trig", "-o", "-"]):
        assert run("export", *words, store=fixture_store.root).stdout == written


@pytest.mark.parametrize("form", FORMATS)
def test_the_format_is_guessed_from_the_name(
    form: str, run: Run, exported: dict[str, Path], fixture_store: Store, tmp_path: Path
) -> None:
    done = run("export", "-o", FILES[form], store=fixture_store.root)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / FILES[form]).read_bytes() == (exported["fixture"] / FILES[form]).read_bytes()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 2, "Say which format: --format, or a file whose name tells it: -o."),
        (["-o", "facts.doc"], 1, "facts.doc: no format ends like that; give --format, or one of"),
        (["--format", "doc"], 2, "'doc' is not one of 'nq', 'trig'"),
        (["--format", "csv"], 1, "--output: csv is several files; give a folder or .zip"),
        (["--format", "nq", "--network", "firms"], 1, "--network: nq is no network"),
        (["-o", "a.gexf", "--network", "people"], 2, "'people' is not one of 'firms'"),
        (["-o", "nowhere/a.nq"], 1, "cannot write nowhere/a.nq: No such file or directory"),
        (["-o", "nowhere/a.csv"], 1, "cannot write nowhere/a.csv: No such file or directory"),
        (["-o", "a.nq", "--as-of", "June"], 1, "--as-of: “June” is no day of the calendar"),
    ],
)
def test_bad_arguments_are_told_in_a_line(
    words: list[str], code: int, said: str, run: Run, fixture_store: Store
) -> None:
    done = run("export", *words, store=fixture_store.root)
    assert done.returncode == code
    assert done.stdout == ""
    assert said in done.stderr.splitlines()[-1]
    assert code == 2 or len(done.stderr.splitlines()) == 1


def test_a_folder_that_is_not_ours_is_left_alone(
    run: Run, fixture_store: Store, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.csv"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work", encoding="utf-8")
    done = run("export", "-o", "mine.csv", store=fixture_store.root)
    assert done.returncode == 1
    assert "the folder holds something else" in done.stderr
    assert [path.name for path in mine.iterdir()] == ["thesis.txt"]


def test_an_export_in_a_folder_is_replaced_whole(
    run: Run, fixture_store: Store, tmp_path: Path
) -> None:
    run("export", "-o", "out.csv", store=fixture_store.root)
    (tmp_path / "out.csv" / "left-over.csv").write_text("x", encoding="utf-8")
    assert run("export", "-o", "out.csv", store=fixture_store.root).returncode == 0
    assert not (tmp_path / "out.csv" / "left-over.csv").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.skipif(os.name != "posix", reason="limits the size of files by the shell")
@pytest.mark.parametrize("form", ["nq", "trig", "jsonld", "csv", "parquet", "gexf"])
def test_a_disk_that_fills_up_leaves_the_old_export(
    form: str, fixture_store: Store, tmp_path: Path
) -> None:
    target = tmp_path / FILES[form]
    target.write_bytes(b"old")
    words = command("--store", str(fixture_store.root), "export", "-o", str(target))
    done = subprocess.run(
        ["bash", "-c", 'ulimit -f 2; exec "$@"', "-", *words],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == f"Error: cannot write {target}: File too large; nothing was changed\n"
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="has no device that is always full")
def test_a_full_standard_output_is_told_in_a_line(fixture_store: Store) -> None:
    words = command("--store", str(fixture_store.root), "export", "--format", "trig")
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "Error: cannot write standard output: No space left on device\n"


def test_an_interrupted_export_leaves_the_old_one(tmp_path: Path) -> None:
    file, folder = tmp_path / "a.nq", tmp_path / "a.csv"
    file.write_bytes(b"old")
    land_folder(folder, lambda aside: interrupted(aside, raising=False), "marker")
    with pytest.raises(KeyboardInterrupt), landed(file):
        raise KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        land_folder(folder, interrupted, "marker")
    assert file.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.csv", "a.nq", "marker"]


def interrupted(folder: Path, *, raising: bool = True) -> None:
    (folder / "marker").touch()
    if raising:
        (folder / "half").touch()
        raise KeyboardInterrupt


def test_a_control_character_is_refused_by_xml_with_its_place(tmp_path: Path) -> None:
    database = px.Store()
    deal = px.NamedNode(ID + "agreement/x")
    database.add(px.Quad(deal, RDFS.label, px.Literal("a\x0bb"), CURRENT))
    published = tmp_path / "store" / "published"
    published.mkdir(parents=True)
    px.Store(str(published / "1")).extend(database)
    (published / "1.json").write_text('{"number":1,"published":"x","action":"load"}')
    (tmp_path / "store" / "CURRENT").write_text("1\n")
    words = ("--store", str(tmp_path / "store"), "export", "-o", str(tmp_path / "a.rdf"))
    done = subprocess.run(command(*words), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "agreement/x> has the control character U+000B in a text" in done.stderr
    assert not (tmp_path / "a.rdf").exists()


def test_the_examples_of_the_readme_work_as_printed(
    run: Run, fixture_store: Store, tmp_path: Path
) -> None:
    section = (ROOT / "README.md").read_text("utf-8").partition("\n## Export\n")[2]
    lines = section.partition("```sh\n")[2].partition("```")[0].splitlines()
    assert len(lines) >= 4
    for line in lines:
        name, *words = shlex.split(line)
        assert name == "hauberk"
        done = run(*words, store=fixture_store.root)
        assert done.returncode == 0, done.stderr
        assert "-o" in words or done.stdout
    made = {"hauberk.nq", "hauberk.trig", "tables.csv", "states.gexf"}
    assert made <= {path.name for path in tmp_path.iterdir()}
    assert all(f"`{form}`" in section for form in FORMATS)
