"""The folders are one package, in layers, and the tests run against this checkout."""

import ast
import importlib
import sys
import sysconfig
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from click.testing import CliRunner

from hauberk.graph.cli import COMMANDS, main

ROOT = Path(__file__).parent.parent
ROOMS = ("ontology", "graph", "queries", "loaders")

MAY_IMPORT: dict[str, set[str]] = {
    "ontology": {"ontology"},
    "graph": {"graph", "ontology"},
    "queries": {"queries", "graph", "ontology"},
    "loaders": {"loaders", "graph", "ontology"},
}


def modules() -> dict[str, Path]:
    """Map the dotted name of every module in the rooms to its file."""
    return {
        ".".join(("hauberk", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(
            ".__init__"
        ): path
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
    }


def imports(path: Path) -> set[str]:
    """Return the project's modules that *path* imports, in function bodies too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names & modules().keys()


@pytest.mark.parametrize("room", ROOMS)
def test_room_is_imported_from_this_checkout(room: str) -> None:
    home = Path(str(importlib.import_module(f"hauberk.{room}").__file__)).resolve().parent
    if home.is_relative_to(sysconfig.get_path("purelib")):
        pytest.skip("testing the installed copy")
    assert home == ROOT / room, "the editable install points at another checkout"


@pytest.mark.parametrize("module", modules())
def test_module_imports_only_the_layers_below(module: str) -> None:
    room = module.split(".")[1]
    assert {name.split(".")[1] for name in imports(modules()[module])} <= MAY_IMPORT[room]


def test_no_modules_import_each_other_in_a_circle() -> None:
    TopologicalSorter({name: imports(path) for name, path in modules().items()}).prepare()


def test_every_folder_with_code_is_packaged() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packaged = set(config["tool"]["setuptools"]["packages"])
    with_code = {
        name if path.name == "__init__.py" else name.rpartition(".")[0]
        for name, path in modules().items()
    }
    assert with_code == packaged


def test_every_data_file_is_packaged() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    globs = config["tool"]["setuptools"]["package-data"]
    for room in ROOMS:
        held = {
            path
            for path in (ROOT / room).rglob("*")
            if path.is_file() and path.suffix not in {".py", ".pyc", ".md"}
        }
        packaged = {
            path for glob in globs.get(f"hauberk.{room}", []) for path in (ROOT / room).glob(glob)
        }
        assert held == packaged, room


def test_no_room_is_loaded_under_its_bare_name() -> None:
    assert not set(ROOMS) & set(sys.modules)


@pytest.mark.parametrize("command", COMMANDS)
def test_command_named_in_the_switchboard_exists_and_gives_an_example(command: str) -> None:
    result = CliRunner().invoke(main, [command, "--help"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "Example: " in result.output


def test_help_imports_neither_the_engine_nor_any_room_but_the_switchboard() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from hauberk.graph.cli import main;"
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0;"
        "print([m for m in sys.modules if m.startswith(('hauberk.', 'pyoxigraph', 'rdflib'))])"
    )
    import subprocess

    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "rdflib" not in shown.stdout
    assert "hauberk.loaders" not in shown.stdout
    assert "hauberk.graph.store" not in shown.stdout
