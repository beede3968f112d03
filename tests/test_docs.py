"""What the documents say is so: commands run, lists are whole, nothing stale."""

import doctest
import importlib
import re
import shlex

import pytest
from pyoxigraph import RdfFormat, parse

from hauberk.graph.cli import COMMANDS
from hauberk.graph.reference import reference
from hauberk.loaders.fields import SAYS
from hauberk.ontology import MODULES
from hauberk.ontology.names import HBK
from hauberk.queries.catalog import catalog
from hauberk.queries.guide import guide
from hauberk.tests.support import ROOT, Run, Write

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_has_two_commands_to_set_up_with() -> None:
    found = re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)
    assert len(found) == 2
    assert found[0].endswith("hauberk query template-deals-by-country")
    assert found[1].endswith("python -m pytest")


def test_the_readmes_session_runs_as_printed(run: Run) -> None:
    session = re.search(r"```console\n(.*?)```", README, re.DOTALL)
    assert session
    lines = [line.removeprefix("$ ") for line in session[1].splitlines()]
    assert len(lines) >= 4
    for line in lines:
        name, *words = shlex.split(line)
        assert name == "hauberk"
        done = run(*words)
        assert done.returncode == 0, (line, done.stderr)
        assert done.stdout.strip(), line


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert re.search(rf"`(hauberk )?{command}\b", README)


def test_the_guide_to_the_queries_is_not_stale() -> None:
    written = (ROOT / "queries" / "README.md").read_text(encoding="utf-8")
    assert written == guide(), "run: python -m hauberk.queries.guide > queries/README.md"
    assert len(catalog()) >= 12


def test_the_example_fact_file_of_the_guide_is_in_order(run: Run, facts: Write) -> None:
    guide_to_facts = (ROOT / "loaders" / "README.md").read_text(encoding="utf-8")
    example = re.search(r"```yaml\n(.*?)```", guide_to_facts, re.DOTALL)
    assert example
    done = run("check", str(facts(example[1])))
    assert done.returncode == 0, done.stdout
    assert [word for word in SAYS if f"`{word}`" not in guide_to_facts] == []


def test_the_example_of_a_claim_is_trig_and_uses_words_that_are_defined() -> None:
    text = (ROOT / "ontology" / "README.md").read_text(encoding="utf-8")
    example = re.search(r"```trig\n(.*?)```", text, re.DOTALL)
    assert example
    quads = list(parse(example[1], format=RdfFormat.TRIG))
    assert len(quads) == 8
    defined = {triple.subject for triple in reference()}
    own = {quad.predicate for quad in quads if quad.predicate.value.startswith(str(HBK))}
    assert own
    assert own <= defined
    assert [name for name in MODULES if f"`{name}.ttl`" not in text] == []


@pytest.mark.parametrize(
    "module", ["ontology.names", "graph.terms", "graph.ledger", "queries.binding"]
)
def test_examples_in_docstrings_hold(module: str) -> None:
    assert doctest.testmod(importlib.import_module(f"hauberk.{module}")).failed == 0


def test_nothing_names_a_machine_of_ours() -> None:
    # Written apart, so that this file does not find itself.
    words = ["/" + "work/", "/" + "tmp/", "/" + "root/", "side" + "car", "." + "library"]
    for path in ROOT.rglob("*"):
        inside = path.relative_to(ROOT)
        if any(part.startswith(".") and part != ".ci" for part in inside.parts):
            continue
        if path.suffix not in {".py", ".md", ".ttl", ".rq", ".yaml", ".toml", ".txt", ""}:
            continue
        if not path.is_file() or {"build", "dist"} & set(inside.parts):
            continue
        text = path.read_text(encoding="utf-8")
        assert not [word for word in words if word in text], inside
